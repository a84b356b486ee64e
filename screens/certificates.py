"""Certificates (证照): queues of work by what is due, search over all, every step by one key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import events, on
from textual.binding import Binding

from hallclient.actions import case_view, certificate_lists
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_lists import Line
from hallclient.actions.certificate_view import CHANGES
from hallclient.rules.catalogue import Hall
from hallclient.rules.certificate import changes
from hallclient.rules.certificate.states import HANDED, NEXT, OPEN, READY
from hallclient.rules.roles import allowed
from hallclient.texts import t
from hallclient.words import refused_text
from screens.actions import CERTIFICATES, bindings, of_screen
from screens.certificates_copies import CertificatesCopies
from screens.certificates_text import FILLED, FOUND, TABS
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from screens.widgets.table import VirtualTable

_PERMISSION = {
    "fill_face": "certificate.approve",
    "ask_change": "certificate.request",
    "withdraw_change": "certificate.request",
    "pickup_code": "certificate.hand-over",
    "collection_slip": "certificate.print",
    "copy_work": "certificate.print",
}
_STEP = {
    "assign": "certificate.approve",
    "seal": "certificate.seal",
    "print": "certificate.print",
    "confirm": "certificate.print",
    "hand-over": "certificate.hand-over",
}
"""What is due -> the permission of its use case."""
_OF_ONE = frozenset(_PERMISSION) | {"issue_step", "see_face", "see_certificate", "its_case"}
_OF_ONE |= {"mark_row"}
_READS = frozenset({"read_on", "read_back"})
_SINGLE = frozenset(one.id for one in of_screen(CERTIFICATES) if len(one.key) == 1) | {"mark_row"}


class CertificatesScreen(CertificatesCopies):
    """Over the desk or a case; Esc goes back to it. ``case``: only that one's certificates."""

    BINDINGS = [
        *bindings(CERTIFICATES),
        Binding("space", "certificates('mark_row')", show=False),
        Binding("escape", "back", show=False),
        Binding("tab", "list(1)", show=False, priority=True),
        Binding("shift+tab", "list(-1)", show=False, priority=True),
        Binding("down", "row(1)", show=False),
        Binding("up", "row(-1)", show=False),
    ]

    def __init__(self, who: Actor, hall: Hall, *, case: str = "") -> None:
        super().__init__(who, hall, case=case)
        self._handlers: dict[str, Callable[[], Awaitable[None]]] = {
            "earlier_queue": self._earlier,
            "later_queue": self._later,
            "find_certificate": self._find,
            "verify": self._verify,
            "issue_step": self.step,
            "fill_face": self.fill_face,
            "mark_row": self._mark,
            "mark_all": self._mark_all,
            "copy_work": self.copy_work,
            "pickup_code": self.pickup_code,
            "collection_slip": self.print_slip,
            "ask_change": self.ask_change,
            "withdraw_change": self.withdraw_change,
            "see_face": self._see_face,
            "see_certificate": self._see_certificate,
            "its_case": self._its_case,
            "stock": self._stock,
            "read_on": self._read_on,
            "read_back": self._read_back,
            **self._program,
        }
        self._steps: dict[str, Callable[[Sequence[Line]], Awaitable[None]]] = {
            "assign": self.assign,
            "seal": self.seal,
            "print": self.print_lines,
            "confirm": self.confirm,
            "hand-over": self.hand_over,
        }

    # -- one action at a time

    async def action_certificates(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for; reading on leaves a question open."""
        if action in _READS:
            await self._handlers[action]()
        else:
            await self.perform(action)

    async def do(self, action: str) -> None:
        """Carry out an action; what was said of the one before is over."""
        self.say("")
        await self._handlers[action]()

    def chosen_by_its_key(self) -> bool:
        """F3 shows what a step does, F3 again makes it."""
        return True

    async def step(self) -> None:
        """What is due: of the marked certificates, else of the one under the cursor."""
        entry, lines = self.entry, self.chosen()
        if self.shown == CHANGES and entry is not None and entry.change is not None:
            await self.answer_change(entry.change, entry.line)
        elif lines:
            await self._steps[NEXT[lines[0].row["state"]]](lines)

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        permission = _PERMISSION.get(action)
        if permission is not None and not allowed(self.who.role, permission):
            return t("why-not.role")
        entry = self.entry
        if action not in _OF_ONE:
            return None
        if entry is None:
            return t("certs.why.none")
        return self._why_not_of(action, entry.line.row["state"])

    def _why_not_of(self, action: str, state: str) -> str | None:
        entry = self.entry
        if action == "issue_step":
            return self._no_step()
        if action == "fill_face" and state not in FILLED:
            return t("certs.why.sealed")
        if action == "pickup_code" and state != READY:
            return t("certs.why.not-ready")
        if action == "collection_slip" and state not in OPEN:
            return t("certs.why.handed" if state == HANDED else "certs.why.ended")
        if action == "withdraw_change" and (entry is None or entry.change is None):
            return t("certs.why.no-change")
        if action == "ask_change":
            if entry is not None and entry.change is not None:
                return t("certs.why.pending")
            return None if changes.possible(state) else t("certs.why.ended")
        if action == "mark_row" and self.shown == CHANGES:
            return t("certs.why.no-mark")
        return None

    def _no_step(self) -> str | None:
        """Why the step that is due cannot be made."""
        entry = self.entry
        if self.shown == CHANGES:
            if not allowed(self.who.role, "certificate.confirm"):
                return t("why-not.role")
            own = entry is not None and entry.change is not None
            mine = own and entry.change["by"] == self.who.operator  # type: ignore[union-attr,index]
            return t("certs.why.own") if mine else None
        states = {one.row["state"] for one in self.chosen()}
        if len(states) > 1:
            return t("certs.why.mixed")
        state = next(iter(states), "")
        if state not in NEXT:
            return t("certs.why.handed" if state == HANDED else "certs.why.ended")
        if not allowed(self.who.role, _STEP[NEXT[state]]):
            return t("why-not.role")
        whole = self.whole
        if NEXT[state] == "seal" and not self.marked and whole is not None and whole.hindered:
            return refused_text(whole.hindered)
        return None

    def label_now(self, action: str) -> str | None:
        """What the step is called that is due."""
        if action != "issue_step":
            return None
        if self.shown == CHANGES:
            return t("certs.step.answer")
        lines = self.chosen()
        due = NEXT.get(lines[0].row["state"], "") if lines else ""
        return t(f"certs.step.{due}") if due else None

    def no_key(self, action: str) -> bool:
        """What the key line leaves out: what is of another list, what is in the key map only."""
        if action == "withdraw_change":
            entry = self.entry
            return entry is None or entry.change is None
        return action == "fill_face" and self.whole is not None and not self.whole.lacking

    @on(VirtualTable.RowActivated, "#rows")
    async def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        await self.perform("issue_step")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open its keys are answers."""
        open_ = self.is_mounted and self.ask.is_open
        if action == "certificates":
            return not (open_ and parameters[0] in _SINGLE)
        return not open_

    # -- marking

    async def _mark(self) -> None:
        """This line is one of those that the next step is for; again: it is not."""
        entry = self.entry
        if entry is not None:
            self.marked ^= {entry.key}
            self._marks_changed()
            self._rows.action_move(1)

    async def _mark_all(self) -> None:
        """Every line of this list; again: none."""
        seen = self.seen
        if seen is None or self.shown == CHANGES:
            return
        every = frozenset(one.key for one in seen.entries)
        self.marked = frozenset() if self.marked == every else every
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.show_rows()
        self._keys.refresh_keys()
        if self.marked:
            self.say(t("certs.marked", n=len(self.marked)))

    # -- going

    async def action_back(self) -> None:
        """What was in clear is wiped; marks go; back from a search; back to the screen before."""
        if self._revealed_until or self.look is not None:
            self.hide_revealed()
            self.look = None
            self.show_detail()
        elif self.marked:
            self.marked = frozenset()
            self.say("")
            self._marks_changed()
        elif not await self.go_back():
            self.app.pop_screen()

    async def action_list(self, step: int) -> None:
        """The next view, or the one before."""
        await self.perform("later_queue" if step > 0 else "earlier_queue")

    def action_row(self, step: int) -> None:
        """Another row while something is typed into the search line."""
        self._rows.action_move(step)

    async def show_list(self, name: str) -> None:
        """Another list, from its top."""
        self.close_search()
        if name != self.shown:
            self.shown, self.marked = name, frozenset()
            await self.see()
            self._rows.action_first()

    async def go_back(self) -> bool:
        """Back to the list before a search; False: there is none."""
        self.close_search()
        if not self.before:
            return False
        name, self.before = self.before, ""
        await self.show_list(name)
        return True

    async def _earlier(self) -> None:
        await self._step_list(-1)

    async def _later(self) -> None:
        await self._step_list(1)

    async def _step_list(self, step: int) -> None:
        here = self.shown if self.shown in TABS else self.before
        at = TABS.index(here) if here in TABS else -1 if step > 0 else 0
        self.before = ""
        await self.show_list(TABS[(at + step) % len(TABS)])

    # -- searching

    async def _find(self) -> None:
        self.before = self.before or self.shown
        self.query_one("#search").display = True
        self._field.value = ""
        self._field.placeholder = t("certs.search-hint")
        self._field.focus()

    def close_search(self) -> None:
        """The line goes, what was found stays."""
        self.query_one("#search").display = False
        self._rows.focus()

    @on(Field.Changed, "#find")
    def _typed(self, event: Field.Changed) -> None:
        event.stop()
        text = event.value.strip()
        self.shown = f"{FOUND}.{text}" if text else self.before
        self.marked = frozenset()
        self.latest.ask()

    @on(Field.Entered, "#find")
    async def _entered(self, event: Field.Entered) -> None:
        event.stop()
        if event.value.strip():
            await self.settled()
            self.do_alone(self._take_found)

    async def _take_found(self) -> None:
        """The list of what was found for all that was typed."""
        await self.see()
        if self.entry is None:
            self.say(t("certs.nothing-found"), "warn")
            return
        self.close_search()

    def on_field_notice(self, event: Field.Notice) -> None:
        """The search line has no room for it."""
        event.stop()
        self.say(event.text, "warn")

    @on(Field.Scanned)
    @on(Scanned)
    def _scanned(self, event: Field.Scanned | Scanned) -> None:
        """A licence, its QR code, a sheet, a pick-up code: the certificate it belongs to."""
        event.stop()
        text = event.code

        async def jump() -> None:
            if self.ask.is_open:
                self.say(t("certs.scan-busy"), "warn")
                return
            self.before = self.before or self.shown
            await self.show_list(f"{FOUND}.{text}")
            if self.entry is None:
                self.say(t("certs.nothing-found"), "warn")

        self.do_alone(jump)

    def on_key(self, event: events.Key) -> None:
        """Esc in the search line goes back, as everywhere."""
        if event.key == "escape" and self._field.has_focus:
            event.stop()
            self.run_worker(self.go_back(), group="act", exit_on_error=False)

    # -- other screens

    async def _see_face(self) -> None:
        """The face in clear, and who has it; looking is recorded."""
        if self.entry is None:
            return
        line = self.entry.line
        look = await self.act(certificate_lists.look, line.row["id"])
        if look is None:
            return
        self.look = look
        self.show_detail()
        if line.row["receipt"]:
            await self.say_collector(line)

    async def _see_certificate(self) -> None:
        from screens.certificate_look import CertificateLook

        if self.entry is not None:
            self.app.push_screen(CertificateLook(self.who, self.hall, self.entry.line.row["id"]))

    async def _verify(self) -> None:
        from screens.certificate_verify import VerifyScreen

        self.app.push_screen(VerifyScreen(self.who, self.hall))

    async def _stock(self) -> None:
        from screens.certificate_stock import StockScreen

        self.app.push_screen(StockScreen(self.who, self.hall))

    async def _its_case(self) -> None:
        """Its case; one's own to work on it."""
        from screens.review import ReviewScreen

        if self.entry is None:
            return
        session, case = self.hall_app.session, self.entry.line.row["case_file"]
        view = await session.read(case_view.look, self.who, case)
        if case_view.may_work(view.row, self.who, self.now):
            view = await session.write(case_view.work_on, self.who, case)
        self.app.push_screen(ReviewScreen(self.who, self.hall, view))

    async def _read_on(self) -> None:
        self.scroll(1)

    async def _read_back(self) -> None:
        self.scroll(-1)
