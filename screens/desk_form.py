"""From the desk to a form: go on with one, or begin one, for the number at hand or for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.store import Store
from hallclient.actions import filing_begin, filing_view, filings, form_offer
from hallclient.actions.acting import Actor
from hallclient.actions.filing_cells import FILLING, filing_row
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
"""So many open filings are offered; the others are found with the desk's search."""
_NEW = "new:"
_BY_HAND = "by-hand"


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
    if not kind:
        await go_on(desk, key, number)
        return
    begun = await _begin(desk, next(one for one in forms if one.id == key), number)
    if begun is not None:
        await _show(desk, *begun, number)


async def go_on(desk: DeskDoing, filing: str, number: str = "") -> None:
    """Show a filing that is being filled in, and say how far it is."""
    one = await desk.hall_app.session.read(_left, filing)
    version = one.form.rpartition("@")[2]
    hint = t("form.found", at=moment(one.at, desk.now), n=one.fields, version=version)
    await _show(desk, filing, hint, number)


def _left(store: Store, filing: str) -> Left:
    return filing_view.left(store, filing_row(store, filing))


async def _show(desk: DeskDoing, filing: str, hint: str, number: str) -> None:
    from screens.form import FormScreen

    session, who = desk.hall_app.session, desk.who
    opened: Opened = await session.read(filing_view.open_filing, who, filing)
    desk.app.push_screen(FormScreen(who, opened, ticket=number, hint=hint))


async def _begin(desk: DeskDoing, form: Form, number: str) -> tuple[str, str] | None:
    """A new filing, and what is said of it; None: never mind.

    A form that is filed many times in a row begins as the last one of it ended.
    """
    source = await _source(desk, form)
    if source is None:
        return None
    if not source:
        made = await desk.desk.act(filings.new, form.id, number=number, copy_last=bool(form.bulk))
        return None if made is None else (made["id"], t("form.begun", number=made["number"]))
    made = await desk.desk.act(filing_begin.begin_from, form.id, source.strip(), number=number)
    if made is None:
        return None
    origin = await desk.hall_app.session.read(filing_row, made["copied_from"])
    hint = t("form.begun-from", number=made["number"], source=origin["number"])
    return made["id"], hint


async def _source(desk: DeskDoing, form: Form) -> str | None:
    """The filing that says what is registered, by id or as typed; empty: it is typed by hand.

    Not asked where there is none to begin from. None: never mind.
    """
    session, who = desk.hall_app.session, desk.who
    if not await session.read(filing_begin.candidates, who, form, "", 1):
        return ""

    def find(text: str) -> list[tuple[str, str]]:
        found = filing_begin.candidates(session.store, who, form, text)
        options = [
            (
                one.id,
                t(
                    "form.from-one",
                    number=one.number,
                    said=" ".join(one.said),
                    form=label(one.form),
                ),
            )
            for one in found
        ]
        return options if text.strip() else [(_BY_HAND, t("form.from-nothing")), *options]

    question = Question(t("form.from"), find=find, text=True, placeholder=t("form.from-hint"))
    answer = await desk.desk.answer(question)
    if answer is None:
        return None
    return "" if answer.key == _BY_HAND else answer.key or answer.text


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
