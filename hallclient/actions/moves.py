"""What one move of a leg changes: the leg, its periods, the window, the visit, those that follow.

A change set is collected here and written as the ``set`` of one event.
"""

from __future__ import annotations

from typing import Any

from db.log import Change
from db.store import Row
from hallclient.actions.acting import Action
from hallclient.rules import queue
from hallclient.rules import visit as visit_rules
from hallclient.rules.errors import Refused
from hallclient.rules.leg import Leg

PERIOD_OF = {
    queue.WAITING: "wait",
    queue.CALLED: "walk",
    queue.SERVING: "service",
    queue.HELD: "hold",
    queue.EXTERNAL: "external",
    queue.PASSED: "passed",
}
"""Which period a state opens. Standard terms: waiting, walk, service, hold time."""


# With the words of the partial index beside it; without them SQLite reads every leg there is.
HELD = "state = 'held' AND state IN ('held', 'passed', 'external')"


# A period and an announcement are named after their leg: its id, a dot, its version then. So their
# keys find them, and each call writes two indexes less.
OF_LEG = "id > ?1 || '.' AND id < ?1 || '/'"


class Moves:
    """Collects the changes of one event, in the order in which they are applied."""

    def __init__(self, tx: Action) -> None:
        self.tx = tx
        self.set: list[Change] = []

    def update(self, table: str, row: Row, now: dict[str, Any]) -> None:
        """Change some columns of a row that was read in this transaction."""
        changed = {name: value for name, value in now.items() if row.get(name) != value}
        if changed:
            self.set.append((table, row["id"], {name: row.get(name) for name in changed}, changed))
            row.update(changed)

    def insert(self, table: str, key: str, row: dict[str, Any]) -> None:
        """Make a row; columns left out are null."""
        self.set.append((table, key, None, row))

    def leg(self, leg: Leg, now: queue.Changes, *, estimated: bool = False) -> None:
        """Move a leg: close the period it was in, open the one of its new state.

        ``estimated`` marks the closed period, so that it never enters an average.
        """
        before, ver = leg.state, leg.ver + 1
        changed = {name: value for name, value in now.items() if getattr(leg, name) != value}
        # State and window are told in any case: at another window it is not the leg that this was
        # decided on (`db.merge`).
        told = {"state": leg.state, "window": leg.window, **changed}
        was = {name: getattr(leg, name) for name in told}
        self.set.append(("leg", leg.id, {**was, "ver": leg.ver}, {**told, "ver": ver}))
        for name, value in changed.items():
            setattr(leg, name, value)
        leg.ver = ver
        if leg.state != before or "window" in changed:
            self._period(leg, estimated=estimated)

    def _period(self, leg: Leg, *, estimated: bool) -> None:
        found = self.tx.db.execute(
            f"SELECT id, estimated FROM period WHERE {OF_LEG} AND ended_at IS NULL", (leg.id,)
        ).fetchone()
        if found is not None:
            was: dict[str, Any] = {"ended_at": None}
            now: dict[str, Any] = {"ended_at": self.tx.now}
            if estimated:
                was["estimated"], now["estimated"] = found[1], 1
            self.set.append(("period", found[0], was, now))
        self.open_period(leg)

    def open_period(self, leg: Leg) -> None:
        """Begin the period of the leg's state, if that state is timed."""
        kind = PERIOD_OF.get(leg.state)
        if kind is None:
            return
        self.insert(
            "period",
            f"{leg.id}.{leg.ver}",
            {
                "leg": leg.id,
                "day": leg.day,
                "line": leg.line,
                "item": leg.item,
                "kind": kind,
                "window": leg.window,
                "operator": leg.operator,
                "started_at": self.tx.now,
                "estimated": 0,
            },
        )

    def attempt(self, leg: Leg, **facts: Any) -> None:
        """Record one announcement: who called, where, and why this one."""
        self.insert(
            "attempt",
            f"{leg.id}.{leg.ver}",
            {
                "leg": leg.id,
                "day": leg.day,
                "number": leg.number,
                "line": leg.line,
                "item": leg.item,
                "window": leg.window,
                "operator": leg.operator,
                "at": self.tx.now,
                "attempt": leg.attempts,
                **facts,
            },
        )

    def outcome(self, leg: Leg, outcome: str) -> None:
        """How the last announcement ended: ``arrived``, ``absent``, ``repeated``, ``moved``."""
        found = self.tx.db.execute(
            f"SELECT id FROM attempt WHERE {OF_LEG} AND outcome IS NULL ORDER BY at DESC LIMIT 1",
            (leg.id,),
        ).fetchone()
        if found is not None:
            self.set.append(("attempt", found[0], {"outcome": None}, {"outcome": outcome}))

    def window(self, window: Row, **now: Any) -> None:
        """Change the window's row; a new state starts its time."""
        if "state" in now and now["state"] != window["state"]:
            now.setdefault("since", self.tx.now)
        before = (window["operator"], window["state"] == "paused")
        self.update("window", window, now)
        if before != (window["operator"], window["state"] == "paused"):
            self._duty(window)

    def _duty(self, window: Row) -> None:
        """Who staffs the window from when to when, and their breaks (staffed and paused time)."""
        wanted = {
            "staffed": window["operator"],
            "paused": window["operator"] if window["state"] == "paused" else None,
        }
        for kind, operator in wanted.items():
            found = self.tx.row(
                "SELECT id, operator, ended_at FROM duty "
                "WHERE window = ? AND kind = ? AND ended_at IS NULL",
                window["id"],
                kind,
            )
            if found is not None:
                if found["operator"] == operator:
                    continue
                self.update("duty", found, {"ended_at": self.tx.now})
            if operator is not None:
                row = {
                    "window": window["id"],
                    "operator": operator,
                    "day": self.tx.day,
                    "kind": kind,
                    "reason": window["reason"] if kind == "paused" else None,
                    "started_at": self.tx.now,
                }
                self.insert("duty", self.tx.store.env.new_id(), row)

    def settle(self, ended: Leg, *, goes_on: bool = True) -> None:
        """After a leg has ended: let those that waited for it go on, close the visit.

        ``goes_on`` False: what depended on this leg cannot be done today and is cancelled.
        """
        policy, now = self.tx.hall.policy, self.tx.now
        legs = {leg.id: leg for leg in legs_of(self.tx, ended.visit)}
        legs[ended.id] = ended
        todo = [ended]
        while todo:
            before = todo.pop()
            for leg in legs.values():
                if before.id not in leg.predecessors:
                    continue
                states = {key: one.state for key, one in legs.items()}
                if leg.state == queue.EXTERNAL:
                    # However the consultation ended, the window that asked goes on.
                    if visit_rules.all_ended(leg, states):
                        back = queue.come_back(leg, policy, now, after=leg.predecessors)
                        self.leg(leg, back)
                elif leg.state != queue.BLOCKED:
                    continue
                elif not goes_on:
                    self.leg(leg, queue.cancel(leg, "predecessor", now))
                    todo.append(leg)
                elif visit_rules.ready_after(leg, states):
                    self.leg(leg, queue.unblock(leg, policy, now))
        self.close_visit(ended.visit, [leg.state for leg in legs.values()])

    def close_visit(self, visit: str, states: list[str], row: Row | None = None) -> None:
        """Write the visit's state when it has changed. Never *done* without a leg done.

        ``row``: the visit as it is after the changes collected so far, when they touch it.
        """
        row = row or self.tx.row("SELECT id, state, closed_at FROM visit WHERE id = ?", visit)
        state = visit_rules.visit_state(states)
        if row is not None and row["state"] != state:
            closed = None if state == "open" else self.tx.now
            self.update("visit", row, {"state": state, "closed_at": closed})


def has_priority(tx: Action, leg: Leg) -> bool:
    """Whether the leg's visit has a verified priority."""
    row = tx.row("SELECT priority FROM visit WHERE id = ?", leg.visit)
    return row is not None and row["priority"] is not None


def not_at_window(tx: Action, leg: Leg) -> None:
    """Raise ``at-window`` when the visitor is at a window, with this service or another."""
    row = tx.row(
        "SELECT window FROM leg WHERE visit = ? AND state IN ('called', 'serving')", leg.visit
    )
    if row is not None:
        raise Refused("at-window", number=leg.number, window=row["window"])


def leg_of(tx: Action, key: str) -> Leg:
    """A leg by its id. Raises ``no-such-number``."""
    row = tx.row("SELECT * FROM leg WHERE id = ?", key)
    if row is None:
        raise Refused("no-such-number", number=key)
    return Leg(**row)


def legs_of(tx: Action, visit: str) -> list[Leg]:
    """All legs of a visit in the order of their making."""
    return [
        Leg(**row) for row in tx.rows("SELECT * FROM leg WHERE visit = ? ORDER BY rowid", visit)
    ]


def visit_of(tx: Action, number: str) -> tuple[Row, list[Leg]]:
    """The visit of a number of today, with its legs. Raises ``no-such-number``."""
    visit = tx.row("SELECT * FROM visit WHERE day = ? AND number = ?", tx.day, number)
    if visit is None:
        raise Refused("no-such-number", field="number", number=number)
    return visit, legs_of(tx, visit["id"])


def day_row(tx: Action, day: str) -> Row | None:
    """A business day as it was opened or closed."""
    return tx.row("SELECT * FROM business_day WHERE id = ?", day)


def day_open(tx: Action) -> None:
    """Raise ``day-closed`` with who closed it, when today is over in this hall."""
    row = day_row(tx, tx.day)
    if row is not None and row["state"] == "closed":
        raise Refused("day-closed", operator=row["closed_by"])


def own_window(tx: Action) -> Row:
    """The row of the window the actor sits at. Raises ``no-window``, ``not-your-window``."""
    if not tx.window:
        raise Refused("no-window", field="window")
    row = tx.row('SELECT * FROM "window" WHERE id = ?', tx.window)
    if row is None:
        raise Refused("no-such-window", field="window", window=tx.window)
    return row


def staffed_window(tx: Action) -> Row:
    """The actor's own window, open and theirs. Raises also ``window-closed``."""
    window = own_window(tx)
    if window["state"] == "closed":
        raise Refused("window-closed", window=window["id"])
    if window["operator"] != tx.who.operator:
        raise Refused("not-your-window", window=window["id"], operator=window["operator"])
    return window


def current_leg(tx: Action, window: Row) -> Leg:
    """The leg at the window. Raises ``no-visitor``."""
    if window["leg"] is None:
        raise Refused("no-visitor", window=window["id"])
    return leg_of(tx, window["leg"])
