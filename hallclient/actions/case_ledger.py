"""Ledgers of review: promises to call about, second notices, each use of the approval seal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple

from db.schema import case_of
from db.store import Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.case_figures import NOTICE
from hallclient.actions.case_rows import OF, VOID, stream
from hallclient.actions.case_watch import Look
from hallclient.actions.cases import applicant_in
from hallclient.actions.editions import checklist_in
from hallclient.actions.figures import days_of
from hallclient.actions.reading import snapshot
from hallclient.rules.review.watch import Placed

AHEAD: Final = 3
"""Promises that fall due within so many working days are called about."""

# -- promises


class PromiseLine(NamedTuple):
    """A promise that is open: a paper to come (``tolerance``), or a ``commitment`` to be checked.

    ``left``: working days until its day; negative: so many late.
    """

    id: str
    case: Placed
    kind: str
    no: int
    zh: str
    en: str
    """The material's name."""
    due: date
    left: int
    reminded_at: int | None


def promises(store: Store, who: Actor, *, kind: str = "", ahead: int = AHEAD) -> list[PromiseLine]:
    """The list to call in the morning: promises overdue, and due within so many working days.

    ``kind``: only ``tolerance`` or ``commitment``. Raises ``not-allowed``.
    """
    admit(store, who, "review.watch")
    with snapshot(store):
        look = Look(store)
        until = look.calendar.after(look.today, ahead)
        rows = store.rows(
            "SELECT p.id, p.kind, p.no, p.due, p.reminded_at, c.checklist, "
            f"{look.case} FROM promise p JOIN case_file c ON c.id = p.case_file "
            "WHERE p.state = 'open' AND p.due <= ?1 AND (?2 = '' OR p.kind = ?2) "
            "ORDER BY p.due, p.id",
            until.isoformat(),
            kind,
        )
        found = []
        for row in rows:
            material = checklist_in(store, row["checklist"]).by_no.get(row["no"])
            due = date.fromisoformat(row["due"])
            found.append(
                PromiseLine(
                    id=row["id"],
                    case=look.placed(row),
                    kind=row["kind"],
                    no=row["no"],
                    zh=material.zh if material else str(row["no"]),
                    en=material.en if material else str(row["no"]),
                    due=due,
                    left=look.left(due),
                    reminded_at=row["reminded_at"],
                )
            )
    return found


class Reached(NamedTuple):
    """Whom to call about a case."""

    name: str
    phone: str


def reach(store: Store, who: Actor, cases: Collection[str]) -> dict[str, Reached]:
    """Names and phones of who filed these cases (ids), the agent's where one came for them.

    Looking is an event in each case. Raises ``not-allowed``.
    """
    found: dict[str, Reached] = {}
    with acting(store, who, "personal.view") as tx:
        for case in dict.fromkeys(cases):
            row = tx.row("SELECT * FROM case_file WHERE id = ?", case)
            if row is None:
                continue
            whose = applicant_in(store, row)
            name, phone = whose.name, whose.phone
            if not phone and whose.agent_phone:
                name, phone = whose.agent_name, whose.agent_phone
            found[case] = Reached(name, phone)
            tx.append("personal.viewed", case, [], stream=stream(case))
    return found


# -- papers


class Again(NamedTuple):
    """A notice after the first since its case was received (二次告知). ``nth``: 2 for the second.

    ``reason``: why another one was needed, in words; None: not asked for.
    """

    paper: str
    number: str
    by: str
    at: int
    case: str
    """The case's number."""
    item: str
    nth: int
    reason: str | None = None


def second_notices(
    store: Store, who: Actor, first: str, last: str = "", *, reasons: bool = False
) -> list[Again]:
    """Notices of some days that were not the first of their cases, the newest first.

    ``reasons``: with the words that were given; they may be about people, so reading them is an
    event in each case. Raises as `seals`.
    """
    admit(store, who, "review.watch")
    days = days_of(first, last or first)
    rows = store.rows(
        'SELECT p.id AS paper, p.number, p.by, p.at, c.number AS "case", c.item, '
        "(SELECT count(*) FROM paper q WHERE q.id > c.id || '/p/' AND q.id < c.id || '/p0' "
        "AND q.kind = p.kind AND q.at <= p.at AND q.at >= c.received_at "
        "AND q.delivery IS NOT ?4) AS nth "
        "FROM paper p JOIN case_file c ON c.id = p.case_file "
        "WHERE p.day BETWEEN ?1 AND ?2 AND p.kind = ?3 AND p.delivery IS NOT ?4 "
        "ORDER BY p.at DESC, p.id DESC",
        days[0],
        days[-1],
        NOTICE,
        VOID,
    )
    found = [Again(**row) for row in rows if row["nth"] > 1]
    return _with_reasons(store, who, found) if reasons and found else found


def _with_reasons(store: Store, who: Actor, notices: Sequence[Again]) -> list[Again]:
    """The words that each was given with: the note of the very step that made it."""
    found = []
    seen = set()
    with acting(store, who, "personal.view") as tx:
        for one in notices:
            case = case_of(one.paper)
            row = tx.row(
                f"SELECT sealed FROM case_note WHERE {OF} AND kind = 'reason' AND at = ?2",
                case,
                one.at,
            )
            texts = (store.unseal(case, row["sealed"]) if row else None) or {}
            found.append(one._replace(reason=texts.get("text", "")))
            if case not in seen:
                seen.add(case)
                tx.append("personal.viewed", case, [], stream=stream(case))
    return found


class Sealed(NamedTuple):
    """One use of the approval seal (审批专用章): who, when, which document of which case."""

    paper: str
    kind: str
    number: str
    by: str
    at: int
    case: str
    """The case's number."""
    item: str


def seals(store: Store, who: Actor, first: str, last: str = "") -> list[Sealed]:
    """The log of the seal over some days, the newest first.

    Raises ``not-allowed``, ``bad-day``, ``days-turned``, ``too-many-days``.
    """
    admit(store, who, "review.watch")
    days = days_of(first, last or first)
    rows = store.rows(
        "SELECT paper.id AS paper, paper.kind, paper.number, paper.by, paper.at, "
        'c.number AS "case", c.item FROM paper JOIN case_file c ON c.id = paper.case_file '
        "WHERE paper.day BETWEEN ? AND ? AND paper.stamped = 1 "
        "ORDER BY paper.at DESC, paper.id DESC",
        days[0],
        days[-1],
    )
    return [Sealed(**row) for row in rows]
