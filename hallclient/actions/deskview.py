"""Everything a desk shows, read in one go, off the screen's thread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from db.store import Row, Store
from hallclient.actions import day, signals, views, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall import hall_of
from hallclient.actions.together import joined
from hallclient.rules.text import mask_id, mask_name, mask_phone

if TYPE_CHECKING:
    from hallclient.actions.case_link import Brief
    from hallclient.actions.linkview import Link


class DeskView:
    """A moment of the hall, seen from one seat. Times are UTC milliseconds."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.window: Row | None = None
        self.leg: Row | None = None
        self.visit: Row | None = None
        self.why: dict[str, Any] = {}
        self.person: dict[str, str] = {}
        """Personal fields of the visitor here, masked."""
        self.booking: Row | None = None
        """The booking that the visitor here came with."""
        self.case: Brief | None = None
        """The case that the visitor here has come for."""
        self.ids: list[str] = []
        self.waiting = 0
        self.oldest: int | None = None
        self.next_leg: Row | None = None
        self.next_why: dict[str, Any] = {}
        self.aside: list[Row] = []
        self.windows: list[Row] = []
        self.day: tuple[str, int] | None = None
        """What is to be said of the business day, see `day.hint`."""
        self.link: Link | None = None
        """How far the work has come on its way to the hub; None: there is no hub."""
        self.signals: list[Row] = []
        """Open calls for help and requests that concern this seat."""

    @property
    def asked(self) -> Row | None:
        """What a supervisor asks of this window and nobody has answered."""
        return next(
            (row for row in self.signals if row["kind"] == "request" and not row["answered_at"]),
            None,
        )

    @property
    def help(self) -> Row | None:
        """The open call for help of this seat."""
        return next((row for row in self.signals if row["kind"] == "help"), None)

    @property
    def held(self) -> int:
        """How many this operator holds."""
        return sum(row["state"] == "held" for row in self.aside)


def look(store: Store, who: Actor, *, persons: bool = True) -> DeskView:
    """Read it. ``persons`` False leaves the sealed fields alone, which is faster the first time.

    One read transaction, so that the parts agree with each other.
    """
    store.db.execute("BEGIN")
    try:
        return _look(store, who, persons=persons)
    finally:
        store.db.execute("COMMIT")


def _look(store: Store, who: Actor, *, persons: bool) -> DeskView:
    hall = hall_of(store)
    view = DeskView(now=store.env.now())
    lines: list[str] | None = None
    if who.window:
        view.window = windows.window_row(store, who.window)
        lines = list(windows.plan_of(hall, view.window))
    else:
        view.windows = _hall(store)
    view.ids = views.waiting_ids(store, who.window, who.operator, lines)
    view.waiting, view.oldest = views.waiting_count(store, lines)
    view.aside = views.aside(store, who.window, who.operator)
    view.day = day.hint(store)
    view.signals = signals.mine(store, who)
    if joined(store):
        from hallclient.actions.linkview import link_of

        view.link = link_of(store)
    if view.window is not None:
        _visitor(store, view, persons=persons)
        _next(store, view, who)
    return view


def _visitor(store: Store, view: DeskView, *, persons: bool) -> None:
    key = view.window["leg"] if view.window is not None else None
    view.leg = store.row("SELECT * FROM leg WHERE id = ?", key) if key else None
    if view.leg is None:
        return
    view.visit = views.visit(store, view.leg["visit"])
    if view.visit is None:
        return
    if view.visit["booking"]:
        from hallclient.actions import bookings

        view.booking = bookings.booking(store, view.visit["booking"])
    for attempt in view.visit["attempts"]:
        if attempt["leg"] == view.leg["id"] and attempt["why"]:
            view.why = json.loads(attempt["why"])
    if store.row("SELECT 1 AS n FROM case_file LIMIT 1") is not None:
        # Loaded where there are cases, not by the first frame of a hall without.
        from hallclient.actions.case_link import brief

        view.case = brief(store, view.visit)
    if persons:
        view.person = masked(views.person_of(store, view.visit))


def _next(store: Store, view: DeskView, who: Actor) -> None:
    if view.window is None or view.window["state"] in (windows.CLOSED, windows.PAUSED):
        return
    choice = views.next_for(store, view.window, who)
    if choice is None:
        return
    view.next_leg = store.row("SELECT * FROM leg WHERE id = ?", choice.head.leg)
    view.next_why = {
        "band": choice.band,
        "lane": choice.head.lane,
        "wait_ms": choice.wait_ms,
        "line": choice.head.line,
    }
    if choice.head.lane == "booked":
        # The place in line of somebody who came late is not the time that was booked.
        view.next_why["slot"] = store.db.execute(
            "SELECT slot FROM visit JOIN leg ON leg.visit = visit.id WHERE leg.id = ?",
            (choice.head.leg,),
        ).fetchone()[0]


def _hall(store: Store) -> list[Row]:
    return store.rows(
        "SELECT window.*, leg.number AS visitor, leg.state AS visitor_state, leg.item, "
        "leg.line, leg.since AS visitor_since FROM window "
        "LEFT JOIN leg ON leg.id = window.leg ORDER BY window.number, window.id"
    )


def masked(person: dict[str, str]) -> dict[str, str]:
    """Personal fields as lists and the desk show them; a company's name is public."""
    masks = {"name": mask_name, "identity": mask_id, "phone": mask_phone}
    return {name: masks[name](value) if name in masks else value for name, value in person.items()}
