"""Certificates from the decision to the tray: approved, given a code, sealed, printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from db.check import verify
from db.store import Row
from hallclient.actions import (
    case_lease,
    case_papers,
    case_undo,
    certificate_face,
    certificate_pdf,
    certificate_print,
    certificate_seal,
    certificate_verify,
    certificates,
    codes,
    sheets,
)
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_lists import VIEWS, face_of_copy, listed, look, search
from hallclient.actions.certificate_ready import pickup_of
from hallclient.actions.certificate_rows import certificate_row, copies_of, values_of
from hallclient.actions.certificate_verify import Verdict
from hallclient.rules.certificate import pickup
from hallclient.rules.errors import Refused
from tests.casekit import C1, DAJI, SUPERVISOR, Case
from tests.certkit import (
    MEI,
    approved,
    certificate,
    changed,
    copy_states,
    decided,
    described,
    handed,
    printed,
    printing,
    sealed,
    segment,
    states,
    stocked,
    waiting,
)
from tests.hallkit import AGENT, Kit, clerk
from tests.materialkit import refused

C2 = clerk(2)
THREE = ("land_plan", "proj_plan", "land_title")
"""Three permits handled together (三证同办)."""


@pytest.fixture(autouse=True)
def _stocked(kit: Kit, request: pytest.FixtureRequest) -> None:
    if "bare" not in request.fixturenames:
        stocked(kit)


@pytest.fixture
def bare() -> None:
    """Nothing was loaded and no sheet came in."""


def now(kit: Kit, row: Row) -> Row:
    return certificate_row(kit.store, row["id"])


def sheet(kit: Kit, key: str) -> Row:
    row = kit.store.row("SELECT * FROM sheet WHERE id = ?", key)
    assert row is not None
    return row


def many(error: pytest.ExceptionInfo[Refused], name: str) -> list[Any]:
    """What a refusal names."""
    named: Any = error.value.params[name]
    return list(named)


def serials(kit: Kit, stock: str) -> dict[int, str]:
    """What became of the sheets of a stock."""
    rows = kit.store.rows("SELECT serial, state FROM sheet WHERE stock = ? ORDER BY serial", stock)
    return {row["serial"]: row["state"] for row in rows}


# -- approved and given a code


def test_the_decision_the_certificate_and_its_code_are_one_step(kit: Kit) -> None:
    case = decided(kit)
    before = kit.kinds()
    case.move("grant")
    steps = kit.kinds()[len(before) :]
    assert [one for one in steps if not one.startswith("edition.")] == [
        *("case.moved", "certificate.approved", "code.leased", "code.assigned"),
        "certificate.assigned",
    ]
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    assert (row["kind"], row["state"], row["code"]) == ("wsxkz", "assigned", "WS420100202600001")
    assert (row["version"], row["reason"], row["lacks"]) == (1, "new", None)
    assert (row["approved_by"], row["assigned_by"]) == ("c01", "c01")
    (code,) = kit.store.rows("SELECT * FROM code")
    assert (code["id"], code["certificate"], code["state"]) == (
        *(row["code"], row["id"]),
        "assigned",
    )
    moments = {
        one["at"] for one in kit.store.rows("SELECT at FROM event WHERE kind LIKE 'certificate.%'")
    }
    assert moments == {kit.clock.ms}


def test_what_fails_in_that_step_leaves_neither(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    case = decided(kit)
    before = kit.kinds()

    def fails(*_: object) -> str:
        raise RuntimeError("the power went off")

    with monkeypatch.context() as patch:
        patch.setattr(codes, "assign_in", fails)
        with pytest.raises(RuntimeError, match="power"):
            case.move("grant")
    assert (case.state, kit.kinds()) == ("accepted", before)
    assert kit.store.rows("SELECT * FROM certificate") == []
    case.move("grant")
    assert case.state == "done_pass"
    assert verify(kit.store).ok


@pytest.mark.usefixtures("bare")
def test_without_codes_the_decision_stands_and_a_slip_says_what_is_to_come(kit: Kit) -> None:
    case = decided(kit)
    case.move("grant")
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    assert (case.state, row["state"], row["code"], row["lacks"]) == (
        *("done_pass", "approved"),
        None,
        "none",
    )
    (slip,) = (one for one in case.facts.papers if one.kind == "lzd")
    body = case_papers.read(kit.store, C1, slip.id).body
    assert [one["state"] for one in body["certificates"]] == ["approved"]
    assert body["pickup"] == ""
    with pytest.raises(Refused, match="no-codes") as error:
        certificates.assign(kit.store, C1, row["id"])
    assert error.value.params["why"] == "none"
    assert refused(certificate_seal.seal, kit.store, C1, row["id"]) == "seal-not-now"
    assert refused(certificate_print.proof, kit.store, C1, row["id"]) == "proof-not-now"
    segment(kit, "health", "1", "9")
    found = certificates.assign(kit.store, C1, row["id"])
    assert (found["state"], found["code"], found["lacks"]) == (
        *("assigned", "WS420100202600001"),
        None,
    )
    assert audit(kit.store) == []


@pytest.mark.usefixtures("bare")
def test_a_grant_without_a_code_can_be_taken_back_and_one_with_a_code_cannot(kit: Kit) -> None:
    case = decided(kit)
    kit.pass_(1)
    case.move("grant")
    assert case_undo.undo_move(kit.store, C1, case.id)["state"] == "accepted"
    assert certificates.certificates_of(kit.store, C1, case.id) == []
    segment(kit, "health", "1", "9")
    kit.pass_(1)
    case.move("grant")
    assert refused(case_undo.undo_move, kit.store, C1, case.id) == "step-coded"
    assert case.state == "done_pass"


def test_a_case_that_is_not_decided_or_yields_nothing_is_not_approved(kit: Kit) -> None:
    case = Case(kit, "health")
    assert refused(certificates.approve, kit.store, C1, [case.id]) == "move-not-now"
    other = decided(kit, "si_reg")
    assert refused(certificates.approve, kit.store, C1, [other.id]) == "nothing-to-issue"
    assert other.state != "done_pass"


def test_approving_twice_makes_nothing_twice(kit: Kit) -> None:
    case = decided(kit)
    (row,) = certificates.approve(kit.store, C1, [case.id], items="游泳场")
    assert (case.state, row["state"]) == ("done_pass", "assigned")
    assert values_of(kit.store, row)["items"] == "游泳场"
    (again,) = certificates.approve(kit.store, C1, [case.id])
    assert again["id"] == row["id"]
    assert len(kit.store.rows("SELECT * FROM code")) == 1


# -- three together


def test_what_is_approved_together_for_others_is_not_handed_over_together(kit: Kit) -> None:
    """A batch of several applicants: one's pick-up code fetches nothing of another's."""
    other = DAJI._replace(name="武汉光谷餐饮有限公司")
    cases_ = [decided(kit, "health"), decided(kit, "health", applicant=other), decided(kit, "food")]
    rows = certificates.approve(kit.store, C1, [one.id for one in cases_])
    first, second, third = rows
    assert first["together"] == third["together"] == first["id"]
    assert second["together"] is None


def test_three_permits_together_are_approved_in_the_order_they_build_on(kit: Kit) -> None:
    cases = {name: decided(kit, name) for name in reversed(THREE)}
    rows = certificates.approve(kit.store, C1, [one.id for one in cases.values()])
    assert [row["kind"] for row in rows] == ["ydghxkz", "gcghxkz", "bdcqz"]
    assert {row["state"] for row in rows} == {"assigned"}
    assert {row["together"] for row in rows} == {rows[0]["id"]}
    first, second, third = rows
    assert values_of(kit.store, second)["land_permit"] == first["code"]
    assert values_of(kit.store, third)["land_permit"] == first["code"]
    assert values_of(kit.store, third)["project_permit"] == second["code"]
    for row in rows:
        sealed(kit, row)
    job = certificate_print.begin(kit.store, C1, waiting(kit, *rows))
    assert [part.stock for part in job.parts] == ["bdcqz", "gcghxkz", "ydghxkz"]
    certificate_print.confirm(kit.store, C1, job.id)
    assert states(kit, rows) == ["ready"] * 3
    assert len({pickup_of(kit.store, now(kit, row)) for row in rows}) == 1
    handed(kit, *rows)
    assert states(kit, rows) == ["handed"] * 3
    assert {case.state for case in cases.values()} == {"delivered"}
    assert audit(kit.store) == []


def test_a_permit_waits_for_the_one_that_it_builds_on(kit: Kit) -> None:
    waits = approved(kit, "proj_plan")
    assert (waits["state"], waits["lacks"]) == ("approved", "after")
    with pytest.raises(Refused, match="certificate-after") as error:
        certificates.assign(kit.store, C1, waits["id"])
    assert [one.id for one in many(error, "first")] == ["ydghxkz"]
    approved(kit, "land_plan", applicant=MEI)
    assert refused(certificates.assign, kit.store, C1, waits["id"]) == "certificate-after"
    land = approved(kit, "land_plan")
    found = certificates.assign(kit.store, C1, waits["id"])
    assert found["state"] == "assigned"
    assert values_of(kit.store, found)["land_permit"] == land["code"]


# -- described and sealed


def test_what_a_source_says_is_not_typed_over(kit: Kit) -> None:
    row = approved(kit)
    said = refused(certificate_seal.describe, kit.store, C1, row["id"], name="别的公司")
    assert said == "face-from"
    same = certificate_seal.describe(kit.store, C1, row["id"], name=DAJI.name)
    assert values_of(kit.store, same)["name"] == DAJI.name


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"shoe_size": "42"}, "face-no-field"),
        ({"until": "明年"}, "face-day"),
        ({"until": "2026-02-30"}, "face-day"),
        ({"items": "字" * 4001}, "face-long"),
    ],
)
def test_what_a_face_does_not_take(kit: Kit, words: dict[str, str], code: str) -> None:
    row = approved(kit)
    assert refused(certificate_seal.describe, kit.store, C1, row["id"], **words) == code


def test_money_is_said_in_fen(kit: Kit) -> None:
    row = approved(kit, "co_setup")
    for amount in ("-5", "5.5", "x", "1" * 18):
        said = refused(certificate_seal.describe, kit.store, C1, row["id"], reg_cap=amount)
        assert said == "face-money", amount
    certificate_seal.describe(kit.store, C1, row["id"], reg_cap="100000000")


def test_what_was_said_stays_when_more_is_said(kit: Kit) -> None:
    row = approved(kit)
    for name, text in {"legal_rep": "张三", "address": "光谷大道", "items": "游泳场"}.items():
        row = certificate_seal.describe(kit.store, C1, row["id"], **{name: text})
    found = values_of(kit.store, row)
    assert (found["legal_rep"], found["address"], found["items"]) == (
        *("张三", "光谷大道"),
        "游泳场",
    )


def test_a_face_with_a_gap_is_not_sealed(kit: Kit) -> None:
    row = approved(kit)
    with pytest.raises(Refused, match="certificate-face") as error:
        certificate_seal.seal(kit.store, C1, row["id"])
    lacking = {one.id for one in many(error, "fields")}
    assert lacking == {"legal_rep", "address", "items", "until"}
    assert [one.id for one in look(kit.store, C1, row["id"]).missing] == [
        *("legal_rep", "address", "items", "until")
    ]
    assert certificate_seal.seal(kit.store, C1, described(kit, row)["id"])["state"] == "sealed"


def test_nothing_changes_after_the_seal(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    assert (row["state"], row["sealed_by"], row["day"]) == ("sealed", "c01", "2026-09-22")
    said = refused(certificate_seal.describe, kit.store, C1, row["id"], items="别的")
    assert said == "sealed-already"
    assert refused(certificate_seal.seal, kit.store, C1, row["id"]) == "seal-not-now"
    before, digest = values_of(kit.store, row), row["sha256"]
    printed(kit, row)
    after = now(kit, row)
    assert (values_of(kit.store, after), after["sha256"]) == (before, digest)


def test_an_open_promise_keeps_the_seal_back(kit: Kit) -> None:
    case = decided(kit)
    case.move("grant")
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    described(kit, row)
    with kit.store.act("system") as tx:
        key = f"{case.id}/o/1"
        told = {"case_file": case.id, "kind": "tolerance", "no": 4, "state": "open"}
        tx.append("promise.made", key, [("promise", key, None, {**told, "due": "2026-10-01"})])
    assert refused(certificate_seal.seal, kit.store, C1, row["id"]) == "seal-promise"


def test_a_department_that_has_not_joined_keeps_the_seal_back(kit: Kit) -> None:
    case = decided(kit, "land_plan")
    case.move("grant")
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    described(kit, row)
    with kit.store.act("system") as tx:
        key = kit.store.rows("SELECT id FROM review_task")[0]["id"]
        change = ("review_task", key, {"state": "agreed"}, {"state": "open"})
        tx.append("task.opened", key, [change])
    assert refused(certificate_seal.seal, kit.store, C1, row["id"]) == "seal-departments"


def test_a_decision_that_is_gone_keeps_the_seal_back(kit: Kit) -> None:
    case = decided(kit)
    case.move("grant")
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    described(kit, row)
    with kit.store.act("system") as tx:
        change = ("case_file", case.id, {"state": "done_pass"}, {"state": "done_fail"})
        tx.append("case.moved", case.id, [change])
    assert refused(certificate_seal.seal, kit.store, C1, row["id"]) == "seal-case"


def test_how_many_copies(kit: Kit) -> None:
    usual = sealed(kit, approved(kit, "food"))
    names = [(one["copy"], one["no"]) for one in copies_of(kit.store, usual["id"])]
    assert names == [("original", 1), ("duplicate", 1)]
    row = described(kit, approved(kit, "food"))
    seal = certificate_seal.seal
    assert refused(seal, kit.store, C1, row["id"], {"duplicate": 6}) == "copies-many"
    assert refused(seal, kit.store, C1, row["id"], {"duplicate": -1}) == "copies-many"
    assert refused(seal, kit.store, C1, row["id"], {"x": 1}) == "no-such-copy"
    seal(kit.store, C1, row["id"], {"original": 1, "duplicate": 3})
    names = [(one["copy"], one["no"]) for one in copies_of(kit.store, row["id"])]
    assert names == [("original", 1), *(("duplicate", n) for n in (1, 2, 3))]


# -- printed


def test_a_job_goes_tray_by_tray_each_copy_on_the_next_sheet(kit: Kit) -> None:
    rows = [
        sealed(kit, approved(kit, name), copies=copies)
        for name, copies in (
            ("ind_setup", {"original": 1, "duplicate": 2}),
            ("record", None),
            ("ind_setup", {"original": 1, "duplicate": 1}),
        )
    ]
    job = certificate_print.begin(kit.store, C1, waiting(kit, *rows), printer="file:x")
    assert [(part.tray, part.stock, len(part.copies)) for part in job.parts] == [
        ("", "", 1),
        ("A3", "yyzz-zb", 2),
        ("A4-licence", "yyzz-fb", 3),
    ]
    assert all(part.data[:5] == b"%PDF-" for part in job.parts)
    bound = [copy["sheet"] for copy in job.copies]
    assert bound == [
        *(None, "yyzz-zb:1", "yyzz-zb:2"),
        *("yyzz-fb:1", "yyzz-fb:2", "yyzz-fb:3"),
    ]
    assert states(kit, rows) == ["printing"] * 3
    for copy in job.copies:
        assert (copy["state"], copy["printer"], copy["printed_by"]) == ("printing", "file:x", "c01")
        if copy["sheet"]:
            assert sheet(kit, copy["sheet"])["copy"] == copy["id"]
    held = [(one["id"], one["job"]) for one in certificate_print.unknown(kit.store, C1)]
    assert sorted(held) == sorted((copy["id"], job.id) for copy in job.copies)


def test_printing_begins_at_the_sheet_on_top_of_the_tray(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    begin = certificate_print.begin
    copies = waiting(kit, row)
    for wrong, code in (("51", "sheets-not-held"), ("x", "sheet-serial")):
        assert refused(begin, kit.store, C1, copies, first={"wsxkz": wrong}) == code
    job = begin(kit.store, C1, copies, first={"wsxkz": "WS00000007"})
    assert job.copies[0]["sheet"] == "wsxkz:7"
    (other,) = begin(kit.store, C1, waiting(kit, sealed(kit, approved(kit)))).copies
    assert other["sheet"] == "wsxkz:1"


def test_without_sheets_nothing_is_bound(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    with pytest.raises(Refused, match="no-sheets") as error:
        certificate_print.begin(kit.store, C2, waiting(kit, row))
    assert (error.value.params["left"], error.value.params["wanted"]) == (0, 1)
    nowhere = C1._replace(window="")
    said = refused(certificate_print.begin, kit.store, nowhere, waiting(kit, row))
    assert said == "window-needed"
    assert (copy_states(kit, row), serials(kit, "wsxkz")) == (["waiting"], {})
    # On plain paper it needs none.
    job = certificate_print.begin(kit.store, C2, waiting(kit, row), layout="full")
    assert [part.stock for part in job.parts] == [""]


def test_more_copies_than_sheets_bind_none(kit: Kit) -> None:
    rows = [sealed(kit, approved(kit)) for _ in range(3)]
    sheets.give(kit.store, SUPERVISOR, "wsxkz", "3", "50", "", "W01")
    assert refused(certificate_print.begin, kit.store, C1, waiting(kit, *rows)) == "no-sheets"
    assert states(kit, rows) == ["sealed"] * 3
    assert serials(kit, "wsxkz") == {}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda kit, row: certificate_print.begin(kit.store, C1, []), "copies-none"),
        (lambda kit, row: certificate_print.begin(kit.store, C1, ["x"] * 101), "copies-many"),
        (lambda kit, row: certificate_print.begin(kit.store, C1, ["x"]), "no-such-copy"),
        (lambda kit, row: certificate_print.confirm(kit.store, C1, "x"), "no-such-job"),
        (lambda kit, row: certificate_print.spoil(kit.store, C1, "x", "x"), "no-such-copy"),
        (lambda kit, row: certificate_print.proof(kit.store, C1, "x"), "no-such-certificate"),
        (lambda kit, row: certificate_print.proof(kit.store, C1, row["id"], "x"), "no-such-copy"),
        (
            lambda kit, row: certificate_print.spoil(kit.store, C1, waiting(kit, row)[0], "x"),
            "print-not-now",
        ),
        (
            lambda kit, row: certificate_pdf.of_copy(kit.store, C1, waiting(kit, row)[0]),
            "copy-not-printed",
        ),
        (
            lambda kit, row: certificate_print.begin(
                kit.store, C1, waiting(kit, sealed(kit, approved(kit, "record"))), layout="stock"
            ),
            "no-stock-layout",
        ),
    ],
)
def test_what_is_not_printed(kit: Kit, act: Callable[[Kit, Row], object], code: str) -> None:
    row = sealed(kit, approved(kit))
    assert refused(act, kit, row) == code


def test_what_is_being_printed_is_not_printed_again(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    copies = waiting(kit, row)
    certificate_print.begin(kit.store, C1, copies)
    for layout in ("", "full"):
        said = refused(certificate_print.begin, kit.store, C1, copies, layout=layout)
        assert said == "print-not-now"
    assert len(serials(kit, "wsxkz")) == 1


def test_a_result_that_nobody_knows_is_confirmed_or_printed_again_with_the_same_code(
    kit: Kit,
) -> None:
    row = sealed(kit, approved(kit))
    job = printing(kit, row)
    kit.close()  # killed: what came out nobody has said
    kit.store = kit.again()
    (copy,) = certificate_print.unknown(kit.store, C1)
    assert (copy["job"], copy["sheet"]) == (job, "wsxkz:1")
    assert sheet(kit, "wsxkz:1")["state"] == "bound"
    certificate_print.confirm(kit.store, C1, job, spoiled={"wsxkz:1": "卡纸"})
    assert copy_states(kit, row) == ["spoiled", "waiting"]
    (again,) = printed(kit, row)
    assert (again["state"], again["code"]) == ("ready", row["code"])
    spoiled, good = copies_of(kit.store, row["id"])
    assert (spoiled["reason"], spoiled["sheet"]) == ("卡纸", "wsxkz:1")
    assert (good["again"], good["sheet"], good["no"]) == (spoiled["id"], "wsxkz:2", spoiled["no"])
    assert serials(kit, "wsxkz") == {1: "spoiled", 2: "used"}
    assert audit(kit.store) == []


def test_what_did_not_come_out_waits_again_and_its_sheet_is_blank(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    (copy,) = copies_of(kit.store, row["id"])
    certificate_print.confirm(kit.store, C1, printing(kit, row), unprinted=[copy["id"]])
    assert (now(kit, row)["state"], copy_states(kit, row)) == ("sealed", ["waiting"])
    assert serials(kit, "wsxkz") == {}
    (fresh,) = copies_of(kit.store, row["id"])
    assert {name: fresh[name] for name in copy} == {**copy, "since": fresh["since"]}
    printed(kit, row)
    assert serials(kit, "wsxkz") == {1: "used"}


def test_one_spoiled_of_many_is_printed_again_and_the_others_are_ready(kit: Kit) -> None:
    rows = [sealed(kit, approved(kit)) for _ in range(3)]
    job = printing(kit, *rows)
    found = certificate_print.confirm(kit.store, C1, job, spoiled={"wsxkz:2": "墨迹"})
    assert [row["state"] for row in found] == ["ready", "sealed", "ready"]
    assert copy_states(kit, rows[1]) == ["spoiled", "waiting"]
    assert serials(kit, "wsxkz") == {1: "used", 2: "spoiled", 3: "used"}
    assert refused(certificate_print.confirm, kit.store, C1, job) == "no-such-job"
    printed(kit, rows[1])
    assert states(kit, rows) == ["ready"] * 3
    assert sheet(kit, "wsxkz:4")["state"] == "used"
    assert audit(kit.store) == []


def test_a_confirmation_with_a_mistake_in_it_confirms_nothing(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    job = printing(kit, row)
    for how, code in (
        ({"spoiled": {"wsxkz:9": "x"}}, "copy-not-in-job"),
        ({"unprinted": ["x"]}, "copy-not-in-job"),
        ({"spoiled": {"wsxkz:1": " "}}, "sheet-reason"),
        ({"spoiled": {"wsxkz:1": "x" * 201}}, "sheet-reason"),
    ):
        assert refused(certificate_print.confirm, kit.store, C1, job, **how) == code
    assert now(kit, row)["state"] == "printing"


def test_a_printed_copy_that_proves_bad_takes_the_certificate_back_to_the_printer(
    kit: Kit,
) -> None:
    row = certificate(kit, "ready")
    code = pickup_of(kit.store, now(kit, row))
    (copy,) = copies_of(kit.store, row["id"])
    back = certificate_print.spoil(kit.store, C1, copy["id"], "折了")
    assert (back["state"], back["ready_at"]) == ("sealed", None)
    assert copy_states(kit, row) == ["spoiled", "waiting"]
    assert refused(certificate_print.spoil, kit.store, C1, copy["id"], "x") == "print-not-now"
    (again,) = printed(kit, row)
    assert (again["state"], pickup_of(kit.store, again)) == ("ready", code)
    handed(kit, again)
    (_, good) = copies_of(kit.store, row["id"])
    assert refused(certificate_print.spoil, kit.store, C1, good["id"], "x") == "print-not-now"
    assert serials(kit, "wsxkz") == {1: "spoiled", 2: "used"}
    assert audit(kit.store) == []


def test_a_certificate_is_ready_when_its_last_copy_is(kit: Kit) -> None:
    row = sealed(kit, approved(kit, "food"))
    first, second = waiting(kit, row)
    certificate_print.confirm(kit.store, C1, certificate_print.begin(kit.store, C1, [first]).id)
    assert now(kit, row)["state"] == "sealed"
    job = certificate_print.begin(kit.store, C1, [second]).id
    assert now(kit, row)["state"] == "printing"
    certificate_print.confirm(kit.store, C1, job)
    ready = now(kit, row)
    assert ready["state"] == "ready"
    code = pickup_of(kit.store, ready)
    assert pickup.read(code) == code
    assert code not in json.dumps(kit.store.rows("SELECT * FROM certificate"))


def test_the_case_follows_its_certificate(kit: Kit) -> None:
    case = decided(kit)
    case.move("grant")
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    sealed(kit, row)
    assert case.state == "done_pass"
    printed(kit, row)
    assert case.state == "issued"
    handed(kit, row)
    assert case.state == "delivered"


def test_a_colleague_at_another_window_confirms(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    job = printing(kit, row)
    certificate_print.confirm(kit.store, C2, job)
    (copy,) = copies_of(kit.store, row["id"])
    assert (copy["window"], copy["printed_by"], copy["confirmed_by"]) == ("W01", "c01", "c02")
    assert sheet(kit, "wsxkz:1")["window"] == "W01"


def test_the_same_copy_is_the_same_bytes_when_it_is_set_again(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    (part,) = certificate_print.begin(kit.store, C1, waiting(kit, row)).parts
    (copy,) = copies_of(kit.store, row["id"])
    again = certificate_pdf.of_copy(kit.store, C1, copy["id"])
    assert certificate_pdf.pdf(kit.store, again) == part.data
    assert again.name == f"{row['code']}-original-1"
    _, _, face = face_of_copy(kit.store, AGENT, copy["id"])
    assert face.sha256 == copy["sha256"]
    assert face == certificate_face.frozen_face(kit.store, copy)


# -- in advance


def test_a_proof_carries_no_signature_and_is_never_handed_over(kit: Kit) -> None:
    row = described(kit, approved(kit))
    proof, data = certificate_print.proof(kit.store, C1, row["id"])
    assert data[:5] == b"%PDF-"
    assert (proof["state"], proof["mode"], proof["sheet"]) == ("proof", "advance", None)
    face: dict[str, Any] = dict(certificate_face.frozen_face(kit.store, proof).face)
    assert (face["authority"], face["date"], face["seal"]) == ({}, "", {})
    assert now(kit, row)["state"] == "assigned"
    sealed(kit, row)
    handed(kit, *printed(kit, row))
    assert copy_states(kit, row) == ["proof", "handed"]
    again = refused(certificate_print.proof, kit.store, C1, row["id"])
    assert again == "proof-not-now"
    assert serials(kit, "wsxkz") == {1: "used"}
    assert audit(kit.store) == []


def test_a_preview_writes_nothing(kit: Kit) -> None:
    row = described(kit, approved(kit, "food"))
    before = kit.kinds()
    sheet = certificate_pdf.preview(kit.store, C1, row["id"], "duplicate")
    assert certificate_pdf.pdf(kit.store, sheet)[:5] == b"%PDF-"
    assert kit.kinds() == before
    assert refused(certificate_pdf.preview, kit.store, C1, row["id"], "x") == "no-such-copy"


# -- found again


def test_the_lists_follow(kit: Kit) -> None:
    where = {"assigned": "seal", "sealed": "print", "printing": "unknown", "ready": "collect"}
    made = {state: certificate(kit, state) for state in [*where, "handed"]}
    for state, view in {**where, "handed": "handed"}.items():
        assert [line.row["id"] for line in listed(kit.store, C1, view)] == [made[state]["id"]]
    assert {line.row["id"] for line in listed(kit.store, C1)} == {
        made[state]["id"] for state in where
    }
    assert listed(kit.store, C1, "code") == []
    assert refused(listed, kit.store, C1, "x") == "no-such-view"
    assert set(VIEWS) == {*where.values(), "code", "open", "handed"}


def test_it_is_found_by_code_name_and_case(kit: Kit) -> None:
    row = certificate(kit, "ready")
    number = look(kit.store, C1, row["id"]).line.number
    for text in (row["code"], row["code"][:8].lower(), "大吉", "whdj"):
        assert [line.row["id"] for line in search(kit.store, C1, text)] == [row["id"]], text
    for text in ("", "x", "%%", "没有"):
        assert search(kit.store, C1, text) == []
    assert [line.row["id"] for line in listed(kit.store, C1, case=number)] == [row["id"]]


def test_looking_is_noted_and_says_everything(kit: Kit) -> None:
    row = certificate(kit, "ready", "food")
    before = kit.kinds()
    found = look(kit.store, AGENT, row["code"])
    assert kit.kinds()[len(before) :] == ["personal.viewed"]
    assert ("经营者名称", "Name of the operator", DAJI.name) in found.fields
    assert (found.missing, found.others) == ((), ())
    assert len(found.every) == 2


# -- held against what is known


def test_a_code_is_verified_by_what_is_known_of_it(kit: Kit) -> None:
    def verdict(text: str) -> Verdict:
        return certificate_verify.verify(kit.store, AGENT, text).verdict

    row = sealed(kit, approved(kit))
    assert verdict(row["code"]) is Verdict.PENDING
    printed(kit, row)
    assert verdict(f" {row['code'].lower()} ") is Verdict.KNOWN
    assert verdict("WS00000001") is Verdict.KNOWN
    assert verdict("91420100MA4K00010X") is not Verdict.KNOWN
    assert verdict("WS420100202699999") is Verdict.WELL_FORMED
    assert verdict("WS1") is Verdict.MALFORMED
    assert refused(certificate_verify.verify, kit.store, AGENT, " ") == "verify-empty"
    (copy,) = copies_of(kit.store, row["id"])
    own = certificate_face.codes_for(
        kit.store, now(kit, row), copy, certificate_face.frozen_face(kit.store, copy)
    )
    found = certificate_verify.verify(kit.store, AGENT, own.own)
    assert (found.verdict, found.copy) == (Verdict.GENUINE, copy)
    forged = own.own[:-1] + ("A" if own.own[-1] != "A" else "E")
    assert verdict(forged) in (Verdict.FORGED, Verdict.MALFORMED)
    certificate_print.spoil(kit.store, C1, copy["id"], "x")
    assert verdict(own.own) is Verdict.ENDED


# -- a decision that is gone


def test_a_decision_is_not_revoked_over_a_certificate_that_stands(kit: Kit) -> None:
    case = decided(kit, "health")
    case.move("grant")
    (row,) = certificates.certificates_of(kit.store, C1, case.id)
    case_lease.release(kit.store, C1, case.id)
    with pytest.raises(Refused) as error:
        case.move("revoke", SUPERVISOR, reason="以欺骗手段取得")
    assert error.value.params["why"] == "certificate-standing"
    changed(kit, row, "revoke", "fraud")
    assert case.move("revoke", SUPERVISOR, reason="以欺骗手段取得").row["state"] == "revoked"
