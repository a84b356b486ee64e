"""Bookings at the desk: find one and check it in."""

from __future__ import annotations

from collections.abc import Sequence

from db.store import Row
from hallclient.actions import booking_arrival, bookings, forecasting
from hallclient.rules.scan import ScanKind
from hallclient.texts import t
from hallclient.words import clock, duration
from screens import finding
from screens.desk_asking import Asking
from screens.desk_text import item_name
from screens.widgets.choices import Option
from screens.widgets.question import Question


class Bookings(Asking):
    """Bookings: find one and check it in."""

    found: Sequence[Row] = ()
    """Bookings that a scan has found; one of them is checked in next."""

    async def booking(self) -> None:
        found, self.found = self.found, ()
        key = await self._choose(found) if found else await self._look_for()
        if key is None:
            return
        ticket = await self.act(booking_arrival.arrive, key)
        if ticket is None:
            return
        row = await self.session.read(bookings.booking, key)
        slot = clock(row["slot"]) if row is not None else ""
        late = bookings.was_late(ticket)
        said = t(
            "desk.booking-late" if late else "desk.booking-arrived",
            number=ticket.number,
            item=item_name(self.hall, ticket.legs[0].item),
            slot=slot,
        )
        estimate = await self.session.read(forecasting.estimate_of, ticket.visit)
        if estimate is not None:
            low, high = duration(estimate.call_low), duration(estimate.call_high)
            said += t("desk.took-estimate", low=low, high=high, end=duration(estimate.end_high))
        self.say(said, "warn" if late else "good")

    async def _choose(self, found: Sequence[Row]) -> str | None:
        options = tuple(
            Option(row["id"], finding.booking_label(self.session.store, self.hall, row))
            for row in found
        )
        answer = await self.answer(Question(t("desk.ask-check-in"), options))
        return None if answer is None else answer.key

    async def _look_for(self) -> str | None:
        def find(text: str) -> finding.Found:
            return finding.bookings_of(self.session.store, self.hall, text)

        question = Question(
            t("desk.ask-booking"),
            find=find,
            placeholder=t("desk.find-booking"),
            takes=frozenset(ScanKind),
            limit=60,
        )
        answer = await self.answer(question)
        return None if answer is None else answer.key
