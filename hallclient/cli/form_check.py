"""``hallclient form check``: everything that is wrong with a filing, in one pass."""

from __future__ import annotations

from argparse import Namespace

from hallclient.cli import form_pick, form_shape
from hallclient.cli.app import App
from hallclient.cli.shape import columns
from hallclient.form_words import gravest, label, level_word
from hallclient.rules.errors import Refused
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import Level
from hallclient.texts import t


def check(args: Namespace, app: App) -> int:
    """Every problem on a line, the gravest first; then how far each department's part is.

    Raises ``not-ready`` when something must be mended before it can be taken in.
    """
    found = form_pick.opened(app, args.filing, reveal=args.reveal)
    state, number = found.state, found.filing["number"]
    disputes = [one for one in found.collisions.values() if one.other is not None]
    problems = gravest(state.problems())
    for dispute in disputes:
        obj = {"kind": "problem", **form_shape.dispute_object(state, dispute)}
        app.out.emit(obj, form_shape.dispute_line(state, dispute))
    for one in problems:
        obj = {"kind": "problem", **form_shape.problem_object(state, one, reveal=args.reveal)}
        app.out.emit(obj, form_shape.problem_said(state, one, reveal=args.reveal))
    blocking = sum(one.stands for one in problems) + len(disputes)
    counts = _counts(problems)
    ready = state.readiness()
    departments = {
        one.id: {
            "name": label(one),
            **ready[one.id]._asdict(),
            "ready": ready[one.id].filled == ready[one.id].needed and not ready[one.id].wrong,
        }
        for one in state.form.departments
    }
    summary: dict[str, object] = {
        "kind": "filing",
        "filing": number,
        "form": state.form.key,
        "ready": not blocking,
        "blocking": blocking,
        "disputed": len(disputes),
        **{level.value: counts[level] for level in Level if level is not Level.BLOCK},
        "passed": sum(one.passed for one in problems),
        "departments": departments,
    }
    cells = [
        [
            label(one),
            t("cli.form.ready-of", filled=ready[one.id].filled, needed=ready[one.id].needed),
            t("cli.form.ready-wrong", n=ready[one.id].wrong) if ready[one.id].wrong else "",
        ]
        for one in state.form.departments
    ]
    standing = [
        t("cli.form.count", level=level_word(level), n=counts[level])
        for level in Level
        if counts[level] and level is not Level.BLOCK
    ]
    said = t("cli.form.ready", number=number) if not blocking else ""
    rest = t("form.between").join(standing)
    head = [one for one in (said, t("cli.form.besides", counts=rest) if rest else "") if one]
    app.out.emit(summary, "\n".join([*head, *columns(cells)]))
    if blocking:
        raise Refused("not-ready", number=number, count=blocking)
    return 0


def _counts(problems: list[Problem]) -> dict[Level, int]:
    """How many of each level nobody has let pass."""
    return {
        level: sum(one.level is level and not one.passed for one in problems) for level in Level
    }
