"""Codes of certificates: made with their checks, read back, of their own scheme only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules import uscc
from hallclient.rules.certificate import schemes
from hallclient.rules.certificate.schemes import code_of, food_code, serial_code, uscc_code
from hallclient.rules.certificate.spec import FOOD, SERIAL, USCC, Scheme
from hallclient.rules.check_digits import CREDIT_CHARS, DIGITS, registration
from hallclient.rules.errors import Refused
from hallclient.rules.regions import PROVINCES
from tests.source import ROOT

VALID = json.loads((ROOT / "tests/data/uscc_vectors.json").read_text("utf-8"))["valid"]
BODIES = st.text(CREDIT_CHARS, min_size=8, max_size=8)
REGIONS = st.builds(
    lambda province, rest: f"{province}{rest:04d}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
)
PREFIXES = st.sampled_from([a + b for a, several in uscc.CATEGORIES.items() for b in several])

LICENCE = Scheme("licence", "营业执照", "business licence", USCC, "91", "420100")
CATERING = Scheme("catering", "食品经营许可证", "food permit", FOOD, "2", "420111")
LAND = Scheme("land", "建设用地规划许可证", "land use", SERIAL, "DZ-{year}-", digits=5)
DAY = "2026-09-22"


# -- credit codes


@pytest.mark.parametrize("code", VALID)
def test_codes_that_were_given_out_are_made_again(code: str) -> None:
    """Both checks, the inner with values to 35 (J is 19), the outer to 30 (J is 18)."""
    assert uscc_code(code[:2], code[2:8], code[8:16]) == code


@given(PREFIXES, REGIONS, BODIES)
def test_every_body_yields_a_well_formed_code(prefix: str, region: str, body: str) -> None:
    judged = uscc.read(uscc_code(prefix, region, body))
    assert (judged.error, judged.number[8:16]) == ("", body)


@pytest.mark.parametrize(
    ("prefix", "region", "body"),
    [
        ("91", "420100", "MA4KX8N"),
        ("91", "420100", "MA4KX8NO"),
        ("91", "420100", "ma4kx8n3"),
        ("91", "42010", "MA4KX8N3"),
        ("91", "42010O", "MA4KX8N3"),
        ("91", "990000", "MA4KX8N3"),
        ("97", "420100", "MA4KX8N3"),
        ("01", "420100", "MA4KX8N3"),
        ("", "", ""),
    ],
)
def test_what_is_no_part_of_a_code_is_the_callers_mistake(
    prefix: str, region: str, body: str
) -> None:
    with pytest.raises(ValueError, match="no "):
        uscc_code(prefix, region, body)


# -- food permits and numbers that are counted


def test_a_food_permit_is_jy_and_fourteen_digits() -> None:
    code = food_code("2", "420111", 123)
    assert (len(code), code[:15]) == (16, "JY2420111000123")
    assert registration(code[2:])


def test_a_number_that_the_hall_counts() -> None:
    assert serial_code("DZ-{year}-", DAY, 7, 5) == "DZ-2026-00007"
    assert serial_code("420111{year}", DAY, 12, 4) == "42011120260012"


@pytest.mark.parametrize("prefix", ["地字第{year}", "dz-{year}-", "DZ/{year}", "DZ {year}", "DZ_"])
def test_what_no_barcode_can_hold_is_no_prefix(prefix: str) -> None:
    with pytest.raises(ValueError, match="hyphens only"):
        serial_code(prefix, DAY, 1, 4)


def test_serials_run_out() -> None:
    assert food_code("1", "420111", 999_999)
    assert serial_code("DZ", DAY, 99, 2) == "DZ99"
    with pytest.raises(Refused, match="serials-spent"):
        food_code("1", "420111", 10**6)
    with pytest.raises(Refused, match="serials-spent"):
        serial_code("DZ", DAY, 100, 2)


@pytest.mark.parametrize(("kind", "region"), [("", "420111"), ("A", "420111"), ("1", "4201")])
def test_what_is_no_part_of_a_permit_is_the_callers_mistake(kind: str, region: str) -> None:
    with pytest.raises(ValueError, match="kind of business"):
        food_code(kind, region, 1)


@pytest.mark.parametrize("serial", [0, -1])
def test_serials_begin_at_one(serial: int) -> None:
    with pytest.raises(ValueError, match="begin at 1"):
        food_code("1", "420111", serial)


# -- of a scheme


@given(BODIES, st.integers(1, 99999))
def test_a_code_of_a_scheme_is_well_formed_in_it_alone(body: str, serial: int) -> None:
    made = {
        one: code_of(one, body=body, serial=serial, day=DAY) for one in (LICENCE, CATERING, LAND)
    }
    for scheme, code in made.items():
        assert [other.id for other in made if schemes.well_formed(other, code)] == [scheme.id]
        assert set(code) <= set(DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        (LICENCE, "91420100MA4KX8N53J"),
        (LICENCE, "91440101MA59F1JU5Q"),
        (LICENCE, "91420100ma4kx8n35j"),
        (LICENCE, " 91420100MA4KX8N35J"),
        (CATERING, food_code("1", "420111", 1)),
        (CATERING, food_code("2", "420100", 1)),
        (CATERING, food_code("2", "420111", 1)[:-1] + "x"),
        (CATERING, "JY242011100012"),
        (LAND, "DZ-26-00007"),
        (LAND, "DZ-2026-0007"),
        (LAND, "DZ-2026-000007"),
        (LAND, "DZ-2026-٠٠٠٠٧"),
        (LAND, ""),
    ],
)
def test_what_is_none_of_the_scheme(scheme: Scheme, code: str) -> None:
    assert not schemes.well_formed(scheme, code)


def test_a_scheme_without_prefix_and_region_takes_any() -> None:
    kept = Scheme("kept", "沿用", "kept", USCC)
    assert all(schemes.well_formed(kept, code) for code in VALID)
    assert schemes.well_formed(Scheme("food", "食品", "food", FOOD), food_code("3", "420111", 9))
