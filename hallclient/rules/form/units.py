"""What a form computes: values, totals, judgements; each for a row of a repeat or for the form.

`program` makes them and puts them in order, `state` and `judging` evaluate them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from hallclient.rules.form.logic import Fn
from hallclient.rules.form.spec import Field, Rule, Section

Source = tuple[Any, ...]
"""Something that is read: see `scope`."""


def computed(read: Source) -> Source:
    """What a unit computes, of what others read of it."""
    match read:
        case ("person", _, of):
            return ("field", of)
        case ("repeated" | "index", number, *_):
            return ("rows", number)
    return read


@dataclass(slots=True, eq=False, kw_only=True)
class Unit:
    """Something computed. ``row``: the repeat it is computed for each row of; empty: once."""

    row: str = ""
    reads: tuple[Source, ...] = ()
    source: Source = ()
    """What it computes, as others read it; empty: nobody does."""
    rank: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class Shown(Unit):
    """Whether a section is asked for."""

    section: Section
    relevant: Fn


@dataclass(slots=True, eq=False, kw_only=True)
class Value(Unit):
    """Whether a field is asked for, and its value: computed, or read from its text."""

    field: Field
    relevant: Fn | None
    computed: Fn | None


@dataclass(slots=True, eq=False, kw_only=True)
class Sum(Unit):
    """A row's part in a total."""

    number: int


@dataclass(slots=True, eq=False, kw_only=True)
class Keyed(Unit):
    """A row's place in an index."""

    number: int


@dataclass(slots=True, eq=False, kw_only=True)
class Check(Unit):
    """Whether a cell is missing or no value of its type. ``allowed``: whether ``state.option`` may
    be chosen.
    """

    field: Field
    required: Fn | None
    low: Fn | None
    high: Fn | None
    allowed: Fn | None


@dataclass(slots=True, eq=False, kw_only=True)
class Judged(Unit):
    """A rule. ``values``: what its message names: name, how to compute it, its kind."""

    rule: Rule
    section: Section
    field: Field | None
    relevant: Fn | None
    constraint: Fn
    values: tuple[tuple[str, Fn, str], ...]

    @property
    def at(self) -> str:
        """The field, or the section, where it is shown."""
        return self.field.id if self.field is not None else self.section.id


@dataclass(slots=True, eq=False, kw_only=True)
class Size(Unit):
    """How many rows a table has and may have."""

    section: Section
    count: Fn
    low: Fn | None
    high: Fn | None


class Visit(NamedTuple):
    """A unit to visit when a source changes, and for which rows: ``same``, ``all`` (or the only
    one), ``refs`` (rows that name the person, by reference field ``by``), ``named`` (all, if it
    names the person), ``probe`` (rows that asked probe ``by``), ``key`` (rows with the key).
    """

    rank: int
    rows: str
    by: Any = None
