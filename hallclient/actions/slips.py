"""Slips of paper: what stands on the slip of a number, and its code that any window can check.

A code says which number it is and when it was taken, and nothing of the person; `signing` says
with which key it is signed.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions import forecasting, views, windows
from hallclient.actions.acting import Actor, acting
from hallclient.actions.hall import hall_of
from hallclient.actions.moves import visit_of
from hallclient.actions.signing import signer_of
from hallclient.rules import queue, slip, slip_code
from hallclient.rules.catalogue import Hall, Named, PlanKind, named
from hallclient.rules.errors import Refused
from hallclient.rules.slip_code import SlipCode
from hallclient.rules.text import narrow
from hallclient.texts import text_in

PURPOSE = "slip signature 1"
_DOMAIN = b"hallclient slip 1\n"
_MOST_WINDOWS = 8


class Verified(NamedTuple):
    """A genuine slip of this hall. ``taken_at`` UTC ms, whole seconds.

    ``today``: it is of this business day; an older one is genuine and worth nothing.
    ``visit``: the id of its number here; empty when this store has no such number.
    """

    hall: str
    day: str
    number: str
    taken_at: int
    today: bool
    visit: str


# -- the code


def sign(store: Store, visit: Row) -> str:
    """The text of the code for a visit's row."""
    signer = signer_of(store, PURPOSE, _DOMAIN)
    code = SlipCode(
        signer.tag,
        visit["day"],
        visit["number"],
        visit["id"][-slip_code.VISIT :].upper(),
        visit["opened_at"] // 1000,
    )
    return slip_code.signed(code, signer.sign(slip_code.body(code)))


def verify(store: Store, text: str) -> Verified:
    """What a slip's code says, when this hall has signed it; needs no network and no other store.

    Raises ``slip-unreadable`` (no such code), ``slip-other-hall``, ``slip-forged``.
    """
    found = slip_code.read(narrow(text))
    if found is None:
        raise Refused("slip-unreadable", field="text")
    code, signature = found
    signer = signer_of(store, PURPOSE, _DOMAIN)
    if code.hall != signer.tag:
        raise Refused("slip-other-hall", field="text", number=code.number)
    if not signer.genuine(slip_code.body(code), signature):
        raise Refused("slip-forged", field="text", number=code.number)
    row = store.row(
        "SELECT id FROM visit WHERE day = ? AND number = ?",
        code.day,
        code.number,
    )
    known = row is not None and str(row["id"]).upper().endswith(code.visit)
    return Verified(
        hall_of(store).id,
        code.day,
        code.number,
        code.taken * 1000,
        code.day == store.env.day(store.env.now()),
        str(row["id"]) if row is not None and known else "",
    )


# -- the paper


def slip_of(
    store: Store,
    number: str,
    *,
    language: str = "zh",
    width: int = 80,
    again: bool = False,
    machine: str = "",
) -> slip.Slip:
    """The slip of a number of today; ``again``: it says so, and counts who is ahead anew.

    Raises ``no-such-number``, ``nothing-open`` (all its services have ended).
    """
    hall = hall_of(store)
    visit = views.visit_by_number(store, number)
    if visit is None:
        raise Refused("no-such-number", field="number", number=number)
    legs = [leg for leg in visit["legs"] if leg["state"] in queue.OPEN]
    if not legs:
        raise Refused("nothing-open", number=number)
    ahead, wait = _expected(store, visit, legs[0], again=again)
    word = partial(_word, language)
    facts = slip.Facts(
        hall=named(hall, language),
        day=visit["day"],
        number=number,
        taken=_local(hall, visit["opened_at"], "%Y-%m-%d %H:%M:%S"),
        services=[_service(store, hall, leg, language) for leg in legs],
        barcode=visit["day"].replace("-", "") + number,
        qr=sign(store, visit),
        zone=_zone(hall, legs[0]["line"], language),
        verified=word(hall.priorities.get(visit["priority"])),
        claimed="" if visit["priority"] else word(hall.priorities.get(visit["claimed"])),
        booked="" if visit["slot"] is None else _local(hall, visit["slot"], "%H:%M"),
        ahead=ahead,
        wait=wait,
        again=_local(hall, store.env.now(), "%H:%M") if again else "",
        machine=machine,
    )
    return slip.lay_out(facts, hall.policy, partial(text_in, language), slip.COLUMNS[width])


def printed(store: Store, who: Actor, number: str, *, again: bool = False) -> None:
    """Note that the printer took the slip of a number. Raises ``no-such-number``."""
    with acting(store, who, "ticket.print") as tx:
        visit, _ = visit_of(tx, number)
        tx.append("slip.printed", visit["id"], [], number=number, again=again)


def _service(store: Store, hall: Hall, leg: Row, language: str) -> slip.Service:
    item = hall.items.get(leg["item"])
    line = hall.lines[leg["line"]]
    return slip.Service(
        leg["item"] if item is None else named(item, language),
        named(line, language),
        _windows(store, line.id),
        after=leg["state"] == queue.BLOCKED,
    )


def _windows(store: Store, line: str) -> list[str]:
    """Numbers of the open windows that serve a line as their own; a few, or the planned ones."""
    rows = windows.windows(store)
    own = [row for row in rows if row["plan"].get(line) == PlanKind.MAIN]
    opened = [row for row in own if row["state"] != windows.CLOSED]
    found = [str(row["number"]) for row in opened or own]
    return found if len(found) <= _MOST_WINDOWS else []


def _zone(hall: Hall, line: str, language: str) -> str:
    """The part of the hall where a line is served; empty when that is more than one."""
    zones = {one.zone for one in hall.windows.values() if one.plan.get(line) == PlanKind.MAIN}
    only = hall.zones.get(zones.pop()) if len(zones) == 1 else None
    return _word(language, only)


def _expected(
    store: Store, visit: Row, leg: Row, *, again: bool
) -> tuple[int | None, tuple[int, int] | None]:
    if not again and visit["ahead"] is not None and visit["promised_low"] is not None:
        return visit["ahead"], (visit["promised_low"], visit["promised_high"])
    if leg["state"] != queue.WAITING:
        return None, None
    ahead = store.db.execute(
        "SELECT count(*) FROM leg WHERE state = 'waiting' AND day = ? AND line = ? "
        "AND (order_at, turn) < (?, ?)",
        (leg["day"], leg["line"], leg["order_at"], leg["turn"]),
    ).fetchone()[0]
    found = forecasting.estimate_of(store, visit["id"])
    return ahead, None if found is None else (found.call_low, found.call_high)


def _word(language: str, thing: Named | None) -> str:
    return "" if thing is None else named(thing, language)


def _local(hall: Hall, ms: int, form: str) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(ms / 1000, ZoneInfo(hall.time_zone)).strftime(form)
