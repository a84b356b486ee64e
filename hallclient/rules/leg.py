"""A leg: one service of one visit, with its place in a line."""

from __future__ import annotations

from typing import Any


class Leg:
    """One service of one visit, as the store holds it. Times are UTC milliseconds.

    Not a dataclass: thirty fields would take 2 ms of every start to define.
    """

    id: str
    visit: str
    day: str
    number: str
    item: str
    line: str
    person: str | None
    after: str
    """Legs of the same visit that must be done first, parted by spaces."""
    state: str
    ver: int
    lane: str
    order_at: int
    turn: int
    ticket_at: int
    ready_at: int
    eligible_at: int
    eligible_call: int
    window: str | None
    operator: str | None
    since: int
    attempts: int
    last_call_at: int | None
    reinstated: int
    timer_at: int | None
    return_window: str | None
    reserved_for: str | None
    reason: str | None
    doubted_at: int | None
    confirmed_at: int | None
    closed_at: int | None

    __slots__ = tuple(__annotations__)

    def __init__(self, **row: Any) -> None:
        for name in Leg.__slots__:
            setattr(self, name, row[name])

    def row(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in Leg.__slots__}

    @property
    def predecessors(self) -> tuple[str, ...]:
        """Ids of the legs this one comes after."""
        return tuple(self.after.split())
