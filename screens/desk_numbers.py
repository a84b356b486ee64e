"""Numbers: take one, add to it, give it priority, give it up, bring it back."""

from __future__ import annotations

from db.errors import StoreError
from hallclient.actions import forecasting, lookups, taking, tickets
from hallclient.actions.printers import configured
from hallclient.actions.tickets import Request
from hallclient.rules.errors import Refused
from hallclient.rules.scan import ScanKind
from hallclient.rules.text import mask_name
from hallclient.texts import language, t
from hallclient.words import duration, refused_text, state_word, store_text
from screens import finding
from screens.desk_asking import Asking, word_of
from screens.desk_text import item_name
from screens.printing import print_number
from screens.widgets.question import Question


class Numbers(Asking):
    """Numbers: take one, add to it, give it priority, give it up, bring it back."""

    async def take(self, item: str = "") -> None:
        code = item or await self.choose_matter()
        if code is None:
            return
        joint = self.hall.joints.get(code)
        what = word_of(joint) if joint is not None else item_name(self.hall, code)
        person: dict[str, str] = {}
        for name in ("name", "identity"):
            answer = await self.answer(
                Question(
                    t(f"desk.ask-{name}", item=what),
                    text=True,
                    required=False,
                    fold=name == "identity",
                    # A card that is read here is the answer, and so is a number in one burst.
                    takes=frozenset({ScanKind.RESIDENT_ID} if name == "identity" else ()),
                    limit=60,
                    placeholder=t("desk.may-be-empty"),
                )
            )
            if answer is None:
                return
            person[name] = answer.text
        request = (
            Request([], joint=code, person=person)
            if joint is not None
            else Request([code], person=person)
        )
        ticket = await self.act(taking.take, request)
        if ticket is None:
            return
        name = mask_name(person["name"]) if person["name"] else ""
        said = t("desk.took", number=ticket.number, item=what, name=name).rstrip()
        found = await self.session.read(forecasting.estimate_of, ticket.visit)
        if found is not None:
            low, high = duration(found.call_low), duration(found.call_high)
            said += t("desk.took-estimate", low=low, high=high, end=duration(found.end_high))
        self.say(said, "good")

    async def choose_matter(self) -> str | None:
        """An item of the catalogue, or a joint matter of several."""

        def find(text: str) -> list[tuple[str, str]]:
            return [*finding.joints(self.hall, text), *self.find_item(text)]

        answer = await self.answer(
            Question(t("desk.ask-take"), find=find, placeholder=t("desk.find-item"))
        )
        return None if answer is None else answer.key

    async def add_service(self) -> None:
        number = await self.here_or_number(t("desk.ask-add"))
        if number is None:
            return
        code = await self.choose_item(t("desk.ask-add-item", number=number))
        if code is None:
            return
        ticket = await self.act(tickets.add_service, number, code, after_current=True)
        if ticket is not None:
            self.say(t("desk.added", number=number, item=item_name(self.hall, code)), "good")

    async def verify_priority(self) -> None:
        number = await self.number(t("desk.ask-priority"), ("waiting", "blocked"))
        if number is None:
            return
        kind = await self.choose(
            t("desk.ask-priority-kind", number=number), dict(self.hall.priorities)
        )
        if kind is None:
            return
        known = self.hall.priorities[kind]
        proof = known.proof_en if language() == "en" and known.proof_en else known.proof_zh
        answer = await self.answer(
            Question(t("desk.ask-proof", number=number), text=True, value=proof, limit=60)
        )
        if answer is None:
            return
        if await self.act(tickets.verify_priority, number, kind, answer.text) is not None:
            self.say(t("desk.verified-now", number=number, kind=word_of(known)), "good")

    async def print_slip(self) -> None:
        """The slip of a number once more, on this machine's printer."""
        number = await self.here_or_number(t("desk.ask-print"))
        if number is None:
            return
        self.say(t("desk.printing", number=number), "")
        try:
            printer = configured(None)
            await print_number(self.session, self.who, number, printer, again=True)
        except Refused as refused:
            self.say(refused_text(refused), "warn")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.say(t("desk.printed", number=number), "good")

    async def leave(self) -> None:
        number = await self.number(
            t("desk.ask-leave"), ("waiting", "blocked", "held", "passed", "external")
        )
        if number is None:
            return
        reason = await self.choose(
            t("desk.ask-leave-reason", number=number), dict(self.hall.cancel_reasons)
        )
        if reason is None:
            return
        if await self.act(tickets.cancel, number, reason) is not None:
            self.say(t("desk.left", number=number), "good")

    async def reinstate(self) -> None:
        """A passed number comes back, or what a visitor waited for outside is there."""
        rows = await self.session.read(lookups.may_come_back)
        if not rows:
            return self.say(t("desk.nobody-to-reinstate"), "warn")
        labels = {row["number"]: f"{row['number']} {state_word(row['state'])}" for row in rows}
        number = await self.search(t("desk.ask-reinstate"), labels)
        if number is None:
            return None
        outside = any(row["number"] == number and row["state"] == "external" for row in rows)
        back = await self.act(tickets.come_back if outside else tickets.reinstate, number)
        if back is not None:
            self.say(t("desk.came-back" if outside else "desk.reinstated", number=number), "good")
        return None
