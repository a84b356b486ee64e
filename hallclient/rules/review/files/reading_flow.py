"""The flow of cases from ``flow.toml``: whole or not at all, each mistake placed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from hallclient.rules.form.files.attributes import names, one_of
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.review.files.checking_flow import graph
from hallclient.rules.review.files.parts import Ids, Part
from hallclient.rules.review.guards import GUARDS
from hallclient.rules.review.paper_body import FIELDS
from hallclient.rules.review.spec import CaseState, Flow, Move, PaperKind, Timer
from hallclient.rules.roles import PERMISSIONS
from hallclient.rules.toml_file import Tree
from hallclient.rules.workdays import UNITS

_TOP = ("version", "state", "move", "paper", "timer")
_STATE = ("id", "zh", "en", "national", "final")
_MOVE = (
    *("id", "zh", "en", "from", "to", "roles", "guards", "papers", "clocks"),
    *("reason", "automatic", "seal", "tone"),
)
_PAPER = ("id", "zh", "en", "prefix", "copies", "fields", "basis_zh", "basis_en")
_TIMER = ("id", "zh", "en", "limit", "unit", "alarm_after", "expiry_zh", "expiry_en")

VERBS: Final = ("start", "stop", "pause", "resume", "drop")
TONES: Final = ("good", "bad")

_PREFIX = re.compile(r"[A-Z]{1,4}")


def read_flow(tree: Tree, notes: Notes) -> Flow | None:
    """The flow; ``None`` and at least one mistake when there is any."""
    return _Reading(Part(tree, notes)).flow()


class _Reading:
    def __init__(self, part: Part) -> None:
        self.part = part
        self.top = part.file.top
        self.ids = {name: Ids() for name in ("state", "move", "paper", "timer")}
        self.readers: dict[tuple[str, str], Reader] = {}

    def flow(self) -> Flow | None:
        part, top = self.part, self.top
        part.keys(top, _TOP)
        version = top.id("version")
        states, papers, timers = self._states(), self._papers(), self._timers()
        made = Flow(version, states, self._moves(), papers, timers)
        if not part.right():
            return None
        # What follows from the whole means something only when every part is right.
        for kind, key, attribute, code, params in graph(made):
            self.readers[kind, key].fail(attribute, code, **params)
        return made if part.right() else None

    def _tables(self, kind: str, known: Collection[str]) -> list[tuple[Reader, str, bool]]:
        """The tables of a kind, with their id and whether they are the first of it."""
        found = []
        for _, reader in self.part.tables((), self.top, kind):
            self.part.keys(reader, known)
            key = reader.id()
            first = self.ids[kind].add(reader, key)
            if first:
                self.readers[kind, key] = reader
            found.append((reader, key, first))
        if not found and self.part.whole:
            self.ids[kind].whole = False
            self.part.notes.add(self.top.file, 1, "review-no-table", field=f"[[{kind}]]")
        return found

    def _known(self, reader: Reader, key: str, word: str, kind: str) -> bool:
        """Whether a word is an id of a kind; where an id lacks or a table is unread, it may be."""
        ids = self.ids[kind]
        if not ids.whole or not self.part.whole:
            return True
        return self.part.is_known(reader, key, word, map(str, ids.lines))

    def _states(self) -> tuple[CaseState, ...]:
        found = []
        for reader, key, first in self._tables("state", _STATE):
            zh, en = self.part.words(reader)
            national = reader.number("national", 0, high=15)
            made = CaseState(key, zh, en, national, reader.flag("final", False))
            if first:
                found.append(made)
        return tuple(found)

    def _papers(self) -> tuple[PaperKind, ...]:
        found, prefixes = [], Ids()
        for reader, key, first in self._tables("paper", _PAPER):
            zh, en = self.part.words(reader)
            prefix = reader.text("prefix")
            if prefix and not _PREFIX.fullmatch(prefix):
                reader.fail("prefix", "review-bad-prefix", value=prefix)
            else:
                prefixes.add(reader, prefix, "prefix")
            fields = self.part.named(reader, "fields", FIELDS)
            if not fields and self.part.sound(reader, "fields"):
                reader.fail("fields", "review-no-paper-fields", value=key)
            basis = self.part.both(reader, "basis_zh", "basis_en", required=False)
            copies = reader.number("copies", 1, low=1, high=9)
            made = PaperKind(key, zh, en, prefix, copies, fields, *basis)
            if first:
                found.append(made)
        return tuple(found)

    def _timers(self) -> tuple[Timer, ...]:
        found = []
        for reader, key, first in self._tables("timer", _TIMER):
            zh, en = self.part.words(reader)
            expiry_zh, expiry_en = self.part.both(reader, "expiry_zh", "expiry_en")
            limit = reader.number("limit", 0, high=999)
            alarm = reader.number("alarm_after", 0, high=999)
            unit = one_of(reader, "unit", UNITS, "W")
            if 0 < limit < alarm and self.part.sound(reader, "limit", "alarm_after"):
                reader.fail("alarm_after", "review-alarm-late", value=alarm, limit=limit)
            made = Timer(key, zh, en, limit, unit, alarm, expiry_zh, expiry_en)
            if first:
                found.append(made)
        return tuple(found)

    # -- moves

    def _moves(self) -> tuple[Move, ...]:
        found = []
        roles = sorted(PERMISSIONS["case.move"])
        for reader, key, first in self._tables("move", _MOVE):
            zh, en = self.part.words(reader)
            made = Move(
                id=key,
                zh=zh,
                en=en,
                sources=self._several(reader, "from", "state"),
                target=self._target(reader),
                roles=self.part.named(reader, "roles", roles),
                guards=self.part.named(reader, "guards", GUARDS),
                papers=self._several(reader, "papers", "paper"),
                clocks=self._clocks(reader),
                reason=reader.flag("reason", False),
                automatic=reader.flag("automatic", False),
                seal=reader.flag("seal", False),
                tone=one_of(reader, "tone", TONES) if reader.has("tone") else "",
            )
            for attribute, value in (("from", made.sources), ("roles", made.roles)):
                if not value and self.part.sound(reader, attribute):
                    reader.fail(attribute, "missing")
            self._automatic(reader, made)
            if made.seal and not made.papers and self.part.sound(reader, "papers"):
                reader.fail("seal", "review-seal-nothing", value=key)
            if first:
                found.append(made)
        return tuple(found)

    def _automatic(self, reader: Reader, made: Move) -> None:
        """What the program makes by itself needs a guard, and nobody to give a reason."""
        if not made.automatic:
            return
        if not made.guards and self.part.sound(reader, "guards"):
            reader.fail("automatic", "review-automatic-always", value=made.id)
        if made.reason:
            reader.fail("reason", "review-automatic-reason", value=made.id)

    def _several(self, reader: Reader, key: str, kind: str) -> tuple[str, ...]:
        found = names(reader, key)
        for word in found:
            self._known(reader, key, word, kind)
        return found

    def _target(self, reader: Reader) -> str:
        value = reader.text("to")
        if value:
            self._known(reader, "to", value, "state")
        return value

    def _clocks(self, reader: Reader) -> tuple[str, ...]:
        found = names(reader, "clocks")
        for said in found:
            verb, _, timer = said.partition(" ")
            if verb not in VERBS or not timer:
                reader.fail("clocks", "review-bad-clock", value=said, known=", ".join(VERBS))
            else:
                self._known(reader, "clocks", timer, "timer")
        return found
