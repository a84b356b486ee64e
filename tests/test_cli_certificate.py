"""``hallclient certificate``: from the decision to the licence in hand, by commands alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.store import Row
from hallclient.actions.certificate_face import codes_for, frozen_face
from hallclient.actions.certificate_rows import certificate_row, copies_of
from hallclient.rules.certificate.schemes import food_code, uscc_code
from tests.casekit import Case
from tests.certclikit import (
    BY,
    COLLECTOR,
    FACE,
    LEAD,
    agreed,
    granted,
    loaded,
    received,
    said,
    sealed,
)
from tests.certkit import certificate, stocked
from tests.clikit import Answer, Cli, cli, quick
from tests.hostile import PACKED

__all__ = ["cli", "quick"]

PDF, PNG = b"%PDF", b"\x89PNG"


def state(cli: Cli, code: str) -> str:
    return str(cli.done("certificate", "show", code, **BY)["state"])


def saved(cli: Cli, folder: Path, *words: str) -> dict[str, object]:
    """A job into a folder."""
    return cli.done("certificate", "print", *words, "--save", str(folder), **BY)


def ready(cli: Cli, state: str = "ready") -> Row:
    """A food permit of a kit that issues."""
    stocked(cli.kit)
    return certificate(cli.kit, state, "food")


# -- the whole story


def test_from_the_decision_into_the_applicants_hand(cli: Cli, tmp_path: Path) -> None:
    number = granted(cli)
    received(cli)
    (line,) = cli.json("certificate", "list", "--view", "seal", **BY).objects
    code = str(line["code"])
    assert (line["state"], line["case"], line["name"]) == ("assigned", number, "食品经营许可证")
    assert cli.refused("certificate", "seal", number, **BY)["error"] == "certificate-face"
    cli.done("certificate", "describe", code, *said(FACE), **BY)
    assert cli.done("certificate", "seal", code, **BY)["copies"] == 2

    job = saved(cli, tmp_path, code)
    assert (job["state"], job["printer"]) == ("unknown", str(tmp_path))
    copies = job["copies"]
    assert isinstance(copies, list)
    assert [(one["name"], one["sheet"]) for one in copies] == [
        ("正本", "SP00000001"),
        ("副本 1-1", "SP00000002"),
    ]
    (file,) = tmp_path.glob("*.pdf")
    assert file.read_bytes().startswith(PDF)
    assert str(job["job"]) in file.name
    assert state(cli, code) == "printing"
    assert cli.done("certificate", "unknown", **BY)["job"] == job["job"]
    confirmed = cli.done("certificate", "confirm", str(job["job"]), **BY)
    assert confirmed["state"] == "ready"
    assert "没有结果待确认" in cli("certificate", "unknown", **BY).out
    assert cli.done("case", "show", number, **BY)["state"] == "issued"

    assert cli.done("certificate", "verify", code, **BY)["verdict"] == "known"
    pickup = str(cli.done("certificate", "pickup", number, **BY)["pickup"])
    slip = str(cli.done("certificate", "slip", number, **BY)["number"])
    said_ = cli.done("paper", "show", slip, **BY)["says"]
    assert said_["pickup"] == f"{pickup[:4]}-{pickup[4:]}"
    assert [one["state"] for one in said_["certificates"]] == ["ready"]
    assert f"{pickup[:4]}-{pickup[4:]}" in cli("certificate", "pickup", code, **BY).out
    words = ("certificate", "hand-over", "--pickup", pickup.lower())
    assert cli.refused(*words, **BY)["error"] == "collector-identity"
    assert cli.refused(*words, *COLLECTOR, **BY)["error"] == "mandate-needed"
    letter = ("--relation", "mandate", "--mandate", "2026-09-01")
    handed = cli.done(*words, *COLLECTOR, *letter, "--signed", **BY)
    assert (handed["state"], handed["delivery"], handed["handed_by"]) == (
        "handed",
        "counter",
        "c01",
    )
    assert cli.done("case", "show", number, **BY)["state"] == "delivered"
    verified = cli.done("certificate", "verify", code.lower(), **BY)
    assert verified["verdict"] == "known"
    (issue,) = verified["certificates"]
    assert issue["fetched"] == {"name": "张*", "relation": "mandate", "how": "counter"}
    said_so = cli("certificate", "verify", code, **BY).out
    assert "张*" in said_so
    assert "张三" not in said_so
    assert cli("verify").code == 0


# -- what a decision yields


def test_a_case_is_granted_and_its_permit_described_in_one_step(cli: Cli) -> None:
    loaded(cli)
    number = agreed(cli)
    made = cli.done("certificate", "approve", number, *said(FACE), **BY)
    assert (made["state"], made["approved_by"]) == ("assigned", "c01")
    assert cli.done("case", "show", number, **BY)["state"] == "done_pass"
    shown = cli.done("certificate", "show", number, **BY)
    assert (shown["missing"], shown["face"]["有效期至"]) == ([], "2031年9月21日")


def test_cases_are_approved_together(cli: Cli) -> None:
    loaded(cli)
    first, second, other = agreed(cli), agreed(cli), agreed(cli, "武汉大利科技有限公司")
    rows = cli.json("certificate", "approve", first, second, other, **BY).objects
    assert len({one["code"] for one in rows}) == 3
    # What one applicant has is fetched together.
    assert [one["together"] for one in rows] == [*[rows[0]["certificate"]] * 2, None]


def test_what_cannot_be_approved(cli: Cli) -> None:
    number = agreed(cli)
    words = ("certificate", "approve", number)
    answer = cli.json(*words, "--set", "colour=red", **BY)
    assert answer.object["error"] == "face-no-field"
    assert {"code": "until", "name": "有效期至"} in answer.object["choices"]
    assert cli.refused(*words, "--set", "until", **BY)["error"] == "bad-say"
    assert cli.refused(*words, "--set", "until=soon", **BY)["error"] == "face-day"
    assert cli.done("case", "show", number, **BY)["state"] == "accepted"
    other = str(cli.done("case", "open", "SP023", "--organisation", "--name", "x", **BY)["case"])
    assert cli.refused("certificate", "approve", other, **BY)["error"] == "move-not-now"
    assert cli.refused("certificate", "approve", "none", **BY)["error"] == "no-such-case"
    assert cli.refused(*words, by="a01", at="W01")["error"] == "not-allowed"


def test_a_code_is_given_later_when_there_was_none(cli: Cli) -> None:
    number = agreed(cli)
    cli.done("case", "decide", number, "grant", **BY)
    (line,) = cli.json("certificate", "list", "--view", "code", **BY).objects
    assert (line["state"], line["code"], line["lacks"]) == ("approved", None, "none")
    assert "待赋码（没有装码段）" in cli("certificate", "list", **BY).out
    assert cli.refused("certificate", "assign", number, **BY)["error"] == "no-codes"
    loaded(cli)
    words = ("certificate", "assign", f"{number}/z/1")
    assert cli.refused(*words, "--code", "x", **BY)["error"] == "code-not-wanted"
    assert cli.done(*words, **BY)["state"] == "assigned"
    assert cli.refused(*words, **BY)["error"] == "assigned-already"


def test_a_holder_keeps_the_code_they_have(cli: Cli) -> None:
    case = Case(cli.kit, "co_holder").accepted().agree()
    case.move("grant")
    (line,) = cli.json("certificate", "list", "--view", "code", **BY).objects
    assert line["lacks"] == "code-needed"
    assign = ("certificate", "assign", case.id)
    assert cli.refused(*assign, **BY)["error"] == "code-needed"
    assert cli.refused(*assign, "--code", "91420100MA4KXXXX0X", **BY)["error"] == "code-malformed"
    code = uscc_code("91", "420100", "MA4K0001")
    done = cli.done(*assign, "--code", code.lower(), **BY)
    assert (done["code"], done["state"]) == (code, "assigned")


def test_what_is_sealed_stands(cli: Cli) -> None:
    made = sealed(cli, "original=1", "副本=2")
    assert made["copies"] == 3
    words = ("certificate", "describe", made["code"], "--set", "items=其他")
    assert cli.refused(*words, **BY)["error"] == "sealed-already"
    assert cli.refused("certificate", "seal", made["code"], **BY)["error"] == "seal-not-now"


@pytest.mark.parametrize(
    ("copies", "code"),
    [
        ("duplicate", "bad-say"),
        ("duplicate=many", "copies-number"),
        ("third=1", "no-such-copy"),
        ("duplicate=99", "copies-many"),
    ],
)
def test_copies_that_cannot_be(cli: Cli, copies: str, code: str) -> None:
    number = granted(cli)
    cli.done("certificate", "describe", number, *said(FACE), **BY)
    words = ("certificate", "seal", number, "--copies", copies)
    assert cli.refused(*words, **BY)["error"] == code


# -- printing


def test_sheets_that_spoil_and_those_that_stay_blank(cli: Cli, tmp_path: Path) -> None:
    made = sealed(cli, "original=1", "duplicate=2")
    job = str(saved(cli, tmp_path, made["code"], "--first", "spjyxkz=11")["job"])
    words = ("certificate", "confirm", job)
    wrong = cli.refused(*words, "--spoiled", "SP00000040=卡纸", **BY)
    assert wrong["error"] == "copy-not-in-job"
    assert cli.refused(*words, "--spoiled", "SP00000011=", **BY)["error"] == "sheet-reason"
    done = cli.done(*words, "--spoiled", "sp00000011=卡纸", "--unprinted", "SP00000013", **BY)
    assert (done["state"], done["copies"]) == ("sealed", 3)
    assert cli.refused(*words, **BY)["error"] == "no-such-job"
    again = saved(cli, tmp_path, "--all", "--confirm", "--first", "食品经营许可证=SP00000013")
    assert again["state"] == "confirmed"
    copies = again["copies"]
    assert isinstance(copies, list)
    assert [one["sheet"] for one in copies] == ["SP00000013", "SP00000014"]
    assert {one["code"] for one in copies} == {made["code"]}
    every = cli.done("certificate", "show", made["code"], **BY)["every"]
    assert sorted((one["state"], one["sheet"]) for one in every) == [
        ("printed", "SP00000012"),
        ("printed", "SP00000013"),
        ("printed", "SP00000014"),
        ("spoiled", "SP00000011"),
    ]
    spoil = ("certificate", "spoil", f"{made['case']}/y/2", "装订时撕破")
    assert cli.done(*spoil, **BY)["state"] == "sealed"
    assert cli.refused(*spoil, **BY)["error"] == "print-not-now"


def test_plain_paper_needs_no_sheet(cli: Cli, tmp_path: Path) -> None:
    number = granted(cli)
    cli.done("certificate", "describe", number, *said(FACE), **BY)
    cli.done("certificate", "seal", number, **BY)
    assert cli.refused("certificate", "print", number, "--save", str(tmp_path), **BY)["error"] == (
        "no-sheets"
    )
    words = ("certificate", "print", number, "--layout", "full", "--save", str(tmp_path))
    said_so = cli(*words, **BY).out
    assert "普通纸" in said_so
    assert "certificate confirm" in said_so


def test_a_printer_that_fails_leaves_the_result_unknown(cli: Cli) -> None:
    made = sealed(cli)
    words = ("certificate", "print", made["code"], "--printer", "command:false {file}")
    answer = cli.json(*words, **BY)
    job, error = answer.objects
    assert (answer.code, job["state"], error["error"]) == (1, "unknown", "document-printer-failed")
    assert f"certificate confirm {job['job']} --unprinted" in answer.err
    assert state(cli, made["code"]) == "printing"
    unprinted = [word for one in job["copies"] for word in ("--unprinted", f"{one['sheet']}")]
    done = cli.done("certificate", "confirm", job["job"], *unprinted, **BY)
    assert done["state"] == "sealed"
    said_so: Answer = cli(*words, **BY)
    assert said_so.code == 1
    assert "SP00000001" in said_so.out


def test_nothing_is_bound_before_it_is_known_where_to_print(cli: Cli, tmp_path: Path) -> None:
    made = sealed(cli)
    words = ("certificate", "print", made["code"])
    assert cli.refused(*words, "--printer", "none", **BY)["error"] == "document-printer-none"
    missing = cli.refused(*words, "--save", str(tmp_path / "no"), **BY)
    assert missing["error"] == "print-folder"
    file = f"file:{tmp_path / 'all.pdf'}"
    assert cli.refused(*words, "--printer", file, **BY)["error"] == "print-folder"
    folder = ("--save", str(tmp_path))
    for wrong, code in (
        (("--offset", "spjyxkz=far,2"), "bad-offset"),
        (("--offset", "spjyxkz=3001,2"), "bad-offset"),
        (("--offset", "spjyxkz=301,2"), "bad-offset"),
        (("--offset", "zz=1,2"), "no-such-stock"),
        (("--first", "spjyxkz"), "bad-say"),
        (("--first", "spjyxkz=99"), "sheets-not-held"),
    ):
        assert cli.refused(*words, *folder, *wrong, **BY)["error"] == code
    assert cli.refused(*words, *folder, by="c01", at="W02")["error"] == "no-sheets"
    assert cli.refused(*words, *folder, by=LEAD)["error"] == "window-needed"
    assert state(cli, made["code"]) == "sealed"
    assert list(tmp_path.glob("*.pdf")) == []
    saved(cli, tmp_path, made["code"])
    assert cli.refused(*words, *folder, **BY)["error"] == "print-not-now"


def test_a_printers_offset_is_its_settings_or_the_lines(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    settings = tmp_path / "printer.toml"
    settings.write_text("[offset]\nspjyxkz = [3, -2]\n", "utf-8")
    made = sealed(cli, "original=1", "duplicate=1")
    test = ("certificate", "test-sheet", "spjyxkz", "original", "--save")
    assert cli.done(*test, str(tmp_path / "a.pdf"), **BY)["offset"] == [3, -2]
    moved = cli.done(*test, str(tmp_path / "b.pdf"), "--offset=-3,+2", **BY)
    assert moved["offset"] == [-3, 2]
    assert (tmp_path / "b.pdf").read_bytes().startswith(PDF)
    job = saved(cli, tmp_path, made["code"])
    copies = job["copies"]
    assert isinstance(copies, list)
    row = cli.kit.store.row("SELECT * FROM certificate_copy WHERE id = ?", copies[0]["copy"])
    assert row is not None
    box = frozen_face(cli.kit.store, row).face["boxes"][0]
    assert (box["left"], box["top"]) == (70.3, 51.8)
    for wrong in ("offset = 3", "[offset]\nspjyxkz = [3]", "[offset]\nspjyxkz = [3, 2.5]"):
        settings.write_text(wrong, "utf-8")
        assert cli.refused(*test, str(tmp_path / "c.pdf"), **BY)["error"] == "printer-settings"


def test_more_than_one_job_takes(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallclient.cli.certificate_print.MOST", 2)
    sealed(cli, "original=1", "duplicate=3")
    answer = cli.json("certificate", "print", "--all", "--save", str(tmp_path), **BY)
    assert len(answer.object["copies"]) == 2
    assert "还剩 2 份" in answer.err


def test_nothing_waits(cli: Cli, tmp_path: Path) -> None:
    words = ("certificate", "print", "--all", "--save", str(tmp_path))
    assert cli.refused(*words, **BY)["error"] == "copies-none"


def test_a_copy_in_advance_and_pictures(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = granted(cli)
    received(cli)
    cli.done("certificate", "describe", number, *said(FACE), **BY)
    proof = ("certificate", "proof", number)
    file = tmp_path / "proof.pdf"
    assert cli.done(*proof, "--save", str(file), **BY)["file"] == str(file)
    assert file.read_bytes().startswith(PDF)
    there = cli.json(*proof, "--save", str(file), **BY)
    assert (there.code, there.object["error"]) == (3, "file-exists")
    assert cli.refused(*proof, "--copy", "third", **BY)["error"] == "no-such-copy"
    sent: list[str] = []
    monkeypatch.setattr(
        "hallclient.cli.certificate_sheet.send", lambda printer, name, data: sent.append(name)
    )
    printed = cli.done(*proof, "--copy", "副本", "--printer", "lp", **BY)
    assert (printed["printer"], len(sent)) == ("lp", 1)
    assert cli.refused(*proof, "--printer", "none", **BY)["error"] == "document-printer-none"
    preview = ("certificate", "preview", number, "--save")
    cli.done(*preview, str(tmp_path / "a.png"), "--copy", "duplicate", **BY)
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)
    cli.done(*preview, str(tmp_path / "a.pdf"), "--layout", "stock", **BY)
    assert (tmp_path / "a.pdf").read_bytes().startswith(PDF)
    cli.done("certificate", "seal", number, **BY)
    (tmp_path / "job").mkdir()
    saved(cli, tmp_path / "job", number, "--confirm")
    for copy in ("SP00000001", f"{number}/y/4"):
        words = ("certificate", "preview", copy, "--save", str(tmp_path / "a.png"))
        assert cli.json(*words, **BY).object["error"] == "file-exists"
        assert cli.done(*words, "--force", **BY)["bytes"] > 1000
    assert cli.refused(*proof, "--save", str(tmp_path / "b.pdf"), **BY)["error"] == "proof-not-now"


def test_a_test_sheet_of_what_is_not_there(cli: Cli, tmp_path: Path) -> None:
    to = ("--save", str(tmp_path / "a.pdf"))
    words = ("certificate", "test-sheet")
    unknown = cli.json(*words, "zz", "original", *to, **BY).object
    assert unknown["error"] == "no-such-certificate-kind"
    assert {"code": "spjyxkz", "name": "食品经营许可证"} in unknown["choices"]
    assert cli.refused(*words, "spjyxkz", "zz", *to, **BY)["error"] == "no-such-copy"
    assert cli.refused(*words, "spjyxkz", "original", *to, "--offset", "1", **BY)["error"] == (
        "bad-offset"
    )


# -- handing over


def test_by_post_and_with_a_mandate(cli: Cli) -> None:
    row = ready(cli)
    post = ("certificate", "hand-over", row["code"], "--how", "post")
    assert cli.refused(*post, **BY)["error"] == "waybill-needed"
    assert cli.refused(*post, "--waybill", "EMS1", **BY)["error"] == "address-needed"
    mandate = ("certificate", "hand-over", row["code"], "--relation", "mandate", *COLLECTOR)
    assert cli.refused(*mandate, **BY)["error"] == "mandate-needed"
    sent = cli.done(*post, "--waybill", "EMS1", "--address", "光谷大道1号", **BY)
    assert sent["delivery"] == "post"
    assert cli.refused(*mandate, "--mandate", "甲", **BY)["error"] == "hand-over-not-now"
    assert cli.refused("certificate", "pickup", row["code"], **BY)["error"] == "hand-over-not-now"


def test_a_pick_up_code_that_is_none(cli: Cli) -> None:
    row = ready(cli, "sealed")
    words = ("certificate", "hand-over", "--pickup")
    assert cli.refused(*words, "XXXX-XXXX", *COLLECTOR, **BY)["error"] == "pickup-unknown"
    assert cli.refused(*words, row["code"], *COLLECTOR, **BY)["error"] == "hand-over-not-now"


def test_what_nobody_fetches_is_listed(cli: Cli) -> None:
    row = ready(cli)
    assert "没有证照" in cli("certificate", "unclaimed", **BY).out
    late = cli.done("certificate", "unclaimed", "--days", "0", **BY)
    assert (late["code"], late["days"]) == (row["code"], 0)
    assert "已等 0 天" in cli("certificate", "unclaimed", "--days", "0", **BY).out


# -- changes


def test_what_one_asks_for_another_confirms(cli: Cli) -> None:
    row = ready(cli, "handed")
    ask = ("certificate", "ask", row["code"], "loss")
    answer = cli.json(*ask, "--reason", "forgotten", **BY)
    assert answer.object["error"] == "change-reason"
    assert [one["code"] for one in answer.object["choices"]] == ["lost", "stolen"]
    assert cli.refused(*ask, "--reason", "遗失", **BY)["error"] == "announcement-needed"
    asked = cli.done(*ask, "--reason", "遗失", "--announcement", "武汉日报", **BY)
    assert (asked["kind"], asked["reason"], asked["state"]) == ("loss", "lost", "open")
    assert cli.done("certificate", "changes", **BY)["change"] == asked["change"]
    assert "遗失补领" in cli("certificate", "changes", row["code"], **BY).out
    confirm = ("certificate", "confirm-change", row["code"])
    assert cli.refused(*confirm, **BY)["error"] == "not-allowed"
    made = cli.done(*confirm, by=LEAD)
    assert (made["version"], made["code"], made["state"]) == (2, row["code"], "assigned")
    assert cli.refused(*confirm, by=LEAD)["error"] == "no-change-pending"
    assert "没有变更" in cli("certificate", "changes", **BY).out
    old = cli.done("certificate", "show", row["id"], **BY)
    assert (old["state"], old["others"]) == ("replaced", [made["certificate"]])
    assert {one["state"] for one in old["every"]} == {"lost"}
    returned = cli.done("certificate", "returned", old["every"][0]["copy"], **BY)
    assert returned["state"] == "recovered"
    again = ("certificate", "returned", old["every"][0]["copy"])
    assert cli.refused(*again, **BY)["error"] == "copy-not-out"
    assert "收回" in cli("certificate", "show", row["id"], **BY).out


def test_what_is_asked_for_is_rejected_or_taken_back(cli: Cli) -> None:
    row = ready(cli)
    number = cli.done("certificate", "show", row["code"], **BY)["case"]
    void = ("certificate", "void", row["code"], "--reason", "wrong-holder", "--note", "发错了")
    first = cli.done(*void, **BY)
    assert cli.refused(*void, **BY)["error"] == "change-pending"
    change = f"{number}/q/1"
    reject = ("certificate", "reject-change", change)
    assert cli.refused(*reject, by=LEAD)["error"] == "change-answer"
    rejected = cli.done(*reject, "--answer", "没有发错", by=LEAD)
    assert (rejected["change"], rejected["state"]) == (first["change"], "rejected")
    assert cli.refused(*reject, "--answer", "x", by=LEAD)["error"] == "change-done"
    cli.done(*void, **BY)
    withdraw = ("certificate", "withdraw-change", f"{number}/q/2")
    assert cli.refused(*withdraw, by=LEAD)["error"] == "change-not-yours"
    assert cli.done(*withdraw, **BY)["state"] == "withdrawn"
    assert len(cli.json("certificate", "changes", row["code"], **BY).objects) == 2
    cli.done(*void, by=LEAD)
    assert cli.refused("certificate", "confirm-change", row["code"], by=LEAD)["error"] == (
        "change-own"
    )


def test_words_are_corrected_and_copies_added(cli: Cli) -> None:
    row = ready(cli, "handed")
    correct = ("certificate", "ask", row["code"], "correct", "--reason", "our-mistake")
    assert cli.refused(*correct, **BY)["error"] == "change-same"
    assert cli.refused(*correct, "--set", "zz=1", **BY)["error"] == "face-no-field"
    asked = cli.done(*correct, "--set", "经营项目=预包装食品销售", **BY)
    assert asked["fields"] == ["items"]
    cli.done("certificate", "withdraw-change", asked["change"], **BY)
    extra = ("certificate", "ask", row["code"], "extra", "--reason", "more-copies")
    assert cli.refused(*extra, **BY)["error"] == "copies-none"
    assert cli.done(*extra, "--copies", "duplicate=2", **BY)["copies"] == {"duplicate": 2}


def test_a_void_certificate_voids_its_code(cli: Cli) -> None:
    row = ready(cli)
    cli.done("certificate", "void", row["code"], "--reason", "duplicate", **BY)
    assert cli.done("certificate", "confirm-change", row["code"], by=LEAD)["state"] == "void"
    answer = cli.json("certificate", "verify", row["code"], **BY)
    assert (answer.code, answer.object["verdict"], answer.object["error"]) == (1, "ended", "ended")
    assert answer.object["void_reason"] == "duplicate"
    assert "s01  作废  重复核发" in cli("certificate", "verify", row["code"], **BY).out


# -- looking


def test_certificates_are_listed_and_found(cli: Cli) -> None:
    row = ready(cli)
    number = cli.done("certificate", "list", **BY)["case"]
    for words in (
        ("--view", "collect"),
        ("--case", str(number)),
        ("--search", row["code"][:8]),
        ("--search", "大吉"),
        ("--search", "whdj"),
    ):
        assert cli.done("certificate", "list", *words, **BY)["certificate"] == row["id"]
    assert cli.json("certificate", "list", "--view", "handed", **BY).objects == []
    assert cli.json("certificate", "list", "--search", "没有的", **BY).objects == []
    english = cli("--lang", "en", "certificate", "list", **BY).out
    assert "Food business permit" in english
    for name in (row["id"], row["code"].lower(), str(number), f"{number}/z/1"):
        assert cli.done("certificate", "show", name, **BY)["certificate"] == row["id"]


def test_a_case_with_several_certificates_asks_which(cli: Cli) -> None:
    row = ready(cli, "handed")
    extra = ("certificate", "ask", row["code"], "extra", "--reason", "more-copies")
    cli.done(*extra, "--copies", "duplicate=1", **BY)
    cli.done("certificate", "confirm-change", row["code"], by=LEAD)
    number = cli.done("certificate", "show", row["id"], **BY)["case"]
    answer = cli.json("certificate", "show", str(number), **BY)
    assert answer.object["error"] == "certificate-ambiguous"
    assert [one["code"] for one in answer.object["choices"]] == [f"{number}/z/1", f"{number}/z/2"]


def test_what_the_hall_issues(cli: Cli) -> None:
    kinds = {one["kind"]: one for one in cli.json("certificate", "kinds").objects}
    assert [one["copy"] for one in kinds["yyzz"]["copies"]] == ["original", "duplicate"]


def test_reading_a_face_is_an_event(cli: Cli) -> None:
    row = ready(cli)
    before = cli.kit.kinds().count("personal.viewed")
    shown = cli("certificate", "show", row["code"], **BY)
    assert "经营项目" in shown.out
    assert cli.kit.kinds().count("personal.viewed") == before + 1


def test_every_verdict_has_its_exit_code(cli: Cli) -> None:
    row = ready(cli)
    store = cli.kit.store
    copy = copies_of(store, row["id"])[0]
    codes = codes_for(store, certificate_row(store, row["id"]), copy, frozen_face(store, copy))
    genuine = cli.done("certificate", "verify", codes.own, **BY)
    assert (genuine["verdict"], genuine["copy"]["copy"]) == ("genuine", copy["id"])
    assert "这一份" in cli("certificate", "verify", codes.own, **BY).out
    forged = codes.own[:-2] + ("AA" if codes.own[-2:] != "AA" else "BA")
    for text, verdict in (
        (forged, "forged"),
        (food_code("2", "420100", 300), "well-formed"),
        ("91420100MA4KXXXX0X", "malformed"),
    ):
        answer = cli.json("certificate", "verify", text, **BY)
        assert (answer.code, answer.object["verdict"], answer.object["error"]) == (
            1,
            verdict,
            verdict,
        )
        assert answer.err.strip() == answer.object["message"]
    plain = cli("certificate", "verify", food_code("2", "420100", 300), **BY)
    assert plain.code == 1
    assert "食品经营许可证编号" in plain.out
    nothing = cli("certificate", "verify", "91420100MA4KXXXX0X", **BY)
    assert (nothing.code, nothing.out) == (1, "")
    assert cli.refused("certificate", "verify", " ", **BY)["error"] == "verify-empty"
    assert cli.refused("certificate", "verify", "x", by="admin")["error"] == "not-allowed"


def test_a_sheet_is_verified_by_its_serial(cli: Cli, tmp_path: Path) -> None:
    made = sealed(cli)
    saved(cli, tmp_path, made["code"], "--confirm")
    found = cli.done("certificate", "verify", "SP00000002", **BY)
    assert (found["verdict"], found["code"]) == ("known", made["code"])
    assert found["copy"]["sheet"] == "SP00000002"


# -- what is wrong


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("assign", "none"), "no-such-certificate"),
        (("describe", "none"), "no-such-certificate"),
        (("seal", "20260922-W01-0001/z/9"), "no-such-certificate"),
        (("print", "none", "--save", "."), "no-such-certificate"),
        (("confirm", "none"), "no-such-job"),
        (("spoil", "none", "x"), "no-such-copy"),
        (("preview", "none", "--save", "a.pdf"), "no-such-certificate"),
        (("proof", "none", "--save", "a.pdf"), "no-such-certificate"),
        (("hand-over", "none"), "no-such-certificate"),
        (("pickup", "none"), "no-such-certificate"),
        (("void", "none", "--reason", "duplicate"), "no-such-certificate"),
        (("confirm-change", "none"), "no-change-pending"),
        (("reject-change", "20260922-W01-0001/q/1"), "no-change-pending"),
        (("withdraw-change", "none"), "no-change-pending"),
        (("returned", "20260922-W01-0001/y/1"), "no-such-copy"),
        (("list", "--case", "none"), "no-such-case"),
        (("show", "none"), "no-such-certificate"),
    ],
)
def test_what_is_wrong_is_said(cli: Cli, words: tuple[str, ...], code: str) -> None:
    before = cli.kit.kinds()
    assert cli.refused("certificate", *words, **BY)["error"] == code
    assert cli.kit.kinds() == before


@pytest.mark.parametrize(
    "words",
    [
        ("approve",),
        ("print",),
        ("print", "x", "--all"),
        ("print", "x", "--layout", "wide"),
        ("confirm",),
        ("spoil", "x"),
        ("preview", "x"),
        ("test-sheet", "spjyxkz", "--save", "a.pdf"),
        ("hand-over",),
        ("hand-over", "x", "--pickup", "y"),
        ("hand-over", "x", "--how", "pigeon"),
        ("hand-over", "x", "--kind", "uscc"),
        ("ask", "x", "explode"),
        ("list", "--view", "everything"),
        ("list", "--case", "x", "--search", "y"),
        ("unclaimed", "--days", "many"),
        ("verify",),
        ("nonsense",),
    ],
)
def test_usage_is_exit_2(cli: Cli, words: tuple[str, ...]) -> None:
    answer = cli.json("certificate", *words, **BY)
    assert (answer.code, answer.object["error"]) == (2, "usage")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["certificate", "certificate print", "code", "sheet"])
def test_help_is_in_words(cli: Cli, lang: str, name: str) -> None:
    answer = cli("--lang", lang, *name.split(), "--help")
    assert answer.code == 0
    assert "cli." not in answer.out


def test_nobody_is_told_anything_without_a_name(cli: Cli) -> None:
    for words in (("show", "x"), ("verify", "x"), ("list",), ("preview", "x", "--save", "a.pdf")):
        assert cli.refused("certificate", *words)["error"] == "operator-missing"


def test_hostile_text_does_no_harm(cli: Cli, tmp_path: Path) -> None:
    row = ready(cli)
    for text in PACKED:
        named = f"x{text}"
        for words in (
            ("approve", named),
            ("assign", named, f"--code={text}"),
            ("describe", row["code"], f"--set=items={text}"),
            ("describe", row["code"], f"--set={text}"),
            ("confirm", named, f"--spoiled={text}", f"--unprinted={text}"),
            ("spoil", named, named),
            ("print", row["code"], f"--offset={text}", "--save", str(tmp_path)),
            ("hand-over", f"--pickup={named}", f"--name={text}", f"--identity={text}"),
            ("hand-over", row["code"], f"--name={text}", f"--identity={text}"),
            ("ask", row["code"], "void", f"--reason={text}", f"--note={text}"),
            ("reject-change", named, f"--answer={text}"),
            ("list", f"--search={named}"),
            ("verify", named),
        ):
            answer = cli.json("certificate", *words, **BY)
            assert answer.code in (0, 1)
            assert "crash" not in answer.out
    assert state(cli, row["code"]) == "ready"


def test_hostile_words_on_a_face_and_on_a_change(cli: Cli) -> None:
    row = ready(cli, "handed")
    for text in PACKED:
        words = ("ask", row["code"], "correct", "--reason=our-mistake", f"--set=items=a{text}")
        asked = cli.json("certificate", *words, f"--note={text}", **BY)
        assert asked.code in (0, 1)
        cli.json("certificate", "withdraw-change", row["code"], **BY)
    assert cli("certificate", "changes", row["code"], **BY).code == 0
