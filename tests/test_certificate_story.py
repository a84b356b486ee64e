"""From the called number to the licence in hand, in a real terminal: every key counted.

`docs/form-keys.md` says what was counted here.
"""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

import shlex
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from db.store import Row
from hallclient.actions import (
    case_answers,
    case_materials,
    case_moves,
    cases,
    certificate_seal,
    certificate_verify,
    certificates,
)
from hallclient.actions.certificate_verify import Verdict
from hallclient.actions.editions import shipped_checklists
from hallclient.rules.certificate.states import HANDED, PRINTING, READY
from hallclient.texts import set_language, t
from tests.casekit import C1, DAJI
from tests.clerk import Clerk, Count
from tests.livekit import Live, words
from tests.terminal import Terminal, environment
from tests.test_case_story import Hand, _cli
from tests.test_form_story import (
    TWO_HOLDERS,
    WANG,
    basic,
    holders,
    people,
    ready,
    rest,
    scope,
    sign_in,
)

pytestmark = pytest.mark.slow

LIST = shipped_checklists()["co_setup"]
NAME = "武汉大吉科技有限公司"
REVIEWED, ISSUED = 28, 27
"""Keys from the finished form to the decision, five departments among them; from there to the
licence in hand, the 18 of the collector's identity number among them.
"""
FACE = ("营业执照", NAME, "王伟", "壹佰万圆整", "长期", "软件开发；信息系统集成服务")


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Live]:
    from hallclient.demo.supplies import supply

    live = Live(tmp_path / "hall.db")
    supply(live.store)
    yield live
    live.close()


@pytest.fixture
def env(tmp_path: Path, hall: Live) -> dict[str, str]:
    printer = tmp_path / "printed"
    printer.mkdir()
    return environment(
        tmp_path,
        HALLCLIENT_STORE=str(hall.path),
        HALLCLIENT_DOCUMENT_PRINTER=f"file:{printer}",
    )


def test_from_the_called_number_to_the_licence_in_hand(
    tmp_path: Path, env: dict[str, str], hall: Live
) -> None:
    today = date.fromisoformat(hall.store.env.day(hall.store.env.now()))
    with Terminal(env, size=(120, 40)) as desk:
        sign_in(desk)
        clerk = Clerk(desk).take_and_start()
        clerk.press("alt+g")
        basic(clerk, today)
        scope(clerk)
        holders(clerk, today)
        people(clerk)
        rest(clerk, today)
        ready(hall, clerk)
        form, clerk.count = clerk.count, Count()
        hand = Hand(desk, hall)
        hand.asked("escape", words("desk.window", number="1"), "c01")
        hand.asked("alt+j", t("review.kind.material"), NAME)
        hand.asked("a", words("review.passed-rest"))
        hand.asked("f3", "收件").press("f3").moved("received")
        hand.asked("f3", "受理").press("f3").state("handling")
        hand.tasks(len(LIST.departments), "open")
        for n, name in enumerate(LIST.departments, 1):
            told = hall.hall.departments[name].zh
            desk.wait(partial(_chosen, desk, told), told)
            hand.asked("f10", words("review.ask-opinion", name=told)).press("1")
            desk.see(words("review.ask-opinion-text"))
            hand.type("").tasks(n, "agreed")
            if n < len(LIST.departments):
                hand.press("f2")
        hand.asked("f3", "准予").press("f3").moved("done_pass")
        decided = hand.keys
        hand.asked("f3", t("certs.of-case"), "91420100QQ")
        hand.asked("f3", words("certs.ask-seal", what=f"营业执照 91420100QQ00000125 {NAME}")).press(
            "1"
        )
        desk.see(words("certs.sealed"), "91420100QQ")
        hand.asked("f3", t("certs.ask-print", n=2)).press("1")
        desk.see(t("certs.ask-result", n=2))
        hand.press("1")
        desk.see(t("certs.confirmed", n=2))
        hand.asked("f3", words("certs.ask-collector")).press("1")
        desk.see(t("certs.number-hint"))
        hand.type(WANG)
        desk.see(t("certs.handed", n=1))
        hand.state("delivered")
        assert (form, decided, hand.keys - decided) == (TWO_HOLDERS, REVIEWED, ISSUED)
    _licence(tmp_path / "printed", hall)
    assert _cli(env, "verify").returncode == 0


def _chosen(desk: Terminal, text: str) -> bool:
    return any(line.startswith("▸") and text in line for line in desk.lines)


def _licence(printed: Path, hall: Live) -> None:
    """The very files that came out: the number in the barcode, the form's words on the face."""
    import pypdfium2
    import zxingcpp

    row = hall.store.row("SELECT * FROM certificate")
    assert row is not None
    assert row["state"] == HANDED
    files = sorted(printed.glob(f"{row['code']}-*.pdf"))
    assert len(files) == 2
    for file in files:
        page = pypdfium2.PdfDocument(file)[0]
        text = "".join(page.get_textpage().get_text_bounded().split())
        # The original and the duplicate go on stock that has its title already.
        assert all(word in text for word in FACE[1:]), text
        read = {one.text for one in zxingcpp.read_barcodes(page.render(scale=3).to_pil())}
        assert row["code"] in read
        assert f"http://www.gsxt.gov.cn/index.html?uniscid={row['code']}" in read
        own = next(one for one in read if one.startswith("HL1."))
        assert certificate_verify.verify(hall.store, C1, own).verdict == Verdict.GENUINE


def _sealed(hall: Live) -> Row:
    """A permit that waits to be printed, at the window of the health line."""
    store = hall.store
    row = cases.open_case(store, C1, checklist="health", applicant=DAJI)
    for one in shipped_checklists()["health"].conditions:
        case_answers.answer(store, C1, row["id"], one.id, False)
    case_materials.mark_rest(store, C1, row["id"], "passed")
    for move in ("receive", "accept", "grant"):
        case_moves.move(store, C1, row["id"], move)
    found = certificates.certificates_of(store, C1, row["id"])[0]
    words_ = {"legal_rep": "张三", "address": "光谷大道1号", "items": "美容", "until": "2030-09-21"}
    certificate_seal.describe(store, C1, found["id"], **words_)
    return certificate_seal.seal(store, C1, found["id"])


def test_killed_while_the_printer_works_it_asks_what_came_out(
    tmp_path: Path, env: dict[str, str], hall: Live
) -> None:
    sealed = _sealed(hall)
    script, begun = tmp_path / "print.py", tmp_path / "begun"
    script.write_text(f"open({str(begun)!r}, 'w').close()\nimport time\ntime.sleep(600)\n")
    slow = f"command:{shlex.quote(sys.executable)} {shlex.quote(str(script))} {{file}}"
    with Terminal({**env, "HALLCLIENT_DOCUMENT_PRINTER": slow}) as desk:
        sign_in(desk)
        hand = Hand(desk, hall)
        hand.asked("alt+z", t("certs.tab.print")).asked("f3", t("certs.ask-print", n=1))
        hand.press("1")
        desk.wait(begun.exists, "the printer at work")
        desk.kill()
    known = certificates.certificates_of(hall.store, C1, sealed["case_file"])[0]
    assert (known["state"], known["code"]) == (PRINTING, sealed["code"])
    with Terminal(env) as desk:
        sign_in(desk)
        hand = Hand(desk, hall)
        hand.asked("alt+z", t("certs.unknown-here", n=1)[:12], sealed["code"])
        # Nothing came out: the same code once more, on the same sheet.
        hand.asked("f3", t("certs.ask-result", n=1)).press("4")
        desk.see(t("certs.confirmed-out", n=1))
        hand.asked("f2", t("certs.tab.print"))
        desk.wait(partial(_chosen, desk, sealed["code"]), "the certificate waits again")
        hand.asked("f3", t("certs.ask-print", n=1)).press("1")
        desk.see(t("certs.ask-result", n=1))
        hand.press("1")
        desk.see(t("certs.confirmed", n=1))
    known = certificates.certificates_of(hall.store, C1, sealed["case_file"])[0]
    assert (known["state"], known["code"]) == (READY, sealed["code"])
    sheets = hall.store.rows("SELECT state FROM sheet")
    assert [one["state"] for one in sheets] == ["used"]
    assert _cli(env, "verify").returncode == 0
