"""Who wrote what: newest first, masked, in clear only on the record; of a cell or of it all."""

import pytest

from hallclient.actions import filing_history, filing_undo
from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Put
from hallclient.rules.text import mask_name
from screens.form_history import HistoryScreen
from screens.form_history_text import CELL, WHOLE, how_word
from screens.form_history_text import STEP as ONE_STEP
from screens.form_lines import written_at
from screens.form_model import Cell
from screens.widgets.content import Words
from tests.deskkit import LARGE, SMALL
from tests.hallkit import AGENT, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.lookkit import SECRETS, Over, company_base, form_over

PHONE, OTHER_PHONE = "13800138002", "13900139000"


def screen(over: Over) -> HistoryScreen:
    found = over.look
    assert isinstance(found, HistoryScreen)
    return found


def foot(over: Over) -> str:
    return over.look.query_one("#foot", Words).text


async def history_of(over: Over, cell: Cell) -> None:
    """The cursor on a cell, and its history."""
    over.form.go_to_cell(cell)
    await over.seat.pilot.pause()
    await over.press("alt+h")
    await over.seat.until(lambda: isinstance(over.seat.app.screen, HistoryScreen))
    await read(over, CELL)


async def read(over: Over, mode: str) -> None:
    await over.seat.until(
        lambda: screen(over).mode == mode and over.look._settled.is_set() and bool(over.rows)
    )
    await over.seat.pilot.pause()


async def until_clear(over: Over, clear: bool) -> None:
    await over.seat.until(lambda: over.look.revealed is clear and over.look._settled.is_set())
    await over.seat.pilot.pause()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_cell_tells_who_when_how_and_what(kit: Kit, size: tuple[int, int]) -> None:
    async with form_over(kit, company_base(), size=size) as over:
        kit.pass_(minutes=5)
        over.edit(clerk(3), Put("h1", "h_sub", "70", "60"), source="paste")
        await over.seat.until(lambda: over.state.text("h1", "h_sub") == "70")
        await history_of(over, ("h1", "h_sub"))
        newest, oldest = over.rows
        assert newest.cells == ("09-22 09:05:00", "c03", "W03", "60 万元", "70 万元", "粘贴")
        assert oldest.cells[3:] == ("（未填）", "60 万元", "新建")
        assert "认缴出资额" in over.text
        assert "F2" not in foot(over), "nothing here is personal"
        await over.press("escape")
        assert over.seat.app.screen is over.form


async def test_choices_and_persons_are_said_not_their_codes(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        over.edit(clerk(3), Put("o2", "o_post", "410C", "408A"), Put("h2", "h_person", "p3", "p2"))
        await over.seat.until(lambda: over.state.text("o2", "o_post") == "410C")
        await history_of(over, ("o2", "o_post"))
        assert "408A" not in over.all_text
        assert over.rows[0].cells[3] != over.rows[0].cells[4] != "410C"
        await over.press("escape")
        await history_of(over, ("h2", "h_person"))
        assert over.rows[0].cells[3:5] == ("欧**", mask_name("买买提·吐尔逊"))
        assert "p3" not in over.all_text


async def test_personal_data_is_masked_until_it_is_revealed_on_the_record(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        over.edit(clerk(3), Put("p2", "p_mobile", OTHER_PHONE, PHONE))
        await over.seat.until(lambda: over.state.text("p2", "p_mobile") == OTHER_PHONE)
        await history_of(over, ("p2", "p_mobile"))
        assert over.rows[0].cells[3:5] == ("138****8002", "139****9000")
        for secret in (PHONE, OTHER_PHONE, *SECRETS):
            assert secret not in over.text
        assert "personal.viewed" not in over.kinds()
        await over.press("f2")
        await until_clear(over, True)
        assert over.rows[0].cells[3:5] == (PHONE, OTHER_PHONE)
        assert "欧阳静" in over.text
        assert over.kinds()[-1] == "personal.viewed"
        assert "已记录" in over.said
        await over.press("f2")
        await until_clear(over, False)
        assert PHONE not in over.text
        await over.press("f2")
        await until_clear(over, True)
        over.look._revealed_until = 0.001
        await over.seat.until(lambda: PHONE not in over.all_text)
        assert over.kinds().count("personal.viewed") == 2


async def test_what_a_role_shows_of_a_person_has_the_persons_history(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        assert written_at(over.state, ("h2", "h_cert_no")) == ("p2", "p_cert_no")
        assert written_at(over.state, ("h2", "h_sub")) == ("h2", "h_sub")
        await history_of(over, ("h2", "h_cert_no"))
        assert screen(over).cell == ("p2", "p_cert_no")
        assert len(over.rows) == 1


async def test_what_is_calculated_was_written_by_nobody(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        over.form.go_to_cell(("h1", "h_ratio"))
        await over.press("alt+h")
        await over.done()
        assert over.rows == []
        assert "自动计算" in over.text


async def test_the_whole_filing_step_by_step(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        over.edit(
            AGENT,
            Add("scope", "c3", 9 * STEP),
            Put("c3", "scope_text", "技术服务"),
            source="import",
        )
        over.edit(AGENT, Put(SINGLE, "postcode", "430075", "430074"))
        filing_undo.undo(kit.store, AGENT, over.filing)
        over.edit(AGENT, Drop("c3"))
        await over.seat.until(lambda: over.state.section_of("c3") == "" and over.model.seq == 5)
        await history_of(over, (SINGLE, "postcode"))
        assert [row.cells[5] for row in over.rows] == ["撤销", "填写", "新建"]
        await over.press("f5")
        await read(over, WHOLE)
        assert [row.cells[3] for row in over.rows] == ["填写", "撤销", "填写", "导入", "新建"]
        assert over.rows[2].cells[4].startswith("邮政编码：430074 → 430075")
        over.look.go_to(3)
        await over.press("enter")
        assert screen(over).mode == ONE_STEP
        assert [row.cells[1:] for row in over.rows] == [
            ("", "", "新增一行"),
            ("规范表述", "（未填）", "技术服务"),
        ]
        assert all("已删除的行" in row.cells[0] for row in over.rows), "it is gone by now"
        await over.press("escape")
        assert (screen(over).mode, over.look.table.cursor) == (WHOLE, 3)
        for secret in SECRETS:
            assert secret not in over.all_text
        over.look.go_to(4)
        await over.press("enter")
        for secret in SECRETS:
            assert secret not in over.all_text
        await over.press("escape", "f5")
        await read(over, CELL)


async def test_what_another_hand_writes_meanwhile_appears(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await history_of(over, (SINGLE, "postcode"))
        over.edit(clerk(2), Put(SINGLE, "postcode", "430075", "430074"))
        await over.seat.until(lambda: len(over.rows) == 2)


async def test_the_other_language(kit: Kit) -> None:
    async with form_over(kit, company_base(), language="en") as over:
        await history_of(over, ("h1", "h_sub"))
        assert "Subscribed amount" in over.text
        assert over.rows[0].cells[5] == "begun"
        await over.press("ctrl+t")
        assert "认缴出资额" in over.text
        assert over.rows[0].cells[5] == "新建"


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 9))
async def test_hostile_texts_are_harmless(kit: Kit, first: int) -> None:
    async with form_over(kit, company_base()) as over:
        was = "1号A座101室"
        for text in HOSTILE[first : first + 9]:
            over.edit(AGENT, Put(SINGLE, "addr_number", text[:200], was))
            was = filing_history.history(kit.store, AGENT, over.filing, SINGLE, "addr_number")[
                0
            ].now
        await over.seat.until(lambda: over.state.text(SINGLE, "addr_number") == was)
        await history_of(over, (SINGLE, "addr_number"))
        assert_harmless(over.text)
        await over.press("f5")
        await read(over, WHOLE)
        assert_harmless(over.text)
        assert_harmless("".join(cell for row in over.rows for cell in row.cells))


def test_every_kind_of_event_of_a_filing_has_a_word() -> None:
    from db.kinds import KINDS

    kinds = [kind for kind in KINDS if kind.startswith("filing.")]
    for kind in [*kinds, "personal.viewed", "personal.destroyed"]:
        how = kind.removeprefix("filing.")
        assert how_word(how) != how
    for source in ("paste", "import", "repair", "copy", "card"):
        assert how_word(source) != source
