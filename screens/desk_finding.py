"""Finding a number or an item at the desk: by typing, or by a scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on

from db.store import Row
from hallclient.actions import views
from hallclient.rules.errors import Refused
from hallclient.rules.scan import Routed, ScanKind
from hallclient.texts import t
from hallclient.words import refused_text, state_word
from screens import desk_text, finding
from screens.desk_base import DeskBase
from screens.widgets.gate import Scanned
from screens.widgets.question import Question
from screens.widgets.table import VirtualTable

if TYPE_CHECKING:
    from screens.widgets.field import Field


class DeskFinding(DeskBase):
    """The search box and the scanner."""

    def find(self, text: str) -> Sequence[tuple[str, str]]:
        """Numbers of today, open filings, cases and items of the catalogue that match."""
        store = self.hall_app.session.store
        numbers = finding.numbers(store, self.hall, text)
        filings = finding.filings(store, self.who, text)
        items = (("item:" + code, label) for code, label in self.find_item(text))
        cases = finding.cases(store, self.hall, self.who, text)
        return [*numbers, *filings, *cases, *items]

    def find_item(self, text: str) -> Sequence[tuple[str, str]]:
        """Items of the catalogue that match: by code, name, pinyin, initials, old name."""
        return finding.items(self.hall, text)

    async def search(self) -> None:
        """Find a number and show it, a filing and go on with it, or an item and take a number."""
        answer = await self.desk.answer(
            Question(t("desk.search"), find=self.find, placeholder=t("desk.search-hint"))
        )
        if answer is None:
            return
        kind, _, key = answer.key.partition(":")
        if kind == "item":
            await self.desk.take(key)
        elif kind == "filing":
            await self.open_filing(key)
        elif kind == "case":
            await self.open_case(key)
        else:
            await self.show_number(key)

    async def open_filing(self, filing: str) -> None:
        """Go on with a filing."""
        raise NotImplementedError

    async def open_case(self, case: str) -> None:
        """Show a case."""
        raise NotImplementedError

    async def show_number(self, number: str, note: str = "") -> None:
        """Show what is known of a number, and put the list's cursor on it when it waits."""
        visit = await self.hall_app.session.read(views.visit_by_number, number)
        if visit is None:
            self.say(t("desk.no-such-number", number=number) + note, "warn")
            return
        states = "  ".join(
            f"{desk_text.item_name(self.hall, leg['item'])} {state_word(leg['state'])}"
            + (f" @{leg['window']}" if leg["window"] else "")
            for leg in visit["legs"]
        )
        waiting = [leg["id"] for leg in visit["legs"] if leg["state"] == "waiting"]
        for table in self.query("#queue").results(VirtualTable):
            any(table.select_key(key) for key in waiting)
        self.say(f"{number}  {states}{note}", "good")

    # By name: the field is loaded after the first frame.
    def on_field_notice(self, event: Field.Notice) -> None:
        """The question has no room for it beside the field."""
        event.stop()
        self.say(event.text, "warn")

    def on_field_scanned(self, event: Field.Scanned) -> None:
        """A scan that was not for the field."""
        event.stop()
        self.scanned(event.routed, event.ime)

    @on(Scanned)
    def _scanned(self, event: Scanned) -> None:
        event.stop()
        self.scanned(event.routed, event.ime)

    def scanned(self, routed: Routed, ime: bool) -> None:
        """Go where the code leads."""
        self.run_worker(self._route(routed, ime), group="scan", exit_on_error=False)

    async def check_in_found(self, rows: Sequence[Row]) -> None:
        """Offer to check these bookings in."""
        raise NotImplementedError

    async def _booking_of(self, text: str) -> bool:
        """Whether there is a booking of today for this that may still be checked in: offer it."""
        # Bookings and slips are loaded by the first scan, not by the first frame.
        from hallclient.actions import bookings
        from hallclient.rules.booking import may_come

        session = self.hall_app.session
        found = await session.read(bookings.find, text)
        today = session.store.env.day(self.now)
        waiting = [row for row in found if row["day"] == today and may_come(row["state"])]
        if waiting:
            await self.check_in_found(waiting)
        return bool(waiting)

    async def _route(self, routed: Routed, ime: bool) -> None:
        # After what was scanned: of a line that is too long the end is cut off.
        note = "  " + t("field.ime") if ime else ""
        session = self.hall_app.session
        if routed.kind in (ScanKind.SLIP, ScanKind.TICKET):
            if routed.signed:
                from hallclient.actions import slips

                try:
                    await session.read(slips.verify, routed.signed)
                except Refused as refused:
                    self.say(refused_text(refused), "alert")
                    return
                note = "  " + t("desk.slip-genuine") + note
            if routed.day and routed.day != session.store.env.day(self.now):
                if await self._booking_of(routed.day.replace("-", "") + routed.value):
                    return  # a number carried over from that day
                self.say(t("desk.scan-other-day", day=routed.day) + note, "warn")
                return
            await self.show_number(routed.value, note)
        elif routed.kind is ScanKind.RESIDENT_ID:
            number = await session.read(views.number_of_person, routed.value)
            if number:
                await self.show_number(number, note)
            elif not await self._booking_of(routed.value):
                self.say(t("desk.scan-nobody") + note, "warn")
        elif routed.kind in (ScanKind.CASE, ScanKind.PAPER):
            await self._case_of(routed, note)
        elif routed.kind is ScanKind.CERTIFICATE:
            self._verify(routed.signed)
        elif await self._booking_of(routed.value):
            return
        elif routed.kind is ScanKind.USCC or await self._known(routed.value):
            self._verify(routed.value)
        else:
            self.say(t(f"desk.scan-{routed.kind.value}") + note, "warn")

    async def _case_of(self, routed: Routed, note: str) -> None:
        """A case's number or a code on one of its documents opens it."""
        from hallclient.actions.case_papers import case_scanned

        try:
            case = await self.hall_app.session.read(case_scanned, routed)
        except Refused as refused:
            self.say(refused_text(refused) + note, "alert")
            return
        if case:
            await self.open_case(case)
        else:
            self.say(t(f"desk.scan-{routed.kind.value}") + note, "warn")

    async def _known(self, text: str) -> bool:
        """Whether a text is the code of a certificate of this hall, or the serial of its sheet."""
        from hallclient.actions.certificate_verify import verify

        try:
            found = await self.hall_app.session.read(verify, self.who, text)
        except Refused:
            return False  # somebody whom certificates are no business of
        return bool(found.certificates)

    def _verify(self, text: str) -> None:
        """A licence that somebody holds out: is it ours?"""
        from screens.certificate_verify import VerifyScreen

        self.app.push_screen(VerifyScreen(self.who, self.hall, text))
