"""Where the board reads: a store that may be replaced or vanish while the board goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from db.env import Env, system_env
from db.errors import StoreError
from db.opening import identity, translated
from db.store import Store
from hallclient.actions import boardview
from hallclient.actions.boardview import BoardView
from hallclient.actions.hall import hall_of
from hallclient.rules.catalogue import Hall
from hallclient.words import set_time_zone
from screens.session import Session


class BoardSource:
    """Looks at a store, and opens it again when another file has taken its place."""

    def __init__(
        self,
        path: Path,
        *,
        make_env: Callable[[str], Env] = system_env,
        passphrase: str | None = None,
    ) -> None:
        self._path = path
        self._make_env = make_env
        self._passphrase = passphrase
        self._session: Session | None = None
        self._file: tuple[int, int] | None = None
        self.now: Callable[[], int] = lambda: 0
        """The hall's time in UTC milliseconds; it goes on while the store is away."""
        self.hall: Hall
        """The configuration, as last read."""
        self.demo = False
        self._waits: dict[str, boardview.Wait] = {}

    def open(self) -> None:
        """Open the store. Raises StoreError."""
        file = identity(self._path)
        session = Session(self._path, make_env=self._make_env, passphrase=self._passphrase)
        try:
            self.hall = hall_of(session.store)
        except BaseException:
            session.close()
            raise
        self._session, self._file = session, file
        self._waits = {}
        self.now = session.store.env.now
        self.demo = session.store.demo
        set_time_zone(session.store.meta["time_zone"])

    def close(self) -> None:
        """Give the store back."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    @property
    def is_open(self) -> bool:
        """Whether a store is open now."""
        return self._session is not None

    def changed(self) -> bool:
        """Whether anybody has written since the last question; cheap."""
        if self._session is None:
            return False
        try:
            with translated(self._path):
                return self._session.changed()
        except StoreError:
            return True  # to look is to learn what is wrong

    def moved(self) -> bool:
        """Whether the file that is open is no longer the one of that name; cheap."""
        return self._session is not None and identity(self._path) != self._file

    async def look(self, zone: str) -> BoardView:
        """Read what the board shows, opening the store if need be. Raises StoreError, Refused."""
        if self._session is None:
            await asyncio.to_thread(self.open)
        session = self._session
        if session is None:
            raise StoreError("missing", path=self._path)
        view, self.hall = await session.read(_look, zone)
        view.expect(self._waits)
        return view

    async def expect(self) -> dict[str, boardview.Wait]:
        """Work out what to expect in each line, beside the reading; `look` tells it from then on.

        Raises StoreError.
        """
        self._waits = await asyncio.to_thread(self._expected)
        return self._waits

    def _expected(self) -> dict[str, boardview.Wait]:
        opened = Store.open(
            self._path, readonly=True, passphrase=self._passphrase, make_env=self._make_env
        )
        with translated(self._path), opened as store:
            return boardview.expected(store)


def _look(store: Store, zone: str) -> tuple[BoardView, Hall]:
    with translated(store.path):
        return boardview.look(store, zone), hall_of(store)
