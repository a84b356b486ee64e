"""`hallclient report deficiencies|deadlines|promises|agents`, `watch` and `work`, read back."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from hallclient.actions import case_notes
from hallclient.actions.case_figures import review_figures
from hallclient.cli.parser import build
from hallclient.rules.errors import Refused
from hallclient.rules.review.figures import GROUPINGS, METRICS, REPORTS, SHOWN
from hallclient.rules.review.watch import QUEUES
from hallclient.rules.text import cell_width
from hallclient.texts import LANGUAGES
from tests.clikit import Cli, cli, quick  # noqa: F401
from tests.hallkit import AGENT, SUPERVISOR, clerk
from tests.test_cli import commands_of
from tests.watchkit import Desk, at

MONTH = ("--from", "2026-09-01", "--to", "2026-09-30")


@pytest.fixture
def told(cli: Cli) -> Cli:  # noqa: F811
    """Some cases of a week: accepted at once, told once, told twice, in silence, late."""
    desk = Desk(cli.kit)
    kit = cli.kit
    kit.clock.ms = at("2026-09-14")
    fine = desk.case("archived", received_at=at("2026-09-14"), accepted_at=at("2026-09-14"))
    one = desk.case("correction", by=AGENT, received_at=at("2026-09-14"), firm="甲公司")
    two = desk.case("mending", received_at=at("2026-09-14"), accepted_at=at("2026-09-21"))
    silent = desk.case("received", received_at=at("2026-09-14"), name="=HYPERLINK(1)")
    desk.case("prereview", by=AGENT)
    desk.paper(one, "gzs", "BZ1", "2026-09-16")
    desk.paper(two, "gzs", "BZ2", "2026-09-15")
    desk.paper(two, "gzs", "BZ3", "2026-09-17", by="c02")
    desk.deficiency(one, "1.1", paper=f"{one['id']}/p/1", closed_at=at("2026-09-18"))
    desk.deficiency(two, "1.1", paper=f"{two['id']}/p/1")
    desk.deficiency(two, "2.1", paper=f"{two['id']}/p/2", opened_at=at("2026-09-17"))
    # Nobody has come to these papers yet; a department's words are nothing of the checklist.
    desk.deficiency(one, "missing", ref="4", closed_at=at("2026-09-14"))
    desk.deficiency(two, "missing", ref="5", paper=f"{two['id']}/p/2")
    department = next(iter(kit.hall.departments))
    desk.deficiency(two, "department", source="department", ref=department)
    desk.clock(silent, "notice5", "2026-09-14", "2026-09-21")
    desk.clock(fine, "decide", "2026-09-14", "2026-09-17", state="met", ended="2026-09-16")
    desk.clock(
        two,
        "decide",
        "2026-09-14",
        "2026-09-17",
        state="late",
        ended="2026-09-22",
        pauses=[("2026-09-15", "2026-09-16")],
    )
    desk.promise(two, "2026-09-21")
    desk.promise(fine, "2026-09-18", state="kept", closed_at=at("2026-09-17"))
    desk.task(two, department, "2026-09-18")
    case_notes.note(kit.store, AGENT, one["id"], "escalation", "部门不回")
    kit.clock.ms = at("2026-09-22")
    return cli


def figure(found: list[dict[str, object]], metric: str, group: str | None = None) -> object:
    (one,) = [one for one in found if (one["metric"], one["group"]) == (metric, group)]
    if one["unit"] in ("share", "per-100"):
        return one["part"], one["of"]
    return (one["n"], one["max_days"]) if one["unit"] == "days" else one["value"]


def test_deficiencies_at_the_source(told: Cli) -> None:
    found = told.json("report", "deficiencies", *MONTH, by="s01").objects
    assert figure(found, "opened") == 5
    assert figure(found, "received") == 4
    assert figure(found, "unanswered") == 1
    assert figure(found, "first-pass") == (1, 3)
    assert figure(found, "noticed") == (2, 3)
    assert figure(found, "second-notice") == (1, 2)
    assert figure(found, "deemed") == 1
    assert figure(found, "days-to-notice") == (2, 2)
    # The paper that nobody had come to is none, the one that a notice lists is.
    assert figure(found, "defects") == 5
    assert figure(found, "defect-cases", "food/1.1") == (2, 5)
    assert figure(found, "defect-late") == (1, 4)
    assert figure(found, "defect-cases", "food/5.missing") == (1, 5)
    names = {one["group"]: one["name"] for one in found if one["by"]}
    assert all(name != group for group, name in names.items())
    assert all(one["definitions"] for one in found)
    by_agent = told.json("report", "deficiencies", "--by", "agent", *MONTH, by="s01").objects
    assert figure(by_agent, "first-pass", "a01") == (0, 1)


def test_deadlines_and_promises_and_agents(told: Cli) -> None:
    found = told.json("report", "deadlines", *MONTH, by="s01").objects
    assert figure(found, "in-time", "decide") == (1, 2)
    assert figure(found, "late") == 1
    # Sunday the 20th is worked on.
    assert figure(found, "days-late") == (1, 4)
    # The first day of a pause does not count any more, nor the day on which it goes on.
    assert figure(found, "days-paused") == (1, 2)
    assert figure(found, "days-used") == (2, 5)
    found = told.json("report", "promises", *MONTH, by="s01").objects
    assert figure(found, "promise-kept", "tolerance") == (1, 1)
    assert figure(found, "promise-overdue") == 1
    found = told.json("report", "agents", *MONTH, by="admin").objects
    assert figure(found, "opened") == figure(found, "opened", "a01") == 2
    found = told.json("report", "agents", "--by", "firm", *MONTH, by="admin").objects
    assert figure(found, "noticed", "甲公司") == (1, 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_fits_eighty_cells_and_is_in_words(told: Cli, lang: str) -> None:
    for report in REPORTS:
        for by in ("", *GROUPINGS[report]):
            more = ["--by", by] if by else []
            said = told("report", report, *more, *MONTH, "--lang", lang, by="s01")
            assert (said.code, said.err) == (0, "")
            assert len(said.out.splitlines()) > 5
            assert [one for one in said.out.splitlines() if cell_width(one) > 80] == []
            assert "reviewfig." not in said.out
        said = told("report", report, "--definitions", "--lang", lang, by="s01")
        assert all(f"[{name}]" in said.out for name in SHOWN[report])
        assert max(map(cell_width, said.out.splitlines())) <= 80


def test_files_hold_everything_and_no_formula(told: Cli, tmp_path: Path) -> None:
    plain, book = tmp_path / "a.csv", tmp_path / "a.xlsx"
    made = told.done("report", "deficiencies", *MONTH, "--csv", str(plain), by="s01")
    rows = list(csv.reader(io.StringIO(plain.read_text("utf-8-sig"))))
    assert len(rows) == made["count"] + 1
    assert {row[5] for row in rows[1:]} == set(SHOWN["deficiencies"])
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert any(row[8] == "33.3" for row in rows if row[5] == "first-pass")
    made = told.done("report", "deadlines", *MONTH, "--xlsx", str(book), by="s01")
    assert made["count"] == 2 + len(GROUPINGS["deadlines"])
    with zipfile.ZipFile(book) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == made["count"]
        assert not any(b"<f>" in packed.read(name) for name in sheets)
    assert told.refused("report", "deadlines", "--by", "agent", by="s01")["error"] == "no-report-by"
    there = told.json("report", "deficiencies", *MONTH, "--csv", str(plain), by="s01")
    assert (there.code, there.object["error"]) == (3, "file-exists")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("deficiencies --by timer", "no-report-by"),
        ("agents --metric wait", "report-option"),
        ("promises --ledger", "report-option"),
        ("deadlines --from 2026-09-22 --to 2026-09-01", "days-turned"),
        ("deadlines --day 2026-9-1", "bad-day"),
    ],
)
def test_what_a_report_cannot_do_is_refused(cli: Cli, words: str, code: str) -> None:  # noqa: F811
    assert cli.refused("report", *words.split(), by="s01")["error"] == code


def test_reports_are_for_supervisors_and_administrators(told: Cli) -> None:
    store = told.kit.store
    for who in (clerk(1), AGENT):
        with pytest.raises(Refused, match="not-allowed"):
            review_figures(store, who, "deadlines", "2026-09-22")
    with pytest.raises(Refused, match="no-such-report"):
        review_figures(store, SUPERVISOR, "weather", "2026-09-22")
    with pytest.raises(Refused, match="no-report-by"):
        review_figures(store, SUPERVISOR, "promises", "2026-09-22", by=["week", "timer"])


def test_a_month_without_cases_has_no_shares(cli: Cli) -> None:  # noqa: F811
    for report in REPORTS:
        found = cli.json("report", report, *MONTH, by="s01").objects
        assert {one["metric"] for one in found} == set(SHOWN[report])
        assert all(one["n"] == 0 for one in found)
        assert all(one.get("percent") is None for one in found)
        assert cli("report", report, *MONTH, by="s01").code == 0


# -- watch and work


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_that_is_watched_is_said(
    told: Cli, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    told.kit.clock.ms = at("2026-10-12")
    lines = [
        "now",
        "deadlines",
        "deadlines --light overdue --most 1",
        "silence",
        "promises --ahead 20 --phones",
        "departments",
        "steps",
        "agents",
        "escalations",
        "still --days 3",
        f"notices {' '.join(MONTH)} --reasons",
        f"seals {' '.join(MONTH)}",
    ]
    for words in lines:
        found = told.json("watch", *words.split(), by="s01")
        assert found.code == 0
        assert found.objects
        said = told("watch", *words.split(), by="s01")
        assert (said.code, said.err) == (0, "")
        assert "watch." not in said.out
        assert "{" not in said.out
        assert said.out.count("\n") >= 1
        assert told.refused("watch", *words.split(), by="c01")["error"] == "not-allowed"
    leaves = commands_of(commands_of(build(["watch"]))["watch"])
    assert {words.split()[0] for words in lines} == set(leaves)


def test_the_numbers_of_now_are_those_of_the_lists(told: Cli) -> None:
    now, *timers = told.json("watch", "now", by="s01").objects
    deadlines = told.json("watch", "deadlines", "--most", "999", by="s01").objects
    for light, n in now["lights"].items():
        assert n == sum(one["light"] == light for one in deadlines)
        assert n == sum(one[light] for one in timers)
    assert now["silent"] == len(told.json("watch", "silence", by="s01").objects) == 1
    assert now["deemed"] == 1
    assert now["promises_late"] == 1
    (call,) = told.json("watch", "promises", "--phones", by="s01").objects
    assert (call["phone"], call["left"], call["promised"]) == ("13800000001", -1, "tolerance")
    assert "phone" not in told.json("watch", "promises", by="s01").object
    (again,) = told.json("watch", "notices", *MONTH, by="s01").objects
    assert (again["number"], again["nth"], again["by"]) == ("BZ3", 2, "c02")
    assert [one["number"] for one in told.json("watch", "seals", *MONTH, by="s01").objects] == [
        "BZ3",
        "BZ1",
        "BZ2",
    ]


def test_queues_on_the_command_line(told: Cli) -> None:
    found = told.json("work", by="c01").objects
    assert [one["queue"] for one in found] == list(QUEUES)
    for one in found:
        assert len(told.json("work", one["queue"], by="c01").objects) == one["n"]
        assert told("work", one["queue"], by="c01").code == 0
    assert told("work", by="c01").out.count("\n") == len(QUEUES)
    assert told("work", "nowhere", by="c01").code == 2


def test_every_kind_of_figure_has_a_unit() -> None:
    assert {metric.kind for metric in METRICS.values()} == {"count", "days", "share", "per-100"}


@pytest.mark.parametrize(
    "words",
    [
        "watch promises --ahead 99999999999",
        "watch still --days -1",
        "watch deadlines --most x",
        "work mine --most 1e9",
        "watch deadlines --light blue",
    ],
)
def test_what_is_no_number_is_a_mistake_of_use(cli: Cli, words: str) -> None:  # noqa: F811
    assert cli(*words.split(), by="s01").code == 2


@pytest.mark.parametrize("words", ["promises --ahead 9999", "still --days 9999", "still --days 0"])
def test_the_largest_and_the_least_are_allowed(told: Cli, words: str) -> None:
    assert told("watch", *words.split(), by="s01").code == 0
    assert told.json("watch", "deadlines", "--most", "0", by="s01").objects == []
    assert told.json("watch", "still", "--days", "0", "--most", "０", by="s01").objects == []
