"""The rule language: what its words mean, three-valued, and what it refuses."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.form import expr
from hallclient.rules.form.edits import SINGLE, Add, Put
from hallclient.rules.form.functions import add_months, add_years, age, rounded
from hallclient.rules.form.logic import every, negated, some
from hallclient.rules.form.program import Mistakes, Program, compile_form
from hallclient.rules.form.scope import FormScope
from hallclient.rules.form.spec import Form
from hallclient.rules.form.state import State
from tests.formkit import TODAY, company, field, section

VALUES = (True, False, None)


def asked(source: str, type_: str = "text") -> Any:
    """The value of an expression, as a calculated field of a filled form."""
    form = company()
    extra = section("x", field("x", "answer", type_, calculation=source, decimals=6))
    made = State(compile_form(replace(form, sections=(*form.sections, extra))), TODAY)
    made.apply(
        [
            Put(SINGLE, "name", "武汉大吉"),
            Put(SINGLE, "kind", "llc"),
            Put(SINGLE, "capital", "100"),
            Put(SINGLE, "founded", "2020-02-29"),
            Put(SINGLE, "tags", "chair,manager"),
            *(Add("person", row, at) for at, row in enumerate(["p1", "p2"])),
            *(Add("holder", row, at) for at, row in enumerate(["h1", "h2", "h3"])),
            Put("p1", "p_name", "甲"),
            Put("h1", "h_person", "p1"),
            Put("h2", "h_person", "p2"),
            Put("h1", "h_sub", "30"),
            Put("h2", "h_sub", "70"),
            Put("h1", "h_way", "cash"),
            Put("h2", "h_way", "kind"),
        ]
    )
    return made.value(SINGLE, "answer")


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [
        ("1 + 2 * 3", "int", 7),
        ("concat(name, 25 / 2, founded)", "text", "武汉大吉12.52020-02-29"),
        ("-(1 - 3)", "int", 2),
        ("1 / 3", "decimal", Fraction(1, 3)),
        ("1 / 0", "decimal", None),
        ("0.1 + 0.2 == 0.3", "bool", True),
        ("capital / 3", "money", Fraction(100_000_000, 3)),
        ("capital == wan(100)", "bool", True),
        ("capital > 0", "bool", True),
        ("yuan(1.5)", "money", 150),
        ("wan(0.000001)", "money", 1),
        ("1 < 2 <= 2", "bool", True),
        ("name in ('a', '武汉大吉')", "bool", True),
        ("name not in ('a', 'b')", "bool", True),
        ("'yes' if filled(city) else 'no'", "text", "no"),
        ("kind.group", "text", "LLC"),
        ("kind.code", "text", "llc"),
        ("kind.most", "int", 3),
        ("count(holder)", "int", 3),
        ("count(holder, h_way == 'cash')", "int", 1),
        ("sum(h_sub)", "money", 100_000_000),
        ("sum(h_sub, h_way == 'kind')", "money", 70_000_000),
        ("min(h_sub)", "money", 30_000_000),
        ("max(h_sub) - min(h_sub) == wan(40)", "bool", True),
        ("first(h_sub)", "money", 30_000_000),
        ("first(h_sub, h_way == 'kind')", "money", 70_000_000),
        ("distinct(h_way)", "int", 2),
        ("any(holder, h_way == 'kind')", "bool", True),
        ("any(holder, h_way == 'x')", "bool", None),  # the third way is not known
        ("all(holder, h_way == 'cash')", "bool", False),
        ("all(holder, h_way != 'x')", "bool", None),
        ("any(officer, o_boss)", "bool", False),
        ("all(officer, o_boss)", "bool", True),
        ("first(h_person.p_name)", "text", "甲"),
        ("matching(h_person, first(h_person))", "int", 1),
        ("lookup(h_person, first(h_person), h_sub)", "money", 30_000_000),
        ("filled(name) and blank(city)", "bool", True),
        ("or_zero(first(h_paid)) == 0", "bool", True),
        ("or_else(city, name)", "text", "武汉大吉"),
        ("today()", "date", TODAY),
        ("add_days(founded, 1)", "date", date(2020, 3, 1)),
        ("add_months(founded, 12)", "date", date(2021, 2, 28)),
        ("add_years(founded, 4)", "date", date(2024, 2, 29)),
        ("add_years(founded, 9999)", "date", None),
        ("days_between(founded, today())", "int", 2397),
        ("age(founded)", "int", 6),
        ("year(founded)", "int", 2020),
        ("length(name)", "int", 4),
        ("starts(name, '武汉') and ends(name, '吉') and contains(name, '大')", "bool", True),
        ("matches(name, '.*大.')", "bool", True),
        ("matches(name, '大')", "bool", False),
        ("han(name)", "bool", True),
        ("concat(name, city, kind)", "text", "武汉大吉llc"),
        ("round(2.5, 0)", "decimal", 3),
        ("round(-2.345, 2)", "decimal", Fraction("-2.35")),
        ("abs(1 - 3)", "int", 2),
        ("least(capital, wan(7))", "money", 7_000_000),
        ("most(1, 2, 3)", "int", 3),
        ("picks(tags, 'chair') and not picks(tags, 'supervisor')", "bool", True),
        ("picked(tags)", "int", 2),
        ("birth('42010019900307123X')", "date", date(1990, 3, 7)),
        ("sex('42010019900307123X')", "text", "male"),
        ("origin('42010019900307123X')", "text", "420100"),
        ("known(kind, 'kinds') and said('有限合伙', 'kinds')", "bool", True),
        ("city == 'wh'", "bool", None),
        ("not city == 'wh'", "bool", None),
        ("city == 'wh' or true", "bool", True),
        ("city == 'wh' and false", "bool", False),
    ],
)
def test_what_an_expression_comes_to(source: str, kind: str, value: object) -> None:
    found = asked(source, kind)
    assert found == value
    assert type(found) is type(value) or isinstance(found, (int, Fraction))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("capital > 100", "kinds-differ"),
        ("capital + 1", "kinds-differ"),
        ("capital * capital", "kinds-differ"),
        ("name == 1", "kinds-differ"),
        ("name and true", "wrong-kind"),
        ("nowhere", "unknown-name"),
        ("h_sub", "needs-aggregate"),
        ("sum(capital)", "no-column"),
        ("count(basic)", "no-repeat"),
        ("name.x", "no-attributes"),
        ("kind.nothing", "unknown-attribute"),
        ("repeated(h_sub)", "own-columns"),
        ("open('x')", "unknown-function"),
        ("length()", "wrong-count"),
        ("length(1)", "wrong-kind"),
        ("matches(name, '(a+)+')", "bad-pattern"),
        ("matches(name, name)", "literal"),
        ("known(name, 'nothing')", "unknown-dictionary"),
        ("(lambda: 1)()", "not-allowed"),
        ("name.__class__", "no-attributes"),
        ("[x for x in name]", "not-allowed"),
        ("name if", "syntax"),
        ("f'{name}'", "not-allowed"),
        ("2 ** 9", "not-allowed"),
        ("name is name", "not-allowed"),
        ("x" * 2001, "too-long"),
    ],
)
def test_what_is_refused_when_the_form_is_compiled(source: str, code: str) -> None:
    form = company()
    extra = section("x", field("x", "answer", calculation=source))
    with pytest.raises(Mistakes) as caught:
        compile_form(replace(form, sections=(*form.sections, extra)))
    assert code in [one.code for one in caught.value.mistakes]


@pytest.mark.parametrize("source", ["tags < tags", "filled(least(tags, tags))", "min(o_boss)"])
def test_what_has_no_order_is_not_compared(source: str) -> None:
    with pytest.raises(Mistakes) as caught:
        asked(source)
    assert [mistake.code for mistake in caught.value.mistakes] == ["no-order"]


@given(st.lists(st.sampled_from(VALUES), min_size=1, max_size=4))
def test_and_or_and_not_are_kleenes(values: list[bool | None]) -> None:
    fns = [lambda s, r, value=value: value for value in values]
    both = False if False in values else None if None in values else True
    either = True if True in values else None if None in values else False
    assert every(*fns)(None, "") is both
    assert some(*fns)(None, "") is either
    for fn, value in zip(fns, values, strict=True):
        assert negated(fn)(None, "") is (None if value is None else not value)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-300, 300))
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and add_months(later, 1).day >= later.day)


def test_a_person_of_29_february_is_older_on_1_march_and_terms_end_on_28() -> None:
    born = date(2004, 2, 29)
    assert [age(born, date(2022, 2, 28)), age(born, date(2022, 3, 1))] == [17, 18]
    assert add_years(date(2024, 2, 29), 5) == date(2029, 2, 28)


@given(st.fractions(-1000, 1000), st.integers(0, 6))
def test_rounding_is_to_the_nearest_and_half_away_from_zero(value: Fraction, digits: int) -> None:
    found, step = rounded(value, digits), Fraction(1, 10**digits)
    assert abs(found - value) <= step / 2
    assert found % step == 0
    if abs(found - value) == step / 2:
        assert abs(found) > abs(value)


def cycle() -> Form:
    form = company()
    one = field("x", "one", "int", calculation="two + 1")
    two = field("x", "two", "int", calculation="one + 1")
    return replace(form, sections=(*form.sections, section("x", one, two)))


def test_a_circle_of_calculations_is_named() -> None:
    with pytest.raises(Mistakes) as caught:
        compile_form(cycle())
    (mistake,) = caught.value.mistakes
    assert mistake.code == "cycle"
    assert set(mistake.params["names"]) >= {"one", "two"}  # type: ignore[call-overload]


SCOPE = FormScope(Program(company()).layout)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_an_expression_or_a_mistake(source: str) -> None:
    with suppress(expr.Mistake):
        expr.compile_source(source, SCOPE)
