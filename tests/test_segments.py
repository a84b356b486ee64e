"""Segments of bodies: counted in two ways, read as they are typed, told apart from each other."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hallclient.rules.certificate import segments
from hallclient.rules.certificate.segments import CHARS10, CHARS31, COUNTINGS, MOST, Range
from hallclient.rules.check_digits import CREDIT_CHARS, DIGITS
from hallclient.rules.errors import Refused

STEMS = st.sampled_from(["QQ0000", "QQ0001", "MA4KX0", "MA4KX9", "MA4KXA", "YYYYYY"])


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    """Ranges of up to 31² bodies that lie close enough to meet."""
    chars = draw(st.sampled_from(COUNTINGS))
    rest = st.text(DIGITS if chars == CHARS10 else CREDIT_CHARS, min_size=2, max_size=2)
    stem = draw(STEMS)
    first, last = sorted((draw(rest), draw(rest)))
    return segments.read(stem + first, stem + last, chars)


def bodies(segment: Range) -> list[str]:
    return [segments.body(segment, place) for place in range(segments.size(segment))]


def test_digits_are_counted_after_what_the_ends_have_in_common() -> None:
    pool = segments.read("QQ000001", "QQ000040", CHARS10)
    assert segments.size(pool) == 40
    assert bodies(pool)[8:11] == ["QQ000009", "QQ000010", "QQ000011"]


def test_all_characters_are_counted() -> None:
    found = segments.read("MA4KX8NX", "MA4KX8P1", CHARS31)
    assert bodies(found) == ["MA4KX8NX", "MA4KX8NY", "MA4KX8P0", "MA4KX8P1"]


def test_a_segment_of_one() -> None:
    for chars in COUNTINGS:
        one = segments.read("MA4KX8N3", "MA4KX8N3", chars)
        assert bodies(one) == ["MA4KX8N3"]
        assert segments.place(one, "MA4KX8N3") == 0


def test_it_is_read_however_it_was_typed() -> None:
    assert segments.read(" qq00-0001 ", "ＱＱ０００００９\r\n", CHARS10) == Range(
        "QQ000001", "QQ000009", CHARS10
    )


@pytest.mark.parametrize(
    ("first", "last", "chars", "code", "field"),
    [
        ("QQ00001", "QQ000002", CHARS10, "segment-body", "first"),
        ("QQ000001", "QQ0000022", CHARS10, "segment-body", "last"),
        ("QO000001", "QQ000002", CHARS31, "segment-body", "first"),
        ("QQ000001", "QQ00000中", CHARS31, "segment-body", "last"),
        ("", "", CHARS31, "segment-body", "first"),
        ("QQ00000A", "QQ000010", CHARS10, "segment-digits", "first"),
        ("QQ000000", "QQ00001A", CHARS10, "segment-digits", "last"),
        ("QQ000002", "QQ000001", CHARS10, "segment-order", "last"),
        ("MA4KX8P0", "MA4KX8NY", CHARS31, "segment-order", "last"),
        ("M0000000", "MYYYYYYY", CHARS31, "segment-large", "last"),
        ("00000000", f"{MOST:08d}", CHARS10, "segment-large", "last"),
        ("QQ000001", "QQ000002", "36", "segment-counting", "chars"),
    ],
)
def test_what_is_no_segment_is_refused(
    first: str, last: str, chars: str, code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        segments.read(first, last, chars)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_largest_segment() -> None:
    assert segments.size(segments.read("00000000", f"{MOST - 1:08d}", CHARS10)) == MOST


@given(ranges(), st.data())
def test_a_place_has_its_body_and_a_body_its_place(segment: Range, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, segments.size(segment) - 1))
    body = segments.body(segment, place)
    assert segment.first <= body <= segment.last
    assert segments.place(segment, body) == place
    assert segments.body(segment, 0) == segment.first
    assert segments.body(segment, segments.size(segment) - 1) == segment.last


@given(ranges())
def test_there_is_nothing_outside(segment: Range) -> None:
    for place in (-1, segments.size(segment)):
        with pytest.raises(IndexError):
            segments.body(segment, place)


@given(ranges(), st.text(CREDIT_CHARS + "IO-", min_size=7, max_size=9))
@example(Range("MA4KX000", "MA4KX999", CHARS10), "MA4KX00A")
@example(Range("MA4KX000", "MA4KX999", CHARS31), "MA4KX0O0")
def test_what_has_no_place_is_none_of_its_bodies(segment: Range, body: str) -> None:
    assume(segments.place(segment, body) is None)
    assert body not in bodies(segment)


@given(ranges())
def test_bodies_go_up_and_none_comes_twice(segment: Range) -> None:
    found = bodies(segment)
    assert found == sorted(set(found))


@given(ranges(), ranges())
@example(Range("QQ000000", "QQ000100", CHARS10), Range("QQ0000A0", "QQ0000A9", CHARS10))
@example(Range("QQ000000", "QQ000100", CHARS10), Range("QQ0000Y1", "QQ000100", CHARS31))
@example(Range("MA4KX000", "MA4KX999", CHARS10), Range("MA4KX00A", "MA4KX00Y", CHARS31))
@example(Range("MA4KX000", "MA4KX999", CHARS10), Range("MA4KX00A", "MA4KX010", CHARS31))
@example(Range("MA4KX990", "MA4KX999", CHARS10), Range("MA4KX99A", "MA4KXA00", CHARS31))
def test_two_overlap_when_they_share_a_body(one: Range, other: Range) -> None:
    assert segments.overlaps(one, other) == bool({*bodies(one)} & {*bodies(other)})
    assert segments.overlaps(other, one) == segments.overlaps(one, other)
    assert segments.overlaps(one, one)
