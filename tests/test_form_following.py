"""What a field usually holds follows the answers it comes from, and never what a person typed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.form.edits import SINGLE, Add, Drop, Put
from hallclient.rules.form.entering import add_row, begin
from hallclient.rules.form.following import take
from hallclient.rules.form.program import Mistakes, compile_form
from hallclient.rules.form.state import State
from tests import company, formkit

IDS = (f"r{n}" for n in range(100_000))


def new_id() -> str:
    return next(IDS)


def fresh() -> State:
    state = State(company.program(), company.TODAY)
    state.apply(begin(state))
    return state


def put(state: State, name: str, text: str, row: str = SINGLE) -> list[str]:
    """Type one text; the fields that were written, this one first."""
    step = take(state, [Put(row, name, text, state.text(row, name))])
    return [edit.field for edit in step if isinstance(edit, Put)]


def row_of(state: State, section: str) -> str:
    made = add_row(state, section, new_id)
    take(state, made, begun=True)
    return made[0].row


def test_a_name_is_put_together_from_its_parts() -> None:
    state = fresh()
    assert put(state, "name_trade", "大吉") == ["name_trade", "name"]
    put(state, "name_industry", "科技")
    assert state.text(SINGLE, "name") == "武汉大吉科技有限公司"
    assert not state.problems_at(SINGLE, "name")


def test_what_was_typed_stays() -> None:
    state = fresh()
    put(state, "name_trade", "大吉")
    put(state, "name", "大吉（武汉）科技有限公司")
    assert put(state, "name_industry", "科技") == ["name_industry"]
    assert state.text(SINGLE, "name") == "大吉（武汉）科技有限公司"


def test_what_was_emptied_stays_empty_until_something_else_is_usual() -> None:
    state = fresh()
    put(state, "name_trade", "大吉")
    put(state, "name", "")
    assert put(state, "postcode", "430074") == ["postcode"]
    assert put(state, "name_industry", "科技") == ["name_industry", "name"]


def test_one_may_lead_to_another_in_one_step() -> None:
    state = fresh()
    person = row_of(state, "person")
    assert put(state, "fin_person", person) == ["fin_person", "t_person", "ss_person"]
    put(state, "ss_headcount", "3")
    assert state.text(SINGLE, "st_staff") == "3"
    assert put(state, "hf_need", "yes") == ["hf_need", "hf_headcount"]
    put(state, "ss_headcount", "4")
    assert [state.text(SINGLE, one) for one in ("st_staff", "hf_headcount")] == ["4", "4"]


def test_rows_follow_within_themselves() -> None:
    state = fresh()
    first, second = row_of(state, "scope"), row_of(state, "scope")
    put(state, "scope_code", "S001", first)
    assert state.text(first, "scope_text") == "软件开发"
    assert state.text(first, "industry_code") == "6513"
    assert [state.text(row, "scope_main") for row in (first, second)] == ["yes", "no"]
    put(state, "scope_code", "S004", first)
    assert state.text(first, "scope_text") == "信息系统集成服务"
    assert state.text(second, "scope_text") == ""


def test_the_first_who_may_is_the_legal_representative() -> None:
    state = fresh()
    rows = [row_of(state, "officer") for _ in range(3)]
    for row, post in zip(rows, ("408A", "410C", "432A"), strict=True):
        put(state, "o_post", post, row)
    assert [state.text(row, "o_legal_rep") for row in rows] == ["no", "yes", "no"]


def test_what_was_given_with_a_new_row_stays() -> None:
    state = fresh()
    given = {"o_post": "410C", "o_legal_rep": "no"}
    take(state, [Add("officer", "x", 0), *(Put("x", name, text) for name, text in given.items())])
    assert state.text("x", "o_legal_rep") == "no"
    take(state, [Add("scope", "y", 0), Put("y", "scope_code", "S001")])
    assert state.text("y", "industry_code") == "6513"


def test_the_kind_of_company_says_how_it_is_called_and_what_partners_are() -> None:
    state = fresh()
    put(state, "name_trade", "大吉")
    put(state, "name_industry", "科技")
    put(state, "ent_type", "4531")
    assert state.text(SINGLE, "name") == "武汉大吉科技合伙企业（普通合伙）"
    assert state.text(row_of(state, "holder"), "h_partner") == "general"
    put(state, "ent_type", "1219")
    assert state.text(SINGLE, "name") == "武汉大吉科技股份有限公司"


def test_what_is_not_asked_is_not_put_in() -> None:
    state = fresh()
    put(state, "t_need", "no")
    person = row_of(state, "person")
    assert put(state, "fin_person", person) == ["fin_person", "ss_person"]


def test_a_row_that_goes_takes_nothing_with_it() -> None:
    state = fresh()
    row = row_of(state, "scope")
    assert take(state, [Drop(row)]) == (Drop(row),)
    step = take(state, [Add("scope", "x", 0), Put("x", "scope_code", "S001"), Drop("x")])
    assert len(step) == 3


_TEXTS = st.sampled_from(["", "大吉", "科技", "武汉", "x"])
_NAMES = st.sampled_from(["name", "name_region", "name_trade", "name_industry"])


@given(st.lists(st.tuples(_NAMES, _TEXTS), max_size=12))
def test_a_step_says_all_it_did(typed: list[tuple[str, str]]) -> None:
    """Another terminal that makes the same edits has the same form."""
    state, other = fresh(), fresh()
    for name, text in typed:
        other.apply(take(state, [Put(SINGLE, name, text)]))
        assert state.text(SINGLE, name) == text
    assert list(state.cells()) == list(other.cells())


def test_it_is_compiled_like_every_expression() -> None:
    form = formkit.company()
    basic = form.sections[1]

    def usual(name: str, source: str) -> None:
        fields = tuple(
            replace(one, usual=source) if one.id == name else one for one in basic.fields
        )
        compile_form(
            replace(
                form, sections=(form.sections[0], replace(basic, fields=fields), *form.sections[2:])
            )
        )

    usual("name", "concat(boss, ' & Co')")
    for name, source in (("name", "capital"), ("name", "nobody"), ("boss", "name")):
        with pytest.raises(Mistakes) as caught:
            usual(name, source)
        assert [one.attribute for one in caught.value.mistakes] == ["usual"]
