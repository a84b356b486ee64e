"""Codes and blank sheets on a screen: what there is, what each key does, what it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hallclient.actions import code_segments, sheet_counts, sheets
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_kinds import current
from hallclient.actions.sheets import SAFE
from hallclient.texts import t
from screens.certificate_stock import StockScreen
from screens.certificate_stock_text import CODES, COUNTS, SHEETS
from tests import certkit, certlook_scenes
from tests.certkit import LETTER
from tests.deskkit import LARGE, Seat, seated
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit
from tests.hostile import HOSTILE, assert_harmless
from tests.moments import HERE, open_windows

LICENCE, DUPLICATE = "yyzz-zb", "yyzz-fb"


@asynccontextmanager
async def stock(
    kit: Kit, who: Actor = HERE, *, tab: str = CODES, language: str = "zh"
) -> AsyncIterator[tuple[Seat, StockScreen]]:
    async with seated(kit, who, language=language, size=LARGE) as seat:
        screen = StockScreen(who, kit.hall)
        await certlook_scenes.push(seat, screen)
        await seat.until(lambda: screen.stocks is not None)
        while screen.tab != tab:
            await seat.press("f3")
        yield seat, screen


def choose(screen: StockScreen, key: str) -> None:
    """Put the cursor on a line, by the beginning of its key."""
    table = screen._table
    for place in range(table.row_count):
        row = table._rows[place]
        if row is not None and row.key.startswith(key):
            table.action_move(place - table.cursor)
            return
    raise AssertionError(key)


def segments(kit: Kit) -> list[code_segments.Segment]:
    return code_segments.segments_of(kit.store, SUPERVISOR)


def pool(kit: Kit, who: Actor, scheme: str) -> code_segments.Pool:
    return next(one for one in code_segments.pools(kit.store, who) if one.scheme.id == scheme)


def held(kit: Kit, stock_: str, window: str) -> sheets.Held:
    return next(one for one in sheets.held(kit.store, SUPERVISOR, window) if one.stock.id == stock_)


# -- what there is


async def test_the_tabs_go_round(kit: Kit) -> None:
    open_windows(kit)
    async with stock(kit) as (seat, screen):
        seen = []
        for key in ("f3", "f3", "f3", "f2", "tab", "shift+tab"):
            await seat.press(key)
            seen.append(screen.tab)
        assert seen == [SHEETS, COUNTS, CODES, COUNTS, CODES, COUNTS]
        assert f"[{t('stock.tab.counts')}]" in seat.text


async def test_how_many_codes_there_are_is_told_in_words(kit: Kit) -> None:
    open_windows(kit)
    certkit.segment(kit, "uscc", "QQ000001", "QQ000400")
    certkit.segment(kit, "health", "1", "40")
    async with stock(kit) as (seat, screen):
        lines = [line.strip() for line in seat.text.split("\n")]
        names = {one.id: one.zh for one in current(kit.store).schemes}
        told = {
            one: next(line for line in lines if names[one] in line)
            for one in ("uscc", "health", "food")
        }
        assert t("stock.enough") in told["uscc"]
        assert t("stock.low") in told["health"]
        assert t("stock.empty") in told["food"]
        assert "QQ000001–QQ000400" in seat.text
        assert screen.chosen == ("pool", "uscc")


async def test_a_clerk_sees_her_window_and_a_supervisor_the_hall(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit, ("W01", "W02", SAFE))
    async with stock(kit, tab=SHEETS) as (seat, screen):
        assert screen.stocks is not None
        assert {one.window for one in screen.stocks.held} == {"W01"}
        assert "ZB00000001" in seat.text
    async with stock(kit, SUPERVISOR, tab=SHEETS) as (seat, screen):
        assert screen.stocks is not None
        assert {one.window for one in screen.stocks.held} == {"W01", "W02", SAFE}
        assert t("certificate.sheet.safe") in seat.text


async def test_what_others_use_is_seen(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit, tab=SHEETS) as (seat, screen):
        assert screen.held is not None
        assert screen.held.left == 50
        sheets.spoil(kit.store, HERE, LICENCE, "ZB00000001", "spoiled", "墨")
        screen._poll()
        await seat.settle()
        assert screen.held.left == 49
        assert screen.held.next == "ZB00000002"


# -- codes


async def test_a_block_is_leased_for_this_window(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit) as (seat, screen):
        choose(screen, "pool:food")
        before = pool(kit, HERE, "food").leased
        await seat.press("f4")
        assert pool(kit, HERE, "food").leased == before + 20
        assert t("stock.leased", scheme="食品经营许可证编号", n=20) == seat.said


async def test_a_lease_without_segments_says_what_to_do(kit: Kit) -> None:
    open_windows(kit)
    async with stock(kit) as (seat, _screen):
        await seat.press("f4")
        assert t("certificate.no-codes.none") in seat.said


async def test_the_next_code_is_void_with_a_reason(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit, SUPERVISOR) as (seat, screen):
        choose(screen, "pool:uscc")
        await seat.press("f5")
        await seat.press("enter")
        assert seat.asking  # a reason is required
        await seat.type("other registrar has it")
        row = kit.store.row("SELECT * FROM code WHERE state = 'void'")
        assert row is not None
        assert row["reason"] == "other registrar has it"
        assert row["id"] in seat.said


async def test_a_segment_is_loaded_field_by_field(kit: Kit) -> None:
    open_windows(kit)
    async with stock(kit, ADMINISTRATOR) as (seat, screen):
        choose(screen, "pool:uscc")
        await seat.press("f6")
        await seat.type("qq000101")
        await seat.type("QQ000150")
        await seat.press("1")
        await seat.type("letter 9")
        await seat.type("w01 w02")
        assert t(
            "stock.to-load",
            scheme="统一社会信用代码（企业）",
            first="QQ000101",
            last="QQ000150",
            n=50,
        ) in " ".join(seat.text.split("\n"))
        await seat.press("2")
        (one,) = segments(kit)
        assert (one.row["first"], one.row["size"]) == ("QQ000101", 50)
        assert one.row["windows"] == '["W01", "W02"]'
        assert seat.said == t("stock.loaded", n=50)


async def test_a_segment_may_count_in_all_characters(kit: Kit) -> None:
    open_windows(kit)
    async with stock(kit, SUPERVISOR) as (seat, screen):
        choose(screen, "pool:uscc")
        await seat.press("f6")
        await seat.type("QQ000001")
        await seat.type("QQ00000Y")
        await seat.press("2")
        await seat.type("letter")
        await seat.press("enter", "2")
        assert [one.row["size"] for one in segments(kit)] == [30]


@pytest.mark.parametrize(
    ("typed", "code"),
    [(("QQ000009", "QQ000001"), "segment-order"), (("QQ1", "QQ2"), "segment-body")],
)
async def test_a_wrong_range_is_refused_before_more_is_asked(
    kit: Kit, typed: tuple[str, str], code: str
) -> None:
    open_windows(kit)
    async with stock(kit, SUPERVISOR) as (seat, screen):
        choose(screen, "pool:uscc")
        await seat.press("f6")
        for text in typed:
            await seat.type(text)
        await seat.press("1")
        assert not seat.asking
        assert seat.said == t(
            f"refused.{code}", body=typed[0], first=typed[0], last=typed[1], field="first"
        )
        assert segments(kit) == []


async def test_what_is_not_confirmed_is_not_loaded(kit: Kit) -> None:
    open_windows(kit)
    async with stock(kit, SUPERVISOR) as (seat, screen):
        choose(screen, "pool:health")
        await seat.press("f6")
        await seat.type("1")
        await seat.type("100")
        await seat.type("letter")
        await seat.press("enter", "1")
        assert segments(kit) == []
        await seat.press("f6", "escape")
        assert not seat.asking


async def test_a_segment_and_a_block_are_closed_for_good(kit: Kit) -> None:
    open_windows(kit)
    certkit.segment(kit, "uscc", "QQ000001", "QQ000100")
    block = code_segments.lease(kit.store, HERE, "uscc")
    async with stock(kit, SUPERVISOR) as (seat, screen):
        assert screen.why_not("stock_close") == t("stock.why.not-closable")
        choose(screen, "block:")
        await seat.press("f7")
        await seat.type("window given up")
        assert seat.said == t("stock.was-closed", n=20)
        row = kit.store.row("SELECT * FROM code_block WHERE id = ?", block["id"])
        assert row is not None
        assert row["reason"] == "window given up"
        choose(screen, "segment:")
        await seat.press("f7")
        await seat.type("returned")
        assert seat.said == t("stock.was-closed", n=80)
        assert screen.why_not("stock_close") == t("stock.why.not-closable")
        assert t("stock.closed", why="returned") in seat.text


# -- sheets


async def test_a_sheet_is_spoiled_or_missing_with_a_reason(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit, tab=SHEETS) as (seat, screen):
        choose(screen, f"held:{LICENCE}")
        await seat.press("f8", "enter", "1")
        await seat.type("ink")
        assert seat.said == t("stock.spoiled", serial="ZB00000001", state="作废")
        await seat.press("f8", "ctrl+u")
        await seat.type("17")
        await seat.press("2")
        await seat.type("gone")
        row = kit.store.row("SELECT * FROM sheet WHERE id = ?", f"{LICENCE}:17")
        assert row is not None
        assert (row["state"], row["reason"]) == ("missing", "gone")
        await seat.press("f8", "ctrl+u")
        await seat.type("ZB00000999")
        await seat.press("1")
        await seat.type("x")
        assert seat.said == t("refused.sheets-not-held", first="ZB00000999", last="ZB00000999")


async def test_a_delivery_is_received_and_given_to_a_window(kit: Kit) -> None:
    open_windows(kit)
    async with stock(kit, SUPERVISOR, tab=SHEETS) as (seat, screen):
        assert t("stock.nothing") in seat.text
        await seat.press("f9", "1")
        await seat.type("1")
        await seat.press("ctrl+u")
        await seat.type("100")
        await seat.type("delivery note 3")
        await seat.type("safe")
        await seat.press("2")
        assert seat.said == t("stock.received", n=100, holder=t("certificate.sheet.safe"))
        first = screen.held
        assert first is not None
        assert (first.stock.id, first.window, first.left) == (LICENCE, SAFE, 100)
        await seat.press("f10", "enter", "ctrl+u")
        await seat.type("30")
        await seat.type("w03")
        await seat.press("2")
        assert seat.said == t("stock.given", n=30, holder="W03")
        assert held(kit, LICENCE, "W03").left == 30
        assert held(kit, LICENCE, SAFE).next == "ZB00000031"


async def test_what_is_not_there_is_not_given(kit: Kit) -> None:
    open_windows(kit)
    sheets.receive(kit.store, SUPERVISOR, LICENCE, "1", "10", LETTER)
    async with stock(kit, SUPERVISOR, tab=SHEETS) as (seat, _screen):
        await seat.press("f10", "enter", "ctrl+u")
        await seat.type("20")
        await seat.type("W03")
        await seat.press("2")
        assert seat.said == t("refused.sheets-not-held", first="ZB00000001", last="20")


async def test_a_count_that_agrees_is_one_line(kit: Kit) -> None:
    certlook_scenes.issued(kit)
    async with stock(kit, tab=SHEETS) as (seat, screen):
        choose(screen, f"held:{DUPLICATE}")
        await seat.press("c")
        await seat.type("48")
        assert seat.said == "领 50 用 2 废 0 余 48 ✓"
        assert "领 50 用 2 废 0 余 48 ✓" in seat.text
        await seat.press("f3")
        assert screen.tab == COUNTS
        assert "W01" in seat.text


async def test_a_difference_needs_a_note(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit, tab=SHEETS) as (seat, screen):
        choose(screen, f"held:{LICENCE}")
        await seat.press("c")
        await seat.type("48")
        assert seat.asking
        assert t("stock.differs", expected=50, counted=48, difference="-2") in seat.text
        await seat.press("escape")
        assert sheet_counts.counts(kit.store, HERE) == []
        await seat.press("c")
        await seat.type("４８")
        await seat.type("two stuck together")
        (row,) = sheet_counts.counts(kit.store, HERE)
        assert (row["counted"], row["note"]) == (48, "two stuck together")
        assert "-2" in seat.said


@pytest.mark.parametrize("typed", ["many", "-1", "99999999999"])
async def test_only_a_number_is_a_count(kit: Kit, typed: str) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit, tab=SHEETS) as (seat, _screen):
        await seat.press("c")
        await seat.type(typed)
        assert seat.said == t("stock.not-a-number", text=typed)
        assert sheet_counts.counts(kit.store, HERE) == []


async def test_what_is_being_printed_is_confirmed_before_it_is_counted(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    certkit.certificate(kit, "printing", "co_setup")
    async with stock(kit, tab=SHEETS) as (seat, screen):
        choose(screen, f"held:{LICENCE}")
        await seat.press("c")
        await seat.type("49")
        assert seat.said == t("refused.sheets-bound", count=1, stock="营业执照正本")


# -- who may


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (HERE, {"stock_lease", "stock_spoil", "stock_count"}),
        (AGENT, set[str]()),
        (
            SUPERVISOR,
            {
                "stock_lease",
                "stock_void",
                "stock_load",
                "stock_spoil",
                "stock_receive",
                "stock_give",
                "stock_count",
            },
        ),
        (ADMINISTRATOR, {"stock_load"}),
    ],
)
async def test_what_a_role_may_not_is_not_shown_and_says_why(
    kit: Kit, who: Actor, may: set[str]
) -> None:
    open_windows(kit)
    async with stock(kit, who) as (seat, screen):
        every = ("lease", "void", "load", "spoil", "receive", "give", "count")
        found = {f"stock_{one}" for one in every if screen.why_not(f"stock_{one}") is None}
        assert found == may
        for tab in (CODES, SHEETS):
            screen.show_tab(tab)
            shown = {hint.action for hint in screen._keys.hints if hint.action.startswith("stock")}
            assert shown - {"stock_previous", "stock_next", "stock_close"} <= may
        if "stock_void" not in may:
            await seat.press("f5")
            assert t("why-not.role") in seat.said


async def test_a_supervisor_counts_the_safe_and_no_window(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit, (SAFE, "W01"))
    async with stock(kit, SUPERVISOR, tab=SHEETS) as (seat, screen):
        choose(screen, f"held:{LICENCE}:W01")
        await seat.press("c")
        assert t("stock.why.not-here", holder="W01") in seat.said
        choose(screen, f"held:{LICENCE}:")
        await seat.press("c")
        await seat.type("50")
        assert "余 50 ✓" in seat.said


async def test_a_key_of_another_tab_leads_there(kit: Kit) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    async with stock(kit) as (seat, screen):
        await seat.press("c")
        assert screen.tab == SHEETS
        assert seat.asking


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_hostile_words_are_only_words(kit: Kit, language: str) -> None:
    open_windows(kit)
    certkit.stocked(kit)
    for n, text in enumerate(HOSTILE[::5]):
        if not text.strip():
            continue
        serial = str(n + 1)
        sheets.spoil(kit.store, HERE, LICENCE, serial, "spoiled", f"x{text[:150]}")
        code_segments.load(
            kit.store, SUPERVISOR, "uscc", f"AA0000{n:02d}", f"AA0000{n:02d}", f"x{text[:150]}"
        )
    sheet_counts.count(kit.store, HERE, LICENCE, 1, f"x{HOSTILE[3]}")
    async with stock(kit, SUPERVISOR, language=language) as (seat, screen):
        for _ in range(3):
            await seat.press("f3")
            for _ in range(min(40, screen._table.row_count)):
                screen._table.action_move(1)
                await seat.pilot.pause()
                assert_harmless(seat.text)
