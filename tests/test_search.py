"""One box finds by code, text, pinyin, initials, old names and mixtures of them."""

from __future__ import annotations

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hallclient.actions.hall_files import default_hall
from hallclient.actions.pinyin import syllables
from hallclient.rules.catalogue_search import item_index
from hallclient.rules.search import Entry, Hit, Kind, Rank, SearchIndex, fold
from tests.hostile import HOSTILE
from tests.source import ROOT

HALL = default_hall()
INDEX = item_index(HALL)
ITEMS = list(HALL.items.values())
with (ROOT / "tests" / "data" / "pinyin_cases.csv").open(encoding="utf-8", newline="") as stream:
    CASES = list(csv.DictReader(stream))


def found(text: str, limit: int = 1000) -> list[str]:
    return [hit.key for hit in INDEX.find(text, limit)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_wanted_initials_match(case: dict[str, str]) -> None:
    index = SearchIndex([Entry(("it",), case["text"], syllables(case["text"]))])
    assert [hit.key for hit in index.find(case["wanted_initials"])] == ["it"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_every_reading_of_the_cases_is_there(case: dict[str, str]) -> None:
    ours = [
        {reading[0] for reading in part.split("/")} for part in syllables(case["text"]).split("|")
    ]
    for letters, initials in zip(case["heteronym_sets"].split("|"), ours, strict=True):
        assert set(letters) <= initials


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("sp078", "SP078"),
        ("ＳＰ０７８", "SP078"),
        ("qysl", "SP078"),
        ("QYSLDJ", "SP078"),
        ("ｑｙｓｌ", "SP078"),
        ("qiyesheli", "SP078"),
        ("qiye sheli", "SP078"),
        ("qi'ye'she'li", "SP078"),
        ("qiyeshel", "SP078"),
        ("企业设", "SP078"),
        ("企业 设立", "SP078"),
        ("设立　企业", "SP078"),
        ("企业sl", "SP078"),
        ("qy设立", "SP078"),
        ("注册公司", "SP078"),
        ("company set-up", "SP078"),
        ("外经证", "YQ034"),
        ("wjz", "YQ034"),
        ("跨区域涉税", "YQ034"),
        ("3551", "YQ028"),
        ("3551rcjh", "YQ028"),
        ("hpdjb", "YQ008"),
        ("shizhenglei", "SP025"),
        ("食品经营", "SP082"),
        ("spjy", "SP082"),
        ("消防审核", "SP014"),
        ("低保", "JD025"),
    ],
)
def test_what_people_type(typed: str, code: str) -> None:
    assert code in found(typed, 3)


@pytest.mark.parametrize("name", ["工商", "质监", "食药监", "市场监督管理局", "gongshang"])
def test_old_names_of_a_department_find_its_items(name: str) -> None:
    own = {item.code for item in ITEMS if item.department == "market"}
    assert own <= set(found(name))


@pytest.mark.parametrize("name", ["国税", "地税"])
def test_both_tax_bureaus_are_one(name: str) -> None:
    assert {"YQ034", "YQ036"} <= set(found(name))


def test_the_real_collision_shows_both() -> None:
    assert found("cxjmjbylbxcbdj")[:2] == ["JD005", "JD007"]


def test_an_exact_code_comes_first() -> None:
    for item in ITEMS:
        first = INDEX.find(item.code.lower())[0]
        assert (first.key, first.rank) == (item.code, Rank.CODE)


def test_letters_alone_are_pinyin_before_they_are_a_code() -> None:
    assert HALL.items[found("sp")[0]].zh.startswith("食品")
    assert found("sp07")[0] == "SP070"


def test_order_of_the_ranks() -> None:
    index = SearchIndex(
        [
            Entry(("heteronym",), "长发", "zhang/chang|fa"),
            Entry(("inside",), "大常法", "da|chang|fa"),
            Entry(("usual",), "常发厂", "chang|fa|chang"),
            Entry(("substring",), "Xcf", "x|c|f"),
            Entry(("prefix",), "cfg", "c|f|g"),
            Entry(("whole",), "cf", "c|f"),
            Entry(("group",), "常法", "chang|fa", Kind.GROUP),
            Entry(("code",), "CF", "", Kind.CODE),
        ]
    )
    assert [(hit.key, hit.rank) for hit in index.find("cf")] == [
        ("code", Rank.CODE),
        ("whole", Rank.WHOLE),
        ("prefix", Rank.START),
        ("substring", Rank.INSIDE),
        ("usual", Rank.USUAL_START),
        ("inside", Rank.USUAL_INSIDE),
        ("heteronym", Rank.OTHER_START),
        ("group", Rank.USUAL_START),
    ]


def test_a_later_usual_reading_beats_an_earlier_rare_one() -> None:
    index = SearchIndex([Entry(("it",), "长发常发", "zhang/chang|fa|chang|fa")])
    assert index.find("cf") == [Hit("it", "长发常发", Kind.NAME, Rank.USUAL_INSIDE)]


def test_two_letters_of_a_double_initial() -> None:
    index = SearchIndex([Entry(("it",), "张闪闯", "zhang|shan|chuang")])
    assert index.find("zhshch")
    assert index.find("zsc")
    assert not index.find("hsc")


def test_words_are_all_needed() -> None:
    assert "SP078" in found("登记 企业")
    assert found("登记 没有的词") == []


def test_a_visitor_is_found_by_the_surname_s_reading() -> None:
    names = ["曾国强", "单雄信", "尉迟恭", "张三"]
    index = SearchIndex([Entry((name,), name, syllables(name, person=True)) for name in names])
    assert index.find("zgq")[0] == Hit("曾国强", "曾国强", Kind.NAME, Rank.USUAL_START)
    assert index.find("shanxx")[0].rank is Rank.USUAL_START
    assert index.find("yuchi")[0].key == "尉迟恭"
    assert index.find("yuchi")[0].rank is Rank.USUAL_START


def test_nothing_typed_finds_nothing() -> None:
    assert found("") == found(" 　") == found("[/]()·") == []
    assert INDEX.find("qysl", 0) == []


def test_limit() -> None:
    assert len(INDEX.find("登记", 7)) == 7
    assert len(set(found("d"))) == len(found("d"))


@given(st.data())
def test_any_part_of_a_name_finds_it(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS))
    start = data.draw(st.integers(0, len(item.zh) - 1))
    end = data.draw(st.integers(start + 1, len(item.zh)))
    part = item.zh[start:end]
    assert (item.code in found(part)) == bool(fold(part))


@given(st.data())
def test_any_reading_s_initials_or_spelling_finds_it(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS))
    parts = [part.split("/") for part in item.pinyin.split("|")]
    start = data.draw(st.integers(0, len(parts) - 1))
    end = data.draw(st.integers(start + 1, len(parts)))
    typed = ""
    for place in range(start, end):
        reading = data.draw(st.sampled_from(parts[place]))
        typed += data.draw(st.sampled_from([reading, reading[0], fold(item.zh)[place]]))
    assert item.code in found(typed)


@given(st.data())
def test_usual_initials_rank_as_usual(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS))
    typed = "".join(part[0] for part in item.pinyin.split("|"))
    hit = next(hit for hit in INDEX.find(typed, 1000) if hit.key == item.code)
    assert hit.rank <= Rank.USUAL_START


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text: str) -> None:
    index = SearchIndex([Entry(("it",), text, syllables(text))])
    for hit in index.find(text):
        assert hit.key == "it"
    if fold(text[:120]):
        assert index.find(text)


@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
@example("\ud800", "\udfff")
@example("a" * 40, "a|" * 40)
@example("abc", "//|/|a//b")
def test_no_text_and_no_pinyin_raises(text: str, pinyin: str) -> None:
    index = SearchIndex([Entry(("it",), text, pinyin), Entry((), pinyin, text)])
    for typed in (text, pinyin, text + " " + pinyin):
        assert {hit.key for hit in index.find(typed)} <= {"it"}
    assert len(INDEX.find(text, 5)) <= 5


@given(st.text(st.characters(), max_size=30))
def test_syllables_fit_the_folded_text(text: str) -> None:
    made = syllables(text)
    assert len(made.split("|")) == max(1, len(fold(text)))
    assert all(all(part.split("/")) for part in made.split("|")) or not made
    assert fold(fold(text)) == fold(text)
