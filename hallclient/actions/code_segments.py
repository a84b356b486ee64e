"""Bodies of codes (码段): given to the hall as segments, leased to windows in blocks, used once.

Nothing here is ever taken back: a body is used or void for good, a lease is never reclaimed, and a
store that was restored from a backup begins with new segments (it is another device then, for the
old one may have gone on). So a code given here is given nowhere else, with the network down too.
Assignment operation after GB/T 36105-2018.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from db.log import Change
from db.store import Row, Store
from hallclient.actions import certificate_kinds
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.rules.certificate import segments
from hallclient.rules.certificate.schemes import YEAR
from hallclient.rules.certificate.segments import Range
from hallclient.rules.certificate.spec import FOOD, SERIAL, USCC, Scheme
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, narrow

STREAM: Final = "codes"
LOW_SEGMENT: Final = 10
"""A segment is low with so many times the scheme's ``low`` left."""
_LONGEST: Final = 200


class Pool(NamedTuple):
    """What there is of a scheme for one window. ``leased``: bodies left in its own blocks;
    ``left``: bodies that it could lease still; ``low``: ask for a new segment soon.
    """

    scheme: Scheme
    window: str
    leased: int
    left: int
    low: bool


class Seat(NamedTuple):
    """Where codes are used: a window (an operator who sits at none), in a year."""

    store: Store
    window: str
    year: int


class Segment(NamedTuple):
    """A segment and what became of its bodies."""

    row: Row
    leased: int
    used: int
    void: int


# -- segments


def load(
    store: Store,
    who: Actor,
    scheme: str,
    first: str,
    last: str,
    source: str,
    *,
    chars: str = segments.CHARS31,
    windows: Sequence[str] = (),
    year: int = 0,
) -> Row:
    """Take a segment in: every body from ``first`` to ``last``; its row.

    ``source``: the letter or batch it was given with; ``windows``: only these lease from it.
    ``year``: only codes of this year are made of it (serial numbers; 0: the year of today).
    Raises ``no-such-scheme``, ``segment-source``, ``segment-overlaps``, ``no-such-window``; as
    `segments.read`.
    """
    with acting(store, who, "code.load") as tx:
        found = scheme_in(tx, scheme)
        wanted = wanted_range(found, first, last, chars)
        said = clean(source).strip()
        if not said or len(said) > _LONGEST:
            raise Refused("segment-source", field="source", longest=_LONGEST)
        for window in windows:
            if window not in tx.hall.windows:
                raise Refused("no-such-window", field="windows", window=window)
        yearly = found.form == SERIAL and YEAR in found.prefix
        row: Row = {
            "scheme": found.id,
            "first": wanted.first,
            "last": wanted.last,
            "chars": wanted.chars,
            "size": segments.size(wanted),
            "next": 0,
            "windows": json.dumps(sorted(windows)) if windows else None,
            "source": said,
            "year": (year or _year(tx.day)) if yearly else None,
            "device": store.device,
            "by": tx.actor,
            "at": tx.now,
        }
        _apart(tx, found, wanted, row["year"])
        key = store.env.new_id()
        tx.append("code.segment-loaded", key, [("code_segment", key, None, row)], stream=STREAM)
        return {"id": key, **row}


def close_segment(store: Store, who: Actor, segment: str, reason: str) -> Row:
    """Void what of a segment nobody has leased, once and for all.

    Raises ``no-such-segment``, ``segment-closed``, ``code-reason``.
    """
    with acting(store, who, "code.void") as tx:
        row = tx.row("SELECT * FROM code_segment WHERE id = ?", segment)
        if row is None:
            raise Refused("no-such-segment", field="segment", segment=segment)
        return _close(tx, "code_segment", row, reason, rest=row["size"] - row["next"])


def close_block(store: Store, who: Actor, block: str, reason: str) -> Row:
    """Void what a window has not used of a block, once and for all (a window that is given up).

    Raises ``no-such-block``, ``segment-closed``, ``code-reason``.
    """
    with acting(store, who, "code.void") as tx:
        row = tx.row("SELECT * FROM code_block WHERE id = ?", block)
        if row is None:
            raise Refused("no-such-block", field="block", block=block)
        return _close(tx, "code_block", row, reason, rest=row["size"] - row["used"])


def _close(tx: Action, table: str, row: Row, reason: str, rest: int) -> Row:
    if row["closed_at"] is not None:
        raise Refused("segment-closed", field="segment", segment=row["id"])
    now = {"closed_by": tx.actor, "closed_at": tx.now, "reason": reason_of(reason)}
    kind = "code.block-closed" if table == "code_block" else "code.segment-closed"
    change = (table, row["id"], dict.fromkeys(now), now)
    tx.append(kind, row["id"], [change], stream=STREAM, rest=rest)
    return {**row, **now}


def wanted_range(scheme: Scheme, first: str, last: str, chars: str) -> Range:
    """The range meant: numbers that a hall counts are written as they are said, 1 to 500.

    Raises ``segment-number``; as `segments.read`.
    """
    if scheme.form == USCC:
        return segments.read(first, last, chars)
    numbers = [narrow(one) for one in (first, last)]
    wide = 6 if scheme.form == FOOD else scheme.digits
    for field, one in zip(("first", "last"), numbers, strict=True):
        if not one.isdecimal() or not 0 < int(one) < 10**wide:
            raise Refused("segment-number", field=field, number=one, digits=wide)
    padded = [one.zfill(segments.LENGTH) for one in numbers]
    return segments.read(padded[0], padded[1], segments.CHARS10)


def _apart(tx: Action, scheme: Scheme, wanted: Range, year: int | None) -> None:
    """Raise when another segment has one of these bodies.

    Bodies of credit codes are one space for all departments and categories; numbers that a hall
    counts are its scheme's and year's.
    """
    kinds = _schemes(tx)
    for row in tx.rows("SELECT * FROM code_segment"):
        other = kinds.get(row["scheme"])
        same = row["scheme"] == scheme.id and row["year"] == year
        if scheme.form == USCC:
            # A scheme that a newer edition has dropped may have been one as well.
            same = other is None or other.form == USCC
        if same and segments.overlaps(wanted, range_of(row)):
            raise Refused("segment-overlaps", field="first", first=row["first"], last=row["last"])


def range_of(row: Row) -> Range:
    """The bodies of a segment."""
    return Range(row["first"], row["last"], row["chars"])


# -- leases


def lease(store: Store, who: Actor, scheme: str) -> Row:
    """Lease the next block of a scheme for this window, beside what it has; the block.

    Raises ``no-such-scheme``, ``no-codes``.
    """
    with acting(store, who, "code.lease") as tx:
        return lease_in(tx, scheme_in(tx, scheme))


def lease_in(tx: Action, scheme: Scheme) -> Row:
    at = seat_of(tx)
    segment = next(iter(open_segments(at, scheme)), None)
    if segment is None:
        raise Refused("no-codes", why=_why_none(at, scheme), scheme=scheme)
    size = min(scheme.block, segment["size"] - segment["next"])
    key = tx.store.env.new_id()
    row = {
        "segment": segment["id"],
        "scheme": scheme.id,
        "window": seat_of(tx).window,
        "start": segment["next"],
        "size": size,
        "used": 0,
        "device": tx.store.device,
        "by": tx.actor,
        "at": tx.now,
    }
    was, now = {"next": segment["next"]}, {"next": segment["next"] + size}
    changes: list[Change] = [
        ("code_block", key, None, row),
        ("code_segment", segment["id"], was, now),
    ]
    tx.append("code.leased", key, changes, stream=STREAM)
    return {"id": key, "closed_at": None, **row}


def seat_of(tx: Action) -> Seat:
    """Where the action under way is done."""
    return Seat(tx.store, tx.window or tx.actor, _year(tx.day))


def _year(day: str) -> int:
    return int(day[:4])


def _why_none(at: Seat, scheme: Scheme) -> str:
    """Why there is nothing to lease: ``none``, ``restored``, ``window``, ``empty``."""
    rows = at.store.rows(
        "SELECT * FROM code_segment WHERE scheme = ? AND (year IS NULL OR year = ?)",
        scheme.id,
        at.year,
    )
    mine = [row for row in rows if row["device"] == at.store.device]
    if not mine:
        return "restored" if rows else "none"
    return "empty" if any(_open_to(row, at.window) for row in mine) else "window"


def reason_of(text: str) -> str:
    """Why a body or code is void. Raises ``code-reason``."""
    said = clean(text).strip()
    if not said or len(said) > _LONGEST:
        raise Refused("code-reason", field="reason", longest=_LONGEST)
    return said


# -- looking


def pools(store: Store, who: Actor) -> list[Pool]:
    """What this window has of every scheme."""
    admit(store, who, "code.read")
    at = Seat(store, who.window or who.operator, _year(store.env.day(store.env.now())))
    return [pool_of(at, scheme) for scheme in certificate_kinds.current(store).schemes]


def pool_of(at: Seat, scheme: Scheme) -> Pool:
    """What a seat has of a scheme."""
    left = sum(row["size"] - row["next"] for row in open_segments(at, scheme))
    own = leased(at, scheme)
    return Pool(scheme, at.window, own, left, own + left <= scheme.low * LOW_SEGMENT)


def open_segments(at: Seat, scheme: Scheme) -> list[Row]:
    """What can be leased from: this device's, of this year; one's own before one for all."""
    rows = at.store.rows(
        "SELECT * FROM code_segment WHERE scheme = ? AND device = ? AND closed_at IS NULL "
        "AND next < size AND (year IS NULL OR year = ?) ORDER BY windows IS NULL, at, id",
        scheme.id,
        at.store.device,
        at.year,
    )
    return [row for row in rows if _open_to(row, at.window)]


def _open_to(row: Row, window: str) -> bool:
    return row["windows"] is None or window in json.loads(row["windows"])


def open_blocks(at: Seat, scheme: Scheme) -> list[Row]:
    """The seat's own blocks with bodies left, the oldest first."""
    return at.store.rows(
        "SELECT code_block.* FROM code_block JOIN code_segment ON code_segment.id = segment "
        "WHERE code_block.window = ? AND code_block.scheme = ? AND code_block.device = ? "
        "AND code_block.closed_at IS NULL AND used < code_block.size "
        "AND (year IS NULL OR year = ?) ORDER BY code_block.at, code_block.id",
        at.window,
        scheme.id,
        at.store.device,
        at.year,
    )


def leased(at: Seat, scheme: Scheme) -> int:
    return sum(row["size"] - row["used"] for row in open_blocks(at, scheme))


def segments_of(store: Store, who: Actor) -> list[Segment]:
    """Every segment with what became of its bodies, the newest first."""
    admit(store, who, "code.read")
    rows = store.rows("SELECT * FROM code_segment ORDER BY at DESC, id DESC")
    counts = {
        row["segment"]: row
        for row in store.rows(
            "SELECT segment, count(*) AS used, sum(code.state = 'void') AS void FROM code "
            "JOIN code_block ON code_block.id = block GROUP BY segment"
        )
    }
    return [
        Segment(
            row,
            row["next"],
            counts[row["id"]]["used"] if row["id"] in counts else 0,
            counts[row["id"]]["void"] if row["id"] in counts else 0,
        )
        for row in rows
    ]


def blocks_of(store: Store, who: Actor) -> list[Row]:
    """Every block that has bodies left, by window."""
    admit(store, who, "code.read")
    return store.rows(
        "SELECT * FROM code_block WHERE closed_at IS NULL AND used < size ORDER BY window, at, id"
    )


def scheme_in(tx: Action, scheme: str) -> Scheme:
    """A scheme of the newest edition. Raises ``no-such-scheme``."""
    found = _schemes(tx).get(scheme)
    if found is None:
        raise Refused("no-such-scheme", field="scheme", scheme=scheme)
    return found


def _schemes(tx: Action) -> dict[str, Scheme]:
    return dict(certificate_kinds.newest(tx).scheme)
