"""Who came on an earlier day, as the store has it: to try another plan on the same arrivals."""

from __future__ import annotations

from datetime import date, timedelta

from db.store import Store
from hallclient.actions.hall import hall_of
from hallclient.rules import hours
from hallclient.rules import policy as lanes
from hallclient.rules.demand import Came
from hallclient.rules.errors import Refused

_LEGS = (
    "SELECT visit.id, visit.priority, visit.slot, leg.line, leg.ticket_at, leg.state FROM visit "
    "CROSS JOIN leg ON leg.visit = visit.id WHERE visit.day = ? AND leg.after = '' "
    "ORDER BY visit.rowid, leg.rowid"
)


def came_on(store: Store, day: str) -> list[Came]:
    """Everybody who took a number that day; empty when nobody did. Raises ``no-such-day``."""
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise Refused("no-such-day", field="demand", day=day) from error
    hall = hall_of(store)
    found: list[Came] = []
    taken: dict[tuple[str, int], list[Came]] = {}
    moved: dict[tuple[str, int], int] = {}
    for visit, priority, slot, line, at, state in store.db.execute(_LEGS, (day,)):
        midnight, _ = hours.midnight(at, hall.time_zone)
        lane = lanes.PRIORITY if priority else lanes.ORDINARY
        due = None
        if not priority and slot is not None and at <= slot + hall.policy.booked_late_ms:
            lane, due = lanes.BOOKED, slot - midnight
        taken.setdefault((visit, at), []).append(Came(at - midnight, line, lane, due))
        moved[visit, at] = moved.get((visit, at), 0) + (state == "transferred")
    for key, came in taken.items():
        # Where a transfer went on is a service of the same ticket, made last.
        found += came[: max(1, len(came) - moved[key])]
    return sorted(found, key=lambda one: (one.at, one.line))


def last_week(store: Store) -> list[list[Came]]:
    """The days of the last calendar week on which somebody came."""
    today = date.fromisoformat(store.env.day(store.env.now()))
    monday = today - timedelta(days=today.weekday() + 7)
    days = (came_on(store, (monday + timedelta(days=after)).isoformat()) for after in range(7))
    return [came for came in days if came]
