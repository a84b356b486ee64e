"""The way to the hub: one request, one statement, one answer, over one connection.

Whatever is the link's fault, and whatever a server may do that a window cannot mend, is
`LinkLost`: the request may have been done or not, and is asked again on a new connection. Its cause
is one word, or a SQLSTATE; words of a server may hold what nobody should read.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, LiteralString

from hallclient.hub.calls import call_of
from hallclient.sync.messages import Answer, LinkLost, Push, Pushed, Request

if TYPE_CHECKING:
    import psycopg

SETTINGS: Final[Mapping[str, str | int]] = {
    "application_name": "hallclient",
    "connect_timeout": 4,
    "keepalives": 1,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 4000,
    "options": "-c statement_timeout=8000 -c jit=off",
}
"""A link that went dead without a word is noticed in about 5 s; by itself it never is."""
OLDEST: Final = 140000
TRIES: Final = 6
_CAUSES: Final = {
    "28": "login",
    "3D": "not-a-hub",
    "3F": "not-a-hub",
    "42": "not-a-hub",
    "53": "busy",
    "57": "stopping",
}
"""Class of a SQLSTATE -> what it means to a window. A server of which every new session fails
while its old ones go on (its files were changed under it) is out of reach, not broken."""

_SAID: Final = (
    ("authentication", "login"),
    ("not permitted to log in", "login"),
    ("does not exist", "not-a-hub"),
    ("permission denied for database", "not-a-hub"),
    ("too many", "busy"),
    ("starting up", "stopping"),
    ("shutting down", "stopping"),
)


def channel_of(hall: str) -> str:
    """Where the hub says that there is something new. As ``hub.channel`` in the SQL."""
    from hashlib import sha256

    return "hall_" + sha256(hall.encode()).hexdigest()[:24]


class PgTransport:
    """Calls the hub. Belongs to one thread; only `wake` may come from another."""

    def __init__(self, server: Mapping[str, str | int], hall: str, *, listen: bool = True) -> None:
        """``server``: what libpq takes (`hallclient.hub.enrolment`); several hosts by commas."""
        self._server = {**SETTINGS, "target_session_attrs": "read-write", **server}
        if "password" in server:
            # A server that says it needs none, or asks for it in clear, is not ours.
            self._server.setdefault("require_auth", "scram-sha-256")
        self._hall = hall
        self._listen = listen
        self._db: psycopg.Connection[tuple[Any, ...]] | None = None
        self._rung = False
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def call(self, request: Request) -> Answer:
        """Ask. Raises `LinkLost`."""
        call = call_of(request, self._hall)
        if call is None:
            # Nothing that could be stored under this hash: as the hub would say.
            return Pushed("chain")
        row = self._ask(call.sql, call.values, poison=isinstance(request, Push))
        return Pushed("chain") if row is None else call.answer(row)

    def heads(self) -> tuple[int, int]:
        """(epoch, lsn of the newest event): the poll, cheap enough for twice a second.

        (0, 0) for who was shut out. Raises `LinkLost`.
        """
        row = self._ask("SELECT * FROM hub.heads(%b)", (self._hall,))
        assert row is not None  # noqa: S101
        return row[0] or 0, row[1] or 0

    def join(self, device: str, public_key: bytes, algorithm: str, *, demo: bool) -> str:
        """Say once which store holds this enrolment: ``ok``, or why not.

        ``unknown``, ``revoked``, ``taken`` (another store has joined with it), ``demo`` (a made-up
        hall and a real one). Raises `LinkLost`.
        """
        values = (self._hall, device, public_key, algorithm, demo)
        row = self._ask("SELECT hub.join(%b, %b, %b, %b, %b)", values)
        return "unknown" if row is None else str(row[0])

    def wait(self, timeout: float) -> bool:
        """Until the hub or `wake` calls, at most so many seconds; whether one did.

        A call is a hint: nothing is believed of it, and one that is lost costs a poll.
        """
        if self._rung:
            self._rung = False
            return True
        ears: list[Any] = [self._ear]
        if self._db is not None:
            ears.append(self._db.fileno())
        ready, _, _ = select.select(ears, [], [], timeout)
        if self._ear in ready:
            with suppress(BlockingIOError):
                while self._ear.recv(64):
                    pass
        if self._db is not None and len(ready) > (self._ear in ready):
            self._hear()
        return bool(ready)

    def wake(self) -> None:
        """End a `wait` from another thread."""
        with suppress(OSError):
            self._bell.send(b"!")

    def hang_up(self) -> None:
        """Let the connection go; the next call makes another."""
        db, self._db = self._db, None
        if db is not None:
            import psycopg

            with suppress(psycopg.Error, OSError):
                db.close()

    def close(self) -> None:
        """Let everything go."""
        self.hang_up()
        self._ear.close()
        self._bell.close()

    # -- inside

    def _ask(
        self, sql: LiteralString, values: tuple[Any, ...], *, poison: bool = False
    ) -> tuple[Any, ...] | None:
        """One statement; None when ``poison`` and PostgreSQL has no way to hold the values."""
        import psycopg
        from psycopg import errors

        again = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
        try:
            for _ in range(TRIES):
                db = self._connected()
                try:
                    with db.cursor(binary=True) as cursor:
                        return cursor.execute(sql, values, prepare=True).fetchone()
                except again:
                    continue
                except (psycopg.DataError, UnicodeEncodeError, OverflowError):
                    if poison:
                        return None
                    raise
            cause = "busy"
        except (psycopg.Error, OSError, UnicodeEncodeError, OverflowError) as error:
            cause = cause_of(error)
        self.hang_up()
        raise LinkLost(cause)

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._db is not None and not self._db.closed:
            return self._db
        import psycopg
        from psycopg import sql
        from psycopg.types.numeric import Int8BinaryDumper

        db = self._db = psycopg.connect(**self._server, autocommit=True)  # type: ignore[arg-type]
        info = db.info
        if info.server_version < OLDEST or info.parameter_status("server_encoding") != "UTF8":
            self.hang_up()
            raise LinkLost("not-a-hub")
        # One type for all numbers, so that each call is prepared once and not for each size.
        db.adapters.register_dumper(int, Int8BinaryDumper)
        db.add_notify_handler(self._ring)
        if self._listen:
            # An accelerator: engines that have none say so.
            with suppress(psycopg.NotSupportedError, psycopg.ProgrammingError):
                db.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel_of(self._hall))))
        return db

    def _ring(self, _notify: object) -> None:
        self._rung = True

    def _hear(self) -> None:
        import psycopg

        assert self._db is not None  # noqa: S101
        try:
            line = self._db.pgconn
            line.consume_input()
            while line.notifies():
                pass
        except psycopg.Error:
            self.hang_up()


def cause_of(error: Exception) -> str:
    """One word for what went wrong, without any word of the server's."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        # Before there is a session libpq hands on what the server says, but no SQLSTATE.
        said = str(error)
        return next((cause for words, cause in _SAID if words in said), "unreachable")
    return _CAUSES.get(state[:2], f"sql-{state}")
