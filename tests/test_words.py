"""Words for codes, times and reasons, in both languages."""

from collections.abc import Iterator

import pytest

from hallclient import words
from hallclient.actions import undo
from hallclient.actions.windows import CALLING, CLOSED, DRAINING, IDLE, PAUSED, SERVING, WRAP_UP
from hallclient.live_words import cleared_at
from hallclient.rules import policy, queue
from hallclient.rules.catalogue import PlanKind
from hallclient.rules.errors import Refused
from hallclient.rules.roles import PERMISSIONS, Role
from hallclient.texts import has, set_language
from hallclient.words import duration, stopwatch, why_text
from tests.hallkit import NINE
from tests.test_text_tables import LANGUAGES

MINUTE = 60_000


@pytest.fixture(params=LANGUAGES, autouse=True)
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("zh")
    words.set_time_zone("Asia/Shanghai")


def both(lang: str, chinese: str, english: str) -> str:
    return chinese if lang == "zh" else english


@pytest.mark.parametrize(
    ("ms", "chinese", "english"),
    [
        (-5, "<1 分", "<1 min"),
        (59_999, "<1 分", "<1 min"),
        (MINUTE, "1 分", "1 min"),
        (59 * MINUTE + 59_999, "59 分", "59 min"),
        (60 * MINUTE, "1 小时 0 分", "1 h 0 min"),
        (125 * MINUTE, "2 小时 5 分", "2 h 5 min"),
    ],
)
def test_a_length_of_time(lang: str, ms: int, chinese: str, english: str) -> None:
    assert duration(ms) == both(lang, chinese, english)


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (-1, "00:00"),
        (999, "00:00"),
        (372_000, "06:12"),
        (3_599_999, "59:59"),
        (3_972_000, "1:06:12"),
    ],
)
def test_a_running_time(ms: int, said: str) -> None:
    assert stopwatch(ms) == said


def test_times_are_the_halls() -> None:
    assert words.clock(NINE) == "09:00"
    assert words.iso(NINE) == "2026-09-22T09:00:00+08:00"
    assert words.iso(None) is None
    words.set_time_zone("Asia/Urumqi")
    assert words.clock(NINE) == "07:00"


@pytest.mark.parametrize(("text", "minutes"), [("09:00", 0), ("9:05", 5), ("10:15", 75)])
def test_a_time_of_today(text: str, minutes: int) -> None:
    assert words.at_clock(text, NINE + 12_345) == NINE + minutes * MINUTE


@pytest.mark.parametrize("text", ["", "9", "24:00", "09:60", "9:5", "a:00", "09:00:00", "-1:00"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(Refused) as caught:
        words.at_clock(text, NINE)
    assert caught.value.code == "bad-time"


@pytest.mark.parametrize(
    ("why", "chinese", "english"),
    [
        ({}, "", ""),
        (
            {"band": "due", "lane": "booked", "slot": NINE + 75 * MINUTE, "wait_ms": 2 * MINUTE},
            "预约 10:15 到点，等 2 分",
            "booked 10:15, due, waited 2 min",
        ),
        (
            {"band": "due", "lane": "priority", "wait_ms": 8 * MINUTE},
            "优先，等 8 分",
            "priority, waited 8 min",
        ),
        (
            {"band": "ordinary", "lane": "ordinary", "wait_ms": 12 * MINUTE},
            "普通队首，等 12 分",
            "first in line, waited 12 min",
        ),
        ({"band": "recall", "attempt": 3}, "第 3 次呼叫", "call number 3"),
    ],
)
def test_why_this_one(lang: str, why: dict[str, object], chinese: str, english: str) -> None:
    assert why_text(why) == both(lang, chinese, english)


BANDS = ("return", "guard", "due", "interleave", "ordinary", "chosen")


@pytest.mark.parametrize("lane", [*policy.POOL_LANES, policy.RETURN])
@pytest.mark.parametrize("band", BANDS)
def test_every_band_of_every_lane_is_a_sentence(band: str, lane: str) -> None:
    why = {"band": band, "lane": lane, "wait_ms": MINUTE, "line": "tax", "slot": NINE}
    said = why_text(why)
    assert said
    assert not any(part in said for part in ("why.", "{"))
    longer = why_text({**why, "spare": True, "passed_over": "B017"}, "x-reason")
    assert longer.startswith(said)
    assert "B017" in longer
    assert "x-reason" in longer


def test_the_bands_are_those_of_the_policy() -> None:
    named = {value for name, value in vars(policy).items() if name.startswith("BAND_")}
    assert named == set(BANDS) - {"chosen"}


CODES = [
    *(("state", state) for state in queue.OPEN | queue.FINAL | {"open"}),
    *(("window", state) for state in (CALLING, CLOSED, DRAINING, IDLE, PAUSED, SERVING, WRAP_UP)),
    *(("role", role.value) for role in Role),
    *(("event", kind) for kind in undo.UNDOABLE),
    *(("action", name) for name in (*PERMISSIONS, *queue.TRANSITIONS, "consult")),
    *(("plan", kind.value) for kind in PlanKind),
]


@pytest.mark.parametrize(("group", "code"), sorted(CODES))
def test_every_code_has_a_word(group: str, code: str) -> None:
    assert has(f"{group}.{code}")
    assert words.word(group, code) != f"{group}.{code}"


def test_a_code_without_a_word_is_shown_as_it_is_but_safe() -> None:
    assert words.state_word("later-version") == "later-version"
    assert "\x1b" not in words.state_word("\x1b[31m")


def test_the_hall_is_done_today_or_not() -> None:
    hour = 60 * MINUTE
    assert cleared_at((NINE + hour, NINE + 3 * hour), NINE) == "11:00"
    assert cleared_at((NINE + 20 * hour, NINE + 25 * hour), NINE) == ""
