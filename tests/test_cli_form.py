"""``hallclient form``: another program fills a form in, and gets every error in one pass."""

import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hallclient.actions import filing_edit, filings
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.shape import personal
from hallclient.rules.form.spec import Level
from hallclient.texts import t
from tests import company
from tests.clikit import Cli, cli, quick
from tests.company import identity
from tests.formcli import BY, FORM, begun, checked, codes, values, whole, write
from tests.hallkit import AGENT, clerk
from tests.hostile import HOSTILE
from tests.test_cli import leaves
from tests.test_text_tables import LANGUAGES

__all__ = ["cli", "quick"]

STDIN = "sys.stdin"


def secrets() -> set[str]:
    """Personal texts of the company that no masked answer may hold."""
    state = company.state()
    hidden = personal(state.program)
    return {
        text
        for _, name, text in state.cells()
        if name in hidden and not state.field(name).choices and len(text) > 1
    }


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
        (("form", "new", "--form", "holder-change", "--from", number), "other-form"),
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


# -- tables


def test_rows_that_go_on_are_known_again(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)

    def ids(section: str) -> list[str]:
        (found,) = cli.done("form", "show", number, "--section", section, **BY)["sections"]
        return [row["row_id"] for row in found["rows"]]

    holders, people = ids("holder"), ids("person")
    data: dict[str, Any] = {"tables": {"holder": values()["tables"]["holder"][1:]}}
    data["tables"]["holder"][0]["h_sub"] = "100"
    cli.done("form", "set", number, "--file", write(tmp_path, data), **BY)
    assert ids("holder") == holders[1:]
    assert ids("person") == people  # 王伟 is an officer, too
    more = {"tables": {"holder": [{"h_name": "陈建华", "h_sub": "1"}]}}
    cli.done("form", "set", number, "--file", write(tmp_path, more), "--keep", **BY)
    assert ids("holder")[:1] == holders[1:]
    assert len(ids("holder")) == 2
    fixed = {"tables": {"holder": [{"row": 2, "h_sub": 2.5}, {"row": holders[1]}]}}
    cli.done("form", "set", number, "--file", write(tmp_path, fixed), **BY)
    show = cli.done("form", "show", number, "--section", "holder", **BY)
    assert show["sections"][0]["rows"][1]["cells"]["h_sub"]["text"] == "2.5"


CSV = "姓名,证件号码,认缴出资额(万元),出资期限\n{}\n"


def holders_csv(folder: Path, *lines: str, name: str = "holders.csv", head: str = CSV) -> str:
    path = folder / name
    path.write_text(head.format("\n".join(lines)), "utf-8")
    return str(path)


def test_a_table_is_imported_as_one_step_or_not_at_all(cli: Cli, tmp_path: Path) -> None:
    number = begun(cli)
    good = f"王伟,{identity()},60,2031-01-01"
    bad = f"李静,{identity(serial=246)[:-1]}0,四十,2031-01-01"
    path = holders_csv(tmp_path, good, bad)
    answer = cli.json("form", "import", number, "holder", path, **BY)
    assert answer.code == 1
    report, error = answer.objects
    assert error["error"] == "import-wrong"
    assert (report["taken"], report["new"], report["bad"]) == (False, 2, 1)
    wrong = {(one["line"], one["field"], one["problem"]) for one in report["problems"]}
    assert (3, "h_sub", "wrong-money") in wrong
    assert all(one["message"] for one in report["problems"])
    assert cli.kit.kinds()[-1] == "filing.made"
    dry = cli.json("form", "import", number, "holder", path, "--wrong", "skip", "--dry-run", **BY)
    assert (dry.code, cli.kit.kinds()[-1]) == (1, "filing.made")
    text = cli("form", "import", number, "holder", path, **BY)
    assert text.code == 1
    assert "四十" not in text.err
    taken = cli.done("form", "import", number, "holder", path, "--wrong", "skip", **BY)
    assert taken["taken"] is True
    (section,) = cli.done("form", "show", number, "--section", "holder", **BY)["sections"]
    assert len(section["rows"]) == 1
    cli.done("form", "undo", number, **BY)
    cli.done("form", "import", number, "holder", path, "--wrong", "keep", **BY)
    (section,) = cli.done("form", "show", number, "--section", "holder", **BY)["sections"]
    assert len(section["rows"]) == 2
    again = holders_csv(tmp_path, f"王伟,{identity()},70,2031-01-01")
    changed = cli.done("form", "import", number, "holder", again, "--mode", "update", **BY)
    assert (changed["changed"], changed["new"]) == (1, 0)
    replaced = cli.done("form", "import", number, "holder", again, "--mode", "replace", **BY)
    assert replaced["dropped"] == 2
    entries = cli.json("form", "history", number, "h_sub", "--row", "1", **BY).objects
    assert [one["how"] for one in entries] == ["import"]


def test_columns_that_are_not_clear_are_asked_about(cli: Cli, tmp_path: Path) -> None:
    number = begun(cli)
    head = "甲,乙,认缴(美元)\n{}\n"
    path = holders_csv(tmp_path, f"王伟,{identity()},60", head=head)
    found = cli.refused("form", "import", number, "holder", path, **BY)
    assert found["error"] == "import-unclear"
    assert found["choices"]
    words = ("form", "import", number, "holder", path, "--map", "甲=h_name", "--map", "B=证件号码")
    told = cli.done(*words, "--map", "C=h_sub", "--unit", "C=万元", "--wrong", "keep", **BY)
    assert [one["field"] for one in told["columns"]] == ["h_name", "h_cert_no", "h_sub"]
    for more, code in (
        (("--map", "丁=h_sub"), "no-such-column"),
        (("--map", "甲=zzz"), "no-such-field"),
        (("--unit", "甲=斤"), "no-such-choice"),
        (("--sheet", "x"), "import-unclear"),
    ):
        assert cli.refused(*words[:5], *more, **BY)["error"] == code
    assert cli.json(*words[:5], "--map", "x", **BY).code == 2


def test_a_table_comes_through_a_pipe(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    number = begun(cli)
    text = CSV.format(f"王伟,{identity()},60,2031-01-01").encode("gb18030")
    monkeypatch.setattr(STDIN, io.TextIOWrapper(io.BytesIO(text)))
    taken = cli.done("form", "import", number, "holder", "-", **BY)
    assert (taken["new"], taken["encoding"]) == (1, "GB18030")


def test_many_filings_from_a_list_of_places(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(cli, "cross-region-tax")
    path = tmp_path / "places.csv"
    path.write_text("湖南省长沙市岳麓区\n江西省南昌市东湖区\n", "utf-8")
    words = ("form", "bulk", number, str(path))
    assert cli.done(*words, "--dry-run", **BY)["lines"] == 2
    assert cli.kit.kinds()[-1] == "filing.made"
    made = cli.json(*words, **BY)
    assert made.code == 0
    assert [one["differs"]["place"] for one in made.objects] == [
        "湖南省长沙市岳麓区",
        "江西省南昌市东湖区",
    ]
    assert len(cli.json("form", "list", **BY).objects) == 3
    path.write_text(
        "跨区域经营地,合同金额\n湖南省长沙市岳麓区,1\n江西省南昌市东湖区,很多\n", "utf-8"
    )
    stopped = cli.json(*words, **BY)
    assert (stopped.code, stopped.objects[-1]["error"]) == (1, "import-wrong")
    assert {(one["line"], one["problem"]) for one in stopped.objects[:-1]} >= {(2, "wrong-money")}
    skipped = cli.json(*words, "--wrong", "skip", **BY)
    assert skipped.code == 0
    assert [one["kind"] for one in skipped.objects].count("filing") == 1
    other = begun(cli)
    assert cli.refused("form", "bulk", other, str(path), **BY)["error"] == "bulk-none"


# -- problems let pass, mended, settled


def test_a_rule_is_mended_or_let_pass(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)
    cli.done("form", "set", number, "h_sub=30", "--row", "2", **BY)
    problems = checked(cli, number)[1]
    capital = next(one for one in problems if one["problem"] == "CAP_SUM")
    assert "last-row" in capital["repair"]
    assert cli.refused("form", "repair", number, "cap_sum", **BY)["error"] == "no-such-way"
    fixed = cli.done("form", "repair", number, "cap_sum", "last-row", **BY)
    assert [one["now"] for one in fixed["changed"]] == ["40"]
    assert checked(cli, number)[0] == 0
    cli.done("form", "set", number, "name_trade=洪山", **BY)
    rules = {one["problem"]: one for one in checked(cli, number)[1]}
    assert "clerk" in rules["NAME_TRADE_REGION"]["override"]
    words = ("form", "override", number, "NAME_TRADE_REGION")
    assert cli.refused(*words, "--reason", "x", **BY)["error"] == "not-allowed"
    assert cli.refused(*words, by="c01", at="W01")["error"] == "reason-needed"
    passed = cli.done(*words, "--reason", "另有含义", by="c01", at="W01")
    assert passed["passed"] is True
    again = {one["problem"]: one for one in checked(cli, number)[1]}
    assert again["NAME_TRADE_REGION"]["passed"] is True
    assert codes(checked(cli, number)[1])[-1] == "NAME_TRADE_REGION"
    assert cli.refused("form", "override", number, "required", **BY)["error"] == "no-such-problem"


def test_a_rule_broken_in_several_rows_asks_which(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)
    for row in ("1", "2"):
        cli.done("form", "set", number, "h_due=2040-01-01", "--row", row, **BY)
    words = ("form", "override", number, "CAP_5Y", "--reason", "x")
    found = cli.refused(*words, by="s01")
    assert (found["error"], [one["code"] for one in found["choices"]]) == ("row-needed", ["1", "2"])
    assert cli.refused(*words, "--row", "2", by="s01")["error"] in ("rule-firm", "not-allowed")


def test_two_hands_are_told_and_settled(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)
    key = filings.find(cli.kit.store, AGENT, number)[0]["id"]
    filing_edit.edit(
        cli.kit.store, clerk(1), key, [Put(SINGLE, "phone", "027-87654322", "something else")]
    )
    code, problems, summary = checked(cli, number)
    assert (code, codes(problems), summary["disputed"]) == (1, ["disputed"], 1)
    assert problems[0]["by"] == "c01"
    assert "027-87654321" not in json.dumps(problems)
    assert "form settle" in cli("form", "check", number, **BY).out
    found = cli.refused("form", "close", number, "--reason", "done", **BY)
    assert found["error"] == "filing-disputed"
    settled = cli.done("form", "settle", number, "phone", "--take", "other", **BY)
    assert settled["changed"][0]["field"] == "phone"
    assert checked(cli, number)[0] == 0


# -- personal data


def test_personal_data_is_masked_and_shown_only_on_the_record(cli: Cli, tmp_path: Path) -> None:
    number = begun(cli)
    path = write(tmp_path, values())
    hidden = secrets()

    def leaks(out: str) -> set[str]:
        return {one for one in hidden if one in out}

    for as_json in ((), ("--json",)):
        out = cli("form", "set", number, "--file", path, *as_json, **BY).out
        assert leaks(out) == set()
        cli.done("form", "undo", number, **BY)
    cli.done("form", "set", number, "--file", path, **BY)
    before = cli.kit.kinds()
    words: tuple[str, ...]
    for words in (
        ("form", "show", number),
        ("form", "show", number, "--values"),
        ("form", "history", number, "p_mobile", "--row", "1"),
        ("form", "extract", number),
        ("form", "list"),
    ):
        for as_json in ((), ("--json",)):
            assert leaks(cli(*words, *as_json, **BY).out) == set(), words
    assert cli.kit.kinds() == before
    revealed: list[tuple[str, ...]] = [
        ("form", "show", number, "--reveal"),
        ("form", "extract", number, "--department", "SW", "--reveal"),
        ("form", "history", number, "p_mobile", "--row", "1", "--reveal"),
        ("form", "check", number, "--reveal"),
    ]
    for words in revealed:
        answer = cli.json(*words, **BY)
        assert cli.kit.kinds()[-1] == "personal.viewed"
        assert bool(leaks(answer.out)) is (words[1] != "check")
    cli.done("form", "set", number, "p_mobile=1380013800", "--row", "1", **BY)
    assert leaks(cli("form", "check", number, **BY).out) == set()


# -- departments


def test_a_departments_part_is_looked_at_sent_and_corrected(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)
    seen = cli.done("form", "extract", number, "--department", "税务", **BY)
    assert (seen["department"], seen["sent"], seen["missing"]) == ("SW", 0, [])
    assert "sensitive" not in seen["payload"]
    sent = cli.done("form", "extract", number, "--department", "SW", "--send", **BY)
    assert (sent["n"], sent["sha256"], sent["difference"]) == (1, seen["sha256"], None)
    words = ("form", "extract", number, "--department", "SW", "--send")
    assert cli.refused(*words, **BY)["error"] == "extract-same"
    cli.done("form", "set", number, "h_sub=70", "--row", "1", **BY)
    cli.done("form", "set", number, "h_sub=30", "--row", "2", **BY)
    cli.done("form", "set", number, "p_mobile=13900139000", "--row", "3", **BY)
    again = cli.done(*words, **BY)
    assert (again["n"], again["before"]) == (2, sent["sha256"])
    changed = {one["path"][0] for one in again["difference"]}
    assert "tables" in changed
    assert "13900139000" not in json.dumps(again)
    out = tmp_path / "sw.json"
    words = ("form", "extract", number, "--department", "SW", "--save", str(out))
    saved = cli.done(*words, **BY)
    assert (saved["n"], saved["bytes"]) == (2, out.stat().st_size)
    assert cli.kit.kinds()[-1] == "personal.viewed"
    assert sha256(out.read_bytes()).hexdigest() == again["sha256"]
    assert cli.json(*words, **BY).code == 3  # what is there is not written over
    assert cli.done(*words, "--force", **BY)["bytes"] == saved["bytes"]
    text = cli("form", "extract", number, "--department", "SW", **BY).out
    assert "武汉大吉科技有限公司" in text
    assert "王*" in text
    nothing = ("form", "extract", number, "--department", "GA", "--save", str(out))
    assert cli.refused(*nothing, **BY)["error"] == "extract-none"
    everything = cli.json("form", "extract", number, "--send", **BY)
    assert everything.code == 0
    assert {one["department"] for one in everything.objects} == {
        one.id for one in company.form().departments
    }
    cli.done("form", "set", number, "name=", **BY)
    kept = cli.json("form", "extract", number, "--send", **BY)
    assert (kept.code, kept.objects[-1]["error"]) == (1, "extracts-kept")
    shown = cli.done("form", "extract", number, "--department", "SW", **BY)
    assert [one["field"] for one in shown["missing"]] == ["name"]
    assert [one["was"] for one in shown["difference"]] == ["武汉大吉科技有限公司"]


# -- files of forms


def test_forms_are_published_and_checked(cli: Cli, tmp_path: Path) -> None:
    published = cli.json("form", "publish", by="admin")
    assert published.code == 0
    assert all(one["published"] for one in published.objects)
    again = cli.json("form", "publish", by="admin").objects
    assert not any(one["published"] for one in again)
    from hallclient.paths import FIXTURES

    sound = cli.json("form", "lint", str(FIXTURES))
    assert (sound.code, len(sound.objects)) == (0, 3)
    folder = tmp_path / "forms" / "stall"
    folder.mkdir(parents=True)
    (folder.parent / "dictionaries.toml").write_text("", "utf-8")
    (folder / "form.toml").write_text('[form]\nid = "stall"\nversion = 1\n', "utf-8")
    wrong = cli.json("form", "lint", str(tmp_path))
    assert wrong.code == 1
    assert wrong.objects[-1]["error"] == "forms-invalid"
    assert all({"file", "line", "message"} <= one.keys() for one in wrong.objects[:-1])
    refused = cli.json("form", "publish", str(folder.parent), by="admin")
    assert (refused.code, refused.objects[-1]["error"]) == (1, "forms-invalid")


def test_a_change_begins_as_what_is_registered(cli: Cli, tmp_path: Path) -> None:
    from tests.twoforms import holders

    data = values(holders())
    del data["tables"]["holder"], data["tables"]["transfer"]
    path = write(tmp_path, data)
    made = cli.done("form", "new", "--form", "holder-change", "--from", path, **BY)
    (section,) = cli.done("form", "show", made["filing"], "--section", "holder", **BY)["sections"]
    assert [row["cells"]["h_sub"]["text"] for row in section["rows"]] == ["60", "40"]
    other = begun(cli, "holder-change")
    cli.done("form", "set", other, "--file", path, **BY)
    assert len(cli.done("form", "begin", other, **BY)["changed"]) > 4


# -- hostile text


def test_hostile_text_is_harmless_everywhere(cli: Cli, tmp_path: Path) -> None:
    """`Cli` checks each answer; here every place that takes text is given all of it."""
    number = begun(cli)
    cli.done("form", "add", number, "holder", **BY)
    for text in HOSTILE:
        fields = {"name": text, "ent_type": text, "reg_cap": text, "phone": text}
        person = {"p_name": text, "p_cert_no": text}
        known = write(tmp_path, json.dumps({"fields": fields, "tables": {"person": [person]}}))
        unknown = write(tmp_path, json.dumps({"fields": {text: text}, "tables": {text: []}}), "x")
        for words in (
            ("set", number, "--row=1", f"name={text}", f"h_name={text}", f"h_cert_no={text}"),
            ("set", number, "--file", known),
            ("set", number, "--file", unknown),
            ("set", number, f"--section={text}", f"x{text}=1"),
            ("show", f"x{text}"),
            ("drop", number, f"x{text}", "--section=holder"),
            ("override", number, f"x{text}", f"--reason={text}"),
            ("import", number, "holder", known, f"--map={text}=h_sub", f"--sheet={text}"),
            ("new", f"--form={text}", f"--from={text}"),
            ("new", "--form=company-setup", f"--from=x{text}"),
            ("lint", f"x{text}"),
        ):
            answer = cli("form", *words, **BY)
            assert answer.code in (0, 1, 2)
    for words in (("show", number), ("check", number), ("extract", number)):
        assert cli("form", *words, "--reveal", **BY).code in (0, 1)
        cli.json("form", *words, **BY)
    for field in ("name", "reg_cap"):
        assert cli.json("form", "history", number, field, **BY).objects


def test_every_command_has_been_tried_here() -> None:
    source = Path(__file__).read_text("utf-8")
    assert {leaf for leaf in leaves("form") if f'"form", "{leaf}"' not in source} == set()
