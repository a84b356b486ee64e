"""What is wrong with a value that could be read: no choice, no person, no number of its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hallclient.rules.form.spec import Type
from hallclient.rules.form.units import Check
from hallclient.rules.form.values import Wrong, text_of

if TYPE_CHECKING:
    from hallclient.rules.form.cells import Cells


def any_value(unit: Check) -> bool:
    """Whether every value that can be read is right."""
    field = unit.field
    return (
        field.type not in (Type.CHOICE, Type.MULTI, Type.PERSON)
        and not field.kind_from
        and unit.low is None
        and unit.high is None
    )


def of_value(state: Cells, unit: Check, row: str, value: Any) -> Wrong | None:
    """What is wrong with a cell's value."""
    match unit.field.type:
        case Type.CHOICE:
            return _chosen(state, unit, row, (value,))
        case Type.MULTI:
            return _chosen(state, unit, row, value)
        case Type.PERSON:
            if state.section_of(value) != state.program.roster:
                return Wrong("no-such-person")
        case Type.ID if unit.field.kind_from:
            found = _identity(state, unit, row, value)
            if found is not None:
                return found
    return _between(state, unit, row, value)


def _chosen(state: Cells, unit: Check, row: str, codes: Iterable[str]) -> Wrong | None:
    options = state.codes(unit.field.choices)
    for code in codes:
        option = options.get(code)
        if option is None:
            return Wrong("not-a-choice", {"value": code})
        if unit.allowed is not None:
            state.option = option
            allowed = unit.allowed(state, row)
            state.option = None
            if allowed is False:
                return Wrong("choice-not-now", {"zh": option.zh, "en": option.en})
    return None


def _identity(state: Cells, unit: Check, row: str, number: str) -> Wrong | None:
    kind_field = state.field(unit.field.kind_from)
    code = state.value(row, unit.field.kind_from)
    option = state.codes(kind_field.choices).get(code) if code else None
    kind = option.more.get("kind", "") if option is not None else ""
    if kind in ("", "other"):
        return None
    if kind == "uscc":
        from hallclient.rules.uscc import read as judge_uscc

        judged: Any = judge_uscc(number)
    else:
        from hallclient.rules.identity import read as judge_identity

        judged = judge_identity(kind, number, today=state.today)
    return Wrong("wrong-id", {"judged": judged}) if judged.error else None


def _between(state: Cells, unit: Check, row: str, value: Any) -> Wrong | None:
    if unit.low is not None:
        low = unit.low(state, row)
        if low is not None and value < low:
            return Wrong("too-small", {"low": text_of(unit.field, low)})
    if unit.high is not None:
        high = unit.high(state, row)
        if high is not None and value > high:
            return Wrong("too-large", {"high": text_of(unit.field, high)})
    return None
