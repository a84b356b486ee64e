"""The way out of a kiosk: a password of staff, so that no visitor finds it."""

from __future__ import annotations

from functools import partial
from time import monotonic

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from db.errors import StoreError
from hallclient.actions import staff
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens.base import STYLES, HallScreen
from screens.widgets.content import Words, line
from screens.widgets.field import Field

FIELDS = ("operator", "password")
STAYS_S = 30.0


class LeaveScreen(HallScreen):
    """Asks who leaves, with the password; gives up by itself after a while."""

    CSS_PATH = "login.tcss"
    DEFAULT_CSS = "LeaveScreen { align: center middle; }"
    BINDINGS = [
        Binding("escape", "back", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#password"
    TYPED_AHEAD_S = 3.0

    def __init__(self) -> None:
        super().__init__()
        self._last = monotonic()

    def compose(self) -> ComposeResult:
        """The operator, who is the kiosk's own unless another is named, and the password."""
        who = self.hall_app.who
        with Vertical(id="card"):
            yield Words(id="hall")
            for name in FIELDS:
                with Horizontal(classes="row"):
                    yield Words(id=f"label-{name}", classes="label")
                    preset = who.operator if who is not None and name == "operator" else ""
                    yield Field(preset, id=name, password=name == "password", limit=64)
            yield Words(id="said")
            yield Words(id="help")

    def on_mount(self) -> None:
        """Say what this is."""
        self.speak()
        self.set_interval(1.0, self._tick)

    def speak(self) -> None:
        """Every word of the screen in the language spoken now."""
        self.query_one("#hall", Words).say(line((t("kiosk.leave-title"), "bold")))
        for name in FIELDS:
            self.query_one(f"#label-{name}", Words).say(t(f"login.{name}"))
        hint = self.hall_app.hint
        self.query_one("#help", Words).say(
            t("kiosk.leave-lead") + (f"\n{hint}" if hint else ""), layout=True
        )

    def say(self, text: str, style: str = "warn") -> None:
        """Say why it stays."""
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)

    def action_back(self) -> None:
        """Back to the visitors' page."""
        self.app.pop_screen()

    def _tick(self) -> None:
        if monotonic() - self._last > STAYS_S:
            self.action_back()

    def on_key(self, _event: events.Key) -> None:
        """Somebody is there."""
        self._last = monotonic()

    @on(Field.Scanned)
    @on(Field.Notice)
    def _ignored(self, event: Field.Scanned | Field.Notice) -> None:
        event.stop()

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.stop()
        if event.field.id == "operator":
            self.set_focus(self.query_one("#password", Field))
        else:
            self.do_alone(partial(self._leave, event.value))

    async def _leave(self, password: str) -> None:
        field = self.query_one("#password", Field)
        field.value = ""
        name = narrow(self.query_one("#operator", Field).value).lower()
        try:
            await self.hall_app.session.write(staff.authenticate, name, password, "")
        except Refused as refused:
            self.say(refused_text(refused))
        except StoreError as error:
            self.say(store_text(error))
        else:
            self.app.exit(return_code=0)
