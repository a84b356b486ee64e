"""What a demo's hall issues from: bodies of codes that nobody has, blank sheets at every window.

The bodies begin with QQ, which is no series known to be given out: whatever is printed in a demo
can be nobody's code (and says that it is a demonstration).
"""

from __future__ import annotations

from typing import Final

from db.joined import Joined
from db.store import Store
from hallclient.actions import code_segments, sheets
from hallclient.actions.acting import SYSTEM, Actor
from hallclient.actions.certificate_kinds import current
from hallclient.actions.hall import hall_of
from hallclient.rules.certificate.segments import CHARS10
from hallclient.rules.certificate.spec import USCC

BODIES: Final = 2000
"""Of each scheme."""
SHEETS: Final = 40
"""Of each stock at each window."""
_SAFE: Final = 500
"""Of each stock in the hall's safe."""
_WHO: Final = Actor("s01", "supervisor")
_FROM: Final = "DEMO-1"


def supply(store: Store) -> None:
    """Load segments and sheets, all in one transaction."""
    with store.act(SYSTEM) as tx:
        _supply(Joined(tx, savepoints=False))


def _supply(store: Store) -> None:
    kinds = current(store)
    given = 0
    for scheme in kinds.schemes:
        first, last = ("1", str(BODIES))
        if scheme.form == USCC:
            first, last = f"QQ{given + 1:06d}", f"QQ{given + BODIES:06d}"
            given += BODIES
        code_segments.load(store, _WHO, scheme.id, first, last, _FROM, chars=CHARS10)
    windows = list(hall_of(store).windows)
    for stock in kinds.stocks:
        begins = 1
        for window in (*windows, sheets.SAFE):
            ends = begins + (SHEETS if window else _SAFE) - 1
            sheets.receive(store, _WHO, stock.id, str(begins), str(ends), _FROM, window)
            begins = ends + 1
