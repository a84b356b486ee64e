"""Cases as they are printed: stable keys for programs, lines for people."""

from __future__ import annotations

from db.store import Row
from hallclient.actions import case_moves
from hallclient.actions.calendars import calendar_of
from hallclient.actions.editions import flow_in
from hallclient.cli.app import App
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.rules.lights import light_of
from hallclient.rules.review.facts import CaseFacts, ClockFact, MaterialFact
from hallclient.rules.review.materials import count
from hallclient.rules.review.spec import Material
from hallclient.texts import language, t
from hallclient.watch_words import case_state, department_name, item_name, left_text, light_word
from hallclient.words import iso, word


def case_object(app: App, row: Row) -> dict[str, object]:
    """A case for programs."""
    return {
        "case": row["number"],
        "id": row["id"],
        "title": row["title"],
        "service": row["item"] or None,
        "checklist": row["checklist"].split("/")[1],
        "kind": row["kind"],
        "source": row["source"],
        "state": row["state"],
        "since": iso(row["since"]),
        "opened_at": iso(row["opened_at"]),
        "received_at": iso(row["received_at"]),
        "accepted_at": iso(row["accepted_at"]),
        "decided_at": iso(row["decided_at"]),
        "closed_at": iso(row["closed_at"]),
        "notices": row["notices"],
        "holder": row["holder"],
        "agent": row["agent"],
        "firm": row["firm"],
    }


def case_cells(app: App, row: Row) -> list[str]:
    """A case as columns of a list."""
    state = case_state(flow_in(app.store(), row["flow"]), row["state"])
    name = item_name(app.hall(), row["item"]) if row["item"] else row["checklist"].split("/")[1]
    return [row["number"], state, row["holder"] or "-", row["title"] or "-", name]


def case_line(app: App, row: Row) -> str:
    """A case on one line."""
    return "  ".join(case_cells(app, row))


def whole_object(app: App, row: Row, facts: CaseFacts) -> dict[str, object]:
    """A case with everything that is true of it, personal data left out."""
    calendar = calendar_of(app.store())
    who = app.actor()
    step = case_moves.next_step(app.store(), who, facts)
    return {
        **case_object(app, row),
        "next": None if step is None else {"who": step.who, "move": step.move or None},
        "moves": [
            {"move": one.move.id, "why_not": one.why_not or None}
            for one in case_moves.offered(app.store(), who, facts)
        ],
        "materials": [material_object(facts, one) for one in facts.materials],
        "deficiencies": [
            {
                "id": one.id,
                "source": one.source,
                "ref": one.ref,
                "code": one.code,
                "text": one.text,
                "how": one.how,
                "told": one.paper is not None,
            }
            for one in facts.open_deficiencies
        ],
        "promises": [
            {
                "id": one.id,
                "kind": one.kind,
                "material": one.no,
                "due": one.due.isoformat(),
                "state": one.state,
            }
            for one in facts.promises
        ],
        "departments": [
            {
                "department": one.department,
                "lead": one.lead,
                "state": one.state,
                "due": one.due.isoformat() if one.due else None,
            }
            for one in facts.tasks
        ],
        "clocks": [
            {
                "timer": one.timer,
                "state": one.state,
                "due": one.due.isoformat(),
                "provisional": one.provisional,
                "light": light_of(calendar, one, facts.today).value
                if one.state in ("running", "paused")
                else None,
            }
            for one in facts.clocks
        ],
        "papers": [
            {"paper": one.number, "kind": one.kind, "delivered": one.delivered_at is not None}
            for one in facts.papers
        ],
    }


def whole_text(app: App, row: Row, facts: CaseFacts) -> str:
    """The same for people."""
    done = count(facts)
    lines = [
        case_line(app, row),
        t("cli.case.materials", settled=done.settled, needed=done.needed),
        *columns(_material_cells(facts)),
    ]
    if facts.open_deficiencies:
        lines.append(t("cli.case.deficiencies", n=len(facts.open_deficiencies)))
        for n, one in enumerate(facts.open_deficiencies, 1):
            said = t("cli.case.deficiency", n=n, text=one.text, how=one.how or "-")
            lines.append(f"  {said}")
    for promise in facts.promises:
        values = {"no": promise.no, "due": promise.due.isoformat()}
        state = word("promise.state", promise.state)
        lines.append(t(f"cli.case.promise.{promise.kind}", state=state, **values))
    for task in facts.tasks:
        name = department_name(app.hall(), task.department)
        due = task.due.isoformat() if task.due else "-"
        lines.append(t("cli.case.task", name=name, state=word("task.state", task.state), due=due))
    lines += [_clock_line(app, facts, one) for one in facts.clocks if one.state in _LIVE]
    lines += [
        t("cli.case.paper", number=one.number, name=named(facts.flow.paper[one.kind], language()))
        for one in facts.papers
    ]
    step = case_moves.next_step(app.store(), app.actor(), facts)
    if step is not None:
        move = named(facts.flow.move[step.move], language()) if step.move else "-"
        lines.append(t("cli.case.next", who=word("turn", step.who), move=move))
    return "\n".join(lines)


_LIVE = ("running", "paused")


def _clock_line(app: App, facts: CaseFacts, clock: ClockFact) -> str:
    from hallclient.rules.lights import left_of
    from hallclient.rules.review.watch import Deadline, Placed

    calendar = calendar_of(app.store())
    light = light_of(calendar, clock, facts.today)
    placed = Placed(facts.id, facts.number, "", facts.item, "", facts.state, "", "", "")
    left = left_text(Deadline(placed, clock, light, left_of(calendar, clock, facts.today)))
    name = named(facts.flow.timer[clock.timer], language())
    due = clock.due.isoformat()
    return t("cli.case.clock", name=name, light=light_word(light), due=due, left=left)


def material_object(facts: CaseFacts, fact: MaterialFact) -> dict[str, object]:
    """A material for programs."""
    material = facts.checklist.by_no[fact.no]
    return {
        "material": fact.no,
        "name": named(material, language()),
        "main": material.main,
        "state": fact.state.value,
        "reasons": list(fact.reasons),
        "files": fact.files,
        "when": material.when or None,
    }


def _material_cells(facts: CaseFacts) -> list[list[str]]:
    return [
        [
            f" {fact.no}",
            word("material.state", fact.state.value),
            named(facts.checklist.by_no[fact.no], language()),
            _reasons(facts.checklist.by_no[fact.no], fact),
        ]
        for fact in facts.materials
    ]


def _reasons(material: Material, fact: MaterialFact) -> str:
    known = {one.code: one for one in material.reasons}
    said = [named(known[code], language()) if code in known else code for code in fact.reasons]
    return " · ".join(said)
