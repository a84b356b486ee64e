"""Setting a document: data and a template of Typst become a PDF, or pictures of its pages.

The compiler gets files in memory and a root without anything in it, so that a template reaches
nothing else. What a document says goes in as JSON: whatever people wrote is text, never Typst.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hallclient.actions import paper_fonts
from hallclient.rules.errors import Refused
from hallclient.rules.review.paper_code import is_case, is_number
from hallclient.rules.review.templates import Templates
from hallclient.rules.text import plain

if TYPE_CHECKING:
    from typst import Fonts, TypstWarning

STANDARD = "a-2b"
"""PDF/A-2b (ISO 19005-2): what is to be kept for decades."""
MAIN = "main.typ"
DATA = "data.json"
BARS, SQUARE = "bars.svg", "qr.svg"

_PLACE = re.compile(r"┌─ ([^\n:]+):(\d+):\d+")
_RUN = re.compile(r"[^\s\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]{20,}")
"""Letters without a place to break a line: twenty of them are wider than a narrow column."""
_BREAK = "\u200b"
MASK = 3
"""Weighing all eight masks takes longer than setting a page; a signature is evenly mixed already,
and every reader takes any mask (ISO/IEC 18004).
"""
_BAR_HEIGHT = 36
"""Modules; at 9 mm of height a module is a quarter of a millimetre wide."""


def set_pdf(
    templates: Templates, body: Mapping[str, Any], codes: Mapping[str, str], language: str, at: int
) -> bytes:
    """The PDF of a document. ``codes``: texts of `BARS` and `SQUARE`; ``at``: its date, UTC ms.

    The same input gives the same bytes. Raises ``paper-template`` with file, line and the
    compiler's message, ``no-such-template``.
    """
    options: dict[str, Any] = {"format": "pdf", "timestamp": at // 1000, "pdf_standards": STANDARD}
    found = _compiled(templates, body, codes, language, **options)
    return cast("bytes", found)


def set_pictures(
    templates: Templates,
    body: Mapping[str, Any],
    codes: Mapping[str, str],
    language: str,
    dots: float = 150,
) -> list[bytes]:
    """The pages of a document as PNG, with so many dots an inch. Raises as `set_pdf`."""
    return pages(_compiled(templates, body, codes, language, format="png", ppi=dots))


def pages(found: object) -> list[bytes]:
    """Pictures as the compiler gives them: one page comes alone, several in a list."""
    return [found] if isinstance(found, bytes) else cast("list[bytes]", found)


class Job(NamedTuple):
    """What the compiler gets: files in memory, and the fonts that have every character of them."""

    files: dict[str, bytes]
    fonts: Fonts


def job_of(
    templates: Templates, body: Mapping[str, Any], codes: Mapping[str, str], language: str
) -> Job:
    """The compiler's input for a document. Raises ``no-such-template``."""
    name = f"{body['kind']}.typ"
    if name not in templates.files:
        raise Refused("no-such-template", file=name, edition=templates.key)
    files = {key: text.encode() for key, text in templates.files.items()}
    shown = printable(body)
    foreign = paper_fonts.lacking(json.dumps(shown, ensure_ascii=False))
    data = {**broken(shown, paper_fonts.nowhere(foreign)), "language": language}
    files[DATA] = json.dumps(data, ensure_ascii=False).encode()
    files[BARS] = bars(codes[BARS])
    files[SQUARE] = square(codes[SQUARE])
    # Under its own name, so that the compiler's messages tell the place in the hall's file.
    main = {MAIN: f'#include "{name}"'.encode()}
    return Job(main | files, paper_fonts.all_fonts() if foreign else paper_fonts.shipped())


def set_warned(
    templates: Templates, body: Mapping[str, Any], codes: Mapping[str, str], language: str
) -> list[tuple[str, int, str]]:
    """What the compiler warns of: file, line, message. Raises as `set_pdf`."""
    options: dict[str, Any] = {"format": "pdf", "pdf_standards": STANDARD}
    found = _compiled(templates, body, codes, language, warnings=True, **options)
    _, warned = cast("tuple[bytes, list[TypstWarning]]", found)
    return [(*_place(one.diagnostic), one.message) for one in warned]


def _compiled(
    templates: Templates,
    body: Mapping[str, Any],
    codes: Mapping[str, str],
    language: str,
    *,
    warnings: bool = False,
    **options: Any,
) -> object:
    return compiled(job_of(templates, body, codes, language), warnings=warnings, **options)


def compiled(job: Job, *, warnings: bool = False, **options: Any) -> object:
    """What the compiler makes of a job. Raises ``paper-template`` with file, line and message."""
    import typst

    # The compiler's types know no files in memory.
    run: Any = typst.compile_with_warnings if warnings else typst.compile
    try:
        return run(job.files, root=_nothing().name, font_paths=job.fonts, **options)
    except typst.TypstError as error:
        file, line = _place(error.diagnostic)
        raise Refused("paper-template", file=file, line=line, why=error.message) from error


def _place(diagnostic: str) -> tuple[str, int]:
    """File and line that a message of the compiler is about; line 0: it names none."""
    found = _PLACE.search(diagnostic)
    return (PurePath(found[1]).name, int(found[2])) if found else (MAIN, 0)


@cache
def _nothing() -> tempfile.TemporaryDirectory[str]:
    """An empty folder: a template finds only the files it is given."""
    return tempfile.TemporaryDirectory(prefix="hallclient-")


# -- data


def printable(value: Any) -> Any:
    """Data with every text as it may be shown: nothing unsafe in it, nothing left out."""
    return _each(value, lambda text: plain(text, multiline=True))


def broken(value: Any, unknown: Collection[str] = ()) -> Any:
    """Data with long words broken where they must, and characters that no font has spelt out."""
    names = {ord(char): f"[U+{ord(char):04X}]" for char in unknown}

    def text(text: str) -> str:
        if is_number(text) or is_case(text):
            return text
        return _RUN.sub(lambda run: _BREAK.join(run[0]), text.translate(names))

    return _each(value, text)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_each(one, change) for one in value]
    return value


# -- codes


@cache
def _code128() -> Any:
    from barcode.codex import Code128

    return Code128


def bars(text: str) -> bytes:
    """Code 128 of an ASCII text as SVG, one unit a module, with its quiet zone."""
    modules = _code128()(text).build()[0]
    path = "".join(
        f"M{run.start() + 10} 0h{len(run[0])}v{_BAR_HEIGHT}h-{len(run[0])}z"
        for run in re.finditer("1+", modules)
    )
    wide = len(modules) + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{_BAR_HEIGHT}" '
        f'viewBox="0 0 {wide} {_BAR_HEIGHT}"><path d="{path}"/></svg>'
    ).encode()


def square(text: str) -> bytes:
    """The QR code (medium error correction) of a text as SVG, with its quiet zone."""
    from io import BytesIO

    import segno

    out = BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=MASK)
    code.save(out, kind="svg", border=4, xmldecl=False, nl=False, svgclass=None, lineclass=None)
    return out.getvalue()
