"""Real processes on one file: nobody called twice, nobody lost, whoever is killed."""

import json
import random
import subprocess
import sys
import threading
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from db.check import verify
from db.store import Store, Tx
from hallclient.actions import setup, staff, tickets
from hallclient.actions.acting import acting
from hallclient.actions.hall import hall_of
from hallclient.actions.hall_files import default_hall
from hallclient.rules.catalogue import Hall, PlanKind, Window
from hallclient.rules.leg import Leg
from hallclient.rules.roles import Role
from tests import invariants
from tests.hallkit import AGENT
from tests.oracle import Situation, expected
from tests.source import ROOT

pytestmark = pytest.mark.slow

Said = dict[str, Any]
WINDOWS = [f"W{number:02d}" for number in range(1, 21)]
LINES = ("setup", "general")
KILLS = 24
PLENTY = 400
"""So many wait at least while processes are killed: none of them runs out of work."""


class Process:
    """A process that talks in lines of JSON; everything it said is kept, also if it is killed."""

    heard = threading.Condition()
    started: ClassVar[list["Process"]] = []

    def __init__(self, *args: object) -> None:
        command = [sys.executable, "-m", "tests.hall_process", *map(str, args)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.said: list[Said] = []
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()
        self.started.append(self)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.heard:
                self.said.append(json.loads(line))
                self.heard.notify_all()
        with self.heard:
            self.heard.notify_all()

    def until_ready(self) -> None:
        with self.heard:
            self.heard.wait_for(lambda: self.said or self.process.poll() is not None)
        assert self.said, "did not start"

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> int:
        self.thread.join()
        assert self.process.stdout is not None
        assert self.process.stdin is not None
        self.process.stdout.close()
        self.process.stdin.close()
        return self.process.wait()

    def all(self, word: str) -> list[Any]:
        """What it said under this word."""
        return [said[word] for said in self.said if word in said]


@pytest.fixture(autouse=True)
def _nobody_left_behind() -> Iterator[None]:
    yield
    while Process.started:
        Process.started.pop().kill()


def together(processes: list[Process]) -> None:
    for process in processes:
        process.until_ready()
    for process in processes:
        process.begin()


def noon_zone() -> str:
    """A time zone where it is about noon, so that no test runs into the next business day."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def twenty_windows() -> Hall:
    plan = dict.fromkeys(LINES, PlanKind.MAIN)
    windows = {
        key: Window(key, str(number), key, key, plan) for number, key in enumerate(WINDOWS, 1)
    }
    return default_hall()._replace(windows=windows, time_zone=noon_zone())


def more_clerks(tx: Tx) -> None:
    for number in (19, 20):
        staff.add_in(tx, f"c{number}", f"c{number}", Role.CLERK, "", minimum=0, verifier="",
                     must_change=False)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with setup.init_demo(tmp_path / "hall.db", twenty_windows(), "", more=more_clerks) as made:
        yield made


def fill(store: Store, count: int) -> list[Leg]:
    """So many numbers in two lines, a tenth of them with priority, taken over the last hour."""
    taken: list[Leg] = []
    dice = random.Random(count)
    codes = {line: next(hall_of(store).items_of(line)).code for line in LINES}
    with acting(store, AGENT, "ticket.take") as tx:
        now = tx.now
        for place in range(count):
            tx.now = now - 3_600_000 + place * (3_600_000 // count)
            kind = "elderly" if dice.random() < 0.1 else ""
            taken += tickets.take_in(
                tx, tickets.Request([codes[dice.choice(LINES)]], priority=kind, proof="card")
            ).legs
    return taken


def worker(store: Store, window: str) -> Process:
    return Process("work", store.path, window, f"c{window[1:]}")


def workers(store: Store) -> dict[str, Process]:
    return {window: worker(store, window) for window in WINDOWS}


def events_of(store: Store, *kinds: str) -> Iterator[tuple[str, str, str, str, int, Said]]:
    """(kind, subject, window, operator, at, body) of every such event, in the order of the log."""
    marks = ", ".join("?" * len(kinds))
    for *told, body in store.db.execute(
        f"SELECT kind, subject, window, actor, at, body FROM event WHERE kind IN ({marks}) "
        "ORDER BY pos",
        kinds,
    ):
        kind, subject, window, actor, at = told
        yield kind, subject, window, actor, at, json.loads(body)


def calls_of(store: Store) -> list[tuple[str, str]]:
    """(leg, window) of every call, in the order of the log."""
    return [(leg, window) for _, leg, window, *_ in events_of(store, "leg.called")]


def check_order(store: Store, taken: list[Leg]) -> None:
    """Whether each call in the log is the one the policy asks for at that moment."""
    hall = hall_of(store)
    of_visit: dict[str, list[Leg]] = defaultdict(list)
    for leg in taken:
        of_visit[leg.visit].append(leg)
    lanes: dict[tuple[str, str], list[Leg]] = defaultdict(list)
    calls, due_run, guarded = Counter[str](), Counter[str](), Counter[str]()
    for kind, key, window, operator, at, body in events_of(store, "visit.opened", "leg.called"):
        if kind == "visit.opened":
            for leg in of_visit[key]:
                insort(lanes[leg.line, leg.lane], leg, key=lambda leg: (leg.order_at, leg.turn))
            continue
        it = Situation(
            waiting=[leg for lane in lanes.values() for leg in lane[:3]],
            busy=frozenset(),
            today=taken[0].day,
            window=window,
            operator=operator,
            plan=dict.fromkeys(LINES, "main"),
            emergency=False,
            guarded=bool(guarded[window]),
            draining=False,
            calls=calls,
            due_run=due_run,
            lines=hall.lines,
            policy=hall.policy,
            now=at,
        )
        best = expected(it)
        assert best is not None
        leg, band, _ = best
        assert (key, body["why"]["band"]) == (leg.id, band)
        calls[leg.line] += 1
        due_run[leg.line] = due_run[leg.line] + 1 if band == "due" else 0
        guarded[window] = band == "guard"
        lanes[leg.line, leg.lane].remove(leg)
    assert not any(lanes.values()), "somebody was never called"


def waiting(store: Store) -> int:
    (found,) = store.db.execute("SELECT count(*) FROM leg WHERE state = 'waiting'").fetchone()
    return int(found)


def test_twenty_processes_empty_the_hall_in_the_order_of_the_policy(store: Store) -> None:
    taken = fill(store, 4000)
    processes = workers(store)
    together(list(processes.values()))
    assert {process.end() for process in processes.values()} == {0}
    for process in processes.values():
        assert process.said[-1] == {"end": "nobody-waiting"}
        assert process.all("again").count(True) == 0
    called = Counter(key for process in processes.values() for key in process.all("called"))
    assert set(called) == {leg.id for leg in taken}
    assert set(called.values()) == {1}
    check_order(store, taken)
    shares = Counter(window for _, window in calls_of(store))
    assert min(shares[window] for window in WINDOWS) >= 0.5 * 4000 / 20
    rows = invariants.check(store)
    assert {leg["state"] for leg in rows["leg"].values()} == {"done"}
    assert verify(store).ok


Lives = dict[str, list[Process]]


def said_by(lives: Lives) -> int:
    return sum(len(one.said) for life in lives.values() for one in life)


def until_heard(lines: int, lives: Lives) -> None:
    with Process.heard:
        Process.heard.wait_for(lambda: said_by(lives) >= lines, timeout=60)


def ended(process: Process) -> bool:
    """Whether it found nobody waiting and went home."""
    return bool(process.said) and "end" in process.said[-1]


def test_killed_processes_lose_nothing_and_leave_nobody_called_to_no_one(store: Store) -> None:
    taken = fill(store, 1200)
    dice = random.Random(20)
    lives: Lives = {key: [one] for key, one in workers(store).items()}
    together([life[-1] for life in lives.values()])
    killed = 0
    while killed < KILLS:
        if waiting(store) < PLENTY:
            taken += fill(store, PLENTY)
        for window, life in lives.items():
            if ended(life[-1]):
                life.append(worker(store, window))
                life[-1].begin()
        until_heard(said_by(lives) + dice.randint(1, 80), lives)
        working = [
            key for key in WINDOWS if lives[key][-1].all("called") and not ended(lives[key][-1])
        ]
        if not working:
            continue
        window = dice.choice(working)
        lives[window][-1].kill()
        lives[window].append(worker(store, window))
        lives[window][-1].begin()
        killed += 1
    assert {life[-1].end() for life in lives.values()} == {0}
    calls = calls_of(store)
    assert Counter(key for key, _ in calls) == Counter(leg.id for leg in taken)
    for window, life in lives.items():
        told = {key for one in life for key in one.all("called")}
        assert told == {key for key, at in calls if at == window}
        for place, before in enumerate(life):
            begun = before.all("called")
            if begun and begun[-1] not in before.all("finished"):
                # Its visitor stood there when it was killed. Whoever lives on finds them first,
                # unless the finish was done and only its acknowledgement was lost; then there may
                # be nobody left to call, and all are done, as is asked below.
                after = (said for one in life[place + 1 :] for said in one.said if "called" in said)
                first = next(after, None)
                if first is not None:
                    assert first["again"] is (first["called"] == begun[-1])
    rows = invariants.check(store)
    assert {leg["state"] for leg in rows["leg"].values()} == {"done"}
    finished = {key for life in lives.values() for one in life for key in one.all("finished")}
    assert finished <= set(rows["leg"])
    check_order(store, taken)
    assert verify(store).ok


def test_numbers_taken_by_eight_processes_are_all_different(store: Store) -> None:
    code = next(hall_of(store).items_of("setup")).code
    processes = [Process("take", store.path, code, 40) for _ in range(8)]
    together(processes)
    assert {process.end() for process in processes} == {0}
    numbers = [number for process in processes for number in process.all("number")]
    assert sorted(numbers) == [f"A{number:03d}" for number in range(1, 321)]
    invariants.check(store)


def test_one_of_two_gets_the_number_for_a_person_and_service(store: Store) -> None:
    code = next(hall_of(store).items_of("setup")).code
    for last in range(4):
        identity = f"42010019900101123{last}"
        processes = [Process("once", store.path, code, identity) for _ in range(2)]
        together(processes)
        assert {process.end() for process in processes} == {0}
        given = [number for process in processes for number in process.all("number")]
        refused = [said for process in processes for said in process.said if "refused" in said]
        assert len(given) == 1
        assert refused == [{"refused": "already-open", "has": given[0]}]


def test_the_lock_is_free_after_its_holder_was_killed(store: Store) -> None:
    fill(store, 40)
    process = Process("work", store.path, "W01", "c01")
    process.until_ready()
    with store.act("system"):  # it waits for the lock that we hold
        process.begin()
        process.kill()
    again = Process("work", store.path, "W01", "c01")
    together([again])
    assert again.end() == 0
    assert len(again.all("finished")) == 40
