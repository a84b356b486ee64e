"""The form of a company that does not exist, filled in whole, for a case of the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from db.store import Row, Store
from hallclient.actions import filing_edit, filings
from hallclient.actions.acting import Actor
from hallclient.actions.filing_view import open_filing
from hallclient.demo.people import names, person
from hallclient.paths import FIXTURES
from hallclient.rules.form.edits import SINGLE, STEP, Add, Edit, Put
from hallclient.rules.form.entering import defaults
from hallclient.rules.form.state import State


class _Day:
    """A day that a text names: ``{day}``, or so many days after it: ``{day:60}``."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __format__(self, days: str) -> str:
        return (self.day + timedelta(int(days or 0))).isoformat()


def file_form(store: Store, who: Actor, form: str, item: str, roll: Random) -> Row:
    """A filing of today that has nothing wrong; its row. Raises as `filings.new`."""
    filing = filings.new(store, who, form, item=item)
    empty = open_filing(store, who, filing["id"]).state
    filing_edit.edit(store, who, filing["id"], list(_edits(empty, roll)))
    return filing


def _edits(empty: State, roll: Random) -> Iterator[Edit]:
    today = empty.today
    known = {f"p{n}": person(roll, "") for n in (1, 2, 3)}
    following = today.replace(day=1) + timedelta(32)
    said = {
        "day": _Day(today),
        "year": today.year,
        "month": f"{following:%Y-%m}",
        "brand": roll.choice(names()["brands"]),
        **known,
    }
    for section, rows in _filled()["rows"].items():
        for place, (row, cells) in enumerate(rows.items()):
            yield Add(section, row, place * STEP)
            yield from defaults(empty, section, row)
            for name, text in cells.items():
                yield Put(row, name, text.format_map(said))
    for name, text in _filled()["once"].items():
        yield Put(SINGLE, name, text.format_map(said), empty.text(SINGLE, name))


@lru_cache(maxsize=1)
def _filled() -> dict[str, Any]:
    """What is filled in: ``rows`` section -> row -> field -> text, ``once`` field -> text."""
    data: dict[str, Any] = json.loads((FIXTURES / "demo" / "company.json").read_bytes())
    return data
