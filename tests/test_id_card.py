"""A whole card as a reader types it: fields in any order, nothing taken that is not certain."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient import identity_words as words
from hallclient.rules.id_card import Card, number_in, read
from hallclient.rules.identity import FOREIGNER, HMT, RESIDENT
from tests.cards import identity, typed
from tests.hostile import HOSTILE, assert_harmless

NUMBER = identity("1958-02-03", 124)
TODAY = date(2026, 9, 22)
WHOLE = Card(
    NUMBER,
    RESIDENT,
    "张三",
    "female",
    "汉",
    date(1958, 2, 3),
    "湖北省武汉市洪山区珞瑜路1号",
    "武汉市公安局",
    date(2020, 1, 1),
    date(2040, 1, 1),
)


@pytest.mark.parametrize("between", ["\t", "|"])
def test_the_nine_fields_in_their_usual_order(between: str) -> None:
    assert read(typed("张三", NUMBER, between=between) + "\r\n") == WHOLE


def test_a_form_takes_the_card_as_texts() -> None:
    assert WHOLE.texts() == {
        "number": NUMBER,
        "kind": "resident_id",
        "name": "张三",
        "sex": "female",
        "nation": "汉",
        "birth": "1958-02-03",
        "address": "湖北省武汉市洪山区珞瑜路1号",
        "issuer": "武汉市公安局",
        "from": "2020-01-01",
        "until": "2040-01-01",
    }
    assert Card(NUMBER, RESIDENT).texts()["until"] == ""


FIELDS = {
    "name": "张三",
    "sex": "女",
    "nation": "汉族",
    "birth": "19580203",
    "address": "湖北省武汉市洪山区珞瑜路1号",
    "number": NUMBER,
    "issuer": "武汉市公安局洪山分局",
    "from": "2020.01.01",
    "until": "2040.01.01",
}


@given(st.permutations(list(FIELDS.values())))
def test_any_order_is_read_by_what_the_fields_hold(fields: list[str]) -> None:
    card = read("|".join(fields))
    assert card is not None
    if fields[5] != NUMBER:  # there the usual order is taken for granted
        assert card == WHOLE._replace(nation="汉族", issuer=FIELDS["issuer"])


def test_two_fields_that_could_be_the_name_are_none() -> None:
    for one in permutations([NUMBER, "张三", "李四"]):
        card = read("|".join(one))
        assert card is not None
        assert card.name == ""


def test_the_usual_order_needs_a_sex_in_its_place() -> None:
    card = read("|".join(["x1", "张三", "a2", "b3", "c4", NUMBER]))
    assert card is not None
    assert (card.name, card.address) == ("张三", "")


@pytest.mark.parametrize("period", ["20200101-20400101", "2020.01.01-2040.01.01"])
def test_a_period_in_one_field(period: str) -> None:
    card = read(f"{NUMBER}|{period}")
    assert card is not None
    assert (card.valid_from, card.valid_until) == (date(2020, 1, 1), date(2040, 1, 1))


def test_one_day_alone_is_neither_begin_nor_end() -> None:
    card = read(f"{NUMBER}|20400101")
    assert card is not None
    assert (card.valid_from, card.valid_until, card.state(TODAY)) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("until", "state", "said"),
    [
        ("20260922", "valid", ""),
        ("20260921", "expired", "证件已于 2026-09-21 到期"),
        ("长期", "valid", ""),
        ("", "unknown", "读到的内容没有证件有效期，请看证件"),
    ],
)
def test_validity_is_judged_by_the_day(until: str, state: str, said: str) -> None:
    card = read(typed("张三", NUMBER, until=until))
    assert card is not None
    assert (card.state(TODAY), words.card_text(card, TODAY)) == (state, said)


def test_a_card_may_begin_later() -> None:
    card = WHOLE._replace(valid_from=date(2026, 9, 23))
    assert card.state(TODAY) == "not-yet"
    assert "2026-09-23" in words.card_text(card, TODAY)


def test_permits_are_told_by_their_numbers() -> None:
    permit = read(typed("陈大文", identity("1990-03-07", region="810000")))
    foreigner = read(typed("SMITH JOHN", identity("1980-05-06", region="911840")))
    assert permit is not None
    assert foreigner is not None
    assert (permit.kind, foreigner.kind) == (HMT, FOREIGNER)
    assert (foreigner.sex, foreigner.name) == ("male", "SMITH JOHN")


def test_two_numbers_in_a_line_are_no_card() -> None:
    other = identity(nth=7)
    assert read(f"{NUMBER}|{other}") is None
    assert number_in(f"{NUMBER}|{other}") == ""
    assert number_in(f"{NUMBER}|{NUMBER}") == NUMBER


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_fields_are_made_safe(text: str) -> None:
    assert read(text) is None
    for line in (f"{NUMBER}|{text}", typed(text.replace("|", "").replace("\t", ""), NUMBER)):
        card = read(line)
        assert card is not None
        assert_harmless("".join(part for part in card if isinstance(part, str)))
