"""The same table in Textual's own widgets: a cell that changes, and a field for every cell.

A DataTable shows what it is given: nothing is judged, normalised or saved. Ours, beside it, is the
whole step: what was typed is normalised, judged by all rules, shown, and on its way to the disk.
A form made of Input widgets mounts one for each of its cells; ours is the form's screen as it
opens, with the same holders, until its first frame.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Input

from bench import form_data
from bench.empty_app import EmptyApp
from bench.figure import Figure, Run, median
from bench.fill import CLERK
from bench.form_app import show
from bench.form_rivals import against
from bench.headless import Watch
from hallclient.actions.filing_view import open_filing
from hallclient.rules.form.entering import enter
from screens.app import HallApp
from screens.form import FormScreen
from screens.session import Session

COLUMNS = 12
SIZE = (120, 40)


class _Table(App[None]):
    """Thousands of rows in a DataTable."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows

    def compose(self) -> ComposeResult:
        yield DataTable()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for column in range(COLUMNS):
            table.add_column(f"{column}", key=f"{column}", width=8)
        for row in range(self.rows):
            cells = (f"{row}.{column}" for column in range(COLUMNS))
            table.add_row(*cells, key=f"{row}")


class _Inputs(Screen[None]):
    """A field for every cell."""

    DEFAULT_CSS = "_Inputs Horizontal { height: 3; } _Inputs Input { width: 12; }"

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            for row in range(self.rows):
                with Horizontal():
                    for column in range(COLUMNS):
                        yield Input(f"{row}.{column}")


def measure(run: Run, path: Path, filing: str, few: str, rows: int) -> Iterator[Figure]:
    """``filing``: with very many holders; ``few``: with ``rows`` of them."""
    session = Session(path, make_env=form_data.make_env)
    try:
        holders, edited = asyncio.run(_edits(session, filing, run.times(100)))
        shown = asyncio.run(_screens(session, few, run.times(10) // 2))
    finally:
        session.close()
    updated = asyncio.run(_updates(holders, run.times(100)))
    yield against(f"edit to frame, {holders:,} rows, and a DataTable told the text",
                  median(edited), median(updated))  # fmt: skip
    inputs = asyncio.run(_inputs(rows))
    yield against(f"show {rows} holders, all judged, and {rows} x {COLUMNS} Input widgets",
                  median(shown), inputs)  # fmt: skip


async def _edits(session: Session, filing: str, times: int) -> tuple[int, list[float]]:
    app = HallApp(session, who=CLERK)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        show(app, filing)
        await pilot.pause(1.0)
        assert isinstance(app.screen, FormScreen)
        model, watch = app.screen.model, Watch(app)
        row = model.state.row_at(form_data.HOLDER, 3)
        amounts = cycle(("2", "1"))

        def edit() -> None:
            model.do(enter(model.state, row, "h_sub", next(amounts), model.new_id))

        taken = [await watch.after(edit) for _ in range(times)]
        await model.flush()
        return model.state.count(form_data.HOLDER), taken


async def _updates(rows: int, times: int) -> list[float]:
    app = _Table(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(1.0)
        table, watch, texts = app.query_one(DataTable), Watch(app), cycle(("2", "1"))
        return [
            await watch.after(lambda: table.update_cell("3", "3", next(texts)))
            for _ in range(times)
        ]


async def _screens(session: Session, filing: str, times: int) -> list[float]:
    app = HallApp(session, who=CLERK)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        watch, taken = Watch(app), []
        for _ in range(times):
            begin = time.perf_counter()
            screen = FormScreen(CLERK, open_filing(session.store, CLERK, filing))
            opened = time.perf_counter() - begin
            taken.append(opened + await watch.shown(screen))
            await app.pop_screen()
        return taken


async def _inputs(rows: int) -> float:
    app = EmptyApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        return await Watch(app).shown(_Inputs(rows))
