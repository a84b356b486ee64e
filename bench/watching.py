"""The supervisor's view of review with 100,000 cases, 5,000 of them open.

The floor of each is its rows alone, read by plain SQL through the same indexes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from bench import caseload, finding
from bench.figure import Figure, Run, median, ms
from bench.look import timed
from db.store import Store
from hallclient.actions import (
    case_figures,
    case_ledger,
    case_load,
    case_overview,
    case_queues,
    case_watch,
)  # fmt: skip
from hallclient.actions.acting import Actor
from hallclient.rules.review import figures

SUPERVISOR = Actor("s01", "supervisor")
OPEN_S = 0.05
"""Whatever reads all that is open."""
PAGE_S = 0.03
"""Whatever reads a page of it."""
REPORT_S = 1.0
_CLOCKS = (
    "SELECT timer, state, start, count, unit, pauses, due, provisional FROM clock "
    "WHERE ended_at IS NULL",
)
_PAGE = (
    "SELECT * FROM clock JOIN case_file c ON c.id = clock.case_file "
    "WHERE ended_at IS NULL ORDER BY due LIMIT 200",
)
_TASKS = ("SELECT department, due, urged, sent_at FROM review_task WHERE done_at IS NULL",)
_PROMISES = ("SELECT * FROM promise WHERE state = 'open'",)
_CASES = ("SELECT id, state, since, agent FROM case_file WHERE closed_at IS NULL",)


def measure(run: Run) -> Iterator[Figure]:
    closed, opened = (9_500, 500) if run.quick else (95_000, 5_000)
    with caseload.made(run.folder / "watching.db", closed, opened) as store:
        times = run.times(50)
        of = f", {closed + opened:,} cases, {opened:,} open"
        who = SUPERVISOR
        for name, goal, do, rows in (
            ("review at a glance" + of, OPEN_S,
             lambda: case_overview.overview(store, who), _CLOCKS + _TASKS + _PROMISES),
            ("alarms of cases", OPEN_S,
             lambda: case_overview.readings(store), _CLOCKS + _TASKS),
            ("deadlines, the first 200", PAGE_S, lambda: case_watch.deadlines(store, who), _PAGE),
            ("cases in silence", OPEN_S, lambda: case_watch.silences(store, who), _CLOCKS),
            ("late steps of departments", OPEN_S,
             lambda: case_load.late_steps(store, who), _TASKS),
            ("agents' load", PAGE_S, lambda: case_load.agents(store, who), _CASES),
            ("cases that stand still, the first 200", OPEN_S,
             lambda: case_load.still(store, who), _CASES),
            ("promises to call about", PAGE_S,
             lambda: case_ledger.promises(store, who), _PROMISES),
            ("every queue of work counted", OPEN_S,
             lambda: case_queues.queues(store, Actor("c01", "clerk", "W01")), _CASES),
        ):  # fmt: skip
            yield timed(store, name, times, goal, do, rows)
        yield _report(run, store)
        yield from finding.measure(run, store)


def _report(run: Run, store: Store) -> Figure:
    """Deficiencies of a month; its floor reads the month's rows."""
    row = store.row("SELECT max(day) AS day FROM case_file")
    assert row is not None
    last, first = row["day"], f"{row['day'][:8]}01"
    took, floor = [], []
    n = 0
    for _ in range(run.times(10)):
        begin = time.perf_counter()
        found = case_figures.review_figures(
            store, SUPERVISOR, figures.DEFICIENCIES, first, last, ("reason", "item", "agent")
        )
        middle = time.perf_counter()
        ids = [one["id"] for one in store.rows(
            "SELECT * FROM case_file WHERE number >= ?", first.replace("-", "")
        )]  # fmt: skip
        store.rows(
            "SELECT d.* FROM json_each(?) c JOIN deficiency d ON d.id > c.value || '/d/' "
            "AND d.id < c.value || '/d0'", json.dumps(ids),
        )  # fmt: skip
        took.append(middle - begin)
        floor.append(time.perf_counter() - middle)
        n = found.total["opened"].value
    value, bare = median(took), median(floor)
    return Figure(
        f"deficiencies of a month, {n:,} cases", ms(value), ms(bare), f"{value / bare:.1f} x",
        f"<= {ms(REPORT_S)}", value <= REPORT_S, {"value_s": value, "floor_s": bare},
    )  # fmt: skip
