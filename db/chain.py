"""One pass over the log: every hash, every number, every change.

The same bytes as `db.log.header`, put together faster; a test holds the two against each other.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from db import log
from db.driver import sqlite
from db.kinds import KINDS
from db.projections import Diverged
from db.replay import BATCH, Replay
from db.report import Progress, Report
from db.upcast import UPCASTERS, upcast

HEADER = b"%b\x1f%b\x1f%d\x1f%d\x1f%b\x1f%d\x1f%b\x1f%b\x1f%b\x1f%d\x1f%b\x1f%b\n"
"""device, stream, seq, epoch, kind, version, subject, actor, window, at, day, algorithm."""
Heads = dict[tuple[Any, Any], tuple[Any, Any]]
"""(device, stream) -> (seq, hash) as SQLite gave them: in a damaged store they may be anything."""
LeftOut = dict[tuple[Any, Any, Any], Any]
"""(device, stream, seq) -> which changes of that event were not made (`left_out`)."""
STEP = 5_000
_ALGORITHM = log.ALGORITHM.encode()
_DECODE = json.JSONDecoder().raw_decode
# What a wrong event can make of reading or applying it.
WRONG = (Diverged, sqlite.Error, ValueError, TypeError, AttributeError, OverflowError)


def read_log(
    db: sqlite.Connection, report: Report, replay: Replay, tell: Progress, upto: int | None = None
) -> None:
    """Check the chain of every device and stream, and feed every event to ``replay``.

    ``db`` gives text as bytes. A broken link is one finding: what follows is checked from there.
    ``upto``: the last position that is read.
    """
    total = db.execute("SELECT count(*) FROM event").fetchone()[0]
    left_out: LeftOut = {
        tuple(row[:3]): row[3]
        for row in db.execute("SELECT device, stream, seq, changes FROM left_out")
    }
    heads: Heads = {}
    kinds: Counter[tuple[bytes, int]] = Counter()
    applying = True
    last = log.newest(db) if upto is None else upto
    for row in db.execute(
        f"SELECT {log.COLUMNS}, pos FROM event WHERE pos <= ? ORDER BY pos", (last,)
    ):
        if report.events % STEP == 0:
            tell("log", report.events, total)
        report.events += 1
        try:
            _link(row, heads, report)
        except (TypeError, AttributeError):
            report.add("event", **_where(row))
        kinds[row[4], row[5]] += 1
        if applying:
            applying = _apply(row, report, replay, left_out)
    if applying:
        _finish(report, replay)
    report.streams = len(heads)
    report.devices = len({device for device, _ in heads})
    report.head = _fingerprint(heads)
    for (kind, version), count in kinds.items():
        if version > KINDS.get(text(kind), 0):
            report.unknown[f"{text(kind)}@{version}"] += count
    tell("log", total, total)


def _link(row: tuple[Any, ...], heads: Heads, report: Report) -> None:
    (device, stream, seq, epoch, kind, version, subject, actor, window, at, day) = row[:11]
    body, before, stored, algorithm, _ = row[11:]
    last, previous = heads.get((device, stream), (0, log.GENESIS))
    heads[device, stream] = (seq, stored)
    if seq != last + 1:
        report.add("gap", **_where(row), expected=last + 1)
        return
    if algorithm != _ALGORITHM:
        report.add("algorithm", **_where(row), algorithm=text(algorithm))
        return
    head = HEADER % (
        device, stream, seq, epoch, kind, version, subject, actor, window, at, day, algorithm
    )  # fmt: skip
    if before != previous or stored != hashlib.sha256(before + head + body).digest():
        report.add("chain", **_where(row))
    report.last_at = max(report.last_at, at)


def _apply(row: tuple[Any, ...], report: Report, replay: Replay, left_out: LeftOut) -> bool:
    """Feed one event; False when its changes cannot be made, and so none after them."""
    try:
        body = row[11].decode()
        facts, end = _DECODE(body)
        if end != len(body):
            raise ValueError(body[end:])
        if UPCASTERS:
            reached, facts = upcast(text(row[4]), row[5], facts)
            report.brought_up += reached != row[5]
        changes = facts.get("set")
        if left_out and row[:3] in left_out:
            changes = made_of(changes, left_out[row[:3]])
    except (ValueError, AttributeError, TypeError):
        report.add("body", **_where(row))
        return False
    try:
        if changes:
            replay.apply(changes)
        if report.events % BATCH == 0:
            replay.ease()
    except WRONG as error:
        report.add("unreplayable", **_where(row), cause=str(error))
        return False
    return True


def made_of(changes: list[Any], left: str | bytes | None) -> list[Any]:
    """The changes of an event that were made, when ``left`` of them were not (None: all)."""
    if left is None:
        return []
    without = set(json.loads(left))
    return [change for index, change in enumerate(changes) if index not in without]


def _finish(report: Report, replay: Replay) -> None:
    try:
        replay.ease(done=True)
    except WRONG as error:
        report.add("unreplayable", device="", stream="", seq=0, pos=0, cause=str(error))
    report.unknown.update(replay.passed_over)


def _fingerprint(heads: Heads) -> str:
    lines = sorted(
        f"{text(device)}\x1f{text(stream)}\x1f{seq}\x1f{stored.hex()}\n"
        for (device, stream), (seq, stored) in heads.items()
        if isinstance(stored, bytes)
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _where(row: tuple[Any, ...]) -> dict[str, object]:
    return {"device": text(row[0]), "stream": text(row[1]), "seq": row[2], "pos": row[15]}


def text(value: object) -> str:
    """What SQLite gave, as text that can be shown."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
