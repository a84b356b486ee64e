"""Pick-up codes: nothing looks alike, they are read however they are typed."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.pickup import ALPHABET, LENGTH
from hallclient.rules.judged import ALIKE

NUMBERS = st.lists(st.integers(0, len(ALPHABET) - 1), min_size=LENGTH - 1, max_size=LENGTH - 1)


def test_no_two_characters_look_alike() -> None:
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUVGQ9N")
    assert [
        (a, b)
        for group in ALIKE
        for a, b in product(group, repeat=2)
        if a < b and {a, b} <= set(ALPHABET)
    ] == []


def test_there_is_a_prime_number_of_them() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 19


@given(NUMBERS)
def test_a_code_is_read_however_it_is_typed(numbers: list[int]) -> None:
    code = pickup.code_of(numbers)
    assert (len(code), set(code) <= set(ALPHABET)) == (LENGTH, True)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    for typed in (code, pickup.grouped(code).lower(), f" {code[:3]} {code[3:]}\r\n", wide):
        assert pickup.read(typed) == code


@given(NUMBERS, NUMBERS)
def test_other_numbers_make_another_code(one: list[int], other: list[int]) -> None:
    assert (pickup.code_of(one) == pickup.code_of(other)) == (one == other)


def test_it_is_printed_in_groups() -> None:
    assert pickup.grouped(pickup.code_of([0, 1, 2, 3, 4, 5, 6])) == "3467-ACD3"


@pytest.mark.parametrize(
    "text", ["", "3467ACD", "3333-3333", "A032", "3467ACDO", "3467-ACD3-3", "3467-ACDX", "取件码"]
)
def test_what_is_no_pick_up_code(text: str) -> None:
    assert pickup.read(text) is None


@given(st.text(max_size=20))
def test_no_text_raises(text: str) -> None:
    assert pickup.read(text) is None or len(text) >= LENGTH


@pytest.mark.parametrize("numbers", [[], [0] * 6, [0] * 8, [19] + [0] * 6, [-1] + [0] * 6])
def test_wrong_numbers_are_the_callers_mistake(numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="7 numbers below 19"):
        pickup.code_of(numbers)
