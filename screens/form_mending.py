"""Mending a form: what the program repairs, what a person lets pass, settles or takes back."""

from __future__ import annotations

from hallclient.actions import filing_edit, filing_override
from hallclient.form_words import problem_text
from hallclient.rules.form import repairs
from hallclient.rules.form.edits import Add
from hallclient.rules.form.judging import OVERRIDABLE, Problem
from hallclient.rules.form.repair_ways import matched, summed
from hallclient.rules.form.spec import Rule
from hallclient.texts import t
from hallclient.words import word
from screens.form_going import FormGoing
from screens.form_model import touched
from screens.form_text import problems_here
from screens.keys import current
from screens.widgets.choices import Option
from screens.widgets.question import Question


def filled_by(rule: Rule) -> str:
    """The column that a repair of this rule writes; empty: it is none of a table."""
    found = summed(rule.constraint) or matched(rule.constraint)
    return found[0] if found else ""


class FormMending(FormGoing):
    """Subclasses bind the keys."""

    # -- what the program mends

    def _mendable(self) -> set[str]:
        """Rules about this part that are broken and can be mended by the program."""
        names = {one.id for one in self.section.fields} | {self.section.id}
        state = self.model.state
        return {
            rule.id
            for rule in state.form.rules
            if rule.repair and state.judging.breaks(rule.id) and names & {rule.on, filled_by(rule)}
        }

    def can_repair(self) -> bool:
        """Whether there is anything to repair; asked at every move, so it looks at no row."""
        here = self.model.state.problems_at(*self.cell) if self.cell is not None else []
        return any(one.rule and one.rule.repair for one in here) or bool(self._mendable())

    def _offers(self) -> list[tuple[Problem, str]]:
        """Problems that the program can mend: the cursor's first, then those of the part, each rule
        once: a repair mends all that a rule says.
        """
        state, mendable = self.model.state, self._mendable()
        here = state.problems_at(*self.cell) if self.cell is not None else []
        found = {one.code: one for one in here if one.rule and one.rule.repair}
        for problem in state.problems() if mendable - found.keys() else ():
            if problem.code in mendable:
                found.setdefault(problem.code, problem)
        return [(one, way) for one in found.values() if one.rule for way in one.rule.repair]

    async def _repair(self) -> None:
        offers = self._offers()[:9]
        problem, way = offers[0]
        if len(offers) > 1:
            state = self.model.state
            options = tuple(
                Option(str(at), f"{word('form.repair', how)}  {problem_text(state, one)}")
                for at, (one, how) in enumerate(offers)
            )
            chosen = await self.answer(Question(t("form.repair"), options))
            if chosen is None:
                return
            problem, way = offers[int(chosen.key)]
        edits = repairs.repair(self.model.state, problem, way, self.model.new_id)
        if self.model.do(edits, "repair"):
            made = [edit.row for edit in edits if isinstance(edit, Add)]
            if made:
                self.go_to_row(made[0])
            n, key = len({edit.row for edit in edits}), current().first("step_back")
            self.say(t("form.repaired", way=word("form.repair", way), n=n, key=key), "good")
        else:
            self.say(t("form.repair-leads-nowhere"), "warn")

    def _passable(self) -> Problem | None:
        found = problems_here(self.model.state, self.cell) if self.cell is not None else []
        return next(
            (
                one
                for one in found
                if one.rule is not None and not one.passed and one.level in OVERRIDABLE
            ),
            None,
        )

    async def _let_pass(self) -> None:
        problem = self._passable()
        if problem is None:
            return
        reason = await self.answer(Question(t("form.let-pass"), text=True))
        if reason is None or not await self.model.flush():
            return
        seen = self.model.state.judging.fingerprint(problem)
        await self.hall_app.session.write(
            filing_override.override,
            self.who,
            self.model.key,
            problem.code,
            problem.row,
            reason.text,
            seen,
        )
        await self.model.follow()
        self.say(t("form.let-passed"), "good")

    async def _settle(self) -> None:
        cell = self.cell
        if cell is None:
            return
        collision = self.model.collisions[cell]
        options = (
            Option("own", t("form.settle.stands", text=collision.text)),
            Option("other", t("form.settle.other", text=collision.other or "", by=collision.by)),
        )
        chosen = await self.answer(Question(t("form.settle"), options, text=True))
        if chosen is None:
            return
        await self.model.flush()
        await self.hall_app.session.write(
            filing_edit.settle, self.who, self.model.key, *cell, chosen.key or chosen.text
        )
        await self.model.follow()

    async def _step_back(self) -> None:
        await self._turn(again=False)

    async def _step_again(self) -> None:
        await self._turn(again=True)

    async def _turn(self, *, again: bool) -> None:
        step = await self.model.turn(again)
        cell = touched(step)
        if cell is not None and cell[1]:
            self.go_to_cell(cell)
        self.say(t("form.redone" if again else "form.undone", n=len(step.edits)))
