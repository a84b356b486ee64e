"""The screen of certificates: lists, search, each step in keys, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from hallclient.actions import certificate_handover, certificate_lists, certificate_seal
from hallclient.actions.certificate_rows import certificate_row, values_of
from hallclient.actions.paper_printer import DOCUMENTS_FROM
from hallclient.rules.certificate import pickup
from hallclient.rules.text import cell_width
from hallclient.texts import has, language, t
from screens.actions import CERTIFICATES, of_screen
from screens.certificate_look import CertificateLook
from screens.certificate_stock import StockScreen
from screens.certificate_verify import VerifyScreen
from screens.certificates import CertificatesScreen
from screens.certificates_text import TABS
from screens.desk import DeskScreen
from screens.review import ReviewScreen
from tests.casekit import AGENT, C1, DAJI, SUPERVISOR
from tests.certkit import (
    COUNTER,
    MEI,
    approved,
    certificate,
    decided,
    described,
    printing,
    sealed,
    stocked,
)
from tests.certscreenkit import issuing
from tests.deskkit import LARGE, SMALL, seated
from tests.hallkit import ADMINISTRATOR, Kit, clerk
from tests.hostile import PACKED, assert_harmless
from tests.reviewkit import reviewing
from tests.screen import send

OTHER = DAJI._replace(name="武汉光谷餐饮有限公司")
ID = "420100199001011233"


@pytest.fixture(autouse=True)
def _hall(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.open(1, 2)
    stocked(kit)
    out = tmp_path / "printed"
    out.mkdir()
    monkeypatch.setenv(DOCUMENTS_FROM, f"file:{out}")


# -- the whole story


async def test_from_the_decision_to_the_applicants_hand_in_keys(kit: Kit, tmp_path: Path) -> None:
    row = approved(kit, "food")
    async with issuing(kit) as at:
        assert at.screen.shown == "seal"
        await at.press("f3")
        await at.type("91420100MA4KXXXX1N", "张三", "光谷大道1号", "光谷大道2号", "热食类")
        assert t("certs.hint.day") in at.text
        await at.type("2031.9.21")
        assert set(at.options) == {"yes", "other", "no"}
        await at.press("f3")
        assert at.state(row) == "sealed"
        assert values_of(kit.store, certificate_row(kit.store, row["id"]))["until"] == "2031-09-21"

        await at.go_to("print")
        await at.press("enter")
        assert "SP00000001" in at.detail
        await at.press("f3")
        assert len([*(tmp_path / "printed").glob("*.pdf")]) == 1
        assert at.state(row) == "printing"
        await at.choose("spoiled")
        await at.type("2")
        await at.press("1")
        assert t("certs.spoil.jam") in at.detail
        await at.choose("good")
        assert at.copies(row) == ["printed", "spoiled", "waiting"]
        assert t("certs.confirmed-bad", n=1) in at.said

        await at.press("f3", "f3", "f3")
        assert at.state(row) == "ready"
        sheets = [one["sheet"] for one in certificate_lists.look(kit.store, C1, row["id"]).every]
        assert sheets == [f"spjyxkz:{n}" for n in (1, 2, 3)]

        await at.go_to("collect")
        await at.press("f3", "enter")
        await at.type(ID)
        assert at.state(row) == "handed"
        assert at.said == t("certs.handed", n=1)
    told = certificate_handover.receipt_of(kit.store, C1, row["id"])
    assert told is not None
    assert (told.name, told.identity) == ("张三", ID)


async def test_three_keys_are_enough_where_nothing_is_lacking(kit: Kit) -> None:
    row = described(kit, approved(kit))
    async with issuing(kit) as at:
        await at.press("f3", "f3", "f4", "f3", "f3", "f3")
        assert at.state(row) == "ready"


# -- its code


async def test_a_code_that_its_holder_keeps_is_asked_for_until_it_is_one(kit: Kit) -> None:
    row = approved(kit, "co_holder")
    async with issuing(kit) as at:
        assert at.screen.shown == "code"
        assert "待录入原代码" in at.detail
        await at.press("f3")
        await at.type("91420100MA4KXXXX1")
        assert at.state(row) == "approved"
        assert "18" in at.said
        await at.type("91420100758151646G")
        assert at.state(row) == "assigned"
        assert at.said == t("certs.assigned", code="91420100758151646G")


async def test_where_there_is_no_code_the_screen_says_why(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    kit = Kit(tmp_path / "bare")
    kit.open(1)
    row = approved(kit)
    async with issuing(kit) as at:
        assert "没有装码段" in at.text
        await at.press("f3")
        assert at.state(row) == "approved"
        assert "hallclient" not in at.said
        stocked(kit)
        await at.press("f3")
        assert at.state(row) == "assigned"
    kit.close()


# -- words and seal


async def test_what_is_no_day_and_no_amount_is_asked_again(kit: Kit) -> None:
    row = approved(kit, "co_setup")
    async with issuing(kit) as at:
        await at.press("f5")
        await at.type("大吉公司", "有限责任公司", "张三", "软件开发", "很多")
        assert at.said == t("certs.no-money", text="很多")
        await at.type("100万", "光谷大道1号")
        said = values_of(kit.store, certificate_row(kit.store, row["id"]))
        assert said["reg_cap"] == "100000000"
        assert said["name"] == "大吉公司"
    second = approved(kit, "health", applicant=OTHER)
    async with issuing(kit) as at:
        await at.at(second["id"])
        await at.press("f5")
        await at.type("张三", "光谷大道1号", "旅店", "后天")
        assert "后天" in at.said
        assert at.question
        await at.press("escape")
        assert at.state(second) == "assigned"


async def test_a_field_is_said_anew_until_it_is_sealed(kit: Kit) -> None:
    row = described(kit, approved(kit))
    async with issuing(kit) as at:
        await at.press("f5")
        await at.choose("items")
        await at.type("游泳场馆")
        assert values_of(kit.store, certificate_row(kit.store, row["id"]))["items"] == "游泳场馆"
        await at.press("f3", "f3", "f4", "f5")
        assert t("certs.why.sealed") in at.said


async def test_the_numbers_of_copies_may_be_others(kit: Kit) -> None:
    row = described(kit, approved(kit, "food"))
    async with issuing(kit) as at:
        await at.press("f3")
        await at.choose("other")
        await at.type("1", "99")
        assert "5" in at.said
        await at.type("3")
        await at.choose("yes")
        assert at.copies(row) == ["waiting"] * 4


async def test_what_keeps_it_from_being_sealed_is_told_beforehand(kit: Kit) -> None:
    row = described(kit, approved(kit))
    with kit.store.act("system", "") as tx:
        tx.db.execute("UPDATE case_file SET state = 'handling' WHERE id = ?", (row["case_file"],))
    async with issuing(kit) as at:
        await at.press("f3")
        assert not at.question
        assert "不是准予" in at.said


async def test_many_are_sealed_together_and_who_is_refused_is_told(kit: Kit) -> None:
    good = [described(kit, approved(kit, applicant=one)) for one in (DAJI, OTHER)]
    lacking = approved(kit, applicant=MEI)
    async with issuing(kit) as at:
        await at.press("a", "f3")
        await at.choose("yes")
        assert [at.state(one) for one in (*good, lacking)] == ["sealed", "sealed", "assigned"]
        assert t("certs.sealed-many", n=2) in at.said
        assert lacking["code"] in at.said
        assert not at.screen.marked


async def test_marked_ones_at_different_steps_are_not_done_together(kit: Kit) -> None:
    sealed(kit, approved(kit))
    approved(kit, applicant=OTHER)
    async with issuing(kit) as at:
        await at.go_to("open")
        await at.press("space", "space")
        assert len(at.screen.marked) == 2
        await at.press("f3")
        assert t("certs.why.mixed") in at.said
        await at.press("escape")
        assert not at.screen.marked
        assert isinstance(at.seat.app.screen, CertificatesScreen)


# -- handing over


async def test_what_one_applicant_has_waiting_goes_together(kit: Kit) -> None:
    rows = [certificate(kit, "ready", one) for one in ("health", "food")]
    other = certificate(kit, "ready", applicant=OTHER)
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.at(rows[0]["id"])
        await at.press("f3")
        await at.choose("all")
        await at.press("1")
        await at.type(ID)
        assert [at.state(one) for one in (*rows, other)] == ["handed", "handed", "ready"]


async def test_a_number_is_judged_as_it_is_typed(kit: Kit) -> None:
    row = certificate(kit, "ready", applicant=MEI)
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.press("f3", "1")
        for char in "42010019":
            await at.seat.pilot.press(char)
        await at.seat.pilot.pause()
        assert "现为 8 位" in at.text
        await at.type(ID)
        assert "都不同" in at.said
        await at.press("1")
        assert at.question.startswith("居民身份证")
        await at.type("420100198506074526")
        assert at.state(row) == "handed"


async def test_somebody_with_a_mandate_and_another_document(kit: Kit) -> None:
    row = certificate(kit, "ready")
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.press("f3")
        await at.choose("mandate")
        await at.type("李四", "2026-09-20 委托书")
        await at.press("down", "enter")
        await at.choose("passport_cn")
        await at.type("E12345678")
        assert at.state(row) == "handed"
    told = certificate_handover.receipt_of(kit.store, C1, row["id"])
    assert told is not None
    assert (told.name, told.kind, told.mandate) == ("李四", "passport_cn", "2026-09-20 委托书")


async def test_by_post_with_a_waybill(kit: Kit) -> None:
    row = certificate(kit, "ready")
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.press("f3")
        await at.choose("post")
        await at.type("SF1234567890", "")
        assert "地址" in at.said
        await at.press("3")
        await at.type("SF1234567890", "光谷大道1号")
        assert certificate_row(kit.store, row["id"])["delivery"] == "post"


async def test_the_pick_up_code_is_shown_for_a_while_and_that_is_recorded(kit: Kit) -> None:
    row = certificate(kit, "ready")
    async with issuing(kit) as at:
        await at.go_to("collect")
        before = kit.kinds().count("personal.viewed")
        await at.press("f7")
        code = certificate_handover.pickup_code(kit.store, C1, row["id"])
        assert pickup.grouped(code) in at.said
        assert kit.kinds().count("personal.viewed") == before + 2
        await at.press("escape")
        assert not at.said
        await at.go_to("open")
        assert row["id"] in at.rows


async def test_the_collection_slip_is_made_and_printed(kit: Kit, tmp_path: Path) -> None:
    row = certificate(kit, "ready")
    code = pickup.grouped(certificate_handover.pickup_code(kit.store, C1, row["id"]))
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.press("alt+l")
        paper = kit.store.row("SELECT * FROM paper WHERE kind = 'lzd'")
        assert paper is not None
        assert paper["number"] in at.said
        assert paper["printed"] == 1
    page = pypdfium2.PdfDocument(tmp_path / "printed" / f"{paper['number']}.pdf")[0]
    assert code in page.get_textpage().get_text_bounded()


# -- lists and search


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_list_is_reached_and_fits(kit: Kit, lang: str) -> None:
    for state in ("assigned", "sealed", "printing", "ready", "handed"):
        certificate(kit, state, applicant=DAJI._replace(name=f"武汉{state}有限公司"))
    async with issuing(kit, language=lang) as at:
        first = TABS.index(at.screen.shown)
        for n in range(len(TABS) + 1):
            assert at.screen.shown == TABS[(first + n) % len(TABS)]
            for size in (SMALL, LARGE):
                await at.seat.pilot.resize_terminal(*size)
                lines = at.text.split("\n")
                assert max(map(cell_width, lines)) <= size[0]
                assert len(lines) == size[1]
                assert "{" not in at.text
                assert "certs." not in at.text
                assert f"[{t(f'certs.tab.{at.screen.shown}')} " in at.text
            await at.press("tab")
        await at.press("f2", "shift+tab", "f4")
        assert language() == lang
        await at.press("ctrl+t")
        assert f"[{t(f'certs.tab.{at.screen.shown}')} " in at.text


async def test_it_is_found_by_anything_one_may_have(kit: Kit) -> None:
    row = certificate(kit, "ready", "food")
    certificate(kit, "ready", applicant=OTHER)
    code = certificate_handover.pickup_code(kit.store, C1, row["id"])
    number = kit.store.row("SELECT number FROM case_file WHERE id = ?", row["case_file"])
    assert number is not None
    async with issuing(kit) as at:
        begun = at.screen.shown
        for text in (
            pickup.grouped(code).lower(),
            row["code"],
            row["code"][:10],
            "whdj",
            "大吉",
            number["number"],
            "SP00000002",
        ):
            await at.search(text)
            assert [*at.rows] == [row["id"]], text
            await at.press("escape")
            assert at.screen.shown == begun
        await at.search("zzzz")
        assert at.said == t("certs.nothing-found")
        await at.press("escape", "escape")
        assert isinstance(at.seat.app.screen, DeskScreen)


async def test_a_scan_jumps_to_the_certificate(kit: Kit) -> None:
    row = certificate(kit, "ready", "co_setup")
    link = f"http://www.gsxt.gov.cn/index.html?uniscid={row['code']}"
    async with issuing(kit) as at:
        for scanned in (row["code"], link):
            await send(at.seat.pilot, scanned + "\r", gap=0.002)
            await at.seat.until(lambda: at.screen.shown.startswith("found."))
            await at.done()
            assert [*at.rows] == [row["id"]]
            await at.press("escape")
        await send(at.seat.pilot, "91420100MA4KXXXX1N\r", gap=0.002)
        await at.seat.until(lambda: at.said == t("certs.nothing-found"))


async def test_what_another_terminal_does_is_seen_and_decides(kit: Kit) -> None:
    row = described(kit, approved(kit))
    other = kit.again()
    async with issuing(kit) as at:
        await at.press("f3")
        certificate_seal.seal(other, clerk(2), row["id"])
        await at.seat.until(lambda: not at.rows)
        await at.choose("yes")
        assert "不能签章" in at.said
        assert at.state(row) == "sealed"
        await at.go_to("print")
        assert [*at.rows] == [row["id"]]
    other.close()


async def test_a_face_in_clear_is_recorded_and_wiped(kit: Kit) -> None:
    first, second = (certificate(kit, "sealed", applicant=one) for one in (MEI, OTHER))
    async with issuing(kit, size=LARGE) as at:
        assert "梅花" not in at.text
        before = kit.kinds().count("personal.viewed")
        await at.press("ctrl+e")
        assert "单位名称：梅花" in at.detail
        assert kit.kinds().count("personal.viewed") == before + 1
        await at.press("down")
        assert at.screen.entry is not None
        assert at.screen.entry.key == second["id"]
        await at.press("up")
        assert "梅花" not in at.text
        await at.press("ctrl+e", "escape")
        assert "梅花" not in at.text
        assert at.screen.entry.key == second["id"] or at.screen.entry.key == first["id"]


async def test_who_has_it_is_told_on_request(kit: Kit) -> None:
    certificate(kit, "handed")
    async with issuing(kit) as at:
        await at.go_to("handed")
        await at.press("f3")
        assert t("certs.why.handed") in at.said
        await at.press("ctrl+e")
        assert COUNTER.identity in at.said
        await at.press("escape")
        assert COUNTER.identity not in at.text


async def test_hostile_names_do_no_harm(kit: Kit) -> None:
    for name in PACKED[:12]:
        row = approved(kit, applicant=DAJI._replace(name=f"x{name}"))
        described(kit, row, items=f"y{name}", legal_rep=f"z{name}"[:60])
    async with issuing(kit, size=LARGE) as at:
        assert len(at.rows) == 12
        for _ in range(12):
            await at.press("ctrl+e")
            assert_harmless(at.text.replace("\n", ""))
            await at.press("f6", "escape", "down")
        await at.search(PACKED[3])
        assert_harmless(at.text.replace("\n", ""))


# -- who may, and from where


async def test_who_may_not_is_told_so(kit: Kit) -> None:
    approved(kit)
    async with seated(kit, ADMINISTRATOR) as seat:
        await seat.press("alt+z")
        assert isinstance(seat.app.screen, DeskScreen)
        assert t("why-not.role") in seat.said
    async with issuing(kit, AGENT) as at:
        for key in ("f3", "f5", "f6", "f8"):
            await at.press(key)
            assert t("why-not.role") in at.said
            assert not at.question


async def test_from_a_case_its_certificates_and_back(kit: Kit) -> None:
    case = decided(kit)
    case.move("grant")
    certificate(kit, "ready", applicant=OTHER)
    async with reviewing(kit, case) as at:
        await at.press("alt+z")
        screen = at.seat.app.screen
        assert isinstance(screen, CertificatesScreen)
        await at.seat.until(lambda: screen.seen is not None and screen.whole is not None)
        assert len(screen.seen.entries) == 1  # type: ignore[union-attr]
        await at.seat.press("alt+j")
        assert isinstance(at.seat.app.screen, ReviewScreen)
        await at.seat.press("escape", "escape")
        assert at.seat.app.screen is at.screen


async def test_a_supervisor_comes_from_the_live_view(kit: Kit) -> None:
    printing(kit, sealed(kit, approved(kit)))
    async with issuing(kit, SUPERVISOR) as at:
        assert at.screen.shown == "unknown"


async def test_from_here_to_the_other_screens_of_certificates_and_back(kit: Kit) -> None:
    certificate(kit, "ready")
    async with issuing(kit) as at:
        for key, screen in (("f9", CertificateLook), ("f10", StockScreen), ("alt+v", VerifyScreen)):
            await at.press(key)
            await at.seat.until(lambda wanted=screen: isinstance(at.seat.app.screen, wanted))  # type: ignore[misc]
            await at.seat.settle()
            await at.seat.press("escape")
            assert at.seat.app.screen is at.screen


async def test_a_long_text_is_read_on_while_something_is_asked(kit: Kit) -> None:
    rows = [sealed(kit, approved(kit, "food", applicant=one)) for one in (DAJI, OTHER, MEI)]
    assert rows
    async with issuing(kit, size=(80, 18)) as at:
        await at.press("a", "f3", "shift+down")
        assert at.question
        assert at.screen._about.scroll_offset.y > 0
        await at.press("shift+up", "shift+up")
        assert at.screen._about.scroll_offset.y == 0


async def test_every_key_does_something_and_has_its_words(kit: Kit) -> None:
    async with issuing(kit, size=LARGE) as at:
        ids = {one.id for one in of_screen(CERTIFICATES)}
        assert ids == set(at.screen._handlers)
        assert all(has(f"key.{one}") and has(f"key.{one}.help") for one in ids)
        await at.press("f3", "f5", "f6", "f7", "f8")
        assert t("certs.why.none") in at.said
        await at.press("question_mark")
        assert t("key.find_certificate.help")[:10] in at.seat.text
        await at.press("escape")
        await at.press("shift+down", "shift+up", "space", "a")
        assert not at.question
