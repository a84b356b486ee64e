"""The screen of certificates: what it shows, how it follows the store, how it asks and acts."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content

from db.errors import StoreError
from db.store import Store
from hallclient.actions import certificate_view
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_lists import Line, Look
from hallclient.actions.certificate_view import Counts, Entry, Whole
from hallclient.actions.reading import snapshot
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.texts import t
from screens import certificates_detail, certificates_text
from screens.actions import CERTIFICATES
from screens.certificates_text import CASE, FOUND, TABS, UNKNOWN
from screens.living import LivingScreen
from screens.widgets.ask import Ask
from screens.widgets.content import Words
from screens.widgets.field import Field
from screens.widgets.footer import KeyLine
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

REVEALED_S = 10.0
WIDE = 150
"""Columns from which the chosen certificate stands beside the list."""


class Seen(NamedTuple):
    """Counts, and what is in one list, of one moment."""

    counts: Counts
    shown: str
    entries: Sequence[Entry]


def read_list(store: Store, who: Actor, name: str) -> Seen:
    """All at one go; an empty name: prints with unknown result first, else the first list that has
    something.
    """
    with snapshot(store):
        counts = certificate_view.counts(store, who)
        name = name or first_of(counts)
        group, _, key = name.partition(".")
        if group == FOUND:
            return Seen(counts, name, certificate_view.find(store, who, key))
        if group == CASE:
            return Seen(counts, name, certificate_view.of_case(store, who, key))
        return Seen(counts, name, certificate_view.entries(store, who, name))


def first_of(counts: Counts) -> str:
    """Where to begin."""
    if counts.unknown_here:
        return UNKNOWN
    return next((one for one in TABS if counts.views[one]), TABS[0])


class CertificatesBase(LivingScreen):
    """Lists of certificates, and the chosen one. Subclasses do what keys ask for."""

    CSS_PATH = "certificates.tcss"
    SCREEN = CERTIFICATES
    AUTO_FOCUS = "#rows"

    def __init__(self, who: Actor, hall: Hall, *, case: str = "") -> None:
        super().__init__(who, hall)
        self.shown = f"{CASE}.{case}" if case else ""
        """The list that is shown; empty before the first reading."""
        self.before = ""
        """The list to go back to from a search."""
        self.seen: Seen | None = None
        self.whole: Whole | None = None
        """The chosen certificate in full, once it is read."""
        self.look: Look | None = None
        """The chosen certificate with its face in clear."""
        self.marked: frozenset[str] = frozenset()
        """Certificates of the shown list that the next step is for."""
        self._preview: Content | None = None
        self._revealed_until = 0.0

    # -- layout

    def compose(self) -> ComposeResult:
        """Views, the list, the chosen line in full, what came of a key, a question, the keys."""
        self._status, self._tabs = Words(id="status"), Words(id="tabs")
        self._rows = VirtualTable([], id="rows")
        self._detail = Words(id="detail")
        self._about = VerticalScroll(self._detail, id="about", can_focus=False)
        self._said = Words(id="said")
        self._prompt, self._field = Words("/"), Field(id="find", limit=120)
        self.ask = Ask(id="ask")
        self._keys = KeyLine(
            why=self.why_not, label=self.label_now, hide=self.no_key, screen=CERTIFICATES, id="keys"
        )
        yield self._status
        yield self._tabs
        yield Container(self._rows, self._about, id="work")
        yield self._said
        yield Horizontal(self._prompt, self._field, id="search")
        yield self.ask
        yield self._keys

    def on_mount(self) -> None:
        """Read the lists, follow what others do, and wipe in time what is in clear."""
        super().on_mount()
        self.set_interval(1.0, self._tick)

    def on_screen_resume(self) -> None:
        """Back from another screen: the lists may be others now."""
        if self.seen is not None:
            self.latest.ask()

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.show_status()

    # -- following

    def _tick(self) -> None:
        self.show_status()
        if self._revealed_until and monotonic() >= self._revealed_until:
            self.hide_revealed()

    async def see(self) -> None:
        """Read the counts and the shown list, and show them."""
        name, first = self.shown, self.seen is None
        try:
            with self.reading():
                seen = await self.hall_app.session.read(read_list, self.who, name)
        except (Refused, StoreError) as error:
            self.tell(error)
            return
        if name != self.shown:
            self.latest.ask()  # another list was asked for meanwhile
            return
        self.seen, self.shown = seen, seen.shown
        self.marked &= {one.key for one in seen.entries}
        self.show_all()
        if first and seen.counts.unknown_here:
            self.say(t("certs.unknown-here", n=seen.counts.unknown_here), "alert")

    async def look_closer(self) -> None:
        """Read the chosen certificate in full."""
        entry = self.entry
        if entry is None:
            return
        self.whole = await self.read_whole(entry.line)
        self.show_detail()
        self._keys.refresh_keys()

    async def read_whole(self, chosen: Line) -> Whole | None:
        """A certificate as it is now; None after saying why it cannot be read."""
        try:
            return await self.hall_app.session.read(
                certificate_view.whole, self.who, chosen.row["id"]
            )
        except (Refused, StoreError) as error:
            self.tell(error)
            return None

    # -- showing

    def show_all(self) -> None:
        """Tabs, lines, the chosen one."""
        seen = self.seen
        if not self.is_attached or seen is None:
            return
        self.show_status()
        columns = certificates_text.columns(self.shown, seen.entries)
        self._rows.set_columns(columns, t("certs.none"))
        self.show_rows()
        self._chosen_changed()

    def show_rows(self) -> None:
        """The lines as they are known."""
        if self.seen is not None:
            rows = certificates_text.rows(self.shown, self.seen.entries, self.marked, self.now)
            self._rows.replace_source(ListSource(rows))

    def show_status(self) -> None:
        """The line at the top, and the tabs below it."""
        demo = self.hall_app.session.store.demo
        self._status.say(
            certificates_text.status(self.who, demo=demo, now=self.now, width=self.width)
        )
        if self.seen is not None:
            self._tabs.say(certificates_text.tabs(self.seen.counts, self.shown, self.width))

    @on(VirtualTable.RowHighlighted, "#rows")
    def _row_chosen(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        self._about.scroll_home(animate=False)
        self._chosen_changed()

    def _chosen_changed(self) -> None:
        """Another row: what is known of it, then the certificate in full."""
        entry = self.entry
        key = entry.line.row["id"] if entry is not None else ""
        if self.whole is not None and self.whole.line.row["id"] != key:
            self.whole = None
        if self.look is not None and self.look.line.row["id"] != key:
            self.look = None
        self.show_detail()
        self._keys.refresh_keys()
        if entry is not None:
            self.details.ask()

    def show_detail(self) -> None:
        """The chosen line in full, or what stands in its place."""
        if not self.is_attached:
            return
        told: str | Content = ""
        if self._preview is not None:
            told = self._preview
        elif self.whole is not None:
            told = certificates_detail.of_whole(self.whole, self.now, self.look)
        elif self.entry is not None:
            told = certificates_detail.of_line(self.entry.line, self.now)
        self._detail.say(told, layout=True)

    def preview(self, content: Content | None) -> None:
        """Show something in place of the chosen line; None: the line again."""
        self._preview = content
        self._about.scroll_home(animate=False)
        self.show_detail()

    def scroll(self, step: int) -> None:
        """Read on in the text of the chosen line."""
        self._about.scroll_relative(y=step * 3, animate=False)

    def reveal(self, text: str) -> None:
        """Personal data in the clear, for as long as it takes to read it."""
        self.say(text, "alert")
        # The real clock: it is a person who reads, whatever the hall's time does.
        self._revealed_until = monotonic() + REVEALED_S

    def hide_revealed(self) -> None:
        """Wipe what was in clear."""
        if self._revealed_until:
            self._revealed_until = 0.0
            self.say("")

    # -- what is chosen

    @property
    def entry(self) -> Entry | None:
        """The line under the cursor; None: the list is empty."""
        row, seen = self._rows.selected, self.seen
        if row is None or seen is None:
            return None
        return next((one for one in seen.entries if one.key == row.key), None)

    def chosen(self) -> list[Line]:
        """The marked certificates, else the one under the cursor."""
        if self.marked and self.seen is not None:
            return [one.line for one in self.seen.entries if one.key in self.marked]
        return [self.entry.line] if self.entry is not None else []
