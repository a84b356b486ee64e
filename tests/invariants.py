"""What must be true of a hall's store after every action, whoever did what."""

import json
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from db import log, projections, schema
from db.driver import sqlite
from db.store import Store

Rows = dict[str, dict[str, dict[str, Any]]]
"""Table -> id -> row."""

OPEN = {"blocked", "waiting", "called", "serving", "held", "passed", "external"}
FINAL = {"done", "transferred", "cancelled", "abandoned", "carried_over"}
TWO = {"called", "serving"}
TIMED = {
    "waiting": "wait", "called": "walk", "serving": "service",
    "held": "hold", "external": "external", "passed": "passed",
}  # fmt: skip
QUEUE = (
    "window", "line", "visit", "leg", "attempt", "period", "handover",
    "booking", "duty", "signal", "alarm", "business_day",
)  # fmt: skip


def everything(store: Store) -> Rows:
    """All rows of the queue's projections."""
    return {
        table: {row["id"]: row for row in store.rows(f'SELECT * FROM "{table}"')} for table in QUEUE
    }


def check(store: Store) -> Rows:
    """Hold the store against every invariant; returns what it looked at."""
    rows = everything(store)
    _windows(rows)
    _legs(rows)
    _visits(rows)
    _periods(rows)
    _attempts(store, rows)
    _duty(rows)
    _around(rows)
    return rows


def _windows(rows: Rows) -> None:
    at_window = {key: leg for key, leg in rows["leg"].items() if leg["state"] in TWO}
    visits = [leg["visit"] for leg in at_window.values()]
    assert len(visits) == len(set(visits)), "a visitor is at two windows"
    shown = {}
    for key, window in rows["window"].items():
        assert (window["operator"] is None) == (window["state"] == "closed"), key
        if window["leg"] is None:
            assert window["state"] in {"closed", "idle", "wrap_up", "paused", "draining"}, key
            continue
        shown[window["leg"]] = key
        leg = at_window[window["leg"]]
        assert leg["window"] == key
        assert leg["operator"] == window["operator"]
        assert window["state"] == {"called": "calling", "serving": "serving"}[leg["state"]]
    assert set(shown) == set(at_window), "a visitor is at a window that does not know it"


def _legs(rows: Rows) -> None:
    asked: Counter[tuple[str, str]] = Counter()
    for key, leg in rows["leg"].items():
        state = leg["state"]
        assert state in OPEN | FINAL, key
        assert (leg["closed_at"] is not None) == (state in FINAL), key
        assert leg["window"] is None or state in TWO | {"done", "transferred"}, key
        if state in OPEN and leg["person"] is not None:
            asked[leg["person"], leg["item"]] += 1
        before = [rows["leg"][one] for one in leg["after"].split()]
        assert {one["visit"] for one in before} <= {leg["visit"]}, key
        pending = [one for one in before if one["state"] in OPEN]
        if state == "blocked":
            assert pending, "blocked, and nothing left to wait for"
            assert all(one["state"] == "done" or one in pending for one in before), key
        elif state == "external":
            assert pending or not before or leg["reason"] != "consult", "its answer was lost"
        elif state in OPEN:
            assert not pending, "in line before what it depends on"
        if state == "waiting" and leg["lane"] not in {"priority", "booked", "joint", "ordinary"}:
            assert leg["lane"] == "return"
            assert leg["return_window"] or leg["reserved_for"], "nobody sees this one"
            assert leg["timer_at"] is not None
        if state in {"held", "passed"}:
            assert leg["timer_at"] is not None, key
    assert not [one for one, count in asked.items() if count > 1], "two open numbers"


def _visits(rows: Rows) -> None:
    states = defaultdict(set)
    for leg in rows["leg"].values():
        states[leg["visit"]].add(leg["state"])
    numbers = Counter((visit["day"], visit["number"]) for visit in rows["visit"].values())
    assert not numbers or max(numbers.values()) == 1, "a number was given twice"
    issued = Counter(visit["day"] for visit in rows["visit"].values())
    for day, count in issued.items():
        assert sum(li["issued"] for li in rows["line"].values() if li["day"] == day) == count
    for key, visit in rows["visit"].items():
        seen = states[key]
        if seen & OPEN:
            expected = "open"
        elif "carried_over" in seen:
            expected = "carried_over"
        elif "done" in seen:
            expected = "done"
        else:
            expected = "abandoned" if "abandoned" in seen else "cancelled"
        assert visit["state"] == expected, key
        assert (visit["closed_at"] is None) == (expected == "open"), key


def _periods(rows: Rows) -> None:
    of_leg = defaultdict(list)
    for period in rows["period"].values():
        of_leg[period["leg"]].append(period)
    assert set(of_leg) <= set(rows["leg"])
    for key, leg in rows["leg"].items():
        periods = of_leg[key]
        now = [one["kind"] for one in periods if one["ended_at"] is None]
        assert now == [TIMED[leg["state"]]] if leg["state"] in TIMED else not now, key
        spans = sorted(
            (one["started_at"], one["ended_at"] if one["ended_at"] is not None else 1 << 60)
            for one in periods
        )
        assert all(start <= end for start, end in spans), key
        assert all(a[1] <= b[0] for a, b in pairwise(spans)), "overlap"


def _attempts(store: Store, rows: Rows) -> None:
    calls: Counter[str] = Counter()
    reasons = 0
    pending = defaultdict(list)
    for attempt in rows["attempt"].values():
        if attempt["outcome"] is None:
            pending[attempt["leg"]].append(attempt)
        assert attempt["policy"], "a call without the policy it was made by"
        if attempt["band"] not in {"recall", "resume"}:
            reasons += 1
            assert json.loads(attempt["why"])["band"] == attempt["band"]
            if attempt["band"] != "return":
                calls[f"{attempt['day']}:{attempt['line']}"] += 1
    for key, line in rows["line"].items():
        assert line["calls"] == calls[key], key
        assert line["due_run"] >= 0
    for key, leg in rows["leg"].items():
        if leg["state"] == "called":
            (last,) = pending[key]
            assert last["window"] == leg["window"]
    kinds = dict(store.db.execute("SELECT kind, count(*) FROM event GROUP BY kind").fetchall())
    undone = store.db.execute(
        "SELECT count(*) FROM event WHERE kind = 'action.undone' "
        "AND json_extract(CAST(body AS TEXT), '$.was') = 'leg.called'"
    ).fetchone()[0]
    assert reasons == kinds.get("leg.called", 0) - undone


def _duty(rows: Rows) -> None:
    open_now = {
        (duty["window"], duty["kind"]): duty["operator"]
        for duty in rows["duty"].values()
        if duty["ended_at"] is None
    }
    wanted = {}
    for key, window in rows["window"].items():
        if window["operator"] is not None:
            wanted[key, "staffed"] = window["operator"]
            if window["state"] == "paused":
                wanted[key, "paused"] = window["operator"]
    assert open_now == wanted
    for duty in rows["duty"].values():
        assert duty["ended_at"] is None or duty["started_at"] <= duty["ended_at"]


def _around(rows: Rows) -> None:
    """Bookings and their visits name each other; signals and alarms end after they begin."""
    came = {row["booking"]: key for key, row in rows["visit"].items() if row["booking"]}
    arrived = {
        key: row["visit"] for key, row in rows["booking"].items() if row["state"] == "arrived"
    }
    assert came == arrived, "a booking has two numbers, or none"
    assert sum(row["booking"] is not None for row in rows["visit"].values()) == len(came)
    for row in rows["signal"].values():
        assert (row["answered_by"] is None) == (row["answered_at"] is None)
        assert row["closed_at"] is None or row["at"] <= row["closed_at"]
    for row in rows["alarm"].values():
        assert (row["seen_by"] is None) == (row["seen_at"] is None)
        assert row["cleared_at"] is None or row["raised_at"] <= row["cleared_at"]
    for row in rows["business_day"].values():
        assert (row["state"] == "closed") == (row["closed_at"] is not None)


def check_replay(store: Store) -> None:
    """Whether the log alone makes the same projections, its chain holds, and it tells the truth.

    What an event says was there was there when it came.
    """
    with Replay(store) as replay:
        replay.check()


class Replay:
    """Follows a log that grows: every check replays what has come since the one before."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._pos = 0
        self._heads: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._fresh = sqlite.connect(":memory:", isolation_level=None)
        self._fresh.execute("BEGIN")
        for statement in schema.statements():
            self._fresh.execute(statement)

    def __enter__(self) -> "Replay":
        return self

    def __exit__(self, *_: object) -> None:
        self._fresh.close()

    def check(self) -> None:
        """As `check_replay`, of the events behind those of the check before."""
        for pos, event in log.read(self.store.db, self._pos):
            chain = event.device, event.stream
            seq, before = self._heads.get(chain, (0, log.GENESIS))
            assert (event.seq, event.prev_hash) == (seq + 1, before)
            assert log.digest(event) == event.hash
            self._heads[chain] = event.seq, event.hash
            for change in json.loads(event.body)["set"]:
                _was_there(self._fresh, *change)
                projections.project(self._fresh, [change])
            self._pos = pos
        for table in schema.TABLES:
            made = projections.rows(self._fresh, table).fetchall()
            assert made == projections.rows(self.store.db, table).fetchall(), table


def _was_there(db: sqlite.Connection, table: str, key: str, was: Any, now: Any) -> None:
    found = db.execute(f"SELECT * FROM {table} WHERE id = ?", (key,))
    row = found.fetchone()
    assert (row is None) == (was is None), (table, key)
    if was is not None:
        there = dict(zip((column[0] for column in found.description), row, strict=True))
        assert {name: there[name] for name in was} == was, (table, key)
        assert now is None or set(was) == set(now), (table, key)
