"""A hall that issues: codes and sheets are there, a certificate brought to a state in few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from db.store import Row
from hallclient.actions import (
    certificate_changes,
    certificate_handover,
    certificate_print,
    certificate_seal,
    certificates,
    code_segments,
    sheets,
    staff,
)
from hallclient.actions.acting import Actor
from hallclient.actions.case_title import Applicant
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.certificate_kinds import current
from hallclient.actions.certificate_rows import certificate_row, copies_of, kind_of, values_of
from hallclient.actions.certificate_values import missing
from hallclient.rules.certificate.spec import CAPITALS, DAY
from tests.casekit import C1, DAJI, SUPERVISOR, Case
from tests.hallkit import QUICK_VERIFIER, Kit

LETTER = "鄂码〔2026〕7号"
OTHER = Actor("s02", "supervisor")
"""Another supervisor, see `second`."""
HEAD = Actor("s01", "supervisor", "W01")
"""A supervisor who sits at the first window."""
COUNTER = Collector(name="张三", identity="420100199001011233")
"""Somebody who comes to the counter with a document."""
MEI = Applicant("person", "梅花", "420100198506074526", "13900139000", address="光谷大道1号")
"""A person with a whole identity number."""
_SAYS = {DAY: "2031-09-21", CAPITALS: "100000000"}
"""What a field says in tests that must say something, by its type; others their own label."""


def segment(kit: Kit, scheme: str, first: str, last: str, **how: object) -> Row:
    """A segment of digits, loaded by the supervisor."""
    return code_segments.load(
        kit.store,
        SUPERVISOR,
        scheme,
        first,
        last,
        LETTER,
        chars="10",
        **how,  # type: ignore[arg-type]
    )


def stocked(kit: Kit, windows: tuple[str, ...] = ("W01",), count: int = 50) -> None:
    """Bodies and numbers of every scheme, and blank sheets of every stock at some windows."""
    bodies = 0
    for scheme in current(kit.store).schemes:
        first, last = ("1", "400")
        if scheme.form == "uscc":
            first, last = f"QQ{bodies + 1:06d}", f"QQ{bodies + 400:06d}"
            bodies += 400
        segment(kit, scheme.id, first, last)
    for stock in current(kit.store).stocks:
        for n, window in enumerate(windows):
            first, last = str(n * count + 1), str((n + 1) * count)
            sheets.receive(kit.store, SUPERVISOR, stock.id, first, last, LETTER, window)


def second(kit: Kit) -> Actor:
    """A second supervisor in the hall, for what the first has asked for."""
    with kit.store.act("system") as tx:
        how = {"minimum": 0, "must_change": False, "verifier": QUICK_VERIFIER}
        staff.add_in(tx, OTHER.operator, "周", OTHER.role, "", **how)  # type: ignore[arg-type]
    return OTHER


def decided(
    kit: Kit, checklist: str = "health", *, by: Actor = C1, applicant: Applicant = DAJI
) -> Case:
    """A case that can be granted next."""
    return Case(kit, checklist, by=by, applicant=applicant).accepted(by).agree(by=by)


def approved(
    kit: Kit, checklist: str = "health", *, by: Actor = C1, applicant: Applicant = DAJI
) -> Row:
    """The certificate of a case that was granted, with its code when there was one."""
    case = decided(kit, checklist, by=by, applicant=applicant)
    case.move("grant", by)
    (row,) = certificates.certificates_of(kit.store, by, case.id)
    return row


def described(kit: Kit, certificate: Row, by: Actor = C1, **said: str) -> Row:
    """Every field that must be there says something."""
    row = certificate_row(kit.store, certificate["id"])
    _, kind = kind_of(kit.store, row)
    lacking = missing(kind, values_of(kit.store, row))
    given = {one.id: _SAYS.get(one.type, one.zh) for one in lacking}
    if given | said:
        certificate_seal.describe(kit.store, by, row["id"], **(given | said))
    return certificate_row(kit.store, row["id"])


def sealed(
    kit: Kit, certificate: Row, by: Actor = C1, copies: Mapping[str, int] | None = None
) -> Row:
    """The certificate described and sealed, from whatever came before."""
    described(kit, certificate, by)
    return certificate_seal.seal(kit.store, by, certificate["id"], copies)


def waiting(kit: Kit, *rows: Row) -> list[str]:
    """The ids of the copies that are to be printed of some certificates."""
    return [
        copy["id"]
        for row in rows
        for copy in copies_of(kit.store, row["id"])
        if copy["state"] == "waiting"
    ]


def printing(kit: Kit, *rows: Row, by: Actor = C1) -> str:
    """Everything that waits of these on its way to the printer; the job."""
    return certificate_print.begin(kit.store, by, waiting(kit, *rows)).id


def printed(kit: Kit, *rows: Row, by: Actor = C1) -> list[Row]:
    """Everything that waits of these printed and confirmed."""
    certificate_print.confirm(kit.store, by, printing(kit, *rows, by=by))
    return [certificate_row(kit.store, row["id"]) for row in rows]


def handed(kit: Kit, *rows: Row, by: Actor = C1, to: Collector = COUNTER) -> list[Row]:
    """Certificates that are ready handed over to one collector."""
    return certificate_handover.hand_over(kit.store, by, [row["id"] for row in rows], to)


_STEPS = ("assigned", "sealed", "printing", "ready", "handed")


def certificate(
    kit: Kit,
    state: str,
    checklist: str = "health",
    *,
    by: Actor = C1,
    applicant: Applicant = DAJI,
    copies: Mapping[str, int] | None = None,
) -> Row:
    """A certificate in a state, ``assigned`` to ``handed``, by way of all before it."""
    row = approved(kit, checklist, by=by, applicant=applicant)
    assert row["state"] == "assigned", row
    steps = _STEPS[1 : _STEPS.index(state) + 1]
    if steps:
        row = sealed(kit, row, by, copies)
    if state == "printing":
        printing(kit, row, by=by)
    if "ready" in steps:
        (row,) = printed(kit, row, by=by)
    if "handed" in steps:
        whose = applicant.agent_identity or applicant.identity
        (row,) = handed(kit, row, by=by, to=COUNTER._replace(identity=whose) if whose else COUNTER)
    return certificate_row(kit.store, row["id"])


def changed(
    kit: Kit, certificate: Row, kind: str, reason: str, by: Actor = SUPERVISOR, **asked: object
) -> Row:
    """A change asked for by a clerk and confirmed by another; what confirming gives."""
    made = certificate_changes.ask(kit.store, C1, certificate["id"], kind, reason, **asked)  # type: ignore[arg-type]
    return certificate_changes.confirm(kit.store, by, made.row["id"])


def states(kit: Kit, rows: Iterable[Row]) -> list[str]:
    """Where certificates stand now."""
    return [certificate_row(kit.store, row["id"])["state"] for row in rows]


def copy_states(kit: Kit, row: Row) -> list[str]:
    """Where the copies of a certificate stand, in the order of their making."""
    return [copy["state"] for copy in copies_of(kit.store, row["id"])]
