"""A hall's files: read from a folder, checked, and compiled into one that loads at once.

The folder holds ``hall.toml`` and ``catalogue/{items,departments,outlets,aliases}.csv``, all of
them: a file that silently came from elsewhere would be the wrong hall's. Start-up reads only
``compiled.json``, and imports nothing of what reads and checks the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hallclient.actions.text_files import read_text, read_tree
from hallclient.paths import FIXTURES
from hallclient.rules.catalogue import Hall
from hallclient.rules.catalogue_json import hall_from_json, hall_to_json
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.rules.catalogue_tables import Table
    from hallclient.rules.problems import Notes, Problem

COMPILED = "compiled.json"
HALL = "hall.toml"
TABLES = ("items", "departments", "outlets", "aliases")


def default_body() -> dict[str, Any]:
    """The hall that comes with the program, as the body of ``hall.published``."""
    body: dict[str, Any] = json.loads((FIXTURES / COMPILED).read_bytes())
    return body


def default_hall() -> Hall:
    """The hall that comes with the program."""
    return hall_from_json(default_body())


def load_hall(folder: Path) -> Hall:
    """A hall's own folder; refused with the first mistake when there is any."""
    hall, problems = read_folder(folder)
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise Refused("catalogue-invalid", count=len(errors), place=errors[0].place)
    return hall


def read_folder(folder: Path) -> tuple[Hall, list[Problem]]:
    """The hall of a folder and every mistake in it."""
    from hallclient.actions.pinyin import syllables
    from hallclient.rules.catalogue_parse import Sources, parse_hall
    from hallclient.rules.problems import Notes

    notes = Notes()
    tables = {name: _table(folder, f"catalogue/{name}.csv", notes) for name in TABLES}
    hall, problems = parse_hall(Sources(read_tree(folder, HALL, notes), **tables), syllables)
    if hall.time_zone and not _is_time_zone(hall.time_zone):
        notes.add(HALL, 1, "bad-time-zone", value=hall.time_zone)
    # What could not be read explains what is wrong with the rest: first.
    return hall, notes.sorted() + problems


def write_compiled(folder: Path, hall: Hall) -> Path:
    """Put the compiled form beside the files it was made from."""
    target = folder / COMPILED
    target.write_text(compiled_text(hall), encoding="utf-8", newline="\n")
    return target


def compiled_text(hall: Hall) -> str:
    """The JSON of a hall with one row a line, so that a change can be read in a comparison."""
    return "{\n" + ",\n".join(_compiled_parts(hall_to_json(hall))) + "\n}\n"


def _compiled_parts(body: dict[str, Any]) -> Iterator[str]:
    for name, value in body.items():
        if isinstance(value, dict) and set(value) == {"columns", "rows"}:
            rows = ",\n".join(_json(row) for row in value["rows"])
            yield f'"{name}": {{"columns": {_json(value["columns"])}, "rows": [\n{rows}\n]}}'
        else:
            yield f'"{name}": {_json(value)}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_time_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True


def _table(folder: Path, file: str, notes: Notes) -> Table | None:
    text = read_text(folder, file, notes)
    if text is None:
        return None
    import csv

    from hallclient.rules.catalogue_tables import Row, Table

    rows: list[Row] = []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    start = 1
    try:
        for cells in reader:
            # Spreadsheets leave empty lines, or lines of commas, at the end.
            if any(cell.strip() for cell in cells):
                rows.append(Row(start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        notes.add(file, start, "bad-csv", detail=str(error))
        return None
    return Table(file, rows)
