"""What a clerk types into a field of a face, as it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.certificate.spec import CAPITALS, DAY, LONG, TEXT, FaceField
from hallclient.rules.certificate.typed import kept


def field(kind: str) -> FaceField:
    return FaceField("x", "x", "x", type=kind)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2031-9-21", "2031-09-21"),
        ("20310921", "2031-09-21"),
        ("2031年9月21日", "2031-09-21"),
        ("２０３１．９．２１", "2031-09-21"),
        ("后天", "后天"),
    ],
)
def test_a_day_in_any_usual_way(typed: str, day: str) -> None:
    assert kept(field(DAY), typed) == day


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1000000", "100000000"),
        ("1,000,000.50", "100000050"),
        ("100万", "100000000"),
        ("100万元", "100000000"),
        ("0", "0"),
    ],
)
def test_money_is_typed_in_yuan_and_kept_in_fen(typed: str, fen: str) -> None:
    assert kept(field(CAPITALS), typed) == fen


@pytest.mark.parametrize("typed", ["很多", "-5", "1.005", "1e6", ""])
def test_what_is_no_amount_stays_no_amount(typed: str) -> None:
    assert not kept(field(CAPITALS), typed).isdecimal()


@given(st.integers(0, 10**15))
def test_every_amount_of_fen_is_kept_exactly(fen: int) -> None:
    assert kept(field(CAPITALS), f"{fen // 100}.{fen % 100:02d}") == str(fen)


@given(st.text())
def test_text_stays_as_it_was_typed_and_nothing_raises(text: str) -> None:
    assert kept(field(TEXT), text) == kept(field(LONG), text) == text
    kept(field(DAY), text)
    kept(field(CAPITALS), text)
