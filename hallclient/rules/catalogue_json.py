"""A hall as JSON and back, exactly: the body of a ``hall.published`` event.

Each table is its column names and its rows, so a reader keeps working when a later edition
adds a column (it is left out here) or an earlier one lacks it (its default is taken).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any, TypeVar

from hallclient.rules.catalogue import (
    Alias,
    CancelReason,
    Department,
    Hall,
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
    Window,
    Word,
)

FORMAT = 1
_T = TypeVar("_T")

# Tables in which a row is found by its first column.
_KEYED: dict[str, type] = {
    "lists": ItemList,
    "categories": Word,
    "modes": Word,
    "case_types": Word,
    "service_modes": Word,
    "units": Word,
    "departments": Department,
    "outlets": Outlet,
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
}
_LISTED: dict[str, type] = {"hours": Opening, "aliases": Alias}
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
    body["policy"] = _object(hall.policy)
    body["staff"] = _object(hall.staff)
    for name, cls in _LISTED.items():
        body[name] = _table(cls, getattr(hall, name))
    for name, cls in _KEYED.items():
        body[name] = _table(cls, getattr(hall, name).values())
    return body


def hall_from_json(body: Mapping[str, Any]) -> Hall:
    """The hall again. Unknown names are left out, missing ones take their defaults."""
    given: dict[str, Any] = {name: body[name] for name in _PLAIN}
    given["policy"] = _known(Policy, body["policy"])
    given["staff"] = _known(StaffSettings, body.get("staff", {}))
    for name, cls in _LISTED.items():
        given[name] = tuple(_rows(cls, body[name])) if name in body else ()
    for name, cls in _KEYED.items():
        rows: list[Any] = _rows(cls, body[name]) if name in body else []
        key = attrgetter(_names(cls)[0])
        given[name] = {key(row): row for row in rows}
    return Hall(**given)


def _names(cls: type) -> list[str]:
    return [field.name for field in fields(cls)]


def _object(thing: object) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in _names(type(thing))}


def _known(cls: type[_T], given: Mapping[str, Any]) -> _T:
    return cls(**{name: given[name] for name in _names(cls) if name in given})


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return value.value if isinstance(value, PlanKind) else value


def _table(cls: type, things: Iterable[object]) -> dict[str, Any]:
    columns = _names(cls)
    return {
        "columns": columns,
        "rows": [[_plain(getattr(thing, name)) for name in columns] for thing in things],
    }


def _rows(cls: type[_T], table: Mapping[str, Any]) -> list[_T]:
    names = _names(cls)
    columns: list[str] = table["columns"]
    rows: list[list[Any]] = table["rows"]
    special = [(names.index(name), read) for (of, name), read in _READ.items() if of is cls]
    if columns != names:
        rows = _rearranged(cls, columns, rows)
    if not special:
        return [cls(*row) for row in rows]
    made = []
    for row in rows:
        cells = list(row)
        for place, read in special:
            cells[place] = read(cells[place])
        made.append(cls(*cells))
    return made


def _rearranged(cls: type, columns: list[str], rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of another edition in the order of this one."""
    sources: list[tuple[int, Any]] = []
    for field in fields(cls):
        if field.name in columns:
            sources.append((columns.index(field.name), None))
        elif field.default is not MISSING:
            sources.append((-1, field.default))
        else:
            raise ValueError(f"{cls.__name__}: no column {field.name}")
    return [[row[at] if at >= 0 else default for at, default in sources] for row in rows]
