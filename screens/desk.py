"""The desk: where a clerk, an agent or a supervisor spends the shift."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual.app import ComposeResult
from textual.containers import Horizontal

from db.errors import StoreError
from hallclient.actions import deskview, sweep, views
from hallclient.actions.acting import Actor
from hallclient.actions.deskview import DeskView
from hallclient.rules.catalogue import Hall
from hallclient.texts import t
from hallclient.words import store_text
from screens import desk_text
from screens.actions import bindings
from screens.desk_doing import DeskDoing
from screens.desk_rows import LegRows, leg_row, queue_columns, window_columns, window_row
from screens.latest import Latest
from screens.widgets.content import Words, entitle, line
from screens.widgets.footer import KeyLine
from screens.widgets.rows import ListSource, Row
from screens.widgets.table import VirtualTable

POLL_S = 0.2
SWEEP_S = 5.0
REPAINT_S = 20.0


class DeskScreen(DeskDoing):
    """Queue on the left, the visitor or the windows on the right, what to press below."""

    CSS_PATH = "desk.tcss"
    BINDINGS = [*bindings()]
    AUTO_FOCUS = "#queue"

    def __init__(self, who: Actor, hall: Hall, *, hint: str = "") -> None:
        super().__init__(who, hall, hint=hint)
        self._latest = Latest(self, self.see)
        self._swept = 0.0
        self._painted = 0.0
        self._shown_width = 0

    # -- layout

    def compose(self) -> ComposeResult:
        """Few widgets: each of them is one block of text or one list.

        They are made with what they show, so that the first layout is the last one.
        """
        view = deskview.look(self.hall_app.session.store, self.who, persons=False)
        self._status, self._next_up = Words(id="status"), Words(id="next")
        self._aside = Words(id="aside")
        self._queue = VirtualTable(queue_columns(), id="queue", empty=t("desk.queue-empty"))
        self._matter = Words(id="matter")
        self._windows = VirtualTable(window_columns(), id="windows")
        right = self._matter if self.who.window else self._windows
        self._key_line = KeyLine(
            why=self.why_not, label=self.label_now, hide=self.no_key, id="keys"
        )
        self.show(view)
        yield self._status
        yield Horizontal(self._queue, right, id="work")
        yield self._next_up
        yield self._aside
        yield self.said_line
        yield self._key_line

    def on_mount(self) -> None:
        """Follow the hall from the first frame on."""
        self.call_after_refresh(self._follow)

    def speak(self) -> None:
        """Say everything in the language spoken now."""
        self._queue.set_columns(queue_columns(), t("desk.queue-empty"))
        self._windows.set_columns(window_columns())
        self.said = ("", "")
        self.show(self.view)

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        if self._width != self._shown_width:
            self.show(self.view)

    # -- following the store

    async def _follow(self) -> None:
        await self.prepare()
        self._latest.ask()
        self.set_interval(POLL_S, self._poll)
        self.set_interval(1.0, self._tick)

    def _poll(self) -> None:
        if self.hall_app.session.changed():
            self._latest.ask()

    async def see(self) -> None:
        """Read the hall and show it."""
        try:
            view = await self.hall_app.session.read(deskview.look, self.who)
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.show(view)

    def _tick(self) -> None:
        """Once a second: the clock and the stopwatch; now and then the waits and the timers."""
        self.show_status()
        self.hide_person()
        self.beat()
        now = monotonic()
        if now - self._painted >= REPAINT_S:
            self.show(self.view)
        if now - self._swept >= SWEEP_S:
            self._swept = now
            self.run_worker(self._sweep(), group="sweep", exit_on_error=False)

    async def _sweep(self) -> None:
        try:
            await self.hall_app.session.write(sweep.sweep)
        except StoreError as error:
            self.say(store_text(error), "alert")

    # -- showing

    def show(self, view: DeskView) -> None:
        """Show this moment of the hall."""
        news = desk_text.heard(view, self.hall) - desk_text.heard(self.view, self.hall)
        first, self.view = self.view.window is None, view
        self.rows.clear()
        self._painted = monotonic()
        self._shown_width = self._width
        now = self.now
        self._queue.replace_source(LegRows(view.ids, self._leg_rows))
        entitle(self._queue, desk_text.queue_title(view, now))
        if self.who.window:
            self._matter.say(desk_text.matter(view, self.hall, now))
            number = view.leg["number"] if view.leg is not None else t("desk.visitor")
            entitle(self._matter, number)
            self._next_up.say(desk_text.next_line(view))
        else:
            rows = [window_row(row, self.hall, now) for row in view.windows]
            self._windows.replace_source(ListSource(rows))
            entitle(self._windows, t("desk.windows"))
            self._next_up.say(line(t(f"desk.seat-{self.who.role}")))
        self._aside.say(desk_text.aside_line(view, self.hall, now, self._width))
        if news and not first:
            self.said = (" · ".join(sorted(news)), "warn")
        self.show_status()
        self._key_line.refresh_keys()

    def show_status(self) -> None:
        """The line at the top, and the message line."""
        demo = self.hall_app.session.store.demo
        told = desk_text.status(
            self.view, self.hall, self.who, demo=demo, width=self._width, now=self.now
        )
        self._status.say(told)
        self.say(*self.said)

    @property
    def _width(self) -> int:
        return max(20, self.app.size.width)

    def _leg_rows(self, ids: list[str]) -> Sequence[Row]:
        found = views.legs_by_id(self.hall_app.session.store, ids)
        self.rows.update((row["id"], row) for row in found)
        now = self.now
        return [leg_row(row, self.hall, now) for row in found]
