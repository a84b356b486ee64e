"""What a card reader types: found in any form, never guessed, and nothing more is kept."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.card import Card, age, born_of, proves, read
from hallclient.rules.catalogue import PriorityKind
from hallclient.rules.scan import Routed, ScanDetector, ScanKind, Scanned, route
from tests.cards import identity, typed, years_before
from tests.hostile import HOSTILE, assert_harmless
from tests.test_scan import feed

OLD = identity("1958-02-03")
DAYS = st.dates(date(1900, 1, 1), date(2026, 9, 22))
ELDERLY = PriorityKind("elderly", "老年人", "Elderly", "", "", from_age=60)


@pytest.mark.parametrize("between", ["\t", "|"])
def test_the_nine_fields_of_a_reader(between: str) -> None:
    card = read(typed("张三", OLD, between=between))
    assert card == Card(OLD, "1958-02-03", "张三", "2040-01-01")


def test_full_width_forms_and_a_small_x_are_folded() -> None:
    number = next(found for nth in range(999) if (found := identity(nth=nth)).endswith("X"))
    card = read(typed("Ｊｏｈｎ", number.lower()))
    assert card is not None
    assert (card.name, card.identity) == ("John", number)


@pytest.mark.parametrize("until", ["长期", "", "20231399", "x"])
def test_a_card_without_an_end_has_none(until: str) -> None:
    card = read(typed("张三", OLD, until=until))
    assert card is not None
    assert card.valid_until == ""


def test_the_number_alone_is_a_card_without_a_name() -> None:
    assert read(OLD) == Card(OLD, "1958-02-03")
    assert read(f" {OLD}\t") == Card(OLD, "1958-02-03")


@pytest.mark.parametrize("text", ["", "|||||", "20260922A032", "A032", "13800138000", OLD[:17]])
def test_what_is_no_card_is_none(text: str) -> None:
    assert read(text) is None


@given(DAYS, st.integers(0, 999), st.sampled_from(["\t", "|"]), st.text(max_size=30))
def test_any_card_is_read_back(born: date, nth: int, between: str, name: str) -> None:
    number = identity(born.isoformat(), nth)
    name = name.replace("\t", "").replace("|", "")
    card = read(typed(name, number, between=between))
    # A name that is itself a number of a card would be one; the generator does not find any.
    assert card is not None
    assert (card.identity, card.born) == (number, born.isoformat())
    assert_harmless(card.name)


@given(DAYS, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_no_card(born: date, nth: int, place: int, char: str) -> None:
    number = identity(born.isoformat(), nth)
    wrong = number[:place] + char + number[place + 1 :]
    found = read(typed("张三", number).replace(number, wrong))
    assert (found is not None) == (wrong == number)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_made_safe(name: str) -> None:
    card = read(typed(name.replace("\t", " ").replace("|", " "), OLD))
    assert card is not None
    assert_harmless(card.name)
    assert len(card.name) <= 60


# -- through the scanner's door


@pytest.mark.parametrize("between", ["\t", "|"])
def test_a_card_is_one_scan_and_leads_to_its_number(between: str) -> None:
    text = typed("张三", OLD, between=between)
    detector = ScanDetector()
    found = []
    for place, char in enumerate(text + "\r"):
        key = {"\r": "enter", "\t": "tab"}.get(char, char)
        found += detector.feed(key, char, place * 3.0)
    (burst,) = found
    assert isinstance(burst, Scanned)
    assert route(burst.code) == Routed(ScanKind.RESIDENT_ID, OLD)
    assert read(burst.code) == Card(OLD, "1958-02-03", "张三", "2040-01-01")


def test_a_tab_that_nothing_runs_into_is_given_back() -> None:
    detector = ScanDetector()
    found = detector.feed("tab", "\t", 0.0)
    assert [press.key for press in found[0].keys] == ["tab"]  # type: ignore[union-attr]
    # After a pause it is a person's Tab as well.
    assert feed(detector, "abc") == []
    late = detector.feed("tab", "\t", 1000.0)
    assert [press.key for out in late for press in out.keys] == ["a", "b", "c", "tab"]  # type: ignore[union-attr]


def test_keys_with_a_tab_that_are_no_scan_come_back_in_order() -> None:
    detector = ScanDetector()
    for place, (key, char) in enumerate([("a", "a"), ("tab", "\t"), ("b", "b")]):
        assert detector.feed(key, char, place * 2.0) == []
    assert [press.key for out in detector.flush(500.0) for press in out.keys] == ["a", "tab", "b"]  # type: ignore[union-attr]


# -- age


@given(DAYS, st.integers(0, 120))
def test_age_is_full_on_the_birthday_and_not_the_day_before(born: date, years: int) -> None:
    turning = date(born.year + years, 3, 1)
    if (born.month, born.day) != (2, 29):
        turning = born.replace(year=born.year + years)
    assert age(born.isoformat(), turning.isoformat()) == years
    assert age(born.isoformat(), (turning - timedelta(days=1)).isoformat()) == years - 1


def test_sixty_is_proved_on_the_birthday() -> None:
    day = "2026-09-22"
    assert proves(ELDERLY, identity(years_before(day, 60)), day)
    assert not proves(ELDERLY, identity("1966-09-23"), day)
    assert not proves(ELDERLY, "", day)
    assert not proves(ELDERLY._replace(from_age=0), identity("1900-01-01"), day)


def test_no_number_no_day_of_birth() -> None:
    assert born_of("x") == ""
    assert born_of(OLD) == "1958-02-03"
