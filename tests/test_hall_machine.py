"""Everything around the desks mixed into any day: bookings, kiosks, signals, alarms, day's end.

On top of `test_queue_machine`, with its invariants, its oracle and its undo. `HALLCLIENT_DEEP`
works here too.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from db.check import verify
from hallclient.actions import (
    booking_arrival,
    booking_confirm,
    bookings,
    calling,
    day,
    day_close,
    hallview,
    kiosk,
    persons,
    serving,
    signals,
    slips,
    sweep,
    tickets,
    undo,
    watch,
    windows,
)
from hallclient.actions.acting import Actor
from hallclient.rules import alarms
from hallclient.rules.booking_marks import DIFFERS, SAME, Mark
from hallclient.rules.errors import Refused
from tests import bookkit, invariants
from tests.hallkit import ADMINISTRATOR, AGENT, PASSWORD, SUPERVISOR
from tests.test_queue_machine import DEEP, ITEMS, SEATS, Hall, places, window_ids

KIOSK = Actor("k01", "kiosk")
ZONE = ZoneInfo("Asia/Shanghai")
SECRETS = ("Zhang Sanfeng", "11010519491231002X", "13812345678", "420100199001011234", "Old Wang")
WHO = {"name": SECRETS[0], "identity": SECRETS[1], "phone": SECRETS[2]}
BOOKED = [{}, WHO, {"name": "x", "identity": "420100199001011234"}]
"""The last is also somebody who takes numbers without a booking."""


class WholeHall(Hall):
    """The queue's machine, with what is around it."""

    def teardown(self) -> None:
        if hasattr(self, "kit"):
            row = self.store.row("SELECT state FROM business_day WHERE id = ?", self.today)
            if row is not None and row["state"] == "closed":
                self.do(day.reopen_day, SUPERVISOR)
            report = verify(self.store)
            assert report.ok, report.findings
            bodies = b"".join(row[0] for row in self.store.db.execute("SELECT body FROM event"))
            assert not [secret for secret in SECRETS if secret.encode() in bodies]
        super().teardown()

    @property
    def today(self) -> str:
        return self.store.env.day(self.kit.clock())

    def booking(self, place: int, *states: str) -> str:
        rows = [row for row in self.rows["booking"].values() if row["state"] in states]
        rows = rows or list(self.rows["booking"].values())
        return sorted(row["id"] for row in rows)[place % len(rows)] if rows else "B404"

    # -- bookings

    @rule(
        name=st.integers(0, 5),
        half_hours=st.integers(-1, 3),
        person=st.sampled_from(BOOKED),
        code=st.sampled_from(ITEMS),
        cancelled=st.sampled_from([False, False, True]),
    )
    def import_booking(
        self, name: int, half_hours: int, person: dict[str, str], code: str, cancelled: bool
    ) -> None:
        at = datetime.fromtimestamp(self.kit.clock() / 1000, ZONE)
        at = at.replace(minute=at.minute // 30 * 30) + timedelta(minutes=30 * half_hours)
        row = {
            **bookkit.row(f"B{name:03d}", f"{at:%H:%M}-{at + timedelta(minutes=30):%H:%M}"),
            "date": f"{at:%Y-%m-%d}",
            "service": code,
            "materials": "articles",
            "state": "\u5df2\u53d6\u6d88" if cancelled else "",
            **person,
        }
        bookkit.take_in(self.kit, row)
        self.rows = invariants.check(self.store)
        before = self.head()
        again = bookkit.take_in(self.kit, row)
        assert self.head() == before, again

    @rule(
        place=places,
        at_kiosk=st.booleans(),
        priority=st.sampled_from(["", "", "elderly"]),
        told=st.booleans(),
    )
    def check_in(self, place: int, at_kiosk: bool, priority: str, told: bool) -> None:
        key = self.booking(place, "booked", "no_show")
        who, source = (KIOSK, kiosk.SOURCE) if at_kiosk else (AGENT, "booking")
        act = booking_arrival.arrive if told else bookings.check_in
        made = self.do(act, who, key, source=source, priority=priority, proof="card")
        if not isinstance(made, Refused):
            refused = self.do(act, AGENT, key)
            assert isinstance(refused, Refused)
            assert refused.code == "already-arrived"

    @rule(place=places)
    def cancel_booking(self, place: int) -> None:
        self.do(bookings.cancel, AGENT, self.booking(place, "booked"))

    @rule(place=places, mark=st.sampled_from([SAME, DIFFERS]))
    def confirm(self, place: int, mark: str) -> None:
        key = self.booking(place, "arrived")
        rows = booking_confirm.comparison(self.store, key)
        note = SECRETS[4] if mark == DIFFERS else ""
        self.do(booking_confirm.confirm, AGENT, key, [Mark(one.key, mark, note) for one in rows])

    @rule(place=places)
    def forget(self, place: int) -> None:
        self.do(bookings.forget, ADMINISTRATOR, self.booking(place, "cancelled", "no_show"))
        number = self.number(place, "done", "cancelled", "abandoned", "carried_over")
        self.do(persons.forget, ADMINISTRATOR, number, self.today)

    # -- kiosks

    @rule(code=st.sampled_from(ITEMS), claimed=st.sampled_from(["", "disabled"]))
    def at_kiosk(self, code: str, claimed: str) -> None:
        made = self.do(kiosk.take, KIOSK, kiosk.Wish((code,), claimed=claimed))
        if not isinstance(made, Refused):
            self.do(slips.printed, KIOSK, made.number)

    @rule(lines=st.sets(st.sampled_from(["setup", "tax", "general"])), stop=st.booleans())
    def stop_or_start(self, lines: set[str], stop: bool) -> None:
        act = day.stop_numbers if stop else day.start_numbers
        self.do(act, SUPERVISOR, sorted(lines) or None)

    # -- signals and alarms

    @rule(window=window_ids)
    def call_help(self, window: str) -> None:
        self.do(signals.call_help, self.seated(window), "dispute", SECRETS[4])

    @rule(window=window_ids, text=st.sampled_from(signals.REQUESTS))
    def request(self, window: str, text: str) -> None:
        self.do(signals.request, SUPERVISOR, window, text)

    @rule(
        place=places,
        act=st.sampled_from([signals.answer, signals.close]),
        window=st.none() | window_ids,
    )
    def hear(self, place: int, act: Any, window: str | None) -> None:
        rows = signals.open_signals(self.store)
        if rows:
            who = SUPERVISOR if window is None else self.seated(window)
            self.do(act, who, rows[place % len(rows)]["id"])

    @rule(seen=st.booleans())
    def look(self, seen: bool) -> None:
        """A supervisor's seat without a memory: whatever has stood long enough is raised."""
        view = hallview.look(self.store, SUPERVISOR)
        since = {reading.key: 0 for reading in view.readings}
        open_now = [alarm.key for alarm in view.alarms]
        step = alarms.step(since, open_now, view.readings, self.kit.policy, view.now)
        self.do(watch.note, SUPERVISOR, step)
        head = self.head()
        watch.note(self.store, SUPERVISOR, step)
        assert self.head() == head, "what is open is not raised again"
        for alarm in hallview.look(self.store, SUPERVISOR).alarms[: int(seen)]:
            self.do(watch.see, SUPERVISOR, alarm.id)

    @rule(window=window_ids, outcome=st.sampled_from(["done", "materials_missing"]))
    def end_for(self, window: str, outcome: str) -> None:
        self.do(serving.end_for, SUPERVISOR, window, outcome)

    @rule(window=window_ids, reason=st.sampled_from(["rest", "meal"]), regret=st.booleans())
    def pause_and_think_again(self, window: str, reason: str, regret: bool) -> None:
        who = self.free_hands(window)
        self.do(signals.request, SUPERVISOR, window, "next")
        self.do(windows.pause_window, who, reason)
        self.regret(window, regret)

    @rule(window=window_ids)
    def called_as_asked(self, window: str) -> None:
        who = self.free_hands(window)
        self.kit.pass_(121)
        self.do(signals.request, SUPERVISOR, window, "next")
        self.do(calling.call_next, who)
        self.take_back(window)

    # -- the day

    @rule()
    def open_day(self) -> None:
        self.do(day.open_day, SUPERVISOR, ["paper"], disk_free=1 << 40)

    @precondition(lambda self: self.steps > 10)
    @rule(carried=st.sets(places, max_size=3), again=st.sampled_from([True, True, True, False]))
    def close_day(self, carried: set[int], again: bool) -> None:
        rows = [row for row in day_close.closing_list(self.store) if row["carriable"]]
        numbers = {rows[place % len(rows)]["number"] for place in carried if rows}
        made = self.do(day_close.close_day, SUPERVISOR, PASSWORD, carry=sorted(numbers))
        if isinstance(made, Refused):
            assert made.code == "day-closed"
        else:
            assert not [row for row in self.rows["signal"].values() if row["closed_at"] is None]
            assert not [row for row in self.rows["alarm"].values() if row["cleared_at"] is None]
        self.nothing_goes_on()
        if again:
            self.do(day.reopen_day, SUPERVISOR)

    def nothing_goes_on(self) -> None:
        """A closed day takes nobody in, gives nothing back, and has nothing open."""
        assert not [leg for leg in self.rows["leg"].values() if leg["state"] in invariants.OPEN]
        assert not [row for row in self.rows["duty"].values() if row["ended_at"] is None]
        some = next(iter(self.rows["visit"].values()))["number"]
        acts: list[tuple[Any, Actor, tuple[Any, ...]]] = [
            (tickets.take, AGENT, (tickets.Request([ITEMS[0]]),)),
            (tickets.add_service, AGENT, (some, ITEMS[0])),
            (tickets.reinstate, AGENT, (some,)),
            (tickets.come_back, AGENT, (some,)),
            (kiosk.take, KIOSK, (kiosk.Wish((ITEMS[0],)),)),
            (bookings.check_in, AGENT, (self.booking(0, "booked"),)),
            *((undo.undo, self.seated(window), ()) for window in SEATS),
            *((serving.reopen, self.seated(window), (some,)) for window in SEATS),
            *((windows.open_window, self.seated(window), ()) for window in SEATS),
        ]
        for act, who, args in acts:
            assert isinstance(self.do(act, who, *args), Refused), act

    @rule()
    def next_morning(self) -> None:
        """Nobody has closed the day: the clock does; who was at a window is served to the end."""
        self.kit.clock.ms += 86_400_000
        self.sweep()
        for window in SEATS:
            row = self.rows["window"][window]
            if row["leg"] is not None:
                self.do(serving.finish, Actor(row["operator"], "clerk", window))
                self.do(calling.pass_over, Actor(row["operator"], "clerk", window))
        self.sweep()
        for number in [row["id"] for row in self.rows["booking"].values()][:3]:
            self.do(bookings.check_in, AGENT, number)

    @rule()
    def sign(self) -> None:
        for key in sorted(self.rows["business_day"])[-2:]:
            self.do(day_close.sign_day, SUPERVISOR, PASSWORD, key)

    @rule()
    def look_everywhere(self) -> None:
        """What screens read never fails, whatever the hall has come to."""
        sweep.sweep(self.store)
        self.rows = invariants.check(self.store)
        day.hint(self.store)
        day.opening(self.store, 1 << 40)
        bookings.of_day(self.store)
        bookings.quota(self.store)
        day_close.closing_list(self.store)


WholeHall.TestCase.settings = settings(Hall.TestCase.settings, max_examples=DEEP or 10)
TestWholeHall = pytest.mark.slow(pytest.mark.timeout(0 if DEEP else 600)(WholeHall.TestCase))
