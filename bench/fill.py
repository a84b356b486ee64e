"""Stores to measure on: so many waiting today, so many finished on the days before.

One day goes through the use cases; the days before it are the same day, moved back in time as
events with a chain of their own, so that the log is as long and as whole as a real one.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db import log
from db.env import Env, day_of, system_env
from db.projections import project
from db.store import Store, Tx
from hallclient.actions import calling, serving, setup, staff, tickets, windows
from hallclient.actions.acting import Actor, acting
from hallclient.actions.hall_files import default_hall
from hallclient.rules.catalogue import Hall, Opening, PlanKind, Window
from hallclient.rules.roles import Role

LINES = ("setup", "general")
WINDOWS = [f"W{number:02d}" for number in range(1, 21)]
CLERK = Actor("c01", "clerk", "W01")
AGENT = Actor("a01", "agent")
DAY_MS = 86_400_000
_TIME = re.compile(rb"(?<![0-9a-f])1[78]\d{11}(?![0-9a-f])")
_ID = re.compile(rb"(?<![0-9a-f])0[0-9a-f]{31}(?![0-9a-f])")


def hall() -> Hall:
    """Twenty windows that serve the same two lines, open all day, where it is about noon now."""
    plan = dict.fromkeys(LINES, PlanKind.MAIN)
    made = {key: Window(key, str(place), key, key, plan) for place, key in enumerate(WINDOWS, 1)}
    ahead = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    hours = tuple(Opening(day, 0, 24 * 60) for day in range(1, 8))
    return default_hall()._replace(windows=made, time_zone=zone, hours=hours)


def create(path: Path, make_env: Callable[[str], Env] = system_env, name: str = "") -> Store:
    """An empty hall; all clerks and windows are there, nobody has a password.

    ``name``: its id, where several are on one hub.
    """
    made = hall()

    def more(tx: Tx) -> None:
        for key in ("c19", "c20"):
            staff.add_in(tx, key, key, Role.CLERK, "", minimum=0, verifier="", must_change=False)

    made = made._replace(id=name or made.id)
    return setup.init_demo(path, made, "", make_env=make_env, more=more)


def codes(store: Store) -> list[str]:
    items = default_hall().items
    return [next(code for code, item in items.items() if item.line == line) for line in LINES]


def wait(store: Store, count: int, since_ms: int = 3_600_000) -> None:
    """So many numbers, a tenth with priority, taken over the last hour."""
    dice = random.Random(count)
    wanted = codes(store)
    with acting(store, AGENT, "ticket.take") as tx:
        now = tx.now
        for place in range(count):
            tx.now = now - since_ms + place * since_ms // count
            kind = "elderly" if dice.random() < 0.1 else ""
            tickets.take_in(tx, tickets.Request([dice.choice(wanted)], priority=kind, proof="card"))


def finished(path: Path, days: int, visits: int) -> Store:
    """A hall that has served so many visits on each of so many days before today."""
    from_now = system_env("UTC").now() - DAY_MS
    at = [from_now - 3 * 3_600_000]

    def make_env(zone: str) -> Env:
        real = system_env(zone)
        return Env(lambda: at[0], real.entropy, day_of(zone))

    with create(path, make_env) as store:
        windows.open_window(store, CLERK)
        first = int(store.db.execute("SELECT max(pos) FROM event").fetchone()[0])
        store.db.execute("PRAGMA synchronous = OFF")
        wanted = codes(store)
        for place in range(visits):
            at[0] += 2_000
            tickets.take(store, AGENT, tickets.Request([wanted[place % 2]]))
            calling.call_next(store, CLERK)
            calling.start(store, CLERK)
            serving.finish(store, CLERK)
        _repeat(store, first, days - 1)
    return Store.open(path)


def _repeat(store: Store, after: int, days: int) -> None:
    """Append the events behind a position once more for each day, moved back in time."""
    db = store.db
    found = [event for _, event in log.read(db, after) if event.stream == "queue"]
    seq, before = log.head(db, store.device, "queue")
    db.execute("BEGIN IMMEDIATE")
    for number in range(1, days + 1):
        for event in found:
            move = _Move(number, store.env.day)
            seq += 1
            made = log.Event(
                device=event.device,
                stream=event.stream,
                seq=seq,
                epoch=event.epoch,
                kind=event.kind,
                version=event.version,
                subject=move.text(event.subject.encode()).decode(),
                actor=event.actor,
                window=event.window,
                at=event.at - move.ms,
                day=store.env.day(event.at - move.ms),
                body=move.body(event.body, event.day),
                prev_hash=before,
            )
            made.hash = before = log.digest(made)
            log.insert(db, made)
            changes: list[Any] = json.loads(made.body)["set"]
            project(db, changes)
    db.execute("COMMIT")


class _Move:
    """Times, days and ids of some text, so many days earlier."""

    def __init__(self, days: int, day: Callable[[int], str]) -> None:
        self.ms = days * DAY_MS
        self._day = day

    def text(self, text: bytes) -> bytes:
        text = _ID.sub(lambda found: b"%032x" % (int(found[0], 16) - (self.ms << 80)), text)
        return _TIME.sub(lambda found: b"%d" % (int(found[0]) - self.ms), text)

    def body(self, body: bytes, day: str) -> bytes:
        noon = int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp() * 1000)
        earlier = datetime.fromtimestamp((noon - self.ms) / 1000, UTC).date().isoformat()
        compact = day.replace("-", ""), earlier.replace("-", "")
        moved = self.text(body).replace(day.encode(), earlier.encode())
        return moved.replace(compact[0].encode(), compact[1].encode())
