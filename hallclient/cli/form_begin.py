"""``hallclient form new | begin | close | forget``: a filing from its first day to its last."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from pathlib import Path

from db.store import Row
from hallclient.actions import filings, form_offer
from hallclient.actions.filing_begin import begin_from
from hallclient.actions.filing_edit import edit
from hallclient.actions.filing_view import open_filing
from hallclient.actions.forms import form_in
from hallclient.actions.views import visit_by_number
from hallclient.cli import form_pick, form_shape, pick
from hallclient.cli.app import App
from hallclient.cli.form_fill import told, values_of
from hallclient.cli.options import Usage
from hallclient.cli.output import Choices
from hallclient.form_words import label
from hallclient.rules.catalogue import Word
from hallclient.rules.errors import Refused
from hallclient.rules.form import delta
from hallclient.rules.form.edits import Edit
from hallclient.rules.form.entering import begin as begun
from hallclient.rules.form.given import Given, read_given
from hallclient.rules.form.spec import Form
from hallclient.rules.form.state import State
from hallclient.rules.form.whole import fill, given_of
from hallclient.rules.text import clean
from hallclient.texts import LANGUAGES, t, text_in


def new(args: Namespace, app: App) -> int:
    """A filing of the form that is named, or of the one that the item or number is filed with."""
    who, store = app.actor(), app.store()
    start = getattr(args, "from")
    if start and args.copy_last:
        raise Usage("cli.usage.not-both", one="--from", other="--copy-last")
    item = pick.item(app.hall(), args.item) if args.item else ""
    number = pick.number(store, args.number) if args.number else ""
    form = _form(app, args.form, item, number)
    item = item or (form_offer.item_of_ticket(store, number, form) if number else "")
    source = _source(app, form, start) if start else None
    if source is not None:
        row = begin_from(store, who, form.id, source["id"], item=item, number=number)
        words = {"number": row["number"], "form": label(form), "source": source["number"]}
        obj = form_shape.filing_object(store, row) | {"from": source["number"]}
        app.out.emit(obj, t("cli.form.made-from", **words))
        return 0
    base = _base(app, form, start) if start else ()
    row = filings.new(
        store, who, form.id, item=item, number=number, copy_last=args.copy_last, base=base
    )
    said = t("cli.form.made", number=row["number"], form=label(form))
    app.out.emit(form_shape.filing_object(store, row), said)
    return 0


def begin(args: Namespace, app: App) -> int:
    """The wanted tables of a change begin as the registered ones."""
    found = form_pick.opened(app, args.filing)
    edits = delta.begun(found.state, app.store().env.new_id)
    if not edits:
        raise Refused("nothing-to-begin", number=found.filing["number"])
    found.state.apply(edits)
    edit(app.store(), app.actor(), found.filing["id"], edits)
    return told(app, found, edits)


def close(args: Namespace, app: App) -> int:
    """End a filing."""
    store, row = app.store(), form_pick.filing(app, args.filing)
    known = {
        one: Word(one, *(text_in(spoken, f"closed.{one}") for spoken in LANGUAGES))
        for one in filings.REASONS
    }
    reason = pick.coded(known, args.reason, "reason", "reason-needed", "no-such-reason")
    closed = filings.close(store, app.actor(), row["id"], reason)
    said = t("cli.form.closed", number=row["number"], state=form_shape.state_text(closed))
    app.out.emit(form_shape.filing_object(store, closed), said)
    return 0


def forget(args: Namespace, app: App) -> int:
    """Destroy the personal data of a closed filing; who may do that may not read filings."""
    key = clean(args.filing).strip()
    filings.forget(app.store(), app.actor(), key)
    app.out.emit({"filing": key, "forgotten": True}, t("cli.form.forgotten", number=key))
    return 0


def _form(app: App, name: str | None, item: str, number: str) -> Form:
    store = app.store()
    offered = form_offer.offered(store)
    if name is not None or not (item or number):
        return offered[pick.coded(offered, name, "form", "form-needed", "no-such-form")]
    if number and visit_by_number(store, number) is None:
        raise Refused("no-such-number", field="number", number=number)
    keys = form_offer.forms_of(store, item) if item else form_offer.forms_of_ticket(store, number)
    if not keys:
        raise Refused("no-form-for", field="item" if item else "number", service=item or number)
    if len(keys) > 1:
        choices = [(key, label(offered[key])) for key in keys]
        raise Choices("form-needed", "form", choices)
    return offered[keys[0]]


def _source(app: App, form: Form, start: str) -> Row | None:
    """The filing whose registered content the new one takes over; None: it is only copied from, or
    no filing.
    """
    if start == "-" or _is_file(start):
        return None
    row = form_pick.filing(app, start)
    return row if form.origin(form_in(app.store(), row["form"])[0].id) is not None else None


def _base(app: App, form: Form, start: str) -> tuple[Edit, ...]:
    """What the filing begins with: another filing of the form, or values in a file."""
    store = app.store()
    today = date.fromisoformat(store.env.day(store.env.now()))
    state = State(form_offer.program_for(store, form), today)
    state.apply(begun(state))
    given = _given(app, state, start)
    edits = fill(state, given, store.env.new_id).edits
    wanted = delta.begun(state, store.env.new_id)
    return (*edits, *wanted)


def _given(app: App, state: State, start: str) -> Given:
    if start == "-" or _is_file(start):
        return values_of(app, state, start)
    row = form_pick.filing(app, start)
    before = open_filing(app.store(), app.actor(), row["id"]).state
    if before.form.id != state.form.id:
        raise Refused("other-form", field="from", number=row["number"], form=before.form)
    checks = [one.id for one in before.form.fields.values() if one.clerk]
    # What another version had and this one has not is left behind.
    return read_given(state.form, given_of(before, checks))[0]


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # too long for a name, and so on: then it names a filing, or nothing
        return False
