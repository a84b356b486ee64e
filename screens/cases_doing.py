"""What the keys of the screen of cases do: ask what is missing, run the use case, say what came."""

from __future__ import annotations

from db.errors import StoreError
from hallclient import watch_words as said
from hallclient.actions import (
    case_amend,
    case_lease,
    case_notes,
    case_promises,
    case_tasks,
    case_view,
)
from hallclient.actions import case_ledger as ledger
from hallclient.actions.case_amend import Amendment
from hallclient.actions.case_ledger import PromiseLine
from hallclient.actions.case_lists import Entry
from hallclient.actions.case_load import Escalated
from hallclient.actions.case_notes import CONSULTATION, ESCALATION, NOTE, PROMISE, REMINDER, WAITING
from hallclient.actions.case_view import CaseView
from hallclient.actions.lookups import colleagues
from hallclient.rules.errors import Refused
from hallclient.rules.review.watch import LateStep
from hallclient.texts import t
from hallclient.words import word
from screens.cases_detail import PROMISE_OPEN, material_name, of_difference, open_tasks
from screens.cases_going import CasesGoing
from screens.widgets.choices import Option
from screens.widgets.question import Question, yes_no

_TASK, _PROMISE, _WAIT = "task:", "promise:", "wait"


class CasesDoing(CasesGoing):
    """Reminds, escalates, hands over, takes over, notes. The use cases decide."""

    async def whole(self, entry: Entry) -> CaseView | None:
        """The case of a row as it is now; None after saying why it cannot be read."""
        try:
            return await self.hall_app.session.read(case_view.look, self.who, entry.case.id)
        except (Refused, StoreError) as error:
            self.tell(error)
            return None

    async def text(self, prompt: str, **more: str) -> str | None:
        """Words of one's own."""
        answer = await self.answer(Question(prompt, text=True, limit=1000, **more))  # type: ignore[arg-type]
        return None if answer is None else answer.text

    # -- reminding (催办)

    async def remind(self, entry: Entry) -> None:
        """Whoever the row is about: a department that is late, an applicant who promised; of any
        other case, whom of them.
        """
        about = entry.about
        if isinstance(about, PromiseLine):
            await self._remind_promise(about.id, entry)
        elif isinstance(about, LateStep):
            await self._urge(entry, about.department)
        else:
            await self._remind_whom(entry)

    async def _remind_whom(self, entry: Entry) -> None:
        view = await self.whole(entry)
        if view is None:
            return
        facts = view.facts
        options = [
            Option(_TASK + one, t("cases.urge", name=said.department_name(self.hall, one)))
            for one in open_tasks(facts)
        ]
        options += [
            Option(
                _PROMISE + one.id,
                t("cases.remind", name=material_name(facts, one.no), due=said.day_text(one.due)),
            )
            for one in facts.promises
            if one.state == PROMISE_OPEN
        ]
        options.append(Option("", t("cases.remind-note")))
        number = entry.case.number
        chosen = ""
        if len(options) > 1:
            answer = await self.answer(Question(t("cases.ask-whom", case=number), tuple(options)))
            if answer is None:
                return
            chosen = answer.key
        if chosen.startswith(_TASK):
            await self._urge(entry, chosen.removeprefix(_TASK))
        elif chosen:
            await self._remind_promise(chosen.removeprefix(_PROMISE), entry)
        else:
            words = await self.text(t("cases.ask-reminder", case=number))
            if words is not None:
                await self._noted(entry, REMINDER, words)

    async def _urge(self, entry: Entry, department: str) -> None:
        row = await self.act(case_tasks.urge, entry.case.id, department)
        if row is not None:
            name = said.department_name(self.hall, department)
            self.say(t("cases.urged", name=name, n=row["urged"], case=entry.case.number), "good")

    async def _remind_promise(self, promise: str, entry: Entry) -> None:
        if await self.act(case_promises.remind, promise) is not None:
            self.say(t("cases.reminder-kept", case=entry.case.number), "good")

    # -- writing beside a case

    async def escalate(self, entry: Entry) -> None:
        """Put a matter before the supervisor (协调上报)."""
        words = await self.text(t("cases.ask-escalation", case=entry.case.number))
        if words is not None:
            await self._noted(entry, ESCALATION, words)

    async def note(self, entry: Entry) -> None:
        """A remark, an answer given, a promise to the applicant, whom the file waits for."""
        number = entry.case.number
        options = [Option(kind, word("note", kind)) for kind in (NOTE, CONSULTATION, PROMISE)]
        options.append(Option(_WAIT, t("cases.wait-on")))
        answer = await self.answer(Question(t("cases.ask-note-kind", case=number), tuple(options)))
        if answer is None:
            return
        if answer.key == _WAIT:
            await self._wait_on(entry)
            return
        words = await self.text(t("cases.ask-note", kind=answer.text, case=number))
        if words is None:
            return
        due = ""
        if answer.key == PROMISE:
            today = self.hall_app.session.store.env.day(self.now)
            day = await self.text(t("cases.ask-day"), value=today)
            if day is None:
                return
            due = day
        await self._noted(entry, answer.key, words, due)

    async def _noted(self, entry: Entry, kind: str, words: str, due: str = "") -> None:
        done = await self.act(case_notes.note, entry.case.id, kind, words, due=due)
        if done is not None:
            told = t("cases.noted", kind=word("note", kind), case=entry.case.number)
            self.say(told, "good")

    async def _wait_on(self, entry: Entry) -> None:
        options = [Option(one, word("turn", one) if one else t("cases.nobody")) for one in WAITING]
        answer = await self.answer(
            Question(t("cases.ask-wait-on", case=entry.case.number), tuple(options))
        )
        if answer is None:
            return
        if await self.act(case_notes.wait_on, entry.case.id, answer.key) is not None:
            self.say(t("cases.waits", whom=answer.text, case=entry.case.number), "good")

    async def settle_note(self, entry: Entry) -> None:
        """What a note asked for is done."""
        if isinstance(entry.about, Escalated):
            await self._settled_note(entry, entry.about.id)
            return
        view = await self.whole(entry)
        if view is None:
            return
        open_ = [one for one in view.notes if one.done_at is None]
        if not open_:
            self.say(t("cases.no-note", case=entry.case.number), "warn")
            return
        options = tuple(
            Option(one.id, t("cases.note", kind=word("note", one.kind), by=one.by, text=one.text))
            for one in open_
        )
        answer = await self.answer(Question(t("cases.ask-done", case=entry.case.number), options))
        if answer is not None:
            await self._settled_note(entry, answer.key)

    async def _settled_note(self, entry: Entry, note: str) -> None:
        if await self.act(case_notes.done, note) is not None:
            self.say(t("cases.settled", case=entry.case.number), "good")

    # -- who goes on with it

    async def give(self, entry: Entry) -> None:
        """To a colleague, with a note (交接)."""
        number = entry.case.number
        rows = await self.hall_app.session.read(colleagues, self.who.operator)
        labels = {
            row["id"]: " ".join(dict.fromkeys((row["id"], row["name"] or ""))).strip()
            for row in rows
        }

        def find(text: str) -> list[tuple[str, str]]:
            wanted = text.strip().casefold()
            return [(key, label) for key, label in labels.items() if wanted in label.casefold()]

        answer = await self.answer(Question(t("cases.ask-taker", case=number), find=find))
        if answer is None:
            return
        note = await self.answer(Question(t("cases.ask-handover"), text=True, required=False))
        if note is None:
            return
        given = await self.act(case_lease.hand_over, entry.case.id, answer.key, note.text)
        if given is not None:
            self.say(t("cases.given", case=number, taker=labels[answer.key]), "good")

    async def take(self, entry: Entry) -> None:
        """From whoever holds it, with a reason (接管)."""
        reason = await self.text(t("cases.ask-takeover", case=entry.case.number))
        if reason is None:
            return
        if await self.act(case_lease.take_over, entry.case.id, reason) is not None:
            self.say(t("cases.taken", case=entry.case.number), "good")

    # -- corrections (更正)

    async def approve(self, entry: Entry) -> None:
        """Put a correction in force, once its difference was seen; seeing it is recorded."""
        about = entry.about
        if not isinstance(about, Amendment) or not await self._compared(entry, about):
            return
        if await self.act(case_amend.approve, about.id) is not None:
            self.say(t("cases.approved", case=entry.case.number), "good")

    async def _compared(self, entry: Entry, about: Amendment) -> bool:
        found = await self.act(case_amend.difference, about.id)
        if found is None:
            return False
        self.preview = of_difference(found, self.width - 2)
        self.show_detail()
        try:
            answer = await self.answer(yes_no(t("cases.ask-approve", case=entry.case.number)))
        finally:
            self.preview = None
            self.show_detail()
        return answer is not None and answer.key == "yes"

    async def reject(self, entry: Entry) -> None:
        """Turn a correction down, with a reason."""
        about = entry.about
        if not isinstance(about, Amendment):
            return
        reason = await self.text(t("cases.ask-reject", case=entry.case.number))
        if reason is None:
            return
        if await self.act(case_amend.reject, about.id, reason) is not None:
            self.say(t("cases.rejected", case=entry.case.number), "good")

    # -- whom to call

    async def reach(self, entry: Entry) -> None:
        """Name and phone of whoever filed it; looking is recorded."""
        found = await self.act(ledger.reach, [entry.case.id])
        call = (found or {}).get(entry.case.id)
        if call is None:
            return
        if call.name or call.phone:
            told = t("cases.reached", case=entry.case.number, name=call.name, phone=call.phone)
            self.reveal(told)
        else:
            self.say(t("cases.nobody-to-reach", case=entry.case.number), "warn")

    def reveal(self, text: str) -> None:
        """Show personal data for a while."""
        raise NotImplementedError
