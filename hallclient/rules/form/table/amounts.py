"""Amounts in the cells of a table, exactly in the unit of a form's field."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from hallclient.rules.form.money import decimal_text
from hallclient.rules.form.spec import Field
from hallclient.rules.form.table.columns import Words, folded, yuan_of
from hallclient.rules.form.values import ungrouped

DECIMALS: Final = 12
"""More than any field takes, so that the field says what is too many."""
_AMOUNT: Final = re.compile(r"([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)(.*)")


def in_unit_of(field: Field, amount: str, unit: Fraction, words: Words) -> str | None:
    """A narrow text as an amount in the field's unit; None: it is not understood.

    It may say a unit of its own; else it counts ``unit`` yuan (0: what the field counts).
    """
    found = _AMOUNT.fullmatch(amount)
    if found is None:
        return None
    said = words.units.get(folded(found[2])) if found[2] else unit
    digits, own = ungrouped(found[1]), yuan_of(field)
    if said is None or "," in digits:
        return None
    return decimal_text(Fraction(digits) * (said or own) / own, DECIMALS)
