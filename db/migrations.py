"""Steps from one schema version to the next; a step, once released, is never changed.

`schema` holds the newest schema for new stores, so that making one needs no migration run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import schema
from db.driver import sqlite

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

STEPS = ("m001_log_and_queue",)
"""Names of all steps, oldest first; as many as `schema.VERSION`."""

RECORD = (
    "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, "
    "applied_at TEXT)",
    "CREATE UNIQUE INDEX idx__sqlite_migrations_migration_set_name "
    "ON _sqlite_migrations (migration_set, name)",
)
SET = "hallclient"


def migrations() -> Migrations:
    """The migration set, built when it is needed: sqlite-utils takes 70 ms to import."""
    from sqlite_utils.migrations import Migrations

    made = Migrations(SET)

    @made(name="m001_log_and_queue")
    def log_and_queue(db: Database) -> None:
        for statement in schema.statements():
            db.execute(statement)

    return made


def create(connection: sqlite.Connection, at: str) -> None:
    """The newest schema in an empty file, with every step recorded as done at ``at``."""
    for statement in (*schema.statements(), *RECORD):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
        [(SET, step, at) for step in STEPS],
    )
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {schema.VERSION}")


def migrate(connection: sqlite.Connection) -> list[str]:
    """Run the steps that are missing; return their names. Raises the driver's error."""
    from sqlite_utils import Database

    wanted = migrations()
    database = Database(connection, execute_plugins=False)
    missing = [step.name for step in wanted.pending(database)]
    wanted.apply(database)
    connection.execute(f"PRAGMA user_version = {schema.VERSION}")
    return missing
