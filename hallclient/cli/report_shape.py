"""How `hallclient report` prints: tables that fit the terminal, objects for programs."""

from __future__ import annotations

import re
from typing import Any

from hallclient import figure_tables as tables
from hallclient.actions.figures import Report
from hallclient.figure_tables import Table
from hallclient.rules.catalogue import Hall
from hallclient.rules.fairness import Entry
from hallclient.rules.metrics import METRICS, RATE, SHARE, TIME, TOTAL, USE, Figure
from hallclient.rules.text import cell_width, cut, plain
from hallclient.words import iso

WIDTH = 80


def text_lines(table: Table, width: int = WIDTH) -> list[str]:
    """A table in so many cells: names cut, numbers to the right."""
    rows = [[plain(text) for text in table.head]]
    rows += [[plain(tables.said(cell)) for cell in row] for row in table.rows]
    words = [at == 0 or tables.in_words(table, at) for at in range(len(table.head))]
    widths = [max(cell_width(row[at]) for row in rows) for at in range(len(table.head))]
    room = width - len(widths) + 1
    gap = " " if sum(widths) + len(widths) - 1 > room else "  "
    while sum(widths) > room:
        widest = max((at for at in range(len(widths)) if words[at]), key=lambda at: widths[at])
        if widths[widest] <= 6:
            break
        widths[widest] -= 1
    return [
        gap.join(_cell(row[at], widths[at], words[at]) for at in range(len(row))).rstrip()
        for row in rows
    ]


def _cell(text: str, width: int, left: bool) -> str:
    text = cut(text, width)
    gap = " " * (width - cell_width(text))
    return text + gap if left else gap + text


def wrapped(text: str, width: int, indent: str) -> str:
    """A text in lines of so many cells; Chinese may break anywhere, other words at spaces."""
    lines, line = [], indent
    for word in _pieces(text):
        if cell_width(line + word.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += word if line.strip() else word.lstrip()
    return "\n".join([*lines, line.rstrip()])


def _pieces(text: str) -> list[str]:
    # A full stop or a comma stays with the sign before it.
    sign = "[\u3000-\u303f\uff00-\uff60]"
    return re.findall(rf"[\u2e80-\u9fff]{sign}*|[^\s\u2e80-\u9fff]+{sign}*\s*|\s+", text)


# -- objects


def figure_object(
    report: Report, hall: Hall, by: str, group: str, figure: Figure
) -> dict[str, object]:
    """One figure for programs: times in ms, shares as part and whole and per cent."""
    kind = METRICS[figure.metric].kind
    obj: dict[str, Any] = {
        "from": report.first,
        "to": report.last,
        "by": by or None,
        "group": group if by else None,
        "name": tables.group_name(hall, by, group) if by else None,
        "metric": figure.metric,
        "unit": kind,
        "n": figure.n,
    }
    if kind == TIME:
        known = figure.n > 0
        obj |= {
            "mean_ms": figure.value if known else None,
            "p50_ms": figure.p50 if known else None,
            "p90_ms": figure.p90 if known else None,
            "max_ms": figure.longest if known else None,
        }
    elif kind in (SHARE, RATE, USE):
        share = figure.permille
        name = "per_100" if kind == RATE else "percent"
        obj |= {
            "part": figure.value,
            "of": figure.of,
            name: None if share is None else share / 10,
        }
    else:
        obj["sum_ms" if kind == TOTAL else "value"] = figure.value
    return {**obj, "apart": figure.apart, "definitions": report.definitions}


def entry_object(entry: Entry) -> dict[str, object]:
    """One call out of order for programs."""
    return {
        "day": entry.day,
        "at": iso(entry.at),
        "number": entry.number,
        "line": entry.line,
        "service": entry.item,
        "window": entry.window,
        "operator": entry.operator,
        "reason": entry.reason,
        "waited_ms": entry.waited,
        "passed_over": entry.passed_over or None,
        "passed_waited_ms": entry.passed_waited,
    }
