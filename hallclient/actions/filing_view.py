"""A filing opened on a screen, and kept up with what other terminals change in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from db.seal import Box
from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.filing_cells import (
    COLUMNS,
    FILLING,
    OF,
    Collision,
    filing_row,
    unsealed,
)
from hallclient.actions.filing_edit import position
from hallclient.actions.filing_log import STEP, Step, backwards, step_of, stream
from hallclient.actions.filing_registered import registered
from hallclient.actions.forms import form_in
from hallclient.rules.form.origin import NOTHING, Registered
from hallclient.rules.form.state import State

_CELL = ", ".join(COLUMNS)


class Override(NamedTuple):
    """A problem that somebody let pass, for as long as it looks as it did (``seen``)."""

    rule: str
    row: str
    reason: str
    seen: str
    role: str
    by: str
    at: int


class Opened(NamedTuple):
    """A filing as it stands. ``seq``: what `news` begins behind; ``registered``: what of it nobody
    may change.
    """

    filing: Row
    state: State
    collisions: dict[tuple[str, str], Collision]
    overrides: tuple[Override, ...]
    seq: int
    registered: Registered = NOTHING


class News(NamedTuple):
    """What has happened since. ``steps``: oldest first, the reader's own among them;
    ``collisions``: the cells in which a disagreement began or ended, as they are; ``filing`` and
    ``overrides``: as they are.
    """

    seq: int
    steps: tuple[Step, ...]
    collisions: tuple[Collision, ...]
    filing: Row
    overrides: tuple[Override, ...]


class Left(NamedTuple):
    """A filing that an operator was working on. ``at``: the last change (UTC ms)."""

    id: str
    number: str
    form: str
    at: int
    fields: int
    """How many cells hold something."""


def open_filing(store: Store, who: Actor, filing: str) -> Opened:
    """Load a filing with everything that was said in it. Raises ``no-such-filing``.

    Personal fields are read in clear; those of a forgotten applicant are empty.
    """
    admit(store, who, "form.read")
    with snapshot(store):
        row = filing_row(store, filing)
        return load(store, row)


def load(store: Store, row: Row, day: str = "") -> Opened:
    """`open_filing` for who reads in a transaction already; ``day``: as of that day (empty: of
    today).
    """
    key = row["id"]
    today = day or store.env.day(store.env.now())
    state = State(form_in(store, row["form"])[1], date.fromisoformat(today))
    begin = len(key) + 1
    found = store.db.execute(f"SELECT id, section, place FROM form_row WHERE {OF}", (key,))
    rows = [(section, row_id[begin:], place) for row_id, section, place in found.fetchall()]
    collisions: dict[tuple[str, str], Collision] = {}
    state.load(rows, _cells(store, key, collisions))
    passed = overrides(store, key)
    state.judging.let_pass({(one.rule, one.row): one.seen for one in passed})
    seq, kept = position(store, key), registered(store, row)
    return Opened(row, state, collisions, passed, seq, kept)


def news(store: Store, filing: str, after: int) -> News | None:
    """What has changed since place ``after`` of the filing's stream; None: nothing."""
    seq = position(store, filing)
    if seq == after:
        return None
    with snapshot(store):
        box = store.box(filing)
        events = store.db.execute(
            f"SELECT {STEP} FROM event WHERE device = ? AND stream = ? AND seq > ? ORDER BY seq",
            (store.device, stream(filing), after),
        ).fetchall()
        steps = tuple(step_of(event, box) for event in events)
        disputed = dict.fromkeys(cell for step in steps for cell in step.disputed)
        collisions = tuple(_collision(store, filing, *cell, box) for cell in disputed)
        row = filing_row(store, filing)
        return News(steps[-1].seq, steps, collisions, row, overrides(store, filing))


def overrides(store: Store, filing: str) -> tuple[Override, ...]:
    """What was let pass in a filing, in the order of it."""
    box = store.box(filing)
    rows = store.db.execute(
        "SELECT rule, row, reason, seen, role, by, at FROM form_override "
        f"WHERE {OF} ORDER BY at, id",
        (filing,),
    )
    return tuple(
        Override(rule, row, unsealed(box, reason), unsealed(box, seen), *rest)
        for rule, row, reason, seen, *rest in rows
    )


def left_open(store: Store, who: Actor) -> list[Left]:
    """The open filings this operator made or touched last, the newest change first.

    What a screen offers after a crash: all that was acknowledged is in them.
    """
    admit(store, who, "form.read")
    found = []
    for row in store.rows(f"SELECT * FROM filing WHERE state = '{FILLING}'"):
        at, by = next(backwards(store, row["id"], "at, actor"))
        if who.operator in (by, row["made_by"]):
            found.append(left(store, row, at))
    return sorted(found, key=lambda one: (-one.at, one.number))


def left(store: Store, row: Row, at: int | None = None) -> Left:
    """What there is of a filing. ``at``: its last change, when that is known."""
    if at is None:
        at = next(backwards(store, row["id"], "at, actor"))[0]
    count = store.db.execute(
        f"SELECT count(*) FROM form_cell WHERE {OF} AND (value IS NOT NULL OR sealed IS NOT NULL)",
        (row["id"],),
    ).fetchone()[0]
    return Left(row["id"], row["number"], row["form"], at, count)


@contextmanager
def snapshot(store: Store) -> Iterator[None]:
    """One read transaction, so that what is read agrees; part of one that is under way."""
    if store.db.in_transaction:
        yield
        return
    store.db.execute("BEGIN")
    try:
        yield
    finally:
        store.db.execute("COMMIT")


def _cells(
    store: Store, filing: str, collisions: dict[tuple[str, str], Collision]
) -> Iterator[tuple[str, str, str]]:
    """Every cell that holds something; disagreements are collected on the way."""
    box = store.box(filing)
    begin = len(filing) + 1
    found = store.db.execute(f"SELECT id, {_CELL} FROM form_cell WHERE {OF}", (filing,))
    for key, value, sealed, other, other_sealed, by in found.fetchall():
        row, _, field = key[begin:].partition("/")
        text = value if sealed is None else unsealed(box, sealed)
        if by is not None:
            beside = other if other_sealed is None else unsealed(box, other_sealed)
            collisions[row, field] = Collision(row, field, text or "", beside or "", by)
        if text:
            yield row, field, text


def _collision(store: Store, filing: str, row: str, field: str, box: Box | None) -> Collision:
    found = store.db.execute(
        f"SELECT {_CELL} FROM form_cell WHERE id = ?", (f"{filing}/{row}/{field}",)
    ).fetchone()
    value, sealed, other, other_sealed, by = found or (None,) * len(COLUMNS)
    text = value or "" if sealed is None else unsealed(box, sealed)
    if by is None:
        return Collision(row, field, text, None, "")
    beside = other if other_sealed is None else unsealed(box, other_sealed)
    return Collision(row, field, text, beside or "", by)
