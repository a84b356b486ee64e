"""A filing that begins from what is registered: from another one that was done.

Only a filing that was done says what is registered: an open one may still change, and what was
withdrawn or given up never came into the register. Of several that follow one another (a company,
then a change of its holders) only the last does: to begin from an earlier one would take over
holders who have gone. And a forgotten one says nothing about people any more. Who the applicant is
plays no part: a change is filed by whoever the company sends, for the company.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.filing_cells import CLOSED, filing_row, unsealed
from hallclient.actions.filing_registered import DONE_ONLY, followed, origin_keys
from hallclient.actions.filing_view import load
from hallclient.actions.filings import DONE, draft_of, made
from hallclient.actions.forms import form_in, newest
from hallclient.rules.errors import Refused
from hallclient.rules.form import delta
from hallclient.rules.form.entering import begin
from hallclient.rules.form.origin import taken
from hallclient.rules.form.preview import masked
from hallclient.rules.form.spec import Field, Form, Type
from hallclient.rules.form.state import State

_TELLING = (Type.TEXT, Type.USCC)
_TOLD = 2
"""So many fields tell whose filing it is: as a form names them, first the name."""


class Candidate(NamedTuple):
    """A filing to begin from. ``form``: the version it was filed with; ``at``: when it was done
    (UTC ms); ``said``: whose it is, personal texts masked.
    """

    id: str
    number: str
    form: Form
    at: int
    said: tuple[str, ...]


def begin_from(
    store: Store, who: Actor, form_id: str, source: str, *, item: str = "", number: str = ""
) -> Row:
    """Begin a filing with what another one (by id or number) says is registered; its row.

    The wanted tables of a change begin as the registered ones. Who may read filings may take them
    over, people too; what is personal stays sealed.

    Raises ``no-such-filing``, ``other-form`` (the form does not begin from that one's),
    ``origin-not-done``, ``origin-forgotten``, ``origin-passed`` with the later filing's number; as
    `filings.new`.
    """
    admit(store, who, "form.read")
    with acting(store, who, "form.new") as tx:
        row, form = filing_row(store, source), newest(tx, form_id)[0]
        other = form_in(store, row["form"])[0]
        origin = form.origin(other.id)
        if origin is None:
            raise Refused("other-form", field="from", number=row["number"], form=other)
        _check(tx, form, row)
        there = load(store, row, store.env.day(row["done_at"])).state
        draft = draft_of(tx, form_id, item, number, copied_from=row["id"])
        state = State(draft.program, date.fromisoformat(tx.day))
        state.apply(begin(state))
        edits = taken(state, there, origin, store.env.new_id)
        state.apply(edits)
        for edit in (*edits, *delta.begun(state, store.env.new_id)):
            draft.do(edit)
        return made(draft, origin=origin.form)


def candidates(
    store: Store, who: Actor, form: Form, text: str = "", most: int = 12
) -> list[Candidate]:
    """Filings that one of this form can begin from, the one that was done last first.

    ``text``: a part of the number, or of what tells whose it is (company, credit code); personal
    texts are not searched.
    """
    admit(store, who, "form.read")
    found: list[Candidate] = []
    for row in _done(store, form, text.strip()):
        if len(found) == most:
            break
        if not _forgotten(store, row["id"]) and not followed(store, form, row["id"]):
            other = form_in(store, row["form"])[0]
            said = tuple(_said(store, row, _telling(form, other)))
            found.append(Candidate(row["id"], row["number"], other, row["done_at"], said))
    return found


def _check(tx: Action, form: Form, row: Row) -> None:
    number = row["number"]
    if (row["state"], row["reason"]) != (CLOSED, DONE):
        raise Refused("origin-not-done", field="from", number=number)
    if _forgotten(tx.store, row["id"]):
        raise Refused("origin-forgotten", field="from", number=number)
    later = followed(tx.store, form, row["id"])
    if later:
        raise Refused("origin-passed", field="from", number=number, later=later)


def _done(store: Store, form: Form, text: str) -> Iterator[Row]:
    """What was done with a form that this one begins from and has this text, the newest first."""
    keys = origin_keys(store, form)
    told = {one.id for key in json.loads(keys) for one in _telling(form, form_in(store, key)[0])}
    cursor = store.db.execute(
        f"SELECT * FROM filing WHERE {DONE_ONLY} AND form IN (SELECT value FROM json_each(?1)) "
        "AND (?2 = '' OR instr(upper(number), upper(?2)) OR EXISTS ("
        "SELECT 1 FROM json_each(?3) AS told JOIN form_cell "
        "ON form_cell.id = filing.id || '//' || told.value "
        "WHERE instr(upper(form_cell.value), upper(?2)))) ORDER BY done_at DESC, id DESC",
        (keys, text, json.dumps(sorted(told))),
    )
    names = [column[0] for column in cursor.description]
    for found in cursor:
        yield dict(zip(names, found, strict=True))


def _forgotten(store: Store, filing: str) -> bool:
    sql = "SELECT 1 AS gone FROM case_key WHERE case_id = ? AND key IS NULL"
    return store.row(sql, filing) is not None


def _said(store: Store, row: Row, told: Iterable[Field]) -> Iterator[str]:
    """What these fields of a filing say, masked where it is personal."""
    for one in told:
        sql = "SELECT value, sealed FROM form_cell WHERE id = ?"
        cell = store.row(sql, f"{row['id']}//{one.id}")
        if cell is not None and cell["sealed"] is not None:
            yield masked(one, unsealed(store.box(row["id"]), cell["sealed"]))
        elif cell is not None and cell["value"]:
            yield cell["value"]


def _telling(form: Form, other: Form) -> list[Field]:
    """The fields of the other form that tell whose filing it is: the first texts and codes outside
    tables that are taken over as registered.
    """
    origin, fields = form.origin(other.id), other.fields
    once = {section.id for section in other.sections if not section.repeat}
    names = origin.registered.values() if origin is not None else ()
    found = (fields[name] for name in names if name in fields)
    return [one for one in found if one.section in once and one.type in _TELLING][:_TOLD]
