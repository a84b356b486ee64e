"""The face of a certificate as data: values as shown, places on stock, what is left out when."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.certificate.capitals import capitals
from hallclient.rules.certificate.face import face_of, shown
from hallclient.rules.certificate.spec import Box, FaceField, Kinds
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean
from tests.facekit import CODE, DUPLICATE, ORIGINAL, VALUES, edition, face, made, permit
from tests.hostile import HOSTILE, assert_harmless

# -- capital numerals

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10))


def number(words: str) -> int:
    """A whole number in capital numerals, read from its greatest place down."""
    for place, size in PLACES:
        if place in words:
            times, _, left = words.rpartition(place)
            return number(times) * size + number(left)
    return DIGITS.index(words.lstrip("零") or "零")


def amount(words: str) -> int:
    """An amount in capital numerals in 分, read without knowing how it was written."""
    yuan, _, rest = words.rpartition("圆")
    found = re.fullmatch("零?(?:(.)角)?零?(?:(.)分)?整?", rest)
    assert found, words
    jiao, fen = (DIGITS.index(part or "零") for part in found.groups())
    return number(yuan or "零") * 100 + jiao * 10 + fen


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        # The examples of 支付结算办法, annex 1, without what is left to choice.
        (140950, "壹仟肆佰零玖圆伍角整"),
        (600714, "陆仟零柒圆壹角肆分"),
        (168032, "壹仟陆佰捌拾圆叁角贰分"),
        (10700053, "壹拾万柒仟圆伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖圆零贰分"),
        (32504, "叁佰贰拾伍圆零肆分"),
        # Capitals of companies, and what is easily got wrong.
        (100000000, "壹佰万圆整"),
        (3000000, "叁万圆整"),
        (0, "零圆整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹圆零伍分"),
        (1000, "壹拾圆整"),
        (1001000, "壹万零壹拾圆整"),
        (10010000, "壹拾万零壹佰圆整"),
        (10000000100, "壹亿零壹圆整"),
        (10500000000, "壹亿零伍佰万圆整"),
        (1000000000000, "壹佰亿圆整"),
        (100000000000000, "壹万亿圆整"),
        (100001000000000100, "壹仟万零壹佰亿零壹圆整"),
    ],
)
def test_an_amount_in_capital_numerals(fen: int, said: str) -> None:
    assert capitals(fen) == said
    assert amount(said) == fen


@given(st.integers(0, 10**18) | st.integers(0, 10**6) | st.integers(0, 18).map(lambda n: 10**n))
def test_an_independent_reader_reads_every_amount(fen: int) -> None:
    said = capitals(fen)
    assert amount(said) == fen
    assert not re.search("零零|零[拾佰仟万亿]|.零圆|零$", said)
    assert said.endswith("分") != said.endswith("整")


def test_there_is_no_amount_below_zero() -> None:
    with pytest.raises(ValueError, match="-1"):
        capitals(-1)


# -- values


def values_of(face: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["value"] for one in face["fields"]}


def edited(**given: Any) -> Kinds:
    """The edition with one field of the licence that is otherwise: its ``id`` says which."""
    kinds = edition()
    licence = kinds.kind["licence"]
    fields = tuple(
        replace(one, **given) if one.id == given["id"] else one for one in licence.fields
    )
    return replace(kinds, kinds=(replace(licence, fields=fields),))


def test_a_licence_says_what_it_was_given() -> None:
    said = face()
    assert values_of(said) == VALUES | {"reg_cap": "壹佰万圆整", "est_date": "2026年11月22日"}
    assert (said["fields"][0]["zh"], said["fields"][0]["en"]) == ("名称", "Name")
    assert said["title"] == {"zh": "营业执照", "en": "Business licence"}
    assert (said["code"], said["date"], said["copy_no"]) == (CODE, "2026年9月22日", "")
    assert said["authority"]["zh"] == "武汉东湖新技术开发区市场监督管理局"
    assert (said["wide"], said["high"], said["template"]) == (420, 297, "licence-original.typ")
    assert said["boxes"] == []
    assert json.loads(json.dumps(said)) == said


def test_duplicates_are_numbered_and_the_original_is_not() -> None:
    assert [face("duplicate", no=no, of=3)["copy_no"] for no in (1, 2, 3)] == ["3-1", "3-2", "3-3"]
    assert face("duplicate", of=1)["copy_no"] == "1-1"
    assert face(no=1, of=1)["copy_no"] == ""


def test_the_seal_is_told_on_what_is_issued() -> None:
    seal = {"by": "李四", "at": "2026-09-22 09:00"}
    assert face(seal=seal)["seal"] == seal
    assert face()["seal"] == face(seal=seal, mode="advance")["seal"] == {}


@pytest.mark.parametrize("layout", ["full", "stock"])
def test_what_is_printed_in_advance_tells_neither_authority_nor_date(layout: str) -> None:
    """OpenCRVS #6426: signatures on unsigned pre-prints. They are not in the data at all."""
    seal = {"by": "签章人甲", "at": "2026-09-22 09:00"}
    early = face("duplicate", layout=layout, mode="advance", seal=seal, day="")
    text = json.dumps(early, ensure_ascii=False)
    assert not re.search("市场监督|签章人甲|9月22日|2026-09-22", text)
    assert {one["field"] for one in early["boxes"]}.isdisjoint({"authority", "date", "own"})
    issued = face("duplicate", layout=layout, seal=seal)
    assert values_of(early) == values_of(issued)
    assert re.search(
        "市场监督.*签章人甲|签章人甲.*市场监督", json.dumps(issued, ensure_ascii=False)
    )


@pytest.mark.parametrize("empty", ["", "  ", "\u3000\n", None, "\u200b"])
def test_a_required_field_that_says_nothing_is_refused(empty: str | None) -> None:
    values = {**VALUES, "legal_rep": empty}
    with pytest.raises(Refused, match="face-field-missing") as refused:
        face(values={key: text for key, text in values.items() if text is not None})
    assert refused.value.field == "legal_rep"
    assert refused.value.params == {"zh": "法定代表人", "en": "Legal representative"}


def test_a_field_that_need_not_say_anything_is_left_out() -> None:
    values = {**VALUES, "term": " "}
    assert "term" not in values_of(face(values=values))
    stock = face("duplicate", values=values, layout="stock")
    assert "term" not in {one["field"] for one in stock["boxes"]}


def test_a_field_has_words_for_when_its_source_says_nothing() -> None:
    kinds = edited(id="term", text="长期")
    said = face_of(kinds, "licence", made(values={**VALUES, "term": ""}))
    assert values_of(said)["term"] == "长期"
    assert values_of(face_of(kinds, "licence", made(values={**VALUES, "term": "至2046年"})))[
        "term"
    ] == ("至2046年")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("est_date", "2026-02-30"),
        ("est_date", "22.11.2026"),
        ("est_date", "#panic()"),
        ("reg_cap", "1000000.00"),
        ("reg_cap", "-5"),
        ("reg_cap", "壹佰万"),
        ("reg_cap", "١٢٣"),
        ("reg_cap", "9" * 40),
    ],
)
def test_a_day_or_an_amount_that_is_none_is_refused(field: str, value: str) -> None:
    with pytest.raises(Refused, match="face-field-wrong") as refused:
        face(values={**VALUES, field: value})
    assert refused.value.field == field
    assert refused.value.params["value"] == value


def test_only_kinds_copies_and_boxes_of_the_edition_have_a_face() -> None:
    with pytest.raises(KeyError):
        face_of(edition(), "passport", made())
    with pytest.raises(KeyError):
        face("triplicate")
    licence = edition().kind["licence"]
    copy = replace(licence.copies[0], boxes=(Box("nothing-such", 0, 0, 1, 1),))
    kinds = replace(edition(), kinds=(replace(licence, copies=(copy,)),))
    with pytest.raises(KeyError):
        face_of(kinds, "licence", made(layout="stock"))


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_made_safe_and_otherwise_kept(text: str) -> None:
    kinds = edited(id="name", required=False)
    values = {**VALUES, "name": text, "scope": f"一\n{text}"}
    said = values_of(face_of(kinds, "licence", made(values=values)))
    assert said.get("name", "") == clean(text).strip()
    assert said["scope"] == clean(f"一\n{text}", multiline=True).strip()
    for one in said.values():
        assert_harmless(one)
    assert "\n" not in said.get("name", "")


# -- places on stock


def test_stock_gets_the_variable_fields_alone() -> None:
    for copy, measured in (("original", ORIGINAL), ("duplicate", DUPLICATE)):
        boxes = face(copy, layout="stock")["boxes"]
        assert [one["field"] for one in boxes] == [one.field for one in measured]
        said = {one["field"]: one["value"] for one in boxes if not one["picture"]}
        assert said == {
            **values_of(face(copy)),
            "code": CODE,
            "authority": "武汉东湖新技术开发区市场监督管理局",
            "date": "2026年9月22日",
            **({"copy": "2-1"} if copy == "duplicate" else {}),
        }
        assert {one["field"] for one in boxes if one["picture"]} == {"bars", "qr", "own"}
        assert {one["field"] for one in boxes if one["long"]} == {"scope"}


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_the_offset_of_a_printer_moves_every_box(right: int, down: int) -> None:
    """Tenths of a millimetre, to the right and down."""
    boxes = face("duplicate", layout="stock", offset=(right, down))["boxes"]
    for box, measured in zip(boxes, DUPLICATE, strict=True):
        assert box["left"] == pytest.approx(measured.left + right / 10)
        assert box["top"] == pytest.approx(measured.top + down / 10)
        assert (box["wide"], box["high"], box["size"], box["align"]) == (
            measured.wide,
            measured.high,
            measured.size,
            measured.align,
        )


def test_the_offset_is_nothing_to_plain_paper() -> None:
    assert face(offset=(7, -3)) == face()


# -- as text


def test_a_terminal_shows_the_face_as_text() -> None:
    lines = shown(edition().kind["licence"], VALUES)
    assert ("注册资本", "Registered capital", "壹佰万圆整") in lines
    assert [value for _, _, value in lines] == list(values_of(face()).values())


def test_as_text_nothing_is_refused() -> None:
    kind = edition().kind["licence"]
    assert shown(kind, {}) == []
    assert shown(kind, {"est_date": "下周", "reg_cap": "x", "name": "\x1b[31m红"}) == [
        ("名称", "Name", "[31m红"),
        ("注册资本", "Registered capital", "x"),
        ("成立日期", "Established", "下周"),
    ]
    assert shown(replace(kind, fields=(FaceField("a", "甲", "A", text="无"),)), {}) == [
        ("甲", "A", "无")
    ]


def test_a_permit_has_its_own_fields() -> None:
    said = permit()
    assert said["template"] == "permit.typ"
    assert values_of(said)["until"] == "2031年9月21日"
