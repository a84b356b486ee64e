"""``hallclient form set | add | drop | undo | redo``: filling a form in, one step a command."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hallclient.actions import filing_undo
from hallclient.actions.filing_edit import edit
from hallclient.actions.filing_view import Opened, open_filing
from hallclient.cli import form_pick, form_shape
from hallclient.cli.app import App
from hallclient.cli.form_changes import change_lines, changes
from hallclient.cli.options import Usage
from hallclient.form_words import gravest
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import Edit, Put
from hallclient.rules.form.entering import drop_row
from hallclient.rules.form.given import NEW, ROW, Fault, Given, read_given
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.state import State
from hallclient.rules.form.whole import fill, rows_unknown
from hallclient.rules.text import narrow
from hallclient.texts import t


def put(args: Namespace, app: App) -> int:
    """Write what is given into a form: assignments, or values in a file. One step."""
    if not args.assignment and args.file is None:
        raise Usage("cli.usage.nothing-to-set")
    if args.assignment and args.file is not None:
        raise Usage("cli.usage.not-both", one="--file", other="FIELD=VALUE")
    found = form_pick.opened(app, args.filing)
    if args.file is not None:
        given, keep = values_of(app, found.state, args.file), bool(args.keep)
    else:
        section = form_pick.section(found.state.form, args.section).id if args.section else ""
        given, keep = _assigned(found.state, args.assignment, section, args.row), True
    return _fill(app, found, given, keep=keep, check=args.check)


def add(args: Namespace, app: App) -> int:
    """A new row of a table, with what is given in it."""
    found = form_pick.opened(app, args.filing)
    section = form_pick.section(found.state.form, args.section, repeat=True)
    given = _assigned(found.state, args.assignment, section.id, NEW)
    tables = {section.id: given.tables.get(section.id, [{ROW: NEW}])}
    return _fill(app, found, given._replace(tables=tables), keep=True)


def drop(args: Namespace, app: App) -> int:
    """Take a row out; a person goes with the last row that names them."""
    found = form_pick.opened(app, args.filing)
    state = found.state
    if args.section:
        section = form_pick.section(state.form, args.section, repeat=True)
        row = form_pick.row(state, section, args.row)
    else:
        row = next((one for one in (args.row, narrow(args.row)) if state.section_of(one)), "")
        if not row:
            form_pick.section(state.form, None, repeat=True)  # says which tables there are
    return step(app, found, drop_row(state, row), apply=True)


def undo(args: Namespace, app: App) -> int:
    """Take back one's own newest step."""
    return _turned(args, app, "undone")


def redo(args: Namespace, app: App) -> int:
    """Make again what was taken back last."""
    return _turned(args, app, "redone")


def _turned(args: Namespace, app: App, name: str) -> int:
    store, who = app.store(), app.actor()
    row = form_pick.filing(app, args.filing)
    turn = filing_undo.undo if name == "undone" else filing_undo.redo
    made = turn(store, who, row["id"])
    return told(app, open_filing(store, who, row["id"]), made.edits, extra={name: True})


# -- what is given


def values_of(app: App, state: State, file: str) -> Given:
    """The values in a file (``-``: standard input). Every mistake of its shape is said.

    Raises ``values-wrong``, and as `value_files.read_values`.
    """
    from hallclient.actions import value_files

    if file == "-":
        data = value_files.parse_values(sys.stdin.buffer.read(value_files.LARGEST + 1), "-")
    else:
        data = value_files.read_values(Path(file))
    given, faults = read_given(state.form, data)
    faults += rows_unknown(state, given)
    _refuse(app, faults)
    return given


def _refuse(app: App, faults: Sequence[Fault]) -> None:
    for fault in faults:
        message = t(f"form.values.{fault.code}", **fault.params)
        obj: dict[str, object] = {"problem": fault.code, "at": fault.at, "message": message}
        app.out.emit(obj, t("cli.form.fault", at=fault.at, message=message))
    if faults:
        raise Refused("values-wrong", field="file", count=len(faults), at=faults[0].at)


def _assigned(state: State, pairs: Sequence[str], section: str, row: str | None) -> Given:
    """``FIELD=VALUE`` words as values; those of a table are of the row that is named."""
    fields: dict[str, str] = {}
    cells: dict[str, str] = {}
    tables = set()
    for pair in pairs:
        name, text = form_pick.assignment(pair)
        field = form_pick.field(state.form, name, section)
        if not field.typed:
            raise Refused("field-calculated", field=field.id, name=field)
        if state.program.layout.sections[field.section].repeat:
            tables.add(field.section)
            cells[field.id] = text
        else:
            fields[field.id] = text
    if not tables:
        return Given(fields, {})
    if len(tables) > 1:
        raise Refused("one-table", field="row")
    (table,) = tables
    typed = narrow(row or "").lower()
    at = state.program.layout.sections[table]
    cells[ROW] = NEW if typed == NEW else form_pick.row(state, at, row)
    return Given(fields, {table: [cells]})


# -- one step


def _fill(app: App, found: Opened, given: Given, *, keep: bool, check: bool = False) -> int:
    filled = fill(found.state, given, app.store().env.new_id, keep=keep)
    if filled.nobody:
        field = found.state.field(filled.nobody[0][1])
        raise Refused("field-nobody", field=field.id, name=field, count=len(filled.nobody))
    return step(app, found, filled.edits, check=check)


def step(
    app: App,
    found: Opened,
    edits: Sequence[Edit],
    *,
    source: str = "",
    apply: bool = False,
    check: bool = False,
) -> int:
    """Make a step durable and say what it changed. ``apply``: it is not in the state yet."""
    store, who = app.store(), app.actor()
    outcome = edit(store, who, found.filing["id"], edits, source=source)
    if apply:
        found.state.apply(edits)
    if not outcome.collisions:
        return told(app, found, edits, check=check)
    number = found.filing["number"]
    told(app, open_filing(store, who, found.filing["id"]), edits, check=check)
    raise Refused("step-disputed", number=number, count=len(outcome.collisions))


def told(
    app: App,
    found: Opened,
    edits: Sequence[Edit],
    *,
    check: bool = False,
    extra: dict[str, object] | None = None,
) -> int:
    """What a step has changed, and what is wrong there (with ``check``: everywhere)."""
    state, number = found.state, found.filing["number"]
    changed = changes(state, edits)
    problems = gravest(state.problems() if check else _problems_at(state, edits))
    disputes = [one for one in found.collisions.values() if one.other is not None]
    obj: dict[str, Any] = {
        "filing": number,
        "form": state.form.key,
        **(extra or {}),
        "changed": changed,
        "disputed": [form_shape.dispute_object(state, one) for one in disputes],
        "problems": [form_shape.problem_object(state, one) for one in problems],
    }
    lines = [*change_lines(changed), *(form_shape.dispute_line(state, one) for one in disputes)]
    lines += [form_shape.problem_said(state, one) for one in problems]
    app.out.emit(obj, "\n".join(lines) or t("cli.form.unchanged", number=number))
    return 0


def _problems_at(state: State, edits: Sequence[Edit]) -> list[Problem]:
    """What is wrong with the cells that were written."""
    cells = dict.fromkeys((one.row, one.field) for one in edits if isinstance(one, Put))
    return [
        problem
        for row, name in cells
        if state.has(row, name)
        for problem in state.problems_at(row, name)
    ]
