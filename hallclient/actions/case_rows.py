"""The rows of a case: read as facts for the rules, and the change set of one step in them.

Everything of a case hangs on its id: ``case/m/<no>`` a material, ``case/f/<n>`` a file, ``/d/`` a
deficiency, ``/p/`` a paper, ``/o/`` a promise, ``/t/`` a department's task, ``/c/`` a clock,
``/n/`` a note. Each step is one event (or a few) in the case's own stream ``case:<id>``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from db.log import Change
from db.seal import Box, opened
from db.store import Row, Store
from hallclient.actions.acting import Action
from hallclient.actions.editions import checklist_in, flow_in
from hallclient.rules.certificate.states import CertificateFact
from hallclient.rules.errors import Refused
from hallclient.rules.review.facts import (
    CaseFacts,
    ClockFact,
    DeficiencyFact,
    MaterialFact,
    MaterialState,
    PaperFact,
    PromiseFact,
    TaskFact,
)

OF = "id > ?1 || '/' AND id < ?1 || '0'"
"""Every row of a case by the beginning of its id."""
GRANTED = ("done_pass", "issued", "delivered", "archived")
"""States of a case in which its result stands."""
VOID = "void"
"""``paper.delivery`` of a document whose step was taken back (作废); ``delivered_by``: by whom."""


def stream(case: str) -> str:
    """The stream of the log that a case has for itself."""
    return f"case:{case}"


def case_row(store: Store, case: str) -> Row:
    """A case by its id or number. Raises ``no-such-case``."""
    row = store.row("SELECT * FROM case_file WHERE id = ?1 OR number = ?1", case)
    if row is None:
        raise Refused("no-such-case", field="case", case=case)
    return row


def serial(tx: Action, prefix: str, table: str) -> str:
    """The next number of a kind at this window (or of an operator without one) on this day.

    A window works on one terminal, so no network is needed for it to be unique.
    """
    begin = f"{prefix}{tx.day.replace('-', '')}-{tx.window or tx.actor.upper()}-"
    found = tx.db.execute(
        f"SELECT number FROM {table} WHERE number > ?1 AND number < ?1 || ':' "
        "AND substr(number, length(?1) + 1) NOT GLOB '*[^0-9]*' "
        "ORDER BY length(number) DESC, number DESC LIMIT 1",
        (begin,),
    ).fetchone()
    return f"{begin}{1 if found is None else int(found[0][len(begin) :]) + 1:04d}"


class CaseDraft:
    """One step in a case: rows are read once and kept true while changes are collected.

    ``write`` appends what was collected as one event; a step may write several.
    """

    def __init__(self, tx: Action, row: Row, *, fresh: bool = False) -> None:
        self.tx = tx
        self.row = row
        self.fresh = fresh
        """Made in this very step: nothing to read."""
        self.set: list[Change] = []

    @property
    def id(self) -> str:
        """The case's id."""
        return str(self.row["id"])

    # -- changing

    def update(self, table: str, row: Row, **now: Any) -> None:
        """Change some columns of a row that was read in this step."""
        changed = {name: value for name, value in now.items() if row.get(name) != value}
        if changed:
            self.set.append((table, row["id"], {name: row.get(name) for name in changed}, changed))
            row.update(changed)

    def case(self, **now: Any) -> None:
        """Change some columns of the case itself."""
        self.update("case_file", self.row, **now)

    def insert(self, table: str, key: str, **row: Any) -> Row:
        """Make a row of the case; ``key``: what follows the case's id (``m/3``)."""
        made = {"case_file": self.id, **row}
        self.set.append((table, f"{self.id}/{key}", None, made))
        return {"id": f"{self.id}/{key}", **made}

    def sealed(self, **fields: str) -> str | None:
        """Texts under the case's key; None when there is nothing to seal."""
        kept = {name: value for name, value in fields.items() if value}
        return self.tx.seal(self.id, kept) if kept else None

    def unsealed(self, sealed: str | None) -> dict[str, str]:
        """What `sealed` holds; empty when it holds nothing or the person was forgotten."""
        return self.tx.store.unseal(self.id, sealed) or {} if sealed else {}

    def write(self, kind: str, subject: str = "", **facts: Any) -> None:
        """Append what was collected as one event. Nothing collected and no facts: no event."""
        if self.set or facts:
            subject = subject or self.id
            self.tx.append(kind, subject, self.set, stream=stream(self.id), **facts)
            self.set = []

    # -- reading what has been written (not what is collected)

    def rows(self, table: str) -> list[Row]:
        """Every row of the case in a table, oldest first."""
        return rows_of(self.tx.store, table, self.id)

    def next(self, table: str, letter: str) -> str:
        """The key of a new row: ``d/3``; also counts rows that are collected and not written."""
        start = f"{self.id}/{letter}/"
        ids = [one["id"] for one in self.rows(table)]
        ids += [key for at, key, was, _ in self.set if at == table and was is None]
        last = max((int(key[len(start) :]) for key in ids if key.startswith(start)), default=0)
        return f"{letter}/{last + 1}"

    def facts(self, *, form: bool = False) -> CaseFacts:
        """What is true now, with everything written so far: write before you ask.

        ``form``: with the problems of its form, which takes as long as opening that.
        """
        today = date.fromisoformat(self.tx.day)
        return facts_of(self.tx.store, self.row, today, self.tx.now, form=form)


def rows_of(store: Store, table: str, case: str) -> list[Row]:
    """Every row of a case in a table, in the order of their making."""
    return store.rows(f"SELECT * FROM {table} WHERE {OF} ORDER BY rowid", case)


def facts_of(store: Store, row: Row, today: date, now: int, *, form: bool = False) -> CaseFacts:
    """What is true of a case, for the rules. ``form``: see `CaseDraft.facts`."""
    case = row["id"]
    files: dict[int, int] = {}
    for one in rows_of(store, "attachment", case):
        if one["removed_at"] is None:
            files[one["no"]] = files.get(one["no"], 0) + 1
    held = row["holder"] is not None and (row["lease_until"] or 0) > now
    box = store.box(case)
    answers = json.loads(row["answers"] or "{}")
    return CaseFacts(
        id=case,
        number=row["number"],
        state=row["state"],
        item=row["item"],
        flow=flow_in(store, row["flow"]),
        checklist=checklist_in(store, row["checklist"]),
        today=today,
        round=row["round"],
        notices=row["notices"],
        answers={key: yes for key, yes in answers.items() if isinstance(yes, bool)},
        materials=tuple(
            _material(one, files.get(one["no"], 0)) for one in rows_of(store, "material", case)
        ),
        deficiencies=tuple(_deficiency(box, one) for one in rows_of(store, "deficiency", case)),
        promises=tuple(
            PromiseFact(
                one["id"], one["kind"], one["no"], date.fromisoformat(one["due"]), one["state"]
            )
            for one in rows_of(store, "promise", case)
        ),
        tasks=tuple(_task(one) for one in rows_of(store, "review_task", case)),
        clocks=tuple(clock_fact(one) for one in rows_of(store, "clock", case)),
        papers=tuple(
            PaperFact(one["id"], one["kind"], one["number"], one["at"], one["delivered_at"])
            for one in rows_of(store, "paper", case)
            if one["delivery"] != VOID
        ),
        certificates=tuple(_certificate(store, one) for one in rows_of(store, "certificate", case)),
        yields=_yields(store, row),
        holder=row["holder"] if held else None,
        dishonest=bool(answers.get("dishonest")),
        form_problems=_form_problems(store, row) if form else None,
    )


def _form_problems(store: Store, row: Row) -> int | None:
    from hallclient.actions.case_form import form_problems

    return form_problems(store, row)


def _certificate(store: Store, row: Row) -> CertificateFact:
    from hallclient.actions.certificate_kinds import kinds_in

    kind = kinds_in(store, row["edition"]).kind[row["kind"]]
    return CertificateFact(row["id"], kind.id, row["state"], kind.zh, kind.en, row["code"] or "")


def _yields(store: Store, row: Row) -> int:
    """How many certificates a granted case yields."""
    if row["state"] not in GRANTED:
        return 0
    from hallclient.actions.certificate_kinds import current

    return len(current(store).of_item(row["checklist"].split("/")[1]))


def _material(row: Row, files: int) -> MaterialFact:
    return MaterialFact(
        row["id"],
        row["no"],
        MaterialState(row["state"]),
        row["form"],
        row["medium"],
        row["copies"],
        row["round"],
        tuple(json.loads(row["reasons"] or "[]")),
        files,
        row["checked_at"],
    )


def _deficiency(box: Box | None, row: Row) -> DeficiencyFact:
    texts = (opened(box, row["sealed"]) or {}) if row["sealed"] else {}
    return DeficiencyFact(
        row["id"],
        row["round"],
        row["source"],
        row["ref"],
        row["code"],
        texts.get("text", ""),
        texts.get("how", ""),
        row["opened_at"],
        row["closed_at"],
        row["paper"],
        texts.get("text_en", ""),
        texts.get("how_en", ""),
    )


def _task(row: Row) -> TaskFact:
    due = date.fromisoformat(row["due"]) if row["due"] else None
    return TaskFact(
        row["id"],
        row["department"],
        bool(row["lead"]),
        row["state"],
        row["round"],
        due,
        row["done_at"],
    )


def clock_fact(row: Row) -> ClockFact:
    """A clock's row as rules see it."""
    pauses = tuple(
        (date.fromisoformat(begin), date.fromisoformat(end) if end else None)
        for begin, end in json.loads(row["pauses"] or "[]")
    )
    return ClockFact(
        row["id"],
        row["timer"],
        row["state"],
        row["started_at"],
        date.fromisoformat(row["start"]),
        row["count"],
        row["unit"],
        pauses,
        date.fromisoformat(row["due"]),
        row["due_at"],
        bool(row["provisional"]),
    )
