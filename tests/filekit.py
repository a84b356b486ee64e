"""A small form, and a hall in which it is filed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from db.store import Row, Store
from hallclient.actions import filing_edit, filing_undo, filing_view, filings, forms
from hallclient.actions.acting import Actor
from hallclient.actions.filing_edit import Outcome
from hallclient.actions.filing_view import Opened
from hallclient.rules.form.edits import SINGLE, STEP, Add, Edit, Put
from hallclient.rules.form.spec import (
    Department,
    Field,
    Form,
    Level,
    Option,
    Rule,
    Section,
    Type,
)
from tests.hallkit import ADMINISTRATOR, AGENT, Kit, clerk

ONE, TWO = clerk(1), clerk(2)
__all__ = ["ADMINISTRATOR", "AGENT", "ONE", "SINGLE", "TWO", "Add", "Filing", "Put", "small_form"]


def _field(key: str, section: str, kind: Type = Type.TEXT, **more: Any) -> Field:
    return Field(key, section, key, key, kind, **more)


def small_form(version: str = "1", **more: Any) -> Form:
    """A company, the persons in it, who holds what, where it works.

    ``name`` and ``capital`` go to both departments, ``phone`` and ``clerk_seen`` to one.
    """
    both = ("reg", "tax")
    company = Section(
        "company",
        "company",
        "company",
        (
            _field("name", "company", required="true", departments=both),
            _field("kind", "company", Type.CHOICE, choices="kind", default="llc"),
            _field("capital", "company", Type.MONEY, required="true", departments=both),
            _field("phone", "company", Type.TEXT, personal=True, departments=("tax",)),
            _field("remark", "company", copy_last=False),
            _field("clerk_seen", "company", Type.BOOL, clerk=True, departments=("reg",)),
            _field("twice", "company", Type.MONEY, calculation="capital * 2"),
        ),
    )
    persons = Section(
        "persons",
        "persons",
        "persons",
        (
            _field("p_name", "persons", personal=True),
            _field("p_phone", "persons", personal=True),
            _field("p_town", "persons"),
        ),
        repeat=True,
    )
    holders = Section(
        "holders",
        "holders",
        "holders",
        (
            _field("holder", "holders", Type.PERSON),
            _field("h_name", "holders", via="holder", of="p_name", personal=True),
            _field("h_sub", "holders", Type.MONEY, departments=("reg",)),
            _field("h_way", "holders", default="cash"),
        ),
        repeat=True,
    )
    rules = (
        Rule(
            "sum",
            Level.BLOCK,
            "capital",
            "sum(h_sub) == capital",
            "{sum}",
            "{sum}",
            values={"sum": "sum(h_sub)"},
            override=("supervisor",),
        ),
        Rule("short", Level.WARN, "name", "length(name) > 2", "short", "short"),
        Rule("no-a", Level.BLOCK, "name", "not starts(name, 'a')", "a", "a"),
        Rule("hint", Level.INFO, "name", "length(name) > 3", "hint", "hint"),
    )
    return Form(
        "small",
        version,
        "small",
        "small",
        (company, persons, holders),
        rules,
        (Department("reg", "reg", "reg"), Department("tax", "tax", "tax", target="tax.1")),
        {"kind": (Option("llc", "llc", "llc"), Option("jsc", "jsc", "jsc"))},
        roster="persons",
        **more,
    )


class Filing:
    """One filing of the small form in a hall of its own, and short words for what is done."""

    def __init__(self, folder: Path, *, by: Actor = AGENT, **begin: Any) -> None:
        self.kit = Kit(folder)
        self.store = self.kit.store
        forms.publish(self.store, ADMINISTRATOR, small_form())
        self.row = filings.new(self.store, by, "small", **begin)
        self.id: str = self.row["id"]

    def close(self) -> None:
        self.kit.close()

    def edit(self, who: Actor, *edits: Edit, **more: Any) -> Outcome:
        return filing_edit.edit(self.store, who, self.id, edits, **more)

    def put(self, who: Actor, field: str, text: str, was: str = "", row: str = SINGLE) -> Outcome:
        return self.edit(who, Put(row, field, text, was))

    def add(self, who: Actor, section: str, *, nth: int = 1) -> str:
        row = self.store.env.new_id()
        self.edit(who, Add(section, row, nth * STEP))
        return row

    def undo(self, who: Actor) -> None:
        filing_undo.undo(self.store, who, self.id)

    def redo(self, who: Actor) -> None:
        filing_undo.redo(self.store, who, self.id)

    def open(self, who: Actor = AGENT) -> Opened:
        return filing_view.open_filing(self.store, who, self.id)

    def text(self, field: str, row: str = SINGLE) -> str:
        return self.open().state.text(row, field)

    def cells(self) -> dict[tuple[str, str], str]:
        """Everything that stands in the filing: (row, field) -> text."""
        return {(row, field): text for row, field, text in self.open().state.cells()}

    def rows(self, section: str) -> list[str]:
        return self.open().state.rows(section)

    def events(self) -> list[Row]:
        sql = "SELECT * FROM event WHERE stream = ? ORDER BY pos"
        return self.store.rows(sql, f"case:{self.id}")

    def kinds(self) -> list[str]:
        return [row["kind"] for row in self.events()]


def rows_of(store: Store, ids: Sequence[str]) -> list[Row]:
    """Filings by their ids."""
    return [row for key in ids for row in store.rows("SELECT * FROM filing WHERE id = ?", key)]
