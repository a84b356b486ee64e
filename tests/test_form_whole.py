"""A whole form given at once: whatever was there, it becomes what is given; again, nothing."""

import itertools
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.rules.form.edits import SINGLE, Edit, Put
from hallclient.rules.form.entering import add_row, begin, drop_row, enter
from hallclient.rules.form.given import Given, fields_named, read_given
from hallclient.rules.form.state import State
from hallclient.rules.form.whole import fill, given_of
from tests import company
from tests.company import identity


def new_ids() -> Any:
    """Ids of rows that were never used."""
    count = itertools.count()
    return lambda: f"n{next(count)}"


def read(state: State, data: Any) -> Given:
    found, faults = read_given(state.form, data)
    assert faults == []
    return found


def told(state: State) -> Any:
    """A form without the order of its rows."""
    data = given_of(state)
    tables = {
        name: Counter(tuple(sorted(row.items())) for row in rows)
        for name, rows in data["tables"].items()
    }
    return data["fields"], tables


def empty() -> State:
    """A company form just begun."""
    state = State(company.program(), company.TODAY)
    state.apply(begin(state))
    return state


def test_an_empty_form_becomes_the_company_and_again_changes_nothing() -> None:
    wanted, state = company.state(), empty()
    values = read(state, given_of(wanted))
    new_id = new_ids()
    assert fill(state, values, new_id).edits
    assert state.problems() == []
    assert given_of(state) == given_of(wanted)
    assert fill(state, values, new_id) == ((), ())


TEXTS = st.sampled_from(["", "王伟", "欧阳静", "x", "60", "2031-01-01", identity(), "yes", "410C"])
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "add", "drop"]), st.integers(0, 10_000), st.integers(0, 50), TEXTS
    ),
    max_size=25,
)


def act(state: State, actions: list[tuple[str, int, int, str]], new_id: Any) -> None:
    """Somebody has typed this and that."""
    form = state.form
    names = [one for one in form.fields.values() if one.typed]
    tables = [one.id for one in form.sections if one.repeat]
    for kind, which, at, text in actions:
        edits: list[Edit] = []
        if kind == "add":
            edits = add_row(state, tables[which % len(tables)], new_id)
        elif kind == "drop":
            rows = state.rows(tables[which % len(tables)])
            edits = drop_row(state, rows[at % len(rows)]) if rows else []
        else:
            field = names[which % len(names)]
            rows = state.rows(field.section)
            if rows:
                edits = enter(state, rows[at % len(rows)], field.id, text, new_id)
        state.apply(edits)


@settings(max_examples=60, deadline=None)
@given(ACTIONS, st.randoms(use_true_random=False))
def test_whatever_was_there_it_becomes_what_is_given(
    actions: list[tuple[str, int, int, str]], dice: Any
) -> None:
    wanted, state, new_id = company.state(), company.state(), new_ids()
    act(state, actions, new_id)
    data = given_of(wanted)
    every = {one.id for one in state.form.fields.values()}
    single = {
        one.id
        for section in state.form.sections
        if not section.repeat
        for one in section.fields
        if one.typed and not one.via
    }
    data["fields"] = dict.fromkeys(single & every, "") | data["fields"]
    for section in state.form.sections:
        if section.repeat:
            blank = {one.id: "" for one in section.fields if one.typed and not one.via}
            data["tables"][section.id] = [blank | row for row in data["tables"].get(section.id, [])]
    for rows in data["tables"].values():
        dice.shuffle(rows)
    values = read(state, data)
    fill(state, values, new_id)
    assert told(state) == told(wanted)
    assert state.problems() == []
    assert fill(state, values, new_id).edits == ()


def test_a_number_that_was_mended_stays_the_same_person() -> None:
    state, new_id = company.state(), new_ids()
    other = identity(serial=125)
    people = given_of(state)["tables"]["person"]
    people[0]["p_cert_no"] = other
    filled = fill(state, read(state, {"tables": {"person": people}}), new_id)
    assert filled.edits == (Put("p1", "p_cert_no", other, identity()),)
    holder = {"h_name": "王伟", "h_cert_no": identity(), "h_sub": "60"}
    fill(state, read(state, {"tables": {"holder": [holder]}}), new_id, keep=True)
    assert state.text("p1", "p_cert_no") == identity()
    assert state.rows("holder") == ["h1", "h2"]


def test_two_of_the_same_name_are_two() -> None:
    state, new_id = empty(), new_ids()
    rows = [
        {"h_name": "王伟", "h_cert_no": identity(serial=serial), "h_sub": "1"}
        for serial in (101, 103)
    ]
    values = read(state, {"tables": {"holder": rows}})
    fill(state, values, new_id)
    assert len(state.rows("person")) == 2
    assert fill(state, values, new_id).edits == ()
    fill(state, read(state, {"tables": {"holder": rows[::-1]}}), new_id)
    assert len(state.rows("person")) == 2


def test_what_is_said_of_a_known_person_reaches_the_person() -> None:
    state, new_id = company.state(), new_ids()
    number = identity("19950815", 35)
    row = {"h_cert_no": number, "h_mobile": "13900139000", "h_sub": "1"}
    known = {name: text for name, text in row.items() if name in state.form.fields}
    fill(state, read(state, {"tables": {"holder": [known]}}), new_id, keep=True)
    assert len(state.rows("person")) == 3
    assert state.text(state.rows("holder")[-1], "h_person") == "p3"


def test_where_nobody_stands_nothing_is_written() -> None:
    state = empty()
    filled = fill(state, read(state, {"fields": {"l_name": "王伟"}}), new_ids())
    assert filled == ((), ((SINGLE, "l_name"),))


def test_numbers_lists_and_nothing_are_texts() -> None:
    state = empty()
    data = {
        "fields": {"reg_cap": 100, "d_true": True, "name_alt": ["甲", "乙"], "name_region": None}
    }
    fill(state, read(state, data), new_ids())
    texts = [state.text(SINGLE, name) for name in data["fields"]]
    assert texts == ["100", "yes", "甲,乙", ""]


def test_brackets_of_a_label_may_be_left_out() -> None:
    form = company.form()
    assert [one.id for one in fields_named(form, "注册资本")] == ["reg_cap"]
    assert [one.id for one in fields_named(form, "注册资本（万元）")] == ["reg_cap"]
    assert [one.id for one in fields_named(form, "REG_CAP")] == ["reg_cap"]
    assert fields_named(form, "注册") == []
