"""``hallclient form list | forms | fields | show | history``: looking at forms and filings."""

from __future__ import annotations

from argparse import Namespace

from hallclient.actions import filing_history, form_offer
from hallclient.actions.filing_log import Step
from hallclient.actions.filing_view import Opened
from hallclient.actions.forms import form_in
from hallclient.cli import form_pick, form_shape
from hallclient.cli.app import App
from hallclient.cli.output import dumps
from hallclient.cli.shape import columns
from hallclient.form_words import label, reason_text, said
from hallclient.rules.form.edits import Add, Drop, Put
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Field, Form
from hallclient.rules.form.whole import given_of
from hallclient.texts import has, language, t
from hallclient.words import iso, local


def list_(args: Namespace, app: App) -> int:
    """The filings of this hall, the newest first."""
    store = app.store()
    rows = form_offer.listed(store, app.actor(), every=args.all)
    forms = {key: form_in(store, key)[0] for key in {row["form"] for row in rows}}
    cells = [form_shape.filing_cells(store, row, forms) for row in rows]
    for row, text in zip(rows, columns(cells), strict=True):
        app.out.emit(form_shape.filing_object(store, row), text)
    if not rows:
        app.out.note(t("cli.form.none"))
    return 0


def forms(_args: Namespace, app: App) -> int:
    """The forms that a new filing can be of."""
    app.seen_by("form.read")
    found = list(form_offer.offered(app.store()).values())
    cells = [[one.key, label(one), " ".join(one.items)] for one in found]
    for one, text in zip(found, columns(cells), strict=True):
        obj: dict[str, object] = {
            "form": one.key,
            "id": one.id,
            "version": one.version,
            "name": label(one),
            "items": list(one.items),
            "sections": [section.id for section in one.sections],
            "departments": [department.id for department in one.departments],
            "bulk": one.bulk or None,
            "from": [origin.form for origin in one.origins],
        }
        app.out.emit(obj, text)
    return 0


def fields(args: Namespace, app: App) -> int:
    """What can be filled in, field by field."""
    app.seen_by("form.read")
    form = form_pick.form(app, args.form)
    only = form_pick.section(form, args.section).id if args.section else ""
    found = [one for one in form.fields.values() if only in ("", one.section)]
    cells = [[one.id, label(one), one.type.value, _required_text(one)] for one in found]
    for one, text in zip(found, columns(cells), strict=True):
        app.out.emit(_field_object(form, one), text)
    return 0


def _field_object(form: Form, field: Field) -> dict[str, object]:
    section = next(one for one in form.sections if one.id == field.section)
    options = form.dictionaries.get(field.choices, ())
    return {
        "field": field.id,
        "section": section.id,
        "section_name": label(section),
        "table": section.repeat,
        "name": label(field),
        "type": field.type.value,
        "unit": field.unit or None,
        "required": _required(field),
        "required_when": field.required if _required(field) == "sometimes" else "",
        "asked_when": field.relevant,
        "calculated": not field.typed,
        "person": field.via or None,
        "default": field.default,
        "choices": [{"code": one.code, "name": label(one)} for one in options],
        "max_length": field.max_length,
        "personal": field.personal,
        "counter": field.clerk,
        "licence": field.licence,
        "departments": list(field.departments),
        "hint": (field.hint_en or field.hint_zh) if language() == "en" else field.hint_zh,
    }


def _required(field: Field) -> str:
    """``always``, ``sometimes`` (see ``required_when``) or ``never``; also when it is asked."""
    if not field.typed or field.required in ("", "false"):
        return "never"
    return "always" if field.required == "true" else "sometimes"


def _required_text(field: Field) -> str:
    return t(f"cli.form.required.{_required(field) if field.typed else 'calculated'}")


def show(args: Namespace, app: App) -> int:
    """A filing as it stands, by section."""
    found = form_pick.opened(app, args.filing, reveal=args.reveal)
    state, row = found.state, found.filing
    if args.values:
        hidden = frozenset() if args.reveal else personal(state.program)
        values = given_of(state, hidden)
        app.out.emit(values, dumps(values))
        return 0
    sections = [one for one in state.form.sections if state.section_relevant(one.id)]
    if args.section:
        sections = [form_pick.section(state.form, args.section)]
    obj = form_shape.filing_object(app.store(), row)
    obj["sections"] = [
        form_shape.section_object(state, one, reveal=args.reveal) for one in sections
    ]
    lines = [form_shape.title(row, state.form)]
    for one in sections:
        lines += form_shape.section_lines(state, one, reveal=args.reveal)
    app.out.emit(obj, "\n".join(lines))
    return 0


def history(args: Namespace, app: App) -> int:
    """Who wrote what into a cell, or every step of the filing; the newest first."""
    found = form_pick.opened(app, args.filing, reveal=args.reveal)
    if args.field is None:
        return _steps(app, found)
    state = found.state
    field = form_pick.field(state.form, args.field)
    section = state.program.layout.sections[field.section]
    row = form_pick.row(state, section, args.row)
    entries = filing_history.history(app.store(), app.actor(), found.filing["id"], row, field.id)
    nothing = t("cli.form.nothing")
    cells = []
    for entry in entries:
        was, now = (said(state, field, text, reveal=args.reveal) for text in (entry.was, entry.now))
        head = [moment(entry.at), entry.by, entry.window]
        cells.append([*head, was or nothing, now or nothing, _how(entry.how)])
    for entry, text in zip(entries, columns(cells), strict=True):
        obj: dict[str, object] = {
            **entry._asdict(),
            "at": iso(entry.at),
            "was": form_shape.safe_text(state, field, entry.was, reveal=args.reveal),
            "now": form_shape.safe_text(state, field, entry.now, reveal=args.reveal),
        }
        app.out.emit(obj, text)
    if not entries:
        app.out.note(t("cli.form.no-history"))
    return 0


def _steps(app: App, found: Opened) -> int:
    steps = filing_history.whole_history(app.store(), app.actor(), found.filing["id"])
    how = [step.source or step.kind.removeprefix("filing.") for step in steps]
    why = [reason_text(step.kind, step.reason) for step in steps]
    cells = [
        [moment(step.at), step.by, step.window, _how(word), _size(step), reason]
        for step, word, reason in zip(steps, how, why, strict=True)
    ]
    for step, word, text in zip(steps, how, columns(cells), strict=True):
        obj: dict[str, object] = {
            "at": iso(step.at),
            "by": step.by,
            "window": step.window,
            "kind": step.kind,
            "how": word,
            "reason": step.reason,
            "cells": sum(isinstance(one, Put) for one in step.edits),
            "rows_added": sum(isinstance(one, Add) for one in step.edits),
            "rows_dropped": sum(isinstance(one, Drop) for one in step.edits),
        }
        app.out.emit(obj, text)
    return 0


def _size(step: Step) -> str:
    """How much a step changed."""
    return t("cli.form.step", n=len(step.edits)) if step.edits else ""


def moment(at: int) -> str:
    """UTC milliseconds in the hall's time, to the second."""
    return local(at).strftime("%Y-%m-%d %H:%M:%S")


def _how(how: str) -> str:
    key = f"cli.form.how.{how}"
    return t(key) if has(key) else how
