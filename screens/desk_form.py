"""From the desk to a form: go on with one, or begin one, for the number at hand or for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.store import Store
from hallclient.actions import filing_view, filings, form_offer
from hallclient.actions.acting import Actor
from hallclient.actions.filing_cells import FILLING
from hallclient.actions.filing_view import Left, Opened
from hallclient.form_words import label
from hallclient.rules.form.spec import Form
from hallclient.texts import t
from hallclient.words import moment
from screens.widgets.choices import Option
from screens.widgets.question import Question

if TYPE_CHECKING:
    from screens.desk_doing import DeskDoing

MOST = 6
"""So many open filings are offered; the others are found by their number."""
_NEW = "new:"


async def open_form(desk: DeskDoing) -> None:
    """Choose what is to be filled in, and show it."""
    session, who = desk.hall_app.session, desk.who
    row = desk.view.leg
    if row is None and not who.window:
        row = desk.chosen()
    number = str(row["number"]) if row is not None else ""
    left, forms = await session.read(_choices, who, number)
    chosen = await _choose(desk, number, left, forms)
    if not chosen:
        return
    kind, _, key = chosen.rpartition(":")
    hint = ""
    if kind:
        made = await desk.desk.act(filings.new, key, number=number, copy_last=_copies(forms, key))
        if made is None:
            return
        filing = made["id"]
        hint = t("form.begun", number=made["number"])
    else:
        filing = key
        one = next(one for one in left if one.id == key)
        hint = t(
            "form.found",
            at=moment(one.at, desk.now),
            n=one.fields,
            version=one.form.rpartition("@")[2],
        )
    opened: Opened = await session.read(filing_view.open_filing, who, filing)

    from screens.form import FormScreen

    desk.app.push_screen(FormScreen(who, opened, ticket=number, hint=hint))


def _copies(forms: list[Form], key: str) -> bool:
    """A form that is filed many times in a row begins as the last one of it ended."""
    return any(one.bulk for one in forms if one.id == key)


def _choices(store: Store, who: Actor, number: str) -> tuple[list[Left], list[Form]]:
    """Filings to go on with, and forms to begin: first those of the number."""
    offered = form_offer.offered(store)
    mine = filing_view.left_open(store, who)
    if not number:
        return mine[:MOST], list(offered.values())
    rows = [row for row in filings.find(store, who, number) if row["state"] == FILLING]
    of_number = [filing_view.left(store, row) for row in rows]
    others = [one for one in mine if one not in of_number]
    names = form_offer.forms_of_ticket(store, number)
    forms = [offered[name] for name in names] or list(offered.values())
    return (of_number if of_number or names else others[:MOST]), forms


async def _choose(desk: DeskDoing, number: str, left: list[Left], forms: list[Form]) -> str:
    """Asked only when there is something to choose."""
    names = {one.id: label(one) for one in forms}
    options = [Option(one.id, _told(one, names, desk.now)) for one in left[:MOST]]
    options += [Option(_NEW + one.id, t("form.begin", form=label(one))) for one in forms]
    if len(options) == 1:
        return options[0].key
    prompt = t("form.which-of", number=number) if number else t("form.which")
    answer = await desk.desk.answer(Question(prompt, tuple(options)))
    return answer.key if answer is not None else ""


def _told(one: Left, names: dict[str, str], now: int) -> str:
    form, _, version = one.form.rpartition("@")
    name = f"{names.get(form, form)} {version}"
    return t("form.go-on", number=one.number, at=moment(one.at, now), n=one.fields, form=name)
