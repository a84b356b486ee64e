"""Persons that a table names: each is entered once, however many of its lines name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from hallclient.rules.form.edits import STEP, Add, Edit, Put
from hallclient.rules.form.intake_cells import Fault
from hallclient.rules.form.spec import Field, Section, Type
from hallclient.rules.form.state import State

_SEVERAL: Final = ""


class People:
    """The roster while lines are taken in, one after the other.

    Somebody is known by the identity number; without one by the name, if only one there has it.
    ``edits``: what the lines make and change in the roster, in order.
    """

    def __init__(
        self, state: State, fields: Iterable[Field], new_id: Callable[[], str], edits: list[Edit]
    ) -> None:
        self._state, self._new_id, self._edits = state, new_id, edits
        self._shown: dict[str, dict[str, str]] = {}
        """Reference field -> field of the roster -> field of the table."""
        for one in fields:
            if one.via:
                self._shown.setdefault(one.via, {})[one.of] = one.id
        if not self._shown:
            return
        self._roster: Section = state.program.layout.sections[state.program.roster]
        self._name = self._roster.label
        self._key = next((one.id for one in self._roster.fields if one.type is Type.ID), "")
        self._texts: dict[tuple[str, str], str] = {}
        self._by_identity: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        """Name -> who has it; `_SEVERAL` of them have it."""
        rows = state.rows(self._roster.id)
        self._place = state.place_of(rows[-1]) if rows else 0
        for row in rows:
            self._know(row, self._text(row, self._key), self._text(row, self._name))

    def named(self, typed: Mapping[str, str], fault: Fault) -> dict[str, tuple[str, bool]]:
        """Who a line names: reference field -> row of the roster, and whether it is a new one.

        ``fault``: called with what stands in the way.
        """
        found = {}
        for reference, shown in self._shown.items():
            told = {of: typed[name] for of, name in shown.items() if typed.get(name)}
            person, new = self._person(told, shown, fault) if told else ("", False)
            if person:
                found[reference] = person, new
        return found

    def change(self, person: str, of: str, text: str) -> None:
        """Write something about somebody who is there."""
        self._edits.append(Put(person, of, text, self._stored(person, of)))
        self._texts[person, of] = text

    def _person(
        self, told: Mapping[str, str], shown: Mapping[str, str], fault: Fault
    ) -> tuple[str, bool]:
        identity, name = told.get(self._key, ""), told.get(self._name, "")
        person = self._by_identity.get(identity, "") if identity else ""
        if not person and name in self._by_name:
            same = self._by_name[name]
            if same == _SEVERAL and not identity:
                fault(shown[self._name], "name-unclear", name=name)
                return "", False
            if same != _SEVERAL and (not identity or not self._text(same, self._key)):
                person = same
        if not person:
            return self._new(told), True
        for of, text in told.items():
            before = self._text(person, of)
            if text == before:
                continue
            if before and of == self._name:
                fault(shown[of], "other-name", name=before)
            self.change(person, of, text)
        self._know(person, identity, "")
        return person, False

    def _new(self, told: Mapping[str, str]) -> str:
        person = self._new_id()
        self._place += STEP
        self._edits.append(Add(self._roster.id, person, self._place))
        kind = self._kind(told)
        for one in self._roster.fields:
            text = told.get(one.id) or kind.get(one.id) or one.default
            if text and one.typed:
                self.change(person, one.id, text)
        self._know(person, told.get(self._key, ""), told.get(self._name, ""))
        return person

    def _kind(self, told: Mapping[str, str]) -> dict[str, str]:
        """What kind of number this is, where the table does not say and its form tells."""
        from hallclient.rules.form.contents import is_credit_code

        field = self._state.field(self._key) if told.get(self._key) else None
        if field is None or not field.kind_from or field.kind_from in told:
            return {}
        if not is_credit_code(told[self._key]):
            return {}
        choices = self._state.form.dictionaries.get(self._state.field(field.kind_from).choices, ())
        codes = [option.code for option in choices if option.more.get("kind") == "uscc"]
        return dict.fromkeys((field.kind_from,), codes[0]) if codes else {}

    def _know(self, person: str, identity: str, name: str) -> None:
        if identity:
            self._by_identity.setdefault(identity, person)
        if name:
            self._by_name[name] = person if name not in self._by_name else _SEVERAL

    def _text(self, person: str, of: str) -> str:
        """What a person's cell holds once the lines before are in."""
        if not of:
            return ""
        known = self._texts.get((person, of))
        return known if known is not None else self._stored(person, of)

    def _stored(self, person: str, of: str) -> str:
        return self._state.text(person, of) if self._state.has(person, of) else ""
