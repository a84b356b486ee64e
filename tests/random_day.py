"""A day of a hall in which anybody does anything, from the dice of a seed."""

import random
from collections.abc import Callable
from typing import Any

from hallclient.actions import calling, persons, serving, shift, sweep, tickets, undo, windows
from hallclient.actions.acting import Actor
from hallclient.actions.day_close import close_day
from hallclient.rules.errors import Refused
from tests.hallkit import AGENT, PASSWORD, SUPERVISOR, Kit, clerk

SEATS = (1, 2, 7, 8, 13, 17)
LINES = ("setup", "setup", "general", "general", "tax", "street")
PEOPLE = [f"42010019900101{number:04d}" for number in range(1200, 1212)]


class RandomDay:
    """Plays; what the rules refuse is not done. Some seconds pass before each action."""

    def __init__(self, kit: Kit, seed: int) -> None:
        self.kit, self.store = kit, kit.store
        self.dice = random.Random(seed)
        self.takers = dict.fromkeys(SEATS, "")

    def play(self, actions: int, *, longest: int = 240) -> None:
        """So many actions, with a jump over noon now and then."""
        for number in SEATS[:4]:
            self.do(windows.open_window, clerk(number))
        for _ in range(actions):
            self.kit.pass_(self.dice.randint(1, longest))
            act = self.dice.choices(*zip(*self.choices(), strict=True))[0]
            act()

    def close(self) -> None:
        """Close the day, whoever is still there."""
        self.kit.pass_(60)
        close_day(self.store, SUPERVISOR, PASSWORD, carry=self.carriable())

    def choices(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self.take, 14),
            (self.work, 60),
            (self.window, 9),
            (self.number, 8),
            (self.supervise, 2),
            (self.regret, 4),
            (self.look_at_the_clock, 3),
        ]

    def do(self, action: Callable[..., Any], who: Actor, *args: Any, **more: Any) -> Any:
        try:
            return action(self.store, who, *args, **more)
        except Refused:
            return None

    def pick(self, of: Any) -> Any:
        return self.dice.choice(list(of))

    def item(self) -> str:
        """One of the first two services of a line."""
        return self.kit.item(self.pick(LINES), self.dice.randint(0, 1))

    # -- visitors

    def take(self) -> None:
        items = [self.item() for _ in range(2)]
        count = 2 if self.dice.random() < 0.25 and items[0] != items[1] else 1
        low = self.dice.randint(0, 20) * 60_000
        request = tickets.Request(
            items[:count],
            joint=self.pick([""] * 8 + ["restaurant", "company_start"]),
            priority=self.pick(["", "", "", "elderly"]),
            proof="card",
            slot=self.pick([None] * 4 + [self.kit.clock() + self.pick([-10, 5, 14]) * 60_000]),
            person={"identity": self.pick(PEOPLE)} if self.dice.random() < 0.5 else {},
            collect=self.dice.random() < 0.1,
            promised=(low, low + self.dice.randint(0, 20) * 60_000),
        )
        self.do(tickets.take, AGENT, request)

    def numbers(self, *states: str) -> list[str]:
        rows = self.store.rows("SELECT number, state FROM leg WHERE day = ?", self.today)
        return [row["number"] for row in rows if not states or row["state"] in states]

    @property
    def today(self) -> str:
        return self.store.env.day(self.kit.clock())

    def number(self) -> None:
        acts: list[tuple[tuple[str, ...], Callable[[str], Any]]] = [
            (("waiting", "held", "passed", "blocked"), self.cancel),
            (("passed",), lambda number: self.do(tickets.reinstate, AGENT, number)),
            (("passed",), lambda number: self.do(tickets.reinstate, AGENT, number)),
            (("external",), lambda number: self.do(tickets.come_back, AGENT, number)),
            (("waiting",), self.verify),
            (("waiting", "serving", "done"), self.add),
            (("waiting",), self.identify),
        ]
        states, act = self.pick(acts)
        found = self.numbers(*states)
        if found:
            act(self.pick(found))

    def cancel(self, number: str) -> None:
        reason = self.pick(["visitor", "left", "left", "duplicate", "clerk"])
        self.do(tickets.cancel, AGENT, number, reason)

    def verify(self, number: str) -> None:
        self.do(tickets.verify_priority, AGENT, number, "disabled", "card")

    def add(self, number: str) -> None:
        item = self.item()
        after = self.dice.random() < 0.5
        self.do(tickets.add_service, AGENT, number, item, after_current=after)

    def identify(self, number: str) -> None:
        self.do(persons.identify, AGENT, number, {"identity": self.pick(PEOPLE)})

    # -- windows

    def seat(self) -> Actor:
        """Some window's clerk, who may be another than its usual one."""
        number = self.pick(SEATS)
        row = windows.window_row(self.store, f"W{number:02d}")
        return Actor(row["operator"] or f"c{number:02d}", "clerk", row["id"])

    def window(self) -> None:
        who = self.seat()
        row = windows.window_row(self.store, who.window)
        if row["state"] in ("closed", "draining", "paused") and self.dice.random() < 0.8:
            self.do(windows.open_window, who)
        elif self.dice.random() < 0.2:
            self.do(shift.hand_over, who, self.pick(["c03", "c04", "c09"]), PASSWORD)
        elif row["leg"] is None and self.dice.random() < 0.5:
            self.do(windows.pause_window, who, "rest")
        else:
            act = self.pick([windows.drain_window, windows.close_window, windows.resume_window])
            self.do(act, who)

    def work(self) -> None:
        """The window goes on with what is natural, and sometimes with something else."""
        who = self.seat()
        row = windows.window_row(self.store, who.window)
        if row["state"] == "paused":
            self.do(windows.resume_window, who)
        elif row["leg"] is None:
            self.call(who)
        else:
            leg = self.store.row("SELECT state, number FROM leg WHERE id = ?", row["leg"])
            assert leg is not None
            if leg["state"] == "called":
                self.called(who)
            else:
                self.serving(who)

    def call(self, who: Actor) -> None:
        act = self.dice.random()
        waiting = self.numbers("waiting")
        if act < 0.15 and waiting:
            self.do(calling.call_chosen, who, self.pick(waiting), "frail")
        elif act < 0.3:
            self.do(serving.resume, who)
        elif act < 0.4:
            self.reopen(who)
        else:
            self.do(calling.call_next, who)

    def reopen(self, who: Actor) -> None:
        row = self.store.row(
            "SELECT number FROM leg WHERE state = 'done' AND operator = ? ORDER BY closed_at DESC",
            who.operator,
        )
        if row is not None:
            self.do(serving.reopen, who, row["number"])

    def called(self, who: Actor) -> None:
        act = self.dice.random()
        if act < 0.55:
            self.do(calling.start, who)
        elif act < 0.75:
            self.do(calling.recall, who)
        elif act < 0.93:
            self.do(calling.pass_over, who)
        else:
            self.transfer(who)

    def serving(self, who: Actor) -> None:
        act = self.dice.random()
        if act < 0.6:
            outcome = self.pick(["done", "accepted", "materials_missing", "gave_up"])
            estimated = self.dice.random() < 0.1
            self.do(serving.finish, who, outcome, estimated=estimated)
            if self.dice.random() < 0.15:
                self.kit.pass_(self.dice.randint(1, 40))
                self.reopen(who)
        elif act < 0.75:
            self.do(serving.hold, who, self.pick(["fill", "copy"]), self.pick([1, 10]))
        elif act < 0.82:
            self.do(serving.send_out, who)
        elif act < 0.87:
            self.do(serving.still_serving, who)
        else:
            self.transfer(who)

    def transfer(self, who: Actor) -> None:
        kind = self.pick(serving.TRANSFERS)
        to = self.item()
        if kind == "window":
            to = f"W{self.pick(SEATS):02d}"
        elif kind == "clerk":
            to = f"c{self.pick(SEATS):02d}"
        self.do(serving.transfer, who, kind, to)

    def supervise(self) -> None:
        window = f"W{self.pick(SEATS):02d}"
        act = self.pick([serving.take_over, windows.free_window])
        self.do(act, SUPERVISOR, window)

    def regret(self) -> None:
        """Somebody does something and takes it back at once, or tries to take back the last."""
        self.work()
        for number in SEATS:
            if self.dice.random() < 0.5:
                self.kit.pass_(self.dice.randint(1, 4))
                row = windows.window_row(self.store, f"W{number:02d}")
                who = Actor(row["operator"] or f"c{number:02d}", "clerk", row["id"])
                self.do(undo.undo, who)

    def look_at_the_clock(self) -> None:
        sweep.sweep(self.store)

    def carriable(self) -> list[str]:
        """Numbers that wait and nothing else: some of them are carried over."""
        rows = self.store.rows(
            "SELECT number, group_concat(state) AS states FROM leg WHERE day = ? GROUP BY number",
            self.today,
        )
        alone = [row["number"] for row in rows if row["states"] == "waiting"]
        return alone[:3]
