"""What is true of a case at one moment: what the rules of review decide by.

Read from the projections by `hallclient.actions.case_rows`; nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hallclient.rules.certificate.states import CertificateFact
from hallclient.rules.review.spec import CaseState, Checklist, Flow, Material


class MaterialState(StrEnum):
    """Where a material stands."""

    DUE = "due"
    """To come (待收)."""
    RECEIVED = "received"
    """In, not checked yet (已收)."""
    PASSED = "passed"
    """合格."""
    FAILED = "failed"
    """不合格, with reason codes."""
    TOLERATED = "tolerated"
    """To be supplied later on a written promise (容缺)."""
    COMMITTED = "committed"
    """Replaced by a written promise (告知承诺)."""
    EXEMPT = "exempt"
    """Need not be handed in, the evidence is noted (免提交)."""
    RETURNED = "returned"
    """Passed, and the original was given back (已退还)."""
    UNNEEDED = "unneeded"
    """Its condition does not hold (不适用)."""


SETTLED = frozenset(
    {
        MaterialState.PASSED,
        MaterialState.COMMITTED,
        MaterialState.EXEMPT,
        MaterialState.RETURNED,
        MaterialState.UNNEEDED,
    }
)
"""States in which nothing more is wanted of a material."""


class MaterialFact(NamedTuple):
    """One material of the case. ``round``: notices that had been given when it came in last."""

    id: str
    no: int
    state: MaterialState
    form: str
    medium: str
    copies: int
    round: int
    reasons: tuple[str, ...]
    files: int
    checked_at: int | None


class DeficiencyFact(NamedTuple):
    """Something that is missing or wrong. ``source``: ``material``, ``field``, ``rule``,
    ``department`` or ``clerk``; ``ref``: which one (material number, row/field, department id).
    """

    id: str
    round: int
    source: str
    ref: str
    code: str
    text: str
    how: str
    opened_at: int
    closed_at: int | None
    paper: str | None
    """The notice that tells it; None: not told yet."""
    text_en: str = ""
    how_en: str = ""
    """Empty: only said in Chinese."""


class PromiseFact(NamedTuple):
    """A written promise: ``tolerance`` (容缺) or ``commitment`` (告知承诺) for a material.

    ``state``: ``open``, ``kept`` (supplied, or checked and true), ``broken``, ``withdrawn``.
    ``due``: the day it must be supplied, or the commitment be checked.
    """

    id: str
    kind: str
    no: int
    due: date
    state: str


class TaskFact(NamedTuple):
    """One department's review (并联审批子任务).

    ``state``: ``open``, ``agreed``, ``refused`` (cannot be mended) or ``returned`` (can be).
    """

    id: str
    department: str
    lead: bool
    state: str
    round: int
    due: date | None
    done_at: int | None


class ClockFact(NamedTuple):
    """One clock. ``state``: ``running``, ``paused``, ``met``, ``late`` (stopped after the due day)
    or ``dropped``. ``pauses``: (first day, day it went on or None), hall's days.
    """

    id: str
    timer: str
    state: str
    started_at: int
    start: date
    limit: int
    unit: str
    pauses: tuple[tuple[date, date | None], ...]
    due: date
    due_at: int | None
    """UTC ms, only of a clock in hours."""
    provisional: bool


class PaperFact(NamedTuple):
    """One document made for the case."""

    id: str
    kind: str
    number: str
    at: int
    delivered_at: int | None


@dataclass(frozen=True)
class CaseFacts:
    """A case with everything about it that rules ask."""

    id: str
    number: str
    state: str
    item: str
    flow: Flow
    checklist: Checklist
    today: date
    round: int = 0
    """Notices given so far, the advice of a pre-review too."""
    notices: int = 0
    """Those of them that the law counts: after the papers were taken in."""
    answers: Mapping[str, bool] = field(default_factory=dict)
    """Condition id -> yes or no, by the clerk or by the form; not in it: nobody knows yet."""
    materials: tuple[MaterialFact, ...] = ()
    deficiencies: tuple[DeficiencyFact, ...] = ()
    promises: tuple[PromiseFact, ...] = ()
    tasks: tuple[TaskFact, ...] = ()
    clocks: tuple[ClockFact, ...] = ()
    papers: tuple[PaperFact, ...] = ()
    certificates: tuple[CertificateFact, ...] = ()
    yields: int = 0
    """How many certificates its grant yields; told of a case that is granted."""
    holder: str | None = None
    """Whose lease the case is on now; None: free."""
    dishonest: bool = False
    """On the list of dishonest applicants (失信), as the counter has noted."""
    form_problems: int | None = None
    """Problems of its form that stand; None: it is filed without one."""

    @property
    def status(self) -> CaseState:
        """The state as the flow names it."""
        return self.flow.state[self.state]

    @property
    def open_deficiencies(self) -> tuple[DeficiencyFact, ...]:
        """What is still missing or wrong."""
        return tuple(one for one in self.deficiencies if one.closed_at is None)

    @property
    def open_promises(self) -> tuple[PromiseFact, ...]:
        """Papers that are still to be supplied (tolerance only)."""
        return tuple(
            one for one in self.promises if one.kind == "tolerance" and one.state == "open"
        )

    def material(self, no: int) -> tuple[Material, MaterialFact]:
        """A material of the checklist and how it stands. Raises KeyError."""
        fact = next((one for one in self.materials if one.no == no), None)
        if fact is None:
            raise KeyError(no)
        return self.checklist.by_no[no], fact

    def clock(self, timer: str) -> ClockFact | None:
        """The newest clock of a timer that has not ended; None: none runs or is paused."""
        found = [one for one in self.clocks if one.timer == timer]
        live = [one for one in found if one.state in ("running", "paused")]
        return live[-1] if live else None
