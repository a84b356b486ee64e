"""Filling in a form: the keys of the screen and what they do. No rules here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on
from textual.binding import Binding

from hallclient.actions import filings
from hallclient.rules.form import bringing, entering
from hallclient.rules.text import mask_id
from hallclient.texts import t
from hallclient.words import word
from screens.actions import FORM, bindings
from screens.form_mending import FormMending
from screens.keys import current
from screens.widgets.choices import Option
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from screens.widgets.grid import FormGrid
from screens.widgets.question import Question, yes_no

_IN_TABLE = frozenset({"add_row", "drop_row", "copy_down", "bring"})
_EDITS = frozenset({"add_row", "drop_row", "copy_down", "bring", "repair", "step_back"}) | {
    "step_again",
    "let_pass",
    "settle",
    "end_filing",
}


_OF_ROWS = frozenset({"add_row", "drop_row", "bring"})
_IN_ROW = frozenset({"add_row", "drop_row", "copy_down", "settle"})
_IN_ROW |= {"keys", "palette", "lock", "language"}
"""Actions that leave a row that was begun where it is."""


class FormScreen(FormMending):
    """Over the desk; Esc goes back to it, everything is saved."""

    BINDINGS = [*bindings(FORM), Binding("escape", "close", show=False)]

    def on_mount(self) -> None:
        """Know what each action does."""
        super().on_mount()
        self._handlers: dict[str, Callable[[], Awaitable[None]]] = {
            "next_problem": self._next_problem,
            "previous_problem": self._previous_problem,
            "previous_section": self._previous_section,
            "next_section": self._next_section,
            "sections": self._to_sections,
            "find": self._find,
            "add_row": self._add_row,
            "drop_row": self._drop_row,
            "copy_down": self._copy_down,
            "bring": self._bring,
            "bulk": self._bulk,
            "repair": self._repair,
            "step_back": self._step_back,
            "step_again": self._step_again,
            "let_pass": self._let_pass,
            "settle": self._settle,
            "answers": self._answers,
            "departments": self._departments,
            "history": self._history,
            "end_filing": self._end_filing,
            **self._program,
        }

    # -- one action at a time

    async def action_form(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.perform(action)

    def put_aside(self) -> None:
        """What is being typed into a cell is stored."""
        self.grid.leave()

    async def do(self, action: str) -> None:
        """Carry out an action."""
        if action not in _IN_ROW:
            self._tidy()
        await self._handlers[action]()

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        if action in _EDITS and not self.model.open:
            return t("form.locked.closed")
        if action in _IN_TABLE and not self.section.repeat:
            return t("form.why.no-table")
        registered = self.model.registered
        stays = action == "drop_row" and self._row() in registered.rows
        if stays or (action in _OF_ROWS and self.section.id in registered.tables):
            return t("form.why.registered")
        if action in ("drop_row", "copy_down") and self.grid.place is None:
            return t("form.why.no-row")
        if action == "bulk" and not self.model.state.form.bulk:
            return t("form.why.no-bulk")
        if action == "settle" and self.cell not in self.model.collisions:
            return t("form.why.not-disputed")
        if action == "repair" and not self.can_repair():
            return t("form.why.no-repair")
        if action == "let_pass" and self._passable() is None:
            return t("form.why.nothing-to-pass")
        if action == "history" and self.cell is None:
            return t("form.why.no-row")
        return None

    # -- rows

    async def _add_row(self) -> None:
        self.begin_row(self._row() if self._row() != self.model.begun else "")

    async def _drop_row(self) -> None:
        row = self._row()
        if row == self.model.begun:
            self._tidy()
            return
        number = self.model.state.index_of(row) + 1
        if self.model.do(entering.drop_row(self.model.state, row)):
            self.say(t("form.dropped", n=number, key=current().first("step_back")))

    def _row(self) -> str:
        return self.grid.place.row if self.grid.place is not None else ""

    async def _copy_down(self) -> None:
        """From above to here; pressed again on the same cell: on to the last row."""
        cell = self.cell
        if cell is None:
            return
        state, (row, name) = self.model.state, cell
        rows = state.rows(self.section.id)
        at = state.index_of(row)
        if at == 0:
            edits = entering.copy_down(state, row, name, rows[1:], self.model.new_id)
            n = len(rows) - 1
        else:
            edits = entering.copy_down(state, rows[at - 1], name, [row], self.model.new_id)
            n = 1
            if not edits:
                edits = entering.copy_down(state, row, name, rows[at + 1 :], self.model.new_id)
                n = len(rows) - at - 1
        if self.model.do(edits, "copy"):
            self.say(t("form.copied", n=n), "good")

    async def _bring(self, text: str = "") -> None:
        from screens.form_import import ImportScreen, Taken

        def taken(step: Taken) -> None:
            if self.model.do(step.edits, step.source):
                key = current().first("step_back")
                self.grid.reload()
                self._enter_section()
                self.say(t("form.brought", n=step.lines, left=step.left, key=key), "good")

        model, section = self.model, self.section.id
        self.app.push_screen(ImportScreen(model.state, section, model.new_id, taken, text=text))

    @on(FormGrid.PastedBlock)
    def _pasted(self, event: FormGrid.PastedBlock) -> None:
        event.stop()
        if not self.section.repeat:
            self.say(t("form.why.no-table"), "warn")
        elif self.model.open:
            self._tidy()
            self.do_alone(lambda: self._bring(event.text))

    async def _bulk(self) -> None:
        from screens.form_bulk import BulkScreen

        if await self.model.flush():
            self.app.push_screen(BulkScreen(self.who, self.model.state, self.model.filing))

    @on(FormGrid.Read)
    @on(Field.Scanned)
    @on(Scanned)
    def _card_read(self, event: FormGrid.Read | Field.Scanned | Scanned) -> None:
        """A card fills the person behind the cell; no key of a scan is a key."""
        event.stop()
        from hallclient.rules.id_card import read

        cell, card = self.cell, read(event.code)
        if cell is None or card is None or not self.model.open:
            self.say(t("form.scan-not-here"), "warn")
            return
        given = {
            "kind": card.kind,
            "name": card.name,
            "number": card.number,
            "address": card.address,
            "until": card.valid_until.isoformat() if card.valid_until else "",
        }
        state = self.model.state
        edits = bringing.fill_card(state, *cell, given, self.model.new_id)
        if self.model.do(edits, "card"):
            self.grid.next_needed()
            self.say(t("form.card", name=card.name or mask_id(card.number)), "good")

    # -- looking

    async def _answers(self) -> None:
        from screens.form_answers import AnswersScreen

        self.app.push_screen(AnswersScreen(self.model, self.go_to_cell))

    async def _departments(self) -> None:
        from screens.form_departments import DepartmentsScreen

        if await self.model.flush():
            self.app.push_screen(DepartmentsScreen(self.who, self.model))

    async def _history(self) -> None:
        from screens.form_history import HistoryScreen

        cell = self.cell
        if cell is not None and await self.model.flush():
            self.app.push_screen(HistoryScreen(self.who, self.model, cell))

    async def _end_filing(self) -> None:
        options = tuple(Option(one, word("closed", one)) for one in filings.REASONS)
        chosen = await self.answer(Question(t("form.end"), options))
        if chosen is None or not await self.model.flush():
            return
        await self.hall_app.session.write(filings.close, self.who, self.model.key, chosen.key)
        await self.model.follow()
        self.say(t("form.ended", reason=word("closed", chosen.key)), "good")

    def action_close(self) -> None:
        """Back to the desk, when everything is saved."""
        if self._sections.has_focus:
            self.grid.focus()
            return
        self.do_alone(self._close)

    async def _close(self) -> None:
        self._tidy()
        if not await self.model.flush():
            answer = await self.answer(yes_no(t("form.leave-unsaved", n=self.model.unsaved)))
            if answer is None or answer.key != "yes":
                return
        self.app.pop_screen()
