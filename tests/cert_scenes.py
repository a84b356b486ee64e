"""Scenes of the screen of certificates: queues, each step, what came out of a printer, changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from db.store import Row
from hallclient.actions import certificate_changes
from hallclient.actions.certificate_kinds import shipped
from screens.certificates import CertificatesScreen
from tests.casekit import DAJI
from tests.certkit import approved, certificate, described, printing, sealed, stocked
from tests.deskkit import Seat
from tests.hallkit import Kit
from tests.moments import HERE, open_windows
from tests.scenekit import DESK, SUPERVISING, Scene, keys, on_screen

Play = Callable[[Seat], Awaitable[None]]
INN, CAFE, SHOP = "武汉东湖宾馆有限公司", "武汉光谷餐饮有限公司", "武汉大吉食品有限公司"
NOTE: Final = "地址写错一个字"
RIGHT: Final = "光谷大道2号"


# -- moments


def _hall(kit: Kit) -> None:
    open_windows(kit)
    stocked(kit)


def _of(name: str, kit: Kit, state: str, checklist: str = "food") -> Row:
    return certificate(kit, state, checklist, applicant=DAJI._replace(name=name))


def queues(kit: Kit) -> None:
    """Certificates at every step, one of them with a change that waits for its answer."""
    _hall(kit)
    approved(kit, "co_holder", applicant=DAJI._replace(name=SHOP))
    approved(kit, "health", applicant=DAJI._replace(name=INN))
    described(kit, approved(kit, "food", applicant=DAJI._replace(name=CAFE)))
    _of(SHOP, kit, "sealed")
    _of(INN, kit, "sealed")
    _of(SHOP, kit, "ready", "health")
    row = _of(CAFE, kit, "handed")
    certificate_changes.ask(
        kit.store, HERE, row["id"], "correct", "our-mistake", note=NOTE, words={"address": RIGHT}
    )


def crashed(kit: Kit) -> None:
    """Two certificates went to the printer, and nobody knows what came out."""
    _hall(kit)
    rows = [
        sealed(kit, approved(kit, "food", applicant=DAJI._replace(name=name)))
        for name in (SHOP, CAFE)
    ]
    printing(kit, *rows)


def ready(kit: Kit) -> None:
    """One applicant has two certificates waiting, another has one."""
    _hall(kit)
    for checklist in ("food", "health"):
        _of(SHOP, kit, "ready", checklist)
    _of(INN, kit, "ready", "health")


# -- what is done


def listed(*then: str) -> Play:
    """The lists, when they have been read, and some more keys."""

    async def play(seat: Seat) -> None:
        await on_screen("alt+z", CertificatesScreen)(seat)
        screen = seat.app.screen
        assert isinstance(screen, CertificatesScreen)
        await seat.until(lambda: screen.whole is not None)
        await seat.settle()
        await keys(*then)(seat)

    return play


CERT_SCENES: Final = (
    Scene("cert-code", DESK, queues, listed()),
    Scene("cert-open", DESK, queues, listed(*("tab",) * 5)),
    Scene("cert-fill", DESK, queues, listed("tab", "f3")),
    Scene("cert-seal", DESK, queues, listed("tab", "down", "f3")),
    Scene("cert-print", DESK, queues, listed("tab", "tab", "a", "f3")),
    Scene("cert-unknown", DESK, crashed, listed()),
    Scene("cert-result", DESK, crashed, listed("f3", "2", "type:2 3", "enter", "1")),
    Scene("cert-collect", DESK, ready, listed("f3")),
    Scene("cert-identity", DESK, ready, listed("f3", "1", "1", "type:42010019900101")),
    Scene("cert-face", DESK, ready, listed("ctrl+e")),
    Scene("cert-found", DESK, ready, listed("slash", "type:whdh", "enter")),
    Scene("cert-change", DESK, ready, listed("f6", "1")),
    Scene("cert-changes", SUPERVISING, queues, listed("shift+tab", "f3")),
    Scene("cert-keys", DESK, ready, listed("question_mark")),
)


def said() -> str:
    """What people are called and wrote, and what certificates say: Chinese on every screen."""
    fields = [one.zh for kind in shipped().kinds for one in kind.fields]
    texts = [one.text for kind in shipped().kinds for one in kind.fields]
    return " ".join([SHOP, INN, CAFE, NOTE, RIGHT, DAJI.agent_name, *fields, *texts, "年 月 日"])
