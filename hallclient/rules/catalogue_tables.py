"""The CSV tables of a catalogue: items, departments, outlets, aliases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from hallclient.rules.catalogue import Alias, Department, Item, Named, Outlet
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.search import fold

DEPARTMENT_KINDS = ("department", "stationed", "street")
OUTLET_KINDS = ("hall", "park", "street")
ALIAS_KINDS = ("item", "department")

COLUMNS: dict[str, tuple[str, ...]] = {
    "items": (
        "list", "code", "name", "department", "category", "mode", "case_type",
        "legal_limit", "legal_unit", "promised_limit", "promised_unit", "line",
    ),
    "departments": ("id", "name", "kind"),
    "outlets": ("id", "kind", "name", "lists"),
    "aliases": ("name", "kind", "target"),
}  # fmt: skip
OPTIONAL: dict[str, tuple[str, ...]] = {
    "items": ("name_en", "service_mode", "result", "pinyin", "certainty"),
    "departments": ("name_en", "pinyin"),
    "outlets": ("name_en",),
    "aliases": ("pinyin",),
}
Syllables = Callable[[str], str]
"""Makes the pinyin string of a text that brings none."""
_N = TypeVar("_N", bound=Named)


class Row(NamedTuple):
    """One record; ``line`` is the line of the file where it begins."""

    line: int
    cells: list[str]


class Table(NamedTuple):
    """A CSV file as read. The first row holds the columns' names."""

    file: str
    rows: list[Row]


def ids(things: Mapping[str, _N]) -> dict[str, str]:
    """Ids by id and by Chinese word: a hall's table may use either."""
    known = {thing.zh: key for key, thing in things.items()}
    known.update({key: key for key in things})
    return known


def readers(name: str, table: Table | None, notes: Notes) -> Iterator[Reader]:
    """One reader a row, after the header was checked."""
    if table is None:  # a file that could not be read is a problem already noted
        return
    header = [cell.strip() for cell in table.rows[0].cells] if table.rows else []
    line = table.rows[0].line if table.rows else 1
    allowed = COLUMNS[name] + OPTIONAL[name]
    for column in COLUMNS[name]:
        if column not in header:
            notes.add(table.file, line, "missing-column", field=column)
    for at, column in enumerate(header):
        if column not in allowed:
            notes.add(table.file, line, "unknown-column", field=column, known=", ".join(allowed))
        elif column in header[:at]:
            notes.add(table.file, line, "duplicate-column", field=column)
    if any(column not in header for column in COLUMNS[name]):
        return
    if len(table.rows) == 1:
        notes.add(table.file, line, "empty-table")
    for row in table.rows[1:]:
        if len(row.cells) != len(header):
            notes.add(table.file, row.line, "row-length", found=len(row.cells), wanted=len(header))
            continue
        yield Reader(notes, table.file, row.line, dict(zip(header, row.cells, strict=True)))


def _unique(reader: Reader, key: str, value: str, seen: dict[str, int]) -> bool:
    """Whether it is the first; an empty one was noted already."""
    if not value:
        return False
    if value in seen:
        reader.fail(key, "duplicate", value=value, first=seen[value])
        return False
    seen[value] = reader.line
    return True


def _pinyin(reader: Reader, name: str, syllables: Syllables) -> str:
    given = reader.text("pinyin", required=False)
    if not given:
        return syllables(name)
    parts = given.split("|")
    if len(parts) != len(fold(name)) or not all(all(part.split("/")) for part in parts):
        reader.fail("pinyin", "pinyin-mismatch", value=name, wanted=len(fold(name)))
    return given


def _one_of(reader: Reader, key: str, known: tuple[str, ...]) -> str:
    return reader.choice(key, {value: value for value in known})


def parse_departments(
    table: Table | None, notes: Notes, syllables: Syllables
) -> dict[str, Department]:
    found: dict[str, Department] = {}
    seen: dict[str, int] = {}
    for reader in readers("departments", table, notes):
        key, zh = reader.id(), reader.text("name")
        department = Department(
            key,
            zh,
            reader.text("name_en", required=False),
            _one_of(reader, "kind", DEPARTMENT_KINDS),
            _pinyin(reader, zh, syllables),
        )
        if _unique(reader, "id", key, seen):
            found[key] = department
    return found


def parse_outlets(table: Table | None, notes: Notes, lists: Mapping[str, str]) -> dict[str, Outlet]:
    found: dict[str, Outlet] = {}
    seen: dict[str, int] = {}
    for reader in readers("outlets", table, notes):
        key = reader.id()
        outlet = Outlet(
            key,
            _one_of(reader, "kind", OUTLET_KINDS),
            reader.text("name"),
            reader.text("name_en", required=False),
            _several(reader, "lists", lists, required=True),
        )
        if _unique(reader, "id", key, seen):
            found[key] = outlet
    return found


def _several(
    reader: Reader, key: str, known: Mapping[str, str], *, required: bool = False
) -> tuple[str, ...]:
    """Values of a closed list, with spaces between them."""
    values = reader.text(key, required=required).split()
    for value in values:
        if value not in known:
            reader.fail(key, "unknown-value", value=value, known=", ".join(known))
    return tuple(known[value] for value in values if value in known)


class Words(NamedTuple):
    """The ids that an item may use, by id and by word."""

    lists: Mapping[str, str]
    departments: Mapping[str, str]
    categories: Mapping[str, str]
    modes: Mapping[str, str]
    case_types: Mapping[str, str]
    service_modes: Mapping[str, str]
    units: Mapping[str, str]
    lines: Mapping[str, str]


def parse_items(
    table: Table | None, notes: Notes, words: Words, syllables: Syllables
) -> dict[str, Item]:
    found: dict[str, Item] = {}
    seen: dict[str, int] = {}
    for reader in readers("items", table, notes):
        zh = reader.text("name")
        item = Item(
            code=reader.id("code"),
            list=reader.choice("list", words.lists),
            zh=zh,
            en=reader.text("name_en", required=False),
            department=reader.choice("department", words.departments),
            category=reader.choice("category", words.categories),
            mode=reader.choice("mode", words.modes),
            case_type=reader.choice("case_type", words.case_types),
            legal_limit=reader.number("legal_limit"),
            legal_unit=reader.choice("legal_unit", words.units),
            promised_limit=reader.number("promised_limit"),
            promised_unit=reader.choice("promised_unit", words.units),
            service_modes=_several(reader, "service_mode", words.service_modes),
            result=reader.text("result", required=False),
            line=reader.choice("line", words.lines),
            pinyin=_pinyin(reader, zh, syllables),
            certainty=reader.text("certainty", required=False),
        )
        _check_limits(reader, item)
        if _unique(reader, "code", item.code.upper(), seen):
            found[item.code] = item
    return found


def _check_limits(reader: Reader, item: Item) -> None:
    if item.case_type == "instant" and item.promised_limit:
        reader.fail("promised_limit", "instant-limit", value=item.promised_limit)
    if item.case_type == "promised" and not item.promised_limit:
        reader.fail("promised_limit", "promise-missing")
    if item.legal_unit == item.promised_unit and item.promised_limit > item.legal_limit:
        reader.fail(
            "promised_limit",
            "promise-over-law",
            value=item.promised_limit,
            legal=item.legal_limit,
        )


def parse_aliases(
    table: Table | None,
    notes: Notes,
    items: Mapping[str, Item],
    departments: Mapping[str, str],
    syllables: Syllables,
) -> tuple[Alias, ...]:
    found: list[Alias] = []
    seen: dict[str, int] = {}
    codes = {code: code for code in items}
    for reader in readers("aliases", table, notes):
        name = reader.text("name")
        kind = _one_of(reader, "kind", ALIAS_KINDS)
        target = reader.text("target")
        known = codes if kind == "item" else departments
        if kind and target and target not in known:
            reader.fail("target", "alias-target", value=target, kind=kind)
        alias = Alias(name, kind, known.get(target, target), _pinyin(reader, name, syllables))
        if not fold(name) and name:
            reader.fail("name", "nothing-to-find", value=name)
        if _unique(reader, "name", f"{name} {alias.target}".strip(), seen):
            found.append(alias)
    return tuple(found)
