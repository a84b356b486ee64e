"""Documents as PDF: what is printed, in both languages, with codes that scanners read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from db.store import Row
from hallclient.actions import case_papers, paper_fonts, paper_pdf, paper_templates, typesetting
from hallclient.actions.case_title import Applicant
from hallclient.actions.typesetting import broken, set_pdf
from hallclient.rules.errors import Refused
from tests.hallkit import Kit
from tests.hostile import HOSTILE
from tests.paperkit import (
    CLERK,
    body,
    made,
    opened,
    pages_of,
    scanned,
    squeezed,
    text_of,
    told_of,
    wanting,
)
from tests.test_papers import KINDS

SAID = {
    "sqd": ("收件凭证", "自收到申请材料之日起即为受理", "食品经营许可申请书"),
    "gzs": (
        "一次性告知书",
        "需要补正的全部内容",
        "027-12345",
        "申请人联",
        "存根联",
        "经办人（签名）",
    ),
    "slt": ("受理通知书", "2026年9月28日（预计）", "审批专用章"),
    "rqs": ("容缺受理通知书", "2026年9月25日", "不予发放办理结果"),
    "rqcn": ("容缺受理承诺书", "2026年9月25日", "真实、合法、有效"),
    "bys": ("不予受理通知书", "不属于本机关", "市场监督管理局", "60日", "6个月"),
    "tbcx": ("特别程序告知书", "专家评审", "20个工作日", "不计算在审批时限内"),
    "gzcn": ("告知承诺书", "承诺不实的", "依法撤销决定"),
    "xkz": ("准予行政许可决定书", "准予行政许可", "准予经营热食"),
    "byx": ("不予行政许可决定书", "不予行政许可", "60日", "6个月"),
    "sdhz": ("送达回证", "李四", "窗口直接送达"),
    "lzd": ("领证凭证", "取件码", "XR4J-7K3M", "应领取的证照", "本人身份证件"),
}
"""Words that must stand in each document, as one reads them."""

TOLD = {
    "sqd": ("Receipt of papers", "counts as accepted from the day of receipt"),
    "gzs": ("One-time notice of corrections", "everything that is to be corrected", "Complaints"),
    "slt": ("Acceptance notice", "28 September 2026 (expected)"),
    "rqs": ("acceptance with a gap", "25 September 2026"),
    "rqcn": ("Promise to supply", "by 25 September 2026"),
    "bys": ("Notice of non-acceptance", "within 60 days", "within 6 months"),
    "tbcx": ("Notice of a special procedure", "20 working days"),
    "gzcn": ("Notice and promise", "the decision is revoked"),
    "xkz": ("Decision to grant", "the permit is granted"),
    "byx": ("Decision not to grant", "the permit is not granted"),
    "sdhz": ("Proof of delivery", "handed over at the counter"),
    "lzd": ("Collection slip", "Pick-up code", "XR4J-7K3M", "your identity document"),
}

GIVEN = {
    "bys": {"competent": "市场监督管理局"},
    "tbcx": {"procedure": "专家评审", "days": "20", "to": "2026-10-27"},
    "xkz": {"decision": "准予经营热食"},
    "sdhz": {"how": "counter", "receiver": "李四"},
    "lzd": {"pickup": "XR4J-7K3M"},
}


class Papers(NamedTuple):
    """One document of every kind, of one case."""

    kit: Kit
    case: Row
    of: Mapping[str, Row]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Papers]:
    kit = Kit(tmp_path_factory.mktemp("hall"))
    case = opened(kit)
    yield Papers(kit, case, {kind: document(kit, case, kind) for kind in KINDS})
    kit.close()


@pytest.fixture
def case(kit: Kit) -> Row:
    return opened(kit)


def document(kit: Kit, case: Row, kind: str) -> Row:
    reason = "不属于本机关职权范围" if kind in ("bys", "byx") else ""
    stamped = kind not in ("sqd", "rqcn", "gzcn", "sdhz")
    return made(kit, case["id"], kind, reason=reason, stamped=stamped, given=GIVEN.get(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_set_in_both_languages(papers: Papers, kind: str) -> None:
    kit, case, row = papers.kit, papers.case, papers.of[kind]
    chinese = text_of(case_papers.pdf(kit.store, CLERK, row["id"]))
    english = text_of(case_papers.pdf(kit.store, CLERK, row["id"], "en"))
    for word in (*SAID[kind], "光谷小馆餐饮有限公司", "演示"):
        assert squeezed(word) in chinese
    for word in (*TOLD[kind], "光谷小馆餐饮有限公司", "DEMO", "The Chinese version is"):
        assert squeezed(word) in english
    for text in (chinese, english):
        assert text.count(row["number"]) >= row["copies"] * 2
        assert case["number"] in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_scanner_reads_both_codes_of_every_kind(papers: Papers, kind: str) -> None:
    kit, case, row = papers.kit, papers.case, papers.of[kind]
    found = scanned(case_papers.pdf(kit.store, CLERK, row["id"]))
    assert found["Code128"] == row["number"]
    verified = case_papers.verify(kit.store, found["QRCode"])
    assert verified == ("genuine", kind, row["number"], row["day"], row["id"], case["id"])


def test_the_same_document_is_the_same_bytes(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "gzs", stamped=True)
    first = case_papers.pdf(kit.store, CLERK, row["id"])
    kit.pass_(minutes=3000)
    other = kit.again()
    assert case_papers.pdf(other, CLERK, row["id"]) == first
    other.close()
    told = told_of(first)
    assert told["CreationDate"] == told["ModDate"] == "D:20260922010000Z"
    assert told["Title"] == f"一次性告知书 {row['number']}"
    assert told["Author"] == kit.hall.zh


def test_each_copy_counts_its_own_pages(kit: Kit, case: Row) -> None:
    wanting(kit, case["id"], [("clerk", "", "", f"第 {n} 项", "补交") for n in range(60)])
    row = made(kit, case["id"], "gzs")
    data = case_papers.pdf(kit.store, CLERK, row["id"])
    pages = pages_of(data)
    assert len(pages) % 2 == 0
    each = len(pages) // 2
    assert each > 1
    for place, page in enumerate(pages):
        assert f"第{place % each + 1}页，共{each}页" in page
    assert scanned(data, 0) == scanned(data, -1)


def test_looking_at_a_pdf_is_an_event(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "sqd")
    before = kit.kinds().count("personal.viewed")
    case_papers.pdf(kit.store, CLERK, row["id"])
    assert kit.kinds().count("personal.viewed") == before + 1
    with pytest.raises(Refused, match="no-such-language"):
        case_papers.pdf(kit.store, CLERK, row["id"], "fr")


# -- text of people is never anything but text

CODE = (
    '#panic("x")',
    "#{ while true {} }",
    "*stark* _kursiv_ `roh` $x^2$ <mark> @verweis = Titel",
    '#read("/etc/passwd") #import "@preview/x:1.0.0"',
    "\\ // /* */ ~ -- ... \u2028 \u201c",
    "])[]({",
)
WORDS = [*CODE, *HOSTILE, "词" * 300, "👍🏽👨\u200d👩\u200d👧\u200d👦"]


def hostile(value: Any, text: str) -> Any:
    """What a document says with every text of a person replaced."""
    if isinstance(value, dict):
        kept = ("kind", "number", "case", "at", "state", "form", "medium", "unit", "source")
        days = ("day", "date", "due", "until", "from", "to", "received_at", "accepted_at")
        return {
            key: one
            if key in kept or (key in days and isinstance(one, str))
            else hostile(one, text)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [hostile(one, text) for one in value]
    return text if isinstance(value, str) and value else value


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_of_people_is_read_as_typst(papers: Papers, kind: str) -> None:
    """Code wherever a person may have written; then all the hostile texts there are."""
    row, store = papers.of[kind], papers.kit.store
    templates = paper_templates.shipped()
    said, codes = body(papers.kit, row), paper_pdf.codes_of(store, row)
    found = text_of(set_pdf(templates, hostile(said, "\n".join(CODE)), codes, "zh", 0))
    for text in CODE:
        assert squeezed(typesetting.printable(text)) in found
    assert set_pdf(templates, hostile(said, "\n".join(WORDS)), codes, "en", 0)[:4] == b"%PDF"


def test_three_hundred_points_and_hostile_names_in_a_real_notice(kit: Kit) -> None:
    case = opened(kit, Applicant(name='#panic("x")[*', address="x" * 400))
    points = [("clerk", "", "", WORDS[n % len(WORDS)] + f" n{n}n", "#panic()") for n in range(300)]
    wanting(kit, case["id"], points)
    row = made(kit, case["id"], "gzs", reason="] #panic()")
    data = case_papers.pdf(kit.store, CLERK, row["id"])
    text = text_of(data)
    assert all(f"n{n}n" in text for n in range(300))
    assert '#panic("x")[*' in text


def test_long_words_are_broken_and_numbers_are_not() -> None:
    assert broken("x" * 50).count("\u200b") == 49
    assert broken("BZ20260922-SOMEBODYWITHALONGNAME-0001").count("\u200b") == 0
    assert broken("字" * 100) == "字" * 100
    assert broken(["a", {"b": "y" * 20}]) == ["a", {"b": "\u200b".join("y" * 20)}]


def test_what_no_font_has_is_spelt_out(kit: Kit, case: Row) -> None:
    """U+31350 and the emoji: some machines have a font for them, then they are drawn."""
    rare = "\U00031350"
    lacking = paper_fonts.lacking("张三𠮷" + rare)
    assert lacking == {rare}
    row = made(kit, case["id"], "bys", reason=f"姓名{rare}核对")
    text = text_of(case_papers.pdf(kit.store, CLERK, row["id"]))
    if paper_fonts.nowhere({rare}):
        assert "姓名[U+31350]核对" in text
    else:
        assert f"姓名{rare}核对" in text


def test_the_cover_of_a_font_is_what_the_font_says() -> None:
    from PIL import ImageFont

    font = ImageFont.truetype(str(paper_fonts.shipped_font()), 40)
    blank = bytes(font.getmask("\U00031350"))
    for char in "政务服务𠮷A1，。“骨直":
        assert not paper_fonts.lacking(char)
        assert bytes(font.getmask(char)) != blank
    for char in "\U00031350👍ཀ":
        assert paper_fonts.lacking(char) == {char}
        assert bytes(font.getmask(char)) == blank
