"""The import screen: what is shown, what is asked, what is handed over; and nothing before that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hallclient.rules.form.edits import Add, Put
from hallclient.rules.form.state import State
from hallclient.texts import t
from screens.desk import DeskScreen
from screens.form_import import FILE, PASTE, ImportScreen, Taken
from screens.widgets.content import Words
from screens.widgets.table import VirtualTable
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.screen import paste
from tests.sheetkit import HEADINGS, holders, resident, state
from tests.test_sheet_files import FILES


@dataclass
class Importing:
    """The screen over a desk, the form it was opened for, and what it handed over."""

    seat: Seat
    form: State
    taken: list[Taken] = field(default_factory=list)

    @property
    def screen(self) -> ImportScreen:
        assert isinstance(self.seat.app.screen, ImportScreen)
        return self.seat.app.screen

    def gone(self) -> bool:
        return isinstance(self.seat.app.screen, DeskScreen)

    @property
    def said(self) -> str:
        return self.seat.said

    def words(self, key: str) -> str:
        return self.screen.query_one(f"#{key}", Words).text

    def rows(self, table: str) -> list[tuple[str, ...]]:
        found = self.screen.query_one(f"#{table}", VirtualTable)
        return [row.cells for n in range(found.row_count) if (row := found._rows[n])]

    async def paste(self, *rows: tuple[str, ...]) -> None:
        self.seat.app.post_message(paste("\n".join(map("\t".join, rows))))
        await self.seat.pilot.pause()
        await self.seat.settle()

    async def press(self, *keys: str) -> None:
        await self.seat.press(*keys)

    @property
    def names(self) -> list[str]:
        """The holders of the form once what was handed over is in it."""
        for one in self.taken:
            self.form.apply(one.edits)
        return [self.form.text(row, "h_name") for row in self.form.rows("holder")]


@asynccontextmanager
async def importing(
    kit: Kit,
    file: Path | None = None,
    *,
    form: State | None = None,
    size: tuple[int, int] = SMALL,
    language: str = "zh",
) -> AsyncIterator[Importing]:
    kit.open(1)
    async with seated(kit, clerk(1), size=size, language=language) as seat:
        found = Importing(seat, form or state())
        new_id = kit.store.env.new_id
        screen = ImportScreen(found.form, "holder", new_id, found.taken.append, file=file)
        await seat.app.push_screen(screen)
        await seat.settle()
        yield found


def with_holder() -> State:
    made = state()
    made.apply([Add("person", "z", 0), Put("z", "p_name", "张三"), Put("z", "p_id", resident(1))])
    made.apply([Add("holder", "h", 0), Put("h", "h_person", "z"), Put("h", "h_sub", "5")])
    return made


GOOD = ("张三", resident(1), "13800000001", "10", "2030-12-31", "货币")
BAD = ("李四", resident(2), "138", "x", "2030-12-31", "货币")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_file_is_shown_with_what_would_become_of_it(
    kit: Kit, size: tuple[int, int], language: str
) -> None:
    async with importing(kit, FILES / "holders.xlsx", size=size, language=language) as at:
        assert "holders.xlsx" in at.words("title")
        assert "股东名册" in at.words("title")
        assert t("form.import.count.new", n=3) in at.words("mode")
        assert t("form.import.count.bad", n=1) in at.words("mode")
        assert t("form.import.note.headings", line=4) in at.words("notes")
        fates = [cells[1] for cells in at.rows("lines")]
        new, total = t("form.import.fate.new"), t("form.import.fate.total")
        assert fates == [new, new, new, total]
        fields = {cells[1]: cells[2] for cells in at.rows("columns")}
        assert fields["备注"] == fields["序号"] == t("form.import.left-out")
        assert fields["移动电话"] != t("form.import.left-out")
        for secret in (resident(1), "13800000001", "张三"):
            assert secret not in at.seat.text
        for widget in ("title", "mode", "notes", "foot"):
            assert "form." not in at.words(widget)
            assert "{" not in at.words(widget)
        assert t("form.import.key-back") in at.seat.text


async def test_a_pasted_table_is_taken_over_with_one_key(kit: Kit) -> None:
    async with importing(kit) as at:
        assert t("form.import.empty")[:10] in at.seat.text
        await at.paste(HEADINGS, *holders(3))
        assert at.words("title").endswith(t("form.import.delimiter.tab"))
        await at.press("enter")
        assert at.gone()
        (taken,) = at.taken
        assert (taken.source, taken.lines, taken.left) == (PASTE, 3, 0)
        assert at.names == ["王一", "王丁", "王丂"]


async def test_of_a_table_with_errors_the_good_lines_are_taken_or_all(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(HEADINGS, GOOD, BAD)
        await at.press("enter")
        assert at.seat.asking
        await at.press("escape")
        assert not at.gone()
        await at.press("enter", "1")
        assert at.gone()
        assert (at.taken[0].lines, at.taken[0].left) == (1, 1)
        assert at.names == ["张三"]


async def test_all_lines_may_be_taken_and_mended_in_the_form(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(HEADINGS, GOOD, BAD)
        await at.press("enter", "2")
        assert (at.taken[0].lines, at.taken[0].left) == (2, 0)
        assert at.names == ["张三", "李四"]
        assert at.form.text(at.form.rows("holder")[1], "h_sub") == "X"


async def test_escape_leaves_everything_as_it_was(kit: Kit) -> None:
    async with importing(kit, form=with_holder()) as at:
        before = list(at.form.cells())
        await at.paste(HEADINGS, GOOD)
        await at.press("f2", "f2", "escape")
        assert at.gone()
        assert at.taken == []
        assert list(at.form.cells()) == before


async def test_two_columns_for_one_field_are_asked_about_first(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(("姓名", "姓名", "认缴"), ("张三", "李四", "5"))
        assert at.said == t("form.import.first-answer", heading="姓名")
        await at.press("tab", "enter")  # to the lines: they cannot be taken yet
        assert not at.gone()
        await at.press("enter")  # the cursor is on the question; its field comes first
        assert at.seat.asking
        await at.press("enter")
        fields = [cells[2] for cells in at.rows("columns")]
        assert fields[:2] == ["姓名或名称", t("form.import.left-out")]
        await at.press("tab", "enter")
        assert at.names == ["张三"]


async def test_a_column_nobody_knows_can_be_given_a_field(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(("姓名", "甲"), ("张三", "5"), ("李四", "6"))
        await at.press("tab", "down", "enter", "6", "tab", "enter")
        assert at.names == ["张三", "李四"]
        assert [at.form.text(row, "h_sub") for row in at.form.rows("holder")] == ["5", "6"]


async def test_nothing_known_is_said(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(("甲", "乙"), ("1.2.3.4.5", "+"), ("x", "y"))
        assert at.said == t("form.import.none-matched")
        await at.press("tab", "enter")
        assert not at.gone()
        assert at.said == t("form.import.none-matched")


async def test_the_unit_of_a_column_is_chosen(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(("姓名", "认缴"), ("张三", "500000"))
        assert "万元" in at.words("notes")
        await at.press("tab", "f6")
        assert at.said == t("form.import.no-unit")
        await at.press("down", "f6", "1")
        await at.press("tab", "enter")
        assert at.names == ["张三"]
        assert at.form.text(at.form.rows("holder")[0], "h_sub") == "50"


async def test_the_next_error_is_a_key_away(kit: Kit) -> None:
    async with importing(kit) as at:
        await at.paste(HEADINGS, GOOD, BAD, *holders(30)[5:], (*BAD[:1], resident(40), *BAD[2:]))
        await at.press("f7")
        assert t("form.import.col-problem") in at.seat.text
        assert "第 3 行" in at.words("detail")
        await at.press("f7")
        assert "第 29 行" in at.words("detail")
        await at.press("f7")
        assert "第 3 行" in at.words("detail")
        await at.press("shift+f7")
        assert "第 29 行" in at.words("detail")


async def test_ways_to_deal_with_what_is_there(kit: Kit) -> None:
    async with importing(kit, form=with_holder()) as at:
        await at.paste(HEADINGS, (*GOOD[:3], "", *GOOD[4:]), ("李四", resident(2), "", "7", "", ""))
        assert t("form.import.count.new", n=2) in at.words("mode")
        await at.press("f2")
        assert t("form.import.count.changed", n=1) in at.words("mode")
        await at.press("f8", "enter")
        assert at.names == ["张三", "李四"]
        assert [at.form.text(row, "h_sub") for row in at.form.rows("holder")] == ["", "7"]


async def test_to_replace_everything_is_asked_about(kit: Kit) -> None:
    async with importing(kit, form=with_holder()) as at:
        await at.paste(HEADINGS, ("李四", resident(2), "", "7", "", ""))
        await at.press("f2", "f2", "enter")
        assert at.seat.asking
        await at.press("1")  # no
        assert not at.gone()
        await at.press("enter", "2")
        assert at.names == ["李四"]


async def test_another_file_and_another_sheet(kit: Kit) -> None:
    async with importing(kit, FILES / "utf8.csv") as at:
        await at.press("f5")
        assert at.said == t("form.import.one-sheet")
        await at.press("f4")
        assert at.seat.asking
        screen = at.screen
        await at.press("ctrl+u")
        await at.seat.type(str(FILES / "holders.xlsx"))
        assert "holders.xlsx" in at.words("title")
        await at.press("f5", "3")
        assert "其他" in at.words("title")
        assert [cells[4] for cells in at.rows("columns")] == ["别*"]
        assert at.screen is screen


async def test_a_file_that_cannot_be_read_is_said_and_what_was_there_stays(kit: Kit) -> None:
    async with importing(kit, FILES / "utf8.csv") as at:
        await at.press("f4", "ctrl+u")
        await at.seat.type("/nowhere/x.csv")
        assert "x.csv" in at.said
        assert "utf8.csv" in at.words("title")
        await at.press("enter")
        assert at.taken[0].source == FILE


async def test_what_brings_nothing_new_is_not_taken(kit: Kit) -> None:
    async with importing(kit, form=with_holder()) as at:
        await at.paste(("姓名", "证件号码", "认缴"), ("张三", resident(1), "5"))
        await at.press("enter")
        assert not at.gone()
        assert at.said == t("form.import.nothing")


async def test_the_other_language(kit: Kit) -> None:
    async with importing(kit, FILES / "holders.xlsx") as at:
        await at.press("f2", "ctrl+t")
        assert "Import Holders" in at.words("title")
        assert "Update" in at.words("mode")
        assert "Line" in at.seat.text
        await at.press("ctrl+t")
        assert "导入 股东" in at.words("title")


async def test_hostile_cells_are_shown_as_text(kit: Kit) -> None:
    rows = [(text.replace("\t", " ").replace("\n", " ") or "x", str(n), "礼物") for n, text in
            enumerate(HOSTILE)]  # fmt: skip
    async with importing(kit, size=LARGE) as at:
        await at.paste((HOSTILE[0], "认缴", "出资方式"), *rows)
        for key in ("f7", "end", "tab", "end", "home", "enter"):
            await at.seat.pilot.press(key)
            await at.seat.pilot.pause()
            assert_harmless(at.seat.text)
