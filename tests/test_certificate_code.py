"""The text of a certificate's own QR code: read back as it was written, or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.certificate import certificate_code
from hallclient.rules.certificate.certificate_code import CertificateCode
from hallclient.rules.certificate.pickup import code_of
from hallclient.rules.review import paper_code
from hallclient.rules.scan import ScanKind, route
from hallclient.rules.slip_code import read as read_slip
from tests.hostile import HOSTILE
from tests.source import ROOT

VALID = json.loads((ROOT / "tests/data/uscc_vectors.json").read_text("utf-8"))["valid"]
ALNUM_QR = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
SIGNATURES = st.binary(min_size=64, max_size=64)
CODES = st.builds(
    CertificateCode,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=6, max_size=6),
    st.sampled_from(["business-licence", "food", "land", "b2"]),
    st.sampled_from([*VALID, "JY24201110001238", "DZ-2026-00007"]),
    st.sampled_from(["1", "2-1", "2-12", "ORIGINAL", "DUPLICATE-3"]),
    st.dates().map(lambda day: day.isoformat()),
    st.binary(min_size=32, max_size=32).map(lambda data: certificate_code.short(data.hex())),
)
EXAMPLE = CertificateCode(
    "ABCDEF", "food", "JY24201110001238", "2-1", "2026-09-22", certificate_code.short("ab" * 32)
)


@given(CODES, SIGNATURES)
def test_what_is_written_is_read_back(code: CertificateCode, signature: bytes) -> None:
    text = certificate_code.signed(code, signature)
    assert certificate_code.read(text) == (code, signature)
    assert text.startswith(certificate_code.body(code) + ".")
    assert set(text) <= ALNUM_QR


def test_how_it_looks() -> None:
    assert certificate_code.body(EXAMPLE) == (
        "HL1.E.ABCDEF.FOOD.JY24201110001238.2-1.20260922.VOV2XK5LVOV2XK5L"
    )


@given(CODES, SIGNATURES, st.data())
def test_a_changed_text_says_another_thing_or_nothing(
    code: CertificateCode, signature: bytes, data: st.DataObject
) -> None:
    text = certificate_code.signed(code, signature)
    at = data.draw(st.integers(0, len(text) - 1))
    char = data.draw(st.sampled_from("ABCXYZ0279.-").filter(lambda one: one != text[at]))
    changed = text[:at] + char + text[at + 1 :]
    found = certificate_code.read(changed)
    assert found != (code, signature)
    assert found is None or certificate_code.signed(*found) == changed


@given(CODES, SIGNATURES)
def test_it_is_no_text_of_anything_else(code: CertificateCode, signature: bytes) -> None:
    text = certificate_code.signed(code, signature)
    assert (read_slip(text), paper_code.read(text)) == (None, None)
    assert route(text).kind not in (ScanKind.SLIP, ScanKind.PAPER)


@pytest.mark.parametrize(
    "text",
    [
        certificate_code.body(EXAMPLE),
        certificate_code.signed(EXAMPLE._replace(day="2026-02-30"), bytes(64)),
        certificate_code.signed(EXAMPLE._replace(code="地字第1号"), bytes(64)),
        certificate_code.signed(EXAMPLE._replace(copy=""), bytes(64)),
        certificate_code.signed(EXAMPLE, bytes(64)).lower(),
        certificate_code.signed(EXAMPLE, bytes(64))[:-1] + "B",
        certificate_code.signed(EXAMPLE, bytes(63)),
        certificate_code.signed(EXAMPLE, bytes(64)) + "\n",
        code_of([1] * 7),
        *HOSTILE,
    ],
)
def test_what_is_no_such_text(text: str) -> None:
    assert certificate_code.read(text) is None
