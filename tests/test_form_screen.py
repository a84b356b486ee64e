"""The form screen: what it does at each key, whatever the store and other hands do meanwhile."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from db.errors import StoreError
from hallclient.actions import filing_edit, filings
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.judging import Judging
from hallclient.rules.form.state import State
from hallclient.texts import t
from screens.actions import BY_ID, FORM, of_screen
from screens.desk import DeskScreen
from screens.form_model import FormModel
from tests import company
from tests.deskkit import LARGE, SMALL
from tests.hallkit import SUPERVISOR, Kit, clerk
from tests.hostile import PACKED, assert_harmless
from tests.livekit import words
from tests.lookkit import Over, company_base, form_over
from tests.screen import paste, send

ONE, TWO = clerk(1), clerk(2)


@pytest.fixture(autouse=True)
def _windows(kit: Kit) -> None:
    kit.open(1, 2)


def without(*sections: str) -> list[Edit]:
    """The complete company without the rows of some sections, and without its postcode."""
    rows, _ = company.complete()
    gone = {row for section, row, _ in rows if section in sections}
    base = company_base({(SINGLE, "postcode"): ""})
    return [edit for edit in base if edit.row not in gone]


async def typed(at: Over, *texts: str) -> None:
    """Type texts at a person's pace; a key's name in angle brackets is that key."""
    for text in texts:
        if text.startswith("<"):
            await at.press(text[1:-1])
        else:
            await send(at.seat.pilot, text, gap=0.2)
            await at.seat.settle()


def at_cell(at: Over) -> tuple[str, str]:
    assert at.form.cell is not None
    return at.form.cell


# --- rows -----------------------------------------------------------------------------------


async def test_a_row_is_there_once_something_is_typed_in_it(kit: Kit) -> None:
    async with form_over(kit, without("holder"), who=ONE) as at:
        before = at.kinds()
        at.form.go_to_section(at.state.program.layout.sections["holder"])
        assert at.state.count("holder") == 1
        assert t("form.begun-row")[:6] in at.text
        await at.press("enter")
        assert at.state.count("holder") == 0
        assert at_cell(at) == (SINGLE, "postcode")
        assert at.kinds() == before, "a row that was begun for nothing was never there"
        at.form.go_to_section(at.state.program.layout.sections["holder"])
        await typed(at, "王伟", "<enter>")
        assert [at.state.text(row, "h_name") for row in at.state.rows("holder")] == ["王伟"]
        assert at.kinds() == [*before, "filing.edited"], "the row and its first text are one step"


@pytest.mark.parametrize("key", ["f5", "f10", "ctrl+f", "ctrl+z", "f8", "escape"])
async def test_whatever_leaves_a_begun_row_takes_it_away(kit: Kit, key: str) -> None:
    async with form_over(kit, without("holder"), who=ONE) as at:
        at.form.go_to_section(at.state.program.layout.sections["holder"])
        assert at.state.count("holder") == 1
        await at.seat.pilot.press(key)
        await at.seat.until(lambda: at.state.count("holder") == 0)


async def test_a_row_begins_as_the_one_above_it(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell(("h2", "h_sub"))
        await at.press("f7")
        row, name = at_cell(at)
        assert name == "h_person"
        assert at.state.text(row, "h_due") == at.state.text("h2", "h_due")
        assert at.state.text(row, "h_sub") == ""


async def test_who_is_typed_may_be_new_though_others_are_called_alike(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell(("h2", "h_sub"))
        await typed(at, "<f7>", "王", "<enter>")
        row = at.state.rows("holder")[-1]
        assert at.state.text(row, "h_name") == "王"
        await typed(at, "<f7>", "王")
        assert [option.label[:2] for option in at.form.grid.options] == ["王伟", "王"]
        await at.press("1")
        assert at.state.text(at.state.rows("holder")[-1], "h_person") == "p1"


# --- much -----------------------------------------------------------------------------------


KEYS = ("down", "right", "pagedown", "enter", "tab", "x", "backspace", "escape", "f2", "ctrl+end")


async def _asked(
    kit: Kit, holders: int, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Counter[str]]:
    """What of a state is asked at each key, with so many holders."""
    asked: Counter[str] = Counter()

    def spy(owner: type, name: str) -> None:
        method = getattr(owner, name)

        def counted(self: Any, *args: Any, **more: Any) -> Any:
            asked[name] += 1
            return method(self, *args, **more)

        monkeypatch.setattr(owner, name, counted)

    found: dict[str, Counter[str]] = {}
    state = company.state(company.partnership(holders, limited=False))
    async with form_over(kit, [], who=ONE) as at:
        monkeypatch.setattr(FormModel, "wake", lambda self: None)
        at.model.state = state
        at.form.go_to_cell((f"h{holders // 2}", "h_addr"))
        await at.seat.pilot.pause()
        for name in ("text", "value", "relevant", "worst_at", "problems", "rows", "cells"):
            spy(State, name)
        spy(Judging, "at")
        for key in (*KEYS, "typed"):
            asked.clear()
            if key == "typed":
                at.form.go_to_cell((f"h{holders // 2}", "h_addr"))
                asked.clear()
                await at.press("x", "down")
            else:
                await at.press(key)
            found[key] = Counter(asked)
        monkeypatch.undo()
        at.model._queue.clear()
    return found


async def test_five_thousand_holders_cost_what_six_hundred_do(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = await _asked(kit, 600, monkeypatch)
    many = await _asked(kit, 5000, monkeypatch)
    for key, asked in many.items():
        assert asked["problems"] == asked["cells"] == 0, key
        assert sum(asked.values()) <= sum(few[key].values()) * 1.1 + 50, key
    # Enter looks a bounded way ahead for what is missing; other keys only at what is in sight.
    in_sight = 15 * 8
    assert all(sum(many[key].values()) < 12 * in_sight for key in KEYS if key != "enter")


# --- text is data ---------------------------------------------------------------------------


async def test_hostile_text_in_every_field_is_only_text(kit: Kit) -> None:
    form = company.form()
    once = [one for section in form.sections if not section.repeat for one in section.fields]
    base: list[Edit] = [
        Put(SINGLE, one.id, PACKED[at % len(PACKED)])
        for at, one in enumerate(once)
        if one.typed and not one.via
    ]
    for section in form.sections:
        for at, text in enumerate(PACKED) if section.repeat else ():
            row = f"{section.id}{at}"
            base.append(Add(section.id, row, at))
            fields = [one for one in section.fields if one.typed and not one.via]
            base += [Put(row, one.id, text) for one in fields]
    async with form_over(kit, base, who=ONE, size=LARGE) as over:
        for section in form.sections:
            over.form.go_to_section(section)
            for key in ("end", "f2", "escape", "ctrl+end", "pagedown", "f3"):
                await over.seat.pilot.press(key)
                await over.seat.pilot.pause()
                assert_harmless(over.text)


async def test_hostile_text_that_is_pasted_becomes_text(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell((SINGLE, "name_reserve_no"))
        for pack in PACKED:
            text = re.sub(r"[\n\t\r]", " ", pack)  # these part cells: tested elsewhere
            at.seat.app.post_message(paste(text))
            await at.press("up", "down")
            assert_harmless(at.text)
            assert_harmless(at.state.text(SINGLE, "name_reserve_no"))


# --- the store ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["busy", "disk-full"])
async def test_what_the_store_does_not_take_is_kept_said_and_tried_again(
    kit: Kit, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = filing_edit.edit

    def refuse(*args: object, **more: object) -> None:
        raise StoreError(code, path="hall.db")

    async with form_over(kit, company_base(), who=ONE) as at:
        before = at.kinds()
        monkeypatch.setattr(filing_edit, "edit", refuse)
        at.form.go_to_cell((SINGLE, "postcode"))
        await typed(at, "430079", "<down>")
        await at.seat.until(lambda: words("form.kept") in at.said)
        assert t("form.unsaved", n=1) in at.text
        # The clerk goes on; nothing is lost, and everybody is told.
        await typed(at, "x@example.com", "<up>")
        assert t("form.unsaved", n=2) in at.text
        assert at.state.text(SINGLE, "email") == "x@example.com"
        await at.seat.pilot.press("escape")
        await at.seat.until(lambda: at.seat.asking)
        await at.press("escape")
        assert at.kinds() == before
        monkeypatch.setattr(filing_edit, "edit", edit)
        at.form._again()
        await at.seat.until(lambda: at.model.unsaved == 0)
        assert at.said == t("form.saved-again")
        assert at.kinds() == [*before, "filing.edited", "filing.edited"]
        await at.press("escape")
        assert isinstance(at.seat.app.screen, DeskScreen)


# --- other hands ----------------------------------------------------------------------------


async def test_a_filing_that_is_closed_elsewhere_takes_nothing_more(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell((SINGLE, "postcode"))
        await send(at.seat.pilot, "4300", gap=0.2)
        filings.close(kit.store, TWO, at.filing, "withdrawn")
        await at.press("enter")
        await at.seat.until(lambda: not at.model.open)
        await at.seat.until(lambda: t("form.status.closed") in at.text)
        assert at.state.text(SINGLE, "postcode") == "430074"
        await typed(at, "5")
        assert at.said == t("form.locked.closed")
        await at.press("f7")
        assert t("form.locked.closed") in at.said


async def test_a_row_dropped_elsewhere_gives_back_what_is_typed_in_it(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell(("h2", "h_sub"))
        await send(at.seat.pilot, "45", gap=0.2)
        at.edit(TWO, Drop("h2"))
        await at.seat.until(lambda: at.state.count("holder") == 1)
        await at.seat.until(lambda: "45" in at.said)
        assert at.said == t("form.abandoned", text="45")
        assert at.form.grid.typing is None
        assert at_cell(at)[0] == "h1"
        assert at.state.text("h1", "h_sub") == "60"


async def test_a_row_dropped_at_the_same_moment_loses_no_text(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        # The timer has bound its own method already; what it calls is looked up each time.
        monkeypatch.setattr(at.form._latest, "ask", lambda: None)
        at.form.go_to_cell(("h2", "h_sub"))
        at.edit(TWO, Drop("h2"))
        await typed(at, "45", "<up>")
        await at.seat.until(lambda: at.state.count("holder") == 1)
        assert "45" in at.said


async def test_what_another_hand_wrote_under_the_editor_is_not_overwritten_unseen(
    kit: Kit,
) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell((SINGLE, "postcode"))
        await send(at.seat.pilot, "430079", gap=0.2)
        at.edit(TWO, Put(SINGLE, "postcode", "430078", "430074"))
        await at.seat.until(lambda: at.state.text(SINGLE, "postcode") == "430078")
        await at.press("enter")
        await at.seat.until(lambda: bool(at.model.collisions))
        (cell,) = at.model.collisions.values()
        assert (cell.text, cell.other, cell.by) == ("430078", "430079", "c01")
        assert t("form.status.disputed", n=1) in at.text
        await at.press("f3", "alt+s", "2")
        await at.seat.until(lambda: not at.model.collisions)
        assert at.state.text(SINGLE, "postcode") == "430079"


# --- keys -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_language_changes_without_losing_a_word(kit: Kit, size: tuple[int, int]) -> None:
    async with form_over(kit, company_base(), who=ONE, size=size) as at:
        at.form.go_to_cell((SINGLE, "postcode"))
        await send(at.seat.pilot, "430079", gap=0.2)
        await at.press("ctrl+t")
        assert "Postcode" in at.text
        assert "邮政编码" not in at.text
        assert at.state.text(SINGLE, "postcode") == "430079"
        assert at_cell(at) == (SINGLE, "postcode")
        await at.press("ctrl+t")
        assert "邮政编码" in at.text


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_action_is_reached_by_its_keys_or_says_why_not(kit: Kit, language: str) -> None:
    async with form_over(kit, company_base(), who=ONE, language=language) as at:
        done: list[str] = []

        def noting(action: str) -> Callable[[], Awaitable[None]]:
            async def note() -> None:
                done.append(action)

            return note

        for action in of_screen(FORM):
            at.form._handlers[action.id] = noting(action.id)
        for place in (("", "postcode"), ("h2", "h_sub")):
            for action in of_screen(FORM):
                for key in action.keys:
                    if key == "question_mark":
                        continue  # text, where something is typed
                    at.form.go_to_cell(place)
                    done.clear()
                    why = at.form.why_not(action.id)
                    await at.press(key)
                    if why is None:
                        assert done == [action.id], key
                    else:
                        assert done == [], key
                        assert t(action.label_key) in at.said
                        assert why in at.said
                        assert "form." not in why
                        assert "{" not in why
        assert set(at.form._handlers) == {one.id for one in of_screen(FORM)}


async def test_the_palette_reaches_an_action_that_has_no_key_here(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        await at.seat.pilot.press("ctrl+p")
        await at.seat.until(lambda: at.seat.asking)
        await at.seat.type(t(BY_ID["next_section"].label_key))
        await at.seat.until(lambda: at.form.section.id == "addr")


async def test_a_warning_of_a_whole_table_is_told_and_let_pass(kit: Kit) -> None:
    cells = {("h1", "h_beneficial"): "no", ("h2", "h_beneficial"): "no"}
    async with form_over(kit, company_base(cells), who=ONE) as at:
        assert t("form.status.warnings", n=1) in at.text
        await at.press("f3")
        assert at.form.section.id == "holder"
        assert "请备案受益所有人" in at.text
        await at.press("alt+p")
        await at.seat.type("has been promised")
        await at.seat.until(lambda: t("form.status.ready") in at.text)
        assert at.kinds()[-1] == "filing.overridden"


async def test_only_a_supervisor_lets_pass_what_is_a_supervisors(kit: Kit) -> None:
    cells = {(SINGLE, "name"): "大吉公司"}
    for who in (ONE, SUPERVISOR):
        async with form_over(kit, company_base(cells), who=who) as at:
            at.form.go_to_cell((SINGLE, "name"))
            await at.press("alt+p")
            await at.seat.type("approved on paper")
            passed = at.kinds()[-1] == "filing.overridden"
            assert passed == (who is SUPERVISOR)
            assert at.said


async def test_what_is_wrong_is_told_when_the_cursor_has_gone_on(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell(("h1", "h_due"))
        await typed(at, "20260230", "<enter>")
        assert at_cell(at) != ("h1", "h_due")
        assert "没有这一天" in at.said
        at.form.go_to_cell(("h1", "h_due"))
        await typed(at, "20300228", "<enter>")
        assert at.said == "" or at.said.startswith(words("form.all-filled"))


async def test_a_scan_where_nobody_is_meant_types_nothing(kit: Kit) -> None:
    async with form_over(kit, company_base(), who=ONE) as at:
        at.form.go_to_cell((SINGLE, "addr_right"))
        await send(at.seat.pilot, "6901234567892\r", gap=0.005)
        await at.seat.until(lambda: at.said == t("form.scan-not-here"))
        assert at.state.text(SINGLE, "addr_right") == "lease"


async def test_one_may_look_at_a_closed_filing(kit: Kit) -> None:
    async with form_over(kit, without("holder"), who=ONE) as at:
        filings.close(kit.store, TWO, at.filing, "given-up")
        await at.seat.until(lambda: t("form.status.closed") in at.text)
        await at.press("f5", "f6", "down", "x", "enter", "f9")
        assert at.state.count("holder") == 0
        await at.press("escape")
        assert isinstance(at.seat.app.screen, DeskScreen)
