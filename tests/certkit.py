"""A hall that issues: codes and sheets are there, a case granted in few words."""

from __future__ import annotations

from collections.abc import Mapping

from db.store import Row
from hallclient.actions import (
    certificate_handover,
    certificate_print,
    certificate_seal,
    certificates,
    code_segments,
    sheets,
)
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.certificate_rows import certificate_row
from hallclient.rules.certificate.states import READY, SEALED
from tests.casekit import C1, DAJI, SUPERVISOR, Case
from tests.hallkit import Kit

BODIES = ("QQ000001", "QQ000400")
LETTER = "鄂码〔2026〕7号"
FACE: Mapping[str, Mapping[str, str]] = {
    "food": {"address": "光谷大道1号", "items": "预包装食品销售", "legal_rep": "张三"},
}


def stocked(kit: Kit, windows: tuple[str, ...] = ("W01",), count: int = 50) -> None:
    """Bodies and numbers of every scheme, and blank sheets of every stock at some windows."""
    from hallclient.actions.certificate_kinds import current

    kinds = current(kit.store)
    for scheme in kinds.schemes:
        first, last = ("1", "400")
        if scheme.form == "uscc":
            at = 400 * [one.id for one in kinds.schemes if one.form == "uscc"].index(scheme.id)
            first, last = (f"QQ{at + 1:06d}", f"QQ{at + 400:06d}")
        code_segments.load(
            kit.store, SUPERVISOR, scheme.id, first, last, LETTER, chars="10"
        )
    for stock in kinds.stocks:
        for n, window in enumerate(windows):
            sheets.receive(
                kit.store,
                SUPERVISOR,
                stock.id,
                str(n * count + 1),
                str((n + 1) * count),
                LETTER,
                window,
            )
