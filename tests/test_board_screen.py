"""The board on the screen: calls come and go, at every size, in both languages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from hallclient.actions import calling, setup, undo, windows
from hallclient.actions.boardview import AtWindow, BoardView, LineNow, Past
from hallclient.actions.hall_files import default_hall
from hallclient.rules.announce import Call
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import cell_width
from hallclient.texts import set_language, t, text_in
from hallclient.voice import Engine, Part, Speaker
from screens import board_text
from screens.bigfont import big, big_height, big_width
from screens.board import BoardScreen
from screens.board_app import BoardApp
from screens.board_source import BoardSource
from screens.widgets.content import Words
from tests.deskkit import PATIENCE_S
from tests.hallkit import QUICK_VERIFIER, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.scenes import WANG
from tests.screen import screen_text
from tests.test_screens import RAW

SMALL, LARGE, WALL = (80, 24), (120, 40), (200, 60)
SIZES = (SMALL, LARGE, WALL)
ONE, TWO, TAX = clerk(1), clerk(2), clerk(13)


class Shown:
    """A running board."""

    def __init__(self, app: BoardApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        return screen_text(self.app)

    def part(self, name: str) -> str:
        """What one block says."""
        return self.app.screen.query_one(f"#{name}", Words).text

    @property
    def board(self) -> BoardScreen:
        assert isinstance(self.app.screen, BoardScreen)
        return self.app.screen

    async def until(self, *texts: str, gone: Sequence[str] = ()) -> None:
        """Wait until all of these are on the screen and none of those."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not all(one in self.text for one in texts) or any(
                    one in self.text for one in gone
                ):
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"no {texts} or still {gone}:\n{self.text}") from None


@asynccontextmanager
async def shown(
    kit: Kit,
    *,
    size: tuple[int, int] = SMALL,
    language: str = "zh",
    zone: str = "",
    speaker: Speaker | None = None,
) -> AsyncIterator[Shown]:
    logs = kit.path.parent / "state"
    os.environ["HALLCLIENT_STATE"] = str(logs)
    set_language(language)
    source = BoardSource(kit.path, make_env=kit.make_env)
    source.open()
    try:
        app = BoardApp(source, zone=zone, speaker=speaker)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Shown(app, pilot)
        assert not list(logs.glob("crash-*")), "the board failed; see the log"
    finally:
        source.close()
        set_language("zh")


def entry(number: str, window: int) -> str:
    """A call as the lists of a small board show it."""
    return f"{number} → {window}"


def busy(kit: Kit) -> None:
    """Two windows call, one pauses, one number was passed; people wait."""
    kit.open(1, 2, 13, 18)
    for line in ("setup", "setup", "setup", "tax", "social"):
        kit.take(line, person=WANG if line == "social" else {})
    kit.next(TAX)
    kit.pass_(91)
    calling.pass_over(kit.store, TAX)
    windows.pause_window(kit.store, clerk(18), "meal")
    kit.next(ONE)
    kit.pass_(10)
    kit.next(TWO)


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
        kit.pass_(board_text.TURN_MS / 1000)
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


async def test_more_lines_than_rows_are_shown_page_by_page(kit: Kit) -> None:
    async with shown(kit, size=(80, 17)) as board:
        seen = set()
        for _ in range(4):
            seen |= {row.split()[0] for row in board.part("lines").split("\n")[1:] if row}
            kit.pass_(board_text.TURN_MS / 1000)
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
        await board.until(told, board_text.MARK)
        undo.undo(other, ONE)
        await board.until(t("board.welcome"), gone=[told, "A001", board_text.MARK])
        other.close()


async def test_a_new_call_is_marked_and_the_calls_of_the_start_are_not(kit: Kit) -> None:
    kit.open(1, 2)
    kit.take("setup"), kit.take("setup")
    kit.next(ONE)
    async with shown(kit) as board:
        await board.until(entry("A001", 1))
        assert board_text.MARK not in board.text
        kit.pass_(1)
        kit.next(TWO)
        await board.until(f"{board_text.MARK} {entry('A002', 2)}")
        assert f"{board_text.MARK} {entry('A001', 1)}" not in board.text
        kit.pass_(21)
        calling.recall(kit.store, ONE)
        await board.until(
            f"{board_text.MARK} {entry('A001', 1)}", t("board.call", number="A001", window="1")
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


# -- the voice


class Told(Speaker):
    """A speaker that is as quiet as the test says."""

    def __init__(self) -> None:
        super().__init__([Engine("told", ("told",), ("told",))])
        self.said: list[str] = []
        self.busy = False

    @property
    def quiet(self) -> bool:
        return not self.busy

    def say(self, parts: Sequence[Part]) -> None:
        assert not self.busy, "two at once"
        self.said.append(parts[0].text)
        self.busy = True

    def stop(self) -> None:
        self.said.append("stop")
        self.busy = False


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
        frame = board_text.Frame(
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
            board_text.calls(frame, width // 2, 12),
            board_text.lines(frame, width // 2, 12),
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
