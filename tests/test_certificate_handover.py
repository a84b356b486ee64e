"""Certificates handed over: to whom, on what authority, by which way, and what nobody fetches."""

from __future__ import annotations

from datetime import date

import pytest

from db.check import verify
from hallclient.actions import case_papers, certificate_slip
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_handover import (
    UNCLAIMED_DAYS,
    Collector,
    found,
    hand_over,
    pickup_code,
    receipt_of,
    unclaimed,
)
from hallclient.actions.certificate_handover import ready as listed_ready
from hallclient.actions.certificate_rows import certificate_row
from hallclient.rules.certificate import pickup
from tests.casekit import C1, DAJI, DAY_MS, WANG
from tests.certkit import (
    COUNTER,
    MEI,
    certificate,
    changed,
    copy_states,
    handed,
    printed,
    sealed,
    states,
    stocked,
)
from tests.hallkit import AGENT, Kit, clerk
from tests.materialkit import refused

C2 = clerk(2)
AGENT_ID = "420100199001011233"
KNOWN = DAJI._replace(identity="91420100MA4K00010X", agent_identity=AGENT_ID)
OWN = COUNTER._replace(name="梅花", identity=MEI.identity)
OTHER = COUNTER._replace(name="李四", identity=AGENT_ID)
MANDATE = OTHER._replace(relation="mandate", mandate="2026-09-20委托书")
POST = Collector(how="post", waybill="EMS1234567890CN", address="光谷大道1号")


@pytest.fixture(autouse=True)
def _stocked(kit: Kit) -> None:
    stocked(kit)


def test_the_applicant_fetches_it(kit: Kit) -> None:
    row = certificate(kit, "ready", applicant=MEI)
    (done,) = hand_over(kit.store, C2, [row["id"]], OWN)
    assert (done["state"], done["handed_by"], done["delivery"]) == ("handed", "c02", "counter")
    assert (done["pickup"], copy_states(kit, row)) == (None, ["handed"])
    receipt = receipt_of(kit.store, C1, row["id"])
    assert receipt is not None
    assert (receipt.name, receipt.identity, receipt.relation) == ("梅花", MEI.identity, "self")
    assert kit.kinds()[-1] == "personal.viewed"
    assert MEI.identity not in str(done)
    said = refused(hand_over, kit.store, C2, [row["id"]], OWN)
    assert said == "hand-over-not-now"
    assert verify(kit.store).ok


def test_nobody_has_what_nobody_fetched(kit: Kit) -> None:
    assert receipt_of(kit.store, C1, certificate(kit, "ready")["id"]) is None


@pytest.mark.parametrize("state", ["assigned", "sealed", "printing", "handed"])
def test_only_what_is_ready_is_handed_over(kit: Kit, state: str) -> None:
    row = certificate(kit, state)
    for act in (
        lambda: hand_over(kit.store, C1, [row["id"]], COUNTER),
        lambda: pickup_code(kit.store, C1, row["id"]),
    ):
        assert refused(act) == "hand-over-not-now"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (OWN._replace(identity=""), "collector-identity"),
        (OWN._replace(identity="420100199001011234"), "collector-malformed"),
        (OTHER, "collector-differs"),
        (MANDATE._replace(mandate=" "), "mandate-needed"),
        (MANDATE._replace(name=""), "collector-name"),
        (MANDATE._replace(identity=""), "collector-identity"),
        (OWN._replace(how="pigeon"), "no-such-delivery"),
        (OWN._replace(how="electronic"), "no-such-delivery"),
        (OWN._replace(kind="nix"), "collector-document"),
        (OWN._replace(relation="uncle"), "no-such-relation"),
        (POST._replace(waybill=""), "waybill-needed"),
    ],
)
def test_who_does_not_get_it(kit: Kit, to: Collector, code: str) -> None:
    row = certificate(kit, "ready", applicant=MEI)
    before = kit.kinds()
    assert refused(hand_over, kit.store, C1, [row["id"]], to) == code
    assert kit.kinds() == before
    assert certificate_row(kit.store, row["id"])["state"] == "ready"


@pytest.mark.parametrize(
    "to",
    [
        OWN._replace(name=""),
        OWN._replace(identity=f" {MEI.identity[:6]} {MEI.identity[6:]} "),
        MANDATE,
        POST,
        POST._replace(address=""),
        MANDATE._replace(kind="passport_cn", identity="E12345678"),
    ],
)
def test_who_gets_it(kit: Kit, to: Collector) -> None:
    row = certificate(kit, "ready", applicant=MEI)
    hand_over(kit.store, C1, [row["id"]], to)
    receipt = receipt_of(kit.store, C1, row["id"])
    assert receipt is not None
    assert receipt.name == (to.name or "梅花")
    if to.how == "post":
        assert (receipt.waybill, receipt.address) == (POST.waybill, "光谷大道1号")


def test_by_post_without_any_address_it_stays(kit: Kit) -> None:
    row = certificate(kit, "ready")
    said = refused(hand_over, kit.store, C1, [row["id"]], POST._replace(address=""))
    assert said == "address-needed"


def test_of_an_organisation_its_agent_is_asked_for_and_not_its_code(kit: Kit) -> None:
    row = certificate(kit, "ready", applicant=KNOWN)
    other = COUNTER._replace(name="李四", identity=MEI.identity)
    assert refused(hand_over, kit.store, C1, [row["id"]], other) == "collector-differs"
    (done,) = hand_over(kit.store, C1, [row["id"]], COUNTER._replace(name=""))
    receipt = receipt_of(kit.store, C1, done["id"])
    assert receipt is not None
    assert receipt.name == DAJI.agent_name
    unnamed = certificate(kit, "ready", applicant=KNOWN._replace(agent_identity=""))
    # Without a number to compare, a name that nobody has said needs a letter of authority.
    assert refused(hand_over, kit.store, C1, [unnamed["id"]], other) == "mandate-needed"
    hand_over(kit.store, C1, [unnamed["id"]], MANDATE)


def test_the_letter_x_of_a_number_may_be_small(kit: Kit) -> None:
    whose = MEI._replace(identity="11010519491231002x")
    row = certificate(kit, "ready", applicant=whose)
    hand_over(kit.store, C1, [row["id"]], OWN._replace(identity="11010519491231002X"))


def test_all_of_them_or_none(kit: Kit) -> None:
    rows = [certificate(kit, "ready", applicant=MEI), certificate(kit, "sealed", applicant=MEI)]
    ids = [row["id"] for row in rows]
    assert refused(hand_over, kit.store, C1, ids, OWN) == "hand-over-not-now"
    assert refused(hand_over, kit.store, C1, [], OWN) == "certificates-none"
    assert refused(hand_over, kit.store, C1, ["x"], OWN) == "no-such-certificate"
    strange = certificate(kit, "ready", applicant=KNOWN)
    both = [ids[0], strange["id"]]
    assert refused(hand_over, kit.store, C1, both, OWN) == "collector-differs"
    assert states(kit, [rows[0], strange]) == ["ready", "ready"]


# -- pick-up codes


def test_what_one_applicant_waits_for_has_one_pick_up_code(kit: Kit) -> None:
    rows = [certificate(kit, "ready", name, applicant=MEI) for name in ("health", "food")]
    codes = {pickup_code(kit.store, C1, row["id"]) for row in rows}
    assert len(codes) == 1
    (code,) = codes
    assert pickup.read(code) == code
    other = certificate(kit, "ready", applicant=KNOWN)
    assert pickup_code(kit.store, C1, other["id"]) != code
    for text in (code, pickup.grouped(code).lower(), f" {code} "):
        assert {row["id"] for row in found(kit.store, C1, text)} == {row["id"] for row in rows}
    handed(kit, *rows, to=OWN)
    assert refused(found, kit.store, C1, code) == "pickup-unknown"


def test_it_is_found_by_its_code_and_by_its_case(kit: Kit) -> None:
    row = certificate(kit, "ready")
    case = kit.store.rows("SELECT number FROM case_file")[0]["number"]
    for text in (row["code"], row["code"].lower(), case):
        assert [one["id"] for one in found(kit.store, C1, text)] == [row["id"]]
    for text in ("", "x", "WS420100202699999"):
        assert refused(found, kit.store, C1, text) == "pickup-unknown"


def test_people_known_by_name_alone_share_no_code(kit: Kit) -> None:
    whose = WANG._replace(identity="")
    rows = [certificate(kit, "ready", applicant=whose) for _ in range(2)]
    assert len({pickup_code(kit.store, C1, row["id"]) for row in rows}) == 2


def test_the_slip_says_the_code(kit: Kit) -> None:
    row = certificate(kit, "ready", applicant=MEI)
    slip = certificate_slip.slip(kit.store, C1, row["case_file"])
    body = case_papers.read(kit.store, C1, slip["id"]).body
    assert body["pickup"] == pickup.grouped(pickup_code(kit.store, C1, row["id"]))
    handed(kit, row, to=OWN)
    again = refused(certificate_slip.slip, kit.store, C1, row["case_file"])
    assert again == "nothing-to-collect"


# -- the case, the legal day, what nobody fetches


def test_the_last_certificate_of_a_case_delivers_it(kit: Kit) -> None:
    row = certificate(kit, "ready", applicant=MEI)
    case = row["case_file"]
    hand_over(kit.store, C1, [row["id"]], POST)
    now = kit.store.row("SELECT * FROM case_file WHERE id = ?", case)
    assert now is not None
    assert now["state"] == "delivered"
    (proof,) = kit.store.rows("SELECT * FROM paper WHERE kind = 'sdhz'")
    body = case_papers.read(kit.store, C1, proof["id"]).body
    assert row["code"] in {one["number"] for one in body["papers"]}


def test_what_waits_says_how_long_and_until_when_the_law_lets_it(kit: Kit) -> None:
    row = certificate(kit, "ready")
    (one,) = listed_ready(kit.store, AGENT)
    assert (one.certificate["id"], one.title, one.copies, one.days) == (
        *(row["id"], DAJI.name),
        *(1, 0),
    )
    assert one.due is not None
    assert one.due > date(2026, 9, 22)
    assert unclaimed(kit.store, AGENT) == []
    kit.clock.ms += ((one.due - date(2026, 9, 22)).days) * DAY_MS
    assert unclaimed(kit.store, AGENT) == []
    kit.clock.ms += DAY_MS
    (late,) = unclaimed(kit.store, AGENT)
    assert late.days == (one.due - date(2026, 9, 22)).days + 1
    assert unclaimed(kit.store, AGENT, days=late.days) == [late]
    handed(kit, row)
    assert unclaimed(kit.store, AGENT) == []
    assert listed_ready(kit.store, AGENT) == []


def test_after_thirty_days_it_is_unclaimed_whatever_the_law_says(kit: Kit) -> None:
    row = certificate(kit, "handed")

    again = changed(kit, row, "damage", "damaged")
    printed(kit, sealed(kit, again))
    (one,) = listed_ready(kit.store, C1)
    assert one.due is None
    kit.clock.ms += (UNCLAIMED_DAYS - 1) * DAY_MS
    assert unclaimed(kit.store, C1) == []
    kit.clock.ms += DAY_MS
    assert [late.certificate["id"] for late in unclaimed(kit.store, C1)] == [again["id"]]
    assert audit(kit.store) == []
