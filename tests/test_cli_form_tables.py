"""``hallclient form``: tables from outside, problems mended, let pass, settled."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from db.store import Store
from hallclient.actions import filing_edit, filings
from hallclient.actions.acting import Actor
from hallclient.cli import form_fill
from hallclient.rules.form.edits import SINGLE, Edit, Put
from tests.clikit import Cli, cli, quick
from tests.company import identity
from tests.formcli import BY, begun, checked, codes, values, whole, write
from tests.hallkit import AGENT, clerk

__all__ = ["cli", "quick"]

STDIN = "sys.stdin"


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


def test_a_cell_that_another_hand_fills_in_between_is_told(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = whole(cli, tmp_path)

    def later(store: Store, who: Actor, filing: str, edits: Sequence[Edit], **how: str) -> Any:
        other = [Put(SINGLE, "phone", "027-87654322", "027-87654321")]
        filing_edit.edit(cli.kit.store, clerk(1), filing, other)
        return filing_edit.edit(store, who, filing, edits, **how)

    monkeypatch.setattr(form_fill, "edit", later)
    answer = cli.json("form", "set", number, "phone=027-87654323", **BY)
    assert answer.code == 1
    step, error = answer.objects
    assert [one["field"] for one in step["disputed"]] == ["phone"]
    assert step["changed"] == []
    assert error["error"] == "step-disputed"
    monkeypatch.undo()
