"""One row of a booking system's file: from cells to a booking, or to what is wrong with them.

The words of columns and states are data (`Words`); nothing here knows a language. Text is
cleaned, never executed or guessed: what cannot be read for certain is a problem with its row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from hallclient.rules.booking import BOOKED, CANCELLED
from hallclient.rules.booking_cells import BadCell, fold, materials_of, text_of
from hallclient.rules.catalogue import Hall
from hallclient.rules.identity import is_identity
from hallclient.rules.spreadsheet import rounded
from hallclient.rules.text import narrow

PERSON: Final = ("name", "identity", "phone", "company")
TIMES: Final = ("time", "begin")
NEEDED: Final = (("number",), ("service",), ("date", *TIMES), (*TIMES, "date"))
"""Columns a file must have, each with those that may stand for it."""

_NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z_/.-]{2,39}")
_DATE: Final = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?|(\d{4})(\d\d)(\d\d)")
# A letter may stand for the colon, and one for the end of the minutes: 9h30, and the Chinese way.
_CLOCK: Final = r"(\d{1,2})(?::|[^\W\d_])(\d\d)(?::\d\d|[^\W\d_])?"
_TIME: Final = re.compile(rf"{_CLOCK}(?:[^\d+]{{1,3}}{_CLOCK})?")
_DATED: Final = re.compile(r"(\d{4}\D\d{1,2}\D\d{1,2}\D?|\d{8})[\sT]+(\S.*)")
_PHONE: Final = re.compile(r"\+?\d{7,15}")
_OTHER_ID: Final = re.compile(r"(?=.*\d)[0-9A-Z]{5,20}")


class Problem(NamedTuple):
    """What is wrong with a row; the text is ``booking.problem.<code>``.

    ``row`` as the file counts: a spreadsheet's row, a list's place, a line; the first is 1.
    """

    row: int
    code: str
    params: Mapping[str, object]
    booking: str = ""


class Words(NamedTuple):
    """What a file may call things; all folded by `fold`."""

    columns: Mapping[str, str]
    """Heading -> column."""
    materials: Mapping[str, str]
    """Key of a material -> ``name``, ``copies``, ``pages``, ``note``."""
    states: Mapping[str, str]
    """Word -> ``booked`` or ``cancelled``."""


class Draft(NamedTuple):
    """A booking as a row gives it; times are UTC ms. ``person``: only what the row says."""

    row: int
    id: str
    day: str
    slot: int
    until: int
    item: str
    line: str
    person: Mapping[str, str]
    sent: str
    """JSON list of materials: name, copies, pages, note."""
    state: str


def services_of(hall: Hall) -> dict[str, list[str]]:
    """Code, name or other name of an item, narrowed -> the codes that it may mean."""
    found: dict[str, dict[str, None]] = {}
    named = [(item.code, name) for item in hall.items.values() for name in (item.zh, item.en)]
    named += [(alias.target, alias.name) for alias in hall.aliases if alias.kind == "item"]
    for code, name in named:
        if name:
            found.setdefault(narrow(name), {})[code] = None
    for code in hall.items:
        found[narrow(code)] = {code: None}
    return {name: list(codes) for name, codes in found.items()}


def parse_row(
    row: int,
    cells: Mapping[str, object],
    hall: Hall,
    services: Mapping[str, Sequence[str]],
    words: Words,
) -> Draft | list[Problem]:
    """A row's booking, or everything that is wrong with its cells. ``cells``: column -> value."""
    problems: list[Problem] = []
    key = ""

    def tried(read: Callable[..., Any], *how: object) -> Any:
        try:
            return read(cells, *how)
        except BadCell as bad:
            problems.append(Problem(row, bad.code, bad.params, key))
            return None

    key = tried(_key) or ""
    times = tried(_times, hall)
    item = tried(_item, services)
    person = {name: tried(_PERSONAL[name]) for name in PERSON}
    sent = tried(materials_of, words.materials)
    state = tried(_state, words)
    if problems:
        return problems
    slot, until = times
    return Draft(
        row=row,
        id=key,
        day=datetime.fromtimestamp(slot / 1000, ZoneInfo(hall.time_zone)).date().isoformat(),
        slot=slot,
        until=until,
        item=item,
        line=hall.items[item].line,
        person={name: value for name, value in person.items() if value},
        sent=json.dumps(sent, ensure_ascii=False, separators=(",", ":")),
        state=state,
    )


# -- cells


def _key(cells: Mapping[str, object]) -> str:
    text = narrow(text_of(cells, "number", needed=True).removeprefix("'"))
    if rounded(text):
        raise BadCell("rounded", column="number", value=text)
    if not _NUMBER.fullmatch(text):
        raise BadCell("number", value=text)
    return text


def _item(cells: Mapping[str, object], services: Mapping[str, Sequence[str]]) -> str:
    text = text_of(cells, "service", needed=True)
    codes = services.get(narrow(text), ())
    if not codes:
        raise BadCell("service", value=text)
    if len(codes) > 1:
        raise BadCell("service-twice", value=text, codes=" ".join(codes))
    return codes[0]


def _state(cells: Mapping[str, object], words: Words) -> str:
    text = text_of(cells, "state")
    if not text:
        return BOOKED
    state = words.states.get(fold(text))
    if state not in (BOOKED, CANCELLED):
        raise BadCell("state", value=text)
    return state


# -- times


def _times(cells: Mapping[str, object], hall: Hall) -> tuple[int, int]:
    """Begin and end of the slot, UTC ms. Each cell may hold a date, a time or both."""
    days: list[date] = []
    clocks: dict[str, str] = {}
    for column in ("date", *TIMES, "end"):
        text = text_of(cells, column)
        if found := _DATED.fullmatch(text):
            days.append(_day(found[1]))
            text = found[2]
        elif column == "date" and text:
            days.append(_day(text))
            text = ""
        clocks[column] = text
    if not days:
        raise BadCell("empty", column="date")
    if len(set(days)) > 1:
        raise BadCell("days", first=days[0].isoformat(), other=days[-1].isoformat())
    begin, end = _clocks(clocks["time"] or clocks["begin"] or clocks["date"])
    if clocks["end"]:
        end, _ = _clocks(clocks["end"])
    zone = ZoneInfo(hall.time_zone)
    slot = round(datetime.combine(days[0], begin, zone).timestamp()) * 1000
    if end is None:
        return slot, slot + hall.policy.slot_ms
    if end <= begin:
        raise BadCell("span", begin=f"{begin:%H:%M}", end=f"{end:%H:%M}")
    return slot, round(datetime.combine(days[0], end, zone).timestamp()) * 1000


def _day(text: str) -> date:
    found = _DATE.fullmatch(narrow(text))
    if found is None:
        raise BadCell("date", value=text)
    year, month, day = (int(part) for part in found.groups() if part is not None)
    if not 2000 <= year < 2100:
        raise BadCell("date", value=text)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadCell("date", value=text) from None


def _clocks(text: str) -> tuple[time, time | None]:
    if not text:
        raise BadCell("empty", column="time")
    found = _TIME.fullmatch(narrow(text))
    if found is None:
        raise BadCell("time", value=text)
    try:
        begin = time(int(found[1]), int(found[2]))
        return begin, time(int(found[3]), int(found[4])) if found[3] else None
    except ValueError:
        raise BadCell("time", value=text) from None


# -- the person


def _name(cells: Mapping[str, object], column: str = "name") -> str:
    return text_of(cells, column)


def _identity(cells: Mapping[str, object]) -> str:
    text = narrow(text_of(cells, "identity").removeprefix("'"))
    if not text:
        return ""
    if rounded(text):
        raise BadCell("rounded", column="identity", value="")
    if re.fullmatch(r"\d{15}|\d{17}[\dX]", text):
        # Numbers of 15 digits have not been valid since 2013.
        if not is_identity(text):
            raise BadCell("identity")
    elif not _OTHER_ID.fullmatch(text):
        raise BadCell("identity")
    return text


def _phone(cells: Mapping[str, object]) -> str:
    text = re.sub(r"[()-]", "", narrow(text_of(cells, "phone").removeprefix("'")))
    if not text:
        return ""
    if rounded(text):
        raise BadCell("rounded", column="phone", value="")
    text = re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", text)
    if not _PHONE.fullmatch(text):
        raise BadCell("phone")
    return text


_PERSONAL: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "name": _name,
    "identity": _identity,
    "phone": _phone,
    "company": lambda cells: _name(cells, "company"),
}
