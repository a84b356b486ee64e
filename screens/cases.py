"""Cases before somebody: work to do, files to follow, what is late; search over all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from textual import events, on
from textual.binding import Binding

from hallclient.actions import case_view
from hallclient.actions.acting import Actor
from hallclient.actions.case_amend import Amendment
from hallclient.actions.case_lists import AGENT, DEPARTMENT, FOUND, WATCH, Entry
from hallclient.actions.case_load import Escalated
from hallclient.rules.catalogue import Hall
from hallclient.rules.roles import Role, allowed
from hallclient.texts import t
from screens.actions import CASES, bindings
from screens.cases_doing import CasesDoing
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from screens.widgets.table import VirtualTable

REVEALED_S = 10.0
_OF_CASE = frozenset(
    {"remind", "escalate", "give_case", "take_case", "note_case", "settle_note", "reach"}
    | {"approve", "reject"}
)
_AMENDS = frozenset({"approve", "reject"})
_WRITES = _OF_CASE - {"reach"}
_PERMISSION = {
    "remind": "case.note",
    "escalate": "case.note",
    "note_case": "case.note",
    "settle_note": "case.note",
    "give_case": "case.assign",
    "take_case": "case.take-over",
    "reach": "personal.view",
    "approve": "case.approve",
    "reject": "case.approve",
}


class CasesScreen(CasesDoing):
    """Over the desk; Esc goes back to it."""

    BINDINGS = [
        *bindings(CASES),
        Binding("escape", "back", show=False),
        Binding("tab", "list(1)", show=False, priority=True),
        Binding("shift+tab", "list(-1)", show=False, priority=True),
        Binding("down", "row(1)", show=False),
        Binding("up", "row(-1)", show=False),
    ]

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__(who, hall)
        self._revealed_until = 0.0
        self._of_case: dict[str, Callable[[Entry], Awaitable[None]]] = {
            "remind": self.remind,
            "escalate": self.escalate,
            "give_case": self.give,
            "take_case": self.take,
            "note_case": self.note,
            "settle_note": self.settle_note,
            "reach": self.reach,
            "approve": self.approve,
            "reject": self.reject,
        }
        self._others: dict[str, Callable[[], Awaitable[None]]] = {
            "previous_list": self._previous,
            "next_list": self._following,
            "open_case": self._open,
            "find_case": self._find,
            "guide": self._guide,
            **self._program,
        }

    def on_mount(self) -> None:
        """Follow the store, and wipe what was in clear."""
        super().on_mount()
        self.set_interval(1.0, self._tick)

    # -- one action at a time

    async def action_cases(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.perform(action)

    async def do(self, action: str) -> None:
        """Carry out an action; many are about the chosen case."""
        entry = self.entry
        if action not in _OF_CASE:
            await self._others[action]()
        elif entry is not None:
            await self._of_case[action](entry)

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        permission = _PERMISSION.get(action)
        if permission is not None and not allowed(self.who.role, permission):
            return t("why-not.role")
        entry = self.entry
        if action in _OF_CASE and entry is None:
            return t("cases.why.no-case")
        if action == "open_case" and self._rows.selected is None:
            return t("cases.why.no-case")
        if action in _AMENDS and entry is not None and not isinstance(entry.about, Amendment):
            return t("cases.why.no-amendment")
        if action in _WRITES and entry is not None and entry.closed:
            return t("cases.why.closed")
        return None

    def no_key(self, action: str) -> bool:
        """What the key line leaves out: what is of another role, or of another list."""
        if action == "take_case":
            return self.who.role != Role.SUPERVISOR
        if action in _AMENDS:
            return self.shown != f"{WATCH}.amendments"
        if action == "settle_note":
            return not self._has_note()
        return False

    def _has_note(self) -> bool:
        entry, view = self.entry, self.view
        if entry is not None and isinstance(entry.about, Escalated):
            return True
        return view is not None and any(one.done_at is None for one in view.notes)

    @on(VirtualTable.RowActivated, "#rows")
    async def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        await self.perform("open_case")

    # -- going

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open its keys are answers."""
        return action == "cases" or not (self.is_mounted and self.ask.is_open)

    async def action_back(self) -> None:
        """Back to the list before, and from there to the desk."""
        if self._revealed_until:
            self._hide()
        if not await self.go_back():
            self.app.pop_screen()

    async def action_list(self, step: int) -> None:
        """The next list, or the one before."""
        await self.perform("next_list" if step > 0 else "previous_list")

    def action_row(self, step: int) -> None:
        """Another row while something is typed into the search line."""
        self._rows.action_move(step)

    async def _previous(self) -> None:
        await self.step_list(-1)

    async def _following(self) -> None:
        await self.step_list(1)

    async def _open(self) -> None:
        """The case of the row; of an agent or a department, its cases."""
        entry, row = self.entry, self._rows.selected
        if entry is not None:
            await self.open_review(entry.case.id)
        elif row is not None and self.filled_as == f"{WATCH}.agents":
            await self.go_into(f"{AGENT}.{row.key}")
        elif row is not None and self.filled_as == f"{WATCH}.departments":
            await self.go_into(f"{DEPARTMENT}.{row.key}")

    async def open_review(self, case: str) -> None:
        """Show a case; one's own to work on it."""
        from screens.review import ReviewScreen

        session = self.hall_app.session
        view = await session.read(case_view.look, self.who, case)
        if case_view.may_work(view.row, self.who, self.now):
            view = await session.write(case_view.work_on, self.who, case)
        self.app.push_screen(ReviewScreen(self.who, self.hall, view))

    # -- searching

    async def _find(self) -> None:
        self.open_search()

    @on(Field.Entered, "#find")
    async def _entered(self, event: Field.Entered) -> None:
        event.stop()
        if event.value.strip():
            await self.settled()
            self.do_alone(self._open_found)

    async def _open_found(self) -> None:
        """The chosen one of what was found for all that was typed."""
        await self.see()
        if self.entry is None:
            self.say(t("cases.nothing-found"), "warn")
            return
        self.close_search()
        await self._open()

    def on_field_notice(self, event: Field.Notice) -> None:
        """The search line has no room for it."""
        event.stop()
        self.say(event.text, "warn")

    @on(Field.Scanned)
    @on(Scanned)
    def _scanned(self, event: Field.Scanned | Scanned) -> None:
        """A paper, a slip, a card: what it belongs to."""
        event.stop()
        text = event.routed.value

        async def look_up() -> None:
            self.close_search()
            await self.go_into(f"{FOUND}.{text}")
            if self._rows.row_count == 1:
                await self._open()

        self.do_alone(look_up)

    async def _guide(self) -> None:
        from screens.guide import GuideScreen

        def opened(case: str, told: str) -> None:
            self.say(told, "good")
            self.do_alone(lambda: self.open_review(case))

        self.app.push_screen(GuideScreen(self.who, self.hall, opened))

    # -- personal data for a while

    def reveal(self, text: str) -> None:
        """Ten seconds are enough to read a name and a phone; then the line is wiped."""
        self.say(text, "alert")
        # The real clock: it is a person who reads, whatever the hall's time does.
        self._revealed_until = monotonic() + REVEALED_S

    def _tick(self) -> None:
        self.show_status()
        if self._revealed_until and monotonic() >= self._revealed_until:
            self._hide()

    def _hide(self) -> None:
        self._revealed_until = 0.0
        self.say("")

    def on_key(self, event: events.Key) -> None:
        """Esc in the search line goes back, as everywhere."""
        if event.key == "escape" and self._field.has_focus:
            event.stop()
            self.run_worker(self.go_back(), group="act", exit_on_error=False)
