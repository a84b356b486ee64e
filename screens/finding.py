"""What the search box and the palette find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from db.store import Store
from hallclient.actions import views
from hallclient.actions.acting import Actor
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.text import mask_name, narrow
from hallclient.texts import language, t
from hallclient.words import clock, moment, state_word
from screens.desk_text import item_name

if TYPE_CHECKING:
    from hallclient.rules.search import SearchIndex

LIMIT = 30
Found = Sequence[tuple[str, str]]

_indexes: dict[tuple[str, str], SearchIndex] = {}
_lists: dict[tuple[str, ...], SearchIndex] = {}
"""By the editions of the checklists."""


def items(hall: Hall, text: str) -> Found:
    """Items of the catalogue: code, name, full pinyin, initials, old names."""
    key = (hall.id, hall.version)
    index = _indexes.get(key)
    if index is None:
        from hallclient.rules.catalogue_search import item_index

        # Built on the first search: 8 ms that the first frame need not wait for.
        index = _indexes[key] = item_index(hall)
    if not text.strip():
        return []
    return [
        (hit.key, f"{hit.key}  {item_name(hall, hit.key)}  {_line(hall, hit.key)}")
        for hit in index.find(text, LIMIT)
    ]


def _line(hall: Hall, code: str) -> str:
    line = hall.line_of(code)
    return line.prefix


def joints(hall: Hall, text: str) -> Found:
    """Joint matters whose name holds the text: several services on one number."""
    typed = text.strip().casefold()
    if not typed:
        return []
    return [
        (joint.id, t("desk.joint", name=named(joint, language()), n=len(joint.after)))
        for joint in hall.joints.values()
        if typed in joint.zh or typed in joint.en.casefold() or typed == joint.id
    ]


def numbers(store: Store, hall: Hall, text: str) -> Found:
    """Numbers of today, by number or by the person's name, company or initials; keys ``number:``.

    A name is looked for from two characters on, and shown masked.
    """
    typed = text.strip()
    if not typed:
        return []
    wanted = narrow(typed)
    rows = views.tickets(store, open_only=False)
    found: dict[str, str] = {}
    for row in rows:
        if row["number"].startswith(wanted):
            found.setdefault(row["number"], _number(hall, row))
    if len(typed) > 1 and not found:
        for row in rows:
            if row["closed_at"] is not None or row["number"] in found or row["sealed"] is None:
                continue
            person = views.person_of(store, row)
            if _person_index(person.get("name", ""), person.get("company", "")).find(typed, 1):
                said = f"{_number(hall, row)}  {mask_name(person.get('name', ''))}"
                found[row["number"]] = said
    return [(f"number:{number}", label) for number, label in list(found.items())[:LIMIT]]


def filings(store: Store, who: Actor, text: str) -> Found:
    """Filings that are being filled in, by their number or a company's name; keys ``filing:``."""
    from hallclient.actions.filing_find import search
    from hallclient.rules.roles import allowed

    if not allowed(who.role, "form.edit"):
        return []
    now = store.env.now()
    return [
        (
            f"filing:{one.id}",
            t("desk.filing", number=one.number, said=one.said, at=moment(one.at, now)),
        )
        for one in search(store, who, text)
    ]


def cases(store: Store, hall: Hall, who: Actor, text: str) -> Found:
    """Cases by number, document, name, service, pinyin or initials; keys ``case:``."""
    from hallclient.actions.case_find import find
    from hallclient.rules.roles import allowed

    if not allowed(who.role, "case.read"):
        return []
    return [(f"case:{row['id']}", case_label(store, hall, row)) for row in find(store, who, text)]


def case_label(store: Store, hall: Hall, row: dict[str, Any]) -> str:
    """A case in a line: its number, whose, for what, how it stands."""
    from hallclient.actions.editions import flow_in
    from hallclient.watch_words import case_state

    state = case_state(flow_in(store, row["flow"]), row["state"])
    name = item_name(hall, row["item"]) if row["item"] else row["checklist"].split("/")[1]
    return "  ".join(filter(None, (row["number"], row["title"], name, state)))


def checklists(store: Store, text: str) -> Found:
    """Checklists to open a case with, by name, code, pinyin or initials; keys ``list:``."""
    from hallclient.actions.editions import checklists as published
    from hallclient.actions.pinyin import syllables
    from hallclient.rules.search import Entry, Kind, SearchIndex

    known = published(store)
    if not text.strip():
        return [
            (f"list:{key}", t("desk.review-open", name=_name(one))) for key, one in known.items()
        ]
    editions = tuple(one.key for one in known.values())
    index = _lists.get(editions)
    if index is None:
        entries = []
        for key, one in known.items():
            entries.append(Entry((key,), one.zh, syllables(one.zh), Kind.NAME))
            entries.append(Entry((key,), one.en, "", Kind.OTHER))
            entries.append(Entry((key,), one.item, "", Kind.CODE))
        index = _lists[editions] = SearchIndex(entries)
    hits = index.find(text, LIMIT)
    return [(f"list:{hit.key}", t("desk.review-open", name=_name(known[hit.key]))) for hit in hits]


def _name(one: Any) -> str:
    return named(one, language())


def bookings_of(store: Store, hall: Hall, text: str) -> Found:
    """Bookings by number, phone or its end, identity number; today's while a number is typed."""
    from hallclient.actions import bookings

    rows = bookings.find(store, text) or bookings.beginning(store, text)
    return [(row["id"], booking_label(store, hall, row)) for row in rows]


def booking_label(store: Store, hall: Hall, row: dict[str, Any]) -> str:
    """A booking in a line: when, what, who (masked), and what has become of it."""
    from hallclient.actions import bookings

    today = store.env.day(store.env.now())
    day = "" if row["day"] == today else row["day"]
    state = state_word(row["state"])
    name = mask_name(bookings.person_of(store, row).get("name", ""))
    parts = (row["id"], day, clock(row["slot"]), state, item_name(hall, row["item"]), name)
    return "  ".join(part for part in parts if part)


def _number(hall: Hall, row: dict[str, object]) -> str:
    name = item_name(hall, str(row["item"]))
    return f"{row['number']}  {name}  {state_word(str(row['state']))}"


@lru_cache(maxsize=4096)
def _person_index(name: str, company: str) -> SearchIndex:
    from hallclient.actions.pinyin import syllables
    from hallclient.rules.search import Entry, Kind, SearchIndex

    entries = []
    if name:
        entries.append(Entry(("x",), name, syllables(name, person=True), Kind.NAME))
    if company:
        entries.append(Entry(("x",), company, syllables(company), Kind.OTHER))
    return SearchIndex(entries)
