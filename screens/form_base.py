"""The form screen's parts: what it shows, and how it gets from one cell to another."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from db.errors import StoreError
from hallclient.actions.acting import Actor
from hallclient.actions.filing_log import Step
from hallclient.actions.filing_view import Opened
from hallclient.form_words import label, problem_text
from hallclient.rules.errors import Refused
from hallclient.rules.form import entering
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.spec import Section
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import form_text
from screens.actions import FORM
from screens.base import STYLES
from screens.form_model import Cell, FormModel
from screens.form_source import SectionSource, source_of
from screens.form_text import SECTION_WIDTH
from screens.keyed import KeyedScreen
from screens.keys import current
from screens.latest import Latest
from screens.still import keep, release
from screens.widgets.ask import Ask
from screens.widgets.content import Words, entitle, line
from screens.widgets.footer import KeyLine
from screens.widgets.grid import FormGrid
from screens.widgets.grid_parts import options_line
from screens.widgets.question import Answer, Question
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

if TYPE_CHECKING:
    pass

POLL_S = 0.2
AGAIN_S = 2.0
"""So soon saving is tried again after trouble."""
NARROW = 100
MANY = 500
"""Rows of a filing: so many cells are looked at by the collector only once."""


def no_rows() -> str:
    """What a table without rows says."""
    return t("form.no-rows", key=current().first("add_row"))


class FormBase(KeyedScreen):
    """A filing on the screen. Subclasses do what keys ask for."""

    CSS_PATH = "form.tcss"
    SCREEN = FORM
    AUTO_FOCUS = "CellEditor"

    def __init__(self, who: Actor, opened: Opened, *, ticket: str = "", hint: str = "") -> None:
        super().__init__()
        self.who = who
        self.ticket = ticket
        self._opened = opened
        self._hint = hint
        self._stale = False
        self._shown_width = 0
        self._version = -1
        self._latest = Latest(self, self._follow)

    # -- layout

    def compose(self) -> ComposeResult:
        """A list of parts, the part that is filled in, what helps, the keys."""
        self.model = FormModel(
            self.hall_app.session, self.who, self._opened, self, self._start_saving
        )
        self.section = self._first()
        self.source: SectionSource = source_of(self.model, self.section)
        self._status, self._ready = Words(id="status"), Words(id="ready")
        self._sections = VirtualTable(form_text.section_columns(), id="sections", header=False)
        self.grid = FormGrid(self.source, empty=no_rows(), id="grid")
        self._box = Container(self.grid, id="grid-box")
        self._choices, self._about = Words(id="choices"), Words(id="about")
        self._said = Words(id="said")
        self.ask = Ask(id="ask")
        self._keys = KeyLine(
            why=self.why_not, label=self.label_now, hide=lambda _: False, screen="form", id="keys"
        )
        yield self._status
        yield Horizontal(self._sections, self._box, id="work")
        yield self._ready
        yield self._choices
        yield self._about
        yield self._said
        yield self.ask
        yield self._keys

    def _start_saving(self, work: Awaitable[None]) -> object:
        async def save() -> None:
            await work
            self._show_status()

        return self.run_worker(save(), group="save", exit_on_error=False)

    def _first(self) -> Section:
        """The first part that lacks something, else the first one."""
        state = self.model.state
        asked = [one for one in state.form.sections if state.section_relevant(one.id)]
        for one in asked:
            if state.section_state(one.id).missing and one.id != state.program.roster:
                return one
        return asked[0]

    def on_mount(self) -> None:
        """Show everything, follow what others do."""
        self.grid.focus()
        self.say(self._hint, "good")
        self._enter_section()
        self._show()
        self.set_interval(POLL_S, self._poll)
        self.set_interval(AGAIN_S, self._again)
        if sum(map(self.model.state.count, self.model.state.program.layout.sections)) > MANY:
            self.call_after_refresh(keep)

    def on_unmount(self) -> None:
        """The collector may look at it again."""
        release()

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.set_class(self.app.size.width < NARROW, "-narrow")
        if self._width != self._shown_width:
            self._show()

    @property
    def _width(self) -> int:
        return max(40, self.app.size.width)

    # -- following

    def _poll(self) -> None:
        # Not the session's own question: the desk below asks that, and it is answered once.
        seen, self._version = self._version, self.hall_app.session.store.changed()
        if seen != self._version:
            self._latest.ask()

    def _again(self) -> None:
        if self.model.trouble is not None:
            self.model.wake()

    async def _follow(self) -> None:
        try:
            steps = await self.model.follow()
        except (Refused, StoreError) as error:
            self.tell(error)
        else:
            self._tell_others(steps)

    def _tell_others(self, steps: Sequence[Step]) -> None:
        others = sorted({step.by for step in steps})
        if others:
            self.say(t("form.others", by=", ".join(others), n=len(steps)))

    # -- what the model tells

    def form_changed(self) -> None:
        """Everything is shown anew, once, before the next frame."""
        if not self._stale and self.is_mounted:
            self._stale = True
            self.call_later(self._show)

    def form_typed(self) -> None:
        """The line is free for what comes of it."""
        self.say("")

    def form_refused(self, refused: Refused) -> None:
        """What was typed is told, so that it is not lost."""
        typed = refused.params.get("typed")
        said = refused_text(refused)
        self.say(f"{said}  {typed}" if typed else said, "alert")

    def form_trouble(self, error: StoreError | None) -> None:
        """Kept in memory until the store takes it."""
        if error is not None:
            self.say(t("form.kept", why=store_text(error)), "alert")
        else:
            self.say(t("form.saved-again"), "good")
        self._show_status()

    # -- showing

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.grid.lines.empty = no_rows()
        self._sections.set_columns(form_text.section_columns())
        self._show()

    def _show(self) -> None:
        self._stale = False
        if not self.is_attached:
            return
        self._shown_width = self._width
        if not self.model.state.section_relevant(self.section.id):
            self.go_to_section(self._first())
        room = SECTION_WIDTH + (0 if self._width < NARROW else 4)
        self._sections.replace_source(ListSource(form_text.section_rows(self.model, room)))
        self._sections.select_key(self.section.id)
        entitle(self._box, form_text.grid_title(self.model, self.section))
        self.grid.reload()
        self._ready.say(form_text.readiness(self.model, self._width - 2))
        self._show_status()
        self._show_cell()

    def _show_status(self) -> None:
        if self.is_attached:
            self._status.say(form_text.status(self.model, self.ticket, self._width))

    def _show_cell(self) -> None:
        """What helps with the cursor's cell."""
        edit = self.grid.cell_edit
        told = options_line(self.grid.options, edit, self._width - 4)
        self._choices.say(line((told or self._typed_line(), "$text-accent")))
        typing = self.grid.typing if edit.kind == "text" else None
        self._about.say(form_text.about(self.model, self.cell, self._width - 2, typing))
        self._keys.refresh_keys()

    def _typed_line(self) -> str:
        """Why nothing can be typed here, if so."""
        return self.grid.cell_edit.locked if self.grid.place is not None else ""

    def say(self, text: str, style: str = "") -> None:
        """What came of a key; it stays."""
        self._said.say(line((text, STYLES[style])), layout=True)

    # -- where the cursor is

    @property
    def cell(self) -> Cell | None:
        """The form's cell under the cursor."""
        place = self.grid.place
        return None if place is None else self.source.cell_at(*place)

    def go_to_section(self, section: Section) -> None:
        """Show another part, from its first field that needs something."""
        self.grid.leave()
        self.section = section
        self.source = source_of(self.model, section)
        self.grid.set_source(self.source, no_rows())
        self._enter_section()
        self._sections.select_key(section.id)
        entitle(self._box, form_text.grid_title(self.model, section))
        self._show_cell()

    def _enter_section(self) -> None:
        """To the first field that needs something; a table without rows begins with one."""
        if self.section.repeat and not self.source.count():
            self.begin_row()
        elif self.source.count():
            self._to_needed(0)

    def _to_needed(self, row: int) -> None:
        """To the first field from this line on that needs something, else to the line's first."""
        found = self.source.needed_after(row, -1) or (row, 0)
        self.grid.goto(self.source.key(found[0]), self.source.columns()[found[1]].key)

    def begin_row(self, after: str = "") -> None:
        """Show a row to be filled in, behind another one or at the end."""
        model = self.model
        model.begin_row(entering.next_row(model.state, self.section.id, model.new_id, after))
        self.grid.reload()
        at = self.source.index_of(model.begun) if model.begun is not None else None
        if at is not None:
            self._to_needed(at)

    def go_to_row(self, row: str) -> None:
        """To the first field of a row that needs something."""
        self.go_to_section(
            self.model.state.program.layout.sections[self.model.state.section_of(row)]
        )
        at = self.source.index_of(row)
        if at is not None:
            self._to_needed(at)

    def go_to_cell(self, cell: Cell) -> None:
        """Put the cursor on a cell, wherever it is; ("", section) is a table as a whole."""
        state = self.model.state
        row, name = cell
        layout = state.program.layout
        if name in layout.sections:
            self.go_to_section(layout.sections[name])
            return
        field = layout.fields.get(name)
        section = field.section if field is not None else state.section_of(row)
        if not section or (row != SINGLE and not state.section_of(row)):
            return
        if section != self.section.id:
            self.go_to_section(layout.sections[section])
        if field is not None:
            self.grid.goto(*self.source.place_of(cell))
        self._show_cell()

    # -- asking

    async def answer(self, question: Question) -> Answer | None:
        """Ask on the line at the bottom, and go on typing."""
        try:
            return await super().answer(question)
        finally:
            self.grid.focus()

    # -- what the grid tells

    @on(FormGrid.Moved)
    @on(FormGrid.Typing)
    @on(FormGrid.WantsChoice)
    def _moved(self, event: FormGrid.Moved) -> None:
        event.stop()
        self._show_cell()

    @on(FormGrid.Locked)
    def _locked(self, event: FormGrid.Locked) -> None:
        event.stop()
        if event.why:
            self.say(event.why, "warn")

    @on(FormGrid.Abandoned)
    def _abandoned(self, event: FormGrid.Abandoned) -> None:
        event.stop()
        self.say(t("form.abandoned", text=event.text))

    @on(FormGrid.Committed)
    def _committed(self, event: FormGrid.Committed) -> None:
        """What was typed has gone on; what is wrong with it is told where the eyes are."""
        event.stop()
        cell = self.source.cell_at(event.row, event.column)
        state = self.model.state
        found = state.problems_at(*cell) if state.has(*cell) and event.text else []
        wrong = [one for one in found if one.stands]
        if wrong:
            text = f"{label(state.field(cell[1]))}  {problem_text(state, wrong[0])}"
            self.say(text, "warn")
        self._show_cell()
