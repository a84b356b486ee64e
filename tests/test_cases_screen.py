"""The screen of cases: lists by role, search, opening, each key and what is refused."""

import asyncio

import pytest

from hallclient.actions import case_amend, case_lists, case_notes, case_tasks, cases
from hallclient.actions.acting import Actor
from hallclient.actions.case_lists import LISTS
from hallclient.actions.case_notes import wait_on
from hallclient.rules.text import cell_width
from hallclient.texts import language, t
from screens.cases import CasesScreen
from screens.desk import DeskScreen
from screens.guide import GuideScreen
from screens.live import LiveScreen
from screens.review import ReviewScreen
from screens.widgets.content import Words
from screens.widgets.table import VirtualTable
from tests.caseskit import ONE, Scene, cases_of, cases_screen, go_to
from tests.deskkit import LARGE, SMALL, Seat, seated
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless


@pytest.fixture
def scene(kit: Kit) -> Scene:
    return Scene(kit)


def rows(seat: Seat) -> list[str]:
    """The keys of the rows on the right."""
    table = cases_screen(seat).query_one("#rows", VirtualTable)
    found = (table._rows[at] for at in range(table.row_count))
    return [row.key for row in found if row is not None]


def screen_of(seat: Seat) -> type:
    return type(seat.app.screen)


def asks(seat: Seat) -> bool:
    return seat.asking


async def choose(seat: Seat, key: str) -> None:
    assert cases_screen(seat).query_one("#rows", VirtualTable).select_key(key)
    await seat.settle()


def notes(scene: Scene, case: str) -> list[case_notes.Note]:
    return case_notes.notes(scene.kit.store, SUPERVISOR, case)


def urged(scene: Scene) -> int:
    row = scene.kit.store.row("SELECT urged FROM review_task WHERE department = 'environment'")
    assert row is not None
    return int(row["urged"])


def kinds(scene: Scene, kind: str) -> int:
    return scene.kit.kinds().count(kind)


# -- lists


@pytest.mark.parametrize(
    ("who", "lang"),
    [(ONE, "zh"), (AGENT, "en"), (SUPERVISOR, "en")],
    ids=lambda value: getattr(value, "role", value),
)
async def test_every_list_of_a_role_is_reached_and_fits(
    scene: Scene, who: Actor, lang: str
) -> None:
    async with cases_of(scene.kit, who, language=lang) as seat:
        screen = cases_screen(seat)
        seen = []
        await go_to(seat, LISTS[who.role][0])
        for at, one in enumerate(LISTS[who.role]):
            if at:
                await seat.press("f3")
            found = case_lists.filled(scene.kit.store, who, one)
            assert len(rows(seat)) == len(found if isinstance(found, list) else rows(seat))
            for size in (SMALL, LARGE) if at % 7 == 0 else (SMALL,):
                if size != seat.app.size:
                    await seat.pilot.resize_terminal(*size)
                text = seat.text
                assert max(map(cell_width, text.split("\n"))) <= size[0]
                assert "{" not in text
                assert "cases." not in text
                assert t(f"cases.list.{one}")[:4] in text
            if seat.app.size != SMALL:
                await seat.pilot.resize_terminal(*SMALL)
            seen.append(screen.shown)
        assert tuple(seen) == LISTS[who.role]
        await seat.press("f3")
        assert screen.shown == LISTS[who.role][0]
        await seat.press("f2")
        assert screen.shown == LISTS[who.role][-1]
        await seat.press("tab", "tab", "shift+tab")
        assert screen.shown == LISTS[who.role][0]


async def test_a_click_on_a_list_shows_it_and_a_double_click_on_a_case_opens_it(
    scene: Scene,
) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await seat.pilot.click("#lists", offset=(5, 3))
        await seat.settle()
        assert cases_screen(seat).shown == "work.to-accept"
        assert rows(seat) == [scene.silent["id"]]
        await seat.pilot.click("#rows", offset=(20, 2), times=2)
        await seat.until(lambda: screen_of(seat) is ReviewScreen)


async def test_it_begins_with_the_first_list_that_has_something(scene: Scene) -> None:
    scene.desk.put(scene.file["id"], "case_file", closed_at=scene.kit.clock.ms)
    async with cases_of(scene.kit, AGENT) as seat:
        assert cases_screen(seat).shown == "files.ready"
        assert rows(seat) == [scene.ready["id"]]


async def test_a_light_is_a_word_and_a_sign_beside_its_colour(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        for name, sign in (("overdue", "#"), ("red", "#"), ("yellow", "!"), ("paused", "-")):
            await go_to(seat, f"watch.{name}")
            assert f"▸{sign}{t(f'watch.light.{name}')}" in seat.text


async def test_the_chosen_case_tells_its_next_step_and_for_whom(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE, size=LARGE) as seat:
        await go_to(seat, "work.to-accept")
        detail = cases_screen(seat).query_one("#detail", Words)
        assert scene.silent["number"] in detail.text
        move = t("cases.next", who=t("turn.counter"), move="受理")
        assert move in detail.text
        assert t("guard.materials-open") in detail.text
        assert "09-21" in detail.text


async def test_what_another_hand_does_is_seen_without_a_key(scene: Scene) -> None:
    other = scene.kit.again()
    async with cases_of(scene.kit, ONE) as seat:
        await go_to(seat, "work.to-accept")
        before = rows(seat)
        cases.open_case(other, clerk(2), "SP082")
        scene.desk.put(scene.ready["id"], "case_file", state="received")
        await seat.until(lambda: len(rows(seat)) == len(before) + 1)
        assert scene.ready["id"] in rows(seat)
    other.close()


async def test_a_name_is_masked_and_what_is_in_it_does_no_harm(kit: Kit) -> None:
    for name in HOSTILE[:20]:
        cases.open_case(
            kit.store, ONE, "SP082", applicant=cases.Applicant("organisation", f"x{name}")
        )
    cases.open_case(kit.store, ONE, "SP082", applicant=cases.Applicant("person", "欧阳小明"))
    async with cases_of(kit, ONE, size=LARGE) as seat:
        assert len(rows(seat)) == 21
        assert_harmless(seat.text.replace("\n", ""))
        await seat.press("end")
        assert "小明" not in seat.text
        assert "欧" in seat.text


async def test_the_language_changes_everything(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR, size=LARGE) as seat:
        assert t("cases.list.watch.silence") in seat.text
        await seat.press("ctrl+t")
        assert language() == "en"
        assert t("cases.list.watch.silence") in seat.text
        assert t("cases.col-title") in seat.text
        assert "办件编号" not in seat.text


@pytest.mark.parametrize("size", [(40, 12), (200, 60)])
async def test_a_screen_of_any_size_shows_the_list_and_the_keys(
    scene: Scene, size: tuple[int, int]
) -> None:
    async with cases_of(scene.kit, ONE, size=size) as seat:
        lines = seat.text.split("\n")
        assert len(lines) == size[1]
        assert max(map(cell_width, lines)) <= size[0]
        assert t("cases.list.work.mine") in seat.text
        assert t("key.find_case") in lines[-1]


async def test_who_may_not_see_cases_is_told_so(kit: Kit) -> None:
    async with seated(kit, ADMINISTRATOR) as seat:
        await seat.press("alt+x")
        assert isinstance(seat.app.screen, DeskScreen)
        assert t("why-not.role") in seat.said
    async with seated(kit, SUPERVISOR) as seat:
        assert screen_of(seat) is LiveScreen
        await seat.press("alt+x")
        assert screen_of(seat) is CasesScreen
        await seat.press("escape")
        assert screen_of(seat) is LiveScreen


# -- lists of agents, departments, figures


async def test_an_agent_and_a_department_lead_to_their_cases_and_back(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        screen = await go_to(seat, "watch.agents")
        await choose(seat, "a01")
        assert t("watch.load-more", waiting=0, late=0) in seat.text
        await seat.press("enter")
        assert set(rows(seat)) == {scene.file["id"], scene.ready["id"]}
        await seat.press("escape")
        assert screen.shown == "watch.agents"
        await go_to(seat, "watch.departments")
        assert t("watch.urged", n=0) in seat.text
        await seat.press("f4")
        assert screen.shown == "department.environment"
        await seat.press("f5")
        assert t("cases.why.no-case") in seat.said
        await seat.press("escape", "escape")
        assert screen_of(seat) is LiveScreen


async def test_statistics_name_what_is_missing_and_say_how_they_count(scene: Scene) -> None:
    scene.desk.deficiency(scene.review, code="1.1")
    async with cases_of(scene.kit, SUPERVISOR, size=LARGE) as seat:
        await go_to(seat, "watch.by-reason")
        assert len(rows(seat)) == 1
        assert t("cases.days-of", first="2026-08-24", last="2026-09-22") in seat.text
        assert t("reviewfig.defects.formula")[:10] in seat.text
        await seat.press("f5")
        assert t("cases.why.no-case") in seat.said


# -- searching and opening


@pytest.mark.parametrize("typed", ["dhzz", "W01-0002"])
async def test_what_is_typed_is_found_in_the_same_list_and_enter_opens_it(
    scene: Scene, typed: str
) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        screen = cases_screen(seat)
        before = screen.shown
        await seat.press("slash")
        for char in typed:
            await seat.pilot.press(char)
        await seat.until(lambda: screen.shown == f"found.{typed}" and screen.filled is not None)
        await seat.until(lambda: rows(seat) == [scene.review["id"]])
        await seat.press("enter")
        await seat.until(lambda: isinstance(seat.app.screen, ReviewScreen))
        assert scene.review["number"] in seat.text
        await seat.press("escape")
        await seat.settle()
        assert screen.shown == f"found.{typed}"
        await seat.press("escape")
        assert screen.shown == before


async def test_enter_waits_for_all_that_was_typed(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await seat.press("slash")
        await seat.pilot.press(*"dhzz", "enter")
        await seat.until(lambda: isinstance(seat.app.screen, ReviewScreen))
        assert scene.review["number"] in seat.text


async def test_nothing_found_is_said_and_esc_leads_back(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        screen = cases_screen(seat)
        await seat.press("slash")
        await seat.type("没有这样的单位")
        assert seat.said == t("cases.nothing-found")
        await seat.press("escape")
        await seat.settle()
        assert screen.shown == "work.mine"
        assert not screen.query_one("#search").display
        assert screen.query_one("#rows").has_focus


async def test_a_person_is_found_by_the_whole_name_only(kit: Kit) -> None:
    made = cases.open_case(kit.store, ONE, "SP082", applicant=cases.Applicant("person", "欧阳小明"))
    async with cases_of(kit, clerk(2)) as seat:
        for typed, found in (("欧阳小", []), ("欧阳小明", [made["id"]])):
            await seat.press("slash")
            await seat.pilot.press(*typed)
            await seat.until(lambda typed=typed: cases_screen(seat).shown.endswith(typed))  # type: ignore[misc]
            await seat.settle()
            assert rows(seat) == found
            await seat.press("escape")
            await seat.settle()


async def test_on_return_from_a_case_the_list_is_read_again(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await go_to(seat, "work.to-accept")
        await seat.press("enter")
        assert screen_of(seat) is ReviewScreen
        scene.desk.put(scene.silent["id"], "case_file", state="correction")
        await seat.press("escape")
        await seat.until(lambda: rows(seat) == [])


async def test_a_scanned_paper_leads_to_its_case(scene: Scene) -> None:
    scene.desk.paper(scene.review, "gzs", "G20260922-W01-0001", "2026-09-22")
    async with cases_of(scene.kit, ONE) as seat:
        await seat.press("slash")
        await seat.type("G20260922-W01-0001")
        await seat.until(lambda: isinstance(seat.app.screen, ReviewScreen))
        assert scene.review["number"] in seat.text


# -- reminding


async def test_a_late_department_is_urged_with_one_key(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.steps")
        await seat.press("f5")
        assert urged(scene) == 1
        name = scene.kit.hall.departments["environment"].zh
        number = scene.review["number"]
        assert seat.said == t("cases.urged", name=name, n=1, case=number)
        await seat.press("f5")
        assert urged(scene) == 2


async def test_a_promise_is_reminded_of_with_one_key(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.promises")
        assert t("cases.not-reminded") in seat.text
        await seat.press("f5")
        assert seat.said == t("cases.reminder-kept", case=scene.review["number"])
        assert t("cases.reminded", at="09:00") in seat.text


async def test_of_another_case_it_is_asked_whom_and_kept(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await choose(seat, scene.review["id"])
        await seat.press("f5")
        assert seat.asking
        assert t("cases.remind-note") in seat.text
        await seat.press("1")
        assert urged(scene) == 1
        await seat.press("f5", "3")
        await seat.type("电话里请他补章程")
        newest = notes(scene, scene.review["id"])[0]
        assert (newest.kind, newest.text) == ("reminder", "电话里请他补章程")
        await choose(seat, scene.silent["id"])
        await seat.press("f5")
        await seat.type("已电话告知")
        assert notes(scene, scene.silent["id"])[0].kind == "reminder"


async def test_a_department_that_has_answered_meanwhile_is_not_urged(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await choose(seat, scene.review["id"])
        await seat.press("f5")
        case_tasks.opinion(scene.kit.store, clerk(2), scene.review["id"], "environment", "agreed")
        await seat.press("1")
        assert seat.said == t("refused.task-done", department="environment")
        assert urged(scene) == 0


# -- notes


async def test_what_is_escalated_comes_to_the_supervisor_who_settles_it(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await choose(seat, scene.silent["id"])
        await seat.press("f6", "enter")
        assert seat.asking
        await seat.type("申请人明天要开业")
        assert seat.said == t("cases.noted", kind=t("note.escalation"), case=scene.silent["number"])
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.escalations")
        key = notes(scene, scene.silent["id"])[0].id
        await choose(seat, key)
        await seat.until(lambda: "申请人明天要开业" in seat.text)
        await seat.press("alt+d")
        assert seat.said == t("cases.settled", case=scene.silent["number"])
        assert rows(seat) == [scene.escalated["id"]]


async def test_a_promise_to_the_applicant_wants_a_day_and_is_settled(scene: Scene) -> None:
    async with cases_of(scene.kit, AGENT) as seat:
        await go_to(seat, "files.ready")
        await seat.press("f9", "3")
        await seat.type("送到门口")
        assert seat.asking
        await seat.press("ctrl+u")
        await seat.type("明天")
        assert seat.said == t("refused.bad-day", day="明天")
        await seat.press("f9", "3")
        await seat.type("送到门口")
        await seat.press("enter")
        assert seat.said == t("cases.noted", kind=t("note.promise"), case=scene.ready["number"])
        await go_to(seat, "files.promised")
        assert len(rows(seat)) == 2
        await choose(seat, scene.ready["id"])
        assert "送到门口" in seat.text
        await seat.press("alt+d", "1")
        assert rows(seat) == [scene.file["id"]]
        await choose(seat, scene.file["id"])
        assert notes(scene, scene.ready["id"])[0].done_by == "a01"


async def test_a_remark_is_kept_and_a_file_waits_for_whom_it_is_said(scene: Scene) -> None:
    scene.desk.put(scene.file["id"], "case_file", state="prereview")
    case_notes.done(scene.kit.store, AGENT, notes(scene, scene.file["id"])[0].id)
    async with cases_of(scene.kit, AGENT) as seat:
        await go_to(seat, "files.prepare")
        await seat.press("f9", "1")
        await seat.type("材料在门卫处")
        assert notes(scene, scene.file["id"])[0].text == "材料在门卫处"
        await seat.press("f9", "4")
        await seat.press("1")
        await go_to(seat, "files.waiting")
        assert t("turn.applicant") in seat.text
        assert rows(seat) == [scene.file["id"]]
        await seat.press("alt+d")
        assert seat.said == t("cases.no-note", case=scene.file["number"])
    wait_on(scene.kit.store, AGENT, scene.file["id"], "")


async def test_a_question_given_up_leaves_everything_as_it_was(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.red")
        before = scene.kit.kinds()
        for keys in (("f5",), ("f6",), ("f7",), ("f8",), ("f9",), ("f9", "1"), ("alt+d",)):
            await seat.press(*keys)
            assert asks(seat), keys
            await seat.press("escape")
            assert not asks(seat)
            assert screen_of(seat) is CasesScreen
        assert scene.kit.kinds() == before


# -- who goes on with it


async def test_a_case_is_handed_to_a_colleague_with_a_note(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await choose(seat, scene.silent["id"])
        await seat.press("f7")
        await seat.type("c02")
        await seat.type("下午来取")
        assert scene.silent["number"] in seat.said
        assert "c02" in seat.said
        assert scene.silent["id"] not in rows(seat)
    note = notes(scene, scene.silent["id"])[0]
    assert (note.kind, note.to, note.text) == ("handover", "c02", "下午来取")


async def test_what_another_holds_is_refused_until_a_supervisor_takes_it_over(
    scene: Scene,
) -> None:
    async with cases_of(scene.kit, clerk(2)) as seat:
        await go_to(seat, "work.to-accept")
        await seat.press("f7")
        await seat.type("c03")
        await seat.press("enter")
        number = scene.silent["number"]
        assert seat.said == t("refused.case-held", number=number, holder="c01")
        await seat.press("f8")
        assert t("why-not.role") in seat.said
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "work.to-accept")
        await seat.press("f8", "enter")
        assert seat.asking
        await seat.type("经办人请假")
        assert seat.said == t("cases.taken", case=scene.silent["number"])
        await go_to(seat, "work.mine")
        assert rows(seat) == [scene.silent["id"]]


async def test_what_is_over_is_not_changed(scene: Scene) -> None:
    async with cases_of(scene.kit, AGENT) as seat:
        await go_to(seat, "files.finished")
        assert rows(seat) == [scene.over["id"]]
        for key in ("f5", "f6", "f7", "f9", "alt+d"):
            await seat.press(key)
            assert t("cases.why.closed") in seat.said
        await seat.press("enter")
        assert screen_of(seat) is ReviewScreen


# -- corrections


def proposed(scene: Scene, by: Actor = ONE) -> str:
    """A correction of the phone that waits for approval."""
    kit, case = scene.kit, scene.review["id"]
    scene.desk.put(case, "case_file", accepted_at=kit.clock.ms)
    whose = cases.applicant_in(kit.store, scene.review)._replace(phone="13900000002")
    return case_amend.propose(kit.store, by, case, whose, "抄错一位").id


async def test_a_correction_is_compared_and_approved_by_a_key_shown_only_there(
    scene: Scene,
) -> None:
    amendment = proposed(scene)
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.escalations")
        assert t("key.approve") not in seat.text
        await seat.press("alt+a")
        assert t("cases.why.no-amendment") in seat.said
        await go_to(seat, "watch.amendments")
        assert t("key.approve") in seat.text
        assert t("key.reject") in seat.text
        assert rows(seat) == [amendment]
        assert "抄错一位" in seat.text
        assert "13900000002" not in seat.text
        await seat.press("alt+a")
        assert "13800000001 → 13900000002" in seat.text
        assert kinds(scene, "personal.viewed") == 1
        await seat.press("escape")
        assert "13900000002" not in seat.text
        assert rows(seat) == [amendment]
        await seat.press("alt+a", "2")
        assert seat.said == t("cases.approved", case=scene.review["number"])
        assert rows(seat) == []
    row = scene.kit.store.row("SELECT * FROM case_file WHERE id = ?", scene.review["id"])
    assert row is not None
    assert cases.applicant_in(scene.kit.store, row).phone == "13900000002"


async def test_a_correction_is_turned_down_with_a_reason_by_somebody_else(scene: Scene) -> None:
    amendment = proposed(scene, SUPERVISOR)
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.amendments")
        await seat.press("alt+a", "2")
        assert seat.said == t("refused.amend-own")
    case_amend.withdraw(scene.kit.store, SUPERVISOR, amendment)
    proposed(scene)
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.amendments")
        await seat.press("alt+n", "enter")
        assert asks(seat)
        await seat.type("请附身份证")
        assert seat.said == t("cases.rejected", case=scene.review["number"])
        assert rows(seat) == []
    newest = case_amend.amendments(scene.kit.store, SUPERVISOR, scene.review["id"])[0]
    assert (newest.state, newest.answer) == ("rejected", "请附身份证")


# -- whom to call


async def test_a_phone_is_shown_on_asking_recorded_and_wiped(scene: Scene) -> None:
    async with cases_of(scene.kit, SUPERVISOR) as seat:
        await go_to(seat, "watch.promises")
        assert "13800000001" not in seat.text
        await seat.press("ctrl+e")
        assert "13800000001" in seat.said
        assert kinds(scene, "personal.viewed") == 1
        screen = cases_screen(seat)
        screen._revealed_until = 1e-9
        await seat.until(lambda: "13800000001" not in seat.text)


async def test_a_case_without_a_phone_says_so(kit: Kit) -> None:
    cases.open_case(kit.store, ONE, "SP082", applicant=cases.Applicant("person", ""))
    async with cases_of(kit, ONE) as seat:
        await seat.press("ctrl+e")
        number = kit.store.rows("SELECT number FROM case_file")[0]["number"]
        assert seat.said == t("cases.nobody-to-reach", case=number)


# -- the guide


def guide_of(seat: Seat) -> GuideScreen:
    assert isinstance(seat.app.screen, GuideScreen)
    return seat.app.screen


async def test_the_guide_leads_from_a_question_to_a_number_and_its_case(kit: Kit) -> None:
    async with cases_of(kit, AGENT) as seat:
        await seat.press("f10", "1", "1")
        assert "SP078" in seat.text
        assert t("guide.bring", n=8) in seat.text
        await seat.press("enter", "2")
        await seat.type("武汉大吉科技有限公司")
        await seat.until(lambda: isinstance(seat.app.screen, ReviewScreen))
        row = kit.store.rows("SELECT * FROM case_file")[0]
        visit = kit.store.rows("SELECT * FROM visit")[0]
        assert (row["visit"], row["title"], row["agent"]) == (
            visit["id"],
            "武汉大吉科技有限公司",
            "a01",
        )
        await seat.press("escape")
        assert visit["number"] in seat.said
        await go_to(seat, "files.prepare")
        assert rows(seat) == [row["id"]]


async def test_esc_goes_a_question_back_and_then_away(kit: Kit) -> None:
    async with cases_of(kit, ONE) as seat:
        await seat.press("f10")
        first = seat.text
        await seat.press("1")
        second = seat.text
        await seat.press("2", "escape")
        assert seat.text == second
        await seat.press("backspace")
        assert seat.text == first
        await seat.press("3", "escape", "escape")
        assert isinstance(seat.app.screen, CasesScreen)


async def test_the_guide_is_searched_and_says_when_nothing_is_found(kit: Kit) -> None:
    async with cases_of(kit, ONE) as seat:
        await seat.press("f10", "slash")
        await seat.type("qqqq")
        assert seat.said == t("cases.guide.nothing", text="qqqq")
        await seat.press("slash")
        await seat.type("餐饮")
        step = guide_of(seat).step
        assert step
        if isinstance(step, list):
            await seat.press("1")
        assert not isinstance(guide_of(seat).step, list)
        await seat.press("escape", "escape", "escape")
        assert isinstance(seat.app.screen, CasesScreen)


async def test_what_is_done_elsewhere_has_no_number(kit: Kit) -> None:
    async with cases_of(kit, ONE) as seat:
        await seat.press("f10", "1", "9")
        await seat.press("enter")
        assert seat.said == t("cases.guide.no-number")
        assert kit.store.rows("SELECT * FROM visit") == []


# -- keys


async def test_the_palette_and_the_key_map_know_the_keys_of_this_screen(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await seat.press("ctrl+p")
        await seat.type(t("key.escalate"))
        assert seat.asking
        await seat.press("escape", "question_mark")
        assert t("key.give_case.help")[:6] in seat.text
        await seat.press("escape")
        assert isinstance(seat.app.screen, CasesScreen)


async def test_keys_typed_ahead_keep_their_order(scene: Scene) -> None:
    async with cases_of(scene.kit, ONE) as seat:
        await choose(seat, scene.silent["id"])
        await seat.pilot.press("f6", *"急", "enter", "f3")
        async with asyncio.timeout(10):
            while cases_screen(seat).shown != "work.to-receive":
                await seat.pilot.pause()
        assert notes(scene, scene.silent["id"])[0].text == "急"
