"""``hallclient form new --from``: a change takes over what is registered and leaves it."""

from pathlib import Path

from tests import company
from tests.clikit import Cli, cli, quick
from tests.formcli import BY, begun, values, whole, write

__all__ = ["cli", "quick"]


def done(cli: Cli, folder: Path) -> str:
    """The number of a company's filing that was done."""
    number = whole(cli, folder)
    cli.done("form", "close", number, "--reason", "done", **BY)
    return number


def change(cli: Cli, number: str) -> str:
    made = cli.done("form", "new", "--form", "holder-change", "--from", number, **BY)
    assert made["from"] == number
    return str(made["filing"])


def texts(cli: Cli, number: str, section: str, field: str) -> list[str]:
    (shown,) = cli.done("form", "show", number, "--section", section, **BY)["sections"]
    return [row["cells"][field]["text"] for row in shown["rows"]]


def test_a_change_of_holders_begins_from_the_company(cli: Cli, tmp_path: Path) -> None:
    source = done(cli, tmp_path)
    number = change(cli, source)
    held = [company.state().text(row, "h_sub") for row in company.state().rows("holder")]
    assert texts(cli, number, "before", "b_sub") == held == texts(cli, number, "holder", "h_sub")
    assert texts(cli, number, "company", "c_name") == [company.state().text("", "name")]
    said = cli("form", "new", "--form", "holder-change", "--from", source, **BY)
    assert said.code == 0
    assert source in said.out
    offered = {one["id"]: one["from"] for one in cli.json("form", "forms", **BY).objects}
    assert offered["holder-change"] == ["company-setup", "holder-change"]
    assert offered["company-setup"] == []


def test_what_is_registered_is_refused_whatever_way_it_is_written(cli: Cli, tmp_path: Path) -> None:
    number = change(cli, done(cli, tmp_path))

    def code(*words: str) -> str:
        return str(cli.refused("form", *words, **BY)["error"])

    assert code("set", number, "c_name=Other") == "registered"
    assert code("set", number, "b_sub=1", "--row", "1") == "registered"
    assert code("set", number, "b_name=Other", "--row", "1") == "registered"
    assert code("set", number, "h_name=Other", "--row", "1") == "registered"
    assert code("set", number, "p_cert_no=1", "--row", "1") == "registered"
    assert code("add", number, "before") == "registered-row"
    assert code("drop", number, "1", "--section", "before") == "registered-row"
    assert code("drop", number, "1", "--section", "person") == "registered"
    path = write(tmp_path, {"tables": {"before": [{"b_name": "Somebody", "b_sub": "100"}]}})
    assert code("set", number, "--file", path) == "registered-row"
    table = tmp_path / "rows.csv"
    table.write_text("b_name,b_sub\nSomebody,1\n", "utf-8")
    mapped = ("--map", "b_name=b_name", "--map", "b_sub=b_sub")
    assert code("import", number, "before", str(table), *mapped) == "registered-row"
    phone = cli.done("form", "set", number, "p_mobile=13900139000", "--row", "1", **BY)
    assert [one["field"] for one in phone["changed"]] == ["p_mobile"]
    assert cli.done("form", "set", number, "h_sub=1", "--row", "1", **BY)["changed"]
    assert cli.done("form", "drop", number, "1", "--section", "holder", **BY)["changed"]


def test_filings_that_nothing_begins_from(cli: Cli, tmp_path: Path) -> None:
    still = begun(cli)
    words = ("form", "new", "--form", "holder-change", "--from")
    assert cli.refused(*words, still, **BY)["error"] == "origin-not-done"
    assert cli.refused(*words, "none", **BY)["error"] == "no-such-filing"
    tax = begun(cli, "cross-region-tax")
    assert cli.refused(*words, tax, **BY)["error"] == "other-form"
    source = done(cli, tmp_path)
    cli.done("form", "forget", source, by="admin")
    assert cli.refused(*words, source, **BY)["error"] == "origin-forgotten"


def test_a_form_that_begins_from_none_is_copied_as_before(cli: Cli, tmp_path: Path) -> None:
    number = whole(cli, tmp_path)
    made = cli.done("form", "new", "--form", "company-setup", "--from", number, **BY)
    assert "from" not in made
    assert texts(cli, made["filing"], "basic", "name") == [values()["fields"]["name"]]
    cli.done("form", "set", made["filing"], "name=Other", **BY)
