"""Cases of the demo: what agents, counters and departments have in hand when the day begins.

Each is worked step by step through the use cases, on a clock that stands where the step was made:
a limit is green or overdue because of the days that have passed, as in any hall. What happens is in
``fixtures/demo/cases.json``: a step is ``[working days ago, who, what, ...]``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from db.env import Env
from db.joined import Joined
from db.store import Row, Store
from hallclient.actions import (
    case_answers,
    case_lease,
    case_link,
    case_materials,
    case_moves,
    case_notes,
    case_promises,
    case_tasks,
    cases,
    certificate_handover,
    certificate_print,
    certificate_seal,
    certificates,
)
from hallclient.actions.acting import SYSTEM, Actor
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_tasks import Lack
from hallclient.actions.cases import Applicant
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.editions import checklists
from hallclient.demo import company, people, supplies
from hallclient.demo.dice import MINUTE, dice
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.workdays import Calendar

if TYPE_CHECKING:
    from hallclient.demo.hall import Simulation

_BEGINS = 9 * 60 + 5
"""Minutes after midnight of the first step of an earlier day."""
_STEP_MS = 2 * MINUTE
_TURN_MS = 33 * MINUTE
"""So long after one person another one goes on: by then the first has let go of the case."""
_TODAY_MS = 50 * MINUTE
"""So long before the demo's moment a step of today is."""
_LINE = "setup"
"""Those who wait here are the first to bring a file: it is the line of the demo's own window."""
_WAITING = """
    SELECT v.id, v.number, v.sealed, l.item FROM leg l JOIN visit v ON v.id = l.visit
    WHERE l.state = 'waiting' AND l.day = ? AND v.sealed IS NOT NULL
    GROUP BY v.id ORDER BY l.line = ? DESC, l.lane = 'priority' DESC, l.order_at, l.turn"""
_PERSON = (
    "SELECT id, window FROM operator WHERE role = 'clerk' AND signed_in_at IS NOT NULL LIMIT 1"
)
_HOME = "W03"


class Moment:
    """A clock that is put where a step was made."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


class Days(NamedTuple):
    """The hall's days: ``now`` and ``midnight`` of today in UTC ms."""

    now: int
    midnight: int
    today: date
    calendar: Calendar

    def begins(self, ago: int) -> int:
        """When work on a case begins so many working days ago."""
        if not ago:
            return self.now - _TODAY_MS
        day = self.today
        for _ in range(ago):
            day -= timedelta(1)
            while not self.calendar.working(day):
                day -= timedelta(1)
        passed = (self.today - day).days
        return self.midnight - passed * 24 * 60 * MINUTE + _BEGINS * MINUTE


class Story:
    """One case, from its opening on."""

    def __init__(
        self, store: Store, clock: Moment, days: Days, told: dict[str, Any], mine: Actor
    ) -> None:
        self.store = store
        self.clock = clock
        self.days = days
        self.told = told
        self.mine = mine
        self.id = ""

    def who(self, name: str) -> Actor:
        """``agent``: whose file it is; ``clerk``: of its window, the person's unless one is told;
        ``mine``: the person.
        """
        if name == "agent":
            return Actor(self.told["agent"], "agent")
        window = self.told.get("clerk", "") if name == "clerk" else ""
        return Actor(f"c{window[1:]}", "clerk", window) if window else self.mine

    def play(self, item: str, whose: Applicant, roll: Random) -> str:
        """Every step at its time; the case's id. Raises `Refused` when one cannot be made."""
        before: tuple[int, str] | None = None
        for ago, name, does, *what in self.told["steps"]:
            if before is None or before[0] != ago:
                self.clock.ms = self.days.begins(ago)
            else:
                self.clock.ms += _STEP_MS if before[1] == name else _TURN_MS
            before = (ago, name)
            who = self.who(name)
            if does == "open":
                self._open(who, item, whose, roll)
            else:
                self._do(who, does, what)
        return self.id

    def _open(self, who: Actor, item: str, whose: Applicant, roll: Random) -> None:
        checklist, filing = self.told.get("checklist", ""), ""
        if "form" in self.told:
            filing = company.file_form(self.store, who, self.told["form"], item, roll)["id"]
            whose = Applicant()
        row = cases.open_case(
            self.store, who, item, applicant=whose, checklist=checklist, filing=filing
        )
        self.id = row["id"]

    def _do(self, who: Actor, does: str, what: Sequence[Any]) -> None:
        store, case = self.store, self.id
        if does == "move":
            case_moves.move(store, who, case, what[0], reason=what[1] if what[1:] else "")
        elif does == "at-once":
            case_moves.at_once(store, who, case)
        elif does == "certify":
            self._certify(who, printed=what[0])
        elif does == "fetch":
            self._fetch(who)
        elif does == "no":
            self._answer(who)
        elif does == "rest":
            case_materials.mark_rest(store, who, case, "passed")
        elif does in ("take", "pass"):
            for no in what:
                state = "passed" if does == "pass" else "received"
                case_materials.mark(store, who, case, no, state)
        elif does == "fail":
            for no in what:
                case_materials.mark(store, who, case, no, "failed", reasons=[self._reason(no)])
        elif does == "promise":
            kind, no, days = what
            due = self.days.calendar.after(self._today(), days)
            case_promises.promise(store, who, case, kind, no, due, signed=True)
        elif does == "opinion":
            department, result, *lacks = what
            found = [Lack(no, self._reason(no)) for no in lacks]
            case_tasks.opinion(store, who, case, department, result, deficiencies=found)
        elif does == "urge":
            case_tasks.urge(store, who, case, what[0])
        elif does == "hand-over":
            case_lease.hand_over(store, who, case, self.who(what[0]).operator, what[1])
        elif does == "wait":
            case_notes.wait_on(store, who, case, what[0])
        elif does == "promise-note":
            day = store.env.day(self.days.begins(what[0]))
            case_notes.note(store, who, case, case_notes.PROMISE, what[1], due=day)
        else:
            case_notes.note(store, who, case, what[0], what[1])

    def _certify(self, who: Actor, *, printed: bool) -> None:
        """Seal what the case yields and (``printed``) print it."""
        for row in certificates.certificates_of(self.store, who, self.id):
            certificate_seal.describe(self.store, who, row["id"], **self.told["face"])
            certificate_seal.seal(self.store, who, row["id"])
            if printed:
                copies = [one["id"] for one in certificate_print.waiting(self.store, row["id"])]
                job = certificate_print.begin(self.store, who, copies)
                certificate_print.confirm(self.store, who, job.id)

    def _fetch(self, who: Actor) -> None:
        """The applicant comes and fetches it."""
        rows = certificates.certificates_of(self.store, who, self.id)
        whose = cases.applicant_of(self.store, who, self.id)
        collector = Collector(identity=whose.agent_identity or whose.identity)
        certificate_handover.hand_over(self.store, who, [row["id"] for row in rows], collector)

    def _answer(self, who: Actor) -> None:
        """No condition of the list holds, unless the form knows."""
        for one in cases.facts(self.store, who, self.id)[1].checklist.conditions:
            with suppress(Refused):
                case_answers.answer(self.store, who, self.id, one.id, False)

    def _reason(self, no: int) -> str:
        facts = cases.facts(self.store, self.mine, self.id)[1]
        return facts.checklist.by_no[no].reasons[0].code

    def _today(self) -> date:
        return date.fromisoformat(self.store.env.day(self.clock.ms))


def bring(hall: Simulation, midnight: int) -> Iterator[str]:
    """Make the cases one by one, each whole or not at all, and give those who wait theirs; what the
    hall issues from is there before.

    ``midnight``: of today in UTC ms. Gives the id of each case; whoever asks for no more has no
    more of them.
    """
    store = hall.store
    supplies.supply(store)
    now = store.env.now()
    days = Days(now, midnight, date.fromisoformat(store.env.day(now)), calendar_of(store))
    clock = Moment(now)
    mine = _mine(store)

    def make_env(_: str) -> Env:
        return store.env._replace(now=clock)

    def made(told: dict[str, Any], item: str, whose: Applicant, roll: Random) -> str:
        with past.act(SYSTEM) as tx:
            joined = Joined(tx, savepoints=False)
            return Story(joined, clock, days, told, mine).play(item, whose, roll)

    with Store.open(store.path, make_env=make_env) as past:
        for place, told in enumerate(_stories()["stories"]):
            roll = dice(hall.seed, "case", place)
            with suppress(Refused):
                item = checklists(store)[told["checklist"]].item
                yield made(told, item, _applicant(roll, told), roll)
        listed = {one.item for one in checklists(store).values()}
        waiting = store.rows(_WAITING, store.env.day(now), _LINE)
        waiting = [row for row in waiting if row["item"] in listed]
        for row, told in zip(waiting, _stories()["waiting"], strict=False):
            with suppress(Refused):
                whose = _visitor(store, row)
                case = made(told, row["item"], whose, dice(hall.seed, row["number"], "case"))
                case_link.link(store, hall.desk(), case, row["number"])
                yield case


def _mine(store: Store) -> Actor:
    """The clerk at whose window the person sits; where nobody does, the first one's seat."""
    row = store.row(_PERSON)
    window = row["window"] if row is not None and row["window"] else _HOME
    return Actor(row["id"] if row is not None else f"c{window[1:]}", "clerk", window)


def _applicant(roll: Random, told: dict[str, Any]) -> Applicant:
    who = people.person(roll, "")
    if told.get("person"):
        return Applicant("person", **who)
    return _organisation(people.company(roll), who)


def _visitor(store: Store, visit: Row) -> Applicant:
    """Who has the number, and their company if they came for one."""
    who = store.unseal(visit["id"], visit["sealed"]) or {}
    if who.get("company"):
        return _organisation(who["company"], who)
    return Applicant("person", *(who.get(name, "") for name in ("name", "identity", "phone")))


def _organisation(name: str, who: dict[str, str]) -> Applicant:
    agent = {f"agent_{one}": who.get(one, "") for one in ("name", "identity", "phone")}
    return Applicant("organisation", name, **agent)


@lru_cache(maxsize=1)
def _stories() -> dict[str, Any]:
    """``stories``: cases by themselves; ``waiting``: of those who wait with a number."""
    data: dict[str, Any] = json.loads((FIXTURES / "demo" / "cases.json").read_bytes())
    return data
