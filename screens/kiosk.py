"""The kiosk's screen: shows the pages of the dialogue, takes touches, keys, cards and scans."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content

from db.errors import StoreError
from hallclient.actions import sweep
from hallclient.rules.catalogue import named
from hallclient.texts import language, set_language, t
from hallclient.words import clock, store_text
from screens.base import STYLES, HallScreen
from screens.bigfont import big, big_height, big_width
from screens.kiosk_dialog import Dialog
from screens.kiosk_pages import LETTERS, Page
from screens.widgets.content import Words, line
from screens.widgets.gate import Scanned
from screens.widgets.pad import CLEAR, DELETE, Pad
from screens.widgets.tiles import Tile, Tiles

if TYPE_CHECKING:
    from screens.kiosk_app import KioskApp

ECHO_S = 0.25
"""Two touches closer than this are one."""
SHOWN_S = 0.6
"""So long a number stands before a touch or a key can take it away."""
SWEEP_S = 5.0


class KioskScreen(HallScreen):
    """One page at a time. What a visitor left behind goes when nobody has touched it for long."""

    BINDINGS = [
        Binding("escape", "back", show=False),
        Binding("home", "first", show=False),
        Binding("ctrl+t", "speak", show=False),
        Binding("ctrl+q", "leave", show=False, priority=True),
    ]
    AUTO_FOCUS = "#tiles"

    def __init__(self, dialog: Dialog) -> None:
        super().__init__()
        self._dialog = dialog
        self._base = language()
        self.page = Page("home", "")
        self._last = self._shown = monotonic()
        self._last_touch = float("-inf")
        self._swept = 0.0
        self._steps = 0

    # -- layout

    def compose(self) -> ComposeResult:
        """Who we are, the page, the buttons that are always there."""
        with Horizontal(id="head"):
            yield Words(id="hall")
            yield Words(id="clock")
        yield Words(id="title")
        yield Words(id="big")
        yield Words(id="lead")
        yield Words(id="typed")
        yield Words(id="said")
        yield Tiles(id="tiles")
        pad = Pad(id="pad")
        pad.display = False
        yield pad
        yield Tiles(id="bar", bar=True)

    def on_mount(self) -> None:
        """Begin; then follow the hall and the clock."""
        self.do_alone(self._dialog_step(self._dialog.begin))
        self.set_interval(1.0, self.tick)

    @property
    def kiosk(self) -> KioskApp:
        """The program."""
        return cast("KioskApp", self.app)

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.do_alone(self._dialog_step(self._dialog.again))

    def say(self, text: str, style: str = "") -> None:
        """A message on the page."""
        said = self.query_one("#said", Words)
        said.say(line((text, STYLES[style])), layout=True)
        said.display = bool(text)

    # -- showing

    def _dialog_step(self, step: Callable[[], Awaitable[Page]]) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            self._steps += 1
            self.show(await step())
            while self.page.then:
                self.show(await self._dialog.follow())

        return work

    def show(self, page: Page) -> None:
        """Show this page."""
        if page.name != self.page.name:
            self._shown = monotonic()
        self.page = page
        hall = self.hall_app.hall
        store = self.hall_app.session.store
        demo = t("desk.demo-mark") + " " if store.demo else ""
        self.query_one("#hall", Words).say(
            line((demo, "$text-warning"), (named(hall, language()), "bold"))
        )
        self.query_one("#title", Words).say(line((page.title, "bold")))
        lead = self.query_one("#lead", Words)
        lead.say(page.lead, layout=True)
        lead.display = bool(page.lead)
        typed = self.query_one("#typed", Words)
        typed.say(
            line(("> ", "bold"), (page.typed, "bold"), ("\u2588", ""), "  ", (page.hint, "dim"))
        )
        typed.display = bool(page.typing)
        hint = self.hall_app.hint if page.name == "home" else ""
        self.say(page.said or hint, page.style)
        pad = self.query_one("#pad", Pad)
        pad.display = bool(page.typing)
        if page.typing:
            pad.show(letters=page.typing == LETTERS)
        self._show_big()
        tiles = self.query_one("#tiles", Tiles)
        tiles.show(page.tiles, columns=page.columns, numbered=not page.typing)
        tiles.set_class(bool(page.big), "-few")
        self._show_bar()
        self._show_clock()

    def _show_big(self) -> None:
        words = self.query_one("#big", Words)
        words.display = bool(self.page.big)
        if not self.page.big:
            return
        text = self.page.big
        width, height = self.app.size
        scale = 3
        while scale > 1 and (big_width(text, scale) > width - 4 or big_height(scale) > height - 14):
            scale -= 1
        words.say(Content("\n").join(line((row, "bold")) for row in big(text, scale)), layout=True)

    def _show_bar(self) -> None:
        tiles = self.query_one("#tiles", Tiles)
        buttons: list[Tile] = []
        if self.page.name != "home":
            buttons += [Tile("back", t("kiosk.back")), Tile("first", t("kiosk.first"))]
        if tiles.pages > 1:
            at = t("kiosk.pages", page=tiles.page + 1, pages=tiles.pages)
            buttons += [Tile("before", t("kiosk.before")), Tile("next", f"{t('kiosk.next')} {at}")]
        buttons.append(Tile("language", t("kiosk.language"), strong=True))
        self.query_one("#bar", Tiles).show(buttons, columns=len(buttons), numbered=False)

    def _show_clock(self) -> None:
        now = self.hall_app.session.store.env.now()
        self.query_one("#clock", Words).say(clock(now), layout=True)

    def on_resize(self) -> None:
        """The number as large as it goes."""
        self._show_big()

    @on(Tiles.Paged)
    def _paged(self, event: Tiles.Paged) -> None:
        event.stop()
        self._show_bar()

    # -- time

    def tick(self) -> None:
        """Once a second: the clock, what changed in the hall, whether anybody is still there."""
        self._show_clock()
        now = monotonic()
        if now - self._last > self.page.stays_s and self._left_behind():
            set_language(self._base)
            self.do_alone(self._dialog_step(self._dialog.begin))
        elif self.page.live and self.hall_app.session.changed():
            self.run_worker(self._refresh(), group="read", exclusive=True, exit_on_error=False)
        if now - self._swept >= SWEEP_S:
            self._swept = now
            self.run_worker(self._sweep(), group="sweep", exit_on_error=False)

    async def _refresh(self) -> None:
        """The page as the hall is now; a touch meanwhile goes first."""
        steps = self._steps
        page = await self._dialog.again()
        if steps == self._steps:
            self.show(page)

    def _left_behind(self) -> bool:
        return self.page.name != "home" or language() != self._base

    async def _sweep(self) -> None:
        try:
            await self.hall_app.session.write(sweep.sweep)
        except StoreError as error:
            self.say(store_text(error), "alert")

    def _touched(self) -> None:
        self._last = monotonic()

    # -- choosing

    def _step(self, step: Callable[[], Awaitable[Page]]) -> None:
        """One step of the dialogue; none while another is under way."""
        self._touched()
        self.do_alone(self._dialog_step(step))

    def _echo(self, event: Tiles.Chosen) -> bool:
        """Whether a touch is the second of a double one, or came before a number was seen."""
        if event.touch:
            now = monotonic()
            echo, self._last_touch = now - self._last_touch < ECHO_S, now
            if echo:
                return True
        return self._unseen(touch=event.touch)

    def _unseen(self, *, touch: bool = False) -> bool:
        """Whether a number stands that nobody can have read yet, or a key is held down."""
        if not self.page.big:
            return False
        return monotonic() - self._shown < SHOWN_S or not (touch or self.kiosk.key_was_alone)

    def _torn(self, event: Tiles.Chosen) -> bool:
        """Whether it was chosen by digits of a card that no scan could be made of."""
        return self.kiosk.key_in_run and not event.touch and not self.page.typing

    @on(Tiles.Chosen, "#tiles")
    def _chosen(self, event: Tiles.Chosen) -> None:
        event.stop()
        self._touched()
        if event.tile not in self.page.tiles or self._echo(event) or self._torn(event):
            return  # of the page before: a second Enter, a second touch
        if self.page.typing:
            self.kiosk.run_over()
        if event.tile.why:
            self.say(event.tile.why, "warn")
        else:
            self._step(partial(self._dialog.choose, event.tile.key))

    @on(Tiles.Chosen, "#bar")
    def _pressed(self, event: Tiles.Chosen) -> None:
        event.stop()
        self._touched()
        if self._echo(event):
            return
        key = event.tile.key
        tiles = self.query_one("#tiles", Tiles)
        if key == "back":
            self.action_back()
        elif key == "first":
            self.action_first()
        elif key == "before":
            tiles.turn(-1)
        elif key == "next":
            tiles.turn(1)
        else:
            self.action_speak()

    @on(Pad.Pressed)
    def _padded(self, event: Pad.Pressed) -> None:
        event.stop()
        self._type(event.char)

    def _type(self, char: str) -> None:
        typed = self.page.typed
        if char == DELETE:
            typed = typed[:-1]
        elif char == CLEAR:
            typed = ""
        else:
            typed += char
        self._step(partial(self._dialog.type, typed))

    def on_key(self, event: events.Key) -> None:
        """Letters on a page with typing; any key takes a number away once it was seen."""
        self._touched()
        if self.page.big and not self.page.then:
            if not self._unseen() and not self.page.tiles[1:]:
                self._step(self._dialog.begin)
        elif self.page.typing:
            if event.key == "backspace":
                self._type(DELETE)
            elif event.character is not None and event.is_printable:
                self._type(event.character)

    # -- cards and slips

    @on(Scanned)
    def _scanned(self, event: Scanned) -> None:
        event.stop()
        self.kiosk.run_over()
        self._step(partial(self._dialog.scan, event.code, event.routed))

    # -- always there

    def action_back(self) -> None:
        """The page before."""
        self._step(self._dialog.back)

    def action_first(self) -> None:
        """The first page, in the language of the hall."""
        set_language(self._base)
        self._step(self._dialog.begin)

    def action_speak(self) -> None:
        """The other language, for this visitor."""
        self._touched()
        self.hall_app.switch_language()

    def action_leave(self) -> None:
        """Only staff get out."""
        from screens.kiosk_leave import LeaveScreen

        self.app.push_screen(LeaveScreen())
