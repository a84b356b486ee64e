"""Slips at the desk: one is scanned and checked, one is printed again, a card is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.actions import slips
from hallclient.rules.slip import Square
from hallclient.texts import t
from screens.widgets.ask import Ask
from tests import slippaper
from tests.cards import identity, typed
from tests.deskkit import Seat, seated
from tests.hallkit import AGENT, Kit, clerk
from tests.screen import send

YOUNG = identity("1990-01-01")


def code_of(kit: Kit, number: str) -> str:
    made = slips.slip_of(kit.store, number)
    return next(part.content for part in made.parts if isinstance(part, Square))


async def scan(seat: Seat, code: str) -> None:
    await send(seat.pilot, code + "\r")
    await seat.settle()


async def test_a_signed_slip_is_checked_and_found(kit: Kit) -> None:
    kit.take("setup")
    async with seated(kit, clerk(1)) as seat:
        await scan(seat, code_of(kit, "A001"))
        assert "A001" in seat.said
        assert t("desk.slip-genuine") in seat.said
        await scan(seat, "20260922A001")
        assert t("desk.slip-genuine") not in seat.said


async def test_a_forged_slip_is_refused_in_words(kit: Kit) -> None:
    kit.take("setup")
    kit.take("setup")
    async with seated(kit, clerk(1)) as seat:
        await scan(seat, code_of(kit, "A001").replace(".A001.", ".A002."))
        assert seat.said == t("refused.slip-forged", number="A002")


async def test_a_slip_of_yesterday_is_not_of_today(kit: Kit) -> None:
    kit.take("setup")
    code = code_of(kit, "A001")
    kit.pass_(minutes=24 * 60)
    async with seated(kit, clerk(1)) as seat:
        await scan(seat, code)
        assert "2026-09-22" in seat.said


async def test_a_slip_is_checked_from_the_search_box_too(kit: Kit) -> None:
    kit.take("setup")
    async with seated(kit, clerk(1)) as seat:
        await seat.press("slash")
        await scan(seat, code_of(kit, "A001"))
        assert t("desk.slip-genuine") in seat.said


async def test_the_desk_prints_a_slip_again(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.take("setup")
    kit.take("setup")
    monkeypatch.setenv("HALLCLIENT_PRINTER", f"file:{tmp_path / 'out.bin'}")
    async with seated(kit, AGENT) as seat:
        await seat.press("down", "alt+l")
        await seat.press("enter")
        await seat.until(lambda: seat.said == t("desk.printed", number="A002"))
    paper = slippaper.read((tmp_path / "out.bin").read_bytes())
    assert "A002" in paper.text
    assert "补打" in paper.text
    assert kit.kinds()[-1] == "slip.printed"


async def test_without_a_printer_the_desk_says_so(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kit.take("setup")
    monkeypatch.delenv("HALLCLIENT_PRINTER", raising=False)
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    async with seated(kit, AGENT) as seat:
        await seat.press("alt+l", "enter")
        await seat.until(lambda: seat.said == t("refused.printer-none"))


@pytest.mark.parametrize("between", ["\t", "|"])
async def test_a_whole_card_is_read_where_a_number_is_asked_for(kit: Kit, between: str) -> None:
    async with seated(kit, AGENT) as seat:
        await seat.press("f10")
        await seat.type("SP078")
        await seat.type("张三")
        assert seat.asking
        await send(seat.pilot, typed("张三", YOUNG, between=between) + "\r")
        await seat.settle()
        assert not seat.app.screen.query_one(Ask).is_open
        assert kit.visit("A001")["person"] == kit.store.person_token(YOUNG)
        assert kit.visit("A001")["ahead"] == 0
