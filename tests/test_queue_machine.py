"""Any sequence of actions by anybody, in the real store, held against invariants and an oracle.

`HALLCLIENT_DEEP=2000` tries so many other sequences instead of the same few.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hallclient.actions import (
    calling,
    persons,
    serving,
    shift,
    sweep,
    tickets,
    undo,
    views,
    windows,
)
from hallclient.actions.acting import Actor
from hallclient.actions.hall_files import default_hall
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg
from tests import invariants
from tests.hallkit import AGENT, PASSWORD, SUPERVISOR, Kit
from tests.invariants import Rows
from tests.oracle import Situation, expected

HALL = default_hall()
SPARE = ("c03", "c04", "c05", "c06", "c15")
SEATS = {"W01": "c01", "W02": "c02", "W07": "c07", "W08": "c08", "W13": "c13"}
OWN = {
    window: next(HALL.items_of(line)).code
    for window, line in zip(SEATS, ("setup", "setup", "general", "general", "tax"), strict=True)
}
ITEMS = [
    [item.code for item in HALL.items_of(line)][nth]
    for line, nth in (("setup", 0), ("setup", 1), ("general", 0), ("tax", 0), ("street", 0))
]
PEOPLE = [{}, {}, {"identity": "420100199001011234"}, {"identity": "420100198002022345"}]
# How far the clock jumps, in seconds: small steps, and each side of every limit.
JUMPS = (0, 1, 10, 11, 60, 90, 180, 300, 600, 601, 1201, 1801, 2401)
UNDOABLE = undo.UNDOABLE
UNDONE = "action.undone"

window_ids = st.sampled_from(sorted(SEATS))
items = st.sampled_from(ITEMS)
places = st.integers(0, 30)


class Hall(RuleBasedStateMachine):
    """Five windows, two supervisors' hands, an agent at the door, a clock that jumps."""

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hall-machine-"))
        self.kit = Kit(self.folder, seed=seed)
        self.store = self.kit.store
        self.replay = invariants.Replay(self.store)
        self.rows: Rows = invariants.everything(self.store)
        self.saved: dict[tuple[str, str], tuple[int, Rows]] = {}
        self.steps = 0
        # Visits that several windows want at once, and a service that waits for all of them.
        for codes in (ITEMS[::2], ITEMS[2:], ITEMS[:1], ITEMS[1:4]):
            ticket = self.do(tickets.take, AGENT, tickets.Request(codes))
            more = "restaurant" if len(codes) == 1 else ""
            if more:
                self.do(tickets.take, AGENT, tickets.Request([], joint=more))
            else:
                last = next(HALL.items_of("estate")).code
                self.do(tickets.add_service, AGENT, ticket.number, last, after_current=True)

    def teardown(self) -> None:
        if not hasattr(self, "kit"):
            return
        try:
            self.empty_the_hall()
            invariants.check(self.store)
            invariants.check_replay(self.store)
        finally:
            self.replay.__exit__()
            self.kit.close()
            shutil.rmtree(self.folder)

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "kit"):
            self.steps += 1
            if self.steps % 12 == 0:
                self.replay.check()

    # -- helpers

    def head(self) -> int:
        found: int = self.store.db.execute("SELECT max(pos) FROM event").fetchone()[0]
        return found

    def do(self, action: Callable[..., Any], who: Actor, *args: Any, **more: Any) -> Any:
        """Act. A refusal is an answer too, and leaves everything as it was."""
        position, before = self.head(), self.rows
        try:
            result = action(self.store, who, *args, **more)
        except Refused as refusal:
            assert self.head() == position
            assert invariants.everything(self.store) == before
            return refusal
        if self.head() == position + 1:
            self.saved[who.operator, who.window] = position + 1, before
        self.rows = invariants.check(self.store)
        return result

    def seated(self, window: str) -> Actor:
        """Who sits at a window, or would: its usual clerk, or one who has no seat."""
        operator = self.rows["window"][window]["operator"]
        if operator is None:
            taken = {row["operator"] for row in self.rows["window"].values()}
            operator = next(one for one in (SEATS[window], *SPARE) if one not in taken)
        return Actor(operator, "clerk", window)

    def at_work(self, window: str) -> Actor:
        """The clerk of a window, which is opened if it is not open."""
        who = self.seated(window)
        if self.rows["window"][window]["state"] in ("closed", "paused"):
            self.do(windows.open_window, who)
        return who

    def with_visitor(self, window: str, state: str) -> Actor:
        """The clerk of a window with a visitor in this state, whom it calls if it has none."""
        who = self.at_work(window)
        empty = self.rows["window"][window]["leg"] is None
        if empty and isinstance(self.do(calling.call_next, who), Refused):
            self.do(tickets.take, AGENT, tickets.Request([OWN[window]]))
            self.do(calling.call_next, who)
        if state == "serving" and self.rows["window"][window]["state"] == "calling":
            self.do(calling.start, who)
        return who

    def free_hands(self, window: str) -> Actor:
        """The clerk of a window without a visitor; one who is there is served to the end."""
        who = self.at_work(window)
        if self.rows["window"][window]["leg"] is not None:
            self.do(serving.finish, self.with_visitor(window, "serving"))
        return who

    def regret(self, window: str, regret: bool) -> None:
        if regret:
            self.take_back(window)

    def number(self, place: int, *states: str) -> str:
        """One of today's numbers, one with a leg in these states before others."""
        legs = sorted(self.rows["leg"].values(), key=lambda leg: leg["id"])
        fitting = [leg for leg in legs if not states or leg["state"] in states] or legs
        return fitting[place % len(fitting)]["number"] if fitting else "A404"

    # -- visitors

    @rule(
        codes=st.lists(items, min_size=1, max_size=3, unique=True),
        joint=st.sampled_from(["", "", "", "restaurant", "company_start", "company_close"]),
        priority=st.sampled_from(["", "", "", "elderly"]),
        slot=st.sampled_from([None, None, -16, -15, 0, 2, 14, 15, 16]),
        person=st.sampled_from(PEOPLE),
    )
    def take(
        self, codes: list[str], joint: str, priority: str, slot: int | None, person: dict[str, str]
    ) -> None:
        at = None if slot is None else self.kit.clock() + slot * 60_000
        request = tickets.Request(
            codes, joint=joint, priority=priority, proof="card", slot=at, person=person
        )
        self.do(tickets.take, AGENT, request)

    @rule(count=st.integers(2, 5), code=items, apart=st.sampled_from([0, 30]))
    def several_come(self, count: int, code: str, apart: int) -> None:
        for _ in range(count):
            self.do(tickets.take, AGENT, tickets.Request([code]))
            self.kit.pass_(apart)

    @rule(window=window_ids, minutes=st.sampled_from([19, 21, 41]))
    def priority_rush(self, window: str, minutes: int) -> None:
        """Ordinary visitors wait while others are due: interleave and the starvation guard."""
        for _ in range(2):
            self.do(tickets.take, AGENT, tickets.Request([OWN[window]]))
        self.kit.pass_(minutes * 60)
        for _ in range(3):
            request = tickets.Request([OWN[window]], priority="elderly", proof="card")
            self.do(tickets.take, AGENT, request)
        for _ in range(4):
            self.free_hands(window)
            self.call_next(window)

    @rule(place=places, code=items, after=st.booleans())
    def add_service(self, place: int, code: str, after: bool) -> None:
        self.do(tickets.add_service, AGENT, self.number(place), code, after_current=after)

    @rule(place=places)
    def verify_priority(self, place: int) -> None:
        number = self.number(place, "waiting", "blocked")
        self.do(tickets.verify_priority, AGENT, number, "disabled", "card")

    @rule(place=places, person=st.sampled_from(PEOPLE))
    def identify(self, place: int, person: dict[str, str]) -> None:
        self.do(persons.identify, AGENT, self.number(place), person)

    @rule(place=places, reason=st.sampled_from(["visitor", "left"]))
    def cancel(self, place: int, reason: str) -> None:
        self.do(tickets.cancel, AGENT, self.number(place), reason)

    @rule(place=places, window=window_ids)
    def cancel_and_think_again(self, place: int, window: str) -> None:
        who = self.at_work(window)
        self.do(tickets.cancel, who, self.number(place, "waiting", "held"), "visitor")

    @rule(place=places)
    def reinstate(self, place: int) -> None:
        self.do(tickets.reinstate, AGENT, self.number(place, "passed"))

    @rule(place=places)
    def come_back(self, place: int) -> None:
        number = self.number(place, "external")
        if "external" in self.kit.states(number):
            self.do(tickets.come_back, AGENT, number)

    # -- windows

    @rule(window=window_ids, act=st.sampled_from(["open", "pause", "resume", "drain", "close"]))
    def move_window(self, window: str, act: str) -> None:
        who = self.seated(window)
        if act == "pause":
            self.do(windows.pause_window, who, "rest")
        else:
            self.do(getattr(windows, f"{act}_window"), who)

    @rule(window=window_ids, act=st.sampled_from(["free", "on", "off", "plan", "usual"]))
    def supervise(self, window: str, act: str) -> None:
        if act == "free":
            self.do(windows.free_window, SUPERVISOR, window)
        elif act in ("on", "off"):
            self.do(windows.set_emergency, SUPERVISOR, window, act == "on")
        else:
            plan = {"general": "main", "setup": "spare", "tax": "emergency"}
            self.do(windows.set_plan, SUPERVISOR, window, plan if act == "plan" else None)

    @rule(window=window_ids, taker=st.sampled_from([*SEATS.values(), "c15"]))
    def hand_over(self, window: str, taker: str) -> None:
        self.do(shift.hand_over, self.seated(window), taker, PASSWORD)

    # -- calling

    @rule(window=window_ids)
    def call_next(self, window: str) -> None:
        who = self.at_work(window)
        self.sweep()
        row = self.rows["window"][window]
        it = self.situation(who, row)
        shown = views.next_for(self.store, row, who)
        result = self.do(calling.call_next, who)
        if row["leg"] is not None:
            assert result.again
            assert result.leg.id == row["leg"]
            return
        if row["state"] in ("paused", "closed"):
            assert result.code == f"window-{row['state']}"
            return
        best = expected(it)
        if best is None:
            assert shown is None
            assert isinstance(result, Refused), f"called {result}, nobody was to be called"
            assert result.code == "nobody-waiting"
            return
        leg, band, spare = best
        assert shown is not None
        assert shown.head.leg == leg.id, "the screen names another one as next"
        assert (result.leg.id, result.why["band"]) == (leg.id, band)
        assert result.why.get("spare", False) is spare
        assert not result.again

    def situation(self, who: Actor, row: dict[str, Any]) -> Situation:
        """What the oracle may know, read from the tables and nothing else."""
        today = self.store.env.day(self.kit.clock())
        rowids = dict(self.store.db.execute("SELECT id, rowid FROM leg").fetchall())
        legs = [Leg(**leg) for leg in self.rows["leg"].values()]
        lines = {li["line"]: li for li in self.rows["line"].values() if li["day"] == today}
        return Situation(
            waiting=sorted(
                (leg for leg in legs if leg.state == "waiting"), key=lambda leg: rowids[leg.id]
            ),
            busy=frozenset(leg.visit for leg in legs if leg.state in ("called", "serving")),
            today=today,
            window=who.window,
            operator=who.operator,
            plan={key: str(kind) for key, kind in windows.plan_of(HALL, row).items()},
            emergency=bool(row["emergency"]),
            guarded=bool(row["guarded"]),
            draining=row["state"] == "draining",
            calls={key: li["calls"] for key, li in lines.items()},
            due_run={key: li["due_run"] for key, li in lines.items()},
            lines=HALL.lines,
            policy=HALL.policy,
            now=self.kit.clock(),
        )

    @rule(window=window_ids)
    def call_next_with_timers_due(self, window: str) -> None:
        self.do(calling.call_next, self.at_work(window))

    @rule(window=window_ids, place=places, reason=st.sampled_from(["", "frail"]))
    def call_chosen(self, window: str, place: int, reason: str) -> None:
        who = self.at_work(window)
        number = self.number(place, "waiting")
        result = self.do(calling.call_chosen, who, number, reason)
        if isinstance(result, calling.Called):
            assert result.leg.number == number
            self.regret(window, not reason)

    @rule(window=window_ids, seconds=st.sampled_from([0, 20]))
    def recall(self, window: str, seconds: int) -> None:
        who = self.with_visitor(window, "called")
        self.kit.pass_(seconds)
        self.do(calling.recall, who)

    @rule(window=window_ids, act=st.sampled_from(["start", "pass_over"]))
    def at_call(self, window: str, act: str) -> None:
        self.do(getattr(calling, act), self.seated(window))

    @rule(window=window_ids, swiftly=st.booleans())
    def serve_next(self, window: str, swiftly: bool) -> None:
        who = self.at_work(window)
        self.do(calling.call_next, who)
        if not swiftly:
            self.kit.pass_(40)
        self.do(calling.start, who)

    @rule(window=window_ids, regret=st.booleans(), comes=st.booleans())
    def nobody_came(self, window: str, regret: bool, comes: bool) -> None:
        who = self.with_visitor(window, "called")
        self.kit.pass_(90)
        passed = self.do(calling.pass_over, who)
        self.regret(window, regret)
        if comes and isinstance(passed, Leg):
            self.do(tickets.reinstate, AGENT, passed.number)

    # -- serving

    @rule(
        window=window_ids,
        outcome=st.sampled_from(["done", "accepted", "materials_missing", "gave_up", "nothing"]),
        estimated=st.booleans(),
        regret=st.booleans(),
    )
    def finish(self, window: str, outcome: str, estimated: bool, regret: bool) -> None:
        who = self.with_visitor(window, "serving")
        self.do(serving.finish, who, outcome, estimated=estimated)
        self.regret(window, regret)

    @rule(window=window_ids)
    def finish_whoever_is_there(self, window: str) -> None:
        self.do(serving.finish, self.seated(window))

    @rule(
        window=window_ids,
        reason=st.sampled_from(["fill", "copy"]),
        minutes=st.sampled_from([1, 20]),
        regret=st.booleans(),
    )
    def hold(self, window: str, reason: str, minutes: int, regret: bool) -> None:
        self.do(serving.hold, self.with_visitor(window, "serving"), reason, minutes)
        self.regret(window, regret)

    @rule(window=window_ids, other=window_ids, reason=st.sampled_from(["fill", "copy"]))
    def hold_and_resume(self, window: str, other: str, reason: str) -> None:
        self.do(serving.hold, self.with_visitor(window, "serving"), reason)
        self.do(serving.resume, self.free_hands(other))

    @rule(window=window_ids, place=places, own=st.booleans(), regret=st.booleans())
    def resume(self, window: str, place: int, own: bool, regret: bool) -> None:
        who = self.free_hands(window)
        self.do(serving.resume, who, "" if own else self.number(place, "held"))
        self.regret(window, regret)

    @rule(window=window_ids, regret=st.booleans())
    def send_out(self, window: str, regret: bool) -> None:
        self.do(serving.send_out, self.with_visitor(window, "serving"))
        self.regret(window, regret)

    @rule(window=window_ids, place=places, regret=st.booleans())
    def reopen(self, window: str, place: int, regret: bool) -> None:
        self.do(serving.reopen, self.free_hands(window), self.number(place, "done"))
        self.regret(window, regret)

    @rule(window=window_ids)
    def reopen_the_last(self, window: str) -> None:
        who = self.free_hands(window)
        done = [
            leg
            for leg in self.rows["leg"].values()
            if leg["state"] == "done" and leg["operator"] == who.operator
        ]
        if done:
            last = max(done, key=lambda leg: (leg["closed_at"], leg["id"]))
            self.do(serving.reopen, who, last["number"])

    @rule(window=window_ids)
    def take_long(self, window: str) -> None:
        who = self.with_visitor(window, "serving")
        self.kit.pass_(2401)
        self.sweep()
        self.do(serving.still_serving, who)

    @rule(window=window_ids)
    def take_over(self, window: str) -> None:
        self.do(serving.take_over, SUPERVISOR, window)

    @rule(
        window=window_ids,
        kind=st.sampled_from(["wrong-service", "next", "consult"]),
        code=items,
        state=st.sampled_from(["called", "serving"]),
        regret=st.booleans(),
    )
    def transfer_to_service(
        self, window: str, kind: str, code: str, state: str, regret: bool
    ) -> None:
        self.do(serving.transfer, self.with_visitor(window, state), kind, code)
        self.regret(window, regret)

    @rule(window=window_ids, to=window_ids, regret=st.booleans())
    def transfer_to_window(self, window: str, to: str, regret: bool) -> None:
        self.do(serving.transfer, self.with_visitor(window, "serving"), "window", to)
        self.regret(window, regret)

    @rule(window=window_ids, to=st.sampled_from([*SEATS.values(), "a01"]))
    def transfer_to_clerk(self, window: str, to: str) -> None:
        self.do(serving.transfer, self.with_visitor(window, "called"), "clerk", to)

    # -- back in time, and on

    @rule(window=window_ids)
    def take_back(self, window: str) -> None:
        who = self.seated(window)
        saved = self.saved.get((who.operator, who.window))
        position = self.head()
        row = self.store.row("SELECT kind, actor, at FROM event WHERE pos = ?", position)
        result = self.do(undo.undo, who)
        if saved is None or saved[0] != position or row is None or row["kind"] == UNDONE:
            return
        recent = self.kit.clock() - row["at"] <= HALL.policy.undo_ms
        if row["kind"] not in UNDOABLE or not recent:
            assert isinstance(result, Refused)
            return
        # Nothing has happened since: the undo is possible, and everything is as it was.
        assert result[0] == row["kind"]
        after = invariants.everything(self.store)
        made = set(after["line"]) - set(saved[1]["line"])
        assert all(after["line"].pop(key)["calls"] == 0 for key in made)
        assert after == saved[1]

    @rule()
    def sweep(self) -> None:
        sweep.sweep(self.store)
        self.rows = invariants.check(self.store)
        assert sweep.sweep(self.store) == 0, "what was due is done at once"

    @rule(seconds=st.sampled_from(JUMPS))
    def pass_time(self, seconds: int) -> None:
        self.kit.pass_(seconds)

    # -- the end of the day

    def empty_the_hall(self) -> None:
        """Whatever was done to them, everyone still in the hall can be served to the end."""
        day = self.store.env.day(self.kit.clock())
        for _ in range(12):
            self.sweep()
            left = [
                leg
                for leg in self.rows["leg"].values()
                if leg["state"] in invariants.OPEN and leg["day"] == day
            ]
            if not left or self.store.env.day(self.kit.clock()) != day:
                return
            for leg in left:
                if leg["state"] == "external" and leg["reason"] != "consult":
                    tickets.come_back(self.store, AGENT, leg["number"])
            for window in SEATS:
                windows.set_plan(self.store, SUPERVISOR, window, None)
                self.rows = invariants.everything(self.store)
                self.work_off(window)
            self.kit.pass_(minutes=11)
        raise AssertionError(f"never called again: {left}")

    def work_off(self, window: str) -> None:
        """Serve at a window until it has nobody left to call."""
        who = self.seated(window)
        row = self.rows["window"][window]
        if row["state"] in ("closed", "paused", "draining"):
            windows.open_window(self.store, who)
        for _ in range(200):
            try:
                called = calling.call_next(self.store, who)
            except Refused as refusal:
                if refusal.code != "nobody-waiting":
                    raise
                return
            if called.leg.state == "called":
                calling.start(self.store, who)
            serving.finish(self.store, who)


DEEP = int(os.environ.get("HALLCLIENT_DEEP", "0"))
Hall.TestCase.settings = settings(
    max_examples=DEEP or 28,
    stateful_step_count=60,
    deadline=None,
    derandomize=not DEEP,
    database=None,
    print_blob=bool(DEEP),
    suppress_health_check=list(HealthCheck),
)
TestHall = pytest.mark.slow(pytest.mark.timeout(0 if DEEP else 300)(Hall.TestCase))
