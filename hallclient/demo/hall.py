"""The rest of the hall: visitors come and clerks work, through the same use cases as people.

`Simulation.run_due` does what has fallen due and `next_at` says when to come again; who sleeps in
between, and by which clock, is the caller's business. A clerk who is signed in is a person: their
window is not touched until they sign out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from db import presence
from db.store import Row, Store
from hallclient.actions import calling, serving, tickets, views, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall import hall_of
from hallclient.actions.persons import identify
from hallclient.actions.sweep import sweep
from hallclient.demo import booked, day
from hallclient.demo.clerk import Clerks, Held, Move, Seat, Seen
from hallclient.demo.day import Arrival, Profile, Step
from hallclient.demo.dice import MINUTE, dice
from hallclient.demo.people import person
from hallclient.rules.errors import Refused

_SEAT = """
    SELECT w.*, l.number AS visitor, l.item, l.line, l.lane, l.state AS leg_state,
           l.since AS leg_since, l.attempts, l.last_call_at, l.reinstated, l.doubted_at,
           (SELECT count(*) FROM period p WHERE p.id > l.id || '.' AND p.id < l.id || '/'
               AND p.kind IN ('hold', 'external')) AS outs
    FROM window w LEFT JOIN leg l ON l.id = w.leg WHERE w.id = ?"""
_HELD = (
    "SELECT number, since FROM leg WHERE state = 'held' AND operator = ? AND day = ? ORDER BY since"
)
_EXPECTS = "SELECT 1 FROM leg WHERE state = 'external' AND return_window = ? AND day = ? LIMIT 1"
_PERSON = "SELECT signed_in_at FROM operator WHERE id = ? AND state = 'active'"
_TRY_AGAIN_MS = 20_000
_TEND_MS = 30_000
_BEAT_MS = 10_000
_DESKS = ("a02", "a01", "s01")
"""Who hands out numbers and takes people back in: the first of them who is not a person."""

_ACTS: dict[str, Callable[..., Any]] = {
    "open": windows.open_window,
    "back": windows.resume_window,
    "pause": windows.pause_window,
    "close": windows.close_window,
    "call": calling.call_next,
    "recall": calling.recall,
    "start": calling.start,
    "pass": calling.pass_over,
    "hold": serving.hold,
    "resume": serving.resume,
    "send-out": serving.send_out,
    "transfer": serving.transfer,
    "confirm": serving.still_serving,
    "finish": serving.finish,
}
_TURNS = frozenset({"hold", "send-out", "transfer"})


class Simulation:
    """One hall on one day, from the store's present moment on."""

    def __init__(
        self,
        store: Store,
        midnight: int,
        weekday: int,
        seed: int,
        profile: Profile | None = None,
    ) -> None:
        self.store = store
        self.seed = seed
        self.profile = profile or Profile()
        self.hall = hall_of(store)
        self._beaten = 0
        self._alive: set[str] = set()
        self.agenda = day.Agenda()
        self.hours = day.hours_of(self.hall, midnight, weekday)
        self.clerks = Clerks(self.hall, self.hours, seed, self.profile)
        now = store.env.now()
        everyone = day.arrivals(self.hall, midnight, weekday, seed, self.profile)
        self.to_come = [arrival for arrival in everyone if arrival.at >= now]
        """Who comes from the simulation's beginning on, in order."""
        for arrival in self.to_come:
            self.agenda.add(arrival.at, Step("arrive", arrival.key, arrival))
        for place, window in enumerate(self.hall.windows):
            self.agenda.look(window, now + 500 * place)
        self.agenda.add(now + _TEND_MS, Step("tend"))

    @property
    def next_at(self) -> int | None:
        """When something falls due (UTC ms); None when the day is over."""
        return self.agenda.next_at

    def beat(self) -> int:
        """Say of each window that a simulated clerk works that it lives; ms until the next time."""
        now = self.store.env.now()
        if now - self._beaten >= _BEAT_MS:
            self._beaten = now
            rows = self.store.rows(
                "SELECT window.id FROM window JOIN operator ON operator.id = window.operator "
                "WHERE window.state <> 'closed' AND operator.signed_in_at IS NULL"
            )
            for row in rows:
                self._alive.add(row["id"])
                presence.beat(self.store.path, row["id"], now)
        return max(0, self._beaten + _BEAT_MS - now)

    def leave(self) -> None:
        """The simulated clerks go: no sign of them stays."""
        for window in self._alive:
            presence.leave(self.store.path, window)

    def run_due(self) -> int:
        """Do everything that is due by now; return how many steps it took.

        A StoreError leaves the step in the agenda: nothing is lost when the store is busy.
        """
        done = 0
        while (step := self.agenda.pop(self.store.env.now())) is not None:
            try:
                self._step(step)
            except Refused:
                # The rules said no: a colleague was quicker. Whoever was concerned looks again.
                self._again(step)
            except BaseException:
                self._again(step)
                raise
            done += 1
        return done

    def _again(self, step: Step) -> None:
        at = self.store.env.now() + _TRY_AGAIN_MS
        if step.kind == "look":
            self.agenda.look(step.key, at)
        else:
            self.agenda.add(at, step)

    def _step(self, step: Step) -> None:
        if step.arrival is not None:
            self._arrive(step.arrival)
        elif step.kind == "look":
            self._look(step.key)
        else:
            self._tend()

    # -- visitors

    def _arrive(self, arrival: Arrival) -> None:
        roll = dice(self.seed, arrival.key, "person")
        known = roll.random() < self.profile.identified
        priority = self.hall.priorities.get(arrival.priority)
        fields = person(roll, arrival.line, elderly=arrival.elderly) if known else {}
        source = roll.choice(("kiosk", "kiosk", "phone", "counter"))
        request = tickets.Request(
            () if arrival.joint else arrival.items,
            joint=arrival.joint,
            priority=arrival.priority,
            proof=priority.proof_zh if priority else "",
            slot=arrival.slot,
            person=fields,
            source=source,
            collect=self.hall.lines[arrival.line].collect,
        )
        try:
            ticket = booked.arrive(self, arrival, source)
            ticket = ticket or tickets.take(self.store, self.desk(), request)
        except Refused as refused:
            if refused.code != "booking-early":
                return
            # Comes back a little later, as they were told.
            at = self.store.env.now() + int(str(refused.params["minutes"])) * MINUTE
            self.agenda.add(at, Step("arrive", arrival.key, arrival))
            return
        self._nudge({leg.line for leg in ticket.legs})

    def _nudge(self, lines: set[str]) -> None:
        """Idle clerks of these lines notice that someone has come."""
        now = self.store.env.now()
        for row in self.store.rows("SELECT * FROM window WHERE state IN ('idle', 'wrap_up')"):
            if lines & windows.plan_of(self.hall, row).keys():
                wait = dice(self.seed, row["id"], "notices", now).randint(2_000, 9_000)
                self.agenda.look(row["id"], now + wait)

    def _tend(self) -> None:
        """Whoever waits too long leaves; who was outside, or was passed over, comes back."""
        now = self.store.env.now()
        lines = set(self.hall.lines) if sweep(self.store) else set()
        today = self.store.env.day(now)
        rows = self.store.rows(
            "SELECT number, state, since, ready_at, lane, reason, line FROM leg "
            "WHERE day = ? AND state IN ('waiting', 'passed', 'external') ORDER BY rowid",
            today,
        )
        for row in rows:
            try:
                if self._tend_to(row, now):
                    lines.add(row["line"])
            except Refused:
                # Not now: the visitor is at another window, or has come back once already.
                continue
        if lines:
            self._nudge(lines)
        if now < self.clerks.ends and (now < self.hours.closes or self.agenda.looks):
            self.agenda.add(now + _TEND_MS, Step("tend"))

    def _tend_to(self, row: Row, now: int) -> bool:
        """One visitor; whether they have come back into the line."""
        number, since = row["number"], row["since"]
        if row["state"] == "waiting":
            fresh = row["lane"] in ("ordinary", "booked", "priority")
            limit = day.leaves_after(self.seed, number, self.profile)
            if fresh and now >= row["ready_at"] + limit:
                tickets.cancel(self.store, self.desk(), number, "left")
            return False
        if row["state"] == "passed":
            delay = day.returns_after(self.seed, number, self.profile)
            if delay is None or now < since + delay:
                return False
            tickets.reinstate(self.store, self.desk(), number)
            return True
        if row["reason"] == "consult" or now < since + day.outside_for(self.seed, number):
            return False
        tickets.come_back(self.store, self.desk(), number)
        return True

    def identify_waiting(self) -> int:
        """Read the identity cards of those who were in the hall before anything could be sealed."""
        rows = self.store.rows(
            "SELECT v.number, v.priority, l.line FROM visit v JOIN leg l ON l.visit = v.id "
            "WHERE v.state = 'open' AND v.sealed IS NULL GROUP BY v.id ORDER BY v.rowid"
        )
        for row in rows:
            roll = dice(self.seed, row["number"], "card")
            fields = person(roll, row["line"], elderly=row["priority"] == "elderly")
            try:
                identify(self.store, self.desk(), row["number"], fields)
            except Refused:
                continue
        return len(rows)

    # -- clerks

    def _look(self, window: str) -> None:
        now = self.store.env.now()
        row = self.store.row(_SEAT, window)
        if row is None:
            return
        operator = row["operator"] or f"c{row['number']:02d}"
        if self._is_person(operator):
            if now < self.clerks.ends:
                self.agenda.look(window, now + MINUTE)
            return
        who = Actor(operator, "clerk", window)
        seat = self._seat(row, who)
        move = self.clerks.decide(seat, now)
        if move.act:
            move = self._do(who, seat, move)
        if move.again is not None:
            self.agenda.look(window, max(move.again, now))

    def _do(self, who: Actor, seat: Seat, move: Move) -> Move:
        try:
            _ACTS[move.act](self.store, who, *move.args)
        except Refused:
            if move.act in _TURNS:
                self.clerks.refused(seat)
            return move._replace(again=self.store.env.now() + _TRY_AGAIN_MS)
        return move

    def _seat(self, row: Row, who: Actor) -> Seat:
        visitor = None
        if row["visitor"] is not None:
            visitor = Seen(
                number=row["visitor"],
                item=row["item"],
                line=row["line"],
                lane=row["lane"],
                state=row["leg_state"],
                since=row["leg_since"],
                attempts=row["attempts"],
                last_call_at=row["last_call_at"] or row["leg_since"],
                reinstated=row["reinstated"],
                doubted=row["doubted_at"] is not None,
                outs=row["outs"],
            )
        today = self.store.env.day(self.store.env.now())
        held = self.store.rows(_HELD, who.operator, today)
        free = visitor is None and row["state"] not in ("closed", "paused")
        return Seat(
            window=who.window,
            state=row["state"],
            since=row["since"],
            reason=row["reason"] or "",
            visitor=visitor,
            held=tuple(Held(one["number"], one["since"]) for one in held),
            expects=self.store.row(_EXPECTS, who.window, today) is not None,
            waiting=free and views.next_for(self.store, row, who) is not None,
        )

    def _is_person(self, operator: str) -> bool:
        """Whether someone real is signed in as this operator (or nobody may be)."""
        row = self.store.row(_PERSON, operator)
        return row is None or row["signed_in_at"] is not None

    def desk(self) -> Actor:
        """Who hands out numbers now."""
        operator = next((key for key in _DESKS if not self._is_person(key)), _DESKS[0])
        return Actor(operator, "supervisor" if operator == "s01" else "agent")
