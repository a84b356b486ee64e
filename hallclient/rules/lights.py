"""Lights of clocks (到期预警): how near a limit is, for one row or a thousand.

Yellow begins when a fifth of the limit is left, and never later than two days before the end; red
is the last day but one and the due day (提示信号); overdue counts days. Grey is a clock that is
paused (特别程序, waiting for the applicant). One rule serves all clocks: of the decision, of the
notice, of departments' steps.

There are two customs: from a fifth of the limit, or from a third or two days. The fifth is taken,
for a third keeps most of a hall's cases yellow, which warns of nothing; of the other custom the two
days are taken, for a fifth of five days would be red before it was yellow.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from hallclient.rules.review.facts import ClockFact
from hallclient.rules.workdays import CALENDAR, WORKING, Calendar


class Light(StrEnum):
    """A clock's light; its mark does not depend on a colour."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    OVERDUE = "overdue"
    PAUSED = "paused"


SHARE, LEAST = 5, 2
"""Yellow when no more than one in so many days of the limit is left, or no more than so many."""
LAST = 1
"""Red when no more is left; 0: due today."""


def left_of(calendar: Calendar, clock: ClockFact, today: date) -> int:
    """Days left of a clock, in its own unit; 0 on the due day; negative: so many days late.

    Of a paused clock those that will be left when it goes on. Hours are told in days begun.
    """
    if clock.state == "paused":
        since = next((first for first, went_on in clock.pauses if went_on is None), today)
        today = min(today, since)
    if clock.unit == WORKING:
        if today > clock.due:
            return -calendar.between(clock.due, today)
        return calendar.between(today, clock.due)
    return (clock.due - today).days


def light_of(calendar: Calendar, clock: ClockFact, today: date) -> Light:
    """The light of a clock that runs or is paused."""
    if clock.state == "paused":
        return Light.PAUSED
    if today > clock.due:
        return Light.OVERDUE
    left = left_of(calendar, clock, today)
    if left <= LAST:
        return Light.RED
    whole = clock.limit if clock.unit in (WORKING, CALENDAR) else -(-clock.limit // 24)
    return Light.YELLOW if left <= max(LEAST, -(-whole // SHARE)) else Light.GREEN
