"""The live view: a supervisor's home. Lines and windows move, alarms say what to do about it."""

from __future__ import annotations

from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from db.errors import StoreError
from hallclient.actions import advice, hallview, sweep, watch
from hallclient.actions.acting import Actor
from hallclient.actions.hallview import HallView, Study
from hallclient.rules.alarms import Step
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import live_rows, live_text
from screens.actions import bindings
from screens.keys import current
from screens.latest import Latest
from screens.live_doing import LiveDoing
from screens.widgets.content import Words, entitle
from screens.widgets.footer import KeyLine
from screens.widgets.rows import ListSource, Row
from screens.widgets.table import VirtualTable

POLL_S = 0.2
STUDY_S = 3.0
SWEEP_S = 5.0
REST = 4
"""After a study it rests for so many times as long as it took."""


class LiveScreen(LiveDoing):
    """Lines and alarms on the left, windows on the right, what helps and what to press below."""

    CSS_PATH = "live.tcss"
    BINDINGS = [*bindings()]
    AUTO_FOCUS = "#alarms"

    def __init__(self, who: Actor, hall: Hall, *, hint: str = "") -> None:
        super().__init__(who, hall, hint=hint)
        self._status, self._helps = Words(id="status"), Words(id="advice")
        self._key_line = KeyLine(
            why=self.why_not, label=self.label_now, hide=self.no_key, id="keys"
        )
        self._study: Study | None = None
        self._latest = Latest(self, self.see)
        self._rows: dict[str, list[Row]] = {}
        self._heard: set[str] | None = None
        """Alarms that have had their bell; None before the first look."""
        self._studied = self._swept = self._rests = 0.0
        self._advising = ""

    # -- layout

    def compose(self) -> ComposeResult:
        """Three lists, and five lines of text."""
        self.memory = self.hall_app.memory = self.hall_app.memory or watch.Memory()
        self.show_hall(hallview.look(self.hall_app.session.store, self.who))
        yield self._status
        yield Horizontal(Vertical(self._lines, self._alarms, id="left"), self._windows, id="work")
        yield self._helps
        yield self.said_line
        yield self._key_line

    def on_mount(self) -> None:
        """Follow the hall from the first frame on."""
        self.call_after_refresh(self._follow)

    def speak(self) -> None:
        """Say everything in the language spoken now."""
        self._rows.clear()
        self._lines.set_columns(live_rows.line_columns())
        self._windows.set_columns(live_rows.window_columns())
        self._alarms.set_columns(live_rows.alarm_columns(), t("live.no-alarm"))
        self.said = ("", "")
        if self.seen is not None:
            self.show_hall(self.seen)

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.show_texts()

    # -- following the store

    async def _follow(self) -> None:
        await self.prepare()
        self._latest.ask()
        self.set_interval(POLL_S, self._poll)
        self.set_interval(1.0, self._tick)
        self._tick()

    def _poll(self) -> None:
        if self.hall_app.session.changed():
            self._latest.ask()

    def _tick(self) -> None:
        """Once a second: times go on; now and then the forecast, and the timers of the hall."""
        self.beat()
        self._latest.ask()
        now = monotonic()
        if now - self._studied >= max(STUDY_S, self._rests):
            self._studied = float("inf")
            self.run_worker(self._think(), group="study", exit_on_error=False)
        if now - self._swept >= SWEEP_S:
            self._swept = now
            self.run_worker(self._sweep(), group="sweep", exit_on_error=False)

    async def see(self) -> None:
        """Read the hall, show it, and write what has changed about the alarms."""
        try:
            view = await self.hall_app.session.read(hallview.look, self.who, self._study)
        except (Refused, StoreError) as error:
            self._failed(error)
            return
        self.show_hall(view)
        step = self.memory.step(view, self.hall)
        if step.raised or step.cleared:
            self.run_worker(self._note(step), group="note", exit_on_error=False)

    async def _note(self, step: Step) -> None:
        try:
            await self.hall_app.session.write(watch.note, self.who, step)
        except (Refused, StoreError) as error:
            self._failed(error)

    async def _think(self) -> None:
        """The forecast, on a thread that nothing else waits for; then what helps now."""
        begun = monotonic()
        try:
            self._study = await self.hall_app.session.think(watch.study, self.who)
            self.advised = {
                key: known for key, known in self.advised.items() if key == self._alarm_key()
            }
            await self._advise()
        except (Refused, StoreError) as error:
            self._failed(error)
        finally:
            self._studied = monotonic()
            self._rests = REST * (self._studied - begun)
        self._latest.ask()

    async def _advise(self) -> None:
        view, alarm = self.seen, self.alarm_now()
        if view is None or alarm is None or self._advising == alarm.id:
            return
        self._advising = alarm.id
        try:
            found = await self.hall_app.session.think(advice.suggest, view, alarm)
        finally:
            self._advising = ""
        self.advised[alarm.id] = found
        self.show_texts()

    async def _sweep(self) -> None:
        try:
            await self.hall_app.session.write(sweep.sweep)
        except StoreError as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, StoreError):
            self.say(store_text(error), "alert")
        elif isinstance(error, Refused):
            self.say(refused_text(error), "warn")

    # -- showing

    def show_hall(self, view: HallView) -> None:
        """Show this moment of the hall; lists only where something in them is different."""
        self.seen = view
        if not self.comparing:
            self.show_lines()
        self._fill(self._windows, [live_rows.window_row(one, self.hall) for one in view.windows])
        entitle(self._windows, t("desk.windows"))
        alarms = live_rows.alarm_rows(view, self.hall)
        self._fill(self._alarms, alarms)
        if self._alarms.cursor < self._alarms.size.height - 1:
            # What is new and pressing comes in above the selection: it must be seen.
            self._alarms.scroll_to(y=0, animate=False)
        unseen = sum(not alarm.seen_by and not alarm.minor for alarm in view.alarms)
        entitle(self._alarms, t("live.alarms", n=len(alarms), unseen=unseen))
        self._ring(view)
        self.show_texts()

    def show_lines(self) -> None:
        """The lines as they are."""
        if self.seen is None:
            return
        rows = [live_rows.line_row(one, self.hall) for one in self.seen.lines]
        entitle(self._lines, t("live.lines"))
        self._lines.set_columns(live_rows.line_columns())
        self._fill(self._lines, rows)

    def show_texts(self) -> None:
        """The lines of text: figures, what helps, keys."""
        view = self.seen
        if view is None or not self.is_attached:
            return
        self._status.say(
            live_text.status(
                view,
                self.hall,
                self.who,
                demo=self.hall_app.session.store.demo,
                width=max(20, self.app.size.width),
                now=self.now,
            )
        )
        alarm = self.alarm_now()
        known = self.advised.get(alarm.id) if alarm is not None else None
        key, day = current().first("advice"), self.seen.day if self.seen is not None else None
        self._helps.say(live_text.advice_line(self.hall, alarm, known, key, day))
        self.say(*self.said)
        self._key_line.refresh_keys()

    def _fill(self, table: VirtualTable, rows: list[Row]) -> None:
        name = table.id or ""
        if self._rows.get(name) != rows:
            self._rows[name] = rows
            table.replace_source(ListSource(rows))

    def _ring(self, view: HallView) -> None:
        """One bell for what is new and severe; what was there before one came is no news."""
        severe = {alarm.id for alarm in view.alarms if alarm.severe and not alarm.seen_by}
        if self._heard is not None and severe - self._heard:
            self.app.bell()
        self._heard = severe | (self._heard or set())

    def _alarm_key(self) -> str:
        alarm = self.alarm_now()
        return alarm.id if alarm is not None else ""

    @on(VirtualTable.RowHighlighted, "#alarms")
    def _alarm_chosen(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        self.show_texts()
        if event.row is not None and event.row.key not in self.advised:
            self.run_worker(self._advise_safely(), group="study", exit_on_error=False)

    @on(VirtualTable.RowHighlighted, "#windows")
    def _window_chosen(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        self._key_line.refresh_keys()

    async def _advise_safely(self) -> None:
        try:
            await self._advise()
        except (Refused, StoreError) as error:
            self._failed(error)
