"""What a hall configures: its items, departments, lines, windows, policy and reasons.

One ``Hall`` is the whole configuration. It is parsed and checked in ``catalogue_parse``
and travels as JSON (``catalogue_json``) in the body of a ``hall.published`` event.
Words shown to people come in both languages with the thing itself (``zh``, ``en``).
Named tuples, because twenty dataclasses would take 10 ms of every start to define.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol


class PlanKind(StrEnum):
    """How a window serves a line."""

    MAIN = "main"
    SPARE = "spare"
    EMERGENCY = "emergency"

    @property
    def weight(self) -> int:
        """Two for the window's own line, one for a spare, none until an emergency is called."""
        return _WEIGHTS[self.value]


_NONE: Mapping[str, Any] = MappingProxyType({})
_WEIGHTS = {"main": 2, "spare": 1, "emergency": 0}


class Named(Protocol):
    """Anything with a word in both languages."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def named(thing: Named, language: str) -> str:
    """The word for ``thing``; Chinese is the base when no English one is given."""
    return (thing.en or thing.zh) if language == "en" else thing.zh


class Word(NamedTuple):
    """A value of a closed list (a mode, a category, a case type, a reason...)."""

    id: str
    zh: str
    en: str = ""


class ItemList(NamedTuple):
    """One published list of items; ``size`` is the number its title promises (0: none)."""

    id: str
    zh: str
    en: str = ""
    size: int = 0


class Department(NamedTuple):
    """A department of the zone, a stationed unit or a street office."""

    id: str
    zh: str
    en: str
    kind: str
    """``department``, ``stationed`` or ``street``."""
    pinyin: str = ""


class Outlet(NamedTuple):
    """The hall itself, a park's or a street's sub-centre; it sees the lists it names."""

    id: str
    kind: str
    """``hall``, ``park`` or ``street``."""
    zh: str
    en: str
    lists: tuple[str, ...]


class Item(NamedTuple):
    """One service item (a line of the power list)."""

    code: str
    list: str
    zh: str
    en: str
    department: str
    category: str
    mode: str
    """``online`` or ``booked`` (booked online, confirmed at the hall)."""
    case_type: str
    """``instant`` (done on the spot) or ``promised``."""
    legal_limit: int
    legal_unit: str
    """``W`` working days, ``N`` calendar days, ``H`` hours; the same for the promise."""
    promised_limit: int
    promised_unit: str
    service_modes: tuple[str, ...]
    result: str
    line: str
    pinyin: str
    certainty: str = ""


class Alias(NamedTuple):
    """An old or a short name: ``kind`` is ``item`` or ``department``."""

    name: str
    kind: str
    target: str
    pinyin: str = ""


class Line(NamedTuple):
    """One queue (业务): a letter, a promised wait and a usual length of service."""

    id: str
    prefix: str
    zh: str
    en: str
    target_ms: int
    service_ms: int
    p95_ms: int
    """Default for the 95th percentile of service, until the hall has its own figures."""
    warn_waiting: int = 0
    daily_limit: int = 0
    """Numbers a day; 0 means no limit."""
    collect: bool = False
    """Results of every item are handed out here."""
    slot_limit: int = 0
    """Numbers that kiosks hand out in each `Policy.slot_ms` of the day; 0 means no limit."""


class Window(NamedTuple):
    """One window with its plan per line."""

    id: str
    number: str
    """As announced and shown: ``3``."""
    zh: str
    en: str
    plan: Mapping[str, PlanKind]
    outlet: str = ""
    zone: str = ""
    """Part of the hall where it stands, for the boards there."""


class Opening(NamedTuple):
    """One span of opening hours; minutes after midnight, hall's time zone."""

    day: int
    """ISO week day, Monday is 1."""
    opens: int
    closes: int


class HoldReason(NamedTuple):
    """Why a visitor is put on hold."""

    id: str
    zh: str
    en: str
    timer_ms: int
    away: bool = False
    """The person left the window, so taking up again is a call first."""


class PauseReason(NamedTuple):
    """Why a window pauses; after ``limit_ms`` (0: never) the supervisor is told."""

    id: str
    zh: str
    en: str
    limit_ms: int = 0


class PriorityKind(NamedTuple):
    """A verified statutory priority and the paper that proves it."""

    id: str
    zh: str
    en: str
    proof_zh: str
    proof_en: str
    from_age: int = 0
    """An identity card that is read proves it from this age on; 0: no card does."""


class Outcome(NamedTuple):
    """How a service ended at the window."""

    id: str
    zh: str
    en: str
    end_reason: str = "normal"
    unblocks: bool = True
    """Whether later services of the same number may go on."""


class CancelReason(NamedTuple):
    """Why a number is cancelled; ``end_reason`` is the standard word for the statistics."""

    id: str
    zh: str
    en: str
    end_reason: str


class HelpReason(NamedTuple):
    """Why a clerk calls the supervisor; an ``urgent`` one comes before all other alarms."""

    id: str
    zh: str
    en: str
    urgent: bool = False


class Joint(NamedTuple):
    """A matter of several items on one number: each item with those it comes after."""

    id: str
    zh: str
    en: str
    after: Mapping[str, tuple[str, ...]]
    """Every item of the matter, in order, with the items that must be done before it."""


class StaffSettings(NamedTuple):
    """Sign-in rules."""

    idle_lock_ms: int = 300_000
    tries: int = 5
    lock_ms: int = 1_800_000
    password_min: int = 8


class Policy(NamedTuple):
    """Every parameter of the queue rules. Times are milliseconds."""

    version: str
    # Calling
    recall_gap_ms: int = 20_000
    recall_max: int = 5
    pass_after_attempts: int = 3
    pass_after_ms: int = 90_000
    uncall_ms: int = 10_000
    undo_ms: int = 10_000
    recent_call_gap_ms: int = 180_000
    # Passed numbers
    reinstate_after_calls: int = 3
    reinstate_max: int = 1
    passed_expires_ms: int = 1_800_000
    # Hold, reservation, reopening, wrap-up
    hold_max: int = 3
    hold_default_ms: int = 600_000
    hold_longest_ms: int = 7_200_000
    reserved_ms: int = 600_000
    reopen_ms: int = 600_000
    wrap_up_ms: int = 60_000
    # Who is next
    priority_in_a_row: int = 2
    interleave_wait_ms: int = 1_200_000
    guard_factor: float = 2.0
    due_ahead_ms: int = 120_000
    joint_credit_ms: int = 900_000
    spare_after_ms: int = 1_200_000
    # Bookings
    booked_early_ms: int = 900_000
    booked_late_ms: int = 900_000
    booking_share: float = 0.3
    booking_no_show_limit: int = 3
    booking_no_show_days: int = 30
    # Kiosks: the slots of a line's `slot_limit`; how long before opening they begin
    slot_ms: int = 1_800_000
    kiosk_early_ms: int = 1_800_000
    # A finish that was forgotten: factor times the line's 95th percentile, at least the floor
    forgotten_factor: float = 1.5
    forgotten_floor_ms: int = 1_800_000
    # When the supervisor is advised to open emergency windows
    emergency_waiting: int = 20
    emergency_wait_ms: int = 1_800_000
    # Alarms: true for so long before one is raised; cleared below this share of its threshold
    alarm_after_ms: int = 60_000
    alarm_clear_share: float = 0.8
    # The supervisor is told when the last number would be called so long after closing
    closing_late_ms: int = 900_000
    # How far ahead the hall is forecast
    forecast_ms: int = 3_600_000
    # Figures
    service_level_wait_ms: int = 900_000
    service_level_share: float = 0.8
    short_walkout_ms: int = 120_000
    silent_window_ms: int = 60_000


class Voice(NamedTuple):
    """How numbers are announced."""

    repeat: int = 2
    """How often each call is spoken."""
    yao: bool = False
    """Whether 1 is read *yao*, as on the telephone."""


class Hall(NamedTuple):
    """The whole configuration. Mappings keep the order of the files."""

    id: str
    zh: str
    en: str
    time_zone: str
    version: str
    """Names this edition of the catalogue; a case keeps the one it was accepted under."""
    policy: Policy
    staff: StaffSettings = StaffSettings()
    voice: Voice = Voice()
    hours: tuple[Opening, ...] = ()
    lines: Mapping[str, Line] = _NONE
    windows: Mapping[str, Window] = _NONE
    departments: Mapping[str, Department] = _NONE
    outlets: Mapping[str, Outlet] = _NONE
    zones: Mapping[str, Word] = _NONE
    """Parts of the hall; each may have a board of its own."""
    lists: Mapping[str, ItemList] = _NONE
    categories: Mapping[str, Word] = _NONE
    modes: Mapping[str, Word] = _NONE
    case_types: Mapping[str, Word] = _NONE
    service_modes: Mapping[str, Word] = _NONE
    units: Mapping[str, Word] = _NONE
    items: Mapping[str, Item] = _NONE
    aliases: tuple[Alias, ...] = ()
    joints: Mapping[str, Joint] = _NONE
    hold_reasons: Mapping[str, HoldReason] = _NONE
    pause_reasons: Mapping[str, PauseReason] = _NONE
    order_reasons: Mapping[str, Word] = _NONE
    """Why a number is called out of order."""
    priorities: Mapping[str, PriorityKind] = _NONE
    outcomes: Mapping[str, Outcome] = _NONE
    cancel_reasons: Mapping[str, CancelReason] = _NONE
    opening_checks: Mapping[str, Word] = _NONE
    """What only a person can see before the hall opens."""
    help_reasons: Mapping[str, HelpReason] = _NONE
    """Why a window calls the supervisor."""

    def line_of(self, code: str) -> Line:
        """The queue that a number for this item joins."""
        return self.lines[self.items[code].line]

    def items_of(self, line: str) -> Iterator[Item]:
        """The items of a queue."""
        return (item for item in self.items.values() if item.line == line)
