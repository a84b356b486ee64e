"""Whether the parts of what a hall issues fit each other, and what else the hall has."""

from __future__ import annotations

from hallclient.rules.certificate.files import Known, Places
from hallclient.rules.certificate.spec import Kinds


def check(kinds: Kinds, places: Places, known: Known) -> None:
    """Tell every mistake."""
