"""Changes of certificates: every kind in every state for every reason, by two people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from db.check import verify
from db.store import Row
from hallclient.actions import certificate_print, certificate_seal, certificates
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_changes import (
    ask,
    changes_of,
    confirm,
    pending,
    reject,
    returned,
    texts_of,
    withdraw,
)
from hallclient.actions.certificate_face import codes_for, frozen_face
from hallclient.actions.certificate_kinds import current
from hallclient.actions.certificate_lists import look
from hallclient.actions.certificate_rows import certificate_row, copies_of, values_of
from hallclient.actions.certificate_verify import Verdict
from hallclient.actions.certificate_verify import verify as held_out
from hallclient.rules.certificate import schemes
from hallclient.rules.certificate.changes import CHANGES, possible
from hallclient.rules.certificate.states import ENDED, LIVE, STATES
from hallclient.rules.errors import Refused
from tests.casekit import C1, DAJI, SUPERVISOR
from tests.certkit import (
    approved,
    certificate,
    changed,
    copy_states,
    described,
    handed,
    printed,
    sealed,
    second,
    segment,
    states,
    stocked,
)
from tests.hallkit import AGENT, Kit, clerk
from tests.materialkit import refused

C2 = clerk(2)
SAYS: Final[Mapping[str, dict[str, Any]]] = {
    "correct": {"words": {"items": "游泳场"}},
    "change": {"words": {"address": "高新大道2号"}},
    "loss": {"announcement": "长江日报2026-09-20"},
    "extra": {"copies": {"duplicate": 1}},
}
"""What a change must say beside its reason."""


@pytest.fixture(autouse=True)
def _stocked(kit: Kit, request: pytest.FixtureRequest) -> None:
    if "bare" not in request.fixturenames:
        stocked(kit)


@pytest.fixture
def bare() -> None:
    """Nothing was loaded."""


def now(kit: Kit, row: Row) -> Row:
    return certificate_row(kit.store, row["id"])


def own_code(kit: Kit, copy: Row) -> str:
    """The signed QR code of a printed copy."""
    row = certificate_row(kit.store, copy["certificate"])
    return codes_for(kit.store, row, copy, frozen_face(kit.store, copy)).own


# -- the whole table


def in_state(kit: Kit, state: str) -> Row:
    if state == "approved":
        row = approved(kit, "proj_plan")
        assert row["state"] == "approved"
        return row
    return certificate(kit, state, "food")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", CHANGES)
def test_what_may_be_asked_for_in_each_state(kit: Kit, kind: str, state: str) -> None:
    row = in_state(kit, state)
    spec = CHANGES[kind]
    assert (spec in possible(state)) is (state in spec.states)
    if state not in spec.states:
        with pytest.raises(Refused, match="change-not-now") as error:
            ask(kit.store, C1, row["id"], kind, spec.reasons[0], **SAYS.get(kind, {}))
        assert error.value.params["state"] == state
        return
    kept = copies_of(kit.store, row["id"])
    after = changed(kit, row, kind, spec.reasons[0], **SAYS.get(kind, {}))
    old = now(kit, row)
    if spec.again:
        assert (after["state"], after["reason"], after["replaces"]) == ("assigned", kind, row["id"])
        assert (after["code"], after["version"]) == (row["code"], 2)
        assert old["state"] == (state if kind == "extra" else "replaced")
    else:
        assert after["id"] == row["id"]
        assert (old["state"], old["ended"]) == (spec.ends, spec.reasons[0])
    if old["state"] in ENDED:
        assert not {one["state"] for one in copies_of(kit.store, row["id"])} & LIVE
        assert (old["ended_by"], old["pickup"]) == ("s01", None)
    else:
        assert copies_of(kit.store, row["id"]) == kept
    assert audit(kit.store) == []
    assert verify(kit.store).ok


@pytest.mark.parametrize(
    ("kind", "reason"), [(one.id, reason) for one in CHANGES.values() for reason in one.reasons]
)
def test_every_reason_does_the_same(kit: Kit, kind: str, reason: str) -> None:
    state = "ready" if "ready" in CHANGES[kind].states else "handed"
    row = certificate(kit, state, "food")
    after = changed(kit, row, kind, reason, **SAYS.get(kind, {}))
    (change,) = changes_of(kit.store, C1, row["id"])
    assert (change.row["reason"], change.row["state"]) == (reason, "confirmed")
    assert change.row["made"] == (after["id"] if CHANGES[kind].again else None)
    assert audit(kit.store) == []


@pytest.mark.parametrize("kind", CHANGES)
def test_a_reason_of_another_list_is_none(kit: Kit, kind: str) -> None:
    row = certificate(kit, "handed" if "handed" in CHANGES[kind].states else "ready", "food")
    others = {one for spec in CHANGES.values() for one in spec.reasons} - {*CHANGES[kind].reasons}
    for reason in (*sorted(others), "", "x"):
        said = refused(ask, kit.store, C1, row["id"], kind, reason, **SAYS.get(kind, {}))
        assert said == "change-reason"


def test_what_is_no_change(kit: Kit) -> None:
    row = certificate(kit, "ready")
    assert refused(ask, kit.store, C1, row["id"], "x", "lost") == "no-such-change"
    assert refused(ask, kit.store, C1, "x", "void", "duplicate") == "no-such-certificate"
    for act in (confirm, withdraw, texts_of):
        assert refused(act, kit.store, SUPERVISOR, "x") == "no-such-change"
    assert refused(reject, kit.store, SUPERVISOR, "x", "x") == "no-such-change"


# -- two people


def test_nobody_confirms_or_rejects_what_they_asked_for(kit: Kit) -> None:
    row = certificate(kit, "ready")
    asked = ask(kit.store, SUPERVISOR, row["id"], "void", "duplicate", note="重了")
    key = asked.row["id"]
    assert refused(confirm, kit.store, SUPERVISOR, key) == "change-own"
    assert refused(reject, kit.store, SUPERVISOR, key, "x") == "change-own"
    assert refused(confirm, kit.store, C2, key) == "not-allowed"
    assert [one.row["id"] for one in pending(kit.store, AGENT)] == [key]
    assert now(kit, row)["state"] == "ready"
    second_eyes = second(kit)
    confirm(kit.store, second_eyes, key)
    assert pending(kit.store, AGENT) == []
    for act in (confirm, withdraw):
        assert refused(act, kit.store, SUPERVISOR, key) == "change-done"
    assert refused(reject, kit.store, second_eyes, key, "x") == "change-done"


def test_one_change_at_a_time(kit: Kit) -> None:
    row = certificate(kit, "ready")
    first = ask(kit.store, C1, row["id"], "void", "duplicate").row["id"]
    with pytest.raises(Refused, match="change-pending") as error:
        ask(kit.store, C2, row["id"], "cancel", "expired")
    assert error.value.params["by"] == "c01"
    withdraw(kit.store, C1, first)
    ask(kit.store, C2, row["id"], "cancel", "expired")


def test_a_change_is_rejected_with_an_answer_or_withdrawn_by_whoever_asked(kit: Kit) -> None:
    row = certificate(kit, "ready")
    key = ask(kit.store, C1, row["id"], "void", "duplicate", note="重了").row["id"]
    assert refused(reject, kit.store, SUPERVISOR, key, " ") == "change-answer"
    assert refused(reject, kit.store, SUPERVISOR, key, "x" * 501) == "reason-long"
    reject(kit.store, SUPERVISOR, key, "没有重")
    told = texts_of(kit.store, C1, key)
    assert (told.note, told.answer, told.row["state"]) == ("重了", "没有重", "rejected")
    assert kit.kinds()[-1] == "personal.viewed"
    key = ask(kit.store, C1, row["id"], "void", "duplicate").row["id"]
    assert refused(withdraw, kit.store, C2, key) == "change-not-yours"
    withdraw(kit.store, C1, key)
    assert now(kit, row)["state"] == "ready"
    kinds = [one.row["state"] for one in changes_of(kit.store, C1, row["id"])]
    assert kinds == ["withdrawn", "rejected"]


@pytest.mark.parametrize("state", ["assigned", "sealed", "ready"])
def test_what_is_asked_to_end_goes_no_further(kit: Kit, state: str) -> None:
    row = certificate(kit, state)
    key = ask(kit.store, C1, row["id"], "void", "wrong-words").row["id"]

    def go_on() -> None:
        if state == "assigned":
            sealed(kit, row)
        elif state == "sealed":
            printed(kit, row)
        else:
            handed(kit, row)

    assert refused(go_on) == "change-pending"
    assert now(kit, row)["state"] == state
    reject(kit.store, SUPERVISOR, key, "是对的")
    go_on()
    assert now(kit, row)["state"] != state


def test_what_was_revoked_is_not_issued_again_by_one_person(kit: Kit) -> None:
    """Neither by approving its case once more nor through a case that keeps the code."""
    row = certificate(kit, "handed", "co_setup")
    changed(kit, row, "revoke", "fraud")
    assert refused(certificates.approve, kit.store, C1, [row["case_file"]]) == "nothing-to-issue"
    new = approved(kit, "co_holder")
    assert refused(certificates.assign, kit.store, C1, new["id"], row["code"]) == "code-ended"
    void = certificate(kit, "assigned", "co_setup")
    changed(kit, void, "void", "duplicate")
    assert refused(certificates.assign, kit.store, C1, new["id"], void["code"]) == "code-ended"


def test_what_is_revoked_meanwhile_is_not_sealed_under_another_case(kit: Kit) -> None:
    row = certificate(kit, "handed", "co_setup")
    new = certificates.assign(kit.store, C1, approved(kit, "co_holder")["id"], row["code"])
    described(kit, new)
    changed(kit, row, "revoke", "fraud")
    assert refused(sealed, kit, new) == "code-ended"


def test_another_applicants_code_is_not_taken(kit: Kit) -> None:
    row = certificate(kit, "handed", "co_setup")
    new = approved(kit, "co_holder", applicant=DAJI._replace(name="武汉光谷餐饮有限公司"))
    said = refused(certificates.assign, kit.store, C1, new["id"], row["code"])
    assert said == "code-of-another"
    assert now(kit, row)["state"] == "handed"


def test_two_changes_of_registration_leave_one_licence(kit: Kit) -> None:
    row = certificate(kit, "handed", "co_setup")
    first, second_ = (
        certificates.assign(kit.store, C1, approved(kit, "co_holder")["id"], row["code"])
        for _ in range(2)
    )
    sealed(kit, second_)
    assert states(kit, [row, first, second_]) == ["replaced", "assigned", "sealed"]
    sealed(kit, first)
    assert states(kit, [row, first, second_]) == ["replaced", "sealed", "replaced"]


def test_words_that_two_agreed_on_are_not_described_anew(kit: Kit) -> None:
    row = certificate(kit, "handed")
    again = changed(kit, row, "correct", "our-mistake", words={"items": "游泳场"})
    given = {"address": "高新大道2号"}
    said = refused(lambda: certificate_seal.describe(kit.store, C1, again["id"], **given))
    assert said == "words-agreed"


def test_a_correction_with_a_day_that_is_none_is_refused_at_once(kit: Kit) -> None:
    row = certificate(kit, "handed")
    words = {"until": "tomorrow"}
    said = refused(lambda: ask(kit.store, C1, row["id"], "correct", "our-mistake", words=words))
    assert said == "face-day"


def test_a_later_issue_that_is_void_is_made_once_more_with_the_same_code(kit: Kit) -> None:
    row = certificate(kit, "handed")
    again = changed(kit, row, "loss", "lost", announcement="长江日报")
    changed(kit, again, "void", "wrong-words")
    (made,) = certificates.approve(kit.store, C1, [row["case_file"]])
    assert (made["code"], made["state"], made["version"]) == (row["code"], "assigned", 3)
    handed(kit, *printed(kit, sealed(kit, made)))
    assert audit(kit.store) == []


def test_free_words_have_an_end(kit: Kit) -> None:
    row = certificate(kit, "handed")
    for how in ({"note": "x" * 501}, {"announcement": "x" * 501}):
        assert refused(ask, kit.store, C1, row["id"], "loss", "lost", **how) == "reason-long"


# -- void


def test_a_void_certificate_voids_its_code_for_good(kit: Kit) -> None:
    row = certificate(kit, "ready")
    changed(kit, row, "void", "wrong-holder")
    code = kit.store.row("SELECT * FROM code WHERE id = ?", row["code"])
    assert code is not None
    assert (code["state"], code["void_by"], code["reason"]) == ("void", "s01", "wrong-holder")
    assert held_out(kit.store, C1, row["code"]).verdict is Verdict.ENDED
    sheet = kit.store.row("SELECT * FROM sheet WHERE id = 'wsxkz:1'")
    assert sheet is not None
    assert (sheet["state"], sheet["reason"]) == ("spoiled", "wrong-holder")
    assert copy_states(kit, row) == ["void"]
    fresh = certificate(kit, "assigned")
    assert fresh["code"] != row["code"]
    assert audit(kit.store) == []


def test_after_a_void_one_its_case_gets_another(kit: Kit) -> None:
    row = certificate(kit, "sealed")
    changed(kit, row, "void", "wrong-words")
    (again,) = certificates.approve(kit.store, C1, [row["case_file"]])
    assert again["id"] != row["id"]
    assert again["code"] != row["code"]
    handed(kit, *printed(kit, sealed(kit, again)))
    assert audit(kit.store) == []


@pytest.mark.usefixtures("bare")
def test_what_has_no_code_yet_is_void_without_one(kit: Kit) -> None:
    row = approved(kit)
    assert row["code"] is None
    changed(kit, row, "void", "decision-withdrawn")
    assert now(kit, row)["state"] == "void"
    assert refused(certificates.assign, kit.store, C1, row["id"]) == "assigned-already"
    segment(kit, "health", "1", "9")
    assert kit.store.rows("SELECT * FROM code") == []


def test_a_later_issue_that_is_void_leaves_its_code(kit: Kit) -> None:
    row = certificate(kit, "handed", "food")
    again = changed(kit, row, "extra", "more-copies", copies={"duplicate": 1})
    changed(kit, again, "void", "duplicate")
    assert states(kit, [row, again]) == ["handed", "void"]
    code = kit.store.row("SELECT state FROM code WHERE id = ?", row["code"])
    assert code == {"state": "assigned"}
    assert audit(kit.store) == []


# -- issued again


def test_a_correction_changes_the_words_and_only_those(kit: Kit) -> None:
    row = certificate(kit, "handed")
    before = values_of(kit.store, row)
    after = changed(kit, row, "correct", "our-mistake", words={"items": " 游泳场 "})
    assert values_of(kit.store, after) == {**before, "items": "游泳场"}
    assert values_of(kit.store, now(kit, row)) == before
    (old,) = copies_of(kit.store, row["id"])
    assert old["state"] == "recalled"
    printed(kit, sealed(kit, after))
    (new,) = copies_of(kit.store, after["id"])
    assert held_out(kit.store, C1, own_code(kit, old)).verdict is Verdict.ENDED
    assert held_out(kit.store, C1, own_code(kit, new)).verdict is Verdict.GENUINE
    assert frozen_face(kit.store, old).face["fields"] != frozen_face(kit.store, new).face["fields"]
    other = look(kit.store, C1, after["id"]).others
    assert [one["id"] for one in other] == [row["id"]]


@pytest.mark.parametrize(
    ("kind", "reason", "how", "code"),
    [
        ("correct", "our-mistake", {}, "change-same"),
        ("correct", "our-mistake", {"words": {"business": "餐饮服务经营者"}}, "change-same"),
        ("correct", "our-mistake", {"words": {"x": "y"}}, "face-no-field"),
        ("correct", "our-mistake", {"words": {"items": " "}}, "certificate-face"),
        ("change", "registered-change", {}, "change-same"),
        ("loss", "lost", {"announcement": " "}, "announcement-needed"),
        ("loss", "lost", {"announcement": "x", "words": {"items": "y"}}, "change-words"),
        ("damage", "damaged", {"copies": {"x": 1}}, "no-such-copy"),
        ("damage", "damaged", {"copies": {"duplicate": 6}}, "copies-many"),
        ("damage", "damaged", {"copies": {"duplicate": -1}}, "copies-many"),
        ("extra", "more-copies", {}, "copies-none"),
        ("extra", "more-copies", {"copies": {"duplicate": 0}}, "copies-none"),
        ("extra", "more-copies", {"copies": {"original": 1}}, "copies-many"),
    ],
)
def test_what_is_not_issued_again(
    kit: Kit, kind: str, reason: str, how: dict[str, Any], code: str
) -> None:
    row = certificate(kit, "handed", "food")
    assert refused(ask, kit.store, C1, row["id"], kind, reason, **how) == code
    assert pending(kit.store, C1) == []


def test_what_ends_keeps_no_words_and_no_copies(kit: Kit) -> None:
    row = certificate(kit, "ready")
    asked = ask(kit.store, C1, row["id"], "void", "duplicate", words={"items": "x"})
    assert (asked.words, asked.copies) == ({}, {})


def test_a_lost_one_is_issued_again_once_that_was_published(kit: Kit) -> None:
    row = certificate(kit, "handed", "food")
    again = changed(kit, row, "loss", "lost", announcement="长江日报2026-09-20")
    assert copy_states(kit, row) == ["lost", "lost"]
    assert [one.announcement for one in changes_of(kit.store, C1, row["id"])] == [
        "长江日报2026-09-20"
    ]
    handed(kit, *printed(kit, sealed(kit, again)))
    assert states(kit, [row, again]) == ["replaced", "handed"]
    assert (now(kit, again)["code"], now(kit, again)["version"]) == (row["code"], 2)
    # The case was delivered before; a second receipt is the certificate's alone.
    assert len(kit.store.rows("SELECT id FROM paper WHERE kind = 'sdhz'")) == 1
    found, other = copies_of(kit.store, row["id"])
    assert returned(kit.store, C1, found["id"])["state"] == "recovered"
    assert copy_states(kit, row) == ["recovered", "lost"]
    assert refused(returned, kit.store, C1, found["id"]) == "copy-not-out"
    returned(kit.store, C1, other["id"])
    (live, *_) = copies_of(kit.store, again["id"])
    assert refused(returned, kit.store, C1, live["id"]) == "copy-not-out"
    assert refused(returned, kit.store, C1, "x") == "no-such-copy"


def test_so_many_copies_as_were_asked_for(kit: Kit) -> None:
    row = certificate(kit, "handed", "food")
    again = changed(kit, row, "damage", "damaged", copies={"original": 1, "duplicate": 3})
    sealed(kit, again)
    made = [(one["copy"], one["no"]) for one in copies_of(kit.store, again["id"])]
    assert made == [("original", 1), *(("duplicate", n) for n in (1, 2, 3))]


# -- extra copies


def test_extra_copies_are_numbered_on_and_leave_the_others(kit: Kit) -> None:
    row = certificate(kit, "handed", "food", copies={"original": 1, "duplicate": 2})
    first = changed(kit, row, "extra", "more-copies", copies={"duplicate": 2})
    second = changed(kit, row, "extra", "more-copies", copies={"duplicate": 1})
    for one in (first, second):
        sealed(kit, one)
    numbers = [[one["no"] for one in copies_of(kit.store, row["id"])] for row in (first, second)]
    assert numbers == [[3, 4], [5]]
    handed(kit, *printed(kit, first, second))
    assert states(kit, [row, first, second]) == ["handed"] * 3
    every = [one for row in (row, first, second) for one in copies_of(kit.store, row["id"])]
    assert {held_out(kit.store, C1, own_code(kit, one)).verdict for one in every} == {
        Verdict.GENUINE
    }
    assert audit(kit.store) == []


@pytest.mark.parametrize("kind", ["revoke", "cancel", "loss", "damage", "correct", "change"])
def test_what_ends_a_certificate_ends_its_extra_copies(kit: Kit, kind: str) -> None:
    row = certificate(kit, "handed", "food")
    extra = changed(kit, row, "extra", "more-copies", copies={"duplicate": 1})
    handed(kit, *printed(kit, sealed(kit, extra)))
    changed(kit, row, kind, CHANGES[kind].reasons[0], **SAYS.get(kind, {}))
    ended = CHANGES[kind].ends or "replaced"
    assert states(kit, [row, extra]) == [ended, ended]
    every = [one for row in (row, extra) for one in copies_of(kit.store, row["id"])]
    assert {held_out(kit.store, C1, own_code(kit, one)).verdict for one in every} == {Verdict.ENDED}


def test_what_was_asked_for_of_what_ends_is_withdrawn(kit: Kit) -> None:
    row = certificate(kit, "handed", "food")
    extra = changed(kit, row, "extra", "more-copies", copies={"duplicate": 1})
    void = ask(kit.store, C1, extra["id"], "void", "duplicate")
    changed(kit, row, "revoke", "fraud")
    assert pending(kit.store, SUPERVISOR) == []
    assert changes_of(kit.store, C1, extra["id"])[0].row["state"] == "withdrawn"
    assert refused(confirm, kit.store, second(kit), void.row["id"]) == "change-done"


def test_nothing_ends_while_an_extra_copy_is_in_the_printer(kit: Kit) -> None:
    row = certificate(kit, "handed", "food")
    extra = sealed(kit, changed(kit, row, "extra", "more-copies", copies={"duplicate": 1}))
    (copy,) = copies_of(kit.store, extra["id"])
    job = certificate_print.begin(kit.store, C1, [copy["id"]])
    key = ask(kit.store, C1, row["id"], "revoke", "fraud").row["id"]
    assert refused(confirm, kit.store, SUPERVISOR, key) == "change-not-now"
    assert states(kit, [row, extra]) == ["handed", "printing"]
    certificate_print.confirm(kit.store, C1, job.id)
    confirm(kit.store, SUPERVISOR, key)
    assert states(kit, [row, extra]) == ["revoked", "revoked"]
    sheet = kit.store.row("SELECT state FROM sheet WHERE id = ?", job.copies[0]["sheet"])
    assert sheet == {"state": "spoiled"}
    assert audit(kit.store) == []


# -- revoked, cancelled, superseded


@pytest.mark.parametrize(("kind", "state"), [("revoke", "revoked"), ("cancel", "cancelled")])
def test_a_certificate_that_is_over_is_called_back(kit: Kit, kind: str, state: str) -> None:
    row = certificate(kit, "handed")
    changed(kit, row, kind, CHANGES[kind].reasons[0])
    assert (now(kit, row)["state"], copy_states(kit, row)) == (state, ["recalled"])
    for one in CHANGES.values():
        said = refused(ask, kit.store, C1, row["id"], one.id, one.reasons[0])
        assert said == "change-not-now"
    (copy,) = copies_of(kit.store, row["id"])
    returned(kit.store, C1, copy["id"])
    assert copy_states(kit, row) == ["recovered"]
    code = kit.store.row("SELECT state FROM code WHERE id = ?", row["code"])
    assert code == {"state": "assigned"}


def test_a_licence_after_a_change_of_registration_takes_the_place_of_the_one_before(
    kit: Kit,
) -> None:
    row = certificate(kit, "handed", "co_setup")
    new = approved(kit, "co_holder")
    new = certificates.assign(kit.store, C1, new["id"], row["code"])
    assert (new["code"], new["replaces"], new["version"]) == (row["code"], row["id"], 2)
    assert now(kit, row)["state"] == "handed"
    described(kit, new)
    sealed(kit, new)
    assert (now(kit, row)["state"], copy_states(kit, row)) == ("replaced", ["recalled"] * 2)
    handed(kit, *printed(kit, new))
    assert states(kit, [row, new]) == ["replaced", "handed"]
    assert [one["no"] for one in copies_of(kit.store, new["id"])] == [1, 1]
    assert audit(kit.store) == []


def test_a_change_of_registration_ends_extra_copies_that_are_being_made(kit: Kit) -> None:
    row = certificate(kit, "handed", "co_setup")
    extra = sealed(kit, changed(kit, row, "extra", "more-copies", copies={"duplicate": 2}))
    new = certificates.assign(kit.store, C1, approved(kit, "co_holder")["id"], row["code"])
    assert new["replaces"] == extra["id"]
    described(kit, new)
    sealed(kit, new)
    assert states(kit, [row, extra, new]) == ["replaced", "replaced", "sealed"]
    assert audit(kit.store) == []


def test_a_code_of_elsewhere_is_not_ours_to_void(kit: Kit) -> None:

    code = schemes.code_of(current(kit.store).scheme["uscc"], body="MA4K0001")
    row = certificates.assign(kit.store, C1, approved(kit, "co_holder")["id"], code)
    changed(kit, row, "void", "wrong-words")
    assert kit.store.rows("SELECT * FROM code") == []
    assert audit(kit.store) == []
