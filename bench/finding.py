"""Search over every case of a large store, and lists of a thousand rows with their lights.

The floor of a search is its index read through once by plain SQL with the rows of the newest cases,
of a whole number the row read by that number, of a list its rows alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench.figure import Figure, Run, median, ratio
from db.store import Store
from hallclient.actions import case_find, case_lists, case_watch
from hallclient.actions.acting import Actor

WHO = Actor("s01", "supervisor")
ROWS = 1000
SEARCH = 3.0
"""So many times the reading of index and rows at most, whatever was typed."""
NUMBER = 10.0
"""A number of a case may be one of a document, a form, a ticket, too: so many look-ups."""
LIST = 5.0
"""Days are counted and lights judged for each row."""
_INDEX = "SELECT count(*) FROM case_file INDEXED BY case_file_find WHERE find = ''"
_NEWEST = "SELECT * FROM case_file INDEXED BY case_file_find ORDER BY since DESC LIMIT 80"
_NUMBER = "SELECT * FROM case_file WHERE number = ?"
_LIST = (
    "SELECT clock.*, c.number, c.title, c.item, c.state AS case_state, c.flow, c.holder, c.agent "
    "FROM clock JOIN case_file c ON c.id = clock.case_file "
    "WHERE ended_at IS NULL ORDER BY due LIMIT 1000"
)


def measure(run: Run, store: Store) -> Iterator[Figure]:
    """``store``: as `caseload` makes it."""
    times = run.times(50)
    row = store.row("SELECT number, title, find FROM case_file ORDER BY number LIMIT 1 OFFSET 400")
    assert row is not None
    number, title = row["number"], row["title"]
    initials, *_, spelt = row["find"].split()[2:]
    yield _figure("a case by its number", times, NUMBER, lambda: _find(store, number),
                  lambda: store.rows(_NUMBER, number))  # fmt: skip
    for name, typed in (
        ("cases by the end of a number", number[-6:]),
        ("cases by a name", title),
        ("cases by a part of a name", title[2:6]),
        ("cases by initials", initials),
        ("cases by pinyin", spelt),
        ("cases by one character", title[2]),
        ("cases by what none has", "\u9f98\u9f98\u9f98"),
    ):
        yield _figure(name, times, SEARCH, lambda typed=typed: _find(store, typed),  # type: ignore[misc]
                      lambda: (store.rows(_INDEX), store.rows(_NEWEST)))  # fmt: skip
    yield _figure(f"deadlines, {ROWS:,} rows with lights", times, LIST,
                  lambda: case_watch.deadlines(store, WHO, most=ROWS),
                  lambda: store.rows(_LIST))  # fmt: skip
    yield _figure(f"what is overdue, up to {ROWS:,} rows", times, LIST,
                  lambda: case_lists.filled(store, WHO, "watch.overdue", most=ROWS),
                  lambda: store.rows(_LIST))  # fmt: skip


def _find(store: Store, typed: str) -> object:
    return case_find.find(store, WHO, typed)


def _figure(
    name: str, times: int, goal: float, do: Callable[[], object], floor: Callable[[], object]
) -> Figure:
    """Turn by turn, so that both see the same machine."""
    took, bare = [], []
    for _ in range(times):
        begin = time.perf_counter()
        do()
        middle = time.perf_counter()
        floor()
        took.append(middle - begin)
        bare.append(time.perf_counter() - middle)
    return ratio(name, median(took), median(bare), goal)
