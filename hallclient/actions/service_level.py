"""How today has gone so far, line by line: first waits within the limit, arrivals, usual times.

A first wait runs from the moment a visitor is ready (for a booking not before its time) to the
first call. Who left uncalled after the limit counts as a miss: the share is of those offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.store import Row, Store
from hallclient.rules.catalogue import Hall

_HOUR_MS = 3_600_000
_SAMPLE = 400
_FEW = 20
_LEFT = frozenset({"walkout", "cancelled_by_visitor"})

_FIRST_WAITS = """
    SELECT leg.line, leg.state, leg.reason, leg.closed_at, visit.slot,
        (SELECT min(started_at) FROM period WHERE id > leg.id || '.' AND id < leg.id || '/'
            AND kind = 'wait') AS ready,
        (SELECT min(at) FROM attempt WHERE id > leg.id || '.' AND id < leg.id || '/') AS called
    FROM visit JOIN leg ON leg.visit = visit.id WHERE visit.day = ?"""


class Share(NamedTuple):
    """So many within the limit, of ``n``."""

    within: int
    n: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; None without any."""
        return self.within * 100 // self.n if self.n else None


def shares(store: Store, hall: Hall) -> dict[str, Share]:
    """Line -> today's first waits within the hall's limit (``service_level_wait_ms``)."""
    found: dict[str, Share] = {}
    for row in store.rows(_FIRST_WAITS, store.env.day(store.env.now())):
        wait = _first_wait(row, hall)
        if wait is not None:
            so_far = found.get(row["line"], Share(0, 0))
            within = int(wait <= hall.policy.service_level_wait_ms)
            found[row["line"]] = Share(so_far.within + within, so_far.n + 1)
    return found


def arrivals(store: Store) -> dict[str, int]:
    """Line -> numbers taken in the last hour; a joint matter counts in each of its lines."""
    now = store.env.now()
    return {
        row["line"]: row["n"]
        for row in store.rows(
            "SELECT leg.line, count(*) AS n FROM visit JOIN leg ON leg.visit = visit.id "
            "WHERE visit.day = ? AND visit.opened_at > ? GROUP BY leg.line",
            store.env.day(now),
            now - _HOUR_MS,
        )
    }


def usual_times(store: Store, hall: Hall) -> dict[str, int]:
    """Line -> 90th percentile of its last measured services in ms.

    With fewer than 20 of them it is what the hall has set for long services (``p95_ms``).
    """
    found: Mapping[str, list[int]] = {
        line: sorted(
            row[0]
            for row in store.db.execute(
                "SELECT ended_at - started_at FROM period WHERE line = ? AND kind = 'service' "
                "AND estimated = 0 AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ?",
                (line, _SAMPLE),
            )
        )
        for line in hall.lines
    }
    return {
        line: times[-(-len(times) * 9 // 10) - 1] if len(times) >= _FEW else hall.lines[line].p95_ms
        for line, times in found.items()
    }


def _first_wait(row: Row, hall: Hall) -> int | None:
    """In ms; None for one that is not decided yet, or ended for another reason than waiting."""
    if row["ready"] is None:
        return None
    ready: int = max(row["ready"], row["slot"] or 0)
    if row["called"] is not None:
        called: int = row["called"]
        return max(0, called - ready)
    if row["closed_at"] is None:
        return None
    wait: int = row["closed_at"] - ready
    reason = hall.cancel_reasons.get(row["reason"] or "")
    left = row["state"] == "abandoned" or (reason is not None and reason.end_reason in _LEFT)
    return wait if left and wait > hall.policy.service_level_wait_ms else None
