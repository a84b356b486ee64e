"""What a field's text is: its canonical form, and the value that rules see.

`canonical` makes one text of the many ways to type the same thing; it never refuses, what it does
not understand stays as it was typed. `read` turns a canonical text into a value, or says what is
wrong with it. Identity numbers, credit codes and phones are judged by their own modules.

| type | canonical text | value |
|---|---|---|
| text, address, region, phone, mobile, email, uscc, id, digits | the text | str |
| list | ``a,b`` | tuple of str |
| int, decimal, ratio | ``12.5`` | int, Fraction, Fraction (percent) |
| money | ``12.5`` in the field's unit | int, fen |
| bool | ``yes``, ``no`` | bool |
| date, month, datetime | ``2026-09-22``, ``2026-09``, ``2026-09-22 10:30`` | date, date, datetime |
| choice, multi | ``code``, ``a,b`` | str, frozenset |
| person | row id of the roster | str |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final, NamedTuple
from unicodedata import normalize

from hallclient.rules.form.money import UNITS, decimal_text, money_text
from hallclient.rules.form.spec import Field, Option, Type
from hallclient.rules.text import clean, clusters, narrow

TRUE, FALSE = "yes", "no"
TODAY: Final = "today"
"""As the default of a date: the hall's business day."""
_YES: Final = frozenset("yes y true 1 x \u221a \u2713 \u662f \u6709 \u5bf9 \u540c\u610f".split())
_NO: Final = frozenset("no n false 0 \u00d7 \u2717 \u5426 \u65e0 \u4e0d \u4e0d\u540c\u610f".split())
_NUMBER: Final = re.compile(r"[+-]?([0-9]+)(\.[0-9]+)?")
_GROUPED: Final = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,4}(?:,[0-9]{4})+)(?![0-9,])"
)
_DATE: Final = re.compile(
    r"([0-9]{4})[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})\u65e5?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_MONTH: Final = re.compile(r"([0-9]{4})[-/.\u5e74]([0-9]{1,2})\u6708?|([0-9]{4})([0-9]{2})")
_TIME: Final = re.compile(
    r"(.+?)(?:[ T]+|(?<=\u65e5))([0-9]{1,2})[:\u65f6]([0-9]{2})\u5206?(?::[0-9]{2})?"
)
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_PARTS: Final = re.compile("[,;\uff0c\uff1b\u3001\n]+")
_SUFFIX: Final = re.compile(r"([+-]?[0-9,.]+)(\u4ebf|\u4e07|\u5343)?(\u5143)?")
_TIMES: Final = {"\u4ebf": 10**8, "\u4e07": 10**4, "\u5343": 10**3, None: 1}
"""Written units of an amount: hundred million, ten thousand, thousand (yuan)."""
FOLDED: Final = frozenset(
    {Type.DIGITS, Type.INT, Type.DECIMAL, Type.MONEY, Type.RATIO, Type.DATE, Type.MONTH}
    | {Type.PHONE, Type.MOBILE, Type.EMAIL, Type.USCC, Type.ID}
)
"""Types in which full-width characters are only a way of typing the narrow ones."""
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Wrong(NamedTuple):
    """Why a text is no value of its type: the text ``form.problem.<code>``."""

    code: str
    params: Mapping[str, object] = {}


# -- canonical text


def canonical(field: Field, typed: str, options: Sequence[Option] = ()) -> str:
    """The one text for what was typed; as it was typed when it is not understood."""
    text = clean(typed, multiline=field.type is Type.LIST).strip()
    if not text:
        return ""
    make = _CANONICAL.get(field.type)
    return text if make is None else make(field, text, options)


def _text(field: Field, text: str, options: Sequence[Option]) -> str:
    return " ".join(text.split())


def _number(field: Field, text: str, options: Sequence[Option]) -> str:
    narrowed = narrow(text)
    found = ungrouped(narrowed)
    if field.type is Type.RATIO:
        found = found.removesuffix("%")
    elif field.type is Type.MONEY:
        found = _in_unit(found, field.unit or "wan")
    if not _NUMBER.fullmatch(found):
        return narrowed
    whole, _, rest = found.lstrip("+-").partition(".")
    rest = rest.rstrip("0")
    sign = "-" if found.startswith("-") and (whole.strip("0") or rest) else ""
    return sign + (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def ungrouped(text: str) -> str:
    """A number without the commas between its groups of three or four digits; other commas stay:
    ``12,5`` may be twelve and a half.
    """
    whole = _GROUPED.match(text)
    return text if whole is None else whole[0].replace(",", "") + text[whole.end() :]


def _in_unit(text: str, unit: str) -> str:
    """An amount that says its own unit, exactly in the field's; else as it is."""
    found = _SUFFIX.fullmatch(text)
    if found is None or not (found[2] or found[3]) or not _NUMBER.fullmatch(found[1]):
        return text
    fen = Fraction(found[1]) * _TIMES[found[2]] * UNITS["yuan"]
    if fen.denominator != 1 or len(found[1]) > _LONGEST_NUMBER:
        return text  # parts of a fen are nobody's
    return money_text(fen, unit)


_LONGEST_NUMBER: Final = 24


def _date(field: Field, text: str, options: Sequence[Option]) -> str:
    found = _DATE.fullmatch(narrow(text))
    if found is None:
        return narrow(text)
    year, month, day = (int(part) for part in found.groups() if part)
    return f"{year:04d}-{month:02d}-{day:02d}"


def _month(field: Field, text: str, options: Sequence[Option]) -> str:
    found = _MONTH.fullmatch(narrow(text))
    if found is None:
        return narrow(text)
    year, month = (int(part) for part in found.groups() if part)
    return f"{year:04d}-{month:02d}"


def _datetime(field: Field, text: str, options: Sequence[Option]) -> str:
    # The space between the day and the clock tells them apart, so it is not folded away.
    found = _TIME.fullmatch(" ".join(normalize("NFKC", text).split()))
    if found is None:
        return text
    day = _date(field, found[1], options)
    return f"{day} {int(found[2]):02d}:{found[3]}" if _ISO.fullmatch(day) else text


_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _bool(field: Field, text: str, options: Sequence[Option]) -> str:
    word = narrow(text).lower()
    return TRUE if word in _YES else FALSE if word in _NO else text


def code_of(text: str, options: Sequence[Option]) -> str:
    """The code that a code, a label in either language, or both together name; else the text."""
    for option in options:
        if text in (option.code, option.zh, option.en):
            return option.code
    folded = narrow(text).casefold()
    for option in options:
        said = (option.code, option.zh, option.en, f"{option.code}{option.zh}")
        if folded in {narrow(word).casefold() for word in said}:
            return option.code
    return text


def _choice(field: Field, text: str, options: Sequence[Option]) -> str:
    return code_of(text, options)


def _multi(field: Field, text: str, options: Sequence[Option]) -> str:
    codes = [code_of(part.strip(), options) for part in _PARTS.split(text) if part.strip()]
    order = {option.code: place for place, option in enumerate(options)}
    return ",".join(sorted(dict.fromkeys(codes), key=lambda code: order.get(code, len(order))))


def _list(field: Field, text: str, options: Sequence[Option]) -> str:
    parts = (" ".join(part.split()) for part in _PARTS.split(text))
    return ",".join(dict.fromkeys(part for part in parts if part))


def _narrow(field: Field, text: str, options: Sequence[Option]) -> str:
    return narrow(text)


def _id(field: Field, text: str, options: Sequence[Option]) -> str:
    from hallclient.rules.judged import normal

    return normal(text)


def _phone(field: Field, text: str, options: Sequence[Option]) -> str:
    from hallclient.rules.phone import read as judge

    return judge(text).number


def _uscc(field: Field, text: str, options: Sequence[Option]) -> str:
    from hallclient.rules.uscc import normal

    return normal(text)


def _email(field: Field, text: str, options: Sequence[Option]) -> str:
    return "".join(normalize("NFKC", text).split())


_CANONICAL: Final[dict[Type, Callable[[Field, str, Sequence[Option]], str]]] = {
    Type.TEXT: _text,
    Type.ADDRESS: _text,
    Type.REGION: _text,
    Type.INT: _number,
    Type.DECIMAL: _number,
    Type.MONEY: _number,
    Type.RATIO: _number,
    Type.DATE: _date,
    Type.MONTH: _month,
    Type.DATETIME: _datetime,
    Type.BOOL: _bool,
    Type.CHOICE: _choice,
    Type.MULTI: _multi,
    Type.LIST: _list,
    Type.DIGITS: _narrow,
    Type.ID: _id,
    Type.USCC: _uscc,
    Type.PHONE: _phone,
    Type.MOBILE: _phone,
    Type.EMAIL: _email,
}


# -- values


def read(field: Field, text: str) -> Any:
    """The value of a canonical text: None for an empty one, `Wrong` for what is none."""
    if not text:
        return None
    return READERS[field.type](field, text)


def _read_text(field: Field, text: str) -> Any:
    if len(text) > field.max_length and len(clusters(text)) > field.max_length:
        return Wrong("too-long", {"n": field.max_length, "found": len(clusters(text))})
    return text


def _read_digits(field: Field, text: str) -> Any:
    if not (text.isascii() and text.isdigit()):
        return Wrong("wrong-digits")
    return _read_text(field, text)


def _read_int(field: Field, text: str) -> Any:
    if not _NUMBER.fullmatch(text) or "." in text or len(text) > 15:
        return Wrong("wrong-int")
    return int(text)


def _exact(field: Field, text: str, code: str) -> Any:
    found = _NUMBER.fullmatch(text)
    if found is None or len(text) > _LONGEST_NUMBER:
        return Wrong(code)
    if len(found[2] or ".") - 1 > field.decimals:
        return Wrong("too-many-decimals", {"n": field.decimals})
    return Fraction(text)


def _read_decimal(field: Field, text: str) -> Any:
    return _exact(field, text, "wrong-decimal")


def _read_money(field: Field, text: str) -> Any:
    value = _exact(field, text, "wrong-money")
    if isinstance(value, Wrong):
        return value
    fen = value * UNITS[field.unit or "wan"]
    return Wrong("too-many-decimals", {"n": 2}) if fen.denominator != 1 else int(fen)


def _day(text: str) -> date | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _read_date(field: Field, text: str) -> Any:
    return _day(text) or Wrong("wrong-date")


def _read_month(field: Field, text: str) -> Any:
    return _day(f"{text}-01") or Wrong("wrong-month")


def _read_datetime(field: Field, text: str) -> Any:
    day, _, clock = text.partition(" ")
    if _day(day) is None or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", clock):
        return Wrong("wrong-datetime")
    return datetime.fromisoformat(text)


def _read_bool(field: Field, text: str) -> Any:
    return True if text == TRUE else False if text == FALSE else Wrong("wrong-bool")


def _read_list(field: Field, text: str) -> Any:
    parts = tuple(text.split(","))
    long = next((part for part in parts if len(part) > field.max_length), None)
    return parts if long is None else Wrong("too-long", {"n": field.max_length, "found": len(long)})


def _read_email(field: Field, text: str) -> Any:
    return text if _EMAIL.fullmatch(text) else Wrong("wrong-email")


def _read_multi(field: Field, text: str) -> Any:
    return frozenset(text.split(","))


def _read_phone(field: Field, text: str) -> Any:
    from hallclient.rules.phone import MOBILE, read

    judged = read(text, MOBILE) if field.type is Type.MOBILE else read(text)
    return text if not judged.error else Wrong(f"wrong-{field.type}", {"judged": judged})


def _read_uscc(field: Field, text: str) -> Any:
    from hallclient.rules.uscc import read

    judged = read(text)
    return text if not judged.error else Wrong("wrong-uscc", {"judged": judged})


READERS: Final[dict[Type, Callable[[Field, str], Any]]] = {
    Type.TEXT: _read_text,
    Type.ADDRESS: _read_text,
    Type.REGION: _read_text,
    Type.CHOICE: _read_text,
    Type.PERSON: _read_text,
    Type.ID: _read_text,
    Type.DIGITS: _read_digits,
    Type.INT: _read_int,
    Type.DECIMAL: _read_decimal,
    Type.RATIO: _read_decimal,
    Type.MONEY: _read_money,
    Type.DATE: _read_date,
    Type.MONTH: _read_month,
    Type.DATETIME: _read_datetime,
    Type.BOOL: _read_bool,
    Type.LIST: _read_list,
    Type.MULTI: _read_multi,
    Type.EMAIL: _read_email,
    Type.PHONE: _read_phone,
    Type.MOBILE: _read_phone,
    Type.USCC: _read_uscc,
}


def text_of(field: Field, value: Any) -> str:
    """The canonical text of a value that was calculated; ratios and amounts to their decimals."""
    if value is None:
        return ""
    match field.type:
        case Type.BOOL:
            return TRUE if value else FALSE
        case Type.MONEY:
            return money_text(value, field.unit or "wan")
        case Type.INT | Type.DECIMAL | Type.RATIO:
            return decimal_text(Fraction(value), 0 if field.type is Type.INT else field.decimals)
        case Type.DATETIME:
            return str(value.strftime("%Y-%m-%d %H:%M"))
        case Type.MONTH:
            return str(value.strftime("%Y-%m"))
        case Type.MULTI | Type.LIST:
            return ",".join(value if isinstance(value, tuple) else sorted(value))
    return str(value)
