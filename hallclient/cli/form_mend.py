"""``hallclient form settle | override | repair``: two texts in a cell, and problems let pass or
mended by the program.
"""

from __future__ import annotations

from argparse import Namespace

from hallclient.actions import filing_override
from hallclient.actions.filing_edit import settle as settled
from hallclient.actions.filing_view import Opened, open_filing
from hallclient.cli import form_pick
from hallclient.cli.app import App
from hallclient.cli.form_fill import step, told
from hallclient.cli.output import Choices
from hallclient.form_words import problem_text, row_name, row_number
from hallclient.rules.errors import Refused
from hallclient.rules.form import repairs
from hallclient.rules.form.edits import Put
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.values import canonical
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import word

_OWN, _OTHER = "own", "other"


def settle(args: Namespace, app: App) -> int:
    """End a disagreement in a cell: what stands there, what the other typed, or another text."""
    store, who = app.store(), app.actor()
    found = form_pick.opened(app, args.filing)
    state = found.state
    field = form_pick.field(state.form, args.field)
    row = form_pick.row(state, state.program.layout.sections[field.section], args.row)
    take = narrow(args.take).lower()
    if take not in (_OWN, _OTHER):
        take = canonical(field, args.take, state.form.dictionaries.get(field.choices, ()))
    was = state.text(row, field.id)
    settled(store, who, found.filing["id"], row, field.id, take)
    now = open_filing(store, who, found.filing["id"])
    return told(app, now, [Put(row, field.id, now.state.text(row, field.id), was)])


def override(args: Namespace, app: App) -> int:
    """Let a broken rule pass, with a reason, as it is seen now."""
    store, who = app.store(), app.actor()
    found = form_pick.opened(app, args.filing)
    problem = _problem(found, args.rule, args.row)
    seen = found.state.judging.fingerprint(problem)
    number, rule = found.filing["number"], problem.code
    key = found.filing["id"]
    filing_override.override(store, who, key, rule, problem.row, args.reason, seen)
    obj: dict[str, object] = {
        "filing": number,
        "rule": rule,
        "row": row_number(found.state, problem.row),
        "passed": True,
    }
    text = problem_text(found.state, problem)
    app.out.emit(obj, t("cli.form.passed", rule=rule, text=text))
    return 0


def repair(args: Namespace, app: App) -> int:
    """Mend a broken rule in one of the ways that the program knows."""
    found = form_pick.opened(app, args.filing)
    problem = _problem(found, args.rule, args.row)
    ways = problem.rule.repair if problem.rule is not None else ()
    way = narrow(args.way or "").lower() or (ways[0] if len(ways) == 1 else "")
    if way not in ways:
        choices = [(one, word("form.repair", one)) for one in ways]
        raise Choices("no-such-way", "way", choices, rule=problem.code)
    edits = repairs.repair(found.state, problem, way, app.store().env.new_id)
    if not edits:
        raise Refused("way-blocked", field="way", rule=problem.code)
    return step(app, found, edits, source="repair", apply=True)


def _problem(found: Opened, rule: str, row: str | None) -> Problem:
    """The problem that is meant: of this rule, at this row when there are several."""
    state = found.state
    wanted = narrow(rule)
    same = [one for one in state.problems() if narrow(one.code) == wanted]
    if not same:
        raise Refused("no-such-problem", field="rule", rule=rule)
    if row is None and len(same) == 1:
        return same[0]
    section = state.program.layout.sections[same[0].section]
    if row is None:
        choices = [
            (str(row_number(state, one.row) or "-"), row_name(state, one.row)) for one in same
        ]
        raise Choices("row-needed", "row", choices, row="", section=section)
    at = form_pick.row(state, section, row)
    found_at = next((one for one in same if one.row == at), None)
    if found_at is None:
        raise Refused("no-such-problem", field="rule", rule=rule)
    return found_at
