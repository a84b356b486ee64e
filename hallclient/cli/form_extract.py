"""``hallclient form extract``: what each department gets of a filing, looked at or sent."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from hallclient.actions import filing_extracts
from hallclient.actions.filing_view import Opened
from hallclient.cli import form_pick
from hallclient.cli.app import App
from hallclient.cli.form_shape import row_object
from hallclient.cli.shape import columns
from hallclient.form_words import cell_text, label, row_name, row_number
from hallclient.rules.errors import Refused
from hallclient.rules.form.extract import difference, digest
from hallclient.rules.form.extract import extract as extract_of
from hallclient.rules.form.preview import Line, missing, preview
from hallclient.rules.form.spec import Department
from hallclient.texts import t
from hallclient.words import refused_text

_SENSITIVE: Final = "sensitive"
_SAME: Final = "extract-same"
_STAYS: Final = frozenset({_SAME, "extract-blocked", "extract-disputed"})
"""Why one department gets nothing while the others do."""


def extract(args: Namespace, app: App) -> int:
    """The part of one department, or of each: previewed, or frozen and sent, or written to a file.

    The sheet with personal data is told only with ``--reveal``, on the record.
    """
    found = form_pick.opened(app, args.filing, reveal=args.reveal)
    form = found.state.form
    to = list(form.departments)
    if args.department or args.save is not None:
        to = [form_pick.department(form, args.department)]
    if args.save is not None:
        return _save(app, found, to[0], args)
    if not args.send:
        for one in to:
            _preview(app, found, one, reveal=args.reveal)
        return 0
    if args.department:
        _send(app, found, to[0], reveal=args.reveal)
        return 0
    return _send_all(app, found, to, reveal=args.reveal)


def _preview(app: App, found: Opened, to: Department, *, reveal: bool) -> None:
    payload = extract_of(found.state, to.id)
    sha256 = digest(payload)
    sent = filing_extracts.sent(app.store(), found.filing["id"], to.id)
    told = None
    if sent and (before := filing_extracts.content(app.store(), sent[-1]).payload):
        told = _changes(difference(json.loads(before), payload), reveal=reveal)
    lacks = [
        {
            "section": one.section,
            **(row_object(found.state, one.row) if one.row else {}),
            "field": one.field,
            "name": one.name,
            "code": one.code,
        }
        for one in missing(found.state, to.id)
    ]
    obj: dict[str, object] = {
        **_head(found, to),
        "sha256": sha256,
        "sent": len(sent),
        "same_as_sent": bool(sent) and sent[-1].sha256 == sha256,
        "missing": lacks,
        "difference": told,
        "payload": _open(payload, reveal=reveal),
    }
    said = t("cli.form.extract", name=label(to), id=to.id, sha256=sha256[:12], n=len(lacks))
    app.out.emit(obj, "\n".join([said, *_lines(found, to, reveal=reveal)]))


def _lines(found: Opened, to: Department, *, reveal: bool) -> Iterator[str]:
    """What a department gets, for a person: its name of a field, ours, what stands there."""
    at = ("", "")
    cells: list[list[str]] = []
    for line in preview(found.state, to.id):
        if (line.section.id, line.row) != at:
            yield from ("  " + text for text in columns(cells))
            cells, at = [], (line.section.id, line.row)
            yield _place(found, line, reveal=reveal)
        text = cell_text(found.state, line.row, line.field.id, reveal=reveal)
        if text or line.lack:
            lack = t(f"cli.form.lack.{line.lack}") if line.lack else ""
            cells.append([line.name, label(line.field), text, lack])
    yield from ("  " + text for text in columns(cells))


def _place(found: Opened, line: Line, *, reveal: bool) -> str:
    state, section = found.state, label(line.section)
    if not line.row:
        return section
    name = row_name(state, line.row, reveal=reveal)
    row = t("form.row-of" if name else "form.row", n=row_number(state, line.row), name=name)
    return t("form.place").join((section, row))


def _save(app: App, found: Opened, to: Department, args: Namespace) -> int:
    """The extract that was sent last, as a file."""
    from hallclient.actions.filing_extract_file import save

    sent = filing_extracts.sent(app.store(), found.filing["id"], to.id)
    if not sent:
        raise Refused("extract-none", field="department", department=to)
    size = save(app.store(), app.actor(), sent[-1], args.save, replace=args.force)
    obj: dict[str, object] = {
        **_head(found, to),
        "n": sent[-1].n,
        "sha256": sent[-1].sha256,
        "file": str(args.save),
        "bytes": size,
    }
    app.out.emit(obj, t("cli.form.saved", name=label(to), file=str(args.save)))
    return 0


def _send(app: App, found: Opened, to: Department, *, reveal: bool) -> None:
    store, who = app.store(), app.actor()
    made = filing_extracts.send(store, who, found.filing["id"], to.id)
    content = filing_extracts.read_extract(store, who, made)
    told = json.loads(content.difference) if content.difference else None
    obj: dict[str, object] = {
        **_head(found, to),
        "n": made.n,
        "sha256": made.sha256,
        "before": made.before or None,
        "difference": None if told is None else _changes(told, reveal=reveal),
        "payload": _open(json.loads(content.payload), reveal=reveal),
    }
    key = "cli.form.sent" if told is None else "cli.form.sent-again"
    count = len(told or ())
    app.out.emit(obj, t(key, name=label(to), n=made.n, sha256=made.sha256[:12], count=count))


def _send_all(app: App, found: Opened, to: Iterable[Department], *, reveal: bool) -> int:
    """Each department gets what it can get; what did not go is said, and is exit 1."""
    kept = 0
    for one in to:
        try:
            _send(app, found, one, reveal=reveal)
        except Refused as refused:
            if refused.code not in _STAYS:
                raise
            message = refused_text(refused)
            obj = {**_head(found, one), "problem": refused.code, "message": message}
            app.out.emit(obj, message)
            kept += refused.code != _SAME
    if kept:
        raise Refused(
            "extracts-kept", field="department", number=found.filing["number"], count=kept
        )
    return 0


def _head(found: Opened, to: Department) -> dict[str, object]:
    return {
        "filing": found.filing["number"],
        "form": found.state.form.key,
        "department": to.id,
        "name": label(to),
        "target": to.target,
    }


def _open(payload: dict[str, Any], *, reveal: bool) -> dict[str, Any]:
    """An extract without the sheet with personal data."""
    return payload if reveal else {key: one for key, one in payload.items() if key != _SENSITIVE}


def _changes(changes: Iterable[Sequence[Any]], *, reveal: bool) -> list[dict[str, Any]]:
    """A correction; of personal data only that it changed."""
    return [
        {"path": path, "was": was, "now": now}
        if reveal or path[0] != _SENSITIVE
        else {"path": path, "was": t("form.hidden"), "now": t("form.hidden")}
        for path, was, now in changes
    ]
