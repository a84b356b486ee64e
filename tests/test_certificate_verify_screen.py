"""The screen that verifies: what is typed or scanned, what it says, which keys act."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from db.store import Row
from hallclient.actions import certificate_pdf
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_face import codes_for
from hallclient.actions.certificate_rows import copies_of
from hallclient.certificate_words import verdict_word
from hallclient.rules.scan import route
from hallclient.texts import t
from screens import certificate_screen
from screens.certificate_look import CertificateLook
from screens.certificate_verify import VerifyScreen
from screens.widgets.content import Words
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from tests import certlook_scenes
from tests.certlook_scenes import WRONG
from tests.deskkit import Seat, seated
from tests.hallkit import ADMINISTRATOR, Kit
from tests.hostile import PACKED, assert_harmless
from tests.moments import HERE, open_windows
from tests.screen import send


@asynccontextmanager
async def verifying(
    kit: Kit, text: str = "", who: Actor = HERE, language: str = "zh"
) -> AsyncIterator[tuple[Seat, VerifyScreen]]:
    async with seated(kit, who, language=language) as seat:
        screen = VerifyScreen(who, kit.hall, text)
        await certlook_scenes.push(seat, screen)
        yield seat, screen


def verdict(seat: Seat) -> str:
    """What stands there in large words."""
    return seat.app.screen.query_one("#verdict", Words).text


def rows(screen: VerifyScreen) -> list[str]:
    """The lines below."""
    found = [screen._table._rows[n] for n in range(screen._table.row_count)]
    return [" ".join(row.cells) for row in found if row is not None]


async def test_a_code_is_typed_and_all_of_it_is_said(kit: Kit) -> None:
    again = certlook_scenes.replaced(kit)
    async with verifying(kit) as (seat, screen):
        assert not screen.query_one("#verdict").display
        await seat.type(again["code"])
        assert verdict(seat).startswith(verdict_word("known"))
        assert screen.query_one("#verdict").has_class("-good")
        lines = "\n".join(rows(screen))
        for said in ("ZB00000001", "ZB00000002", "FB00000002", "W01", "c01", "2026-09-22 10:00"):
            assert said in lines
        assert lines.index("已换发") > lines.index("待领取")
        assert "张*" in lines
        assert "420100********1233" in lines


async def test_the_next_code_takes_the_place_of_the_one_before(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    async with verifying(kit) as (seat, screen):
        await seat.type(WRONG)
        await seat.type(row["code"])
        assert screen.query_one("#text", Field).value == row["code"]
        assert verdict(seat).startswith(verdict_word("known"))


async def test_a_wrong_code_says_where_and_an_offer_is_taken_by_a_key(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    async with verifying(kit, WRONG) as (seat, screen):
        assert "第 18 位" in verdict(seat)
        assert screen.query_one("#verdict").has_class("-alert")
        assert row["code"] in "\n".join(rows(screen))
        assert screen.why_not("verify_offer") is None
        await seat.press("f5")
        assert screen.query_one("#text", Field).value == row["code"]
        assert verdict(seat).startswith(verdict_word("known"))
        await seat.press("f5")
        assert t("certverify.why.no-offer") in seat.said


async def test_the_chosen_offer_is_the_one_that_is_taken(kit: Kit) -> None:
    open_windows(kit)
    async with verifying(kit, "91420100MA4L0XY20T") as (seat, screen):
        assert len(screen._offers) == 2
        await seat.press("down", "down", "down", "f5")
        assert screen.query_one("#text", Field).value == "91420100MACL0XY20T"
        assert verdict(seat).startswith(verdict_word("well-formed"))


async def test_an_identity_number_is_told_to_be_one(kit: Kit) -> None:
    async with verifying(kit, "11010519491231002X") as (seat, _screen):
        assert "公民身份号码" in verdict(seat)


async def test_half_a_qr_code_is_to_be_scanned_again(kit: Kit) -> None:
    async with verifying(kit, "HL1.E.ABCDEF.FOOD") as (seat, screen):
        assert t("certverify.damaged") in verdict(seat)
        assert screen.judged is None


async def test_who_fetched_it_is_shown_for_a_while_and_recorded(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = certlook_scenes.issued(kit)
    async with verifying(kit, row["code"]) as (seat, screen):
        await seat.press("f6")
        assert "420100199001011233" in seat.said
        assert kit.kinds()[-1] == "personal.viewed"
        monkeypatch.setattr(certificate_screen, "monotonic", lambda: screen._revealed_until)
        screen._tick()
        assert seat.said == ""


async def test_what_nobody_has_fetched_has_no_collector(kit: Kit) -> None:
    row = certlook_scenes.sealed(kit)
    async with verifying(kit, row["code"]) as (seat, _screen):
        assert verdict(seat).startswith(verdict_word("pending"))
        await seat.press("f6")
        assert t("certverify.why.not-fetched") in seat.said
        assert "personal.viewed" not in kit.kinds()


async def test_the_face_of_the_chosen_copy(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    first = copies_of(kit.store, row["id"])[0]
    async with verifying(kit, row["code"]) as (seat, screen):
        place = screen._table._rows.find(first["id"], 0)
        assert place is not None
        await seat.press(*["down"] * place, "f4")
        look = seat.app.screen
        assert isinstance(look, CertificateLook)
        assert look.copy is not None
        assert look.copy["id"] == first["id"]
        await seat.press("escape")
        assert seat.app.screen is screen


async def test_nothing_is_asked_for(kit: Kit) -> None:
    async with verifying(kit) as (seat, screen):
        await seat.press("enter")
        assert seat.said == t("refused.verify-empty")
        assert screen.why_not("verify_face") == t("certverify.why.no-face")


async def test_somebody_whose_business_it_is_not_is_told(kit: Kit) -> None:
    async with verifying(kit, WRONG, who=ADMINISTRATOR) as (seat, screen):
        assert seat.said
        assert screen.found is None


async def test_the_language_changes_with_all_that_is_said(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    async with verifying(kit, row["code"]) as (seat, _screen):
        await seat.press("ctrl+t")
        assert verdict(seat).startswith(verdict_word("known"))
        assert "Issued here" in seat.text
        assert "Business licence" in seat.text


async def test_hostile_text_is_only_text(kit: Kit) -> None:
    async with verifying(kit) as (seat, screen):
        for text in PACKED:
            screen.query_one("#text", Field).value = text
            await seat.press("enter")
            assert_harmless(seat.text)


# -- from the desk, by a scan


def qr(kit: Kit, row: Row) -> str:
    copy = copies_of(kit.store, row["id"])[0]
    sheet = certificate_pdf.of_copy(kit.store, HERE, copy["id"])
    return codes_for(kit.store, sheet.certificate, sheet.copy, sheet.face).own


@pytest.mark.parametrize("what", ["qr", "link", "code", "serial", "other"])
async def test_a_scan_at_the_desk_leads_here(kit: Kit, what: str) -> None:
    row = certlook_scenes.issued(kit)
    text = {
        "qr": qr(kit, row),
        "link": f"https://www.gsxt.gov.cn/index.html?uniscid={row['code']}",
        "code": row["code"],
        "serial": "ZB00000001",
        "other": "91110000600037341L",
    }[what]
    expected = {"qr": "genuine", "other": "well-formed"}.get(what, "known")
    async with seated(kit, HERE) as seat:
        await send(seat.pilot, text + "\r", gap=0.003, start=1000.0)
        await seat.until(lambda: isinstance(seat.app.screen, VerifyScreen))
        await seat.settle()
        assert verdict(seat).startswith(verdict_word(expected))


async def test_a_scan_that_nobody_knows_does_nothing(kit: Kit) -> None:
    certlook_scenes.issued(kit)
    async with seated(kit, HERE) as seat:
        code = "ZB00000049"
        seat.app.screen.post_message(Scanned(code, route(code)))
        await seat.until(lambda: bool(seat.said))
        await seat.settle()
        assert seat.said == t("desk.scan-unknown")


async def test_a_scan_here_is_the_next_question(kit: Kit) -> None:
    row = certlook_scenes.issued(kit)
    text = qr(kit, row)
    async with verifying(kit, WRONG) as (seat, screen):
        await send(seat.pilot, text + "\r", gap=0.003, start=1000.0)
        await seat.settle()
        assert screen.found is not None
        assert verdict(seat).startswith(verdict_word("genuine"))
        assert screen.query_one("#text", Field).value == text
