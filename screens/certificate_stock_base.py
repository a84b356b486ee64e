"""What the screen of codes and blank sheets reads and shows, tab by tab."""

from __future__ import annotations

from typing import Final, NamedTuple

from db.store import Row as Record
from db.store import Store
from hallclient.actions import code_segments, sheet_counts, sheets
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_kinds import current
from hallclient.actions.code_segments import Pool, Segment
from hallclient.actions.sheets import SAFE, Held
from hallclient.rules.catalogue import Hall
from hallclient.rules.certificate.sheets import Count
from hallclient.rules.certificate.spec import Kinds
from hallclient.rules.roles import Role, allowed
from hallclient.texts import t
from screens import certificate_stock_text as said
from screens.certificate_screen import CertificateScreen
from screens.certificate_stock_text import CODES, COUNTS, HEAD, SHEETS
from screens.latest import Latest
from screens.widgets.question import Answer, Question

AGAIN_S = 2.0
"""So often it is asked whether somebody has used something up."""
TABS: Final = (CODES, SHEETS, COUNTS)


class Stocks(NamedTuple):
    """Everything that there is to hand out."""

    kinds: Kinds
    pools: tuple[Pool, ...]
    segments: tuple[Segment, ...]
    blocks: tuple[Record, ...]
    held: tuple[Held, ...]
    today: tuple[Count, ...]
    """What each of ``held`` did today, by the log."""
    counts: tuple[Record, ...]


def read_stocks(store: Store, who: Actor, windows: tuple[str, ...]) -> Stocks:
    """What somebody sees: their own window's, or with ``windows`` the hall's."""
    day = store.env.day(store.env.now())
    every = bool(windows)
    places = tuple(dict.fromkeys((who.window, SAFE, *windows))) if every else (who.window,)
    held = [
        one
        for place in places
        for one in sheets.held(store, who, place)
        if one.ranges or (place and place == who.window)
    ]
    counts = sheet_counts.counts(store, who, day)
    blocks = code_segments.blocks_of(store, who)
    return Stocks(
        current(store),
        tuple(code_segments.pools(store, who)),
        tuple(code_segments.segments_of(store, who)),
        tuple(one for one in blocks if every or one["window"] in (who.window, who.operator)),
        tuple(held),
        tuple(sheet_counts.day_of(store, one.stock.id, one.window, day) for one in held),
        tuple(one for one in counts if every or one["window"] == who.window),
    )


class StockBase(CertificateScreen):
    """The tabs; `certificate_stock` has what the keys do."""

    HEADER = True

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__(who, hall)
        self.tab = CODES
        self.stocks: Stocks | None = None
        self._latest = Latest(self, self.see)
        self._version = -1
        self._explained = ""
        """What stands in place of the chosen line while a question is about it."""

    def on_mount(self) -> None:
        """Read, and follow what others do."""
        super().on_mount()
        self._latest.ask()
        self.set_interval(AGAIN_S, self._poll)

    def on_screen_resume(self) -> None:
        """Back from somewhere: it may be otherwise now."""
        self._latest.ask()

    def _poll(self) -> None:
        seen, self._version = self._version, self.hall_app.session.store.changed()
        if seen != self._version and self.is_current:
            self._latest.ask()

    @property
    def supervises(self) -> bool:
        """Whether this person sees what every window has."""
        return self.who.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)

    async def see(self) -> None:
        """Read everything again and show it."""
        windows = tuple(sorted(self.hall.windows)) if self.supervises else ()
        found = await self.look_up(read_stocks, windows)
        if found is not None:
            self.stocks = found
            self._show()

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self._show()

    def _show(self, *, keep: bool = True) -> None:
        tabs = said.tabs(TABS, self.tab)
        self.head(t("stock.title"), tabs)
        self._table.set_columns(said.columns(self.tab), said.nothing(self.tab))
        found = self.stocks
        if found is None:
            self.show_rows([], keep=keep)
        elif self.tab == CODES:
            rows = said.code_rows(found.pools, found.segments, found.blocks, found.kinds)
            self.show_rows(rows, keep=keep)
        elif self.tab == SHEETS:
            self.show_rows(said.sheet_rows(found.held, found.today, found.counts), keep=keep)
        else:
            self.show_rows(said.count_rows(found.counts, found.kinds), keep=keep)
        if self.chosen[0] == HEAD:
            self._table.action_move(1)
        self.tell_line()

    def tell_line(self) -> None:
        """The chosen line in full."""
        row = self._table.selected
        self.detail(self._explained or (said.in_full(row) if row is not None else ""))
        self._keys.refresh_keys()

    async def explained(self, question: Question, told: str) -> Answer | None:
        """Ask in few words, and say above in as many as it takes what the question is about."""
        self._explained = told
        self.tell_line()
        try:
            return await self.answer(question)
        finally:
            self._explained = ""
            self.tell_line()

    def show_tab(self, tab: str) -> None:
        """Another tab, from its top."""
        if tab != self.tab:
            self.tab = tab
            self._show(keep=False)

    # -- what is chosen

    @property
    def chosen(self) -> tuple[str, str]:
        """What kind of line is chosen (``pool``, ``segment``, ``block``, ``held``), and its key."""
        row = self._table.selected
        kind, _, key = row.key.partition(":") if row is not None else ("", "", "")
        return kind, key

    def segment(self, key: str) -> Segment | None:
        """A segment by its id."""
        every = self.stocks.segments if self.stocks is not None else ()
        return next((one for one in every if one.row["id"] == key), None)

    def block(self, key: str) -> Record | None:
        """A block by its id."""
        every = self.stocks.blocks if self.stocks is not None else ()
        return next((one for one in every if one["id"] == key), None)

    @property
    def held(self) -> Held | None:
        """The chosen stock and its holder."""
        kind, key = self.chosen
        every = self.stocks.held if self.stocks is not None and kind == "held" else ()
        return next((one for one in every if said.held_key(one) == key), None)

    def may(self, permission: str) -> bool:
        """Whether this person's role may do something."""
        return allowed(self.who.role, permission)
