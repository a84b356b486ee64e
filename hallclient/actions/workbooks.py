"""Workbooks (XLSX, XLSB, XLS, ODS), read by a process of their own.

A small file may unpack to terabytes or break the reader; then that process ends, and the window
says so and goes on. It is given the bytes on its standard input and answers with one line of JSON:
the sheet, or what is wrong with it.
"""

from __future__ import annotations

import io
import json
import re
import sys
from typing import Any, Final

from hallclient.actions.workbook_marks import Marks, marks_of
from hallclient.rules.form.table.sheet import letters
from hallclient.rules.text import clean

MEMORY: Final = 1 << 30
SECONDS: Final = 20
"""What reading may take; a hall's largest files need a tenth of it."""
DIGITS: Final = 1e15
"""From here on a spreadsheet has kept only the first 15 digits of a number (IEC 60559)."""

_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""The part in which an XLSX with a password hides. Source: MS-OFFCRYPTO 2.3.4.4."""

Cell = tuple[int, int]


class Trouble(Exception):
    """``refused.sheet-<code>``."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def ask(data: bytes, sheet: str, most: tuple[int, int]) -> dict[str, Any]:
    """What a process of its own answers: see `answer`. Raises `Trouble`."""
    import subprocess

    wish = json.dumps({"sheet": sheet, "most": most}).encode() + b"\n"
    try:
        done = subprocess.run(
            (sys.executable, "-P", "-m", "hallclient.actions.workbooks"),
            input=wish + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise Trouble("heavy") from error
    except OSError as error:
        raise Trouble("unreadable", cause=error.strerror) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise Trouble("heavy") from error
    if "trouble" in answer:
        raise Trouble(answer["trouble"], **answer["params"])
    return answer


def main() -> int:
    """The process: a line that says what is wanted, then the file."""
    _limit()
    wish = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        said = answer(data, wish["sheet"], tuple(wish["most"]))
    except Trouble as trouble:
        said = {"trouble": trouble.code, "params": trouble.params}
    except MemoryError:
        said = {"trouble": "heavy", "params": {}}
    sys.stdout.write(json.dumps(said))
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the time alone is limited
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(data: bytes, sheet: str, most: tuple[int, int]) -> dict[str, Any]:
    """A sheet as JSON: ``kind``, ``name``, ``names``, ``lines`` (number, cells), ``lost``,
    ``failed``, ``filled``. ``most``: rows and columns.

    Raises `Trouble`: ``locked``, ``corrupt``, ``no-such``, ``empty``, ``long``, ``wide``.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if not data.startswith(b"PK") and _ENCRYPTED in data:
        raise Trouble("locked")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            one.name for one in book.sheets_metadata if one.visible is SheetVisibleEnum.Visible
        ] or list(book.sheet_names)
        if sheet and sheet not in book.sheet_names:
            raise Trouble("no-such", sheet=sheet, sheets=", ".join(names))
        lines: list[tuple[int, list[str]]] = []
        for name in [sheet] if sheet else names:
            page = book.get_sheet_by_name(name)
            marks = marks_of(data, name)
            lines, lost = _lines(page, marks, most)
            if lines:
                break
        else:
            raise Trouble("empty")
    except PasswordError as error:
        raise Trouble("locked") from error
    except Trouble:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise Trouble("corrupt") from error
    except BaseException as error:
        if isinstance(error, (MemoryError, KeyboardInterrupt)):
            raise
        raise Trouble("corrupt") from error  # the reader gave up in a way of its own
    filled = _fill(lines, page.merged_cell_ranges or ())
    return {
        "kind": kind_of(data),
        "name": name,
        "names": names,
        "lines": lines,
        "lost": lost,
        "failed": sorted(cell for cell in marks.failed if cell[0] <= lines[-1][0]),
        "filled": filled,
    }


def kind_of(data: bytes) -> str:
    """``xlsx``, ``ods`` or ``xls``, by the first bytes."""
    if not data.startswith(b"PK"):
        return "xls"
    return "ods" if b"opendocument" in data[:200] else "xlsx"


def _lines(
    page: Any, marks: Marks, most: tuple[int, int]
) -> tuple[list[tuple[int, list[str]]], list[Cell]]:
    lines: list[tuple[int, list[str]]] = []
    lost: list[Cell] = []
    before = [""] * (page.start[1] if page.start else 0)
    for number, row in enumerate(page.iter_rows(), 1):
        cells = before + [
            _text(value, (number, column), marks, lost)
            for column, value in enumerate(row, len(before))
        ]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > most[1]:
            raise Trouble("wide", most=most[1], cell=f"{letters(len(cells) - 1)}{number}")
        lines.append((number, cells))
        if len(lines) > most[0]:
            raise Trouble("long", most=most[0])
    return lines, lost


def _text(value: Any, cell: Cell, marks: Marks, lost: list[Cell]) -> str:
    """A cell as a person reads it."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        if abs(value) >= DIGITS:
            lost.append(cell)
            return f"{value:.6G}"
        if cell in marks.percent:
            return number_text(value * 100) + "%"
        return number_text(value)
    text = str(value)  # dates and times: ISO
    return re.sub(r"( 00:00:00|(?<=:\d\d):00)$", "", text)


def number_text(value: float) -> str:
    """A number with the 15 digits that a spreadsheet keeps, without exponent or closing zeros."""
    from decimal import Decimal

    text = f"{Decimal(f'{value:.15g}'):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _fill(lines: list[tuple[int, list[str]]], merged: Any) -> int:
    """Give the rows that a merged cell reaches down to its text, as a reader sees it."""
    rows = dict(lines)
    filled = 0
    for (top, left), (bottom, _right) in merged:
        text = (rows.get(top + 1) or [""])[left : left + 1]
        if not text or not text[0]:
            continue
        for number in range(top + 2, min(bottom + 1, lines[-1][0]) + 1):
            cells = rows.get(number)
            if cells is None:
                continue
            cells.extend([""] * (left + 1 - len(cells)))
            if not cells[left]:
                cells[left] = text[0]
                filled += 1
    return filled


if __name__ == "__main__":
    raise SystemExit(main())
