"""``hallclient form extract``: what each department gets of a filing, looked at or sent."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any, Final

from hallclient.actions import filing_extracts
from hallclient.actions.filing_view import Opened
from hallclient.cli import form_pick
from hallclient.cli.app import App
from hallclient.cli.form_shape import row_object
from hallclient.cli.output import dumps
from hallclient.form_words import label
from hallclient.rules.errors import Refused
from hallclient.rules.form.extract import digest
from hallclient.rules.form.extract import extract as extract_of
from hallclient.rules.form.preview import missing
from hallclient.rules.form.spec import Department
from hallclient.texts import t
from hallclient.words import refused_text

_SENSITIVE: Final = "sensitive"
_SAME: Final = "extract-same"
_STAYS: Final = frozenset({_SAME, "extract-blocked", "extract-disputed"})
"""Why one department gets nothing while the others do."""


def extract(args: Namespace, app: App) -> int:
    """The part of one department, or of each: previewed, or frozen and sent.

    The sheet with personal data is told only with ``--reveal``, on the record.
    """
    found = form_pick.opened(app, args.filing, reveal=args.reveal)
    form = found.state.form
    if args.department:
        to = [form_pick.department(form, args.department)]
    else:
        to = list(form.departments)
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
        "payload": _open(payload, reveal=reveal),
    }
    said = t("cli.form.extract", name=label(to), id=to.id, sha256=sha256[:12], n=len(lacks))
    app.out.emit(obj, f"{said}\n{dumps(_open(payload, reveal=reveal))}")


def _send(app: App, found: Opened, to: Department, *, reveal: bool) -> None:
    store, who = app.store(), app.actor()
    made = filing_extracts.send(store, who, found.filing["id"], to.id)
    content = filing_extracts.read_extract(store, who, made)
    difference = json.loads(content.difference) if content.difference else None
    obj: dict[str, object] = {
        **_head(found, to),
        "n": made.n,
        "sha256": made.sha256,
        "before": made.before or None,
        "difference": None if difference is None else _changes(difference, reveal=reveal),
        "payload": _open(json.loads(content.payload), reveal=reveal),
    }
    key = "cli.form.sent" if difference is None else "cli.form.sent-again"
    count = len(difference or ())
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


def _changes(difference: Sequence[Sequence[Any]], *, reveal: bool) -> list[dict[str, Any]]:
    """A correction; of personal data only that it changed."""
    return [
        {"path": path, "was": was, "now": now}
        if reveal or path[0] != _SENSITIVE
        else {"path": path, "was": t("form.hidden"), "now": t("form.hidden")}
        for path, was, now in difference
    ]
