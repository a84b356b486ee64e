"""``hallclient form``: another program fills a form in, and gets every error in one pass."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hallclient.rules.form.spec import Level
from hallclient.texts import t
from tests import company
from tests.clikit import Cli, cli, quick
from tests.company import identity
from tests.formcli import BY, FORM, begun, checked, codes, values, whole, write
from tests.hallkit import PASSWORD, Kit
from tests.source import ROOT
from tests.test_cli import leaves
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]

STDIN = "sys.stdin"


# -- a whole form


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_company_filled_in_by_a_program_is_ready(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("HALLCLIENT_LANG", lang)
    number = begun(cli)
    code, problems, summary = checked(cli, number)
    assert code == 1
    assert summary["blocking"] == len(problems)
    assert {"required", "too-few-rows"} <= set(codes(problems))
    given = write(tmp_path, values())
    answer = cli.done("form", "set", number, "--file", given, "--check", **BY)
    assert answer["problems"] == []
    assert len(answer["changed"]) > 150
    code, problems, summary = checked(cli, number)
    assert (code, problems, summary["ready"], summary["blocking"]) == (0, [], True, 0)
    assert all(one["ready"] for one in summary["departments"].values())
    assert cli("form", "check", number, **BY).out.startswith(t("cli.form.ready", number=number))
    again = cli.done("form", "set", number, "--file", given, **BY)
    assert again["changed"] == []
    assert cli.done("form", "close", number, "--reason", "done", **BY)["state"] == "closed"


def test_every_error_in_one_pass_the_gravest_first(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)
    broken = values()
    broken["fields"] |= {"name": "", "reg_cap": "x", "ent_type": "9999"}
    broken["fields"] |= {"name_reserve_until": "2026-13-01"}
    broken["fields"] |= {"phone": "12", "postcode": "43A074"}
    holder = broken["tables"]["holder"]
    holder[0] |= {"h_sub": "-1", "h_due": "2040-01-01"}
    person = broken["tables"]["person"]
    person[2]["p_cert_no"] = person[2]["p_cert_no"][:-2] + "00"
    broken["tables"]["scope"] = []
    before = cli.kit.kinds()
    answer = cli.done("form", "set", number, "--file", write(tmp_path, broken), **BY)
    assert cli.kit.kinds()[len(before) :] == ["filing.edited"]
    at_cells = {(one["field"], one["problem"]) for one in answer["problems"]}
    assert {("name", "required"), ("reg_cap", "wrong-money"), ("phone", "wrong-phone")} <= at_cells
    code, problems, summary = checked(cli, number)
    assert code == 1
    assert {
        ("basic", "name", "required"),
        ("capital", "reg_cap", "wrong-money"),
        ("basic", "ent_type", "not-a-choice"),
        ("basic", "name_reserve_until", "wrong-date"),
        ("basic", "phone", "wrong-phone"),
        ("basic", "postcode", "wrong-digits"),
        ("person", "p_cert_no", "wrong-id"),
        ("scope", "", "too-few-rows"),
    } <= {(one["section"], one["field"], one["problem"]) for one in problems}
    levels = [list(Level).index(Level(one["level"])) for one in problems]
    assert levels == sorted(levels)
    assert summary["blocking"] == sum(one["level"] == "block" for one in problems)
    for one in problems:
        assert one["message"]
        assert "{" not in one["message"] + one["mend"]
        assert one["mend"] or one["problem"] in ("wrong-phone", "wrong-id", "COPIES")
        if "row" in one:
            assert one["row"] >= 1
            assert one["row_id"]
    wrong = next(one for one in problems if one["problem"] == "not-a-choice")
    assert {"code": "1130", "name": company.state().codes("ent_type")["1130"].zh} in wrong[
        "choices"
    ]
    text = cli("form", "check", number, **BY)
    assert text.code == 1
    assert len(text.out.splitlines()) >= len(problems)
    steps = cli.json("form", "history", number, **BY).objects
    assert [one["how"] for one in steps] == ["edited", "edited", "made"]
    assert steps[0]["rows_dropped"] >= 2
    assert len(cli("form", "history", number, **BY).out.splitlines()) == 3
    cli.done("form", "undo", number, **BY)
    assert checked(cli, number)[0] == 0
    assert cli.done("form", "redo", number, **BY)["redone"] is True
    assert checked(cli, number)[0] == 1


def test_a_whole_form_comes_through_a_pipe_and_goes_out_again(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(cli)
    text = json.dumps(values(), ensure_ascii=False).encode()
    monkeypatch.setattr(STDIN, io.TextIOWrapper(io.BytesIO(text)))
    cli.done("form", "set", number, "--file", "-", **BY)
    out = cli("form", "show", number, "--values", "--reveal", **BY)
    assert json.loads(out.out)["tables"] == values()["tables"]
    copied = cli.done("form", "new", "--form", "企业开办一表", "--from", number, **BY)["filing"]
    assert copied != number
    mine = json.loads(cli("form", "show", copied, "--values", "--reveal", **BY).out)
    # A check of the counter's is nobody's to copy.
    checks = [
        one for one in company.form().fields.values() if one.clerk and one.id.startswith("ck")
    ]
    assert {one.id: mine["fields"].get(one.id, "") for one in checks} == {
        one.id: one.default for one in checks
    }
    assert mine["tables"]["holder"] == values()["tables"]["holder"]
    assert {one["section"] for one in checked(cli, copied)[1]} <= {"addr", "check"}
    other = write(tmp_path, out.out, "out.json")
    again = cli.done("form", "new", "--form", "company-setup", "--from", other, **BY)["filing"]
    assert checked(cli, again)[0] == 0


def test_labels_and_people_as_staff_say_them(cli: Cli) -> None:
    number = begun(cli)
    words = (
        "form",
        "set",
        number,
        "名称＝武汉大吉科技有限公司",
        "ent_type=1130",
        "注册资本=100万元",
    )
    answer = cli.done(*words, **BY)
    changed = {one["field"]: one["now"] for one in answer["changed"]}
    assert changed == {"name": "武汉大吉科技有限公司", "reg_cap": "100"}
    one = identity()
    row = cli.done(
        "form", "add", number, "holder", "h_name=王伟", f"h_cert_no={one}", "h_sub=60", **BY
    )
    added = {one["added"]: one["row"] for one in row["changed"] if "added" in one}
    assert added == {"person": 1, "holder": 1}
    cli.done("form", "set", number, "h_sub=61", "--row", "1", **BY)
    cli.done("form", "set", number, "h_due=2030-01-01", "--row", "王伟", **BY)
    # The number is known: it is the same person, wherever.
    cli.done("form", "set", number, f"o_cert_no={one}", "o_post=410C", "--row", "new", **BY)
    show = cli.done("form", "show", number, "--section", "person", **BY)
    (section,) = show["sections"]
    assert len(section["rows"]) == 1
    (officer,) = cli.done("form", "show", number, "--section", "officer", **BY)["sections"]
    assert officer["rows"][0]["cells"]["o_name"]["text"] == "王*"
    cli.done("form", "drop", number, "1", "--section", "officer", **BY)
    row_id = section["rows"][0]["row_id"]
    assert cli.done("form", "drop", number, row_id, **BY)["changed"]
    assert cli.done("form", "set", number, "ent_type=1130", **BY)["changed"] == []


# -- beginning and ending


@pytest.mark.parametrize(
    "words",
    [
        ("name_trade=大吉", "name_industry=科技", "--check"),
        ("--check", "name_trade=大吉", "name_industry=科技"),
        ("name_trade=大吉", "--check", "name_industry=科技"),
    ],
)
def test_options_stand_before_or_behind_what_is_filled_in(cli: Cli, words: tuple[str, ...]) -> None:
    number = begun(cli)
    answer = cli.done("form", "set", number, *words, **BY)
    assert {"name_trade", "name_industry"} <= {one["field"] for one in answer["changed"]}


def test_a_name_where_somebody_should_be_chosen_is_masked_for_programs_too(cli: Cli) -> None:
    number = begun(cli)
    for _ in range(2):
        cli.done("form", "add", number, "person", "p_name=欧阳静", **BY)
    said = cli.done("form", "set", number, "fin_person=欧阳静", **BY)
    assert [one["now"] for one in said["changed"]] == ["欧**"]
    for words in (["show", number], ["history", number, "fin_person"], ["check", number]):
        assert "欧阳静" not in cli("form", *words, "--json", **BY).out
    (section,) = cli.done("form", "show", number, "--section", "finance", **BY)["sections"]
    assert section["rows"][0]["cells"]["fin_person"]["text"] == "欧**"


def test_a_filing_of_an_item_or_a_ticket(cli: Cli) -> None:
    made = cli.done("form", "new", "--item", "SP078", by="c01", at="W01")
    assert made == made | {"form": FORM, "item": "SP078", "number": None, "state": "filling"}
    assert made["filing"] == "20260922-W01-001"
    cli.kit.take("SP078")
    ticket = cli.done("form", "new", "--number", "a1", **BY)
    assert (ticket["number"], ticket["item"]) == ("A001", "SP078")
    assert cli.done("form", "show", "a001", **BY)["filing"] == ticket["filing"]
    listed = cli.json("form", "list", **BY).objects
    assert {one["filing"] for one in listed} == {made["filing"], ticket["filing"]}
    cli.done("form", "set", ticket["filing"], "phone=027-87654321", **BY)
    copied = cli.done("form", "new", "--form", "company-setup", "--copy-last", **BY)
    assert copied["filing"] == "20260922-a01-002"
    closed = cli.done("form", "close", "A001", "--reason", "申请人撤回", **BY)
    assert (closed["reason"], closed["done_by"]) == ("withdrawn", "a01")
    assert len(cli.json("form", "list", **BY).objects) == 2
    assert len(cli.json("form", "list", "--all", **BY).objects) == 3
    found = cli.refused("form", "set", ticket["filing"], "phone=1", **BY)
    assert found["error"] == "filing-closed"
    assert cli.refused("form", "forget", ticket["filing"], **BY)["error"] == "not-allowed"
    assert cli.refused("form", "forget", ticket["filing"], by="admin")["error"] == "still-open"
    assert cli.refused("form", "forget", made["filing"], by="admin")["error"] == "filing-open"
    cli.done("form", "close", made["filing"], "--reason", "given-up", **BY)
    assert cli.done("form", "forget", made["filing"], by="admin")["forgotten"] is True


def test_of_several_services_the_one_with_a_form_is_filed(cli: Cli) -> None:
    number = cli.kit.take("tax", "SP079").number
    made = cli.done("form", "new", "--number", number, **BY)
    assert (made["form"], made["item"]) == ("holder-change@2026.1", "SP079")
    again = cli.done("form", "new", "--number", number, "--form", "holder-change", **BY)
    assert again["item"] == "SP079"
    found = cli.refused("form", "show", number, **BY)
    assert found["error"] == "filing-ambiguous"
    assert {one["code"] for one in found["choices"]} == {made["filing"], again["filing"]}


def test_forms_and_their_fields_can_be_asked_for(cli: Cli) -> None:
    forms = cli.json("form", "forms", **BY).objects
    assert [one["id"] for one in forms] == ["company-setup", "cross-region-tax", "holder-change"]
    assert forms[0]["items"] == ["SP078", "YQ003"]
    fields = {
        one["field"]: one for one in cli.json("form", "fields", "company-setup", **BY).objects
    }
    assert fields.keys() == company.form().fields.keys()
    kind = fields["ent_type"]
    assert (kind["type"], kind["required"], kind["table"]) == ("choice", "always", False)
    assert {"code", "name"} == kind["choices"][0].keys()
    assert "SW" in kind["departments"]
    assert fields["h_name"]["person"] == "h_person"
    only = cli.json("form", "fields", "company-setup", "--section", "holder", **BY)
    assert {one["section"] for one in only.objects} == {"holder"}
    assert "必填" in cli("form", "fields", "company-setup", **BY).out


# -- what is refused


def test_what_cannot_be_meant_is_refused_and_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    number = begun(cli)
    before = cli.kit.kinds()
    cases: list[tuple[tuple[str, ...], str]] = [
        (("form", "new"), "form-needed"),
        (("form", "new", "--form", "zzz"), "no-such-form"),
        (("form", "new", "--item", "zzzz"), "no-such-item"),
        (("form", "new", "--item", "SP001"), "no-form-for"),
        (("form", "new", "--number", "Z999"), "no-such-number"),
        (("form", "new", "--form", "cross-region-tax", "--from", number), "other-form"),
        (("form", "new", "--form", "company-setup", "--from", "zzz"), "no-such-filing"),
        (("form", "show", "zzz"), "no-such-filing"),
        (("form", "show", number, "--section", "zzz"), "no-such-form-section"),
        (("form", "fields", "zzz"), "no-such-form"),
        (("form", "fields", "zzz@1"), "no-such-form"),
        (("form", "set", number, "zzz=1"), "no-such-field"),
        (("form", "set", number, "nme=1"), "no-such-field"),
        (("form", "set", number, "h_sub=1"), "row-needed"),
        (("form", "set", number, "h_sub=1", "--row", "7"), "no-such-table-row"),
        (("form", "set", number, "h_sub=1", "o_term=3", "--row", "new"), "one-table"),
        (("form", "set", number, "l_name=王伟"), "field-nobody"),
        (("form", "set", number, "h_ratio=1", "--row", "new"), "field-calculated"),
        (("form", "set", number, "--file", str(tmp_path)), "values-unreadable"),
        (("form", "add", number, "zzz"), "no-such-form-section"),
        (("form", "add", number, "basic"), "no-such-form-section"),
        (("form", "drop", number, "1"), "section-needed"),
        (("form", "drop", number, "1", "--section", "holder"), "no-such-table-row"),
        (("form", "undo", number), "no-step-back"),
        (("form", "redo", number), "no-step-again"),
        (("form", "settle", number, "name", "--take", "own"), "nothing-to-settle"),
        (("form", "override", number, "CAP_SUM", "--reason", "x"), "no-such-problem"),
        (("form", "repair", number, "CAP_SUM"), "no-such-problem"),
        (("form", "extract", number, "--department", "zzz"), "no-such-department"),
        (("form", "extract", number, "--department", "SW", "--send"), "extract-blocked"),
        (("form", "close", number, "--reason", "zzz"), "no-such-reason"),
        (("form", "close", number), "reason-needed"),
        (("form", "close", number, "--reason", "done"), "filing-blocked"),
        (("form", "begin", number), "nothing-to-begin"),
        (("form", "import", number, "holder", str(tmp_path / "no")), "sheet-unreadable"),
        (("form", "import", number, "holder", "x", "--mode", "zzz"), "no-such-choice"),
        (("form", "import", number, "holder", "x", "--wrong", "zzz"), "no-such-choice"),
        (("form", "bulk", number, str(tmp_path / "no")), "sheet-unreadable"),
        (("form", "history", number, "zzz"), "no-such-field"),
        (("form", "history", number, "h_sub"), "row-needed"),
        (("form", "publish"), "not-allowed"),
        (("form", "lint", str(tmp_path / "no")), "no-forms"),
    ]
    for words, code in cases:
        assert cli.refused(*words, **BY)["error"] == code, words
    assert cli.kit.kinds() == before
    near = cli.refused("form", "set", number, "nme=1", **BY)
    assert "name" in {one["code"] for one in near["choices"]}
    for words in (
        ("form", "set", number, "name"),
        ("form", "set", number, "=x"),
        ("form", "set", number),
        ("form", "set", number, "name=x", "--file", "x"),
        ("form", "new", "--form", "company-setup", "--copy-last", "--from", number),
        ("form",),
        ("form", "check"),
    ):
        assert cli.json(*words, **BY).code == 2, words


@pytest.mark.parametrize("by", ["admin"])
def test_roles_are_the_use_cases_own(cli: Cli, by: str) -> None:
    number = begun(cli)
    for words in (
        ("form", "new", "--form", "company-setup"),
        ("form", "list"),
        ("form", "forms"),
        ("form", "fields", "company-setup"),
        ("form", "show", number),
        ("form", "check", number),
        ("form", "set", number, "name=x"),
        ("form", "extract", number),
    ):
        assert cli.refused(*words, by=by)["error"] == "not-allowed", words


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('{"fields": {"name": "x"}', "values-not-json", (1, 25)),
        ('{"fields":\n {"name": }}', "values-not-json", (2, 11)),
        ("", "values-not-json", (1, 1)),
        ('{"fields": {"name": "a", "name": "b"}}', "values-key-twice", None),
        ("[" * 100_000, "values-not-json", (1, 1)),
    ],
)
def test_what_is_no_json_is_said_with_its_place(
    cli: Cli, tmp_path: Path, text: str, code: str, place: tuple[int, int] | None
) -> None:
    number = begun(cli)
    found = cli.refused("form", "set", number, "--file", write(tmp_path, text), **BY)
    assert found["error"] == code
    if place is not None:
        assert all(str(one) in found["message"] for one in place)


def test_a_file_in_another_encoding_is_said_with_its_line(cli: Cli, tmp_path: Path) -> None:
    number = begun(cli)
    path = tmp_path / "values.json"
    path.write_bytes('{"fields":\n{"name": "武汉"}}'.encode("gb18030"))
    found = cli.refused("form", "set", number, "--file", str(path), **BY)
    assert found["error"] == "values-encoding"
    assert "2" in found["message"]


def test_every_mistake_of_a_files_shape_is_told_and_nothing_is_taken(
    cli: Cli, tmp_path: Path
) -> None:
    number = begun(cli)
    data = {
        "fields": {
            "name": "武汉大吉科技有限公司",
            "nme": "x",
            "h_sub": "1",
            "phone": {"a": 1},
            "名称": "x",
            "l_name": None,
        },
        "tables": {
            "basic": [],
            "zzz": [],
            "officer": {"o_post": "x"},
            "holder": [{"h_sub": 60, "reg_cap": "x", "h_ratio": 1}, 7, {"row": 9}],
        },
        "more": 1,
    }
    answer = cli.json("form", "set", number, "--file", write(tmp_path, data), **BY)
    assert answer.code == 1
    *faults, error = answer.objects
    assert error["error"] == "values-wrong"
    assert {(one["at"], one["problem"]) for one in faults} == {
        ("fields.nme", "unknown-field"),
        ("fields.h_sub", "field-in-table"),
        ("fields.phone", "not-a-value"),
        ("fields.名称", "field-twice"),
        ("tables.basic", "not-a-table"),
        ("tables.zzz", "unknown-table"),
        ("tables.officer", "not-a-list"),
        ("tables.holder[1].reg_cap", "field-not-in-table"),
        ("tables.holder[1].h_ratio", "field-calculated"),
        ("tables.holder[2]", "not-an-object"),
        ("tables.holder[3].row", "row-unknown"),
        ("more", "unknown-part"),
    }
    assert all("{" not in one["message"].replace("{…}", "") for one in faults)
    assert cli.kit.kinds()[-1] == "filing.made"


@pytest.mark.slow
def test_another_program_fills_a_form_in_through_a_pipe(kit: Kit, tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HALLCLIENT_STORE": str(kit.path),
        "HALLCLIENT_PASSWORD": PASSWORD,
        "HALLCLIENT_STATE": str(tmp_path / "state"),
        "LC_ALL": "C",
    }

    def run(*words: str, given: str = "") -> tuple[int, list[dict[str, Any]]]:
        line = [sys.executable, "-P", "-m", "hallclient", "--json", "--as", "a01", "form", *words]
        done = subprocess.run(
            line,
            env=environ,
            cwd=ROOT,
            input=given.encode(),
            capture_output=True,
            check=False,
            timeout=60,
        )
        return done.returncode, [json.loads(one) for one in done.stdout.decode().splitlines()]

    code, (made,) = run("new", "--form", "company-setup")
    assert code == 0
    data = values()
    data["fields"]["reg_cap"] = "101"
    code, (answer,) = run("set", made["filing"], "--file", "-", given=json.dumps(data))
    assert code == 0
    assert "CAP_SUM" in codes(answer["problems"])
    code, lines = run("check", made["filing"])
    assert code == 1
    assert "CAP_SUM" in [one.get("problem") for one in lines]
    assert lines[-1]["error"] == "not-ready"
    assert run("set", made["filing"], "--file", "-", given="{")[0] == 1
    code, (answer,) = run("set", made["filing"], "reg_cap=100")
    assert "CAP_SUM" not in codes(answer["problems"])


def test_every_command_has_been_tried() -> None:
    tests = Path(__file__).parent.glob("test_cli_form*.py")
    source = "\n".join(path.read_text("utf-8") for path in tests)
    assert {leaf for leaf in leaves("form") if f'"form", "{leaf}"' not in source} == set()
