"""The hall as it stands in the store, for `rules.forecast`: who waits, who is served where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from db.store import Row, Store
from hallclient.actions import windows
from hallclient.actions.hall import hall_of
from hallclient.actions.learned import learned, streams
from hallclient.rules import hours
from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.flow_parts import Guest, Rules, Station
from hallclient.rules.policy import Head, LineCount
from hallclient.rules.scene import Scene, Seat

_HEAD = "id, visit, line, lane, order_at, ticket_at, ready_at, turn"
_WAITING = (
    f"SELECT {_HEAD}, return_window, reserved_for FROM leg WHERE state = 'waiting' AND day = ?"
)
_AT_WINDOW = (
    "SELECT id, visit, line, state, since FROM leg WHERE state IN ('called', 'serving') AND day = ?"
)
_ASIDE = (
    f"SELECT {_HEAD}, state, since, timer_at, return_window FROM leg "
    "WHERE state IN ('held', 'passed', 'external') AND day = ?"
)
_BLOCKED = (
    "SELECT b.id, b.visit, b.line, b.lane, b.order_at, b.ticket_at, b.ready_at, b.turn, b.after "
    "FROM json_each(?) v CROSS JOIN leg b ON b.visit = v.value WHERE b.state = 'blocked'"
)
_MINUTE = 60_000
_PAUSE_MS = 10 * _MINUTE
_OUTSIDE_MS = 12 * _MINUTE


def scene_of(
    store: Store,
    changes: Mapping[str, Mapping[str, object]] | None = None,
    *,
    watched: str = "",
) -> Scene:
    """The hall now; ``changes``: window -> columns of its row as they might be.

    Guests name their visit when it has several services, or is the one ``watched``.
    """
    hall, now = hall_of(store), store.env.now()
    day = store.env.day(now)
    spans = hours.spans(hall, now)
    noon = (spans[0][1], spans[1][0]) if len(spans) > 1 and now < spans[1][0] else None
    closes = spans[-1][1] if spans else now + hall.policy.forecast_ms
    known = learned(store)
    rows = [
        {**row, **(changes or {}).get(row["id"], {})}
        for row in store.rows("SELECT * FROM window ORDER BY number, id")
    ]
    visits: dict[str, int] = {}
    at_window = {}
    for leg, visit, line, state, since in store.db.execute(_AT_WINDOW, (day,)):
        at_window[leg] = (visit, line, since if state == "serving" else None)
        visits[visit] = visits.get(visit, 0) + 1
    seats = [
        seat for row in rows if (seat := _seat(hall, row, at_window, now, spans, noon)) is not None
    ]
    served = {line for seat in seats for line in seat.station.serves()}
    seats += _somebody(hall, rows, set(hall.lines) - served, now + hall.policy.spare_after_ms)
    guests = _guests(
        store, hall, day, now, at_window, visits, {row["operator"]: row["id"] for row in rows}
    )
    counts = {
        line: LineCount(calls, due_run)
        for line, calls, due_run in store.db.execute(
            "SELECT line, calls, due_run FROM line WHERE day = ?", (day,)
        )
    }
    alone = {visit for visit, count in visits.items() if count == 1} - {watched}
    return Scene(
        at=now,
        guests=[guest._replace(visit="") if guest.visit in alone else guest for guest in guests],
        seats=seats,
        streams=streams(hall, known, now, closes),
        services=known.services,
        rules=Rules(hall.lines, hall.policy, noon=noon),
        counts=counts,
        closes=closes,
    )


# -- windows


def _seat(
    hall: Hall,
    row: Row,
    at_window: Mapping[str, tuple[str, str, int | None]],
    now: int,
    spans: Sequence[hours.Span],
    noon: hours.Span | None,
) -> Seat | None:
    """The window as it can be counted on; None when it cannot."""
    state = row["state"]
    plan = {line: kind for line, kind in windows.plan_of(hall, row).items() if line in hall.lines}
    station = Station(row["id"], plan, bool(row["emergency"]), now, guarded=bool(row["guarded"]))
    if state == windows.CLOSED:
        opening = spans[0][0] if spans else now
        # Before the hall opens, every window is expected to be there when it does.
        return Seat(station._replace(free_at=opening), away=True) if now < opening else None
    found = at_window.get(row["leg"] or "")
    if state == windows.DRAINING or row["resumes"] == windows.DRAINING:
        station = station._replace(plan={})  # it calls only those who come back to it
    if state == windows.PAUSED:
        reason = hall.pause_reasons.get(row["reason"] or "")
        back = row["since"] + (min(reason.limit_ms or _PAUSE_MS, _PAUSE_MS) if reason else 0)
        if row["reason"] == "meal" and noon is not None:
            back = noon[1]
        return Seat(station._replace(free_at=max(back, now + _MINUTE)), away=True)
    if found is None:
        return Seat(station)
    visit, line, since = found
    if line not in hall.lines:
        return Seat(station)
    return Seat(station._replace(leg=row["leg"], visit=visit), line, since)


def _somebody(hall: Hall, rows: Sequence[Row], lines: set[str], at: int) -> list[Seat]:
    """A window for each line that nobody serves now: it will not be left alone for ever."""
    found: dict[str, Seat] = {}
    for line in sorted(lines):
        for row in rows:
            plan = windows.plan_of(hall, row)
            if plan.get(line) is PlanKind.MAIN and row["id"] not in found:
                own = {key: kind for key, kind in plan.items() if key in lines}
                found[row["id"]] = Seat(Station(f"{row['id']}+", own, free_at=at), away=True)
                break
    return list(found.values())


# -- visitors


def _guests(
    store: Store,
    hall: Hall,
    day: str,
    now: int,
    at_window: Mapping[str, object],
    visits: dict[str, int],
    seat_of: Mapping[str, str],
) -> list[Guest]:
    """Everybody who waits, or will again; ``visits`` counts the services of each number."""
    found = []
    open_legs = set(at_window)
    for *facts, window, operator in store.db.execute(_WAITING, (day,)):
        visit, head = facts[1], Head(facts[0], *facts[2:])
        if head.line in hall.lines:
            visits[visit] = visits.get(visit, 0) + 1
            found.append(Guest(head, visit, window=window or seat_of.get(operator, "")))
    for *facts, state, since, timer_at, window in store.db.execute(_ASIDE, (day,)):
        visit, head = facts[1], Head(facts[0], *facts[2:])
        open_legs.add(head.leg)
        if head.line not in hall.lines or state == "passed":
            continue
        back = timer_at if state == "held" else since + _OUTSIDE_MS
        back = max(back or now, now + _MINUTE)
        visits[visit] = visits.get(visit, 0) + 1
        head = head._replace(lane=lanes.RETURN, order_at=back, ready_at=back)
        found.append(Guest(head, visit, window=window or ""))
    blocked = store.db.execute(_BLOCKED, (json.dumps(list(visits)),)).fetchall()
    open_legs |= {row[0] for row in blocked} | {guest.head.leg for guest in found}
    for *facts, after in blocked:
        visit, head = facts[1], Head(facts[0], *facts[2:])
        before = tuple(leg for leg in after.split() if leg in open_legs)
        if head.line in hall.lines and before:
            visits[visit] = visits.get(visit, 0) + 1
            found.append(Guest(head, visit, after=before))
    return found
