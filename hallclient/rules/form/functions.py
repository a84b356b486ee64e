"""The ordinary functions of the rule language: one value from a few.

Each is strict (an empty argument gives an empty result) unless it says otherwise.
"""

from __future__ import annotations

import re
import warnings
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from hallclient.rules.form.money import FEN_IN_WAN, FEN_IN_YUAN, decimal_text

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_MOST_DIGITS = 12
_REPEATS = re.compile(r"[+*}]\)?[+*{]")


class Function(NamedTuple):
    """``takes``: kinds of arguments (``'`` must be written out, ``amount``: number or money,
    ``ordered``: one is less than another, ``said``: text, number or date); ``many``: the last kind
    may come again and again; ``gives``: kind of the result or ``same``; ``alike``: all arguments
    are of one kind; ``blank``: called with empty arguments too; ``state``: gets the state first;
    ``literal``: makes the work from the texts written out.
    """

    takes: tuple[str, ...]
    gives: str
    work: Callable[..., Any]
    many: bool = False
    alike: bool = False
    blank: bool = False
    state: bool = False
    literal: Callable[..., Callable[..., Any]] | None = None


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + int(months), 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28 February."""
    return add_months(day, 12 * int(years))


def age(birth: date, on: date) -> int:
    """Full years on a day; who was born on 29 February is a year older on 1 March (民法典 204)."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def rounded(value: Any, digits: int) -> Fraction:
    """Half away from zero, as amounts are rounded on paper; at most 12 decimals."""
    scale = 10 ** max(0, min(_MOST_DIGITS, int(digits)))
    scaled = Fraction(value) * scale
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    return Fraction(whole if scaled >= 0 else -whole, scale)


def _guarded(work: Callable[..., Any]) -> Callable[..., Any]:
    """Dates outside the calendar are unknown, not an error."""

    def tried(*values: Any) -> Any:
        try:
            return work(*values)
        except (OverflowError, ValueError):
            return None

    return tried


def _pattern(source: str) -> Callable[..., Any]:
    if _REPEATS.search(source) or len(source) > 200:
        raise ValueError("a repeat inside a repeat is too slow")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pattern = re.compile(source)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise ValueError(str(error)) from error
    return lambda text: pattern.fullmatch(text) is not None


def _concat(*parts: Any) -> str | None:
    return "".join(_plain(part) for part in parts if part is not None) or None


def _plain(part: Any) -> str:
    return decimal_text(part, _MOST_DIGITS) if isinstance(part, Fraction) else str(part)


def _first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _day(text: str) -> Callable[..., Any]:
    found = date.fromisoformat(text)
    return lambda: found


def _dictionary(name: str) -> Callable[..., Any]:
    return lambda state, code: None if code is None else code in state.codes(name)


def _said(name: str) -> Callable[..., Any]:
    return lambda state, text: None if text is None else text in state.labels(name)


def _within(name: str) -> Callable[..., Any]:
    def area(state: Any, text: str | None) -> str | None:
        """The option that a text begins with, or the one named right after it: 广东省深圳市."""
        found, rest, full = None, text or "", False
        while True:
            said = [
                (len(word), code, word)
                for code, option in state.codes(name).items()
                for word in (option.zh, *(() if full else (option.more.get("short"),)))
                if word and rest.startswith(word)
            ]
            if not said:
                return found
            _, found, word = max(said)
            rest, full = rest.removeprefix(word), True

    return area


def _birth(number: str) -> date | None:
    from hallclient.rules.form.identities import birth

    return birth(number)


def _sex(number: str) -> str | None:
    from hallclient.rules.form.identities import sex

    return sex(number)


def _origin(number: str) -> str | None:
    from hallclient.rules.form.identities import origin

    return origin(number)


FUNCTIONS: dict[str, Function] = {
    "filled": Function(("any",), "bool", lambda value: value is not None, blank=True),
    "blank": Function(("any",), "bool", lambda value: value is None, blank=True),
    "or_zero": Function(("amount",), "same", lambda value: value or 0, blank=True),
    "or_else": Function(("any", "any"), "same", _first_known, many=True, alike=True, blank=True),
    "today": Function((), "date", lambda state: state.today, state=True),
    "age": Function(
        ("date",),
        "number",
        lambda state, born: None if born is None else age(born, state.today),
        state=True,
    ),
    "add_days": Function(
        ("date", "number"), "date", _guarded(lambda day, n: day + timedelta(int(n)))
    ),
    "add_months": Function(("date", "number"), "date", _guarded(add_months)),
    "add_years": Function(("date", "number"), "date", _guarded(add_years)),
    "days_between": Function(("date", "date"), "number", lambda one, two: (two - one).days),
    "year": Function(("date",), "number", lambda day: day.year),
    "day": Function(("'date",), "date", bool, literal=_day),
    "day_of": Function(("time",), "date", lambda moment: moment.date()),
    "length": Function(("text",), "number", len),
    "starts": Function(("text", "text"), "bool", str.startswith),
    "ends": Function(("text", "text"), "bool", str.endswith),
    "contains": Function(("text", "text"), "bool", lambda text, part: part in text),
    "matches": Function(("text", "'pattern"), "bool", bool, literal=_pattern),
    "han": Function(("text",), "bool", lambda text: _HAN.fullmatch(text) is not None),
    "concat": Function(("said",), "text", _concat, many=True, blank=True),
    "round": Function(("amount", "number"), "same", rounded),
    "abs": Function(("amount",), "same", abs),
    "least": Function(("ordered", "ordered"), "same", min, many=True, alike=True),
    "most": Function(("ordered", "ordered"), "same", max, many=True, alike=True),
    "picks": Function(("multi", "text"), "bool", lambda chosen, code: code in chosen),
    "picked": Function(("multi",), "number", len),
    "wan": Function(("number",), "money", lambda n: int(n * FEN_IN_WAN)),
    "yuan": Function(("number",), "money", lambda n: int(n * FEN_IN_YUAN)),
    "birth": Function(("text",), "date", _birth),
    "sex": Function(("text",), "text", _sex),
    "origin": Function(("text",), "text", _origin),
    "known": Function(("text", "'dictionary"), "bool", bool, state=True, literal=_dictionary),
    "said": Function(("text", "'dictionary"), "bool", bool, state=True, literal=_said),
    "within": Function(("text", "'dictionary"), "text", str, state=True, literal=_within),
}
