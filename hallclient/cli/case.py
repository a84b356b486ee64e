"""``hallclient case``: a case opened, found, moved, held, noted."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import (
    assist,
    case_find,
    case_lease,
    case_link,
    case_moves,
    case_notes,
    case_tasks,
    cases,
)
from hallclient.actions.case_moves import Moved
from hallclient.actions.case_tasks import Lack
from hallclient.actions.case_title import ORGANISATION, PERSON, Applicant
from hallclient.actions.editions import checklists
from hallclient.cli import case_amend, case_keep, case_shape, pick
from hallclient.cli.app import App
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.rules.errors import Refused
from hallclient.rules.review.flow import notice_move
from hallclient.rules.text import clean, narrow
from hallclient.texts import language, t
from hallclient.words import local

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands

_RESULTS = ("agreed", "refused", "returned")


def register(commands: Commands) -> None:
    """Add ``case`` and its commands."""
    own = group(commands, "case")
    opened = command(own, "case.open", _open)
    option(opened, "item", nargs="?", default="", help=t("cli.option.case-item"))
    option(opened, "--checklist", default="")
    option(opened, "--number", default="", help=t("cli.option.case-number"))
    option(opened, "--filing", default="", help=t("cli.option.case-filing"))
    option(opened, "--organisation", action="store_true")
    for name in ("name", "identity", "phone", "agent-name", "agent-identity", "agent-phone"):
        option(opened, f"--{name}", default="", help=t(f"cli.option.case-{name}"))
    listed = command(own, "case.list", _list)
    option(listed, "--state", default="", help=t("cli.option.case-state"))
    option(listed, "--agent", default="", help=t("cli.option.case-agent"))
    option(listed, "--closed", action="store_true")
    option(command(own, "case.find", _find), "text", help=t("cli.option.case-text"))
    _case(command(own, "case.show", _show))
    moved = _case(command(own, "case.move", _move))
    option(moved, "move")
    _reasoned(moved)
    accept = _case(command(own, "case.accept", _accept))
    option(accept, "--tolerant", action="store_true")
    _reasoned(accept)
    for name, run in (("refuse", _refuse), ("correct", _correct), ("receive", _receive)):
        _reasoned(_case(command(own, f"case.{name}", run)))
    decide = _case(command(own, "case.decide", _decide))
    option(decide, "decision", choices=("grant", "refuse"))
    _reasoned(decide)
    _reasoned(_case(command(own, "case.at-once", _at_once)))
    opinion = _case(command(own, "case.opinion", _opinion))
    option(opinion, "department", help=t("cli.option.case-department"))
    option(opinion, "result", choices=_RESULTS)
    option(opinion, "--text", default="", help=t("cli.option.case-opinion"))
    option(opinion, "--lack", action="append", default=[])
    urge = _case(command(own, "case.urge", _urge))
    option(urge, "department", help=t("cli.option.case-department"))
    _case(command(own, "case.resend", _resend))
    linked = _case(command(own, "case.link", _link))
    option(linked, "number", help=t("cli.option.case-number"))
    for name, run in (("take", _take), ("release", _release)):
        _case(command(own, f"case.{name}", run))
    over = _case(command(own, "case.hand-over", _hand_over))
    option(over, "to", help=t("cli.option.case-to"))
    option(over, "--note", default="", help=t("cli.option.case-note"))
    _reasoned(_case(command(own, "case.take-over", _take_over)))
    noted = _case(command(own, "case.note", _note))
    option(noted, "text", help=t("cli.option.case-note"))
    option(
        noted,
        "--kind",
        choices=case_notes.KINDS,
        default=case_notes.NOTE,
        help=t("cli.option.note-kind"),
    )
    option(noted, "--to", default="", help=t("cli.option.case-note-to"))
    option(noted, "--due", default="", help=t("cli.option.case-due"))
    _case(command(own, "case.notes", _notes))
    option(command(own, "case.files", _files), "--agent", default="")
    case_amend.register(own)
    case_keep.register(own)


def _case(parser: ArgumentParser) -> ArgumentParser:
    option(parser, "case")
    return parser


def _reasoned(parser: ArgumentParser) -> None:
    option(parser, "--reason", default="", help=t("cli.option.case-reason"))
    option(parser, "--say", action="append", default=[])


def found(app: App, text: str) -> str:
    """A case by its number, id, a document's number, or a ticket of today with one case.

    Raises ``no-such-case``.
    """
    typed = clean(text).strip()
    key = case_find.of_name(app.store(), typed) or case_find.of_name(app.store(), narrow(text))
    if not key and app.fetch(narrow(text)):
        key = case_find.of_name(app.store(), narrow(text))
    if key:
        return key
    rows = case_find.of_number(app.store(), pick.number(app.store(), text))
    if len(rows) == 1:
        return str(rows[0]["id"])
    raise Refused("no-such-case", field="case", case=typed)


# -- opening and finding


def _open(args: Namespace, app: App) -> int:
    store = app.store()
    who = app.actor()
    item = pick.item(app.hall(), args.item) if args.item else ""
    kind = ORGANISATION if args.organisation else PERSON
    whose = Applicant(
        kind=kind,
        name=args.name,
        identity=args.identity,
        phone=args.phone,
        agent_name=args.agent_name,
        agent_identity=args.agent_identity,
        agent_phone=args.agent_phone,
    )
    number = pick.number(store, args.number) if args.number else ""
    row = cases.open_case(
        store,
        who,
        item,
        applicant=whose if whose.name else None,
        number=number,
        filing=clean(args.filing).strip(),
        checklist=_checklist(app, args.checklist),
    )
    app.out.emit(case_shape.case_object(app, row), case_shape.case_line(app, row))
    return 0


def _checklist(app: App, text: str) -> str:
    if not text:
        return ""
    known = checklists(app.store())
    return pick.coded(known, text, "checklist", "no-such-checklist", "no-such-checklist")


def _list(args: Namespace, app: App) -> int:
    agent = pick.operator(args.agent) if args.agent else ""
    rows = case_find.listed(
        app.store(), app.actor(), state=args.state, agent=agent, closed=args.closed
    )
    return _rows(app, rows)


def _find(args: Namespace, app: App) -> int:
    rows = case_find.find(app.store(), app.actor(), args.text)
    if not rows and app.fetch(narrow(args.text)):
        rows = case_find.find(app.store(), app.actor(), args.text)
    return _rows(app, rows)


def _rows(app: App, rows: list[Row]) -> int:
    lines = columns([case_shape.case_cells(app, row) for row in rows])
    for row, text in zip(rows, lines, strict=True):
        app.out.emit(case_shape.case_object(app, row), text)
    if not rows:
        app.out.note(t("cli.case.none"))
    return 0


def _show(args: Namespace, app: App) -> int:
    row, facts = cases.facts(app.store(), app.actor(), found(app, args.case))
    obj = case_shape.whole_object(app, row, facts)
    app.out.emit(obj, case_shape.whole_text(app, row, facts))
    return 0


def _files(args: Namespace, app: App) -> int:
    who = app.actor()
    agent = assist.check_agent(app.store(), who, pick.operator(args.agent) if args.agent else "")
    files = assist.home(app.store(), who, agent)
    cells = [
        [t(f"need.{one.need}"), one.due or "-", *case_shape.case_cells(app, one.row)]
        for one in files
    ]
    for one, text in zip(files, columns(cells), strict=True):
        more = {"need": one.need.value, "waiting_on": one.waiting_on or None, "due": one.due}
        app.out.emit({**case_shape.case_object(app, one.row), **more}, text)
    if not files:
        app.out.note(t("cli.case.none"))
    return 0


# -- moving


def _move(args: Namespace, app: App) -> int:
    return _moved(app, args, narrow(args.move).lower())


def _accept(args: Namespace, app: App) -> int:
    return _moved(app, args, "accept_tolerant" if args.tolerant else "accept")


def _receive(args: Namespace, app: App) -> int:
    return _moved(app, args, "receive")


def _refuse(args: Namespace, app: App) -> int:
    return _moved(app, args, "refuse_accept")


def _correct(args: Namespace, app: App) -> int:
    """The notice that fits where the case is: pre-review, before acceptance, under review."""
    facts = cases.facts(app.store(), app.actor(), found(app, args.case))[1]
    return _moved(app, args, notice_move(facts) or "correct")


def _decide(args: Namespace, app: App) -> int:
    facts = cases.facts(app.store(), app.actor(), found(app, args.case))[1]
    grant = "grant_tolerant" if facts.open_promises else "grant"
    return _moved(app, args, grant if args.decision == "grant" else "refuse")


def _at_once(args: Namespace, app: App) -> int:
    made = case_moves.at_once(
        app.store(), app.actor(), found(app, args.case), reason=args.reason, **_said(args)
    )
    return _told(app, made)


def _moved(app: App, args: Namespace, move: str) -> int:
    case = found(app, args.case)
    made = case_moves.move(app.store(), app.actor(), case, move, reason=args.reason, **_said(args))
    return _told(app, made)


def _said(args: Namespace) -> dict[str, str]:
    """What a document says beside: ``--say competent=…``. Raises ``bad-say``."""
    found = {}
    for text in args.say:
        name, mark, value = text.partition("=")
        if not mark or not name.isidentifier():
            raise Refused("bad-say", field="say", text=text)
        found[name] = value
    return found


def _told(app: App, made: Moved) -> int:
    papers = [one["number"] for one in made.papers]
    obj = {**case_shape.case_object(app, made.row), "papers": papers}
    lines = [case_shape.case_line(app, made.row)]
    lines += [
        t(
            "cli.case.paper",
            number=one["number"],
            name=named(made.facts.flow.paper[one["kind"]], language()),
        )
        for one in made.papers
    ]
    app.out.emit(obj, "\n".join(lines))
    return 0


# -- departments


def _opinion(args: Namespace, app: App) -> int:
    case = found(app, args.case)
    lacks = [_lack(text) for text in args.lack]
    facts = case_tasks.opinion(
        app.store(),
        app.actor(),
        case,
        _department(app, args.department),
        args.result,
        text=args.text,
        deficiencies=lacks,
    )
    return _shown(app, facts.id)


def _lack(text: str) -> Lack:
    """``3:3.1`` material and reason, ``3:own words``, or words alone."""
    head, mark, rest = clean(text).partition(":")
    if mark and head.strip().isdecimal():
        rest = rest.strip()
        coded = rest.replace(".", "").isdecimal()
        return Lack(int(head), rest if coded else "", "" if coded else rest)
    return Lack(text=clean(text))


def _department(app: App, text: str) -> str:
    known = app.hall().departments
    return pick.coded(known, text, "department", "department-unknown", "department-unknown")


def _urge(args: Namespace, app: App) -> int:
    case, department = found(app, args.case), _department(app, args.department)
    row = case_tasks.urge(app.store(), app.actor(), case, department)
    said = t("cli.case.urged", n=row["urged"], department=args.department)
    app.out.emit({"department": row["department"], "urged": row["urged"]}, said)
    return 0


def _resend(args: Namespace, app: App) -> int:
    return _shown(app, case_tasks.resend(app.store(), app.actor(), found(app, args.case)).id)


# -- who works on it, notes


def _link(args: Namespace, app: App) -> int:
    number = pick.number(app.store(), args.number)
    case_link.link(app.store(), app.actor(), found(app, args.case), number)
    return _shown(app, found(app, args.case))


def _take(args: Namespace, app: App) -> int:
    return _held(app, case_lease.take(app.store(), app.actor(), found(app, args.case)))


def _release(args: Namespace, app: App) -> int:
    return _held(app, case_lease.release(app.store(), app.actor(), found(app, args.case)))


def _hand_over(args: Namespace, app: App) -> int:
    to = pick.operator(args.to)
    case = found(app, args.case)
    return _held(app, case_lease.hand_over(app.store(), app.actor(), case, to, args.note))


def _take_over(args: Namespace, app: App) -> int:
    case = found(app, args.case)
    return _held(app, case_lease.take_over(app.store(), app.actor(), case, args.reason))


def _held(app: App, row: Row) -> int:
    app.out.emit(case_shape.case_object(app, row), case_shape.case_line(app, row))
    return 0


def _note(args: Namespace, app: App) -> int:
    due = args.due
    if due:
        try:
            due = date.fromisoformat(narrow(due)).isoformat()
        except ValueError:
            raise Refused("bad-day", field="due", day=due) from None
    case = found(app, args.case)
    row = case_notes.note(app.store(), app.actor(), case, args.kind, args.text, to=args.to, due=due)
    app.out.emit({"note": row["id"], "kind": row["kind"]}, t("cli.case.noted"))
    return 0


def _notes(args: Namespace, app: App) -> int:
    listed = case_notes.notes(app.store(), app.actor(), found(app, args.case))
    for one in listed:
        obj: dict[str, object] = {
            "note": one.id,
            "kind": one.kind,
            "by": one.by,
            "to": one.to or None,
            "text": one.text,
            "due": one.due or None,
            "done": one.done_at is not None,
        }
        at = f"{local(one.at):%m-%d %H:%M}"
        app.out.emit(obj, f"{at}  {one.by}  {t(f'note.{one.kind}')}  {one.text}")
    if not listed:
        app.out.note(t("cli.case.no-notes"))
    return 0


def _shown(app: App, case: str) -> int:
    row, facts = cases.facts(app.store(), app.actor(), case)
    obj = case_shape.whole_object(app, row, facts)
    app.out.emit(obj, case_shape.whole_text(app, row, facts))
    return 0
