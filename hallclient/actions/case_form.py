"""What a case takes from the form it is filed with: whose it is, and what is wrong with it."""

from __future__ import annotations

import json

from db.store import Row, Store
from hallclient.actions.filing_view import load
from hallclient.actions.forms import form_in
from hallclient.rules.form.asked import answers, compile_asked
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Type
from hallclient.rules.review.spec import Checklist

_asked: dict[tuple[str, str], Program] = {}
"""(digest of a form, checklist) -> the form with the checklist's questions."""


def form_problems(store: Store, row: Row) -> int | None:
    """How many problems of the case's form stand; None: it is filed without one."""
    filing = filing_of(store, row)
    if filing is None:
        return None
    found = load(store, filing)
    standing = sum(problem.stands for problem in found.state.problems())
    return standing + len(found.collisions)


def asked_of(store: Store, row: Row, checklist: Checklist) -> dict[str, bool | None]:
    """What the form that a case is filed with answers: condition -> yes or no; None: not yet.

    A condition that the form says nothing about is not in it.
    """
    filing = filing_of(store, row)
    if filing is None:
        return {}
    name = filing["form"].partition("@")[0]
    sources = {one.id: one.forms[name] for one in checklist.conditions if name in one.forms}
    if not sources:
        return {}
    found = store.row("SELECT sha256 FROM form WHERE id = ?", filing["form"])
    key = (found["sha256"] if found else "", checklist.key)
    if key not in _asked:
        _asked[key] = compile_asked(form_in(store, filing["form"])[0], sources)
    return answers(_asked[key], load(store, filing).state)


def filing_of(store: Store, row: Row) -> Row | None:
    """The filing of a case, when it has one."""
    if row["filing"] is None:
        return None
    return store.row("SELECT * FROM filing WHERE id = ?", row["filing"])


def company_of(store: Store, filing: Row) -> str:
    """The organisation that a filing is for, as its form says it; empty: not said yet.

    It is the first text outside tables that is called a name and is nothing personal.
    """
    form = form_in(store, filing["form"])[0]
    keys = [
        f"{filing['id']}//{field.id}"
        for section in form.sections
        if not section.repeat
        for field in section.fields
        if field.type is Type.TEXT
        and not field.personal
        and (field.id == "name" or field.id.endswith("_name"))
    ]
    rows = store.rows(
        "SELECT id, value FROM form_cell WHERE id IN (SELECT value FROM json_each(?)) "
        "AND value IS NOT NULL",
        json.dumps(keys),
    )
    told = {one["id"]: one["value"] for one in rows}
    return next((told[key] for key in keys if told.get(key)), "")
