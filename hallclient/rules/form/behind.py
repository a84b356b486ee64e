"""Rules that a person breaks, counted wherever what they say of that person is shown.

A role's field with ``via`` holds nothing itself, and rules about people are told in the roster,
once. Whoever gets the role's field gets the person's all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hallclient.rules.form.spec import Field
from hallclient.rules.form.tally import Tally

if TYPE_CHECKING:
    from hallclient.rules.form.cells import Cells


class Behind:
    """Cells with ``via`` behind which a rule stands in the way of acceptance."""

    def __init__(self, state: Cells) -> None:
        self._state = state
        self._shown: dict[str, list[Field]] = {}
        """Field of the roster -> the fields that show it."""
        for one in state.program.layout.fields.values():
            if one.via:
                self._shown.setdefault(one.of, []).append(one)
        self._blocked: set[tuple[str, str]] = set()
        self._tally = Tally(one.id for shown in self._shown.values() for one in shown)

    def judged(self, person: str, name: str, *, blocks: bool) -> None:
        """Whether a rule blocks a cell of the roster."""
        key = person, name
        if name not in self._shown or blocks is (key in self._blocked):
            return
        if blocks:
            self._blocked.add(key)
        else:
            self._blocked.remove(key)
        for field in self._shown[name]:
            for row in self._state.rows_showing(person, field):
                self.looked(row, field)

    def looked(self, row: str, field: Field) -> None:
        """A cell with ``via`` is another one, or the person behind it is."""
        if self._blocked or self._tally.of(field.id):
            self._tally.put((row, field.id), field.id, int(self.blocks(row, field)))

    def blocks(self, row: str, field: Field) -> bool:
        """Whether a rule blocks what a cell with ``via`` shows."""
        person = self._state.person_of(row, field.id)
        return (person, field.of) in self._blocked and self._state.relevant(row, field.id)

    def forget(self, row: str, field: Field) -> None:
        """A row is going."""
        self._blocked.discard((row, field.id))
        if field.via:
            self._tally.put((row, field.id), field.id, 0)

    def count(self, fields: Iterable[Field]) -> int:
        """How many cells of these fields show what is blocked."""
        return sum(self._tally.of(one.id) for one in fields if one.via)
