"""What a hall configures for reviewing: checklists of materials, the flow of cases, papers, timers.

Plain data, read from a hall's files and published as an edition (`editions`); a case keeps the
editions it was opened under. Words shown to people come in both languages (``zh``, ``en``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

# -- a checklist (预审清单)


@dataclass(frozen=True)
class Reason:
    """Why a material does not pass: one named defect, with how to mend it in plain language."""

    code: str
    """``<material no>.<n>``, unique in the checklist and never reused."""
    zh: str
    en: str
    how_zh: str
    how_en: str


@dataclass(frozen=True)
class Condition:
    """When some materials are needed; asked of the clerk as a yes/no unless a form answers it."""

    id: str
    zh: str
    en: str
    forms: Mapping[str, str] = field(default_factory=dict)
    """Form id -> expression over its fields (ODK words) that answers instead of the clerk."""


@dataclass(frozen=True)
class Material:
    """One paper of an item. Source of the words: GB/T 36114 service guides; ``conf`` as marked."""

    no: int
    zh: str
    en: str
    reasons: tuple[Reason, ...]
    main: bool = True
    """A main material (主件); a secondary one (次件) may be tolerated when ``tolerable``."""
    form: str = "original"
    """``original``, ``copy`` or ``either``."""
    medium: str = "either"
    """``paper``, ``electronic`` or ``either``."""
    copies: int = 1
    tolerable: bool = False
    """May be supplied later (容缺后补); never true of a main material."""
    longest_days: int = 0
    """Working days that a promise to supply it may take; 0: until the promised decision."""
    commitment: bool = False
    """May be replaced by a written promise (告知承诺), checked later."""
    exempt: bool = False
    """Obtained by sharing (免提交): need not be handed in when the evidence is noted."""
    source: str = ""
    """Who has it, in Chinese as guides say: 申请人, 部门共享, 中介 ..."""
    source_en: str = ""
    when: str = ""
    """Id of the `Condition` under which it is needed; empty: always."""
    return_original: bool = False
    """The original goes back to the applicant after it was compared."""


@dataclass(frozen=True)
class Checklist:
    """The materials of one item and the limits that its case runs under."""

    id: str
    version: str
    item: str
    """Code in the catalogue."""
    zh: str
    en: str
    materials: tuple[Material, ...]
    conditions: tuple[Condition, ...] = ()
    legal_limit: int = 0
    legal_unit: str = "W"
    """``W`` working days, ``N`` calendar days, ``H`` hours; a limit of 0: on the spot (即办)."""
    promised_limit: int = 0
    promised_unit: str = "W"
    departments: tuple[str, ...] = ()
    """Departments that review side by side (并联审批), the lead first; empty: the item's alone."""
    forms: tuple[str, ...] = ()
    """Forms that the item is filed with."""
    basis: str = ""
    """Law and article, in Chinese."""
    basis_en: str = ""
    conf: str = ""
    """``src``: a public guide was found; ``mem``: from memory, to be checked."""
    note: str = ""
    note_en: str = ""

    @property
    def key(self) -> str:
        """Which edition: ``checklist/<id>/<version>``."""
        return f"checklist/{self.id}/{self.version}"

    @cached_property
    def by_no(self) -> Mapping[int, Material]:
        """The materials by number."""
        return {one.no: one for one in self.materials}

    @cached_property
    def by_condition(self) -> Mapping[str, Condition]:
        """The conditions by id."""
        return {one.id: one for one in self.conditions}

    @cached_property
    def reasons(self) -> Mapping[str, Reason]:
        """Every reason by code."""
        return {one.code: one for material in self.materials for one in material.reasons}


# -- the flow of cases (办件流转)


@dataclass(frozen=True)
class CaseState:
    """A state of a case. ``national``: number in the 15-state enumeration (0: none)."""

    id: str
    zh: str
    en: str
    national: int = 0
    final: bool = False


@dataclass(frozen=True)
class Move:
    """One transition: who may make it, under which guards, what it writes and times.

    ``guards`` name functions of `guards`; ``papers`` ids of `PaperKind`; ``clocks`` are
    ``start X``, ``stop X``, ``pause X``, ``resume X`` or ``drop X`` with a timer's id, in order.
    """

    id: str
    zh: str
    en: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    guards: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    reason: bool = False
    """A reason in words must be given (refusals, returns, withdrawals)."""
    automatic: bool = False
    """Made by the program when its guards hold (自动流转), never offered as a key."""
    seal: bool = False
    """Its paper carries the one approval seal (审批专用章); each use is in the log."""
    tone: str = ""
    """``good``, ``bad`` or empty: how it is shown."""


@dataclass(frozen=True)
class PaperKind:
    """A document (文书): its number's prefix, copies, template; ``fields``: what it must say."""

    id: str
    zh: str
    en: str
    prefix: str
    copies: int = 1
    fields: tuple[str, ...] = ()
    basis_zh: str = ""
    """Legal basis as printed."""
    basis_en: str = ""


@dataclass(frozen=True)
class Timer:
    """A clock (时限). ``limit`` 0: the checklist's (``decide``) or given (``supplement``)."""

    id: str
    zh: str
    en: str
    limit: int = 0
    unit: str = "W"
    alarm_after: int = 0
    """Working days of silence after which the supervisor is told; 0: only as it falls due."""
    expiry_zh: str = ""
    expiry_en: str = ""
    """What the law says happens at expiry."""


@dataclass(frozen=True)
class Flow:
    """All of the flow, with its version."""

    version: str
    states: tuple[CaseState, ...]
    moves: tuple[Move, ...]
    papers: tuple[PaperKind, ...]
    timers: tuple[Timer, ...]

    @property
    def key(self) -> str:
        """Which edition: ``flow/<version>``."""
        return f"flow/{self.version}"

    @cached_property
    def state(self) -> Mapping[str, CaseState]:
        """The states by id."""
        return {one.id: one for one in self.states}

    @cached_property
    def move(self) -> Mapping[str, Move]:
        """The moves by id."""
        return {one.id: one for one in self.moves}

    @cached_property
    def paper(self) -> Mapping[str, PaperKind]:
        """The kinds of papers by id."""
        return {one.id: one for one in self.papers}

    @cached_property
    def timer(self) -> Mapping[str, Timer]:
        """The timers by id."""
        return {one.id: one for one in self.timers}

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that may begin in a state, in the order of the file."""
        return tuple(one for one in self.moves if state in one.sources)


# -- as published


def to_json(thing: Checklist | Flow) -> str:
    """Canonical JSON: the same data is the same text."""
    return json.dumps(asdict(thing), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a published text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def checklist_from(data: Mapping[str, Any]) -> Checklist:
    """A checklist from parsed JSON. Raises KeyError, TypeError when it is none."""
    materials = (
        Material(**one | {"reasons": tuple(Reason(**reason) for reason in one["reasons"])})
        for one in data["materials"]
    )
    made = {
        "materials": tuple(materials),
        "conditions": tuple(Condition(**one) for one in data.get("conditions", ())),
        "departments": tuple(data.get("departments", ())),
        "forms": tuple(data.get("forms", ())),
    }
    return Checklist(**{**data, **made})


_LISTS = ("sources", "roles", "guards", "papers", "clocks")


def flow_from(data: Mapping[str, Any]) -> Flow:
    """A flow from parsed JSON. Raises KeyError, TypeError when it is none."""
    moves = (
        Move(**one | {name: tuple(one.get(name, ())) for name in _LISTS}) for one in data["moves"]
    )
    papers = (PaperKind(**one | {"fields": tuple(one.get("fields", ()))}) for one in data["papers"])
    return Flow(
        version=data["version"],
        states=tuple(CaseState(**one) for one in data["states"]),
        moves=tuple(moves),
        papers=tuple(papers),
        timers=tuple(Timer(**one) for one in data["timers"]),
    )
