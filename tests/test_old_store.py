"""A store that version 1 made, with the hall it published: everything there is works in it.

Such a hall names no zones, no opening checks and no reasons of calls for help; its store knows
nothing of who staffed a window when.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.check import verify
from db.driver import sqlite
from db.store import Store
from hallclient.actions import (
    advice,
    boardview,
    booking_arrival,
    booking_confirm,
    bookings,
    calling,
    day,
    day_close,
    dayview,
    demand,
    deskview,
    export,
    figures,
    filing_edit,
    filing_extracts,
    filing_undo,
    filing_view,
    filings,
    forecasting,
    hallview,
    kiosk,
    persons,
    printing,
    serving,
    shift,
    signals,
    slips,
    staff,
    sweep,
    taking,
    tickets,
    undo,
    views,
    watch,
    windows,
)
from hallclient.actions.acting import Actor
from hallclient.actions.day_file import export_day
from hallclient.actions.hall import hall_of
from hallclient.actions.printers import printer_of
from hallclient.rules.booking_marks import SAME, Mark
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Put
from tests import bookkit, invariants
from tests.boardkit import shown
from tests.clikit import Cli, cli, quick
from tests.deskkit import LARGE, SMALL, seated
from tests.hallkit import (
    ADMINISTRATOR,
    AGENT,
    PASSWORD,
    QUICK_VERIFIER,
    SUPERVISOR,
    Clock,
    Kit,
    clerk,
    seeded_env,
)
from tests.kioskkit import standing

__all__ = ["cli", "quick"]
OLD = Path(__file__).parent / "data" / "store-v1.sql"
KIOSK = Actor("k01", "kiosk")
ONE, TWO = clerk(1), clerk(2)


class OldKit(Kit):
    """The stored example, ten minutes after its last event."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.clock.pass_(minutes=13)
        self.path = folder / "hall.db"
        self.make_env = seeded_env(self.clock)
        db = sqlite.connect(self.path, isolation_level=None)
        db.executescript(OLD.read_text("utf-8"))
        db.close()
        self.store = Store.open(self.path, make_env=self.make_env)
        self.hall = hall_of(self.store)


@pytest.fixture
def kit(tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kit]:
    # The stores of other tests have the same dice, and so the same device and edition.
    monkeypatch.setattr("hallclient.actions.hall._known", {})
    made = OldKit(tmp_path)
    hall = made.hall
    assert [*hall.zones, *hall.opening_checks, *hall.help_reasons] == []
    with made.store.act("system") as tx:
        # A kiosk's account, as the administrator of an older hall adds it.
        staff.add_in(tx, "k01", "k01", "kiosk", "", minimum=0, must_change=False)
        staff.set_verifier_in(tx, "k01", QUICK_VERIFIER)
    yield made
    assert verify(made.store).ok
    invariants.check_replay(made.store)
    made.close()


def test_every_view_reads_it(kit: Kit) -> None:
    store = kit.store
    board = boardview.look(store, "", boardview.expected(store))
    assert [call.number for call in board.calls] == ["A005"]
    assert [state.line.id for state in kiosk.lines(store)] == list(kit.hall.lines)
    assert kiosk.closed(store) is None
    assert kiosk.refusals(store) == {}
    with pytest.raises(Refused, match="no-such-zone"):
        boardview.look(store, "A")
    studied = watch.study(store, SUPERVISOR)
    view = hallview.look(store, SUPERVISOR, studied)
    assert view.waiting == 4
    for alarm in watch.watch(store, SUPERVISOR, watch.Memory()).alarms:
        advice.suggest(store, view, alarm)
    for who in (ONE, TWO, AGENT, SUPERVISOR):
        deskview.look(store, who)
        views.waiting_ids(store, who.window, who.operator, None)
    today = store.env.day(kit.clock.ms)
    assert dayview.look(store) is not None
    assert {check.id for check in day.opening(store, 1 << 40)} >= {"windows", "bookings"}
    assert day_close.closing_list(store)
    assert day_close.record(store, today) is None
    assert figures.figures(store, SUPERVISOR, today)
    assert figures.usual_arrivals(store, SUPERVISOR, today)
    assert demand.came_on(store, today)
    assert bookings.of_day(store) == []
    assert bookings.quota(store)
    assert forecasting.forecast(store).lines.keys() == kit.hall.lines.keys()
    assert shift.expected(store, "W01") == []
    for number in ("A005", "A006"):
        assert slips.slip_of(store, number)


def test_a_day_is_worked_in_it_to_its_signature(kit: Kit, tmp_path: Path) -> None:
    store = kit.store
    day.open_day(store, SUPERVISOR, [], disk_free=1 << 40)
    day.stop_numbers(store, SUPERVISOR)
    day.start_numbers(store, SUPERVISOR)
    made = kiosk.take(store, KIOSK, kiosk.Wish((kit.item("tax"),)))
    printing.print_slip(store, KIOSK, made.number, printer_of(f"file:{tmp_path / 'slips'}"))
    assert kiosk.told(store, made.visit) is not None
    taking.take(store, AGENT, tickets.Request([kit.item("estate")], person=bookkit.ZHANG))
    bookkit.booked(kit, {**bookkit.row("B001", "09:30"), "service": kit.item("general")})
    kit.pass_(minutes=5)
    number = booking_arrival.arrive(store, AGENT, "B001").number
    rows = booking_confirm.comparison(store, number)
    booking_confirm.confirm(store, ONE, number, [Mark(one.key, SAME) for one in rows])
    # Windows that were open before anybody kept the times of their duty.
    calling.start(store, TWO)
    windows.pause_window(store, ONE, "rest")
    assert undo.undo(store, ONE)[0] == "window.paused"
    windows.pause_window(store, ONE, "rest")
    signals.request(store, SUPERVISOR, "W01", "resume")
    windows.resume_window(store, ONE)
    assert signals.open_signals(store) == []
    called = signals.call_help(store, ONE, "", "by the door")
    with pytest.raises(Refused, match="no-such-reason"):
        signals.call_help(store, TWO, "dispute")
    signals.answer(store, SUPERVISOR, called["id"])
    signals.close(store, ONE, called["id"])
    shift.hand_over(store, ONE, "c03", PASSWORD)
    serving.end_for(store, SUPERVISOR, "W02", "done")
    windows.free_window(store, SUPERVISOR, "W01")
    kit.open(9)
    kit.serve_out(clerk(9))
    row = day_close.close_day(store, SUPERVISOR, PASSWORD, carry=[made.number])
    assert row["state"] == "closed"
    invariants.check(store)
    today = store.env.day(kit.clock.ms)
    assert export_day(store, SUPERVISOR, today, tmp_path / "day.csv")
    for what in export.WHAT:
        export.export(store, SUPERVISOR, export.Wanted(what), tmp_path / f"{what}.out")
    kit.pass_(minutes=24 * 60)
    sweep.sweep(store)
    again = bookings.check_in(store, AGENT, made.slip)
    tickets.cancel(store, AGENT, again.number, "visitor")
    persons.forget(store, ADMINISTRATOR, again.number, store.env.day(kit.clock.ms))


def test_a_day_that_nobody_closed_ends_at_midnight(kit: Kit) -> None:
    today = kit.store.env.day(kit.clock.ms)
    kit.pass_(minutes=24 * 60)
    assert sweep.sweep(kit.store) > 0
    assert sweep.sweep(kit.store) == 0
    row = day_close.record(kit.store, today)
    assert row is not None
    assert row["closed_by"] == "system"
    assert [window["id"] for window in windows.windows(kit.store) if window["leg"]] == ["W02"]
    serving.take_over(kit.store, SUPERVISOR, "W02")
    sweep.sweep(kit.store)
    day_close.sign_day(kit.store, SUPERVISOR, PASSWORD, today)
    kit.open(1)
    assert kit.take("setup").number == "A001"


READING = [
    "hall show",
    "window list",
    "ticket list",
    "ticket show A006",
    "day check",
    "day list",
    "booking list",
    "booking quota",
    "hall now",
    "hall advise",
    "report",
    "shift list",
    "verify",
    "doctor",
]


@pytest.mark.parametrize("command", READING)
def test_every_command_that_reads_answers(cli: Cli, command: str) -> None:
    answer = cli(*command.split(), by="s01")
    assert answer.code == 0, answer.err


def test_help_is_called_without_a_reason(cli: Cli) -> None:
    made = cli.done("window", "help", by="c01", at="W01")
    assert made["reason"] == ""
    assert "W01" in cli("window", "answer", "W01", by="s01").out
    assert cli.refused("window", "help", "--reason", "x", by="c02", at="W02")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_screen_shows_it(kit: Kit, size: tuple[int, int], language: str) -> None:
    async with shown(kit, size=size, language=language) as board:
        await board.settle()
        assert "A005" in board.text
    async with standing(kit, size=size, language=language) as stand:
        assert stand.page == "home"
    async with seated(kit, SUPERVISOR, size=size, language=language) as seat:
        assert "W02" in seat.text
        for key in ("alt+y", "escape", "alt+i", "escape", "alt+v"):
            await seat.press(key)
    async with seated(kit, ONE, size=size, language=language) as seat:
        await seat.press("alt+h")
        await seat.until(lambda: bool(signals.open_signals(kit.store)))
    (row,) = signals.open_signals(kit.store)
    signals.close(kit.store, SUPERVISOR, row["id"])


def test_forms_are_filed_in_it(kit: Kit) -> None:
    store = kit.store
    row = filings.new(store, ONE, "company-setup", number="A005")
    assert (row["form"], row["item"]) == ("company-setup@2026.1", "SP078")
    assert store.row("SELECT form FROM form") == {"form": "company-setup"}
    filing_edit.edit(store, ONE, row["id"], [Put(SINGLE, "name", "\u6b66\u6c49\u5927\u5409")])
    opened = filing_view.open_filing(store, TWO, row["number"])
    assert opened.state.text(SINGLE, "name") == "\u6b66\u6c49\u5927\u5409"
    filing_undo.undo(store, ONE, row["id"])
    assert filing_view.open_filing(store, ONE, row["id"]).state.text(SINGLE, "name") == ""
    with pytest.raises(Refused, match="extract-blocked"):
        filing_extracts.send(store, ONE, row["id"], "SCJG")
    filings.close(store, ONE, row["id"], "withdrawn")
