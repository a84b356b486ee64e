"""The schema as version 1 had it, frozen: what the first step of `migrations` makes."""

from __future__ import annotations

STATEMENTS = (
    """CREATE TABLE meta ( key TEXT PRIMARY KEY, value TEXT NOT NULL ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE secret ( name TEXT PRIMARY KEY, value BLOB NOT NULL ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE case_key ( case_id TEXT PRIMARY KEY, key BLOB, destroyed_at INTEGER )
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE event ( pos INTEGER PRIMARY KEY, device TEXT NOT NULL, stream TEXT NOT
        NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER
        NOT NULL, subject TEXT NOT NULL, actor TEXT NOT NULL, window TEXT NOT NULL, at INTEGER
        NOT NULL, day TEXT NOT NULL, body BLOB NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT
        NULL, algorithm TEXT NOT NULL, UNIQUE (device, stream, seq) ) STRICT""",
    """CREATE TABLE hall (id TEXT PRIMARY KEY, version TEXT, published_at INTEGER, body TEXT)
        STRICT""",
    """CREATE TABLE operator (id TEXT PRIMARY KEY, name TEXT, role TEXT, verifier TEXT, state
        TEXT, must_change INTEGER, failed INTEGER, locked_until INTEGER, window TEXT,
        signed_in_at INTEGER) STRICT""",
    """CREATE TABLE window (id TEXT PRIMARY KEY, number INTEGER, zh TEXT, en TEXT, state TEXT,
        operator TEXT, since INTEGER, reason TEXT, leg TEXT, plan TEXT, emergency INTEGER,
        guarded INTEGER, resumes TEXT) STRICT""",
    """CREATE TABLE line (id TEXT PRIMARY KEY, day TEXT, line TEXT, issued INTEGER, calls
        INTEGER, due_run INTEGER) STRICT""",
    """CREATE TABLE visit (id TEXT PRIMARY KEY, day TEXT, number TEXT, state TEXT, opened_at
        INTEGER, closed_at INTEGER, reason TEXT, person TEXT, priority TEXT, proof TEXT,
        verified_by TEXT, slot INTEGER, source TEXT, sealed TEXT) STRICT""",
    """CREATE TABLE leg (id TEXT PRIMARY KEY, visit TEXT, day TEXT, number TEXT, item TEXT,
        line TEXT, person TEXT, after TEXT, state TEXT, ver INTEGER, lane TEXT, order_at
        INTEGER, turn INTEGER, ticket_at INTEGER, ready_at INTEGER, eligible_at INTEGER,
        eligible_call INTEGER, window TEXT, operator TEXT, since INTEGER, attempts INTEGER,
        last_call_at INTEGER, reinstated INTEGER, timer_at INTEGER, return_window TEXT,
        reserved_for TEXT, reason TEXT, doubted_at INTEGER, confirmed_at INTEGER, closed_at
        INTEGER) STRICT""",
    """CREATE TABLE attempt (id TEXT PRIMARY KEY, leg TEXT, day TEXT, number TEXT, line TEXT,
        item TEXT, window TEXT, operator TEXT, at INTEGER, attempt INTEGER, band TEXT, why TEXT,
        policy TEXT, chosen TEXT, outcome TEXT) STRICT""",
    """CREATE TABLE period (id TEXT PRIMARY KEY, leg TEXT, day TEXT, line TEXT, item TEXT, kind
        TEXT, window TEXT, operator TEXT, started_at INTEGER, ended_at INTEGER, estimated
        INTEGER) STRICT""",
    """CREATE TABLE handover (id TEXT PRIMARY KEY, window TEXT, given_by TEXT, taken_by TEXT,
        at INTEGER, note TEXT, listed TEXT) STRICT""",
    """CREATE UNIQUE INDEX leg_one_per_window ON leg (window) WHERE state IN ('called',
        'serving')""",
    """CREATE UNIQUE INDEX leg_one_per_visit ON leg (visit) WHERE state IN ('called',
        'serving')""",
    """CREATE UNIQUE INDEX leg_one_per_person ON leg (person, item) WHERE person IS NOT NULL
        AND state IN ('blocked', 'waiting', 'called', 'serving', 'held', 'passed', 'external')""",
    """CREATE INDEX leg_waiting ON leg (day, line, lane, order_at, turn) WHERE state =
        'waiting'""",
    """CREATE INDEX leg_returning ON leg (return_window, ready_at) WHERE state = 'waiting' AND
        return_window IS NOT NULL""",
    """CREATE INDEX leg_reserved ON leg (reserved_for, ready_at) WHERE state = 'waiting' AND
        reserved_for IS NOT NULL""",
    """CREATE INDEX leg_timed ON leg (timer_at) WHERE timer_at IS NOT NULL""",
    """CREATE INDEX leg_visit ON leg (visit)""",
    """CREATE INDEX leg_held ON leg (state, day) WHERE state IN ('held', 'passed', 'external')""",
    """CREATE UNIQUE INDEX visit_number ON visit (day, number)""",
    """CREATE INDEX period_measured ON period (line, ended_at) WHERE kind = 'service' AND
        estimated = 0 AND ended_at IS NOT NULL""",
)
