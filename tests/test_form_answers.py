"""The page of all answers: each once, masked, its problems beside it; to the cell and back."""

from collections.abc import Callable
from typing import Any

import pytest

from hallclient.form_words import basis_text, cell_text, mend_text
from hallclient.rules.form.edits import SINGLE, Drop, Put
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.state import State
from screens import form_answers_text
from screens.form import FormScreen
from screens.form_answers import AnswersScreen, cell_of
from screens.form_lines import CellLines, written_at
from screens.form_model import standing
from screens.widgets.table import VirtualTable
from tests import company
from tests.deskkit import LARGE, SMALL, seated
from tests.hallkit import AGENT, Kit, clerk
from tests.hostile import PACKED, assert_harmless
from tests.lookkit import SECRETS, Over, company_base, form_over, model_of

WRONG = {
    (SINGLE, "phone"): "",
    (SINGLE, "reg_cap"): "120",
    ("p2", "p_mobile"): "123",
}
"""Four cells in which something is wrong: two of the base's fields, a table's sum, a person's."""


def asked_cells(state: State) -> list[tuple[str, str]]:
    """Every cell that is asked for, by the form's own words."""
    return [
        (row, field.id)
        for section in state.form.sections
        if state.section_relevant(section.id)
        for row in state.rows(section.id)
        for field in section.fields
        if state.relevant(row, field.id)
    ]


def stands(problem: Problem) -> bool:
    return problem.stands


def keys_of(over: Over) -> list[tuple[str, str]]:
    """The cells of the list's lines; heads are left out."""
    parts = [row.key.split("/") for row in over.rows]
    return [(row, name) for row, _, name in parts if name]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_answer_is_there_once_and_nothing_personal(
    kit: Kit, size: tuple[int, int]
) -> None:
    async with form_over(kit, company_base(WRONG), size=size) as over:
        await over.press("f10")
        assert keys_of(over) == asked_cells(over.state)
        assert "武汉大吉科技有限公司" in over.all_text
        assert "60 万元" in over.all_text, "amounts with their unit"
        assert "董事" in over.all_text, "choices by their labels"
        for _ in range(12):
            for secret in SECRETS:
                assert secret not in over.text
            await over.press("pagedown")
        for secret in SECRETS:
            assert secret not in over.all_text


async def test_a_line_is_found_by_its_key(kit: Kit) -> None:
    async with form_over(kit, company_base(WRONG)) as over:
        await over.press("f10")
        source = over.look.table._rows.source
        assert isinstance(source, CellLines)
        for at, row in enumerate(over.rows):
            assert source.index_of(row.key) == at
            line = source.line(at)
            assert line is not None
            if line.field is not None:
                assert source.place_of(line.cell) == at
        assert source.index_of("p9/person/p_name") is None
        assert source.index_of("p1/person/none") is None


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_each_problem_stands_beside_its_field_and_below_in_full(
    kit: Kit, language: str
) -> None:
    async with form_over(kit, company_base(WRONG), language=language, size=LARGE) as over:
        await over.press("f10")
        beside = {
            (row.key.split("/")[0], row.key.split("/")[2] or row.key.split("/")[1])
            for row in over.rows
            if row.cells[2]
        }
        told = {cell_of(one) for one in over.state.problems()}
        assert told <= beside
        assert {written_at(over.state, cell) for cell in beside} == told, "or its person's"
        problem = over.state.problems_at(SINGLE, "reg_cap")[0]
        place = over.look.table._rows.source.place_of((SINGLE, "reg_cap"))  # type: ignore[attr-defined]
        over.look.go_to(place)
        await over.press()
        await over.seat.pilot.pause()
        below = over.look.query_one("#detail").text  # type: ignore[attr-defined]
        assert mend_text(over.state, problem) in below
        assert basis_text(problem) in below
        assert basis_text(problem)


async def test_the_head_counts_what_is_missing_and_what_each_department_lacks(kit: Kit) -> None:
    async with form_over(kit, company_base(WRONG)) as over:
        await over.press("f10")
        states = [over.state.section_state(one.id) for one in over.state.form.sections]
        wrong = sum(one.wrong for one in states if one.relevant)
        head = over.text.splitlines()[:2]
        assert "缺 1" in head[0]
        assert f"错 {wrong}" in head[0]
        needed = [cell for cell in asked_cells(over.state) if over.state.required(*cell)]
        right = [cell for cell in needed if not any(map(stands, over.state.problems_at(*cell)))]
        assert f"必填 {len(right)}/{len(needed)}" in head[1]
        assert "公安" in head[1]


async def test_a_form_with_nothing_wrong_says_so(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await over.press("f10")
        assert "可以受理" in over.text.splitlines()[0]
        await over.press("f3")
        assert "没有缺漏和错误" in over.said
        await over.press("f2")
        assert over.rows == []
        assert "没有缺漏和错误" in over.text


async def test_problems_are_gone_through_in_the_forms_order_and_round(kit: Kit) -> None:
    async with form_over(kit, company_base(WRONG)) as over:
        cells = list(dict.fromkeys(cell_of(one) for one in standing(over.state.problems())))
        assert len(cells) >= 3
        await over.press("f10")
        for at, cell in enumerate([*cells, cells[0]]):
            await over.press("f3")
            assert over.look._cell == cell  # type: ignore[attr-defined]
            assert f"第 {at % len(cells) + 1} 个，共 {len(cells)} 个" in over.said
        await over.press("f4")
        assert over.look._cell == cells[-1]  # type: ignore[attr-defined]


async def test_parts_are_gone_through(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await over.press("f10", "f6")
        assert over.selected[0] == "住所"
        await over.press("f5", "f5")
        last = [one for one in over.state.form.sections if over.state.section_relevant(one.id)][-1]
        assert over.selected[0] == last.zh, "before the first part comes the last"


async def test_only_problems_to_the_cell_and_back_to_the_next_one(kit: Kit) -> None:
    async with form_over(kit, company_base(WRONG)) as over:
        await over.press("f10", "f2")
        problems = over.state.problems()
        assert len(over.rows) == len(problems)
        at = next(n for n, one in enumerate(problems) if cell_of(one) == ("p2", "p_mobile"))
        over.look.go_to(at)
        await over.press("enter")
        assert over.seat.app.screen is over.form
        assert over.form.cell == ("p2", "p_mobile")
        for char in "13900139000":
            await over.seat.pilot.press(char)
        await over.press("enter")
        assert over.state.text("p2", "p_mobile") == "13900139000"
        await over.press("f10")
        left = over.state.problems()
        assert len(over.rows) == len(left) == len(problems) - 1, "still only problems"
        assert over.look.table.cursor == min(at, len(left) - 1), "where it was"


async def test_it_opens_again_on_the_line_where_it_was_left(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await over.press("f10", "pagedown", "pagedown", "pagedown", "down")
        before, shown = over.selected, over.text
        await over.press("f10")
        assert over.seat.app.screen is over.form
        await over.press("f10")
        assert over.selected == before
        assert before[0].strip() in over.text
        assert "▸" in over.text, "and it is in sight"
        assert shown.splitlines()[0] == over.text.splitlines()[0]


async def test_the_head_of_a_table_leads_to_the_table(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await over.press("f10")
        place = over.look.table._rows.source.place_of((SINGLE, "holder"))  # type: ignore[attr-defined]
        over.look.go_to(place)
        await over.press("enter")
        assert over.form.section.id == "holder"


async def test_the_other_language_keeps_the_line(kit: Kit) -> None:
    async with form_over(kit, company_base(WRONG)) as over:
        await over.press("f10", "f3")
        row = over.look.table.selected
        await over.press("ctrl+t")
        assert "Check" in over.text.splitlines()[0]
        assert "problems only" in over.text
        after = over.look.table.selected
        assert row is not None
        assert after is not None
        assert (after.key, after.cells == row.cells) == (row.key, False)


async def test_what_another_hand_writes_appears(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await over.press("f10")
        over.edit(clerk(1), Put(SINGLE, "addr_number", "9号", "1号A座101室"))
        await over.seat.until(lambda: "9号" in over.all_text)
        assert isinstance(over.seat.app.screen, AnswersScreen)


async def test_a_disputed_answer_is_told(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        over.edit(clerk(1), Put(SINGLE, "addr_number", "9号", "1号A座101室"))
        over.edit(clerk(2), Put(SINGLE, "addr_number", "8号", "1号A座101室"))
        await over.seat.until(lambda: bool(over.model.collisions))
        await over.press("f10")
        line = next(row for row in over.rows if row.key.endswith("/addr_number"))
        assert (line.style, line.cells[1]) == ("conflict", "9号")
        assert "取舍 1" in over.text.splitlines()[0]


async def test_hostile_answers_are_harmless(kit: Kit) -> None:
    names = ("addr_number", "addr_village", "postcode", "name_trade", "name_industry", "l_sign")
    for first in range(0, len(PACKED), len(names)):
        texts = PACKED[first : first + len(names)]
        cells = {(SINGLE, name): text[:200] for name, text in zip(names, texts, strict=False)}
        async with form_over(kit, company_base(cells)) as over:
            await over.press("f10", "f2", "end", "f2")
            assert_harmless(over.text)
            assert_harmless("".join(cell for row in over.rows for cell in row.cells))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often something that takes long is asked for."""
    counts = {"cells": 0, "problems": 0}

    def count(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            return work(*args, **kwargs)

        return counting

    monkeypatch.setattr("screens.form_answers_text.cell_text", count("cells", cell_text))
    monkeypatch.setattr(State, "problems", count("problems", State.problems))
    return counts


async def test_five_thousand_holders_are_opened_by_looking_at_a_page(
    kit: Kit, counted: dict[str, int]
) -> None:
    state = company.state(company.partnership(5000))
    went: list[tuple[str, str]] = []
    async with seated(kit, AGENT) as seat:
        model = model_of(seat, state)
        counted.update(cells=0, problems=0)
        await seat.app.push_screen(AnswersScreen(model, went.append))
        await seat.settle()
        assert counted["problems"] == 0, "nobody has asked for problems"
        assert counted["cells"] < 700, "only what is on the screen is looked at"
        table = seat.app.screen.query_one(VirtualTable)
        assert table.row_count > 150_000
        await seat.press("end", "home", "f3")
        assert counted["cells"] < 1500
        assert "投资人" in seat.text or "股东" in seat.text
        await seat.press("enter")
        assert went == [("", "holder")], "too many limited partners"
        assert not isinstance(seat.app.screen, FormScreen)


def test_a_row_that_is_gone_is_an_empty_line() -> None:
    state = company.state()
    lines = CellLines(
        lambda: state, form_answers_text.parts_of(state), lambda one: ((str(one.cell),), "")
    )
    before = lines.count()
    state.apply([Drop("h2")])
    rows = lines.rows(0, before)
    assert len(rows) == before
    assert not any("'h2'" in "".join(row.cells) for row in rows)


def test_problem_kinds_are_told_apart() -> None:
    """Two problems of one cell are two lines."""
    state = company.state()
    company.put(state, [(SINGLE, "reg_cap", "120")])
    keys = [form_answers_text.problem_key(one) for one in state.problems()]
    assert len(keys) == len(set(keys)) > 1
    assert all(isinstance(one, Problem) for one in state.problems())
