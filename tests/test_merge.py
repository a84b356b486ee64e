"""Stores of one hall, cut off from each other, end with the same rows whatever they did.

Real use cases at three stores that hear of each other late, in any order of exchanges, through a
log that may be put back to an older state; without a hub's protocol, which has its own tests.
`HALLCLIENT_DEEP=2000` tries so many.
"""

import os
import random
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from db import log, merge, schema
from db.check import verify
from db.log import Event, Placed
from db.meta import put
from db.projections import rows
from db.store import Store
from hallclient.actions import calling, serving, tickets, undo, windows
from hallclient.rules.errors import Refused
from tests.hallkit import SUPERVISOR, Clock, Kit, clerk, thrown_env

SEEDS = int(os.environ.get("HALLCLIENT_DEEP", "12"))
WINDOWS = (1, 2, 7)


@dataclass
class Hub:
    """A log and nothing else."""

    events: list[Event] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Add an event that is not there yet."""
        known = {(one.device, one.stream, one.seq): one.hash for one in self.events}
        found = known.setdefault((event.device, event.stream, event.seq), event.hash)
        assert found == event.hash
        if len(known) > len(self.events):
            self.events.append(event)

    def placed(self) -> list[Placed]:
        """The whole log with its places."""
        places: dict[str, int] = {}
        out, mark = [], bytes(32)
        for lsn, event in enumerate(self.events, start=1):
            places[event.stream] = places.get(event.stream, 0) + 1
            mark = sha256(mark + event.hash).digest()
            out.append(Placed(lsn, places[event.stream], mark, event))
        return out


def exchange(store: Store, hub: Hub) -> list[Event]:
    """What a store and a hub do when they meet: send the tail, read everything."""
    for _, event in list(merge.tail(store.db)):
        hub.take(event)
    with store.act("system") as _:
        return merge.integrate(store, hub.placed())


@pytest.fixture
def hall(tmp_path: Path) -> list[Store]:
    """Three stores with the same beginning: the first made it, two had it from the hub."""
    kit = Kit(tmp_path, seed=5)
    kit.open(*WINDOWS)
    for item in ("setup", "setup", "general", "setup"):
        kit.take(item)
    kit.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stores = []
    for n in range(3):
        path = tmp_path / f"{n}.db"
        path.write_bytes(kit.path.read_bytes())
        env = thrown_env(kit.clock, random.Random(n + 100))
        store = Store.open(path, make_env=env)
        store.db.execute("BEGIN")
        put(store.db, device=f"device{n}")
        store.db.execute("COMMIT")
        store.close()
        stores.append(Store.open(path, make_env=env))
    kit.store.close()
    stores[0].__dict__["clock"] = kit.clock
    return stores


def act(store: Store, n: int, dice: random.Random, items: list[str]) -> None:
    """Something a window or somebody at the door does; a refusal is no harm."""
    who = clerk(WINDOWS[n])
    if dice.random() < 0.2:
        who = clerk(dice.choice(WINDOWS))  # somebody sat down at another machine
    number = f"{dice.choice('AB')}{dice.randint(1, 9):03d}"
    deeds: list[tuple[Any, ...]] = [
        (tickets.take, SUPERVISOR, tickets.Request([dice.choice(items)])),
        (calling.call_next, who),
        (calling.call_chosen, who, number, "slip"),
        (calling.start, who),
        (calling.pass_over, who),
        (serving.finish, who),
        (serving.hold, who, "copy"),
        (undo.undo, who),
        (windows.pause_window, who, "break"),
        (windows.resume_window, who),
        (tickets.cancel, SUPERVISOR, number, "left"),
    ]
    deed, by, *rest = dice.choices(deeds, [4, 8, 1, 6, 2, 6, 1, 2, 1, 1, 1])[0]
    with suppress(Refused):
        deed(store, by, *rest)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(store.db, table).fetchall() for table in schema.TABLES}


def order(store: Store) -> list[str]:
    return [row[0] for row in store.db.execute("SELECT id FROM leg ORDER BY rowid")]


def left_out(store: Store) -> list[tuple[Any, ...]]:
    return store.db.execute("SELECT device, stream, seq, changes FROM left_out").fetchall()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_stores_end_alike(hall: list[Store], seed: int) -> None:
    dice, hub = random.Random(seed), Hub()
    clock: Clock = hall[0].__dict__["clock"]
    items = [row[0] for row in hall[0].db.execute("SELECT DISTINCT item FROM leg ORDER BY item")]
    for store in hall:
        exchange(store, hub)
    saved = list(hub.events)
    for _ in range(60):
        n = dice.randrange(3)
        clock.pass_(dice.choice((1, 5, 40, 400)))
        what = dice.random()
        if what < 0.75:
            act(hall[n], n, dice, items)
        elif what < 0.95:
            exchange(hall[n], hub)
        elif what < 0.98:
            saved = list(hub.events)
        else:
            hub.events = list(saved)  # the hub is put back to a backup; every store hears of it
            for store in hall:
                with store.act("system"):
                    merge.cut(store, len(saved) + 1)
    for _ in range(2):
        for store in hall:
            exchange(store, hub)
    logs = [{(e.device, e.stream, e.seq): e.hash for _, e in log.read(store.db)} for store in hall]
    assert logs[0] == logs[1] == logs[2]
    assert len(logs[0]) == len(hub.events)
    for store in hall:
        assert not list(merge.tail(store.db))
        report = verify(store)
        assert report.ok, report.findings
    assert everything(hall[0]) == everything(hall[1]) == everything(hall[2])
    assert order(hall[0]) == order(hall[1]) == order(hall[2])
    assert left_out(hall[0]) == left_out(hall[1]) == left_out(hall[2])


def test_two_windows_call_the_same_number_while_cut_off(hall: list[Store]) -> None:
    hub = Hub()
    for store in hall:
        exchange(store, hub)
    one, two = hall[0], hall[1]
    first = calling.call_next(one, clerk(1))
    second = calling.call_next(two, clerk(2))
    assert first.leg.id == second.leg.id
    calling.start(two, clerk(2))
    assert exchange(one, hub) == []
    collided = exchange(two, hub)
    assert [event.kind for event in collided] == ["leg.called", "leg.started"]
    exchange(one, hub)
    for store in (one, two):
        (leg,) = store.rows("SELECT state, window FROM leg WHERE id = ?", first.leg.id)
        assert leg == {"state": "called", "window": "W01"}
        assert [row[0] for row in left_out(store)] == ["device1", "device1"]
    # The window whose call was left out goes on with somebody else.
    assert calling.call_next(two, clerk(2)).leg.id != first.leg.id


def test_bytes_that_do_not_fit_are_not_taken(hall: list[Store]) -> None:
    hub = Hub()
    for store in hall:
        exchange(store, hub)
    calling.call_next(hall[0], clerk(1))
    for _, event in merge.tail(hall[0].db):
        event.body = event.body.replace(b"W01", b"W02")
        hub.take(event)
    with pytest.raises(merge.Unfitting, match="chain"), hall[1].act("system"):
        merge.integrate(hall[1], hub.placed())
    assert not list(merge.tail(hall[1].db))
    calling.start(hall[0], clerk(1))
    (last,) = [event for _, event in merge.tail(hall[0].db) if event.kind == "leg.started"]
    ahead = Placed(len(hub.events) + 1, 99, bytes(32), last)
    with pytest.raises(merge.Unfitting, match="gap"), hall[1].act("system"):
        merge.integrate(hall[1], [ahead])


def test_an_event_nobody_can_read_stops_nothing(hall: list[Store]) -> None:
    hub = Hub()
    for store in hall:
        exchange(store, hub)
    with hall[0].act("system") as tx:
        tx.append("weather.seen", "x", [], forecast="rain")
        event = tx.appended[-1]
        tx.db.execute("DELETE FROM event WHERE pos = ?", (log.newest(tx.db),))
        event.body = b'{"set":[["leg","x",null,{"ver":"much"}]]}'
        event.hash = log.digest(event)
        log.insert(tx.db, event)
    calling.call_next(hall[0], clerk(1))
    for _, tail in list(merge.tail(hall[0].db)):
        hub.take(tail)
    with hall[1].act("system"):
        collided = merge.integrate(hall[1], hub.placed())
    assert [event.kind for event in collided] == ["weather.seen"]
    row = hall[1].row("SELECT state FROM leg WHERE window = 'W01'")
    assert row == {"state": "called"}
    assert verify(hall[1]).ok
