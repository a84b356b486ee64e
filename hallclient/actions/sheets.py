"""Blank sheets (空白证照): received, given to windows, used, spoiled, counted at the day's end.

A row of ``sheet_range`` says who holds which serials; a row of ``sheet`` what became of one. All of
it is in the stream ``sheets``; what a sheet carries is in the case's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from db.log import Change
from db.store import Row, Store
from hallclient.actions import certificate_kinds
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.rules.certificate import sheets as rules
from hallclient.rules.certificate.sheets import Span
from hallclient.rules.certificate.spec import Stock
from hallclient.rules.errors import Refused
from hallclient.rules.roles import allowed
from hallclient.rules.text import clean

STREAM: Final = "sheets"
SAFE: Final = ""
"""The holder of what no window has: the hall's safe."""
BOUND, USED, SPOILED, MISSING = "bound", "used", "spoiled", "missing"
STATES: Final = (BOUND, USED, SPOILED, MISSING)
"""Being printed on; printed on; spoiled; not to be found."""
_LONGEST: Final = 200


class Held(NamedTuple):
    """Blank sheets that a window (`SAFE`: the hall) has: the next serial as it stands on it."""

    stock: Stock
    window: str
    left: int
    next: str
    ranges: tuple[Span, ...]


def receive(
    store: Store, who: Actor, stock: str, first: str, last: str, source: str, window: str = SAFE
) -> Row:
    """Take a delivery in, into the safe or at once for a window; its range.

    Raises ``no-such-stock``, ``sheets-known`` (one of them is here already), ``sheet-source``,
    ``no-such-window``; as `rules.span`.
    """
    with acting(store, who, "sheet.receive") as tx:
        found = stock_in(store, stock)
        wanted = rules.span(found, first, last)
        said = clean(source).strip()
        if not said or len(said) > _LONGEST:
            raise Refused("sheet-source", field="source", longest=_LONGEST)
        _window(tx, window)
        for row in tx.rows("SELECT * FROM sheet_range WHERE stock = ?", stock):
            if rules.overlap(wanted, Span(row["first"], row["last"])):
                raise Refused("sheets-known", field="first", first=first, last=last)
        key, row = _range(tx, stock, wanted, window, said)
        change: Change = ("sheet_range", key, None, row)
        tx.append("sheet.received", key, [change], stream=STREAM, count=wanted.size)
        return {"id": key, **row}


def give(
    store: Store, who: Actor, stock: str, first: str, last: str, window: str, source: str = SAFE
) -> list[Row]:
    """Hand sheets from one holder to another (the safe: empty); the receiver's ranges.

    Raises ``no-such-stock``, ``sheets-not-held``, ``sheets-used``, ``no-such-window``.
    """
    with acting(store, who, "sheet.receive") as tx:
        found = stock_in(store, stock)
        wanted = rules.span(found, first, last)
        for one in (window, source):
            _window(tx, one)
        held = [row for row in _held(tx, stock, source) if rules.overlap(wanted, span_of(row))]
        if sum(_shared(wanted, span_of(row)) for row in held) != wanted.size:
            raise Refused("sheets-not-held", field="first", first=first, last=last)
        if tx.row(
            "SELECT id FROM sheet WHERE stock = ? AND serial BETWEEN ? AND ?", stock, *wanted
        ):
            raise Refused("sheets-used", field="first", first=first, last=last)
        changes: list[Change] = []
        made: list[Row] = []
        for row in held:
            changes += _taken(tx, row, wanted)
            own = span_of(row)
            part = Span(max(own.first, wanted.first), min(own.last, wanted.last))
            key, fresh = _range(tx, stock, part, window, row["source"])
            changes.append(("sheet_range", key, None, fresh))
            made.append({"id": key, **fresh})
        tx.append(
            "sheet.given", stock, changes, stream=STREAM, to=window, giver=source, count=wanted.size
        )
        return made


def _taken(tx: Action, row: Row, wanted: Span) -> list[Change]:
    """A holder's range without what was given away; that stays told as theirs until now."""
    own = span_of(row)
    part = Span(max(own.first, wanted.first), min(own.last, wanted.last))
    rest = rules.without(own, part)
    if not rest:
        return [("sheet_range", row["id"], {"gone_at": None}, {"gone_at": tx.now})]
    was, now = own._asdict(), rest[0]._asdict()
    changed = [name for name in was if was[name] != now[name]]
    kept = {name: value for name, value in row.items() if name != "id" and value is not None}
    new = tx.store.env.new_id
    return [
        (
            "sheet_range",
            row["id"],
            {name: was[name] for name in changed},
            {name: now[name] for name in changed},
        ),
        *(("sheet_range", new(), None, {**kept, **one._asdict()}) for one in rest[1:]),
        ("sheet_range", new(), None, {**kept, **part._asdict(), "gone_at": tx.now}),
    ]


def spoil(store: Store, who: Actor, stock: str, serial: str, state: str, reason: str) -> Row:
    """Say that a blank sheet is ``spoiled`` or ``missing``, and why; it is never used.

    Raises ``no-such-stock``, ``sheet-state``, ``sheet-reason``, ``sheets-not-held``,
    ``sheets-used``, ``window-needed``.
    """
    with acting(store, who, "sheet.use") as tx:
        found = stock_in(store, stock)
        seated(tx)
        number = rules.read(found, serial)
        if state not in (SPOILED, MISSING):
            raise Refused("sheet-state", field="state", state=state)
        said = reason_of(reason)
        text = rules.serial_text(found, number)
        if not any(_has(row, number) for row in _held(tx, stock, tx.window)):
            raise Refused("sheets-not-held", field="serial", first=text, last=text)
        if tx.row("SELECT id FROM sheet WHERE stock = ? AND serial = ?", stock, number):
            raise Refused("sheets-used", field="serial", first=text, last=text)
        change = _sheet(tx, stock, number, state, copy=None, reason=said)
        tx.append("sheet.spoiled", change[1], [change], stream=STREAM)
        return {"id": change[1], **(change[3] or {})}


def reason_of(text: str) -> str:
    """Why a sheet is spoiled. Raises ``sheet-reason``."""
    said = clean(text).strip()
    if not said or len(said) > _LONGEST:
        raise Refused("sheet-reason", field="reason", longest=_LONGEST)
    return said


# -- printing on them


def bind_in(tx: Action, stock: Stock, copies: Sequence[str], first: str = "") -> list[int]:
    """Bind the next blank sheets of this window to copies, in order; their serials.

    ``first``: the serial on top of the tray, when it is not the lowest.
    Raises ``no-sheets`` with how many there are, ``sheets-not-held``, ``sheet-serial``.
    """
    free = blank_of(tx, stock.id, tx.window)
    if first:
        start = rules.read(stock, first, "first")
        if start not in free:
            text = rules.serial_text(stock, start)
            raise Refused("sheets-not-held", field="first", first=text, last=text)
        free = [one for one in free if one >= start]
    if len(free) < len(copies):
        raise Refused("no-sheets", stock=stock, left=len(free), wanted=len(copies))
    serials = free[: len(copies)]
    changes = [
        _sheet(tx, stock.id, serial, BOUND, copy=copy, reason=None)
        for serial, copy in zip(serials, copies, strict=True)
    ]
    tx.append("sheet.bound", stock.id, changes, stream=STREAM, serials=serials)
    return serials


def settle_in(tx: Action, states: Sequence[tuple[str, str, str | None]]) -> None:
    """What became of bound sheets: id, `USED` or `SPOILED` with why; empty: blank still."""
    changes: list[Change] = []
    for key, state, reason in states:
        row = tx.row("SELECT * FROM sheet WHERE id = ?", key)
        assert row is not None  # noqa: S101 - it was bound
        if not state:
            whole = {name: value for name, value in row.items() if name != "id"}
            changes.append(("sheet", key, whole, None))
            continue
        # Its day stays that on which it was no blank sheet any more.
        now = {"state": state, "reason": reason, "by": tx.actor, "at": tx.now}
        changed = {name: value for name, value in now.items() if row[name] != value}
        changes.append(("sheet", key, {name: row[name] for name in changed}, changed))
    if changes:
        tx.append("sheet.settled", tx.window, changes, stream=STREAM)


# -- counting


def held(store: Store, who: Actor, window: str | None = None) -> list[Held]:
    """The blank sheets of a window (None: this one; `SAFE`: the hall's safe), stock by stock."""
    admit(store, who, "sheet.read")
    holder = who.window if window is None else window
    return [held_of(store, stock, holder) for stock in certificate_kinds.current(store).stocks]


def held_of(store: Store, stock: Stock, window: str) -> Held:
    """The blank sheets of one stock that a window has."""
    free = blank_of(store, stock.id, window)
    spans = tuple(span_of(row) for row in _held(store, stock.id, window))
    following = rules.serial_text(stock, free[0]) if free else ""
    return Held(stock, window, len(free), following, spans)


# -- inside


def stock_in(store: Store, stock: str) -> Stock:
    """A stock of the newest edition. Raises ``no-such-stock``."""
    found = certificate_kinds.current(store).stock.get(stock)
    if found is None:
        raise Refused("no-such-stock", field="stock", stock=stock)
    return found


def seated(tx: Action) -> None:
    """Sheets are a window's; the safe's are the supervisor's. Raises ``window-needed``."""
    if not tx.window and not allowed(tx.who.role, "sheet.receive"):
        raise Refused("window-needed", field="window")


def _window(tx: Action, window: str) -> None:
    if window != SAFE and window not in tx.hall.windows:
        raise Refused("no-such-window", field="window", window=window)


def _range(tx: Action, stock: str, span: Span, window: str, source: str) -> tuple[str, Row]:
    row: Row = {
        "stock": stock,
        "first": span.first,
        "last": span.last,
        "window": window,
        "source": source,
        "by": tx.actor,
        "at": tx.now,
        "day": tx.day,
    }
    return tx.store.env.new_id(), row


def _sheet(
    tx: Action, stock: str, serial: int, state: str, copy: str | None, reason: str | None
) -> Change:
    row = {
        "stock": stock,
        "serial": serial,
        "window": tx.window,
        "state": state,
        "copy": copy,
        "by": tx.actor,
        "at": tx.now,
        "day": tx.day,
        "reason": reason,
    }
    kept = {name: value for name, value in row.items() if value is not None}
    return ("sheet", f"{stock}:{serial}", None, kept)


def _held(source: Store | Action, stock: str, window: str) -> list[Row]:
    return source.rows(
        "SELECT * FROM sheet_range WHERE stock = ? AND window = ? AND gone_at IS NULL "
        "ORDER BY first",
        stock,
        window,
    )


def blank_of(source: Store | Action, stock: str, window: str) -> list[int]:
    """The blank sheets of a window, the lowest serial first."""
    spans = [span_of(row) for row in _held(source, stock, window)]
    if not spans:
        return []
    used = {
        row["serial"]
        for row in source.rows(
            "SELECT serial FROM sheet WHERE stock = ? AND serial BETWEEN ? AND ?",
            stock,
            min(one.first for one in spans),
            max(one.last for one in spans),
        )
    }
    return list(rules.blanks(spans, used))


def span_of(row: Row) -> Span:
    """The serials of a range's row."""
    return Span(row["first"], row["last"])


def _has(row: Row, serial: int) -> bool:
    return bool(row["first"] <= serial <= row["last"])


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.last, other.last) - max(one.first, other.first) + 1)
