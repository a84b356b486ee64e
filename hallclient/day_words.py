"""Words for the business day: its checks, its closing list, the signed record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.store import Row
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.text import cell_width
from hallclient.texts import has, language, t
from hallclient.words import clock, duration, local, minutes, state_word, word

_TIMES = ("opens", "closes")
MARKS = {"ok": "✓", "notice": "!", "warning": "!!"}
"""How a check came out, in a sign."""
TICKED, OPEN = "✓", "□"
"""Seen by a person, and not."""


def check_text(check: Mapping[str, Any], hall: Hall) -> str:
    """What a check found. ``check``: `rules.day.Check` as a mapping, also as it was recorded."""
    values: dict[str, object] = {}
    for name, value in check["params"].items():
        if name in _TIMES:
            values[name] = clock(value)
        elif name == "lines":
            values[name] = _joined(
                named(hall.lines[line], language()) if line in hall.lines else line
                for line in value
            )
        elif isinstance(value, list):
            values[name] = _joined(map(str, value))
        else:
            values[name] = value
    key = f"day.check.{check['id']}.{check['code']}"
    return t(key, **values) if has(key) else f"{check['id']}: {check['code']}"


def own_check(hall: Hall, key: str) -> str:
    """The word of one of the hall's own checks; its id when this edition has it no more."""
    known = hall.opening_checks.get(key)
    return key if known is None else named(known, language())


def _joined(parts: Any) -> str:
    return t("day.and").join(parts)


def item_word(hall: Hall, code: str) -> str:
    """A service in the language spoken; its code when this edition no longer has it."""
    item = hall.items.get(code)
    return code if item is None else named(item, language())


def end_text(row: Row) -> str:
    """How a service on the list ends, or is to end."""
    slot = row.get("slot")
    if slot is not None:
        return t("day.end.carried", at=local(slot).strftime("%m-%d %H:%M"))
    return word("day.end", row["reason"])


def row_cells(row: Row, hall: Hall) -> tuple[str, str, str, str, str]:
    """Number, service, state then, how long in it, its end."""
    return (
        row["number"],
        item_word(hall, row["item"]),
        state_word(row["state"]),
        minutes(row["wait_ms"]),
        end_text(row),
    )


def moment(ms: int | None) -> str:
    """A moment with its day, for a record that is read another day."""
    return "-" if ms is None else local(ms).strftime("%Y-%m-%d %H:%M")


def day_state(row: Row) -> str:
    """Who opened, closed and signed the day, in one line."""
    parts = []
    if row["opened_by"]:
        parts.append(t("day.opened-by", who=row["opened_by"], at=clock(row["opened_at"])))
    else:
        parts.append(t("day.not-opened"))
    closed = (row["closed_by"], row["closed_at"])
    if row["closed_by"] and closed == (row["signed_by"], row["signed_at"]):
        parts.append(t("day.closed-signed", who=row["closed_by"], at=moment(row["closed_at"])))
        return t("day.and").join(parts)
    if row["closed_by"]:
        by_system = row["closed_by"] == "system"
        key = "day.closed-by-system" if by_system else "day.closed-by"
        parts.append(t(key, who=row["closed_by"], at=moment(row["closed_at"])))
    if row["signed_by"]:
        parts.append(t("day.signed-by", who=row["signed_by"], at=moment(row["signed_at"])))
    elif row["closed_by"]:
        parts.append(t("day.unsigned"))
    return t("day.and").join(parts)


def counts_text(listed: Row) -> str:
    """The day's numbers by how they ended."""
    said = [t("day.count", state=state_word(state), n=n) for state, n in listed["numbers"].items()]
    return t("day.and").join(said) or t("day.no-numbers")


def case_cells(row: Row, hall: Hall) -> tuple[str, str, str, str]:
    """Of a case that the day leaves undone: number, why, until when, service."""
    due = (row["due"] or "")[5:] or "-"
    return row["number"], word("day.case", row["why"]), due, item_word(hall, row["item"] or "")


def cases_text(left: Mapping[str, int]) -> str:
    """How many cases the day leaves undone, kind by kind."""
    said = [t("day.count", state=word("day.case", why), n=n) for why, n in left.items() if n]
    return t("day.and").join(said)


def record_text(row: Row, hall: Hall) -> str:
    """The signed list of a day (`day_close.record`) as text for paper."""
    lines = [t("day.record", hall=named(hall, language()), day=row["id"]), day_state(row)]
    if row["note"]:
        lines.append(t("day.note", note=row["note"]))
    listed, checks = row["listed"], row["checks"]
    if listed:
        lines += [t("day.record-numbers", counts=counts_text(listed)), ""]
        lines.append(t("day.record-rows", n=len(listed["rows"])))
        # The service last: on a narrow screen or paper its name is what may be cut off.
        told = [row_cells(one, hall) for one in listed["rows"]]
        waits = [duration(one["wait_ms"]) for one in listed["rows"]]
        cells = [
            (number, end, state, wait, name)
            for (number, name, state, _, end), wait in zip(told, waits, strict=True)
        ]
        widths = [max((cell_width(row[at]) for row in cells), default=0) for at in range(5)]
        for one in cells:
            padded = (c + " " * (w - cell_width(c)) for c, w in zip(one, widths, strict=True))
            lines.append("  " + "  ".join(padded).rstrip())
        if any(listed.get("cases_left", {}).values()):
            lines += ["", t("day.record-cases", counts=cases_text(listed["cases_left"]))]
            lines += [f"  {'  '.join(case_cells(one, hall))}" for one in listed["cases"]]
    if checks:
        lines += ["", t("day.record-checks")]
        lines += [f"  {TICKED} {own_check(hall, key)}" for key in checks["ticked"]]
        lines += [f"  {OPEN} {own_check(hall, key)}" for key in checks["open"]]
        lines += [f"  {MARKS.get(c['level'], '')} {check_text(c, hall)}" for c in checks["facts"]]
        if checks["note"]:
            lines.append(f"  {t('day.note', note=checks['note'])}")
    return "\n".join(lines)
