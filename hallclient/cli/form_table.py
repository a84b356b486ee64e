"""``hallclient form import | bulk``: rows, or whole filings, out of a table from outside."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from hallclient.actions import sheet_files
from hallclient.actions.filing_edit import edit
from hallclient.actions.sheet_words import words as sheet_words
from hallclient.cli import form_pick, form_shape
from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.cli.output import Choice, Choices
from hallclient.form_words import label, mend_text, note_text, problem_text
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import Edit
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import Form, Section
from hallclient.rules.form.state import State
from hallclient.rules.form.table.columns import (
    Column,
    Matching,
    Words,
    assign,
    fillable,
    folded,
    in_unit,
    match,
)
from hallclient.rules.form.table.intake import Fate, Mode, Preview, good_edits, preview
from hallclient.rules.form.table.sheet import Sheet, letters
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import word

_WRONG: Final = ("stop", "skip", "keep")
"""What becomes of a table with wrong lines: nothing is taken, they are left out, all is taken."""

_SHARES: Final = {"percent": Fraction(1), "one": Fraction(100)}
"""Units of a column of shares: percent, parts of one."""


def import_(args: Namespace, app: App) -> int:
    """Take the rows of a table into a form, as one step; every wrong line is said.

    Raises ``import-unclear`` with the columns that must be told, ``import-wrong`` when lines are
    wrong and nothing was taken; as `sheet_files.read`.
    """
    found = form_pick.opened(app, args.filing)
    state = found.state
    section = form_pick.section(state.form, args.section, repeat=True)
    mode = Mode(_one_of("mode", args.mode, [one.value for one in Mode]))
    wrong = _one_of("wrong", args.wrong, _WRONG)
    sheet, words = _sheet(args), sheet_words()
    matching = match(sheet, section, state.form, words)
    matching = _told(matching, state.form, section, args.map, args.unit, words)
    if matching.open:
        raise Choices("import-unclear", "map", _questions(state.form, section, matching))
    new_id = app.store().env.new_id
    shown = preview(state, section.id, sheet, matching, words, mode, new_id, erase=args.erase)
    edits: Sequence[Edit] = ()
    if not args.dry_run and (wrong != "stop" or not shown.bad):
        edits = shown.edits
        if wrong == "skip":
            edits = good_edits(state, sheet, matching, words, shown, new_id)
        edit(app.store(), app.actor(), found.filing["id"], edits, source="import")
    report = {
        "filing": found.filing["number"],
        "file": args.file.name,
        "sheet": sheet.name or None,
        "encoding": sheet.encoding or None,
        "dry_run": bool(args.dry_run),
        "taken": bool(edits),
        **_report(state, section, matching, shown),
    }
    app.out.emit(report, "\n".join(_lines(state, shown)))
    if shown.bad and (args.dry_run or wrong == "stop"):
        raise Refused("import-wrong", field="file", file=args.file.name, count=len(shown.bad))
    return 0


def bulk(args: Namespace, app: App) -> int:
    """A filing for each line of a list: a copy of an open one, with what the line says instead.

    Raises ``import-wrong`` when lines are wrong and nothing was made; as `filing_bulk.bulk`.
    """
    from hallclient.actions import filing_bulk
    from hallclient.rules.form.table.bulk import bulk_cells
    from hallclient.rules.form.table.bulk_look import look

    found = form_pick.opened(app, args.filing)
    wrong = _one_of("wrong", args.wrong, _WRONG)
    state = found.state
    table = bulk_cells(state, _sheet(args), sheet_words())
    seen = look(state, table)
    for line in seen.lines:
        for one in line.problems:
            obj: dict[str, object] = {"kind": "problem", "line": line.number}
            text = t("cli.form.line", n=line.number, text=_problem(state, one))
            app.out.emit(obj | form_shape.problem_object(state, one), text)
    if seen.bad and (args.dry_run or wrong == "stop"):
        raise Refused("import-wrong", field="file", file=args.file.name, count=len(seen.bad))
    if args.dry_run:
        app.out.emit({"kind": "list", "lines": len(table)}, t("cli.form.bulk-fine", n=len(table)))
        return 0
    if wrong == "skip":
        table = [cells for at, cells in enumerate(table) if at not in seen.bad]
    store, field = app.store(), state.field(state.form.bulk)
    rows = filing_bulk.bulk(store, app.actor(), found.filing["id"], table)
    for row, cells in zip(rows, table, strict=True):
        obj = {"kind": "filing", **form_shape.filing_object(store, row), "differs": cells}
        said = t("cli.form.bulk", number=row["number"], name=label(field), text=cells[field.id])
        app.out.emit(obj, said)
    return 0


def _sheet(args: Namespace) -> Sheet:
    """The table in a file, or (``-``) on standard input."""
    if str(args.file) != "-":
        return sheet_files.read(args.file, args.sheet)
    return sheet_files.parse(sys.stdin.buffer.read(sheet_files.LARGEST + 1), "-", args.sheet)


def _one_of(name: str, typed: str, known: Sequence[str]) -> str:
    wanted = narrow(typed).lower()
    if wanted in known:
        return wanted
    choices = [(one, word(f"cli.form.{name}", one)) for one in known]
    raise Choices("no-such-choice", name, choices, option=f"--{name}", text=typed)


# -- columns


def _told(
    matching: Matching,
    form: Form,
    section: Section,
    maps: Sequence[str],
    units: Sequence[str],
    words: Words,
) -> Matching:
    """The columns as they were told: ``HEADING=FIELD``, ``HEADING=UNIT``."""
    known = {one.id: one for one in fillable(section, form)}
    for pair in maps:
        heading, name = _pair("--map", pair)
        field = _fillable(form, section, known, name) if name else ""
        matching = assign(matching, section, _column(matching, heading).place, field)
    for pair in units:
        heading, name = _pair("--unit", pair)
        unit = _SHARES.get(folded(name)) or words.units.get(folded(name))
        if unit is None:
            choices = [(one, "") for one in (*words.units, *_SHARES)]
            raise Choices("no-such-choice", "unit", choices, option="--unit", text=name)
        matching = in_unit(matching, _column(matching, heading).place, unit, name)
    return matching


def _pair(option: str, text: str) -> tuple[str, str]:
    heading, sign, name = text.replace("\uff1d", "=").rpartition("=")
    if not sign or not heading.strip():
        raise Usage("cli.usage.pair", option=option, text=text)
    return heading.strip(), name.strip()


def _column(matching: Matching, heading: str) -> Column:
    """A column by its heading or its letter. Raises ``no-such-column`` with what there is."""
    wanted = folded(heading)
    found = [one for one in matching.columns if one.heading and folded(one.heading) == wanted]
    if len(found) != 1:
        found = [one for one in matching.columns if letters(one.place) == narrow(heading)]
    if len(found) != 1:
        choices = [(letters(one.place), one.heading) for one in matching.columns]
        raise Choices("no-such-column", "map", choices, heading=heading)
    return found[0]


def _fillable(form: Form, section: Section, known: Mapping[str, object], name: str) -> str:
    """A field that a table of this section can fill, its own or its person's."""
    from hallclient.rules.form.given import fields_named

    for where in (section.id, form.roster):
        found = [one.id for one in fields_named(form, name, where) if one.id in known]
        if len(found) == 1:
            return found[0]
    choices = [(key, label(form.fields[key])) for key in known]
    raise Choices("no-such-field", "map", choices, name=name)


def _questions(form: Form, section: Section, matching: Matching) -> list[Choice]:
    """The columns that somebody must tell something about."""

    def names(fields: Sequence[str]) -> str:
        return t("form.between").join(f"{key} {label(form.fields[key])}" for key in fields)

    found = []
    for one in matching.columns:
        at = letters(one.place)
        if one.rivals:
            found.append(
                (at, t("cli.form.column-rivals", heading=one.heading, fields=names(one.rivals)))
            )
        if one.foreign:
            found.append((at, t("cli.form.column-foreign", heading=one.heading, unit=one.said)))
    for clash in matching.clashes:
        columns = t("form.between").join(letters(place) for place in clash.places)
        found.append((columns, t("cli.form.column-clash", field=names([clash.field]))))
    if not found:
        every = names([one.id for one in fillable(section, form)])
        found = [(letters(one.place), one.heading) for one in matching.columns]
        found.append(("FIELD", every))
    return found


# -- what came of it


def _report(
    state: State, section: Section, matching: Matching, shown: Preview
) -> dict[str, object]:
    return {
        "section": section.id,
        "mode": shown.mode.value,
        "lines": len(shown.rows),
        **{fate.value: shown.count(fate) for fate in Fate},
        "bad": len(shown.bad),
        "dropped": shown.dropped,
        "columns": [
            {
                "column": letters(one.place),
                "heading": one.heading,
                "field": one.field or None,
                "sure": one.sure.value or None,
            }
            for one in matching.columns
        ],
        "notes": [note_text(state, one, "cli.form.note") for one in shown.notes],
        "problems": [
            {"line": line.line, **form_shape.problem_object(state, one)}
            for line in shown.rows
            for one in line.problems
        ],
        "after": [form_shape.problem_object(state, one) for one in shown.after],
    }


def _lines(state: State, shown: Preview) -> list[str]:
    counts = {fate.value: shown.count(fate) for fate in Fate} | {"bad": len(shown.bad)}
    parts = (t(f"form.import.count.{name}", n=n) for name, n in counts.items() if n)
    lines = [t("form.between").join(parts) or t("form.import.no-lines")]
    lines += [note_text(state, one, "cli.form.note") for one in shown.notes]
    for line in shown.rows:
        for one in line.problems:
            lines.append(t("cli.form.line", n=line.line, text=_problem(state, one)))
    lines += [t("cli.form.after", text=_problem(state, one)) for one in shown.after]
    return lines


def _problem(state: State, problem: Problem) -> str:
    """A problem of a line: which field, what is wrong, how to mend it."""
    said = (problem_text(state, problem), mend_text(state, problem))
    text = t("form.then").join(part for part in said if part)
    field = state.program.layout.fields.get(problem.field)
    return text if field is None else t("cli.form.of-field", name=label(field), text=text)
