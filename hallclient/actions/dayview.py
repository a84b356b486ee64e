"""What the screen of the business day shows, read in one go, off the screen's thread."""

from __future__ import annotations

from typing import Any

from db.store import Row, Store
from hallclient.actions import day, day_close
from hallclient.actions.hall import hall_of
from hallclient.rules import day as rules
from hallclient.rules import hours


class DayView:
    """The business day of this moment. Times are UTC milliseconds."""

    def __init__(self, now: int, today: str) -> None:
        self.now = now
        self.today = today
        self.record: Row | None = None
        """`day_close.record` of today."""
        self.checks: list[dict[str, Any]] = []
        self.closing: list[Row] = []
        self.stopped: list[str] = []
        """Lines whose numbers are stopped."""
        self.closes_at: int | None = None

    @property
    def opened(self) -> bool:
        """Whether somebody has opened the day."""
        return self.record is not None and self.record["opened_by"] is not None

    @property
    def closed(self) -> bool:
        """Whether the day is closed."""
        return self.record is not None and self.record["state"] == rules.CLOSED

    @property
    def over(self) -> bool:
        """Whether it is past closing time."""
        return self.closes_at is not None and self.now >= self.closes_at


def look(store: Store) -> DayView:
    """Read it in one transaction, so that the parts agree with each other."""
    store.db.execute("BEGIN")
    try:
        now = store.env.now()
        view = DayView(now, store.env.day(now))
        view.record = day_close.record(store, view.today)
        view.checks = [check._asdict() for check in day.opening(store)]
        view.closing = day_close.closing_list(store)
        view.stopped = day.stopped(store)
        view.closes_at = hours.closes_at(hall_of(store), now)
        return view
    finally:
        store.db.execute("COMMIT")
