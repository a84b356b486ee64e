"""The forms that ship: whatever is typed into them, what a change visits is all that changes."""

from __future__ import annotations

from functools import cache
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.actions.form_files import shipped
from hallclient.rules.form import entering, repairs
from hallclient.rules.form.edits import SINGLE, Drop, Edit, Put
from hallclient.rules.form.program import Program, compile_form
from hallclient.rules.form.spec import Field, Type
from hallclient.rules.form.state import State
from tests import company, twoforms
from tests.hostile import HOSTILE

FORMS = sorted(shipped())
TEXTS: dict[Type, list[str]] = {
    Type.MONEY: ["", "1", "50", "100", "0.5", "500000元", "x"],
    Type.INT: ["", "0", "1", "3", "12", "1.5"],
    Type.DECIMAL: ["", "5", "12", "12.5", "x"],
    Type.RATIO: ["", "50", "100"],
    Type.BOOL: ["", "yes", "no"],
    Type.DATE: ["", "2026-09-22", "2031-09-22", "2024-02-29", "2026-02-30"],
    Type.ID: ["", "42010019900307123X", "42010020040229011X", "420100199003071230", "E12345678"],
    Type.USCC: ["", "91420100MA4KX8N35J", "91420100MA4KX8N35K"],
    Type.PHONE: ["", "13800138000", "027-87654321", "1"],
    Type.MOBILE: ["", "13800138000", "12800138000"],
}
OTHERS = ["", "武汉大吉科技有限公司", "王伟", "430074", "a@b.cn", *HOSTILE[:6]]


@cache
def program(form: str) -> Program:
    return compile_form(shipped()[form])


def begun(form: str) -> State:
    """A filing that has something in it."""
    if form == "company-setup":
        return company.state()
    return twoforms.holders() if form == "holder-change" else twoforms.report()


def seen(state: State) -> dict[str, object]:
    layout = state.program.layout
    cells = [(row, name) for name, one in layout.fields.items() for row in state.rows(one.section)]
    return {
        "values": {cell: state.value(*cell) for cell in cells},
        "relevant": {cell: state.relevant(*cell) for cell in cells},
        "required": {cell: state.required(*cell) for cell in cells},
        "missing": {cell: state.missing_at(*cell) for cell in cells},
        "problems": state.problems(),
        "ready": state.readiness(),
        "sections": {one.id: state.section_state(one.id) for one in state.form.sections},
    }


def anew(state: State) -> State:
    made = State(state.program, state.today)
    repeats = [one.id for one in state.form.sections if one.repeat]
    rows = [(name, row, state.place_of(row)) for name in repeats for row in state.rows(name)]
    made.load(rows, list(state.cells()))
    return made


def texts(state: State, field: Field, row: str) -> list[str]:
    options = [option.code for option in state.form.dictionaries.get(field.choices, ())]
    if options:
        return ["", *options[:8], "nonsense"]
    if field.type is Type.PERSON:
        return ["", *state.rows(state.program.roster)[:4], "张三"]
    return TEXTS.get(field.type, OTHERS)


def step(state: State, data: st.DataObject) -> list[Edit]:
    """Something a person does: type, add or take out a row, mend."""
    ids = (f"new{number}" for number in count(data.draw(st.integers(0, 10**9)) * 100))
    repeats = [one.id for one in state.form.sections if one.repeat]
    kinds = ["type"] * 6 + ["put", "mend"] + ["add", "drop"] * bool(repeats)
    kind = data.draw(st.sampled_from(kinds))
    if kind == "add":
        return entering.add_row(state, data.draw(st.sampled_from(repeats)), ids.__next__)
    if kind == "drop":
        rows = state.rows(data.draw(st.sampled_from(repeats)))
        return entering.drop_row(state, data.draw(st.sampled_from(rows))) if rows else []
    if kind == "mend":
        offers = [(one, way) for one in state.problems() if one.rule for way in one.rule.repair]
        if not offers:
            return []
        return repairs.repair(state, *data.draw(st.sampled_from(offers)), ids.__next__)
    field = data.draw(st.sampled_from(list(state.program.layout.fields.values())))
    rows = state.rows(field.section)
    if not rows:
        return []
    row = data.draw(st.sampled_from(rows))
    text = data.draw(st.sampled_from(texts(state, field, row)))
    if kind == "put" and not field.via and not field.calculation:
        return [Put(row, field.id, text)]
    return entering.enter(state, row, field.id, text, ids.__next__)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_visiting_what_a_change_concerns_is_judging_everything(
    form: str, data: st.DataObject
) -> None:
    state = begun(form)
    for _ in range(data.draw(st.integers(1, 6))):
        edits = step(state, data)
        state.apply(edits)
        dropped = {edit.row for edit in edits if isinstance(edit, Drop)}
        assert not any(state.section_of(row) for row in dropped)
        assert seen(state) == seen(anew(state))


@pytest.mark.parametrize("form", FORMS)
def test_a_form_begun_says_only_what_lacks(form: str) -> None:
    state = State(program(form), company.TODAY)
    state.apply(entering.begin(state))
    own = {one.code for one in state.problems() if one.rule is None}
    assert own <= {"required", "too-few-rows"}
    assert all(state.text(SINGLE, edit.field) for edit in entering.begin(state))  # type: ignore[union-attr]
