"""Blank sheets by serial: received, given, used, spoiled, counted; the books always add up."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from db.check import verify
from db.store import Row
from hallclient.actions import certificate_print, sheet_counts, sheets
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.sheets import MISSING, SAFE, SPOILED, Held
from hallclient.rules.certificate import sheets as rules
from hallclient.rules.certificate.sheets import Count, Span
from hallclient.rules.certificate.spec import Stock
from hallclient.rules.errors import Refused
from tests.casekit import C1, DAY_MS, SUPERVISOR
from tests.certkit import LETTER, approved, certificate, sealed, segment, waiting
from tests.hallkit import AGENT, Kit, clerk
from tests.materialkit import refused

C2 = clerk(2)
STOCK = "wsxkz"
TODAY = "2026-09-22"


def receive(kit: Kit, first: int, last: int, window: str = "W01") -> Row:
    return sheets.receive(kit.store, SUPERVISOR, STOCK, str(first), str(last), LETTER, window)


def give(kit: Kit, first: int, last: int, window: str, source: str = SAFE) -> list[Row]:
    return sheets.give(kit.store, SUPERVISOR, STOCK, str(first), str(last), window, source)


def spoil(kit: Kit, serial: int, state: str = SPOILED, who: Actor = C1) -> Row:
    return sheets.spoil(kit.store, who, STOCK, str(serial), state, "x")


def held(kit: Kit, window: str = "W01") -> Held:
    rows = sheets.held(kit.store, SUPERVISOR, window)
    return next(one for one in rows if one.stock.id == STOCK)


def day_of(kit: Kit, window: str = "W01", day: str = TODAY) -> Count:
    return sheet_counts.day_of(kit.store, STOCK, window, day)


# -- serials


@pytest.mark.parametrize("text", ["7", "WS7", "ws00000007", " WS 00000007 ", "\uff17"])
def test_a_serial_however_it_is_typed(kit: Kit, text: str) -> None:
    receive(kit, 1, 9)
    row = sheets.spoil(kit.store, C1, STOCK, text, SPOILED, "x")
    assert row["id"] == "wsxkz:7"


@pytest.mark.parametrize("text", ["", "0", "x", "WS", "ZB7", "1.5", "123456789", "WS000000007"])
def test_what_is_no_serial(kit: Kit, text: str) -> None:
    assert refused(sheets.spoil, kit.store, C1, STOCK, text, SPOILED, "x") == "sheet-serial"


PREFIXED = Stock("s", "x", "x", 1, 1, prefix="ZB")


@given(serial=st.integers(1, 10**8 - 1))
def test_a_serial_is_read_as_it_is_written(serial: int) -> None:
    assert rules.read(PREFIXED, rules.serial_text(PREFIXED, serial)) == serial
    assert rules.read(PREFIXED, str(serial)) == serial


# -- received and given


def test_a_delivery_goes_into_the_safe_or_to_a_window(kit: Kit) -> None:
    row = receive(kit, 1, 100, SAFE)
    assert (row["source"], row["day"], row["by"]) == (LETTER, TODAY, "s01")
    assert (held(kit, SAFE).left, held(kit).left) == (100, 0)
    receive(kit, 101, 110)
    assert held(kit)[2:] == (10, "WS00000101", (Span(101, 110),))
    mine = [one for one in sheets.held(kit.store, C1) if one.left]
    assert [(one.stock.id, one.window) for one in mine] == [(STOCK, "W01")]


def test_what_is_no_delivery(kit: Kit) -> None:
    receive(kit, 10, 20)
    act = sheets.receive
    for first, last in (("1", "10"), ("20", "30"), ("12", "13"), ("1", "99")):
        assert refused(act, kit.store, SUPERVISOR, STOCK, first, last, LETTER) == "sheets-known"
    for first, last, code in (
        ("9", "1", "sheet-order"),
        ("1", str(rules.MOST + 30), "sheet-order"),
        ("x", "1", "sheet-serial"),
    ):
        assert refused(act, kit.store, SUPERVISOR, STOCK, first, last, LETTER) == code
    for source in ("", " ", "x" * 201):
        said = refused(act, kit.store, SUPERVISOR, STOCK, "30", "31", source)
        assert said == "sheet-source"
    assert refused(act, kit.store, SUPERVISOR, "none", "1", "2", "x") == "no-such-stock"
    assert refused(act, kit.store, SUPERVISOR, STOCK, "30", "31", "x", "W99") == "no-such-window"


def test_sheets_are_given_in_parts(kit: Kit) -> None:
    receive(kit, 1, 100, SAFE)
    (row,) = give(kit, 31, 40, "W01")
    assert (row["window"], row["source"]) == ("W01", LETTER)
    assert held(kit, SAFE).ranges == (Span(1, 30), Span(41, 100))
    give(kit, 1, 10, "W02")
    give(kit, 91, 100, "W02")
    assert held(kit, "W02").ranges == (Span(1, 10), Span(91, 100))
    assert held(kit, SAFE).ranges == (Span(11, 30), Span(41, 90))
    give(kit, 31, 35, "W02", "W01")
    give(kit, 36, 40, SAFE, "W01")
    assert [held(kit, one).left for one in (SAFE, "W01", "W02")] == [75, 0, 25]
    # Two ranges of one holder go in one piece.
    give(kit, 30, 30, "W01")
    give(kit, 36, 40, "W01")
    give(kit, 41, 45, "W01")
    made = give(kit, 36, 45, "W02", "W01")
    assert [(row["first"], row["last"]) for row in made] == [(36, 40), (41, 45)]
    assert verify(kit.store).ok


def test_what_is_not_given(kit: Kit) -> None:
    receive(kit, 1, 20, SAFE)
    give(kit, 1, 10, "W01")
    spoil(kit, 5)
    act = sheets.give
    store = kit.store
    assert refused(act, store, SUPERVISOR, STOCK, "1", "2", "W02") == "sheets-not-held"
    assert refused(act, store, SUPERVISOR, STOCK, "9", "12", "W02", "W01") == "sheets-not-held"
    assert refused(act, store, SUPERVISOR, STOCK, "4", "6", "W02", "W01") == "sheets-used"
    assert refused(act, store, SUPERVISOR, STOCK, "11", "12", "W99") == "no-such-window"
    assert refused(act, store, SUPERVISOR, STOCK, "11", "12", "W02", "W99") == "no-such-window"
    assert refused(act, store, SUPERVISOR, "none", "1", "2", "W02") == "no-such-stock"
    assert refused(act, store, SUPERVISOR, STOCK, "2", "1", "W02") == "sheet-order"


# -- spoiled, missing


def test_a_blank_sheet_is_spoiled_or_missing_once_and_never_used(kit: Kit) -> None:
    receive(kit, 1, 9)
    assert spoil(kit, 1)["reason"] == "x"
    spoil(kit, 2, MISSING)
    assert held(kit)[2:4] == (7, "WS00000003")
    act = sheets.spoil
    assert refused(act, kit.store, C1, STOCK, "1", SPOILED, "x") == "sheets-used"
    assert refused(act, kit.store, C1, STOCK, "10", SPOILED, "x") == "sheets-not-held"
    assert refused(act, kit.store, C2, STOCK, "3", SPOILED, "x") == "sheets-not-held"
    assert refused(act, kit.store, C1, STOCK, "3", "used", "x") == "sheet-state"
    assert refused(act, kit.store, C1, "none", "3", SPOILED, "x") == "no-such-stock"
    for reason in ("", " ", "x" * 201):
        assert refused(act, kit.store, C1, STOCK, "3", SPOILED, reason) == "sheet-reason"


# -- counted


def issued(kit: Kit, n: int = 1) -> list[Row]:
    segment(kit, "health", "1", "50")
    return [certificate(kit, "ready") for _ in range(n)]


def test_the_day_adds_up(kit: Kit) -> None:
    receive(kit, 1, 10)
    issued(kit, 2)
    spoil(kit, 3)
    spoil(kit, 4, MISSING)
    give(kit, 9, 10, "W02", "W01")
    assert day_of(kit) == Count(opening=0, received=10, given=2, used=2, spoiled=2)
    told, row = sheet_counts.count(kit.store, C1, STOCK, 4)
    assert told.expected == row["expected"] == row["counted"] == held(kit).left == 4
    assert row["note"] is None
    assert day_of(kit, "W02") == Count(0, 2, 0, 0, 0)
    kit.clock.ms += DAY_MS
    assert day_of(kit, day="2026-09-23") == Count(4, 0, 0, 0, 0)


def test_a_difference_is_told_and_needs_a_note(kit: Kit) -> None:
    receive(kit, 1, 10)
    act = sheet_counts.count

    with pytest.raises(Refused, match="count-note") as error:
        act(kit.store, C1, STOCK, 9)
    assert error.value.params["difference"] == -1
    assert (error.value.params["received"], error.value.params["expected"]) == (10, 10)
    _, row = act(kit.store, C1, STOCK, 9, "一张找不到，明日再查")
    assert (row["expected"], row["counted"], row["note"]) == (10, 9, "一张找不到，明日再查")
    _, again = act(kit.store, C1, STOCK, 10)
    assert (again["counted"], again["note"]) == (10, None)
    assert [one["counted"] for one in sheet_counts.counts(kit.store, AGENT)] == [10]
    assert sheet_counts.counts(kit.store, AGENT, "2026-09-23") == []
    assert kit.kinds().count("sheet.counted") == 2
    for number in (-1, rules.MOST + 1):
        assert refused(act, kit.store, C1, STOCK, number) == "count-number"
    assert refused(act, kit.store, C1, "none", 1) == "no-such-stock"


def test_what_is_being_printed_is_confirmed_before_the_count(kit: Kit) -> None:
    receive(kit, 1, 10)
    segment(kit, "health", "1", "50")
    row = certificate(kit, "printing")
    assert refused(sheet_counts.count, kit.store, C1, STOCK, 9) == "sheets-bound"
    (copy,) = copies_of(kit.store, row["id"])
    certificate_print.confirm(kit.store, C1, copy["job"])
    sheet_counts.count(kit.store, C1, STOCK, 9)


def test_a_sheet_that_proves_bad_the_day_after_is_in_the_books_of_the_day_it_was_used(
    kit: Kit,
) -> None:
    receive(kit, 1, 10)
    (row,) = issued(kit)
    sheet_counts.count(kit.store, C1, STOCK, 9)
    kit.clock.ms += DAY_MS
    (copy,) = copies_of(kit.store, row["id"])
    certificate_print.spoil(kit.store, C1, copy["id"], "x")
    told, _ = sheet_counts.count(kit.store, C1, STOCK, 9)
    assert told == Count(9, 0, 0, 0, 0)
    assert day_of(kit) == Count(0, 10, 0, 0, 1)
    assert audit(kit.store) == []


def test_the_safe_is_counted_by_whoever_sits_at_no_window(kit: Kit) -> None:
    receive(kit, 1, 10, SAFE)
    told, row = sheet_counts.count(kit.store, SUPERVISOR, STOCK, 10)
    assert (told.expected, row["window"]) == (10, SAFE)


# -- whatever is done with them


class Sheets(RuleBasedStateMachine):
    """Two windows and the safe; sheets come, move, are printed on, spoil; days go by."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.kit = Kit(Path(self.folder.name))
        self.next = 1
        self.jobs: list[str] = []
        self.closed: dict[str, int] = {}
        """Window -> blank sheets at the end of the day before."""

    @initialize()
    def codes(self) -> None:
        segment(self.kit, "health", "1", "400")
        for window in ("W01", "W02"):
            self.closed[window] = 0

    def teardown(self) -> None:
        assert {one.code for one in audit(self.kit.store)} == set()
        assert verify(self.kit.store).ok
        self.kit.close()
        self.folder.cleanup()

    @property
    def today(self) -> str:
        return self.kit.store.env.day(self.kit.clock.ms)

    @rule(size=st.integers(1, 6), window=st.sampled_from([SAFE, "W01", "W02"]))
    def come(self, size: int, window: str) -> None:
        receive(self.kit, self.next, self.next + size - 1, window)
        self.next += size + 1

    @rule(data=st.data(), source=st.sampled_from([SAFE, "W01", "W02"]))
    def move(self, data: st.DataObject, source: str) -> None:
        spans = held(self.kit, source).ranges
        if not spans:
            return
        span = data.draw(st.sampled_from(spans))
        first = data.draw(st.integers(span.first, span.last))
        last = data.draw(st.integers(first, span.last))
        to = data.draw(st.sampled_from([one for one in (SAFE, "W01", "W02") if one != source]))
        used = self.kit.store.rows(
            "SELECT id FROM sheet WHERE stock = ? AND serial BETWEEN ? AND ?", STOCK, first, last
        )
        if used:
            assert refused(give, self.kit, first, last, to, source) == "sheets-used"
        else:
            give(self.kit, first, last, to, source)

    @rule(number=st.integers(1, 2), copies=st.integers(1, 3))
    def print(self, number: int, copies: int) -> None:
        who = clerk(number)
        rows = [sealed(self.kit, approved(self.kit, by=who), who) for _ in range(copies)]
        todo = waiting(self.kit, *rows)
        if held(self.kit, who.window).left < copies:
            act = certificate_print.begin
            assert refused(act, self.kit.store, who, todo) == "no-sheets"
        else:
            self.jobs.append(certificate_print.begin(self.kit.store, who, todo).id)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        job = self.jobs.pop(data.draw(st.integers(0, len(self.jobs) - 1)))
        found: dict[str, list[str]] = {"spoiled": [], "unprinted": [], "": []}
        for copy in certificate_print.job_copies(self.kit.store, job):
            found[data.draw(st.sampled_from(list(found)))].append(copy["id"])
        certificate_print.confirm(
            self.kit.store,
            C1,
            job,
            spoiled=dict.fromkeys(found["spoiled"], "x"),
            unprinted=found["unprinted"],
        )

    @rule(data=st.data())
    def prove_bad(self, data: st.DataObject) -> None:
        rows = self.kit.store.rows("SELECT id FROM certificate_copy WHERE state = 'printed'")
        if rows:
            copy = data.draw(st.sampled_from([row["id"] for row in rows]))
            certificate_print.spoil(self.kit.store, C1, copy, "x")

    @rule(number=st.integers(1, 2), state=st.sampled_from([SPOILED, MISSING]))
    def lose(self, number: int, state: str) -> None:
        who = clerk(number)
        blank = held(self.kit, who.window)
        if blank.left:
            spoil(self.kit, int(blank.next[2:]), state, who)

    @rule(number=st.integers(1, 2))
    def count(self, number: int) -> None:
        who = clerk(number)
        left = held(self.kit, who.window).left
        bound = self.kit.store.rows(
            "SELECT id FROM sheet WHERE window = ? AND state = 'bound'", who.window
        )
        if bound:
            assert refused(sheet_counts.count, self.kit.store, who, STOCK, left) == "sheets-bound"
        else:
            told, row = sheet_counts.count(self.kit.store, who, STOCK, left)
            assert (told.expected, row["note"]) == (left, None)

    @rule()
    def night(self) -> None:
        for job in self.jobs:
            certificate_print.confirm(self.kit.store, C1, job)
        self.jobs = []
        for window in self.closed:
            self.closed[window] = held(self.kit, window).left
        self.kit.clock.ms += DAY_MS

    @invariant()
    def adds_up(self) -> None:
        for window, before in self.closed.items():
            told = day_of(self.kit, window, self.today)
            assert told.opening == before, window
            assert told.expected == held(self.kit, window).left
            assert min(told) >= 0
        serials = [
            serial
            for window in (SAFE, "W01", "W02")
            for span in held(self.kit, window).ranges
            for serial in range(span.first, span.last + 1)
        ]
        assert len(serials) == len(set(serials))
        delivered = self.kit.store.rows(
            "SELECT count(DISTINCT serial) AS n FROM sheet WHERE stock = ?", STOCK
        )[0]["n"]
        blank = sum(held(self.kit, window).left for window in (SAFE, "W01", "W02"))
        assert len(serials) == blank + delivered


TestSheets = Sheets.TestCase
TestSheets.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
