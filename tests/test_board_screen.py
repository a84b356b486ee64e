"""The board on the screen: calls come and go, at every size, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.actions import calling, undo, windows
from hallclient.actions.boardview import AtWindow, BoardView, LineNow, Past
from hallclient.actions.hall_files import default_hall
from hallclient.rules.announce import Call
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import cell_width
from hallclient.texts import t, text_in
from screens import board_frame, board_lists, board_text
from screens.bigfont import big, big_height, big_width
from tests.boardkit import ONE, TWO, busy, entry, shown
from tests.deskkit import LARGE, SMALL
from tests.hallkit import Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.moments import WANG
from tests.test_screens import RAW

WALL = (200, 60)
SIZES = (SMALL, LARGE, WALL)


# -- what it looks like


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [*SIZES, (40, 12), (20, 6), (100, 15)])
async def test_a_busy_hall(kit: Kit, size: tuple[int, int], language: str) -> None:
    busy(kit)
    async with shown(kit, size=size, language=language) as board:
        text = board.text
        rows = text.split("\n")
        assert len(rows) <= size[1]
        assert max(map(cell_width, rows)) <= size[0]
        assert not RAW.findall(text)
        assert not any(value in text for value in WANG.values())
        # The newest call is said in words above, and drawn below them where there is room.
        if size[0] >= 80:
            for one in ("zh", "en"):
                assert text_in(one, "board.call", number="A002", window="2") in text
        if size[1] < 24:
            return
        scale = board.board.frame().scale
        assert big_width("A000", scale) > size[0] // 3
        for row in big("A002", scale):
            assert row.rstrip() in text
        assert "B001" in board.part("calls")
        assert "A001" in board.part("calls") or big("A001", 1)[1] in board.part("calls")
        known = kit.hall.lines["social"]
        assert (known.zh if language == "zh" else known.en)[:6] in board.part("lines")


@pytest.mark.parametrize("size", SIZES)
async def test_both_languages_are_on_every_size(kit: Kit, size: tuple[int, int]) -> None:
    busy(kit)
    line = kit.hall.lines["collect"]
    async with shown(kit, size=size) as board:
        seen = board.text
        # Where both have no room at once they take turns.
        kit.pass_(board_frame.TURN_MS / 1000)
        board.board.paint()
        await board.pilot.pause()
        seen += board.text
        assert line.zh[:4] in seen
        assert line.en[:12] in seen
        for key in ("title-calls", "title-lines"):
            assert text_in("zh", f"board.{key}") in seen
            assert text_in("en", f"board.{key}") in seen


async def test_nobody_called_shows_the_time(kit: Kit) -> None:
    kit.open(1)
    async with shown(kit) as board:
        await board.until(text_in("zh", "board.welcome"), text_in("en", "board.welcome"))
        for row in big("09:00", 2):
            assert row.rstrip() in board.text
        kit.pass_(minutes=1)
        await board.until(big("09:01", 2)[1].strip())


async def test_notices_name_what_is_out_of_the_ordinary(kit: Kit) -> None:
    busy(kit)
    async with shown(kit) as board:
        await board.until("18 号窗口暂停服务")
        assert text_in("zh", "board.notice-passed") in board.text
        windows.resume_window(kit.store, clerk(18))
        await board.until(gone=["暂停服务"])


async def test_what_to_expect_comes_after_the_first_frame(kit: Kit) -> None:
    kit.open(1)
    for _ in range(3):
        kit.take("setup")
    async with shown(kit) as board:
        await board.until("\u2013")
        row = board.part("lines").split("\n")[1]
        low, _, high = row.split()[-1].partition("\u2013")
        assert row.startswith(kit.hall.lines["setup"].prefix)
        assert 0 <= int(low) <= int(high)
        # The next view keeps it until it has been worked out again.
        kit.take("setup")
        await board.until(" 4 ")
        assert board.part("lines").split("\n")[1].endswith(f"{low}\u2013{high}")


async def test_more_lines_than_rows_are_shown_page_by_page(kit: Kit) -> None:
    async with shown(kit, size=(80, 17)) as board:
        seen = set()
        for _ in range(4):
            seen |= {row.split()[0] for row in board.part("lines").split("\n")[1:] if row}
            kit.pass_(board_frame.TURN_MS / 1000)
            board.board.paint()
        assert seen == {line.prefix for line in kit.hall.lines.values()}


# -- following the hall


@pytest.mark.parametrize("size", SIZES)
async def test_a_call_of_another_window_comes_and_goes(kit: Kit, size: tuple[int, int]) -> None:
    kit.open(1)
    kit.take("setup")
    async with shown(kit, size=size) as board:
        await board.until(t("board.welcome"))
        other = kit.again()
        calling.call_next(other, ONE)
        told = t("board.call", number="A001", window="1")
        await board.until(told, board_frame.MARK)
        undo.undo(other, ONE)
        await board.until(t("board.welcome"), gone=[told, "A001", board_frame.MARK])
        other.close()


async def test_a_new_call_is_marked_and_the_calls_of_the_start_are_not(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    kit.next(ONE)
    async with shown(kit) as board:
        await board.until(entry("A001", 1))
        assert board_frame.MARK not in board.text
        kit.pass_(1)
        kit.next(TWO)
        await board.until(f"{board_frame.MARK} {entry('A002', 2)}")
        assert f"{board_frame.MARK} {entry('A001', 1)}" not in board.text
        kit.pass_(21)
        calling.recall(kit.store, ONE)
        await board.until(
            f"{board_frame.MARK} {entry('A001', 1)}", t("board.call", number="A001", window="1")
        )
        assert text_in("zh", "board.again", n=2) in board.text


async def test_a_board_of_a_zone_shows_no_other(kit: Kit) -> None:
    busy(kit)
    calling.start(kit.store, TWO)
    async with shown(kit, zone="west") as board:
        await board.until(kit.hall.zones["west"].zh, "B001")
        assert "A001" not in board.text


async def test_keys_change_nothing_but_the_language(kit: Kit) -> None:
    busy(kit)
    before = kit.kinds()
    async with shown(kit) as board:
        for key in ("f1", "f2", "f3", "enter", "escape", "tab", "f10", "a", "slash", "ctrl+p"):
            await board.pilot.press(key)
        await board.until(entry("A002", 2))
        assert kit.kinds() == before
        await board.pilot.press("ctrl+t")
        await board.until(text_in("en", "board.keys"))
        assert board.part("calls").startswith(text_in("en", "board.title-calls"))
        await board.pilot.press("ctrl+t")
        await board.until(text_in("zh", "board.keys"))
        await board.pilot.press("q")
    assert board.app.return_code == 0


# -- hostile words


def hostile_hall(text: str) -> Hall:
    hall = default_hall()
    lines = {key: line._replace(zh=text, en=text) for key, line in hall.lines.items()}
    zones = {key: zone._replace(zh=text, en=text) for key, zone in hall.zones.items()}
    return hall._replace(zh=text, en=text, lines=lines, zones=zones)


@pytest.mark.parametrize("text", HOSTILE[::7])
async def test_no_name_harms_the_screen(tmp_path: Path, text: str) -> None:
    # A store holds no half pairs; whatever else a hall's files may say is in it.
    kit = Kit(tmp_path, hall=hostile_hall(text.encode("utf-8", "replace").decode()))
    busy(kit)
    for size in (SMALL, LARGE):
        async with shown(kit, size=size, zone="east") as board:
            await board.until("A002")
            assert_harmless(board.text)
            assert max(map(cell_width, board.text.split("\n"))) <= size[0]
    kit.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_every_block_survives_every_text(kit: Kit, text: str) -> None:
    view = BoardView(kit.clock.ms)
    view.calls = [Call("a.1", "a", text, text, kit.clock.ms, 2)] * 3
    view.past = [Past(text, text, 0, passed) for passed in (False, True)]
    view.windows = [AtWindow("W01", text, "paused", text, "", ())]
    view.lines = [LineNow("setup", 3, 0, 1, 60_000, 90_000, False)]
    view.lines += [LineNow("tax", 0, None, 0, None, None, stopped) for stopped in (True, False)]
    for width, height in SIZES:
        frame = board_frame.Frame(
            view,
            hostile_hall(text),
            kit.clock.ms,
            width,
            height,
            "zh",
            call=view.calls[0],
            new=frozenset({view.calls[0].key}),
        )
        for block in (
            board_text.header(frame, "east", ""),
            board_text.hero_label(frame),
            board_text.hero(frame),
            board_lists.calls(frame, width // 2, 12),
            board_lists.lines(frame, width // 2, 12),
            board_text.notices(frame),
        ):
            assert_harmless(block.plain)


# -- the large signs


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_large_signs_fill_the_same_box(scale: int) -> None:
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    drawn = {sign: "\n".join(big(sign, scale)) for sign in signs}
    assert len(set(drawn.values())) == len(signs), "two signs look alike"
    for text in (signs, "A023", "?"):
        rows = big(text, scale)
        assert len(rows) == big_height(scale)
        assert {len(row) for row in rows} == {big_width(text, scale)}
        assert set("".join(rows)) <= set(" ▀▄█")
    assert (big("", scale), big_width("", scale)) == ([""] * big_height(scale), 0)
