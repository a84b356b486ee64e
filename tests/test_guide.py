"""The guide: from a question or what people say to the item, its materials, a number, a case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient import guide_words
from hallclient.actions import cases, guide
from hallclient.actions.acting import Actor
from hallclient.actions.editions import shipped_checklists
from hallclient.actions.guide import Matter
from hallclient.actions.review_files import publish, shipped_review
from hallclient.rules.errors import Refused
from hallclient.rules.review import guide as rules
from hallclient.rules.review.guide import Answer, Found, Guide, Question, guide_from, to_json
from hallclient.texts import LANGUAGES, set_language
from tests.casekit import DAJI, WANG
from tests.clikit import Cli, cli, quick
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk

__all__ = ["cli", "quick"]

SHIPPED = shipped_review().guide or Guide("", ())
CHECKLISTS = shipped_checklists()
HOMELESS = {"re_first", "re_mortgage", "re_transfer"}
"""Checklists without an item of the catalogue."""


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def leaves(kit: Kit) -> list[Matter]:
    """Whatever the guide that ships leads to."""
    found = []
    for path, answer in SHIPPED.places.values():
        if not answer.to:
            step = guide.follow(kit.store, AGENT, path)
            assert isinstance(step, Matter)
            found.append(step)
    return found


# -- the guide that ships


def test_every_checklist_is_reached_and_every_place_can_be_followed(kit: Kit) -> None:
    matters = leaves(kit)
    assert {one.checklist for one in matters if one.checklist} == CHECKLISTS.keys()
    for one in matters:
        assert bool(one.item) != bool(one.elsewhere_zh), one.path
        assert bool(one.bring) == bool(one.checklist)
        assert bool(one.line) == bool(one.item)
    for language in LANGUAGES:
        set_language(language)
        for one in matters:
            assert all(guide_words.matter_lines(kit.hall, one))
    set_language("zh")


def test_a_question_fits_figure_keys() -> None:
    assert max(len(one.answers) for one in SHIPPED.questions) <= rules.MOST_ANSWERS
    assert max(len(path) for path, _ in SHIPPED.places.values()) <= 3


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("开公司", "co_setup"),
        ("kgs", "co_setup"),
        ("我想开个公司", ""),
        ("我想开公司", "co_setup"),
        ("开饭店", "food"),
        ("我和朋友想开一家饭店", "food"),
        ("kfd", "food"),
        ("kaifandian", "food"),
        ("restaurant", "food"),
        ("给员工交社保", "si_add"),
        ("外经证", "tax_cross"),
        ("房屋过户", "re_transfer"),
        ("抵押", "re_mortgage"),
    ],
)
def test_what_people_say_finds_the_checklist(kit: Kit, said: str, first: str) -> None:
    hits = guide.search(kit.store, AGENT, said)
    assert (hits[0].checklist if hits else "") == first


def test_what_has_several_meanings_asks_and_what_is_elsewhere_is_told(kit: Kit) -> None:
    (first, *_) = guide.search(kit.store, AGENT, "办社保")
    assert (first.asks, first.item) == (True, "")
    step = guide.follow(kit.store, AGENT, first.path)
    assert isinstance(step, Question)
    assert step.id == "insurance"
    (first, *_) = guide.search(kit.store, AGENT, "我要结婚")
    step = guide.follow(kit.store, AGENT, first.path)
    assert isinstance(step, Matter)
    assert (step.item, step.checklist) == ("", "")
    assert "民政局" in step.elsewhere_zh
    assert "civil affairs" in step.elsewhere_en


def test_an_item_that_the_guide_does_not_name_is_found_in_the_catalogue(kit: Kit) -> None:
    (hit,) = guide.search(kit.store, AGENT, "SP033")
    assert (hit.path, hit.item, hit.checklist) == ((), "SP033", "")
    # What the guide leads to stands there once.
    hits = guide.search(kit.store, AGENT, "食品经营许可")
    codes = [one.item for one in hits if not one.asks]
    assert codes[0] == "SP082"
    assert len(codes) == len(set(codes))
    assert guide.search(kit.store, AGENT, "  ") == []


# -- answers one after the other


@given(st.lists(st.integers(-2, 11), max_size=5))
def test_any_path_is_a_place_or_is_refused(path: list[int]) -> None:
    places = {one for one, _ in SHIPPED.places.values()} | {()}
    if tuple(path) not in places:  # each question of what ships is led to once
        with pytest.raises(Refused, match=r"no-such-answer|guide-ended"):
            rules.ask(SHIPPED, path)
        return
    step = rules.ask(SHIPPED, path)
    if isinstance(step, Found):
        assert step.path == tuple(path)
        assert step.answer.to == ""
    else:
        assert len(path) < 3
        assert step in SHIPPED.questions


def test_answers_beyond_the_last_are_refused() -> None:
    with refused("no-such-answer"):
        rules.ask(SHIPPED, [0])
    with refused("no-such-answer"):
        rules.ask(SHIPPED, [10])
    with refused("guide-ended"):
        rules.ask(SHIPPED, [1, 1, 1])


def test_a_question_may_be_led_to_twice_and_is_found_by_the_shorter_way() -> None:
    end = Question("end", "完？", "End?", (Answer("甲甲", "A", item="X", words=("词语",)),))
    middle = Question("middle", "中？", "Middle?", (Answer("到完", "To the end", to="end"),))
    first = Question(
        "first",
        "先？",
        "First?",
        (Answer("到中", "Go", to="middle"), Answer("到完", "On", to="end")),
    )
    made = Guide("1", (first, middle, end), {"词语": "ci|yu"})
    assert [one.path for one in rules.search(made, "cy")] == [(2, 1)]
    assert rules.ask(made, (1, 1, 1)) == Found((1, 1, 1), end.answers[0])


@given(st.text(max_size=40))
def test_whatever_is_typed_finds_places_that_can_be_followed(said: str) -> None:
    hits = rules.search(SHIPPED, said)
    assert len({one.path for one in hits}) == len(hits) <= 9
    for one in hits:
        step = rules.ask(SHIPPED, one.path)
        assert isinstance(step, Question) == bool(one.answer.to)


def test_a_guide_is_the_same_after_json() -> None:
    import json

    assert guide_from(json.loads(to_json(SHIPPED))) == SHIPPED


# -- the item


def test_the_item_says_what_to_bring_how_long_and_who_waits(kit: Kit) -> None:
    before = guide.found(kit.store, AGENT, "SP082")
    food = CHECKLISTS["food"]
    assert (before.checklist, before.legal, before.promised) == ("food", (10, "W"), (3, "W"))
    assert [one.material for one in before.bring] == list(food.materials)
    when = {one.material.no: one.condition for one in before.bring if one.condition}
    assert when == {one.no: food.by_condition[one.when] for one in food.materials if one.when}
    assert when
    kit.take("SP082")
    after = guide.found(kit.store, AGENT, checklist="food")
    assert after == before._replace(waiting=before.waiting + 1)


def test_an_item_without_a_checklist_is_told_without_materials(kit: Kit) -> None:
    found = guide.found(kit.store, AGENT, "SP084")
    item = kit.hall.items["SP084"]
    assert (found.checklist, found.bring, found.line) == ("", (), item.line)
    assert found.legal == (item.legal_limit, item.legal_unit)


def test_what_is_not_there_is_refused(kit: Kit) -> None:
    with refused("no-such-item"):
        guide.found(kit.store, AGENT, "XX001")
    with refused("no-such-checklist"):
        guide.found(kit.store, AGENT, checklist="nothing")
    with refused("item-needed"):
        guide.found(kit.store, AGENT)


# -- a number and a case


def test_a_number_is_taken_and_the_case_opened_on_it(kit: Kit) -> None:
    taken = guide.take(kit.store, AGENT, "SP082", applicant=DAJI)
    row = taken.case
    assert row is not None
    assert taken.refused is None
    assert (row["item"], row["checklist"].split("/")[1]) == ("SP082", "food")
    assert (row["visit"], row["leg"]) == (taken.ticket.visit, taken.ticket.legs[0].id)
    assert (row["agent"], row["source"], row["title"]) == ("a01", "assisted", DAJI.name)
    person = kit.store.unseal(taken.ticket.visit, kit.visit(taken.ticket.number)["sealed"])
    assert person == {"name": "张三", "phone": "13800138000", "company": DAJI.name}
    assert kit.visit(taken.ticket.number)["promised_high"] is not None


@pytest.mark.parametrize("key", sorted(HOMELESS))
def test_a_checklist_without_an_item_gets_a_number_of_its_line(kit: Kit, key: str) -> None:
    (place,) = [one for one in leaves(kit) if one.checklist == key]
    taken = guide.take(kit.store, AGENT, place.item, checklist=key, applicant=WANG)
    assert taken.ticket.legs[0].line == "estate"
    assert taken.case is not None
    assert taken.case["checklist"].split("/")[1] == key
    assert taken.case["item"] == ""


def test_an_item_without_a_checklist_gets_a_number_alone(kit: Kit) -> None:
    taken = guide.take(kit.store, AGENT, "SP084", applicant=WANG)
    assert (taken.case, taken.refused) == (None, None)
    assert kit.states(taken.ticket.number) == ["waiting"]


def test_what_is_known_before_is_refused_before_a_number_is_given(kit: Kit) -> None:
    before = kit.kinds()
    for who, item in ((AGENT, "XX001"), (ADMINISTRATOR, "SP082"), (Actor("k1", "kiosk"), "SP082")):
        with pytest.raises(Refused):
            guide.take(kit.store, who, item)
    with refused("item-needed"):
        guide.take(kit.store, AGENT, checklist="re_first")
    assert kit.kinds() == before
    guide.take(kit.store, AGENT, "SP082", applicant=WANG)
    before = kit.kinds()
    with refused("already-open"):
        guide.take(kit.store, AGENT, "SP082", applicant=WANG)
    assert kit.kinds() == before


def test_the_number_stays_when_the_case_is_refused(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_given: object, **_more: object) -> None:
        raise Refused("not-active", operator="a01")

    monkeypatch.setattr(cases, "open_case", gone)
    taken = guide.take(kit.store, AGENT, "SP082", applicant=WANG)
    assert taken.case is None
    assert taken.refused is not None
    assert taken.refused.code == "not-active"
    monkeypatch.undo()
    row = cases.open_case(kit.store, AGENT, number=taken.ticket.number)
    assert (row["visit"], row["title"]) == (taken.ticket.visit, "王*")


# -- the hall's own guide


def test_the_guide_published_last_is_in_force(kit: Kit) -> None:
    assert guide.current(kit.store) == SHIPPED
    own = Guide("own", (Question("q", "问？", "Asked?", (Answer("药", "Drugs", item="SP084"),)),))
    review = shipped_review()._replace(guide=own)
    publish(kit.store, ADMINISTRATOR, review)
    assert guide.start(kit.store, clerk(1)) == own.questions[0]
    step = guide.follow(kit.store, SUPERVISOR, [1])
    assert isinstance(step, Matter)
    assert (step.path, step.item) == ((1,), "SP084")
    # Without one of its own a hall keeps what is in force.
    publish(kit.store, ADMINISTRATOR, review._replace(guide=None))
    assert guide.current(kit.store) == own
    changed = replace(own, questions=(replace(own.questions[0], zh="又问？"),))
    with refused("edition-taken"):
        publish(kit.store, ADMINISTRATOR, review._replace(guide=changed))


# -- the command line


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_asks_and_follows(cli: Cli, lang: str) -> None:
    first = cli("--lang", lang, "guide", by="a01").out.splitlines()
    assert len(first) == 10
    assert first[1].split()[0] == "1"
    asked = cli.json("--lang", lang, "guide", "2", by="a01").object
    assert (asked["question"], asked["path"]) == ("trade", [2])
    assert {one["leads"] for one in asked["answers"]} == {"item", "question"}
    said = cli("--lang", lang, "guide", "2", "1", by="a01")
    assert said.code == 0
    food = CHECKLISTS["food"]
    assert len(said.out.splitlines()) == 4 + len(food.materials)
    found = cli.json("--lang", lang, "guide", "2", "1", by="a01").object
    assert (found["service"], found["checklist"]) == ("SP082", "food")
    assert (found["legal_limit"], found["promised_limit"]) == ("10W", "3W")
    assert len(found["materials"]) == len(food.materials)
    assert found["materials"][0]["name"] == (
        food.materials[0].en if lang == "en" else food.materials[0].zh
    )
    elsewhere = cli.json("--lang", lang, "guide", "9", "1", by="a01").object
    assert (elsewhere["service"], elsewhere["line"]) == (None, None)
    assert elsewhere["elsewhere"] in cli("--lang", lang, "guide", "9", "1", by="a01").out


def test_the_command_searches_and_takes(cli: Cli) -> None:
    hits = cli.json("guide", "--search", "开饭店", by="a01").objects
    assert hits[0] == {
        "path": [2, 1],
        "name": "开饭店、卖食品、食堂",
        "by": "开饭店",
        "service": "SP082",
        "checklist": "food",
        "asks": False,
    }
    assert cli("guide", "--search", "开饭店", by="a01").out.startswith("2 1  开饭店")
    made = cli.done("guide", "2", "1", "--take", "--name", "王伟", by="a01")
    assert made["case"]["title"] == "王*"
    assert made["case_refused"] is None
    assert made["number"]
    by_item = cli("guide", "--item", "SP062", "--take", by="a01")
    assert by_item.code == 0
    assert len(by_item.out.splitlines()) == 2
    again = cli.done(
        "guide", "--search", "kfd", "--take", "--organisation", "--name", "大吉", by="a01"
    )
    assert again["case"]["title"] == "大吉"


def test_the_command_says_why_not(cli: Cli) -> None:
    for words, code in (
        (("2", "--item", "SP082"), "guide-one-way"),
        (("2", "--take"), "guide-not-ended"),
        (("9", "1", "--take"), "guide-elsewhere"),
        (("--search", "社保", "--take"), "guide-not-one"),
        (("--search", "造火箭"), "guide-nothing"),
        (("12",), "no-such-answer"),
        (("2", "1", "1"), "guide-ended"),
        (("--item", "nothing"), "no-such-item"),
    ):
        assert cli.refused("guide", *words, by="a01")["error"] == code
    assert cli.refused("guide", by="admin")["error"] == "not-allowed"
    assert cli("guide", "two", by="a01").code == 2


def test_the_command_keeps_the_number_when_the_case_is_refused(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_given: object, **_more: object) -> None:
        raise Refused("filing-taken", number="F1", case="C1")

    monkeypatch.setattr(cases, "open_case", gone)
    said = cli.json("guide", "2", "1", "--take", by="a01")
    assert said.code == 1
    made = said.objects[0]
    assert (made["case"], made["case_refused"]) == (None, "filing-taken")
    assert f"--number {made['number']}" in said.err
    assert cli.kit.states(made["number"]) == ["waiting"]
