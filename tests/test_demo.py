"""The demo: a busy morning at once, a hall that lives beside the desk and dies with it."""

import argparse
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from db import check
from db.errors import StoreError
from db.joined import Joined
from db.store import Store, Tx
from hallclient.actions import calling, day, serving, setup, staff, tickets, views
from hallclient.actions.acting import Actor
from hallclient.actions.hall_files import default_hall
from hallclient.actions.persons import identify
from hallclient.cli import demo as command
from hallclient.cli.app import App
from hallclient.demo import PASSWORD, clock, people, place, process, seed, session
from hallclient.demo.clock import DemoClock
from hallclient.demo.dice import dice
from hallclient.demo.hall import Simulation
from hallclient.demo.place import Place, Seat, State
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, plain
from tests.hallkit import AGENT, NINE, Kit
from tests.source import ROOT

LONG_S = 60.0
"""How long a test waits for another process before it fails."""
HALL = default_hall()
MORNING = clock.midnight_of(NINE, HALL.time_zone)[0] + (9 * 60 + 40) * 60_000
HOME = Seat("c03", "clerk", "W03")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Demos of these tests see each other and nobody else's."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Store]:
    with seed.make(tmp_path / "hall.db", HALL, MORNING, HOME, 1) as store:
        yield store


@pytest.fixture
def demo() -> Iterator[session.Demo]:
    made = begun(speed=60)
    yield made
    made.end()


def begun(*words: str, **how: Any) -> session.Demo:
    """A new demo whose hall is there."""
    made = session.begin(*words, **how)
    try:
        assert made.state
    except BaseException:
        made.end()
        raise
    return made


def opened(made: session.Demo) -> Store:
    return Store.open(made.state.store, make_env=made.state.clock.make_env)


def numbers(store: Store, where: str) -> list[str]:
    return [row["number"] for row in store.rows(f"SELECT number FROM leg WHERE {where}")]


def until(true: Callable[[], bool]) -> None:
    """Wait for another process to have done something; its writing cannot be awaited."""
    pause, end = threading.Event(), time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end, "nothing happened"
        pause.wait(0.02)


# -- the morning


def test_a_busy_morning_awaits_the_clerk(morning: Store) -> None:
    waiting = numbers(morning, "state = 'waiting'")
    assert 22 <= len(waiting) <= 32
    assert len(set(numbers(morning, "1"))) > 40
    at_windows = morning.rows("SELECT id FROM window WHERE state IN ('calling', 'serving')")
    assert len(at_windows) >= 14
    window = morning.row("SELECT * FROM window WHERE id = 'W03'")
    assert window is not None
    assert (window["state"], window["operator"], window["leg"]) == ("idle", "c03", None)
    person = staff.operator(morning, "c03")
    assert person is not None
    assert person["signed_in_at"] == MORNING - 1000
    choice = views.next_for(morning, window, HOME.actor)
    assert choice is not None
    assert choice.head.line == "setup"


def test_the_morning_has_one_of_each(morning: Store) -> None:
    assert len(numbers(morning, "state = 'held' AND operator = 'c03'")) == 1
    assert len(numbers(morning, "state = 'passed'")) == 1
    assert len(numbers(morning, "lane = 'priority' AND state = 'waiting'")) >= 2
    assert numbers(morning, "state = 'blocked'")
    lines = {row["line"] for row in morning.rows("SELECT line FROM leg WHERE state = 'waiting'")}
    assert len(lines) >= 6


def test_the_morning_is_over_when_the_demo_begins(morning: Store) -> None:
    times = [row["at"] for row in morning.rows("SELECT at FROM event ORDER BY pos")]
    assert times == sorted(times)
    assert times[0] >= MORNING - 60 * 60_000
    assert times[-1] < MORNING
    assert check.verify(morning).ok


def test_the_day_was_opened_by_the_supervisor(morning: Store) -> None:
    row = morning.row("SELECT * FROM business_day")
    assert row is not None
    assert (row["state"], row["opened_by"]) == ("open", "s01")
    assert json.loads(row["checks"])["open"] == []
    assert day.hint(morning) is None


@pytest.mark.parametrize("minute", [0, 17, 47, 59])
@pytest.mark.parametrize("seat", [HOME, Seat("c13", "clerk", "W13"), Seat("s01", "supervisor")])
def test_a_morning_can_be_made_for_any_seat_at_any_time(
    tmp_path: Path, seat: Seat, minute: int
) -> None:
    begin = MORNING - 40 * 60_000 + minute * 60_000
    with seed.make(tmp_path / "hall.db", HALL, begin, seat, minute) as store:
        assert len(numbers(store, "state = 'waiting'")) > 15
        assert check.verify(store).ok


def test_the_same_dice_make_the_same_morning(tmp_path: Path) -> None:
    heads = []
    for name, roll in (("a", 5), ("b", 5), ("c", 6)):
        with seed.make(tmp_path / name, HALL, MORNING, HOME, roll) as store:
            heads.append(check.verify(store).head)
    assert heads[0] == heads[1]
    assert heads[0] != heads[2]


def test_ten_seconds_to_undo_are_a_persons_seconds() -> None:
    fast = seed.for_a_person(HALL, 5).policy
    assert (fast.undo_ms, fast.uncall_ms) == (50_000, 50_000)
    assert fast._replace(undo_ms=10_000, uncall_ms=10_000) == HALL.policy


def test_nothing_slow_is_loaded_before_the_first_frame(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from hallclient.demo import session\n"
        "demo = session.begin()\n"
        "demo.state\n"
        "heavy = {'argon2', 'cryptography', 'csv', 'pypinyin', 'sqlite_utils', 'tomllib'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))\n"
        "demo.end()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


# -- clock and people


def test_all_processes_have_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = [1_000]
    monkeypatch.setattr(clock, "monotonic_ms", lambda: wall[0])
    mine = DemoClock(MORNING, 1_000, 5.0)
    other = DemoClock.from_json(json.loads(json.dumps(mine.to_json())))
    wall[0] += 2_000
    assert mine.now() == other.now() == MORNING + 10_000
    assert mine.seconds_until(MORNING + 30_000) == 4.0
    assert mine.make_env("Asia/Shanghai").day(mine.now()) == "2026-09-22"


@pytest.mark.parametrize(
    ("day", "shown"), [("2026-11-20", 5), ("2026-11-21", 5), ("2026-11-22", 5), ("2026-11-23", 1)]
)
def test_a_demo_shows_a_working_day_that_has_come(day: str, shown: int) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    now = datetime.fromisoformat(day + "T12:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    midnight, weekday = clock.midnight_of(round(now.timestamp() * 1000), "Asia/Shanghai")
    assert weekday == shown
    assert 0 < now.timestamp() * 1000 - midnight < 3 * 86_400_000


@pytest.mark.parametrize("text", ["", "9", "24:00", "9:60", "9:5", "-1:00", "a:bb", "09:40:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        clock.minutes_of(text)


def test_nobody_has_these_identity_numbers_but_they_are_well_formed() -> None:
    # The example of GB 11643 itself.
    assert people.check_character("11010519491231002") == "X"
    roll = dice("people")
    for _ in range(200):
        number = people.identity(roll)
        assert number.startswith("420100")
        assert people.check_character(number[:17]) == number[17]


def test_names_of_every_kind_survive_the_way_in_and_out() -> None:
    roll = dice("names")
    made = {people.full_name(roll) for _ in range(800)}
    assert all(clean(name) == name == plain(name) for name in made)
    assert any("·" in name for name in made)
    assert any(ord(char) > 0xFFFF for name in made for char in name)
    assert any(name[0].isascii() for name in made)


# -- what the demo asked of the rest


def test_a_number_for_a_result_waits_in_the_line_for_collecting(kit: Kit) -> None:
    item = kit.item("setup")
    ticket = kit.take(item, collect=True)
    assert (ticket.legs[0].line, ticket.legs[0].item) == ("collect", item)
    assert ticket.number.startswith("E")
    kit.open(17, 18)
    at17, at18 = Actor("c17", "clerk", "W17"), Actor("c18", "clerk", "W18")
    assert kit.serve(at17) == ticket.number
    moved = serving.transfer(kit.store, at17, "window", "W18")
    assert moved.line == "collect"
    assert kit.next(at18) == ticket.number


def test_a_person_is_recorded_once_and_then_has_one_open_number(kit: Kit) -> None:
    item = kit.item("setup")
    fields = people.person(dice("one"), "setup")
    first, second = kit.take(item), kit.take(item)
    identify(kit.store, AGENT, first.number, fields)
    row = kit.visit(first.number)
    assert kit.store.unseal(row["id"], row["sealed"]) == fields
    assert kit.leg(first.number).person == row["person"]
    for number, code in ((first.number, "person-known"), (second.number, "already-open")):
        with pytest.raises(Refused) as refused:
            identify(kit.store, AGENT, number, fields)
        assert refused.value.code == code
    assert check.verify(kit.store).ok


def test_recording_a_person_leaves_a_call_to_be_undone(kit: Kit) -> None:
    from hallclient.actions.undo import undo

    kit.open(3)
    who = Actor("c03", "clerk", "W03")
    ticket = kit.take("setup")
    kit.next(who)
    identify(kit.store, AGENT, ticket.number, people.person(dice("one"), "setup"))
    assert undo(kit.store, who) == ("leg.called", ticket.number)


def test_the_demos_password_is_given_once_and_only_in_a_demo(tmp_path: Path) -> None:
    with seed.make(tmp_path / "hall.db", HALL, MORNING, HOME, 1) as store:
        with pytest.raises(Refused):
            staff.authenticate(store, "c05", PASSWORD)
        setup.set_demo_password(store, staff.make_verifier(PASSWORD))
        assert staff.authenticate(store, "c05", PASSWORD).role == "clerk"
        setup.set_demo_password(store, staff.make_verifier("another one"))
        staff.authenticate(store, "c05", PASSWORD)
    with setup.init(tmp_path / "real.db", HALL, "a long password") as store:
        with pytest.raises(Refused) as refused:
            setup.set_demo_password(store, "verifier")
        assert refused.value.code == "not-a-demo"


def test_actions_of_one_transaction_are_each_whole_or_nothing(tmp_path: Path) -> None:
    def half_done(store: Store) -> None:
        with store.act("a01") as tx:
            tx.append("visit.cancelled", "x", [("visit", "x", None, {"number": "X001"})])
            raise ZeroDivisionError

    def fill(tx: Tx) -> None:
        store = Joined(tx)
        tickets.take(store, AGENT, tickets.Request(("SP078",)))
        with pytest.raises(ZeroDivisionError):
            half_done(store)
        store.close()

    with setup.init_demo(tmp_path / "a.db", HALL, "", more=fill) as store:
        assert numbers(store, "1") == ["A001"]
        assert store.row("SELECT 1 FROM visit WHERE id = 'x'") is None
        assert check.verify(store).ok

    def fail(tx: Tx) -> None:
        fill(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        setup.init_demo(tmp_path / "b.db", HALL, "", more=fail)
    assert not (tmp_path / "b.db").exists()


# -- seats


def test_two_seats_share_one_queue(demo: session.Demo) -> None:
    other = session.join(window="5")
    try:
        assert other.seat == Seat("c05", "clerk", "W05")
        assert other.state == demo.state
        with opened(demo) as mine, opened(other) as theirs:
            first = calling.call_next(mine, demo.seat.actor)
            again = calling.call_next(theirs, other.seat.actor)
            assert first.leg.number != again.leg.number
            assert numbers(theirs, "window = 'W03'") == [first.leg.number]
    finally:
        other.end()
    with opened(demo) as store:
        row = staff.operator(store, "c05")
        assert row is not None
        assert row["signed_in_at"] is None


def test_a_seat_is_given_to_one_person(demo: session.Demo) -> None:
    seats = [session.join(role) for role in ("clerk", "agent", "agent", "supervisor")]
    try:
        assert [other.seat.operator for other in seats] == ["c01", "a01", "a02", "s01"]
        for role, window in (("agent", ""), ("supervisor", ""), ("clerk", "W03")):
            with pytest.raises(Refused) as refused:
                session.join(role, window=window)
            assert refused.value.code == "seat-taken"
        with pytest.raises(Refused) as refused:
            session.join(window="W99")
        assert refused.value.code == "no-such-window"
    finally:
        for other in seats:
            other.end()


def test_the_last_one_out_takes_the_folder_along(tmp_path: Path) -> None:
    first = begun("supervisor")
    second = session.join()
    first.end()
    assert second.state.store.exists()
    second.end()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Refused) as refused:
        session.join()
    assert refused.value.code == "no-demo"


def test_a_demo_that_is_to_be_kept_is_kept(tmp_path: Path) -> None:
    kept = begun(keep=True)
    kept.end()
    kept.end()
    named = begun(store=tmp_path / "my.db")
    named.end()
    for store in (kept.state.store, tmp_path / "my.db"):
        with Store.open(store, readonly=True) as opened_again:
            assert opened_again.demo
    assert place.running() is None
    with pytest.raises(StoreError) as refused:
        begun(store=tmp_path / "my.db")
    assert refused.value.code == "exists"
    left = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert left == {kept.place.folder.name}


def test_only_what_nobody_uses_any_more_is_tidied_away(tmp_path: Path) -> None:
    alive = begun()
    dead, fresh, kept = Place.new(), Place.new(), Place.new(keep=True)
    foreign = tmp_path / f"{place.PREFIX}open"
    foreign.mkdir(mode=0o777)
    foreign.chmod(0o777)
    (tmp_path / f"{place.PREFIX}link").symlink_to(dead.folder)
    for folder in (alive.place.folder, dead.folder, kept.folder, foreign):
        os.utime(folder, (0, 0))
    assert place.tidy() == 1
    assert not dead.folder.exists()
    assert all(path.exists() for path in (alive.place.folder, fresh.folder, kept.folder, foreign))
    alive.end()


@pytest.mark.parametrize("written", ["", "{", "[]", '{"store": 1}', '{"store": "x", "clock": {}}'])
def test_a_folder_with_nonsense_in_it_is_no_demo(written: str) -> None:
    found = Place.new()
    found.enter()
    (found.folder / "demo.json").write_text(written)
    assert found.read() is None
    assert place.running() is None


# -- the simulator


@pytest.mark.slow
def test_the_hall_lives_beside_the_desk_and_ends_with_it(demo: session.Demo) -> None:
    demo.on_ready()
    simulator = demo._hall
    assert simulator is not None
    with opened(demo) as store:
        window = store.row("SELECT * FROM window WHERE id = 'W03'")

        def lives() -> bool:
            rows = store.rows("SELECT 1 FROM event WHERE kind = 'visit.opened'")
            return len(rows) > 48

        until(lives)
        assert store.row("SELECT * FROM window WHERE id = 'W03'") == window
        assert staff.authenticate(store, "c03", PASSWORD).operator == "c03"
        sealed = store.row("SELECT count(*) AS n FROM visit WHERE sealed IS NULL")
        assert sealed is not None
        assert sealed["n"] < 5
        demo._hall = None
        assert simulator.stdin is not None
        simulator.stdin.close()
        assert simulator.wait(LONG_S) == 0
        assert check.verify(store).ok


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs a system that tells of an end")
def test_the_hall_ends_when_the_desk_is_killed() -> None:
    script = (
        "import sys\n"
        "from hallclient.demo import session\n"
        "demo = session.begin(speed=60)\n"
        "demo.state\n"
        "demo.on_ready()\n"
        "print(demo._hall.pid, demo.place.folder, flush=True)\n"
        "sys.stdin.read()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    desk = subprocess.Popen(
        [sys.executable, "-P", "-c", script],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with desk:
        assert desk.stdout is not None
        pid, _, folder = desk.stdout.readline().strip().partition(" ")
        simulator = os.pidfd_open(int(pid))
        found = Place(Path(folder))
        state = found.read()
        assert state is not None
        with Store.open(state.store, make_env=state.clock.make_env) as store:
            until(lambda: staff.operator(store, "c01") is not None and _at_work(store))
            desk.send_signal(signal.SIGKILL)
            ended, _, _ = select.select([simulator], [], [], LONG_S)
            assert ended, "the simulator goes on without its desk"
            assert check.verify(store).ok
        os.close(simulator)
    assert place.running() is None
    os.utime(found.folder, (0, 0))
    assert place.tidy() == 1


def _at_work(store: Store) -> bool:
    return bool(store.rows("SELECT 1 FROM event WHERE kind = 'operator.password-set'"))


def test_the_simulator_ends_with_the_day(tmp_path: Path) -> None:
    at = clock.midnight_of(NINE, HALL.time_zone)
    begin = at[0] + 20 * 3_600_000
    seed.make(tmp_path / "hall.db", HALL, begin, HOME, 1).close()
    late = DemoClock(begin, clock.monotonic_ms(), 60)
    state = State(tmp_path / "hall.db", late, *at, 1)
    with Store.open(state.store, make_env=late.make_env) as store:
        assert process.work(store, state, threading.Event(), tmp_path) == 0


def test_a_busy_store_is_tried_again_and_a_broken_one_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return self.is_set()

    tries = []

    def broken(hall: object) -> int:
        tries.append(hall)
        raise StoreError("busy", path=tmp_path)

    monkeypatch.setattr(Simulation, "run_due", broken)
    at = clock.midnight_of(NINE, HALL.time_zone)
    with seed.make(tmp_path / "hall.db", HALL, MORNING, HOME, 1) as store:
        state = State(tmp_path / "hall.db", DemoClock(MORNING, clock.monotonic_ms()), *at, 1)
        assert process.work(store, state, Ended(), tmp_path) == 3
    assert len(tries) == 21


# -- the command


class Shown:
    """Stands for the screens: notes what would have been shown."""

    def __init__(self, **options: Any) -> None:
        self.options = SimpleNamespace(
            **{"window": "", "store": None, "store_named": False, **options}
        )
        self.how: dict[str, Any] = {}
        self.said: list[str] = []
        self.out = SimpleNamespace(note=self.said.append)

    def show(self, path: Path, **how: Any) -> int:
        self.how = how
        if how["prepared"] is not None:
            how["prepared"]()
        with Store.open(path, make_env=how["make_env"], readonly=True) as store:
            assert store.demo
        return 0

    def run(self, *words: str) -> int:
        parser = argparse.ArgumentParser()
        command.register(parser.add_subparsers())
        args = parser.parse_args(words)
        return int(args.run(args, cast(App, self)))


@pytest.mark.parametrize(
    ("words", "seat"),
    [
        ((), Actor("c03", "clerk", "W03")),
        (("--seat", "agent"), Actor("a01", "agent")),
        (("--seat", "supervisor", "--at", "14:05", "--speed", "60"), Actor("s01", "supervisor")),
    ],
)
def test_the_command_opens_signed_in(tmp_path: Path, words: tuple[str, ...], seat: Actor) -> None:
    shown = Shown()
    assert shown.run("demo", *words) == 0
    assert shown.how["who"] == seat
    assert PASSWORD in shown.how["hint"]
    assert callable(shown.how["on_ready"])
    assert list(tmp_path.iterdir()) == []
    assert shown.said == []


def test_the_command_sits_down_at_the_window_named() -> None:
    shown = Shown(window="7")
    assert shown.run("demo") == 0
    assert shown.how["who"] == Actor("c07", "clerk", "W07")
    with pytest.raises(Refused) as refused:
        Shown(window="W77").run("demo")
    assert refused.value.code == "no-such-window"


def test_the_command_joins_and_keeps(tmp_path: Path) -> None:
    first = begun()
    shown = Shown()
    assert shown.run("demo", "--join", "--seat", "supervisor") == 0
    assert shown.how["who"] == Actor("s01", "supervisor")
    first.end()
    named = Shown(store=tmp_path / "mine.db", store_named=True)
    assert named.run("demo") == 0
    assert (tmp_path / "mine.db").exists()
    assert str(tmp_path / "mine.db") in named.said[0]


@pytest.mark.parametrize(
    "words", [("--speed", "61"), ("--speed", "0.5"), ("--at", "25:00"), ("--seat", "visitor")]
)
def test_what_the_command_does_not_take(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        Shown().run("demo", *words)
