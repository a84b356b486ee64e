"""What a supervisor is told of certificates unasked: codes run out, nobody fetches one."""

from __future__ import annotations

from datetime import date

from db.store import Store
from hallclient.actions.certificate_handover import UNCLAIMED_DAYS, late
from hallclient.actions.certificate_kinds import current
from hallclient.actions.code_segments import LOW_SEGMENT
from hallclient.rules import alarms
from hallclient.rules.alarms import Reading


def readings(store: Store) -> list[Reading]:
    """Schemes that are low, each by itself; how many certificates wait too long."""
    today = store.env.day(store.env.now())
    found = [
        Reading(alarms.CODES_LOW, left, 0, window=scheme)
        for scheme, left in sorted(_low(store, int(today[:4])).items())
    ]
    waiting = late(store, date.fromisoformat(today), UNCLAIMED_DAYS)
    return found + ([Reading(alarms.UNCLAIMED, len(waiting), 0)] if waiting else [])


def _low(store: Store, year: int) -> dict[str, int]:
    """Schemes that the hall has segments of and few bodies left to lease, with how many."""
    rows = store.rows(
        "SELECT scheme, sum(CASE WHEN closed_at IS NULL AND device = ? "
        "AND (year IS NULL OR year = ?) THEN size - next ELSE 0 END) AS n "
        "FROM code_segment GROUP BY scheme",
        store.device,
        year,
    )
    if not rows:
        return {}
    schemes = current(store).scheme
    return {
        row["scheme"]: row["n"]
        for row in rows
        if row["scheme"] in schemes and row["n"] <= schemes[row["scheme"]].low * LOW_SEGMENT
    }
