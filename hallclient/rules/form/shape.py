"""A cell as another program gets it, and which cells hold personal data.

| type | value |
|---|---|
| money | ``{"amount": 100000000, "unit": "fen"}`` |
| int, bool | number, true or false |
| decimal, ratio (percent) | text of the exact number, ``"33.3333"`` |
| date, month, datetime | ``"2026-09-22"``, ``"2026-09"``, ``"2026-09-22T10:30"`` |
| choice | ``{"code": "1130", "label": "..."}``; multi: a list of these, in the dictionary's order |
| list | a list of texts |
| person | id of the person's row |
| all others | the canonical text |
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Field, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.units import Keyed, Source, Sum, Value, computed
from hallclient.rules.form.values import TRUE, Wrong, read


def machine(state: State, row: str, field: Field) -> Any:
    """A cell's value for a machine; None: nothing, not relevant, or not readable."""
    if state.value(row, field.id) is None:
        return None
    text = state.text(row, field.id)
    match field.type:
        case Type.MONEY:
            fen = read(field, text)
            return None if isinstance(fen, Wrong) else {"amount": fen, "unit": "fen"}
        case Type.INT:
            return int(text)
        case Type.BOOL:
            return text == TRUE
        case Type.DATETIME:
            return text.replace(" ", "T")
        case Type.LIST:
            return text.split(",")
        case Type.CHOICE:
            return _choice(state, field, text)
        case Type.MULTI:
            chosen = [_choice(state, field, code) for code in text.split(",")]
            return None if None in chosen else chosen
        case Type.PERSON:
            return state.person_of(row, field.id) or None
    return text


def _choice(state: State, field: Field, code: str) -> dict[str, str] | None:
    option = state.codes(field.choices).get(code)
    return None if option is None else {"code": code, "label": option.zh}


@lru_cache(maxsize=64)
def personal(program: Program) -> frozenset[str]:
    """Fields that hold personal data: marked so, shown of a person's, or computed of such."""
    layout = program.layout
    found: set[Source] = {("field", one.id) for one in layout.fields.values() if one.personal}
    # The units stand in an order in which none reads what a later one computes.
    for unit in program.units:
        match unit:
            case Value() if unit.field.calculation or unit.field.via:
                reads = unit.reads
            case Sum():
                reads = layout.totals[unit.number].told
            case Keyed():
                reads = layout.indexes[unit.number].told
            case _:
                continue
        if any(computed(read) in found for read in reads):
            found.add(unit.source)
    return frozenset(source[1] for source in found if source[0] == "field")
