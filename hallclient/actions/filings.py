"""Filings (申报件): a form begun for an applicant, found again, closed, forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.filing_cells import CLOSED, FILLING, OF, Draft, filing_row
from hallclient.actions.filing_log import stream
from hallclient.actions.filing_registered import followed, origin_of
from hallclient.actions.forms import form_in, newest
from hallclient.actions.legs import item_of
from hallclient.actions.moves import visit_of
from hallclient.actions.persons import forget_in
from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Edit, Put
from hallclient.rules.form.entering import begin
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Type
from hallclient.rules.form.state import State
from hallclient.rules.leg import Leg

DONE = "done"
REASONS = (DONE, "withdrawn", "given-up")
"""Why a filing is closed: taken in · the applicant withdrew it · nobody came back for it."""


def new(
    store: Store,
    who: Actor,
    form_id: str,
    *,
    item: str = "",
    number: str = "",
    copy_last: bool = False,
    base: Sequence[Edit] = (),
) -> Row:
    """Begin a filing of the newest version of a form; its row.

    ``number``: the ticket it belongs to, of today; the item is that of its service unless given.
    ``copy_last``: what this operator filled in last time and the form marks to be copied; never
    anything personal, nor a check of the counter's. ``base``: what the filing begins with, for a
    change of what is registered: rows and cells, in order.

    Raises ``no-such-form``, ``no-such-number``, ``no-such-item``; as `filing_edit.edit` for a base.
    """
    with acting(store, who, "form.new") as tx:
        before = _last(tx, form_id) if copy_last else None
        draft = draft_of(tx, form_id, item, number, copied_from=before)
        if before is not None:
            for put in _copied(tx, draft.program, before):
                draft.do(put)
        for edit in base:
            draft.do(edit)
        return made(draft)


def draft_of(
    tx: Action, form_id: str, item: str, number: str, *, copied_from: str | None = None
) -> Draft:
    """A new filing of the newest version, with its defaults; `made` writes it. As `new`."""
    form, program = newest(tx, form_id)
    visit, leg = _of_ticket(tx, number, item) if number else (None, None)
    code = item or (leg.item if leg is not None else "")
    if code:
        item_of(tx, code)
    filing = row_of(
        tx,
        form=form.key,
        item=code or None,
        visit=None if visit is None else visit["id"],
        leg=None if leg is None else leg.id,
        copied_from=copied_from,
    )
    draft = Draft(tx, filing, fresh=True)
    for edit in begin(State(program, date.fromisoformat(tx.day))):
        draft.do(edit)
    return draft


def row_of(tx: Action, **columns: str | None) -> Row:
    """The row of a new filing, numbered; ``columns``: what is known of it."""
    return {
        "id": tx.store.env.new_id(),
        "number": _number(tx),
        "day": tx.day,
        **columns,
        "state": FILLING,
        "made_by": tx.actor,
        "made_at": tx.now,
    }


def made(draft: Draft, **facts: Any) -> Row:
    """Write ``filing.made`` with everything the draft holds; the row as it stands.

    ``facts``: ``origin``, the form that what is registered was taken over from.
    """
    tx, filing = draft.tx, draft.filing
    key = filing["id"]
    row = {name: value for name, value in filing.items() if name != "id" and value is not None}
    changes = [("filing", key, None, row), *draft.set]
    tx.append("filing.made", key, changes, stream=stream(key), number=filing["number"], **facts)
    return filing_row(tx.store, key)


def find(store: Store, who: Actor, text: str) -> list[Row]:
    """The filing of this number (or id), or those of a ticket of today; the newest first."""
    admit(store, who, "form.read")
    sql = "SELECT * FROM filing WHERE number = ?1 OR id = ?1"
    found = store.row(sql, text)
    if found is not None:
        return [found]
    return store.rows(
        "SELECT filing.* FROM visit JOIN filing ON filing.visit = visit.id "
        "WHERE visit.day = ? AND visit.number = ? ORDER BY made_at DESC, filing.id",
        store.env.day(store.env.now()),
        text,
    )


def close(store: Store, who: Actor, filing: str, reason: str) -> Row:
    """End a filing: ``done``, ``withdrawn`` or ``given-up``; nothing is edited in it any more.

    Raises ``no-such-reason``; for ``done`` also ``filing-blocked`` (what blocks it must be mended
    or let pass first), ``filing-disputed`` (two texts in a cell) and ``registered-since`` (what it
    took over is not what is registered any more); as `filing_edit.edit`.
    """
    with acting(store, who, "form.close") as tx:
        if reason not in REASONS:
            raise Refused("no-such-reason", field="reason", reason=reason)
        row = filing_row(store, filing, open_only=True)
        if reason == DONE:
            _finished(store, row)
        was = {"state": FILLING, "done_by": None, "done_at": None, "reason": None}
        now = {"state": CLOSED, "done_by": tx.actor, "done_at": tx.now, "reason": reason}
        tx.append(
            "filing.closed",
            row["id"],
            [("filing", row["id"], was, now)],
            stream=stream(row["id"]),
            number=row["number"],
            reason=reason,
        )
        return row | now


def forget(store: Store, who: Actor, filing: str) -> None:
    """Destroy the key of a closed filing's personal fields, and of the visit it belongs to.

    Raises ``no-such-filing``, ``filing-open``; as `persons.forget`.
    """
    with acting(store, who, "personal.destroy") as tx:
        forget_in(tx, filing=filing_row(store, filing))


def _finished(store: Store, row: Row) -> None:
    """Raise ``registered-since``, ``filing-blocked`` or ``filing-disputed`` when the filing cannot
    be taken in.
    """
    from hallclient.actions.filing_view import load

    form = form_in(store, row["form"])[0]
    later = followed(store, form, row["copied_from"]) if origin_of(store, row) else ""
    if later:
        raise Refused("registered-since", number=row["number"], later=later)
    found = load(store, row)
    if found.collisions:
        count = len(found.collisions)
        raise Refused("filing-disputed", number=row["number"], count=count)
    count = sum(problem.stands for problem in found.state.problems())
    if count:
        raise Refused("filing-blocked", number=row["number"], count=count)


def _of_ticket(tx: Action, number: str, item: str) -> tuple[Row, Leg]:
    """The visit of a ticket and its leg that the filing is for: of this item, else the one at a
    window, else the first that is still open.
    """
    visit, legs = visit_of(tx, number)

    def fits(leg: Leg) -> tuple[bool, bool, bool]:
        return leg.item != item, leg.state not in queue.AT_WINDOW, leg.state not in queue.OPEN

    return visit, min(legs, key=fits)


def _number(tx: Action) -> str:
    """The next number of this window, or of an operator without one.

    A window works on one terminal, so no network is needed for it to be unique.
    """
    begin = f"{tx.day.replace('-', '')}-{tx.window or tx.actor}-"
    found = tx.db.execute(
        "SELECT number FROM filing WHERE number > ?1 AND number < ?1 || ':' "
        "AND substr(number, length(?1) + 1) NOT GLOB '*[^0-9]*' "
        "ORDER BY length(number) DESC, number DESC LIMIT 1",
        (begin,),
    ).fetchone()
    serial = 1 if found is None else int(found[0][len(begin) :]) + 1
    return f"{begin}{serial:03d}"


def _last(tx: Action, form_id: str) -> str | None:
    """This operator's newest filing of any version of the form."""
    found = tx.db.execute(
        "SELECT id FROM filing WHERE form IN (SELECT id FROM form WHERE form = ?) "
        "AND made_by = ? ORDER BY made_at DESC, id DESC LIMIT 1",
        (form_id, tx.actor),
    ).fetchone()
    return None if found is None else str(found[0])


def _copied(tx: Action, program: Program, before: str) -> Iterator[Put]:
    """What goes on from one applicant's filing to the next, of the fields outside repeats."""
    found = tx.db.execute(
        f"SELECT id, value FROM form_cell WHERE {OF} AND value IS NOT NULL", (f"{before}/",)
    ).fetchall()
    for key, text in found:
        one = program.layout.fields.get(key.rpartition("/")[2])
        if one is None or program.layout.row_of(one) or not one.typed or one.via:
            continue  # another version's
        own = one.personal or one.clerk or one.type is Type.PERSON
        if one.copy_last and not own:
            yield Put(SINGLE, one.id, text)
