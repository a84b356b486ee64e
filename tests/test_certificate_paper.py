"""Certificates on paper: read back from the picture and the PDF, measured, with anybody's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdfium2 import PdfDocument

from hallclient.actions import certificate_kinds, paper_fonts
from hallclient.actions import certificate_typeset as typeset
from hallclient.actions.certificate_check import samples
from hallclient.actions.certificate_typeset import Codes, lacking, set_many, set_pdf, set_pictures
from hallclient.rules.certificate.face import face_of
from hallclient.rules.certificate.spec import Box, Kinds
from hallclient.rules.errors import Refused
from hallclient.rules.text import clean
from hallclient.words import refused_text
from tests.facekit import (
    AT,
    CODE,
    DUPLICATE,
    FOOD_CODE,
    ORIGINAL,
    OWN,
    VALUES,
    codes,
    edition,
    face,
    made,
    permit,
)
from tests.hostile import HOSTILE
from tests.paperkit import pages_of, squeezed, text_of, told_of
from tests.test_paper_pdf import CODE as TYPST

LINK = f"http://www.gsxt.gov.cn/index.html?uniscid={CODE}"
PUBLIC = (
    "扫描二维码登录“国家企业信用信息公示系统”",
    "国家企业信用信息公示系统网址：http://www.gsxt.gov.cn",
    "市场主体应当于每年1月1日至6月30日通过国家企业信用信息公示系统报送公示年度报告",
)
"""What stands on the stock of 2019 already."""
SEAL = {"by": "签章人甲", "at": "2026-09-22 09:00"}
AUTHORITY = "武汉东湖新技术开发区市场监督管理局"
INCH = 25.4


def pdf(face: Mapping[str, Any], given: Codes | None = None) -> bytes:
    return set_pdf(edition(), face, given or codes(face["code"]), AT)


def drawn(data: bytes, dots: int = 200, page: int = 0) -> Image.Image:
    """A page as a scanner sees it, in shades of grey."""
    sheets = PdfDocument(data)
    image: Image.Image = sheets[page].render(scale=dots / 72, grayscale=True).to_pil()
    sheets.close()
    return image


def read_back(image: Image.Image) -> Counter[tuple[str, str]]:
    """Every code on a picture: its format and what it says."""
    import zxingcpp

    return Counter((one.format.name, one.text) for one in zxingcpp.read_barcodes(image))


def on_stock(boxes: Iterable[Box], **given: Any) -> bytes:
    """The licence on stock with these boxes; ``given`` says what of the copy is otherwise."""
    licence = edition().kind["licence"]
    copy = replace(licence.copies[0], boxes=tuple(boxes), **given)
    kinds = replace(edition(), kinds=(replace(licence, copies=(copy,)),))
    return set_pdf(kinds, face_of(kinds, "licence", made(layout="stock")), codes(), AT)


ALL_CODES = Counter([("Code128", CODE), ("QRCode", LINK), ("QRCode", OWN)])

# -- codes and text


@pytest.mark.parametrize("layout", ["full", "stock"])
@pytest.mark.parametrize("copy", ["original", "duplicate"])
@pytest.mark.parametrize("dots", [150, 200, 300])
def test_the_codes_of_a_licence_are_read_back_from_its_picture(
    copy: str, layout: str, dots: int
) -> None:
    assert read_back(drawn(pdf(face(copy, layout=layout)), dots)) == ALL_CODES


def test_the_watermark_of_a_demo_spoils_no_code() -> None:
    for copy, layout in product(("original", "duplicate"), ("full", "stock")):
        image = drawn(pdf(face(copy, layout=layout, demo=True)))
        assert read_back(image) == ALL_CODES, (copy, layout)


def test_a_permit_carries_its_number_and_our_own_code() -> None:
    data = set_pdf(edition(), permit(), Codes(FOOD_CODE, "", OWN), AT)
    assert read_back(drawn(data)) == Counter([("Code128", FOOD_CODE), ("QRCode", OWN)])
    text = text_of(data)
    assert squeezed("食品经营许可证") in text
    assert text.count(FOOD_CODE) == 1
    for one in permit()["fields"]:
        assert squeezed(one["zh"]) in text
        assert squeezed(one["value"]) in text
    assert "gsxt" not in text


def test_every_code_of_what_ships_is_read_back() -> None:
    """Every copy of every kind, on plain paper and on stock where it goes on stock."""
    kinds = certificate_kinds.shipped()
    found = list(samples(kinds, "ordinary"))
    data = set_many(kinds, [(one.face, one.codes) for one in found], AT)
    for page, one in enumerate(found):
        image = drawn(data, page=page)
        wanted = {text for text in one.codes if text}
        if one.face["boxes"]:
            boxes = {box["field"] for box in one.face["boxes"]}
            parts = zip(("bars", "qr", "own"), one.codes, strict=True)
            wanted &= {text for name, text in parts if name in boxes}
        what = (one.kind.id, one.copy.id, one.face["layout"])
        assert {text for _, text in read_back(image)} == wanted, what


@pytest.mark.parametrize("copy", ["original", "duplicate"])
def test_the_text_of_a_licence_is_the_data(copy: str) -> None:
    said = face(copy, seal=SEAL)
    text = text_of(pdf(said))
    for one in said["fields"]:
        assert squeezed(one["zh"]) in text
        assert squeezed(one["value"]) in text
    for words in (
        *PUBLIC,
        "营业执照",
        CODE,
        AUTHORITY,
        "2026年9月22日",
        "登记机关",
        "本大厅任一窗口",
    ):
        assert squeezed(words) in text
    assert "用印：签章人甲2026-09-2209:00" in text
    assert ("副本编号：2-1" in text) == (copy == "duplicate")
    assert text.count(CODE) == 1


@pytest.mark.parametrize("copy", ["original", "duplicate"])
def test_on_stock_stands_what_varies_and_nothing_else(copy: str) -> None:
    said = face(copy, layout="stock", seal=SEAL)
    wanted = "".join(one["value"] for one in said["boxes"] if not one["picture"])
    assert Counter(text_of(pdf(said))) == Counter(squeezed(wanted))


def test_the_same_copy_is_the_same_bytes() -> None:
    first = pdf(face())
    assert pdf(face()) == first
    assert pdf(face(values={**VALUES, "legal_rep": "李四"})) != first
    told = told_of(first)
    assert told["Title"] == f"营业执照 {CODE}"
    assert told["CreationDate"].startswith("D:20260922")
    assert b"<pdfaid:part>2</pdfaid:part>" in first
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in first


def test_a_batch_is_one_document_with_pages_of_their_own_size() -> None:
    said = [face(), face("duplicate"), face("duplicate", layout="stock"), permit(), face()]
    data = set_many(edition(), [(one, codes(one["code"])) for one in said], AT)
    sheets = PdfDocument(data)
    sizes = [(round(page.get_width()), round(page.get_height())) for page in sheets]
    sheets.close()
    assert sizes == [
        (round(one["wide"] / INCH * 72), round(one["high"] / INCH * 72)) for one in said
    ]
    assert pages_of(data) == [text_of(pdf(one)) for one in said]
    assert read_back(drawn(data, page=4)) == ALL_CODES
    assert told_of(data)["Title"] == "营业执照、食品经营许可证"


def test_a_picture_is_the_page() -> None:
    found = set_pictures(edition(), face("duplicate"), codes(), 100)
    assert len(found) == 1
    image = Image.open(BytesIO(found[0]))
    assert image.size == (round(297 / INCH * 100), round(210 / INCH * 100))


# -- in advance, and for show


@pytest.mark.parametrize("layout", ["full", "stock"])
@pytest.mark.parametrize("copy", ["original", "duplicate"])
def test_printed_in_advance_it_carries_no_sign_of_having_been_issued(
    copy: str, layout: str
) -> None:
    early = face(copy, layout=layout, mode="advance", seal=SEAL)
    data = pdf(early)  # given our own code, which must not be printed
    text = text_of(data)
    for words in (AUTHORITY, "市场监督", "登记机关", "公章", "用印", "签章人甲", "9月22日", "窗口"):
        assert words not in text
    assert read_back(drawn(data)) == Counter([("Code128", CODE), ("QRCode", LINK)])
    kept = [one["value"] for one in early["fields"]] + [CODE] + ["2-1"] * (copy == "duplicate")
    if layout == "stock":
        assert Counter(text) == Counter(squeezed("".join(kept)))
    else:
        said = ["营业执照", "统一社会信用代码", "了解更多登记、备案、许可、监管信息", *PUBLIC]
        said += [one["zh"] for one in early["fields"]] + kept
        said += ["（副本）", "副本编号："] * (copy == "duplicate")
        assert Counter(text) == Counter(squeezed("".join(said)))


@pytest.mark.parametrize("mode", ["issue", "advance"])
@pytest.mark.parametrize("layout", ["full", "stock"])
def test_a_demo_says_so_on_every_face(layout: str, mode: str) -> None:
    for copy in ("original", "duplicate"):
        shown = text_of(pdf(face(copy, layout=layout, mode=mode, demo=True)))
        assert "演示" in shown
        assert ("演示证照，不具有法律效力" in shown) or layout == "stock"
        assert "演示" not in text_of(pdf(face(copy, layout=layout, mode=mode)))
    assert "演示证照，不具有法律效力" in text_of(pdf(permit(mode=mode, demo=True)))


# -- measured


class Ink(NamedTuple):
    """What is printed within a rectangle, in millimetres from the sheet's upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def pixels(part: Ink, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(value * scale) for value in part)
    return left, top, right, bottom


def ink(image: Image.Image, wide: float, part: Ink) -> Ink | None:
    """The bounds of the ink within a part of a page that is so many millimetres wide."""
    scale = image.width / wide
    box = pixels(part, scale)
    found = ImageChops.invert(image.crop(box)).point(lambda shade: 255 * (shade > 80)).getbbox()
    if found is None:
        return None
    at = (box[0], box[1], box[0], box[1])
    return Ink(*((value + start) / scale for value, start in zip(found, at, strict=True)))


def around(box: Box, offset: tuple[int, int], more: float = 0) -> Ink:
    left, top = box.left + offset[0] / 10, box.top + offset[1] / 10
    return Ink(left - more, top - more, left + box.wide + more, top + box.high + more)


def blanked(image: Image.Image, wide: float, parts: Iterable[Ink]) -> Image.Image:
    """A page without what is printed in some parts of it."""
    scale = image.width / wide
    left = image.copy()
    for part in parts:
        left.paste(255, pixels(part, scale))
    return left


OFFSETS = [(0, 0), (15, -20), (-8, 31)]


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize(("copy", "boxes"), [("original", ORIGINAL), ("duplicate", DUPLICATE)])
def test_the_ink_of_each_box_lies_where_it_was_measured(
    copy: str, boxes: Sequence[Box], offset: tuple[int, int]
) -> None:
    """Within 1 mm, with and without a printer's offset; and there is ink nowhere else."""
    said = face(copy, layout="stock", offset=offset)
    image = drawn(pdf(said), 300)
    for box in boxes:
        place = around(box, offset)
        found = ink(image, said["wide"], around(box, offset, 1))
        assert found is not None, box.field
        if box.field in ("bars", "qr", "own"):  # with the quiet zone they fill their box
            assert found.left - place.left == pytest.approx(place.right - found.right, abs=1)
            assert found.top - place.top == pytest.approx(place.bottom - found.bottom, abs=1)
            assert found.right - found.left > box.wide * 0.8
            continue
        assert found.top == pytest.approx(place.top, abs=1), box.field
        if box.align == "left":
            assert found.left == pytest.approx(place.left, abs=1), box.field
        else:
            assert found.left - place.left == pytest.approx(place.right - found.right, abs=1)
    everywhere = Ink(0, 0, said["wide"], said["high"])
    rest = blanked(image, said["wide"], (around(box, offset, 0.2) for box in boxes))
    assert ink(rest, said["wide"], everywhere) is None


def test_an_offset_moves_the_whole_picture_and_changes_nothing_else() -> None:
    """A tenth of a millimetre is a pixel at 254 dots an inch."""
    plain = drawn(pdf(face("duplicate", layout="stock")), 254)
    moved = drawn(pdf(face("duplicate", layout="stock", offset=(12, -7))), 254)
    back = ImageChops.offset(moved, -12, 7)
    differing = ImageChops.difference(plain, back).point(lambda shade: 255 * (shade > 128))
    assert differing.histogram()[255] < plain.width * plain.height / 10_000


def test_the_code_stands_where_the_notice_of_2015_wants_it() -> None:
    """Distances from the inner border: the code a gap behind the label, ending before the border.

    The notice's stock is upright; its inner border is as wide as its distances together.
    """
    border, label_left, label_wide, gap, end, points = 29.85, 122, 52.5, 3, 9, 16
    wide = 297 - 2 * border - label_left - label_wide - gap - end
    left, top = border + label_left + label_wide + gap, border + 70
    data = on_stock([Box("code", left, top, wide, 6, points)], wide=297, high=420)
    found = ink(drawn(data, 300), 297, Ink(0, 0, 297, 420))
    assert found is not None
    assert found.left == pytest.approx(border + label_left + label_wide + gap, abs=1)
    assert found.right == pytest.approx(297 - border - end, abs=1)
    assert found.top == pytest.approx(top, abs=1)
    assert text_of(data) == CODE


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_test_sheet_frames_every_box(offset: tuple[int, int]) -> None:
    kinds = edition()
    copy = kinds.kind["licence"].copy["duplicate"]
    data = typeset.test_sheet(kinds, copy, offset, AT)
    assert data == typeset.test_sheet(kinds, copy, offset, AT)
    assert f"{offset[0] / 10:+.1f}mm→{offset[1] / 10:+.1f}mm↓" in text_of(data)
    image = drawn(data, 300)
    for box in copy.boxes:
        found = ink(image, copy.wide, around(box, offset, 1))
        assert found is not None
        for measured, wanted in zip(found, around(box, offset), strict=True):
            assert measured == pytest.approx(wanted, abs=0.3), box.field
    # The ruler's mark of 100 mm, and the cross of the upper left corner.
    right, down = offset[0] / 10, offset[1] / 10
    mark = ink(image, copy.wide, Ink(99.6 + right, 6.5 + down, 100.4 + right, 8.5 + down))
    assert mark is not None
    assert (mark.left + mark.right) / 2 == pytest.approx(100 + right, abs=0.15)
    cross = ink(image, copy.wide, Ink(14.5 + right, 18 + down, 15.5 + right, 19.5 + down))
    assert cross is not None
    assert (cross.left + cross.right) / 2 == pytest.approx(15 + right, abs=0.15)


# -- long text and anybody's text


class Glyph(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


def glyphs(data: bytes) -> list[Glyph]:
    """The bounds of every character of the first page, in points from its lower left corner."""
    sheets = PdfDocument(data)
    page = sheets[0].get_textpage()
    found = [
        Glyph(*page.get_charbox(n))
        for n in range(page.count_chars())
        if squeezed(page.get_text_range(n, 1))
    ]
    sheets.close()
    return [one for one in found if one.right > one.left and one.top > one.bottom]


def over_each_other(found: Sequence[Glyph]) -> int:
    """How many pairs of characters lie over each other by more than a fifth of the smaller one."""
    count = 0
    active: list[Glyph] = []
    for one in sorted(found):
        active = [other for other in active if other.right > one.left]
        for other in active:
            wide = min(one.right, other.right) - one.left
            high = min(one.top, other.top) - max(one.bottom, other.bottom)
            smaller = min((a.right - a.left) * (a.top - a.bottom) for a in (one, other))
            count += high > 0 and wide * high > smaller / 5
        active.append(one)
    return count


def within(found: Sequence[Glyph], face: Mapping[str, Any], margin: float) -> bool:
    """Whether all characters keep so many millimetres from the edges of their sheet."""
    points = 72 / INCH
    edge = margin * points
    wide, high = face["wide"] * points, face["high"] * points
    return all(
        edge <= one.left
        and one.right <= wide - edge
        and edge <= one.bottom
        and one.top <= high - edge
        for one in found
    )


FACES = [
    *product(["licence"], ["original", "duplicate"], ["full", "stock"]),
    ("food", "original", "full"),
]


def faced(kind: str, copy: str, layout: str, values: Mapping[str, str]) -> dict[str, Any]:
    if kind == "food":
        known = {one["id"]: one["value"] for one in permit()["fields"]}
        texts = {key: values.get(key, values["name"]) for key in known if key != "until"}
        return permit(values={**texts, "until": "2031-09-21"})
    return face(copy, layout=layout, values={**VALUES, **values})


SCOPE = "".join(f"第{n}项：餐饮服务、食品销售（仅限预包装）；" for n in range(400))[:3000]


@pytest.mark.parametrize(("kind", "copy", "layout"), FACES)
def test_a_scope_of_3000_characters_shrinks_and_is_not_cut(
    kind: str, copy: str, layout: str
) -> None:
    said = faced(kind, copy, layout, {"name": VALUES["name"], "scope": SCOPE})
    data = pdf(said)
    assert squeezed(SCOPE) in text_of(data)
    found = glyphs(data)
    assert over_each_other(found) == 0
    assert within(found, said, 15)
    assert len(pages_of(data)) == 1


def test_the_measure_of_overlap_sees_one() -> None:
    boxes = (Box("name", 92, 118, 118, 12), Box("type", 92, 118, 118, 12))
    assert over_each_other(glyphs(on_stock(boxes))) > 5


PIECES = st.sampled_from(
    [
        "餐饮服务；",
        "食",
        "（依法须经批准的项目）",
        "\n",
        " ",
        "W" * 40,
        "http://example.org/a/b?c=d",
        "ＡＢ",
        "i",
    ]
)
WORDS = st.builds(
    lambda pieces, times: ("".join(pieces) * times)[:3000],
    st.lists(PIECES, min_size=1, max_size=30),
    st.sampled_from([1, 1, 7, 50, 1000]),
).filter(str.strip)


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(FACES),
    st.fixed_dictionaries(dict.fromkeys(("name", "type", "legal_rep", "address", "scope"), WORDS)),
)
def test_text_of_any_length_is_whole_and_over_nothing(
    which: tuple[str, str, str], values: dict[str, str]
) -> None:
    said = faced(*which, values)
    data = pdf(said)
    text = text_of(data)
    for one in said["fields"]:
        assert squeezed(one["value"]) in text
    found = glyphs(data)
    assert over_each_other(found) == 0
    assert within(found, said, 15)


@pytest.mark.parametrize(("kind", "copy", "layout"), FACES)
def test_no_text_of_people_is_read_as_typst(kind: str, copy: str, layout: str) -> None:
    words = "；".join(TYPST)
    values = dict.fromkeys(("name", "type", "legal_rep", "address", "scope"), words)
    said = faced(kind, copy, layout, values)
    text = text_of(pdf(said))
    for one in said["fields"]:
        assert squeezed(one["value"]) in text


def test_hostile_text_is_printed_as_it_is_or_reported() -> None:
    """Together in one batch; those with characters that no font here has are refused instead."""
    kept = [text for text in HOSTILE if clean(text).strip()]
    faces = [face(layout="stock", values={**VALUES, "legal_rep": text}) for text in kept]
    fit = [one for one in faces if not lacking(one)]
    assert len(fit) > len(faces) / 2
    pages = pages_of(set_many(edition(), [(one, codes()) for one in fit], AT))
    for one, page in zip(fit, pages, strict=True):
        said = next(field["value"] for field in one["fields"] if field["id"] == "legal_rep")
        # Right-to-left lines are read turned, and a mark drawn over itself is read once.
        assert set(squeezed(said)) <= set(page), said
    for one in faces:
        if one not in fit:
            with pytest.raises(Refused, match="certificate-glyphs"):
                pdf(one)


# -- rare characters


def test_a_rare_character_that_has_a_glyph_is_printed() -> None:
    said = face(values={**VALUES, "name": "武汉𠮷野家餐饮有限公司", "legal_rep": "㐂㑒㒰"})
    assert lacking(said) == []
    text = text_of(pdf(said))
    assert "武汉𠮷野家餐饮有限公司" in text
    assert "㐂㑒㒰" in text


NOWHERE = "\U0002fffd"
"""No character at all, so no font has it."""


def test_a_character_that_no_font_has_is_reported_before_anything_is_set() -> None:
    said = face(
        "duplicate", values={**VALUES, "name": f"武汉{NOWHERE}店", "scope": f"{NOWHERE}\n一"}
    )
    said["authority"]["zh"] += NOWHERE
    assert lacking(said) == [("name", NOWHERE), ("scope", NOWHERE), ("authority", NOWHERE)]
    for layout in ("full", "stock"):
        said = face("duplicate", layout=layout, values={**VALUES, "name": f"武汉{NOWHERE}店"})
        fine = (face(), codes())
        with pytest.raises(Refused, match="certificate-glyphs") as refused:
            set_many(edition(), [fine, (said, codes())], AT)
        assert refused.value.field == "name"
        assert refused.value.params["chars"] == f"{NOWHERE} U+2FFFD (名称)"
        assert "名称" in refused_text(refused.value)
    with pytest.raises(Refused, match="certificate-glyphs"):
        set_pictures(edition(), said, codes())


def test_what_could_not_be_kept_of_a_text_is_reported_too() -> None:
    said = face(values={**VALUES, "legal_rep": "张\ue000三\udce9"})
    assert lacking(said) == [("legal_rep", "\ufffd")]


def test_a_font_of_the_system_counts() -> None:
    """U+0531 and U+31350: which of them a machine has, the faces say."""
    for char in ("\u0531", "\U00031350"):
        assert paper_fonts.lacking(char) == {char}
        said = face(values={**VALUES, "legal_rep": f"张{char}"})
        if paper_fonts.nowhere({char}):
            assert lacking(said) == [("legal_rep", char)]
        else:
            assert lacking(said) == []
            assert f"张{char}" in text_of(pdf(said))


# -- a hall's own templates


def with_files(**files: str) -> Kinds:
    """The edition with some templates otherwise; an empty one is missing."""
    changed = {**edition().files, **{f"{name}.typ": text for name, text in files.items()}}
    return replace(edition(), files={name: text for name, text in changed.items() if text})


def test_a_template_that_is_missing_or_wrong_is_told() -> None:
    with pytest.raises(Refused, match="no-such-template") as refused:
        set_pdf(with_files(stock=""), face(layout="stock"), codes(), AT)
    assert refused.value.params == {"file": "stock.typ", "edition": "certificates/test"}
    broken = edition().files["stock.typ"] + "\n#nothing-such\n"
    with pytest.raises(Refused, match="paper-template") as refused:
        set_pdf(with_files(stock=broken), face(layout="stock"), codes(), AT)
    assert refused.value.params["file"] == "stock.typ"
    assert refused.value.params["line"] == len(broken.splitlines())
    copy = edition().kind["licence"].copies[0]
    without = with_files(**{"test-sheet": ""})
    with pytest.raises(Refused, match="no-such-template"):
        typeset.test_sheet(without, copy, (0, 0), AT)


def test_a_template_reaches_no_file_of_the_machine() -> None:
    for path in ("/etc/passwd", "../../etc/passwd"):
        source = f'#let sheet(face) = read("{path}")'
        with pytest.raises(Refused, match="paper-template"):
            set_pdf(with_files(permit=source), permit(), codes(FOOD_CODE), AT)


def test_places_of_the_measured_boxes_do_not_lie_over_each_other() -> None:
    for boxes in (ORIGINAL, DUPLICATE):
        for one, other in product(boxes, boxes):
            apart = (
                one.left + one.wide <= other.left
                or other.left + other.wide <= one.left
                or one.top + one.high <= other.top
                or other.top + other.high <= one.top
            )
            assert apart or one is other
