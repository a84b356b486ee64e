"""What check characters catch: one changed character, two swapped; and what none can, with proof.

A check is a sum of value times weight modulo a prime. A change at a place of weight w from value
a to b moves the sum by w(b - a); a swap of the values a and b at places of weights v and w moves
it by (v - w)(b - a). It goes unseen exactly when that is 0 modulo the prime: so the proofs go over
places, weights and characters, not over codes, and hold for every code there is.

Credit codes: one changed character is always caught, and two swapped ones are, but for the first
with the last; that one only the table of departments and categories can catch.
Organisation codes alone: not caught are characters whose values differ by 11 or 22 (A, L, W),
changed or swapped, and in swaps with the check one digit with X for each place. Around them the
outer check of a credit code catches all of it.
Identity numbers: a change is always caught; swaps are not at places ten apart, two of these eight
pairs the first digit and the century always show.
Registration numbers and food permits: a change is always caught; swaps are but for one of the 45
pairs of digits at neighbouring places, some more further apart.
Pick-up codes: changes and swaps are always caught.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import reduce
from itertools import combinations, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules import identity, uscc
from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.schemes import food_code, uscc_code
from hallclient.rules.check_digits import (
    ALNUM,
    CREDIT,
    CREDIT_CHARS,
    DIGITS,
    PERSON,
    organisation,
    organisation_check,
    registration,
    registration_check,
)
from hallclient.rules.identity import OLDEST, RESIDENT
from tests import cards
from tests.test_schemes import BODIES, PREFIXES, REGIONS

TODAY = date(2026, 9, 22)
CREDIT_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1]
"""As GB 32100 prints them; the last is the check's own."""
ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
PERSON_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1]
VALUE = {char: value for value, char in enumerate(ALNUM)}
ORG_CHECK_VALUE = {char: value for value, char in enumerate(DIGITS + "X")}

CODES = st.builds(uscc_code, PREFIXES, REGIONS, BODIES)


def swapped(text: str, one: int, other: int) -> str:
    """The text with the characters at two places (0-based) for each other."""
    chars = list(text)
    chars[one], chars[other] = chars[other], chars[one]
    return "".join(chars)


def changed(text: str, at: int, char: str) -> str:
    return text[:at] + char + text[at + 1 :]


def blind(weights: list[int], modulus: int) -> list[tuple[int, int]]:
    """The pairs of places (1-based) with the same weight: swaps there move no sum."""
    return [
        (one + 1, other + 1)
        for one, other in combinations(range(len(weights)), 2)
        if (weights[one] - weights[other]) % modulus == 0
    ]


# -- credit codes


def test_the_weights_are_those_of_the_program() -> None:
    """Weight by weight: the check that a lone 1 asks for tells the weight of its place."""
    for at, weight in enumerate(CREDIT_WEIGHTS[:17]):
        assert CREDIT.check(changed("0" * 17, at, "1")) == CREDIT_CHARS[-weight % 31]
    for at, weight in enumerate(ORG_WEIGHTS):
        assert organisation_check(changed("0" * 8, at, "1")) == (DIGITS + "X")[-weight % 11]
    for at, weight in enumerate(PERSON_WEIGHTS[:17]):
        assert PERSON.check(changed("0" * 17, at, "1")) == (DIGITS + "X")[(1 - weight) % 11]


def test_one_changed_character_always_moves_the_outer_sum() -> None:
    assert len(CREDIT_CHARS) == 31  # so no two values are the same modulo 31
    assert [
        (weight, one, other)
        for weight in CREDIT_WEIGHTS
        for one, other in permutations(range(31), 2)
        if weight * (other - one) % 31 == 0
    ] == []


def test_two_swapped_characters_always_move_the_outer_sum_but_first_and_last() -> None:
    """3 is a primitive root of 31: its powers 0 to 16 all differ. The check's weight is 1 = 3⁰."""
    assert blind(CREDIT_WEIGHTS, 31) == [(1, 18)]
    assert [
        (v, w, one, other)
        for v, w in combinations(sorted(set(CREDIT_WEIGHTS)), 2)
        for one, other in permutations(range(31), 2)
        if (v - w) * (other - one) % 31 == 0
    ] == []


def test_first_and_last_swapped_are_seen_by_no_check() -> None:
    """Neither place is in the organisation code; only a department can be impossible."""
    code = "911000001000013428"
    other = swapped(code, 0, 17)
    assert uscc.read(code).well_formed
    assert uscc.read(other).well_formed
    assert uscc.read(swapped("91420100MA4KX8N35J", 0, 17)).error == "DEPT"


@given(CODES)
def test_the_table_of_departments_decides_on_first_and_last(code: str) -> None:
    other = swapped(code, 0, 17)
    assert CREDIT.fits(other)
    known = code[1] in uscc.CATEGORIES.get(code[17], "")
    assert uscc.read(other).well_formed == known


@given(CODES, st.integers(0, 17), st.sampled_from(ALNUM))
def test_one_changed_character_of_a_code_is_caught(code: str, at: int, char: str) -> None:
    assert uscc.read(changed(code, at, char)).well_formed == (char == code[at])


@given(CODES, st.sampled_from([pair for pair in combinations(range(18), 2) if pair != (0, 17)]))
def test_two_swapped_characters_of_a_code_are_caught(code: str, pair: tuple[int, int]) -> None:
    other = swapped(code, *pair)
    assert uscc.read(other).well_formed == (other == code)


# -- organisation codes alone


def org_codes(chars: str = ALNUM) -> st.SearchStrategy[str]:
    bodies = st.text(chars, min_size=8, max_size=8)
    return bodies.map(lambda body: body + organisation_check(body))


def unseen_inside() -> list[str]:
    """Characters of credit codes that are the same to GB 11714: values equal modulo 11."""
    groups = ["".join(c for c in CREDIT_CHARS if VALUE[c] % 11 == rest) for rest in range(11)]
    assert "".join(sorted("".join(groups))) == CREDIT_CHARS
    return groups


def test_what_the_inner_check_cannot_tell_apart() -> None:
    """36 values modulo 11: A (10), L (21) and W (32) are one and the same, and so on."""
    assert unseen_inside() == [
        *("0BMX", "1CNY", "2D", "3EP", "4FQ", "5GR", "6H", "7T", "8JU", "9K", "ALW"),
    ]
    assert organisation("A0000001" + organisation_check("A0000001"))
    assert organisation_check("A0000001") == organisation_check("L0000001")


def test_the_inner_check_tells_all_other_changes() -> None:
    assert blind([*ORG_WEIGHTS, 1], 11) == []
    assert [w for w in ORG_WEIGHTS if w % 11 == 0] == []
    assert len({value % 11 for value in ORG_CHECK_VALUE.values()}) == len(ORG_CHECK_VALUE)


@given(org_codes(), st.integers(0, 7), st.sampled_from(ALNUM))
def test_a_change_in_an_organisation_code_is_caught_but_by_elevens(
    code: str, at: int, char: str
) -> None:
    same = (VALUE[char] - VALUE[code[at]]) % 11 == 0
    assert organisation(changed(code, at, char)) == same


@given(org_codes(), st.sampled_from(list(combinations(range(8), 2))))
def test_a_swap_in_an_organisation_code_is_caught_but_by_elevens(
    code: str, pair: tuple[int, int]
) -> None:
    one, other = (VALUE[code[at]] for at in pair)
    assert organisation(swapped(code, *pair)) == ((one - other) % 11 == 0)


def swaps_with_the_check() -> Iterator[tuple[int, str, str]]:
    """Place, character there and check character whose swap the inner check does not see.

    The character must be one that can stand at the check's place; X counts 33 before and 10 there.
    """
    for place, weight in enumerate(ORG_WEIGHTS, 1):
        for char, check in permutations(ORG_CHECK_VALUE, 2):
            before = weight * VALUE[char] + ORG_CHECK_VALUE[check]
            after = weight * VALUE[check] + ORG_CHECK_VALUE[char]
            if (after - before) % 11 == 0:
                yield place, char, check


def test_swaps_with_the_inner_check_are_seen_but_one_digit_with_x() -> None:
    digits = [6, 2, 7, 5, 3, 8, 4, 1]
    assert list(swaps_with_the_check()) == [
        (place, *pair)
        for place, digit in enumerate(map(str, digits), 1)
        for pair in ((digit, "X"), ("X", digit))
    ]


@given(PREFIXES, REGIONS, BODIES, st.integers(0, 7), st.data())
def test_what_the_inner_check_does_not_see_the_outer_does(
    prefix: str, region: str, body: str, at: int, data: st.DataObject
) -> None:
    """A change by 11 or 22 is none modulo 31: the credit code around it is wrong."""
    (group,) = [group for group in unseen_inside() if body[at] in group]
    char = data.draw(st.sampled_from(group))
    code = uscc_code(prefix, region, body)
    wrong = changed(code, 8 + at, char)
    assert organisation(wrong[8:17])
    assert CREDIT.fits(wrong) == (wrong == code)


def test_what_the_outer_check_misses_is_never_within_the_inner_code() -> None:
    """So inside places 9 to 17 every change and every swap is caught, whatever GB 11714 sees."""
    assert [pair for pair in blind(CREDIT_WEIGHTS, 31) if set(pair) & set(range(9, 18))] == []


# -- identity numbers


def test_one_changed_character_always_moves_the_sum_of_a_person() -> None:
    assert [
        (weight, one, other)
        for weight in PERSON_WEIGHTS
        for one, other in permutations(range(11), 2)
        if weight * (other - one) % 11 == 0
    ] == []


TEN_APART = [(place, place + 10) for place in range(1, 9)]


def test_swaps_of_a_persons_number_are_unseen_ten_places_apart() -> None:
    """The powers of 2 modulo 11 come again after ten."""
    assert blind(PERSON_WEIGHTS, 11) == TEN_APART


@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.sampled_from(["420102", "110101", "653201", "310115"]),
    st.sampled_from([p for p in combinations(range(1, 19), 2) if p not in TEN_APART]),
)
def test_all_other_swaps_of_a_persons_number_are_caught(
    born: date, nth: int, region: str, pair: tuple[int, int]
) -> None:
    number = cards.identity(born.isoformat(), nth, region)
    other = swapped(number, pair[0] - 1, pair[1] - 1)
    assert identity.read(RESIDENT, other, today=TODAY).well_formed == (other == number)


def checked(end: str) -> str:
    """A number of somebody born in 1998 with this check."""
    numbers = (cards.identity("1998-01-25", nth, "420100") for nth in range(1000))
    return next(number for number in numbers if number.endswith(end))


@pytest.mark.parametrize(
    ("place", "number"),
    [
        (2, cards.identity("1990-03-12", 123, "420100")),
        (3, cards.identity("1990-03-12", 123, "420100")),
        (4, cards.identity("1990-03-12", 123, "420100")),
        (5, cards.identity("1990-03-12", 123, "420100")),
        (6, cards.identity("1990-03-12", 193, "420100")),
        (8, checked("8")),
    ],
)
def test_a_swap_ten_places_apart_may_show_nowhere(place: int, number: str) -> None:
    other = swapped(number, place - 1, place + 9)
    assert other != number
    for each in (number, other):
        assert identity.read(RESIDENT, each, today=TODAY).well_formed


def test_the_first_digit_shows_a_swap_with_the_month() -> None:
    """Places 1 and 11: a month begins with 0 or 1, a region of people with 1 to 8."""
    for first in "12345678":
        for month in "01":
            after_first, after_month = month, first
            assert first == month or after_first == "0" or after_month not in "01"


def test_the_century_shows_a_swap_with_the_place_of_the_sex() -> None:
    """Places 7 and 17: another century than 19 or 20 is over, or is yet to come."""
    for year in range(TODAY.year - OLDEST, TODAY.year + 1):
        for digit in set(DIGITS) - {str(year)[0]}:
            other = int(digit + str(year)[1:])
            assert not TODAY.year - OLDEST <= other <= TODAY.year


# -- registration numbers and food permits


def step(carry: int, digit: int) -> int:
    """One step of ISO 7064 MOD 11,10."""
    return ((carry + digit) % 10 or 10) * 2 % 11


def test_one_changed_digit_always_changes_the_check() -> None:
    """Each step is one to one in the carry and in the digit, so a change stays to the end."""
    carries = range(1, 11)
    for one in range(10):
        assert {step(carry, one) for carry in carries} == set(carries)
    for carry in carries:
        assert {step(carry, digit) for digit in range(10)} == set(carries)
    assert {(11 - carry) % 10 for carry in carries} == set(range(10))


UNSEEN = {
    **{1: (4, 5), 2: (3, 4), 3: (2, 3), 4: (1, 2), 5: (0, 1)},
    **{6: (0, 9), 7: (8, 9), 8: (7, 8), 9: (6, 7), 10: (5, 6)},
}
"""Carry before two neighbours: the digits whose swap leaves the carry after them as it was."""


def test_of_the_pairs_of_digits_one_may_be_swapped_unseen() -> None:
    assert {
        carry: [
            (one, other)
            for one, other in combinations(range(10), 2)
            if step(step(carry, one), other) == step(step(carry, other), one)
        ]
        for carry in range(1, 11)
    } == {carry: [pair] for carry, pair in UNSEEN.items()}


def unseen_pairs(carry: int, between: tuple[int, ...]) -> int:
    """How many pairs of digits may be swapped unseen around these."""

    def after(first: int, last: int) -> int:
        return reduce(step, (*between, last), step(carry, first))

    return sum(after(one, other) == after(other, one) for one, other in combinations(range(10), 2))


@pytest.mark.parametrize(("between", "least", "most"), [(0, 1, 1), (1, 2, 8), (2, 1, 6)])
def test_how_many_pairs_may_be_swapped_unseen(between: int, least: int, most: int) -> None:
    found = {
        unseen_pairs(carry, digits)
        for carry in range(1, 11)
        for digits in product(range(10), repeat=between)
    }
    assert (min(found), max(found)) == (least, most)


@given(st.text(DIGITS, min_size=14, max_size=14), st.integers(0, 13))
def test_a_swap_of_neighbours_is_caught_but_of_that_pair(body: str, at: int) -> None:
    number = body + registration_check(body)
    carry = reduce(step, map(int, number[:at]), 10)
    one, other = sorted(map(int, number[at : at + 2]))
    unseen = one == other or (one, other) == UNSEEN[carry]
    assert registration(swapped(number, at, at + 1)) == unseen


@given(st.integers(1, 3), st.integers(1, 999_999), st.integers(2, 15), st.sampled_from(DIGITS))
def test_one_changed_digit_of_a_food_permit_is_caught(
    kind: int, serial: int, at: int, digit: str
) -> None:
    code = food_code(str(kind), "420111", serial)
    assert registration(changed(code, at, digit)[2:]) == (digit == code[at])


# -- pick-up codes


def pickup_weights() -> list[int]:
    """By a lone second character (value 1): the check over it is 1 - w, that over none 1."""
    size = len(pickup.ALPHABET)
    checks = [pickup.code_of([int(at == one) for one in range(7)])[-1] for at in range(7)]
    return [(1 - pickup.ALPHABET.index(check)) % size for check in checks] + [1]


def test_every_change_and_every_swap_moves_the_sum_of_a_pick_up_code() -> None:
    """19 is a prime and the weights are 1 to 8: none is 0, no two are the same."""
    weights, size = pickup_weights(), len(pickup.ALPHABET)
    assert sorted(weights) == list(range(1, 9))
    assert blind(weights, size) == []
    pairs = list(permutations(range(size), 2))
    assert all(w * (b - a) % size for w in weights for a, b in pairs)
    assert all((v - w) * (b - a) % size for v, w in combinations(weights, 2) for a, b in pairs)


@given(
    st.lists(st.integers(0, 18), min_size=7, max_size=7),
    st.integers(0, 7),
    st.sampled_from(ALNUM),
    st.sampled_from(list(combinations(range(8), 2))),
)
def test_a_wrong_pick_up_code_is_none(
    numbers: list[int], at: int, char: str, pair: tuple[int, int]
) -> None:
    code = pickup.code_of(numbers)
    for wrong in (changed(code, at, char), swapped(code, *pair)):
        assert pickup.read(wrong) == (code if wrong == code else None)
