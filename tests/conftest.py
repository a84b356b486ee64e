"""Fixtures that several test modules share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hallkit import Kit


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """A made-up hall of its own, at nine o'clock, with all windows closed."""
    made = Kit(tmp_path)
    yield made
    made.close()
