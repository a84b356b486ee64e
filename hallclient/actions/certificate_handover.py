"""Handing certificates over (领取、送达): to whom, by which way, on what authority.

One hand-over takes everything that one applicant has waiting. What the law calls delivery (within
ten days of the decision, 行政许可法 44) ends with it: the case is delivered, with its proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from db.store import Row, Store
from hallclient.actions.acting import Action, Actor, acting, admit
from hallclient.actions.case_rows import CaseDraft, case_row, clock_fact, rows_of, stream
from hallclient.actions.case_title import ORGANISATION, Applicant
from hallclient.actions.cases import applicant_in
from hallclient.actions.certificate_ready import pickup_of, token
from hallclient.actions.certificate_rows import (
    CERTIFICATE,
    COPY,
    certificate_row,
    copies_of,
    draft_of,
    not_stopped,
)
from hallclient.actions.paper_receipt import COUNTER, POST
from hallclient.rules import identity as identities
from hallclient.rules.certificate import pickup
from hallclient.rules.certificate.states import HANDED, PRINTED, READY
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean, mask_name, narrow

BY: Final = (COUNTER, POST)
"""Ways that a certificate on paper gets to its holder."""
SELF, MANDATE = "self", "mandate"
RELATIONS: Final = (SELF, MANDATE)
"""The applicant (of an organisation: whoever filed for it), or somebody with a mandate."""
UNCLAIMED_DAYS: Final = 30
"""Days after which what nobody fetches is told to the supervisor."""
_ISSUED: Final = "issued"


class Collector(NamedTuple):
    """Who takes a certificate. ``kind``: of the identity document; ``mandate``: number or date of
    the letter of authority (授权委托书); ``waybill``, ``address``: by post.
    """

    name: str = ""
    identity: str = ""
    kind: str = identities.RESIDENT
    relation: str = SELF
    mandate: str = ""
    how: str = COUNTER
    waybill: str = ""
    address: str = ""
    signed: bool = False


class Ready(NamedTuple):
    """A certificate that waits to be fetched. ``due``: the legal day of delivery (None: over)."""

    certificate: Row
    title: str
    number: str
    """How lists call its case, and the case's number."""
    copies: int
    due: date | None
    days: int
    """Calendar days that it has waited."""


def found(store: Store, who: Actor, text: str) -> list[Row]:
    """The certificates that a pick-up code, a code or a case's number fetches, those ready first.

    Raises ``pickup-unknown``.
    """
    admit(store, who, "certificate.read")
    said = narrow(text).upper()
    code = pickup.read(said)
    rows = (
        store.rows("SELECT * FROM certificate WHERE pickup = ?", token(store, code)) if code else []
    )
    rows = rows or store.rows("SELECT * FROM certificate WHERE code = ?", said)
    if not rows:
        case = store.row("SELECT id FROM case_file WHERE number = ? OR id = ?", said, text)
        rows = rows_of(store, CERTIFICATE, case["id"]) if case else []
    if not rows:
        raise Refused("pickup-unknown", field="text")
    return sorted(rows, key=lambda one: (one["state"] != READY, one["approved_at"]))


def hand_over(
    store: Store, who: Actor, certificates: Sequence[str], collector: Collector
) -> list[Row]:
    """Hand certificates over to one collector; all of them or none.

    Raises ``no-such-certificate``, ``hand-over-not-now`` with the state, ``certificates-none``,
    ``change-pending``, ``no-such-delivery``, ``no-such-relation``, ``collector-name``,
    ``collector-identity``, ``collector-document``, ``collector-malformed``, ``collector-differs``
    (the document is not the applicant's), ``mandate-needed``, ``waybill-needed``,
    ``address-needed``.
    """
    with acting(store, who, "certificate.hand-over") as tx:
        if not certificates:
            raise Refused("certificates-none", field="certificate")
        found = [certificate_row(store, one) for one in certificates]
        rows = list({row["id"]: row for row in found}.values())
        for row in rows:
            not_stopped(store, row)
            if row["state"] != READY:
                number = row["code"] or ""
                raise Refused(
                    "hand-over-not-now", field="certificate", number=number, state=row["state"]
                )
        whom = [_checked(tx, row, collector) for row in rows]
        for row, one in zip(rows, whom, strict=True):
            _hand(tx, row, one)
        return [certificate_row(store, row["id"]) for row in rows]


def _hand(tx: Action, row: Row, to: Collector) -> None:
    draft = draft_of(tx, row)
    texts = {name: str(value) for name, value in to._asdict().items() if value}
    draft.update(
        CERTIFICATE,
        row,
        state=HANDED,
        since=tx.now,
        handed_by=tx.actor,
        handed_at=tx.now,
        delivery=to.how,
        receipt=draft.sealed(**texts),
        pickup=None,
    )
    for copy in copies_of(tx.store, row["id"]):
        if copy["state"] == PRINTED:
            draft.update(COPY, copy, state=HANDED, since=tx.now)
    draft.write("certificate.handed-over", row["id"], how=to.how, code=row["code"])
    _deliver(draft, to)


def _deliver(draft: CaseDraft, to: Collector) -> None:
    """The case is delivered as soon as the last of its certificates is."""
    from hallclient.actions.case_moves import follow_in

    draft.row = case_row(draft.tx.store, draft.id)
    follow_in(
        draft,
        "deliver",
        how=to.how,
        receiver=to.name,
        waybill=to.waybill,
        address=to.address,
    )


def _checked(tx: Action, row: Row, to: Collector) -> Collector:
    """Whether this person may take it; with the applicant's own name where nothing else is said."""
    if to.how not in BY:
        raise Refused("no-such-delivery", field="how", how=to.how)
    if to.relation not in RELATIONS:
        raise Refused("no-such-relation", field="relation", relation=to.relation)
    whose = applicant_in(tx.store, case_row(tx.store, row["case_file"]))
    to = to._replace(
        name=clean(to.name).strip(),
        identity=narrow(to.identity).upper(),
        mandate=clean(to.mandate).strip(),
        waybill=narrow(to.waybill),
        address=clean(to.address).strip(),
    )
    if to.how == POST:
        return _by_post(to, whose, row["code"])
    if to.relation == MANDATE:
        if not to.name:
            raise Refused("collector-name", field="name")
        if not to.mandate:
            raise Refused("mandate-needed", field="mandate")
    own = [one for one in (whose.agent_name, whose.name) if one]
    to = to._replace(name=to.name or next(iter(own), ""))
    if not to.name:
        raise Refused("collector-name", field="name")
    _identified(tx, to, whose)
    return to


def _by_post(to: Collector, whose: Applicant, code: str) -> Collector:
    if not to.waybill:
        raise Refused("waybill-needed", field="waybill", number=code)
    address = to.address or whose.address
    if not address:
        raise Refused("address-needed", field="address")
    return to._replace(name=to.name or whose.agent_name or whose.name, address=address)


def _identified(tx: Action, to: Collector, whose: Applicant) -> None:
    """The collector's document: well-formed, and the applicant's own when it is said to be."""
    if to.kind not in identities.KINDS:
        raise Refused("collector-document", field="kind", kind=to.kind)
    if not to.identity:
        raise Refused("collector-identity", field="identity")
    judged = identities.read(to.kind, to.identity, today=date.fromisoformat(tx.day))
    if not judged.well_formed:
        raise Refused("collector-malformed", field="identity", kind=to.kind)
    # The code of an organisation is on nobody's document.
    names = (whose.agent_identity, "" if whose.kind == ORGANISATION else whose.identity)
    own = {one.upper() for one in names if one}
    if to.relation != SELF:
        return
    if own and to.identity not in own:
        raise Refused("collector-differs", field="identity", name=mask_name(to.name))
    if not own and to.name not in (whose.agent_name, whose.name):
        # No number to compare with: somebody of another name brings a letter of authority.
        raise Refused("mandate-needed", field="mandate")


# -- lists


def ready(store: Store, who: Actor) -> list[Ready]:
    """What waits to be fetched, the longest first, with the legal day of its delivery."""
    admit(store, who, "certificate.read")
    return _waiting(store)


def _waiting(store: Store) -> list[Ready]:
    rows = store.rows(
        "SELECT certificate.*, title, number FROM certificate JOIN case_file "
        "ON case_file.id = case_file WHERE certificate.state = ? AND certificate.handed_at IS NULL "
        "AND certificate.ended_at IS NULL ORDER BY ready_at, certificate.id",
        READY,
    )
    now = store.env.now()
    return [_ready(store, row, now) for row in rows]


def unclaimed(store: Store, who: Actor, days: int = UNCLAIMED_DAYS) -> list[Ready]:
    """What nobody has fetched for so many days, or that is past its legal day (逾期未领)."""
    admit(store, who, "certificate.read")
    return late(store, date.fromisoformat(store.env.day(store.env.now())), days)


def late(store: Store, today: date, days: int) -> list[Ready]:
    """`unclaimed`, for what the program itself tells of it."""
    return [
        one
        for one in _waiting(store)
        if one.days >= days or (one.due is not None and one.due < today)
    ]


def _ready(store: Store, row: Row, now: int) -> Ready:
    copies = sum(one["state"] == PRINTED for one in copies_of(store, row["id"]))
    clocks = [clock_fact(one) for one in rows_of(store, "clock", row["case_file"])]
    due = next(
        (one.due for one in reversed(clocks) if one.timer == "deliver" and one.state == "running"),
        None,
    )
    waited = date.fromisoformat(store.env.day(now)) - date.fromisoformat(
        store.env.day(row["ready_at"])
    )
    plain = {name: value for name, value in row.items() if name not in ("title", "number")}
    return Ready(plain, row["title"], row["number"], copies, due, waited.days)


def pickup_code(store: Store, who: Actor, certificate: str) -> str:
    """The pick-up code of what is ready, to be said or printed; looking is an event.

    Raises ``no-such-certificate``, ``hand-over-not-now``.
    """
    with acting(store, who, "certificate.hand-over") as tx:
        row = certificate_row(store, certificate)
        if row["state"] != READY:
            raise Refused(
                "hand-over-not-now",
                field="certificate",
                number=row["code"] or "",
                state=row["state"],
            )
        case = row["case_file"]
        tx.append("personal.viewed", case, [], stream=stream(case), pickup=row["id"])
        return pickup_of(store, row)


def receipt_of(store: Store, who: Actor, certificate: str) -> Collector | None:
    """Who has a certificate, unmasked; looking is an event. None: nobody yet.

    Raises ``no-such-certificate``.
    """
    with acting(store, who, "personal.view") as tx:
        row = certificate_row(store, certificate)
        if row["receipt"] is None:
            return None
        case = row["case_file"]
        tx.append("personal.viewed", case, [], stream=stream(case), receipt=row["id"])
        told = store.unseal(case, row["receipt"]) or {}
        texts = {name: told[name] for name in Collector._fields if name in told}
        return Collector(**{**texts, "signed": bool(told.get("signed"))})  # type: ignore[arg-type]
