"""Scanner bursts are told from typing by their timing, and routed by their content."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.identity import is_identity
from hallclient.rules.scan import (
    KeyPress,
    Released,
    Routed,
    ScanDetector,
    ScanKind,
    Scanned,
    route,
)
from tests.hostile import HOSTILE

SLIP = "20261123A032"
CERTIFICATE = "HL1.E.ABCDEF.FOOD.JY24201110001238.2-1.20260922.VOV2XK5LVOV2XK5L." + "A" * 103
"""The QR code of a certificate; whether its signature is right is not asked here."""


def feed(detector: ScanDetector, text: str, start: float = 0.0, gap: float = 2.0) -> list[object]:
    """Type the text with a fixed gap; CR and LF are their keys, and nothing is flushed."""
    found: list[object] = []
    for place, char in enumerate(text):
        key = {"\r": "enter", "\n": "ctrl+j"}.get(char, char)
        found += detector.feed(key, char, start + place * gap)
    return found


def typed(outcomes: Sequence[object]) -> str:
    """What was given back, as characters."""
    return "".join(
        press.char
        for outcome in outcomes
        if isinstance(outcome, Released)
        for press in outcome.keys
    )


@pytest.mark.parametrize("end", ["\r", "\n"])
def test_a_burst_ended_by_enter_is_a_scan(end: str) -> None:
    assert feed(ScanDetector(), SLIP + end) == [Scanned(SLIP)]


def test_the_lf_of_cr_lf_is_nobodys_enter() -> None:
    detector = ScanDetector()
    assert feed(detector, SLIP + "\r\n") == [Scanned(SLIP)]
    assert detector.feed("ctrl+j", "\n", 500.0) == [Released((KeyPress("ctrl+j", "\n", 500.0),))]


def test_three_scans_in_one_burst_stay_three() -> None:
    codes = ["20261123A032", "20261123B117", "91420100MA4L0XYZ0T"]
    assert feed(ScanDetector(), "".join(code + "\r" for code in codes), gap=0.0) == [
        Scanned(code) for code in codes
    ]


def test_a_person_gets_every_key_back_in_order() -> None:
    detector = ScanDetector()
    found = feed(detector, "zhangsan1\r", gap=80.0)
    assert not any(isinstance(outcome, Scanned) for outcome in found)
    assert typed(found) == "zhangsan1\r"
    assert detector.holding == 0


def test_a_short_burst_is_given_back_with_its_enter() -> None:
    assert typed(feed(ScanDetector(), "A032\r")) == "A032\r"


def test_a_scan_after_typing_is_told_from_it() -> None:
    detector = ScanDetector()
    found = feed(detector, "abc", gap=90.0)
    found += feed(detector, SLIP + "\r", start=1000.0)
    assert typed(found) == "abc"
    assert found[-1] == Scanned(SLIP)


def test_a_gap_in_the_burst_is_a_person() -> None:
    detector = ScanDetector()
    found = feed(detector, "20261123") + feed(detector, "A032\r", start=14.0 + 35.0)
    assert typed(found) == SLIP + "\r"
    assert len(found) == 2


def test_another_key_ends_the_burst() -> None:
    detector = ScanDetector()
    found = [*feed(detector, "20261123A"), *detector.feed("f1", None, 18.0)]
    assert [press.key for press in found[0].keys][-2:] == ["A", "f1"]  # type: ignore[attr-defined]


def test_held_keys_come_due() -> None:
    detector = ScanDetector()
    assert detector.due() is None
    assert detector.feed("a", "a", 10.0) == []
    assert detector.due() == 45.0
    assert detector.flush(44.9) == []
    assert detector.flush(45.0) == [Released((KeyPress("a", "a", 10.0),))]
    assert detector.due() is None
    assert detector.release() == []


def test_full_width_forms_are_folded_and_told() -> None:
    assert feed(ScanDetector(), "２０２６１１２３Ａ０３２\r") == [Scanned(SLIP, ime=True)]


def test_a_group_separator_stays_in_the_burst() -> None:
    assert feed(ScanDetector(), "01234567\x1d89\r") == [Scanned("0123456789")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "Z", "7", "，", "\u3000", "\r", "\n", "", "\x1b"]),
            st.floats(0, 90),
        ),
        max_size=60,
    )
)
def test_no_key_is_lost_or_doubled(keys: list[tuple[str, float]]) -> None:
    """Scans and given back keys together are exactly what came in, without the scans' ends."""
    detector, at, found = ScanDetector(), 0.0, []
    for char, gap in keys:
        at += gap
        name = {"\r": "enter", "\n": "ctrl+j", "": "f1", "\x1b": "escape"}.get(char, char)
        found += detector.feed(name, char, at)
    found += detector.release()
    if not any(isinstance(outcome, Scanned) for outcome in found):
        assert typed(found) == "".join(char for char, _ in keys)
    times = [press.at for o in found if isinstance(o, Released) for press in o.keys]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("content", "routed"),
    [
        (SLIP, Routed(ScanKind.SLIP, "A032", "2026-11-23")),
        ("20261123-a032", Routed(ScanKind.SLIP, "A032", "2026-11-23")),
        ("20261323A032", Routed(ScanKind.UNKNOWN, "20261323A032")),
        (" a032 ", Routed(ScanKind.TICKET, "A032")),
        ("Ａ０３２", Routed(ScanKind.TICKET, "A032")),
        ("11010519491231002X", Routed(ScanKind.RESIDENT_ID, "11010519491231002X")),
        ("11010519491231002x", Routed(ScanKind.RESIDENT_ID, "11010519491231002X")),
        ("110105194912310021", Routed(ScanKind.USCC, "110105194912310021")),
        ("91420100MA4L0XY20T", Routed(ScanKind.USCC, "91420100MA4L0XY20T")),
        (
            "http://www.gsxt.gov.cn/index?uniscid=91420100MA4L0XY20T&x=1",
            Routed(ScanKind.USCC, "91420100MA4L0XY20T"),
        ),
        ("13812345678", Routed(ScanKind.PHONE, "13812345678")),
        ("027-87654321", Routed(ScanKind.PHONE, "027-87654321")),
        ("12345678", Routed(ScanKind.UNKNOWN, "12345678")),
        (
            CERTIFICATE.lower(),
            Routed(ScanKind.CERTIFICATE, "JY24201110001238", "2026-09-22", CERTIFICATE),
        ),
        (CERTIFICATE[:-1], Routed(ScanKind.CERTIFICATE, CERTIFICATE[:-1], "", CERTIFICATE[:-1])),
        ("HL1ABCDEF", Routed(ScanKind.UNKNOWN, "HL1ABCDEF")),
    ],
)
def test_content_is_routed_by_its_form(content: str, routed: Routed) -> None:
    assert route(content) == routed


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_content_is_unknown(content: str) -> None:
    assert route(content).kind is ScanKind.UNKNOWN


def test_a_wrong_digit_is_seen() -> None:
    number = "11010519491231002X"
    for place in range(17):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not is_identity(wrong)
