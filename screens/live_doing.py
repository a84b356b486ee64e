"""What the keys of the live view do beside those of the desk: advice, what-if, alarms."""

from __future__ import annotations

from textual import on

from db.errors import StoreError
from db.store import Row as StoreRow
from hallclient.actions import advice, signals, watch, windows
from hallclient.actions.acting import Actor
from hallclient.actions.advice import Suggestion
from hallclient.actions.forecasting import Change
from hallclient.actions.hallview import AlarmNow, HallView, WindowNow
from hallclient.live_words import done_text, suggestion_text
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.desk import PERMISSION, Seat, unavailable
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import live_rows, live_text
from screens.desk_doing import DeskDoing
from screens.live_plans import plan_moves
from screens.widgets.choices import Option
from screens.widgets.content import entitle
from screens.widgets.question import Question
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

KEYS = frozenset(
    {
        "advice",
        "what_if",
        "see_alarm",
        "answer",
        "take_over",
        "emergency",
        "end_for",
        "plan",
        "free_window",
        "live",
        "cases",
        "search",
        "keys",
        "palette",
    }
)
"""What the key line of the live view has room for; the rest is in the menu and the key map."""


class LiveDoing(DeskDoing):
    """Carries out suggestions, tries plans, marks alarms. The screen shows and reads."""

    LIVE = True

    def __init__(self, who: Actor, hall: Hall, *, hint: str = "") -> None:
        super().__init__(who, hall, hint=hint)
        self.seen: HallView | None = None
        """The hall as it was read last."""
        self.advised: dict[str, list[Suggestion]] = {}
        """What was found to help, by alarm."""
        self._lines = VirtualTable(live_rows.line_columns(), id="lines")
        self._windows = VirtualTable(live_rows.window_columns(), id="windows")
        self._alarms = VirtualTable(
            live_rows.alarm_columns(), id="alarms", header=False, empty=t("live.no-alarm")
        )
        self.comparing = False

    async def prepare(self) -> None:
        """The handlers of the desk, and those of this view."""
        await super().prepare()
        self._handlers |= {
            "advice": self._advice,
            "what_if": self._what_if,
            "see_alarm": self._see_alarm,
        }

    def show_lines(self) -> None:
        """The lines as they are, after something else stood in their place."""
        raise NotImplementedError

    # -- what is chosen

    def chosen(self) -> StoreRow | None:
        """No list of numbers here."""
        return None

    def chosen_window(self) -> str:
        """The window under the cursor."""
        row = self._windows.selected
        return row.key if row is not None else ""

    def window_now(self) -> WindowNow | None:
        """The chosen window as it was read."""
        key = self.chosen_window()
        rows = self.seen.windows if self.seen is not None else ()
        return next((window for window in rows if window.id == key), None)

    def alarm_now(self) -> AlarmNow | None:
        """The alarm under the cursor."""
        row = self._alarms.selected
        found = self.seen.alarms if self.seen is not None else ()
        return next((alarm for alarm in found if row is not None and alarm.id == row.key), None)

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now; what belongs to a window of one's own is elsewhere."""
        code = unavailable(action, self._seat())
        own = PERMISSION.get(action, "").startswith("window.") and code == "no-window"
        if own and self.who.window:
            code = "on-desk"
        return None if code is None else t(f"why-not.{code}")

    def no_key(self, action: str) -> bool:
        """What the key line leaves out."""
        return action not in KEYS

    def label_now(self, action: str) -> str | None:
        """The other view has a name."""
        return t("live.key-numbers") if action == "live" else super().label_now(action)

    def _seat(self) -> Seat:
        window, alarm, view = self.window_now(), self.alarm_now(), self.seen
        calls = view is not None and any(
            row["kind"] == signals.HELP and not row["answered_at"] for row in view.signals
        )
        return Seat(
            role=self.who.role,
            hall=window is not None,
            there=(window.row["visitor_state"] or "") if window is not None else "",
            live=True,
            alarm=alarm is not None,
            advice=alarm is not None and bool(self.advised.get(alarm.id)),
            calls=calls,
        )

    # -- the keys

    async def _advice(self) -> None:
        """Do what helps most against the chosen alarm."""
        alarm = self.alarm_now()
        known = self.advised.get(alarm.id) if alarm is not None else None
        if known:
            await self._carry_out(known[0])

    async def _carry_out(self, suggestion: Suggestion) -> None:
        try:
            await self.hall_app.session.write(advice.carry_out, self.who, suggestion)
        except Refused as refused:
            self.say(refused_text(refused), "warn")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.advised.clear()
            self.say(done_text(self.hall, suggestion), "good")

    async def _see_alarm(self) -> None:
        alarm = self.alarm_now()
        if alarm is None:
            return
        try:
            await self.hall_app.session.write(watch.see, self.who, alarm.id)
        except Refused as refused:
            self.say(refused_text(refused), "warn")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.say(t("live.seen"), "good")

    async def _what_if(self) -> None:
        """Another plan for a window: the next hour before and after, then Enter or not."""
        window = self.chosen_window()
        row = await self.hall_app.session.read(windows.window_row, window)
        moves = plan_moves(self.hall, row)
        labels = {**self._switches(row), **moves.labels}
        key = await self.desk.search(t("live.ask-what-if", window=window), labels)
        if key is None:
            return
        change = self._change(window, key, moves.plans)
        self.say(t("live.reckoning"))
        before, after = await self.hall_app.session.think(advice.what_if, [change])
        self.say("")
        self.comparing = True
        self._lines.set_columns(live_rows.compare_columns())
        self._lines.replace_source(ListSource(live_rows.compare_rows(self.hall, before, after)))
        entitle(self._lines, t("live.compare", window=window))
        try:
            do = await self.desk.choose(
                t("live.ask-do", window=window, what=labels[key]),
                {"yes": t("live.do-it"), "no": t("live.leave-it")},
            )
        finally:
            self.comparing = False
            self.show_lines()
        if do == "yes":
            await self._do_change(change, labels[key])
        else:
            self.say(t("live.left"))

    def _switches(self, row: StoreRow) -> dict[str, str]:
        """What can be changed about a window beside its plan."""
        found = {}
        if row["state"] in ("closed", "draining"):
            found["open"] = t("live.switch-open")
        if row["state"] == "paused":
            found["resume"] = t("live.switch-resume")
        if PlanKind.EMERGENCY in windows.plan_of(self.hall, row).values():
            found["emergency"] = t(
                "live.switch-emergency-off" if row["emergency"] else "live.switch-emergency"
            )
        return found

    def _change(self, window: str, key: str, plans: object) -> Change:
        row = self.window_now()
        if key in ("open", "resume"):
            return Change(window, open=True)
        if key == "emergency":
            return Change(window, emergency=not (row is not None and row.row["emergency"]))
        assert isinstance(plans, dict)  # noqa: S101 - made by `plan_moves`
        plan = plans[key]
        if plan is None:
            plan = {line: kind.value for line, kind in self.hall.windows[window].plan.items()}
        return Change(window, plan=plan)

    async def _do_change(self, change: Change, what: str) -> None:
        desk, window = self.desk, change.window
        if change.open:
            asked = self.window_now()
            state = asked.row["state"] if asked is not None else ""
            text = "resume" if state == "paused" else "open"
            done: object = await desk.act(signals.request, window, text)
        elif change.emergency is not None:
            done = await desk.act(windows.set_emergency, window, change.emergency)
        else:
            usual = {line: kind.value for line, kind in self.hall.windows[window].plan.items()}
            plan = None if change.plan == usual else dict(change.plan or {})
            done = await desk.act(windows.set_plan, window, plan)
        if done is not None:
            self.say(t("live.changed", window=window, what=what), "good")

    # -- Enter on a row

    @on(VirtualTable.RowActivated, "#lines")
    def _line_activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        rows = self.seen.lines if self.seen is not None else ()
        row = next((one for one in rows if one.line == event.row.key), None)
        if row is not None and not self.comparing:
            self.say(live_text.line_detail(self.hall, row))

    @on(VirtualTable.RowActivated, "#alarms")
    def _alarm_activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        alarm = self.alarm_now()
        if alarm is None or self.seen is None or self.ask.is_open or self._busy:
            return
        if alarm.key.window:
            self._windows.select_key(alarm.key.window)
        self.say(live_text.alarm_line(self.hall, self.seen, alarm))
        known = self.advised.get(alarm.id)
        if known:
            self._choose_among(known)

    def _choose_among(self, known: list[Suggestion]) -> None:
        options = tuple(
            Option(str(place), suggestion_text(self.hall, one)) for place, one in enumerate(known)
        )

        async def choose() -> None:
            answer = await self.desk.answer(Question(t("live.ask-advice"), options))
            if answer is not None:
                await self._carry_out(known[int(answer.key)])

        self._handlers["advice-of"] = choose
        self.run_worker(self._do_named("advice-of"), group="act", exit_on_error=False)

    async def _do_named(self, name: str) -> None:
        self._busy = name
        self._settled.clear()
        try:
            await self._handlers[name]()
        finally:
            await self.see()
            self._busy = ""
            self._settled.set()
