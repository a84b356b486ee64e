"""The small example of docs/certificate-files.md, and mistakes made in it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.forms_bad import Bad
from tests.source import ROOT

SETTINGS = "certificates/certificates.toml"
PERMIT = "certificates/permit.typ"
STOCK = "certificates/stock.typ"

_BLOCK = re.compile(r"`(certificates/[\w./-]+\.toml)`：\n\n```toml\n(.*?)```", re.DOTALL)
EXAMPLE: str = dict(_BLOCK.findall((ROOT / "docs/certificate-files.md").read_text("utf-8")))[
    SETTINGS
]
STYLE = "#let opened(faces) = body => body\n"
SHEET = '#import "face.typ": *\n#let sheet(face) = page(width: 420mm, height: 420mm)[#face.code]\n'


def example() -> dict[str, str]:
    """The files of the example, with the smallest templates there can be."""
    return {
        SETTINGS: EXAMPLE,
        "certificates/face.typ": STYLE,
        PERMIT: SHEET,
        STOCK: SHEET,
        "certificates/test-sheet.typ": SHEET,
    }


def write(folder: Path, files: dict[str, str]) -> Path:
    """Put files into a hall's folder; its certificates."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return folder / "certificates"


def _bad(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(SETTINGS, old, new, code, at)


STALL = 'id = "stall"\nzh = "摊位证"'
STALL_SCHEME = 'id = "stall"\nzh = "摊位证编号"'
USCC = 'region = "420100"\n'
CHANGE = 'id = "licence-change"'
DUPLICATE = 'id = "duplicate"\nzh'
ORIGINAL = 'id = "original"'
HOLDER = 'source = "applicant:name"'
QR = "qr = { left = 247, top = 33, wide = 24, high = 24 }"
NAME_BOX = "name = { left = 62, top = 84, wide = 88, high = 9 }"
BOXES = EXAMPLE[EXAMPLE.index("[kind.copy.box]") : EXAMPLE.index(f"\n[[kind]]\n{CHANGE}")]
STALL_FIELDS = EXAMPLE[EXAMPLE.index("holder = {") : EXAMPLE.index(f"[[kind.copy]]\n{ORIGINAL}")]
STALL_COPY = EXAMPLE[EXAMPLE.index(f"[[kind.copy]]\n{ORIGINAL}") :]
BOX = "[kind.copy.box]\ncode = { left = 1, top = 1, wide = 9, high = 9 }\n"

MISTAKES: dict[str, Bad] = {
    # the file as a whole
    "no TOML": _bad('zh = "摊位证"', "zh = 摊位证", "bad-toml"),
    "unknown table": _bad("[[stock]]", "[[shelf]]", "form-unknown-key"),
    "no version": _bad('version = "1"\n\n', "", "missing", "[[scheme]]"),
    "version with a slash": _bad('version = "1"', 'version = "1/2"', "bad-id"),
    # codes
    "unknown key of a scheme": _bad("digits = 5", "digit = 5", "form-unknown-key"),
    "no form": _bad('form = "serial"\n', "", "missing", f"[[scheme]]\n{STALL_SCHEME}"),
    "unknown form": _bad('form = "serial"', 'form = "counted"', "form-unknown-value"),
    "digits that are no number": _bad("digits = 5", 'digits = "five"', "not-a-number"),
    "no digits at all": _bad("digits = 5", "digits = 0", "out-of-range"),
    "scheme twice": _bad(STALL_SCHEME, STALL_SCHEME.replace("stall", "uscc"), "duplicate"),
    "no such category": _bad('prefix = "91"', 'prefix = "94"', "certificate-uscc-prefix"),
    "no such department": _bad('prefix = "91"', 'prefix = "Z1"', "certificate-uscc-prefix"),
    "no category": _bad('prefix = "91"', 'prefix = "9"', "certificate-uscc-prefix"),
    "no such province": _bad(USCC, 'region = "990100"\n', "certificate-region"),
    "region of five digits": _bad(USCC, 'region = "42010"\n', "certificate-region"),
    "region of a serial": _bad(
        "digits = 5",
        'digits = 5\nregion = "420111"',
        "certificate-not-of-form",
        'region = "420111"',
    ),
    "digits of a credit code": _bad(USCC, USCC + "digits = 8\n", "certificate-not-of-form", "digi"),
    "block of a serial as small as low": _bad(
        "digits = 5", "block = 5\nlow = 5\ndigits = 5", "certificate-low", "low = 5"
    ),
    "low as large as the block": _bad(
        USCC, USCC + "low = 20\nblock = 20\n", "certificate-low", "low = 20"
    ),
    "serial in Chinese": _bad("TW{year}", "摊{year}", "certificate-serial-prefix"),
    "serial in small letters": _bad("TW{year}", "tw{year}", "certificate-serial-prefix"),
    "serial with two years": _bad("TW{year}", "TW{year}{year}", "certificate-serial-prefix"),
    "serial with a month": _bad("TW{year}", "TW{month}", "certificate-serial-prefix"),
    "the same codes": _bad(
        "[[stock]]",
        '[[scheme]]\nid = "market"\nzh = "市"\nen = "M"\nform = "serial"\n'
        'prefix = "TW{year}"\ndigits = 5\n\n[[stock]]',
        "certificate-same-codes",
        'prefix = "TW{year}"\ndigits = 5\n\n[[stock]]',
    ),
    "food of no kind": _bad(
        'form = "serial"\nprefix = "TW{year}"\ndigits = 5',
        'form = "food"\nprefix = "JY"\nregion = "420100"',
        "certificate-food-prefix",
        'prefix = "JY"',
    ),
    # sheets
    "no width": _bad("wide = 297\n", "", "missing", "[[stock]]"),
    "no sheet is so high": _bad("high = 210\ntray", "high = 2970\ntray", "out-of-range"),
    "width in words": _bad("wide = 297", 'wide = "A4"', "not-a-number"),
    "serial that begins with a figure": _bad(
        'prefix = "FB"', 'prefix = "2F"', "certificate-letters"
    ),
    "unknown key of a stock": _bad("tray =", "drawer =", "form-unknown-key"),
    # kinds
    "unknown key of a kind": _bad("items = [", "item = [", "form-unknown-key"),
    "no name": _bad('zh = "摊位证"\n', "", "missing", '[[kind]]\nid = "stall"'),
    "no authority": _bad(
        'authority_en = "City Management Bureau"\n', "", "missing", f"[[kind]]\n{STALL}"
    ),
    "kind twice": _bad(STALL, STALL.replace("stall", "licence"), "duplicate"),
    "id in capitals": _bad(STALL, STALL.replace("stall", "Stall"), "certificate-kind-id"),
    "id with a dot": _bad(STALL, STALL.replace("stall", "st.all"), "certificate-kind-id"),
    "like none": _bad('like = "licence"', 'like = "licences"', "certificate-like"),
    "like itself": _bad('like = "licence"', 'like = "licence-change"', "certificate-like"),
    "items in words": _bad('items = ["food"]', 'items = "food"', "wrong-type"),
    "item twice": _bad('items = ["food"]', 'items = ["food", "food"]', "form-said-twice"),
    "no items": _bad('items = ["food"]', "items = []", "missing"),
    "unknown checklist": _bad('items = ["food"]', 'items = ["foods"]', "unknown-value"),
    "unknown scheme": _bad('scheme = "stall"', 'scheme = "stal"', "unknown-value"),
    "unknown way": _bad('way = "keep"', 'way = "kept"', "form-unknown-value"),
    "keep of a new code": _bad('way = "keep"\n', "", "certificate-keep-new", "keep ="),
    "unknown kind before": _bad('after = ["licence"]', 'after = ["licence", "x"]', "unknown-value"),
    "after itself": _bad(
        'after = ["licence"]', 'after = ["licence", "stall"]', "certificate-circle"
    ),
    "two wait for each other": _bad(
        'link = "', 'after = ["stall"]\nlink = "', "certificate-circle", 'after = ["stall"]'
    ),
    "link without the code": _bad("uniscid={code}", "uniscid=", "certificate-link"),
    "link with two codes": _bad("uniscid={code}", "uniscid={code}{code}", "certificate-link"),
    "link with a name": _bad("uniscid={code}", "uniscid={code}&n={name}", "certificate-link"),
    "link that is none": _bad("http://www", "www", "certificate-link"),
    "two credit codes for one thing": _bad(
        'items = ["food"]\nscheme = "stall"',
        'items = ["food", "co_setup"]\nscheme = "uscc"',
        "certificate-two-codes",
        'items = ["food", "co_setup"]',
    ),
    # fields
    "no fields": _bad(f"[kind.field]\n{STALL_FIELDS}", "", "missing", f"[[kind]]\n{STALL}"),
    "field that is no table": _bad("place = {", 'place = "x" #', "wrong-type", "[kind.field]\nhol"),
    "field without a name": _bad('zh = "摊位", ', "", "missing", "place ="),
    "unknown key of a field": _bad('text = "一号"', 'usual = "一号"', "form-unknown-key"),
    "unknown type": _bad('type = "day"', 'type = "date"', "form-unknown-value"),
    "required in words": _bad("required = false", 'required = "no"', "wrong-type"),
    "field as a box": _bad(
        "place = {", "date = {", "certificate-field-taken", 'date = { zh = "摊位"'
    ),
    "field with a dot": _bad("place = {", '"pl.ace" = {', "certificate-field-id"),
    "unknown source": _bad(HOLDER, 'source = "person:name"', "certificate-source-root"),
    "source without a colon": _bad(HOLDER, 'source = "name"', "certificate-source-root"),
    "unknown of the applicant": _bad(HOLDER, 'source = "applicant:nam"', "certificate-source-word"),
    "unknown of the decision": _bad(
        "decision:day", "decision:date", "certificate-source-word", "est_date ="
    ),
    "unknown of the form": _bad("form:name", "form:nam", "certificate-source-field", "name = {"),
    "one of two unknown": _bad(
        "form:addr_town+addr_village", "form:addr_town+village", "certificate-source-field"
    ),
    "form where there is none": _bad(
        HOLDER, 'source = "form:name"', "certificate-source-no-form", "holder = {"
    ),
    "a day that is a text": _bad(
        'source = "form:c_name"', 'source = "form:c_name", type = "day"', "certificate-source-type"
    ),
    "an amount that is a day": _bad("form:a_capital", "form:c_founded", "certificate-source-type"),
    "an amount of two": _bad(
        "form:reg_cap", "form:reg_cap+reg_cap", "certificate-source-parts", "reg_cap = {"
    ),
    "code of a kind that comes later": _bad(
        'after = ["licence"]\n', "", "certificate-source-after", "licence = {"
    ),
    "kept code of an unknown field": _bad(
        "form:c_uscc", "form:c_usc", "certificate-source-field", "keep ="
    ),
    "field of another's form": _bad(
        'name = { source = "form:c_name" }\n', "", "certificate-source-field", 'like = "licence"'
    ),
    # copies
    "no copies": _bad(STALL_COPY, "", "missing", f"[[kind]]\n{STALL}"),
    "copy without a template": _bad(
        'template = "permit.typ"\nwide', "wide", "missing", f"[[kind.copy]]\n{ORIGINAL}"
    ),
    "unknown template": _bad(
        'template = "permit.typ"\nwide',
        'template = "permits.typ"\nwide',
        "certificate-no-template",
    ),
    "copy twice": _bad(
        STALL_COPY,
        STALL_COPY + STALL_COPY.replace(ORIGINAL, f"{ORIGINAL} # again"),
        "duplicate",
        f"{ORIGINAL} # again",
    ),
    "unknown stock": _bad(
        'stock = "licence"',
        'stock = "licences"\nwide = 297\nhigh = 210',
        "unknown-value",
        "stock =",
    ),
    "stock of another size": _bad(
        'stock = "licence"', 'stock = "licence"\nwide = 300', "certificate-sheet-size", "stock ="
    ),
    "more than there may be": _bad("most = 9", "count = 10\nmost = 9", "certificate-count"),
    "numbered in words": _bad("numbered = true", "numbered = 1", "wrong-type"),
    "count that is a text": _bad("form:copies", "form:name", "certificate-source-type", "count_so"),
    "count of an unknown field": _bad(
        'id = "duplicate"\ncount_source = ""',
        'id = "duplicate"\ncount_source = "form:copys"',
        "certificate-source-field",
        'count_source = "form:copys"',
    ),
    "stock without boxes": _bad(BOXES, "", "certificate-no-boxes", 'stock = "licence"'),
    "boxes without stock": _bad(STALL_COPY, STALL_COPY + BOX, "certificate-box-no-stock", BOX),
    # boxes
    "box without a place": _bad(QR, "qr = { top = 33, wide = 24, high = 24 }", "missing"),
    "box of nothing": _bad(NAME_BOX, NAME_BOX.replace("name", "names"), "unknown-value"),
    "box in words": _bad("left = 62, top = 84", 'left = "62", top = 84', "not-a-number"),
    "box that is too wide": _bad(
        "wide = 24, high = 24", "wide = 60, high = 24", "certificate-box-outside"
    ),
    "box that is too low": _bad("top = 161", "top = 205", "certificate-box-outside"),
    "unknown key of a box": _bad("size = 11", "font = 11", "form-unknown-key"),
    "letters that nobody reads": _bad("size = 11", "size = 1", "out-of-range"),
    "unknown side": _bad('align = "center"', 'align = "middle"', "form-unknown-value"),
    "square without a link": _bad(
        'link = "http://www.gsxt.gov.cn/index.html?uniscid={code}"\n',
        "",
        "certificate-qr-no-link",
        "[kind.copy.box]",
    ),
    # templates
    "package of the network": Bad(
        PERMIT, "#let sheet", '#import "@preview/tablex:0.0.8": *\n#let sheet', "paper-package"
    ),
    "template that is none": Bad(PERMIT, "#face.code", "#face.cod", "certificate-fails"),
    "template that does not end": Bad(STOCK, "[#face.code]", "[#face.code", "certificate-fails"),
}
"""Each is told once and in its place, and nothing is in force."""
