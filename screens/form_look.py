"""What the screens around a form have in common: a list, what its line says, the keys."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import ClassVar, Concatenate, ParamSpec, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content

from db.errors import StoreError
from db.store import Store
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens.base import STYLES, HallScreen
from screens.keys import current
from screens.widgets.ask import Ask
from screens.widgets.content import Words, line
from screens.widgets.question import Answer, Question
from screens.widgets.rows import RowSource
from screens.widgets.table import VirtualTable

P = ParamSpec("P")
T = TypeVar("T")

AGAIN_S = 0.5
"""So often it is asked whether somebody has changed what is shown."""
REVEALED_S = 60.0
"""Long enough to compare a sheet with a document; then personal data is masked again."""


class LookScreen(HallScreen):
    """Over a form; Esc goes back to it. Subclasses say what the lines are."""

    CSS_PATH = "form_look.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding(",".join(current().of("language")), "speak", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._revealed_until = 0.0

    def compose(self) -> ComposeResult:
        """What this is, how it stands, the list, its line in full, a question, the keys."""
        yield Words(id="title")
        yield Words(id="told")
        yield VirtualTable([], id="list")
        yield Words(id="detail")
        yield Words(id="said")
        yield Ask(id="ask")
        yield Words(id="foot")

    def on_mount(self) -> None:
        """Show it, and keep it up to date."""
        self.speak()
        self.set_interval(AGAIN_S, self._again)

    def on_resize(self) -> None:
        """Lines are made for the width."""
        self.speak()

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one("#list", VirtualTable)

    @property
    def width(self) -> int:
        """Cells in a line, inside the margins."""
        return max(38, self.app.size.width - 2)

    # -- saying

    def say(self, text: str, style: str = "") -> None:
        """What came of a key; it stays."""
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)

    def head(self, title: str | Content, told: str | Content) -> None:
        """The two lines above the list."""
        self.query_one("#title", Words).say(title)
        self.query_one("#told", Words).say(told)

    def foot(self, keys: str) -> None:
        """The keys of what is shown now: a text that may name the key of the other language."""
        told = t(keys, language=current().first("language"))
        self.query_one("#foot", Words).say(line((told, "bold")))

    def detail(self, content: str | Content) -> None:
        """The line under the cursor in full."""
        self.query_one("#detail", Words).say(content)

    def show(self, source: RowSource, *, keep: bool = True) -> None:
        """The list as it is now, the selection on its line; another list from its top."""
        if keep:
            self.table.replace_source(source)
        else:
            self.table.set_source(source)

    def go_to(self, place: int) -> None:
        """Put the selection on a line, in sight."""
        table = self.table
        table.action_move(place - table.cursor)
        # A list that has just become longer can be scrolled only after it was laid out.
        self.call_after_refresh(table.action_move, 0)

    # -- keys

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer."""
        asks = self.query(Ask)
        return bool(asks) and asks.first().is_open

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open its keys are answers."""
        return action == "speak" or not self.asking

    def action_back(self) -> None:
        """Back to the form, or to the list before."""
        self.app.pop_screen()

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    async def asked(self, question: Question) -> Answer | None:
        """Ask on the line at the bottom; None: never mind."""
        self.say("")
        self._settled.set()
        try:
            return await self.query_one(Ask).put(question)
        finally:
            self._settled.clear()

    async def act(
        self,
        who: Actor,
        action: Callable[Concatenate[Store, Actor, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """Run a use case that writes; None after saying why it was refused."""
        try:
            return await self.hall_app.session.write(action, who, *args, **kwargs)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        return None

    async def read(
        self,
        who: Actor,
        action: Callable[Concatenate[Store, Actor, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """The same of one that reads."""
        try:
            return await self.hall_app.session.read(action, who, *args, **kwargs)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        return None

    # -- what is shown in clear for a while

    @property
    def revealed(self) -> bool:
        """Whether personal data is shown in clear."""
        return monotonic() < self._revealed_until

    def reveal(self, shown: bool) -> None:
        """Show personal data in clear for a while (whoever calls has recorded that), or not."""
        # The real clock: it is a person who reads, whatever the hall's time does.
        self._revealed_until = monotonic() + REVEALED_S if shown else 0.0

    def _again(self) -> None:
        if self._revealed_until and not self.revealed:
            self.reveal(False)
            self.hidden_again()
        self.look_again()

    def hidden_again(self) -> None:
        """What was in clear is masked again."""
        self.speak()

    def look_again(self) -> None:
        """Somebody may have changed what is shown."""
