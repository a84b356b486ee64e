"""The screen of cases: what it shows, how it follows the store, how it asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from db.errors import StoreError
from db.store import Store
from hallclient.actions import case_lists, case_view
from hallclient.actions.acting import Actor
from hallclient.actions.case_figures import Report
from hallclient.actions.case_lists import FIGURES, WATCH, WORK, Count, Entry, Filled
from hallclient.actions.case_view import CaseView
from hallclient.actions.editions import checklist_in, flow_in
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.review.watch import QUEUES, Load
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import cases_detail, cases_text
from screens.actions import CASES
from screens.cases_text import Names
from screens.living import LivingScreen
from screens.widgets.ask import Ask
from screens.widgets.content import Words, entitle
from screens.widgets.field import Field
from screens.widgets.footer import KeyLine
from screens.widgets.question import Answer, Question
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

NARROW, WIDE = 60, 100


class Seen(NamedTuple):
    """Lists with their counts, and what is in one of them; None: not read with the counts."""

    counts: list[Count]
    filled: Filled


def read_lists(store: Store, who: Actor, name: str) -> Seen:
    """Both at one go; an empty name: the first list that has something."""
    counts = case_lists.counts(store, who)
    name = name or first_of(counts)
    return Seen(counts, case_lists.filled(store, who, name))


def first_of(counts: list[Count]) -> str:
    """The first list that has something in it, else the first."""
    return next((one.list for one in counts if one.n), counts[0].list if counts else "")


def names(store: Store, flows: Iterable[str], checklists: Iterable[str]) -> Names:
    """The editions with these keys."""
    return Names(
        {key: flow_in(store, key) for key in flows},
        {key: checklist_in(store, key) for key in checklists},
    )


class CasesBase(LivingScreen):
    """Lists of cases. `cases_going` leads from one to another, `cases_doing` writes."""

    CSS_PATH = "cases.tcss"
    SCREEN = CASES
    AUTO_FOCUS = "#rows"

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__(who, hall)
        self.shown = ""
        """The list that is shown; empty before the first reading."""
        self.before = ""
        """The list to go back to from a search, or from one agent's or department's."""
        self.marked = ""
        """The list that is chosen on the left side."""
        self.counts: list[Count] = []
        self.filled: Filled | None = None
        self.filled_as = ""
        """The list that `filled` is of: another one may have been asked for since."""
        self.view: CaseView | None = None
        """The chosen case in full, once it is read."""
        self.preview: Content | None = None
        """What stands in place of the chosen line while a question is about it."""
        self._names = Names({}, {})

    # -- layout

    def compose(self) -> ComposeResult:
        """Two lists, the chosen line in full, what came of a key, a question, the keys."""
        self._status, self._detail = Words(id="status"), Words(id="detail")
        self._said = Words(id="said")
        self._lists = VirtualTable(cases_text.list_columns(), id="lists", header=False)
        self._lists.can_focus = False
        self._rows = VirtualTable([], id="rows")
        self._prompt, self._field = Words("/"), Field(id="find", limit=120)
        self.ask = Ask(id="ask")
        self._keys = KeyLine(
            why=self.why_not, label=self.label_now, hide=self.no_key, screen="cases", id="keys"
        )
        yield self._status
        yield Horizontal(self._lists, self._rows, id="work")
        yield self._detail
        yield self._said
        yield Horizontal(self._prompt, self._field, id="search")
        yield self.ask
        yield self._keys

    def on_screen_resume(self) -> None:
        """Back from a case: the lists may be others now."""
        if self.shown:
            self.latest.ask()

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.set_class(self.app.size.width < NARROW, "-narrow")
        self.show_status()
        self.show_detail()

    async def see(self) -> None:
        """Read the lists and what is in the shown one, and show it."""
        session, name = self.hall_app.session, self.shown
        heavy = name.startswith(WATCH) and name.partition(".")[2] in FIGURES
        read = session.think if heavy else session.read
        try:
            with self.reading():
                seen = await read(read_lists, self.who, name)
                await self._named(seen.filled)
        except (Refused, StoreError) as error:
            self.tell(error)
            return
        if name != self.shown:
            self.latest.ask()  # another list was asked for meanwhile
            return
        self.counts = seen.counts
        self.shown = name or first_of(seen.counts)
        self.filled, self.filled_as = seen.filled, self.shown
        self.show_all()

    async def _named(self, filled: Filled) -> None:
        """Read the editions that the lines name and that are not known yet."""
        wanted, lists = cases_text.keys_of(filled)
        wanted, lists = wanted - self._names.flows.keys(), lists - self._names.checklists.keys()
        if wanted or lists:
            found = await self.hall_app.session.read(names, wanted, lists)
            self._names.flows.update(found.flows)
            self._names.checklists.update(found.checklists)

    async def look_closer(self) -> None:
        """Read the chosen case in full."""
        entry = self.entry
        if entry is None:
            return
        try:
            view = await self.hall_app.session.read(case_view.look, self.who, entry.case.id)
        except (Refused, StoreError) as error:
            self.tell(error)
            return
        self.view = view
        self.show_detail()
        self._keys.refresh_keys()

    # -- showing

    def show_all(self) -> None:
        """Lists, lines, the chosen one."""
        if not self.is_attached or self.filled is None:
            return
        self.show_status()
        self._lists.set_columns(cases_text.list_columns())
        entitle(self._lists, t("cases.lists"))
        shown = [cases_text.list_row(one, self.hall) for one in self.counts]
        self._lists.replace_source(ListSource(shown))
        # Set before the table tells of it: what it tells of then is no click.
        self.marked = self.shown if any(row.key == self.shown for row in shown) else self.before
        self._lists.select_key(self.marked)
        rows = cases_text.rows(self.filled_as, self.filled, self.hall, self._names, self.now)
        self._rows.set_columns(cases_text.columns(self.filled_as, self.filled), t("cases.none"))
        self._rows.replace_source(ListSource(rows))
        entitle(self._rows, self._rows_title(len(rows)))
        self._chosen_changed()

    def _rows_title(self, shown: int) -> str:
        name = cases_text.list_name(self.filled_as, self.hall)
        whole = next((one.n for one in self.counts if one.list == self.filled_as), None)
        if whole is not None and whole > shown:
            return t("cases.title-part", name=name, n=shown, of=whole)
        return t("cases.title-list", name=name, n=shown)

    def show_status(self) -> None:
        """The line at the top."""
        demo = self.hall_app.session.store.demo
        self._status.say(cases_text.status(self.who, demo=demo, now=self.now, width=self.width))

    def _chosen_changed(self) -> None:
        """Another row: what is known of it, then the case in full."""
        entry = self.entry
        if entry is None or (self.view is not None and self.view.facts.id != entry.case.id):
            self.view = None
        self.show_detail()
        self._keys.refresh_keys()
        if entry is not None:
            self.details.ask()

    def show_detail(self) -> None:
        """The chosen line in full."""
        if not self.is_attached:
            return
        self._detail.say(self.preview or self._detail_now())

    def _detail_now(self) -> str | Content:
        entry, filled, width = self.entry, self.filled, self.width - 2
        if entry is not None:
            group, _, key = self.filled_as.partition(".")
            main = QUEUES[key].move if group == WORK else ""
            return cases_detail.of_entry(
                entry, self.view, self.hall, self._names, self.now, width, main
            )
        if isinstance(filled, Report):
            key = self.filled_as.partition(".")[2]
            return cases_detail.of_figures(filled, key, self._rows.cursor, width)
        if filled and self._rows.cursor < len(filled):
            one = filled[self._rows.cursor]
            if isinstance(one, Load):
                return cases_detail.of_load(one)
            if not isinstance(one, Entry):
                return cases_detail.of_department(one, self.hall)
        return ""

    @property
    def entry(self) -> Entry | None:
        """The chosen case of the list; None: the list is empty, or of other things."""
        row, filled = self._rows.selected, self.filled
        if row is None or filled is None or isinstance(filled, Report):
            return None
        found = (one for one in filled if isinstance(one, Entry) and one.key == row.key)
        return next(found, None)

    def tell(self, error: Refused | StoreError) -> None:
        """What was refused, or what is wrong with the store."""
        if isinstance(error, Refused):
            self.say(refused_text(error), "warn")
        else:
            self.say(store_text(error), "alert")

    # -- asking and doing

    async def answer(self, question: Question) -> Answer | None:
        """Ask on the line at the bottom; what was said before is over."""
        self.say("")
        return await super().answer(question)
