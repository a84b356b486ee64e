"""From the desk into a change: which filing it begins from, and what of it cannot be typed."""

from __future__ import annotations

from typing import Any

import pytest

from hallclient.actions import filings
from hallclient.texts import t
from screens.form import FormScreen
from screens.widgets.ask import Ask
from tests import company
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import Kit, clerk
from tests.lookkit import company_base

ONE = clerk(1)


def company_done(kit: Kit) -> dict[str, Any]:
    row = filings.new(kit.store, ONE, "company-setup", base=company_base())
    return filings.close(kit.store, ONE, row["id"], "done")


def question(seat: Seat) -> str:
    found = seat.app.screen.query_one(Ask).question
    return found.prompt if found is not None else ""


def form(seat: Seat) -> FormScreen:
    assert isinstance(seat.app.screen, FormScreen)
    return seat.app.screen


async def choose_change(seat: Seat) -> None:
    """Alt+G, the change of holders; until something is asked or the form is there."""
    await seat.press("alt+g")
    asked = seat.app.screen.query_one(Ask).question
    assert asked is not None
    keys = [option.key for option in asked.options]
    await seat.press(str(keys.index("new:holder-change") + 1))
    await seat.settle()


def filed(kit: Kit) -> list[dict[str, Any]]:
    return kit.store.rows("SELECT * FROM filing ORDER BY made_at, id")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_change_begins_from_the_company_that_is_looked_for(
    kit: Kit, size: tuple[int, int]
) -> None:
    source = company_done(kit)
    async with seated(kit, ONE, size=size) as seat:
        await choose_change(seat)
        assert question(seat) == t("form.from")
        assert source["number"] in seat.text
        for name in (company.state().text(row, "h_name") for row in ("h1", "h2")):
            assert name not in seat.text
        await seat.type(source["number"])
        await seat.until(lambda: isinstance(seat.app.screen, FormScreen))
        model = form(seat).model
        assert model.filing["copied_from"] == source["id"]
        assert source["number"] in seat.said
        assert model.state.count("before") == model.state.count("holder") == 2


async def test_an_empty_answer_is_by_hand_and_escape_is_nothing(kit: Kit) -> None:
    company_done(kit)
    async with seated(kit, ONE) as seat:
        await choose_change(seat)
        await seat.press("escape")
        await seat.settle()
        assert len(filed(kit)) == 1
        await choose_change(seat)
        await seat.press("enter")
        await seat.until(lambda: isinstance(seat.app.screen, FormScreen))
        assert form(seat).model.filing["copied_from"] is None
        form(seat).go_to_cell(("", "c_name"))
        assert form(seat).grid.cell_edit.locked == ""


async def test_nothing_is_asked_while_nothing_was_done(kit: Kit) -> None:
    filings.new(kit.store, clerk(2), "company-setup", base=company_base())
    async with seated(kit, ONE) as seat:
        await choose_change(seat)
        await seat.until(lambda: isinstance(seat.app.screen, FormScreen))
        assert form(seat).model.filing["copied_from"] is None


async def test_a_number_that_cannot_be_begun_from_is_told(kit: Kit) -> None:
    company_done(kit)
    still = filings.new(kit.store, clerk(2), "company-setup", base=company_base())
    async with seated(kit, ONE) as seat:
        await choose_change(seat)
        await seat.type(still["number"])
        assert seat.said == t("refused.origin-not-done", number=still["number"])
        assert len(filed(kit)) == 2


async def test_what_is_registered_is_locked_and_says_why(kit: Kit) -> None:
    source = company_done(kit)
    async with seated(kit, ONE) as seat:
        await choose_change(seat)
        await seat.type(source["number"])
        await seat.until(lambda: isinstance(seat.app.screen, FormScreen))
        screen, state = form(seat), form(seat).model.state
        before, holder = state.rows("before")[0], state.rows("holder")[0]
        registered = t("form.locked.registered")
        for cell in (("", "c_name"), (before, "b_sub"), (before, "b_person"), (before, "b_name")):
            screen.go_to_cell(cell)
            assert screen.grid.cell_edit.locked == registered, cell
            assert registered in seat.text
        screen.go_to_cell((before, "b_sub"))
        await seat.press("7", "enter")
        assert state.text(before, "b_sub") == company.state().text("h1", "h_sub")
        screen.go_to_cell((before, "b_sub"))
        for action in ("add_row", "drop_row", "bring"):
            assert screen.why_not(action) == t("form.why.registered")
        screen.go_to_cell((holder, "h_name"))
        assert screen.grid.cell_edit.locked == t(
            "form.locked.registered-person", field=state.field("h_person").zh
        )
        screen.go_to_cell((state.person_of(holder, "h_person"), "p_mobile"))
        assert screen.grid.cell_edit.locked == ""
        assert screen.why_not("drop_row") == t("form.why.registered")
        screen.go_to_cell((holder, "h_sub"))
        assert screen.grid.cell_edit.locked == ""
        assert screen.why_not("drop_row") is None


async def test_enter_at_the_end_of_what_is_registered_begins_no_row(kit: Kit) -> None:
    source = company_done(kit)
    async with seated(kit, ONE) as seat:
        await choose_change(seat)
        await seat.type(source["number"])
        await seat.until(lambda: isinstance(seat.app.screen, FormScreen))
        screen, state = form(seat), form(seat).model.state
        screen.go_to_cell((state.rows("before")[-1], "b_way"))
        for _ in range(4):
            await seat.press("enter")
        assert screen.section.id != "before"
        assert state.count("before") == 2
        screen.go_to_section(state.program.layout.sections["before"])
        screen.begin_row()
        assert screen.model.begun is None
