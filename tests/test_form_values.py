"""Texts and values of fields: one canonical text for the many ways to type the same."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.form.identities import birth, origin, sex
from hallclient.rules.form.money import decimal_text, money_text
from hallclient.rules.form.spec import Field, Option, Type
from hallclient.rules.form.values import Wrong, canonical, read, text_of
from hallclient.rules.text import clean
from tests.hostile import HOSTILE

OPTIONS = (Option("cash", "货币", "cash"), Option("kind", "实物", "in kind"))


def field(kind: str, **more: object) -> Field:
    return Field("f", "s", "f", "f", Type(kind), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "text", "value"),
    [
        ("text", "  武汉　大吉 ", "武汉 大吉", "武汉 大吉"),
        ("int", "１，２００", "1200", 1200),
        ("int", "-0", "0", 0),
        ("int", "12,0000", "120000", 120_000),
        ("money", "1,234,567.5", "1234567.5", 1_234_567_500_000),
        ("decimal", "012.50", "12.5", Fraction("12.5")),
        ("money", "１００万元", "100", 100_000_000),
        ("money", "500,000元", "50", 50_000_000),
        ("money", "1.5亿", "15000", 15_000_000_000),
        ("money", "0.01元", "0.000001", 1),
        ("money", "0.000001", "0.000001", 1),
        ("ratio", "33.3333％", "33.3333", Fraction("33.3333")),
        ("date", "2026年9月3日", "2026-09-03", date(2026, 9, 3)),
        ("date", "20260903", "2026-09-03", date(2026, 9, 3)),
        ("date", "2026/9/3", "2026-09-03", date(2026, 9, 3)),
        ("month", "2026年9月", "2026-09", date(2026, 9, 1)),
        (
            "datetime",
            "2026-9-3 9:05",
            "2026-09-03 09:05",
            datetime.fromisoformat("2026-09-03 09:05"),
        ),
        ("bool", "是", "yes", True),
        ("bool", "√", "yes", True),
        ("bool", "否", "no", False),
        ("choice", "货币", "cash", "cash"),
        ("choice", "In Kind", "kind", "kind"),
        ("multi", "实物、货币", "cash,kind", frozenset({"cash", "kind"})),
        ("list", "大吉；大利、 大吉", "大吉,大利", ("大吉", "大利")),
        ("digits", "４３００７４", "430074", "430074"),
        ("mobile", "+86 138-0013-8000", "13800138000", "13800138000"),
        ("phone", "87654321", "027-87654321", "027-87654321"),
        ("email", "ａ@b.cn ", "a@b.cn", "a@b.cn"),
        ("uscc", "91420100ma4kx8n35j", "91420100MA4KX8N35J", "91420100MA4KX8N35J"),
        ("id", "42010019900307123x", "42010019900307123X", "42010019900307123X"),
    ],
)
def test_what_is_typed_is_kept_in_one_way(kind: str, typed: str, text: str, value: object) -> None:
    one = field(kind)
    assert canonical(one, typed, OPTIONS) == text
    assert read(one, text) == value


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("int", "1.5", "wrong-int"),
        ("int", "十", "wrong-int"),
        ("money", "1.1234567", "too-many-decimals"),
        ("money", "一百", "wrong-money"),
        ("money", "0.001元", "wrong-money"),
        ("money", "100美元", "wrong-money"),
        ("int", "5元", "wrong-int"),
        ("decimal", "1e5", "wrong-decimal"),
        ("date", "2026-02-30", "wrong-date"),
        ("date", "1026-02-01", "wrong-date"),
        ("date", "明天", "wrong-date"),
        ("month", "2026-13", "wrong-month"),
        ("datetime", "2026-09-03 25:00", "wrong-datetime"),
        ("bool", "也许", "wrong-bool"),
        ("digits", "43O074", "wrong-digits"),
        ("mobile", "12800138000", "wrong-mobile"),
        ("email", "a@b", "wrong-email"),
        ("uscc", "91420100MA4KX8N35K", "wrong-uscc"),
    ],
)
def test_what_is_no_value_stays_as_it_was_typed(kind: str, typed: str, code: str) -> None:
    one = field(kind)
    found = read(one, canonical(one, typed))
    assert isinstance(found, Wrong)
    assert found.code == code


def test_an_amount_in_a_field_of_yuan_may_say_ten_thousand() -> None:
    assert canonical(field("money", unit="yuan"), "1.2万元") == "12000"
    assert canonical(field("money", unit="yuan"), "12000") == "12000"


def test_a_text_is_as_long_as_a_reader_counts_it() -> None:
    one = field("text", max_length=3)
    assert read(one, "葛\U000e0100城市") == "葛\U000e0100城市"
    assert read(one, "abcd") == Wrong("too-long", {"n": 3, "found": 4})


@given(st.sampled_from(Type), st.one_of(st.text(max_size=40), st.sampled_from(HOSTILE)))
def test_any_text_has_one_canonical_form_and_is_read_or_told(kind: Type, typed: str) -> None:
    one = field(kind)
    text = canonical(one, typed, OPTIONS)
    assert canonical(one, text, OPTIONS) == text
    assert clean(text, multiline=kind is Type.LIST) == text
    value = read(one, text)
    assert (value is None) == (not text) or isinstance(value, Wrong)


NUMBERS = [Type.INT, Type.DECIMAL, Type.RATIO, Type.MONEY]


@given(st.sampled_from(NUMBERS), st.integers(-(10**12), 10**12))
def test_what_is_calculated_is_read_back_the_same(kind: Type, units: int) -> None:
    one = field(kind)
    value = units if kind in (Type.INT, Type.MONEY) else Fraction(units, 10**6)
    assert read(one, text_of(one, value)) == value


@given(st.integers(-(10**15), 10**15))
def test_fen_are_six_decimals_of_ten_thousand_yuan(fen: int) -> None:
    assert Fraction(money_text(fen)) * 1_000_000 == fen
    assert Fraction(money_text(fen, "yuan")) * 100 == fen
    assert not decimal_text(fen, 0).endswith(".")


@pytest.mark.parametrize(
    "number",
    ["1101051949123100\u1369X", "1101051949123100\u00b2X", "\u1369" * 15, "\u0663" * 18, ""],
)
def test_digits_of_other_scripts_are_no_identity_number(number: str) -> None:
    assert (birth(number), sex(number), origin(number)) == (None, None, None)


def test_several_choices_that_were_calculated_are_one_text() -> None:
    codes = [f"c{n}" for n in range(20)]
    assert text_of(field("multi"), frozenset(codes)) == ",".join(sorted(codes))
    assert text_of(field("list"), ("b", "a")) == "b,a"


@pytest.mark.parametrize(
    "typed", ["12,5", "1,2,3", "60,5万", "1,00", ",5", "1,2345,678", "1,234,5"]
)
def test_a_comma_that_parts_no_groups_is_not_passed_over(typed: str) -> None:
    text = canonical(field("money"), typed)
    assert text == typed
    assert read(field("money"), text) == Wrong("wrong-money")
