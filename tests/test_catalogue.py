"""The catalogue that comes with the program, its JSON form, and its commands."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from hallclient.actions.hall_files import (
    compiled_text,
    default_body,
    default_hall,
    read_folder,
)
from hallclient.cli import catalogue as commands
from hallclient.paths import FIXTURES
from hallclient.rules.catalogue import Hall, PlanKind, Policy, named
from hallclient.rules.catalogue_json import hall_from_json, hall_to_json
from hallclient.rules.errors import Refused
from hallclient.rules.search import fold
from hallclient.texts import set_language
from tests.source import ROOT


@pytest.fixture(scope="module")
def hall() -> Hall:
    return default_hall()


def test_compiled_form_is_current() -> None:
    read, problems = read_folder(FIXTURES)
    assert problems == []
    assert (FIXTURES / "compiled.json").read_text("utf-8") == compiled_text(read)
    assert default_hall() == read


def test_sums_of_the_lists(hall: Hall) -> None:
    assert Counter(item.list for item in hall.items.values()) == {
        "approval": 86,
        "park": 42,
        "street": 50,
    }
    modes = Counter((item.list, item.mode) for item in hall.items.values())
    assert (modes["approval", "online"], modes["approval", "booked"]) == (13, 73)
    assert modes["park", "online"] + modes["street", "online"] == 11


def test_nine_departments_hold_the_approval_list(hall: Hall) -> None:
    owners = {item.department for item in hall.items.values() if item.list == "approval"}
    assert len(owners) == 9
    assert {hall.departments[owner].kind for owner in owners} == {"department"}


def test_every_reference_holds(hall: Hall) -> None:
    for item in hall.items.values():
        assert item.line in hall.lines
        assert item.department in hall.departments
        assert item.category in hall.categories
        assert {item.legal_unit, item.promised_unit} <= hall.units.keys()
        assert set(item.service_modes) <= hall.service_modes.keys()
        assert len(item.pinyin.split("|")) == len(fold(item.zh))
    for joint in hall.joints.values():
        assert joint.after.keys() <= hall.items.keys()


def test_every_line_has_a_main_window_and_every_word_english(hall: Hall) -> None:
    for line in hall.lines.values():
        kinds = [window.plan.get(line.id) for window in hall.windows.values()]
        assert PlanKind.MAIN in kinds, line.id
    assert all(item.en for item in hall.items.values())
    assert len({line.prefix for line in hall.lines.values()}) == len(hall.lines)


def test_windows_of_the_hall(hall: Hall) -> None:
    assert list(hall.windows) == [f"W{number:02}" for number in range(1, 19)]
    collect = [line.id for line in hall.lines.values() if line.collect]
    assert collect == ["collect"]
    plans = [window.plan for window in hall.windows.values()]
    assert sum(plan.get("collect") is PlanKind.MAIN for plan in plans) == 2
    assert sum(plan.get("collect") is PlanKind.SPARE for plan in plans) == 10
    assert sum(plan.get("setup") is PlanKind.MAIN for plan in plans) == 6


def test_weights_order_the_kinds_of_plan() -> None:
    assert PlanKind.MAIN.weight > PlanKind.SPARE.weight > PlanKind.EMERGENCY.weight == 0


def test_units_of_the_policy_are_converted(hall: Hall) -> None:
    policy = hall.policy
    assert (policy.recall_gap_ms, policy.pass_after_ms) == (20_000, 90_000)
    assert (policy.passed_expires_ms, policy.interleave_wait_ms) == (1_800_000, 1_200_000)
    assert hall.lines["setup"].target_ms == 20 * 60_000
    # The file states every parameter, with the values that the code falls back to.
    assert policy == Policy(policy.version)


def test_english_falls_back_to_chinese(hall: Hall) -> None:
    item = hall.items["SP078"]
    assert named(item, "zh") == "企业设立登记"
    assert named(item, "en") == "Company set-up registration"
    assert named(item._replace(en=""), "en") == "企业设立登记"


def test_items_of_a_line(hall: Hall) -> None:
    assert hall.line_of("SP078").prefix == "A"
    assert hall.line_of("YQ034").prefix == "B"
    counted = sum(len(list(hall.items_of(line))) for line in hall.lines)
    assert counted == len(hall.items) == 178


def test_round_trip_through_json_is_exact(hall: Hall) -> None:
    body = json.loads(json.dumps(hall_to_json(hall)))
    again = hall_from_json(body)
    assert again == hall
    assert type(again.windows["W01"].plan["setup"]) is PlanKind
    assert isinstance(again.items["SP024"].service_modes, tuple)
    assert list(again.items) == list(hall.items)
    assert hall_to_json(again) == body == default_body()


def test_another_edition_is_read(hall: Hall) -> None:
    body: dict[str, Any] = default_body()
    table = body["items"]
    # A column of a later edition at the front, and one that an earlier edition did not have.
    table["columns"] = ["fee", *table["columns"][:-1]]
    table["rows"] = [[100, *row[:-1]] for row in table["rows"]]
    body["policy"]["from_tomorrow"] = 1
    del body["policy"]["hold_max"], body["joints"]
    body["weather"] = "fine"
    again = hall_from_json(body)
    assert again.items["SP078"] == hall.items["SP078"]._replace(certainty="")
    assert again.policy == hall.policy
    assert again.joints == {}


def test_a_row_without_a_needed_column_is_not_guessed() -> None:
    body: dict[str, Any] = default_body()
    body["lines"]["columns"][1] = "letter"
    with pytest.raises(ValueError, match="prefix"):
        hall_from_json(body)


def test_start_up_reads_neither_csv_nor_toml_nor_pinyin() -> None:
    code = (
        "import sys; from hallclient.actions.hall_files import default_hall; default_hall();"
        "print([m for m in ('csv', 'tomllib', 'pypinyin', 'hallclient.rules.catalogue_parse')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


class Printed:
    def __init__(self) -> None:
        self.objects: list[dict[str, object]] = []
        self.texts: list[str] = []

    def emit(self, obj: dict[str, object], text: str) -> None:
        self.objects.append(json.loads(json.dumps(obj)))
        self.texts.append(text)


class App:
    def __init__(self, hall: Hall) -> None:
        self.out = Printed()
        self._hall = hall

    def hall(self) -> Hall:
        return self._hall


def run(app: App, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(["catalogue", *argv])
    code: int = args.run(args, app)
    return code


def test_search_command(hall: Hall) -> None:
    app = App(hall)
    assert run(app, "search", "企业", "设立", "--limit", "1") == 0
    assert [obj["code"] for obj in app.out.objects] == ["SP078"]
    assert "市场监督管理局" in app.out.texts[0]


def test_search_says_which_old_name_it_found(hall: Hall) -> None:
    app = App(hall)
    assert run(app, "search", "外经证") == 0
    assert app.out.objects[0]["code"] == "YQ034"
    assert app.out.objects[0]["matched"] == "外经证"
    assert "(外经证)" in app.out.texts[0]


def test_search_that_finds_nothing_is_refused(hall: Hall) -> None:
    with pytest.raises(Refused) as refused:
        run(App(hall), "search", "没有这个事项")
    assert refused.value.code == "nothing-found"


@pytest.mark.parametrize("typed", ["SP078", "sp078", "ＳＰ０７８", " sp078 "])
def test_show_command(hall: Hall, typed: str) -> None:
    app = App(hall)
    assert run(app, "show", typed) == 0
    shown = app.out.objects[0]
    assert (shown["name"], shown["promised_limit"], shown["prefix"]) == ("企业设立登记", "0W", "A")
    assert "当场办结" in app.out.texts[0]


def test_show_in_english(hall: Hall) -> None:
    app = App(hall)
    set_language("en")
    try:
        assert run(app, "show", "SP024") == 0
    finally:
        set_language("zh")
    assert "Service modes: Integrated, Three permits together" in app.out.texts[0]


def test_show_of_an_unknown_item_is_refused(hall: Hall) -> None:
    with pytest.raises(Refused) as refused:
        run(App(hall), "show", "SP999")
    assert (refused.value.code, refused.value.field) == ("unknown-item", "code")


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_below_one_is_a_usage_error(hall: Hall, limit: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(App(hall), "search", "x", "--limit", limit)
    assert ended.value.code == 2


def test_check_of_our_own_folder(hall: Hall) -> None:
    app = App(hall)
    assert run(app, "check") == 0
    assert app.out.objects[0] == {
        "ok": True,
        "folder": str(FIXTURES),
        "items": 178,
        "lines": 9,
        "windows": 18,
        "departments": 23,
        "forms": 3,
        "checklists": 20,
    }
