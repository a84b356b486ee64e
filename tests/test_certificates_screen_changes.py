"""Changes on the screen of certificates: asked for by one person, answered by another."""

from __future__ import annotations

import pytest

from hallclient.actions import certificate_changes
from hallclient.actions.certificate_rows import certificate_row, copies_of
from hallclient.rules.certificate.changes import CHANGES, possible
from hallclient.texts import t
from tests.casekit import C1, DAJI, SUPERVISOR
from tests.certkit import HEAD, certificate, changed, stocked
from tests.certscreenkit import issuing
from tests.deskkit import LARGE
from tests.hallkit import Kit

OTHER = DAJI._replace(name="武汉光谷餐饮有限公司")


@pytest.fixture(autouse=True)
def _hall(kit: Kit) -> None:
    kit.open(1)
    stocked(kit)


def pending(kit: Kit) -> list[certificate_changes.Asked]:
    return certificate_changes.pending(kit.store, SUPERVISOR)


@pytest.mark.parametrize("state", ["assigned", "sealed", "ready", "handed"])
async def test_only_what_is_possible_is_offered_with_its_reasons(kit: Kit, state: str) -> None:
    row = certificate(kit, state)
    async with issuing(kit) as at:
        await at.go_to("handed" if state == "handed" else "open")
        await at.press("f6")
        assert [*at.options] == [one.id for one in possible(row["state"])]
        first = next(iter(at.options))
        await at.press("1")
        assert tuple(at.options) == CHANGES[first].reasons


async def test_voided_by_two_people(kit: Kit) -> None:
    row = certificate(kit, "ready")
    async with issuing(kit) as at:
        await at.go_to("collect")
        await at.press("f6")
        await at.choose("void")
        await at.choose("duplicate")
        await at.type("已有一份")
        assert "等另一人复核" in at.said
        assert "作废待复核" in at.text
        await at.press("f6")
        assert t("certs.why.pending") in at.said
        await at.go_to("changes")
        await at.press("f3")
        assert t("why-not.role") in at.said
    async with issuing(kit, SUPERVISOR, size=LARGE) as at:
        await at.go_to("changes")
        assert "已有一份" not in at.text
        await at.press("f3")
        assert "已有一份" in at.detail
        assert next(iter(at.options)) == "no"
        await at.choose("confirm")
        assert at.state(row) == "void"
        assert not at.rows
    assert "personal.viewed" in kit.kinds()


async def test_nobody_answers_what_they_asked_for(kit: Kit) -> None:
    row = certificate(kit, "ready")
    async with issuing(kit, HEAD) as at:
        await at.go_to("collect")
        await at.press("f6")
        await at.choose("void")
        await at.choose("wrong-words")
        await at.type("")
        await at.go_to("changes")
        await at.press("f3")
        assert t("certs.why.own") in at.said
        assert not at.question
        await at.press("alt+w")
        assert at.said == t("certs.withdrawn", change="作废")
        assert at.state(row) == "ready"
        assert not at.rows
        await at.press("alt+w")
        assert t("certs.why.none") in at.said


async def test_turned_down_with_a_reason(kit: Kit) -> None:
    row = certificate(kit, "handed")
    certificate_changes.ask(kit.store, C1, row["id"], "damage", "unreadable")
    async with issuing(kit, SUPERVISOR) as at:
        await at.go_to("changes")
        await at.press("f3")
        await at.choose("reject")
        await at.type("字迹清楚")
        assert at.state(row) == "handed"
        assert not pending(kit)


async def test_lost_and_issued_again_with_the_same_code(kit: Kit) -> None:
    row = certificate(kit, "handed", "food")
    async with issuing(kit) as at:
        await at.go_to("handed")
        await at.press("f6")
        await at.choose("loss")
        await at.choose("stolen")
        await at.type("公告 2026-77", "")
        assert pending(kit)[0].announcement == "公告 2026-77"
    certificate_changes.confirm(kit.store, SUPERVISOR, pending(kit)[0].row["id"])
    async with issuing(kit) as at:
        assert at.screen.shown == "seal"
        assert t("certs.issue", n=2, why="遗失补领") in at.detail
        await at.press("f3", "f3")
        assert certificate_row(kit.store, row["code"])["state"] == "sealed"
        assert certificate_row(kit.store, row["code"])["version"] == 2


async def test_corrected_in_two_fields(kit: Kit) -> None:
    certificate(kit, "handed")
    async with issuing(kit, size=LARGE) as at:
        await at.go_to("handed")
        await at.press("f6")
        await at.choose("correct")
        await at.choose("our-mistake")
        await at.choose("legal_rep")
        await at.type("李四")
        await at.choose("until")
        await at.type("2032.1.5")
        await at.press("1")
        await at.type("")
        assert pending(kit)[0].words == {"legal_rep": "李四", "until": "2032-01-05"}
    async with issuing(kit, SUPERVISOR, size=LARGE) as at:
        await at.go_to("changes")
        assert "李四" not in at.text
        await at.press("f3")
        assert "李四" in at.detail
        await at.press("escape")
        assert "李四" not in at.text


async def test_a_correction_that_corrects_nothing_is_refused(kit: Kit) -> None:
    row = certificate(kit, "handed")
    async with issuing(kit) as at:
        await at.go_to("handed")
        await at.press("f6")
        await at.choose("correct")
        await at.choose("our-mistake")
        await at.choose("name")
        await at.type(DAJI.name)
        await at.press("1")
        await at.type("")
        assert "没有改动" in at.said
        assert not pending(kit)
        assert at.state(row) == "handed"


async def test_more_duplicates(kit: Kit) -> None:
    certificate(kit, "handed", "food")
    async with issuing(kit) as at:
        await at.go_to("handed")
        await at.press("f6")
        await at.choose("extra")
        await at.type("many", "")
        assert not pending(kit)
        assert "5" in at.said
        await at.press("f6")
        await at.choose("extra")
        await at.type("2", "")
        assert pending(kit)[0].copies == {"duplicate": 2}


async def test_what_was_called_back_comes_in(kit: Kit) -> None:
    row = certificate(kit, "handed")
    changed(kit, row, "revoke", "fraud")
    async with issuing(kit) as at:
        await at.search(row["code"])
        await at.press("f3")
        assert t("certs.why.ended") in at.said
        await at.press("f8", "1")
        assert [one["state"] for one in copies_of(kit.store, row["id"])] == ["recovered"]
