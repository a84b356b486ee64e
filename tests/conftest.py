"""Fixtures that several test modules share."""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

from db import opening
from db.driver import sqlite
from hallclient.texts import set_language
from tests.clikit import quick
from tests.hallkit import Kit

__all__ = ["quick"]

# Started in the background of a shell, a test run and all its children would be deaf to Ctrl+C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int | None:
    """Half as many again as there are cores: a third of their time tests wait for screens."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return cores + cores // 2


def pytest_collection_finish() -> None:
    """What ten thousand tests are made of stays: no garbage collection need look at it again."""
    gc.collect()
    gc.freeze()


_SETTLE = opening._settle


def _in_no_hurry(db: sqlite.Connection) -> None:
    _SETTLE(db)
    with suppress(sqlite.DatabaseError):  # no store at all: who opens it finds that
        db.execute("PRAGMA synchronous = OFF")


# How long an example takes says how busy the machine is.
settings.register_profile("house", deadline=None, max_examples=60)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _undurable() -> Iterator[None]:
    """The stores of this process do not wait for the disk: only a loss of power could tell.

    Processes that tests start do wait.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_settle", _in_no_hurry)
        yield


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here they do wait."""
    monkeypatch.setattr(opening, "_settle", _SETTLE)


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """No test inherits the language that another one spoke."""
    set_language("zh")


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """A made-up hall of its own, at nine o'clock, with all windows closed."""
    made = Kit(tmp_path)
    yield made
    made.close()
