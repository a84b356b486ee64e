"""What a person or a program types for a filing, a form, a table, a row, a field, a department."""

from __future__ import annotations

from typing import Final

from db.store import Row
from hallclient.actions import filings, form_offer
from hallclient.actions.filing_cells import FILLING
from hallclient.actions.filing_view import Opened, open_filing
from hallclient.actions.forms import form_in
from hallclient.cli import pick
from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.cli.output import Choices
from hallclient.form_words import label, row_name
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.given import fields_named, near
from hallclient.rules.form.spec import Department, Field, Form, Section
from hallclient.rules.form.state import State
from hallclient.rules.form.whole import row_at
from hallclient.rules.text import clean, narrow

NEW: Final = "new"
"""A row that is not there yet."""
_MOST: Final = 20


def filing(app: App, text: str) -> Row:
    """A filing by its number, its id or the number of a ticket of today.

    Of several filings of a ticket the only open one. Raises ``no-such-filing``,
    ``filing-ambiguous`` with the candidates.
    """
    store, who = app.store(), app.actor()
    typed = clean(text).strip()
    wanted = (typed, narrow(text), narrow(text).lower(), pick.number(store, text))
    found = next((rows for one in wanted if (rows := filings.find(store, who, one))), [])
    if not found:
        raise Refused("no-such-filing", field="filing", filing=text)
    still = [row for row in found if row["state"] == FILLING]
    if len(found) > 1 and len(still) != 1:
        choices = [(str(row["number"]), str(row["form"])) for row in found]
        raise Choices("filing-ambiguous", "filing", choices, number=text)
    return found[0] if len(found) == 1 else still[0]


def opened(app: App, text: str, *, reveal: bool = False) -> Opened:
    """The same, loaded; ``reveal``: to be shown unmasked, on the record."""
    row = filing(app, text)
    if reveal:
        from hallclient.actions.filing_reveal import reveal as revealed

        return revealed(app.store(), app.actor(), row["id"])
    return open_filing(app.store(), app.actor(), row["id"])


def form(app: App, text: str | None) -> Form:
    """A form that new filings can be of, by id or name; or any published version by its key.

    Raises ``form-needed``, ``no-such-form`` with what there is.
    """
    store = app.store()
    typed = clean(text or "").strip()
    if "@" in typed:
        return form_in(store, typed)[0]
    offered = form_offer.offered(store)
    return offered[pick.coded(offered, text, "form", "form-needed", "no-such-form")]


def section(form: Form, text: str | None, *, repeat: bool = False) -> Section:
    """A section by id or name; ``repeat``: a table. Raises ``section-needed``,
    ``no-such-form-section`` with what there is.
    """
    known = {one.id: one for one in form.sections if one.repeat or not repeat}
    return known[pick.coded(known, text, "section", "section-needed", "no-such-form-section")]


def department(form: Form, text: str) -> Department:
    """A department of the form. Raises ``no-such-department`` with what there is."""
    known = {one.id: one for one in form.departments}
    key = pick.coded(known, text, "department", "department-needed", "no-such-department")
    return known[key]


def field(form: Form, text: str, section: str = "") -> Field:
    """A field by id or label. Raises ``no-such-field``, ``field-ambiguous`` with what is meant."""
    found = fields_named(form, text, section)
    if len(found) == 1:
        return found[0]
    if found:
        names = {one.id: one for one in form.sections}
        choices = [(one.id, label(names[one.section])) for one in found]
        raise Choices("field-ambiguous", "field", choices, name=text)
    choices = [(key, label(form.fields[key])) for key in near(form, text)]
    raise Choices("no-such-field", "field", choices, name=text)


def row(state: State, section: Section, text: str | None) -> str:
    """A row of a table by its place from 1, its id, or the name of the only one called so.

    Raises ``row-needed``, ``no-such-table-row`` with the rows.
    """
    if not section.repeat:
        return SINGLE
    typed = clean(text or "").strip()
    found = row_at(state, section.id, typed) or row_at(state, section.id, narrow(typed))
    if found:
        return found
    rows = state.rows(section.id)
    called = [one for one in rows if typed and row_name(state, one, reveal=True) == typed]
    if len(called) == 1:
        return called[0]
    choices = [(str(place), row_name(state, one)) for place, one in enumerate(rows[:_MOST], 1)]
    raise Choices(
        "no-such-table-row" if typed else "row-needed", "row", choices, row=typed, section=section
    )


def assignment(text: str) -> tuple[str, str]:
    """``FIELD=VALUE``, also with a full-width sign. Raises `Usage`."""
    places = [text.find(sign) for sign in "=\uff1d" if sign in text]
    if not places or not text[: min(places)].strip():
        raise Usage("cli.usage.assignment", text=text)
    at = min(places)
    return text[:at].strip(), text[at + 1 :]
