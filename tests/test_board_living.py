"""The board and what it depends on: the voice, and a store that may go away."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.actions import calling, setup, undo
from hallclient.actions.hall_files import default_hall
from hallclient.texts import t
from hallclient.voice import Engine, Speaker
from tests.boardkit import ONE, TWO, Told, busy, entry, shown
from tests.hallkit import QUICK_VERIFIER, Kit
from tests.hostile import assert_harmless

# -- the voice


async def test_what_is_spoken_is_shown_large(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    speaker = Told()
    async with shown(kit, speaker=speaker) as board:
        kit.next(ONE)
        kit.pass_(1)
        kit.next(TWO)
        await board.until(entry("A002", 2), t("board.call", number="A001", window="1"))
        assert ["A 零 零 一" in one for one in speaker.said] == [True]
        speaker.busy = False
        await board.until(t("board.call", number="A002", window="2"))
        assert ["A 零 零 二" in one for one in speaker.said] == [False, True]


async def test_a_call_taken_back_is_silenced(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    speaker = Told()
    async with shown(kit, speaker=speaker) as board:
        kit.next(ONE)
        await board.until("A001")
        undo.undo(kit.store, ONE)
        await board.until(gone=["A001"])
        assert speaker.said[1:] == ["stop"]


async def test_a_board_that_starts_again_does_not_repeat_old_calls(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    kit.next(ONE)
    kit.pass_(61)
    speaker = Told()
    async with shown(kit, speaker=speaker) as board:
        await board.until("A001")
        kit.next(TWO)
        await board.until("A002")
        assert ["零 零 二" in one for one in speaker.said] == [True]


@pytest.mark.parametrize(
    ("speaker", "said"),
    [(None, "voice.muted"), (Speaker([]), "voice.none"), (Told(), "voice.on")],
)
async def test_the_last_line_says_whether_it_speaks(
    kit: Kit, speaker: Speaker | None, said: str
) -> None:
    async with shown(kit, speaker=speaker) as board:
        await board.until(t(said))


async def test_an_engine_that_fails_is_told_and_shown_on(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    broken = Engine("broken", ("false",), ("false",))
    async with shown(kit, speaker=Speaker([broken])) as board:
        kit.next(ONE)
        await board.until(t("voice.failed"), "A001")


# -- the store goes away


async def test_a_store_that_is_gone_and_comes_back(kit: Kit) -> None:
    busy(kit)
    away = kit.path.with_name("away.db")
    speaker = Told()
    async with shown(kit, speaker=speaker) as board:
        await board.until(entry("A002", 2))
        kit.path.rename(away)
        await board.until(str(kit.path)[:12], t("board.out"), gone=["A001", "A002"])
        assert_harmless(board.text)
        away.rename(kit.path)
        await board.until(entry("A002", 2), gone=[t("board.out")])
        calling.start(kit.store, TWO)
        await board.until(t("board.call", number="A001", window="1"))


async def test_another_store_in_its_place_is_shown(kit: Kit, tmp_path: Path) -> None:
    busy(kit)
    (tmp_path / "other").mkdir()
    hall = default_hall()._replace(zh="另一个大厅", version="other")
    other = tmp_path / "other" / "hall.db"
    setup.init_demo(other, hall, QUICK_VERIFIER, make_env=kit.make_env).close()
    async with shown(kit) as board:
        await board.until(entry("A002", 2))
        kit.close()
        for suffix in ("-wal", "-shm"):
            kit.path.with_name(kit.path.name + suffix).unlink(missing_ok=True)
        other.replace(kit.path)
        await board.until("另一个大厅", gone=["A002"])


async def test_a_file_that_is_no_store_does_not_end_the_board(kit: Kit) -> None:
    async with shown(kit) as board:
        await board.until(t("board.welcome"))
        kit.path.rename(kit.path.with_name("away.db"))
        kit.path.write_text("not a store", "utf-8")
        await board.until(t("board.out"))
