"""Processes that fill in a filing: killed at any moment, two at once; what was said to be kept is.

At most the one field that was being written when the process died is missing.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.check import verify
from db.store import Store
from hallclient.actions import filing_view
from hallclient.rules.form.edits import SINGLE
from tests import invariants
from tests.filekit import AGENT, ONE, Filing
from tests.hallkit import clerk
from tests.source import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
]
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}
ENDLESS = 1_000_000


@pytest.fixture
def filing(tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path)
    yield made
    invariants.check_replay(made.store)
    made.close()


class Typist:
    """A process that types; ``acknowledged`` is what it said to be durable."""

    def __init__(self, filing: Filing, operator: str, field: str, count: int = ENDLESS) -> None:
        self.acknowledged: list[dict[str, Any]] = []
        self._rest = b""
        args = (str(filing.kit.path), filing.id, operator, field, str(count))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.filing_process", *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRON,
        )  # fmt: skip
        self.read(1)
        assert "ready" in self.acknowledged.pop()

    def start(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def read(self, count: int) -> None:
        """Until it has said that much more."""
        wanted = len(self.acknowledged) + count
        while len(self.acknowledged) < wanted:
            assert self._take(), "it has gone"

    def _take(self) -> bool:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        assert ready, "it says nothing"
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.acknowledged += [json.loads(line) for line in lines]
        return bool(data)

    def end(self) -> int:
        """Read on until it ends; its exit code."""
        while self._take():
            pass
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert self.end() == -signal.SIGKILL


def events(store: Store, filing: Filing) -> dict[int, dict[str, Any]]:
    """The changes of each event of the filing, by its place."""
    rows = store.rows("SELECT seq, body FROM event WHERE stream = ?", f"case:{filing.id}")
    return {row["seq"]: json.loads(row["body"]) for row in rows}


def test_a_killed_screen_has_lost_at_most_the_field_it_was_writing(filing: Filing) -> None:
    dice = random.Random(5)
    for _ in range(12):
        typist = Typist(filing, "a01", "remark")
        typist.start()
        typist.read(dice.randrange(1, 12))
        # At any moment of a transaction, so not after a line has come.
        time.sleep(dice.random() * 0.004)
        typist.kill()
        with filing.kit.again() as store:
            report = verify(store)
            assert report.ok, report.findings
            kept = events(store, filing)
            assert all(said["seq"] in kept for said in typist.acknowledged)
            assert max(kept) - typist.acknowledged[-1]["seq"] <= 1
            state = filing_view.open_filing(store, AGENT, filing.id).state
            (left,) = filing_view.left_open(store, AGENT)
        last = typist.acknowledged[-1]["text"]
        writing = f"a01 {int(last.split()[1]) + 1}"
        assert state.text(SINGLE, "remark") in (last, writing)
        assert (left.number, left.form) == (filing.row["number"], "small@1")
        assert left.fields == 2  # what was typed, and the default that was there before


def test_rows_are_whole_or_not_there(filing: Filing) -> None:
    typist = Typist(filing, "a01", "row")
    typist.start()
    typist.read(30)
    typist.kill()
    with filing.kit.again() as store:
        assert verify(store).ok
        opened = filing_view.open_filing(store, AGENT, filing.id)
        (left,) = filing_view.left_open(store, AGENT)
    there = {row: opened.state.text(row, "p_name") for row in opened.state.rows("persons")}
    told = {said["row"]: said.get("text", "") for said in typist.acknowledged}
    assert [row for row in told if row not in there] == []
    assert {row: text for row, text in told.items() if text and there[row] != text} == {}
    assert len(there) - len(told) <= 1
    assert left.fields == 1 + sum(map(bool, there.values()))


def test_two_terminals_fill_in_different_fields_at_once(filing: Filing) -> None:
    typists = [Typist(filing, "a01", "name", 40), Typist(filing, "c01", "phone", 40)]
    for typist in typists:
        typist.start()
    assert [typist.end() for typist in typists] == [0, 0]
    for typist in typists:
        assert [said["other"] for said in typist.acknowledged] == [[]] * 40
    assert (filing.text("name"), filing.text("phone")) == ("a01 39", "c01 39")
    assert len(filing.events()) == 81
    assert verify(filing.store).ok


def test_two_terminals_in_the_same_field_keep_both_texts(filing: Filing) -> None:
    typists = [Typist(filing, "a01", "phone", 40), Typist(filing, "c01", "phone", 40)]
    for typist in typists:
        typist.start()
    assert [typist.end() for typist in typists] == [0, 0]
    opened = filing.open()
    (collision,) = opened.collisions.values()
    assert {collision.text, collision.other} == {"a01 39", "c01 39"}
    # One of the two was first; it never noticed.
    first = collision.text.split()[0]
    assert collision.by == {"a01": "c01", "c01": "a01"}[first]
    for typist in typists:
        mine = typist.acknowledged[0]["text"].split()[0]
        others = [said["other"] for said in typist.acknowledged]
        assert others == ([[]] * 40 if mine == first else [[f"{mine} {n}"] for n in range(40)])
    told = {left.id for who in (AGENT, ONE) for left in filing_view.left_open(filing.store, who)}
    assert told == {filing.id}
    assert filing_view.left_open(filing.store, clerk(3)) == []
    assert verify(filing.store).ok
