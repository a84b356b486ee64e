"""What a step has done to a form, as it is printed; personal data masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hallclient.cli.form_shape import row_object, safe_text
from hallclient.form_words import label, said
from hallclient.rules.form.edits import Add, Drop, Edit, Put
from hallclient.rules.form.spec import Field
from hallclient.rules.form.state import State
from hallclient.texts import t


def changes(state: State, edits: Iterable[Edit]) -> list[dict[str, object]]:
    """What a step has done to a form, which is as it left it; personal data masked.

    What another hand was first with is not there.
    """
    first: dict[tuple[str, str], str] = {}
    last: dict[tuple[str, str], str] = {}
    rows: list[dict[str, object]] = []
    for edit in edits:
        match edit:
            case Put(row, name, text, was):
                first.setdefault((row, name), was)
                last[row, name] = text
            case Add(section, row):
                if state.section_of(row):
                    rows.append({"added": section, **row_object(state, row)})
            case Drop(row):
                rows.append({"dropped": row})
    cells = [
        _change(state, row, state.field(name), first[row, name], text)
        for (row, name), text in last.items()
        if state.has(row, name) and state.text(row, name) == text != first[row, name]
    ]
    return rows + cells


def _change(state: State, row: str, field: Field, was: str, text: str) -> dict[str, object]:
    return {
        "section": field.section,
        **row_object(state, row),
        "field": field.id,
        "field_name": label(field),
        "was": safe_text(state, field, was, reveal=False),
        "now": safe_text(state, field, text, reveal=False),
        "said": said(state, field, text),
        "asked": state.relevant(row, field.id),
    }


def change_lines(changed: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The same for a person."""
    for one in changed:
        row = {"n": one.get("row", ""), "name": one.get("row_name", "")}
        at = t("form.row-of" if row["name"] else "form.row", **row) if "row" in one else ""
        if "added" in one:
            yield t("cli.form.added", row=at)
        elif "dropped" in one:
            yield t("cli.form.dropped")
        else:
            place = t("form.place").join(part for part in (at, one["field_name"]) if part)
            text = one["said"] or t("cli.form.nothing")
            yield t(
                "cli.form.put" if one["asked"] else "cli.form.put-unasked", place=place, text=text
            )
