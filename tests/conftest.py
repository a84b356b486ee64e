"""Fixtures that several test modules share."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallclient.texts import set_language
from tests.clikit import quick
from tests.hallkit import Kit

__all__ = ["quick"]

# Started in the background of a shell, a test run and all its children would be deaf to Ctrl+C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
