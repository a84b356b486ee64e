"""Departments of a form: ready or not, masked, sent only after a question, corrected openly."""

import json
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from hallclient.actions import filing_extract_change, filing_extract_file, filing_extracts
from hallclient.actions.filing_extracts import content, sent
from hallclient.extract_words import canonical_of, change_place, change_side
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.extract import difference, extract
from hallclient.rules.form.preview import masked, preview
from hallclient.rules.form.shape import machine, personal
from hallclient.rules.form.state import State
from hallclient.words import refused_text
from screens.form_departments import DepartmentsScreen
from screens.form_departments_text import DIFFERENCE, LIST, PREVIEW, SHEET
from screens.widgets.table import VirtualTable
from tests import company, twoforms
from tests.deskkit import LARGE, SMALL, seated
from tests.hallkit import AGENT, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.lookkit import SECRETS, Over, company_base, form_over, model_of

TAX = "SW"
OTHER = company.identity("19880229", 248)


def screen(over: Over) -> DepartmentsScreen:
    found = over.look
    assert isinstance(found, DepartmentsScreen)
    return found


async def opened(over: Over, department: str = "") -> None:
    """The list of departments; with one, the cursor on it."""
    await over.press("alt+d")
    if department:
        assert over.look.table.select_key(department)
        await over.seat.pilot.pause()


async def send(over: Over) -> None:
    await over.asked("f3")
    await over.answer("2")


async def until_mode(over: Over, mode: str) -> None:
    await over.seat.until(lambda: screen(over).mode == mode and over.look._settled.is_set())
    await over.seat.pilot.pause()


def nobody_is_named(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


@pytest.mark.parametrize(("size", "language"), [(SMALL, "zh"), (LARGE, "en")])
async def test_the_list_says_how_ready_each_is(
    kit: Kit, size: tuple[int, int], language: str
) -> None:
    base = company_base({(SINGLE, "phone"): "", ("p2", "p_mobile"): "123"})
    async with form_over(kit, base, size=size, language=language) as over:
        await opened(over)
        ready = over.state.readiness()
        assert [row.key for row in over.rows] == list(ready)
        for row in over.rows:
            filled, needed, wrong = ready[row.key]
            assert row.cells[1] == (f"{filled}/{needed}" if needed else row.cells[1])
            assert row.cells[2] == (str(wrong) if wrong else "")
            assert row.style == (
                "alert" if wrong else "good" if needed == filled != 0 else row.style
            )
        assert {row.style for row in over.rows} >= {"alert", "dim", "good"}
        name = over.state.form.departments[2]
        assert (name.zh if language == "zh" else name.en) in over.text


async def test_the_preview_is_what_will_be_sent_masked(kit: Kit) -> None:
    async with form_over(kit, company_base({(SINGLE, "phone"): ""})) as over:
        await opened(over, TAX)
        await over.press("enter")
        assert screen(over).mode == PREVIEW
        lines = preview(over.state, TAX)
        keys = [tuple(row.key.split("/")) for row in over.rows]
        told = [(row, section, name) for row, section, name in keys if name]
        assert told == [(one.row, one.section.id, one.field.id) for one in lines]
        lacking = [row for row in over.rows if row.style == "alert"]
        assert [row.key.split("/")[2] for row in lacking] == ["phone"]
        assert lacking[0].cells[3] == "必填未填"
        assert "NSRMC" in over.all_text, "the department's own names"
        nobody_is_named(over.all_text)
        for _ in range(6):
            nobody_is_named(over.text)
            await over.press("pagedown")
        await over.press("left")
        assert screen(over).mode == LIST
        assert over.selected[0] == "税务", "the list is where it was"


async def test_the_sensitive_sheet_is_shown_on_the_record_and_masked_again(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        await over.press("f2")
        await until_mode(over, SHEET)
        hidden = personal(over.state.program)
        assert {row.key.split("/")[2] for row in over.rows} - {""} <= hidden
        assert "王伟" in over.text
        assert company.identity() in over.all_text
        assert over.kinds()[-1] == "personal.viewed"
        await over.press("f2")
        assert screen(over).mode == PREVIEW
        nobody_is_named(over.text)
        await over.press("f2")
        await until_mode(over, SHEET)
        over.look._revealed_until = 0.001
        await over.seat.until(lambda: screen(over).mode == PREVIEW)
        await over.seat.pilot.pause()
        nobody_is_named(over.text)
        assert over.kinds().count("personal.viewed") == 2, "each look is one event"


async def test_sending_is_asked_for_and_shows_the_digest(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        assert "税务" in await over.asked("f3")
        await over.answer("1")
        assert sent(kit.store, over.filing) == []
        await send(over)
        made = sent(kit.store, over.filing, TAX)
        assert len(made) == 1
        assert made[0].sha256[:12] in over.said
        assert "第 1 次" in over.said
        row = next(row for row in over.rows if row.key == TAX)
        assert row.cells[3] == "1 次，09-22 09:00"
        assert row.cells[4] == made[0].sha256[:12]
        told = json.loads(content(kit.store, made[0]).payload)
        assert told == extract(over.state, TAX)


async def test_what_is_not_ready_is_refused_in_words(kit: Kit) -> None:
    async with form_over(kit, company_base({(SINGLE, "phone"): ""})) as over:
        await opened(over, TAX)
        await send(over)
        assert "不能推送" in over.said
        assert sent(kit.store, over.filing) == []


async def test_nothing_new_is_not_sent_again(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        await send(over)
        await over.press("f3")
        await over.seat.until(lambda: "相同" in over.said)
        assert not over.question
        assert len(sent(kit.store, over.filing)) == 1


async def test_a_correction_is_shown_first_and_only_then_sent(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        await send(over)
        over.edit(
            clerk(1),
            Put("h1", "h_sub", "70", "60"),
            Put("h2", "h_sub", "30", "40"),
            Put("p2", "p_cert_no", OTHER, company.identity("19880229", 246)),
        )
        await over.seat.until(lambda: over.state.text("h1", "h_sub") == "70")
        await over.press("f3")
        await until_mode(over, DIFFERENCE)
        before = sent(kit.store, over.filing, TAX)[0]
        assert before.sha256[:12] in over.text
        texts = [row.cells[1:] for row in over.rows]
        assert ("认缴出资额(万元)", "60 万元", "70 万元") in texts
        nobody_is_named(over.all_text)
        assert OTHER not in over.all_text, "masked in the difference too"
        assert masked(over.state.field("p_cert_no"), OTHER) in over.all_text
        await over.press("escape")
        assert screen(over).mode == LIST
        assert len(sent(kit.store, over.filing)) == 1
        await over.press("f3")
        await until_mode(over, DIFFERENCE)
        assert "更正" in await over.asked("f3")
        await over.answer("2")
        first, second = sent(kit.store, over.filing, TAX)
        assert second.before == first.sha256
        assert "第 2 次" in over.said
        assert screen(over).mode == LIST


async def saved(over: Over, file: Path, *, more: bool = False) -> None:
    """Type another file name over the one that is offered."""
    field = over.look.query_one("#ask Field")
    field.value = str(file)  # type: ignore[attr-defined]
    await over.seat.pilot.press("enter")
    if more:
        await over.seat.until(lambda: "替换" in over.question)
    else:
        await over.done()


async def test_what_was_sent_becomes_a_file_with_the_same_digest(kit: Kit, tmp_path: Path) -> None:
    file = tmp_path / "tax.json"
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        await over.press("f9")
        assert "还没有推送" in over.said
        await send(over)
        assert "敏感" in await over.asked("f9"), "whoever saves knows what is in it"
        await saved(over, file)
        made = sent(kit.store, over.filing, TAX)[0]
        assert sha256(file.read_bytes()).hexdigest() == made.sha256
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert over.kinds()[-1] == "personal.viewed"
        assert str(file) in over.said or file.name in over.said
        await over.asked("f9")
        await saved(over, file, more=True)
        await over.answer("1")
        over.edit(clerk(1), Put(SINGLE, "postcode", "430075", "430074"))
        await over.seat.until(lambda: over.state.text(SINGLE, "postcode") == "430075")
        await over.press("f3")
        await until_mode(over, DIFFERENCE)
        await send(over)
        assert "第 2 次" in await over.asked("f9")
        await over.answer("2", asks=True)
        await saved(over, file, more=True)
        await over.answer("2")
        changes = json.loads(file.read_text())
        assert [one[1:] for one in changes] == [["430074", "430075"]]
        assert sent(kit.store, over.filing, TAX)[1].before == made.sha256


async def test_a_file_that_cannot_be_written_is_told(kit: Kit, tmp_path: Path) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        await send(over)
        before = over.kinds()
        await over.asked("f9")
        await saved(over, tmp_path / "none" / "tax.json")
        assert "none" in over.said
        assert over.kinds() == before, "nothing was written, so nothing was looked at"


async def test_the_other_language_in_every_view(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over, TAX)
        await over.press("ctrl+t")
        assert "Departments" in over.text
        await over.press("enter")
        assert "What Tax will get" in over.text
        await over.press("f2")
        await until_mode(over, SHEET)
        assert "Tax: sensitive sheet" in over.text
        await over.press("ctrl+t", "escape", "escape", "escape")
        assert over.seat.app.screen is over.form


async def test_what_another_hand_sends_appears(kit: Kit) -> None:
    async with form_over(kit, company_base()) as over:
        await opened(over)
        filing_extracts.send(kit.store, clerk(1), over.filing, TAX)
        await over.seat.until(lambda: "1 次" in over.all_text)


async def test_five_thousand_holders_are_previewed_by_the_page(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = [0]

    def counting(state: State, row: str, name: str, *, reveal: bool = False) -> str:
        looked[0] += 1
        return "x"

    monkeypatch.setattr("screens.form_departments_text.cell_text", counting)
    state = company.state(company.partnership(5000))
    async with seated(kit, AGENT) as seat:
        model = model_of(seat, state)
        await seat.app.push_screen(DepartmentsScreen(AGENT, model))
        await seat.settle()
        await seat.press("enter", "end")
        assert seat.app.screen.query_one(VirtualTable).row_count > 90_000
        assert looked[0] < 1000


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 5))
async def test_hostile_answers_are_harmless(kit: Kit, first: int) -> None:
    names = ("addr_number", "addr_village", "name_trade", "postcode", "st_staff")
    texts = HOSTILE[first : first + 5]
    cells = {(SINGLE, name): text[:200] for name, text in zip(names, texts, strict=False)}
    async with form_over(kit, company_base(cells)) as over:
        await opened(over)
        await over.press("enter", "down")
        assert_harmless(over.text)
        assert_harmless("".join(cell for row in over.rows for cell in row.cells))


# -- words of a correction


CHANGES: list[list[Edit]] = [
    [Put("h1", "h_sub", "70"), Put("h2", "h_sub", "30")],
    [Put(SINGLE, "b_when", "2026-09-26 11:00"), Put(SINGLE, "t_invoice", "e-plain")],
    [Drop("c2")],
    [Add("scope", "c3", 1 << 40), Put("c3", "scope_text", "x"), Put("c3", "scope_code", "S002")],
    [Put("p1", "p_name", "王大伟"), Put(SINGLE, "hf_need", "no")],
]


@pytest.mark.parametrize("edits", CHANGES)
def test_every_change_is_said_in_the_forms_words(edits: list[Edit]) -> None:
    before, after = company.state(), company.state()
    after.apply(edits)
    found = 0
    for to in before.form.departments:
        for change in difference(extract(before, to.id), extract(after, to.id)):
            found += 1
            place = change_place(after, to, change)
            assert place[0], change
            raw = change.path[-1]
            assert raw not in place[1], "the form's label, not the department's name"
            for value in (change.was, change.now):
                told = change_side(after, to, change, value)
                assert (told == "") == (value is None)
                nobody_is_named(told)
                assert "{" not in told, "no raw value"
    assert found


def test_every_change_of_the_registered_is_said() -> None:
    before, after = twoforms.holders(), twoforms.holders(*twoforms.put("h2.h_sub=30 h3.h_sub=40"))
    kinds = set()
    for to in before.form.departments:
        for change in difference(extract(before, to.id), extract(after, to.id)):
            kinds.add(change.path[0])
            where, what = change_place(after, to, change)
            assert where
            assert what or change.path[-1] == "row"
            for value in (change.was, change.now):
                assert "{" not in change_side(after, to, change, value)
    assert "changes" in kinds


def test_a_machines_value_leads_back_to_the_text() -> None:
    compared = 0
    for state in (company.state(), twoforms.report(), twoforms.holders()):
        for row, name, text in state.cells():
            field = state.field(name)
            value = machine(state, row, field)
            if value is not None:
                compared += 1
                assert canonical_of(field, value) == text, name
    assert compared > 200


# -- use cases


def test_there_is_no_correction_of_nothing(kit: Kit) -> None:
    from hallclient.actions import filings

    row = filings.new(kit.store, AGENT, "company-setup", base=company_base())
    with pytest.raises(Refused, match="extract-none") as found:
        filing_extract_change.correction(kit.store, AGENT, row["id"], TAX)
    assert "税务" in refused_text(found.value)
    with pytest.raises(Refused, match="no-such-department"):
        filing_extract_change.correction(kit.store, AGENT, row["id"], "none")


def test_the_first_extract_has_no_difference_to_save(kit: Kit, tmp_path: Path) -> None:
    from hallclient.actions import filings

    row = filings.new(kit.store, AGENT, "company-setup", base=company_base())
    made = filing_extracts.send(kit.store, AGENT, row["id"], TAX)
    target = tmp_path / "tax.json"
    with pytest.raises(Refused, match="extract-gone"):
        filing_extract_file.save(kit.store, AGENT, made, target, difference=True)
    assert list(tmp_path.glob("*tax*")) == []
