"""``hallclient calendar`` and ``deadline --case``: the working days, and clocks counted by them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hallclient.actions import calendars
from hallclient.actions.editions import shipped
from hallclient.paths import FIXTURES
from hallclient.rules.review.clocks import step_of
from tests.casekit import Case
from tests.clikit import Cli, cli, quick

__all__ = ["cli", "quick"]

OURS = (FIXTURES / "review" / "calendar.toml").read_text("utf-8")
OUTAGE = """
[[holiday]]
zh = "停电"
en = "Outage"
from = 2026-09-23
"""


def file_of(folder: Path, version: str, more: str = "") -> str:
    """The shipped calendar under another version, with more days off."""
    path = folder / f"{version}.toml"
    path.write_text(OURS.replace('version = "2026-11"', f'version = "{version}"') + more, "utf-8")
    return str(path)


# -- looking


def test_a_year_by_months(cli: Cli) -> None:
    found = cli.done("calendar", "show", "2026")
    assert (found["working"], found["provisional"], found["confidence"]) == (248, False, "src")
    assert [one["working"] for one in found["months"]] == [
        *(21, 16, 22, 21, 19, 21),
        *(23, 21, 22, 18, 21, 23),
    ]
    spring = {"from": "2026-02-15", "to": "2026-02-23", "name": "春节"}
    assert spring in found["holidays"]
    assert {"from": "2026-10-10", "to": "2026-10-10", "name": "国庆节"} in found["makeup"]
    assert cli.done("calendar", "show") == found, "this year"
    said = cli("calendar", "show", "2026").out
    assert "2026-10  工作日 18 天  10-01 至 10-07 放假（国庆节）  10-10 上班（国庆节调休）" in said
    assert "~" not in said


def test_a_year_that_is_not_published_says_so(cli: Cli) -> None:
    found = cli.done("calendar", "show", "２０２７")
    assert (found["provisional"], found["confidence"]) == (True, "calc")
    said = cli("calendar", "show", "2027").out
    assert "2027-01 ~" in said
    assert said.strip().endswith("~ 放假安排未公布（已公布 2025-01-01 至 2026-12-31），会变")
    beyond = cli.done("calendar", "show", "2100")
    assert (beyond["source"], beyond["holidays"], len(beyond["months"])) == (None, [], 12)


def test_a_month_by_days(cli: Cli) -> None:
    found = cli.done("calendar", "show", "2026-10")
    days = {one["day"]: one for one in found["days"]}
    assert (found["working"], len(days)) == (18, 31)
    assert [days[f"2026-10-{n}"]["n"] for n in ("08", "10", "31")] == [1, 3, None]
    assert days["2026-10-10"]["kind"] == "makeup"


@pytest.mark.parametrize(
    ("lang", "week", "named"),
    [
        ("zh", "5休 6休 7休 8 9 10班 11", "10-10 上班（国庆节调休）"),
        ("en", "5 off 6 off 7 off 8 9 10 on 11", "10-10 worked instead (National Day)"),
    ],
)
def test_a_month_is_a_sheet_on_the_wall(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, lang: str, week: str, named: str
) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    _, weekdays, first, second, *others = cli("calendar", "show", "2026-10").out.splitlines()
    assert len(weekdays.split()) == 7
    assert first.startswith(" ")
    assert first.split()[0].startswith("1")
    assert second.split() == week.split()
    assert others[2].split() == ["26", "27", "28", "29", "30", "31"]
    assert others[-1].strip() == named


def test_every_month_has_its_days_and_the_year_is_their_sum(cli: Cli) -> None:
    months = [cli.done("calendar", "show", f"2028-{n}") for n in range(1, 13)]
    assert [len(one["days"]) for one in months] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert sum(one["working"] for one in months) == cli.done("calendar", "show", "2028")["working"]
    counted = [one["n"] for one in months[1]["days"] if one["n"]]
    assert counted == list(range(1, months[1]["working"] + 1))


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("2026-13", "bad-month"),
        ("2026-00", "bad-month"),
        ("next", "bad-month"),
        ("1999", "limit-beyond"),
        ("2101-01", "limit-beyond"),
    ],
)
def test_what_is_no_year_or_month_is_said(cli: Cli, when: str, code: str) -> None:
    assert cli.refused("calendar", "show", when)["error"] == code


def test_without_a_store_the_shipped_one_is_shown(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLCLIENT_STORE", str(Path("nowhere") / "none.db"))
    assert cli.done("calendar", "show")["year"] == 2026
    assert cli.done("calendar", "check", str(FIXTURES / "review" / "calendar.toml"))["makeup"] == 11


# -- a file


def test_every_mistake_in_a_file_is_told_and_nothing_put_in_force(cli: Cli, tmp_path: Path) -> None:
    bad = file_of(tmp_path, "bad", OUTAGE + 'to = 2026-09-20\n[[makeup]]\nzh = "x"\nen = "x"\n')
    checked = cli("calendar", "check", bad)
    assert checked.code == 1
    assert len(checked.out.splitlines()) == 2
    assert "bad.toml" in checked.err
    answer = cli.json("calendar", "publish", bad, by="admin")
    assert answer.code == 1
    assert answer.objects[-1]["error"] == "calendar-invalid"
    assert calendars.key_of(cli.kit.store) == "calendar/2026-11"
    gone = cli.json("calendar", "check", str(tmp_path / "gone.toml"))
    assert (gone.code, gone.objects[-1]["error"]) == (1, "calendar-invalid")
    assert cli.json("calendar", "check", str(tmp_path)).objects[-1]["error"] == "calendar-invalid"


def test_publishing_lists_the_clocks_that_move(cli: Cli, tmp_path: Path) -> None:
    case = Case(cli.kit).accepted()
    outage = file_of(tmp_path, "outage", OUTAGE)
    assert cli.refused("calendar", "publish", outage, by="c01")["error"] == "not-allowed"
    put, moved = cli.json("calendar", "publish", outage, by="admin").objects
    assert put == {
        "edition": "calendar/outage",
        "published": True,
        "moved": 1,
        "in_force": "calendar/outage",
    }
    assert (moved["number"], moved["timer"]) == (case.now["number"], "decide")
    assert (moved["was"], moved["now"]) == ("2026-09-28", "2026-09-29")
    again = cli.done("calendar", "publish", outage, by="admin")
    assert (again["published"], again["moved"]) == (False, 0)
    back = cli("calendar", "publish", file_of(tmp_path, "back"), by="admin").out
    assert "到期日由 2026-09-29 改为 2026-09-28" in back
    replaced = cli.done("calendar", "publish", outage, by="admin")
    assert (replaced["published"], replaced["in_force"]) == (False, "calendar/back")
    assert "calendar/back" in cli("calendar", "publish", outage, by="admin").out
    changed = file_of(tmp_path, "outage")
    assert cli.refused("calendar", "publish", changed, by="admin")["error"] == "edition-taken"


def test_a_program_with_a_newer_calendar_says_that_clocks_are_stale(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(cli.kit).accepted()
    body: Mapping[str, Any] = shipped()["calendar"]
    newer = {
        **body,
        "version": "newer",
        "holidays": [*body["holidays"], ["2026-09-23", "停电", "Outage"]],
    }
    assert cli("calendar", "show").err == ""
    monkeypatch.setattr(calendars, "shipped", lambda: {"calendar": newer})
    monkeypatch.setattr(calendars, "_known", {})
    assert "calendar recompute" in cli("calendar", "show").err
    assert cli.refused("calendar", "recompute", by="c01")["error"] == "not-allowed"
    done, moved = cli.json("calendar", "recompute", by="admin").objects
    assert done == {"edition": "calendar/newer", "moved": 1}
    assert (moved["was"], moved["now"]) == ("2026-09-28", "2026-09-29")
    assert calendars.stale(cli.kit.store) == 0
    assert cli("calendar", "show").err == ""
    assert cli.done("calendar", "recompute", by="admin")["moved"] == 0


# -- the clocks of a case


def test_a_case_tells_the_arithmetic_of_each_clock(cli: Cli) -> None:
    case = Case(cli.kit).accepted()
    number = case.now["number"]
    found = {one["timer"]: one for one in cli.json("deadline", "--case", number, by="c01").objects}
    decide = found["decide"]
    assert (decide["state"], decide["due"], decide["limit"]) == ("running", "2026-09-28", 3)
    assert [one["n"] for one in decide["days"]] == [1, 2, None, None, None, 3]
    assert decide["legal_due"] > decide["due"]
    assert found["notice5"]["state"] == "met"
    assert found["notice5"]["legal_due"] is None
    said = cli("deadline", "--case", number, by="c01").out
    assert "2026-09-25  周五  -  节假日  中秋节" in said
    assert f"法定期限到 {decide['legal_due']}" in said


def test_a_paused_clock_is_told_up_to_today(cli: Cli) -> None:
    case = Case(cli.kit, "build").accepted()
    case.move("suspend", reason="hearing")
    cli.kit.pass_(3 * 86_400)
    number = case.now["number"]
    found = {one["timer"]: one for one in cli.json("deadline", "--case", number, by="c01").objects}
    decide = found["decide"]
    assert decide["state"] == "paused"
    assert decide["days"][-1]["day"] == "2026-09-25"
    assert [one["paused"] for one in decide["days"]] == [True] * 3


def test_a_departments_step_is_named(cli: Cli) -> None:
    case = Case(cli.kit, "build").accepted()
    (first, *_) = case.facts.tasks
    at = [one["at"] for one in cli.json("deadline", "--case", case.id, by="c01").objects]
    assert first.department in at
    assert None in at
    steps = [step_of(one.id) for one in case.facts.clocks]
    assert steps == [one or "" for one in at]


def test_either_a_limit_or_a_case(cli: Cli) -> None:
    case = Case(cli.kit)
    number = case.now["number"]
    assert cli.refused("deadline", "--case", number, by="c01")["error"] == "no-clocks"
    both = ("deadline", "2026-09-22", "3W", "--case", number)
    assert cli.refused(*both, by="c01")["error"] == "deadline-either"
    assert cli.refused("deadline")["error"] == "deadline-either"
    assert cli.refused("deadline", "2026-09-22")["error"] == "deadline-either"
    assert cli.refused("deadline", "--case", number)["error"] == "operator-missing"


# -- moments and pauses that last


def test_hours_run_on_the_clock(cli: Cli) -> None:
    found = cli.done("deadline", "2026-09-30T16:00", "48h")
    assert (found["due"], found["provisional"]) == ("2026-10-02", False)
    assert found["due_at"] == "2026-10-02T16:00:00+08:00"
    assert cli("deadline", "2026-09-30 16:00", "48H").out.strip().endswith("2026-10-02 16:00")
    paused = cli.done("deadline", "2026-09-30T16:00", "48H", "--pause", "2026-10-01:2026-10-03")
    assert paused["due_at"] == "2026-10-04T16:00:00+08:00"
    away = cli.done("deadline", "2026-09-30T08:00+00:00", "48H")
    assert away["due_at"] == found["due_at"]


def test_a_pause_that_lasts_has_no_end(cli: Cli) -> None:
    found = cli.done("deadline", "2026-09-21", "3W", "--pause", "2026-09-23:")
    assert found["due"] == "2026-09-28"
    assert date.fromisoformat(found["due"]).isoweekday() == 1
