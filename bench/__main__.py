"""Measure everything and print one table: ``python -m bench [--quick] [--json] [--only NAME]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from bench import (
    busy,
    call,
    certificates,
    fill,
    flow,
    forms,
    hall,
    headless,
    hub,
    key,
    kiosk,
    look,
    memory,
    papers,
    replay,
    start,
    twenty,
    watching,
)
from bench.figure import Figure, Run

NAMES = (
    "start", "memory", "flow", "twenty", "hall", "busy", "kiosk", "look", "watch", "forms",
    "papers", "certificates", "hub", "call", "key", "replay",
)  # fmt: skip
HEADS = ("", "figure", "value", "floor", "against it", "goal")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer times, a shorter history")
    parser.add_argument("--json", action="store_true", help="one object per figure")
    parser.add_argument("--only", choices=NAMES, action="append", help="these figures alone")
    parser.add_argument("--folder", type=Path, help="where stores are made (a real disk)")
    options = parser.parse_args()
    chosen = options.only or NAMES
    figures: list[Figure] = []
    try:
        with tempfile.TemporaryDirectory(dir=options.folder, prefix="hallclient-bench-") as folder:
            for figure in _measured(Run(Path(folder), options.quick), chosen):
                figures.append(figure)
                if options.json:
                    print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)
    finally:  # what was measured before something failed is shown all the same
        if not options.json:
            _table(figures)
    return 0 if all(figure.ok for figure in figures) else 1


def _measured(run: Run, chosen: tuple[str, ...] | list[str]) -> Iterator[Figure]:
    days, visits = (5, 1000) if run.quick else (25, 4000)
    if "start" in chosen:
        with fill.create(run.folder / "start.db") as store:
            yield from start.measure(run, store)
    alone: dict[str, Callable[[Run], Iterator[Figure]]] = {
        "memory": memory.measure,
        "flow": flow.measure,
        "twenty": twenty.measure,
        "hall": hall.measure,
        "busy": busy.measure,
        "kiosk": kiosk.measure,
        "look": look.measure,
        "watch": watching.measure,
        "forms": forms.measure,
        "papers": papers.measure,
        "certificates": certificates.measure,
        "hub": hub.measure,
    }
    for name, measure in alone.items():
        if name in chosen:
            yield from measure(run)
    if not {"call", "key", "replay"} & set(chosen):
        return
    _tell(f"making a history of {days * visits:,} visits")
    with closing(fill.finished(run.folder / "deep.db", days, visits)) as deep:
        fill.wait(deep, 10_000)
        if "call" in chosen:
            yield from call.measure(run, deep)
        if "key" in chosen:
            yield from key.measure(run, deep)
            yield from headless.measure(run, deep)
        if "replay" in chosen:
            yield from replay.measure(run, deep)


def _tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text} …", file=sys.stderr, flush=True)


def _table(figures: list[Figure]) -> None:
    rows = [HEADS]
    for one in figures:
        mark = "ok" if one.ok else "--"
        rows.append((mark, one.name, one.value, one.floor, one.measured, one.goal))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    load = os.getloadavg()[0]
    print(f"\n{os.cpu_count()} processors, load {load:.1f} at the end; medians unless said.")


if __name__ == "__main__":
    raise SystemExit(main())
