"""From a key to an action: one at a time, in the order of the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from textual import events, on

from db.store import Row as StoreRow
from hallclient.actions import persons
from hallclient.actions.acting import Actor
from hallclient.rules.catalogue import Hall
from hallclient.texts import t
from screens import desk_text
from screens.actions import BY_ID
from screens.desk_finding import DeskFinding
from screens.keypages import CommandSearch, menu_options
from screens.keys import current
from screens.widgets.choices import Option
from screens.widgets.footer import KeyLine
from screens.widgets.question import Answer, Question
from screens.widgets.table import VirtualTable

REVEALED_S = 10.0


class DeskDoing(DeskFinding):
    """Runs the actions of the registry; `action_desk` is what every key, menu and click calls."""

    def __init__(self, who: Actor, hall: Hall, *, hint: str = "") -> None:
        super().__init__(who, hall, hint=hint)
        self._busy = ""
        self._next = ""
        self._settled.clear()  # until the desk is prepared
        self._revealed_until = 0.0
        self._commands: CommandSearch | None = None
        self._handlers: dict[str, Callable[[], Awaitable[object]]] = {}

    async def prepare(self) -> None:
        """Load what asks and acts. After the first frame: until then keys wait in their order."""
        from screens.desk_actions import Desk
        from screens.widgets.ask import Ask

        self.ask = Ask(id="ask")
        await self.mount(self.ask, before=self.query_one(KeyLine))
        desk = self.desk = Desk(
            self.hall_app.session,
            self.who,
            self.hall,
            self.ask,
            self.say,
            self.chosen,
            self.chosen_window,
            self.find_item,
            self._asks,
        )
        self._handlers = {
            "call": desk.call,
            "call_chosen": desk.call_chosen,
            "recall": desk.recall,
            "start_or_finish": desk.start_or_finish,
            "pass": desk.pass_over,
            "hold": desk.hold,
            "resume": desk.resume,
            "transfer": desk.transfer,
            "external": desk.external,
            "pause": desk.pause,
            "drain": desk.drain,
            "close_window": desk.close_window,
            "reopen": desk.reopen,
            "undo": desk.undo,
            "take": desk.take,
            "add_service": desk.add_service,
            "verify_priority": desk.verify_priority,
            "print_slip": desk.print_slip,
            "leave": desk.leave,
            "reinstate": desk.reinstate,
            "booking": desk.booking,
            "confirm_booking": self._confirm_booking,
            "hand_over": self._hand_over,
            "take_over": desk.take_over,
            "free_window": desk.free_window,
            "emergency": desk.emergency,
            "plan": desk.plan,
            "end_for": desk.end_for,
            "help": desk.help,
            "answer": desk.answer_signal,
            "live": self._live,
            "figures": self._figures,
            "day": self._day,
            "form": self._form,
            "review": self._review,
            "cases": self._cases,
            "certificates": self._certificates,
            "search": self.search,
            "reveal": self._reveal,
            "keys": self._keys,
            "palette": self._palette,
            "menu": self._menu,
            "lock": self._lock,
            "language": self._language,
            "refresh": self._refresh,
            "quit": self._quit,
        }
        self._settled.set()

    # -- one action at a time

    async def action_desk(self, action: str) -> None:
        """Do what a key, the palette, the menu or the mouse asks for."""
        await self.settled()
        if not self._handlers:
            return
        ask = self.ask
        if ask.is_open:
            if self._busy == action:
                ask.choose_current()
                return
            ask.cancel()
            await self.settled()
        if self._busy:
            self.say(t("desk.busy"), "warn")
            return
        why = self.why_not(action)
        if why is not None:
            self.say(t("footer.disabled", label=t(BY_ID[action].label_key), why=why), "warn")
            return
        self._busy = action
        self._settled.clear()
        self.run_worker(self._do(action), group="act", exit_on_error=False)

    async def _do(self, action: str) -> None:
        try:
            if BY_ID[action].confirm and not await self.desk.confirm(
                t("desk.confirm", label=t(BY_ID[action].label_key))
            ):
                return
            await self._handlers[action]()
        finally:
            # The next key must see what this one has done.
            await self.see()
            self._busy, chained, self._next = "", self._next, ""
            if chained:
                await self.action_desk(chained)
            if not self._busy:
                self._settled.set()

    async def settled(self) -> None:
        """Wait until the running action is done or asks something; at most a second."""
        if self._busy and not self.ask.is_open:
            # Answered, and the action has not yet heard of it.
            self._settled.clear()
        await super().settled()

    def _asks(self, waiting: bool) -> None:
        """An action waits for an answer, or has got one and goes on."""
        if waiting:
            self._settled.set()
        else:
            self._settled.clear()

    @on(KeyLine.Pressed)
    async def _pressed(self, event: KeyLine.Pressed) -> None:
        event.stop()
        await self.action_desk(event.action)

    # -- Enter on a row

    @on(VirtualTable.RowActivated, "#queue")
    async def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        if self.who.window:
            await self.action_desk("call_chosen")
        else:
            self._offer(("verify_priority", "add_service", "reveal", "leave"))

    @on(VirtualTable.RowActivated, "#windows")
    def _window_activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        self._offer(("take_over", "emergency", "free_window", "plan", "end_for", "answer"))

    def _offer(self, ids: Sequence[str]) -> None:
        """Choose what to do with the row."""
        ask = self.ask
        if ask.is_open or self._busy:
            return
        options = tuple(
            Option(key, t(BY_ID[key].label_key), self.why_not(key) or "") for key in ids
        )
        ask.put(Question(t("desk.menu"), options)).add_done_callback(self._offered)

    def _offered(self, future: asyncio.Future[Answer | None]) -> None:
        answer = None if future.cancelled() else future.result()
        if answer is not None:
            self.call_later(self.action_desk, answer.key)

    # -- actions of the program

    async def _hand_over(self) -> None:
        taker = await self.desk.hand_over()
        if taker is not None:
            self.who = self.desk.who = taker
            self.hall_app.who = taker

    async def _reveal(self) -> None:
        row = self.view.leg if self.view.leg is not None else self.chosen()
        number = row["number"] if row is not None else ""
        person = await self.desk.act(persons.reveal, number)
        if person is None:
            return
        if not person:
            self.say(t("desk.no-person", number=number), "warn")
            return
        lines = desk_text.about_person(person)
        self.say(number + "  " + "  ".join(part.plain for part in lines), "alert")
        # The real clock: it is a person who reads, whatever the hall's time does.
        self._revealed_until = monotonic() + REVEALED_S

    def hide_person(self) -> None:
        """Ten seconds are enough to read a name; then the line is wiped."""
        if self._revealed_until and monotonic() >= self._revealed_until:
            self._revealed_until = 0.0
            self.say("")

    async def _live(self) -> None:
        """The other view of the hall: the live one, or the numbers. After this action is done."""
        self.app.call_later(self.hall_app.other_view)

    async def check_in_found(self, rows: Sequence[StoreRow]) -> None:
        """Offer to check in what a scan has found."""
        self.desk.found = rows
        await self.action_desk("booking")
        if self._busy != "booking":
            self.desk.found = ()

    async def _confirm_booking(self) -> None:
        from screens.booking import BookingScreen

        row = self.view.booking
        if row is not None:
            done = BookingScreen(self.who, row, lambda said: self.say(said, "good"))
            self.app.push_screen(done)

    async def _palette(self) -> None:
        if self._commands is None:
            self._commands = CommandSearch(current(), self.why_not, self.label_now)
        chosen = await self.desk.answer(
            Question(
                t("desk.palette"), find=self._commands.find, placeholder=t("desk.palette-hint")
            )
        )
        self._next = chosen.key if chosen is not None else ""

    async def _menu(self) -> None:
        options = tuple(Option(*found) for found in menu_options(self.why_not, self.label_now))
        chosen = await self.desk.answer(Question(t("desk.menu"), options))
        self._next = chosen.key if chosen is not None else ""

    async def _keys(self) -> None:
        self.hall_app.show_keys(self.why_not)

    async def _lock(self) -> None:
        self.hall_app.lock()

    async def _language(self) -> None:
        self.hall_app.switch_language()

    async def _figures(self) -> None:
        from screens.figures import FiguresScreen

        self.app.push_screen(FiguresScreen(self.who, self.hall))

    async def open_filing(self, filing: str) -> None:
        """Go on with a filing that was found."""
        from screens.desk_form import go_on

        await go_on(self, filing)

    async def _form(self) -> None:
        from screens.desk_form import open_form

        await open_form(self)

    async def open_case(self, case: str) -> None:
        """Show a case that was found."""
        from screens.desk_review import show_case

        await show_case(self, case)

    async def _review(self) -> None:
        from screens.desk_review import open_review

        await open_review(self)

    async def _day(self) -> None:
        from screens.day import DayScreen

        self.app.push_screen(DayScreen(self.who, self.hall))

    async def _cases(self) -> None:
        from screens.cases import CasesScreen

        self.app.push_screen(CasesScreen(self.who, self.hall))

    async def _certificates(self) -> None:
        from screens.certificates import CertificatesScreen

        self.app.push_screen(CertificatesScreen(self.who, self.hall))

    async def _refresh(self) -> None:
        self.app.refresh(layout=True)

    async def _quit(self) -> None:
        await self.hall_app.leave()

    def on_key(self, event: events.Key) -> None:
        """Esc clears the message line."""
        if event.key == "escape":
            self.say("")
