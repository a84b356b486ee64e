"""How today has gone so far, line by line: first waits within the limit, arrivals, usual times.

What counts as a first wait, and as one in time, is what the figures say (`metric_legs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.store import Store
from hallclient.actions.figure_rows import day_facts
from hallclient.rules.catalogue import Hall
from hallclient.rules.metric_legs import in_time, wait_of

_HOUR_MS = 3_600_000
_SAMPLE = 400
_FEW = 20


class Share(NamedTuple):
    """So many within the limit, of ``n``."""

    within: int
    n: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; None without any."""
        return self.within * 100 // self.n if self.n else None


def shares(store: Store, hall: Hall) -> dict[str, Share]:
    """Line -> today's first waits within the hall's limit, by the figures' own definition."""
    now = store.env.now()
    facts, _ = day_facts(store, hall, store.env.day(now), now)
    found: dict[str, Share] = {}
    for visit in facts.visits:
        for leg in visit.legs:
            wait = wait_of(visit, leg)
            kept = None if wait is None else in_time(leg, wait, now, hall.policy)
            if kept is not None:
                so_far = found.get(leg.line, Share(0, 0))
                found[leg.line] = Share(so_far.within + kept, so_far.n + 1)
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
