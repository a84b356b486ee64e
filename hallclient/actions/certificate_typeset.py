"""Setting certificates: a face and its codes become a PDF/A, pictures, a test sheet for stock.

A certificate never carries an empty box or a code point: what no font of this machine has is
refused before anything is set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from hallclient.actions import paper_fonts
from hallclient.actions.typesetting import (
    DATA,
    MAIN,
    STANDARD,
    Job,
    bars,
    broken,
    compiled,
    pages,
    square,
)
from hallclient.rules.certificate.face import BARS, LINK, OWN, placed
from hallclient.rules.certificate.spec import ISSUE, CopySpec, Kinds
from hallclient.rules.errors import Refused
from hallclient.rules.text import REPLACEMENT
from hallclient.texts import language, t

TEST_SHEET = "test-sheet.typ"


class Codes(NamedTuple):
    """Texts of the codes on a copy; the QR codes are left out when empty."""

    bars: str
    link: str
    """Public QR code, for everybody."""
    own: str
    """The hall's signed QR code; never on what is printed in advance."""


def set_pdf(kinds: Kinds, face: Mapping[str, Any], codes: Codes, at: int) -> bytes:
    """One copy as PDF/A-2b; the same input gives the same bytes. ``at``: its date, UTC ms.

    Raises ``certificate-glyphs``, ``no-such-template``, ``paper-template``.
    """
    return set_many(kinds, [(face, codes)], at)


def set_many(kinds: Kinds, copies: Sequence[tuple[Mapping[str, Any], Codes]], at: int) -> bytes:
    """Several copies in one PDF, in order, each page of its own size. Raises as `set_pdf`."""
    return _pdf(job_of(kinds, copies), at)


def set_pictures(
    kinds: Kinds, face: Mapping[str, Any], codes: Codes, dots: float = 150
) -> list[bytes]:
    """The pages of a copy as PNG, with so many dots an inch. Raises as `set_pdf`."""
    return pages(compiled(job_of(kinds, [(face, codes)]), format="png", ppi=dots))


def test_sheet(kinds: Kinds, copy: CopySpec, offset: tuple[int, int], at: int) -> bytes:
    """Every box of a copy as a frame, with rulers, moved by ``offset`` (0.1 mm right and down).

    Raises ``no-such-template``, ``paper-template``.
    """
    right, down = offset
    data = {
        "template": TEST_SHEET,
        "title": {"zh": copy.zh, "en": copy.en},
        "code": "",
        "copy": {"zh": copy.zh, "en": copy.en},
        "wide": copy.wide,
        "high": copy.high,
        "right": right,
        "down": down,
        "said": f"{right / 10:+.1f} mm \u2192  {down / 10:+.1f} mm \u2193",
        "boxes": placed(copy, offset),
    }
    return _pdf(_job(kinds, [data], {}), at)


def lacking(face: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What no font of this machine has: field (or ``title``, ``authority`` ...) and character.

    Also U+FFFD, which stands for what could not be kept.
    """
    said = list(_said(face))
    foreign = paper_fonts.lacking("".join(text for _, text in said))
    missing = paper_fonts.nowhere(foreign) | {REPLACEMENT}
    found = [(field, char) for field, text in said for char in text if char in missing]
    return list(dict.fromkeys(found))


def job_of(kinds: Kinds, copies: Sequence[tuple[Mapping[str, Any], Codes]]) -> Job:
    """The compiler's input for some copies. Raises ``certificate-glyphs``, ``no-such-template``."""
    for face, _ in copies:
        _refuse_lacking(face)
    pictures: dict[str, bytes] = {}
    faces = []
    for n, (face, codes) in enumerate(copies):
        names = {BARS: f"bars-{n}.svg", LINK: "", OWN: ""}
        pictures[names[BARS]] = bars(codes.bars)
        own = codes.own if face["mode"] == ISSUE else ""
        for name, text in ((LINK, codes.link), (OWN, own)):
            if text:
                names[name] = f"{name}-{n}.svg"
                pictures[names[name]] = square(text)
        faces.append({**_breakable(face), "pictures": names})
    return _job(kinds, faces, pictures)


def _breakable(face: Mapping[str, Any]) -> dict[str, Any]:
    """A face whose long words can be broken; numbers and dates stay in one line."""
    whole = {one["id"]: {**one, "value": broken(one["value"])} for one in face["fields"]}
    boxes = [{**one, "value": whole.get(one["field"], one)["value"]} for one in face["boxes"]]
    return {**face, "fields": list(whole.values()), "boxes": boxes}


def _job(kinds: Kinds, faces: Sequence[Mapping[str, Any]], pictures: Mapping[str, bytes]) -> Job:
    text = json.dumps(faces, ensure_ascii=False)
    files = {name: source.encode() for name, source in kinds.files.items()}
    files |= {**pictures, DATA: text.encode(), MAIN: _main(kinds, faces).encode()}
    foreign = paper_fonts.lacking(text)
    return Job(files, paper_fonts.all_fonts() if foreign else paper_fonts.shipped())


def _main(kinds: Kinds, faces: Sequence[Mapping[str, Any]]) -> str:
    """The source that sets each face with its template."""
    lines = ['#import "face.typ": opened', f'#let faces = json("{DATA}")', "#show: opened(faces)"]
    names = {
        name: f"t{n}" for n, name in enumerate(dict.fromkeys(one["template"] for one in faces))
    }
    for name, short in names.items():
        if name not in kinds.files:
            raise Refused("no-such-template", file=name, edition=kinds.key)
        lines.append(f'#import "{name}" as {short}')
    lines += [f"#{names[one['template']]}.sheet(faces.at({n}))" for n, one in enumerate(faces)]
    return "\n".join(lines)


def _pdf(job: Job, at: int) -> bytes:
    found = compiled(job, format="pdf", timestamp=at // 1000, pdf_standards=STANDARD)
    return cast("bytes", found)


# -- characters


def _said(face: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All words of a face that are not the templates' own, with whose they are."""
    yield "title", face["title"]["zh"]
    yield "copy", face["copy"]["zh"]
    for field in face["fields"]:
        yield field["id"], field["zh"] + field["value"]
    yield "authority", face["authority"].get("zh", "")
    yield "seal", "".join(face["seal"].values())


def _refuse_lacking(face: Mapping[str, Any]) -> None:
    found = lacking(face)
    if not found:
        return
    label = {field["id"]: field["zh" if language() == "zh" else "en"] for field in face["fields"]}
    named = ((label.get(field) or t(f"face.place.{field}"), char) for field, char in found)
    chars = ", ".join(f"{char} U+{ord(char):04X} ({name})" for name, char in named)
    raise Refused("certificate-glyphs", field=found[0][0], chars=chars)
