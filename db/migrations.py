"""Steps from one schema version to the next; a step, once released, is never changed.

`schema` holds the newest schema for new stores, so that making one needs no migration run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import schema, schema_001
from db.driver import sqlite

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

STEPS = ("m001_log_and_queue", "m002_hall", "m003_form")
"""Names of all steps, oldest first; as many as `schema.VERSION`."""

RECORD = (
    "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, "
    "applied_at TEXT)",
    "CREATE UNIQUE INDEX idx__sqlite_migrations_migration_set_name "
    "ON _sqlite_migrations (migration_set, name)",
)
SET = "hallclient"

# What step 2 adds: bookings, duty, signals, alarms, the business day. Frozen like every step.
_HALL_COLUMNS = {
    "line": ("slot INTEGER", "slot_issued INTEGER", "stopped_at INTEGER"),
    "visit": (
        "booking TEXT",
        "claimed TEXT",
        "ahead INTEGER",
        "promised_low INTEGER",
        "promised_high INTEGER",
    ),
}
_HALL = (
    """CREATE TABLE booking (id TEXT PRIMARY KEY, day TEXT, slot INTEGER, until INTEGER,
        item TEXT, line TEXT, person TEXT, phone TEXT, state TEXT, source TEXT, sent TEXT,
        seen TEXT, visit TEXT, imported_at INTEGER, since INTEGER, reason TEXT, sealed TEXT)
        STRICT""",
    """CREATE TABLE duty (id TEXT PRIMARY KEY, window TEXT, operator TEXT, day TEXT, kind TEXT,
        reason TEXT, started_at INTEGER, ended_at INTEGER) STRICT""",
    """CREATE TABLE signal (id TEXT PRIMARY KEY, day TEXT, kind TEXT, window TEXT, sender TEXT,
        reason TEXT, note TEXT, at INTEGER, answered_by TEXT, answered_at INTEGER,
        closed_at INTEGER) STRICT""",
    """CREATE TABLE alarm (id TEXT PRIMARY KEY, day TEXT, kind TEXT, line TEXT, window TEXT,
        value INTEGER, raised_at INTEGER, cleared_at INTEGER, seen_by TEXT, seen_at INTEGER)
        STRICT""",
    """CREATE TABLE business_day (id TEXT PRIMARY KEY, state TEXT, opened_by TEXT,
        opened_at INTEGER, checks TEXT, closed_by TEXT, closed_at INTEGER, listed TEXT,
        note TEXT, signed_by TEXT, signed_at INTEGER) STRICT""",
    "CREATE INDEX leg_blocked ON leg (day) WHERE state = 'blocked'",
    "CREATE INDEX booking_day ON booking (day, slot)",
    "CREATE INDEX booking_person ON booking (person, day) WHERE person IS NOT NULL",
    "CREATE INDEX booking_due ON booking (slot) WHERE state = 'booked'",
    "CREATE UNIQUE INDEX duty_open ON duty (window, kind) WHERE ended_at IS NULL",
    "CREATE INDEX duty_day ON duty (day)",
    "CREATE INDEX signal_open ON signal (window, at) WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX alarm_open ON alarm (kind, line, window) WHERE cleared_at IS NULL",
    "CREATE INDEX alarm_day ON alarm (day)",
)

# What step 3 adds: forms and what is filed with them.
_FORM = (
    """CREATE TABLE form (id TEXT PRIMARY KEY, form TEXT, version TEXT, sha256 TEXT,
        published_at INTEGER, body TEXT) STRICT""",
    """CREATE TABLE filing (id TEXT PRIMARY KEY, number TEXT, day TEXT, form TEXT, item TEXT,
        visit TEXT, leg TEXT, state TEXT, made_by TEXT, made_at INTEGER, copied_from TEXT,
        done_by TEXT, done_at INTEGER, reason TEXT) STRICT""",
    """CREATE TABLE form_row (id TEXT PRIMARY KEY, filing TEXT, section TEXT, place INTEGER)
        STRICT""",
    """CREATE TABLE form_cell (id TEXT PRIMARY KEY, value TEXT, sealed TEXT, other TEXT,
        other_sealed TEXT, other_by TEXT) STRICT""",
    """CREATE TABLE form_override (id TEXT PRIMARY KEY, filing TEXT, rule TEXT, row TEXT,
        reason TEXT, seen TEXT, role TEXT, by TEXT, at INTEGER) STRICT""",
    """CREATE TABLE form_extract (id TEXT PRIMARY KEY, filing TEXT, department TEXT, n INTEGER,
        target TEXT, sha256 TEXT, before TEXT, sealed TEXT, by TEXT, at INTEGER) STRICT""",
    "CREATE UNIQUE INDEX filing_number ON filing (number)",
    "CREATE INDEX filing_open ON filing (made_at) WHERE state = 'filling'",
    "CREATE INDEX filing_visit ON filing (visit) WHERE visit IS NOT NULL",
    "CREATE INDEX filing_form ON filing (form, made_by, made_at)",
)


def migrations() -> Migrations:
    """The migration set, built when it is needed: sqlite-utils takes 70 ms to import."""
    from sqlite_utils.migrations import Migrations

    made = Migrations(SET)

    @made(name="m001_log_and_queue")
    def log_and_queue(db: Database) -> None:
        for statement in schema_001.STATEMENTS:
            db.execute(statement)

    @made(name="m002_hall")
    def hall(db: Database) -> None:
        for table, columns in _HALL_COLUMNS.items():
            for column in columns:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
        for statement in _HALL:
            db.execute(statement)

    @made(name="m003_form")
    def form(db: Database) -> None:
        for statement in _FORM:
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
