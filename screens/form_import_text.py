"""What the import screen says: columns and lines of a table, counts, what was taken for granted."""

from __future__ import annotations

from typing import Final

from hallclient.form_words import label, mend_text, note_text, problem_text, said
from hallclient.rules.form.state import State
from hallclient.rules.form.table.columns import Column as Matched
from hallclient.rules.form.table.columns import Matching
from hallclient.rules.form.table.intake import Fate, Mode, Preview
from hallclient.rules.form.table.intake import Row as Line
from hallclient.rules.form.table.sheet import Sheet, letters
from hallclient.rules.text import mask_name
from hallclient.texts import t
from hallclient.words import word
from screens.widgets.rows import Column, Row

DELIMITERS: Final = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    " ": "space",
    "": "none",
}
_STYLES: Final = {Fate.SAME: "dim", Fate.TOTAL: "dim", Fate.LEFT: "alert", Fate.CHANGED: "new"}
_SHOWN_FIELDS: Final = 6


def source_text(sheet: Sheet, file: str) -> str:
    """What was read, and as what."""
    if sheet.kind == "text":
        delimiter = t(f"form.import.delimiter.{DELIMITERS[sheet.delimiter]}")
        encoding = sheet.encoding
        how = t("form.import.how-text", encoding=encoding, delimiter=delimiter)
        return t("form.import.from", file=file, how=how if encoding else delimiter)
    return t("form.import.from", file=file, how=t("form.import.how-book", sheet=sheet.name))


def mode_text(shown: Preview) -> str:
    """What becomes of the rows that are there."""
    name = "erase" if shown.mode is Mode.UPDATE and shown.erase else shown.mode.value
    return t(f"form.import.mode-said.{name}", n=shown.dropped)


def counts_text(shown: Preview) -> str:
    """How many lines of which fate; what there is none of is not said."""
    counts = {fate.value: shown.count(fate) for fate in Fate} | {"bad": len(shown.bad)}
    parts = (t(f"form.import.count.{name}", n=n) for name, n in counts.items() if n)
    return t("form.between").join(parts)


def notes(state: State, sheet: Sheet, matching: Matching, shown: Preview | None) -> list[str]:
    """What was taken for granted, and what would be wrong with the form afterwards."""
    if matching.header < 0:
        found = [t("form.import.note.no-headings")]
    else:
        line = sheet.lines[matching.header].number
        found = [t("form.import.note.headings", line=line)]
    found += [note_text(state, one) for one in (shown.notes if shown is not None else ())]
    for problem in shown.after if shown is not None else ():
        found.append(t("form.import.note.after", text=problem_text(state, problem)))
    return found


# -- columns


def column_titles() -> list[Column]:
    """Titles of the list of columns."""
    return [
        Column(t("form.import.col-column"), 3),
        Column(t("form.import.col-heading"), 14, flex=2),
        Column(t("form.import.col-field"), 14, flex=2),
        Column(t("form.import.col-sure"), 14, flex=1),
        Column(t("form.import.col-sample"), 12, flex=1, drop=1),
    ]


def column_rows(state: State, sheet: Sheet, matching: Matching, shown: Preview | None) -> list[Row]:
    """A row for each column of the table."""
    first = next((one.typed for one in shown.rows if one.typed), {}) if shown is not None else {}
    clashing = {place for one in matching.clashes for place in one.places}
    rows = []
    for one in matching.columns:
        asked = bool(one.rivals) or one.place in clashing
        style = "warn" if asked or one.foreign else "" if one.field else "dim"
        cells = (
            letters(one.place),
            heading(one),
            _field(state, one, asked=asked),
            t("form.import.foreign") if one.foreign else word("form.import.sure", one.sure.value),
            _sample(state, sheet, matching, one, first.get(one.field, "")),
        )
        rows.append(Row(str(one.place), cells if one.field else (*cells[:3], "", cells[4]), style))
    return rows


def heading(column: Matched) -> str:
    """A column's heading, or that it has none."""
    return column.heading or t("form.import.no-name")


def _field(state: State, column: Matched, *, asked: bool) -> str:
    if column.field:
        return label(state.field(column.field))
    return t("form.import.question") if asked else t("form.import.left-out")


def _sample(state: State, sheet: Sheet, matching: Matching, column: Matched, text: str) -> str:
    """What the first cell says; of a column that nobody knows it may be anybody's secret."""
    if column.field and text:
        return said(state, state.field(column.field), text)
    lines = sheet.lines[matching.header + 1 :]
    found = next((one.cells[column.place] for one in lines if one.cells[column.place]), "")
    return mask_name(found)


# -- lines


def line_titles(state: State, shown: Preview | None) -> list[Column]:
    """Titles of the list of lines."""
    fields = shown.fields[:_SHOWN_FIELDS] if shown is not None else ()
    return [
        Column(t("form.import.col-line"), 5, align="right"),
        Column(t("form.import.col-fate"), 7),
        *(
            Column(label(state.field(name)), 10, flex=1, drop=place)
            for place, name in enumerate(fields)
        ),
        Column(t("form.import.col-problem"), 20, flex=2),
    ]


def line_rows(state: State, shown: Preview | None) -> list[Row]:
    """A row for each line of the table."""
    return [_line_row(state, shown, one) for one in shown.rows] if shown is not None else []


def _line_row(state: State, shown: Preview, line: Line) -> Row:
    cells = [
        said(state, state.field(name), line.typed.get(name, ""))
        for name in shown.fields[:_SHOWN_FIELDS]
    ]
    told = [one for one in line.problems if one.code != "required"]
    text = problem_text(state, told[0]) if told else ""
    if len(told) > 1:
        text += t("form.import.more-problems", n=len(told))
    style = "alert" if not line.good else "warn" if told else _STYLES.get(line.fate, "")
    fate = t(f"form.import.fate.{line.fate.value}")
    return Row(str(line.line), (str(line.line), fate, *cells, text), style)


def problems_of(state: State, line: Line) -> list[str]:
    """Everything that is wrong with a line, each with how to mend it."""
    found = []
    for one in line.problems:
        if one.code == "required":
            continue
        parts = [problem_text(state, one), mend_text(state, one)]
        name = label(state.field(one.field)) if one.field else ""
        text = t("form.then").join(part for part in parts if part)
        found.append(t("form.import.problem-in", line=line.line, label=name, text=text))
    return found
