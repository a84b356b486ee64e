"""A durable PostgreSQL with the hub in it, and beside it a table of the same shape, for floors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import fill
from bench.figure import Run
from db.store import Store
from hallclient.hub import devices, install, joining
from hallclient.hub.enrolment import Enrolment
from hallclient.hub.server import Server
from hallclient.hub.transport import PgTransport
from hallclient.hub.worker import Worker

Db = psycopg.Connection[tuple[Any, ...]]


class Plain:
    """PostgreSQL without the hub's functions: one connection of the administrator's."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.db: Db = psycopg.connect(**params, autocommit=True)

    def held(self, where: str, *values: object) -> bytes:
        """Events of the hub, as COPY has them."""
        query = (
            f"COPY (SELECT * FROM hub.event WHERE {where} ORDER BY lsn) "  # noqa: S608
            "TO STDOUT (FORMAT binary)"
        )
        with self.db.cursor().copy(query.encode(), values) as copy:
            return b"".join(copy)

    def copy(self, rows: bytes) -> float:
        """Seconds until COPY has put them into the other table, durably."""
        begin = time.perf_counter()
        with self.db.cursor().copy("COPY bench.event FROM STDIN (FORMAT binary)") as copy:
            copy.write(rows)
        return time.perf_counter() - begin

    def hash(self, where: str, *values: object) -> float:
        """Seconds for the server's SHA-256 of events of the hub. Without OpenSSL it is slow."""
        query = f"SELECT count(sha256(prev_hash || body)) FROM hub.event WHERE {where}"  # noqa: S608
        begin = time.perf_counter()
        self.db.execute(query.encode(), values).fetchone()
        return time.perf_counter() - begin

    def insert(self, size: int) -> float:
        """Seconds for one row of so many bytes, durably."""
        begin = time.perf_counter()
        self.db.execute("INSERT INTO bench.row (body) VALUES (%b)", (bytes(size),))
        return time.perf_counter() - begin

    def empty(self) -> None:
        self.db.execute("TRUNCATE bench.event")

    def close(self) -> None:
        self.db.close()


@dataclass(frozen=True)
class Hub:
    server: Server

    def add_hall(self, hall: str) -> None:
        with install.administer(self.server.params) as db:
            install.add_hall(db, hall, demo=True, time_zone="Etc/GMT")

    def enroll(self, hall: str, name: str) -> Enrolment:
        with install.administer(self.server.params) as db:
            return devices.enroll(db, hall, name, "window", f"pw-{name}")

    def link(self, hall: str, name: str, device: str) -> PgTransport:
        """The way of a new device that has joined."""
        return joined(self.enroll(hall, name), device)

    def plain(self) -> Plain:
        return Plain(self.server.params)

    def first(self, path: Path, hall: str, waiting: int = 0) -> Store:
        """The store that brings a hall of its own."""
        self.add_hall(hall)
        store = fill.create(path, name=hall)
        if waiting:
            fill.wait(store, waiting)
        assert joining.join(store, self.enroll(hall, "first")).link == "up"
        return store

    def next(self, path: Path, hall: str) -> Store:
        """Another store of that hall."""
        store, status = joining.new_window(path, self.enroll(hall, path.stem))
        assert status.link == "up", status
        return store


def joined(given: Enrolment, device: str) -> PgTransport:
    """A device with no store behind it."""
    link = PgTransport(given.server, given.hall, listen=False)
    assert link.join(device, bytes(32), "ed25519", demo=True) == "ok"
    return link


def settle(worker: Worker) -> None:
    """All that is here is sent, and all that is there is read."""
    worker.core.poke()
    assert worker.settle().link == "up", worker.core.status


@contextmanager
def running(run: Run) -> Iterator[Hub]:
    # The folder is this user's alone; who runs the server must be able to pass through it.
    run.folder.chmod(0o711)
    server = Server(run.folder / "hub", durable=True)
    server.make()
    server.start()
    try:
        with install.administer(server.params) as db:
            install.init(db)
            db.execute("CREATE SCHEMA bench")
            db.execute("CREATE TABLE bench.event (LIKE hub.event INCLUDING ALL)")
            db.execute(
                "CREATE TABLE bench.row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "body bytea NOT NULL)"
            )
        yield Hub(server)
    finally:
        server.stop("immediate")
        server.remove()
