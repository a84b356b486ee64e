"""Certificates: a decision with its code, the books of ten thousand, one code or QR code verified.

The floor of what is written is a FULL commit of rows of the same sizes, of what is read its rows by
plain SQL, of a signed QR code the bare check of an Ed25519 signature beside them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import fill
from bench.figure import Figure, Run, median, ratio
from bench.floor import Floor, sizes_after
from db.store import Row, Store
from hallclient.actions import (
    certificate_audit,
    certificate_face,
    certificate_print,
    certificate_seal,
    certificate_verify,
    certificates,
)
from hallclient.actions.certificate_rows import certificate_row, copies_of
from tests import issuekit
from tests.hallkit import clerk

CLERK = clerk(1)
YIELD = 4
"""Certificates of one case, where many are wanted soon."""
LOT = 20
GRANT, ASSIGN, BOOKS, CODE, QR = 15.0, 8.0, 8.0, 4.0, 3.0
"""So many times its floor at most; a decision also counts days, asks guards and writes a document.
"""
_BOOKS = ("code_segment", "code_block", "code", "certificate", "certificate_copy", "sheet")
_COPIES = "SELECT * FROM certificate_copy WHERE certificate = ? ORDER BY rowid"


def measure(run: Run) -> Iterator[Figure]:
    with fill.create(run.folder / "granted.db") as store:
        yield from _granted(run, store)
    count = 2_000 if run.quick else 10_000
    with fill.create(run.folder / "issued.db") as store:
        issued = _issued(store, count)
        yield _audited(run, store, count)
        yield from _verified(run, store, issued)


# -- deciding


def _granted(run: Run, store: Store) -> Iterator[Figure]:
    """Decision, certificate and code in one commit; and the code alone, where it came later."""
    times = run.times(200)
    issuekit.publish(store, 1)
    cases = iter(issuekit.granting(store, [1], 2 * times + 1)["W01"])
    late = []
    for _ in range(times):  # no segment is here yet
        late += certificates.approve(store, CLERK, [next(cases)])
    issuekit.segment(store, "u", 1, 90_000)
    floor = Floor(run.folder / "certificates-floor.db")
    certificates.approve(store, CLERK, [next(cases)])
    yield _written(
        "a decision, its certificate and code", GRANT, store, floor,
        [partial(certificates.approve, store, CLERK, [case]) for case in cases],
    )  # fmt: skip
    yield _written(
        "a code for a decided case", ASSIGN, store, floor,
        [partial(certificates.assign, store, CLERK, row["id"]) for row in late],
    )  # fmt: skip
    floor.close()


def _written(
    name: str, goal: float, store: Store, floor: Floor, steps: list[Callable[[], object]]
) -> Figure:
    """Turn by turn with a commit of as many bytes, so that both see the same disk."""
    took, bare = [], []
    for step in steps:
        (before,) = store.db.execute("SELECT max(pos) FROM event").fetchone()
        begin = time.perf_counter()
        step()
        took.append(time.perf_counter() - begin)
        bare.append(floor.commit(sizes_after(store, before)))
    return ratio(name, median(took), median(bare), goal)


# -- ten thousand


def _issued(store: Store, count: int) -> list[Row]:
    """So many codes, every fourth lot printed; the certificates that are."""
    issuekit.publish(store, YIELD)
    for scheme in ("u", "s"):
        issuekit.segment(store, scheme, 1, count)
    issuekit.blanks(store, "W01", 1, count)
    cases = issuekit.granting(store, [1], count // YIELD, LOT)["W01"]
    store.db.execute("PRAGMA synchronous = OFF")
    issued: list[Row] = []
    for place in range(0, len(cases), LOT):
        rows = certificates.approve(store, CLERK, cases[place : place + LOT])
        if place // LOT % 4 == 0:
            _print(store, rows)
            issued += rows
    store.db.execute("PRAGMA synchronous = FULL")
    return issued


def _print(store: Store, rows: list[Row]) -> None:
    """Sealed, printed and confirmed; their pages, which nobody looks at, are not set."""
    for row in rows:
        certificate_seal.seal(store, CLERK, row["id"])
    copies = [copy["id"] for row in rows for copy in certificate_print.waiting(store, row["id"])]
    with patch.object(certificate_print, "_pdf", lambda store, some: b"%PDF"):
        job = certificate_print.begin(store, CLERK, copies)
    certificate_print.confirm(store, CLERK, job.id)


def _audited(run: Run, store: Store, count: int) -> Figure:
    def audit() -> None:
        found = certificate_audit.audit(store)
        if found:
            raise SystemExit(f"the books do not agree: {found[:3]}")

    def read() -> None:
        for table in _BOOKS:
            store.rows(f"SELECT * FROM {table}")  # noqa: S608 - names of ours

    name = f"the books of {count:,} codes gone through"
    return _read(name, BOOKS, max(3, run.times(5) // 2), audit, read)


# -- verifying


def _verified(run: Run, store: Store, issued: list[Row]) -> Iterator[Figure]:
    """Without a network: what is known of a typed code, and whether a copy's QR code is ours."""
    times = run.times(500)
    rows = [certificate_row(store, issued[n % len(issued)]["id"]) for n in range(times)]
    codes = iter(row["code"] for row in rows)
    floors = iter(rows)
    yield _read(
        "a code verified", CODE, times,
        lambda: _good(store, next(codes)), lambda: _rows(store, next(floors)),
    )  # fmt: skip
    texts = iter([_signed(store, row) for row in rows])
    again = iter(rows)
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(bytes(100))

    def checked() -> None:
        _rows(store, next(again))
        public.verify(signature, bytes(100))

    yield _read(
        "a signed QR code verified", QR, times,
        lambda: _good(store, next(texts)), checked,
    )  # fmt: skip


def _good(store: Store, text: str) -> None:
    found = certificate_verify.verify(store, CLERK, text)
    if found.verdict not in certificate_verify.GOOD:
        raise SystemExit(f"{text}: {found.verdict}")


def _rows(store: Store, row: Row) -> None:
    store.rows("SELECT * FROM certificate WHERE code = ?", row["code"])
    store.rows(_COPIES, row["id"])


def _signed(store: Store, row: Row) -> str:
    """What our own QR code on a copy says."""
    copy = copies_of(store, row["id"])[0]
    face = certificate_face.frozen_face(store, copy)
    return certificate_face.codes_for(store, row, copy, face).own


def _read(
    name: str, goal: float, times: int, do: Callable[[], object], floor: Callable[[], object]
) -> Figure:
    """Turn by turn, so that both see the same machine."""
    took, bare = [], []
    for _ in range(times):
        begin = time.perf_counter()
        do()
        middle = time.perf_counter()
        floor()
        took.append(middle - begin)
        bare.append(time.perf_counter() - middle)
    return ratio(name, median(took), median(bare), goal)
