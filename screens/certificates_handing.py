"""Handing certificates over: to whom, by which way, on what authority; the pick-up code."""

from __future__ import annotations

from collections.abc import Sequence

from db.errors import StoreError
from hallclient import certificate_words as said
from hallclient.actions import certificate_handover, certificate_slip, certificate_view
from hallclient.actions.certificate_handover import MANDATE, SELF, Collector
from hallclient.actions.certificate_lists import Line
from hallclient.actions.paper_receipt import COUNTER, POST
from hallclient.identity_words import kind_word
from hallclient.rules import identity as identities
from hallclient.rules.certificate import pickup
from hallclient.rules.errors import Refused
from hallclient.rules.scan import ScanKind
from hallclient.texts import t
from screens.certificates_asking import OK
from screens.certificates_printing import CertificatesPrinting
from screens.certificates_text import about
from screens.printing import print_paper
from screens.widgets.choices import Option
from screens.widgets.question import Question

_OTHER = "other"
_DOCUMENTS = tuple(one for one in identities.KINDS if one not in identities.BUSINESS)
"""What a collector may show."""


class CertificatesHanding(CertificatesPrinting):
    """Hands over, says pick-up codes. The use cases decide."""

    async def hand_over(self, lines: Sequence[Line]) -> None:
        """To one collector; what the same applicant has waiting goes with it."""
        lines = await self._with_others(lines)
        if not lines:
            return
        to: Collector | None = Collector()
        while to is not None:
            to = await self._collector(lines, to)
            if to is None:
                return
            ids = [one.row["id"] for one in lines]
            done = await self.act(certificate_handover.hand_over, ids, to)
            if done is not None:
                self.marked = frozenset()
                self.show_rows()
                self.say(t("certs.handed", n=len(done)), "good")
                return

    async def _with_others(self, lines: Sequence[Line]) -> Sequence[Line]:
        if len(lines) > 1:
            return lines
        session = self.hall_app.session
        found = await session.read(certificate_view.together, self.who, lines[0].row["id"])
        if len(found) < 2:
            return lines
        options = (
            Option("all", t("certs.hand-all", n=len(found))),
            Option("one", t("certs.hand-one", what=about(lines[0]))),
        )
        answer = await self.answer(Question(t("certs.ask-together", n=len(found)), options))
        if answer is None:
            return []
        return found if answer.key == "all" else lines

    async def _collector(self, lines: Sequence[Line], last: Collector) -> Collector | None:
        """Who takes them; ``last``: what was said before it was refused. None: never mind."""
        what = about(lines[0]) if len(lines) == 1 else t("certs.many", n=len(lines))
        options = (
            Option(SELF, said.relation_word(SELF)),
            Option(MANDATE, said.relation_word(MANDATE)),
            Option(POST, said.how_word(POST)),
        )
        chosen = (SELF, MANDATE, POST).index(POST if last.how == POST else last.relation)
        answer = await self.answer(
            Question(t("certs.ask-collector", what=what), options, chosen=chosen)
        )
        if answer is None:
            return None
        if answer.key == POST:
            return await self._by_post(last)
        to = last._replace(relation=answer.key, how=COUNTER)
        if answer.key == MANDATE:
            name = await self.ask_text(t("certs.ask-name"), value=last.name)
            if name is None:
                return None
            mandate = await self.ask_text(
                t("certs.ask-mandate"), value=last.mandate, hint=t("certs.mandate-hint")
            )
            if mandate is None:
                return None
            to = to._replace(name=name, mandate=mandate)
        return await self._identified(to)

    async def _by_post(self, last: Collector) -> Collector | None:
        waybill = await self.ask_text(t("certs.ask-waybill"), value=last.waybill)
        if waybill is None:
            return None
        address = await self.ask_text(
            t("certs.ask-address"), value=last.address, required=False, hint=t("certs.address-hint")
        )
        if address is None:
            return None
        return last._replace(how=POST, waybill=waybill, address=address)

    # -- the collector's document

    async def _identified(self, to: Collector) -> Collector | None:
        """The number of the collector's document; None: never mind."""
        kind, number = to.kind, to.identity
        others = [(_OTHER, t("certs.other-document"))]
        while True:
            prompt = t("certs.ask-identity", kind=kind_word(kind))
            given = await self.ask_number(prompt, kind, number, ScanKind.RESIDENT_ID, others)
            if given is None:
                return None
            key, number = given
            if key == OK:
                return to._replace(kind=kind, identity=number)
            kind = await self._other_kind() or kind

    async def _other_kind(self) -> str:
        """Another sort of document; empty: never mind."""
        options = tuple(Option(one, kind_word(one)) for one in _DOCUMENTS)
        answer = await self.answer(Question(t("certs.ask-document"), options))
        return "" if answer is None else answer.key

    # -- what is said of it

    async def pickup_code(self) -> None:
        """The code that its applicant fetches it with; looking is recorded."""
        if self.entry is None:
            return
        code = await self.act(certificate_handover.pickup_code, self.entry.line.row["id"])
        if code is not None:
            told = t("certs.pickup", code=pickup.grouped(code), what=about(self.entry.line))
            self.reveal(told)

    async def print_slip(self) -> None:
        """The collection slip, made and printed: the pick-up code, or that it is not ready."""
        if self.entry is None:
            return
        made = await self.act(certificate_slip.slip, self.entry.line.row["case_file"])
        if made is None:
            return
        try:
            row = await print_paper(self.hall_app.session, self.who, made["id"])
        except (Refused, StoreError) as error:
            self.tell(error)
        else:
            self.say(t("certs.slip", number=row["number"]), "good")

    async def say_collector(self, line: Line) -> None:
        """Who has it; looking is recorded."""
        try:
            to = await self.hall_app.session.write(
                certificate_handover.receipt_of, self.who, line.row["id"]
            )
        except (Refused, StoreError) as error:
            self.tell(error)
            return
        if to is not None:
            parts = (to.name, to.identity, to.mandate, to.waybill, to.address)
            told = " ".join(filter(None, (said.how_word(to.how), *parts)))
            self.reveal(t("certs.collected", told=told))
