"""Who stands behind a number: sealed fields, looked at only on the record, forgotten for good."""

from __future__ import annotations

from collections.abc import Mapping

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.legs import one_open
from hallclient.actions.moves import Moves, visit_of
from hallclient.rules import queue
from hallclient.rules.booking import BOOKED, CARRIED
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow

PERSON_FIELDS = ("name", "identity", "phone", "company")


def person_fields(person: Mapping[str, str]) -> dict[str, str]:
    """All `PERSON_FIELDS`, cleaned; the identity number as it is written on a card."""
    fields = {name: clean(person.get(name, "")).strip() for name in PERSON_FIELDS}
    fields["identity"] = narrow(fields["identity"])
    return fields


def identify(store: Store, who: Actor, number: str, person: Mapping[str, str]) -> None:
    """Record the person of an open number that has none: sealed, and as the queue's token.

    Raises ``no-such-number``, ``nothing-open``, ``person-known``, ``already-open`` with the number
    that this person has for the same service.
    """
    with acting(store, who, "ticket.identify") as tx:
        visit, legs = visit_of(tx, number)
        if visit["state"] != "open":
            raise Refused("nothing-open", number=number)
        if visit["sealed"] is not None:
            raise Refused("person-known", number=number)
        fields = person_fields(person)
        if fields["identity"]:
            token = store.person_token(fields["identity"])
            moves = Moves(tx)
            moves.update("visit", visit, {"person": token})
            for leg in legs:
                if leg.state in queue.OPEN:
                    one_open(tx, token, tx.hall.items[leg.item])
                    # Not a move: the leg's version stays, so that a call can still be undone.
                    moves.set.append(("leg", leg.id, {"person": None}, {"person": token}))
            tx.append("visit.person-known", visit["id"], moves.set, number=number)
        seal_person(tx, visit["id"], fields)


def reveal(store: Store, who: Actor, number: str) -> dict[str, str]:
    """The unmasked personal fields of a number; looking at them is an event (GB/T 22239 审计)."""
    with acting(store, who, "personal.view") as tx:
        visit, _ = visit_of(tx, number)
        tx.append("personal.viewed", visit["id"], [], stream=f"visit:{visit['id']}")
        return store.unseal(visit["id"], visit["sealed"]) or {}


def forget(store: Store, who: Actor, number: str, day: str) -> None:
    """Destroy the key of a closed visit's personal fields; the log stays valid (PIPL art. 47).

    Whoever came with a booking, was carried over to another day, filed a form or has a case is in
    several places: all their keys go, and with them the files of the cases. Raises
    ``no-such-number``; ``still-open``, ``booking-open``, ``filing-open``, ``case-open`` and
    ``commitment-open`` when one of them is not over.
    """
    with acting(store, who, "personal.destroy") as tx:
        visit = tx.row("SELECT * FROM visit WHERE day = ? AND number = ?", day, number)
        if visit is None:
            raise Refused("no-such-number", field="number", number=number)
        forget_in(tx, visit=visit)


def forget_case(store: Store, who: Actor, case: str) -> None:
    """The same of a case that is over (id or number). Raises ``no-such-case``; as `forget`."""
    with acting(store, who, "personal.destroy") as tx:
        row = tx.row("SELECT * FROM case_file WHERE id = ?1 OR number = ?1", case)
        if row is None:
            raise Refused("no-such-case", field="case", case=case)
        forget_in(tx, case=row)


def forget_in(
    tx: Action,
    *,
    visit: Row | None = None,
    booking: Row | None = None,
    filing: Row | None = None,
    case: Row | None = None,
) -> None:
    """Destroy the keys of a visit, booking, filing or case and of all it came from or went on as,
    each in its own stream. Raises as `forget`.
    """
    found: dict[str, str] = {}
    """What a key seals -> its stream."""
    todo = [("visit", visit), ("booking", booking), ("filing", filing), ("case", case)]
    while todo:
        sort, row = todo.pop(0)
        if row is None or row["id"] in found:
            continue
        _over(tx, sort, row)
        found[row["id"]] = f"{_STREAMS.get(sort, sort)}:{row['id']}"
        todo += _next_to(tx, sort, row)
    for key, stream in found.items():
        tx.destroy_key(key)
        tx.append("personal.destroyed", key, [], stream=stream)


_STREAMS = {"filing": "case"}
"""A form is the beginning of a case, and has a stream as one."""


def _over(tx: Action, sort: str, row: Row) -> None:
    """Raises when somebody still needs to know the person."""
    if sort == "visit" and row["state"] == "open":
        raise Refused("still-open", number=row["number"])
    if sort == "booking" and row["state"] == BOOKED:
        raise Refused("booking-open", field="booking")
    if sort == "filing" and row["state"] == "filling":
        raise Refused("filing-open", field="filing", number=row["number"])
    if sort != "case":
        return
    if row["closed_at"] is None:
        raise Refused("case-open", field="case", number=row["number"])
    pending = tx.row(
        "SELECT due FROM promise WHERE case_file = ? AND state = 'open' ORDER BY due", row["id"]
    )
    if pending is not None:
        raise Refused("commitment-open", field="case", number=row["number"], due=pending["due"])
    unfinished = tx.row(
        "SELECT id FROM certificate WHERE case_file = ?1 AND handed_at IS NULL "
        "AND ended_at IS NULL UNION SELECT id FROM certificate_change WHERE case_file = ?1 "
        "AND done_at IS NULL",
        row["id"],
    )
    if unfinished is not None:
        raise Refused("certificate-open", field="case", number=row["number"])


def _next_to(tx: Action, sort: str, row: Row) -> list[tuple[str, Row | None]]:
    """Where else the person of a visit, booking, filing or case is; what a slip says names a
    carried booking.
    """
    if sort == "visit":
        slip = row["day"].replace("-", "") + row["number"]
        carried = "SELECT * FROM booking WHERE id = ? AND source = ?"
        filings = tx.rows("SELECT * FROM filing WHERE visit = ? ORDER BY made_at, id", row["id"])
        cases = tx.rows("SELECT * FROM case_file WHERE visit = ? ORDER BY opened_at, id", row["id"])
        return [
            ("booking", tx.row("SELECT * FROM booking WHERE id = ?", row["booking"])),
            ("booking", tx.row(carried, slip, CARRIED)),
            *(("filing", filing) for filing in filings),
            *(("case", case) for case in cases),
        ]
    found = [("visit", tx.row("SELECT * FROM visit WHERE id = ?", row["visit"]))]
    if sort == "filing":
        found += [
            ("case", case)
            for case in tx.rows("SELECT * FROM case_file WHERE filing = ?", row["id"])
        ]
    elif sort == "case":
        found.append(("filing", tx.row("SELECT * FROM filing WHERE id = ?", row["filing"])))
    elif row["source"] == CARRIED:
        day, number = row["id"][:8], row["id"][8:]
        before = "SELECT * FROM visit WHERE day = ? AND number = ?"
        found.append(("visit", tx.row(before, f"{day[:4]}-{day[4:6]}-{day[6:]}", number)))
    return found


def seal_person(tx: Action, visit: str, person: Mapping[str, str]) -> None:
    """Append the personal fields, sealed, to the visit's own stream; nothing when all are empty."""
    fields = {name: value for name, value in person.items() if value}
    if fields:
        sealed = tx.seal(visit, fields)
        tx.append(
            "visit.identified",
            visit,
            [("visit", visit, {"sealed": None}, {"sealed": sealed})],
            stream=f"visit:{visit}",
        )
