"""Telephone numbers: one way to keep each, whatever was typed."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hallclient import identity_words as words
from hallclient.rules import phone
from hallclient.rules.phone import KINDS, MOBILE, read
from tests.hostile import HOSTILE, assert_harmless
from tests.source import ROOT

VECTORS = json.loads((ROOT / "tests/data/id_vectors.json").read_text("utf-8"))
PHONES = [one for one in VECTORS if one["kind"] in KINDS]


@pytest.mark.parametrize("vector", PHONES, ids=lambda one: one["about"])
def test_known_numbers(vector: dict[str, str]) -> None:
    assert read(vector["number"], (vector["kind"],)).error == vector["error"]


def test_the_vectors_are_there() -> None:
    assert {one["error"] for one in PHONES} == {"", "FORMAT", "LENGTH"}


@pytest.mark.parametrize(
    ("typed", "kind", "kept"),
    [
        ("13800138000", "mobile", "13800138000"),
        ("+86 138-0013-8000", "mobile", "13800138000"),
        ("008613800138000", "mobile", "13800138000"),
        ("013800138000", "mobile", "13800138000"),
        ("１３８００１３８０００", "mobile", "13800138000"),
        ("'13800138000", "mobile", "13800138000"),
        ("027-87654321", "landline", "027-87654321"),
        ("02787654321", "landline", "027-87654321"),
        ("(027) 8765 4321 转 802", "landline", "027-87654321-802"),
        ("+86 27 87654321", "landline", "027-87654321"),
        ("+861087654321", "landline", "010-87654321"),
        ("0713-8234567", "landline", "0713-8234567"),
        ("4001234567", "service", "400-123-4567"),
        ("+86 400-123-4567", "service", "400-123-4567"),
        ("+852 9123 4567", "hong_kong", "+85291234567"),
        ("00852-91234567", "hong_kong", "+85291234567"),
        ("+853 6612 3456", "macau", "+85366123456"),
        ("0912-345-678", "taiwan", "+886912345678"),
        ("+886 (0)912 345 678", "taiwan", "+886912345678"),
    ],
)
def test_a_number_is_kept_in_one_way(typed: str, kind: str, kept: str) -> None:
    judged = read(typed)
    assert (judged.error, judged.kind, judged.number, judged.notes) == ("", kind, kept, ())


def test_a_local_number_gets_the_halls_area_and_says_so() -> None:
    judged = read("8765 4321-802")
    assert (judged.error, judged.number) == ("", "027-87654321-802")
    assert [note.params for note in judged.notes] == [{"area": "027"}]
    assert words.sentence(judged) == "已加区号 027"
    assert read("7654321", area="0713").number == "0713-7654321"


def test_which_kinds_may_be_decides() -> None:
    assert read("66123456", ("macau",)).number == "+85366123456"
    assert read("66123456").number == "027-66123456"
    assert read("027-87654321", MOBILE).error == "FORMAT"
    assert read("87654321", MOBILE).error == "LENGTH"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "LENGTH"),
        ("95588", "LENGTH"),
        ("8765432", "LENGTH"),
        ("027-1234567", "FORMAT"),
        ("12345678", "FORMAT"),
        ("13800138000/13900139000", "CHARSET"),
        ("电话", "CHARSET"),
    ],
)
def test_what_is_no_number(typed: str, error: str) -> None:
    judged = read(typed)
    assert (judged.error, judged.kind) == (error, "phone")
    assert words.error_text(judged)
    assert "identity." not in words.error_text(judged)


@given(st.from_regex(phone._MOBILE, fullmatch=True))
def test_every_mobile_number_is_one(number: str) -> None:
    number = number.strip()
    assert read(number, MOBILE).number == number
    assert phone.is_shaped(number)


@given(st.text(max_size=20) | st.from_regex(r"[+0-9() -]{0,20}", fullmatch=True))
@example("+86+8613800138000")
@example("+86-+852 91234567")
def test_what_is_kept_is_read_back(text: str) -> None:
    judged = read(text)
    again = read(judged.number)
    assert again == judged._replace(notes=())
    assert phone.normal(phone.normal(text)) == phone.normal(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_never_raises(text: str) -> None:
    assert_harmless(words.sentence(read(text)))
