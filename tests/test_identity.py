"""Numbers of people's documents: what is well-formed, where another is wrong, which slip it was."""

import json
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hallclient import identity_words as words
from hallclient.actions.region_table import regions
from hallclient.rules import identity, uscc
from hallclient.rules.check_digits import DIGITS, PERSON
from hallclient.rules.identity import FOREIGNER, HMT, KINDS, PERSONS, RESIDENT
from hallclient.rules.judged import MOST_SLIPS, Judged, Slip, normal
from hallclient.rules.regions import Regions
from hallclient.rules.scan import ScanKind, route
from hallclient.texts import language, set_language
from tests import cards
from tests.hostile import HOSTILE, assert_harmless
from tests.source import ROOT

TODAY = date(2026, 9, 22)
GOOD = "42010019900307123X"
DAYS = st.dates(date(1900, 1, 1), TODAY)
VECTORS = json.loads((ROOT / "tests/data/id_vectors.json").read_text("utf-8"))
OF_PEOPLE = [one for one in VECTORS if one["kind"] in KINDS]


def read(text: str, kind: str = RESIDENT, table: Regions | None = None) -> Judged:
    return identity.read(kind, text, today=TODAY, regions=table)


def numbers() -> st.SearchStrategy[str]:
    """Valid numbers of residents, from regions and days all over."""
    codes = st.sampled_from(["110101", "420106", "420123", "440305", "653201", "310115"])
    return st.builds(
        lambda region, born, nth: cards.identity(born.isoformat(), nth, region),
        codes,
        DAYS,
        st.integers(0, 999),
    )


@pytest.mark.parametrize("vector", OF_PEOPLE, ids=lambda one: one["about"])
def test_known_numbers(vector: dict[str, str]) -> None:
    assert read(vector["number"], vector["kind"]).error == vector["error"]


def test_the_vectors_are_there() -> None:
    assert {one["kind"] for one in OF_PEOPLE} == set(KINDS) - {"uscc", "org_code", "old_regno"} - {
        "taiwan_permit",
        "other",
    }


# -- what a number carries


@given(DAYS, st.integers(0, 999))
def test_birth_sex_and_region_come_from_the_number(born: date, nth: int) -> None:
    judged = read(cards.identity(born.isoformat(), nth, "420123"))
    assert (judged.error, judged.birth, judged.region) == ("", born, "420123")
    assert judged.sex == ("male" if nth % 2 else "female")


@pytest.mark.parametrize(
    "typed",
    [
        "42010019900307123x",
        " 420100 19900307 123X\r\n",
        "420100-19900307-123X",
        "４２０１００１９９００３０７１２３Ｘ",
        "'42010019900307123X",
        "\ufeff42010019900307123X\u200b",
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert read(typed) == read(GOOD)
    assert read(typed).number == GOOD


def test_who_is_born_today_may_have_a_number_and_tomorrow_not() -> None:
    assert read(cards.identity(TODAY.isoformat())).error == ""
    assert read(cards.identity((TODAY + timedelta(days=1)).isoformat())).error == "BIRTH_FUTURE"
    assert read(cards.identity("1896-01-01")).error == ""
    assert read(cards.identity("1895-12-31")).error == "BIRTH_OLD"


def test_the_first_cards_are_noted_with_the_number_that_followed() -> None:
    judged = read("420100900307123")
    assert (judged.error, judged.birth, judged.sex) == ("", date(1990, 3, 7), "male")
    assert [note.code for note in judged.notes] == ["FIRST_GENERATION"]
    assert judged.notes[0].params == {"number": GOOD}
    assert read("420100901307123").error == "BIRTH_DATE"


def test_permits_have_kinds_of_their_own() -> None:
    permit = cards.identity("1990-03-07", region="810000")
    assert read(permit, HMT).error == ""
    assert [note.params for note in read(permit).notes] == [{"kind": HMT}]
    assert (read(GOOD, HMT).error, read(GOOD, HMT).other) == ("KIND", RESIDENT)
    foreigner = cards.identity("1980-05-06", region="911840")
    assert (read(foreigner).error, read(foreigner).other) == ("KIND", FOREIGNER)
    assert (read(foreigner, FOREIGNER).error, read(foreigner, FOREIGNER).sex) == ("", "")
    assert read(foreigner[:-1], FOREIGNER).params == {"length": 17, "wanted": "15/18"}


@pytest.mark.parametrize("code", ["91420100MA4KX8N35J", "911103026605015136"])
@pytest.mark.parametrize("kind", PERSONS)
def test_a_credit_code_is_told_by_name(kind: str, code: str) -> None:
    """Also one of digits only, which has the look of a foreigner's number."""
    judged = read(code, kind)
    assert (judged.error, judged.other, judged.slips) == ("CREDIT_CODE", "uscc", ())
    assert words.error_text(judged).startswith("这是统一社会信用代码，不是")
    assert read(code, "passport_cn").other == "uscc"


def test_a_persons_number_stays_one_when_its_check_makes_it_a_code() -> None:
    """A wrong check is a slip of a person's far more often than a code of digits and a day."""
    both = next(
        number
        for digits in product(DIGITS, repeat=4)
        if uscc.is_code(number := "11420019900307" + "".join(digits)) and not PERSON.fits(number)
    )
    assert read(both).error == "CHECK"


def test_a_credit_code_of_digits_only_is_nobodys_number() -> None:
    """Places 7 to 14 are a day of the year 1, and the check of a person holds by chance."""
    code = "914201000103050437"
    assert uscc.is_code(code)
    assert PERSON.fits(code)
    assert not identity.is_identity(code)
    assert route(code).kind is ScanKind.USCC


def test_a_telephone_number_is_told_by_name() -> None:
    assert read("13800138000").other == "mobile"


@pytest.mark.parametrize(
    ("kind", "typed", "error"),
    [
        ("hk_macau_permit", "h1234 5678", ""),
        ("hk_macau_permit", "H1234567", "LENGTH"),
        ("taiwan_permit", "12345678", ""),
        ("taiwan_permit", "1234567890A", ""),
        ("taiwan_permit", "A2345678", "FORMAT"),
        ("passport_cn", "EA1234567", ""),
        ("passport_cn", "EI1234567", "FORMAT"),
        ("passport_foreign", "C01X00T47", ""),
        ("passport_foreign", "1234", "LENGTH"),
        ("foreigner_pr", "US1110090030712", "FORMAT"),
        ("other", "军字第1234567号", ""),
        ("other", "", "LENGTH"),
        ("old_regno", "420100000890978", ""),
        ("old_regno", "420100000890979", "CHECK"),
        ("org_code", "MA4KX8N3-5", ""),
        ("org_code", "MA4KX8N36", "CHECK"),
        ("uscc", "91420100MA4KX8N35J", ""),
    ],
)
def test_other_kinds(kind: str, typed: str, error: str) -> None:
    assert read(typed, kind).error == error


def test_an_unknown_kind_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="driving"):
        read(GOOD, "driving_licence")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (GOOD, ["resident_id"]),
        ("810000199003071237", ["hmt_residence_permit", "resident_id"]),
        ("91420100MA4KX8N35J", ["uscc"]),
        ("MA4KX8N35", ["org_code"]),
        ("420100000890978", ["old_regno"]),
        ("H12345678", ["hk_macau_permit"]),
        ("E12345678", ["passport_cn"]),
        ("A032", []),
    ],
)
def test_a_number_is_recognised_by_its_form(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in identity.recognise(text, today=TODAY)] == kinds


# -- slips


def slip_of(number: str, wrong: str) -> tuple[int, str]:
    """Where and what the true slip was: 1-based place and what stood there."""
    places = [at for at in range(18) if number[at] != wrong[at]]
    return places[0] + 1, number[places[0] : places[-1] + 1]


def offered(wrong: str) -> list[tuple[int, str]]:
    return [
        (one.at, one.meant) for one in identity.candidates(RESIDENT, normal(wrong), today=TODAY)
    ]


@given(numbers(), st.integers(0, 17), st.sampled_from(DIGITS + "X"))
def test_one_wrong_character_is_caught_and_found(number: str, at: int, char: str) -> None:
    wrong = number[:at] + char + number[at + 1 :]
    judged = read(wrong)
    assert bool(judged.error) == (wrong != number)
    if wrong != number:
        assert (at + 1, number[at]) in offered(wrong)


@given(numbers(), st.integers(0, 16))
def test_two_neighbours_swapped_are_caught_and_found(number: str, at: int) -> None:
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    judged = read(wrong)
    assert bool(judged.error) == (wrong != number)
    if wrong != number:
        assert slip_of(number, wrong) in offered(wrong)


@given(numbers(), st.integers(0, 17), st.sampled_from(DIGITS + "XOIBSZ"))
def test_what_is_offered_is_well_formed_and_no_more_than_three(
    number: str, at: int, char: str
) -> None:
    judged = read(number[:at] + char + number[at + 1 :])
    assert len(judged.slips) <= MOST_SLIPS
    for slip in judged.slips:
        assert read(slip.right).well_formed
        before = judged.number[slip.at - 1 : slip.at - 1 + len(slip.found)]
        assert (before, slip.right[slip.at - 1 : slip.at - 1 + len(slip.meant)]) == (
            slip.found,
            slip.meant,
        )


def test_slips_are_ranked_by_how_common_they_are() -> None:
    number = "420106198212315478"
    assert not read(cards.identity("1982-12-31", 547, "420106")).error
    number = cards.identity("1982-12-31", 547, "420106")
    swapped = number[:10] + "21" + number[12:]
    assert read(swapped).slips[0] == Slip("transposed", 11, "21", "12", number)
    kinds = [one.kind for one in identity.candidates(RESIDENT, swapped, today=TODAY)]
    order = ["transposed", "misread", "check", "miskeyed"]
    assert kinds == sorted(kinds, key=order.index)


def test_a_true_slip_is_mostly_among_the_three() -> None:
    """Swapped neighbours nearly always; look-alikes mostly: the check digit has but 11 values."""
    sample = [
        cards.identity(f"{1950 + nth % 70}-{nth % 12 + 1:02d}-{nth % 28 + 1:02d}", nth, "420106")
        for nth in range(400)
    ]
    swaps = found = 0
    for nth, number in enumerate(sample):
        at = nth % 16
        wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        if wrong != number:
            swaps += 1
            slips = identity.read(RESIDENT, wrong, today=TODAY, regions=regions()).slips
            found += number in [one.right for one in slips]
    assert found >= 0.95 * swaps


def test_letters_for_digits_are_explained() -> None:
    number = cards.identity("1990-10-01", 15)
    (slip,) = read(number[:6] + number[6:].replace("0", "O")).slips
    assert (slip.kind, set(slip.found), slip.right) == ("misread", {"O"}, number)
    judged = read("4201OO19900307123I")
    assert (judged.error, judged.at, judged.wrong) == ("CHARSET", (5, 6, 18), "OOI")


def test_a_slip_in_the_day_of_birth_is_explained_too() -> None:
    number = cards.identity("1990-03-17")
    judged = read(number[:10] + "30" + number[12:])
    assert (judged.error, judged.at) == ("BIRTH_DATE", (7, 8, 9, 10, 11, 12, 13, 14))
    assert judged.slips[0].right == number


def test_what_a_spreadsheet_did_is_said() -> None:
    assert read("4.20100199003071E+17").error == "ROUNDED"
    judged = read("420100199003071000")
    assert (judged.error, [note.code for note in judged.notes]) == ("CHECK", ["ROUNDED"])


# -- regions


def test_regions_are_confirmed_never_refused() -> None:
    def notes(number: str) -> list[str]:
        judged = read(number, table=regions())
        assert judged.error == ""
        return [note.code for note in judged.notes]

    assert notes("420199199003071231") == ["REGION_UNLISTED"]
    assert notes("420118199003071233") == ["REGION_UNSURE"]
    assert notes("420116197001011235") == []
    assert notes(cards.identity("1980-01-01", region="420123")) == []  # a county until 1998
    assert read("420199199003071231").notes == ()  # without a table nothing is known


def test_listed_regions_come_first_among_slips() -> None:
    table = Regions("420106,a,,,gb,sure,\n")
    number = cards.identity("1990-03-07", 123, "420106")
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    slips = identity.candidates(RESIDENT, wrong, today=TODAY, regions=table)
    for kind in ("transposed", "misread", "miskeyed"):
        listed = [one.right[:6] in table for one in slips if one.kind == kind]
        assert listed == sorted(listed, reverse=True)


def test_the_table_is_whole() -> None:
    text = (ROOT / "fixtures/regions.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "code,name,since,until,source,certainty,note"
    rows = [line.split(",") for line in lines[1:]]
    assert {len(row) for row in rows} == {7}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert {row[5] for row in rows} == {"sure", "likely", "conflict"}
    assert all(len(row[0]) == 6 and row[0].isdigit() and row[1] for row in rows)
    assert all(year == "" or 1980 <= int(year) <= 2026 for row in rows for year in row[2:4])
    assert len(regions()) == len({row[0] for row in rows}) > 7000


def test_names_of_regions() -> None:
    table = regions()
    assert table.name("420106") == "湖北省武汉市武昌区"
    assert table.name("420123") == "湖北省武汉市黄陂县"
    assert table.name("429004") == "湖北省仙桃市"
    assert table.name("110108") == "北京市海淀区"
    assert table.name("420100") == "湖北省武汉市"
    assert table.name("999999") == ""
    both = table.all("120118")
    assert [one.certainty for one in both] == ["sure", "likely"]
    assert table.get("120118") == both[0]


# -- hostile text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_never_raises_and_never_reaches_a_sentence(text: str) -> None:
    for kind in KINDS:
        judged = read(text, kind, regions())
        assert_harmless(words.sentence(judged))
        assert len(words.sentence(judged)) < 400


@given(st.text(max_size=30), st.sampled_from(KINDS))
@example("¹²³", RESIDENT)
@example("٤٢٠١٠٠١٩٩٠٠٣٠٧١٢٣٤", RESIDENT)
@example("e-\u0301", RESIDENT)
def test_reading_is_idempotent_and_never_raises(text: str, kind: str) -> None:
    judged = read(text, kind)
    assert normal(judged.number) == judged.number
    again = read(judged.number, kind)
    notes = [note for note in judged.notes if note.code != "EXTRACTED"]
    assert again == judged._replace(notes=tuple(notes))


# -- words


def everything() -> list[Judged]:
    typed = [(one["kind"], one["number"]) for one in OF_PEOPLE]
    typed += [(kind, text) for kind in PERSONS for text in (GOOD, "", "4.2E+17", "4201O0", "K12")]
    typed += [(kind, GOOD[:at] + "O" + GOOD[at + 1 :]) for kind in PERSONS for at in range(18)]
    typed += [(RESIDENT, GOOD[:at] + "7" + GOOD[at + 1 :]) for at in range(18)]
    typed += [(kind, "X" * length) for kind in KINDS for length in range(20)]
    return [read(text, kind, regions()) for kind, text in typed]


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_every_judgement_has_words_and_none_tells_the_number(spoken: str) -> None:
    before = language()
    set_language(spoken)
    try:
        for judged in everything():
            said = words.sentence(judged)
            assert "identity." not in said + words.facts_text(judged)
            assert "{" not in said
            assert bool(words.error_text(judged)) == (not judged.well_formed)
            if len(judged.number) > 9:
                assert judged.number not in said
                assert judged.number[6:14] not in said
    finally:
        set_language(before)


def test_words_for_a_slip_name_its_places() -> None:
    judged = read("420100199003071230")
    assert words.sentence(judged) == (
        "校验码对不上，至少有一位不对，请对照证件。可能是：第 6 位看错，“0”应为“8”；"
        "或者第 17 位看错，“3”应为“8”；或者末位校验码写错，“0”应为“X”"
    )
    assert words.slip_text(Slip("transposed", 5, "21", "12", "")) == (
        "第 5、6 位颠倒，“21”应为“12”"
    )
    assert words.facts_text(read(GOOD), regions()) == (
        "居民身份证号码格式正确 · 男 · 1990-03-07 出生 · 湖北省武汉市"
    )
