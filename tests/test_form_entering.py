"""What typing means: persons once, numbers that are known, cards, tables, repairs."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.form import bringing, entering
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.program import Mistakes, compile_form
from hallclient.rules.form.repairs import repair, shares
from hallclient.rules.form.spec import Form, Section, Type
from hallclient.rules.form.state import State
from tests import company as filled
from tests.formkit import TODAY, company, field, rule, section
from tests.test_form_state import company as whole


def with_numbers() -> Form:
    """The test company whose persons have identity numbers, and cards fill them."""
    form = company()

    def of_roster(section: Section) -> Section:
        if section.id != "person":
            return section
        card = {"p_no": "number", "p_name": "name"}
        return replace(
            section,
            fields=tuple(
                replace(
                    one,
                    type=Type.ID if one.id == "p_no" else one.type,
                    card=card.get(one.id, ""),
                )
                for one in section.fields
            ),
        )

    holder = form.sections[2]
    number = replace(holder.fields[1], id="h_no", of="p_no", type=Type.ID, required="")
    sections = list(map(of_roster, form.sections))
    sections[2] = replace(holder, fields=(*holder.fields, number))
    rules = (
        *form.rules,
        rule("ONCE", "p_no", "not repeated(p_no)", repair=("use-person",)),
        rule("SUM2", "capital", "sum(h_sub) == capital", repair=("last-row", "pro-rata")),
        rule("EACH", "h_sub", "matching(o_person, h_person) > 0", repair=("add-missing",)),
        rule("POST", "p_name", "matching(o_person, this) > 0", "info", repair=("add-missing",)),
    )
    return replace(form, sections=tuple(sections), rules=rules)


PROGRAM = compile_form(with_numbers())


class Desk:
    """Somebody typing."""

    def __init__(self) -> None:
        self.state = State(PROGRAM, TODAY)
        self._ids = (f"n{number}" for number in count(1))
        self.do(entering.begin(self.state))

    def new_id(self) -> str:
        return next(self._ids)

    def do(self, edits: list[Edit]) -> list[Edit]:
        self.state.apply(edits)
        return edits

    def add(self, section: str, after: str = "") -> str:
        edits = self.do(entering.add_row(self.state, section, self.new_id, after))
        assert isinstance(edits[0], Add)
        return edits[0].row

    def type(self, row: str, name: str, text: str) -> list[Edit]:
        return self.do(entering.enter(self.state, row, name, text, self.new_id))

    def mend(self, code: str, way: str) -> list[Edit]:
        problem = next(one for one in self.state.problems() if one.code == code)
        return self.do(repair(self.state, problem, way, self.new_id))


def test_a_name_typed_into_a_role_makes_the_person_once() -> None:
    desk = Desk()
    one, two = desk.add("holder"), desk.add("holder")
    desk.type(one, "h_name", " 王  伟 ")
    desk.type(two, "h_name", "李娜")
    people = desk.state.rows("person")
    assert [desk.state.text(row, "p_name") for row in people] == ["王 伟", "李娜"]
    desk.type(people[0], "p_name", "王薇")
    assert desk.state.text(one, "h_name") == "王薇"


def test_a_number_that_is_known_names_that_person_and_a_mere_beginning_goes() -> None:
    desk = Desk()
    one, officer = desk.add("holder"), desk.add("officer")
    desk.type(one, "h_name", "王伟")
    desk.type(one, "h_no", "42010019900307123x")
    known = desk.state.person_of(one, "h_name")
    two = desk.add("holder")
    desk.type(two, "h_name", "王伟")
    assert desk.state.person_of(two, "h_name") != known  # two people may have one name
    desk.type(two, "h_no", "4201 0019 9003 0712 3X")
    assert desk.state.person_of(two, "h_name") == known
    assert desk.state.rows("person") == [known]
    desk.type(officer, "o_person", "42010019900307123X")
    assert desk.state.text(officer, "o_name") == "王伟"


def test_a_reference_is_typed_as_a_name_when_only_one_has_it() -> None:
    desk = Desk()
    row, officer = desk.add("holder"), desk.add("officer")
    desk.type(row, "h_name", "王伟")
    desk.type(officer, "o_person", "王伟")
    assert desk.state.text(officer, "o_person") == desk.state.person_of(row, "h_name")
    desk.type(desk.add("holder"), "h_name", "王伟")  # another one of that name
    other = desk.add("officer")
    desk.type(other, "o_person", "王伟")
    assert [one.code for one in desk.state.problems_at(other, "o_person")] == ["no-such-person"]


def test_a_person_goes_with_the_last_row_that_names_them() -> None:
    desk = Desk()
    row, officer = desk.add("holder"), desk.add("officer")
    desk.type(row, "h_name", "王伟")
    desk.type(officer, "o_person", "王伟")
    desk.do(entering.drop_row(desk.state, row))
    assert desk.state.count("person") == 1
    desk.do(entering.drop_row(desk.state, officer))
    assert desk.state.count("person") == 0


def test_who_is_only_calculated_to_be_somebody_goes_too() -> None:
    """The legal representative is whoever an officer's row says."""
    state = filled.state()
    state.apply(
        [
            Add("person", "p9", 9),
            Add("officer", "o9", 9),
            Put("o9", "o_person", "p9"),
            Put("o1", "o_legal_rep", "no"),
            Put("o9", "o_legal_rep", "yes"),
        ]
    )
    assert state.text(SINGLE, "l_person") == "p9"
    assert entering.drop_row(state, "o9") == [Drop("p9"), Drop("o9")]


def test_who_takes_the_place_of_a_name_that_told_nobody_has_seen_it() -> None:
    """What a writer saw decides whether two hands have met (`Put.was`)."""
    desk = Desk()
    people = [desk.add("person") for _ in range(3)]
    for person, name in zip(people, ("王伟", "王伟", "李娜"), strict=True):
        desk.do([Put(person, "p_name", name)])
    desk.do([Put(people[2], "p_no", "110105194912310021")])
    row = desk.add("holder")
    for name, text in [("h_no", "110105194912310021"), ("h_name", "李娜")]:
        desk.type(row, "h_person", "王伟")
        assert desk.state.text(row, "h_person") == "王伟"
        edits = entering.enter(desk.state, row, name, text, desk.new_id)
        assert edits[-1] == Put(row, "h_person", edits[-1].text, "王伟")  # type: ignore[union-attr]
        card = {"number": "110105194912310021", "name": "李娜"}
        edits = bringing.fill_card(desk.state, row, name, card, desk.new_id)
        assert Put(row, "h_person", people[2], "王伟") in edits


def test_somebody_named_by_a_number_nobody_has_gets_the_number_not_the_name() -> None:
    desk = Desk()
    row = desk.add("holder")
    desk.type(row, "h_person", "110105194912310021 ")
    person = desk.state.text(row, "h_person")
    assert desk.state.text(person, "p_no") == "110105194912310021"
    assert desk.state.text(person, "p_name") == ""


def test_a_person_whom_only_a_section_not_asked_names_stays() -> None:
    desk = Desk()
    row, officer = desk.add("holder"), desk.add("officer")
    desk.type(row, "h_name", "王伟")
    desk.type(officer, "o_person", "王伟")
    desk.type(SINGLE, "kind", "有限合伙")  # has no officers
    desk.do(entering.drop_row(desk.state, row))
    desk.type(SINGLE, "kind", "llc")
    assert desk.state.text(officer, "o_name") == "王伟"


def test_a_person_taken_out_is_named_nowhere() -> None:
    desk = Desk()
    row = desk.add("holder")
    desk.type(row, "h_name", "王伟")
    desk.do(entering.drop_row(desk.state, desk.state.person_of(row, "h_name")))
    assert desk.state.text(row, "h_person") == ""


def test_rows_are_put_in_between() -> None:
    desk = Desk()
    one = desk.add("holder")
    three = desk.add("holder")
    two = desk.add("holder", after=one)
    assert desk.state.rows("holder") == [one, two, three]
    assert desk.state.text(two, "h_way") == "cash"


def test_typing_what_is_there_changes_nothing() -> None:
    desk = Desk()
    row = desk.add("holder")
    desk.type(row, "h_sub", "１，０００.５０ 万元")
    assert desk.state.text(row, "h_sub") == "1000.5"
    assert desk.type(row, "h_sub", "1000.50") == []
    assert desk.type(row, "h_ratio", "5") == []  # calculated


def test_a_card_fills_the_person_behind_a_cell_or_names_who_is_known() -> None:
    desk = Desk()
    row = desk.add("holder")
    card = {"name": "王伟", "number": "42010019900307123X", "address": "x"}
    desk.do(bringing.fill_card(desk.state, row, "h_sub", card, desk.new_id))
    assert desk.state.count("person") == 0  # an amount is nobody's
    desk.do(bringing.fill_card(desk.state, row, "h_name", card, desk.new_id))
    assert desk.state.text(row, "h_no") == "42010019900307123X"
    two = desk.add("officer")
    desk.do(bringing.fill_card(desk.state, two, "o_person", card, desk.new_id))
    assert desk.state.count("person") == 1
    assert desk.state.text(two, "o_name") == "王伟"


def test_a_table_of_rows_makes_each_person_once() -> None:
    desk = Desk()
    table = [
        {"h_name": "王伟", "h_no": "42010019900307123X", "h_sub": "10"},
        {"h_name": "李娜", "h_no": "42010020040229011X", "h_sub": "20", "h_way": "实物"},
        {"h_name": "王伟", "h_no": "42010019900307123x", "h_sub": "30", "h_ratio": "9"},
    ]
    desk.do(bringing.import_rows(desk.state, "holder", table, desk.new_id))
    rows = desk.state.rows("holder")
    assert desk.state.count("person") == 2
    assert [desk.state.text(row, "h_sub") for row in rows] == ["10", "20", "30"]
    assert [desk.state.text(row, "h_way") for row in rows] == ["cash", "kind", "cash"]
    assert desk.state.person_of(rows[0], "h_name") == desk.state.person_of(rows[2], "h_name")


def test_copy_down_writes_what_is_above() -> None:
    desk = Desk()
    rows = [desk.add("holder") for _ in range(3)]
    desk.type(rows[0], "h_paid", "7")
    desk.do(entering.copy_down(desk.state, rows[0], "h_paid", rows[1:], desk.new_id))
    assert [desk.state.text(row, "h_paid") for row in rows] == ["7"] * 3


def test_the_rest_goes_to_the_last_row_or_to_all_by_their_shares() -> None:
    one = State(PROGRAM, TODAY)
    before = whole()
    rows = [
        (name, row, at)
        for name in ("person", "holder", "officer")
        for at, row in enumerate(before.rows(name))
    ]
    one.load(rows, list(before.cells()))
    one.apply([Put(SINGLE, "capital", "1000")])
    desk = Desk()
    desk.state = one
    desk.mend("SUM2", "last-row")
    assert [one.text(row, "h_sub") for row in ("h1", "h2")] == ["49", "951"]
    one.apply([Put(SINGLE, "capital", "100.000001")])
    desk.mend("SUM2", "pro-rata")
    assert [one.text(row, "h_sub") for row in ("h1", "h2")] == ["4.9", "95.100001"]
    assert "SUM2" not in [problem.code for problem in one.problems()]


def test_who_lacks_a_row_gets_one_and_two_persons_become_one() -> None:
    desk = Desk()
    one, two = desk.add("holder"), desk.add("holder")
    desk.type(one, "h_name", "王伟")
    desk.type(two, "h_name", "王薇")
    desk.mend("POST", "add-missing")
    assert sorted(desk.state.text(row, "o_name") for row in desk.state.rows("officer")) == [
        "王伟",
        "王薇",
    ]
    for row in desk.state.rows("person"):
        desk.do([Put(row, "p_no", "42010019900307123X")])
    second = desk.state.rows("person")[1]
    problem = desk.state.problems_at(second, "p_no")[0]
    edits = desk.do(repair(desk.state, problem, "use-person", desk.new_id))
    assert Drop(second) in edits
    assert [desk.state.text(row, "h_name") for row in (one, two)] == ["王伟", "王伟"]


def test_who_is_named_twice_and_lacks_a_row_gets_one() -> None:
    desk = Desk()
    one, two = desk.add("holder"), desk.add("holder")
    desk.type(one, "h_name", "王伟")
    desk.type(two, "h_person", desk.state.text(one, "h_person"))
    desk.mend("EACH", "add-missing")
    assert [desk.state.text(row, "o_name") for row in desk.state.rows("officer")] == ["王伟"]
    assert "EACH" not in [one.code for one in desk.state.problems()]


@pytest.mark.parametrize(
    ("kind", "decimals", "total", "held", "shared"),
    [
        ("ratio", 2, "100", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("money", 2, "100", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("money", 6, "100", ["1", "1", "1"], ["33.333334", "33.333333", "33.333333"]),
        ("int", 6, "10", ["1", "2", ""], ["3", "7", "0"]),
        ("money", 2, "100.005", ["1", "1"], []),
    ],
)
def test_shares_can_be_written_in_their_column(
    kind: str, decimals: int, total: str, held: list[str], shared: list[str]
) -> None:
    form = Form(
        id="shares",
        version="1",
        zh="shares",
        en="shares",
        sections=(
            section("all", field("all", "total", kind)),
            section("part", field("part", "share", kind, decimals=decimals), repeat=True),
        ),
        rules=(rule("SUM", "total", "sum(share) == total", repair=("pro-rata",)),),
    )
    state = State(compile_form(form), TODAY)
    rows = [f"r{at}" for at in range(len(held))]
    state.apply([Add("part", row, at) for at, row in enumerate(rows)])
    state.apply([Put(SINGLE, "total", total)])
    state.apply([Put(row, "share", text) for row, text in zip(rows, held, strict=True)])
    edits = repair(state, state.problems()[0], "pro-rata", lambda: "new")
    state.apply(edits)
    if shared:
        assert [state.text(row, "share") for row in rows] == shared
    assert bool(state.problems()) is (not shared)
    assert bool(edits) is bool(shared)


@pytest.mark.parametrize(
    ("way", "constraint"),
    [
        ("last-row", "sum(h_sub) <= capital"),
        ("add-missing", "matching(h_person, lookup(o_post, 'chair', o_person)) > 0"),
        ("add-missing", "count(officer) > 0"),
        ("use-person", "filled(name)"),
    ],
)
def test_a_repair_that_the_rule_does_not_allow_is_a_mistake_of_the_form(
    way: str, constraint: str
) -> None:
    form = company()
    form = replace(form, rules=(rule("X", "name", constraint, repair=(way,)),))
    with pytest.raises(Mistakes) as caught:
        compile_form(form)
    assert [one.code for one in caught.value.mistakes] == ["repair-unfit"]


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_what_is_shared_out_is_all_there_is(total: int, held: list[int]) -> None:
    given_out = shares(total, held)
    assert sum(given_out) == total
    weights = held if sum(held) else [1] * len(held)
    for part, weight in zip(given_out, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_the_next_row_begins_as_the_one_above_it() -> None:
    desk = Desk()
    one, two = desk.add("holder"), desk.add("holder")
    for row, amount, way in ((one, "5", "kind"), (two, "6", "cash")):
        desk.type(row, "h_name", f"王{amount}")
        desk.type(row, "h_sub", amount)
        desk.type(row, "h_way", way)
    for after, above in (("", two), (one, one)):
        desk.do(entering.next_row(desk.state, "holder", desk.new_id, after))
        rows = desk.state.rows("holder")
        made = rows[rows.index(above) + 1]
        texts = [desk.state.text(made, name) for name in ("h_sub", "h_way", "h_person")]
        assert texts == [desk.state.text(above, "h_sub"), desk.state.text(above, "h_way"), ""]
    empty = entering.next_row(desk.state, "officer", desk.new_id)
    assert [type(edit) for edit in empty] == [Add]


def test_a_card_of_somebody_else_overwrites_nobody() -> None:
    desk = Desk()
    row = desk.add("holder")
    desk.type(row, "h_name", "王伟")
    desk.type(row, "h_no", "42010019900307123X")
    first = desk.state.person_of(row, "h_name")
    card = {"name": "李娜", "number": "420100198802292464"}
    desk.do(bringing.fill_card(desk.state, row, "h_name", card, desk.new_id))
    second = desk.state.person_of(row, "h_name")
    assert [desk.state.text(one, "p_name") for one in (first, second)] == ["王伟", "李娜"]
    # In the roster itself it is the row that is meant.
    desk.do(bringing.fill_card(desk.state, first, "p_name", card | {"number": ""}, desk.new_id))
    assert desk.state.text(first, "p_name") == "李娜"


def test_what_is_not_to_be_copied_begins_anew() -> None:
    form = with_numbers()
    holder = form.sections[2]
    fields = tuple(replace(one, copy_last=one.id != "h_way") for one in holder.fields)
    sections = (*form.sections[:2], replace(holder, fields=fields), *form.sections[3:])
    state = State(compile_form(replace(form, sections=sections)), TODAY)
    ids = (f"n{number}" for number in count(1))
    state.apply(entering.add_row(state, "holder", ids.__next__))
    state.apply([Put("n1", "h_way", "kind"), Put("n1", "h_sub", "5")])
    state.apply(entering.next_row(state, "holder", ids.__next__))
    assert (state.text("n2", "h_way"), state.text("n2", "h_sub")) == ("cash", "5")
