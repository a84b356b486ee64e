"""A report as a file: CSV with one figure a row, or a workbook with sheets and charts.

Written whole or not at all, and over nothing that is there. No cell is ever a formula or a link.
A report names operators by their ids and no visitor, so taking it out of the store is no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from db.files import whole
from hallclient import figure_tables as tables
from hallclient.actions.figures import Report
from hallclient.figure_tables import Cell, Table
from hallclient.rules.catalogue import Hall
from hallclient.rules.metrics import CLERK, HOUR, LINE, METRICS, TIME, TOTAL, WINDOW, Figure
from hallclient.rules.spreadsheet import harmless
from hallclient.rules.text import cell_width
from hallclient.texts import t
from hallclient.words import local

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEETS: Final = (HOUR, LINE, WINDOW, CLERK)
"""Groupings that a workbook has a sheet of; the report must hold them."""

DAY_MS: Final = 86_400_000
_WIDEST: Final = 70
_FORMATS: Final = {tables.LENGTH: "[h]:mm:ss", tables.PERCENT: "0.0%", tables.PER_100: "0.0"}


def write_csv(report: Report, hall: Hall, target: Path, *, replace: bool = False) -> int:
    """One figure a row, times in seconds, shares in per cent; how many rows.

    Raises StoreError ``file-exists`` and the rest of `db.files.whole`.
    """
    names = "first last by group metric id unit n value p50 p90 longest apart version"
    head = [t(f"figures.{name}") for name in names.split()]
    rows = (_line(report, hall, by, group, figure) for by, group, figure in _all(report, hall))
    return _rows(target, head, rows, replace=replace)


def write_ledger(report: Report, hall: Hall, target: Path, *, replace: bool = False) -> int:
    """The calls out of order as CSV, times in seconds; how many. Raises as `write_csv`."""
    return write_table(tables.ledger(report, hall), target, replace=replace)


def write_table(table: Table, target: Path, *, replace: bool = False) -> int:
    """Any table as CSV, times in seconds; how many rows. Raises as `write_csv`."""
    rows = ([_plain(cell) for cell in row] for row in table.rows)
    return _rows(target, table.head, rows, replace=replace)


def _rows(target: Path, head: list[str], rows: Iterable[list[str]], *, replace: bool) -> int:
    import csv

    count = 0
    with (
        whole(target, replace=replace) as temp,
        # The byte order mark tells a spreadsheet that this is UTF-8; lines end as RFC 4180 says.
        temp.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([harmless(text) for text in head])
        for row in rows:
            writer.writerow([harmless(text) for text in row])
            count += 1
    return count


def _all(report: Report, hall: Hall) -> Iterator[tuple[str, str, Figure]]:
    for figure in report.total.values():
        yield "", "", figure
    for by, groups in report.groups.items():
        for key, found in groups.items():
            for figure in found.values():
                yield by, tables.group_name(hall, by, key), figure


def _line(report: Report, hall: Hall, by: str, group: str, figure: Figure) -> list[str]:
    metric = METRICS[figure.metric]
    fields = ("n", "value", "p50", "p90", "longest")
    return [
        report.first,
        report.last,
        t(f"figures.by.{by}") if by else t("figures.all"),
        group,
        tables.metric_name(metric.id, hall.policy),
        metric.id,
        _unit(metric.kind),
        *(_plain(tables.cell_of(figure, field)) for field in fields),
        str(figure.apart),
        report.definitions,
    ]


def _unit(kind: str) -> str:
    return t("figures.unit.seconds") if kind in (TIME, TOTAL) else t(f"figures.unit.{kind}")


def _plain(cell: Cell) -> str:
    """A cell for a program: seconds, per cent, a count."""
    if not isinstance(cell.value, int):
        return cell.value or ""
    if cell.kind == tables.LENGTH:
        return f"{cell.value // 1000}.{cell.value % 1000:03d}"
    if cell.kind in (tables.PERCENT, tables.PER_100):
        return f"{cell.value // 10}.{cell.value % 10}"
    return str(cell.value)


def write_workbook(report: Report, hall: Hall, target: Path, *, replace: bool = False) -> int:
    """Sheets of the figures, the ledger and the definitions, with charts by hour; how many sheets.

    The report must hold the groupings of `SHEETS`. Raises as `write_csv`.
    """
    with whole(target, replace=replace) as temp:
        book, formats = _book(temp, t("figures.title"), report.as_of)
        sheet = _sheet(book, formats, tables.summary(report, hall))
        _about(sheet, about(report, hall), len(report.total) + 2)
        for by in SHEETS:
            table = tables.everything(report, hall, by)
            sheet = _sheet(book, formats, table)
            if by == HOUR and table.rows:
                _charts(book, sheet, table, hall)
        sheet = _sheet(book, formats, tables.ledger(report, hall))
        _below(sheet, formats, tables.ledger_counts(report, hall), len(report.ledger.entries) + 2)
        _sheet(book, formats, tables.definitions(hall.policy))
        count = len(book.worksheets())
        book.close()
    return count


def write_tables(
    sheets: Sequence[Table],
    facts: Sequence[tuple[str, str]],
    title: str,
    as_of: int,
    target: Path,
    *,
    replace: bool = False,
) -> int:
    """A workbook with a sheet for each table, what it is about below the first; how many sheets.

    Each sheet is called as its table. Raises as `write_csv`.
    """
    with whole(target, replace=replace) as temp:
        book, formats = _book(temp, title, as_of)
        for place, table in enumerate(sheets):
            sheet = _sheet(book, formats, table, _sheet_name(table.title))
            if not place:
                _about(sheet, facts, len(table.rows) + 2)
        book.close()
    return len(sheets)


def _sheet_name(text: str) -> str:
    """As a spreadsheet allows it: at most 31 characters, none of seven signs."""
    return "".join(one for one in text if one not in "[]:*?/\\")[:31]


def _book(path: Path, title: str, as_of: int) -> tuple[Workbook, dict[str, Any]]:
    from xlsxwriter import Workbook

    book = Workbook(
        str(path),
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": title, "created": local(as_of).replace(tzinfo=None)})
    formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
    formats[tables.TEXT] = book.add_format({"valign": "top"})
    formats["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
    formats["head"] = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    return book, formats


def _sheet(book: Workbook, formats: Mapping[str, Any], table: Table, name: str = "") -> Worksheet:
    sheet = book.add_worksheet(name or t(f"figures.sheet.{table.id}"))
    sheet.freeze_panes(1, 1)
    _below(sheet, formats, table, 0)
    for at, head in enumerate(table.head):
        cells = [tables.said(row[at]) for row in table.rows]
        # A heading may break its line, so it needs half its width; what stands below does not.
        needed = max([-(-cell_width(head) // 2), 9, *map(cell_width, cells)])
        sheet.set_column(at, at, min(needed + 2, _WIDEST))
    return sheet


def _below(sheet: Worksheet, formats: Mapping[str, Any], table: Table, first: int) -> None:
    for at, head in enumerate(table.head):
        sheet.write_string(first, at, harmless(head), formats["head"])
    for down, row in enumerate(table.rows, first + 1):
        for at, cell in enumerate(row):
            _write(sheet, formats, down, at, cell)


def _write(sheet: Worksheet, formats: Mapping[str, Any], row: int, column: int, cell: Cell) -> None:
    value = cell.value
    if not isinstance(value, int):
        if value:
            text = harmless(value)
            long = cell_width(text) > _WIDEST
            sheet.write_string(row, column, text, formats["wrap" if long else tables.TEXT])
    elif cell.kind == tables.LENGTH:
        sheet.write_number(row, column, value / DAY_MS, formats[cell.kind])
    elif cell.kind == tables.PERCENT:
        sheet.write_number(row, column, value / 1000, formats[cell.kind])
    elif cell.kind == tables.PER_100:
        sheet.write_number(row, column, value / 10, formats[cell.kind])
    else:
        sheet.write_number(row, column, value)


def _about(sheet: Worksheet, facts: Sequence[tuple[str, str]], row: int) -> None:
    for at, (name, value) in enumerate(facts):
        sheet.write_string(row + at, 0, harmless(name))
        sheet.write_string(row + at, 1, harmless(value))


def about(report: Report, hall: Hall) -> list[tuple[str, str]]:
    """What the figures are of: hall, days, moment, versions."""
    days = report.first if report.first == report.last else f"{report.first} – {report.last}"
    return [
        (t("figures.hall"), tables.named_hall(hall)),
        (t("figures.days"), days),
        (t("figures.as-of"), local(report.as_of).strftime("%Y-%m-%d %H:%M:%S")),
        (t("figures.version"), report.definitions),
        (t("figures.policy"), report.policy),
    ]


def _charts(book: Workbook, sheet: Worksheet, table: Table, hall: Hall) -> None:
    """Waiting by hour, and numbers by hour, below the table."""
    wait = tables.metric_name("wait", hall.policy)
    arrivals = tables.metric_name("arrivals", hall.policy)
    below = len(table.rows) + 2
    places = [
        table.head.index(f"{wait} · {t(f'figures.{field}')}") for field in ("p50", "p90", "longest")
    ]
    for title, columns, place, code in (
        (wait, places, below, "[mm]:ss"),
        (arrivals, [table.head.index(arrivals)], below + 18, "0"),
    ):
        chart = book.add_chart({"type": "column"})
        for column in columns:
            chart.add_series(
                {
                    "name": table.head[column].rpartition(" · ")[2],
                    "categories": [sheet.get_name(), 1, 0, len(table.rows), 0],
                    "values": [sheet.get_name(), 1, column, len(table.rows), column],
                }
            )
        chart.set_title({"name": title})
        chart.set_x_axis({"name": t("figures.by.hour")})
        chart.set_y_axis({"num_format": code})
        chart.set_size({"width": 720, "height": 340})
        if len(columns) == 1:
            chart.set_legend({"none": True})
        sheet.insert_chart(place, 1, chart)
