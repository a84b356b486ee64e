"""The schema as a store really has it, told so that two of them can be compared."""

from __future__ import annotations

from functools import cache

from db import schema
from db.driver import sqlite

Shape = dict[str, str]
"""``table leg``, ``index leg_visit`` -> what it is made of."""


def shape(db: sqlite.Connection) -> Shape:
    """Tables with their columns, and indexes; sqlite's own and the record of steps left out.

    A table is told by its columns and not by its SQL: a step that adds a column leaves another
    text than a new store has. Raises the driver's error.
    """
    found: Shape = {}
    # The temporary schema would be listed too.
    for name, strict, keyed in db.execute(
        "SELECT name, strict, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).fetchall():
        if not name.startswith(("sqlite_", "_sqlite")):
            columns = db.execute(
                'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', (name,)
            ).fetchall()
            found[f"table {name}"] = f"strict={strict} wr={keyed} {columns}"
    for name, table, sql in db.execute(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall():
        if not table.startswith("_sqlite"):
            found[f"index {name}"] = " ".join(sql.split())
    for name, kind in db.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('trigger', 'view')"
    ).fetchall():
        found[f"{kind} {name}"] = kind
    return found


@cache
def wanted() -> Shape:
    """The shape of a new store."""
    db = sqlite.connect(":memory:", isolation_level=None)
    try:
        for statement in schema.statements():
            db.execute(statement)
        return shape(db)
    finally:
        db.close()
