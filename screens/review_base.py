"""The review screen's parts: what it shows of a case, how it follows the store, how it asks."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content

from db.errors import StoreError
from db.store import Store
from hallclient.actions import case_view
from hallclient.actions.acting import Actor
from hallclient.actions.case_view import CaseView
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.review.materials import Point, open_points
from screens import review_lines, review_text
from screens.actions import REVIEW
from screens.base import STYLES
from screens.keyed import KeyedScreen
from screens.keys import current
from screens.latest import Latest
from screens.review_lines import Line, line_of
from screens.widgets.ask import Ask
from screens.widgets.content import Words, line
from screens.widgets.footer import KeyLine
from screens.widgets.question import Question
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

P = ParamSpec("P")
T = TypeVar("T")

POLL_S = 0.2
REVEALED_S = 10.0
WIDE = 110
"""Columns from which the chosen line stands beside the list."""


class ReviewBase(KeyedScreen):
    """A case on the screen. Subclasses do what keys ask for."""

    CSS_PATH = "review.tcss"
    SCREEN = REVIEW
    AUTO_FOCUS = "#list"

    def __init__(
        self,
        who: Actor,
        hall: Hall,
        view: CaseView,
        *,
        ticket: str = "",
        hint: str = "",
    ) -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self.view = view
        self.ticket = ticket
        self._hint = hint
        self._version = -1
        self._revealed_until = 0.0
        self._preview: Content | None = None
        """What stands in place of the chosen line for a while: a notice before it is made."""
        self._latest = Latest(self, self._read)

    def compose(self) -> ComposeResult:
        """Whose case, its clocks, the list and its line in full, what is next, the keys."""
        self._status, self._timings = Words(id="status"), Words(id="timings")
        self.table = VirtualTable(review_lines.columns(), id="list")
        self._detail = Words(id="detail")
        self._about = VerticalScroll(self._detail, id="about")
        self._next_line, self._said = Words(id="next"), Words(id="said")
        self.ask = Ask(id="ask")
        self._keys = KeyLine(
            why=self.why_not, label=self.label_now, hide=lambda _: False, screen=REVIEW, id="keys"
        )
        yield self._status
        yield self._timings
        yield Container(self.table, self._about, id="work")
        yield self._said
        yield self._next_line
        yield self.ask
        yield self._keys

    def on_mount(self) -> None:
        """Begin at the first open point, follow what others do."""
        self.say(self._hint, "good")
        self.show()
        self.go_to(self._first_open())
        self.set_interval(POLL_S, self._poll)

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.show()

    @property
    def now(self) -> int:
        """The hall's time, UTC milliseconds."""
        return self.hall_app.session.store.env.now()

    @property
    def case(self) -> str:
        """The case's id."""
        return str(self.view.row["id"])

    # -- following

    def _poll(self) -> None:
        # Not the session's own question: the desk below asks that, and it is answered once.
        if self._version != self.hall_app.session.store.changed():
            self._latest.ask()
        if self._revealed_until and monotonic() >= self._revealed_until:
            self._revealed_until = 0.0
            self.say("")

    async def _read(self) -> None:
        # Asked before reading: what is written meanwhile is read by the next look, and what a key
        # of this screen wrote is not read twice.
        self._version = self.hall_app.session.store.changed()
        try:
            view = await self.hall_app.session.read(case_view.look, self.who, self.case)
        except (Refused, StoreError) as error:
            self.tell(error)
        else:
            if view != self.view:
                self.view = view
                self.show()

    # -- showing

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.say("")
        self.show()

    def show(self) -> None:
        """The case as it is now; the selection stays with its line."""
        if not self.is_attached:
            return
        width = max(40, self.app.size.width)
        self._status.say(review_text.status(self.view, self.hall, self.ticket, width))
        self._timings.say(review_text.timings(self.view, self.who, width - 2))
        self.table.set_columns(review_lines.columns())
        rows = review_lines.rows(self.view, self.hall, self.now)
        self.table.replace_source(ListSource(rows))
        self._show_line()
        self._next_line.say(
            review_text.next_step(self.view, current().first("step"), current().first("steps"))
        )
        self._keys.refresh_keys()

    @on(VirtualTable.RowHighlighted, "#list")
    def _line_moved(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        self._show_line()
        self._about.scroll_home(animate=False)
        self._keys.refresh_keys()

    def _show_line(self) -> None:
        if self._preview is not None:
            self._detail.say(self._preview, layout=True)
            return
        width = max(30, self._about.size.width - 2)
        told = review_text.detail(self.view, self.hall, self.at, self.now, width)
        self._detail.say(told, layout=True)

    def preview(self, content: Content | None) -> None:
        """Show something in place of the chosen line; None: the line again."""
        self._preview = content
        self._about.scroll_home(animate=False)
        self._show_line()

    def say(self, text: str, style: str = "") -> None:
        """What came of a key; it stays."""
        self._said.say(line((text, STYLES[style])), layout=True)

    def reveal(self, text: str) -> None:
        """Personal data in the clear, for as long as it takes to read it."""
        self.say(text, "alert")
        # The real clock: it is a person who reads, whatever the hall's time does.
        self._revealed_until = monotonic() + REVEALED_S

    # -- where the cursor is

    @property
    def at(self) -> Line | None:
        """The line under the cursor."""
        row = self.table.selected
        return None if row is None else line_of(row.key)

    def number_at(self) -> int:
        """The material under the cursor; 0: another line."""
        at = self.at
        return int(at.ref) if at is not None and at.kind == review_lines.PAPER_DUE else 0

    def go_to(self, point: Point | None) -> bool:
        """Put the cursor on a point; whether it is in the list."""
        return point is not None and self.table.select_key(_key(self.view, point))

    def _first_open(self) -> Point | None:
        return next(iter(open_points(self.view.facts)), None)

    def go_on(self) -> bool:
        """To the next open point below the cursor, else to the first; False: nothing is open."""
        points = [_key(self.view, one) for one in open_points(self.view.facts)]
        if not points:
            return False
        rows = review_lines.rows(self.view, self.hall, self.now)
        place = {row.key: n for n, row in enumerate(rows)}
        at = self.table.cursor
        found = next((key for key in points if place.get(key, -1) > at), points[0])
        return self.table.select_key(found)

    # -- acting

    async def act(
        self, action: Callable[Concatenate[Store, Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Run a use case and show the case anew; None after saying why it was refused."""
        try:
            made = await self.hall_app.session.write(action, self.who, *args, **kwargs)
        except (Refused, StoreError) as error:
            self.tell(error)
            return None
        self.say("")
        await self._read()
        return made

    async def ask_text(
        self, prompt: str, *, value: str = "", required: bool = True, hint: str = ""
    ) -> str | None:
        """A text; None: never mind."""
        question = Question(
            prompt, text=True, value=value, required=required, placeholder=hint, limit=500
        )
        answer = await self.answer(question)
        return None if answer is None else answer.text


def _key(view: CaseView, point: Point) -> str:
    """The key of the line that a point is on."""
    if point.kind == review_lines.TASK:
        task = next((one for one in view.facts.tasks if one.id == point.ref), None)
        return Line(review_lines.TASK, task.department if task is not None else "").key
    return Line(point.kind, point.ref).key
