"""A hall's certificates in files: each mistake told once and in its place, none half in force."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallclient.actions import certificate_check, certificate_kinds
from hallclient.actions.acting import Actor, acting
from hallclient.actions.certificate_check import check, check_folder, tried
from hallclient.actions.certificate_kinds import read_folder
from hallclient.actions.editions import shipped_checklists
from hallclient.actions.form_files import shipped as shipped_forms
from hallclient.actions.hall_files import read_folder as read_hall
from hallclient.cli import certificate_files
from hallclient.paths import FIXTURES
from hallclient.rules.certificate.files import LARGEST
from hallclient.rules.certificate.files_checking import BOXES
from hallclient.rules.certificate.files_known import Known
from hallclient.rules.certificate.spec import (
    Box,
    CertificateKind,
    CopySpec,
    FaceField,
    Kinds,
    Scheme,
    Stock,
    from_data,
    to_json,
)
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Problem
from hallclient.texts import LANGUAGES, table, text_in
from tests.certificates_bad import EXAMPLE, MISTAKES, PERMIT, SETTINGS, STOCK, example, write
from tests.hallkit import ADMINISTRATOR, SUPERVISOR, Kit
from tests.hostile import HOSTILE, assert_harmless
from tests.source import ROOT
from tests.test_catalogue import App, Printed, run

KNOWN = Known(shipped_checklists(), shipped_forms())
BOTH = (ROOT / "docs/certificate-files.md").read_text("utf-8").split("# Files of certificates\n")
PARTS = {
    "[[scheme]]": Scheme,
    "[[stock]]": Stock,
    "[[kind]]": CertificateKind,
    "[kind.field]": FaceField,
    "[[kind.copy]]": CopySpec,
    "[kind.copy.box]": Box,
}


def read(folder: Path, files: dict[str, str]) -> tuple[Kinds | None, list[Problem]]:
    """As `certificate_check.check` reads it, in a hall's folder."""
    kinds, problems = check(write(folder, files), KNOWN)
    return kinds, [one._replace(file=f"certificates/{one.file}") for one in problems]


def right(folder: Path, files: dict[str, str]) -> Kinds:
    kinds, problems = read(folder, files)
    assert [(one.place, said(one)) for one in problems] == []
    assert kinds is not None
    return kinds


def said(problem: Problem, language: str = "en") -> str:
    return text_in(language, f"catalogue.problem.{problem.code}", **problem.params)


def places(problems: list[Problem]) -> list[tuple[str, int, str]]:
    return [one[:3] for one in problems]


# -- what is right


def test_the_example_of_the_docs_is_right(tmp_path: Path) -> None:
    kinds = right(tmp_path, example())
    assert (kinds.key, list(kinds.kind)) == (
        "certificates/1",
        ["licence", "licence-change", "stall"],
    )
    assert kinds.scheme["stall"] == Scheme(
        "stall", "摊位证编号", "Number of stall permits", "serial", "TW{year}", digits=5
    )
    assert kinds.stock["licence"].tray == "A4"
    licence = kinds.kind["licence"]
    assert (licence.way, licence.field["reg_cap"].type) == ("new", "capitals")
    duplicate = licence.copy["duplicate"]
    # The sheet is as large as its stock.
    assert (duplicate.wide, duplicate.high, duplicate.count, duplicate.most) == (297, 210, 1, 9)
    assert duplicate.boxes[-1] == Box("date", 184, 161, 66, 7, align="center")
    stall = kinds.kind["stall"]
    assert (stall.after, stall.field["place"].text, stall.field["note"].required) == (
        ("licence",),
        "一号",
        False,
    )
    assert (stall.copy["original"].wide, stall.copy["original"].stock) == (210, "")
    assert kinds.of_item("co_holder") == (kinds.kind["licence-change"],)
    assert kinds.files["permit.typ"] == example()[PERMIT]


def test_a_kind_that_is_like_another_says_only_what_differs(tmp_path: Path) -> None:
    kinds = right(tmp_path, example())
    licence, change = kinds.kind["licence"], kinds.kind["licence-change"]
    assert (change.zh, change.scheme, change.link) == (licence.zh, licence.scheme, licence.link)
    assert (change.way, change.keep, change.items) == ("keep", "form:c_uscc", ("co_holder",))
    assert list(change.field) == list(licence.field)
    assert change.field["name"] == FaceField("name", "名称", "Name", "form:c_name")
    assert change.field["est_date"] == licence.field["est_date"]
    duplicate = change.copy["duplicate"]
    assert (duplicate.count_source, duplicate.boxes) == ("", licence.copy["duplicate"].boxes)

    files = example()
    files[SETTINGS] = EXAMPLE.replace(
        'id = "duplicate"\ncount_source = ""\n',
        'id = "duplicate"\ncount_source = ""\n'
        "[kind.copy.box]\nname = { left = 70 }\nbars = { left = 1, top = 1, wide = 9, high = 9 }\n",
    )
    moved = right(tmp_path / "moved", files).kind["licence-change"].copy["duplicate"]
    expected = [
        Box("name", 70, box.top, box.wide, box.high) if box.field == "name" else box
        for box in duplicate.boxes
    ]
    assert list(moved.boxes) == [*expected, Box("bars", 1, 1, 9, 9)]


def test_a_hall_may_have_no_stock(tmp_path: Path) -> None:
    files = example()
    start, end = EXAMPLE.index("[[stock]]"), EXAMPLE.index('[[kind]]\nid = "licence"')
    files[SETTINGS] = EXAMPLE[:start] + EXAMPLE[end:].replace('stock = "licence"\n', "")
    boxes = files[SETTINGS].index("[kind.copy.box]")
    files[SETTINGS] = (
        files[SETTINGS][:boxes] + files[SETTINGS][files[SETTINGS].index("[[kind]]", boxes) :]
    )
    del files[STOCK]
    assert right(tmp_path, files).stocks == ()


def test_an_edition_travels_as_json(tmp_path: Path) -> None:
    kinds = right(tmp_path, example())
    assert from_data(json.loads(to_json(kinds))) == kinds


def test_what_a_hall_does_not_know_is_not_checked(tmp_path: Path) -> None:
    files = example()
    files[SETTINGS] = EXAMPLE.replace('["food"]', '["stalls"]').replace("form:name", "form:title")
    folder = write(tmp_path, files)
    assert len(read_folder(folder, KNOWN)[1]) == 2
    kinds, problems = read_folder(folder)
    assert (problems, kinds is not None) == ([], True)


# -- what is wrong


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_in_its_place(tmp_path: Path, name: str) -> None:
    changed, told, line = MISTAKES[name].make(example())
    kinds, problems = read(tmp_path, changed)
    errors = [one for one in problems if not one.warning]
    expected = [(told, line, MISTAKES[name].code)]
    assert places(errors) == expected, [said(one) for one in errors]
    with pytest.raises(Refused, match="certificates-invalid"):
        certificate_kinds.required(kinds, problems)


def test_all_mistakes_are_told_in_one_run(tmp_path: Path) -> None:
    # Those that show table by table; then, when these are mended, those of the whole.
    for names in (
        ["unknown form", "no width", "unknown type", "item twice", "unknown side", "unknown way"],
        ["no such province", "unknown checklist", "link that is none", "box that is too wide"],
    ):
        files, expected = example(), set()
        for name in names:
            files, told, _ = MISTAKES[name].make(files)
            expected.add((told, MISTAKES[name].code))
        _, problems = read(tmp_path / names[0], files)
        assert {(one.file, one.code) for one in problems} == expected
        assert len(problems) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_whole(tmp_path: Path, language: str) -> None:
    for at, mistake in enumerate(MISTAKES.values()):
        for problem in read(tmp_path / str(at), mistake.make(example())[0])[1]:
            text = table(language)[f"catalogue.problem.{problem.code}"]
            named = set(re.findall(r"(?<!{){(\w+)}", text))
            assert named <= problem.params.keys(), problem
            assert "None" not in said(problem, language)


def test_every_text_is_of_a_mistake_that_can_be_made() -> None:
    made = {mistake.code for mistake in MISTAKES.values()}
    made |= {"certificate-no-table", "certificate-unused", "certificate-no-box"}
    texts = {key.removeprefix("catalogue.problem.") for key in table("zh")}
    assert {code for code in texts if code.startswith("certificate-")} <= made


def test_what_was_meant_is_named_first(tmp_path: Path) -> None:
    for name, meant in (
        ("unknown checklist", "food"),
        ("unknown scheme", "stall"),
        ("unknown of the form", "name"),
        ("box of nothing", "name"),
        ("unknown stock", "licence"),
    ):
        _, problems = read(tmp_path / name, MISTAKES[name].make(example())[0])
        assert str(problems[0].params["known"]).split(", ")[0] == meant


def test_a_file_without_kinds_issues_nothing(tmp_path: Path) -> None:
    files = example()
    files[SETTINGS] = EXAMPLE[: EXAMPLE.index("[[kind]]")]
    assert [one.code for one in read(tmp_path, files)[1]] == ["certificate-no-table"]


def test_doubts_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    files = example() | {"certificates/old.typ": "old"}
    files[SETTINGS] = EXAMPLE.replace("name = { left = 62, top = 84, wide = 88, high = 9 }\n", "")
    kinds, problems = read(tmp_path, files)
    assert kinds is not None
    assert [(one.file, one.code, one.warning) for one in problems] == [
        (SETTINGS, "certificate-no-box", True),
        ("certificates/old.typ", "certificate-unused", True),
    ]
    assert certificate_kinds.required(kinds, problems) is kinds


def test_what_kinds_need_must_be_there(tmp_path: Path) -> None:
    files = example()
    del files[STOCK]
    assert places(read(tmp_path / "a", files)[1]) == [(STOCK, 0, "missing-file")]
    lacking = {name: text for name, text in example().items() if name in (SETTINGS, PERMIT)}
    assert [one[:3] for one in read(tmp_path / "c", lacking)[1]] == [
        ("certificates/face.typ", 0, "missing-file"),
        (STOCK, 0, "missing-file"),
        ("certificates/test-sheet.typ", 0, "missing-file"),
    ]
    assert places(read(tmp_path / "b", {PERMIT: "x"})[1]) == [(SETTINGS, 0, "missing-file")]
    (tmp_path / "a" / STOCK).write_bytes(b"\xff")
    assert [one.code for one in check(tmp_path / "a" / "certificates")[1]] == ["not-utf8"]


def test_a_template_is_told_once_for_all_that_is_set_with_it(tmp_path: Path) -> None:
    files = example()
    files["certificates/face.typ"] += '\n#let wide = 1pt + "x"\n'
    problems = read(tmp_path, files)[1]
    assert places(problems) == [("certificates/face.typ", 3, "certificate-fails")]


def test_a_template_without_a_sheet_is_told(tmp_path: Path) -> None:
    files = example() | {PERMIT: "nothing"}
    assert places(read(tmp_path, files)[1]) == [(PERMIT, 0, "certificate-fails")]


def test_a_word_that_no_font_has_is_told(tmp_path: Path) -> None:
    files = example()
    files[SETTINGS] = EXAMPLE.replace('zh = "摊位证"', 'zh = "摊\U000103d5证"')
    problems = read(tmp_path, files)[1]
    assert [(one.file, one.code) for one in problems] == [(SETTINGS, "certificate-fails")]
    assert "U+103D5" in said(problems[0])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_told_harmlessly(tmp_path: Path, text: str) -> None:
    quoted = "".join(f"\\U{ord(char):08x}" for char in text if not 0xD800 <= ord(char) < 0xE000)
    files = example()
    files[SETTINGS] = EXAMPLE.replace('"Stall permit"', f'"{quoted}x"')
    files[SETTINGS] = files[SETTINGS].replace('scheme = "stall"', f'scheme = "{quoted}x"')
    _, problems = read_folder(write(tmp_path, files), KNOWN)
    for problem in problems:
        for language in LANGUAGES:
            assert_harmless(said(problem, language))


PIECES = st.sampled_from(
    [
        *("'", '"', "=", "[", "]]", "{", "}", "\n", "\\", "#", ",", "0", "-1", "1e99", "nan"),
        *("true", "2026-09-22", "\x00", "\u202e", "\ud7ff", "[[kind]]\n", "[[kind.copy]]\n"),
        *("[kind.field]\n", "[kind.copy.box]\n", 'like = "stall"\n', "code = { left = 1 }\n"),
        *('after = ["stall"]\n', 'id = "licence"\n', "[[scheme]]\n", "[[stock]]\n", "most = 0\n"),
    ]
)


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 200), st.lists(PIECES, max_size=4))
def test_whatever_is_written_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int, pieces: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = example()
    files[SETTINGS] = EXAMPLE[:start] + "".join(pieces) + EXAMPLE[start + length :]
    kinds, problems = read_folder(write(folder, files), KNOWN)
    for problem in problems:
        for language in LANGUAGES:
            assert_harmless(said(problem, language))
    if kinds is None:
        assert any(not one.warning for one in problems)
        return
    # What is taken fits together: it can be drawn and kept.
    for kind in kinds.kinds:
        assert kind.scheme in kinds.scheme
        for copy in kind.copies:
            assert copy.template in kinds.files
            assert 0 < copy.count <= copy.most
            assert max(copy.wide, copy.high) <= LARGEST
            assert {box.field for box in copy.boxes} <= {*kind.field, *BOXES}
    for problem in tried(kinds, certificate_check.WORDS[:1]):
        assert problem.code == "certificate-fails"
        assert_harmless(said(problem))


# -- a hall's folder, and what is in force


def test_a_halls_folder_is_checked_with_its_certificates(tmp_path: Path) -> None:
    hall = tmp_path / "hall"
    left = shutil.ignore_patterns("texts", "demo", "review", "papers", "forms", "certificates")
    shutil.copytree(FIXTURES, hall, ignore=left)
    app = App(read_hall(FIXTURES)[0])
    write(hall, example())
    assert run(app, "check", str(hall)) == 0
    changed, told, line = MISTAKES["unknown of the form"].make(example())
    write(hall, changed)
    with pytest.raises(Refused) as refused:
        run(App(read_hall(FIXTURES)[0]), "check", str(hall))
    assert refused.value.params == {"count": 1, "place": f"{told}:{line}"}


def test_no_folder_is_no_mistake(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "certificates", {}, {}) == []


def test_kinds_are_published_once_and_stay(kit: Kit, tmp_path: Path) -> None:
    shipped = certificate_kinds.shipped()
    assert certificate_kinds.current(kit.store) is shipped
    kinds = right(tmp_path, example())
    assert certificate_kinds.publish(kit.store, ADMINISTRATOR, kinds)
    assert not certificate_kinds.publish(kit.store, ADMINISTRATOR, kinds)
    assert certificate_kinds.current(kit.store) == kinds
    assert certificate_kinds.kinds_in(kit.store, "certificates/1") == kinds
    other = from_data({**json.loads(to_json(kinds)), "stocks": []})
    with pytest.raises(Refused, match="edition-taken"):
        certificate_kinds.publish(kit.store, ADMINISTRATOR, other)
    with pytest.raises(Refused, match="no-such-edition"):
        certificate_kinds.kinds_in(kit.store, "certificates/2")
    with pytest.raises(Refused, match="not-allowed"):
        certificate_kinds.publish(kit.store, SUPERVISOR, kinds)


def test_a_hall_that_has_published_nothing_issues_what_ships(kit: Kit) -> None:
    with acting(kit.store, ADMINISTRATOR, "edition.publish") as tx:
        found = certificate_kinds.newest(tx)
        assert certificate_kinds.newest(tx) == found
    assert found == certificate_kinds.shipped()
    rows = kit.store.rows("SELECT id FROM edition WHERE kind = 'certificates'")
    assert [row["id"] for row in rows] == [found.key]


# -- what docs/certificate-files.md says is all there is


@pytest.mark.parametrize("page", BOTH, ids=["zh", "en"])
def test_every_key_is_explained_and_every_key_that_is_explained_exists(page: str) -> None:
    said: dict[str, set[str]] = {}
    part = ""
    for line in page.splitlines():
        found = re.search(r"`(\[[\w.\[\]]+\])`", line)
        if found and not line.startswith("| `"):
            part = found[1]
        if line.startswith("| `"):
            said.setdefault(part, set()).update(re.findall(r"`([^`]+)`", line.split(" | ")[0]))
    tables = {"field": "fields", "copy": "copies", "box": "boxes"}
    for name, thing in PARTS.items():
        keys = {one.name for one in fields(thing)} - set(tables.values())
        keys -= {"id", "field"} if thing in (FaceField, Box) else set()
        inside = {"like"} if thing is CertificateKind else set()
        assert {one for one in said[name] if "[" not in one} == keys | inside, name


# -- the commands


class Program:
    """What the commands need of the program: a kit's store, or none."""

    def __init__(self, kit: Kit | None, path: Path) -> None:
        self.kit = kit
        self.path = kit.path if kit else path
        self.out = Printed()

    def store(self) -> Any:
        assert self.kit is not None
        return self.kit.store

    def seen_by(self, action: str) -> Actor:
        assert action == "edition.publish"
        return ADMINISTRATOR

    def __call__(self, *words: str) -> int:
        self.out = Printed()
        parser = argparse.ArgumentParser()
        certificate_files.register_files(parser.add_subparsers())
        args = parser.parse_args(words)
        code: int = args.run(args, self)
        return code


def test_a_folder_is_checked_without_a_store(tmp_path: Path) -> None:
    program = Program(None, tmp_path / "none.db")
    write(tmp_path, example())
    for folder in (tmp_path, tmp_path / "certificates"):
        assert program("check", str(folder)) == 0
        assert program.out.objects == [
            {"edition": "certificates/1", "kinds": 3, "copies": 3, "stocks": 1, "templates": 4}
        ]
    changed, _, line = MISTAKES["no such province"].make(example())
    write(tmp_path, changed)
    with pytest.raises(Refused) as refused:
        program("check", str(tmp_path))
    assert refused.value.params == {"count": 1, "place": f"certificates.toml:{line}"}
    (told,) = program.out.objects
    assert (told["level"], told["line"], told["code"]) == ("error", line, "certificate-region")
    assert str(line) in program.out.texts[0]


def test_what_ships_is_checked_when_no_folder_is_named(tmp_path: Path) -> None:
    program = Program(None, tmp_path / "none.db")
    assert program("check") == 0
    assert program.out.objects[0]["edition"] == certificate_kinds.shipped().key


def test_a_folder_is_published_and_its_kinds_are_listed(kit: Kit, tmp_path: Path) -> None:
    program = Program(kit, tmp_path)
    assert program("kinds") == 0
    listed = [one["kind"] for one in program.out.objects]
    assert listed == list(certificate_kinds.shipped().kind)

    write(tmp_path, example())
    for new in (True, False):
        assert program("publish", str(tmp_path)) == 0
        assert program.out.objects == [{"edition": "certificates/1", "published": new}]
    assert program("kinds") == 0
    licence, change, stall = program.out.objects
    assert licence["copies"] == [
        {
            "copy": "duplicate",
            "zh": "副本",
            "en": "Duplicate",
            "stock": "licence",
            "wide_mm": 297,
            "high_mm": 210,
            "count": 1,
            "most": 9,
        }
    ]
    assert (licence["scheme"], change["way"], stall["after"]) == ("uscc", "keep", ["licence"])
    assert (stall["checklists"], stall["fields"]) == (
        ["food"],
        ["holder", "licence", "place", "note"],
    )
    assert "副本 297×210 licence" in program.out.texts[0]
    assert "摊位证编号" in program.out.texts[2]


def test_nothing_is_published_with_a_mistake(kit: Kit, tmp_path: Path) -> None:
    write(tmp_path, MISTAKES["template that is none"].make(example())[0])
    with pytest.raises(Refused, match="certificates-invalid"):
        Program(kit, tmp_path)("publish", str(tmp_path))
    assert kit.store.rows("SELECT id FROM edition WHERE kind = 'certificates'") == []
