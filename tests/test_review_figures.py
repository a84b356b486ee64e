"""Figures of review: shares of one and the same set, days, groups; held against slow counting."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.review_tables import fields, formula, metric_name
from hallclient.rules.metrics import Figure
from hallclient.rules.review import figures as rules
from hallclient.rules.review.deficiencies import SOURCES
from hallclient.rules.review.figures import (
    GROUPINGS,
    METRICS,
    REPORTS,
    SHOWN,
    Defect,
    Ended,
    Groups,
    Handled,
    Promised,
    Tally,
)
from hallclient.rules.review.materials import MISSING, OWN
from hallclient.texts import LANGUAGES, has, table

DAY = date(2026, 9, 1)
GROUPS = Groups("SP082", "market", "a01", "", "2026-W36")
CASE = Handled("c1", GROUPS, DAY, None, False, False, False, False, (), 0)


class Weekdays:
    """Monday to Friday, for tests: the calendar itself has its own."""

    def between(self, a: date, b: date, /) -> int:
        days = range(1, (b - a).days + 1)
        return sum((a + timedelta(n)).isoweekday() < 6 for n in days)


WEEKDAYS = Weekdays()


def of_cases(*cases: Handled, defects: Sequence[Defect] = (), by: tuple[str, ...] = ()) -> Tally:
    tally = Tally(rules.DEFICIENCIES, by)
    for case in cases:
        for mark in rules.of_case(case, WEEKDAYS):
            tally.add(mark)
    for mark in rules.of_defects(cases, defects, WEEKDAYS):
        tally.add(mark)
    return tally


def part(figure: Figure) -> tuple[int, int]:
    return figure.value, figure.of


def defect(case: Handled, code: str = "1.1", **how: object) -> Defect:
    made = Defect(
        case.id,
        case.groups,
        "material",
        f"food/{code}",
        f"food/{code[0]}",
        "",
        True,
        False,
        DAY,
        None,
    )
    return made._replace(**how)  # type: ignore[arg-type]


# -- cases


def test_a_case_that_nobody_has_answered_is_in_no_share() -> None:
    total = of_cases(CASE).total()
    assert (total["received"].value, total["unanswered"].value) == (1, 1)
    assert part(total["first-pass"]) == part(total["noticed"]) == (0, 0)
    gone = of_cases(CASE._replace(withdrawn=True)).total()
    assert (gone["received"].value, gone["unanswered"].value) == (1, 0)


def test_accepted_at_once_told_once_told_twice_refused() -> None:
    cases = (
        CASE._replace(id="ok", accepted=date(2026, 9, 2)),
        CASE._replace(id="one", notices=(date(2026, 9, 3),), accepted=date(2026, 9, 8)),
        CASE._replace(id="two", notices=(date(2026, 9, 7), date(2026, 9, 9)), tolerant=True),
        CASE._replace(id="no", refused=True),
        CASE._replace(id="agent", received=None, advised=2),
    )
    total = of_cases(*cases).total()
    assert (total["opened"].value, total["received"].value) == (5, 4)
    assert part(total["first-pass"]) == (1, 4)
    assert part(total["noticed"]) == (2, 4)
    assert part(total["second-notice"]) == (1, 2)
    assert part(total["advised"]) == (1, 5)
    assert part(total["tolerated"]) == (0, 2)
    told = total["days-to-notice"]
    # 2 and 4 working days: the mean is in tenths.
    assert (told.n, told.value, told.p50, told.p90, told.longest) == (2, 30, 2, 4, 4)
    accepted = total["days-to-accept"]
    assert (accepted.n, accepted.p50, accepted.longest) == (2, 1, 5)


def test_groups_without_a_name_are_no_groups() -> None:
    mine = CASE._replace(accepted=DAY)
    other = mine._replace(id="c2", groups=GROUPS._replace(agent="", firm="F1"))
    found = of_cases(mine, other, by=("agent", "firm", "item"))
    assert set(found.groups("agent")) == {"a01"}
    assert set(found.groups("firm")) == {"F1"}
    assert found.groups("item")["SP082"]["opened"].value == 2


# -- deficiencies


def test_the_share_of_a_reason_is_of_the_files_of_its_item() -> None:
    food = [CASE._replace(id=f"f{n}") for n in range(4)]
    other = [CASE._replace(id=f"o{n}", groups=GROUPS._replace(item="SP008")) for n in range(6)]
    defects = [
        defect(food[0]),
        defect(food[0]),
        defect(food[1]),
        defect(food[1], "2.1", late=True),
        defect(other[0], source="field", reason="", material="", place="field:phone", told=False),
    ]
    found = of_cases(*food, *other, defects=defects, by=("reason", "material", "place", "item"))
    reasons = found.groups("reason")
    assert list(reasons) == ["food/1.1", "food/2.1"]
    assert reasons["food/1.1"]["defects"].value == 3
    assert part(reasons["food/1.1"]["defect-cases"]) == (2, 4)
    assert part(reasons["food/2.1"]["defect-late"]) == (1, 1)
    assert part(found.groups("place")["field:phone"]["defect-cases"]) == (1, 6)
    assert part(found.groups("place")["field:phone"]["defect-late"]) == (0, 0)
    assert part(found.groups("item")["SP082"]["defect-cases"]) == (2, 4)
    total = found.total()
    assert part(total["defect-cases"]) == (3, 10)
    assert part(total["defects-per-100"]) == (5, 10)
    assert part(total["defect-late"]) == (1, 4)


def test_days_to_mend_are_of_what_was_mended() -> None:
    defects = [defect(CASE, closed=date(2026, 9, 4)), defect(CASE)]
    found = of_cases(CASE, defects=defects).total()["defect-days"]
    assert (found.n, found.longest) == (1, 3)


groups = st.builds(
    Groups,
    st.sampled_from(["i1", "i2", "i3"]),
    st.sampled_from(["", "d1"]),
    st.sampled_from(["", "a1", "a2"]),
    st.sampled_from(["", "f1"]),
    st.sampled_from(["2026-W36", "2026-W37"]),
)
days = st.integers(0, 30).map(lambda n: DAY + timedelta(n))


@st.composite
def handled(draw: Callable[..., object], n: int) -> Handled:
    made = Handled(
        f"c{n}",
        draw(groups),  # type: ignore[arg-type]
        draw(st.none() | days),  # type: ignore[arg-type]
        draw(st.none() | days),  # type: ignore[arg-type]
        draw(st.booleans()),  # type: ignore[arg-type]
        draw(st.booleans()),  # type: ignore[arg-type]
        draw(st.booleans()),  # type: ignore[arg-type]
        draw(st.booleans()),  # type: ignore[arg-type]
        tuple(sorted(draw(st.lists(days, max_size=3)))),  # type: ignore[call-overload]
        draw(st.integers(0, 2)),  # type: ignore[arg-type]
    )
    return made if made.received else made._replace(accepted=None, notices=(), refused=False)


@given(st.data())
def test_no_share_is_above_its_whole_and_groups_add_up(data: st.DataObject) -> None:
    cases = [data.draw(handled(n)) for n in range(data.draw(st.integers(0, 8)))]
    chosen = data.draw(st.lists(st.sampled_from(cases), max_size=12)) if cases else []
    codes = st.sampled_from(["1.1", "1.2", "2.1"])
    defects = [
        defect(case, data.draw(codes), late=data.draw(st.booleans()), told=data.draw(st.booleans()))
        for case in chosen
    ]
    by = GROUPINGS[rules.DEFICIENCIES]
    tally = of_cases(*cases, defects=defects, by=by)
    total = tally.total()
    for found in (total, *(one for way in by for one in tally.groups(way).values())):
        for name, figure in found.items():
            if METRICS[name].kind == rules.SHARE:
                assert 0 <= figure.value <= figure.of
    # Every case has an item and a week, so these groups are the whole.
    for way in ("item", "week"):
        for name, figure in total.items():
            of_groups = [one[name] for one in tally.groups(way).values()]
            assert sum(one.n for one in of_groups) == figure.n
            if METRICS[name].kind != rules.DAYS:
                assert sum(one.value for one in of_groups) == figure.value
            assert max((one.longest for one in of_groups), default=0) == figure.longest
    counted = {code: sum(one.reason == code for one in defects) for code in tally.groups("reason")}
    reasons = tally.groups("reason")
    assert {code: one["defects"].value for code, one in reasons.items()} == counted
    assert list(reasons) == sorted(reasons, key=lambda code: (-counted[code], code))
    answered = sum(bool(one.notices or one.accepted or one.refused) for one in cases)
    assert total["first-pass"].of == total["noticed"].of == answered


# -- clocks and promises


def test_a_dropped_clock_is_no_measure_of_time() -> None:
    tally = Tally(rules.DEADLINES, ("timer",))
    for state, used, late, paused in (("met", 3, 0, 2), ("late", 9, 4, 0), ("dropped", 1, 0, 0)):
        for mark in rules.of_clock(Ended(GROUPS, "decide", state, used, late, paused)):
            tally.add(mark)
    total = tally.total()
    assert (total["clocks"].value, total["late"].value, total["dropped"].value) == (3, 1, 1)
    assert part(total["in-time"]) == (1, 2)
    assert (total["days-used"].n, total["days-used"].longest) == (2, 9)
    assert (total["days-late"].n, total["days-late"].value) == (1, 40)
    assert (total["days-paused"].n, total["days-paused"].value) == (1, 20)
    assert tally.groups("timer")["decide"] == total


def test_an_open_promise_is_neither_kept_nor_broken() -> None:
    tally = Tally(rules.PROMISES, ("kind",))
    made = Promised(GROUPS, "tolerance", "food/3", "open", DAY, date(2026, 9, 10), None)
    for one in (
        made._replace(state="kept", closed=date(2026, 9, 3)),
        made._replace(state="broken"),
        made._replace(state="withdrawn"),
        made,
        made._replace(due=date(2026, 9, 11)),
    ):
        for mark in rules.of_promise(one, WEEKDAYS, date(2026, 9, 11)):
            tally.add(mark)
    total = tally.total()
    assert part(total["promise-kept"]) == (1, 2)
    counted = ("promises", "promise-broken", "promise-withdrawn", "promise-open", "promise-overdue")
    assert [total[name].value for name in counted] == [5, 1, 1, 2, 1]
    assert total["days-to-keep"].longest == 2


# -- what is defined


@pytest.mark.parametrize("report", REPORTS)
def test_every_figure_and_grouping_has_its_words(report: str) -> None:
    for language in LANGUAGES:
        for name in SHOWN[report]:
            assert metric_name(name, language) != f"reviewfig.{name}"
            assert formula(name, language) != f"reviewfig.{name}.formula"
    for by in GROUPINGS[report]:
        assert has(f"reviewfig.by.{by}")
        assert fields(report, by)
        for metric, field in fields(report, by):
            assert metric in SHOWN[report]
            assert by in METRICS[metric].by
            assert has(f"reviewfig.short.{metric}.{field}")


def test_no_words_are_left_of_figures_that_are_gone() -> None:
    assert all(has(f"reviewfig.code.{code}") for code in (MISSING, OWN))
    assert all(has(f"reviewfig.source.{source}") for source in SOURCES)
    named = [key for key in table("zh") if key.endswith(".formula") and key.startswith("reviewfig")]
    assert {key.split(".")[1] for key in named} == set(METRICS)
    assert {name for shown in SHOWN.values() for name in shown} == set(METRICS)
