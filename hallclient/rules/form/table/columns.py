"""Which column of a table is which field: by its heading, or without one by what it holds.

The words that headings use are data (`Words`). Nothing is matched in silence: each column says how
sure it is, two columns for one field and two fields for one column are questions, and what matches
nothing is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from hallclient.rules.form.money import UNITS
from hallclient.rules.form.spec import Field, Form, Section, Type
from hallclient.rules.form.table.sheet import Line, Sheet

_BRACKETS: Final = re.compile(
    r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|\u3010([^\u3010\u3011]*)\u3011"
)
_MARKS: Final = re.compile(r"[\s_\-:*./,;\u3001\u3002\u00b7\u2022\u203b#]+")
_LOOKED_AT: Final = 15
"""Lines at the top of a table among which its headings are looked for."""
_LEAST: Final = 2
"""Characters of a word that is found inside another."""


class Sure(StrEnum):
    """How a column was matched, the surest first."""

    CHOSEN = "chosen"
    EXACT = "exact"
    NORMAL = "normal"
    ALIAS = "alias"
    PART = "part"
    CONTENT = "content"
    NONE = ""


_ORDER: Final = list(Sure)


class Words(NamedTuple):
    """What tables call things; all as `folded` makes them.

    ``groups``: heading -> numbers of the groups of words that mean the same. ``units``: unit ->
    yuan. ``marks``: what stands before a unit. ``totals``: first words of a line that adds up.
    """

    groups: Mapping[str, frozenset[int]]
    totals: frozenset[str]
    marks: tuple[str, ...]
    units: Mapping[str, Fraction]
    currencies: frozenset[str]


class Column(NamedTuple):
    """A column and its field (empty: left out).

    ``unit``: yuan that a number in it counts, of a column of money; 0: what the field counts.
    ``said``: the unit as the table says it. ``rivals``: fields that it may be as well: a question.
    ``foreign``: its unit is a currency that the form does not count in: a question.
    """

    place: int
    heading: str
    field: str = ""
    sure: Sure = Sure.NONE
    unit: Fraction = Fraction(0)
    said: str = ""
    rivals: tuple[str, ...] = ()
    foreign: bool = False


class Clash(NamedTuple):
    """Several columns that are one field by the same right: a question."""

    field: str
    places: tuple[int, ...]


class Matching(NamedTuple):
    """``header``: place of the line with the headings among the sheet's lines; -1: there is none.
    Lines above it are titles and are left out.
    """

    header: int
    columns: tuple[Column, ...]
    clashes: tuple[Clash, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody must answer a question first, or nothing is matched at all."""
        asked = any(one.rivals or one.foreign for one in self.columns)
        return asked or bool(self.clashes) or not self.fields

    @property
    def fields(self) -> dict[str, Column]:
        """Field -> its column."""
        return {one.field: one for one in self.columns if one.field}


def fillable(section: Section, form: Form) -> list[Field]:
    """Fields that a table of this section can fill: typed by applicants, no references. Where
    each row is about one person, all that the roster keeps of a person is among them.
    """
    own = [one for one in section.fields if _fills(one)]
    references = [one.id for one in section.fields if one.type is Type.PERSON]
    if len(references) != 1:
        return own
    roster = next(one for one in form.sections if one.id == form.roster)
    shown = {one.of for one in own}
    return own + [
        replace(one, section=section.id, via=references[0], of=one.id, required="")
        for one in roster.fields
        if _fills(one) and one.id not in shown
    ]


def _fills(field: Field) -> bool:
    return field.typed and not field.clerk and field.type is not Type.PERSON


def folded(text: str) -> str:
    """A heading as it is compared: width and case folded, without spaces and marks."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())


def bare(text: str) -> str:
    """A heading without its brackets, folded."""
    return folded(_BRACKETS.sub("", _narrowed(text))) or folded(text)


def _narrowed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


# -- headings


class _Target(NamedTuple):
    """A field as headings may name it, folded: whole, without brackets, other names."""

    field: str
    whole: frozenset[str]
    bare: frozenset[str]
    aliases: frozenset[str]


def _targets(fields: Sequence[Field], words: Words) -> list[_Target]:
    made = []
    for one in fields:
        cores = frozenset((bare(one.zh), bare(one.en)))
        groups = {number for core in cores for number in words.groups.get(core, ())}
        aliases = frozenset(word for word, of in words.groups.items() if groups & of)
        whole = frozenset((folded(one.zh), folded(one.en), folded(one.id)))
        made.append(_Target(one.id, whole, cores, aliases))
    return made


def match(sheet: Sheet, section: Section, form: Form, words: Words) -> Matching:
    """What each column of a table is."""
    from hallclient.rules.form.table.contents import by_content, is_heading

    targets = _targets(fillable(section, form), words)
    header, best = -1, 0
    for place, line in enumerate(sheet.lines[:_LOOKED_AT]):
        score = _score(line, targets)
        if score > best:
            header, best = place, score
    if header < 0:
        # Words that nobody knows stand above the columns, or nothing does.
        header = 0 if is_heading(sheet, section, form) else -1
        return Matching(header, by_content(sheet, header, section, form))
    columns, clashes = _by_headings(sheet.lines[header].cells, targets, words)
    above = _unit_above(sheet.lines[:header], words)
    return Matching(header, tuple(_with_unit(one, section, above) for one in columns), clashes)


def _score(line: Line, targets: Sequence[_Target]) -> int:
    """How much a line looks like the headings; a single word in a long line does not."""
    found = [max((_sure(cell, one) for one in targets), default=_NOT)[0] for cell in line.cells]
    told = sum(2 if rank > _rank(Sure.PART) else 1 for rank in found if rank)
    cells = sum(bool(cell) for cell in line.cells)
    return told if told >= min(2, cells) else 0


def _by_headings(
    headings: Sequence[str], targets: Sequence[_Target], words: Words
) -> tuple[tuple[Column, ...], tuple[Clash, ...]]:
    claims: dict[str, list[tuple[tuple[int, int], int]]] = {}
    columns: list[Column] = []
    for place, heading in enumerate(headings):
        sure = {one.field: found for one in targets if (found := _sure(heading, one)) > _NOT}
        best = max(sure.values(), default=_NOT)
        claimed = tuple(one for one, found in sure.items() if found == best)
        unit, said, foreign = _unit_in(heading, words)
        column = Column(place, heading, unit=unit, said=said, foreign=foreign)
        if len(claimed) > 1:
            column = column._replace(rivals=claimed)
        elif claimed:
            claims.setdefault(claimed[0], []).append((best, place))
        columns.append(column)
    clashes = []
    for field, several in claims.items():
        best = max(several)[0]
        places = tuple(place for found, place in several if found == best)
        if len(places) > 1:
            clashes.append(Clash(field, places))
        else:
            sure_of = _ORDER[len(_ORDER) - 1 - best[0]]
            columns[places[0]] = columns[places[0]]._replace(field=field, sure=sure_of)
    taken = {one.field for one in columns} | {one.field for one in clashes}
    for place, one in enumerate(columns):
        # A rival that another column has by better right is none.
        left = tuple(field for field in one.rivals if field not in taken)
        columns[place] = one._replace(rivals=left)
        if len(left) == 1 and not any(left[0] in other.rivals for other in columns if other != one):
            columns[place] = one._replace(rivals=(), field=left[0], sure=Sure.PART)
    return tuple(columns), tuple(clashes)


_NOT: Final = (0, 0)


def _rank(sure: Sure) -> int:
    return len(_ORDER) - 1 - _ORDER.index(sure)


def _sure(heading: str, target: _Target) -> tuple[int, int]:
    """How sure a heading means a field (0: not at all), and how long a part they share."""
    whole, core = folded(heading), bare(heading)
    if not whole:
        return _NOT
    if whole in target.whole:
        return _rank(Sure.EXACT), 0
    if core in target.bare:
        return _rank(Sure.NORMAL), 0
    if core in target.aliases:
        return _rank(Sure.ALIAS), 0
    shared = max((len(one) for one in target.bare | target.aliases if one in core), default=0)
    shared = max(shared, *(len(core) if core in one else 0 for one in target.bare))
    return (_rank(Sure.PART), shared) if shared >= _LEAST else _NOT


# -- units


def _unit_in(heading: str, words: Words) -> tuple[Fraction, str, bool]:
    """The unit in a heading's brackets or at its end: yuan, its word, whether it is foreign."""
    text = _narrowed(heading)
    inside = [next(filter(None, found.groups()), "") for found in _BRACKETS.finditer(text)]
    for part in inside:
        if found := _unit(part, words):
            return found
    rest = folded(_BRACKETS.sub("", text))
    ends = sorted((*words.units, *words.currencies), key=len, reverse=True)
    end = next((one for one in ends if len(one) < len(rest) and rest.endswith(one)), "")
    return _unit(end, words) or (Fraction(0), "", False)


def _unit(text: str, words: Words) -> tuple[Fraction, str, bool] | None:
    word = folded(text)
    for mark in words.marks:
        if word.startswith(mark) and word != mark:
            word = word.removeprefix(mark)
    if word in words.units:
        return words.units[word], word, False
    return (Fraction(0), word, True) if word in words.currencies else None


def _unit_above(lines: Sequence[Line], words: Words) -> tuple[Fraction, str, bool]:
    """The unit that a line above the headings states for the whole table."""
    for line in lines:
        for cell in line.cells:
            text = _narrowed(cell)
            for piece in (text, *(found[1] or "" for found in _BRACKETS.finditer(text))):
                mark, colon, rest = piece.rpartition(":")
                stated = colon and any(folded(mark).endswith(one) for one in words.marks)
                if stated and (found := _unit(rest, words)):
                    return found
    return Fraction(0), "", False


def _with_unit(
    column: Column, section: Section, above: tuple[Fraction, str, bool] = (Fraction(0), "", False)
) -> Column:
    """The column with the unit of its cells; none for a field that is no money."""
    field = next((one for one in section.fields if one.id == column.field), None)
    if field is None or field.type is not Type.MONEY:
        return column._replace(unit=Fraction(0), said="", foreign=False)
    if not column.said:
        unit, said, foreign = above
        column = column._replace(unit=unit, said=said, foreign=foreign)
    return column


def yuan_of(field: Field) -> Fraction:
    """Yuan that a number in a field of money counts."""
    return Fraction(UNITS[field.unit or "wan"], UNITS["yuan"])


# -- what a person changes


def assign(matching: Matching, section: Section, place: int, field: str) -> Matching:
    """This column is that field (empty: none). Another column of the field is left out then, and
    the questions that this answers are closed.
    """
    columns = []
    for one in matching.columns:
        changed = one
        if one.place == place:
            sure = Sure.CHOSEN if field else Sure.NONE
            changed = one._replace(field=field, sure=sure, rivals=())
            changed = _with_unit(changed, section)
        elif field and one.field == field:
            changed = one._replace(field="", sure=Sure.NONE)
        elif field in one.rivals:
            changed = one._replace(rivals=tuple(rival for rival in one.rivals if rival != field))
        columns.append(changed)
    clashes = []
    for clash in matching.clashes:
        places = tuple(one for one in clash.places if one != place)
        if clash.field != field and len(places) > 1:
            clashes.append(clash._replace(places=places))
        elif clash.field != field and len(places) == 1:
            left = columns[places[0]]
            if not left.field:
                chosen = left._replace(field=clash.field, sure=Sure.CHOSEN)
                columns[places[0]] = _with_unit(chosen, section)
    return Matching(matching.header, tuple(columns), tuple(clashes))


def in_unit(matching: Matching, place: int, unit: Fraction, said: str) -> Matching:
    """The numbers of this column count so many yuan."""
    columns = tuple(
        one._replace(unit=unit, said=said, foreign=False) if one.place == place else one
        for one in matching.columns
    )
    return matching._replace(columns=columns)
