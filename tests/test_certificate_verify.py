"""Is a certificate ours: what is said of every text that may be held out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store import Row, Store
from hallclient.actions import certificate_pdf, certificate_verify, codes
from hallclient.actions.certificate_changes import ask
from hallclient.actions.certificate_face import codes_for, number_of, signer
from hallclient.actions.certificate_known import known
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.certificate_verify import GOOD, Verdict, Verified
from hallclient.rules.certificate import certificate_code
from hallclient.rules.certificate.certificate_code import CertificateCode
from hallclient.rules.check_digits import CREDIT
from hallclient.rules.errors import Refused
from tests import certkit
from tests.casekit import C1
from tests.certkit import HEAD
from tests.hallkit import SUPERVISOR, Kit
from tests.hostile import HOSTILE

LINK = "https://www.gsxt.gov.cn/index.html?uniscid={code}"
FOREIGN = "91110000600037341L"
"""A code of another registrar, well-formed."""


def verify(kit: Kit, text: str) -> Verified:
    return certificate_verify.verify(kit.store, C1, text)


def verdict(kit: Kit, text: str) -> Verdict:
    return verify(kit, text).verdict


def held_out(kit: Kit, text: str) -> Verified | None:
    """The same; None: there was nothing in the text."""
    try:
        return verify(kit, text)
    except Refused as refused:
        if refused.code != "verify-empty":
            raise
        return None


def qr(store: Store, copy: Row) -> str:
    """The text of the hall's own QR code on a printed copy."""
    sheet = certificate_pdf.of_copy(store, C1, copy["id"])
    return codes_for(store, sheet.certificate, sheet.copy, sheet.face).own


def sign(store: Store, code: CertificateCode) -> str:
    """What only this hall can sign."""
    return certificate_code.signed(code, signer(store).sign(certificate_code.body(code)))


class Hall(NamedTuple):
    """A hall with a licence that waits to be fetched."""

    kit: Kit
    row: Row
    copy: Row
    qr: str
    signed: CertificateCode


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    kit = Kit(tmp_path_factory.mktemp("verify"))
    certkit.stocked(kit)
    row = certkit.certificate(kit, "ready", "co_setup")
    copy = copies_of(kit.store, row["id"])[0]
    text = qr(kit.store, copy)
    found = certificate_code.read(text)
    assert found is not None
    yield Hall(kit, row, copy, text, found[0])
    kit.close()


# -- what this hall has issued


def test_the_halls_own_code_is_genuine(hall: Hall) -> None:
    told = verify(hall.kit, hall.qr)
    assert told.verdict is Verdict.GENUINE
    assert told.copy is not None
    assert told.copy["id"] == hall.copy["id"]
    assert told.code == hall.row["code"]
    assert [one["id"] for one in told.certificates] == [hall.row["id"]]
    assert [one["id"] for one in told.copies] == [
        one["id"] for one in copies_of(hall.kit.store, hall.row["id"])
    ]


@pytest.mark.parametrize("form", ["{code}", LINK, " {code}\n", "编号:{code}", "{spaced}", "{wide}"])
def test_a_code_alone_says_nothing_of_the_paper(hall: Hall, form: str) -> None:
    code = hall.row["code"]
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    text = form.format(code=code, spaced=" ".join(code.lower()), wide=wide)
    told = verify(hall.kit, text)
    assert (told.verdict, told.code, told.copy) == (Verdict.KNOWN, code, None)


@pytest.mark.parametrize("serial", ["ZB00000001", "zb 0000 0001"])
def test_a_sheets_serial_leads_to_its_copy(hall: Hall, serial: str) -> None:
    told = verify(hall.kit, serial)
    assert told.verdict is Verdict.KNOWN
    assert told.copy is not None
    assert told.copy["sheet"] == "yyzz-zb:1"


def test_a_blank_sheet_is_no_certificate(hall: Hall) -> None:
    assert verdict(hall.kit, "ZB00000009") is Verdict.MALFORMED


@pytest.mark.parametrize("state", ["assigned", "sealed", "printing"])
def test_a_code_without_a_paper_yet(kit: Kit, state: str) -> None:
    certkit.stocked(kit)
    row = certkit.certificate(kit, state)
    expected = Verdict.KNOWN if state == "printing" else Verdict.PENDING
    assert verdict(kit, row["code"]) is expected


@pytest.mark.parametrize(
    ("change", "reason", "announcement"),
    [
        ("void", "wrong-holder", ""),
        ("revoke", "fraud", ""),
        ("cancel", "dissolved", ""),
        ("loss", "lost", "长江日报 2026-09-21"),
    ],
)
def test_what_has_ended_is_told(kit: Kit, change: str, reason: str, announcement: str) -> None:
    certkit.stocked(kit)
    state = "ready" if change == "void" else "handed"
    row = certkit.certificate(kit, state)
    paper = qr(kit.store, copies_of(kit.store, row["id"])[0])
    assert verdict(kit, paper) is Verdict.GENUINE
    kit.pass_(minutes=1)
    certkit.changed(kit, row, change, reason, announcement=announcement)
    told = known(kit.store, C1, paper)
    assert told.verified.verdict is Verdict.ENDED
    assert told.ends[row["id"]] == change
    # Of a lost one another issue of the same code is on its way.
    expected = Verdict.PENDING if change == "loss" else Verdict.ENDED
    assert verdict(kit, row["code"]) is expected


def test_a_replaced_paper_has_ended_and_the_new_one_stands(kit: Kit) -> None:
    certkit.stocked(kit)
    old = certkit.certificate(kit, "handed")
    before = qr(kit.store, copies_of(kit.store, old["id"])[0])
    new = certkit.changed(kit, old, "damage", "damaged")
    certkit.printed(kit, certkit.sealed(kit, new))
    assert verdict(kit, before) is Verdict.ENDED
    assert verdict(kit, qr(kit.store, copies_of(kit.store, new["id"])[0])) is Verdict.GENUINE
    told = verify(kit, old["code"])
    assert told.verdict is Verdict.KNOWN
    assert [one["id"] for one in told.certificates] == [new["id"], old["id"]]
    assert {one["state"] for one in told.copies} == {"recalled", "printed"}


def test_a_change_that_waits_for_a_second_person_ends_nothing(kit: Kit) -> None:
    certkit.stocked(kit)
    row = certkit.certificate(kit, "handed")
    ask(kit.store, C1, row["id"], "revoke", "fraud")
    assert verdict(kit, row["code"]) is Verdict.KNOWN


def test_a_void_code_belongs_to_nobody(kit: Kit) -> None:
    certkit.stocked(kit)
    code = codes.void_next(kit.store, HEAD, "uscc", "抽检")
    told = known(kit.store, C1, code["id"])
    assert told.verified.verdict is Verdict.VOID
    assert told.code is not None
    assert (told.code["void_by"], told.code["reason"]) == ("s01", "抽检")


# -- what only looks like it


def test_a_changed_face_differs(hall: Hall) -> None:
    other = hall.signed._replace(digest=certificate_code.short("ab" * 32))
    assert verdict(hall.kit, sign(hall.kit.store, other)) is Verdict.DIFFERS


def test_a_signed_copy_that_is_not_here_is_unknown(hall: Hall) -> None:
    other = hall.signed._replace(copy="99")
    assert verdict(hall.kit, sign(hall.kit.store, other)) is Verdict.UNKNOWN


def test_another_code_under_the_same_signature_is_forged(hall: Hall) -> None:
    signature = certificate_code.read(hall.qr)
    assert signature is not None
    other = hall.signed._replace(code=FOREIGN)
    text = certificate_code.signed(other, signature[1])
    assert verdict(hall.kit, text) is Verdict.FORGED
    own = certificate_code.signed(hall.signed._replace(hall="ABCDEF"), signature[1])
    assert verdict(hall.kit, own) is Verdict.OTHER_HALL


def test_well_formed_is_never_verified(hall: Hall) -> None:
    assert CREDIT.fits(FOREIGN)
    told = verify(hall.kit, FOREIGN)
    assert (told.verdict, told.scheme) == (Verdict.WELL_FORMED, "uscc")
    number = verify(hall.kit, "WS420100202699999")
    assert (number.verdict, number.scheme) == (Verdict.WELL_FORMED, "health")
    assert Verdict.WELL_FORMED not in GOOD


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_nothing_is_not_verified(hall: Hall, text: str) -> None:
    with pytest.raises(Refused, match="verify-empty"):
        verify(hall.kit, text)


@pytest.mark.parametrize("text", [*HOSTILE, "HL1." + "A" * 5000, "0" * 100_000])
def test_hostile_text_is_malformed(hall: Hall, text: str) -> None:
    told = held_out(hall.kit, text)
    assert told is None or told.verdict is Verdict.MALFORMED


@given(st.text(max_size=60))
def test_no_text_that_was_made_up_is_good(hall: Hall, text: str) -> None:
    told = held_out(hall.kit, text)
    assert told is None or told.verdict not in GOOD or told.certificates


@given(st.data())
def test_one_changed_character_is_never_genuine(hall: Hall, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(hall.qr) - 1))
    char = data.draw(st.sampled_from("ABCXYZ234567.-0").filter(lambda one: one != hall.qr[at]))
    assert verdict(hall.kit, hall.qr[:at] + char + hall.qr[at + 1 :]) is not Verdict.GENUINE


@given(st.data())
def test_one_changed_character_of_a_code_is_not_known(hall: Hall, data: st.DataObject) -> None:
    code = hall.row["code"]
    at = data.draw(st.integers(0, len(code) - 1))
    char = data.draw(
        st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY").filter(lambda one: one != code[at])
    )
    told = verify(hall.kit, code[:at] + char + code[at + 1 :])
    assert told.verdict is Verdict.MALFORMED
    assert not told.certificates


@given(st.binary(min_size=64, max_size=64))
def test_nobody_else_can_sign(hall: Hall, signature: bytes) -> None:
    text = certificate_code.signed(hall.signed, signature)
    assert verdict(hall.kit, text) is Verdict.FORGED


# -- who fetched it


def test_who_fetched_it_is_masked(kit: Kit) -> None:
    certkit.stocked(kit)
    row = certkit.certificate(kit, "handed")
    before = len(kit.kinds())
    told = known(kit.store, C1, row["code"])
    one = told.fetched[row["id"]]
    assert (one.name, one.identity) == ("张*", "420100********1233")
    assert (one.relation, one.how, one.address, one.mandate) == ("self", "counter", "", "")
    assert len(kit.kinds()) == before


def test_what_nobody_fetched_has_no_collector(hall: Hall) -> None:
    told = known(hall.kit.store, SUPERVISOR, hall.row["code"])
    assert told.fetched == {}
    assert told.ends == {}
    assert list(told.kinds) == [hall.row["edition"]]


def test_another_halls_signature_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = Kit(tmp_path / "a"), Kit(tmp_path / "b", seed=2)
    try:
        certkit.stocked(one)
        certkit.stocked(other)
        row = certkit.certificate(one, "ready")
        certkit.certificate(other, "ready")
        text = qr(one.store, copies_of(one.store, row["id"])[0])
        assert number_of(copies_of(one.store, row["id"])[0]) == "1"
        assert verdict(one, text) is Verdict.GENUINE
        assert verdict(other, text) is Verdict.OTHER_HALL
    finally:
        one.close()
        other.close()
