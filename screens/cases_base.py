"""The screen of cases: what it shows, how it follows the store, how it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

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
from screens.base import STYLES
from screens.cases_text import Names
from screens.keyed import KeyedScreen
from screens.latest import Latest
from screens.widgets.ask import Ask
from screens.widgets.content import Words, entitle, line
from screens.widgets.field import Field
from screens.widgets.footer import KeyLine
from screens.widgets.question import Answer, Question
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

P = ParamSpec("P")
T = TypeVar("T")

POLL_S = 0.2
AGAIN_S = 30.0
"""So often everything is read again though nothing was written: days pass."""
REST = 4
"""After a reading it rests for so many times as long as it took."""
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


class CasesBase(KeyedScreen):
    """Lists of cases. `cases_going` leads from one to another, `cases_doing` writes."""

    CSS_PATH = "cases.tcss"
    SCREEN = CASES
    AUTO_FOCUS = "#rows"

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__()
        self.who = who
        self.hall = hall
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
        self._latest = Latest(self, self.see)
        self._details = Latest(self, self._look)
        self._version = -1
        self._stale = False
        self._read_at = self._rests_until = 0.0

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

    def on_mount(self) -> None:
        """Read the lists, and follow what others do."""
        self._show_status()
        self._latest.ask()
        self.set_interval(POLL_S, self._poll)

    def on_screen_resume(self) -> None:
        """Back from a case: the lists may be others now."""
        if self.shown:
            self._latest.ask()

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.set_class(self.app.size.width < NARROW, "-narrow")
        self._show_status()
        self.show_detail()

    @property
    def width(self) -> int:
        """Cells in a line."""
        return max(40, self.app.size.width)

    @property
    def now(self) -> int:
        """The hall's time, UTC milliseconds."""
        return self.hall_app.session.store.env.now()

    # -- following

    def _poll(self) -> None:
        # Not the session's own question: the desk below asks that, and it is answered once.
        seen, self._version = self._version, self.hall_app.session.store.changed()
        now = monotonic()
        if seen != self._version or now - self._read_at >= AGAIN_S:
            self._stale = True
        if self._stale and now >= self._rests_until and self.is_current:
            self._latest.ask()

    async def see(self) -> None:
        """Read the lists and what is in the shown one, and show it."""
        self._stale, begun = False, monotonic()
        session, name = self.hall_app.session, self.shown
        heavy = name.startswith(WATCH) and name.partition(".")[2] in FIGURES
        read = session.think if heavy else session.read
        try:
            seen = await read(read_lists, self.who, name)
            wanted, lists = cases_text.keys_of(seen.filled)
            wanted, lists = wanted - self._names.flows.keys(), lists - self._names.checklists.keys()
            if wanted or lists:
                found = await session.read(names, wanted, lists)
                self._names.flows.update(found.flows)
                self._names.checklists.update(found.checklists)
        except (Refused, StoreError) as error:
            self.tell(error)
            return
        finally:
            self._read_at = monotonic()
            self._rests_until = self._read_at + REST * (self._read_at - begun)
        if name != self.shown:
            self._latest.ask()  # another list was asked for meanwhile
            return
        self.counts = seen.counts
        self.shown = name or first_of(seen.counts)
        self.filled, self.filled_as = seen.filled, self.shown
        self._show()

    async def _look(self) -> None:
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

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.say("")
        self._show()

    def _show(self) -> None:
        if not self.is_attached or self.filled is None:
            return
        self._show_status()
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

    def _show_status(self) -> None:
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
            self._details.ask()

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

    def say(self, text: str, style: str = "") -> None:
        """What came of a key; it stays."""
        self._said.say(line((text, STYLES[style])), layout=True)

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

    async def act(
        self, action: Callable[Concatenate[Store, Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Run a use case; None after saying why it was refused. Then the lists are read again."""
        try:
            done = await self.hall_app.session.write(action, self.who, *args, **kwargs)
        except (Refused, StoreError) as error:
            self.tell(error)
            return None
        await self.see()
        return done

    # -- what subclasses do

    def no_key(self, action: str) -> bool:
        """Whether the key line leaves an action out."""
        raise NotImplementedError
