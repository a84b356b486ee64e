"""`hallclient report`: tables that fit, objects, CSV and a workbook, read back."""

import csv
import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.metrics import page
from hallclient.actions import calling, serving
from hallclient.actions.figures import figures
from hallclient.cli.report_shape import text_lines, wrapped
from hallclient.figure_tables import LENGTH, Cell, Table, definitions, metric_name, said
from hallclient.rules.metrics import GROUPINGS, METRICS
from hallclient.rules.text import cell_width
from hallclient.texts import LANGUAGES, set_language
from tests.clikit import Cli, cli, quick  # noqa: F401
from tests.hallkit import SUPERVISOR, Kit, clerk
from tests.random_day import RandomDay
from tests.source import ROOT

TODAY = "2026-09-22"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def busy(cli: Cli) -> Cli:  # noqa: F811
    """A day with something in every table, and a clerk whose reason is a formula's neighbour."""
    RandomDay(cli.kit, 4).play(80, longest=150)
    kit = cli.kit
    kit.open(5)
    kit.take("setup")
    kit.pass_(minutes=4)
    number = kit.take("setup").number
    calling.call_chosen(kit.store, clerk(5), number, "frail")
    kit.pass_(20)
    calling.start(kit.store, clerk(5))
    kit.pass_(minutes=70)
    serving.finish(kit.store, clerk(5))
    kit.pass_(minutes=2)
    return cli


# -- the terminal


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "words", ["", *(f"--by {by}" for by in GROUPINGS), "--ledger", "--definitions"]
)
def test_every_table_fits_eighty_cells(busy: Cli, language: str, words: str) -> None:
    answer = busy("report", *words.split(), "--lang", language, by="s01")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert len(lines) > 3
    assert [line for line in lines if cell_width(line) > 80] == []


def test_the_summary_says_the_figures(busy: Cli) -> None:
    report = figures(busy.kit.store, SUPERVISOR, TODAY)
    out = busy("report", by="s01").out
    for name, figure in report.total.items():
        line = next(
            line for line in out.splitlines() if line.startswith(metric_name(name, busy.kit.policy))
        )
        if METRICS[name].kind == "time" and figure.n:
            assert said(Cell(LENGTH, figure.longest)) in line.split()
            assert str(figure.n) in line.split()


def test_objects_say_the_same(busy: Cli) -> None:
    report = figures(busy.kit.store, SUPERVISOR, TODAY, by=["window"])
    found = busy.json("report", "--by", "window", by="s01").objects
    total = {one["metric"]: one for one in found if one["by"] is None}
    assert total.keys() == METRICS.keys()
    wait = report.total["wait"]
    told = [total["wait"][key] for key in ("n", "mean_ms", "p50_ms", "p90_ms", "max_ms", "apart")]
    assert told == [wait.n, wait.value, wait.p50, wait.p90, wait.longest, wait.apart]
    level = report.total["service-level"]
    assert (total["service-level"]["part"], total["service-level"]["of"]) == (level.value, level.of)
    w05 = {one["metric"]: one for one in found if one["group"] == "W05"}
    assert w05["service"]["max_ms"] >= 70 * 60_000
    assert all(one["definitions"] == report.definitions for one in found)


def test_one_metric_by_a_grouping(busy: Cli) -> None:
    found = busy.json("report", "--by", "clerk", "--metric", "service", by="s01").objects
    assert {one["metric"] for one in found} == {"service"}
    assert busy("report", "--by", "clerk", "--metric", "办理时长", by="s01").code == 0
    refused = busy.refused("report", "--by", "clerk", "--metric", "arrivals", by="s01")
    assert refused["error"] == "no-metric-by"


def test_the_ledger_names_who_was_passed_over(busy: Cli) -> None:
    found = busy.json("report", "--ledger", by="s01").objects
    calls = [one for one in found if "number" in one]
    last = calls[-1]
    assert (last["operator"], last["reason"], last["window"]) == ("c05", "frail", "W05")
    assert last["passed_waited_ms"] >= 4 * 60_000
    assert [one["rule"] for one in found if "rule" in one] == ["guard", "interleave"]
    counted = [one["count"] for one in found if "count" in one and "reason" in one]
    assert sum(counted) == len(calls)


def test_other_days(busy: Cli) -> None:
    assert busy.json("report", "--day", "2026-09-01", by="s01").objects[0]["n"] == 0
    found = busy.json("report", "--from", "2026-09-01", "--to", "2026-09-30", by="admin").objects
    assert (found[0]["from"], found[0]["to"]) == ("2026-09-01", "2026-09-30")
    assert found[0]["value"] > 0
    assert busy.json("report", "--from", "2026-09-20", by="s01").objects[0]["to"] == TODAY


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--day yesterday", "bad-day"),
        ("--day 2026-09-22 --from 2026-09-01", "day-or-days"),
        ("--from 2026-09-23 --to 2026-09-22", "days-turned"),
        ("--from 2020-01-01", "too-many-days"),
        ("--metric happiness", "no-such-metric"),
    ],
)
def test_what_is_refused(cli: Cli, words: str, code: str) -> None:  # noqa: F811
    found = cli.refused("report", *words.split(), by="s01")
    assert found["error"] == code


def test_only_some_may(cli: Cli) -> None:  # noqa: F811
    for by in ("c01", "a01", "k01"):
        assert cli.refused("report", by=by)["error"] == "not-allowed"
    assert cli.json("report", by="admin").code == 0
    assert cli.json("report", "--by", "moon", by="s01").code == 2


def test_definitions_need_nobody(cli: Cli) -> None:  # noqa: F811
    found = cli.json("report", "--definitions").objects
    assert [one["metric"] for one in found] == list(METRICS)
    assert all(one["formula"] for one in found)


# -- files


def table(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_a_figure_in_each_row(busy: Cli, tmp_path: Path) -> None:
    target = tmp_path / "figures.csv"
    done = busy.done("report", "--csv", str(target), "--lang", "en", by="s01")
    rows = table(target)
    assert done["count"] == len(rows)
    wait = next(row for row in rows if row["Id"] == "wait" and row["Grouping"] == "All")
    figure = figures(busy.kit.store, SUPERVISOR, TODAY).total["wait"]
    assert wait["Longest"] == f"{figure.longest / 1000:.3f}"
    assert (wait["n"], wait["Unit"]) == (str(figure.n), "seconds")
    assert {row["Grouping"] for row in rows} == {"All", *GROUPINGS} - {"item"} | {"service"}
    assert not [cell for row in rows for cell in row.values() if re.match("[=+@-]", cell)]


def test_the_ledger_as_csv(busy: Cli, tmp_path: Path) -> None:
    target = tmp_path / "ledger.csv"
    busy.done("report", "--ledger", "--csv", str(target), "--lang", "en", by="s01")
    calls = figures(busy.kit.store, SUPERVISOR, TODAY).ledger.entries
    assert [row["Number"] for row in table(target)] == [entry.number for entry in calls]


class Book:
    """A workbook, read back without the library that wrote it."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        strings = ElementTree.fromstring(self.parts["xl/sharedStrings.xml"])
        self.strings = ["".join(one.itertext()) for one in strings]
        names = ElementTree.fromstring(self.parts["xl/workbook.xml"]).iter(f"{MAIN}sheet")
        self.names = [sheet.attrib["name"] for sheet in names]

    def sheet(self, name: str) -> ElementTree.Element:
        place = self.names.index(name) + 1
        return ElementTree.fromstring(self.parts[f"xl/worksheets/sheet{place}.xml"])

    def rows(self, name: str) -> list[list[str | float]]:
        found = []
        for row in self.sheet(name).iter(f"{MAIN}row"):
            cells: list[str | float] = []
            for cell in row.iter(f"{MAIN}c"):
                value = cell.findtext(f"{MAIN}v") or "0"
                text = cell.attrib.get("t") == "s"
                cells.append(self.strings[int(value)] if text else float(value))
            found.append(cells)
        return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_sheets_numbers_and_charts(busy: Cli, tmp_path: Path, language: str) -> None:
    target = tmp_path / "figures.xlsx"
    busy.done("report", "--xlsx", str(target), "--lang", language, by="s01")
    set_language(language)
    book = Book(target)
    assert len(book.names) == 7
    report = figures(busy.kit.store, SUPERVISOR, TODAY, by=["window"])
    rows = {str(row[0]): row for row in book.rows(book.names[0])}
    wait = rows[metric_name("wait", busy.kit.policy)]
    assert wait[1] == report.total["wait"].n
    assert wait[-1] == pytest.approx(report.total["wait"].longest / 86_400_000)
    assert len(book.rows(book.names[3])) == len(report.groups["window"]) + 1
    listed = book.rows(book.names[-1])
    assert [row[0] for row in listed[1:]] == list(METRICS)
    assert len(definitions(busy.kit.policy).rows) == len(listed) - 1
    charts = [name for name in book.parts if name.startswith("xl/charts/chart")]
    assert len(charts) == 2
    series = sum(book.parts[name].count(b"<c:ser>") for name in charts)
    assert series == 4
    for name in book.names:
        pane = next(book.sheet(name).iter(f"{MAIN}pane"))
        assert (pane.attrib["ySplit"], pane.attrib["state"]) == ("1", "frozen")


def test_nothing_in_a_workbook_is_executed(busy: Cli, tmp_path: Path) -> None:
    target = tmp_path / "figures.xlsx"
    busy.done("report", "--xlsx", str(target), by="s01")
    book = Book(target)
    for name in book.names:
        sheet = book.sheet(name)
        assert list(sheet.iter(f"{MAIN}f")) == []
        assert list(sheet.iter(f"{MAIN}hyperlink")) == []
    assert not [part for part in book.parts if "vba" in part.lower() or "external" in part.lower()]


def test_a_chinese_column_is_wide_enough(busy: Cli, tmp_path: Path) -> None:
    target = tmp_path / "figures.xlsx"
    busy.done("report", "--xlsx", str(target), by="s01")
    book = Book(target)
    widths = [float(col.attrib["width"]) for col in book.sheet(book.names[0]).iter(f"{MAIN}col")]
    longest = max(cell_width(metric_name(name, busy.kit.policy)) for name in METRICS)
    assert widths[0] > longest


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_is_there_stays(busy: Cli, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"figures.{kind}"
    target.write_text("mine", "utf-8")
    answer = busy.json("report", f"--{kind}", str(target), by="s01")
    assert (answer.code, answer.object["error"]) == (3, "file-exists")
    assert target.read_text("utf-8") == "mine"
    busy.done("report", f"--{kind}", str(target), "--force", by="s01")
    assert target.read_bytes()[:2] in (b"PK", b"\xef\xbb")
    assert [path.name for path in tmp_path.glob(".*.part")] == []
    missing = tmp_path / "nowhere" / "x"
    assert busy.json("report", f"--{kind}", str(missing), by="s01").object["error"] == "no-folder"


# -- printing


def test_a_table_too_wide_gives_from_its_words() -> None:
    cells = [Cell("text", "光谷政务服务中心" * 6), *(Cell("number", 123456) for _ in range(6))]
    lines = text_lines(Table("x", "x", ["名称", *"abcdef"], [cells]), 60)
    assert all(cell_width(line) <= 60 for line in lines)
    assert lines[1].count("123456") == 6


@pytest.mark.parametrize("width", [20, 33, 80])
def test_wrapping_keeps_every_sign(width: int) -> None:
    text = "首次呼叫 − 可以被叫的时刻，first call minus ready time；取最晚。" * 3
    lines = wrapped(text, width, "  ").split("\n")
    assert all(cell_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


# -- the page


def test_the_page_of_definitions_is_that_of_the_code() -> None:
    written = (ROOT / "docs/metrics.md").read_text("utf-8")
    assert written == page(), "python -m docs.metrics --write docs/metrics.md"
    for name in METRICS:
        assert written.count(f"| `{name}` |") == len(LANGUAGES)


def test_a_kit_without_a_number_has_a_report(kit: Kit) -> None:
    report = figures(kit.store, SUPERVISOR, TODAY, by=GROUPINGS)
    assert all(figure.n == 0 for figure in report.total.values())
    assert all(not groups for groups in report.groups.values())
