"""Codes of documents: signed, checked offline, forged, foreign, and recognised by a scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store import Row
from hallclient.actions import paper_pdf, setup, slips
from hallclient.actions.case_papers import Verdict, case_scanned, verify
from hallclient.actions.signing import signer_of
from hallclient.rules.errors import Refused
from hallclient.rules.review import paper_code
from hallclient.rules.review.paper_code import PaperCode
from hallclient.rules.scan import Routed, ScanKind, route
from tests.hallkit import QUICK_VERIFIER, Kit, clerk, seeded_env
from tests.hostile import HOSTILE
from tests.paperkit import made, opened

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TAGS = st.text(BASE32, min_size=6, max_size=6)
NUMBERS = st.from_regex(
    r"[A-Z]{2}2026(0[1-9]|1[0-2])(0[1-9]|1[0-9])-W[0-9]{2}-[0-9]{4}", fullmatch=True
)
CODES = st.builds(
    PaperCode,
    TAGS,
    st.sampled_from(["gzs", "slt", "xkz"]),
    NUMBERS,
    st.dates().map(lambda day: day.isoformat()).filter(lambda day: day > "1000"),
    st.binary(min_size=32, max_size=32).map(lambda data: paper_code.short(data.hex())),
)


@pytest.fixture
def paper(kit: Kit) -> Row:
    return made(kit, opened(kit)["id"], "gzs")


@given(CODES, st.binary(min_size=64, max_size=64))
def test_what_is_signed_is_read_again(code: PaperCode, signature: bytes) -> None:
    text = paper_code.signed(code, signature)
    assert paper_code.read(text) == (code, signature)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert route(text) == Routed(ScanKind.PAPER, code.number, code.day, text)


@given(
    CODES, st.binary(min_size=64, max_size=64), st.integers(0), st.sampled_from(BASE32 + "0189.-")
)
def test_a_changed_text_is_another_code_or_none(
    code: PaperCode, signature: bytes, place: int, char: str
) -> None:
    text = paper_code.signed(code, signature)
    at = place % len(text)
    changed = text[:at] + char + text[at + 1 :]
    if changed != text:
        assert paper_code.read(changed) != (code, signature)


@pytest.mark.parametrize("text", [*HOSTILE, "HD1.E.", "HC1.E.ABCDEF.20260922.A032.0A1B2C3D.1.AA"])
def test_no_other_text_is_a_code(text: str) -> None:
    assert paper_code.read(text) is None
    assert not paper_code.is_number(text)
    assert not paper_code.is_case(text)


def test_a_genuine_code_leads_to_its_document(kit: Kit, paper: Row) -> None:
    text = paper_pdf.sign(kit.store, paper)
    found = verify(kit.store, text)
    assert found.verdict is Verdict.GENUINE
    assert (found.kind, found.number, found.day) == ("gzs", paper["number"], "2026-09-22")
    assert (found.paper, found.case) == (paper["id"], paper["case_file"])
    assert len(text) < 178  # a QR code of 45 modules with medium error correction


def test_any_terminal_of_the_store_checks_it_and_signs_the_same(kit: Kit, paper: Row) -> None:
    other = kit.again()
    text = paper_pdf.sign(other, paper)
    assert text == paper_pdf.sign(kit.store, paper)
    assert verify(other, f" {text.lower()}\r").verdict is Verdict.GENUINE
    other.close()


def test_a_forged_code_is_told(kit: Kit, paper: Row) -> None:
    code, signature = paper_code.read(paper_pdf.sign(kit.store, paper)) or (None, b"")
    assert code is not None
    for lie in (
        code._replace(kind="xkz"),
        code._replace(number="BZ20260922-W01-0009"),
        code._replace(day="2026-09-21"),
        code._replace(digest="A" * 16),
    ):
        assert verify(kit.store, paper_code.signed(lie, signature)).verdict is Verdict.FORGED
    broken = bytes([signature[0] ^ 1]) + signature[1:]
    assert verify(kit.store, paper_code.signed(code, broken)).verdict is Verdict.FORGED


def test_another_halls_code_is_told(kit: Kit, paper: Row, tmp_path: Path) -> None:
    elsewhere = setup.init_demo(
        tmp_path / "other.db", kit.hall, QUICK_VERIFIER, make_env=seeded_env(kit.clock, 2)
    )
    found = verify(elsewhere, paper_pdf.sign(kit.store, paper))
    assert (found.verdict, found.number, found.case) == (Verdict.OTHER_HALL, paper["number"], "")
    elsewhere.close()


def test_a_genuine_code_of_a_document_that_is_not_here_is_told(kit: Kit, paper: Row) -> None:
    gone = {**paper, "number": "BZ20260922-W09-0001"}
    found = verify(kit.store, paper_pdf.sign(kit.store, gone))
    assert (found.verdict, found.paper) == (Verdict.UNKNOWN, "")


def test_a_document_that_says_something_else_now_is_told(kit: Kit, paper: Row) -> None:
    for other in ({"sha256": "00" * 32}, {"kind": "slt"}, {"day": "2026-09-21"}):
        text = paper_pdf.sign(kit.store, {**paper, **other})
        found = verify(kit.store, text)
        assert (found.verdict, found.paper) == (Verdict.DIFFERS, paper["id"])


def test_a_slips_code_is_no_documents_and_the_other_way_round(kit: Kit, paper: Row) -> None:
    ticket = kit.take("setup")
    with pytest.raises(Refused, match="document-unreadable"):
        verify(kit.store, slips.sign(kit.store, kit.visit(ticket.number)))
    with pytest.raises(Refused, match="slip-unreadable"):
        slips.verify(kit.store, paper_pdf.sign(kit.store, paper))
    tags = {
        signer_of(kit.store, purpose, b"").tag for purpose in (slips.PURPOSE, paper_pdf.PURPOSE)
    }
    assert len(tags) == 2


# -- scans


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("20260922-W01-0001", ScanKind.CASE, "20260922-W01-0001"),
        ("20260922-a01-12345", ScanKind.CASE, "20260922-A01-12345"),
        ("BZ20260922-W01-0001", ScanKind.PAPER, "BZ20260922-W01-0001"),
        ("ｂｚ20260922-w01-0001 ", ScanKind.PAPER, "BZ20260922-W01-0001"),
        ("20260922A032", ScanKind.SLIP, "A032"),
        ("20260922-A032", ScanKind.SLIP, "A032"),
        ("A032", ScanKind.TICKET, "A032"),
        ("91110000600037341L", ScanKind.USCC, "91110000600037341L"),
        ("20260922-W01-001", ScanKind.UNKNOWN, "20260922-W01-001"),
        ("HD1.E.ABCDEF", ScanKind.UNKNOWN, "HD1.E.ABCDEF"),
    ],
)
def test_a_scan_is_told_by_its_form(text: str, kind: ScanKind, value: str) -> None:
    found = route(text)
    assert (found.kind, found.value) == (kind, value)


def test_a_scan_of_anything_of_a_case_leads_to_it(kit: Kit, paper: Row) -> None:
    case = paper["case_file"]
    number = kit.store.rows("SELECT number FROM case_file")[0]["number"]
    for text in (number, paper["number"], paper_pdf.sign(kit.store, paper)):
        assert case_scanned(kit.store, route(text)) == case


def test_a_scan_that_leads_nowhere_says_why(kit: Kit, paper: Row, tmp_path: Path) -> None:
    code, signature = paper_code.read(paper_pdf.sign(kit.store, paper)) or (None, b"")
    assert code is not None
    forged = paper_code.signed(code._replace(digest="A" * 16), signature)
    foreign = paper_code.signed(code._replace(hall="AAAAAA"), signature)
    for text, refusal in (
        (forged, "document-forged"),
        (foreign, "document-other-hall"),
        ("BZ20260922-W01-0099", "no-such-document"),
        ("20260922-W01-0099", "no-such-case"),
    ):
        with pytest.raises(Refused, match=refusal):
            case_scanned(kit.store, route(text))


def test_a_window_with_a_long_name_has_numbers_that_scan(kit: Kit) -> None:
    case = opened(kit, who=clerk(12))
    number = made(kit, case["id"], "slt", who=clerk(12))["number"]
    assert route(number) == Routed(ScanKind.PAPER, number)
