"""``hallclient form``: people masked, departments' parts, files of forms, hostile text."""

import json
from hashlib import sha256
from pathlib import Path

from hallclient.rules.form.shape import personal
from tests import company
from tests.clikit import Cli, cli, quick
from tests.formcli import BY, begun, values, whole, write
from tests.hostile import PACKED

__all__ = ["cli", "quick"]


def secrets() -> set[str]:
    """Personal texts of the company that no masked answer may hold."""
    state = company.state()
    hidden = personal(state.program)
    return {
        text
        for _, name, text in state.cells()
        if name in hidden and not state.field(name).choices and len(text) > 1
    }


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
    keep = ("form", "extract", number, "--department", "SW", "--save", str(out))
    saved = cli.done(*keep, **BY)
    assert (saved["n"], saved["bytes"]) == (2, out.stat().st_size)
    assert cli.kit.kinds()[-1] == "personal.viewed"
    assert sha256(out.read_bytes()).hexdigest() == again["sha256"]
    assert cli.json(*keep, **BY).code == 3  # what is there is not written over
    assert cli.done(*keep, "--force", **BY)["bytes"] == saved["bytes"]
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
    for text in PACKED:
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
