"""Words for certificates in both languages: every state, change, reason, verdict, finding."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from db.store import Row
from hallclient import certificate_words as words
from hallclient.actions import (
    certificate_audit,
    certificate_changes,
    certificate_ending,
    certificate_seal,
    sheets,
)
from hallclient.actions.case_moves import move as move_case
from hallclient.actions.certificate_audit import Finding
from hallclient.actions.certificate_handover import RELATIONS
from hallclient.actions.certificate_kinds import shipped
from hallclient.actions.certificate_lists import look
from hallclient.actions.certificate_verify import Verdict
from hallclient.actions.certificates import AFTER, CODE_NEEDED
from hallclient.actions.codes import TAKEN
from hallclient.actions.paper_receipt import WAYS
from hallclient.rules.certificate.changes import CHANGES
from hallclient.rules.certificate.states import COPY_STATES, ENDED, STATES
from hallclient.rules.errors import Refused
from hallclient.texts import language, set_language, t
from hallclient.words import refused_text
from tests.casekit import C1, DAJI
from tests.certkit import approved, certificate, decided, segment, stocked
from tests.hallkit import Kit
from tests.test_text_tables import LANGUAGES

NONE = ("none", "empty", "window", "restored")
LACKS = (*NONE, CODE_NEEDED, AFTER)


@pytest.fixture(params=LANGUAGES, autouse=True)
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("zh")


def is_word(text: str, code: str) -> None:
    """Chinese words are no codes; an English one may be its own."""
    assert text
    assert text != code or language() == "en"
    assert not any(part in text for part in ("certificate.", "{", "}"))


@pytest.mark.parametrize("state", [*STATES, *sorted(ENDED)])
def test_every_state_of_a_certificate(state: str) -> None:
    is_word(words.state_word(state), state)


@pytest.mark.parametrize("state", COPY_STATES)
def test_every_state_of_a_copy(state: str) -> None:
    is_word(words.copy_word(state), state)


def test_states_that_mean_different_things_are_called_differently() -> None:
    called = [words.state_word(state) for state in (*STATES, *sorted(ENDED))]
    assert len(set(called)) == len(called)
    called = [words.copy_word(state) for state in COPY_STATES]
    assert len(set(called)) == len(called)


@pytest.mark.parametrize("kind", [*CHANGES, "new"])
def test_every_change(kind: str) -> None:
    assert words.change_word(kind) not in ("", f"certificate.change.{kind}")


@pytest.mark.parametrize(
    ("kind", "reason"), [(one.id, reason) for one in CHANGES.values() for reason in one.reasons]
)
def test_every_reason(lang: str, kind: str, reason: str) -> None:
    said = words.reason_word(kind, reason)
    assert words.ended_word(reason) == said
    assert "certificate.reason" not in said
    article = {"revoke": ("第六十九条", "69"), "cancel": ("第七十条", "70")}.get(kind)
    if article:
        assert article[0 if lang == "zh" else 1] in said


def test_an_end_in_free_words_is_said_as_it_is() -> None:
    assert words.ended_word("卡纸\x1b[31m") == "卡纸\u241b[31m"
    assert words.ended_word(None) == ""
    is_word(words.ended_word(TAKEN), TAKEN)


@pytest.mark.parametrize(
    "state",
    [
        certificate_ending.OPEN,
        certificate_ending.CONFIRMED,
        certificate_ending.REJECTED,
        certificate_ending.WITHDRAWN,
    ],
)
def test_what_became_of_a_change(state: str) -> None:
    is_word(words.change_state_word(state), "")


@pytest.mark.parametrize("lacks", LACKS)
def test_why_there_is_no_code(lang: str, lacks: str) -> None:
    is_word(words.lacks_word(lacks), lacks)
    is_word(words.lacks_text(lacks), lacks)
    if lacks in NONE:
        assert ("请主管" if lang == "zh" else "ask a supervisor") in words.lacks_text(lacks).lower()


def test_nothing_lacking_is_nothing_said() -> None:
    assert (words.lacks_word(None), words.lacks_text(None)) == ("", "")


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict(verdict: Verdict) -> None:
    is_word(words.verdict_word(verdict), verdict)


def test_what_is_only_well_formed_is_never_called_verified(lang: str) -> None:
    said = words.verdict_word(Verdict.WELL_FORMED)
    assert ("格式正确" if lang == "zh" else "Well-formed") in said
    assert not any(word in said for word in ("核验通过", "真", "现行", "Genuine", "verified"))


def findings() -> set[str]:
    """Every code that the audit raises."""
    with open(certificate_audit.__file__, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Finding"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_finding() -> None:
    assert len(findings()) == 12
    for code in findings():
        said = words.finding_text(Finding(code, "X-1\x1b"))
        assert "X-1\u241b" in said
        assert "certificate." not in said


@pytest.mark.parametrize("state", sheets.STATES)
def test_every_state_of_a_sheet(state: str) -> None:
    assert words.sheet_word(state) != f"certificate.sheet.{state}"


def test_who_and_how() -> None:
    for relation in RELATIONS:
        is_word(words.relation_word(relation), relation)
    for how in WAYS:
        is_word(words.how_word(how), how)
    assert words.holder_word("W01") == "W01"
    is_word(words.holder_word(""), "")


def test_a_code_without_a_word_is_shown_as_it_is_but_safe() -> None:
    for word in (words.state_word, words.change_word, words.verdict_word, words.sheet_word):
        assert word("later-version") == "later-version"
        assert "\x1b" not in word("\x1b[31m")


# -- copies, sheets, faces


def row(**columns: Any) -> Row:
    return columns


def test_a_copy_as_it_calls_itself(lang: str) -> None:
    kind = shipped().kind["yyzz"]
    copies = [
        row(copy="original", no=1, state="printed"),
        row(copy="duplicate", no=1, state="spoiled"),
        row(copy="duplicate", no=1, state="printed"),
        row(copy="duplicate", no=2, state="waiting"),
        row(copy="duplicate", no=3, state="void"),
    ]
    names = [words.copy_name(kind, one, copies) for one in copies]
    original, duplicate = ("正本", "副本") if lang == "zh" else ("Original", "Duplicate")
    assert names == [original, *(f"{duplicate} {n}" for n in ("2-1", "2-1", "2-2", "3-3"))]
    assert words.copy_name(kind, copies[3]) == f"{duplicate} 2"
    assert words.copy_name(kind, row(copy="duplicate", no=0, state="proof")) == duplicate


def test_a_sheet_as_it_stands_on_the_paper() -> None:
    kinds = shipped()
    assert words.sheet_text(kinds, "yyzz-zb:12") == "ZB00000012"
    assert words.sheet_text(kinds, None) == ""
    assert words.sheet_text(kinds, "later:12") == "later:12"
    assert words.sheet_text(kinds, "yyzz-zb:\x1b") == "yyzz-zb:\u241b"


def test_the_face_in_lines(kit: Kit, lang: str) -> None:
    stocked(kit)
    found = words.face_lines(look(kit.store, C1, certificate(kit, "sealed")["id"]))
    label = "单位名称：" if lang == "zh" else "Name: "
    assert f"{label}{DAJI.name}" in found


# -- refusals with words of their own


def test_a_refusal_says_states_and_changes_as_words(kit: Kit, lang: str) -> None:
    stocked(kit)
    found = certificate(kit, "sealed")
    with pytest.raises(Refused) as error:
        certificate_seal.seal(kit.store, C1, found["id"])
    said = refused_text(error.value)
    assert words.state_word("sealed") in said
    with pytest.raises(Refused) as error:
        certificate_changes.ask(kit.store, C1, found["id"], "cancel", "expired")
    said = refused_text(error.value)
    assert words.change_word("cancel") in said
    assert words.state_word("sealed") in said
    assert "{" not in said


def test_what_a_face_lacks_is_named(kit: Kit, lang: str) -> None:
    stocked(kit)
    with pytest.raises(Refused) as error:
        certificate_seal.seal(kit.store, C1, approved(kit)["id"])
    said = refused_text(error.value)
    names = "地址、许可项目" if lang == "zh" else "Address, Permitted for"
    assert names in said
    assert "FaceField" not in said


@pytest.mark.parametrize("why", NONE)
def test_without_a_code_it_is_said_what_to_do(kit: Kit, lang: str, why: str) -> None:
    scheme = shipped().scheme["health"]
    said = refused_text(Refused("no-codes", why=why, scheme=scheme))
    assert words.lacks_text(why) in said
    assert (scheme.zh if lang == "zh" else scheme.en) in said


def test_a_guard_of_certificates_is_said(kit: Kit) -> None:
    segment(kit, "health", "1", "9")
    case = decided(kit)
    case.move("grant")
    with pytest.raises(Refused) as error:
        move_case(kit.store, C1, case.id, "issue")
    assert t("guard.certificate-unprinted") in refused_text(error.value)
