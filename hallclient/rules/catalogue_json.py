"""A hall as JSON and back, exactly: the body of a ``hall.published`` event.

Each table is its column names and its rows, so a reader keeps working when a later edition
adds a column (it is left out here) or an earlier one lacks it (its default is taken).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from hallclient.rules.catalogue import (
    Alias,
    CancelReason,
    Department,
    Hall,
    HelpReason,
    HoldReason,
    Item,
    ItemList,
    Joint,
    Line,
    Opening,
    Outcome,
    Outlet,
    PauseReason,
    PlanKind,
    Policy,
    PriorityKind,
    StaffSettings,
    Voice,
    Window,
    Word,
)

FORMAT = 1
_T = TypeVar("_T", bound=NamedTuple)

# Tables in which a row is found by its first column.
_KEYED: dict[str, type[NamedTuple]] = {
    "lists": ItemList,
    "categories": Word,
    "modes": Word,
    "case_types": Word,
    "service_modes": Word,
    "units": Word,
    "departments": Department,
    "outlets": Outlet,
    "zones": Word,
    "items": Item,
    "lines": Line,
    "windows": Window,
    "joints": Joint,
    "hold_reasons": HoldReason,
    "pause_reasons": PauseReason,
    "order_reasons": Word,
    "priorities": PriorityKind,
    "outcomes": Outcome,
    "cancel_reasons": CancelReason,
    "opening_checks": Word,
    "help_reasons": HelpReason,
}
_LISTED: dict[str, type[NamedTuple]] = {"hours": Opening, "aliases": Alias}
_PLAIN = ("id", "zh", "en", "time_zone", "version")
_PLANS = {kind.value: kind for kind in PlanKind}


def _plan(given: Mapping[str, str]) -> dict[str, PlanKind]:
    # A kind that a later edition invents is one this program cannot serve: left out.
    return {line: _PLANS[kind] for line, kind in given.items() if kind in _PLANS}


def _after(given: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {item: tuple(before) for item, before in given.items()}


# How a cell that is no plain JSON value is read back.
_READ: dict[tuple[type, str], Callable[[Any], Any]] = {
    (Item, "service_modes"): tuple,
    (Outlet, "lists"): tuple,
    (Window, "plan"): _plan,
    (Joint, "after"): _after,
}


def hall_to_json(hall: Hall) -> dict[str, Any]:
    """Only dicts, lists, texts, numbers and booleans."""
    body: dict[str, Any] = {"format": FORMAT}
    for name in _PLAIN:
        body[name] = getattr(hall, name)
    body["policy"] = hall.policy._asdict()
    body["staff"] = hall.staff._asdict()
    body["voice"] = hall.voice._asdict()
    for name, cls in _LISTED.items():
        body[name] = _table(cls, getattr(hall, name))
    for name, cls in _KEYED.items():
        body[name] = _table(cls, getattr(hall, name).values())
    return body


def hall_from_json(body: Mapping[str, Any]) -> Hall:
    """The hall again. Unknown names are left out, missing ones take their defaults."""
    given: dict[str, Any] = {name: body[name] for name in _PLAIN}
    given["policy"] = Policy(**_known(Policy, body["policy"]))
    given["staff"] = StaffSettings(**_known(StaffSettings, body.get("staff", {})))
    given["voice"] = Voice(**_known(Voice, body.get("voice", {})))
    for name, cls in _LISTED.items():
        given[name] = tuple(_rows(cls, body[name])) if name in body else ()
    for name, cls in _KEYED.items():
        rows: list[Any] = _rows(cls, body[name]) if name in body else []
        given[name] = {row[0]: row for row in rows}
    return Hall(**given)


_ATOMS = frozenset({str, int, float, bool, type(None)})


def _known(cls: type[NamedTuple], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in cls._fields if name in given}


def _plain(value: object) -> object:
    # Nearly all there is, and asked first because a demo's start waits for this.
    if type(value) in _ATOMS:
        return value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return value.value if isinstance(value, PlanKind) else value


def _table(cls: type[NamedTuple], things: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    return {"columns": list(cls._fields), "rows": [_plain(thing) for thing in things]}


def _rows(cls: type[_T], table: Mapping[str, Any]) -> list[_T]:
    columns: list[str] = table["columns"]
    rows: list[list[Any]] = table["rows"]
    if tuple(columns) != cls._fields:
        rows = _rearranged(cls, columns, rows)
    special = [(cls._fields.index(name), read) for (of, name), read in _READ.items() if of is cls]
    if special:
        rows = [list(row) for row in rows]
        for row in rows:
            for place, read in special:
                row[place] = read(row[place])
    return [cls._make(row) for row in rows]


def _rearranged(
    cls: type[NamedTuple], columns: list[str], rows: list[list[Any]]
) -> list[list[Any]]:
    """Rows of another edition in the order of this one."""
    sources: list[tuple[int, Any]] = []
    for name in cls._fields:
        if name in columns:
            sources.append((columns.index(name), None))
        elif name in cls._field_defaults:
            sources.append((-1, cls._field_defaults[name]))
        else:
            raise ValueError(f"{cls.__name__}: no column {name}")
    return [[row[at] if at >= 0 else default for at, default in sources] for row in rows]
