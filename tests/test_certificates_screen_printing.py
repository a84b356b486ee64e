"""Printing on the screen of certificates: trays and serials, printers that fail, what came out."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from db.store import Row
from hallclient.actions import certificate_lists, certificate_print, sheets
from hallclient.actions.certificate_rows import certificate_row, copies_of
from hallclient.actions.paper_printer import DOCUMENTS_FROM
from hallclient.rules.certificate.spec import FULL
from hallclient.texts import t
from screens.certificates_printing import SPOILS, picked
from tests.casekit import C1, DAJI, SUPERVISOR
from tests.certkit import approved, certificate, printing, sealed, stocked, waiting
from tests.certscreenkit import Counter, issuing
from tests.deskkit import LARGE
from tests.hallkit import Kit, clerk

OTHER = DAJI._replace(name="武汉光谷餐饮有限公司")
THIRD = DAJI._replace(name="武汉东湖宾馆有限公司")


@pytest.fixture(autouse=True)
def printed(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A printer that is a folder."""
    kit.open(1, 2)
    stocked(kit, ("W01", "W02"))
    out = tmp_path / "printed"
    out.mkdir()
    monkeypatch.setenv(DOCUMENTS_FROM, f"file:{out}")
    return out


def program(folder: Path, body: str) -> str:
    """A print command that is a small program; its argument is the PDF."""
    script = folder / "print.py"
    script.write_text(f"import sys\npath = sys.argv[1]\n{body}\n", "utf-8")
    return f"command:{shlex.join([sys.executable, str(script)])} {{file}}"


def files(folder: Path) -> int:
    """How many PDF files a printer that is a folder has."""
    return sum(1 for _ in folder.glob("*.pdf"))


def left(kit: Kit, stock: str) -> int:
    """Blank sheets of the first window."""
    return next(one.left for one in sheets.held(kit.store, C1) if one.stock.id == stock)


def on_sheets(kit: Kit, row: Row) -> list[str | None]:
    return [one["sheet"] for one in copies_of(kit.store, row["id"])]


async def begun(at: Counter) -> None:
    """The marked, or chosen ones on their way to the printer."""
    await at.press("f3")
    await at.choose("print")


async def test_what_this_printer_is_out_by_is_on_the_face(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sheets of one sort, before and after the offset of printer.toml."""
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    places = []
    for text in ("", "[offset]\nwsxkz = [12, -7]\n"):
        (tmp_path / "printer.toml").write_text(text, "utf-8")
        row = sealed(kit, approved(kit, "health"))
        async with issuing(kit) as at:
            await begun(at)
            await at.press("1")
        copy = copies_of(kit.store, row["id"])[0]
        face = certificate_lists.face_of_copy(kit.store, C1, copy["id"])[2].face
        box = next(one for one in face["boxes"] if one["field"] == "code")
        places.append((box["left"], box["top"]))
    (left, top), moved = places
    assert moved == (round(left + 1.2, 2), round(top - 0.7, 2))


async def test_many_are_printed_tray_by_tray_and_confirmed_with_one_key(
    kit: Kit, printed: Path
) -> None:
    rows = [
        sealed(kit, approved(kit, one, applicant=who))
        for one, who in (("health", DAJI), ("food", OTHER), ("health", THIRD))
    ]
    async with issuing(kit, size=LARGE) as at:
        assert at.screen.shown == "print"
        await at.press("a", "f3")
        lines = at.detail.split("\n")
        heads = [line for line in lines if "纸盒" in line]
        assert [line.split()[0] for line in heads] == ["A4-food", "A4-health"]
        assert "SP00000001" in heads[0]
        assert "WS00000001" in heads[1]
        await at.press("f3")
        assert files(printed) == 2
        assert {at.state(row) for row in rows} == {"printing"}
        await at.press("f3")
        assert {at.state(row) for row in rows} == {"ready"}
        assert at.said == t("certs.confirmed", n=4)
        assert not at.screen.marked
    assert on_sheets(kit, rows[1]) == ["spjyxkz:1", "spjyxkz:2"]
    assert on_sheets(kit, rows[2]) == ["wsxkz:2"]


async def test_the_first_serial_is_typed_over_and_a_wrong_one_is_asked_again(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    async with issuing(kit) as at:
        await at.press("f3")
        await at.choose("first")
        await at.type("99")
        assert "WS00000001" not in at.detail
        await at.choose("print")
        assert at.state(row) == "sealed"
        assert "WS00000099" in at.said
        assert at.question
        await at.choose("first")
        await at.type("ＷＳ０００００００７")
        await at.choose("print")
        await at.choose("good")
    assert on_sheets(kit, row) == ["wsxkz:7"]


async def test_without_sheets_it_is_printed_on_plain_paper(kit: Kit) -> None:
    row = sealed(kit, approved(kit, "food", by=clerk(2)), clerk(2))
    here = C1._replace(window="W03", operator="c03")
    kit.open(3)
    async with issuing(kit, here) as at:
        assert "剩 0 张" in at.detail
        await at.press("f3")
        assert "剩 0 张" in at.options["print"]
        assert "first" not in at.options
        await at.press("1")
        assert at.question
        await at.choose("plain")
        await at.choose("spoiled")
        await at.type("1")
        await at.press("2")
        await at.choose("good")
        assert at.copies(row) == ["spoiled", "printed", "waiting"]
    assert {one["layout"] for one in copies_of(kit.store, row["id"])[:2]} == {FULL}
    assert on_sheets(kit, row) == [None, None, None]


async def test_who_sits_at_no_window_has_no_sheets(kit: Kit) -> None:
    sealed(kit, approved(kit))
    async with issuing(kit, SUPERVISOR) as at:
        assert "在窗口上岗" in at.detail
        await at.press("f3")
        assert "在窗口上岗" in at.options["print"]


async def test_no_printer_is_told_before_anything_is_bound(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sealed(kit, approved(kit))
    monkeypatch.setenv(DOCUMENTS_FROM, "none")
    async with issuing(kit) as at:
        await begun(at)
        assert at.said
        assert at.state(row) == "sealed"
        await at.press("escape")
        assert not at.question
    assert left(kit, "wsxkz") == 50


async def test_a_printer_that_fails_leaves_it_to_the_person(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sealed(kit, approved(kit))
    monkeypatch.setenv(DOCUMENTS_FROM, program(tmp_path, "sys.exit('no paper')"))
    async with issuing(kit) as at:
        await begun(at)
        assert "no paper" in at.said
        assert at.state(row) == "printing"
        await at.choose("none")
        assert at.copies(row) == ["waiting"]
        assert t("certs.confirmed-out", n=1) in at.said
    assert left(kit, "wsxkz") == 50


async def test_what_the_printer_certainly_did_not_get_is_not_asked_about(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        sealed(kit, approved(kit, one, applicant=who))
        for one, who in (("food", DAJI), ("health", OTHER))
    )
    monkeypatch.setenv(DOCUMENTS_FROM, program(tmp_path, "sys.exit(1)"))
    async with issuing(kit) as at:
        await at.press("a")
        await begun(at)
        assert t("certs.result.good-rest", n=2) in at.text
        assert t("certs.not-out") in at.detail
        await at.choose("good")
        assert (at.state(first), at.state(second)) == ("ready", "sealed")
        assert at.copies(second) == ["waiting"]


async def test_wrong_serials_are_asked_again(kit: Kit) -> None:
    rows = [sealed(kit, approved(kit, "food", applicant=one)) for one in (DAJI, OTHER)]
    async with issuing(kit) as at:
        await at.press("a")
        await begun(at)
        await at.choose("spoiled")
        await at.type("SP00000009、3")
        assert at.said == t("certs.no-such-sheet", text="SP00000009")
        await at.type("sp00000003 ４")
        await at.press("7")
        await at.type("送纸歪了")
        assert at.detail.count(t("certs.spoiled", why="送纸歪了")) == 2
        await at.choose("missing")
        await at.type("2")
        await at.choose("good")
        assert at.copies(rows[0]) == ["printed", "waiting"]
        assert at.copies(rows[1]) == ["spoiled", "spoiled", "waiting", "waiting"]
    assert left(kit, "spjyxkz") == 50 - 3


async def test_given_up_the_result_stays_unknown_and_is_asked_for_later(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    async with issuing(kit) as at:
        await begun(at)
        await at.press("escape")
        assert at.said == t("certs.result-later", n=1)
        await at.go_to("unknown")
        assert [*at.rows] == [row["id"]]
        await at.press("f3")
        await at.choose("good")
        assert at.state(row) == "ready"


async def test_after_a_crash_it_begins_with_what_is_unknown(kit: Kit) -> None:
    rows = [sealed(kit, approved(kit, applicant=one)) for one in (DAJI, OTHER)]
    printing(kit, *rows)
    approved(kit, applicant=THIRD)
    async with issuing(kit) as at:
        assert at.screen.shown == "unknown"
        assert at.said == t("certs.unknown-here", n=2)
        await at.press("f3")
        await at.choose("spoiled")
        await at.type("2")
        await at.press("1")
        await at.choose("good")
        assert [at.state(row) for row in rows] == ["ready", "sealed"]
        assert certificate_row(kit.store, rows[1]["id"])["code"] == rows[1]["code"]
    async with issuing(kit, clerk(2)) as at:
        assert at.screen.shown != "unknown"


async def test_another_terminal_confirms_meanwhile(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    job = printing(kit, row)
    other = kit.again()
    async with issuing(kit) as at:
        await at.press("f3")
        certificate_print.confirm(other, clerk(2), job)
        await at.choose("good")
        assert "已由别人确认" in at.said
        assert at.state(row) == "ready"
        assert not at.question
    other.close()


async def test_another_terminal_prints_meanwhile(kit: Kit) -> None:
    row = sealed(kit, approved(kit))
    other = kit.again()
    async with issuing(kit) as at:
        await at.press("f3")
        certificate_print.begin(other, clerk(2), waiting(kit, row))
        await at.choose("print")
        assert "现在不能打印" in at.said
        await at.press("escape")
        assert at.state(row) == "printing"
    assert left(kit, "wsxkz") == 50
    other.close()


async def test_a_printed_copy_turns_out_to_be_bad(kit: Kit) -> None:
    row = certificate(kit, "ready", "food")
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.press("f8", "2")
        await at.choose(SPOILS[2])
        assert at.copies(row) == ["printed", "spoiled", "waiting"]
        assert at.state(row) == "sealed"
        await at.go_to("handed")
        await at.press("f8")
        assert not at.question


def test_serials_and_places_name_sheets(kit: Kit) -> None:
    rows = [sealed(kit, approved(kit, "food", applicant=one)) for one in (DAJI, OTHER)]
    copies = certificate_print.begin(kit.store, C1, waiting(kit, *rows)).copies
    from hallclient.actions.certificate_kinds import current

    ids = [one["id"] for one in copies]
    kinds = current(kit.store)
    assert picked("SP00000002 4,1", copies, copies, kinds) == ([ids[1], ids[3], ids[0]], [])
    assert picked("2 2 02", copies, copies, kinds) == ([ids[1]], [])
    assert picked("0 5 x SP1", copies, copies, kinds) == ([ids[0]], ["0", "5", "x"])
    assert picked("1", copies, copies[1:], kinds) == ([], ["1"])
    assert picked("", copies, copies, kinds) == ([], [])
