"""Every action and every role: who may, may; who may not is refused by the use case itself."""

from collections.abc import Callable
from datetime import date

import pytest

from hallclient.actions import (
    assist,
    booking_confirm,
    booking_import,
    bookings,
    calendars,
    calling,
    case_amend,
    case_deficiencies,
    case_files,
    case_find,
    case_lease,
    case_ledger,
    case_link,
    case_load,
    case_materials,
    case_moves,
    case_notes,
    case_overview,
    case_papers,
    case_promises,
    case_queues,
    case_tasks,
    case_undo,
    case_view,
    case_watch,
    cases,
    certificate_changes,
    certificate_handover,
    certificate_lists,
    certificate_pdf,
    certificate_print,
    certificate_seal,
    certificate_slip,
    certificate_verify,
    certificates,
    code_segments,
    codes,
    day,
    day_close,
    editions,
    figures,
    filing_begin,
    filing_bulk,
    filing_edit,
    filing_extract_change,
    filing_extract_file,
    filing_extracts,
    filing_history,
    filing_override,
    filing_reveal,
    filing_undo,
    filing_view,
    filings,
    form_offer,
    forms,
    hallview,
    persons,
    printing,
    serving,
    sheet_counts,
    sheets,
    shift,
    signals,
    slips,
    staff,
    tickets,
    undo,
    watch,
    windows,
)
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_title import Applicant
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.printers import printer_of
from hallclient.actions.tickets import Request
from hallclient.rules.alarms import Reading, Step
from hallclient.rules.errors import Refused
from hallclient.rules.roles import ALL, PERMISSIONS, Role, allowed
from tests.filekit import small_form
from tests.hallkit import Kit

ACTORS = {
    Role.CLERK: Actor("c01", "clerk", "W01"),
    Role.AGENT: Actor("a01", "agent", "W01"),
    Role.SUPERVISOR: Actor("s01", "supervisor", "W01"),
    Role.ADMINISTRATOR: Actor("admin", "administrator", "W01"),
    Role.KIOSK: Actor("k01", "kiosk", "W01"),
}


def _seen(kit: Kit, who: Actor) -> None:
    """What every command that only shows something does first."""
    with acting(kit.store, who, "ticket.show"):
        pass


def _listed(kit: Kit, who: Actor) -> None:
    """What every command that shows bookings does first."""
    with acting(kit.store, who, "booking.list"):
        pass


Act = Callable[[Kit, Actor], object]
_ALARM = Step([Reading("help", 1, 0, window="W02")], [], {})

ACTIONS: dict[str, list[Act]] = {
    "ticket.take": [
        lambda kit, who: tickets.take(kit.store, who, Request([kit.item("setup")])),
    ],
    "ticket.identify": [
        lambda kit, who: persons.identify(kit.store, who, "A001", {"name": "x"}),
    ],
    "ticket.show": [_seen],
    "ticket.cancel": [lambda kit, who: tickets.cancel(kit.store, who, "A001", "visitor")],
    "ticket.reinstate": [
        lambda kit, who: tickets.reinstate(kit.store, who, "A001"),
        lambda kit, who: tickets.come_back(kit.store, who, "A001"),
    ],
    "ticket.add-service": [
        lambda kit, who: tickets.add_service(kit.store, who, "A001", kit.item("tax"))
    ],
    "ticket.verify-priority": [
        lambda kit, who: tickets.verify_priority(kit.store, who, "A001", "elderly", "x")
    ],
    "ticket.print": [
        lambda kit, who: printing.print_slip(
            kit.store, who, "A001", printer_of(f"file:{kit.path}.slips")
        ),
        lambda kit, who: slips.printed(kit.store, who, "A001"),
    ],
    "booking.import": [
        lambda kit, who: booking_import.import_file(kit.store, who, kit.path.with_name("none"))
    ],
    "booking.list": [_listed],
    "booking.check-in": [lambda kit, who: bookings.check_in(kit.store, who, "none")],
    "booking.cancel": [lambda kit, who: bookings.cancel(kit.store, who, "none")],
    "booking.confirm": [lambda kit, who: booking_confirm.confirm(kit.store, who, "none", [])],
    "window.open": [lambda kit, who: windows.open_window(kit.store, who)],
    "window.close": [
        lambda kit, who: windows.close_window(kit.store, who),
        lambda kit, who: windows.drain_window(kit.store, who),
    ],
    "window.pause": [
        lambda kit, who: windows.pause_window(kit.store, who, "rest"),
        lambda kit, who: windows.resume_window(kit.store, who),
    ],
    "window.next": [lambda kit, who: calling.call_next(kit.store, who)],
    "window.call": [
        lambda kit, who: calling.call_chosen(kit.store, who, "A001", "other"),
        lambda kit, who: calling.recall(kit.store, who),
        lambda kit, who: calling.pass_over(kit.store, who),
    ],
    "window.serve": [
        lambda kit, who: calling.start(kit.store, who),
        lambda kit, who: serving.hold(kit.store, who, "copy"),
        lambda kit, who: serving.resume(kit.store, who),
        lambda kit, who: serving.send_out(kit.store, who),
        lambda kit, who: serving.finish(kit.store, who),
        lambda kit, who: serving.still_serving(kit.store, who),
        lambda kit, who: serving.transfer(kit.store, who, "window", "W02"),
    ],
    "window.undo": [lambda kit, who: undo.undo(kit.store, who)],
    "window.reopen": [lambda kit, who: serving.reopen(kit.store, who, "A001")],
    "window.take-over": [
        lambda kit, who: serving.take_over(kit.store, who, "W02"),
        lambda kit, who: windows.free_window(kit.store, who, "W02"),
        lambda kit, who: serving.end_for(kit.store, who, "W02", "done"),
    ],
    "figures.read": [
        lambda kit, who: figures.figures(kit.store, who, "2026-09-22"),
        lambda kit, who: figures.usual_arrivals(kit.store, who, "2026-09-22"),
    ],
    "signal.help": [lambda kit, who: signals.call_help(kit.store, who, "system")],
    "signal.request": [lambda kit, who: signals.request(kit.store, who, "W02", "open")],
    "signal.answer": [
        lambda kit, who: signals.answer(kit.store, who, "none"),
        lambda kit, who: signals.close(kit.store, who, "none"),
    ],
    "case.open": [lambda kit, who: cases.open_case(kit.store, who, checklist="none")],
    "case.read": [
        lambda kit, who: cases.facts(kit.store, who, "none"),
        lambda kit, who: case_amend.pending(kit.store, who),
        lambda kit, who: case_amend.amendments(kit.store, who, "none"),
        lambda kit, who: case_find.find(kit.store, who, "x"),
        lambda kit, who: case_view.look(kit.store, who, "none"),
        lambda kit, who: case_find.listed(kit.store, who),
        lambda kit, who: case_notes.notes(kit.store, who, "none"),
        lambda kit, who: case_link.cases_of(kit.store, who, "A001"),
        lambda kit, who: case_promises.latest(kit.store, who, "none", 1),
        lambda kit, who: case_promises.due_soon(kit.store, who, date(2026, 9, 22)),
        lambda kit, who: case_queues.queues(kit.store, who),
        lambda kit, who: case_tasks.opinion_text(kit.store, who, "none", "x"),
        lambda kit, who: assist.home(kit.store, who),
        lambda kit, who: assist.agents(kit.store, who),
    ],
    "case.edit": [
        lambda kit, who: cases.describe(kit.store, who, "none", Applicant()),
        lambda kit, who: case_lease.take(kit.store, who, "none"),
        lambda kit, who: case_lease.release(kit.store, who, "none"),
        lambda kit, who: case_link.link(kit.store, who, "none", "A001"),
        lambda kit, who: case_link.file_with(kit.store, who, "none", "x"),
        lambda kit, who: case_lease.take_with(kit.store, who, "none", "A001"),
    ],
    "case.move": [
        lambda kit, who: case_moves.move(kit.store, who, "none", "accept"),
        lambda kit, who: case_moves.at_once(kit.store, who, "none"),
        lambda kit, who: case_tasks.resend(kit.store, who, "none"),
        lambda kit, who: case_undo.undo_move(kit.store, who, "none"),
    ],
    "case.assign": [lambda kit, who: case_lease.hand_over(kit.store, who, "none", "c01")],
    "case.take-over": [lambda kit, who: case_lease.take_over(kit.store, who, "none", "x")],
    "case.note": [
        lambda kit, who: case_notes.note(kit.store, who, "none", "note", "x"),
        lambda kit, who: case_notes.done(kit.store, who, "none"),
        lambda kit, who: case_notes.wait_on(kit.store, who, "none", ""),
        lambda kit, who: case_promises.remind(kit.store, who, "none"),
        lambda kit, who: case_tasks.urge(kit.store, who, "none", "x"),
    ],
    "case.review": [
        lambda kit, who: case_tasks.opinion(kit.store, who, "none", "x", "agreed"),
    ],
    "case.amend": [
        lambda kit, who: case_amend.propose(kit.store, who, "none", Applicant(), "x"),
        lambda kit, who: case_amend.withdraw(kit.store, who, "none"),
    ],
    "case.approve": [
        lambda kit, who: case_amend.approve(kit.store, who, "none"),
        lambda kit, who: case_amend.reject(kit.store, who, "none", "x"),
    ],
    "material.mark": [
        lambda kit, who: case_materials.mark(kit.store, who, "none", 1, "passed"),
        lambda kit, who: case_materials.handed_in(kit.store, who, "none", 1, form="copy"),
        lambda kit, who: case_materials.mark_rest(kit.store, who, "none", "passed"),
        lambda kit, who: case_materials.answer(kit.store, who, "none", "agent", True),
        lambda kit, who: case_deficiencies.collect(kit.store, who, "none"),
        lambda kit, who: case_deficiencies.add(kit.store, who, "none", text="x"),
        lambda kit, who: case_deficiencies.close(kit.store, who, "none"),
    ],
    "material.promise": [
        lambda kit, who: case_materials.note_dishonest(kit.store, who, "none", True),
        lambda kit, who: case_promises.promise(
            kit.store, who, "none", "tolerance", 1, date(2026, 9, 22), signed=True
        ),
        lambda kit, who: case_promises.close(kit.store, who, "none", "kept"),
    ],
    "file.attach": [
        lambda kit, who: case_files.attach(kit.store, who, "none", 1, b"%PDF-1.4", "x"),
        lambda kit, who: case_files.remove(kit.store, who, "none"),
    ],
    "file.read": [lambda kit, who: case_files.read(kit.store, who, "none")],
    "paper.read": [lambda kit, who: case_papers.read(kit.store, who, "none")],
    "paper.deliver": [lambda kit, who: case_papers.deliver(kit.store, who, "none", "counter")],
    "review.watch": [
        lambda kit, who: case_overview.overview(kit.store, who),
        lambda kit, who: case_watch.deadlines(kit.store, who),
        lambda kit, who: case_watch.silences(kit.store, who),
        lambda kit, who: case_load.agents(kit.store, who),
        lambda kit, who: case_load.departments(kit.store, who),
        lambda kit, who: case_ledger.promises(kit.store, who),
    ],
    "certificate.read": [
        lambda kit, who: certificates.certificates_of(kit.store, who, "none"),
        lambda kit, who: certificate_changes.changes_of(kit.store, who, "none"),
        lambda kit, who: certificate_changes.pending(kit.store, who),
        lambda kit, who: certificate_handover.found(kit.store, who, "none"),
        lambda kit, who: certificate_handover.ready(kit.store, who),
        lambda kit, who: certificate_handover.unclaimed(kit.store, who),
        lambda kit, who: certificate_lists.face_of_copy(kit.store, who, "none"),
        lambda kit, who: certificate_lists.listed(kit.store, who),
        lambda kit, who: certificate_lists.look(kit.store, who, "none"),
        lambda kit, who: certificate_lists.search(kit.store, who, "none"),
        lambda kit, who: certificate_pdf.of_copy(kit.store, who, "none"),
        lambda kit, who: certificate_pdf.preview(kit.store, who, "none"),
        lambda kit, who: certificate_print.unknown(kit.store, who),
        lambda kit, who: certificate_verify.verify(kit.store, who, "none"),
    ],
    "certificate.approve": [
        lambda kit, who: certificates.approve(kit.store, who, ["none"]),
        lambda kit, who: certificates.assign(kit.store, who, "none"),
        lambda kit, who: certificate_seal.describe(kit.store, who, "none"),
    ],
    "certificate.seal": [lambda kit, who: certificate_seal.seal(kit.store, who, "none")],
    "certificate.print": [
        lambda kit, who: certificate_print.begin(kit.store, who, []),
        lambda kit, who: certificate_print.confirm(kit.store, who, "none"),
        lambda kit, who: certificate_print.spoil(kit.store, who, "none", "x"),
        lambda kit, who: certificate_print.proof(kit.store, who, "none"),
        lambda kit, who: certificate_slip.slip(kit.store, who, "none"),
    ],
    "certificate.hand-over": [
        lambda kit, who: certificate_handover.hand_over(kit.store, who, [], Collector()),
        lambda kit, who: certificate_handover.pickup_code(kit.store, who, "none"),
        lambda kit, who: certificate_changes.returned(kit.store, who, "none"),
    ],
    "certificate.request": [
        lambda kit, who: certificate_changes.ask(kit.store, who, "none", "void", "duplicate"),
        lambda kit, who: certificate_changes.withdraw(kit.store, who, "none"),
    ],
    "certificate.confirm": [
        lambda kit, who: certificate_changes.confirm(kit.store, who, "none"),
        lambda kit, who: certificate_changes.reject(kit.store, who, "none", "x"),
    ],
    "code.read": [
        lambda kit, who: code_segments.pools(kit.store, who),
        lambda kit, who: code_segments.segments_of(kit.store, who),
        lambda kit, who: code_segments.blocks_of(kit.store, who),
        lambda kit, who: codes.codes_of(kit.store, who),
    ],
    "code.load": [lambda kit, who: code_segments.load(kit.store, who, "none", "1", "2", "x")],
    "code.lease": [lambda kit, who: code_segments.lease(kit.store, who, "none")],
    "code.void": [
        lambda kit, who: code_segments.close_segment(kit.store, who, "none", "x"),
        lambda kit, who: code_segments.close_block(kit.store, who, "none", "x"),
        lambda kit, who: codes.void_next(kit.store, who, "none", "x"),
    ],
    "sheet.read": [
        lambda kit, who: sheets.held(kit.store, who),
        lambda kit, who: sheet_counts.counts(kit.store, who),
    ],
    "sheet.receive": [
        lambda kit, who: sheets.receive(kit.store, who, "none", "1", "2", "x"),
        lambda kit, who: sheets.give(kit.store, who, "none", "1", "2", "W02"),
    ],
    "sheet.use": [
        lambda kit, who: sheets.spoil(kit.store, who, "none", "1", "spoiled", "x"),
        lambda kit, who: sheet_counts.count(kit.store, who, "none", 0),
    ],
    "edition.publish": [
        lambda kit, who: editions.publish(kit.store, who, editions.shipped_checklists()["vat"]),
        lambda kit, who: calendars.publish(kit.store, who, editions.shipped()["calendar"]),
    ],
    "form.publish": [lambda kit, who: forms.publish(kit.store, who, small_form())],
    "form.new": [
        lambda kit, who: filings.new(kit.store, who, "company-setup"),
        lambda kit, who: filing_bulk.bulk(kit.store, who, "none", []),
        lambda kit, who: filing_begin.begin_from(kit.store, who, "company-setup", "none"),
    ],
    "form.read": [
        lambda kit, who: filing_begin.candidates(kit.store, who, small_form()),
        lambda kit, who: form_offer.listed(kit.store, who),
        lambda kit, who: filings.find(kit.store, who, "none"),
        lambda kit, who: filing_view.open_filing(kit.store, who, "none"),
        lambda kit, who: filing_view.left_open(kit.store, who),
        lambda kit, who: filing_history.history(kit.store, who, "none", "", "name"),
        lambda kit, who: filing_history.whole_history(kit.store, who, "none"),
        lambda kit, who: filing_extract_change.correction(kit.store, who, "none", "tax"),
        lambda kit, who: filing_extracts.read_extract(
            kit.store, who, filing_extracts.Extract("x/y/1", "x", "y", 1, "", "", "", "", 0)
        ),
    ],
    "form.edit": [
        lambda kit, who: filing_edit.edit(kit.store, who, "none", []),
        lambda kit, who: filing_edit.settle(kit.store, who, "none", "", "name", "own"),
        lambda kit, who: filing_undo.undo(kit.store, who, "none"),
        lambda kit, who: filing_undo.redo(kit.store, who, "none"),
    ],
    "form.override": [
        lambda kit, who: filing_override.override(kit.store, who, "none", "r", "", "x", "")
    ],
    "form.extract": [lambda kit, who: filing_extracts.send(kit.store, who, "none", "tax")],
    "form.close": [lambda kit, who: filings.close(kit.store, who, "none", "withdrawn")],
    "hall.watch": [
        lambda kit, who: hallview.look(kit.store, who),
        lambda kit, who: watch.study(kit.store, who),
        lambda kit, who: watch.note(kit.store, who, _ALARM),
        lambda kit, who: watch.see(kit.store, who, "none"),
    ],
    "window.emergency": [lambda kit, who: windows.set_emergency(kit.store, who, "W02", True)],
    "window.plan": [lambda kit, who: windows.set_plan(kit.store, who, "W02", {"tax": "main"})],
    "day.open": [
        lambda kit, who: day.open_day(kit.store, who),
        lambda kit, who: day.reopen_day(kit.store, who),
    ],
    "day.close": [
        lambda kit, who: day_close.close_day(kit.store, who, "demo-demo"),
        lambda kit, who: day_close.sign_day(kit.store, who, "demo-demo", "2026-09-21"),
    ],
    "hall.stop-numbers": [
        lambda kit, who: day.stop_numbers(kit.store, who, ["tax"]),
        lambda kit, who: day.start_numbers(kit.store, who),
    ],
    "personal.view": [
        lambda kit, who: persons.reveal(kit.store, who, "A001"),
        lambda kit, who: filing_reveal.reveal(kit.store, who, "none"),
        lambda kit, who: certificate_changes.texts_of(kit.store, who, "none"),
        lambda kit, who: certificate_handover.receipt_of(kit.store, who, "none"),
        lambda kit, who: filing_extract_file.save(
            kit.store,
            who,
            filing_extracts.Extract("x/y/1", "x", "y", 1, "", "", "", "", 0),
            kit.path.parent / "extract.json",
        ),
    ],
    "personal.destroy": [
        lambda kit, who: persons.forget(kit.store, who, "A001", kit.store.env.day(kit.clock.ms)),
        lambda kit, who: bookings.forget(kit.store, who, "none"),
        lambda kit, who: filings.forget(kit.store, who, "none"),
    ],
    "shift.hand-over": [lambda kit, who: shift.hand_over(kit.store, who, "c09", "demo-demo")],
    "staff.list": [lambda kit, who: staff.operators(kit.store, who)],
    "staff.add": [lambda kit, who: staff.add(kit.store, who, "c19", "x", "clerk", "long enough")],
    "staff.change": [
        lambda kit, who: staff.reset_password(kit.store, who, "c09", "long enough"),
        lambda kit, who: staff.change_role(kit.store, who, "c09", "agent"),
        lambda kit, who: staff.leave(kit.store, who, "c09"),
    ],
    "staff.unlock": [lambda kit, who: staff.unlock(kit.store, who, "c09")],
    "staff.password": [
        lambda kit, who: staff.change_password(kit.store, who, "demo-demo", "another one")
    ],
}

LATER = {name for name in PERMISSIONS if name.startswith("store.")} | {"hall.publish"}
"""Permissions of the store's own commands; tested with them."""

CASES = [
    pytest.param(name, index, role, id=f"{name}-{index}-{role}")
    for name, acts in ACTIONS.items()
    for index in range(len(acts))
    for role in Role
]


def test_every_permission_is_tried() -> None:
    assert set(ACTIONS) == set(PERMISSIONS) - LATER


@pytest.mark.parametrize(("name", "index", "role"), CASES)
def test_the_use_case_asks_the_table(kit: Kit, name: str, index: int, role: Role) -> None:
    kit.take("setup")
    before = kit.kinds()
    said = ""
    try:
        ACTIONS[name][index](kit, ACTORS[role])
    except Refused as refused:
        said = refused.code
    assert (said == "not-allowed") is not allowed(role, name)
    if said:
        assert kit.kinds() == before


@pytest.mark.parametrize("name", ACTIONS)
def test_a_stranger_may_nothing(kit: Kit, name: str) -> None:
    kit.take("setup")
    before = kit.kinds()
    for who in (Actor("nobody", "administrator", "W01"), Actor("system", "system", "W01")):
        for act in ACTIONS[name]:
            with pytest.raises(Refused) as caught:
                act(kit, who)
            assert caught.value.code in ("no-operator", "sign-in")
    assert kit.kinds() == before


def test_an_agent_guides_and_never_serves() -> None:
    agents = {name for name, roles in PERMISSIONS.items() if Role.AGENT in roles}
    assert not {name for name in agents if name.startswith("window.")}
    assert "ticket.take" in agents


def test_an_administrator_keeps_the_store_and_touches_no_number() -> None:
    mine = {name for name, roles in PERMISSIONS.items() if Role.ADMINISTRATOR in roles}
    changing = {name for name in mine if name.startswith(("ticket.", "window."))}
    assert changing == {"ticket.show"}
    assert "personal.view" not in mine


KIOSK = Actor("k01", "kiosk")


def test_a_kiosk_takes_numbers_in_and_nothing_else() -> None:
    assert {name for name, roles in PERMISSIONS.items() if Role.KIOSK in roles} == {
        "ticket.take",
        "ticket.show",
        "ticket.print",
        "booking.check-in",
        "staff.password",
    }


@pytest.mark.parametrize(
    "request_of",
    [
        lambda code, now: Request([code], slot=now),
        lambda code, now: Request([code], booking="B001"),
        lambda code, now: Request([code], priority="disabled", proof="seen"),
    ],
    ids=["slot", "booking", "priority"],
)
def test_a_kiosk_gives_no_better_place(kit: Kit, request_of: Callable[[str, int], Request]) -> None:
    with pytest.raises(Refused) as caught:
        tickets.take(kit.store, KIOSK, request_of(kit.item("setup"), kit.clock.ms))
    assert caught.value.code == "not-allowed"


def test_a_kiosk_keeps_its_limits_whatever_is_asked_of_its_account(kit: Kit) -> None:
    day.stop_numbers(kit.store, ACTORS[Role.SUPERVISOR], ["tax"])
    asked = Request([kit.item("tax")], source="counter")
    for who in (KIOSK, Actor("k01", "supervisor")):
        with pytest.raises(Refused) as caught:
            tickets.take(kit.store, who, asked)
        assert caught.value.code == "line-stopped"
    made = tickets.take(kit.store, KIOSK, Request([kit.item("setup")], source="counter"))
    assert kit.visit(made.number)["source"] == "kiosk"
    kit.pass_(minutes=12 * 60)
    ways: tuple[Callable[[], object], ...] = (
        lambda: tickets.take(kit.store, KIOSK, Request([kit.item("setup")], source="phone")),
        lambda: tickets.take(kit.store, Actor("k01", "clerk"), Request([kit.item("setup")])),
    )
    for act in ways:
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "hall-closed"


def test_only_looking_and_ones_own_password_are_for_all() -> None:
    everybody = {name for name, roles in PERMISSIONS.items() if roles == ALL}
    assert {name for name in everybody if not name.startswith("store.")} == {
        "ticket.show",
        "staff.password",
    }
