"""Cases found: by number, a document's number, a ticket, name, item, pinyin or initials; listed.

What is typed is looked for in one text of each case (`case_title.find_text`), read from an index
that holds nothing else, so that a hundred thousand cases are looked through at once. People are not
listed: the whole name or the number of the card finds them.
"""

from __future__ import annotations

import json
from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.case_title import Applicant, tokens
from hallclient.rules.scan import route
from hallclient.rules.search import fold
from hallclient.rules.text import clean, narrow

MOST: Final = 20
_SHORT: Final = 2
"""Characters below which only the beginning of a number or name is looked for."""
_MORE: Final = 60
"""So many more than wanted are looked at, so that those still open come to the front."""


def find(store: Store, who: Actor, text: str, limit: int = MOST) -> list[Row]:
    """The best cases for what was typed: exact ones first, then open ones, the newest first.

    A whole number is that number: nothing else is looked for.
    """
    admit(store, who, "case.read")
    typed = clean(text).strip()[:120]
    if not typed or limit <= 0:
        return []
    named = _numbered(store, narrow(typed))
    if not named:
        named = [*_ticket(store, typed), *_persons(store, typed), *_texts(store, typed, limit)]
    found: dict[str, Row] = {}
    for row in named:
        found.setdefault(row["id"], row)
        if len(found) >= limit:
            break
    return list(found.values())


def listed(
    store: Store,
    who: Actor,
    *,
    state: str = "",
    agent: str = "",
    item: str = "",
    closed: bool = False,
    limit: int = 200,
    skip: int = 0,
) -> list[Row]:
    """A page of cases, whoever has waited longest first; closed ones the newest first."""
    admit(store, who, "case.read")
    wanted = {"state": state, "agent": agent, "item": item}
    where = [f"{name} = :{name}" for name, value in wanted.items() if value]
    where.append("closed_at IS NOT NULL" if closed else "closed_at IS NULL")
    order = "since DESC, id DESC" if closed else "since, id"
    cursor = store.db.execute(
        f"SELECT * FROM case_file WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :n OFFSET :m",
        {**wanted, "n": limit, "m": skip},
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def of_name(store: Store, wanted: str) -> str:
    """The case of this id, number or number of a document; empty: there is none here."""
    row = store.row("SELECT id FROM case_file WHERE id = ?1 OR number = ?1", wanted)
    row = row or store.row("SELECT case_file AS id FROM paper WHERE number = ?", wanted)
    return "" if row is None else str(row["id"])


def of_number(store: Store, number: str, day: str = "") -> list[Row]:
    """The cases of a ticket (of today unless a day is given), open ones first."""
    return store.rows(
        "SELECT case_file.* FROM visit JOIN case_file ON case_file.visit = visit.id "
        "WHERE visit.day = ? AND visit.number = ? "
        "ORDER BY case_file.closed_at IS NOT NULL, case_file.opened_at DESC",
        day or store.env.day(store.env.now()),
        number,
    )


def of_visit(store: Store, visit: Row) -> list[Row]:
    """Open cases that a visitor of today may have come for: those of the number, else those of the
    same person.
    """
    mine = store.rows(
        "SELECT * FROM case_file WHERE visit = ? ORDER BY closed_at IS NOT NULL, opened_at DESC",
        visit["id"],
    )
    if mine or visit["person"] is None:
        return mine
    return store.rows(
        "SELECT * FROM case_file WHERE person = ? AND closed_at IS NULL ORDER BY opened_at DESC",
        visit["person"],
    )


def _numbered(store: Store, number: str) -> list[Row]:
    """By the whole number of a case, a document or a filing."""
    return store.rows(
        "SELECT case_file.* FROM case_file WHERE number = ?1 UNION ALL "
        "SELECT case_file.* FROM paper JOIN case_file ON case_file.id = paper.case_file "
        "WHERE paper.number = ?1 UNION ALL "
        "SELECT case_file.* FROM filing JOIN case_file ON case_file.filing = filing.id "
        "WHERE filing.number = ?1",
        number,
    )


def _ticket(store: Store, typed: str) -> list[Row]:
    """By the whole number of a ticket of today."""
    return of_number(store, route(typed).value or narrow(typed))


def _persons(store: Store, typed: str) -> list[Row]:
    """By the whole name of a person, or their identity number."""
    identity, name = tokens(store, Applicant(name=typed, identity=narrow(typed)))
    return store.rows(
        "SELECT * FROM case_file WHERE person = ?1 UNION SELECT * FROM case_file "
        "WHERE name_token = ?2 ORDER BY since DESC",
        identity,
        name,
    )


def _texts(store: Store, typed: str, limit: int) -> list[Row]:
    """By a part of the text of a case. GLOB takes a fifth less than instr over the whole index; a
    folded word has no sign that means something in a pattern.
    """
    words = [word for word in map(fold, typed.split()) if word]
    if not words:
        return []
    if len(fold(typed)) < _SHORT:
        where, values = "(find GLOB ? OR find GLOB ?)", [f"{words[0]}*", f"* {words[0]}*"]
    else:
        where = " AND ".join(["find GLOB ?"] * len(words))
        values = [f"*{word}*" for word in words]
    keys = store.db.execute(
        f"SELECT id FROM case_file INDEXED BY case_file_find WHERE {where} "
        "ORDER BY since DESC LIMIT ?",
        (*values, limit + _MORE),
    ).fetchall()
    rows = store.rows(
        "SELECT * FROM case_file WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps([key for (key,) in keys]),
    )
    return sorted(rows, key=lambda row: (row["closed_at"] is not None, -row["since"], row["id"]))
