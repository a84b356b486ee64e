"""Scenes of the small screens of certificates: verifying, the face, codes and blank sheets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from db.store import Row
from hallclient.actions import codes, sheet_counts, sheets
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_face import signer
from hallclient.actions.certificate_kinds import shipped
from hallclient.actions.certificate_rows import copies_of
from hallclient.rules.certificate import certificate_code
from hallclient.rules.certificate.certificate_code import CertificateCode
from screens.certificate_look import CertificateLook
from screens.certificate_screen import CertificateScreen
from screens.certificate_stock import StockScreen
from screens.certificate_verify import VerifyScreen
from tests import certkit
from tests.deskkit import Seat
from tests.hallkit import SUPERVISOR, Kit
from tests.moments import HERE, open_windows
from tests.scenekit import DESK, SUPERVISING, Scene, keys

Play = Callable[[Seat], Awaitable[None]]
KIND: Final = "co_setup"
WRONG: Final = "91420100QQ0000012S"
"""A credit code with the letter S for a five."""
FOREIGN: Final = "91110000600037341L"
"""A well-formed code that this hall has not given."""
WHY: Final = "主管抽查时撕坏"
LOADING: Final = (
    *("f6", "type:QQ100001", "enter", "type:QQ100500", "enter", "1"),
    *("type:2026-7", "enter", "enter"),
)


# -- moments


def issued(kit: Kit) -> Row:
    """A licence that was fetched, its second copy lost and issued again."""
    open_windows(kit)
    certkit.stocked(kit)
    row = certkit.certificate(kit, "handed", KIND, copies={"original": 1, "duplicate": 2})
    return row


def replaced(kit: Kit) -> Row:
    """The same issued again after a loss, and ready."""
    row = issued(kit)
    kit.pass_(minutes=60)
    again = certkit.changed(kit, row, "loss", "lost", announcement="长江日报 2026-09-21")
    again = certkit.sealed(kit, again)
    (again,) = certkit.printed(kit, again)
    return again


def sealed(kit: Kit) -> Row:
    """A licence that is to be printed."""
    open_windows(kit)
    certkit.stocked(kit)
    return certkit.certificate(kit, "sealed", KIND)


def voided(kit: Kit) -> None:
    """A licence issued, and the next code void."""
    issued(kit)
    codes.void_next(kit.store, certkit.HEAD, "uscc", WHY)


def stock(kit: Kit) -> None:
    """Sheets used, spoiled and counted at the first window."""
    issued(kit)
    sheets.spoil(kit.store, HERE, "yyzz-fb", "FB00000003", "spoiled", WHY)
    left = sheets.held(kit.store, HERE)
    for one in left[:2]:
        sheet_counts.count(kit.store, HERE, one.stock.id, one.left)


# -- what is done


async def push(seat: Seat, screen: CertificateScreen) -> None:
    """Over the desk, as the screen of certificates does, and read."""
    seat.app.push_screen(screen)
    await seat.until(lambda: seat.app.screen is screen and screen.is_mounted)
    await seat.settle()


def verifying(text: str | Callable[[Seat], str], *then: str, who: Actor = HERE) -> Play:
    """Verify a text, and press some more keys."""

    async def play(seat: Seat) -> None:
        await push(
            seat, VerifyScreen(who, seat.kit.hall, text if isinstance(text, str) else text(seat))
        )
        await keys(*then)(seat)

    return play


def code(seat: Seat) -> str:
    """The code of the newest certificate."""
    row = seat.kit.store.row("SELECT code FROM certificate ORDER BY approved_at DESC LIMIT 1")
    assert row is not None
    return str(row["code"])


def voided_code(seat: Seat) -> str:
    """The code that is void."""
    row = seat.kit.store.row("SELECT id FROM code WHERE state = 'void'")
    assert row is not None
    return str(row["id"])


def forged(seat: Seat) -> str:
    """A QR code as this hall's, of a signature that is not."""
    signed = CertificateCode(
        signer(seat.kit.store).tag, "business-licence", code(seat), "1", "2026-09-22", "A" * 16
    )
    return certificate_code.signed(signed, bytes(64))


def looking(*then: str, copy: bool = False, who: Actor = HERE) -> Play:
    """Look at the newest certificate, or at its first copy, and press some more keys."""

    async def play(seat: Seat) -> None:
        store = seat.kit.store
        row = store.row("SELECT id FROM certificate ORDER BY approved_at DESC LIMIT 1")
        assert row is not None
        subject = copies_of(store, row["id"])[0]["id"] if copy else row["id"]
        await push(seat, CertificateLook(who, seat.kit.hall, subject))
        await keys(*then)(seat)
        await seat.settle()

    return play


def stocked(*then: str, who: Actor = HERE) -> Play:
    """Codes and blank sheets, read, and some more keys."""

    async def play(seat: Seat) -> None:
        screen = StockScreen(who, seat.kit.hall)
        await push(seat, screen)
        await seat.until(lambda: screen.stocks is not None)
        await keys(*then)(seat)

    return play


CERTLOOK_SCENES: Final = (
    Scene("certlook-begin", DESK, issued, verifying("")),
    Scene("certlook-known", DESK, replaced, verifying(code)),
    Scene("certlook-collector", DESK, issued, verifying(code, "f6")),
    Scene("certlook-wrong", DESK, issued, verifying(WRONG)),
    Scene("certlook-form", DESK, issued, verifying(FOREIGN)),
    Scene("certlook-forged", DESK, issued, verifying(forged)),
    Scene("certlook-void", SUPERVISING, voided, verifying(voided_code, who=SUPERVISOR)),
    Scene("certlook-face", DESK, issued, looking()),
    Scene("certlook-copy", DESK, issued, looking(copy=True)),
    Scene("certlook-picture", DESK, issued, looking("p", copy=True)),
    Scene("certlook-save", DESK, issued, looking("f7", copy=True)),
    Scene("certlook-proof", DESK, sealed, looking()),
    Scene("certlook-keys", DESK, issued, looking("question_mark")),
    Scene("certlook-codes", DESK, stock, stocked()),
    Scene("certlook-sheets", DESK, stock, stocked("f3")),
    Scene("certlook-counts", SUPERVISING, stock, stocked("f2", who=SUPERVISOR)),
    Scene("certlook-load", SUPERVISING, stock, stocked(*LOADING, who=SUPERVISOR)),
    Scene("certlook-count", DESK, stock, stocked("f3", "c", "type:3", "enter")),
)


def said() -> str:
    """What people are called and wrote, and what certificates say: Chinese on every screen."""
    fields = [one.zh for kind in shipped().kinds for one in kind.fields]
    return " ".join([*fields, certkit.LETTER, WHY, "张 壹佰万圆整 长期 年 月 日 北京市"])
