"""What a check of a store found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[str, int, int], None]
"""(phase, done, of how many); phases: ``pages``, ``log``, ``projections``, ``sealed``,
``files`` (where there are any)."""

AT_MOST = 20
"""Findings of one sort that are told one by one; the rest are only counted."""

LOG_FAULTS = frozenset({"chain", "gap", "algorithm", "body", "event", "unreadable", "unreplayable"})
FILE_FAULTS = frozenset({"file-missing", "file-damaged"})
"""What only a backup can mend; the store itself is as it was."""
ROW_FAULTS = frozenset({"row-differs", "row-missing", "row-surplus", "row-order"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong; ``code`` names the text ``verify.finding.<code>``."""

    code: str
    params: dict[str, object]


@dataclass(slots=True)
class Report:
    """What was found, and how much was looked at."""

    events: int = 0
    streams: int = 0
    devices: int = 0
    rows: int = 0
    sealed: int = 0
    destroyed: int = 0
    files: int = 0
    """Attached files that were opened and are what they were."""
    brought_up: int = 0
    """Events of an older version that were read as newer ones."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Kinds (``kind@version``) and tables that this version does not know. Not a fault."""
    head: str = ""
    """A hash over the newest event of every stream: noted elsewhere, it witnesses the whole log."""
    last_at: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """How often each code was found, also beyond `AT_MOST`."""

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.counts

    @property
    def first(self) -> Finding:
        """The first thing that is wrong; a lost file only when nothing else is."""
        return min(self.findings, key=lambda one: one.code in FILE_FAULTS)

    @property
    def lost_files(self) -> int:
        """Attached files that are missing or damaged."""
        return sum(self.counts[code] for code in FILE_FAULTS)

    @property
    def usable(self) -> bool:
        """Nothing is wrong but attached files: only a copy that still has them could mend that, so
        it hinders neither a backup nor the restoring of one.
        """
        return self.counts.keys() <= FILE_FAULTS

    @property
    def log_ok(self) -> bool:
        """The log can be trusted, so that the projections may be made from it again."""
        return not self.counts.keys() & LOG_FAULTS

    @property
    def mendable(self) -> bool:
        """Projections are wrong, and nothing that they are made from: `db.rebuild` mends them."""
        found = self.counts.keys()
        # A sealed text that does not open may be no more than a row that was changed.
        return bool(found & ROW_FAULTS) and found <= ROW_FAULTS | FILE_FAULTS | {"sealed"}

    def add(self, code: str, **params: object) -> None:
        """One more finding."""
        self.counts[code] += 1
        if self.counts[code] <= AT_MOST:
            self.findings.append(Finding(code, params))
