"""A screen of lists that follows the store: read again when somebody writes, or days pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Concatenate, Final, ParamSpec, TypeVar

from db.errors import StoreError
from db.store import Store
from hallclient.actions.acting import Actor
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from screens.base import STYLES
from screens.keyed import KeyedScreen
from screens.latest import Latest
from screens.widgets.content import Words, line

P = ParamSpec("P")
T = TypeVar("T")

POLL_S: Final = 0.2
AGAIN_S: Final = 30.0
"""So often everything is read again though nothing was written: days pass."""
REST: Final = 4
"""After a reading it rests for so many times as long as it took."""


class LivingScreen(KeyedScreen):
    """Cases, certificates: subclasses read and show in `see` and in `look_closer`."""

    _said: Words
    """What came of a key; composed by subclasses."""

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self.latest = Latest(self, self.see)
        self.details = Latest(self, self.look_closer)
        self._version = -1
        self._stale = False
        self._read_at = self._rests_until = 0.0

    def on_mount(self) -> None:
        """Read the lists, and follow what others do."""
        self.show_status()
        self.latest.ask()
        self.set_interval(POLL_S, self._poll)

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
            self.latest.ask()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A reading of the lists: what was stale is read now, and it rests afterwards."""
        self._stale, begun = False, monotonic()
        try:
            yield
        finally:
            self._read_at = monotonic()
            self._rests_until = self._read_at + REST * (self._read_at - begun)

    # -- saying and doing

    def say(self, text: str, style: str = "") -> None:
        """What came of a key; it stays."""
        self._said.say(line((text, STYLES[style])), layout=True)

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.say("")
        self.show_all()

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

    async def see(self) -> None:
        """Read the lists and show them."""
        raise NotImplementedError

    async def look_closer(self) -> None:
        """Read what is chosen in full."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show what was read."""
        raise NotImplementedError

    def show_status(self) -> None:
        """The line at the top."""
        raise NotImplementedError

    def no_key(self, action: str) -> bool:
        """Whether the key line leaves an action out."""
        raise NotImplementedError
