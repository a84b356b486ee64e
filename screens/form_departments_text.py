"""Departments' parts of a form in words: how ready, what they say, what a correction changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content

from hallclient.actions.filing_extract_change import Correction
from hallclient.actions.filing_extracts import Extract
from hallclient.extract_words import change_place, change_side
from hallclient.form_words import cell_text, label
from hallclient.rules.form.extract import parts
from hallclient.rules.form.preview import lack_at
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Department
from hallclient.texts import t
from hallclient.words import local, word
from screens.desk_text import spread
from screens.form_answers_text import head_cells
from screens.form_lines import CellLines, Line
from screens.form_model import FormModel
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row

LIST, PREVIEW, SHEET, DIFFERENCE = "list", "preview", "sheet", "difference"
_DIGEST: Final = 12
"""So many characters of a digest are shown."""

Sent = Mapping[str, Sequence[Extract]]
"""Department -> what was sent to it, the first one first."""


def title(model: FormModel, mode: str, to: Department | None, width: int) -> Content:
    """What list this is, of which form."""
    name = label(to) if to is not None else ""
    left = t(f"form.extract.title-{mode}", department=name)
    right = f"{label(model.state.form)}  {model.filing['number']}"
    return spread(line((left, "bold")), line(right), width)


def told(
    model: FormModel, mode: str, to: Department | None, sent: Sent, found: Correction | None
) -> Content:
    """The line below it."""
    if mode == LIST:
        ready = model.state.readiness().values()
        done = sum(one.needed > 0 and one.filled == one.needed and not one.wrong for one in ready)
        asked = sum(one.needed > 0 or one.wrong > 0 for one in ready)
        some = sum(bool(found) for found in sent.values())
        return line(t("form.extract.told-list", done=done, all=asked, sent=some))
    if to is None:
        return line("")
    if mode == SHEET:
        return line((t("form.extract.told-sheet"), "bold $text-warning"))
    if mode == DIFFERENCE and found is not None:
        before = found.before
        return line(
            t(
                "form.extract.told-difference",
                n=len(found.changes),
                before=before.n,
                at=moment(before.at)[5:16],
                sha=before.sha256[:_DIGEST],
            )
        )
    one = model.state.readiness()[to.id]
    return line(*_ready_parts(one.filled, one.needed, one.wrong), gap="  ")


def moment(ms: int) -> str:
    """A day and time in the hall, with seconds: what was sent is ordered by it."""
    return local(ms).strftime("%Y-%m-%d %H:%M:%S")


def _ready_parts(filled: int, needed: int, wrong: int) -> list[Part]:
    parts: list[Part] = [t("form.extract.filled", n=filled, needed=needed)]
    if wrong:
        parts.append((t("form.status.wrong", n=wrong), "$text-error"))
    elif filled == needed:
        parts.append((t("form.extract.ready"), "$text-success"))
    return parts


# -- lists


def columns(mode: str) -> list[Column]:
    """Of each list."""
    if mode == LIST:
        return [
            Column(t("form.extract.col-department"), 22, flex=2),
            Column(t("form.extract.col-filled"), 11, align="right"),
            Column(t("form.extract.col-wrong"), 5, align="right"),
            Column(t("form.extract.col-sent"), 26, flex=1),
            Column("SHA-256", _DIGEST, drop=1),
        ]
    if mode == DIFFERENCE:
        return [
            Column(t("form.extract.col-where"), 20, flex=2),
            Column(t("form.answers.col-field"), 18, flex=2),
            Column(t("form.extract.col-was"), 16, flex=1),
            Column(t("form.extract.col-now"), 16, flex=1),
        ]
    return [
        Column(t("form.answers.col-field"), 20, flex=2),
        Column(t("form.answers.col-answer"), 22, flex=3),
        Column(t("form.extract.col-name"), 14, flex=1),
        Column("" if mode == SHEET else t("form.extract.col-note"), 12, flex=1),
    ]


def departments(model: FormModel, sent: Sent) -> list[Row]:
    """A line for each department: how ready its part is, how often and when it was sent."""
    rows = []
    ready = model.state.readiness()
    for one in model.state.form.departments:
        filled, needed, wrong = ready[one.id]
        extracts = sent.get(one.id, ())
        style = "alert" if wrong else "good" if needed and filled == needed else ""
        if not needed and not wrong:
            style = "dim"
        cells = (
            label(one),
            f"{filled}/{needed}" if needed else t("form.extract.nothing-needed"),
            str(wrong) if wrong else "",
            sent_text(extracts),
            extracts[-1].sha256[:_DIGEST] if extracts else "",
        )
        rows.append(Row(one.id, cells, style))
    return rows


def sent_text(extracts: Sequence[Extract]) -> str:
    """How often something was sent, and when last."""
    if not extracts:
        return t("form.extract.not-sent")
    return t("form.extract.sent-times", n=len(extracts), at=moment(extracts[-1].at)[5:16])


def lines(model: FormModel, to: Department, *, sheet: bool) -> CellLines:
    """What a department will get, or only its sensitive sheet."""
    hidden = personal(model.state.program)
    found = [
        (section, [one for one in fields if not sheet or one.id in hidden], rows)
        for section, fields, rows in parts(model.state, to)
    ]
    return CellLines(
        lambda: model.state,
        [one for one in found if one[1]],
        lambda one: _line(model, to, one, sheet=sheet),
    )


def _line(
    model: FormModel, to: Department, one: Line, *, sheet: bool
) -> tuple[tuple[str, ...], str]:
    state = model.state
    if one.field is None:
        return (*head_cells(state, one, reveal=sheet), "", ""), "own"
    text = cell_text(state, one.row, one.field.id, reveal=sheet)
    lack = lack_at(state, to, one.row, one.field)
    note = word("form.extract.lack", lack) if lack else ""
    if not note and not sheet and one.field.id in personal(state.program):
        note = t("form.extract.sensitive")
    name = to.names.get(one.field.id, one.field.id)
    shown = text or t("form.answers.nothing")
    style = "alert" if lack else "" if text else "dim"
    return ("  " + label(one.field), shown, name, note), style


class Changes:
    """What a correction changes, told when it comes on the screen."""

    def __init__(self, found: Correction, to: Department) -> None:
        self._found = found
        self._to = to

    def count(self) -> int:
        return len(self._found.changes)

    def rows(self, first: int, n: int) -> list[Row]:
        return [self._row(first + at) for at in range(min(n, len(self._found.changes) - first))]

    def _row(self, at: int) -> Row:
        state, to, change = self._found.state, self._to, self._found.changes[at]
        was, now = (change_side(state, to, change, one) for one in (change.was, change.now))
        style = "new" if change.was is None else "dim" if change.now is None else ""
        return Row("/".join(change.path), (*change_place(state, to, change), was, now), style)


# -- below the list


def about_department(model: FormModel, to: Department | None, sent: Sequence[Extract]) -> Content:
    """A department: where its part goes, and the last ones that were sent, with their digests."""
    if to is None:
        return line("")
    head: list[Part] = [(label(to), "bold")]
    if to.target:
        head.append((to.target, "dim"))
    parts = [line(*head, gap="  ")]
    for one in list(reversed(sent))[:2]:
        parts.append(
            line(
                t(
                    "form.extract.one-sent",
                    n=one.n,
                    at=moment(one.at),
                    by=one.by,
                    sha=one.sha256[:_DIGEST],
                )
            )
        )
    return Content("\n").join(parts)


def about_line(model: FormModel, to: Department, one: Line | None, *, sheet: bool) -> Content:
    """A line of a preview in full."""
    if one is None:
        return line("")
    (name, text, own, note), _ = _line(model, to, one, sheet=sheet)
    parts: list[Part] = [(name.strip(), "bold"), text]
    if own:
        parts.append((own, "dim"))
    if note:
        parts.append((note, "bold"))
    return line(*parts, gap="  ")


def about_change(found: Correction, to: Department, at: int) -> Content:
    """A change in full."""
    if not 0 <= at < len(found.changes):
        return line("")
    change, state = found.changes[at], found.state
    sides = [change_side(state, to, change, one) for one in (change.was, change.now)]
    was, now = (one or t("form.answers.nothing") for one in sides)
    place = change_place(state, to, change)
    return Content("\n").join(
        [
            line(*((one, "bold") for one in place if one), gap="  "),
            line(t("form.extract.was", text=was)),
            line(t("form.extract.now", text=now)),
        ]
    )
