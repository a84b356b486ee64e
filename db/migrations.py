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

STEPS = (
    "m001_log_and_queue",
    "m002_hall",
    "m003_form",
    "m004_review",
    "m005_certificates",
    "m006_hub",
)
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

# What step 4 adds: checklists, flow and calendar, and the review of cases.
_REVIEW = (
    """CREATE TABLE edition (id TEXT PRIMARY KEY, kind TEXT, name TEXT, version TEXT, sha256
        TEXT, published_at INTEGER, body TEXT) STRICT""",
    """CREATE TABLE case_file (id TEXT PRIMARY KEY, number TEXT, day TEXT, item TEXT, checklist
        TEXT, flow TEXT, filing TEXT, visit TEXT, leg TEXT, source TEXT, kind TEXT, state TEXT,
        since INTEGER, round INTEGER, title TEXT, find TEXT, person TEXT, name_token TEXT,
        answers TEXT, sealed TEXT, opened_by TEXT, opened_at INTEGER, received_at INTEGER,
        accepted_at INTEGER, decided_at INTEGER, closed_at INTEGER, agent TEXT, firm TEXT,
        waiting_on TEXT, promised_at INTEGER, holder TEXT, holder_window TEXT, lease_until
        INTEGER, tolerant INTEGER, notices INTEGER, urged INTEGER, escalated INTEGER) STRICT""",
    """CREATE TABLE material (id TEXT PRIMARY KEY, case_file TEXT, no INTEGER, state TEXT, form
        TEXT, medium TEXT, copies INTEGER, round INTEGER, reasons TEXT, note TEXT, by TEXT, at
        INTEGER, checked_by TEXT, checked_at INTEGER) STRICT""",
    """CREATE TABLE attachment (id TEXT PRIMARY KEY, case_file TEXT, no INTEGER, sha256 TEXT,
        size INTEGER, media TEXT, sealed TEXT, by TEXT, at INTEGER, removed_at INTEGER) STRICT""",
    """CREATE TABLE deficiency (id TEXT PRIMARY KEY, case_file TEXT, round INTEGER, source
        TEXT, ref TEXT, code TEXT, sealed TEXT, opened_by TEXT, opened_at INTEGER, closed_by
        TEXT, closed_at INTEGER, paper TEXT) STRICT""",
    """CREATE TABLE paper (id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, number TEXT, copies
        INTEGER, sealed TEXT, sha256 TEXT, template TEXT, stamped INTEGER, by TEXT, at INTEGER,
        day TEXT, printed INTEGER, delivered_at INTEGER, delivered_by TEXT, delivery TEXT,
        receipt TEXT) STRICT""",
    """CREATE TABLE promise (id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, no INTEGER, due
        TEXT, state TEXT, by TEXT, at INTEGER, closed_by TEXT, closed_at INTEGER, reminded_at
        INTEGER, sealed TEXT) STRICT""",
    """CREATE TABLE review_task (id TEXT PRIMARY KEY, case_file TEXT, department TEXT, lead
        INTEGER, state TEXT, round INTEGER, sent_at INTEGER, due TEXT, by TEXT, done_at INTEGER,
        sealed TEXT, urged INTEGER, urged_at INTEGER) STRICT""",
    """CREATE TABLE clock (id TEXT PRIMARY KEY, case_file TEXT, timer TEXT, state TEXT,
        started_at INTEGER, start TEXT, count INTEGER, unit TEXT, pauses TEXT, due TEXT, due_at
        INTEGER, provisional INTEGER, calendar TEXT, ended_at INTEGER) STRICT""",
    """CREATE TABLE case_note (id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, by TEXT, at
        INTEGER, to_whom TEXT, sealed TEXT, due TEXT, done_by TEXT, done_at INTEGER) STRICT""",
    "CREATE INDEX edition_newest ON edition (kind, name, published_at)",
    "CREATE UNIQUE INDEX case_file_number ON case_file (number)",
    "CREATE INDEX case_file_open ON case_file (state, since) WHERE closed_at IS NULL",
    "CREATE INDEX case_file_agent ON case_file (agent, since) WHERE closed_at IS NULL",
    "CREATE INDEX case_file_visit ON case_file (visit) WHERE visit IS NOT NULL",
    "CREATE INDEX case_file_filing ON case_file (filing) WHERE filing IS NOT NULL",
    "CREATE INDEX case_file_person ON case_file (person) WHERE person IS NOT NULL",
    "CREATE INDEX case_file_named ON case_file (name_token) WHERE name_token IS NOT NULL",
    "CREATE INDEX case_file_find ON case_file (since, find, id)",
    "CREATE INDEX deficiency_open ON deficiency (case_file) WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX paper_number ON paper (number)",
    "CREATE INDEX promise_open ON promise (due) WHERE state = 'open'",
    "CREATE INDEX review_task_open ON review_task (department, due) WHERE done_at IS NULL",
    "CREATE INDEX clock_running ON clock (due, timer, state, count, unit) WHERE ended_at IS NULL",
    "CREATE INDEX case_note_open ON case_note (to_whom, at) WHERE done_at IS NULL",
    "CREATE INDEX deficiency_at ON deficiency (opened_at)",
    "CREATE INDEX case_file_holder ON case_file (holder, since) WHERE closed_at IS NULL",
    "CREATE INDEX paper_day ON paper (day, kind)",
    "CREATE INDEX promise_at ON promise (at)",
    "CREATE INDEX clock_ended ON clock (ended_at) WHERE ended_at IS NOT NULL",
)


# What step 5 adds: certificates, the bodies of their codes, blank sheets.
_CERTIFICATES = (
    """CREATE TABLE certificate (id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, edition
        TEXT, scheme TEXT, code TEXT, version INTEGER, reason TEXT, replaces TEXT, together
        TEXT, state TEXT, since INTEGER, day TEXT, lacks TEXT, sealed TEXT, sha256 TEXT,
        approved_by TEXT, approved_at INTEGER, assigned_by TEXT, assigned_at INTEGER,
        sealed_by TEXT, sealed_at INTEGER, ready_at INTEGER, pickup TEXT, handed_by TEXT,
        handed_at INTEGER, delivery TEXT, receipt TEXT, ended TEXT, ended_by TEXT, ended_at
        INTEGER) STRICT""",
    """CREATE TABLE certificate_copy (id TEXT PRIMARY KEY, case_file TEXT, certificate TEXT,
        copy TEXT, no INTEGER, state TEXT, since INTEGER, mode TEXT, layout TEXT, stock TEXT,
        sheet TEXT, job TEXT, window TEXT, printer TEXT, sealed TEXT, sha256 TEXT, pdf_sha256
        TEXT, printed_by TEXT, printed_at INTEGER, confirmed_by TEXT, confirmed_at INTEGER,
        reason TEXT, again TEXT) STRICT""",
    """CREATE TABLE certificate_change (id TEXT PRIMARY KEY, case_file TEXT, certificate
        TEXT, kind TEXT, reason TEXT, count INTEGER, sealed TEXT, by TEXT, at INTEGER, state
        TEXT, done_by TEXT, done_at INTEGER, made TEXT) STRICT""",
    """CREATE TABLE code_segment (id TEXT PRIMARY KEY, scheme TEXT, first TEXT, last TEXT,
        chars TEXT, size INTEGER, next INTEGER, windows TEXT, source TEXT, year INTEGER,
        device TEXT, by TEXT, at
        INTEGER, closed_by TEXT, closed_at INTEGER, reason TEXT) STRICT""",
    """CREATE TABLE code_block (id TEXT PRIMARY KEY, segment TEXT, scheme TEXT, window TEXT,
        start INTEGER, size INTEGER, used INTEGER, device TEXT,
        by TEXT, at INTEGER, closed_by TEXT,
        closed_at INTEGER, reason TEXT) STRICT""",
    """CREATE TABLE code (id TEXT PRIMARY KEY, scheme TEXT, block TEXT, place INTEGER, state
        TEXT, certificate TEXT, window TEXT, by TEXT, at INTEGER, void_by TEXT, void_at
        INTEGER, reason TEXT) STRICT""",
    """CREATE TABLE sheet_range (id TEXT PRIMARY KEY, stock TEXT, first INTEGER, last
        INTEGER, window TEXT, source TEXT, by TEXT, at INTEGER, day TEXT, gone_at INTEGER)
        STRICT""",
    """CREATE TABLE sheet (id TEXT PRIMARY KEY, stock TEXT, serial INTEGER, window TEXT,
        state TEXT, copy TEXT, by TEXT, at INTEGER, day TEXT, reason TEXT) STRICT""",
    """CREATE TABLE sheet_count (id TEXT PRIMARY KEY, day TEXT, window TEXT, stock TEXT,
        opening INTEGER, received INTEGER, given INTEGER, used INTEGER, spoiled INTEGER,
        expected INTEGER, counted INTEGER, note TEXT, by TEXT, at INTEGER) STRICT""",
    "CREATE INDEX certificate_code ON certificate (code) WHERE code IS NOT NULL",
    "CREATE INDEX certificate_open ON certificate (state, since) "
    "WHERE handed_at IS NULL AND ended_at IS NULL",
    "CREATE INDEX certificate_pickup ON certificate (pickup) WHERE pickup IS NOT NULL",
    "CREATE INDEX certificate_day ON certificate (day)",
    "CREATE INDEX certificate_kind ON certificate (kind) WHERE code IS NOT NULL",
    "CREATE INDEX certificate_copy_of ON certificate_copy (certificate)",
    "CREATE INDEX certificate_copy_job ON certificate_copy (job) WHERE state = 'printing'",
    "CREATE INDEX certificate_change_open ON certificate_change (at) WHERE done_at IS NULL",
    "CREATE UNIQUE INDEX code_place ON code (block, place) WHERE block IS NOT NULL",
    "CREATE INDEX code_of_certificate ON code (certificate)",
    "CREATE INDEX code_block_window ON code_block (window, scheme) WHERE closed_at IS NULL",
    "CREATE INDEX code_block_segment ON code_block (segment)",
    "CREATE INDEX sheet_held ON sheet_range (window, stock, first) WHERE gone_at IS NULL",
    "CREATE UNIQUE INDEX sheet_serial ON sheet (stock, serial)",
    "CREATE INDEX sheet_day ON sheet (window, day)",
    "CREATE UNIQUE INDEX sheet_counted ON sheet_count (window, stock, day)",
)

# What step 6 adds: what a store remembers of its hub, and of events that met others there.
_HUB = (
    "ALTER TABLE case_key ADD COLUMN sent_at INTEGER",
    "DROP INDEX leg_one_per_person",
    """CREATE INDEX leg_person ON leg (person, item) WHERE person IS NOT NULL
        AND state IN ('blocked', 'waiting', 'called', 'serving', 'held', 'passed', 'external')""",
    "CREATE TABLE link (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE placed (lsn INTEGER PRIMARY KEY, place INTEGER NOT NULL, mark BLOB NOT NULL,
        device TEXT NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
        UNIQUE (device, stream, seq)) STRICT""",
    """CREATE TABLE acked (device TEXT NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (device, stream)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE left_out (device TEXT NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
        changes TEXT, cause TEXT NOT NULL, PRIMARY KEY (device, stream, seq))
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE undo (device TEXT NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
        steps TEXT NOT NULL, PRIMARY KEY (device, stream, seq)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE block (id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
        first INTEGER NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL,
        epoch INTEGER NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE TABLE followed (stream TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID",
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

    @made(name="m004_review")
    def review(db: Database) -> None:
        db.execute("ALTER TABLE operator ADD COLUMN firm TEXT")
        for statement in _REVIEW:
            db.execute(statement)

    @made(name="m005_certificates")
    def certificates(db: Database) -> None:
        for statement in _CERTIFICATES:
            db.execute(statement)

    @made(name="m006_hub")
    def hub(db: Database) -> None:
        for statement in _HUB:
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
