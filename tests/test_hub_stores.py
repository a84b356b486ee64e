"""Stores of one hall on a real hub: they join, work together, are cut off, and meet again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db import schema
from db.backup import backup
from db.check import verify
from db.projections import rows
from db.restore import look, restore
from db.store import Store
from hallclient.actions import calling, cases, serving, setup, tickets, together, views, windows
from hallclient.actions.case_title import Applicant
from hallclient.actions.hall_files import default_hall
from hallclient.hub import devices, install, joining, worker
from hallclient.hub.server import Server
from hallclient.hub.worker import Worker
from hallclient.rules.errors import Refused
from hallclient.sync.messages import LinkLost, Request
from tests.hallkit import QUICK_VERIFIER, SUPERVISOR, Clock, clerk, seeded_env
from tests.hubkit import hub_server

__all__ = ["hub_server"]

SETUP = "SP078"


@dataclass
class Place:
    """A machine of the hall: its store, and its way to the hub, which can be cut."""

    store: Store
    worker: Worker
    cut: bool = False
    asked: list[str] = field(default_factory=list)

    def settle(self) -> str:
        return self.worker.settle().link


@dataclass
class Stores:
    """Machines of one hall."""

    folder: Path
    clock: Clock
    hall: str
    server: Server
    places: list[Place] = field(default_factory=list)

    def add(self) -> Place:
        """The first brings the hall; every other gets it from the hub."""
        number = len(self.places) + 1
        with install.administer(self.server.params) as db:
            given = devices.enroll(db, self.hall, f"M{number}", "window", f"pw{number}")
        path, env = self.folder / f"{number}.db", seeded_env(self.clock, number)
        if number == 1:
            hall = default_hall()._replace(id=self.hall)
            store = setup.init_demo(path, hall, QUICK_VERIFIER, make_env=env)
            status = joining.join(store, given)
        else:
            store, status = joining.new_window(path, given, make_env=env)
        assert status.link == "up", status
        joining.attach(store)
        place = Place(store, Worker(store, joining.connect(store, listen=False)))
        self._make_cuttable(place)
        self.places.append(place)
        return place

    def _make_cuttable(self, place: Place) -> None:
        arbiter, link = place.store.arbiter, place.worker.transport
        for owner, name in ((arbiter, "_call"), (link, "call")):
            real = getattr(owner, name)

            def call(request: Request, real=real):  # type: ignore[no-untyped-def]
                if place.cut:
                    raise LinkLost("cut")
                place.asked.append(type(request).__name__)
                return real(request)

            setattr(owner, name, call)

    def meet(self) -> None:
        """All exchange until nothing is left."""
        for _ in range(2):
            for place in self.places:
                self.clock.pass_(60)
                place.worker.core.poke()
                assert place.settle() == "up", place.worker.core.status

    def alike(self) -> None:
        """All stores have the same rows of what all of them read, and each is right."""
        for place in self.places:
            report = verify(place.store)
            assert report.ok, report.findings
        for table in schema.TABLES:
            first, *others = [rows(one.store.db, table).fetchall() for one in self.places]
            for other in others:
                assert other == first, table


@pytest.fixture
def stores(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stores]:
    server: Server = request.getfixturevalue("hub_server")
    made = Stores(tmp_path, Clock(), request.node.name, server)
    with install.administer(server.params) as db:
        install.add_hall(db, made.hall, demo=True, time_zone="Asia/Shanghai")
    yield made
    for place in made.places:
        place.store.close()
        place.worker.close()


def take(place: Place) -> str:
    return tickets.take(place.store, SUPERVISOR, tickets.Request([SETUP])).number


def call(place: Place, n: int) -> str | None:
    """Whom window n calls; None: nobody."""
    try:
        return calling.call_next(place.store, clerk(n)).leg.number
    except Refused as refused:
        if refused.code != "nobody-waiting":
            raise
        return None


def test_two_windows_on_two_machines_are_one_hall(stores: Stores) -> None:
    one, two = stores.add(), stores.add()
    windows.open_window(one.store, clerk(1))
    stores.meet()
    windows.open_window(two.store, clerk(2))
    numbers = [take(one), take(one), take(one)]
    assert len(set(numbers)) == 3
    # Nothing has been exchanged since. The call of the second machine reads first.
    first = calling.call_next(one.store, clerk(1))
    second = calling.call_next(two.store, clerk(2))
    assert [first.leg.number, second.leg.number] == numbers[:2]
    calling.start(two.store, clerk(2))
    serving.finish(two.store, clerk(2))
    assert calling.call_next(two.store, clerk(2)).leg.number == numbers[2]
    assert take(two) not in numbers
    stores.meet()
    stores.alike()


def test_cut_off_each_calls_from_its_share_and_nothing_is_lost(stores: Stores) -> None:
    one, two = stores.add(), stores.add()
    stores.meet()
    windows.open_window(one.store, clerk(1))
    windows.open_window(two.store, clerk(2))
    numbers = [take(one) for _ in range(12)]
    take(two)
    stores.meet()
    one.cut = two.cut = True
    called: dict[int, list[str]] = {1: [], 2: []}
    for place, n in ((one, 1), (two, 2)):
        who = clerk(n)
        while (number := call(place, n)) is not None:
            called[n].append(number)
            calling.start(place.store, who)
            serving.finish(place.store, who)
    assert all(called.values())
    assert not set(called[1]) & set(called[2])
    assert len(called[1]) + len(called[2]) == 13
    given = take(one)
    assert given not in numbers
    assert calling.call_next(one.store, clerk(1)).leg.number == given  # known to nobody else
    one.cut = two.cut = False
    stores.clock.pass_(60)
    stores.meet()
    stores.alike()
    assert one.store.row("SELECT count(*) AS n FROM left_out WHERE cause <> 'made-twice'") == {
        "n": 0
    }


def test_a_call_that_nobody_answered_is_withdrawn(stores: Stores) -> None:
    one, two = stores.add(), stores.add()
    stores.meet()
    windows.open_window(one.store, clerk(1))
    windows.open_window(two.store, clerk(2))
    numbers = {take(one), take(one)}
    stores.meet()
    real = one.store.arbiter._call  # type: ignore[union-attr]

    def answer_is_lost(request: Request):  # type: ignore[no-untyped-def]
        real(request)
        raise LinkLost("cut")

    one.store.arbiter._call = answer_is_lost  # type: ignore[union-attr]
    mine = call(one, 1)
    one.store.arbiter._call = real  # type: ignore[union-attr]
    stores.clock.pass_(60)
    stores.meet()
    stores.alike()
    other = call(two, 2)
    assert other in numbers - {mine}


def test_who_serves_a_visitor_reads_their_papers_and_nobody_else(stores: Stores) -> None:
    one, two, three = stores.add(), stores.add(), stores.add()
    person = {"name": "张三", "identity": "420100199001011234"}
    ticket = tickets.take(one.store, SUPERVISOR, tickets.Request([SETUP], person=person))
    whose = Applicant("person", person["name"], person["identity"])
    case = cases.open_case(
        one.store, clerk(1), checklist="vat", applicant=whose, number=ticket.number
    )
    stores.meet()
    windows.open_window(two.store, clerk(2))
    calling.call_next(two.store, clerk(2))
    stores.meet()
    visit = two.store.row("SELECT * FROM visit WHERE id = ?", ticket.visit)
    assert visit is not None
    assert views.person_of(two.store, visit)["name"] == "张三"
    assert two.store.row("SELECT number FROM case_file") == {"number": case["number"]}
    assert three.store.row("SELECT sealed FROM visit") == {"sealed": None}
    assert three.store.row("SELECT 1 FROM case_file") is None
    assert three.store.row("SELECT 1 FROM case_key") is None
    # The receipt is brought to another window, and the person is forgotten at the first.
    assert together.ask_for(three.store, case["number"])
    stores.meet()
    assert three.store.row("SELECT number FROM case_file") == {"number": case["number"]}
    with one.store.act("admin") as tx:
        for key, sort in ((ticket.visit, "visit"), (case["id"], "case")):
            tx.destroy_key(key)
            tx.append("personal.destroyed", key, [], stream=f"{sort}:{key}")
    stores.meet()
    for place in stores.places:
        assert not place.store.rows("SELECT 1 FROM case_key WHERE key IS NOT NULL")
        report = verify(place.store)
        assert report.ok, report.findings


def test_a_restored_store_joins_again_and_gets_back_what_it_had_sent(stores: Stores) -> None:
    one, two = stores.add(), stores.add()
    windows.open_window(one.store, clerk(1))
    before = take(one)
    stores.meet()
    copy = stores.folder / "backup.db"
    backup(one.store, copy)
    after = take(one)
    stores.meet()
    path, old = one.store.path, one.store.device
    one.store.close()
    one.worker.close()
    env = seeded_env(stores.clock, 77)
    restore(look(path, copy, make_env=env), actor="admin", make_env=env)
    with install.administer(stores.server.params) as db:
        devices.revoke(db, stores.hall, "M1")
        given = devices.enroll(db, stores.hall, "M1b", "window", "pw1b")
    store = Store.open(path, make_env=env)
    assert store.device != old
    assert joining.join(store, given).link == "up"
    joining.attach(store)
    stores.places[0] = Place(store, Worker(store, joining.connect(store, listen=False)))
    stores.meet()
    stores.alike()
    numbers = [row["number"] for row in store.rows("SELECT number FROM visit ORDER BY number")]
    assert numbers == sorted([before, after])
    given_next = take(stores.places[0])
    assert given_next not in numbers
    assert two.store.row("SELECT count(*) AS n FROM visit") == {"n": 2}


def test_who_waits_becomes_the_worker_when_the_other_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SEAT_S", 0.01)
    path, stopped = tmp_path / "hall.db", threading.Event()
    first = worker.Seat(path)
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(worker._seat, path, stopped)
        first.close()
        second = waiting.result(timeout=30)
        assert second is not None
        waiting = pool.submit(worker._seat, path, stopped)
        stopped.set()
        assert waiting.result(timeout=30) is None
    second.close()
