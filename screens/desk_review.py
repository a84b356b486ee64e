"""From the desk to a case: that of the number at hand at its first open point, or a new one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import case_lease, case_link, case_view, cases
from hallclient.actions.case_rows import case_row
from hallclient.actions.case_view import CaseView
from hallclient.actions.editions import checklists
from hallclient.texts import t
from screens import finding
from screens.widgets.choices import Option
from screens.widgets.question import Question

if TYPE_CHECKING:
    from screens.desk_doing import DeskDoing

_NEW = "new"


async def open_review(desk: DeskDoing) -> None:
    """The case of the number at the window, or chosen; without one the case that is looked for."""
    row = desk.view.leg
    if row is None and not desk.who.window:
        row = desk.chosen()
    if row is None:
        await _look_for(desk)
        return
    number = str(row["number"])
    found = await desk.hall_app.session.read(case_link.cases_of, desk.who, number)
    case = await _choose(desk, number, found)
    if case == _NEW:
        case = await _begin(desk, number, str(row["item"] or ""))
    if case:
        await show_case(desk, case, number=number)


async def show_case(desk: DeskDoing, case: str, *, number: str = "") -> None:
    """Show a case, and begin to work on it when its number is here or it is one's own."""
    from screens.review import ReviewScreen

    session, who = desk.hall_app.session, desk.who
    row = await session.read(case_row, case)
    view: CaseView | None = None
    if number and who.window and not row["closed_at"]:
        # Whoever held it until now, the applicant is here.
        await desk.desk.act(case_lease.take_with, case, number)
        row = await session.read(case_row, case)
    if case_view.may_work(row, who, desk.now):
        view = await desk.desk.act(case_view.work_on, case)
    if view is None:
        view = await session.read(case_view.look, who, case)
    desk.app.push_screen(ReviewScreen(who, desk.hall, view, ticket=number))


async def _look_for(desk: DeskDoing) -> None:
    store, who = desk.hall_app.session.store, desk.who

    def find(text: str) -> list[tuple[str, str]]:
        return [*finding.cases(store, desk.hall, who, text), *finding.checklists(store, text)]

    question = Question(t("desk.review-find"), find=find, placeholder=t("desk.review-hint"))
    answer = await desk.desk.answer(question)
    if answer is None:
        return
    kind, _, key = answer.key.partition(":")
    if kind == "case":
        await show_case(desk, key)
        return
    made = await desk.desk.act(cases.open_case, checklist=key)
    if made is not None:
        await show_case(desk, made["id"])


async def _choose(desk: DeskDoing, number: str, found: list[Row]) -> str:
    """Asked only when there is something to choose; empty: never mind."""
    if not found:
        return _NEW
    if len(found) == 1 and found[0]["closed_at"] is None:
        return str(found[0]["id"])
    store = desk.hall_app.session.store
    options = [Option(row["id"], finding.case_label(store, desk.hall, row)) for row in found]
    options.append(Option(_NEW, t("desk.review-new")))
    answer = await desk.desk.answer(Question(t("desk.review-which", number=number), tuple(options)))
    return "" if answer is None else answer.key


async def _begin(desk: DeskDoing, number: str, item: str) -> str:
    """Open a case for the number: for its service, or the checklist that is chosen."""
    store = desk.hall_app.session.store
    known = checklists(store)
    if any(one.item == item for one in known.values()):
        made = await desk.desk.act(cases.open_case, item, number=number)
        return "" if made is None else str(made["id"])

    question = Question(
        t("desk.review-list", number=number), find=partial(finding.checklists, store)
    )
    answer = await desk.desk.answer(question)
    if answer is None:
        return ""
    checklist = answer.key.partition(":")[2]
    made = await desk.desk.act(cases.open_case, number=number, checklist=checklist)
    return "" if made is None else str(made["id"])
