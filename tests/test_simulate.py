"""``hallclient simulate``: a plan and a policy tried out; the same for a seed; known directions."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from hallclient.actions.hall_files import default_hall
from hallclient.demo import scoring, trial
from hallclient.demo.day import Profile, hours_of
from hallclient.demo.outcome import Outcome, mean_of, outcome, share_of, together
from hallclient.rules.catalogue import Hall, Opening, PlanKind, Window
from hallclient.rules.demand import Came, read
from hallclient.rules.errors import Refused
from hallclient.rules.flow_parts import DUE_FIRST, FIFO, STRICT
from tests.clikit import Cli, cli, quick
from tests.hallkit import clerk
from tests.source import ROOT

MINUTE = 60_000


__all__ = ["cli", "quick"]  # fixtures


# -- the command


def test_a_day_is_played(cli: Cli) -> None:
    found = cli.done("simulate", "--days", "1", "--visits", "200")
    assert (found["plan"], found["policy"], found["days"]) == ("now", "due-first", 1)
    assert found["visits"] == 200
    assert set(found["lines"]) == set(cli.kit.hall.lines)
    assert found["waits"]["ordinary"]["n"] > 50
    assert found["waits"]["ordinary"]["p90_s"] >= found["waits"]["ordinary"]["mean_s"]
    assert 0 < found["used_percent"] < 100


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_it_in_a_table(cli: Cli, lang: str) -> None:
    said = cli("simulate", "--days", "1", "--visits", "150", "--lang", lang, "--close", "w12")
    assert said.code == 0
    assert "sim." not in said.out
    rows = said.out.splitlines()
    assert len(rows) > 12
    assert "150" in rows[0]


def test_policies_and_plans_are_played_with_the_same_visitors(cli: Cli) -> None:
    answer = cli.json(
        *("simulate", "--days", "1", "--visits", "300", "--policy", "fifo"),
        *("--policy", "due-first", "--change", "W05=tax:main,general:spare", "--close", "W12"),
    )
    assert [(one["plan"], one["policy"]) for one in answer.objects] == [
        ("now", "fifo"),
        ("now", "due-first"),
        ("tried", "fifo"),
        ("tried", "due-first"),
    ]
    assert {one["visits"] for one in answer.objects} == {300}
    ended = [
        sum(lane["n"] for lane in one["waits"].values()) + one["walkouts"] for one in answer.objects
    ]
    assert max(ended) - min(ended) <= 5


@pytest.mark.parametrize("name", ["plan.toml", "plan.json"])
def test_a_plan_from_a_file(cli: Cli, tmp_path: Path, name: str) -> None:
    plan = tmp_path / name
    toml = '[W05]\ntax = "main"\n[W12]\n'
    plan.write_text(toml if name.endswith("toml") else '{"W05": {"tax": "main"}, "W12": {}}')
    options = ("simulate", "--days", "1", "--visits", "200")
    by_file = cli.json(*options, "--plan", str(plan)).objects
    by_words = cli.json(*options, "--change", "5=tax", "--close", "12").objects
    assert by_file == by_words
    assert by_file[0] != by_file[1]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("time,line,lane\n09:05,tax\n09:06:30,B,priority\n10:00,setup,booked\n", "utf-8"),
        ("时刻,队列,类别\n09:05,税务联合,普通\n09:06:30,B,优先\n10:00,setup,预约\n", "gb18030"),
    ],
)
def test_arrivals_from_a_file(cli: Cli, tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "came.csv"
    file.write_text(text, encoding)
    found = cli.done("simulate", "--demand", str(file))
    assert found["visits"] == 3
    assert {lane: waits["n"] for lane, waits in found["waits"].items()} == {
        "ordinary": 1,
        "booked": 1,
        "priority": 1,
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("09:05,tax\n25:00,tax\n", "bad-demand-time"),
        ("09:05,nothing\n", "bad-demand-line"),
        ("09:05,tax,first\n", "bad-demand-lane"),
        ("time,line\n", "no-demand"),
        ("", "no-demand"),
    ],
)
def test_wrong_arrivals_are_named(cli: Cli, tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "came.csv"
    file.write_text(text)
    assert cli.refused("simulate", "--demand", str(file))["error"] == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--change", "W99=tax"), "no-such-window"),
        (("--change", "W05=nothing"), "no-such-line"),
        (("--change", "W05=tax:sometimes"), "no-such-plan"),
        (("--change", "W05"), "bad-change"),
        (("--close", "W99"), "no-such-window"),
        (("--plan", "there-is-none.toml"), "file-unreadable"),
        (("--demand", "there-is-none.csv"), "file-unreadable"),
    ],
)
def test_wrong_words_are_refused(cli: Cli, words: tuple[str, ...], code: str) -> None:
    assert cli.refused("simulate", *words)["error"] == code


@pytest.mark.parametrize("text", ["[W05\n", "W05 = 3\n", '[W05]\ntax = ["main"]\n'])
def test_a_wrong_plan_file_is_refused(cli: Cli, tmp_path: Path, text: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    assert cli.refused("simulate", "--plan", str(plan))["error"] in ("bad-file", "bad-plan")


@pytest.mark.parametrize("value", ["0", "-1", "many", "1000000", "²"])
def test_a_number_out_of_range_is_a_mistake_of_the_line(cli: Cli, value: str) -> None:
    assert cli("simulate", f"--days={value}").code == 2


def test_last_weeks_arrivals_are_for_those_who_read_the_figures(cli: Cli) -> None:
    kit = cli.kit
    kit.open(1, 13)
    for number in range(8):
        kit.take("setup" if number % 2 else "tax")
        kit.pass_(minutes=3)
        kit.serve_out(clerk(1) if number % 2 else clerk(13))
    day = kit.store.env.day(kit.clock.ms)
    kit.pass_(minutes=7 * 24 * 60)
    for demand in (f"store:{day}", "store:last-week"):
        found = cli.done("simulate", "--demand", demand, by="s01")
        assert (found["visits"], found["days"]) == (8, 1)
        assert found["lines"]["tax"]["n"] + found["lines"]["setup"]["n"] >= 7
    assert cli.refused("simulate", "--demand", f"store:{day}", by="c01")["error"] == "not-allowed"
    assert cli.refused("simulate", "--demand", "store:2020-01-01", by="s01")["error"] == "no-demand"


def test_the_hall_that_ships_needs_no_store(cli: Cli, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.db")
    found = cli.done("simulate", "--days", "1", "--visits", "50", "--store", missing)
    assert found["visits"] == 50
    assert not Path(missing).exists()


@pytest.mark.slow
def test_a_seed_gives_the_same_in_every_process(tmp_path: Path) -> None:
    def out(hashes: str, seed: str) -> bytes:
        words = f"simulate --json --seed {seed} --days 2 --policy due-first --policy strict"
        store = str(tmp_path / "none.db")
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hallclient", *words.split(), "--store", store],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hashes},
            capture_output=True,
            check=True,
        )
        return done.stdout

    first = out("1", "7")
    assert first == out("2", "7")
    assert first != out("1", "8")
    assert len(first.splitlines()) == 2


# -- arrivals


def test_a_file_may_have_headings_gaps_and_names() -> None:
    lines = default_hall().lines
    rows = [["when", "which"], [], ["", ""], ["9:05", lines["tax"].zh, ""], ["08:00", "a"]]
    eight = 8 * 60 * MINUTE
    assert read(rows, lines, "f") == [Came(eight, "setup"), Came(eight + 65 * MINUTE, "tax")]
    with pytest.raises(Refused) as refused:
        read([["9:05", "tax"], ["nine", "tax"]], lines, "f")
    assert refused.value.params["row"] == 2


# -- what is known of such halls

DAYS = 10
BASE = (10, 6, 2)


def known_hall(general: int, setup: int, collect: int) -> Hall:
    """Windows of three kinds, open from 9:00 to 16:30 without a break."""
    hall = default_hall()
    kinds = [
        *[("general", "collect")] * general,
        *[("setup", "general")] * setup,
        *[("collect",)] * collect,
    ]
    windows = {
        f"W{number:02d}": Window(
            f"W{number:02d}", str(number), "", "", dict.fromkeys(lines, PlanKind.MAIN)
        )
        for number, lines in enumerate(kinds, 1)
    }
    return hall._replace(
        lines={key: hall.lines[key] for key in ("general", "setup", "collect")},
        windows=windows,
        joints={},
        hours=tuple(Opening(day, 9 * 60, 16 * 60 + 30) for day in range(1, 8)),
    )


def known_profile(visits: int) -> Profile:
    return Profile(visits=visits, joint=0, rest=0, walkout=0, patience=10_000)


@cache
def known_crowd(seed: int, visits: int) -> trial.Crowd:
    return trial.made_up(known_hall(*BASE), seed, known_profile(visits))


@cache
def played(windows: tuple[int, int, int], policy: str, visits: int = 720) -> Outcome:
    hall, profile = known_hall(*windows), known_profile(visits)
    hours = hours_of(hall, trial.MIDNIGHT, trial.WEEKDAY)
    found = []
    for seed in range(DAYS):
        crowd = known_crowd(seed, visits)
        stations = trial.stations(hall, hours, seed, profile)
        found.append(outcome(hall, trial.run(hall, crowd, stations, hours, policy), hours))
    return together(found)


def p90(found: Outcome, lane: str = "ordinary") -> float:
    return (share_of(found.waits[lane], 0.9) or 0) / MINUTE


@pytest.mark.slow
@pytest.mark.parametrize("visits", [640, 720, 800])
def test_due_first_keeps_the_booked_time_at_the_cost_of_ordinary_visitors(visits: int) -> None:
    """At every load: protected visitors wait a fraction, ordinary ones longer, than by ticket."""
    fair, due = (played(BASE, policy, visits) for policy in (FIFO, DUE_FIRST))
    for lane in ("booked", "priority"):
        assert p90(due, lane) < 0.5 * p90(fair, lane)
    assert p90(due) > 1.1 * p90(fair)
    assert (mean_of(due.waits["ordinary"]) or 0) > (mean_of(fair.waits["ordinary"]) or 0)


@pytest.mark.slow
def test_strict_classes_are_hardest_on_ordinary_visitors() -> None:
    strict, due = played(BASE, STRICT), played(BASE, DUE_FIRST)
    assert p90(strict) >= p90(due)
    assert p90(strict, "booked") <= p90(due, "booked")


@pytest.mark.slow
@pytest.mark.parametrize("policy", [FIFO, DUE_FIRST])
def test_windows_and_plan_matter_more_than_the_policy(policy: str) -> None:
    base = p90(played(BASE, policy))
    more, moved, moved_two = (
        p90(played(windows, policy)) for windows in ((11, 7, 2), (11, 5, 2), (12, 4, 2))
    )
    of_policy = p90(played(BASE, DUE_FIRST)) - p90(played(BASE, FIFO))
    assert more < 0.7 * base, "two more windows shorten it a lot"
    assert moved > base, "one window moved to the wrong line makes it worse"
    assert moved_two > 1.5 * base, "two make it much worse"
    assert moved_two - base > 2 * of_policy


@pytest.mark.slow
def test_more_visitors_wait_longer() -> None:
    assert p90(played(BASE, FIFO, 640)) < p90(played(BASE, FIFO)) < p90(played(BASE, FIFO, 800))


# -- how good promises are


@pytest.mark.slow
def test_our_promise_beats_the_last_hour_and_the_formula_and_holds() -> None:
    """Ten days, two of three hard: more visitors, windows away, mixed plans, one going home."""
    told = [one for day in scoring.days(default_hall(), 1, 10, 640, every=18) for one in day]
    ours, last_hour, formula = scoring.score(told)
    assert ours.n > 250
    for other in (last_hour, formula):
        assert ours.median < 0.7 * other.median
        assert ours.p90 < 0.7 * other.p90
    assert ours.held is not None
    assert 0.75 <= ours.held <= 0.95


def test_the_score_is_told(cli: Cli) -> None:
    answer = cli.json("simulate", "--score", "--days", "1", "--visits", "120")
    assert [one["method"] for one in answer.objects] == ["ours", "last-hour", "formula"]
    assert len({one["n"] for one in answer.objects}) == 1
    said = cli("simulate", "--score", "--days", "1", "--visits", "120")
    assert "sim." not in said.out
    assert len(said.out.splitlines()) == 5


def test_a_method_is_scored_by_its_errors() -> None:
    told = [
        scoring.Told(10, {"ours": 12, "last-hour": 0, "formula": 10}, 9, 12),
        scoring.Told(20, {"ours": 20, "last-hour": 0, "formula": 60}, 21, 30),
    ]
    ours, last_hour, formula = scoring.score(told)
    assert (ours.median, ours.p90, ours.held) == (0, 2, 0.5)
    assert (last_hour.median, last_hour.p90, last_hour.held) == (10, 20, None)
    assert (formula.median, formula.p90) == (0, 40)


def test_objects_are_one_a_line(cli: Cli) -> None:
    said = cli("simulate", "--json", "--days", "1", "--visits", "40")
    assert [json.loads(line)["kind"] for line in said.out.splitlines()] == ["variant"]
