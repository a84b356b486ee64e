"""``hallclient case describe | file | wait | done``: what belongs to a case beside its steps."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient.actions import case_link, case_notes, cases
from hallclient.actions.case_title import FIELDS, KINDS
from hallclient.cli import case_shape
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.rules.text import clean
from hallclient.texts import t

if TYPE_CHECKING:
    from db.store import Row
    from hallclient.cli.parser import Commands

NOBODY = "nobody"


def register(own: Commands) -> None:
    """Add them to ``case``."""
    described = command(own, "case.describe", _describe)
    option(described, "case")
    option(described, "--kind", choices=KINDS, help=t("cli.option.amend-kind"))
    for name in FIELDS:
        dashed = name.replace("_", "-")
        option(described, f"--{dashed}", help=t(f"cli.option.case-{dashed}"))
    filed = command(own, "case.file", _file)
    option(filed, "case")
    option(filed, "filing", help=t("cli.option.case-filing"))
    waits = command(own, "case.wait", _wait)
    option(waits, "case")
    option(waits, "whom", choices=(*filter(None, case_notes.WAITING), NOBODY))
    option(command(own, "case.done", _done), "entry", help=t("cli.option.case-done"))


def _describe(args: Namespace, app: App) -> int:
    """What is not said stays as it was."""
    case = _case(app, args.case)
    before = cases.applicant_of(app.store(), app.actor(), case)
    given = {name: getattr(args, name) for name in ("kind", *FIELDS)}
    said = {name: value for name, value in given.items() if value is not None}
    return _shown(app, cases.describe(app.store(), app.actor(), case, before._replace(**said)))


def _file(args: Namespace, app: App) -> int:
    filing = clean(args.filing).strip()
    return _shown(app, case_link.file_with(app.store(), app.actor(), _case(app, args.case), filing))


def _wait(args: Namespace, app: App) -> int:
    whom = "" if args.whom == NOBODY else args.whom
    return _shown(app, case_notes.wait_on(app.store(), app.actor(), _case(app, args.case), whom))


def _done(args: Namespace, app: App) -> int:
    """A note by its id, or ``CASE/2`` by its place."""
    case, mark, place = clean(args.entry).strip().rpartition("/")
    note = args.entry
    if mark and place.isdecimal() and not case.endswith("/n"):
        note = f"{_case(app, case)}/n/{place}"
    row = case_notes.done(app.store(), app.actor(), note)
    app.out.emit({"note": row["id"], "done": True}, t("cli.case.done"))
    return 0


def _case(app: App, text: str) -> str:
    from hallclient.cli.case import found

    return found(app, text)


def _shown(app: App, row: Row) -> int:
    app.out.emit(case_shape.case_object(app, row), case_shape.case_line(app, row))
    return 0
