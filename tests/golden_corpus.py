"""The golden corpus: one event of every kind and version, and the rows they make.

    python -m tests.golden_corpus

writes the newest log of ``tests/golden`` again, by driving every use case with a clock and dice of
its own. A log that a released version has written is never written again: count `NEWEST` up first,
when a kind or a version is new.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from db import log, schema
from db.backup import backup
from db.log import Event
from db.rebuild import rebuild
from db.restore import look, restore
from db.store import Store
from hallclient.actions import (
    bookings,
    calendars,
    calling,
    case_amend,
    case_deficiencies,
    case_files,
    case_lease,
    case_link,
    case_materials,
    case_moves,
    case_notes,
    case_papers,
    case_promises,
    case_tasks,
    cases,
    certificate_changes,
    certificate_print,
    code_segments,
    codes,
    day,
    day_close,
    editions,
    filing_edit,
    filing_extracts,
    filing_override,
    filing_undo,
    filing_view,
    filings,
    forms,
    persons,
    serving,
    sheet_counts,
    sheets,
    shift,
    signals,
    slips,
    staff,
    sweep,
    tickets,
    undo,
    watch,
    windows,
)
from hallclient.actions.booking_confirm import confirm
from hallclient.actions.case_title import Applicant
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.export import Wanted, export
from hallclient.actions.hall import publish
from hallclient.actions.hall_files import default_hall
from hallclient.actions.maintenance import backup as recorded_backup
from hallclient.rules import alarms
from hallclient.rules.booking_marks import DIFFERS, Mark
from hallclient.rules.catalogue import Hall
from hallclient.rules.day import DAY_MS
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, STEP, Add, Edit, Put
from hallclient.rules.hours import next_opening
from hallclient.sync.arbiter import QueueArbiter
from hallclient.sync.messages import Answer, LinkLost, Request
from hallclient.sync.replica import Replica
from tests import bookkit
from tests.certkit import certificate, changed, handed, printed, sealed, segment, stocked
from tests.filekit import small_form
from tests.hallkit import ADMINISTRATOR, AGENT, PASSWORD, QUICK_VERIFIER, SUPERVISOR, Kit, clerk

FOLDER = Path(__file__).parent / "golden"
NEWEST = 7
PERSON = {"name": "\u5f20\u4e09", "identity": "420100199001011234", "phone": "13800000000"}
ONE, TWO, SEVEN = clerk(1), clerk(2), clerk(7)


def drive(folder: Path) -> Store:
    """A day in which everything happens once; the store, open."""
    kit = Kit(folder, seed=7, hall=_small(default_hall()))
    kit.open(1, 2, 7)
    _queue(kit)
    _unanswered(kit)
    _windows(kit)
    _staff(kit)
    _bookings(kit)
    _hall(kit)
    _filing(kit)
    _review(kit)
    _certificates(kit)
    _day(kit)
    return _upkeep(kit, folder)


def _small(hall: Hall) -> Hall:
    """A catalogue of two services a line: the corpus is no place for three copies of it."""
    kept = {item.code: item for line in hall.lines for item in list(hall.items_of(line))[:2]}
    return hall._replace(items=kept, joints={}, aliases=())


def _queue(kit: Kit) -> None:
    """One thing after the other, each with an otherwise empty queue."""
    store = kit.store
    # named, unnamed and named later, priority, one more service, called, taken back, cancelled
    number = kit.take("setup").number
    persons.identify(store, AGENT, number, PERSON)
    tickets.verify_priority(store, AGENT, number, next(iter(kit.hall.priorities)), "seen")
    tickets.add_service(store, AGENT, number, kit.item("setup", 1), after_current=True)
    kit.next(ONE)
    undo.undo(store, ONE)
    cancel = next(iter(kit.hall.cancel_reasons))
    tickets.cancel(store, AGENT, number, cancel)
    persons.reveal(store, AGENT, number)
    # held and taken up; held and come back by itself; outside and come back
    _fresh(kit)
    calling.start(store, ONE)
    for _ in range(2):
        serving.hold(store, ONE, "copy", 5)
        kit.pass_(minutes=1)
        serving.resume(store, ONE)
        _present(kit)
    serving.hold(store, ONE, "copy", 5)
    kit.pass_(minutes=10)
    sweep.sweep(store)
    number = kit.next(ONE)
    calling.start(store, ONE)
    serving.send_out(store, ONE, "print")
    tickets.come_back(store, AGENT, number)
    kit.next(ONE)
    calling.start(store, ONE)
    # done too early; handed to a colleague who never calls; a window that fell silent
    serving.finish(store, ONE)
    serving.reopen(store, ONE, number)
    serving.transfer(store, ONE, "clerk", "c03")
    kit.pass_(minutes=60)
    sweep.sweep(store)
    kit.next(TWO)
    calling.start(store, TWO)
    serving.take_over(store, SUPERVISOR, "W02")
    kit.serve_out(TWO)
    # twice not there, once reinstated; once not there and never come
    number = _fresh(kit)
    _not_there(kit)
    tickets.reinstate(store, AGENT, number)
    kit.pass_(minutes=10)
    kit.next(ONE)
    _not_there(kit)
    _fresh(kit)
    _not_there(kit)
    kit.pass_(minutes=240)
    sweep.sweep(store)
    # a finish that was forgotten?
    _fresh(kit)
    calling.start(store, ONE)
    kit.pass_(minutes=240)
    sweep.sweep(store)
    serving.still_serving(store, ONE)
    serving.finish(store, ONE)
    _timer_cleared(kit)


def _unanswered(kit: Kit) -> None:
    """A hub that is asked for a call and does not answer; then the window calls as cut off."""

    def nobody(request: Request) -> Answer:
        raise LinkLost

    number = kit.take("setup").number
    kit.store.arbiter = QueueArbiter(Replica(kit.store), nobody)
    called = calling.call_next(kit.store, ONE)
    assert called.leg.number == number
    kit.store.arbiter = None
    calling.start(kit.store, ONE)
    serving.finish(kit.store, ONE)


def _fresh(kit: Kit) -> str:
    """A new number, called to the first window."""
    kit.take("setup")
    return kit.next(ONE)


def _present(kit: Kit) -> None:
    """Whoever was away while held is called, and comes."""
    if kit.window(ONE)["state"] == windows.CALLING:
        calling.start(kit.store, ONE)


def _not_there(kit: Kit) -> None:
    for _ in range(2):
        kit.pass_(minutes=1)
        calling.recall(kit.store, ONE)
    kit.pass_(minutes=1)
    calling.pass_over(kit.store, ONE)


def _timer_cleared(kit: Kit) -> None:
    """A timer in a state that has none: only an older version could leave one."""
    number = kit.take("tax").number
    key, timer = kit.leg(number).id, kit.clock.ms
    with kit.store.act("system") as tx:
        was, now = {"timer_at": None, "state": "waiting"}, {"timer_at": timer, "state": "external"}
        tx.append("leg.sent-out", key, [("leg", key, was, now)])
    sweep.sweep(kit.store)


def _windows(kit: Kit) -> None:
    store = kit.store
    kit.open(9)
    nine = clerk(9)
    windows.pause_window(store, nine, next(iter(kit.hall.pause_reasons)))
    windows.resume_window(store, nine)
    windows.drain_window(store, nine)
    windows.close_window(store, nine)
    windows.set_emergency(store, SUPERVISOR, "W09", True)
    windows.set_plan(store, SUPERVISOR, "W09", {"general": "main"})
    kit.open(10)
    windows.free_window(store, SUPERVISOR, "W10")
    kit.pass_(minutes=30)
    sweep.sweep(store)
    shift.hand_over(store, SEVEN, "c08", PASSWORD, "keys in the drawer")


def _staff(kit: Kit) -> None:
    store = kit.store
    with patch.object(staff, "make_verifier", lambda password: QUICK_VERIFIER):
        staff.sign_in(store, "c11", PASSWORD)
        staff.sign_out(store, clerk(11))
        for _ in range(kit.hall.staff.tries):
            with suppress(Refused):
                staff.sign_in(store, "c12", "wrong")
        staff.unlock(store, SUPERVISOR, "c12")
        staff.add(store, ADMINISTRATOR, "c99", "\u738b\u4e94", "clerk", "first-password")
        staff.reset_password(store, ADMINISTRATOR, "c99", "other-password")
        staff.change_role(store, ADMINISTRATOR, "c99", "agent")
        staff.leave(store, ADMINISTRATOR, "c99")
        staff.change_password(store, clerk(11), PASSWORD, "another-one")
    with store.act("system") as tx:
        staff.add_in(tx, "c98", "c98", "clerk", "", minimum=0, verifier="")
        staff.set_verifier_in(tx, "c98", QUICK_VERIFIER)
        publish(tx, kit.hall._replace(version=f"{kit.hall.version}-next"))


def _bookings(kit: Kit) -> None:
    """Booked, changed, come and confirmed; cancelled; not come."""
    store = kit.store
    kit.clock.ms = next_opening(kit.hall, kit.clock.ms) or 0
    times = {"date": kit.store.env.day(kit.clock.ms), "service": kit.item("estate")}
    here = {**bookkit.row("B001", "09:00", **bookkit.ZHANG), **times}
    slots = {"B002": "10:00", "B003": "10:30"}
    others = [{**bookkit.row(key, slot), **times} for key, slot in slots.items()]
    bookkit.booked(kit, here, *others)
    bookkit.take_in(kit, {**here, "company": "x", "materials": "articles"})
    number = bookings.check_in(store, AGENT, "B001").number
    fields = (*bookkit.ZHANG, "company", "m0")
    confirm(store, ONE, number, [Mark(key, DIFFERS, "otherwise") for key in fields])
    bookings.cancel(store, AGENT, "B002")
    kit.pass_(minutes=120)
    sweep.sweep(store)


def _hall(kit: Kit) -> None:
    """A slip, a call for help, a service that its window forgot, an alarm from end to end."""
    store = kit.store
    one = clerk(13)
    kit.open(13)
    number = kit.take("tax").number
    slips.printed(store, AGENT, number, again=False)
    signal = signals.call_help(store, one, next(iter(kit.hall.help_reasons)), "a dispute")
    signals.answer(store, SUPERVISOR, signal["id"])
    signals.close(store, one, signal["id"])
    kit.next(one)
    calling.start(store, one)
    serving.end_for(store, SUPERVISOR, "W13", "done")
    key = alarms.Key(alarms.SILENT, window="W13")
    reading = alarms.Reading(alarms.SILENT, 90_000, 60_000, window="W13")
    watch.note(store, SUPERVISOR, alarms.Step([reading], [], {}))
    row = store.row("SELECT id FROM alarm")
    assert row is not None
    watch.see(store, SUPERVISOR, row["id"])
    watch.note(store, SUPERVISOR, alarms.Step([], [key], {}))


def _review(kit: Kit) -> None:
    """A case from its first paper to the decision, with everything that can happen on the way."""
    store = kit.store
    applicant = Applicant("person", PERSON["name"], PERSON["identity"], PERSON["phone"])
    row = cases.open_case(store, AGENT, checklist="proj_plan", applicant=applicant)
    case, no = row["id"], 2
    case_materials.answer(store, AGENT, case, "large_projects", False)
    case_materials.mark_rest(store, AGENT, case, "passed")
    case_materials.mark(store, AGENT, case, no, "failed", reasons=[f"{no}.1"])
    attached = case_files.attach(store, AGENT, case, no, PDF, "x.pdf")
    case_files.remove(store, AGENT, attached["id"])
    case_materials.mark(store, AGENT, case, no, "failed", reasons=[f"{no}.1"])
    cases.describe(store, AGENT, case, applicant)
    note = case_notes.note(store, AGENT, case, "promise", "x", due="2026-09-23")
    case_notes.done(store, AGENT, note["id"])
    case_link.link(store, AGENT, case, kit.take("setup").number)
    case_lease.hand_over(store, AGENT, case, "c02", "x")
    case_lease.take_over(store, SUPERVISOR, case, "x")
    case_lease.release(store, SUPERVISOR, case)
    case_lease.take(store, TWO, case)
    due = case_promises.latest(store, TWO, case, no)
    promise = case_promises.promise(store, TWO, case, "tolerance", no, due, signed=True)
    case_promises.remind(store, TWO, promise["id"])
    case_moves.move(store, TWO, case, "receive")
    made = case_moves.move(store, TWO, case, "accept_tolerant")
    case_papers.printed(store, TWO, made.papers[0]["id"])
    case_papers.deliver(store, TWO, made.papers[0]["id"], "counter", "x")
    first = made.facts.tasks[0].department
    case_tasks.urge(store, TWO, case, first)
    for one in made.facts.tasks:
        case_tasks.opinion(store, ONE, case, one.department, "agreed")
    lack = case_deficiencies.add(store, TWO, case, text="x", how="x")
    case_deficiencies.close(store, TWO, lack["id"])
    case_promises.close(store, TWO, promise["id"], "withdrawn", reason="x")
    for settle in (case_amend.reject, case_amend.approve):
        wanted = case_amend.propose(store, TWO, case, {"phone": "13900000000"}, "x")
        more = ("x",) if settle is case_amend.reject else ()
        settle(store, SUPERVISOR, wanted.id, *more)
    body = editions.shipped()["calendar"]
    body = {**body, "version": "golden", "holidays": [*body["holidays"], ["2026-09-23", "x", "x"]]}
    calendars.publish(store, ADMINISTRATOR, body)


PDF = b"%PDF-1.4\n%%EOF\n"


def _filing(kit: Kit) -> None:
    """A form published; a filing filled in by two, let pass, sent, closed."""
    store = kit.store
    forms.publish(store, ADMINISTRATOR, small_form())
    filing = filings.new(store, AGENT, "small", number=kit.take("setup").number)["id"]
    row = store.env.new_id()
    edits: list[Edit] = [Add("persons", row, STEP), Put(row, "p_name", PERSON["name"])]
    filing_edit.edit(store, AGENT, filing, edits, source="paste")
    filing_undo.undo(store, AGENT, filing)
    filing_undo.redo(store, AGENT, filing)
    edits = [Put(SINGLE, "name", "x"), Put(SINGLE, "capital", "5"), Put(SINGLE, "phone", "1")]
    filing_edit.edit(store, AGENT, filing, edits)
    filing_edit.edit(store, ONE, filing, [Put(SINGLE, "phone", "2")])
    filing_edit.settle(store, ONE, filing, SINGLE, "phone", "other")
    state = filing_view.open_filing(store, SUPERVISOR, filing).state
    for problem in state.problems():
        if problem.code == "sum":
            seen = state.judging.fingerprint(problem)
            filing_override.override(store, SUPERVISOR, filing, "sum", SINGLE, "seen", seen)
    filing_extracts.send(store, ONE, filing, "tax")
    filings.close(store, ONE, filing, "done")


def _certificates(kit: Kit) -> None:
    """Codes and sheets come in and go out; licences issued, one spoiled, one issued again, void."""
    store = kit.store
    stocked(kit, windows=("", "W01"), count=9)
    spare = segment(kit, "health", "90001", "90009")
    code_segments.close_segment(store, SUPERVISOR, spare["id"], "x")
    lent = code_segments.lease(store, TWO, "health")
    code_segments.close_block(store, SUPERVISOR, lent["id"], "x")
    at_one = SUPERVISOR._replace(window="W01")
    codes.void_next(store, at_one, "health", "x")
    sheets.give(store, SUPERVISOR, "wsxkz", "2", "4", "W01")
    sheets.spoil(store, ONE, "wsxkz", "2", "missing", "x")
    row = certificate(kit, "printing", "health", by=ONE)
    (copy,) = copies_of(store, row["id"])
    certificate_print.confirm(store, ONE, copy["job"], spoiled={copy["id"]: "x"})
    handed(kit, *printed(kit, row))
    sheet_counts.count(store, ONE, "wsxkz", 0, "x")
    again = changed(kit, row, "damage", "damaged")
    certificate_changes.returned(store, ONE, copies_of(store, row["id"])[1]["id"])
    sealed(kit, again)
    for settle in (certificate_changes.withdraw, certificate_changes.reject):
        asked = certificate_changes.ask(store, ONE, again["id"], "void", "duplicate").row["id"]
        if settle is certificate_changes.reject:
            certificate_changes.reject(store, SUPERVISOR, asked, "x")
        else:
            certificate_changes.withdraw(store, ONE, asked)
    changed(kit, certificate(kit, "ready", "food", by=ONE), "void", "wrong-holder")


def _day(kit: Kit) -> None:
    """A day opened and closed by a supervisor, one closed by the clock and signed later."""
    store = kit.store
    day.open_day(store, SUPERVISOR, ["paper"], "one board is out")
    day.stop_numbers(store, SUPERVISOR, ["tax"])
    day.start_numbers(store, SUPERVISOR)
    kit.take("setup")
    carried = kit.take("tax", person=PERSON).number
    day_close.close_day(store, SUPERVISOR, PASSWORD, carry=[carried], note="all told")
    kit.clock.ms += DAY_MS
    left = kit.store.env.day(kit.clock.ms)
    kit.take("setup")
    kit.clock.ms += DAY_MS
    sweep.sweep(store)
    day_close.sign_day(store, SUPERVISOR, PASSWORD, left)


def _upkeep(kit: Kit, folder: Path) -> Store:
    store = kit.store
    number = kit.take("setup", person=PERSON).number
    tickets.cancel(store, AGENT, number, next(iter(kit.hall.cancel_reasons)))
    persons.forget(store, ADMINISTRATOR, number, kit.store.env.day(kit.clock.ms))
    recorded_backup(store, ADMINISTRATOR, folder / "recorded.db")
    export(store, SUPERVISOR, Wanted("queue"), folder / "queue.csv")
    store.db.execute("UPDATE operator SET role = 'administrator' WHERE id = 'c05'")
    rebuild(store, "admin")
    backup(store, folder / "backup.db")
    kit.close()
    plan = look(kit.path, folder / "backup.db", make_env=kit.make_env)
    restore(plan, actor="admin", make_env=kit.make_env)
    return kit.again()


def event_lines(store: Store) -> Iterator[str]:
    """Every event in its exact bytes."""
    for _, event in log.read(store.db):
        fields = {name: getattr(event, name) for name in Event.__slots__}
        fields["body"] = event.body.decode()
        fields["prev_hash"], fields["hash"] = event.prev_hash.hex(), event.hash.hex()
        yield json.dumps(fields, ensure_ascii=False)


def event_of(line: str) -> Event:
    """The event of such a line."""
    fields = json.loads(line)
    fields["body"] = fields["body"].encode()
    fields["prev_hash"] = bytes.fromhex(fields["prev_hash"])
    fields["hash"] = bytes.fromhex(fields["hash"])
    return Event(**fields)


def row_lines(store: Store) -> Iterator[str]:
    """Every row of every projection; what is null is left out."""
    for table in schema.TABLES:
        for row in store.rows(f"SELECT * FROM {table} ORDER BY rowid"):
            kept = {name: value for name, value in row.items() if value is not None}
            yield json.dumps([table, kept], ensure_ascii=False)


def write() -> None:
    """Write the newest log again."""
    with tempfile.TemporaryDirectory() as folder:
        store = drive(Path(folder))
        FOLDER.mkdir(exist_ok=True)
        for name, lines in (("events", event_lines(store)), ("rows", row_lines(store))):
            text = "".join(f"{line}\n" for line in lines)
            (FOLDER / f"{NEWEST:03d}.{name}.jsonl").write_text(text, "utf-8", newline="\n")
        store.close()


if __name__ == "__main__":
    write()
