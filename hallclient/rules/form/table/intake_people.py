"""Persons that a table names: each is entered once, however many of its lines name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from hallclient.rules.form.edits import STEP, Add, Edit, Put
from hallclient.rules.form.entering import Roster, default_of, place_after
from hallclient.rules.form.spec import Field
from hallclient.rules.form.state import State
from hallclient.rules.form.table.contents import is_credit_code
from hallclient.rules.form.table.intake_cells import Fault


class People:
    """The roster while lines are taken in, one after the other.

    Somebody is known by the identity number; without one by the name, if only one there has it.
    ``edits``: what the lines make and change in the roster, in order; ``used``: who was named.
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
        self._roster = Roster(state)
        self._name = self._roster.name.id if self._roster.name else ""
        self._number = self._roster.number.id if self._roster.number else ""
        self._place = place_after(state, state.program.roster) if self._roster.section else 0
        self._texts: dict[tuple[str, str], str] = {}
        self.used: set[str] = set()

    def named(self, typed: Mapping[str, str], fault: Fault) -> dict[str, str]:
        """Who a line names: reference field -> row of the roster, perhaps a new one.

        ``fault``: called with what stands in the way.
        """
        found = {}
        for reference, shown in self._shown.items():
            told = {of: typed[name] for of, name in shown.items() if typed.get(name)}
            person = self._person(told, shown, fault) if told else ""
            if person:
                found[reference] = person
                self.used.add(person)
        return found

    def change(self, person: str, of: str, text: str) -> None:
        """Write something about somebody."""
        was = self._state.text(person, of) if self._state.has(person, of) else ""
        self._edits.append(Put(person, of, text, was))
        self._texts[person, of] = text

    def _person(self, told: Mapping[str, str], shown: Mapping[str, str], fault: Fault) -> str:
        number, name = told.get(self._number, ""), told.get(self._name, "")
        person = self._roster.with_number(number)
        if not person:
            alike = self._roster.with_name(name)
            if len(alike) > 1 and not number:
                fault(shown[self._name], "name-unclear", name=name)
                return ""
            if len(alike) == 1 and not (number and self._text(alike[0], self._number)):
                person = alike[0]
        if not person:
            return self._new(told)
        for of, text in told.items():
            before = self._text(person, of)
            if text == before:
                continue
            if before and of == self._name:
                fault(shown[of], "other-name", name=before)
            self.change(person, of, text)
        self._remember(person, {self._number: number})
        return person

    def _new(self, told: Mapping[str, str]) -> str:
        section = self._roster.section
        if section is None:
            return ""
        person = self._new_id()
        self._edits.append(Add(section.id, person, self._place))
        self._place += STEP
        kind = self._kind(told)
        for one in section.fields:
            text = told.get(one.id) or kind.get(one.id) or default_of(self._state, one)
            if text and one.typed:
                self.change(person, one.id, text)
        self._remember(person, told)
        return person

    def _remember(self, person: str, told: Mapping[str, str]) -> None:
        for field in (self._roster.number, self._roster.name):
            if field is not None and told.get(field.id):
                self._roster.remember(person, field, told[field.id])

    def _kind(self, told: Mapping[str, str]) -> dict[str, str]:
        """What kind of number this is, where the table does not say and its form tells."""
        field = self._roster.number
        if field is None or not field.kind_from or field.kind_from in told:
            return {}
        if not is_credit_code(told.get(field.id, "")):
            return {}
        choices = self._state.form.dictionaries.get(self._state.field(field.kind_from).choices, ())
        codes = [option.code for option in choices if option.more.get("kind") == "uscc"]
        return dict.fromkeys((field.kind_from,), codes[0]) if codes else {}

    def _text(self, person: str, of: str) -> str:
        """What a person's cell holds once the lines before are in."""
        known = self._texts.get((person, of))
        if known is not None:
            return known
        return self._state.text(person, of) if self._state.has(person, of) else ""
