"""A real PostgreSQL for the tests of the hub: one a test process, a hall for each test."""

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.log import GENESIS, Event, digest
from hallclient.hub import devices, install
from hallclient.hub.enrolment import Enrolment
from hallclient.hub.server import Server
from hallclient.hub.transport import PgTransport
from hallclient.sync import messages as m

DAY = "2026-11-26"


@contextmanager
def running() -> Iterator[Server]:
    """An empty hub, for which nobody waits for the disk."""
    server = Server(Path(tempfile.mkdtemp(prefix="hallclient-hub-")), durable=False)
    try:
        server.make()
        server.start()
        with install.administer(server.params) as db:
            install.init(db)
        yield server
        server.stop("immediate")
    finally:
        server.remove()


_shared = ExitStack()
_users: list[Server] = []


@pytest.fixture(scope="session")
def hub_server() -> Iterator[Server]:
    """One for all test modules that import this, from the first of them to the end."""
    server = _users[0] if _users else _shared.enter_context(running())
    _users.append(server)
    yield server
    _users.pop()
    if not _users:
        _shared.close()


def chain(
    device: str, stream: str, count: int, after: Event | None = None, epoch: int = 1
) -> list[Event]:
    """Events of a device in a stream, each with its hash."""
    made: list[Event] = []
    seq, prev = (0, GENESIS) if after is None else (after.seq, after.hash)
    for _ in range(count):
        seq += 1
        event = Event(
            device,
            stream,
            seq,
            epoch,
            "ticket.called",
            1,
            f"号-{seq}",
            "c01",
            "W01",
            1_795_000_000_000 + seq,
            DAY,
            f'{{"n":{seq},"set":[]}}'.encode(),
            prev,
        )
        event.hash = prev = digest(event)
        made.append(event)
    return made


@dataclass
class Window:
    """A device that has joined, and what it would keep."""

    hub: "HubHall"
    enrolment: Enrolment
    device: str
    link: PgTransport
    nonce: bytes = b""
    epoch: int = 1
    head: int = 0
    seen: tuple[tuple[int, bytes], ...] = ()
    last: dict[str, Event] = field(default_factory=dict)

    def hello(self, **other: Any) -> m.Greeted:
        """Greet; what is agreed is kept, so that the next greeting follows on."""
        fresh = other.pop("fresh", secrets.token_bytes(16))
        said = m.Hello(
            m.PROTOCOL,
            self.hub.hall,
            self.device,
            self.nonce,
            fresh,
            self.epoch,
            self.head,
            self.seen,
        )
        answer = self.link.call(replace(said, **other))
        assert isinstance(answer, m.Greeted)
        if answer.answer in ("ok", "epoch"):
            self.nonce = fresh
        return answer

    def events(self, stream: str, count: int = 1) -> tuple[Event, ...]:
        """The next ones of this device."""
        made = chain(self.device, stream, count, self.last.get(stream))
        self.last[stream] = made[-1]
        return tuple(made)

    def push(self, events: tuple[Event, ...], **other: Any) -> m.Pushed:
        said = m.Push(self.epoch, events[0].device, events[0].stream, events)
        answer = self.link.call(replace(said, **other))
        assert isinstance(answer, m.Pushed)
        return answer

    def write(self, stream: str, count: int = 1, **other: Any) -> tuple[Event, ...]:
        """Events that the hub takes."""
        events = self.events(stream, count)
        assert self.push(events, **other).answer == "ok"
        return events

    def mark(self, lsn: int) -> bytes:
        """The hub's mark at an lsn."""
        found = self.hub.sql(
            "SELECT mark FROM hub.event WHERE hall_id = %s AND lsn = %s", self.hub.hall, lsn
        )
        return bytes(found[0][0]) if found else bytes(32)

    def pull(self, after: int = 0, limit: int = 500) -> m.Pulled:
        answer = self.link.call(m.Pull(self.epoch, after, self.mark(after), limit))
        assert isinstance(answer, m.Pulled)
        return answer

    def keep(self) -> m.Pulled:
        """Pull all, and remember it as seen."""
        got = self.pull(limit=2000)
        self.seen = tuple((one.lsn, one.mark) for one in reversed(got.events))
        self.head = got.head
        return got

    def lease(self, name: str, size: int = 10, request: str = "r", **other: Any) -> m.Leased:
        said = m.Lease(self.epoch, "ticket", name, size, request)
        answer = self.link.call(replace(said, **other))
        assert isinstance(answer, m.Leased)
        return answer

    def open(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A session of a burglar who holds this enrolment."""
        return psycopg.connect(**self.enrolment.server, autocommit=True)  # type: ignore[arg-type]


class HubHall:
    """One hall of the hub."""

    def __init__(self, server: Server, hall: str) -> None:
        self.server = server
        self.hall = hall
        self._open: list[PgTransport] = []
        self._names = 0
        with self.admin() as db:
            install.add_hall(db, hall, demo=False, time_zone="Asia/Shanghai")

    def admin(self) -> Any:
        return install.administer(self.server.params)

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the administrator sees."""
        with self.admin() as db:
            cursor = db.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def enroll(self, name: str = "", role: m.Role = "window") -> Enrolment:
        self._names += 1
        with self.admin() as db:
            return devices.enroll(db, self.hall, name or f"W{self._names:02}", role, "pw-" + name)

    def link(self, enrolment: Enrolment) -> PgTransport:
        made = PgTransport(enrolment.params(self.server.folder / "tls"), self.hall)
        self._open.append(made)
        return made

    def join(self, name: str = "", role: m.Role = "window", key: bytes = b"k" * 32) -> Window:
        """A device that has joined and said hello."""
        enrolment = self.enroll(name, role)
        link = self.link(enrolment)
        device = hashlib.sha256(f"{self.hall}/{enrolment.name}".encode()).hexdigest()[:32]
        assert link.join(device, key, "ed25519", demo=False) == "ok"
        made = Window(self, enrolment, device, link)
        assert made.hello().answer == "ok"
        return made

    def close(self) -> None:
        for link in self._open:
            link.close()


@pytest.fixture
def hub(hub_server: Server, request: pytest.FixtureRequest) -> Iterator[HubHall]:
    """A hall of its own for each test."""
    made = HubHall(hub_server, request.node.name)
    yield made
    made.close()
