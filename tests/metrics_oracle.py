"""The figures once more, slowly: from the events alone, by what happened and when.

It reads no projection and none of the rules' functions. Of an event it takes the kind, the time,
its facts and what became of legs, windows and visits; what was undone is forgotten. Periods,
announcements and seats are made again from that.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.store import Store
from hallclient.rules.catalogue import Hall

HOUR = 3_600_000
ENDED = ("done", "transferred", "cancelled", "abandoned", "carried_over")


@dataclass
class Stay:
    """A leg was in a state from one event to another."""

    state: str
    start: int
    pos: int
    window: str
    operator: str
    kind: str
    end: int | None = None
    estimated: bool = False


@dataclass
class Ring:
    """An announcement."""

    pos: int
    at: int
    window: str
    operator: str
    again: bool
    reason: str
    absent: bool = False


@dataclass
class Leg:
    row: dict[str, Any]
    stays: list[Stay] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)


@dataclass
class Record:
    """One measurement, with all it may be grouped by."""

    metric: str
    at: int
    line: str
    item: str
    window: str
    operator: str
    value: int
    of: int
    apart: int


class Oracle:
    """All figures of one day of a store."""

    def __init__(self, store: Store, hall: Hall, day: str) -> None:
        self.hall, self.policy, self.day = hall, hall.policy, day
        zone = ZoneInfo(hall.time_zone)
        start = datetime.fromisoformat(day).replace(tzinfo=zone)
        self.midnight = int(start.timestamp() * 1000)
        self.end = int((start + timedelta(days=1)).timestamp() * 1000)
        now = store.env.now()
        self.over, self.until = now >= self.end, min(now, self.end)
        weekday = start.isoweekday()
        closing = [span.closes for span in hall.hours if span.day == weekday]
        self.closes = self.midnight + max(closing) * 60_000 if closing else None
        self.legs: dict[str, Leg] = {}
        self.visits: dict[str, dict[str, Any]] = {}
        self.ends: dict[str, list[tuple[int, str, int | None]]] = {}
        self.seats: dict[str, list[tuple[int, int, str, bool]]] = defaultdict(list)
        """Window -> (pos, at, operator or nothing, whether paused), each time it changes."""
        self.windows: dict[str, dict[str, Any]] = {}
        self.records: list[Record] = []
        self._replay(store)
        self._visits()
        self._windows()

    # -- what happened

    def _replay(self, store: Store) -> None:
        events = store.db.execute(
            "SELECT pos, seq, kind, at, window, actor, body FROM event WHERE stream = 'queue' "
            "ORDER BY pos"
        ).fetchall()
        undone = {json.loads(row[6])["undoes"] for row in events if row[2] == "action.undone"}
        for pos, seq, kind, at, window, actor, body in events:
            facts = json.loads(body)
            if kind == "action.undone" or seq in undone:
                # Rows go there and back; of what happened nothing stays.
                self._rows(facts["set"])
                if kind == "action.undone":
                    self._visit_states(pos, at)
                continue
            self._happened(pos, kind, at, window, actor, facts)

    def _rows(self, changes: list[Any]) -> None:
        for table, key, _, now in changes:
            if table == "leg":
                if now is None:
                    del self.legs[key]
                elif key in self.legs:
                    self.legs[key].row.update(now)
                else:
                    self.legs[key] = Leg({"id": key, "window": None, "operator": None, **now})
            elif table == "visit" and now is not None:
                self.visits.setdefault(key, {"id": key}).update(now)
            elif table == "window" and now is not None:
                self.windows.setdefault(key, {}).update(now)

    def _happened(
        self, pos: int, kind: str, at: int, window: str, actor: str, facts: dict[str, Any]
    ) -> None:
        before = {key: leg.row["state"] for key, leg in self.legs.items()}
        seats = {key: self._seat(key) for key in self.windows}
        changes = facts["set"]
        doubtful = {
            key.rpartition(".")[0]
            for table, key, _, now in changes
            if table == "period" and now and now.get("estimated")
        }
        self._rows(changes)
        for key in dict.fromkeys(key for table, key, _, _ in changes if table == "leg"):
            leg = self.legs[key]
            state = leg.row["state"]
            if state != before.get(key):
                if leg.stays:
                    leg.stays[-1].end = at
                    leg.stays[-1].estimated = key in doubtful
                leg.stays.append(
                    Stay(
                        state,
                        at,
                        pos,
                        leg.row.get("window") or "",
                        leg.row.get("operator") or "",
                        kind,
                    )
                )
                if state == "called":
                    reason = facts.get("reason", "") if kind == "leg.called" else ""
                    leg.rings.append(Ring(pos, at, window, actor, False, reason))
            elif kind == "leg.recalled":
                leg.rings.append(Ring(pos, at, window, actor, True, ""))
            gone = kind == "visit.day-ended" and leg.row.get("reason") == "no_show"
            if before.get(key) == "called" and (kind == "leg.passed" or gone):
                leg.rings[-1].absent = True
        for key in self.windows:
            if self._seat(key) != seats.get(key, ("", False)):
                self.seats[key].append((pos, at, *self._seat(key)))
        self._visit_states(pos, at)

    def _seat(self, key: str) -> tuple[str, bool]:
        row = self.windows[key]
        return row.get("operator") or "", row.get("state") == "paused"

    def _visit_states(self, pos: int, at: int) -> None:
        """When each visit ended, from the states of its legs; an undo finds the old end again."""
        states: dict[str, set[str]] = defaultdict(set)
        for leg in self.legs.values():
            states[leg.row["visit"]].add(leg.row["state"])
        for key, seen in states.items():
            if seen - set(ENDED):
                state = "open"
            else:
                order = ("carried_over", "done", "abandoned")
                state = next((one for one in order if one in seen), "cancelled")
            known = self.ends.setdefault(key, [])
            if known and known[-1][1] == state:
                continue
            if len(known) > 1 and known[-2][1] == state and self._taken_back(known[-1][0]):
                known.pop()
                continue
            known.append((pos, state, None if state == "open" else at))

    def _taken_back(self, pos: int) -> bool:
        return all(stay.pos != pos for leg in self.legs.values() for stay in leg.stays)

    # -- what it comes to

    def add(
        self,
        metric: str,
        at: int,
        leg: Leg | None = None,
        window: str = "",
        operator: str = "",
        value: int = 1,
        of: int = 0,
        apart: int = 0,
    ) -> None:
        line = leg.row["line"] if leg else ""
        item = leg.row["item"] if leg else ""
        self.records.append(Record(metric, at, line, item, window, operator, value, of, apart))

    def _visits(self) -> None:
        for key, visit in self.visits.items():
            if visit["day"] != self.day:
                continue
            legs = [leg for leg in self.legs.values() if leg.row["visit"] == key]
            self._of_visit(key, visit, legs)
            for leg in legs:
                self._of_leg(visit, leg)

    def _of_visit(self, key: str, visit: dict[str, Any], legs: list[Leg]) -> None:
        opened, first = visit["opened_at"], legs[0]
        self.add("arrivals", opened, first)
        if visit.get("slot") is not None or visit.get("booking") is not None:
            self.add("arrivals-booked", opened, first)
        _, state, closed = self.ends[key][-1]
        if state == "done" and closed is not None:
            unsure = any(stay.estimated for leg in legs for stay in leg.stays)
            self.add("visit", opened, first, value=closed - opened, apart=int(unsure))
            if visit.get("person"):
                settled = all(
                    self.hall.outcomes[leg.row["reason"]].end_reason == "normal"
                    and not self._came_again(key, visit["person"], leg.row["item"], closed)
                    for leg in legs
                    if leg.row["state"] == "done"
                )
                self.add("first-visit", opened, first, value=int(settled), of=1)
        rings = [ring.at for leg in legs for ring in leg.rings]
        low, high = visit.get("promised_low"), visit.get("promised_high")
        if rings and low is not None and high is not None:
            real = min(rings) - opened
            self.add("estimate-error", opened, first, value=abs(real - (low + high) // 2))
            self.add("estimate-kept", opened, first, value=int(low <= real <= high), of=1)
        late = sorted(
            (stay.start, stay.pos, leg.row["line"], leg.row["item"], stay.window, stay.operator)
            for leg in legs
            for stay in leg.stays
            if stay.state == "serving" and self.closes is not None
            for end in [self._end(stay)]
            if min(end, self.until) > max(stay.start, self.closes)
        )
        if late and self.closes is not None:
            start, _, line, item, window, operator = late[0]
            at = max(start, self.closes)
            self.records.append(
                Record("overtime-visits", at, line, item, window, operator, 1, 0, 0)
            )

    def _end(self, stay: Stay) -> int:
        if stay.end is not None:
            return stay.end
        return stay.start if self.over else self.until

    def _came_again(self, key: str, person: str, item: str, closed: int) -> bool:
        last = (datetime.fromisoformat(self.day) + timedelta(days=30)).date().isoformat()
        return any(
            leg.row["item"] == item
            and not self.hall.lines[leg.row["line"]].collect
            and leg.row["visit"] != key
            and self.visits[leg.row["visit"]].get("person") == person
            and self.visits[leg.row["visit"]]["opened_at"] >= closed
            and self.day <= self.visits[leg.row["visit"]]["day"] <= last
            for leg in self.legs.values()
        )

    def _of_leg(self, visit: dict[str, Any], leg: Leg) -> None:
        for stay in leg.stays:
            timed = stay.state in ("waiting", "called", "serving", "held", "external", "passed")
            if timed and (stay.end is not None or self.over):
                unsure = int(stay.estimated or stay.end is None)
                self.add("doubtful", stay.start, leg, stay.window, stay.operator, unsure, 1)
        self._waited(visit, leg)
        self._rang(leg)
        self._served(leg)

    def _waited(self, visit: dict[str, Any], leg: Leg) -> None:
        at_call = next((n for n, stay in enumerate(leg.stays) if stay.state == "called"), None)
        upto = leg.stays if at_call is None else leg.stays[:at_call]
        waits = [stay for stay in upto if stay.state == "waiting"]
        if not waits or (at_call is None and leg.row["state"] in ("blocked", "external")):
            return
        wait, since = waits[-1], max(waits[-1].start, visit.get("slot") or 0)
        limit = self.policy.service_level_wait_ms
        state, reason = leg.row["state"], leg.row.get("reason")
        if at_call is not None:
            ring = leg.rings[0]
            took = max(0, ring.at - since)
            self.add(
                "wait", since, leg, ring.window, ring.operator, took, apart=int(wait.estimated)
            )
            if not wait.estimated:
                self.add("service-level", since, leg, value=int(took <= limit), of=1)
        else:
            took = max(0, (self.until if wait.end is None else wait.end) - since)
            missed = wait.end is None or state in ("abandoned", "carried_over")
            if took > limit and (missed or reason == "cancelled_by_visitor"):
                self.add("service-level", since, leg, value=0, of=1)
        self.add("offered", since, leg)
        out = state == "abandoned" and reason == "walkout" and not leg.rings
        gone = out or (state == "abandoned" and reason == "no_show")
        self.add("abandonment", since, leg, value=int(gone), of=1)
        if not out or took >= self.policy.short_walkout_ms:
            self.add("abandonment-long", since, leg, value=int(gone), of=1)
        if out:
            self.add("walkout", since, leg)
        if state == "carried_over" or (state == "abandoned" and reason == "eod"):
            self.add("unserved", since, leg)

    def _rang(self, leg: Leg) -> None:
        for ring in leg.rings:
            here = (ring.at, leg, ring.window, ring.operator)
            if ring.again:
                self.add("recall", *here)
            else:
                self.add("calls", *here)
                self.add("recall", *here, value=0, of=1)
                self.add("requeue", *here, value=0, of=1)
                self.add("out-of-order", *here, value=int(bool(ring.reason)), of=1)
            if ring.absent:
                self.add("no-show", *here)
        for stay in leg.stays:
            rung = [ring for ring in leg.rings if ring.pos < stay.pos]
            if stay.state == "waiting" and rung:
                self.add("requeue", stay.start, leg, rung[-1].window, rung[-1].operator)
            if stay.state == "transferred":
                self.add("requeue", stay.start, leg, stay.window, stay.operator)

    def _served(self, leg: Leg) -> None:
        for before, stay in zip(leg.stays, leg.stays[1:], strict=False):
            if before.state == "called" and stay.state == "serving":
                last = [ring.at for ring in leg.rings if ring.pos < stay.pos][-1]
                self.add(
                    "walk",
                    stay.start,
                    leg,
                    stay.window,
                    stay.operator,
                    stay.start - last,
                    apart=int(before.estimated),
                )
        served = [stay for stay in leg.stays if stay.state == "serving"]
        if leg.row["state"] not in ENDED or not served:
            return
        here = (leg.stays[-1].start, leg, served[-1].window, served[-1].operator)
        if leg.row["state"] == "done":
            self.add("served", *here)
        parts = {
            state: [stay for stay in leg.stays if stay.state == state]
            for state in ("serving", "held")
        }
        took = {
            state: sum(s.end - s.start for s in stays if s.end is not None)
            for state, stays in parts.items()
        }
        unsure = {state: int(any(s.estimated for s in stays)) for state, stays in parts.items()}
        self.add("service", *here, value=took["serving"], apart=unsure["serving"])
        if parts["held"]:
            self.add("hold", *here, value=took["held"], apart=unsure["held"])
        all_of_it, any_of_it = sum(took.values()), int(any(unsure.values()))
        if leg.row["state"] != "done":
            self.add("handling", *here, value=all_of_it, apart=any_of_it)
            return
        wrapped = self._wrapped(leg, served[-1])
        if wrapped is not None:
            self.add("wrap-up", *here, value=wrapped, apart=int(served[-1].estimated))
            self.add("handling", *here, value=all_of_it + wrapped, apart=any_of_it)

    def _wrapped(self, leg: Leg, last: Stay) -> int | None:
        """How long the window tidied up after this finish."""
        finished, window = leg.stays[-1], last.window
        ends = [finished.start + self.policy.wrap_up_ms]
        ends += [
            stay.start
            for other in self.legs.values()
            if self.visits[other.row["visit"]]["day"] == self.day
            for stay in other.stays
            if stay.pos > finished.pos
            and stay.window == window
            and stay.state in ("called", "serving")
        ]
        sat = ""
        for pos, at, operator, paused in self.seats[window]:
            if pos > finished.pos and (paused or operator != sat):
                ends.append(at)
            sat = operator
        end = min(ends)
        return None if end > self.until and not self.over else end - finished.start

    def _windows(self) -> None:
        legs = [
            leg for leg in self.legs.values() if self.visits[leg.row["visit"]]["day"] == self.day
        ]
        for window in self.windows:
            serving = [
                (stay.start, self._end(stay), stay)
                for leg in legs
                for stay in leg.stays
                if stay.state == "serving" and stay.window == window
            ]
            wraps = []
            for leg in legs:
                served = [stay for stay in leg.stays if stay.state == "serving"]
                if leg.row["state"] == "done" and served[-1].window == window:
                    took = self._wrapped(leg, served[-1])
                    if took is not None:
                        end = leg.stays[-1].start
                        wraps.append((end, end + took))
            self._seats(window, serving, wraps)

    def _seats(
        self, window: str, serving: list[tuple[int, int, Stay]], wraps: list[tuple[int, int]]
    ) -> None:
        staffed: list[tuple[int, int, str]] = []
        paused: list[tuple[int, int]] = []
        moments = self.seats[window]
        for place, (_, at, operator, rests) in enumerate(moments):
            end = moments[place + 1][1] if place + 1 < len(moments) else self.until
            if operator:
                staffed.append((at, end, operator))
                if rests:
                    paused.append((at, end))
        clean = [(start, end) for start, end, stay in serving if not stay.estimated]
        unsure = [(start, end) for start, end, stay in serving if stay.estimated]
        for start, end, operator in staffed:
            for hour in range(24):
                left = max(start, self.midnight + hour * HOUR)
                right = min(end, self.midnight + (hour + 1) * HOUR)
                if left >= right:
                    continue

                def inside(
                    spans: list[tuple[int, int]], left: int = left, right: int = right
                ) -> int:
                    return sum(max(0, min(right, b) - max(left, a)) for a, b in spans)

                whole = right - left - inside(unsure)
                busy = inside(clean)
                self.add("utilisation", left, None, window, operator, busy, whole)
                busy += inside(wraps)
                self.add("occupancy", left, None, window, operator, busy, whole - inside(paused))
            if self.closes is not None and min(end, self.until) > max(start, self.closes):
                late = min(end, self.until) - max(start, self.closes)
                self.add("overtime-windows", self.closes, None, window, operator, late)

    # -- what a report says of it

    def told(self, by: str = "", key: object = "") -> dict[str, tuple[int, ...]]:
        """Metric -> what a figure of it must hold: apart, and times in order or value and whole."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.records:
            if not by or self._group(record, by) == key:
                found[record.metric].append(record)
        told: dict[str, tuple[int, ...]] = {}
        for metric, records in found.items():
            apart = sum(record.apart for record in records)
            counted = [record for record in records if not record.apart]
            if metric in TIMES:
                told[metric] = (apart, *sorted(record.value for record in counted))
            else:
                value = sum(record.value for record in counted)
                told[metric] = (apart, value, sum(record.of for record in counted))
        return told

    def keys(self, by: str) -> set[object]:
        """All groups of a grouping."""
        return {self._group(record, by) for record in self.records} - {""}

    def _group(self, record: Record, by: str) -> object:
        if by == "hour":
            zone = ZoneInfo(self.hall.time_zone)
            return datetime.fromtimestamp(record.at / 1000, zone).hour
        values = {"line": record.line, "item": record.item, "window": record.window}
        return values.get(by, record.operator)


TIMES = frozenset("wait walk service hold wrap-up handling visit estimate-error".split())
