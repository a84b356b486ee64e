"""Which forms a new filing can be of: what the hall has published, else what ships."""

from __future__ import annotations

from contextlib import suppress

from db.store import Row, Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.form_files import shipped
from hallclient.actions.forms import form_in, published
from hallclient.actions.views import visit_by_number
from hallclient.rules import queue
from hallclient.rules.errors import Refused
from hallclient.rules.form.program import Program, compile_form
from hallclient.rules.form.spec import Form


def offered(store: Store) -> dict[str, Form]:
    """The version of each form that a new filing gets, by the form's id; what this program cannot
    read, it cannot offer.
    """
    found = dict(shipped())
    for row in store.rows("SELECT DISTINCT form FROM form ORDER BY form"):
        found.pop(row["form"], None)
        with suppress(Refused):
            found[row["form"]] = form_in(store, published(store, row["form"]))[0]
    return found


def program_for(store: Store, form: Form) -> Program:
    """The program of an offered form."""
    if store.row("SELECT 1 AS there FROM form WHERE id = ?", form.key) is not None:
        return form_in(store, form.key)[1]
    return compile_form(form)


def forms_of(store: Store, item: str) -> list[str]:
    """The forms with which an item of the catalogue is filed."""
    return [one.id for one in offered(store).values() if item in one.items]


def forms_of_ticket(store: Store, number: str) -> list[str]:
    """The forms for a number of today: those of its service that is at a window, else of its
    first open one that has any. Empty: none, or no such number.
    """
    return next((forms for one in _items(store, number) if (forms := forms_of(store, one))), [])


def item_of_ticket(store: Store, number: str, form: Form) -> str:
    """The service of a number that is filed with this form, in the same order; empty: none is."""
    return next((one for one in _items(store, number) if one in form.items), "")


def _items(store: Store, number: str) -> list[str]:
    visit = visit_by_number(store, number)
    legs = [] if visit is None else list(visit["legs"])
    legs.sort(key=lambda leg: (leg["state"] not in queue.AT_WINDOW, leg["state"] not in queue.OPEN))
    return [leg["item"] for leg in legs]


def listed(store: Store, who: Actor, *, every: bool = False) -> list[Row]:
    """The filings that are being filled in (or all), each with ``ticket``, its number of the
    queue; the newest first.
    """
    admit(store, who, "form.read")
    only = "" if every else "WHERE filing.state = 'filling' "
    return store.rows(
        "SELECT filing.*, visit.number AS ticket FROM filing "
        f"LEFT JOIN visit ON visit.id = filing.visit {only}ORDER BY made_at DESC, filing.id"
    )
