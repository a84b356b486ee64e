"""A store with many cases: most of them closed long ago, some open, as a hall has them.

Each case is one event of its own stream, chained and projected like any other.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import fill
from db import log
from db.log import Change
from db.projections import project
from db.store import Store
from hallclient.actions import cases
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_title import Applicant, find_text
from hallclient.demo import people
from hallclient.rules.search import fold

CLERK = Actor("c01", "clerk", "W01")
DEPARTMENTS = ("market", "planning", "fire", "water")
_OPEN = (
    ("received", 12), ("corrected", 3), ("correction", 15), ("prereview", 8), ("prereview_ok", 4),
    ("accepted", 3), ("handling", 40), ("mending", 3), ("done_pass", 2), ("issued", 10),
)  # fmt: skip
_NAMES = 5_000
"""So many companies file them, as the demo names its own."""
_DAY_MS = 86_400_000


def made(path: Path, closed: int, opened: int) -> Store:
    """So many closed cases of the last two years, and so many that are open."""
    store = fill.create(path)
    first = cases.open_case(
        store, CLERK, fill.codes(store)[0], checklist="food",
        applicant=Applicant("organisation", "x"),
    )  # fmt: skip
    store.db.execute("PRAGMA synchronous = OFF")
    dice = random.Random(closed)
    now = store.env.now()
    states = [state for state, weight in _OPEN for _ in range(weight)]
    names = [people.company(dice) for _ in range(_NAMES)]
    typed = {name: find_text(Applicant("organisation", name), "") for name in set(names)}
    with acting(store, CLERK, "case.open") as tx:
        for place in range(closed + opened):
            is_open = place >= closed
            state = dice.choice(states) if is_open else "archived"
            # Who waits for an answer does not wait long; a few do, and are in silence.
            since = 9 if state in ("received", "corrected") else 40 if is_open else 700
            begun = now - dice.randrange(since) * _DAY_MS - dice.randrange(_DAY_MS // 3)
            name = names[place % _NAMES]
            like = {**first, "title": name, "find": typed[name]}
            made = _case(store, dice, like, place, begun, state)
            _append(store, tx.day, f"case:{made[0][1]}", begun, made)
    store.db.execute("PRAGMA synchronous = FULL")
    store.db.execute("ANALYZE")
    return store


def _case(
    store: Store, dice: random.Random, like: dict[str, Any], place: int, begun: int, state: str
) -> list[Change]:
    """The rows of one case, as its steps would have left them."""
    key = store.env.new_id()
    day = store.env.day(begun)
    start = date.fromisoformat(day)
    ended = None if state != "archived" else begun + 3 * _DAY_MS
    agent = dice.choice((None, "a01", "a02"))
    number = f"{day.replace('-', '')}-W{place % 20 + 1:02d}-{place:06d}"
    row = {
        **{column: like[column] for column in ("item", "checklist", "flow", "kind", "title")},
        "number": number,
        "find": f"{fold(number)} {like['find']}",
        "day": day,
        "source": "counter",
        "state": state,
        "since": begun,
        "round": int(state in ("correction", "mending")),
        "opened_by": "c01",
        "opened_at": begun,
        "received_at": begun,
        "accepted_at": None if state in ("received", "correction") else begun,
        "closed_at": ended,
        "agent": agent,
        "holder": dice.choice(("c01", "c02", "c03", None)),
        "lease_until": begun + 1_800_000,
        "notices": 0,
        "answers": "{}",
    }
    rows: list[tuple[str, str, dict[str, Any]]] = []
    timer = "notice5" if state in ("received", "corrected") else "decide"
    # Limits are few, so many clocks are due on the same day; a fifth or so is late.
    due = start + timedelta(dice.choice((14, 28, 42, 56)))
    if state in ("received", "corrected"):
        due = start + timedelta(7)
    paused = state in ("mending", "special")
    rows.append(("clock", "c/1", {
        "timer": timer, "state": "met" if ended else "paused" if paused else "running",
        "started_at": begun, "start": day, "count": 5 if timer == "notice5" else 20, "unit": "W",
        "pauses": json.dumps([[day, None]] if paused else []), "due": due.isoformat(),
        "provisional": 0, "calendar": "calendar/2026-11", "ended_at": ended,
    }))  # fmt: skip
    for n, kind in enumerate(("sqd", "gzs", "slt"), 1):
        rows.append(("paper", f"p/{n}", {
            "kind": kind, "number": f"{kind}{place:07d}", "copies": 1, "stamped": int(n > 1),
            "by": "c01", "at": begun + n, "day": day,
        }))  # fmt: skip
    for n in range(1, dice.randrange(3)):
        code = f"{dice.randrange(1, 6)}.1"
        rows.append(("deficiency", f"d/{n}", {
            "round": 1, "source": "material", "ref": code[0], "code": code, "opened_by": "c01",
            "opened_at": begun, "closed_at": ended, "paper": f"{key}/p/2",
        }))  # fmt: skip
    if not dice.randrange(10):
        rows.append(("promise", "o/1", {
            "kind": "tolerance", "no": 3, "due": due.isoformat(),
            "state": "kept" if ended else "open", "by": "c01", "at": begun, "closed_at": ended,
        }))  # fmt: skip
    if state in ("handling", "archived"):
        for n, department in enumerate(DEPARTMENTS[: 1 + place % 3], 1):
            done = ended or (begun if not dice.randrange(2) else None)
            rows.append(("review_task", f"t/{n}", {
                "department": department, "lead": int(n == 1), "round": 1, "sent_at": begun,
                "state": "agreed" if done else "open", "due": due.isoformat(), "done_at": done,
                "urged": dice.randrange(3),
            }))  # fmt: skip
    changes: list[Change] = [("case_file", key, None, row)]
    changes += [(table, f"{key}/{tail}", None, {"case_file": key, **one})
                for table, tail, one in rows]  # fmt: skip
    return changes


def _append(store: Store, day: str, stream: str, at: int, changes: list[Change]) -> None:
    event = log.Event(
        device=store.device, stream=stream, seq=1, epoch=store.epoch, kind="case.opened",
        version=1, subject=changes[0][1], actor="c01", window="W01", at=at, day=day,
        body=log.encode({}, changes), prev_hash=log.head(store.db, store.device, stream)[1],
    )  # fmt: skip
    event.hash = log.digest(event)
    log.insert(store.db, event)
    project(store.db, changes)
