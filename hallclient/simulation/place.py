"""The hall before anything has happened: made once in a process, copied for every seed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from db.driver import sqlite
from db.env import Env, day_of
from db.store import Store
from hallclient.actions import code_segments, setup, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall_files import default_hall
from hallclient.simulation.deeds import DESK, SCHEME
from hallclient.simulation.hub import HubModel
from hallclient.simulation.hub_state import State
from hallclient.simulation.memory import MemoryStore, empty
from hallclient.sync.core import Core, Wait
from hallclient.sync.messages import Answer, Request
from hallclient.sync.replica import Replica

NINE: Final = 1_790_038_800_000
"""Tuesday 2026-09-22, 09:00 in the hall's time zone."""
MACHINES: Final = 4
ZONE: Final = "Asia/Shanghai"
CODES: Final = 400

Line = tuple[int, str, Request, Answer]
"""(UTC ms, device, request, answer)"""


class Place(NamedTuple):
    """A hall whose machines have joined a hub and have everything."""

    hall: str
    now: int
    devices: tuple[str, ...]
    disks: tuple[sqlite.Connection, ...]
    hub: State
    script: tuple[Line, ...]
    """What was asked of the hub so far."""


@cache
def place() -> Place:
    """The hall."""
    now = [NINE - 3_600_000]
    dice = Random(7)

    def make_env(_: str) -> Env:
        return Env(lambda: now[0], dice.randbytes, day_of(ZONE))

    hall = default_hall()
    quick = hall.policy._replace(pass_after_ms=15_000, recall_gap_ms=2_000, wrap_up_ms=5_000)
    hall = hall._replace(policy=quick)
    script: list[Line] = []
    stores: list[MemoryStore] = []
    with TemporaryDirectory() as folder:
        first = setup.init_demo(Path(folder) / "hall.db", hall, "", make_env=make_env)
        for number in range(1, MACHINES + 1):
            device = f"{number:032x}"
            stores.append(MemoryStore.copy(first.db, make_env(ZONE), device))
        first.close()
    hub = HubModel(hall.id, lambda: now[0])
    for number, store in enumerate(stores, start=1):
        if number > 1:
            empty(store)
        hub.join(store.device)
        Replica(store).join(hall.id)
        _settle(hub, store, now, script)
        who = Actor(f"c{number:02d}", "clerk", f"W{number:02d}")
        windows.open_window(store, who)
        begin, end = number * 1000, number * 1000 + CODES
        code_segments.load(store, DESK, SCHEME, str(begin), str(end), "letter", chars="10")
        _settle(hub, store, now, script)
    for store in stores:
        now[0] += 60_000
        _settle(hub, store, now, script)
    return Place(
        hall.id,
        now[0],
        tuple(store.device for store in stores),
        tuple(store.db for store in stores),
        hub.backup(),
        tuple(script),
    )


def _settle(hub: HubModel, store: Store, now: list[int], script: list[Line]) -> None:
    core = Core(Replica(store), lambda: 0.0)
    while not core.settled:
        asked = core.next(now[0])
        if isinstance(asked, Wait):
            now[0] = max(now[0] + 1, asked.until)
            continue
        answer = hub.call(store.device, asked)
        script.append((now[0], store.device, asked, answer))
        core.answered(now[0], asked, answer)
