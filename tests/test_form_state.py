"""A form being filled, against a state made anew from the same cells, and by example."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import Form, Level
from hallclient.rules.form.state import State
from tests.formkit import POSTS, PROGRAM, TODAY, field, rule, section, state
from tests.formkit import company as company_form

LAYOUT = PROGRAM.layout
REPEATS = [section.id for section in PROGRAM.form.sections if section.repeat]
ROWS = [f"r{n}" for n in range(6)]
TEXTS = {
    "money": ["", "1", "0.5", "2.25", "60", "x", "0.0000001"],
    "choice": ["", *"llc jsc lp chair manager supervisor cash kind wh cs hb hn nonsense".split()],
    "multi": ["", "chair", "chair,manager", "nobody"],
    "bool": ["", "yes", "no", "perhaps"],
    "date": ["", "2020-02-29", "1990-01-01", "2027-01-01", "2021-02-30"],
    "person": ["", *ROWS, "nobody"],
    "digits": ["", "138", "13800138000", "abc", "138001380001"],
    "text": ["", "a", "b", "x" * 21],
}
TYPED = [one for one in LAYOUT.fields.values() if not one.calculation and not one.via]


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    kind = draw(st.sampled_from(["put", "put", "put", "put", "add", "drop"]))
    if kind == "add":
        section, place = draw(st.sampled_from(REPEATS)), draw(st.integers(0, 3))
        return Add(section, draw(st.sampled_from(ROWS)), place * STEP)
    if kind == "drop":
        return Drop(draw(st.sampled_from(ROWS)))
    one = draw(st.sampled_from(TYPED))
    row = draw(st.sampled_from(ROWS)) if LAYOUT.row_of(one) else SINGLE
    return Put(row, one.id, draw(st.sampled_from(TEXTS[one.type])))


def anew(one: State) -> State:
    """A state made at once from the same rows and cells."""
    made = State(PROGRAM, TODAY)
    rows = [(section, row, one.place_of(row)) for section in REPEATS for row in one.rows(section)]
    made.load(rows, list(one.cells()))
    return made


def seen(one: State) -> dict[str, object]:
    """Everything that can be seen of a state."""
    cells = [
        (row, name) for name, field in LAYOUT.fields.items() for row in one.rows(field.section)
    ]
    return {
        "rows": {section: one.rows(section) for section in REPEATS},
        "values": {cell: one.value(*cell) for cell in cells},
        "texts": {cell: one.text(*cell) for cell in cells},
        "relevant": {cell: one.relevant(*cell) for cell in cells},
        "required": {cell: one.required(*cell) for cell in cells},
        "missing": {cell: one.missing_at(*cell) for cell in cells},
        "worst": {cell: one.worst_at(*cell) for cell in cells},
        "options": {cell: one.options(*cell) for cell in cells},
        "problems": one.problems(),
        "totals": [one.total("h_sub"), one.total("h_paid")],
        "ready": one.readiness(),
        "sections": {section.id: one.section_state(section.id) for section in one.form.sections},
    }


@settings(max_examples=75, deadline=None)
@given(st.lists(st.lists(edits(), max_size=4), max_size=25))
def test_visiting_what_a_change_concerns_is_the_same_as_judging_everything(
    steps: list[list[Edit]],
) -> None:
    one = state()
    for step in steps:
        one.apply(step)
        assert seen(one) == seen(anew(one))


def company() -> State:
    """Two persons, two holders with the whole capital, one of them the boss."""
    one = state()
    one.apply(
        [
            Put(SINGLE, "name", "大吉"),
            Put(SINGLE, "kind", "llc"),
            Put(SINGLE, "capital", "100"),
            *(Add("person", row, at) for at, row in enumerate(["p1", "p2"])),
            *(Add("holder", row, at) for at, row in enumerate(["h1", "h2"])),
            Add("officer", "o1", 0),
            Put("p1", "p_name", "甲"),
            Put("p2", "p_name", "乙"),
            Put("p1", "p_phone", "13800138000"),
            Put("p2", "p_phone", "13800138001"),
            Put("h1", "h_person", "p1"),
            Put("h2", "h_person", "p2"),
            Put("h1", "h_sub", "49"),
            Put("h2", "h_sub", "51"),
            Put("o1", "o_person", "p1"),
            Put("o1", "o_post", "chair"),
            Put("o1", "o_boss", "yes"),
        ]
    )
    return one


def codes(one: State) -> list[str]:
    return [problem.code for problem in one.problems()]


def test_a_whole_company_has_only_the_warning_about_much_money() -> None:
    one = company()
    assert codes(one) == ["BIG"]
    assert one.text(SINGLE, "boss") == "甲"
    assert one.text("h1", "h_ratio") == "49"
    assert one.readiness()["A"] == (4, 4, 0)


def test_the_sum_is_judged_at_each_change_and_tells_what_it_comes_to() -> None:
    one = company()
    one.apply([Put("h1", "h_sub", "40")])
    (problem,) = one.problems_at(SINGLE, "capital")[:1]
    assert (problem.code, problem.level, problem.params) == ("SUM", Level.BLOCK, {"sum": "91"})
    one.apply([Put("h1", "h_sub", "49")])
    assert codes(one) == ["BIG"]


def test_a_column_adds_up_whether_a_rule_asks_for_it_or_not() -> None:
    one = company()
    one.apply([Put("h1", "h_paid", "10"), Put("h2", "h_paid", "x")])
    assert one.total("h_sub") == 100_000_000  # fen; a rule asks for it
    assert one.total("h_paid") == 10_000_000
    one.apply([Drop("h1")])
    assert (one.total("h_sub"), one.total("h_paid")) == (51_000_000, 0)


def test_a_changed_person_is_seen_wherever_the_person_is_named() -> None:
    one = company()
    one.apply([Put("p1", "p_name", "丙")])
    assert [one.text("h1", "h_name"), one.text("o1", "o_name"), one.text(SINGLE, "boss")] == [
        "丙"
    ] * 3
    one.apply([Put("p1", "p_phone", "")])
    assert "PHONES" in codes(one)


def test_a_person_who_is_taken_out_leaves_names_of_nobody() -> None:
    one = company()
    one.apply([Drop("p2")])
    assert [(p.code, p.row) for p in one.problems() if p.field == "h_person"] == [
        ("no-such-person", "h2")
    ]
    one.apply([Add("person", "p2", 1), Put("p2", "p_name", "乙")])
    assert one.text("h2", "h_name") == "乙"


def test_what_is_not_asked_is_neither_missing_nor_seen_by_rules() -> None:
    one = company()
    one.apply([Put(SINGLE, "kind", "lp")])
    assert not one.section_relevant("officer")
    assert one.value(SINGLE, "boss") is None
    assert "required" in codes(one)  # the note of a partnership
    assert "ONE_BOSS" not in codes(one)
    one.apply([Put(SINGLE, "kind", "llc")])
    assert codes(one) == ["BIG"]
    assert one.text("o1", "o_boss") == "yes"  # nothing was lost


def test_a_choice_that_another_answer_rules_out_is_told() -> None:
    one = company()
    one.apply([Put(SINGLE, "province", "hb"), Put(SINGLE, "city", "cs")])
    assert [problem.code for problem in one.problems_at(SINGLE, "city")] == ["choice-not-now"]
    assert [option.code for option in one.options(SINGLE, "city")] == ["wh", "xg"]


def test_a_person_lets_a_problem_pass_until_what_was_seen_changes() -> None:
    one = company()
    (big,) = one.problems()
    assert one.section_state("basic").warnings == 1
    one.judging.let_pass({("BIG", SINGLE): one.judging.fingerprint(big)})
    assert one.problems()[0].passed
    assert one.section_state("basic").warnings == 0
    one.apply([Put(SINGLE, "capital", "101")])
    assert [problem.passed for problem in one.problems() if problem.code == "BIG"] == [False]


def test_it_lapses_too_when_only_what_the_message_tells_changes() -> None:
    told = {"beside": "founded"}
    rules = (rule("SOON", "name", "length(name) > 3", values=told),)
    one = state(compile_form(company_form(rules=rules)))
    one.apply([Put(SINGLE, "name", "大吉"), Put(SINGLE, "founded", "2026-01-01")])
    assert one.section_state("basic").wrong == 1
    problem = next(problem for problem in one.problems() if problem.code == "SOON")
    one.judging.let_pass({("SOON", SINGLE): one.judging.fingerprint(problem)})
    assert one.section_state("basic").wrong == 0
    one.apply([Put(SINGLE, "founded", "2026-01-02")])
    assert [one.passed for one in one.problems_at(SINGLE, "name")] == [False]
    assert one.section_state("basic").wrong == 1
    assert one.readiness()["B"] == (0, 2, 1)  # needed: the name, and the table of holders


def test_what_each_option_asks_of_another_table_is_asked_again() -> None:
    once = "matching(t_post, option.code) == 0"
    made = Form(
        id="posts",
        version="1",
        zh="posts",
        en="posts",
        sections=(
            section("taken", field("taken", "t_post", "choice", choices="posts"), repeat=True),
            section("one", field("one", "post", "choice", choices="posts", choice_filter=once)),
        ),
        dictionaries={"posts": POSTS},
    )
    one = state(compile_form(made))
    one.apply([Put(SINGLE, "post", "chair"), Add("taken", "t1", 0)])
    assert len(one.options(SINGLE, "post")) == 3
    one.apply([Put("t1", "t_post", "chair")])
    assert codes(one) == ["choice-not-now"]
    assert [option.code for option in one.options(SINGLE, "post")] == ["manager", "supervisor"]
    one.apply([Put("t1", "t_post", "manager")])
    assert codes(one) == []


def test_rows_of_a_table_that_is_not_asked_count_for_nothing() -> None:
    rules = (rule("FEW", "name", "count(officer) == 0"),)
    one = state(compile_form(company_form(rules=rules)))
    one.apply([Put(SINGLE, "kind", "llc"), Add("officer", "o1", 0)])
    assert "FEW" in [problem.code for problem in one.problems_at(SINGLE, "name")]
    one.apply([Put(SINGLE, "kind", "lp")])
    assert "FEW" not in codes(one)
    one.apply([Put(SINGLE, "kind", "llc")])
    assert "FEW" in codes(one)


def test_cells_of_another_version_are_passed_over() -> None:
    one = state()
    one.load([("holder", "h1", 0), ("nowhere", "x", 0)], [("h1", "gone", "1"), ("y", "name", "2")])
    assert one.rows("holder") == ["h1"]
    assert list(one.cells()) == []
