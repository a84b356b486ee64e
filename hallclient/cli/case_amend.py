"""``hallclient case amend | amendments | difference | approve | reject | take-back | undo``."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient.actions import case_amend, case_undo
from hallclient.actions.case_amend import Amendment
from hallclient.actions.case_title import FIELDS, KINDS
from hallclient.cli import case_shape
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean
from hallclient.texts import t
from hallclient.words import iso, moment, word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(own: Commands) -> None:
    """Add what corrects a case, and what takes a step of it back, to ``case``."""
    amend = command(own, "case.amend", _amend)
    option(amend, "case")
    option(amend, "--kind", choices=KINDS, help=t("cli.option.amend-kind"))
    for name in FIELDS:
        dashed = name.replace("_", "-")
        option(amend, f"--{dashed}", help=t(f"cli.option.case-{dashed}"))
    option(amend, "--reason", default="", help=t("cli.option.case-reason"))
    listed = command(own, "case.amendments", _amendments)
    option(listed, "case", nargs="?", default="", help=t("cli.option.amend-case"))
    for name, run in (
        ("difference", _difference),
        ("approve", _approve),
        ("reject", _reject),
        ("take-back", _take_back),
    ):
        made = command(own, f"case.{name}", run)
        option(made, "amendment", help=t("cli.option.amendment"))
        if name == "reject":
            option(made, "--reason", default="", help=t("cli.option.case-reason"))
    option(command(own, "case.undo", _undo), "case")


def _amend(args: Namespace, app: App) -> int:
    given = {name: getattr(args, name) for name in case_amend.NAMES}
    changes = {name: value for name, value in given.items() if value is not None}
    made = case_amend.propose(app.store(), app.actor(), _case(app, args.case), changes, args.reason)
    return _told(app, made)


def _amendments(args: Namespace, app: App) -> int:
    """Those that wait; of a case: all of them."""
    store, who = app.store(), app.actor()
    if args.case:
        listed = case_amend.amendments(store, who, _case(app, args.case))
    else:
        listed = case_amend.pending(store, who)
    cells = [
        [
            f"{one.number}/{one.id.rpartition('/')[2]}",
            word("amend.state", one.state),
            one.title or "-",
            _fields(one),
            one.by,
            moment(one.at, store.env.now()),
            one.reason,
        ]
        for one in listed
    ]
    for one, text in zip(listed, columns(cells), strict=True):
        app.out.emit(_object(one), text)
    if not listed:
        app.out.note(t("cli.amend.none"))
    return 0


def _difference(args: Namespace, app: App) -> int:
    """What was and what would be, unmasked; looking is written down."""
    store, who = app.store(), app.actor()
    found = case_amend.difference(store, who, _amendment(app, args.amendment))
    one = found.amendment
    lines = [t("cli.amend.of", number=one.number, by=one.by, reason=one.reason)]
    lines += [
        t(
            "cli.amend.change",
            field=t(f"amend.field.{change.name}"),
            was=_value(change.name, change.was),
            now=_value(change.name, change.now),
        )
        for change in found.changes
    ]
    if found.papers:
        lines.append(t("cli.amend.papers", papers=" ".join(found.papers)))
    changes = [change._asdict() for change in found.changes]
    app.out.emit(
        {**_object(one), "changes": changes, "papers": list(found.papers)}, "\n".join(lines)
    )
    return 0


def _approve(args: Namespace, app: App) -> int:
    amendment = _amendment(app, args.amendment)
    return _told(app, case_amend.approve(app.store(), app.actor(), amendment))


def _reject(args: Namespace, app: App) -> int:
    amendment = _amendment(app, args.amendment)
    return _told(app, case_amend.reject(app.store(), app.actor(), amendment, args.reason))


def _take_back(args: Namespace, app: App) -> int:
    amendment = _amendment(app, args.amendment)
    return _told(app, case_amend.withdraw(app.store(), app.actor(), amendment))


def _undo(args: Namespace, app: App) -> int:
    row = case_undo.undo_move(app.store(), app.actor(), _case(app, args.case))
    said = t("cli.amend.undone", case=case_shape.case_line(app, row))
    app.out.emit(case_shape.case_object(app, row), said)
    return 0


def _case(app: App, text: str) -> str:
    from hallclient.cli.case import found

    return found(app, text)


def _amendment(app: App, text: str) -> str:
    """A correction by its id, by its case and number (``…/2``), or a case: the one that waits."""
    typed = clean(text).strip()
    case, mark, no = typed.rpartition("/")
    if mark and no.isdecimal():
        return typed if case.endswith("/n") else f"{_case(app, case)}/n/{int(no)}"
    wanted = _case(app, typed)
    listed = case_amend.amendments(app.store(), app.actor(), wanted)
    waiting = next((one for one in listed if one.done_at is None), None)
    if waiting is None:
        raise Refused("no-such-amendment", field="amendment", amendment=typed)
    return waiting.id


def _told(app: App, one: Amendment) -> int:
    values = {"number": one.number, "fields": _fields(one)}
    app.out.emit(_object(one), t(f"cli.amend.{one.state}", **values))
    return 0


def _object(one: Amendment) -> dict[str, object]:
    """A correction for programs, without what is personal in it."""
    return {
        "amendment": one.id,
        "case": one.number,
        "state": "open" if one.done_at is None else one.state,
        "fields": list(one.fields),
        "by": one.by,
        "at": iso(one.at),
        "reason": one.reason,
        "answer": one.answer or None,
        "done_by": one.done_by or None,
        "done_at": iso(one.done_at),
    }


def _fields(one: Amendment) -> str:
    return t("cli.amend.and").join(t(f"amend.field.{name}") for name in one.fields)


def _value(name: str, value: str) -> str:
    if name == "kind":
        return t(f"amend.kind.{value}")
    return value or t("cli.amend.nothing")
