"""Getting about in a form: problems, parts, what was searched, the end of a part."""

from __future__ import annotations

from textual import on

from hallclient.actions.acting import Actor
from hallclient.actions.filing_view import Opened
from hallclient.rules.form import entering
from hallclient.rules.form.edits import Add
from hallclient.rules.form.spec import Section
from hallclient.texts import t
from screens.form_base import FormBase
from screens.form_find import FormSearch
from screens.form_model import standing
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
        places = list(dict.fromkeys((one.row, one.field or one.section) for one in problems))
        if not places:
            self.say(t("form.no-problems"), "good")
            return
        order = {place: at for at, place in enumerate(self.model.state.all_cells())}
        here = order.get(self.cell or ("", ""), -1)
        if step > 0:
            after = [one for one in places if order.get(one, -1) > here]
            found = after[0] if after else places[0]
        else:
            before = [one for one in places if order.get(one, -1) < here]
            found = before[-1] if before else places[-1]
        self.go_to_cell(found)
        self.say(t("form.problem-of", n=places.index(found) + 1, all=len(places)))

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
        if self.section.repeat and self.model.open and self._wants_row():
            self._new_row("")
            return
        self._tidy()
        asked = self._asked()
        at = asked.index(self.section) if self.section in asked else -1
        for section in [*asked[at + 1 :], *asked[: max(0, at)]]:
            state = self.model.state.section_state(section.id)
            if state.missing or state.wrong:
                self.go_to_section(section)
                if section.repeat and not self.model.state.count(section.id):
                    self._new_row("")
                return
        self.say(t("form.all-filled"), "good")

    def _wants_row(self) -> bool:
        """Whether the table goes on: its last row says something."""
        rows = self.model.state.rows(self.section.id)
        return bool(rows) and not self._empty(rows[-1])

    def _empty(self, row: str) -> bool:
        state = self.model.state
        return all(
            state.text(row, one.id) in ("", one.default)
            for one in self.section.fields
            if not one.calculation
        )

    def _tidy(self) -> None:
        """A last row in which nothing was typed was begun for nothing."""
        if not self.section.repeat or not self.model.open:
            return
        rows = self.model.state.rows(self.section.id)
        if rows and self._empty(rows[-1]):
            self.model.do(entering.drop_row(self.model.state, rows[-1]))

    def _new_row(self, after: str) -> None:
        edits = entering.add_row(self.model.state, self.section.id, self.model.new_id, after)
        self.model.do(edits)
        self.grid.reload()
        made = next(edit.row for edit in edits if isinstance(edit, Add))
        self._to_row(made)

    def _to_row(self, row: str) -> None:
        columns = self.source.columns()
        at = self.source.index_of(row)
        if at is None:
            return
        fillable = (c.key for n, c in enumerate(columns) if self.source.fillable(at, n))
        self.grid.goto(row, next(fillable, columns[0].key))
        self._show()
