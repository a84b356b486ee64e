"""Announcements: how a number is read, and whose turn it is to be spoken."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.rules.announce import Announcer, Call, Order, spelt
from hallclient.rules.catalogue import Voice
from hallclient.voice import announcement, said
from tests.hallkit import NINE
from tests.hostile import HOSTILE, assert_harmless

DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True)) | {"yao": "幺"}


def call(number: str, window: str = "1", *, at: int = NINE, attempt: int = 1) -> Call:
    return Call(f"{number}.{attempt}", number, number, window, at, attempt)


# -- how it is read


def test_a_number_is_read_sign_by_sign() -> None:
    assert spelt("A023", DIGITS) == "A 零 二 三"
    assert spelt("B110", DIGITS) == "B 一 一 零"
    assert spelt("B110", DIGITS, yao=True) == "B 幺 幺 零"
    assert spelt("A-2", {}) == "A - 2"


def test_what_is_said() -> None:
    one = call("A023", "12")
    assert said(one, Voice(), "zh") == "请 A 零 二 三 号，到第12窗口办理业务"
    assert said(one, Voice(), "en") == "Number A zero two three, please go to window one two"
    collect = call("E110", "3")._replace(collect=True)
    assert "取件窗口领取证照" in said(collect, Voice(), "zh")
    assert "E 幺 幺 零" in said(collect, Voice(yao=True), "zh")
    assert "one one zero" in said(collect, Voice(yao=True), "en")


def test_mandarin_comes_first_and_as_often_as_wanted() -> None:
    parts = announcement(call("A001"), Voice(), 2)
    assert [part.language for part in parts] == ["zh", "zh", "en"]
    assert parts[0] == parts[1]


def test_nothing_a_number_holds_reaches_the_engine_as_a_control() -> None:
    for text in HOSTILE:
        for language in ("zh", "en"):
            assert_harmless(said(call(text), Voice(), language), newlines=False)


# -- whose turn it is


def test_several_windows_at_once_are_spoken_one_after_the_other() -> None:
    first, second = call("A001", "1"), call("A002", "2", at=NINE + 1)
    announcer = Announcer(2)
    # The newest stands first on a board; spoken is in the order of calling.
    assert announcer.turn(NINE, [second, first], True) == Order(say=first, times=2)
    assert announcer.turn(NINE, [second, first], False) == Order()
    assert announcer.turn(NINE, [second, first], True) == Order(say=second, times=2)
    assert announcer.turn(NINE, [second, first], True) == Order()


def test_a_call_that_was_taken_back_before_its_turn_is_left_out() -> None:
    first, second = call("A001", "1"), call("A002", "2", at=NINE + 1)
    announcer = Announcer()
    announcer.turn(NINE, [first, second], True)
    assert announcer.turn(NINE, [first], False) == Order()
    assert announcer.turn(NINE, [first], True) == Order()


def test_a_call_that_is_taken_back_while_it_is_spoken_is_stopped() -> None:
    first, second = call("A001", "1"), call("A002", "2", at=NINE + 1)
    announcer = Announcer()
    announcer.turn(NINE, [first, second], True)
    assert announcer.turn(NINE, [second], False) == Order(stop=True)
    assert announcer.turn(NINE, [second], True).say == second


def test_a_repeated_call_is_announced_again_and_does_not_break_the_one_under_way() -> None:
    announcer = Announcer()
    announcer.turn(NINE, [call("A001")], True)
    again = call("A001", at=NINE + 20_000, attempt=2)
    assert announcer.turn(NINE + 20_000, [again], False) == Order()
    assert announcer.turn(NINE + 21_000, [again], True).say == again
    assert announcer.turn(NINE + 22_000, [again], True) == Order()


def test_a_repeated_call_that_was_not_spoken_yet_keeps_its_place() -> None:
    one, two, three = (call(f"A00{n}", str(n), at=NINE + n) for n in (1, 2, 3))
    announcer = Announcer()
    announcer.turn(NINE, [one, two, three], True)
    again = call("A002", "2", at=NINE + 20_000, attempt=2)
    assert announcer.turn(NINE + 20_000, [one, three, again], True).say == again
    assert announcer.turn(NINE + 20_000, [one, three, again], True).say == three
    assert announcer.turn(NINE + 20_000, [one, three, again], True) == Order()


def test_the_next_call_after_an_undo_has_the_same_id_and_is_announced() -> None:
    announcer = Announcer()
    announcer.turn(NINE, [call("A001", "1")], True)
    announcer.turn(NINE + 1000, [], True)
    other = call("A001", "5", at=NINE + 2000)
    assert announcer.turn(NINE + 2000, [other], True).say == other


def test_an_undone_start_does_not_announce_again() -> None:
    announcer = Announcer()
    announcer.turn(NINE, [call("A001")], True)
    announcer.turn(NINE + 5000, [], True)
    assert announcer.turn(NINE + 8000, [call("A001")], True) == Order()


def test_after_a_restart_old_calls_are_not_announced_again() -> None:
    old, young = call("A001", "1"), call("A002", "2", at=NINE + 30_000)
    announcer = Announcer()
    now = NINE + 61_000
    assert announcer.turn(now, [old, young], True).say == young
    assert announcer.turn(now, [old, young], True) == Order()


def test_a_call_that_had_to_wait_for_its_turn_does_not_become_old() -> None:
    first, second = call("A001", "1"), call("A002", "2", at=NINE + 1)
    announcer = Announcer()
    announcer.turn(NINE, [first, second], True)
    announcer.turn(NINE + 30_000, [first, second], False)
    assert announcer.turn(NINE + 90_000, [first, second], True).say == second


def test_a_long_backlog_is_spoken_once_each() -> None:
    many = [call(f"A{n:03d}", str(n), at=NINE + n) for n in range(1, 7)]
    announcer = Announcer(2, backlog=3)
    orders = [announcer.turn(NINE, many, True) for _ in many]
    assert [order.say for order in orders] == many
    assert [order.times for order in orders] == [1, 1, 1, 2, 2, 2]


# -- whatever happens


class Hall:
    """Windows that call, call again, take back; a speaker that takes its time."""

    def __init__(self) -> None:
        self.now = NINE
        self.calls: dict[int, Call] = {}
        self.number = 0
        self.speaking: Call | None = None
        self.begun: list[Call] = []
        self.made: list[Call] = []
        self.gone: set[tuple[str, str, int]] = set()
        self.announcer = Announcer(2)

    def look(self) -> Order:
        calls = sorted(self.calls.values(), key=lambda one: -one.at)
        order = self.announcer.turn(self.now, calls, self.speaking is None)
        if order.stop:
            assert self.speaking is not None
            assert order.say is None
            self.speaking = None
        if order.say is not None:
            assert self.speaking is None, "two at once"
            assert order.say.key not in self.gone, "taken back before"
            assert order.times in (1, 2)
            self.speaking = order.say
            self.begun.append(order.say)
        return order

    def call(self, window: int) -> None:
        if window not in self.calls:
            self.number += 1
            self._make(window, call(f"A{self.number:03d}", str(window), at=self.now))
        else:
            before = self.calls[window]
            self.gone.add(before.key)
            again = before._replace(
                id=f"{before.leg}.{before.attempt + 1}", at=self.now, attempt=before.attempt + 1
            )
            self._make(window, again)

    def _make(self, window: int, made: Call) -> None:
        self.calls[window] = made
        self.made.append(made)

    def take_back(self, window: int) -> None:
        found = self.calls.pop(window, None)
        if found is not None:
            self.gone.add(found.key)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["call", "back", "done", "look", "look"]),
        st.integers(1, 5),
        st.integers(1, 9_000),
    ),
    max_size=60,
)


@settings(max_examples=400)
@given(STEPS)
def test_one_at_a_time_in_order_each_once_none_taken_back(
    steps: list[tuple[str, int, int]],
) -> None:
    hall = Hall()
    for what, window, passed in steps:
        hall.now += passed
        if what == "call":
            hall.call(window)
        elif what == "back":
            hall.take_back(window)
        elif what == "done":
            hall.speaking = None
        hall.look()
        if hall.speaking is not None and hall.speaking.leg not in {
            one.leg for one in hall.calls.values()
        }:
            raise AssertionError("spoken on after it was taken back")
    # Left alone, the speaker comes to the end of everything that is still in force.
    for _ in range(len(hall.made) + 2):
        hall.look()
        hall.speaking = None
    assert hall.look() == Order()
    counted = Counter(one.key for one in hall.begun)
    assert set(counted.values()) <= {1}, "spoken twice"
    for one in hall.calls.values():
        assert counted[one.key] == 1, "never spoken"
    firsts = list(dict.fromkeys(one.leg for one in hall.begun))
    made = list(dict.fromkeys(one.leg for one in hall.made))
    assert firsts == [leg for leg in made if leg in firsts], "out of order"


@given(
    st.lists(st.tuples(st.integers(0, 120_000), st.integers(1, 40)), max_size=20),
    st.integers(0, 100_000),
)
def test_a_restarted_board_speaks_what_is_young_and_nothing_else(
    made: list[tuple[int, int]], since: int
) -> None:
    calls = [call(f"A{n:03d}", str(n), at=NINE + at) for n, (at, _) in enumerate(made)]
    now = NINE + 120_000 + since
    announcer = Announcer()
    spoken = []
    for _ in range(len(calls) + 1):
        order = announcer.turn(now, calls, True)
        if order.say is not None:
            spoken.append(order.say)
    assert spoken == sorted(
        (one for one in calls if now - one.at <= 60_000), key=lambda one: (one.at, one.id)
    )
