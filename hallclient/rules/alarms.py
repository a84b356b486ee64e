"""When a supervisor is told that something goes wrong, and when that is over.

An alarm acts on what people feel: the oldest wait and the forecast of it. A head-count alone never
raises one, it only confirms. Against flapping there are two thresholds and a delay: raised when a
reading has stood at its limit for a while, cleared when it is well below. What is a fact of its own
length already (silence, an overlong pause, a forgotten finish, a call for help, a day of a case)
needs no delay.

Cases have days, not minutes: what is late or untold is told once a business day, anew each morning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hallclient.rules.catalogue import Line, Policy

HELP = "help"
UNCOVERED = "uncovered"
OLDEST = "oldest-wait"
SILENT = "silent"
FORECAST = "forecast"
FORGOTTEN = "forgotten"
WAITING = "waiting"
LONG_PAUSE = "long-pause"
CLOSING = "closing"
NO_NOTICE = "no-notice"
CASE_LATE = "case-late"
PROMISE_LATE = "promise-late"
STEP_LATE = "step-late"
CASE_DUE = "case-due"
CODES_LOW = "codes-low"
UNCLAIMED = "unclaimed"
KINDS = (
    *(HELP, UNCOVERED, OLDEST, SILENT, NO_NOTICE, CASE_LATE, FORECAST, FORGOTTEN, WAITING),
    *(LONG_PAUSE, PROMISE_LATE, STEP_LATE, CODES_LOW, CASE_DUE, UNCLAIMED, CLOSING),
)
"""Kinds of alarms, the most pressing first."""
OF_CASES = frozenset({NO_NOTICE, CASE_LATE, PROMISE_LATE, STEP_LATE, CASE_DUE})
"""Kinds that only a study of the cases can tell about. Their place is a case's number (`NO_NOTICE`,
whose value is the day of its time), a department's id (`STEP_LATE`) or the hall; the others' value
is how many there are."""
OF_ISSUE = frozenset({CODES_LOW, UNCLAIMED})
"""Of certificates: a scheme (the place) with few codes left, the value says how many; how many
certificates nobody has fetched for long."""
STUDIED = OF_CASES | OF_ISSUE
"""Kinds that a study tells about, once a business day."""
SEVERE = frozenset({HELP, UNCOVERED, OLDEST, SILENT, NO_NOTICE, CASE_LATE})
AT_ONCE = frozenset({HELP, SILENT, FORGOTTEN, LONG_PAUSE}) | STUDIED
OF_FORECAST = frozenset({FORECAST, CLOSING})
"""Kinds that only a forecast can tell about."""
_LINE_KINDS = (UNCOVERED, OLDEST, FORECAST, WAITING)
"""Of one line only the first of these is worth a supervisor's look."""


class Key(NamedTuple):
    """What an alarm is about: there is at most one open alarm of each.

    ``window``: the place that is not a line: a window, whoever calls for help, see `OF_CASES`.
    """

    kind: str
    line: str = ""
    window: str = ""


class Reading(NamedTuple):
    """How something stands: ``value`` against the ``limit`` at which it is an alarm.

    A limit of 0 means that the reading itself is the fact. ``gate`` is a second condition as a
    share of its own limit: below 1 it holds the alarm back.
    """

    kind: str
    value: int
    limit: int
    line: str = ""
    window: str = ""
    gate: float | None = None
    urgent: bool = False

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.kind, self.line, self.window)

    @property
    def level(self) -> float:
        """The value in limits: 1 is an alarm."""
        level = self.value / self.limit if self.limit > 0 else 1.0
        return level if self.gate is None else min(level, self.gate)


class Step(NamedTuple):
    """What one look came to: whom to raise, whom to clear, what is true but not for long enough."""

    raised: list[Reading]
    cleared: list[Key]
    pending: dict[Key, int]
    """Since when (UTC ms) each reading has been at its limit without an alarm."""


def step(
    pending: Mapping[Key, int],
    open_now: Iterable[Key],
    readings: Iterable[Reading],
    policy: Policy,
    now: int,
    *,
    unknown: frozenset[str] = frozenset(),
) -> Step:
    """Compare what is read with what is open.

    A cause that is not read any more is gone, unless its kind is ``unknown`` this time.
    """
    found = {reading.key: reading for reading in readings}
    still_open = set(open_now)
    raised: list[Reading] = []
    waits = {key: since for key, since in pending.items() if key.kind in unknown}
    for key, reading in found.items():
        if key in still_open or reading.level < 1:
            continue
        since = min(pending.get(key, now), now)
        if key.kind in AT_ONCE or now - since >= policy.alarm_after_ms:
            raised.append(reading)
            waits.pop(key, None)
        else:
            waits[key] = since
    cleared = [
        key
        for key in still_open
        if key.kind not in unknown
        and (key not in found or found[key].level < policy.alarm_clear_share)
    ]
    return Step(sorted(raised, key=pressing), sorted(cleared), waits)


def pressing(reading: Reading) -> tuple[bool, int, float, str, str]:
    """A sort key: the most pressing first."""
    return (
        not reading.urgent,
        KINDS.index(reading.kind) if reading.kind in KINDS else len(KINDS),
        -reading.level,
        reading.line,
        reading.window,
    )


def worth_showing(keys: Iterable[Key]) -> set[Key]:
    """Of the alarms about one line only the most pressing: the others say the same again."""
    left = set(keys)
    for line in {key.line for key in left if key.kind in _LINE_KINDS}:
        there = [kind for kind in _LINE_KINDS if Key(kind, line) in left]
        left -= {Key(kind, line) for kind in there[1:]}
    return left


# -- readings


def of_line(
    line: Line,
    policy: Policy,
    *,
    waiting: int,
    oldest_ms: int,
    longest_ms: int | None,
    covered: bool,
    quiet: bool,
) -> list[Reading]:
    """A line's readings. ``longest_ms``: the forecast, None when there is none.

    ``covered``: an open window serves it. ``quiet``: before opening, or in the noon break, when
    no window need be open. Targets: the line's promise; the starvation guard's factor; the
    advice to open emergency windows (more than so many waiting, or so long).
    """
    if not waiting:
        return []
    limit = min(round(line.target_ms * policy.guard_factor), policy.emergency_wait_ms)
    found = [Reading(OLDEST, oldest_ms, limit, line.id)]
    worst = oldest_ms
    if longest_ms is not None:
        found.append(Reading(FORECAST, longest_ms, line.target_ms, line.id))
        worst = max(worst, longest_ms)
    many = (line.warn_waiting or policy.emergency_waiting) + 1
    found.append(Reading(WAITING, waiting, many, line.id, gate=worst / line.target_ms))
    if not covered and not quiet:
        found.append(Reading(UNCOVERED, waiting, 0, line.id))
    return found


def of_window(
    window: str,
    policy: Policy,
    *,
    silent_ms: int,
    doubted_ms: int | None,
    paused_ms: int,
    pause_limit_ms: int,
    calls: bool,
) -> list[Reading]:
    """A window's readings, all in ms.

    ``silent_ms``: since its last sign of life; ``doubted_ms``: how long a service whose finish
    seems forgotten takes, None without one; ``paused_ms`` against the limit of the pause's reason
    (0: none). ``calls``: the window is open and not paused, so silence matters.
    """
    found = []
    if calls:
        found.append(Reading(SILENT, silent_ms, policy.silent_window_ms, window=window))
    if doubted_ms is not None:
        found.append(Reading(FORGOTTEN, doubted_ms, 0, window=window))
    if pause_limit_ms:
        found.append(Reading(LONG_PAUSE, paused_ms, pause_limit_ms, window=window))
    return found


def of_closing(cleared: tuple[int, int], closes: int, policy: Policy, now: int) -> Reading | None:
    """Whether the last number would be called too long after closing; None while that is far off.

    The middle of the range counts: its ends are guesses on purpose.
    """
    if now < closes - policy.forecast_ms:
        return None
    late = (cleared[0] + cleared[1]) // 2 - closes
    return Reading(CLOSING, max(0, late), policy.closing_late_ms)
