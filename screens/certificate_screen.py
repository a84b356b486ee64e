"""What the small screens of certificates have in common: verifying, looking, blank stock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from db.errors import StoreError
from db.store import Store
from hallclient.actions.acting import Actor
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.texts import t
from screens.base import STYLES
from screens.desk_text import STRONG, spread
from screens.keyed import KeyedScreen
from screens.widgets.ask import Ask
from screens.widgets.content import Words, line
from screens.widgets.footer import KeyLine
from screens.widgets.rows import ListSource, Row
from screens.widgets.table import VirtualTable

P = ParamSpec("P")
T = TypeVar("T")

REVEALED_S = 10.0
"""Enough to read a name and a number; then the line is wiped."""


class CertificateScreen(KeyedScreen):
    """A title, what is known in one line, a list, its line in full, a question, the keys."""

    CSS_PATH = ["certificate_screen.tcss"]
    AUTO_FOCUS = "#list"

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self._revealed_until = 0.0

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Words(id="status")
        yield from self.above()
        self._table = VirtualTable([], id="list", header=self.HEADER)
        yield self._table
        yield from self.beside()
        yield Words(id="detail")
        yield Words(id="said")
        self.ask = Ask(id="ask")
        yield self.ask
        self._keys = KeyLine(
            why=self.why_not,
            label=self.label_now,
            hide=self.no_key,
            screen=self.SCREEN,
            id="keys",
        )
        yield self._keys

    HEADER = False
    """Whether the columns of the list have titles."""

    def above(self) -> Sequence[Widget]:
        """What stands between the title and the list."""
        return ()

    def beside(self) -> Sequence[Widget]:
        """What can stand in place of the list."""
        return ()

    def on_mount(self) -> None:
        """Say what this is; wipe what was in clear."""
        self.speak()
        self.set_interval(1.0, self._tick)

    def on_resize(self) -> None:
        """Lines are made for the width."""
        self.speak()

    @property
    def width(self) -> int:
        """Cells in a line, inside the margins."""
        return max(38, self.app.size.width - 2)

    @property
    def now(self) -> int:
        """The hall's time, UTC milliseconds."""
        return self.hall_app.session.store.env.now()

    # -- saying

    def head(self, left: str, right: str | Content = "") -> None:
        """The first line."""
        told = right if isinstance(right, Content) else line(right)
        content = spread(line((left, STRONG)), told, self.width + 2)
        self.query_one("#status", Words).say(content)

    def say(self, text: str, style: str = "") -> None:
        """What came of a key; it stays."""
        self._revealed_until = 0.0
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)

    def show_rows(self, rows: Sequence[Row], *, keep: bool = True) -> None:
        """The list as it is now."""
        source = ListSource(rows)
        if keep:
            self._table.replace_source(source)
        else:
            self._table.set_source(source)
        self._keys.refresh_keys()

    def detail(self, content: str | Content) -> None:
        """The chosen line in full; nothing: there is no need of it."""
        shown = self.query_one("#detail", Words)
        shown.display = bool(content)
        shown.say(content, layout=True)

    def reveal(self, text: str) -> None:
        """Say what is personal, for a while; whoever calls has recorded that."""
        self.say(text, "alert")
        # The real clock: it is a person who reads, whatever the hall's time does.
        self._revealed_until = monotonic() + REVEALED_S

    def _tick(self) -> None:
        if self._revealed_until and monotonic() >= self._revealed_until:
            self.say("")

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open its keys are answers."""
        return action == self.SCREEN or not (self.is_mounted and self.ask.is_open)

    def no_key(self, action: str) -> bool:
        """Whether the key line leaves an action out."""
        return False

    async def action_back(self) -> None:
        """Back to where this was asked for."""
        self.app.pop_screen()

    # -- doing

    async def act(
        self, action: Callable[Concatenate[Store, Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Run a use case that writes; None after saying why it was refused."""
        try:
            return await self.hall_app.session.write(action, self.who, *args, **kwargs)
        except (Refused, StoreError) as error:
            self.tell(error)
            return None

    async def look_up(
        self, action: Callable[Concatenate[Store, Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """The same of one that reads."""
        try:
            return await self.hall_app.session.read(action, self.who, *args, **kwargs)
        except (Refused, StoreError) as error:
            self.tell(error)
            return None

    def no_role(self, permission: str) -> str | None:
        """Why this person's role may not do something; None: it may."""
        from hallclient.rules.roles import allowed

        return None if allowed(self.who.role, permission) else t("why-not.role")
