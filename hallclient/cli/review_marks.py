"""``hallclient review start | mark | pass | answer | promise | lack | notice | finish``."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

from hallclient.actions import case_deficiencies, case_materials, case_moves, case_promises, cases
from hallclient.cli import case_shape
from hallclient.cli.app import App
from hallclient.cli.case import found
from hallclient.rules.errors import Refused
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.flow import notice_move
from hallclient.rules.text import narrow
from hallclient.texts import t


def start(args: Namespace, app: App) -> int:
    """Begin the pre-review of a case."""
    return _moved(app, args, "begin_prereview")


def finish(args: Namespace, app: App) -> int:
    """The pre-review is passed."""
    return _moved(app, args, "pass_prereview")


def notice(args: Namespace, app: App) -> int:
    """Tell everything that is missing, at once."""
    facts = cases.facts(app.store(), app.actor(), found(app, args.case))[1]
    return _moved(app, args, notice_move(facts) or "correct")


def mark(args: Namespace, app: App) -> int:
    """How one material stands."""
    facts = case_materials.mark(
        app.store(),
        app.actor(),
        found(app, args.case),
        args.material,
        narrow(args.state).lower(),
        reasons=args.reason,
        form=args.form,
        medium=args.medium,
        copies=args.copies,
        note=args.note,
        evidence=args.evidence,
    )
    return _shown(app, facts)


def pass_rest(args: Namespace, app: App) -> int:
    """Everything that is open passes."""
    case = found(app, args.case)
    return _shown(app, case_materials.mark_rest(app.store(), app.actor(), case, "passed"))


def answer(args: Namespace, app: App) -> int:
    """Whether a condition holds."""
    yes = {"yes": True, "no": False, "unknown": None}[args.answer]
    case = found(app, args.case)
    return _shown(app, case_materials.answer(app.store(), app.actor(), case, args.condition, yes))


def promise(args: Namespace, app: App) -> int:
    """Take a written promise."""
    case = found(app, args.case)
    due = _day(args.due) if args.due else _latest(app, case, args.material, args.kind)
    row = case_promises.promise(
        app.store(), app.actor(), case, args.kind, args.material, due, signed=args.signed
    )
    obj = {"promise": row["id"], "material": row["no"], "due": row["due"], "kind": row["kind"]}
    app.out.emit(obj, t("cli.review.promised", no=row["no"], due=row["due"]))
    return 0


def end_promise(args: Namespace, app: App) -> int:
    """End a promise."""
    row = case_promises.close(
        app.store(), app.actor(), args.promise, args.state, reason=args.reason
    )
    app.out.emit({"promise": row["id"], "state": row["state"]}, t("cli.review.promise-ended"))
    return 0


def lack(args: Namespace, app: App) -> int:
    """Something that no list has is missing or wrong."""
    case = found(app, args.case)
    row = case_deficiencies.add(app.store(), app.actor(), case, text=args.text, how=args.how)
    app.out.emit({"deficiency": row["id"]}, t("cli.review.lacks"))
    return 0


def mended(args: Namespace, app: App) -> int:
    """It is mended."""
    return _shown(app, case_deficiencies.close(app.store(), app.actor(), args.deficiency))


def dishonest(args: Namespace, app: App) -> int:
    """Whether the applicant is on the dishonest list."""
    case = found(app, args.case)
    yes = args.answer == "yes"
    return _shown(app, case_materials.note_dishonest(app.store(), app.actor(), case, yes))


def _latest(app: App, case: str, no: int, kind: str) -> date:
    return case_promises.latest(app.store(), app.actor(), case, no, kind)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(narrow(text))
    except ValueError:
        raise Refused("bad-day", field="due", day=text) from None


def _moved(app: App, args: Namespace, move: str) -> int:
    made = case_moves.move(
        app.store(), app.actor(), found(app, args.case), move, reason=getattr(args, "why", "")
    )
    obj = {
        **case_shape.case_object(app, made.row),
        "papers": [one["number"] for one in made.papers],
    }
    lines = [case_shape.case_line(app, made.row), *(one["number"] for one in made.papers)]
    app.out.emit(obj, "\n".join(lines))
    return 0


def _shown(app: App, facts: CaseFacts) -> int:
    row = cases.facts(app.store(), app.actor(), facts.id)[0]
    obj = case_shape.whole_object(app, row, facts)
    app.out.emit(obj, case_shape.whole_text(app, row, facts))
    return 0
