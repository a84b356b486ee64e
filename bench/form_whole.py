"""The whole of a form: compiled, opened, computed anew, a department's part of it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from bench import form_data
from bench.figure import Figure, Run, median, ms
from bench.fill import CLERK
from db.store import Store
from hallclient.actions.filing_view import open_filing
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.extract import canonical, extract
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import from_json, to_json
from hallclient.rules.form.state import State

COMPILE_S, OPEN_S, CAPITAL_S, EXTRACT_S = 0.1, 1.5, 0.25, 0.5
_ROWS = (
    "SELECT id, section, place FROM form_row WHERE id > ?1 || '/' AND id < ?1 || '0'",
    "SELECT * FROM form_cell WHERE id > ?1 || '/' AND id < ?1 || '0'",
)


def measure(run: Run, store: Store, filing: str, holders: int) -> Iterator[Figure]:
    state = open_filing(store, CLERK, filing).state
    form, program, few = state.form, state.program, 3 if run.quick else 7
    gc.collect()
    gc.freeze()  # as the program does after its first frame
    body, units = to_json(form), f"{len(program.layout.fields)} fields, {len(form.rules)} rules"
    yield _figure(f"compile a form, {units}", few, COMPILE_S,
                  lambda: compile_form(form), "to read it", lambda: from_json(body))  # fmt: skip

    def read() -> None:
        for sql in _ROWS:
            store.db.execute(sql, (filing,)).fetchall()

    yield _figure(f"open a filing, {holders:,} holders", few, OPEN_S,
                  lambda: open_filing(store, CLERK, filing), "its rows by SQL", read)  # fmt: skip
    cells = list(state.cells())
    rows = [
        (one.id, row, state.place_of(row))
        for one in form.sections
        if one.repeat
        for row in state.rows(one.id)
    ]  # fmt: skip
    middle = state.row_at(form_data.HOLDER, holders // 2)
    amounts, capitals = cycle(("2", "1")), cycle((str(holders + 1), str(holders)))

    def edit() -> None:
        state.apply([Put(middle, "h_sub", next(amounts))])

    def change_capital() -> None:
        state.apply([Put(SINGLE, "reg_cap", next(capitals))])

    yield _figure("  all computed anew", few, OPEN_S,
                  lambda: State(program, state.today).load(rows, cells),
                  "one edit", edit)  # fmt: skip
    yield _figure(f"change the capital: {holders:,} shares anew", 2 * few, CAPITAL_S,
                  change_capital, "one edit", edit)  # fmt: skip
    to = form.departments[0].id
    yield _figure(f"extract for {to}, {holders:,} holders", few, EXTRACT_S,
                  lambda: canonical(extract(state, to)), "all texts",
                  lambda: list(state.cells()))  # fmt: skip


def _figure(
    name: str,
    times: int,
    goal: float,
    do: Callable[[], object],
    by: str,
    less: Callable[[], object],
) -> Figure:
    """Processor time of something, beside something smaller of the same run."""
    took: list[float] = []
    floor: list[float] = []
    for _ in range(times):
        for work, found in ((do, took), (less, floor)):
            begin = time.thread_time()
            work()
            found.append(time.thread_time() - begin)
    value, least = median(took), median(floor)
    return Figure(
        f"{name} (processor)", ms(value), f"{ms(least)} ({by})", f"{value / least:,.1f} x",
        f"<= {ms(goal)}", value <= goal, {"value_s": value, "floor_s": least},
    )  # fmt: skip
