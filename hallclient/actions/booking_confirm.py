"""Confirming at the window (现场确认): what was sent in advance beside what is on the table.

The result is marks; it is in the log. What was noted may say more of a person than of a paper,
so notes are sealed with the booking's personal fields and forgotten with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.booking_import import seal_booking
from hallclient.actions.bookings import booking, materials_of, person_of
from hallclient.actions.deskview import masked
from hallclient.actions.moves import Moves
from hallclient.rules import booking as rules
from hallclient.rules.booking_marks import EXTRA, MARKS, MATERIAL, PERSON, Mark, checked
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow

_NOTE = "note:"
"""Before the key of a row: the name of its note among the sealed fields."""


class Compared(NamedTuple):
    """One row of the comparison: a material, or a field of the person."""

    key: str
    kind: str
    """``material`` or ``person``."""
    name: str
    """A material's name; of a person's field its code (``identity``)."""
    sent: Mapping[str, Any]
    """Of a material copies, pages, note; of a field its ``value``, masked. Empty: not sent."""
    mark: str = ""
    """``same``, ``differs``, ``missing``, ``extra``; empty: not looked at yet."""
    note: str = ""


def booking_for(store: Store, key: str) -> Row | None:
    """The booking of a booking number, of a visit's id, or of a number of today."""
    found = booking(store, key)
    if found is not None:
        return found
    row = store.row(
        "SELECT booking FROM visit WHERE booking IS NOT NULL "
        "AND (id = ?1 OR day = ?3 AND number = ?2)",
        key,
        narrow(key),
        store.env.day(store.env.now()),
    )
    return None if row is None else booking(store, row["booking"])


def comparison(store: Store, key: str) -> list[Compared]:
    """What is to be compared, with the marks made so far; empty when there is no such booking.

    ``key`` as `booking_for` takes it. First the person, then the materials in the order sent,
    then what was there besides.
    """
    row = booking_for(store, key)
    return [] if row is None else _compared(store, row)


def confirm(store: Store, who: Actor, key: str, marks: Sequence[Mark]) -> list[Compared]:
    """Record what was found; a later one corrects it. The rows as they are now.

    Raises ``no-such-booking``, ``not-arrived``, and as `rules.booking_marks.checked`.
    """
    with acting(store, who, "booking.confirm") as tx:
        row = booking_for(store, key)
        if row is None:
            raise Refused("no-such-booking", field="booking", booking=key)
        if row["state"] != rules.ARRIVED:
            raise Refused("not-arrived", field="booking", booking=row["id"])
        found = checked(marks, {one.key: one.name for one in _sent(store, row)})
        seen = {
            "at": tx.now,
            "by": tx.actor,
            "rows": [{"key": one.key, "name": one.name, "mark": one.mark} for one in found],
        }
        counts: dict[str, Any] = {mark: sum(one.mark == mark for one in found) for mark in MARKS}
        moves = Moves(tx)
        moves.update(
            "booking", row, {"seen": json.dumps(seen, ensure_ascii=False, separators=(",", ":"))}
        )
        tx.append("booking.confirmed", row["id"], moves.set, number=row["number"], **counts)
        fields = store.unseal(row["id"], row["sealed"]) or {}
        notes = {_NOTE + one.key: one.note for one in found if one.note}
        sealed = {**person_of(store, row), **notes}
        if sealed != fields:
            seal_booking(tx, row["id"], row["sealed"], sealed)
        fresh = booking(store, row["id"])
        return [] if fresh is None else _compared(store, fresh)


def _sent(store: Store, row: Row) -> list[Compared]:
    rows = [
        Compared(name, PERSON, name, {"value": value})
        for name, value in masked(person_of(store, row)).items()
    ]
    for place, one in enumerate(materials_of(row)):
        rest = {name: value for name, value in one.items() if name != "name"}
        rows.append(Compared(f"m{place}", MATERIAL, one["name"], rest))
    return rows


def _compared(store: Store, row: Row) -> list[Compared]:
    rows = _sent(store, row)
    made = {one["key"]: one for one in seen_of(row).get("rows", ())}
    rows += [
        Compared(key, MATERIAL, one["name"], {})
        for key, one in made.items()
        if one["mark"] == EXTRA
    ]
    fields = store.unseal(row["id"], row["sealed"]) or {}
    return [
        one._replace(
            mark=made[one.key]["mark"] if one.key in made else "",
            note=fields.get(_NOTE + one.key, ""),
        )
        for one in rows
    ]


def seen_of(row: Row) -> dict[str, Any]:
    """When (UTC ms), by whom and with what marks a booking was confirmed; empty: not yet."""
    found: dict[str, Any] = json.loads(row["seen"] or "{}")
    return found
