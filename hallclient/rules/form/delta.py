"""What a change of the registered changes: 变更前 and 变更后, by the identity of people.

A form's ``base`` pairs a repeat of the registered state with the repeat of the wanted one. Their
columns pair by what follows the first underscore of their ids: ``b_sub`` and ``h_sub``.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from hallclient.rules.form.edits import Add, Edit, Put
from hallclient.rules.form.spec import Field, Form, Type
from hallclient.rules.form.state import State


class Kind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"


class Changed(NamedTuple):
    """One difference. ``section``: the wanted one of the pair.

    ``row``: the wanted row, ``before``: the registered row; empty when there is none. ``field``:
    the wanted column that differs, ``was`` and ``now`` its canonical texts; all three empty for a
    row that is added or gone.
    """

    section: str
    kind: Kind
    row: str
    before: str
    field: str = ""
    was: str = ""
    now: str = ""


def changes(state: State) -> list[Changed]:
    """All differences: rows that stay or come, in their order, then those that are gone."""
    found: list[Changed] = []
    for before, after in state.form.base.items():
        gone: list[Changed] = []
        columns = paired(state.form, before, after)
        for old, new in _matched(state, before, after):
            if not old:
                found.append(Changed(after, Kind.ADDED, new, ""))
            elif not new:
                gone.append(Changed(after, Kind.GONE, "", old))
            else:
                found.extend(
                    Changed(after, Kind.CHANGED, new, old, now.id, one, two)
                    for was, now in columns
                    if (one := _text(state, old, was.id)) != (two := _text(state, new, now.id))
                )
        found += gone
    return found


def begun(state: State, new_id: Callable[[], str]) -> list[Edit]:
    """The edits with which the wanted tables begin as the registered ones, where they are empty.

    Only what is typed is copied; what nobody changes is then never typed again.
    """
    edits: list[Edit] = []
    for before, after in state.form.base.items():
        if state.count(after):
            continue
        same = paired(state.form, before, after)
        people = [_reference(state, section) for section in (before, after)]
        if people[0] is not None and people[1] is not None:
            same.insert(0, (people[0], people[1]))
        for old in state.rows(before):
            row = new_id()
            edits.append(Add(after, row, state.place_of(old)))
            edits += [
                Put(row, now.id, text)
                for was, now in same
                if now.typed and (text := state.text(old, was.id))
            ]
    return edits


def _reference(state: State, section: str) -> Field | None:
    """The field that names the person of a row."""
    fields = state.program.layout.sections[section].fields
    return next((one for one in fields if one.type is Type.PERSON), None)


def paired(form: Form, before: str, after: str) -> list[tuple[Field, Field]]:
    """The columns of two sections that mean the same; references and what they show left out."""
    sections = {section.id: section for section in form.sections}
    olds = {_stem(one): one for one in sections[before].fields}
    return [
        (old, new)
        for new in sections[after].fields
        if new.type is not Type.PERSON and not new.via
        for old in [olds.get(_stem(new))]
        if old is not None and old.type is new.type and not old.via
    ]


def _stem(field: Field) -> str:
    return field.id.partition("_")[2] or field.id


def _text(state: State, row: str, name: str) -> str:
    return state.text(row, name) if state.relevant(row, name) else ""


def _matched(state: State, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Pairs (registered row, wanted row) of the same identity, in order; empty for no partner."""
    waiting: defaultdict[tuple[str, ...], deque[str]] = defaultdict(deque)
    for row in state.rows(before):
        waiting[_identity(state, row, before)].append(row)
    for row in state.rows(after):
        same = waiting[_identity(state, row, after)]
        yield (same.popleft() if same else "", row)
    left = {row for rows in waiting.values() for row in rows}
    yield from ((row, "") for row in state.rows(before) if row in left)


def _identity(state: State, row: str, section: str) -> tuple[str, ...]:
    """Whose row it is: the person's document and number, or the person, or only the row itself."""
    reference = _reference(state, section)
    person = state.person_of(row, reference.id) if reference is not None else ""
    if not person:
        return ("row", row)
    for one in state.program.layout.sections[state.form.roster].fields:
        if one.type is Type.ID and (number := state.text(person, one.id)):
            kind = state.text(person, one.kind_from) if one.kind_from else ""
            return ("number", kind, number)
    return ("person", person)
