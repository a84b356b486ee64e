"""What a department gets of a form: its fields under its names, in a shape that machines keep.

    {"department": "SW", "target": "...", "form": "company-setup@2026.1",
     "fields": {NAME: value}, "tables": {section: [{"row": id, NAME: value}]},
     "changes": {section: [{"row": id, "kind": "changed", "was": {NAME: value}, "now": {...}}]},
     "sensitive": {"fields": {...}, "tables": {...}}}

Only what is relevant, filled and readable is there, and only tables that have rows; a row that
has nothing still has its id.
Personal data stands in ``sensitive`` and nowhere else (the separate sheet of the 2026 forms,
国市监注发〔2026〕5号), its rows joined to the others by id. ``changes`` (变更前 and 变更后): what a
form with a base makes of what is registered.
How a value looks is told in `shape`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from hallclient.rules.form import delta
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.shape import machine, personal
from hallclient.rules.form.spec import Department, Field, Section, Type
from hallclient.rules.form.state import State

Path = tuple[str, ...]
ROW = "row"
"""Key of a row's id in a table; no department names a field so."""


def extract(state: State, department: str) -> dict[str, Any]:
    """The department's part as it stands. Raises KeyError for no department of the form."""
    to = department_of(state, department)
    hidden = personal(state.program)
    open_part: dict[str, Any] = {"fields": {}, "tables": {}}
    sealed_part: dict[str, Any] = {"fields": {}, "tables": {}}
    for section, fields, rows in parts(state, to):
        for part, own in (
            (open_part, [one for one in fields if one.id not in hidden]),
            (sealed_part, [one for one in fields if one.id in hidden]),
        ):
            if not own:
                continue
            if section.repeat and rows:
                part["tables"][section.id] = [
                    {ROW: row} | _cells(state, to, row, own) for row in rows
                ]
            elif not section.repeat:
                part["fields"] |= _cells(state, to, SINGLE, own)
    return {
        "department": to.id,
        "target": to.target,
        "form": state.form.key,
        **open_part,
        "changes": _changes(state, to, hidden),
        "sensitive": sealed_part,
    }


def canonical(payload: Any) -> str:
    """The one text of an extract (or of a difference): keys sorted, no spaces."""
    return json.dumps(
        payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest(payload: Any) -> str:
    """SHA-256 of the canonical text in UTF-8, hex."""
    return sha256(canonical(payload).encode()).hexdigest()


def department_of(state: State, department: str) -> Department:
    """A department of the state's form. Raises KeyError."""
    for one in state.form.departments:
        if one.id == department:
            return one
    raise KeyError(department)


def sent(section: Section, to: Department) -> list[Field]:
    """The fields of a section that a department gets."""
    return [one for one in section.fields if to.id in one.departments]


def parts(state: State, to: Department) -> Iterator[tuple[Section, list[Field], list[str]]]:
    """What of each section a department gets: its fields, and the rows that concern it."""
    named = named_to(state, to)
    for section in state.form.sections:
        fields = sent(section, to)
        if fields and state.section_relevant(section.id):
            rows = state.rows(section.id)
            if section.id == state.form.roster:
                rows = [row for row in rows if row in named]
            yield section, fields, rows


def named_to(state: State, to: Department) -> set[str]:
    """The people whom the department hears of in some role; nobody else's data goes there."""
    references = {
        one.via or one.id
        for one in state.program.layout.fields.values()
        if to.id in one.departments and (one.via or one.type is Type.PERSON)
    }
    return {
        person
        for name in references
        for row in state.rows(state.field(name).section)
        if state.relevant(row, name) and (person := state.person_of(row, name))
    }


def _cells(state: State, to: Department, row: str, fields: Iterable[Field]) -> dict[str, Any]:
    return {
        to.names.get(one.id, one.id): value
        for one in fields
        if (value := machine(state, row, one)) is not None
    }


def _changes(state: State, to: Department, hidden: frozenset[str]) -> dict[str, Any]:
    """变更前 and 变更后 of the tables a department gets: only what differs, nothing personal."""
    found: dict[str, list[dict[str, Any]]] = {}
    columns = {
        after: [
            (was, now)
            for was, now in delta.paired(state.form, before, after)
            if to.id in now.departments and not {was.id, now.id} & hidden
        ]
        for before, after in state.form.base.items()
    }
    rows: dict[tuple[str, str, str], tuple[delta.Kind, set[str]]] = {}
    for one in delta.changes(state):
        key = (one.section, one.row, one.before)
        rows.setdefault(key, (one.kind, set()))[1].add(one.field)
    for (section, row, before), (kind, differing) in rows.items():
        was, now = {}, {}
        for old, new in columns[section]:
            if kind is not delta.Kind.CHANGED or new.id in differing:
                name = to.names.get(new.id, new.id)
                if before and (value := machine(state, before, old)) is not None:
                    was[name] = value
                if row and (value := machine(state, row, new)) is not None:
                    now[name] = value
        if columns[section] and (was or now):
            entry = {ROW: row or before, "kind": kind.value, "was": was, "now": now}
            found.setdefault(section, []).append(entry)
    return found


# -- corrections


class Change(NamedTuple):
    """A value that a correction makes another one; None: it is not there.

    ``path``: keys from the outside in, a row by its id: ``("tables", "holder", ID, "ZRE")``. The
    value at ``(..., ID, "row")`` is the id of the row before it, empty for the first.
    """

    path: Path
    was: Any
    now: Any


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What makes one extract the other, by path; `applied` does it."""
    old, new = dict(_flat(before)), dict(_flat(after))
    return [
        Change(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def applied(before: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The extract after a correction."""
    flat = dict(_flat(before))
    for path, _, now in changes:
        if now is None:
            flat.pop(tuple(path), None)
        else:
            flat[tuple(path)] = now
    return _whole(flat)


def _flat(payload: Mapping[str, Any], at: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in payload.items():
        path = (*at, key)
        if key == "fields":
            yield from (((*path, name), one) for name, one in value.items())
        elif key == "sensitive":
            yield from _flat(value, path)
        elif key in ("tables", "changes"):
            for section, rows in value.items():
                yield from _flat_rows(rows, (*path, section))
        else:
            yield path, value


def _flat_rows(rows: Iterable[Mapping[str, Any]], at: Path) -> Iterator[tuple[Path, Any]]:
    last = ""
    for row in rows:
        key = row[ROW]
        for name, value in row.items():
            if name in ("was", "now") and at[0] == "changes":
                yield from (((*at, key, name, one), cell) for one, cell in value.items())
            else:
                yield (*at, key, name), last if name == ROW else value
        last = key


def _whole(flat: Mapping[Path, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"fields": {}, "tables": {}, "changes": {}}
    made["sensitive"] = {"fields": {}, "tables": {}}
    for path, value in flat.items():
        part, rest = (made["sensitive"], path[1:]) if path[0] == "sensitive" else (made, path)
        match rest:
            case ("fields", name):
                part["fields"][name] = value
            case ("tables", section, row, name):
                part["tables"].setdefault(section, {}).setdefault(row, {})[name] = value
            case ("changes", section, row, *_, name):
                rows = part["changes"].setdefault(section, {})
                cells = rows.setdefault(row, {"was": {}, "now": {}})
                (cells[rest[3]] if len(rest) == 5 else cells)[name] = value
            case (name,):
                part[name] = value
    for tables in (made["tables"], made["changes"], made["sensitive"]["tables"]):
        for section, rows in tables.items():
            tables[section] = _in_order(rows)
    return made


def _in_order(rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that each name the one before them."""
    after = {cells[ROW]: row for row, cells in rows.items()}
    ordered, row = [], after.get("")
    while row is not None:
        ordered.append(rows[row] | {ROW: row})
        row = after.get(row)
    return ordered
