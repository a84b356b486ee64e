"""The tables: the log, what is kept beside it, and the projections made from it.

`migrations` builds the same schema step by step; a test holds the two against each other.
"""

from __future__ import annotations

APPLICATION_ID = 0x48414C43  # "HALC" in the file's header: this is a hallclient store
VERSION = 6
"""``PRAGMA user_version`` of the schema below."""

LOG = (
    """CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # The hall's own secrets: never an event, never exported.
    """CREATE TABLE secret (
        name TEXT PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # One key per case, apart from the log: without it the sealed fields of the case are noise.
    """CREATE TABLE case_key (
        case_id TEXT PRIMARY KEY,
        key BLOB,
        destroyed_at INTEGER,
        sent_at INTEGER
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE event (
        pos INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        stream TEXT NOT NULL,
        seq INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        kind TEXT NOT NULL,
        version INTEGER NOT NULL,
        subject TEXT NOT NULL,
        actor TEXT NOT NULL,
        window TEXT NOT NULL,
        at INTEGER NOT NULL,
        day TEXT NOT NULL,
        body BLOB NOT NULL,
        prev_hash BLOB NOT NULL,
        hash BLOB NOT NULL,
        algorithm TEXT NOT NULL,
        UNIQUE (device, stream, seq)
    ) STRICT""",
    # What follows is empty without a hub. ``link``: what this store knows of its hub.
    """CREATE TABLE link (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Where the hub holds an event. One without a row here is in the tail, behind all that have.
    """CREATE TABLE placed (
        lsn INTEGER PRIMARY KEY,
        place INTEGER NOT NULL,
        mark BLOB NOT NULL,
        device TEXT NOT NULL,
        stream TEXT NOT NULL,
        seq INTEGER NOT NULL,
        UNIQUE (device, stream, seq)
    ) STRICT""",
    # Up to where the hub has said that it holds a stream of a device.
    """CREATE TABLE acked (
        device TEXT NOT NULL,
        stream TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (device, stream)
    ) STRICT, WITHOUT ROWID""",
    # Changes that were not made, because what they change had changed: NULL is all of an event's.
    """CREATE TABLE left_out (
        device TEXT NOT NULL,
        stream TEXT NOT NULL,
        seq INTEGER NOT NULL,
        changes TEXT,
        cause TEXT NOT NULL,
        PRIMARY KEY (device, stream, seq)
    ) STRICT, WITHOUT ROWID""",
    # How a tail event is taken back, where that is not just its own changes turned round.
    """CREATE TABLE undo (
        device TEXT NOT NULL,
        stream TEXT NOT NULL,
        seq INTEGER NOT NULL,
        steps TEXT NOT NULL,
        PRIMARY KEY (device, stream, seq)
    ) STRICT, WITHOUT ROWID""",
    # Numbers the hub has leased to this device alone.
    """CREATE TABLE block (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        first INTEGER NOT NULL,
        size INTEGER NOT NULL,
        used INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Streams that are read beside the open ones, and up to which place.
    """CREATE TABLE followed (
        stream TEXT PRIMARY KEY,
        place INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

OPEN_AT_WINDOW = "state IN ('called', 'serving')"
OPEN_LEG = "state IN ('blocked', 'waiting', 'called', 'serving', 'held', 'passed', 'external')"

TABLES: dict[str, str] = {
    "hall": "id TEXT PRIMARY KEY, version TEXT, published_at INTEGER, body TEXT",
    "operator": """id TEXT PRIMARY KEY, name TEXT, role TEXT, verifier TEXT, state TEXT,
        must_change INTEGER, failed INTEGER, locked_until INTEGER, window TEXT,
        signed_in_at INTEGER, firm TEXT""",
    "window": """id TEXT PRIMARY KEY, number INTEGER, zh TEXT, en TEXT, state TEXT,
        operator TEXT, since INTEGER, reason TEXT, leg TEXT, plan TEXT, emergency INTEGER,
        guarded INTEGER, resumes TEXT""",
    "line": """id TEXT PRIMARY KEY, day TEXT, line TEXT, issued INTEGER, calls INTEGER,
        due_run INTEGER, slot INTEGER, slot_issued INTEGER, stopped_at INTEGER""",
    "visit": """id TEXT PRIMARY KEY, day TEXT, number TEXT, state TEXT, opened_at INTEGER,
        closed_at INTEGER, reason TEXT, person TEXT, priority TEXT, proof TEXT,
        verified_by TEXT, slot INTEGER, source TEXT, sealed TEXT, booking TEXT, claimed TEXT,
        ahead INTEGER, promised_low INTEGER, promised_high INTEGER""",
    "leg": """id TEXT PRIMARY KEY, visit TEXT, day TEXT, number TEXT, item TEXT, line TEXT,
        person TEXT, after TEXT, state TEXT, ver INTEGER, lane TEXT, order_at INTEGER, turn INTEGER,
        ticket_at INTEGER, ready_at INTEGER, eligible_at INTEGER, eligible_call INTEGER,
        window TEXT, operator TEXT, since INTEGER, attempts INTEGER, last_call_at INTEGER,
        reinstated INTEGER, timer_at INTEGER, return_window TEXT, reserved_for TEXT,
        reason TEXT, doubted_at INTEGER, confirmed_at INTEGER, closed_at INTEGER""",
    "attempt": """id TEXT PRIMARY KEY, leg TEXT, day TEXT, number TEXT, line TEXT, item TEXT,
        window TEXT, operator TEXT, at INTEGER, attempt INTEGER, band TEXT, why TEXT,
        policy TEXT, chosen TEXT, outcome TEXT""",
    "period": """id TEXT PRIMARY KEY, leg TEXT, day TEXT, line TEXT, item TEXT, kind TEXT,
        window TEXT, operator TEXT, started_at INTEGER, ended_at INTEGER, estimated INTEGER""",
    "handover": """id TEXT PRIMARY KEY, window TEXT, given_by TEXT, taken_by TEXT, at INTEGER,
        note TEXT, listed TEXT""",
    "booking": """id TEXT PRIMARY KEY, day TEXT, slot INTEGER, until INTEGER, item TEXT, line TEXT,
        person TEXT, phone TEXT, state TEXT, source TEXT, sent TEXT, seen TEXT, visit TEXT,
        imported_at INTEGER, since INTEGER, reason TEXT, sealed TEXT""",
    "duty": """id TEXT PRIMARY KEY, window TEXT, operator TEXT, day TEXT, kind TEXT, reason TEXT,
        started_at INTEGER, ended_at INTEGER""",
    "signal": """id TEXT PRIMARY KEY, day TEXT, kind TEXT, window TEXT, sender TEXT, reason TEXT,
        note TEXT, at INTEGER, answered_by TEXT, answered_at INTEGER, closed_at INTEGER""",
    "alarm": """id TEXT PRIMARY KEY, day TEXT, kind TEXT, line TEXT, window TEXT, value INTEGER,
        raised_at INTEGER, cleared_at INTEGER, seen_by TEXT, seen_at INTEGER""",
    "business_day": """id TEXT PRIMARY KEY, state TEXT, opened_by TEXT, opened_at INTEGER,
        checks TEXT, closed_by TEXT, closed_at INTEGER, listed TEXT, note TEXT, signed_by TEXT,
        signed_at INTEGER""",
    "form": "id TEXT PRIMARY KEY, form TEXT, version TEXT, sha256 TEXT, published_at INTEGER, "
    "body TEXT",
    "filing": """id TEXT PRIMARY KEY, number TEXT, day TEXT, form TEXT, item TEXT, visit TEXT,
        leg TEXT, state TEXT, made_by TEXT, made_at INTEGER, copied_from TEXT, done_by TEXT,
        done_at INTEGER, reason TEXT""",
    # Ids of the next four begin with the filing's: filing/row, filing/row/field, ...
    "form_row": "id TEXT PRIMARY KEY, filing TEXT, section TEXT, place INTEGER",
    "form_cell": """id TEXT PRIMARY KEY, value TEXT, sealed TEXT, other TEXT, other_sealed TEXT,
        other_by TEXT""",
    "form_override": """id TEXT PRIMARY KEY, filing TEXT, rule TEXT, row TEXT, reason TEXT,
        seen TEXT, role TEXT, by TEXT, at INTEGER""",
    "form_extract": """id TEXT PRIMARY KEY, filing TEXT, department TEXT, n INTEGER, target TEXT,
        sha256 TEXT, before TEXT, sealed TEXT, by TEXT, at INTEGER""",
    # Checklists, the flow of cases, the calendar: what a hall publishes, each version for ever.
    "edition": """id TEXT PRIMARY KEY, kind TEXT, name TEXT, version TEXT, sha256 TEXT,
        published_at INTEGER, body TEXT""",
    "case_file": """id TEXT PRIMARY KEY, number TEXT, day TEXT, item TEXT, checklist TEXT,
        flow TEXT, filing TEXT, visit TEXT, leg TEXT, source TEXT, kind TEXT, state TEXT,
        since INTEGER, round INTEGER, title TEXT, find TEXT, person TEXT, name_token TEXT,
        answers TEXT, sealed TEXT, opened_by TEXT, opened_at INTEGER, received_at INTEGER,
        accepted_at INTEGER, decided_at INTEGER, closed_at INTEGER, agent TEXT, firm TEXT,
        waiting_on TEXT, promised_at INTEGER, holder TEXT, holder_window TEXT,
        lease_until INTEGER, tolerant INTEGER, notices INTEGER, urged INTEGER,
        escalated INTEGER""",
    # Ids of the next seven begin with the case's: case/m/no, case/f/n, case/d/n, ...
    "material": """id TEXT PRIMARY KEY, case_file TEXT, no INTEGER, state TEXT, form TEXT,
        medium TEXT, copies INTEGER, round INTEGER, reasons TEXT, note TEXT, by TEXT, at INTEGER,
        checked_by TEXT, checked_at INTEGER""",
    "attachment": """id TEXT PRIMARY KEY, case_file TEXT, no INTEGER, sha256 TEXT, size INTEGER,
        media TEXT, sealed TEXT, by TEXT, at INTEGER, removed_at INTEGER""",
    "deficiency": """id TEXT PRIMARY KEY, case_file TEXT, round INTEGER, source TEXT, ref TEXT,
        code TEXT, sealed TEXT, opened_by TEXT, opened_at INTEGER, closed_by TEXT,
        closed_at INTEGER, paper TEXT""",
    "paper": """id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, number TEXT, copies INTEGER,
        sealed TEXT, sha256 TEXT, template TEXT, stamped INTEGER, by TEXT, at INTEGER, day TEXT,
        printed INTEGER, delivered_at INTEGER, delivered_by TEXT, delivery TEXT, receipt TEXT""",
    "promise": """id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, no INTEGER, due TEXT, state TEXT,
        by TEXT, at INTEGER, closed_by TEXT, closed_at INTEGER, reminded_at INTEGER,
        sealed TEXT""",
    "review_task": """id TEXT PRIMARY KEY, case_file TEXT, department TEXT, lead INTEGER,
        state TEXT, round INTEGER, sent_at INTEGER, due TEXT, by TEXT, done_at INTEGER,
        sealed TEXT, urged INTEGER, urged_at INTEGER""",
    "clock": """id TEXT PRIMARY KEY, case_file TEXT, timer TEXT, state TEXT, started_at INTEGER,
        start TEXT, count INTEGER, unit TEXT, pauses TEXT, due TEXT, due_at INTEGER,
        provisional INTEGER, calendar TEXT, ended_at INTEGER""",
    "case_note": """id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, by TEXT, at INTEGER,
        to_whom TEXT, sealed TEXT, due TEXT, done_by TEXT, done_at INTEGER""",
    # What is issued (证照): ids case/z/n, case/y/n, case/q/n.
    "certificate": """id TEXT PRIMARY KEY, case_file TEXT, kind TEXT, edition TEXT, scheme TEXT,
        code TEXT, version INTEGER, reason TEXT, replaces TEXT, together TEXT, state TEXT,
        since INTEGER, day TEXT, lacks TEXT, sealed TEXT, sha256 TEXT, approved_by TEXT,
        approved_at INTEGER, assigned_by TEXT, assigned_at INTEGER, sealed_by TEXT,
        sealed_at INTEGER, ready_at INTEGER, pickup TEXT, handed_by TEXT, handed_at INTEGER,
        delivery TEXT, receipt TEXT, ended TEXT, ended_by TEXT, ended_at INTEGER""",
    "certificate_copy": """id TEXT PRIMARY KEY, case_file TEXT, certificate TEXT, copy TEXT,
        no INTEGER, state TEXT, since INTEGER, mode TEXT, layout TEXT, stock TEXT, sheet TEXT,
        job TEXT, window TEXT, printer TEXT, sealed TEXT, sha256 TEXT, pdf_sha256 TEXT,
        printed_by TEXT, printed_at INTEGER, confirmed_by TEXT, confirmed_at INTEGER, reason TEXT,
        again TEXT""",
    "certificate_change": """id TEXT PRIMARY KEY, case_file TEXT, certificate TEXT, kind TEXT,
        reason TEXT, count INTEGER, sealed TEXT, by TEXT, at INTEGER, state TEXT, done_by TEXT,
        done_at INTEGER, made TEXT""",
    # Bodies of codes (码段): a segment is given by the code centre, a block leased to a window.
    "code_segment": """id TEXT PRIMARY KEY, scheme TEXT, first TEXT, last TEXT, chars TEXT,
        size INTEGER, next INTEGER, windows TEXT, source TEXT, year INTEGER,
        device TEXT, by TEXT, at INTEGER, closed_by TEXT,
        closed_at INTEGER, reason TEXT""",
    "code_block": """id TEXT PRIMARY KEY, segment TEXT, scheme TEXT, window TEXT, start INTEGER,
        size INTEGER, used INTEGER, device TEXT,
        by TEXT, at INTEGER, closed_by TEXT, closed_at INTEGER,
        reason TEXT""",
    "code": """id TEXT PRIMARY KEY, scheme TEXT, block TEXT, place INTEGER, state TEXT,
        certificate TEXT, window TEXT, by TEXT, at INTEGER, void_by TEXT, void_at INTEGER,
        reason TEXT""",
    # Blank sheets (空白证照): who holds which serials; a row of ``sheet`` for each that was used.
    "sheet_range": """id TEXT PRIMARY KEY, stock TEXT, first INTEGER, last INTEGER, window TEXT,
        source TEXT, by TEXT, at INTEGER, day TEXT, gone_at INTEGER""",
    "sheet": """id TEXT PRIMARY KEY, stock TEXT, serial INTEGER, window TEXT, state TEXT, copy TEXT,
        by TEXT, at INTEGER, day TEXT, reason TEXT""",
    "sheet_count": """id TEXT PRIMARY KEY, day TEXT, window TEXT, stock TEXT, opening INTEGER,
        received INTEGER, given INTEGER, used INTEGER, spoiled INTEGER, expected INTEGER,
        counted INTEGER, note TEXT, by TEXT, at INTEGER""",
}
"""Projections: table -> columns. Each can be thrown away and made again from the log."""

SEALED: dict[str, tuple[str, ...]] = {
    "visit": ("sealed",),
    "booking": ("sealed",),
    "signal": ("note",),
    "form_cell": ("sealed", "other_sealed"),
    "form_override": ("reason", "seen"),
    "form_extract": ("sealed",),
    "case_file": ("sealed",),
    "material": ("note",),
    "attachment": ("sealed",),
    "deficiency": ("sealed",),
    "paper": ("sealed", "receipt"),
    "promise": ("sealed",),
    "review_task": ("sealed",),
    "case_note": ("sealed",),
    "certificate": ("sealed", "receipt"),
    "certificate_copy": ("sealed",),
    "certificate_change": ("sealed",),
}
"""Projections with sealed texts: table -> columns. `case_of` a row's id is the case."""


def case_of(key: str) -> str:
    """The case whose key seals a row: what its id begins with."""
    return key.partition("/")[0]


CASE = (
    "CASE instr({0}.id, '/') WHEN 0 THEN {0}.id ELSE substr({0}.id, 1, instr({0}.id, '/') - 1) END"
)
"""`case_of` in SQL, of a table's id."""


INDEXES = (
    f"CREATE UNIQUE INDEX leg_one_per_window ON leg (window) WHERE {OPEN_AT_WINDOW}",
    f"CREATE UNIQUE INDEX leg_one_per_visit ON leg (visit) WHERE {OPEN_AT_WINDOW}",
    # Not unique: two machines that were cut off may each have given the same person a number.
    f"CREATE INDEX leg_person ON leg (person, item) WHERE person IS NOT NULL AND {OPEN_LEG}",
    """CREATE INDEX leg_waiting ON leg (day, line, lane, order_at, turn)
        WHERE state = 'waiting'""",
    "CREATE INDEX leg_returning ON leg (return_window, ready_at) WHERE state = 'waiting' "
    "AND return_window IS NOT NULL",
    "CREATE INDEX leg_reserved ON leg (reserved_for, ready_at) WHERE state = 'waiting' "
    "AND reserved_for IS NOT NULL",
    "CREATE INDEX leg_timed ON leg (timer_at) WHERE timer_at IS NOT NULL",
    "CREATE INDEX leg_visit ON leg (visit)",
    "CREATE INDEX leg_held ON leg (state, day) WHERE state IN ('held', 'passed', 'external')",
    "CREATE INDEX leg_blocked ON leg (day) WHERE state = 'blocked'",
    "CREATE UNIQUE INDEX visit_number ON visit (day, number)",
    """CREATE INDEX period_measured ON period (line, ended_at)
        WHERE kind = 'service' AND estimated = 0 AND ended_at IS NOT NULL""",
    "CREATE INDEX booking_day ON booking (day, slot)",
    "CREATE INDEX booking_person ON booking (person, day) WHERE person IS NOT NULL",
    "CREATE INDEX booking_due ON booking (slot) WHERE state = 'booked'",
    "CREATE UNIQUE INDEX duty_open ON duty (window, kind) WHERE ended_at IS NULL",
    "CREATE INDEX duty_day ON duty (day)",
    "CREATE INDEX signal_open ON signal (window, at) WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX alarm_open ON alarm (kind, line, window) WHERE cleared_at IS NULL",
    "CREATE INDEX alarm_day ON alarm (day)",
    "CREATE UNIQUE INDEX filing_number ON filing (number)",
    "CREATE INDEX filing_open ON filing (made_at) WHERE state = 'filling'",
    "CREATE INDEX filing_visit ON filing (visit) WHERE visit IS NOT NULL",
    "CREATE INDEX filing_form ON filing (form, made_by, made_at)",
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


def columns(table: str) -> tuple[str, ...]:
    """The column names of a projection, key first."""
    return tuple(part.split()[0] for part in TABLES[table].split(","))


def statements() -> list[str]:
    """All of the schema, in order."""
    made = [f"CREATE TABLE {name} ({body}) STRICT" for name, body in TABLES.items()]
    return [*LOG, *made, *INDEXES]
