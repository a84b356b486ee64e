"""The cells of a filing, and the change set of one step in them.

A cell's id is ``filing/row/field``. It holds what stands there (``value``; of a personal field
``sealed``) and, while two hands disagree, what the other one typed (``other``, ``other_sealed``,
``other_by``). A cell that holds nothing has no row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from db.log import Change
from db.seal import Box, opened
from db.store import Row, Store
from hallclient.actions.acting import Action
from hallclient.actions.forms import form_in
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Add, Edit, Put
from hallclient.rules.form.origin import NOTHING, Registered
from hallclient.rules.form.spec import Field, Type
from hallclient.rules.text import clean

FILLING = "filling"
CLOSED = "closed"

LONGEST = 20_000
"""Characters of a cell: what nobody types, but a program could send."""

CELL = "form_cell"
ROW = "form_row"
COLUMNS = ("value", "sealed", "other", "other_sealed", "other_by")
ROW_COLUMNS = ("filing", "section", "place")
_NAMES = {CELL: COLUMNS, ROW: ROW_COLUMNS}
BESIDE = COLUMNS[2:]
NONE: tuple[None, ...] = (None,) * len(COLUMNS)

# Everything of a filing, or of one row, by the beginning of its id.
OF = "id > ?1 || '/' AND id < ?1 || '0'"
GIVEN = "(SELECT value FROM json_each(?1))"
"""Every key of a list given as JSON."""


class Collision(NamedTuple):
    """Two texts for one cell. ``text`` stands in it, ``other`` is what ``by`` typed over it.

    ``other`` None: the two agree again.
    """

    row: str
    field: str
    text: str
    other: str | None
    by: str


class Draft:
    """Collects one step: what is read is kept, so that edits of a step see each other.

    ``fresh``: the filing is made in this very step, there is nothing to read. ``kept``: what of it
    nobody may change.
    """

    def __init__(
        self, tx: Action, filing: Row, *, fresh: bool = False, kept: Registered = NOTHING
    ) -> None:
        self.tx = tx
        self.filing = filing
        self.fresh = fresh
        self.kept = kept
        self.form, self.program = form_in(tx.store, filing["form"])
        self.collisions: list[Collision] = []
        self._was: dict[tuple[str, str], tuple[Any, ...] | None] = {}
        self._now: dict[tuple[str, str], tuple[Any, ...] | None] = {}
        self._cells: dict[str, list[str]] = {}
        """Key of a row -> keys of its cells that were read."""
        self._box: Box | None = None
        self._added: set[str] = set()

    def do(self, edit: Edit) -> None:
        """Raises ``no-such-field``, ``no-such-section``, ``row-gone``, ``cell-disputed``;
        ``registered``, ``registered-row`` for what is kept.
        """
        if isinstance(edit, Put):
            self.put(edit)
        elif isinstance(edit, Add):
            self.add(edit)
        else:
            self.drop(edit.row)

    def put(self, put: Put) -> None:
        """Write into a cell, or beside what another hand has written there meanwhile."""
        field = self.field(put.row, put.field, put.text)
        text = clean(put.text, multiline=True)
        if len(text) > LONGEST:
            raise Refused("text-long", field=put.field, longest=LONGEST)
        key = self.key(put.row, put.field)
        cell = self._read(CELL, key, COLUMNS) or NONE
        there = self.text(cell)
        if text == there:
            return
        if (put.row, put.field) in self.kept.cells:
            raise Refused("registered", field=put.field, name=field, row=put.row)
        other, by = self.other(cell), cell[4]
        if there == put.was or self._mine(key) or there == clean(put.was, multiline=True):
            # Whoever types what the other hand typed has decided.
            kept = NONE[2:] if other == text else cell[2:]
            self._write(key, (*self._held(field, text), *kept))
            return
        if by is not None and by != self.tx.actor and other != text:
            raise Refused("cell-disputed", field=put.field, typed=text, row=put.row, by=by)
        if other != text:
            by = self.tx.actor
            self._write(key, (*cell[:2], *self._beside(field, text), by))
        self.collisions.append(Collision(put.row, put.field, there, text, str(by)))

    def add(self, add: Add) -> None:
        """Make a row; one that is there already stays."""
        section = self.program.layout.sections.get(add.section)
        if section is None or not section.repeat or not add.row or "/" in add.row:
            raise Refused("no-such-section", field="section", section=add.section)
        key = self.key(add.row)
        if self._read(ROW, key, ROW_COLUMNS) is None:
            if add.section in self.kept.tables:
                raise Refused("registered-row", field=add.section, name=section)
            self._now[ROW, key] = (self.filing["id"], add.section, add.place)
            if self._was[ROW, key] is None:
                self._added.add(add.row)

    def drop(self, row: str) -> None:
        """Take a row out with its cells; one that is gone already is as wanted."""
        key = self.key(row)
        there = self._read(ROW, key, ROW_COLUMNS)
        if there is None:
            return
        if row in self.kept.rows:
            section = self.program.layout.sections[there[1]]
            raise Refused("registered-row", field=section.id, name=section, row=row)
        if row not in self._added:
            sql = f"SELECT id, {', '.join(COLUMNS)} FROM {CELL} WHERE {OF}"
            for found, *cell in self.tx.db.execute(sql, (key,)).fetchall():
                self._keep(CELL, found, tuple(cell))
        for cell_key in self._cells.get(key, ()):
            self._now[CELL, cell_key] = None
        self._now[ROW, key] = None
        self._added.discard(row)

    def settle(self, row: str, field_id: str, take: str) -> None:
        """End a disagreement: ``own`` keeps what stands in the cell, ``other`` takes the other
        text, everything else is a text that both give way to. Raises ``nothing-to-settle``.
        """
        field = self.field(row, field_id, "")
        key = self.key(row, field_id)
        cell = self._read(CELL, key, COLUMNS) or NONE
        if cell[4] is None:
            raise Refused("nothing-to-settle", field=field_id)
        if take == "own":
            held = cell[:2]
        else:
            text = self.other(cell) or "" if take == "other" else clean(take, multiline=True)
            held = self._held(field, text)
        self._write(key, (*held, *NONE[2:]))

    def expect(self, table: str, keys: Iterable[str]) -> None:
        """Read at once what is going to be turned."""
        wanted = [key for key in keys if (table, key) not in self._was]
        sql = f"SELECT id, {', '.join(_NAMES[table])} FROM {table} WHERE id IN {GIVEN}"
        rows = self.tx.db.execute(sql, (json.dumps(wanted),))
        there = {key: tuple(row) for key, *row in rows}
        for key in wanted:
            self._keep(table, key, there.get(key))

    def turn(self, table: str, key: str, left: Row | None, back: Row | None) -> bool:
        """One change of an earlier step turned round; False when all is not as that left it."""
        names = _NAMES[table]
        if self._read(table, key, names) != _whole(names, left):
            return False
        self._now[table, key] = _whole(names, back)
        return True

    @property
    def set(self) -> list[Change]:
        """The changes, in the order in which they have to be applied."""
        found: list[Change] = []
        last: list[Change] = []
        for (table, key), now in self._now.items():
            was = self._was[table, key]
            if was == now:
                continue
            names = _NAMES[table]
            change = (table, key, *_told(names, was, now))
            # A row goes after its cells, so that it comes back before them.
            (last if table == ROW and now is None else found).append(change)
        return found + last

    # -- inside

    def key(self, row: str, field: str | None = None) -> str:
        """The id of a row or of a cell."""
        key = f"{self.filing['id']}/{row}"
        return key if field is None else f"{key}/{field}"

    def field(self, row: str, field_id: str, typed: str) -> Field:
        """The field of a cell that can be written, in a row that is there."""
        field = self.program.layout.fields.get(field_id)
        if field is None or not field.typed or field.via:
            raise Refused("no-such-field", field=field_id, name=field_id)
        section = field.section
        if row == SINGLE:
            if self.program.layout.sections[section].repeat:
                raise Refused("row-gone", field=field_id, typed=typed, row=row)
            return field
        found = self._read(ROW, self.key(row), ROW_COLUMNS)
        if found is None or found[1] != section:
            raise Refused("row-gone", field=field_id, typed=typed, row=row)
        return field

    def text(self, cell: tuple[Any, ...]) -> str:
        """What stands in a cell."""
        return cell[0] or "" if cell[1] is None else self._open(cell[1])

    def other(self, cell: tuple[Any, ...]) -> str | None:
        """What another hand typed over it; None when nobody did."""
        if cell[3] is not None:
            return self._open(cell[3])
        return None if cell[2] is None else str(cell[2])

    def _mine(self, key: str) -> bool:
        """Whether this very step has written the cell already."""
        return (CELL, key) in self._now

    def _read(self, table: str, key: str, names: tuple[str, ...]) -> tuple[Any, ...] | None:
        at = (table, key)
        if at in self._now:
            return self._now[at]
        if at not in self._was:
            found = None
            if not self.fresh and not self._in_new_row(key):
                sql = f"SELECT {', '.join(names)} FROM {table} WHERE id = ?"
                found = self.tx.db.execute(sql, (key,)).fetchone()
            self._keep(table, key, None if found is None else tuple(found))
        return self._was[at]

    def _keep(self, table: str, key: str, found: tuple[Any, ...] | None) -> None:
        """Remember what is there before this step."""
        if (table, key) not in self._was:
            self._was[table, key] = found
            if table == CELL:
                self._cells.setdefault(key.rpartition("/")[0], []).append(key)

    def _in_new_row(self, key: str) -> bool:
        return bool(self._added) and key.split("/", 2)[1] in self._added

    def _write(self, key: str, cell: tuple[Any, ...]) -> None:
        self._now[CELL, key] = None if cell == NONE else cell

    def _held(self, field: Field, text: str) -> tuple[str | None, str | None]:
        """``value`` and ``sealed`` of a text."""
        if not text:
            return None, None
        return (None, self._seal(text)) if self._secret(field, text) else (text, None)

    def _beside(self, field: Field, text: str) -> tuple[str | None, str | None]:
        """``other`` and ``other_sealed``: an empty text is one too."""
        return (None, self._seal(text)) if self._secret(field, text) else (text, None)

    def _secret(self, field: Field, text: str) -> bool:
        """Whether a text is sealed. Who is named by a row of the form is nobody's data; what else
        stands there is somebody's name or number.
        """
        if field.type is Type.PERSON and text:
            return field.personal or self._read(ROW, self.key(text), ROW_COLUMNS) is None
        return field.personal

    def _seal(self, text: str) -> str:
        return self._key().seal({"v": text})

    def _open(self, sealed: str) -> str:
        return unsealed(self._key(), sealed)

    def _key(self) -> Box:
        if self._box is None:
            self._box = self.tx.box(self.filing["id"])
        return self._box


def unsealed(box: Box | None, sealed: str) -> str:
    """The text of a sealed cell; empty when the filing's key was destroyed."""
    return (opened(box, sealed) or {}).get("v", "")


def _told(
    names: tuple[str, ...], was: tuple[Any, ...] | None, now: tuple[Any, ...] | None
) -> tuple[Row | None, Row | None]:
    """Both sides of a change. Columns left out are null on both, so that who turns it round
    knows the whole row.
    """
    if was is None or now is None:
        return _filled(names, was), _filled(names, now)
    both = zip(names, was, now, strict=True)
    told = [one for one in both if one[1] is not None or one[2] is not None]
    return {name: before for name, before, _ in told}, {name: after for name, _, after in told}


def _filled(names: tuple[str, ...], side: tuple[Any, ...] | None) -> Row | None:
    if side is None:
        return None
    return {name: value for name, value in zip(names, side, strict=True) if value is not None}


def _whole(names: tuple[str, ...], side: Row | None) -> tuple[Any, ...] | None:
    """All columns of one side; None: there is nothing."""
    found = None if side is None else tuple(map(side.get, names))
    return None if found == NONE[: len(names)] else found


def filing_row(store: Store, key: str, *, open_only: bool = False) -> Row:
    """A filing by its id or its number. Raises ``no-such-filing``; ``filing-closed`` when only an
    open one will do.
    """
    row = store.row("SELECT * FROM filing WHERE id = ?", key)
    if row is None:
        row = store.row("SELECT * FROM filing WHERE number = ?", key)
    if row is None:
        raise Refused("no-such-filing", field="filing", filing=key)
    if open_only and row["state"] != FILLING:
        raise Refused("filing-closed", number=row["number"], closed=row["reason"])
    return row
