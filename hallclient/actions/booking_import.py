"""Bookings from the booking system's files: what is new, changed or cancelled; the rest stays.

One transaction for a file. The same file twice changes nothing, so a file whose import was
broken off is simply imported again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from db.store import Row, Store
from hallclient.actions import booking_files
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.booking_files import Content
from hallclient.actions.bookings import booking, cancel_in, person_of, phone_token
from hallclient.actions.moves import Moves
from hallclient.rules import booking as rules
from hallclient.rules.booking_row import Draft, Problem, parse_row, services_of
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import clean

_PLAIN: Final = ("day", "slot", "until", "item", "line", "sent")
_PLACE: Final = ("day", "slot", "until", "line", "person")
"""What a booking takes of the hall: checked when one of these changes."""


_PLACES: Final = ("slot-full", "same-day")
"""Problems that another booking's going may solve."""


class ImportReport(NamedTuple):
    """What a file brought. ``rows``: how many it has; ``unknown``: headings left out."""

    file: str
    rows: int
    new: int
    changed: int
    cancelled: int
    unchanged: int
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...]
    dry_run: bool = False


class _Undone(Exception):
    """Ends a dry run: nothing of it is kept."""


def import_file(store: Store, who: Actor, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Take in a file of bookings; a bad row is reported and does not stop the others.

    ``dry_run``: the same answer, and nothing is changed. Raises ``booking-file-…`` when the file
    cannot be read to its end: then nothing of it is taken in.
    """
    with acting(store, who, "booking.import") as tx:
        hall = tx.hall
    content = booking_files.read(path)
    drafts, problems, again = _drafts(content, hall)
    counts = {"new": 0, "changed": 0, "cancelled": 0, "unchanged": again}
    try:
        with acting(store, who, "booking.import") as tx:
            problems += _take_all(tx, drafts, path.name, counts)
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    return ImportReport(
        file=path.name,
        rows=len(content.rows) + len(content.problems),
        problems=tuple(sorted(problems, key=lambda one: one.row)),
        unknown=tuple(content.unknown),
        dry_run=dry_run,
        **counts,
    )


def _take_all(tx: Action, drafts: list[Draft], file: str, counts: dict[str, int]) -> list[Problem]:
    """Every booking of a file, counted; what is wrong with the others.

    What is cancelled or moved gives its place to the others, wherever in the file they stand: a
    row that was refused for want of a place is tried again as long as places come free. So the
    same file once more finds nothing left to do.
    """
    problems: list[Problem] = []
    left = sorted(drafts, key=lambda one: one.state != rules.CANCELLED)
    while left:
        waiting: list[tuple[Draft, Problem]] = []
        freed = False
        for draft in left:
            done = _take_in(tx, draft, file)
            if not isinstance(done, Problem):
                counts[done] += 1
                freed = freed or done != "unchanged"
            elif done.code in _PLACES:
                waiting.append((draft, done))
            else:
                problems.append(done)
        left = [draft for draft, _ in waiting] if freed else []
        if not freed:
            problems += [problem for _, problem in waiting]
    return problems


def _drafts(content: Content, hall: Hall) -> tuple[list[Draft], list[Problem], int]:
    """The bookings of a file, what is wrong with rows, and how many rows only repeat one."""
    services, words = services_of(hall), booking_files.words()
    problems = list(content.problems)
    drafts: dict[str, Draft] = {}
    again = 0
    for row, cells in content.rows:
        parsed = parse_row(row, cells, hall, services, words)
        if isinstance(parsed, list):
            problems += parsed
            continue
        first = drafts.setdefault(parsed.id, parsed)
        if first is parsed:
            continue
        if first._replace(row=row) == parsed:
            again += 1
        else:
            problems.append(Problem(row, "twice", {"first": first.row}, parsed.id))
    return list(drafts.values()), problems, again


def _take_in(tx: Action, draft: Draft, file: str) -> str | Problem:
    """One booking: what became of it, a count of `ImportReport`, or why it cannot be."""
    row = booking(tx.store, draft.id)
    if draft.state == rules.CANCELLED:
        return _cancel(tx, draft, row)
    known = {} if row is None else person_of(tx.store, row)
    forgotten = row is not None and row["sealed"] is not None and not known
    # What a file does not say is not taken away; who was forgotten stays so.
    person = {} if forgotten else {**known, **draft.person}
    wanted: dict[str, Any] = {name: getattr(draft, name) for name in _PLAIN}
    if not forgotten:
        identity, phone = person.get("identity"), person.get("phone")
        wanted["person"] = tx.store.person_token(identity) if identity else None
        wanted["phone"] = phone_token(tx.store, phone) if phone else None
    if row is not None:
        if person == known and all(row[name] == value for name, value in wanted.items()):
            return "unchanged"
        if problem := _closed(draft, row):
            return problem
    if row is None or any(row[name] != wanted.get(name, row[name]) for name in _PLACE):
        found = rules.check_new(
            tx.hall, draft.line, draft.slot, draft.until, tx.now, _facts(tx, draft, wanted)
        )
        if found is not None:
            return Problem(draft.row, found[0], found[1], draft.id)
    moves = Moves(tx)
    now = {**wanted, "state": rules.BOOKED, "imported_at": tx.now}
    if row is None:
        moves.insert("booking", draft.id, {**now, "source": rules.ONLINE, "since": tx.now})
        tx.append("booking.imported", draft.id, moves.set, file=clean(file))
    else:
        if row["state"] != rules.BOOKED:
            now |= {"since": tx.now, "reason": None}
        moves.update("booking", row, now)
        tx.append("booking.changed", draft.id, moves.set, file=clean(file))
    if person != known:
        seal_booking(tx, draft.id, None if row is None else row["sealed"], person)
    return "new" if row is None else "changed"


def seal_booking(tx: Action, key: str, before: str | None, person: Mapping[str, str]) -> None:
    """Append the personal fields, sealed, to the booking's own stream; ``before``: sealed so far.

    The fields are those of `persons.PERSON_FIELDS`, none of them empty.
    """
    if person:
        sealed = tx.seal(key, dict(person))
        tx.append(
            "booking.identified",
            key,
            [("booking", key, {"sealed": before}, {"sealed": sealed})],
            stream=f"booking:{key}",
        )


def _cancel(tx: Action, draft: Draft, row: Row | None) -> str | Problem:
    if row is None or row["state"] == rules.CANCELLED:
        return "unchanged"
    if row["state"] == rules.ARRIVED:
        return Problem(draft.row, "arrived", {"number": row["number"]}, draft.id)
    if row["state"] == rules.NO_SHOW:
        return Problem(draft.row, "cancelled-late", {}, draft.id)
    cancel_in(tx, row, "imported")
    return "cancelled"


def _closed(draft: Draft, row: Row) -> Problem | None:
    """Why a booking that is in the store cannot become what the row says."""
    if row["source"] != rules.ONLINE:
        return Problem(draft.row, "number-taken", {}, draft.id)
    if row["state"] == rules.ARRIVED:
        return Problem(draft.row, "arrived", {"number": row["number"]}, draft.id)
    if row["state"] != rules.BOOKED and draft.slot <= row["slot"]:
        return Problem(draft.row, "over", {"state": row["state"]}, draft.id)
    return None


def _facts(tx: Action, draft: Draft, wanted: Mapping[str, Any]) -> rules.Facts:
    person, policy = wanted.get("person"), tx.hall.policy
    others = "source = 'online' AND state <> 'cancelled' AND id <> ?"
    begin = rules.slot_begin(draft.slot, policy)
    taken = tx.row(
        f"SELECT count(*) AS n FROM booking WHERE day = ? AND line = ? AND slot >= ? AND slot < ? "
        f"AND {others}",
        draft.day,
        draft.line,
        begin,
        begin + policy.slot_ms,
        draft.id,
    )
    facts = rules.Facts(in_slot=taken["n"] if taken else 0)
    if person is None:
        return facts
    same = tx.row(
        f"SELECT id FROM booking WHERE person = ? AND day = ? AND {others}",
        person,
        draft.day,
        draft.id,
    )
    since = date.fromisoformat(tx.day) - timedelta(days=policy.booking_no_show_days)
    missed = tx.row(
        "SELECT count(*) AS n FROM booking WHERE person = ? AND day >= ? AND state = 'no_show' "
        "AND source = 'online'",
        person,
        since.isoformat(),
    )
    return facts._replace(other=same["id"] if same else "", missed=missed["n"] if missed else 0)
