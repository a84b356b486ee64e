"""A hall's own folder: every mistake is reported with its file, its line and what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from hallclient.actions.hall_files import compiled_text, load_hall, read_folder, write_compiled
from hallclient.paths import FIXTURES
from hallclient.rules.catalogue import Hall
from hallclient.rules.catalogue_json import hall_from_json
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Problem
from hallclient.texts import LANGUAGES, has, table, text_in
from tests.hostile import HOSTILE
from tests.source import ROOT
from tests.test_catalogue import App, run

FILES = (
    "hall.toml",
    "catalogue/items.csv",
    "catalogue/departments.csv",
    "catalogue/outlets.csv",
    "catalogue/aliases.csv",
)
HALL, ITEMS, DEPARTMENTS, OUTLETS, ALIASES = FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hall's own folder, right in everything."""
    (tmp_path / "catalogue").mkdir()
    for file in FILES:
        shutil.copyfile(FIXTURES / file, tmp_path / file)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence; the number of its line."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8", newline="\n")
    return text[: text.index(old)].count("\n") + 1


def line_of(file: str, text: str) -> int:
    whole = (FIXTURES / file).read_text("utf-8")
    return whole[: whole.index(text)].count("\n") + 1


def places(problems: list[Problem]) -> set[tuple[str, int, str]]:
    return {problem[:3] for problem in problems}


MISTAKES = [
    # file, what is replaced, by what, code of the problem
    (ITEMS, "approval,SP002", "approval,SP001", "duplicate"),
    (ITEMS, "approval,SP002", "approval,sp001", "duplicate"),
    (ITEMS, "approval,SP001", "approval,", "missing"),
    (ITEMS, "approval,SP001", "approval,SP 001", "bad-id"),
    (ITEMS, "approval,SP001", "aproval,SP001", "unknown-value"),
    (ITEMS, "SP001,企业投资项目核准", "SP001,", "missing"),
    (ITEMS, "SP001,企业投资项目核准", "SP001, 企业投资项目核准", "unsafe-text"),
    (ITEMS, "SP001,企业投资项目核准", "SP001,企业\x1b[2J投资项目核准", "unsafe-text"),
    (ITEMS, "SP001,企业投资项目核准", "SP001,企业投资项目", "pinyin-mismatch"),
    (ITEMS, "ndrc,permit", "nrdc,permit", "unknown-value"),
    (ITEMS, "ndrc,permit", "ndrc,licence", "unknown-value"),
    (ITEMS, "permit,booked", "permit,phone", "unknown-value"),
    (ITEMS, "booked,promised", "booked,later", "unknown-value"),
    (ITEMS, "promised,20,W", "promised,twenty,W", "not-a-number"),
    (ITEMS, "promised,20,W", "promised,-3,W", "not-a-number"),
    (ITEMS, "promised,20,W", "promised,２０,W", "not-a-number"),
    (ITEMS, "promised,20,W", "promised,99999,W", "out-of-range"),
    (ITEMS, "promised,20,W", "promised,20,M", "unknown-value"),
    (ITEMS, "promised,20,W,5,W", "promised,20,W,25,W", "promise-over-law"),
    (ITEMS, "promised,20,W,5,W", "promised,20,W,0,W", "promise-missing"),
    (ITEMS, "promised,20,W,5,W", "instant,20,W,5,W", "instant-limit"),
    (ITEMS, "integrated end_to_end", "integrated endless", "unknown-value"),
    (ITEMS, "核准批复,works", "核准批复,work", "unknown-value"),
    (ITEMS, "核准批复,works", "核准批复", "row-length"),
    (ITEMS, "list,code", "list,number", "missing-column"),
    (ITEMS, "certainty", "certain", "unknown-column"),
    (ITEMS, "certainty", "pinyin", "duplicate-column"),
    (ITEMS, "SP001,企业", 'SP001,"企业', "bad-csv"),
    (DEPARTMENTS, "\nndrc,", "\nnd rc,", "bad-id"),
    (DEPARTMENTS, "Bureau,department", "Bureau,ministry", "unknown-value"),
    (OUTLETS, "approval park street", "approval parks street", "unknown-value"),
    (OUTLETS, "\npark2,", "\npark1,", "duplicate"),
    (ALIASES, "外经证,item,YQ034", "外经证,item,YQ999", "alias-target"),
    (ALIASES, "发改委,department,ndrc", "发改委,department,SP001", "alias-target"),
    (ALIASES, "外经证,item", "外经证,line", "unknown-value"),
    (ALIASES, "外经证,item,YQ034,wai|jing|zheng", "!!,item,YQ034,", "nothing-to-find"),
    (
        ALIASES,
        "外经证,item,YQ034,wai|jing|zheng",
        "外经证,item,YQ034,wai||zheng",
        "pinyin-mismatch",
    ),
    (HALL, 'id = "guanggu"', 'id = "光谷"', "bad-id"),
    (HALL, 'id = "guanggu"', "id = 7", "wrong-type"),
    (HALL, 'prefix = "B"', 'prefix = "A"', "prefix-clash"),
    (HALL, 'prefix = "B"', 'prefix = "b"', "bad-prefix"),
    (HALL, "target_min = 20", 'target_min = "20 min"', "not-a-number"),
    (HALL, "target_min = 20", "target_min = 20.5", "not-a-number"),
    (HALL, "target_min = 20", "target_min = 0", "out-of-range"),
    (HALL, "target_min = 20", "target_min = 20\ntarget_s = 1200", "given-twice"),
    (HALL, "collect = true", 'collect = "yes"', "wrong-type"),
    (HALL, "warn_waiting = 20", "warn_waitings = 20", "unknown-key"),
    (HALL, 'id = "W02"', 'id = "W01"', "duplicate"),
    (HALL, 'number = "2"', 'number = "1"', "duplicate"),
    (HALL, 'plan = "setup"', 'plan = "setups"', "unknown-value"),
    (HALL, 'plan = "setup"', "plan = 3", "wrong-type"),
    (HALL, 'plan = "setup"', 'plan = { setup = "chief" }', "unknown-value"),
    (HALL, 'plan = "setup"', 'plan = { set_up = "main" }', "unknown-value"),
    (HALL, 'outlet = "hall"', 'outlet = "moon"', "unknown-value"),
    (HALL, "recall_max = 5", "recall_max = 0", "out-of-range"),
    (HALL, "recall_max = 5", "recall_max = true", "not-a-number"),
    (HALL, "recall_gap_s = 20", "recall_gab_s = 20", "unknown-key"),
    (HALL, "guard_factor = 2.0", "guard_factor = 0.5", "out-of-range"),
    (HALL, "booking_share = 0.3", "booking_share = 30", "out-of-range"),
    (HALL, "booking_share = 0.3", 'booking_share = "30%"', "not-a-number"),
    (HALL, "password_min = 8", "password_min = 4", "out-of-range"),
    (HALL, "days = [1, 2, 3, 4, 5]", "days = [0, 1]", "bad-days"),
    (HALL, "days = [1, 2, 3, 4, 5]", "days = []", "bad-days"),
    (HALL, 'opens = "09:00"', 'opens = "9 Uhr"', "bad-time"),
    (HALL, 'closes = "12:00"', 'closes = "25:00"', "bad-time"),
    (HALL, 'closes = "12:00"', 'closes = "08:00"', "closes-before-opens"),
    (HALL, 'end_reason = "normal"', 'end_reason = "served"', "unknown-value"),
    (HALL, 'YQ036 = ["YQ035"]', 'YQ036 = ["YQ099"]', "not-in-joint"),
    (HALL, "after = { SP078 = []", "after = { SP999 = []", "unknown-item"),
    (HALL, "after = { SP078 = []", 'after = { SP078 = ["YQ036"]', "joint-circle"),
    (HALL, "after = { YQ034 = [], YQ036 = [] }", 'after = ["YQ034"]', "wrong-type"),
    (HALL, 'id = "online"', 'id = "phone"', "unknown-value"),
    (HALL, "count = 86", "count = 87", "count"),
    (HALL, 'zh = "综合受理"', "zh = 综合受理", "bad-toml"),
]


@pytest.mark.parametrize(("file", "old", "new", "code"), MISTAKES)
def test_a_mistake_is_reported_where_it_is(
    folder: Path, file: str, old: str, new: str, code: str
) -> None:
    line = change(folder, file, old, new)
    line += old.startswith("\n")
    _, problems = read_folder(folder)
    assert (file, line, code) in places(problems)


def test_a_line_that_no_window_serves(folder: Path) -> None:
    text = (folder / HALL).read_text("utf-8")
    start = text.index("[plans.setup]")
    plans = text[start:].replace('tax = "main"', 'tax = "emergency"')
    plans = plans.replace('tax = "spare"', 'tax = "emergency"')
    (folder / HALL).write_text(text[:start] + plans, "utf-8", newline="\n")
    _, problems = read_folder(folder)
    line = line_of(HALL, 'id = "tax"') - 1
    errors = [problem for problem in problems if not problem.warning]
    assert places(errors) == {(HALL, line, "line-uncovered")}
    assert errors[0].params == {"value": "tax", "items": 6}


def test_a_number_as_text_in_toml_is_taken(folder: Path) -> None:
    change(folder, HALL, "target_min = 20", 'target_min = "25"')
    hall, problems = read_folder(folder)
    assert problems == []
    assert hall.lines["setup"].target_ms == 25 * 60_000


def test_hours_that_overlap(folder: Path) -> None:
    change(folder, HALL, 'closes = "12:00"', 'closes = "14:00"')
    _, problems = read_folder(folder)
    assert {problem.code for problem in problems} == {"hours-overlap"}


def test_warnings_do_not_refuse(folder: Path) -> None:
    change(folder, HALL, 'en = "General counter"\n', "")
    change(
        folder,
        HALL,
        "# ---------------------------------------------------------------- windows",
        '[[line]]\nid = "new"\nprefix = "Z"\nzh = "新"\nen = "New"\ntarget_min = 1\n'
        "service_min = 1\np95_min = 2\n\n# windows",
    )
    change(folder, HALL, 'plan = "setup"', 'plan = { setup = "spare", new = "spare" }')
    _, problems = read_folder(folder)
    assert {problem.code for problem in problems} == {"no-english", "line-unused", "no-main"}
    assert all(problem.warning for problem in problems)
    assert load_hall(folder).lines["new"].prefix == "Z"


def test_every_mistake_of_one_run(folder: Path) -> None:
    expected = set()
    for file, old, new, code in [
        (ITEMS, "ndrc,permit", "nrdc,permit", "unknown-value"),
        (ITEMS, "SP040,", "SP041,", "duplicate"),
        (ALIASES, "外经证,item,YQ034", "外经证,item,YQ999", "alias-target"),
        (HALL, 'prefix = "B"', 'prefix = "A"', "prefix-clash"),
        (HALL, "recall_max = 5", "recall_max = 0", "out-of-range"),
        (DEPARTMENTS, "Bureau,department", "Bureau,ministry", "unknown-value"),
    ]:
        line = change(folder, file, old, new)
        # The second of two equal codes is the one reported.
        expected.add((file, line + (code == "duplicate"), code))
    _, problems = read_folder(folder)
    assert expected <= places(problems)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file(folder: Path, file: str) -> None:
    (folder / file).unlink()
    _, problems = read_folder(folder)
    assert problems[0][:3] == (file, 0, "missing-file")
    assert problems[0].place == file


@pytest.mark.parametrize("file", FILES)
def test_a_folder_in_place_of_a_file(folder: Path, file: str) -> None:
    (folder / file).unlink()
    (folder / file).mkdir()
    _, problems = read_folder(folder)
    assert problems[0][:3] == (file, 0, "unreadable")


def test_every_file_missing_is_five_mistakes(tmp_path: Path) -> None:
    _, problems = read_folder(tmp_path)
    assert [problem.file for problem in problems] == sorted(FILES)


@pytest.mark.parametrize("file", FILES)
def test_another_encoding_is_refused_not_guessed(folder: Path, file: str) -> None:
    text = (folder / file).read_text("utf-8")
    (folder / file).write_bytes(text.encode("gb18030"))
    _, problems = read_folder(folder)
    first = problems[0]
    assert (first.file, first.code) == (file, "not-utf8")
    line = next(at for at, each in enumerate(text.splitlines(), 1) if not each.isascii())
    assert first.line == line
    assert first.params["guess"] == "GB18030 (GBK)"


def test_utf_16_is_named(folder: Path) -> None:
    text = (folder / ITEMS).read_text("utf-8")
    (folder / ITEMS).write_bytes(text.encode("utf-16"))
    _, problems = read_folder(folder)
    assert (problems[0].file, problems[0].params["guess"]) == (ITEMS, "UTF-16")


def test_what_spreadsheets_write_is_taken(folder: Path) -> None:
    for file in FILES:
        text = (folder / file).read_text("utf-8").replace("\n", "\r\n")
        if file.endswith(".csv"):
            text += ",,,\r\n\r\n"
        (folder / file).write_bytes(text.encode("utf-8-sig"))
    hall, problems = read_folder(folder)
    assert problems == []
    assert hall == read_folder(FIXTURES)[0]


def test_words_may_stand_for_ids_and_pinyin_may_lack(folder: Path) -> None:
    path = folder / ITEMS
    rows = path.read_text("utf-8").splitlines()
    cells = rows[1].split(",")
    cells[0], cells[4], cells[5], cells[6], cells[7] = (
        "审批清单",
        "发展改革局",
        "行政许可",
        "网上预约现场确认",
        "承诺件",
    )
    cells[15] = ""
    rows[1] = ",".join(cells)
    path.write_text("\n".join(rows) + "\n", "utf-8")
    hall, problems = read_folder(folder)
    assert problems == []
    assert hall.items["SP001"] == read_folder(FIXTURES)[0].items["SP001"]


def test_line_numbers_count_lines_inside_quotes(folder: Path) -> None:
    path = folder / ALIASES
    rows = path.read_text("utf-8").splitlines()
    rows[1] = '"外经\n证",item,YQ034,'
    rows[2] = "x,item,YQ999,"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    _, problems = read_folder(folder)
    assert places(problems) >= {(ALIASES, 2, "unsafe-text"), (ALIASES, 4, "alias-target")}


def test_empty_files(folder: Path) -> None:
    for file in FILES:
        (folder / file).write_bytes(b"")
    _, problems = read_folder(folder)
    codes = {(problem.file, problem.code) for problem in problems}
    assert {(file, "missing-column") for file in FILES[1:]} <= codes
    assert {(HALL, "missing-table"), (HALL, "missing")} <= codes


def test_only_a_header(folder: Path) -> None:
    path = folder / ITEMS
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    _, problems = read_folder(folder)
    assert (ITEMS, 1, "empty-table") in places(problems)


def test_deeply_nested_toml_is_reported(folder: Path) -> None:
    (folder / HALL).write_text("x = " + "[" * 100_000, "utf-8")
    _, problems = read_folder(folder)
    assert (problems[0].file, problems[0].code) == (HALL, "bad-toml")


@pytest.mark.parametrize("wrong", ["7", '"x"', "[1]", "[[]]", "{ a = 1 }"])
@pytest.mark.parametrize(
    "name", ["line", "window", "plans", "policy", "staff", "opening", "joint", "mode", "outcome"]
)
def test_a_table_of_another_type_is_reported(folder: Path, name: str, wrong: str) -> None:
    (folder / HALL).write_text(f'{name} = {wrong}\nid = "x"\n', "utf-8")
    _, problems = read_folder(folder)
    assert any(problem.line == 1 and problem.file == HALL for problem in problems)


def test_the_time_zone_is_checked(folder: Path) -> None:
    change(folder, HALL, "Asia/Shanghai", "Asia/../Wuhan")
    _, problems = read_folder(folder)
    assert {problem.code for problem in problems} == {"bad-time-zone"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_cells_are_reported_or_kept_as_data(folder: Path, text: str) -> None:
    quoted = text.replace('"', '""')
    path = folder / ALIASES
    with path.open("a", encoding="utf-8", errors="replace", newline="") as stream:
        stream.write(f'"{quoted}",item,YQ034,\n')
    hall, problems = read_folder(folder)
    if not problems:
        assert hall.aliases[-1].target == "YQ034"
    for problem in problems:
        message = text_in("zh", f"catalogue.problem.{problem.code}", **problem.params)
        assert "\x1b" not in message


def test_every_problem_has_its_text_in_both_languages() -> None:
    codes = {code for *_, code in MISTAKES} | {
        "line-uncovered",
        "line-unused",
        "no-main",
        "no-english",
        "hours-overlap",
        "missing-file",
        "missing-table",
        "unreadable",
        "too-large",
        "not-utf8",
        "empty-table",
        "bad-time-zone",
    }
    texts = json.loads((FIXTURES / "texts/zh/catalogue.json").read_bytes())
    prefix = "catalogue.problem."
    assert {key.removeprefix(prefix) for key in texts if key.startswith(prefix)} == codes


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_name_every_parameter(folder: Path, language: str) -> None:
    original = {file: (folder / file).read_text("utf-8") for file in FILES}
    for file, old, new, _ in MISTAKES:
        change(folder, file, old, new)
        for problem in read_folder(folder)[1]:
            key = f"catalogue.problem.{problem.code}"
            assert has(key)
            named = set(re.findall(r"{(\w+)}", table(language)[key]))
            assert named <= problem.params.keys(), key
        (folder / file).write_text(original[file], "utf-8", newline="\n")


def test_load_refuses_with_the_first_mistake(folder: Path) -> None:
    line = change(folder, HALL, 'prefix = "B"', 'prefix = "A"')
    with pytest.raises(Refused) as refused:
        load_hall(folder)
    assert refused.value.code == "catalogue-invalid"
    assert refused.value.params == {"count": 1, "place": f"{HALL}:{line}"}


def test_check_command_reports_and_writes_nothing(folder: Path) -> None:
    line = change(folder, HALL, 'prefix = "B"', 'prefix = "A"')
    app = App(read_folder(FIXTURES)[0])
    with pytest.raises(Refused):
        run(app, "check", str(folder), "--write")
    assert app.out.objects[0]["file"] == HALL
    assert app.out.objects[0]["line"] == line
    assert app.out.objects[0]["code"] == "prefix-clash"
    assert app.out.texts[0].startswith(f"{HALL}:{line}: 错误：")
    assert not (folder / "compiled.json").exists()


def test_check_command_writes_the_compiled_form(folder: Path) -> None:
    app = App(read_folder(FIXTURES)[0])
    assert run(app, "check", str(folder), "--write") == 0
    written = folder / "compiled.json"
    assert app.out.objects[-1] == {"written": str(written)}
    assert hall_from_json(json.loads(written.read_bytes())) == load_hall(folder)


def test_compiled_text_is_one_row_a_line(folder: Path) -> None:
    hall: Hall = load_hall(folder)
    assert write_compiled(folder, hall).read_text("utf-8") == compiled_text(hall)
    rows = [line for line in compiled_text(hall).splitlines() if line.startswith('["SP078"')]
    assert len(rows) == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user with limits")
def test_a_file_that_may_not_be_read(folder: Path) -> None:
    (folder / ITEMS).chmod(0)
    _, problems = read_folder(folder)
    assert (ITEMS, 0, "unreadable") in places(problems)


def test_a_file_far_too_large(folder: Path) -> None:
    with (folder / ITEMS).open("r+b") as stream:
        stream.truncate(9 * 1024 * 1024)
    _, problems = read_folder(folder)
    assert problems[0][:3] == (ITEMS, 0, "too-large")


def test_the_folder_of_the_fixtures_is_whole() -> None:
    assert ROOT in FIXTURES.parents
    assert all((FIXTURES / file).is_file() for file in FILES)
