"""Random forms under random typing: against a state made anew, and against a second reading."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hallclient.rules.form.preview import blocked
from hallclient.rules.form.program import Mistakes, Program, compile_form
from hallclient.rules.form.state import State
from tests.form_oracle import Oracle
from tests.formdice import TABLES, Dice
from tests.formkit import TODAY

STEPS = 12
Passed = dict[tuple[str, str], str]


def cells(one: State) -> list[tuple[str, str]]:
    fields = one.program.layout.fields.values()
    return [(row, field.id) for field in fields for row in one.rows(field.section)]


def anew(one: State, passed: Passed) -> State:
    """A state made at once from the same rows and cells."""
    made = State(one.program, TODAY)
    rows = [(table, row, one.place_of(row)) for table in TABLES for row in one.rows(table)]
    made.load(rows, list(one.cells()))
    made.judging.let_pass(passed)
    return made


def seen(one: State) -> dict[str, object]:
    """Everything that can be seen of a state."""
    every = cells(one)
    return {
        "values": {cell: one.value(*cell) for cell in every},
        "texts": {cell: one.text(*cell) for cell in every},
        "relevant": {cell: one.relevant(*cell) for cell in every},
        "missing": {cell: one.missing_at(*cell) for cell in every},
        "worst": {cell: one.worst_at(*cell) for cell in every},
        "problems": one.problems(),
        "ready": one.readiness(),
        "sections": {section.id: one.section_state(section.id) for section in one.form.sections},
        "breaks": [one.judging.breaks(rule.id) for rule in one.form.rules],
        "named": {row: one.named_by(row) for row in one.rows("person")},
        "options": {cell: one.options(*cell) for cell in every},
    }


def right(one: State) -> None:
    """Whether it is what a second reading of the form comes to."""
    oracle = Oracle(one)
    for row, name in cells(one):
        field = one.field(name)
        assert one.relevant(row, name) is oracle.asked(row, name), (row, name)
        assert one.value(row, name) == oracle.value(row, name), (row, name)
        assert one.required(row, name) is oracle.required(row, name), (row, name)
        if field.choices:
            assert [option.code for option in one.options(row, name)] == oracle.options(row, name)
    assert {(one.code, one.row) for one in one.problems() if one.rule} == oracle.broken()


def ready(one: State) -> None:
    """Nothing keeps an extract back that its department's readiness does not tell."""
    filled, needed, wrong = one.readiness()["A"]
    if blocked(one, "A"):
        assert filled < needed or wrong


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 40))
def test_any_form_however_it_is_filled_in_is_what_its_words_mean(seed: int) -> None:
    dice = Dice(seed)
    program = compiled(dice)
    one, passed = State(program, TODAY), Passed()
    for step in range(STEPS):
        one.apply(dice.step(program) if step else dice.begin(program))
        broken = [problem for problem in one.problems() if problem.rule]
        if broken and dice.random.random() < 0.3:
            problem = dice.random.choice(broken)
            passed[problem.code, problem.row] = one.judging.fingerprint(problem)
            one.judging.let_pass(passed)
        assert seen(one) == seen(anew(one, passed))
        right(one)
        ready(one)


def compiled(dice: Dice) -> Program:
    """The form; another example when its words go in a circle, and nothing else is wrong."""
    form = dice.form()
    try:
        return compile_form(form)
    except Mistakes as error:
        mistakes = error.mistakes
    assume({mistake.code for mistake in mistakes} != {"cycle"})
    raise AssertionError(mistakes)
