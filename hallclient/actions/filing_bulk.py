"""Many filings at once (批量申报): one applicant, one list, a filing for each of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.filing_cells import Draft, filing_row
from hallclient.actions.filing_registered import origin_of
from hallclient.actions.filing_view import load
from hallclient.actions.filings import made, row_of
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Add, Edit, Put
from hallclient.rules.form.program import Program
from hallclient.rules.form.state import State
from hallclient.rules.form.values import canonical


def bulk(store: Store, who: Actor, filing: str, table: Sequence[Mapping[str, str]]) -> list[Row]:
    """Make a filing for each line: a copy of an open one, with what the line says instead.

    A line is field -> text as typed, of fields outside repeats (`rules.form.bulk` reads a list);
    what it leaves empty stays as copied. The form says which field differs in every line. Checks
    of the counter's are not copied. All of them are made, or none.

    Raises ``bulk-none`` (the form has none, or the list no line), ``bulk-blank`` and
    ``bulk-twice`` with the number of the line (from 1), ``no-such-field``, ``filing-disputed``,
    ``no-such-filing``, ``filing-closed``.
    """
    with acting(store, who, "form.new") as tx:
        source = filing_row(store, filing, open_only=True)
        found = load(store, source)
        if found.collisions:
            count = len(found.collisions)
            raise Refused("filing-disputed", number=source["number"], count=count)
        lines = _lines(found.state.program, table)
        first = list(_copied(found.state))
        origin = origin_of(store, source)
        facts = {"origin": origin} if origin else {}
        rows = []
        for line in lines:
            copied = {name: source[name] for name in ("form", "item", "visit", "leg")}
            draft = Draft(tx, row_of(tx, **copied, copied_from=source["id"]), fresh=True)
            for edit in first:
                draft.do(edit)
            for name, text in line.items():
                draft.do(Put(SINGLE, name, text))
            rows.append(made(draft, **facts))
        return rows


def _lines(program: Program, table: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    form, fields = program.form, program.layout.fields
    if not form.bulk or not table:
        raise Refused("bulk-none", field="table", form=form.key)
    seen: dict[str, int] = {}
    lines = []
    for number, line in enumerate(table, 1):
        texts = {}
        for name, typed in line.items():
            field = fields.get(name)
            if field is None:
                raise Refused("no-such-field", field=name, name=name)
            text = canonical(field, typed, form.dictionaries.get(field.choices, ()))
            if text:
                texts[name] = text
        key = texts.get(form.bulk, "")
        if not key:
            raise Refused("bulk-blank", field="table", line=number, name=fields[form.bulk])
        if key in seen:
            raise Refused("bulk-twice", field="table", line=number, first=seen[key])
        seen[key] = number
        lines.append(texts)
    return lines


def _copied(state: State) -> Iterator[Edit]:
    """A filing as the edits that make it; rows keep their ids, so that persons stay named."""
    for section in state.form.sections:
        if section.repeat:
            for row in state.rows(section.id):
                yield Add(section.id, row, state.place_of(row))
    for row, name, text in state.cells():
        if not state.field(name).clerk:
            yield Put(row, name, text)
