"""An error vanishes at the very key that mends it; a new one waits until the cell is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.rules.form.edits import SINGLE
from tests.hallkit import Kit
from tests.lookkit import company_base, form_over


@pytest.fixture
def kit(tmp_path: Path, quick: None) -> Kit:
    return Kit(tmp_path)


async def test_what_is_typed_is_judged_at_each_key_and_changes_nothing(kit: Kit) -> None:
    base = company_base({(SINGLE, "postcode"): "43007", (SINGLE, "reg_cap"): "99"})
    async with form_over(kit, base) as over:
        model = over.model
        before = list(over.state.cells())
        assert [one.code for one in model.left_by((SINGLE, "postcode"), "4300")] == ["POSTCODE"]
        assert model.left_by((SINGLE, "postcode"), "430074") == []
        assert model.left_by((SINGLE, "reg_cap"), "100") == []
        assert [one.code for one in model.left_by((SINGLE, "reg_cap"), "9")] == ["CAP_SUM"]
        # A cell that was right is not accused of a half-typed text.
        assert model.left_by((SINGLE, "phone"), "1") == []
        assert list(over.state.cells()) == before
        assert model.unsaved == 0


async def test_the_message_goes_while_the_last_digit_is_typed(kit: Kit) -> None:
    base = company_base({(SINGLE, "postcode"): "43007"})
    async with form_over(kit, base) as over:
        over.form.go_to_cell((SINGLE, "postcode"))
        await over.seat.settle()
        wrong = over.state.problems_at(SINGLE, "postcode")[0]
        assert wrong.rule is not None
        assert wrong.rule.zh[:8] in over.text
        await over.press("f2", "4")
        assert over.state.text(SINGLE, "postcode") == "43007"
        assert wrong.rule.zh[:8] not in over.text
        await over.press("backspace")
        assert wrong.rule.zh[:8] in over.text
