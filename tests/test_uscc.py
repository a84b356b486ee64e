"""Credit codes: both checks, in their order; other numbers by their name; slips."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hallclient import identity_words as words
from hallclient.actions.region_table import regions
from hallclient.rules import uscc
from hallclient.rules.check_digits import CREDIT_CHARS, organisation, registration
from hallclient.rules.judged import MOST_SLIPS, Slip
from hallclient.texts import has, language, set_language
from tests import cards
from tests.hostile import HOSTILE, assert_harmless
from tests.source import ROOT

GOOD = "91420100MA4KX8N35J"
VECTORS = json.loads((ROOT / "tests/data/uscc_vectors.json").read_text("utf-8"))
CODES = st.sampled_from(VECTORS["valid"])


@pytest.mark.parametrize("code", VECTORS["valid"])
def test_codes_that_were_given_out(code: str) -> None:
    judged = uscc.read(code, regions=regions())
    assert (judged.error, judged.number, judged.region) == ("", code, code[2:8])
    unlisted = [note.params for note in judged.notes if note.code == "REGION_UNLISTED"]
    assert unlisted == []


@pytest.mark.parametrize("vector", VECTORS["wrong"], ids=lambda one: one["about"])
def test_known_wrong_codes(vector: dict[str, str]) -> None:
    assert uscc.read(vector["code"]).error == vector["error"]


@pytest.mark.parametrize("vector", VECTORS["typed"], ids=lambda one: ascii(one["typed"]))
def test_however_it_was_typed(vector: dict[str, str]) -> None:
    assert uscc.read(vector["typed"]).number == vector["code"]
    assert uscc.normal(vector["typed"]) == vector["code"]


@pytest.mark.parametrize(
    "text",
    [
        f"http://www.gsxt.gov.cn/index.html?uniscid={GOOD}",
        f"http://www.gsxt.gov.cn/index.html?uniscid={GOOD.lower()}&x=1\r\n",
        f"统一社会信用代码：{GOOD}；名称：甲公司",
    ],
)
def test_a_code_is_taken_out_of_a_licences_qr_code(text: str) -> None:
    judged = uscc.read(text)
    assert (judged.error, judged.number) == ("", GOOD)
    assert [note.code for note in judged.notes] == ["EXTRACTED"]
    assert uscc.normal(text) == GOOD


def test_two_codes_in_a_text_are_none() -> None:
    assert uscc.read(f"{GOOD} / 91440101MA59F1JU5Q").error == "LENGTH"


def test_places_and_characters_are_named() -> None:
    judged = uscc.read("9142010OMA4KX8NI5J")
    assert (judged.error, judged.at, judged.wrong) == ("REGION_NOT_DIGIT", (8,), "O")
    judged = uscc.read("91420100MA4KX8NZ5J")
    assert (judged.error, judged.at, judged.wrong) == ("CHARSET", (16,), "Z")
    for letter, digit in ("O0", "I1", "Z2", "S5"):
        said = words.error_text(uscc.read(f"91420100MA4KX8{letter}{letter}5K"))
        assert f"字母 {letter} 多半是数字 {digit}" in said


def test_places_that_are_no_neighbours_are_named() -> None:
    (slip,) = uscc.read("9142O1OOMA4KX8N35J").slips
    assert (slip.at_all, slip.right) == ((5, 7, 8), GOOD)
    assert words.slip_text(slip) == "第 5、7、8 位看错，“OOO”应为“000”"


def test_a_code_is_called_well_formed_and_never_more() -> None:
    said = words.facts_text(uscc.read(GOOD), regions())
    assert said == "统一社会信用代码格式正确 · 市场监管 · 企业 · 湖北省武汉市"


def test_the_inner_check_has_other_letters() -> None:
    """GB 11714 counts J as 19, GB 32100 as 18: mixed up, wrong codes pass."""
    assert organisation("MA4KX8N35")
    assert organisation("71529193X")
    assert uscc.read("91420100MA4KX8N39Y").error == "ORG_CHECK"


def test_which_check_fails_says_where_to_look() -> None:
    inside = uscc.read(GOOD[:12] + "L" + GOOD[13:])
    outside = uscc.read(GOOD[:1] + "2" + GOOD[2:])
    assert (inside.error, inside.params) == ("CHECK", {"both": True})
    assert (outside.error, outside.params) == ("CHECK", {"both": False})
    assert "第 9 至 17 位" in words.error_text(inside)
    assert "第 1 至 8 位" in words.error_text(outside)


def test_other_numbers_are_told_by_name() -> None:
    person = cards.identity()
    assert (uscc.read(person).error, uscc.read(person).other) == ("RESIDENT_ID", "resident_id")
    assert uscc.read("420100000890978").other == "old_regno"
    assert uscc.read("MA4KX8N3-5").other == "org_code"
    assert uscc.read_kind("org_code", GOOD).other == "uscc"
    assert uscc.read_kind("old_regno", person).other == "resident_id"
    assert uscc.read("13800138000").other == "mobile"
    assert words.error_text(uscc.read("H12345678")).endswith("这像是港澳居民来往内地通行证号码")


def test_a_region_without_a_list_is_only_noted() -> None:
    table = regions()
    assert [n.code for n in uscc.read("N2420118QQ0000012P", regions=table).notes] == [
        "REGION_UNSURE"
    ]
    assert uscc.read("N2420118QQ0000012P").notes == ()
    assert [n.code for n in uscc.read("54420111QQ0000047G").notes] == ["OUTSIDE_TABLE"]


@given(CODES, st.integers(0, 17), st.sampled_from(CREDIT_CHARS))
def test_one_wrong_character_is_caught_and_found(code: str, at: int, char: str) -> None:
    wrong = code[:at] + char + code[at + 1 :]
    assert bool(uscc.read(wrong).error) == (wrong != code)
    if wrong != code:
        assert code in [slip.right for slip in uscc.candidates(wrong)]
        assert len(uscc.read(wrong).slips) <= MOST_SLIPS


@given(CODES, st.integers(0, 16))
@example(GOOD, 7)  # a letter comes to stand in the region
def test_two_neighbours_swapped_are_caught_and_found(code: str, at: int) -> None:
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert bool(uscc.read(wrong).error) == (wrong != code)
    if wrong != code and uscc.read(wrong).error != "RESIDENT_ID":
        kind = [slip.kind for slip in uscc.read(wrong).slips if slip.right == code]
        assert kind == ["transposed"]


@given(CODES, st.integers(0, 17), st.sampled_from("IOSVZ"))
def test_a_letter_that_no_code_has_is_explained(code: str, at: int, letter: str) -> None:
    judged = uscc.read(code[:at] + letter + code[at + 1 :])
    assert judged.error in ("CHARSET", "REGION_NOT_DIGIT")
    assert [slip.right for slip in judged.slips] == [code]


def test_an_example_of_a_slip() -> None:
    assert uscc.read("91420100MA4KX8N53J").slips == (Slip("transposed", 16, "53", "35", GOOD),)


@given(st.integers(0, 10**14 - 1), st.integers(0, 13), st.sampled_from("0123456789"))
def test_registration_numbers_show_one_wrong_digit(body: int, at: int, digit: str) -> None:
    number = next(full for check in "0123456789" if registration(full := f"{body:014d}{check}"))
    wrong = number[:at] + digit + number[at + 1 :]
    assert bool(uscc.read_kind("old_regno", wrong).error) == (wrong != number)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_never_raises(text: str) -> None:
    for kind in ("uscc", "org_code", "old_regno"):
        assert_harmless(words.sentence(uscc.read_kind(kind, text, regions=regions())))


@given(st.text(max_size=40))
def test_what_is_kept_is_kept_as_it_is(text: str) -> None:
    code = uscc.normal(text)
    assert uscc.normal(code) == code
    assert uscc.read(code).number == uscc.read(text).number == code


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_every_judgement_has_words(spoken: str) -> None:
    before = language()
    set_language(spoken)
    try:
        for text in [one["code"] for one in VECTORS["wrong"]] + VECTORS["valid"]:
            judged = uscc.read(text, regions=regions())
            said = words.sentence(judged) + words.facts_text(judged, regions())
            assert "identity." not in said
            assert "{" not in said
    finally:
        set_language(before)


def test_every_category_has_a_word() -> None:
    kinds = {dept + one for dept, several in uscc.CATEGORIES.items() for one in several}
    assert {kind for kind in kinds if not has(f"identity.category.{kind}")} == set()
    assert {dept for dept in uscc.CATEGORIES if not has(f"identity.dept.{dept}")} == set()
