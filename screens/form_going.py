"""Getting about in a form: problems, parts, what was searched, the end of a part."""

from __future__ import annotations

from textual import on

from hallclient.actions.acting import Actor
from hallclient.actions.filing_view import Opened
from hallclient.rules.form.spec import Section
from hallclient.texts import t
from screens.form_base import FormBase
from screens.form_find import FormSearch
from screens.form_model import standing
from screens.keys import current
from screens.widgets.grid import FormGrid
from screens.widgets.question import Question
from screens.widgets.table import VirtualTable


class FormGoing(FormBase):
    """Where the cursor goes."""

    def __init__(self, who: Actor, opened: Opened, *, ticket: str = "", hint: str = "") -> None:
        super().__init__(who, opened, ticket=ticket, hint=hint)
        self._search: FormSearch | None = None

    async def _next_problem(self) -> None:
        self._to_problem(1)

    async def _previous_problem(self) -> None:
        self._to_problem(-1)

    def _to_problem(self, step: int) -> None:
        problems = standing(self.model.state.problems())
        found = {(one.row, one.field or one.section) for one in problems}
        found |= self.model.collisions.keys()
        if not found:
            self.say(t("form.no-problems"), "good")
            return
        order = {place: at for at, place in enumerate(self.model.state.all_cells())}
        places = sorted(found, key=lambda one: order.get(one, -1))
        here = order.get(self.cell or ("", ""), -1)
        if step > 0:
            after = [one for one in places if order.get(one, -1) > here]
            next_one = after[0] if after else places[0]
        else:
            before = [one for one in places if order.get(one, -1) < here]
            next_one = before[-1] if before else places[-1]
        self.go_to_cell(next_one)
        self.say(t("form.problem-of", n=places.index(next_one) + 1, all=len(places)))

    def _asked(self) -> list[Section]:
        state = self.model.state
        return [one for one in state.form.sections if state.section_relevant(one.id)]

    async def _previous_section(self) -> None:
        self._step_section(-1)

    async def _next_section(self) -> None:
        self._step_section(1)

    def _step_section(self, step: int) -> None:
        self._tidy()
        asked = self._asked()
        at = asked.index(self.section) if self.section in asked else 0
        self.go_to_section(asked[(at + step) % len(asked)])

    async def _to_sections(self) -> None:
        self._sections.focus()

    @on(VirtualTable.RowHighlighted, "#sections")
    def _section_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        if self._sections.has_focus and event.row is not None and event.row.key != self.section.id:
            self._tidy()
            self.go_to_section(self.model.state.program.layout.sections[event.row.key])

    @on(VirtualTable.RowActivated, "#sections")
    def _section_chosen(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        self.grid.focus()

    async def _find(self) -> None:
        if self._search is None:
            self._search = FormSearch(self.model)
        found = await self.answer(
            Question(t("form.find"), find=self._search.find, placeholder=t("form.find-hint"))
        )
        if found is not None:
            row, _, name = found.key.partition("/")
            self.go_to_cell((row, name))

    # -- the end of a part

    @on(FormGrid.Ended)
    def _ended(self, event: FormGrid.Ended) -> None:
        """Another row of a table that is being filled in, else the next part with a gap."""
        event.stop()
        if event.step < 0:
            self._step_section(-1)
            return
        fixed = self.section.id in self.model.registered.tables
        if self.section.repeat and self.model.open and self.model.begun is None and not fixed:
            self.begin_row()
            return
        self._tidy()
        asked = self._asked()
        at = asked.index(self.section) if self.section in asked else -1
        for section in [*asked[at + 1 :], *asked[: at + 1]]:
            state = self.model.state.section_state(section.id)
            if state.missing or state.wrong:
                self.go_to_section(section)
                return
        if standing(self.model.state.problems()):
            self._to_problem(1)
        else:
            first = current().first
            keys = {name: first(name) for name in ("answers", "departments")}
            self.say(t("form.all-filled", **keys), "good")

    def _tidy(self) -> None:
        """A row that was begun and left empty goes."""
        if self.model.begun is not None:
            self.model.end_row()
            self.grid.reload()
