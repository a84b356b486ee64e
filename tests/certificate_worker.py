"""Windows of a hall that issue certificates, each a process that may be killed at any moment.

A fork server starts them (`CONTEXT`), so that the hundredth is there as soon as the first. What a
printer has put out is a file that nothing takes back: a page is a line of it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from db.driver import sqlite
from db.store import Row, Store
from hallclient.actions import (
    certificate_handover,
    certificate_print,
    certificate_seal,
    certificates,
)
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.paper_receipt import POST
from hallclient.rules.certificate.states import ASSIGNED, HANDED, READY
from tests.hallkit import NINE, Clock, clerk, seeded_env

PRELOAD = ["tests.certificate_warm"]
BY_POST = Collector(how=POST, waybill="EMS1234567890", address="光谷大道1号")
TORN = "卡纸"


def context() -> multiprocessing.context.ForkServerContext:
    """Starts processes that have everything imported and read already."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(PRELOAD)
    return made


class Page(NamedTuple):
    """What a printer has put out."""

    copy: str
    code: str
    sheet: str


class Printer:
    """Puts out one page after the other; pages are there whatever becomes of who printed them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def print(self, page: Page) -> None:
        with self._path.open("ab", buffering=0) as file:
            file.write(" ".join(page).encode() + b"\n")
            os.fsync(file.fileno())

    def pages(self) -> list[Page]:
        """Everything that ever came out."""
        if not self._path.exists():
            return []
        return [Page(*line.split()) for line in self._path.read_text().splitlines()]


class Share(NamedTuple):
    """What one window has to do: grant cases some at a time, and issue every nth lot of them."""

    cases: Sequence[str]
    lot: int
    every: int


# -- many windows


def work(path: Path, number: int, paper: Path, share: Share, said: Connection) -> None:
    """Grant and issue a window's share, whatever a former life has left; each step is said."""
    # Setting a page takes longer than all the rest together, and has tests of its own.
    unset = patch.object(certificate_print, "_pdf", lambda store, some: b"%PDF")
    with unset, Store.open(path) as store:
        _Window(store, clerk(number), Printer(paper), said).work(share)
    said.send("end")


class _Window:
    def __init__(self, store: Store, who: Actor, printer: Printer, said: Connection) -> None:
        self.store, self.who, self.printer, self.said = store, who, printer, said

    def work(self, share: Share) -> None:
        self.said.send("open")
        self._look_at_the_paper()
        stood = defaultdict(set)
        for row in self.store.rows("SELECT case_file, state FROM certificate"):
            stood[row["case_file"]].add(row["state"])
        for n, start in enumerate(range(0, len(share.cases), share.lot)):
            cases, issued = share.cases[start : start + share.lot], n % share.every == 0
            if all(stood[case] == {HANDED if issued else ASSIGNED} for case in cases):
                continue
            rows = self._rows(cases)
            if not rows:
                rows = certificates.approve(self.store, self.who, cases)
                self.said.send("approved")
            if issued:
                self._issue(cases, rows)

    def _rows(self, cases: Sequence[str], *states: str) -> list[Row]:
        found = [
            row
            for case in cases
            for row in certificates.certificates_of(self.store, self.who, case)
        ]
        return [row for row in found if not states or row["state"] in states]

    def _issue(self, cases: Sequence[str], rows: Sequence[Row]) -> None:
        """From wherever these certificates stand to their hand-over."""
        for row in rows:
            if row["state"] == ASSIGNED:
                certificate_seal.seal(self.store, self.who, row["id"])
                self.said.send("sealed")
        copies = [
            copy["id"] for row in rows for copy in certificate_print.waiting(self.store, row["id"])
        ]
        if copies:
            job = certificate_print.begin(self.store, self.who, copies)
            self.said.send("begun")
            for page in pages_of(self.store, job.copies):
                self.printer.print(page)
                self.said.send("page")
            certificate_print.confirm(self.store, self.who, job.id)
            self.said.send("confirmed")
        ready = [row["id"] for row in self._rows(cases, READY)]
        if ready:
            certificate_handover.hand_over(self.store, self.who, ready, BY_POST)
            self.said.send("handed")

    def _look_at_the_paper(self) -> None:
        """After a crash: what was sent to the printer is compared with what came out.

        The page that came out last is torn, so its sheet is spoiled.
        """
        mine = [
            row
            for row in certificate_print.unknown(self.store, self.who)
            if row["window"] == self.who.window
        ]
        out = {page.sheet: page for page in self.printer.pages()}
        for job, rows in groupby(mine, key=lambda row: str(row["job"])):
            sheets = [row["sheet"] for row in rows]
            there = [sheet for sheet in sheets if sheet in out]
            spoiled = {sheet: TORN for sheet in there[-1:] if len(there) < len(sheets)}
            blank = [sheet for sheet in sheets if sheet not in out]
            certificate_print.confirm(self.store, self.who, job, spoiled=spoiled, unprinted=blank)
            self.said.send("unknown")
            for sheet in sheets:
                self.said.send("torn" if sheet in spoiled else "out" if sheet in out else "blank")


def pages_of(store: Store, copies: Sequence[Row]) -> Iterator[Page]:
    """The pages of a job, in the order of printing."""
    for copy in copies:
        row = store.row("SELECT code FROM certificate WHERE id = ?", copy["certificate"])
        assert row is not None
        yield Page(copy["id"], row["code"], copy["sheet"])


# -- one step


STEPS = ("approve", "seal", "begin", "confirm", "hand-over")
BEFORE, AFTER = "before", "after"
"""The moment of its own death: the COMMIT of the step's only transaction."""


class _Fatal:
    """A connection that does not survive its COMMIT."""

    def __init__(self, db: sqlite.Connection, when: str) -> None:
        self._db, self._when = db, when

    def execute(self, sql: str, *values: Any) -> object:
        if sql == "COMMIT":
            if self._when == AFTER:
                self._db.execute(sql)
            os.kill(os.getpid(), signal.SIGKILL)
        return self._db.execute(sql, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)


def die_in(path: Path, seed: int, step: str, case: str, when: str) -> None:
    """Take a step in a case of one certificate, and be killed before or after it is durable."""
    opened = Store.open(path, make_env=seeded_env(Clock(NINE), seed))
    with opened as store, patch.object(store, "db", _Fatal(store.db, when)):
        take(store, step, case)


def take(store: Store, step: str, case: str) -> None:
    """The step that is due in a case of one certificate, as the clerk of window 1."""
    who = clerk(1)
    if step == "approve":
        certificates.approve(store, who, [case])
        return
    (row,) = certificates.certificates_of(store, who, case)
    if step == "assign":
        certificates.assign(store, who, row["id"])
    elif step == "seal":
        certificate_seal.seal(store, who, row["id"])
    elif step == "begin":
        copies = [copy["id"] for copy in certificate_print.waiting(store, row["id"])]
        certificate_print.begin(store, who, copies)
    elif step == "confirm":
        certificate_print.confirm(store, who, certificate_print.unknown(store, who)[0]["job"])
    else:
        certificate_handover.hand_over(store, who, [row["id"]], BY_POST)


class Stand(NamedTuple):
    """What a store says of a case of one certificate and one copy; empty: there is none."""

    case: str
    certificate: str = ""
    code: str = ""
    copies: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    unknown: int = 0
    """Copies of which nobody knows whether they were printed."""


def tell(path: Path, case: str, said: Connection) -> None:
    """Say what a process finds that knows nothing but the store."""
    with Store.open(path) as store:
        said.send(stand(store, case))


def stand(store: Store, case: str) -> Stand:
    row = store.row("SELECT state FROM case_file WHERE id = ?", case)
    assert row is not None
    for certificate in certificates.certificates_of(store, clerk(1), case):
        copies = copies_of(store, certificate["id"])
        sheets = store.rows("SELECT state FROM sheet ORDER BY serial")
        return Stand(
            row["state"],
            certificate["state"],
            certificate["code"] or "",
            tuple(copy["state"] for copy in copies),
            tuple(sheet["state"] for sheet in sheets),
            len(certificate_print.unknown(store, clerk(1))),
        )
    return Stand(row["state"])
