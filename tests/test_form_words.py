"""What is wrong with a form, in words: every code, every rule, both languages, nobody told on."""

import ast
from collections.abc import Iterator

import pytest

from hallclient.form_words import (
    basis_text,
    cell_text,
    gravest,
    mend_text,
    place_text,
    problem_line,
    problem_text,
    row_name,
)
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Level
from hallclient.texts import set_language
from tests import company
from tests.hostile import HOSTILE, assert_harmless
from tests.source import files, imported_names
from tests.test_company_rules import CASES, Case, edits, prepared
from tests.test_text_tables import LANGUAGES, placeholders, table


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("zh")


def built_in() -> dict[str, set[str]]:
    """Codes that the engine makes itself, with what each is given wherever it is made."""
    found: dict[str, set[str]] = {}
    for path in files("hallclient/rules/form"):
        tree = ast.parse(path.read_text("utf-8"))
        # Another `Wrong` is a mistake in a form's own files.
        ours = path.stem == "values" or imported_names(tree).get("Wrong", "").endswith(
            "values.Wrong"
        )
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            words = [
                one.value
                for one in node.args[:3]
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if name == "Wrong" and words and ours:
                given = {
                    str(key.value)
                    for one in node.args[1:]
                    if isinstance(one, ast.Dict)
                    for key in one.keys
                    if isinstance(key, ast.Constant)
                }
            elif name == "_exact" and words:
                given = set()
            elif name in ("fault", "_fault") and words and path.stem.startswith("intake"):
                given = {one.arg for one in node.keywords if one.arg}
            else:
                continue
            code = words[-1] if name != "Wrong" else words[0]
            found[code] = found[code] & given if code in found else given
    return found


def test_the_walk_sees_codes_and_what_they_are_given() -> None:
    codes = built_in()
    assert {"required", "too-long", "not-a-choice", "line-again", "digits-lost"} <= codes.keys()
    assert codes["too-few-rows"] == {"n", "low"}
    assert codes["cell-long"] == {"cell", "most"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_engine_has_a_text_that_it_can_fill(language: str) -> None:
    texts = table(language)
    for code, given in built_in().items():
        if "judged" in given:
            continue
        known = given | ({"choice"} if {"zh", "en"} <= given else set())
        for key in (f"form.problem.{code}", f"form.mend.{code}"):
            assert placeholders(texts[key]) <= known, key


def test_no_text_is_left_without_a_code() -> None:
    codes = built_in()
    left = [
        key
        for key in table("zh")
        if key.startswith(("form.problem.", "form.mend.")) and key.rpartition(".")[2] not in codes
    ]
    assert left == []


def test_numbers_are_said_with_their_place(spoken: str) -> None:
    state = company.state()
    number = state.text("p1", "p_cert_no")
    company.put(
        state,
        [
            ("p1", "p_cert_no", number[:-1] + ("1" if number[-1] != "1" else "2")),
            ("p2", "p_mobile", "1380013800"),
            ("", "phone", "87654321"),
            ("", "uscc", "91420100QQ00000126"),
        ],
    )
    lines = {one.field: problem_line(state, one) for one in state.problems()}
    assert {"p_cert_no", "p_mobile", "phone", "uscc"} <= lines.keys()
    for line in lines.values():
        assert "{" not in line
        assert "identity." not in line
        assert number[:-1] not in line


def test_a_line_says_level_place_problem_mend_and_basis() -> None:
    state = company.state()
    company.put(state, [("h2", "h_sub", "30"), ("h1", "h_due", "2026-13-01"), ("", "reg_cap", "x")])
    found = {one.code: one for one in state.problems()}
    assert place_text(state, found["wrong-date"]).startswith("股东")
    assert "第 1 行（王*）" in place_text(state, found["wrong-date"])
    assert "（王伟）" in place_text(state, found["wrong-date"], reveal=True)
    assert mend_text(state, found["wrong-date"]) == "写成 2026-09-22"
    company.put(state, [("", "reg_cap", "100")])
    rule = next(one for one in state.problems() if one.code == "CAP_SUM")
    line = problem_line(state, rule)
    assert line.startswith("【必须改正】")
    assert "90" in line
    assert "100" in line
    assert mend_text(state, rule) in line
    assert basis_text(rule) in line


def test_the_gravest_comes_first_and_what_was_let_pass_last() -> None:
    def made(code: str, level: Level, *, passed: bool = False) -> Problem:
        return Problem(code, level, "basic", "", "name", {}, None, passed)

    problems = [
        made("a", Level.INFO),
        made("b", Level.WARN),
        made("c", Level.BLOCK, passed=True),
        made("d", Level.TOLERABLE),
        made("e", Level.BLOCK),
        made("f", Level.BLOCK),
    ]
    assert "".join(one.code for one in gravest(problems)) == "efdbac"


def test_cells_are_said_as_people_say_them(spoken: str) -> None:
    state = company.state()
    zh = spoken == "zh"
    assert cell_text(state, "", "name") == "武汉大吉科技有限公司"
    assert cell_text(state, "h1", "h_sub") == ("60 万元" if zh else "60 × 10,000 yuan")
    company.put(state, [("h2", "h_sub", "四十")])
    assert cell_text(state, "h2", "h_sub") == "四十"
    assert cell_text(state, "h1", "h_person") == "王*"
    assert cell_text(state, "h1", "h_person", reveal=True) == "王伟"
    assert cell_text(state, "", "d_true") == ("是" if zh else "yes")
    assert cell_text(state, "p1", "p_mobile") == "138****8001"
    assert cell_text(state, "p1", "p_mobile", reveal=True) == "13800138001"
    assert cell_text(state, "p1", "p_cert_type") == "***"
    kind = state.codes("cert_type")["resident_id"]
    assert cell_text(state, "p1", "p_cert_type", reveal=True) == (kind.zh if zh else kind.en)
    company.put(state, [("", "ent_type", "nonsense"), ("h1", "h_person", "某某")])
    assert cell_text(state, "", "ent_type") == "nonsense"
    assert cell_text(state, "h1", "h_person") == "某*"
    assert row_name(state, "") == ""


@pytest.mark.parametrize("case", CASES, ids=[f"{one.rule}-{at}" for at, one in enumerate(CASES)])
def test_every_rule_is_said_without_gaps_and_without_telling_on_anybody(
    case: Case, spoken: str
) -> None:
    state = prepared(case)
    state.apply(edits(state, case.wrong))
    hidden = personal(state.program)
    secrets = {
        text
        for row, name, text in state.cells()
        if name in hidden and len(text) > 1 and not state.field(name).choices
    }
    found = next(one for one in state.problems() if one.code == case.rule)
    said = problem_line(state, found)
    assert "{" not in said
    assert found.rule is not None
    assert problem_text(state, found) != (found.rule.zh if spoken == "en" else found.rule.en)
    # A number that the rule itself gives as an example is nobody's.
    own = f"{found.rule.fix_zh} {found.rule.fix_en}"
    assert [secret for secret in secrets if secret in said and secret not in own] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_typed_is_made_safe(text: str) -> None:
    state = company.state()
    cells = [("", "ent_type", text), ("", "reg_cap", text), ("p1", "p_name", text)]
    company.put(state, [*cells, ("h1", "h_person", text), ("p2", "p_cert_type", text)])
    for problem in state.problems():
        for reveal in (False, True):
            assert_harmless(problem_line(state, problem, reveal=reveal))
