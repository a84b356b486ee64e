"""Many filings out of a list: judged line by line, refused lines told, made all at once."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events

from hallclient.actions import filing_view
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.state import State
from hallclient.rules.form.table.bulk_look import Look, look
from hallclient.rules.form.table.intake import copy_of
from screens.form_bulk import BulkScreen
from tests import twoforms
from tests.deskkit import LARGE, SMALL
from tests.hallkit import AGENT, Kit
from tests.hostile import PACKED, assert_harmless
from tests.lookkit import Over, form_over, report_base

LIST = (
    "经营地\t经营地址\t合同金额（元）\n"
    "湖南省长沙市岳麓区\t麓谷大道658号一栋\t1090000\n"
    "湖南省长沙市天心区\t芙蓉中路二段100号\t200000\n"
    "北京市朝阳区\t望京街9号院3号楼\tabc\n"
)
AGAIN = LIST + "北京市朝阳区\t望京街9号院3号楼\t1\n"
BLANK = LIST + "\t望京街9号院3号楼\t1\n"
GOOD = "\n".join(LIST.splitlines()[:3])


async def opened(over: Over, text: str = "") -> None:
    await over.press("alt+j")
    await over.seat.until(lambda: isinstance(over.seat.app.screen, BulkScreen))
    await over.seat.pilot.pause()
    if text:
        await paste(over, text)


async def paste(over: Over, text: str) -> None:
    over.look.post_message(events.Paste(text))
    await over.seat.pilot.pause()
    await over.done()


def numbers(kit: Kit) -> list[str]:
    return [row["number"] for row in kit.store.rows("SELECT number FROM filing ORDER BY number")]


def cross(kit: Kit, **more: object):  # type: ignore[no-untyped-def]
    return form_over(kit, report_base(), form="cross-region-tax", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("size", "language"), [(SMALL, "zh"), (LARGE, "en")])
async def test_every_line_is_shown_with_what_is_wrong(
    kit: Kit, size: tuple[int, int], language: str
) -> None:
    async with cross(kit, size=size, language=language) as over:
        await opened(over)
        assert over.rows == []
        assert "F4" in over.text
        await paste(over, LIST)
        assert [row.cells[0] for row in over.rows] == ["1", "2", "3"]
        assert [row.style for row in over.rows] == ["", "", "alert"], "hints are no problems"
        assert "湖南省长沙市岳麓区" in over.text
        assert ("不是金额" if language == "zh" else "Not an amount") in over.rows[2].cells[-1]
        await over.press("f3")
        assert over.look.table.cursor == 2
        assert numbers(kit) == ["20260922-a01-001"], "nothing is made by looking"


async def test_all_are_made_after_a_question_and_listed(kit: Kit) -> None:
    async with cross(kit) as over:
        await opened(over, GOOD)
        assert "2" in await over.asked("enter")
        await over.answer("1")
        assert len(numbers(kit)) == 1
        await over.asked("enter")
        await over.answer("2")
        made = numbers(kit)[1:]
        assert len(made) == 2
        assert [row.cells[0] for row in over.rows] == made
        assert "已建 2 份" in over.said
        assert made[0] in over.text
        for number, place in zip(made, ["湖南省长沙市岳麓区", "湖南省长沙市天心区"], strict=True):
            state = filing_view.open_filing(kit.store, AGENT, number).state
            assert state.text(SINGLE, "place") == place
            assert state.text(SINGLE, "x_name") == "武汉虹信工程有限公司", "copied"
        before = numbers(kit)
        await over.press("enter")
        await paste(over, LIST)
        assert numbers(kit) == before, "a second Enter makes nothing"
        await over.press("escape")
        assert over.seat.app.screen is over.form


@pytest.mark.parametrize(("text", "told"), [(AGAIN, "第 3 份相同"), (BLANK, "没有填")])
async def test_a_line_that_cannot_be_made_stops_them_all(kit: Kit, text: str, told: str) -> None:
    async with cross(kit) as over:
        await opened(over, text)
        assert told in over.rows[3].cells[-1]
        await over.press("enter")
        assert "第 4 份不能建" in over.said
        assert over.look.table.cursor == 3
        assert len(numbers(kit)) == 1


async def test_lines_with_something_to_mend_can_be_made_knowingly(kit: Kit) -> None:
    async with cross(kit) as over:
        await opened(over, LIST)
        assert "1 份有错" in await over.asked("enter")
        await over.answer("2")
        assert len(numbers(kit)) == 4


async def test_what_is_wrong_with_the_filing_itself_is_told_once(kit: Kit) -> None:
    async with cross(kit) as over:
        over.model.do([Put(SINGLE, "c_number", "", "HX-2026-017")])
        await opened(over, GOOD)
        assert "本身有 1 处要改" in over.text
        assert [row.cells[-1] for row in over.rows] == ["", ""]


async def test_a_file_is_read_and_what_is_none_is_refused(kit: Kit, tmp_path: Path) -> None:
    good, bad = tmp_path / "list.csv", tmp_path / "bad.csv"
    good.write_text(GOOD.replace("\t", ","), "utf-8")
    bad.write_text("甲,乙\n1,2\n", "utf-8")
    async with cross(kit) as over:
        await opened(over)
        for file in (tmp_path / "none.csv", bad):
            await over.asked("f4")
            await named(over, file)
            assert over.rows == []
            assert over.said, "refused in words"
        await over.asked("f4")
        await named(over, good)
        assert len(over.rows) == 2
        assert "list.csv" in over.text
        await over.press("f5")
        assert "只有一张" in over.said


async def named(over: Over, file: Path) -> None:
    field = over.look.query_one("#ask Field")
    field.value = str(file)  # type: ignore[attr-defined]
    await over.seat.pilot.press("enter")
    await over.done()


async def test_the_other_language_keeps_the_list(kit: Kit) -> None:
    async with cross(kit) as over:
        await opened(over, LIST)
        await over.press("ctrl+t")
        assert "Many filings" in over.text
        assert len(over.rows) == 3


async def test_forms_without_a_bulk_do_not_offer_it(kit: Kit) -> None:
    from tests.lookkit import company_base

    async with form_over(kit, company_base()) as over:
        await over.press("alt+j")
        assert over.seat.app.screen is over.form
        assert "不批量" in over.said


async def test_hostile_lists_are_harmless(kit: Kit) -> None:
    async with cross(kit) as over:
        await opened(over)
        for text in PACKED:
            await paste(over, "经营地\t经营地址\n" + text.replace("\n", " ") + "\t某某路1号院\n")
            assert_harmless(over.text)
            assert_harmless("".join(cell for row in over.rows for cell in row.cells))


# -- the rules of looking


def test_looking_changes_nothing_and_tells_only_what_a_line_brings() -> None:
    state = twoforms.report(*twoforms.put("c_number="))
    before = list(state.cells())
    table = [{"place": "湖南省长沙市岳麓区"}, {"place": "湖南省长沙市岳麓区"}, {"c_amount": "x"}]
    found = look(state, table)
    assert list(state.cells()) == before
    assert [(one.twice, one.blank, one.refused) for one in found.lines] == [
        (0, False, False),
        (1, False, True),
        (0, True, True),
    ]
    assert [one.code for one in found.every if one.stands] == ["required"]
    assert all(one.field != "c_number" for line in found.lines for one in line.problems)
    assert "wrong-money" in [one.code for one in found.lines[2].problems]
    assert found.fields == ("place", "c_amount"), "what differs comes first"


_PLACES = st.sampled_from(["湖南省长沙市岳麓区", "北京市朝阳区", "x", ""])
_LINES = st.lists(
    st.fixed_dictionaries(
        {}, optional={"place": _PLACES, "c_amount": st.sampled_from(["1", "x", ""])}
    ),
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(_LINES)
def test_each_line_is_judged_as_a_filing_of_its_own(table: list[dict[str, str]]) -> None:
    """No line feels the one before it: the same as a form made anew with that line's texts."""
    state = twoforms.report()
    found: Look = look(state, table)
    assert len(found.lines) == len(table)
    for line, told in zip(found.lines, table, strict=True):
        assert {(one.code, one.field) for one in line.problems} == alone(state, told)


def alone(state: State, told: dict[str, str]) -> set[tuple[str, str]]:
    """Problems of a new form with this line, less those of the form without it."""
    clerks = {one.id for one in state.program.layout.fields.values() if one.clerk}

    def marks(one: State) -> set[tuple[str, str, str]]:
        return {
            (problem.code, problem.field, str(problem.params))
            for problem in one.problems()
            if problem.field not in clerks
        }

    base = copy_of(state)
    base.apply([Put(row, name, "") for row, name, _ in list(base.cells()) if name in clerks])
    mine = copy_of(base)
    mine.apply([Put(SINGLE, name, text) for name, text in told.items() if text])
    return {(code, field) for code, field, _ in marks(mine) - marks(base)}
