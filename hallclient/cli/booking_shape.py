"""Bookings as they are printed: stable keys for programs, lines for people."""

from __future__ import annotations

from typing import Final

from db.store import Row, Store
from hallclient.actions import bookings
from hallclient.actions.booking_confirm import Compared, seen_of
from hallclient.actions.bookings import Quota
from hallclient.actions.deskview import masked
from hallclient.booking_words import row_name, sent_text, slot_text
from hallclient.cli.shape import columns, item_name
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.text import narrow
from hallclient.texts import LANGUAGES, language, t, text_in
from hallclient.words import clock, iso, state_word, word

QUOTA: Final = ("line", "slot", "capacity", "quota", "booked", "arrived", "missed")


def booking_object(store: Store, hall: Hall, row: Row) -> dict[str, object]:
    """A booking; the person masked."""
    seen = seen_of(row)
    return {
        "booking": row["id"],
        "day": row["day"],
        "slot": iso(row["slot"]),
        "until": iso(row["until"]),
        "service": row["item"],
        "name": item_name(hall, row["item"]),
        "line": row["line"],
        "state": row["state"],
        "source": row["source"],
        "reason": row["reason"],
        "number": row["number"],
        "visit": row["visit"],
        "person": masked(bookings.person_of(store, row)),
        "sent": bookings.materials_of(row),
        "confirmed_at": iso(seen.get("at")),
        "confirmed_by": seen.get("by"),
    }


def cells(store: Store, hall: Hall, row: Row) -> list[str]:
    """A booking's line of a list."""
    return [
        row["id"],
        row["day"],
        slot_text(row["slot"], row["until"]),
        state_word(row["state"]),
        row["number"] or "-",
        item_name(hall, row["item"]),
        masked(bookings.person_of(store, row)).get("name", ""),
    ]


def booking_text(store: Store, hall: Hall, row: Row, compared: list[Compared]) -> str:
    """The same for a person, with what was sent and what was found."""
    lines = ["  ".join(cells(store, hall, row)).rstrip()]
    seen = seen_of(row)
    if seen:
        lines.append(t("cli.booking.seen", at=clock(seen["at"]), by=seen["by"]))
    lines += ["  " + text for text in columns([compared_cells(one) for one in compared])]
    return "\n".join(lines)


def compared_object(one: Compared) -> dict[str, object]:
    """A row of the comparison."""
    return {
        "key": one.key,
        "kind": one.kind,
        "name": one.name,
        "sent": dict(one.sent),
        "mark": one.mark or None,
        "note": one.note,
    }


def compared_cells(one: Compared) -> list[str]:
    """The same under each other."""
    return [
        word("booking.mark", one.mark or "none"),
        row_name(one.kind, one.name),
        sent_text(one.sent),
        one.note,
    ]


def names_of(one: Compared) -> list[str]:
    """What a row may be called on the command line, folded."""
    names = [one.name]
    if one.kind == "person":
        names += [text_in(spoken, f"booking.column.{one.name}") for spoken in LANGUAGES]
    return [narrow(name).casefold() for name in names]


def quota_object(one: Quota) -> dict[str, object]:
    """A line's bookings in one slot."""
    return {**one._asdict(), "slot": iso(one.slot), "capacity": round(one.capacity, 1)}


def quota_cells(hall: Hall, one: Quota) -> list[str]:
    """The same as a line of a table."""
    return [
        named(hall.lines[one.line], language()),
        clock(one.slot),
        f"{one.capacity:.1f}",
        str(one.quota),
        str(one.booked),
        str(one.arrived),
        str(one.missed),
    ]
