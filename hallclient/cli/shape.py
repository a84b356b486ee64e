"""Numbers and windows as they are printed: stable keys for programs, lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from db.store import Row, Store
from hallclient.actions import forecasting, views
from hallclient.actions.calling import Called
from hallclient.actions.deskview import masked
from hallclient.actions.tickets import Ticket
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.leg import Leg
from hallclient.rules.text import cell_width, plain
from hallclient.texts import language, t
from hallclient.words import clock, duration, iso, state_word, why_text, window_word


def item_name(hall: Hall, code: str) -> str:
    """A service in the language spoken; its code when this edition no longer has it."""
    item = hall.items.get(code)
    return code if item is None else named(item, language())


def row_of(leg: Leg) -> Row:
    """A leg as a row."""
    return {name: getattr(leg, name) for name in Leg.__slots__}


def leg_object(hall: Hall, leg: Mapping[str, Any]) -> dict[str, object]:
    """One service of one number."""
    return {
        "number": leg["number"],
        "service": leg["item"],
        "name": item_name(hall, leg["item"]),
        "state": leg["state"],
        "line": leg["line"],
        "lane": leg["lane"],
        "window": leg["window"],
        "operator": leg["operator"],
        "since": iso(leg["since"]),
        "taken_at": iso(leg["ticket_at"]),
        "attempts": leg["attempts"],
        "reason": leg["reason"],
        "timer_at": iso(leg["timer_at"]),
        "visit": leg["visit"],
    }


def leg_line(hall: Hall, leg: Mapping[str, Any]) -> str:
    """``A032 name: state``."""
    return t(
        "cli.leg",
        number=leg["number"],
        name=item_name(hall, leg["item"]),
        state=state_word(leg["state"]),
    )


def called_object(hall: Hall, called: Called, reason: str = "") -> dict[str, object]:
    """A call, with why it was this one as a sentence and as data."""
    why = called.why
    return {
        **leg_object(hall, row_of(called.leg)),
        "why": why_text(why, reason),
        "band": why.get("band"),
        "wait_s": None if "wait_ms" not in why else int(why["wait_ms"]) // 1000,
        "passed_over": why.get("passed_over"),
        "again": called.again,
    }


def ticket_object(store: Store, hall: Hall, ticket: Ticket) -> dict[str, object]:
    """A number that was just taken or changed, with all its services."""
    services = [leg_object(hall, row_of(leg)) for leg in ticket.legs]
    first = services[0]
    return {
        "number": ticket.number,
        "service": first["service"],
        "name": first["name"],
        "state": first["state"],
        "line": first["line"],
        "day": ticket.day,
        "slip": ticket.slip,
        "visit": ticket.visit,
        "services": services,
        "estimate": estimate_object(store, ticket.visit),
    }


def estimate_object(store: Store, visit: str) -> dict[str, int] | None:
    """Seconds from now until the call and until all is over, as ranges."""
    found = forecasting.estimate_of(store, visit)
    if found is None:
        return None
    return {
        "call_low_s": found.call_low // 1000,
        "call_high_s": found.call_high // 1000,
        "end_low_s": found.end_low // 1000,
        "end_high_s": found.end_high // 1000,
    }


def visit_object(store: Store, hall: Hall, visit: Row) -> dict[str, object]:
    """All there is about a number; the person masked."""
    services = [leg_object(hall, leg) for leg in visit["legs"]]
    current = next((one for one in services if one["state"] not in _OVER), services[-1])
    return {
        "number": visit["number"],
        "service": current["service"],
        "name": current["name"],
        "state": visit["state"],
        "line": current["line"],
        "day": visit["day"],
        "visit": visit["id"],
        "priority": visit["priority"],
        "claimed": visit["claimed"],
        "booking": visit["booking"],
        "slot": iso(visit["slot"]),
        "source": visit["source"],
        "taken_at": iso(visit["opened_at"]),
        "closed_at": iso(visit["closed_at"]),
        "person": masked(views.person_of(store, visit)),
        "services": services,
        "calls": [call_object(call) for call in visit["attempts"]],
        "estimate": estimate_object(store, visit["id"]),
    }


_OVER = ("done", "transferred", "cancelled", "abandoned", "carried_over")


def call_object(call: Row) -> dict[str, object]:
    """One announcement of a number."""
    import json

    why = json.loads(call["why"]) if call["why"] else {"band": call["band"]}
    if call["band"] == "recall":
        why["attempt"] = call["attempt"]
    return {
        "at": iso(call["at"]),
        "window": call["window"],
        "operator": call["operator"],
        "attempt": call["attempt"],
        "band": call["band"],
        "why": why_text(why),
        "reason": call["chosen"],
        "policy": call["policy"],
        "outcome": call["outcome"],
    }


def visit_text(store: Store, hall: Hall, visit: Row) -> str:
    """The same for a person."""
    lines = [
        t(
            "cli.visit",
            number=visit["number"],
            state=state_word(visit["state"]),
            at=clock(visit["opened_at"]),
        )
    ]
    if visit["priority"]:
        kind = hall.priorities.get(visit["priority"])
        said = visit["priority"] if kind is None else named(kind, language())
        lines.append(t("cli.visit.priority", kind=said, proof=visit["proof"] or ""))
    elif visit["claimed"]:
        kind = hall.priorities.get(visit["claimed"])
        said = visit["claimed"] if kind is None else named(kind, language())
        lines.append(t("cli.visit.claimed", kind=said))
    if visit["slot"] is not None:
        lines.append(t("cli.visit.slot", at=clock(visit["slot"]), booking=visit["booking"] or ""))
    for name, value in masked(views.person_of(store, visit)).items():
        lines.append("  " + t(f"cli.person.{name}", value=value))
    lines += ["  " + leg_line(hall, leg) for leg in visit["legs"]]
    for call in visit["attempts"]:
        why = str(call_object(call)["why"])
        lines.append("  " + t("cli.call", at=clock(call["at"]), window=call["window"], why=why))
    return "\n".join(lines)


def window_object(row: Row) -> dict[str, object]:
    """A window, with what it serves."""
    return {
        "window": row["id"],
        "number": row["number"],
        "name": row["zh"],
        "name_en": row["en"],
        "state": row["state"],
        "operator": row["operator"],
        "since": iso(row["since"]),
        "reason": row["reason"],
        "emergency": bool(row["emergency"]),
        "plan": {line: str(kind) for line, kind in row["plan"].items()},
        "visitor": row.get("visitor"),
    }


def window_cells(row: Row, now: int) -> list[str]:
    """A window's line of a list."""
    opened = row["state"] != "closed"
    return [
        row["id"],
        row["en"] if language() == "en" and row["en"] else row["zh"],
        window_word(row["state"]),
        row["operator"] or "-",
        row.get("visitor") or "-",
        duration(now - row["since"]) if opened else "-",
        t("cli.window.emergency") if row["emergency"] else "",
    ]


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Cells under each other; safe to print."""
    safe = [[plain(cell) for cell in row] for row in rows]
    if not safe:
        return []
    widths = [max(cell_width(row[at]) for row in safe) for at in range(len(safe[0]))]
    return [
        "  ".join(
            cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in safe
    ]
