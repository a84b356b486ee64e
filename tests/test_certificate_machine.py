"""Certificates in whatever order the hall works: what must be true of them after every step."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from db.check import verify
from db.store import Row
from hallclient.actions import (
    certificate_changes,
    certificate_handover,
    certificate_print,
    certificates,
    code_segments,
    codes,
)
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.certificate_verify import GOOD
from hallclient.actions.certificate_verify import verify as held_out
from hallclient.rules.certificate.changes import CHANGES, Change, possible
from hallclient.rules.certificate.states import (
    APPROVED,
    ASSIGNED,
    ENDED,
    HANDED,
    LIVE,
    OPEN,
    PRINTED,
    PRINTING,
    READY,
    SEALED,
    of_copies,
)
from hallclient.rules.errors import Refused
from tests import invariants
from tests.casekit import C1, DAY_MS, SUPERVISOR
from tests.certkit import (
    COUNTER,
    HEAD,
    approved,
    described,
    handed,
    printing,
    sealed,
    segment,
    stocked,
)
from tests.hallkit import Kit, clerk
from tests.test_certificate_changes import SAYS

KINDS = ("health", "food", "record")
"""One copy on stock; an original and duplicates on one stock; plain paper."""
ON = {"bound": {"printing"}, "used": {"printed", "handed", "lost", "recalled", "recovered"}}
ON["spoiled"] = {"spoiled", "void"}
"""State of a sheet -> those of the copy that it carries."""
PICK = st.randoms(use_true_random=False)


class Certificates(RuleBasedStateMachine):
    """Two windows issue from the same segments and each from its own sheets."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.kit = Kit(Path(self.folder.name))
        self.replay = invariants.Replay(self.kit.store)
        self.given: set[str] = set()
        """Every code that was ever on a certificate."""

    @initialize(codes=st.booleans())
    def hall(self, codes: bool) -> None:
        if codes:
            stocked(self.kit, windows=("W01", "W02"), count=12)
            for kind, steps in zip((*KINDS, "food", "health"), (4, 4, 3, 2, 4), strict=True):
                self.onward(approved(self.kit, kind), C1, steps)
        else:
            self._load()

    def teardown(self) -> None:
        store = self.kit.store
        try:
            assert verify(store).ok
            self.replay.check()
        finally:
            self.replay.__exit__()
            self.kit.close()
            self.folder.cleanup()

    # -- words

    def rows(self, *states: str) -> list[Row]:
        marks = ", ".join("?" for _ in states)
        return self.kit.store.rows(
            f"SELECT * FROM certificate WHERE state IN ({marks}) ORDER BY rowid", *states
        )

    def copies(self, *states: str) -> list[Row]:
        marks = ", ".join("?" for _ in states)
        return self.kit.store.rows(
            f"SELECT * FROM certificate_copy WHERE state IN ({marks}) ORDER BY rowid", *states
        )

    def asked(self) -> list[Row]:
        return self.kit.store.rows("SELECT * FROM certificate_change WHERE state = 'open'")

    # -- what is done

    @rule(kind=st.sampled_from(KINDS), window=st.integers(1, 2), steps=st.integers(0, 4))
    def grant(self, kind: str, window: int, steps: int) -> None:
        who = clerk(window)
        row = approved(self.kit, kind, by=who)
        if row["state"] == ASSIGNED:
            self.onward(row, who, steps)

    def onward(self, row: Row, who: Actor, steps: int) -> None:
        """What is usual: described and sealed, printed, confirmed, handed over."""
        try:
            if steps:
                sealed(self.kit, row, who)
            if steps > 1:
                job = printing(self.kit, row, by=who)
                if steps > 2:
                    certificate_print.confirm(self.kit.store, who, job)
                if steps > 3:
                    handed(self.kit, row, by=who)
        except Refused as refused:
            # Sheets come to an end, and what is asked to end goes no further.
            assert refused.code in ("no-sheets", "change-pending")  # noqa: PT017

    @precondition(lambda self: self.rows(ASSIGNED))
    @rule(pick=PICK, steps=st.integers(1, 4))
    def go_on(self, pick: Random, steps: int) -> None:
        self.onward(pick.choice(self.rows(ASSIGNED)), C1, steps)

    @precondition(lambda self: self.rows(APPROVED))
    @rule(pick=PICK, window=st.integers(1, 2))
    def assign(self, pick: Random, window: int) -> None:
        row = pick.choice(self.rows(APPROVED))
        try:
            found = certificates.assign(self.kit.store, clerk(window), row["id"])
            assert found["state"] == ASSIGNED
        except Refused as refused:
            assert refused.code == "no-codes"  # noqa: PT017 - whether it comes is not known

    @precondition(lambda self: self.rows(ASSIGNED, SEALED))
    @rule(pick=PICK)
    def proof(self, pick: Random) -> None:
        row = pick.choice(self.rows(ASSIGNED, SEALED))
        if row["state"] == ASSIGNED:
            described(self.kit, row)
        certificate_print.proof(self.kit.store, C1, row["id"])

    @precondition(lambda self: self.copies("waiting"))
    @rule(pick=PICK, window=st.integers(1, 2), plain=st.booleans())
    def print(self, pick: Random, window: int, plain: bool) -> None:
        todo = [one["id"] for one in self.copies("waiting")]
        some = pick.sample(todo, pick.randint(1, min(4, len(todo))))
        layout = "full" if plain else ""
        try:
            certificate_print.begin(self.kit.store, clerk(window), some, layout=layout)
        except Refused as refused:
            allowed = {"change-pending"} if plain else {"change-pending", "no-sheets"}
            assert refused.code in allowed  # noqa: PT017 - as above

    @precondition(lambda self: self.copies(PRINTING))
    @rule(pick=PICK)
    def confirm(self, pick: Random) -> None:
        job = pick.choice(self.copies(PRINTING))["job"]
        copies = [one["id"] for one in certificate_print.job_copies(self.kit.store, job)]
        fates = {key: pick.choice(["good", "good", "spoiled", "unprinted"]) for key in copies}
        certificate_print.confirm(
            self.kit.store,
            C1,
            job,
            spoiled={key: "x" for key, fate in fates.items() if fate == "spoiled"},
            unprinted=[key for key, fate in fates.items() if fate == "unprinted"],
        )

    @precondition(lambda self: self.copies(PRINTED))
    @rule(pick=PICK)
    def spoil(self, pick: Random) -> None:
        certificate_print.spoil(self.kit.store, C1, pick.choice(self.copies(PRINTED))["id"], "x")

    @precondition(lambda self: self.rows(READY))
    @rule(pick=PICK)
    def hand_over(self, pick: Random) -> None:
        ready = [row["id"] for row in self.rows(READY)]
        some = pick.sample(ready, pick.randint(1, len(ready)))
        try:
            certificate_handover.hand_over(self.kit.store, C1, some, COUNTER)
        except Refused as refused:
            assert refused.code == "change-pending"  # noqa: PT017 - as above

    @precondition(lambda self: self.rows(*OPEN))
    @rule(pick=PICK, way=st.sampled_from(["", "confirm"]))
    def change_open(self, pick: Random, way: str) -> None:
        self.change(pick.choice(self.rows(*OPEN)), pick, way)

    @precondition(lambda self: self.rows(HANDED))
    @rule(pick=PICK, way=st.sampled_from(["", "confirm", "confirm"]))
    def change_handed(self, pick: Random, way: str) -> None:
        self.change(pick.choice(self.rows(HANDED)), pick, way)

    @precondition(lambda self: self.rows(HANDED))
    @rule(pick=PICK, copies=st.integers(1, 2))
    def more_copies(self, pick: Random, copies: int) -> None:
        food = [row for row in self.rows(HANDED) if row["kind"] == "spjyxkz"]
        if food:
            says = {"copies": {"duplicate": copies}}
            self.change(pick.choice(food), pick, "confirm", CHANGES["extra"], says)

    def change(
        self,
        row: Row,
        pick: Random,
        way: str,
        spec: Change | None = None,
        says: dict[str, Any] | None = None,
    ) -> None:
        may = possible(row["state"])
        if not may:
            return
        spec = spec or pick.choice(may)
        says = says or SAYS.get(spec.id, {})
        if row["kind"] == "xmbaz" and "words" in says:
            says = {"words": {"place": f"{self.kit.clock.ms}"}}
        reason = pick.choice(spec.reasons)
        try:
            asked = certificate_changes.ask(self.kit.store, C1, row["id"], spec.id, reason, **says)
            if way:
                self.settle(way, asked.row["id"])
        except Refused as refused:
            assert refused.code in (  # noqa: PT017 - what is said may be there already
                *("change-pending", "change-same", "no-such-copy", "change-not-now"),
            )

    @precondition(lambda self: self.asked())
    @rule(pick=PICK, way=st.sampled_from(["confirm", "confirm", "reject", "withdraw"]))
    def answer(self, pick: Random, way: str) -> None:
        try:
            self.settle(way, pick.choice(self.asked())["id"])
        except Refused as refused:
            assert refused.code == "change-not-now"  # noqa: PT017 - it moved on since

    def settle(self, way: str, change: str) -> None:
        store = self.kit.store
        if way == "reject":
            certificate_changes.reject(store, SUPERVISOR, change, "x")
        elif way == "withdraw":
            certificate_changes.withdraw(store, C1, change)
        else:
            certificate_changes.confirm(store, SUPERVISOR, change)

    @precondition(lambda self: self.copies("recalled", "lost"))
    @rule(pick=PICK)
    def returned(self, pick: Random) -> None:
        copy = pick.choice(self.copies("recalled", "lost"))
        certificate_changes.returned(self.kit.store, C1, copy["id"])

    @rule(what=st.sampled_from(["load", "void", "lease", "night", "crash"]))
    def around(self, what: str) -> None:
        try:
            getattr(self, f"_{what}")()
        except Refused as refused:
            assert refused.code == "no-codes"  # noqa: PT017 - as above

    def _load(self) -> None:
        for kind in ("health", "food", "record"):
            rows = self.kit.store.rows("SELECT last FROM code_segment WHERE scheme = ?", kind)
            first = max((int(row["last"]) for row in rows), default=0) + 1
            segment(self.kit, kind, str(first), str(first + 1))

    def _void(self) -> None:
        codes.void_next(self.kit.store, HEAD, "health", "x")

    def _lease(self) -> None:
        code_segments.lease(self.kit.store, C1, "food")

    def _night(self) -> None:
        self.kit.clock.ms += DAY_MS

    def _crash(self) -> None:
        """The terminal is killed; what the store says is all that is known."""
        self.replay.check()
        self.replay.__exit__()
        self.kit.close()
        self.kit.store = self.kit.again()
        self.replay = invariants.Replay(self.kit.store)

    # -- what is true

    @invariant()
    def the_books_agree(self) -> None:
        assert audit(self.kit.store) == []

    @invariant()
    def every_code_is_given_once(self) -> None:
        first = self.kit.store.rows(
            "SELECT code FROM certificate WHERE reason = 'new' AND code IS NOT NULL"
        )
        count = Counter(row["code"] for row in first)
        assert set(count.values()) <= {1}
        assert set(count) >= self.given
        self.given |= set(count)
        void = self.kit.store.rows("SELECT id FROM code WHERE state = 'void'")
        standing = {row["code"] for row in self.rows(*OPEN, HANDED)}
        assert not standing & {row["id"] for row in void}

    @invariant()
    def copies_and_certificates_agree(self) -> None:
        for row in self.rows(*OPEN, HANDED, *ENDED):
            live = {one["state"] for one in copies_of(self.kit.store, row["id"])} & LIVE
            if row["state"] in ENDED:
                assert not live, row["id"]
            elif row["state"] == HANDED:
                assert live == {HANDED}, row["id"]
            elif row["state"] in (APPROVED, ASSIGNED):
                assert not live, row["id"]
            else:
                assert row["state"] == of_copies(live), row["id"]
            assert (row["pickup"] is not None) <= (row["state"] in (SEALED, PRINTING, READY))
            assert (row["state"] != READY) or row["pickup"] is not None

    @invariant()
    def a_certificate_stands_once(self) -> None:
        standing = Counter(
            row["code"]
            for row in self.rows(*OPEN, HANDED)
            if row["code"] is not None and row["reason"] != "extra"
        )
        assert set(standing.values()) <= {1}
        numbers = Counter(
            (row["code"], copy["copy"], copy["no"])
            for row in self.rows(*OPEN, HANDED)
            for copy in copies_of(self.kit.store, row["id"])
            if copy["state"] in LIVE
        )
        assert set(numbers.values()) <= {1}

    @invariant()
    def a_sheet_is_what_its_copy_says(self) -> None:
        copies = {one["id"]: one for one in self.kit.store.rows("SELECT * FROM certificate_copy")}
        for sheet in self.kit.store.rows("SELECT * FROM sheet"):
            copy = copies[sheet["copy"]]
            assert copy["sheet"] == sheet["id"]
            assert copy["state"] in ON[sheet["state"]], (copy["state"], sheet["state"])

    @invariant()
    def what_ended_is_good_for_nothing(self) -> None:
        standing = {row["code"] for row in self.rows(*OPEN, HANDED)}
        for row in self.rows(*ENDED)[-2:]:
            if row["code"] and row["code"] not in standing:
                assert held_out(self.kit.store, C1, row["code"]).verdict not in GOOD


TestCertificates = Certificates.TestCase
TestCertificates.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
