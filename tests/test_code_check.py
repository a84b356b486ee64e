"""``hallclient code check``: what a number is, or where it is wrong, without a store."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.cli import code_check
from hallclient.cli.code_check import KINDS, meant, recognised
from hallclient.main import main
from hallclient.rules import identity, phone
from hallclient.texts import set_language
from tests import cards
from tests.clikit import Cli, cli, quick
from tests.hostile import HOSTILE
from tests.source import ROOT

__all__ = ["cli", "quick"]

CODE = "91420100MA4KX8N35J"
PERSON = "42010019900307123X"
TODAY = date(2026, 9, 22)
USCC = json.loads((ROOT / "tests/data/uscc_vectors.json").read_text("utf-8"))
IDS = json.loads((ROOT / "tests/data/id_vectors.json").read_text("utf-8"))
NAMED = {kind: name for name, kind in KINDS.items()} | dict.fromkeys(phone.KINDS, "phone")


def test_every_kind_of_number_can_be_named() -> None:
    assert set(KINDS.values()) == {*identity.KINDS, phone.KIND} - {identity.OTHER}


# -- well-formed


def test_a_credit_code_is_taken_apart(cli: Cli) -> None:
    assert cli.done("code", "check", CODE) == {
        "kind": "uscc",
        "value": CODE,
        "well_formed": True,
        "parts": {
            "department": {"value": "9", "name": "市场监管"},
            "category": {"value": "91", "name": "企业"},
            "region": {"value": "420100", "name": "湖北省武汉市"},
            "organisation": {"value": "MA4KX8N3-5", "name": ""},
            "check": {"value": "J", "name": ""},
        },
        "notes": [],
        "offers": [],
        "also": [],
    }


def test_the_same_in_words(cli: Cli) -> None:
    answer = cli("code", "check", CODE)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        f"{CODE}  统一社会信用代码格式正确",
        "  登记管理部门  9           市场监管",
        "  机构类别      91          企业",
        "  行政区划      420100      湖北省武汉市",
        "  组织机构代码  MA4KX8N3-5",
        "  校验码        J",
        "只核对了格式，不说明号码已经发放，也不说明是谁的",
    ]
    assert "Only its form was checked" in cli("--lang", "en", "code", "check", CODE).out


@pytest.mark.parametrize("code", USCC["valid"])
def test_well_formed_is_never_called_verified(cli: Cli, code: str) -> None:
    said = cli("code", "check", code).out
    assert "格式正确" in said
    assert not any(word in said for word in ("核验", "验证", "有效", "真实"))


def test_a_persons_number_says_what_it_carries(cli: Cli) -> None:
    found = cli.done("code", "check", PERSON.lower())
    assert (found["kind"], found["value"]) == ("resident_id", PERSON)
    assert {key: part["value"] for key, part in found["parts"].items()} == {
        "region": "420100",
        "birth": "1990-03-07",
        "sex": "male",
        "check": "X",
    }


@pytest.mark.parametrize(
    ("typed", "kind", "also"),
    [
        ("MA4KX8N3-5", "org_code", []),
        ("420100000890978", "old_regno", []),
        ("420100900307123", "resident_id", ["old_regno"]),
        ("810000199003071237", "hmt_residence_permit", ["resident_id"]),
        ("911103026605015136", "uscc", []),
        (cards.identity("1980-05-06", region="911840"), "foreigner_pr", []),
        ("H12345678", "hk_macau_permit", []),
        ("E12345678", "passport_cn", []),
        ("+86 138-0013-8000", "mobile", []),
        ("027-87654321", "landline", []),
        ("87654321", "taiwan_permit", ["landline"]),
        ("400-123-4567", "service", ["taiwan_permit"]),
    ],
)
def test_a_number_is_recognised(cli: Cli, typed: str, kind: str, also: list[str]) -> None:
    found = cli.done("code", "check", typed)
    assert (found["kind"], found["also"]) == (kind, also)
    assert ("也符合" in cli("code", "check", typed).out) == bool(also)


def test_a_kind_that_is_named_is_the_one_judged(cli: Cli) -> None:
    assert cli.done("code", "check", "87654321", "--kind", "phone")["kind"] == "landline"
    assert cli.refused("code", "check", PERSON, "--kind", "uscc")["error"] == "RESIDENT_ID"
    assert cli.refused("code", "check", CODE, "--kind", "id")["error"] == "CREDIT_CODE"


def test_what_there_is_to_confirm_is_noted(cli: Cli) -> None:
    link = f"http://www.gsxt.gov.cn/index.html?uniscid={CODE}"
    assert [note["code"] for note in cli.done("code", "check", link)["notes"]] == ["EXTRACTED"]
    noted = cli("code", "check", "54420111QQ0000047G").out
    assert "村（居）民委员会的代码，2018 年起发放" in noted
    local = cli.done("code", "check", "87654321", "--kind", "phone")
    assert (local["value"], local["notes"][0]["message"]) == ("027-87654321", "已加区号 027")


# -- wrong


def test_a_wrong_place_is_pointed_at_and_an_offer_made(cli: Cli) -> None:
    answer = cli("code", "check", "9142010OMA4KX8N35J")
    assert answer.err.splitlines() == [
        "第 3 至 8 位是登记机关的行政区划，只能是数字；第 8 位是“O”",
        "  9142010OMA4KX8N35J",
        "         ^",
        "可能是：",
        f"  {CODE}  第 8 位看错，“O”应为“0”",
    ]
    found = cli.refused("code", "check", "9142010OMA4KX8N35J")
    assert (found["error"], found["field"], found["at"]) == ("REGION_NOT_DIGIT", "value", [8])
    assert found["message"] == answer.err.splitlines()[0]
    assert found["offers"] == [
        {
            "value": CODE,
            "slip": "misread",
            "at": [8],
            "found": "O",
            "meant": "0",
            "message": "第 8 位看错，“O”应为“0”",
        }
    ]


@pytest.mark.parametrize(("letter", "digit"), ["O0", "I1", "Z2", "S5"])
def test_letters_that_no_code_has_are_offered_as_digits(cli: Cli, letter: str, digit: str) -> None:
    code = "91310000MA1FL1MMXL" if digit == "1" else CODE
    at = code.index(digit, 2)
    found = cli.refused("code", "check", code[:at] + letter + code[at + 1 :])
    (offer,) = found["offers"]
    assert (offer["value"], offer["at"], offer["found"], offer["meant"]) == (
        code,
        [at + 1],
        letter,
        digit,
    )


def test_marks_stand_below_wide_characters(cli: Cli) -> None:
    lines = cli("code", "check", "护照12345", "--kind", "foreign-passport").err.splitlines()
    assert lines[1:3] == ["  护照12345", "  ^^^^"]


@pytest.mark.parametrize("vector", USCC["wrong"], ids=lambda one: one["about"])
def test_known_wrong_codes(cli: Cli, vector: dict[str, str]) -> None:
    found = cli.refused("code", "check", vector["code"], "--kind", "uscc")
    assert found["error"] == vector["error"]


@pytest.mark.parametrize("vector", IDS, ids=lambda one: one["about"])
def test_known_numbers_of_people(cli: Cli, vector: dict[str, str]) -> None:
    words = ("code", "check", vector["number"], "--kind", NAMED[vector["kind"]])
    found = cli.refused(*words) if vector["error"] else cli.done(*words)
    if vector["kind"] != "mobile":  # a telephone number of another network may be meant
        assert found.get("error", "") == vector["error"]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", "uscc"),
        (CODE + "1", "uscc"),
        (CODE[:-1], "uscc"),
        (PERSON[:-1], "resident_id"),
        ("4201OO199OO3O7I23X", "resident_id"),
        ("420100000890979", "old_regno"),
        ("4201OO000890979", "old_regno"),
        ("420101MA4KX8N36", "uscc"),
        ("MA4KX8N36", "org_code"),
        ("H1234567B", "hk_macau_permit"),
        ("128 0013 8000", "phone"),
        ("hello", ""),
    ],
)
def test_a_wrong_number_is_judged_as_what_it_was_meant_for(typed: str, kind: str) -> None:
    assert recognised(typed, TODAY) == []
    assert meant(typed) == kind


def test_what_is_like_nothing_is_said_to_be_so(cli: Cli) -> None:
    found = cli.refused("code", "check", "hello")
    assert (found["error"], found["field"]) == ("number-unknown", "value")


def test_usage(cli: Cli) -> None:
    assert cli("code", "check").code == 2
    assert cli("code", "check", CODE, "--kind", "zzzz").code == 2
    helped = cli("code", "check", "--help")
    assert helped.code == 0
    assert "".join(helped.out.split()).count("foreign-passport") == 1


# -- without a store, and without a trace


@pytest.mark.parametrize("typed", [PERSON, PERSON[:-1] + "0", CODE, "hello"])
def test_a_number_is_kept_nowhere(
    typed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("STORE", "STATE", "DATA", "CONFIG"):
        monkeypatch.setenv(f"HALLCLIENT_{name}", str(tmp_path / name))
    main(["code", "check", typed])
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr()


def test_a_failure_of_the_program_keeps_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HALLCLIENT_STATE", str(tmp_path))

    def failing(text: str, today: date) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(code_check, "recognised", failing)
    assert main(["code", "check", PERSON]) == 3
    (log,) = tmp_path.iterdir()
    assert PERSON not in log.read_text("utf-8") + "".join(capsys.readouterr())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(cli: Cli, text: str) -> None:
    for more in ((), *(("--kind", name) for name in KINDS)):
        assert cli("code", "check", *more, "--", text).code in (0, 1)
        assert cli.json("code", "check", *more, "--", text).code in (0, 1)


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    for judged in recognised(text, TODAY):
        assert judged.well_formed
        assert code_check.parts(judged) is not None
    assert meant(text) in {*KINDS.values(), ""}


def test_every_part_has_a_word_in_both_languages(cli: Cli) -> None:
    for lang in ("zh", "en"):
        for typed in (CODE, PERSON, "420100000890978", "MA4KX8N35"):
            assert "cli." not in cli("--lang", lang, "code", "check", typed).out
    set_language("zh")
