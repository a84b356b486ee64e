"""One certificate, one code: whoever is killed, whenever. Real processes, real SIGKILL, one store.

Eight windows assign ten thousand codes while two hundred of them are killed. So that it takes half
a minute, cases are brought to their decision beforehand, each grants four small certificates five
cases at a time, every seventh of these lots goes on to be sealed, printed, confirmed and handed
over, and pages are not set (that has tests of its own). What is left is what it is about: each
step is the program's own, durable before the next, and what came out of a printer stays out.
"""

import random
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from db.check import verify
from db.store import Row, Store
from hallclient.actions import certificate_audit, certificate_print, setup
from hallclient.actions.code_segments import range_of
from hallclient.actions.hall_files import default_hall
from hallclient.main import main
from hallclient.rules.certificate import schemes, segments
from hallclient.rules.certificate.spec import USCC
from tests import issuekit
from tests.certificate_worker import (
    AFTER,
    BEFORE,
    STEPS,
    TORN,
    Page,
    Printer,
    Share,
    Stand,
    context,
    die_in,
    take,
    tell,
    work,
)
from tests.hallkit import QUICK_VERIFIER, SUPERVISOR, Kit, clerk
from tests.test_twenty import noon_zone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]
WINDOWS = tuple(range(1, 9))
OWN = (5, 6, 7, 8)
"""Windows that have segments of their own; when these are used up they lease with the others."""
CASES, YIELD = 313, 4
CODES = len(WINDOWS) * CASES * YIELD
LOT, EVERY = 5, 7
KILLS = 200
BETWEEN = 20
"""Steps that all together take at most before the next is killed."""
PRINTING = frozenset({"begun", "page", "unknown", "torn", "out", "blank"})
PATIENCE = 60
"""Seconds in which somebody must have done something."""


class Life:
    """A window's process and what it has said so far."""

    def __init__(self, hall: "Issuing", number: int) -> None:
        self.ear, mouth = Pipe(duplex=False)
        self.said: list[str] = []
        args = (hall.store.path, number, hall.paper(number), hall.share(number), mouth)
        self.process = hall.context.Process(target=work, args=args, daemon=True)
        self.process.start()
        mouth.close()

    def hear(self) -> bool:
        """What it says next; False: it says no more."""
        try:
            self.said.append(self.ear.recv())
        except EOFError:
            return False
        return True

    def kill(self) -> None:
        """At once. What it has said before is heard still."""
        self.process.kill()
        while self.hear():
            pass
        self.process.join()
        self.ear.close()


class Issuing:
    """A hall of eight windows with all they need for ten thousand codes."""

    def __init__(self, folder: Path) -> None:
        hall = default_hall()._replace(time_zone=noon_zone())
        self.folder = folder
        self.context = context()
        self.store = setup.init_demo(folder / "hall.db", hall, QUICK_VERIFIER)
        issuekit.publish(self.store, YIELD)
        share = CASES * YIELD // 2
        for scheme in ("u", "s"):
            for place, number in enumerate(OWN):
                first = 1 + place * share
                own = (f"W{number:02d}",)
                issuekit.segment(self.store, scheme, first, first + share * 3 // 4, own)
            issuekit.segment(self.store, scheme, 100_001, 100_000 + 6 * share)
        for number in WINDOWS:
            issuekit.blanks(self.store, f"W{number:02d}", number * 10_000, number * 10_000 + 900)
        self.cases = issuekit.granting(self.store, WINDOWS, CASES, LOT)
        self.lives = {number: [Life(self, number)] for number in WINDOWS}

    def paper(self, number: int) -> Path:
        return self.folder / f"printer-{number}"

    def share(self, number: int) -> Share:
        return Share(self.cases[f"W{number:02d}"], LOT, EVERY)

    def working(self) -> list[Life]:
        return [life[-1] for life in self.lives.values() if "end" not in life[-1].said]

    def hear(self, steps: int) -> None:
        """Until so many steps more are taken, or nobody works any more."""
        while steps > 0:
            ears = {life.ear: life for life in self.working()}
            if not ears:
                return
            ready = wait(list(ears), PATIENCE)
            assert ready, "nobody does anything"
            for ear in ready:
                life = ears[ear]  # type: ignore[index]
                assert life.hear(), f"{life.process.exitcode} after {life.said[-3:]}"
                steps -= 1

    def kill_one(self, dice: random.Random) -> bool:
        """One that has begun to work; every second time one that is printing, if any is."""
        begun = [life for life in self.working() if life.said]
        printing = [life for life in begun if life.said[-1] in PRINTING]
        if not begun:
            return False
        victim = dice.choice(printing if printing and dice.random() < 0.5 else begun)
        victim.kill()
        number = next(one for one, life in self.lives.items() if life[-1] is victim)
        if "end" in victim.said:  # it had just done all it had to
            return False
        self.lives[number].append(Life(self, number))
        return True

    def close(self) -> None:
        for life in self.lives.values():
            life[-1].kill()
        self.store.close()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Issuing]:
    made = Issuing(tmp_path)
    yield made
    made.close()


@pytest.mark.timeout(400)
def test_ten_thousand_codes_while_two_hundred_are_killed(hall: Issuing) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice, killed = random.Random(seed), 0
    while killed < KILLS:
        hall.hear(dice.randint(1, BETWEEN))
        assert hall.working(), "killed too late to matter"
        killed += hall.kill_one(dice)
    hall.hear(sys.maxsize)
    for life in hall.lives.values():
        life[-1].process.join()
        assert life[-1].process.exitcode == 0
    said = Counter(word for life in hall.lives.values() for one in life for word in one.said)
    assert min(said["torn"], said["blank"], said["out"]) > 0, said
    store = hall.store
    codes = check_codes(store)
    check_pages(store, codes, [page for n in WINDOWS for page in Printer(hall.paper(n)).pages()])
    assert certificate_print.unknown(store, SUPERVISOR) == []
    assert main(["verify", "--store", str(store.path)]) == 0


def check_codes(store: Store) -> dict[str, Row]:
    """Every body that was used is one code of one certificate, wherever it was leased."""
    codes = {row["id"]: row for row in store.rows("SELECT * FROM code")}
    carried = store.rows("SELECT id, code, lacks FROM certificate")
    assert len(carried) == CODES
    assert {row["code"]: row["id"] for row in carried} == {
        key: row["certificate"] for key, row in codes.items()
    }
    assert {row["state"] for row in codes.values()} == {"assigned"}
    ranges = {row["id"]: row for row in store.rows("SELECT * FROM code_segment")}
    used = set()
    shared = defaultdict(set)
    for block in store.rows("SELECT * FROM code_block"):
        segment = ranges[block["segment"]]
        shared[block["window"]].add(segment["windows"] is None)
        used |= {code_at(segment, block["start"] + place) for place in range(block["used"])}
    assert used == set(codes)
    assert shared == {
        f"W{number:02d}": {True, False} if number in OWN else {True} for number in WINDOWS
    }
    return codes


def code_at(segment: Row, place: int) -> str:
    body = segments.body(range_of(segment), place)
    scheme = issuekit.edition(YIELD).scheme[segment["scheme"]]
    if scheme.form == USCC:
        return schemes.code_of(scheme, body=body)
    return schemes.code_of(scheme, serial=int(body), day=f"{segment['year']}-01-01")


def check_pages(store: Store, codes: dict[str, Row], pages: list[Page]) -> None:
    """One good page of each code that was printed; every sheet that was used is a page."""
    sheets = {row["id"]: row for row in store.rows("SELECT * FROM sheet")}
    assert sorted(page.sheet for page in pages) == sorted(sheets)
    copies = {row["id"]: row for row in store.rows("SELECT * FROM certificate_copy")}
    good = Counter[str]()
    for page in pages:
        sheet, copy = sheets[page.sheet], copies[page.copy]
        assert codes[page.code]["certificate"] == copy["certificate"]
        assert (sheet["copy"], copy["sheet"]) == (page.copy, page.sheet)
        assert (sheet["state"], sheet["reason"]) in (("used", None), ("spoiled", TORN))
        good[page.code] += sheet["state"] == "used"
    assert set(good.values()) == {1}
    states = {
        row["code"]: row["state"] for row in store.rows("SELECT code, state FROM certificate")
    }
    assert {code for code, state in states.items() if state == "handed"} == set(good)
    assert set(states.values()) == {"assigned", "handed"}
    issued = sum(len(range(start, CASES)[:LOT]) for start in range(0, CASES, LOT * EVERY))
    assert len(good) == len(WINDOWS) * issued * YIELD


# -- killed between any two steps

FIRST = "91420100QQ00000125"
"""The first code of the segment."""
STANDS = (
    Stand("accepted"),
    Stand("done_pass", "assigned", FIRST),
    Stand("done_pass", "sealed", FIRST, ("waiting",)),
    Stand("done_pass", "printing", FIRST, ("printing",), ("bound",), unknown=1),
    Stand("issued", "ready", FIRST, ("printed",), ("used",)),
    Stand("delivered", "handed", FIRST, ("handed",), ("used",)),
)
"""Where it stands before the first step and after each."""


class Desk:
    """One case that is about to be granted at window 1, and processes that die over it."""

    def __init__(self, kit: Kit, *, codes: bool = True) -> None:
        self.kit, self.store = kit, kit.store
        issuekit.publish(self.store, 1)
        issuekit.blanks(self.store, "W01", 1, 9)
        if codes:
            issuekit.segment(self.store, "u", 1, 100)
        ((self.case,),) = issuekit.granting(self.store, [1], 1).values()

    def take(self, *steps: str) -> None:
        for step in steps:
            take(self.store, step, self.case)

    def die_in(self, step: str, when: str) -> None:
        """Another process takes the step, and is killed around its COMMIT."""
        process = context().Process(target=die_in, args=(self.kit.path, 7, step, self.case, when))
        process.start()
        process.join(PATIENCE)
        assert process.exitcode == -signal.SIGKILL

    def told(self) -> Stand:
        """How it stands by a process that has just begun."""
        ear, mouth = Pipe(duplex=False)
        process = context().Process(target=tell, args=(self.kit.path, self.case, mouth))
        process.start()
        mouth.close()
        found: Stand = ear.recv()
        process.join()
        ear.close()
        return found

    def sound(self) -> None:
        """Nothing is lost and nothing is left over."""
        rows = self.store.rows("SELECT id, state FROM code")
        assert rows == [{"id": FIRST, "state": "assigned"}]
        assert certificate_audit.audit(self.store) == []
        assert verify(self.store).ok


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("step", STEPS)
def test_killed_in_any_step_the_state_says_what_is_known(kit: Kit, step: str, when: str) -> None:
    desk, place = Desk(kit), STEPS.index(step)
    desk.take(*STEPS[:place])
    desk.die_in(step, when)
    done = place + (when == AFTER)
    assert desk.told() == STANDS[done]
    desk.take(*STEPS[done:])
    assert desk.told() == STANDS[-1]
    desk.sound()


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_killed_while_a_code_is_given_that_could_not_be_had_before(kit: Kit, when: str) -> None:
    desk = Desk(kit, codes=False)
    desk.take("approve")
    assert desk.told() == Stand("done_pass", "approved")
    issuekit.segment(desk.store, "u", 1, 100)
    desk.die_in("assign", when)
    assert desk.told() == (STANDS[1] if when == AFTER else Stand("done_pass", "approved"))
    if when == BEFORE:
        desk.take("assign")
    desk.take(*STEPS[1:])
    assert desk.told() == STANDS[-1]
    desk.sound()


@pytest.mark.parametrize(
    ("came", "copies", "sheets"),
    [
        ("out", ("printed",), ("used",)),
        ("blank", ("printed",), ("used",)),
        ("torn", ("spoiled", "printed"), ("spoiled", "used")),
    ],
)
def test_a_print_of_unknown_result_is_confirmed_or_printed_again_with_the_same_code(
    kit: Kit, came: str, copies: tuple[str, ...], sheets: tuple[str, ...]
) -> None:
    desk = Desk(kit)
    desk.take("approve", "seal")
    desk.die_in("begin", AFTER)
    (copy,) = certificate_print.unknown(desk.store, clerk(1))
    certificate_print.confirm(
        desk.store, clerk(1), copy["job"],
        spoiled={copy["sheet"]: TORN} if came == "torn" else {},
        unprinted=[copy["sheet"]] if came == "blank" else [],
    )  # fmt: skip
    if came != "out":
        assert desk.told().certificate == "sealed"
        desk.take("begin", "confirm")
    assert desk.told() == Stand("issued", "ready", FIRST, copies, sheets)
    desk.take("hand-over")
    desk.sound()
