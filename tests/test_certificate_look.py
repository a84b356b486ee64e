"""The face of a certificate: as text, copy by copy, as a picture, as a file, as a proof."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from db.store import Row
from hallclient.actions import certificate_pdf, certificate_seal
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.paper_printer import DOCUMENTS_FROM
from hallclient.texts import t
from screens.certificate_look import DOTS, CertificateLook
from screens.widgets.picture import NUMBER, Picture
from screens.widgets.picture_codes import NAMED_BY, Way, no_kitty
from tests import certkit, certlook_scenes
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import Kit
from tests.hostile import PACKED, assert_harmless
from tests.moments import HERE, open_windows
from tests.test_widgets_picture import kitty_png, sent


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (NAMED_BY, "TERM", "TERM_PROGRAM", "KITTY_WINDOW_ID", "LC_TERMINAL", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("KONSOLE_VERSION", raising=False)


@asynccontextmanager
async def looking(
    kit: Kit,
    subject: str,
    who: Actor = HERE,
    language: str = "zh",
    size: tuple[int, int] = SMALL,
) -> AsyncIterator[tuple[Seat, CertificateLook]]:
    async with seated(kit, who, language=language, size=size) as seat:
        screen = CertificateLook(who, kit.hall, subject)
        await certlook_scenes.push(seat, screen)
        yield seat, screen


def copies(kit: Kit, row: Row) -> list[str]:
    return [one["id"] for one in copies_of(kit.store, row["id"])]


# -- as text


@pytest.mark.parametrize(
    ("language", "labels"),
    [("zh", ("名称", "Name", "注册资本")), ("en", ("Name", "名称", "Registered capital"))],
)
async def test_both_labels_and_every_word_of_the_face(
    kit: Kit, language: str, labels: tuple[str, ...]
) -> None:
    row = certlook_scenes.issued(kit)
    async with looking(kit, copies(kit, row)[0], language=language, size=LARGE) as (seat, screen):
        assert screen.sheet is not None
        face = screen.sheet.face.face
        for text in (*labels, row["code"], face["date"], face["copy"][language], "壹佰万圆整"):
            assert text in seat.text
        assert t("look.mode.issue") in seat.text


async def test_looking_at_a_face_is_recorded(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    before = kit.kinds().count("personal.viewed")
    async with looking(kit, row["id"]) as (seat, _screen):
        assert kit.kinds().count("personal.viewed") == before + 1
        await seat.press("f3")
        assert kit.kinds().count("personal.viewed") == before + 2
        await seat.press("p", "p")
        assert kit.kinds().count("personal.viewed") == before + 2


async def test_the_copies_go_round(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    async with looking(kit, copies(kit, row)[1]) as (seat, screen):
        seen = []
        for _ in range(5):
            seen.append(screen.copy["id"] if screen.copy else "")
            await seat.press("f3")
        second = copies(kit, row)[1]
        assert seen == [second, copies(kit, row)[2], "", copies(kit, row)[0], second]
        await seat.press("n", "f2", "b")
        assert screen.copy is not None
        assert screen.copy["id"] == second
        assert "2-1" in seat.text


async def test_what_is_not_printed_yet_says_what_it_lacks(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    row = certkit.approved(kit, "co_setup")
    async with looking(kit, row["id"]) as (seat, screen):
        assert t("look.missing") in seat.text
        assert row["code"] in seat.text
        await seat.press("f3")
        assert t("look.why.no-copy") in seat.said
        # A page with a gap in it is none.
        assert screen.sheet is None
        await seat.press("p")
        assert t("look.why.no-page") in seat.said


async def test_a_certificate_without_a_code_says_why(kit: Kit) -> None:
    open_windows(kit)
    row = certkit.approved(kit, "co_setup")
    async with looking(kit, row["id"]) as (seat, _screen):
        assert t("certificate.lacks.none") in seat.text


async def test_what_does_not_exist_is_told(kit: Kit) -> None:
    async with looking(kit, "no/z/1") as (seat, screen):
        assert "no/z/1" in seat.said
        await seat.press("f7")
        assert t("look.why.no-page") in seat.said
        assert screen.places is None


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_hostile_words_are_only_words(kit: Kit, language: str) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    row = certkit.approved(kit)
    fields = [name for name in ("address", "person") if name]
    for text in PACKED[::7]:
        certificate_seal.describe(kit.store, HERE, row["id"], **{fields[0]: text})
        async with looking(kit, row["id"], language=language) as (seat, _screen):
            assert_harmless(seat.text)


# -- as a picture


async def test_the_key_goes_from_text_to_blocks_and_back(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    async with looking(kit, copies(kit, row)[0]) as (seat, screen):
        assert "▀" not in seat.text
        await seat.press("p")
        assert "▀" * 20 in seat.text
        assert t("look.coarse", pdf="F7", png="F8")[:10] in seat.text
        await seat.press("f3")
        assert "▀" * 20 in seat.text
        assert screen.copy is not None
        await seat.press("p")
        assert "▀" not in seat.text
        assert row["code"] in seat.text


async def test_a_real_picture_then_a_coarse_one_then_text(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = certlook_scenes.issued(kit)
    monkeypatch.setenv(NAMED_BY, "kitty")
    async with looking(kit, copies(kit, row)[0]) as (seat, screen):
        picture = screen.query_one(Picture)
        views = []
        for _ in range(3):
            await seat.press("p")
            views.append((screen.view, picture.way, "▀" in seat.text))
        assert views == [
            (Way.KITTY, Way.KITTY, False),
            (Way.BLOCKS, Way.BLOCKS, True),
            ("text", Way.BLOCKS, False),
        ]


async def test_a_picture_above_all_text_goes_when_something_else_is_shown(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = certlook_scenes.issued(kit)
    monkeypatch.setenv(NAMED_BY, "kitty")
    async with looking(kit, copies(kit, row)[0]) as (seat, screen):
        written: list[str] = []
        driver = seat.app._driver
        assert driver is not None
        monkeypatch.setattr(driver, "write", written.append)
        await seat.press("p")
        picture = screen.query_one(Picture)
        await seat.until(lambda: picture._made is not None)
        await seat.press("question_mark")
        assert no_kitty(NUMBER) in written
        written.clear()
        await seat.press("escape")
        assert seat.app.screen is screen
        assert "a=T" in sent(seat.app)
        await seat.press("escape")
        assert no_kitty(NUMBER) in written


async def test_a_preview_says_that_it_is_one(kit: Kit) -> None:
    row = certlook_scenes.sealed(kit)
    async with looking(kit, row["id"]) as (seat, _screen):
        await seat.press("p")
        assert t("look.preview") in seat.text


# -- as a file


async def test_a_copy_is_saved_as_it_was_printed(kit: Kit, tmp_path: Path) -> None:
    row = certlook_scenes.issued(kit)
    copy = copies(kit, row)[0]
    async with looking(kit, copy) as (seat, screen):
        assert screen.sheet is not None
        await seat.press("f7", "enter")
        made = tmp_path / f"{row['code']}-original-1.pdf"
        assert str(made) in seat.said.replace("\n", "")
        assert made.read_bytes() == certificate_pdf.pdf(kit.store, screen.sheet)
        made.write_bytes(b"another")
        await seat.press("f7", "enter", "1")
        assert str(made) in seat.said
        assert made.read_bytes() == b"another"
        await seat.press("f7", "enter", "2")
        assert made.read_bytes() == certificate_pdf.pdf(kit.store, screen.sheet)
        await seat.press("f8", "enter")
        assert (tmp_path / f"{row['code']}-original-1.png").read_bytes()[:4] == b"\x89PNG"


async def test_a_file_may_be_named_or_given_up(kit: Kit, tmp_path: Path) -> None:
    row = certlook_scenes.issued(kit)
    (tmp_path / "out").mkdir()
    async with looking(kit, copies(kit, row)[0]) as (seat, _screen):
        await seat.press("f7", "escape", "f7", "ctrl+u")
        await seat.type("out")
        assert [one.name for one in (tmp_path / "out").iterdir()] == [
            f"{row['code']}-original-1.pdf"
        ]
        assert not any(one.endswith(".pdf") for one in os.listdir(tmp_path))
        await seat.press("f7", "ctrl+u")
        await seat.type("nowhere/x.pdf")
        assert str(tmp_path / "nowhere") in seat.said


# -- in advance


async def test_a_proof_goes_to_the_printer(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = certlook_scenes.sealed(kit)
    out = tmp_path / "printed"
    out.mkdir()
    monkeypatch.setenv(DOCUMENTS_FROM, f"file:{out}")
    async with looking(kit, row["id"]) as (seat, screen):
        await seat.press("f9")
        assert seat.said == t("look.proof-sent")
        assert [one.name for one in out.iterdir()] == [f"{row['code']}-proof.pdf"]
        assert screen.places is not None
        assert [one["state"] for one in screen.places.copies] == ["proof"]
        await seat.press("f3")
        assert t("look.mode.advance")[:10] in seat.text


async def test_without_a_printer_nothing_is_proofed(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = certlook_scenes.sealed(kit)
    monkeypatch.setenv(DOCUMENTS_FROM, "none")
    async with looking(kit, row["id"]) as (seat, _screen):
        before = kit.kinds()
        await seat.press("f9")
        assert seat.said == t("refused.document-printer-none")
        assert kit.kinds() == before


async def test_what_is_printed_needs_no_proof(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    async with looking(kit, row["id"]) as (seat, screen):
        assert screen.no_key("look_proof")
        await seat.press("f9")
        assert t("look.why.no-proof") in seat.said


# -- on a real terminal

if sys.platform != "win32":
    from tests.terminal import Terminal, environment

    PROGRAM = (sys.executable, "-P", "-m", "tests.look_process")
    QUERIES = (b"\x1b[c", b"\x1b[>c", b"\x1b[16t", b"\x1b[14t", b"a=q")
    """What asks a terminal for what it can show."""

    @pytest.mark.slow
    @pytest.mark.parametrize("way", list(Way))
    def test_a_terminal_that_answers_nothing_is_not_waited_for(
        kit: Kit, tmp_path: Path, way: Way
    ) -> None:
        row = certlook_scenes.issued(kit)
        copy = copies(kit, row)[0]
        env = environment(tmp_path, **{NAMED_BY: way.value})
        with Terminal(env, str(kit.path), copy, program=PROGRAM) as terminal:
            terminal.see(row["code"], "F7")
            begin = {
                Way.KITTY: b"\x1b_Ga=T",
                Way.ITERM: b"\x1b]1337;",
                Way.SIXEL: b"\x1bP0;1;0q",
                Way.BLOCKS: "▀▀▀▀▀".encode(),
            }[way]
            assert begin not in terminal.raw
            terminal.send("p")
            terminal.wait(lambda: begin in terminal.raw, "a picture")
            if way is Way.KITTY:
                terminal.wait(lambda: b"m=0;" in terminal.raw, "all of it")
                sheet = certificate_pdf.of_copy(kit.store, HERE, copy)
                said = terminal.raw.decode(errors="replace")
                written = said[said.index("\x1b_Ga=T") :].partition("\x1b8")[0]
                assert kitty_png(written)[1] == certificate_pdf.picture(kit.store, sheet, DOTS)
            if way is not Way.BLOCKS:
                terminal.send("p")
                terminal.wait(lambda: "▀▀▀▀▀".encode() in terminal.raw, "a coarse picture")
            if way is Way.KITTY:
                assert b"\x1b_Ga=d" in terminal.raw
            terminal.send("p")
            terminal.see(row["code"])
            terminal.send("escape")
            terminal.see(t("key.call"))
            assert not any(one in terminal.raw for one in QUERIES)
