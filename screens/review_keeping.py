"""What belongs to a case beside its steps: its form, notes, who files, who works on it."""

from __future__ import annotations

from hallclient.actions import (
    case_amend,
    case_answers,
    case_lease,
    case_link,
    case_notes,
    case_promises,
    case_undo,
    cases,
    filing_view,
    filings,
    form_offer,
)
from hallclient.actions.case_amend import Amendment
from hallclient.actions.case_title import ORGANISATION, PERSON, Applicant
from hallclient.form_words import label
from hallclient.rules.errors import Refused
from hallclient.rules.review.tolerance import COMMITMENT, TOLERANCE
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import refused_text, word
from screens import review_text
from screens.review_lines import NOTE, PROMISE
from screens.review_papers import ReviewPapers
from screens.widgets.choices import Option
from screens.widgets.question import Question, yes_no

_TO_SOMEBODY = frozenset({"handover", "takeover"})


class ReviewKeeping(ReviewPapers):
    """What the keys do around the case."""

    # -- its form

    async def case_form(self) -> None:
        """The form that it is filed with; else begin one."""
        filing = self.view.row["filing"]
        if filing is None:
            filing = await self._begin_form()
            if filing is None:
                return
        from screens.form import FormScreen

        try:
            opened = await self.hall_app.session.read(filing_view.open_filing, self.who, filing)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        self.app.push_screen(FormScreen(self.who, opened, ticket=self.ticket))

    async def _begin_form(self) -> str | None:
        offered = form_offer.offered(self.hall_app.session.store)
        forms = [offered[one] for one in self.view.facts.checklist.forms if one in offered]
        if not forms:
            self.say(t("review.no-form"), "warn")
            return None
        form = forms[0]
        if len(forms) > 1:
            options = tuple(Option(one.id, label(one)) for one in forms)
            answer = await self.answer(Question(t("form.which"), options))
            if answer is None:
                return None
            form = next(one for one in forms if one.id == answer.key)
        made = await self.act(filings.new, form.id, item=self.view.row["item"] or "")
        if made is None or await self.act(case_link.file_with, self.case, made["id"]) is None:
            return None
        return str(made["id"])

    # -- notes, promises, who works on it

    async def case_note(self) -> None:
        """Something is written, promised, asked for, or the case goes to somebody else."""
        at = self.at
        if at is not None and at.kind == NOTE and self._open_note(at.ref):
            sure = await self.answer(
                Question(
                    t("review.ask-done"),
                    (Option("done", t("review.note-done")), Option("new", t("review.new-note"))),
                )
            )
            if sure is None:
                return
            if sure.key == "done":
                await self.act(case_notes.done, at.ref)
                return
        promise = at.ref if at is not None and at.kind == PROMISE else ""
        if self._open_promise(promise) and await self._promise_done(promise):
            return
        answer = await self.answer(Question(t("review.ask-note"), self._note_options()))
        if answer is None:
            return
        if answer.key in case_notes.KINDS:
            await self._write(answer.key)
            return
        await {
            "hand-over": self._hand_over,
            "release": self._release,
            "take-over": self._take_over,
            "wait": self._wait,
            "link": self._link,
            "dishonest": self._dishonest,
        }[answer.key]()

    def _note_options(self) -> tuple[Option, ...]:
        closed = t("review.over") if self.view.facts.status.final else ""
        holder = self.view.facts.holder
        mine = "" if holder == self.who.operator else t("review.not-mine")
        lead = "" if self.who.role == "supervisor" else t("why-not.role")
        counter = t("why-not.role") if self.who.role == "agent" else ""
        return (
            *(Option(one, t(f"note.{one}"), closed) for one in case_notes.KINDS),
            Option("hand-over", t("review.hand-over"), closed),
            Option("release", t("review.release"), mine),
            Option("take-over", t("review.take-over"), closed or lead),
            Option("wait", t("review.wait"), closed),
            Option("link", t("review.link"), closed),
            Option("dishonest", t("review.dishonest"), closed or counter),
        )

    def _open_note(self, ref: str) -> bool:
        return any(one.id == ref and one.done_at is None for one in self.view.notes)

    def _open_promise(self, ref: str) -> bool:
        return any(one.id == ref and one.state == "open" for one in self.view.facts.promises)

    async def _promise_done(self, ref: str) -> bool:
        """Remind of a promise, or end it; whether that was meant."""
        one = next(one for one in self.view.facts.promises if one.id == ref)
        ends = ["broken", "withdrawn"] if one.kind == TOLERANCE else ["kept", "broken", "withdrawn"]
        options = [Option("remind", t("review.remind"))]
        options += [Option(end, word("promise.state", end)) for end in ends]
        options.append(Option("other", t("review.new-note")))
        answer = await self.answer(Question(t("review.ask-promise-end"), tuple(options)))
        if answer is None:
            return True
        if answer.key == "other":
            return False
        if answer.key == "remind":
            if await self.act(case_promises.remind, ref) is not None:
                self.say(t("review.reminded"), "good")
            return True
        reason = ""
        if answer.key != "kept" or one.kind != COMMITMENT:
            text = await self.ask_text(t("review.ask-why-ended"))
            if text is None:
                return True
            reason = text
        await self.act(case_promises.close, ref, answer.key, reason=reason)
        return True

    async def _write(self, kind: str) -> None:
        text = await self.ask_text(t("review.ask-text", kind=t(f"note.{kind}")))
        if text is None:
            return
        due = ""
        if kind == case_notes.PROMISE:
            today = self.view.facts.today
            day = await self._day(t("review.ask-until"), self.view.calendar.after(today, 1))
            if day is None:
                return
            due = day.isoformat()
        if await self.act(case_notes.note, self.case, kind, text, due=due) is not None:
            self.say(t("review.noted", kind=t(f"note.{kind}")), "good")

    async def _hand_over(self) -> None:
        rows = self.hall_app.session.store.rows(
            "SELECT id, name, role FROM operator WHERE state = 'active' "
            "AND role IN ('clerk', 'agent', 'supervisor') AND id != ? ORDER BY role, id",
            self.who.operator,
        )
        labels = [
            (row["id"], f"{row['id']} {row['name']} {t('role.' + row['role'])}") for row in rows
        ]

        def find(text: str) -> list[tuple[str, str]]:
            typed = text.strip().casefold()
            return [one for one in labels if typed in one[1].casefold()]

        answer = await self.answer(
            Question(t("review.ask-to"), find=find, placeholder=t("review.to-hint"))
        )
        if answer is None:
            return
        text = await self.ask_text(t("review.ask-handover-note"), required=False)
        if text is None:
            return
        if await self.act(case_lease.hand_over, self.case, answer.key, text) is not None:
            self.say(t("review.handed-over", to=answer.key), "good")

    async def _release(self) -> None:
        if await self.act(case_lease.release, self.case) is not None:
            self.say(t("review.released"), "good")

    async def _take_over(self) -> None:
        text = await self.ask_text(t("review.ask-takeover"))
        if text is not None:
            await self.act(case_lease.take_over, self.case, text)

    async def _wait(self) -> None:
        options = tuple(
            Option(one or "nobody", word("turn", one) if one else t("review.nobody"))
            for one in case_notes.WAITING
        )
        answer = await self.answer(Question(t("review.ask-wait"), options))
        if answer is not None:
            whom = "" if answer.key == "nobody" else answer.key
            await self.act(case_notes.wait_on, self.case, whom)

    async def _link(self) -> None:
        text = await self.ask_text(t("review.ask-number"))
        if text is None:
            return
        number = narrow(text).upper()
        if await self.act(case_link.link, self.case, number) is not None:
            self.ticket = number
            self.show()
            self.say(t("review.linked", number=number), "good")

    async def _dishonest(self) -> None:
        answer = await self.answer(yes_no(t("review.ask-dishonest")))
        if answer is not None:
            await self.act(case_answers.note_dishonest, self.case, answer.key == "yes")

    # -- who files

    async def applicant(self) -> None:
        """Unmasked, for some seconds; it is recorded."""
        found = await self.act(cases.applicant_of, self.case)
        if found is not None:
            self.reveal("  ".join(one for one in found[1:] if one) or t("review.nobody-files"))

    async def describe(self) -> None:
        """Who files; after acceptance it is a correction that somebody else approves."""
        at = self.at
        waiting = next((one for one in self.view.amendments if one.done_at is None), None)
        if waiting is not None and (
            self.who.role == "supervisor" or at is None or at.ref == waiting.id
        ):
            await self._settle(waiting)
            return
        before = await self.act(cases.applicant_of, self.case)
        if before is None:
            return
        kinds = (PERSON, ORGANISATION)
        answer = await self.answer(
            Question(
                t("review.ask-who"),
                tuple(Option(one, t(f"review.applicant.{one}")) for one in kinds),
                chosen=kinds.index(before.kind),
            )
        )
        if answer is None:
            return
        texts = before._asdict() | {"kind": answer.key}
        for name in texts:
            if name == "kind" or (answer.key == PERSON and name == "address"):
                continue
            text = await self.ask_text(
                t(f"review.applicant.{answer.key}.{name}"),
                value=texts[name],
                required=name == "name",
            )
            if text is None:
                return
            texts[name] = text
        await self._described(before, Applicant(**texts))

    async def _settle(self, one: Amendment) -> None:
        """Approve a correction after a look at what it changes, turn it down, or take it back."""
        found = await self.act(case_amend.difference, one.id)
        if found is None:
            return
        own = one.by == self.who.operator
        role = "" if self.who.role == "supervisor" else t("why-not.role")
        options = (
            Option("approve", t("review.approve"), t("review.own-amend") if own else role),
            Option("reject", t("review.reject"), role),
            Option("withdraw", t("review.withdraw"), "" if own else t("review.others-amend")),
        )
        self.preview(review_text.differences(found))
        try:
            answer = await self.answer(Question(t("review.ask-settle"), options))
            if answer is not None and answer.key == "reject":
                reason = await self.ask_text(t("review.ask-reject"))
                if reason is not None:
                    await self.act(case_amend.reject, one.id, reason)
            elif answer is not None:
                use = case_amend.approve if answer.key == "approve" else case_amend.withdraw
                if await self.act(use, one.id) is not None:
                    self.say(t(f"review.amend-{answer.key}"), "good")
        finally:
            self.preview(None)

    async def take_back(self) -> None:
        """Undo one's own last step, for a short time."""
        if await self.act(case_undo.undo_move, self.case) is not None:
            self.say(t("review.taken-back"), "good")

    async def _described(self, before: Applicant, now: Applicant) -> None:
        if now == before:
            self.say(t("review.nothing-changed"))
        elif self.view.row["accepted_at"] is not None:
            reason = await self.ask_text(t("review.ask-amend"))
            if reason is None:
                return
            if await self.act(case_amend.propose, self.case, now, reason) is not None:
                self.say(t("review.amend-proposed"), "good")
        elif await self.act(cases.describe, self.case, now) is not None:
            self.say(t("review.described"), "good")
