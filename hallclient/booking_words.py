"""Words for bookings: what was wrong with a row, what a file brought, what was sent in advance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hallclient.actions.booking_import import ImportReport
from hallclient.actions.booking_watch import Taken
from hallclient.rules.booking_row import Problem
from hallclient.rules.catalogue import named
from hallclient.rules.text import cut, plain
from hallclient.texts import language, t
from hallclient.words import clock, local, refused_text, state_word

_LONGEST = 60


def problem_text(problem: Problem) -> str:
    """What is wrong with a row and how it is mended, without its place."""
    return t(f"booking.problem.{problem.code}", **_values(problem.params))


def _values(params: Mapping[str, object]) -> dict[str, object]:
    said: dict[str, object] = {}
    for name, value in params.items():
        if name == "column":
            said[name] = t(f"booking.column.{value}")
        elif name == "state":
            said[name] = state_word(str(value))
        elif name in ("slot", "until") and isinstance(value, int):
            said[name] = local(value).strftime("%Y-%m-%d %H:%M")
        elif hasattr(value, "zh") and hasattr(value, "en"):
            said[name] = named(value, language())
        elif isinstance(value, int):
            said[name] = value
        else:
            said[name] = cut(plain(str(value)), _LONGEST)
    return said


def problem_line(problem: Problem) -> str:
    """The same with its place: ``row 7 (Y0012): …``."""
    key = "booking.problem-of" if problem.booking else "booking.problem-at"
    return t(key, row=problem.row, booking=problem.booking, text=problem_text(problem))


def report_text(report: ImportReport) -> str:
    """What a file brought, then every problem on a line of its own."""
    key = "booking.report-dry" if report.dry_run else "booking.report"
    lines = [
        t(
            key,
            file=report.file,
            rows=report.rows,
            new=report.new,
            changed=report.changed,
            cancelled=report.cancelled,
            unchanged=report.unchanged,
            problems=len(report.problems),
        )
    ]
    if report.unknown:
        lines.append(t("booking.report-unknown", columns=", ".join(report.unknown)))
    return "\n".join([*lines, *(problem_line(problem) for problem in report.problems)])


def taken_text(taken: Taken) -> str:
    """What became of a file of a watched folder."""
    if taken.report is not None:
        return report_text(taken.report)
    return refused_text(taken.refused) if taken.refused is not None else taken.name


def sent_text(sent: Mapping[str, Any]) -> str:
    """Copies, pages and note of a material; the value of a field."""
    parts = [t(f"booking.{name}", n=sent[name]) for name in ("copies", "pages") if sent.get(name)]
    parts += [str(sent[name]) for name in ("note", "value") if sent.get(name)]
    return " · ".join(parts)


def row_name(kind: str, name: str) -> str:
    """What a row of the comparison is about."""
    return t(f"booking.column.{name}") if kind == "person" else name


def slot_text(slot: int, until: int | None) -> str:
    """``10:00–10:30``."""
    return clock(slot) if until is None else f"{clock(slot)}\u2013{clock(until)}"
