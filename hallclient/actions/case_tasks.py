"""Departments' tasks of a case (并联审批): sent out, answered, urged, sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_clocks import start_step_in, stop_step_in
from hallclient.actions.case_deficiencies import collect_in, write_in
from hallclient.actions.case_deficiencies import open_in as open_deficiency
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import departments as rules
from hallclient.rules.review.deficiencies import DEPARTMENT, Wanted
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.text import clean

_LONGEST = 500


class Lack(NamedTuple):
    """What a department wants mended: a material with a reason of its list, or words of its own."""

    no: int = 0
    code: str = ""
    text: str = ""
    how: str = ""


def open_in(draft: CaseDraft) -> None:
    """Send a case to its departments; those that had returned it get it again. Writes."""
    facts = draft.facts()
    if not rules.several(facts):
        return
    known = {row["department"]: row for row in draft.rows("review_task")}
    sent = []
    for department in facts.checklist.departments:
        row = known.get(department)
        if row is not None and row["state"] != rules.RETURNED:
            continue
        due = start_step_in(draft, department, rules.step_limit(facts))
        now = {"state": rules.OPEN, "sent_at": draft.tx.now, "due": due.isoformat()}
        if row is None:
            draft.insert(
                "review_task",
                f"t/{department}",
                department=department,
                lead=int(department == rules.lead(facts)),
                round=0,
                urged=0,
                **now,
            )
        else:
            again = {"round": row["round"] + 1, "done_at": None, "by": None, "sealed": None}
            draft.update("review_task", row, **now, **again)
        sent.append(department)
    if sent:
        draft.write("task.opened", departments=sent)


def drop_in(draft: CaseDraft) -> None:
    """A case that is over waits for nobody; the caller writes."""
    for row in draft.rows("review_task"):
        if row["done_at"] is None:
            draft.update("review_task", row, state="dropped", done_at=draft.tx.now)


def opinion(
    store: Store,
    who: Actor,
    case: str,
    department: str,
    result: str,
    *,
    text: str = "",
    deficiencies: Sequence[Lack] = (),
) -> CaseFacts:
    """A department's opinion: ``agreed``, ``refused`` for good, or ``returned`` to be mended.

    Refusing and returning need words; what is to be mended goes into the case's one list.
    Raises ``no-such-task``, ``task-done``, ``no-such-result``, ``opinion-needed``, ``reason-long``,
    ``nothing-to-mend``; as `cases.editing`, for a material as `case_materials.mark`.
    """
    from hallclient.actions.case_moves import automatic_in

    with acting(store, who, "case.review") as tx:
        if result not in rules.RESULTS:
            raise Refused("no-such-result", field="result", result=result)
        # Departments side by side do not wait for each other's lease.
        draft = editing(tx, case, lease=False, held=False)
        row = _task(draft, department)
        if row["state"] != rules.OPEN:
            raise Refused("task-done", field="department", department=department)
        said = clean(text, multiline=True).strip()
        if len(said) > _LONGEST:
            raise Refused("reason-long", field="text", longest=_LONGEST)
        if result == rules.REFUSED and not said:
            raise Refused("opinion-needed", field="text")
        if result == rules.RETURNED and not deficiencies:
            raise Refused("nothing-to-mend", field="deficiencies")
        draft.update(
            "review_task",
            row,
            state=result,
            by=tx.actor,
            done_at=tx.now,
            sealed=draft.sealed(opinion=said),
        )
        stop_step_in(draft, department)
        draft.write("task.closed", row["id"], department=department, result=result)
        for one in deficiencies:
            _lack(draft, department, one)
        collect_in(draft)
        write_in(draft)
        automatic_in(draft)
        return draft.facts()


def urge(store: Store, who: Actor, case: str, department: str) -> Row:
    """Remind a department (催办); counted. Raises ``no-such-task``, ``task-done``; as `editing`."""
    with acting(store, who, "case.note") as tx:
        draft = editing(tx, case, lease=False, held=False)
        row = _task(draft, department)
        if row["state"] != rules.OPEN:
            raise Refused("task-done", field="department", department=department)
        draft.update("review_task", row, urged=(row["urged"] or 0) + 1, urged_at=tx.now)
        draft.case(urged=(draft.row["urged"] or 0) + 1)
        draft.write("task.urged", row["id"], department=department)
        return row


def resend(store: Store, who: Actor, case: str) -> CaseFacts:
    """Send it again to the departments that returned it, once everything is mended.

    Raises ``nothing-returned``, ``still-deficient``; as `cases.editing`.
    """
    with acting(store, who, "case.move") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        if facts.state != "handling" or not any(one.state == rules.RETURNED for one in facts.tasks):
            raise Refused("nothing-returned", field="case", number=facts.number)
        if facts.open_deficiencies:
            count = len(facts.open_deficiencies)
            raise Refused("still-deficient", field="case", number=facts.number, count=count)
        open_in(draft)
        return draft.facts()


def opinion_text(store: Store, who: Actor, case: str, department: str) -> str:
    """What a department wrote. Raises ``no-such-case``, ``no-such-task``."""
    from hallclient.actions.acting import admit
    from hallclient.actions.case_rows import case_row

    admit(store, who, "case.read")
    row = case_row(store, case)
    task = store.row("SELECT * FROM review_task WHERE id = ?", f"{row['id']}/t/{department}")
    if task is None:
        raise Refused("no-such-task", field="department", department=department)
    return (store.unseal(row["id"], task["sealed"]) or {}).get("opinion", "")


def _lack(draft: CaseDraft, department: str, one: Lack) -> None:
    """One thing to mend: a material fails with its reason, anything else is the department's."""
    from hallclient.actions.case_materials import mark_in

    if one.no:
        codes = [one.code] if one.code else []
        mark_in(draft, draft.facts(), one.no, "failed", reasons=codes, note=one.text)
        draft.write("material.marked", state="failed")
        return
    text, how = (clean(part, multiline=True).strip() for part in (one.text, one.how))
    if not text:
        raise Refused("opinion-needed", field="text")
    open_deficiency(draft, Wanted(DEPARTMENT, department, DEPARTMENT, text, "", how, ""))
    draft.write("deficiency.opened")


def _task(draft: CaseDraft, department: str) -> Row:
    for row in draft.rows("review_task"):
        if row["department"] == department:
            return row
    raise Refused("no-such-task", field="department", department=department)


def due_of(facts: CaseFacts) -> date | None:
    """The latest due day of the departments: it rules the whole (并联审批)."""
    return max((one.due for one in facts.tasks if one.due is not None), default=None)
