"""From one list of cases to another: by keys, by a click, into one agent's files, by a search."""

from __future__ import annotations

from textual import on

from hallclient.actions.case_lists import FOUND
from hallclient.texts import t
from screens.cases_base import CasesBase
from screens.widgets.field import Field
from screens.widgets.table import VirtualTable


class CasesGoing(CasesBase):
    """What leads to a list; Esc leads back."""

    async def show_list(self, name: str) -> None:
        """Another list, from its top."""
        if name == self.shown:
            return
        self.shown = name
        self.say("")
        await self.see()
        self._rows.action_first()

    async def step_list(self, step: int) -> None:
        """The list after or before in the order of the left side, round and round."""
        names = [one.list for one in self.counts]
        if not names:
            return
        here = self.shown if self.shown in names else self.before
        at = names.index(here) if here in names else 0
        self.close_search()
        self.before = ""
        await self.show_list(names[(at + step) % len(names)])

    async def go_back(self) -> bool:
        """Back to the list before a search or one agent's files; False: there is none."""
        self.close_search()
        if not self.before:
            return False
        name, self.before = self.before, ""
        await self.show_list(name)
        return True

    async def go_into(self, name: str) -> None:
        """A list of one thing, from which Esc leads back."""
        self.before = self.before or self.shown
        await self.show_list(name)

    @on(VirtualTable.RowHighlighted, "#lists")
    def _list_clicked(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        name = event.row.key if event.row is not None else ""
        if name and self.marked and name != self.marked:
            self.close_search()
            self.before = ""
            self.run_worker(self.show_list(name), group="act", exit_on_error=False)

    @on(VirtualTable.RowHighlighted, "#rows")
    def _row_chosen(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        self._chosen_changed()

    # -- searching

    def open_search(self) -> None:
        """A line to type into; what is found stands in the list."""
        self.before = self.before or self.shown
        self.query_one("#search").display = True
        self._field.value = ""
        self._field.placeholder = t("cases.search-hint")
        self._field.focus()

    def close_search(self) -> None:
        """The line goes, what was found stays."""
        self.query_one("#search").display = False
        self._rows.focus()

    @on(Field.Changed, "#find")
    def _typed(self, event: Field.Changed) -> None:
        event.stop()
        text = event.value.strip()
        self.shown = f"{FOUND}.{text}" if text else self.before
        self.latest.ask()
