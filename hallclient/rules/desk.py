"""Which actions make sense at a desk now, and why not: a hint for keys and menus.

The use cases decide; this says the same beforehand, so that a key that does nothing explains
itself.
"""

from __future__ import annotations

from typing import NamedTuple

from hallclient.rules import queue
from hallclient.rules.roles import allowed

PERMISSION = {
    "call": "window.next",
    "call_chosen": "window.call",
    "recall": "window.call",
    "start_or_finish": "window.serve",
    "pass": "window.call",
    "hold": "window.serve",
    "resume": "window.serve",
    "transfer": "window.serve",
    "external": "window.serve",
    "pause": "window.pause",
    "drain": "window.close",
    "close_window": "window.close",
    "reopen": "window.reopen",
    "undo": "window.undo",
    "take": "ticket.take",
    "add_service": "ticket.add-service",
    "verify_priority": "ticket.verify-priority",
    "print_slip": "ticket.print",
    "leave": "ticket.cancel",
    "reinstate": "ticket.reinstate",
    "booking": "booking.check-in",
    "confirm_booking": "booking.confirm",
    "reveal": "personal.view",
    "hand_over": "shift.hand-over",
    "take_over": "window.take-over",
    "free_window": "window.take-over",
    "emergency": "window.emergency",
    "plan": "window.plan",
    "end_for": "window.take-over",
    "help": "signal.help",
    "answer": "signal.answer",
    "form": "form.edit",
    "review": "case.open",
    "cases": "case.read",
    "certificates": "certificate.read",
    "live": "hall.watch",
    "figures": "figures.read",
    "day": "day.close",
    "advice": "hall.watch",
    "what_if": "hall.watch",
    "see_alarm": "hall.watch",
}
"""Action of the desk -> permission of its use case; an action not named here is anybody's."""

_SERVES = frozenset({"hold", "external"})
_CALLS = frozenset({"recall", "pass"})
_AT_WINDOW = frozenset({"start_or_finish", "transfer"})
_ON_OTHERS = frozenset({"take_over", "free_window", "emergency", "plan", "end_for"})
_LIVE = frozenset({"advice", "what_if", "see_alarm"})
_NEEDS_FREE = frozenset({"call", "call_chosen", "resume", "reopen"})


class Seat(NamedTuple):
    """What decides about keys: role, the window's state (empty: no window), the visitor there."""

    role: str
    window: str = ""
    leg: str = ""
    """State of the leg at the window; empty: nobody."""
    held: int = 0
    waiting: int = 0
    number: bool = False
    """Whether a number is at hand: at the window or selected in the list."""
    hall: bool = False
    """Whether a window of the hall is selected, as on a supervisor's seat."""
    there: str = ""
    """State of the leg at the selected window; empty: nobody."""
    live: bool = False
    """Whether this is the live view of the hall."""
    alarm: bool = False
    """Whether an alarm is selected there."""
    advice: bool = False
    """Whether something is known that helps against it."""
    booked: bool = False
    """Whether the visitor here came from a booking."""
    calls: bool = False
    """Whether somebody waits for this seat's answer: a call for help, a supervisor's request."""


def unavailable(action: str, seat: Seat) -> str | None:
    """The code of the reason (text ``why-not.<code>``), or None when the action makes sense."""
    permission = PERMISSION.get(action)
    if permission is None:
        return None
    if not allowed(seat.role, permission):
        return "role"
    if action in _ON_OTHERS:
        return _about_other(action, seat)
    if action in _LIVE:
        return _about_alarm(action, seat)
    if action == "answer":
        return None if seat.calls else "nobody-calls"
    if not permission.startswith("window."):
        return _about_number(action, seat)
    if not seat.window:
        return "no-window"
    if seat.window == "closed":
        return None if action == "pause" else "closed"
    if seat.window == "paused" and action not in ("pause", "close_window", "undo"):
        return "paused"
    return _about_visitor(action, seat)


def _about_other(action: str, seat: Seat) -> str | None:
    if not seat.hall:
        return "no-window-selected"
    if action == "take_over" and not seat.there:
        return "nobody-there"
    if action == "end_for" and seat.there != queue.SERVING:
        return "not-serving-there"
    if action == "free_window" and seat.there:
        return "visitor-there"
    return None


def _about_alarm(action: str, seat: Seat) -> str | None:
    if not seat.live:
        return "live-only"
    if action == "what_if":
        return None if seat.hall else "no-window-selected"
    if not seat.alarm:
        return "no-alarm"
    return None if action == "see_alarm" or seat.advice else "no-advice"


def _about_number(action: str, seat: Seat) -> str | None:
    if action in ("add_service", "reveal") and not seat.number:
        return "no-number"
    if action == "confirm_booking" and not seat.booked:
        return "no-booking"
    return None


def _about_visitor(action: str, seat: Seat) -> str | None:
    if action in _SERVES and seat.leg != queue.SERVING:
        return "not-serving"
    if action in _CALLS and seat.leg != queue.CALLED:
        return "not-called"
    if action in _AT_WINDOW and not seat.leg:
        return "nobody-here"
    if action == "resume" and not seat.held:
        return "nothing-held"
    if action in (*_NEEDS_FREE, "pause", "close_window") and seat.leg:
        return "visitor-here"
    if action == "call_chosen" and not seat.waiting:
        return "nobody-waiting"
    return None
