"""Moving a case: its next step, its other steps, the one-time notice, departments' opinions."""

from __future__ import annotations

from db.store import Store
from hallclient.actions import case_deficiencies, case_moves, case_tasks
from hallclient.actions.acting import Actor
from hallclient.actions.case_moves import Moved
from hallclient.actions.case_papers import COUNTER, POST, WAYS
from hallclient.actions.case_tasks import Lack
from hallclient.rules.catalogue import named
from hallclient.rules.review import departments
from hallclient.rules.review.deficiencies import needs_reason
from hallclient.rules.review.flow import at_once_next, notice_move
from hallclient.rules.review.spec import Material, Move
from hallclient.texts import language, t
from hallclient.watch_words import department_name, timer_name
from hallclient.words import word
from screens import review_text
from screens.keys import current
from screens.review_lines import TASK
from screens.review_marks import ReviewMarks
from screens.widgets.choices import Option
from screens.widgets.question import Question

_STARTS = "start "
_AT_ONCE = "at-once"
_ISSUING = frozenset({"certificate-unprinted", "certificate-waiting"})
"""Why a case does not go on that has its certificates to be worked off."""


class ReviewSteps(ReviewMarks):
    """What the keys do that move the case."""

    # -- steps

    async def step(self) -> None:
        """The next step, after a look at what it does."""
        offers = [one for one in self.view.offers if not one.why_not]
        step = self.view.step
        wanted = step.move if step is not None else ""
        move = next((one.move for one in offers if one.move.id == wanted), None)
        if move is not None:
            await self._make(move)
        elif any(one.why_not in _ISSUING for one in self.view.offers):
            await self.do("its_certificates")
        else:
            await self.steps()

    async def steps(self) -> None:
        """Every step of this role from here; those that cannot be made say why."""
        if not self.view.offers:
            over = self.view.facts.status.final
            self.say(t("review.over" if over else "review.no-steps"), "warn")
            return
        options = tuple(
            Option(
                one.move.id,
                named(one.move, language()),
                t(f"guard.{one.why_not}") if one.why_not else "",
            )
            for one in self.view.offers
        )
        if self.who.role != "agent" and at_once_next(self.view.facts):
            options = (Option(_AT_ONCE, t("review.at-once")), *options)
        answer = await self.answer(Question(t("review.ask-step"), options))
        if answer is None:
            return
        if answer.key == _AT_ONCE:
            await self._at_once()
        else:
            await self._make(self.view.facts.flow.move[answer.key])

    async def _make(self, move: Move) -> None:
        """Ask what it needs, make it, say what has come of it."""
        if notice_move(self.view.facts) == move.id:
            await self.notice()
            return
        reason = ""
        if move.reason:
            text = await self.ask_text(t("review.ask-reason", move=named(move, language())))
            if text is None:
                return
            reason = text
        given = await self._given(move)
        if given is None:
            return
        answer = await self.answer(
            Question(
                self._told(move),
                (Option("yes", named(move, language())), Option("no", t("review.leave"))),
            )
        )
        if answer is None or answer.key != "yes":
            return
        await self._moved(move.id, reason, given)

    async def _at_once(self) -> None:
        """Taken in, accepted and granted in one go (即办件)."""
        answer = await self.answer(
            Question(
                t("review.ask-at-once"),
                (Option("yes", t("review.at-once")), Option("no", t("review.leave"))),
            )
        )
        if answer is not None and answer.key == "yes":

            def make(store: Store, who: Actor) -> Moved:
                return case_moves.at_once(store, who, self.case)

            made = await self.act(make)
            if made is not None:
                self._done(made)

    def _told(self, move: Move) -> str:
        """What a step does: documents, the seal, the clocks that start."""
        flow = self.view.facts.flow
        parts = [named(flow.paper[one], language()) for one in move.papers]
        if move.seal:
            parts.append(t("review.seal"))
        parts += [
            t("review.starts", timer=timer_name(flow, one.removeprefix(_STARTS)))
            for one in move.clocks
            if one.startswith(_STARTS)
        ]
        what = t("review.list-sep").join(parts)
        name = named(move, language())
        return (
            t("review.ask-move", move=name, what=what) if what else t("review.ask-sure", move=name)
        )

    async def _given(self, move: Move) -> dict[str, str] | None:
        """What only a person knows of its documents; None: never mind."""
        given: dict[str, str] = {}
        if "bys" in move.papers:
            text = await self.ask_text(t("review.ask-competent"), required=False)
            if text is None:
                return None
            given["competent"] = text
        if "tbcx" in move.papers:
            text = await self.ask_text(t("review.ask-days"))
            if text is None:
                return None
            given["days"] = text
        if "sdhz" in move.papers:
            return await self.receipt()
        return given

    async def receipt(self) -> dict[str, str] | None:
        """How something is handed over, and to whom; None: never mind."""
        options = tuple(Option(one, t(f"paper.way.{one}")) for one in WAYS)
        how = await self.answer(Question(t("review.ask-way"), options))
        if how is None:
            return None
        given = {"how": how.key}
        receiver = await self.ask_text(
            t("review.ask-receiver"), required=False, hint=t("review.receiver-hint")
        )
        if receiver is None:
            return None
        given["receiver"] = receiver
        if how.key == POST:
            waybill = await self.ask_text(t("review.ask-waybill"))
            if waybill is None:
                return None
            given["waybill"] = waybill
        if how.key != COUNTER:
            address = await self.ask_text(t("review.ask-address"), required=False)
            if address is None:
                return None
            given["address"] = address
        return given

    async def _moved(self, move: str, reason: str, given: dict[str, str]) -> bool:
        def make(store: Store, who: Actor) -> Moved:
            return case_moves.move(store, who, self.case, move, reason=reason, **given)

        made = await self.act(make)
        if made is None:
            return False
        self._done(made)
        return True

    def _done(self, made: Moved) -> None:
        """Say what has come of a step, and go where it goes on."""
        flow = made.facts.flow
        state = named(flow.state[made.row["state"]], language())
        papers = [named(flow.paper[one["kind"]], language()) for one in made.papers]
        if papers:
            said = t(
                "review.moved-papers",
                state=state,
                papers=t("review.list-sep").join(papers),
                key=current().first("papers"),
            )
        else:
            said = t("review.moved", state=state)
        self.go_to(self._first_open())
        self.say(said, "good")

    # -- the one-time notice

    async def notice(self) -> None:
        """Everything that is missing, all at once: collected, looked at, then made."""
        facts = self.view.facts
        if facts.state == "draft" and self._can("begin_prereview"):
            if not await self._moved("begin_prereview", "", {}):
                return
            facts = self.view.facts
        move = notice_move(facts)
        if not move:
            self.say(t("review.no-notice", state=named(facts.status, language())), "warn")
            return
        if await self.act(case_deficiencies.collect, self.case) is None:
            return
        if not self.view.facts.open_deficiencies:
            self.say(t("guard.nothing-to-tell"), "warn")
            return
        self.preview(review_text.notice(self.view, max(30, self._about.size.width - 2)))
        try:
            await self._tell(move)
        finally:
            self.preview(None)

    async def _tell(self, move: str) -> None:
        reason = ""
        if needs_reason(self.view.facts):
            text = await self.ask_text(t("review.ask-second"))
            if text is None:
                return
            reason = text
        n = len(self.view.facts.open_deficiencies)
        answer = await self.answer(
            Question(
                t("review.ask-notice", n=n),
                (Option("yes", t("review.make-notice")), Option("no", t("review.leave"))),
            )
        )
        if answer is not None and answer.key == "yes":
            await self._moved(move, reason, {})

    def _can(self, move: str) -> bool:
        return any(one.move.id == move and not one.why_not for one in self.view.offers)

    # -- departments

    async def opinion(self) -> None:
        """A department's opinion, a reminder, or sending it again."""
        facts = self.view.facts
        if not facts.tasks:
            self.say(t("review.no-departments"), "warn")
            return
        department = await self._department()
        if department is None:
            return
        task = next(one for one in facts.tasks if one.department == department)
        if task.state == departments.RETURNED:
            if await self.act(case_tasks.resend, self.case) is not None:
                self.say(t("review.resent"), "good")
            return
        results = departments.RESULTS if task.state == departments.OPEN else ()
        why = "" if results else word("task.state", task.state)
        options = [
            *(Option(one, word("task.state", one), why) for one in departments.RESULTS),
            Option("urge", t("review.urge"), why),
        ]
        name = department_name(self.hall, department)
        answer = await self.answer(Question(t("review.ask-opinion", name=name), tuple(options)))
        if answer is None:
            return
        if answer.key == "urge":
            if await self.act(case_tasks.urge, self.case, department) is not None:
                self.say(t("review.urged-now", name=name), "good")
            return
        await self._record(department, name, answer.key)

    async def _department(self) -> str | None:
        """The one under the cursor, the only open one, or the one that is chosen."""
        at = self.at
        if at is not None and at.kind == TASK:
            return at.ref
        tasks = self.view.facts.tasks
        wanted = [one for one in tasks if one.state in (departments.OPEN, departments.RETURNED)]
        wanted = wanted or list(tasks)
        if len(wanted) == 1:
            return wanted[0].department
        options = tuple(
            Option(
                one.department,
                f"{department_name(self.hall, one.department)} {word('task.state', one.state)}",
            )
            for one in wanted
        )
        answer = await self.answer(Question(t("review.ask-department"), options))
        return None if answer is None else answer.key

    async def _record(self, department: str, name: str, result: str) -> None:
        lacks: list[Lack] = []
        if result == departments.RETURNED:
            found = await self._lacks()
            if not found:
                return
            lacks = found
        required = result == departments.REFUSED
        text = await self.ask_text(t("review.ask-opinion-text"), required=required)
        if text is None:
            return
        made = await self.act(
            case_tasks.opinion, self.case, department, result, text=text, deficiencies=lacks
        )
        if made is not None:
            said = t("review.opinion-done", name=name, result=word("task.state", result))
            self.say(said, "good")

    async def _lacks(self) -> list[Lack]:
        """What is to be mended: papers with a reason, or own words; empty: never mind."""
        found: list[Lack] = []
        materials = self.view.facts.checklist.materials
        while True:
            options = [
                Option(str(one.no), f"{one.no} {named(one, language())}") for one in materials
            ]
            if found:
                options.insert(0, Option("done", t("review.lacks-done", n=len(found))))
            options.append(Option("own", t("review.lack-own")))
            answer = await self.answer(Question(t("review.ask-lacks"), tuple(options)))
            if answer is None:
                return []
            if answer.key == "done":
                return found
            one = await self._lack(answer.key)
            if one is not None:
                found.append(one)

    async def _lack(self, key: str) -> Lack | None:
        if key != "own":
            material: Material = self.view.facts.checklist.by_no[int(key)]
            options = tuple(Option(one.code, named(one, language())) for one in material.reasons)
            if options:
                prompt = t("review.ask-lack-reason", name=named(material, language()))
                answer = await self.answer(Question(prompt, options, text=True))
                if answer is None:
                    return None
                return Lack(material.no, answer.key, "" if answer.key else answer.text)
            text = await self.ask_text(t("review.ask-lack"))
            return None if text is None else Lack(material.no, "", text)
        text = await self.ask_text(t("review.ask-lack"))
        if text is None:
            return None
        how = await self.ask_text(t("review.ask-how"), required=False)
        return None if how is None else Lack(text=text, how=how)
