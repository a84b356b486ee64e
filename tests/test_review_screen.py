"""The review screen: what each key does to the case, and what is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hallclient.actions import (
    calling,
    case_deficiencies,
    case_link,
    case_notes,
    case_papers,
    cases,
    filings,
)
from hallclient.actions.editions import publish, shipped_checklists
from hallclient.rules.errors import Refused
from hallclient.rules.review.materials import count, open_points
from hallclient.rules.review.spec import Reason
from hallclient.rules.text import clean
from hallclient.texts import has, t
from screens.actions import REVIEW, of_screen
from screens.form import FormScreen
from screens.review import ReviewScreen
from tests.casekit import AGENT, C1, DAJI, SUPERVISOR, WANG, Case
from tests.deskkit import LARGE, SMALL, seated
from tests.hallkit import ADMINISTRATOR, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless
from tests.livekit import words
from tests.materialkit import promise
from tests.reviewkit import Review, reviewing
from tests.screen import send

C2 = clerk(2)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _windows(kit: Kit) -> None:
    kit.open(1, 2)


# -- the list by single keys


@pytest.mark.parametrize("checklist", sorted(shipped_checklists()))
async def test_every_checklist_is_run_through_by_one_key_a_line(kit: Kit, checklist: str) -> None:
    case = Case(kit, checklist, applicant=DAJI if checklist != "re_first" else WANG)
    spec = case.list
    async with reviewing(kit, case) as at:
        pressed = 0
        while open_points(case.facts) and pressed <= len(spec.materials) + len(spec.conditions):
            await at.press("space")
            pressed += 1
        assert pressed <= len(spec.materials) + len(spec.conditions)
        done = count(case.facts)
        assert (done.settled, done.unsure) == (len(spec.materials), 0)
        assert at.said == t("review.all-checked", n=len(spec.materials))


def twelve(kit: Kit) -> Case:
    """A case of twelve materials: a list that is longer than any that ships."""
    base = shipped_checklists()["co_holder"]
    more = tuple(
        replace(one, no=one.no + 8, reasons=tuple(map(renumbered, one.reasons)))
        for one in base.materials[:4]
    )
    longer = replace(base, id="long", materials=(*base.materials, *more))
    publish(kit.store, ADMINISTRATOR, longer)
    return Case(kit, "long")


def renumbered(reason: Reason) -> Reason:
    no, _, n = reason.code.partition(".")
    return replace(reason, code=f"{int(no) + 8}.{n}")


async def test_twelve_materials_take_at_most_twenty_keys(kit: Kit) -> None:
    """One fails, the conditions are answered one by one, the rest passes together."""
    case = twelve(kit)
    keys = ["space", "1", "f2"]
    async with reviewing(kit, case) as at:
        assert len(case.facts.materials) == 12
        await at.press(*keys)
        while any(one.kind == "condition" for one in open_points(case.facts)):
            key = "n" if at.at.startswith("condition") else "f2"
            await at.press(key)
            keys.append(key)
        await at.press("a")
        keys.append("a")
        left = {one.no: one.state.value for one in case.facts.materials}
        assert set(left.values()) <= {"passed", "failed", "unneeded"}
        assert list(left.values()).count("failed") == 1
        assert len(keys) <= 20, keys


async def test_every_paper_by_itself_takes_less_than_two_keys_each(kit: Kit) -> None:
    case = twelve(kit)
    async with reviewing(kit, case) as at:
        n = 0
        while open_points(case.facts):
            await at.press("space")
            n += 1
        assert n <= 20


async def test_a_reason_is_taken_away_by_the_same_key(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("1")
        assert at.state(1) == "failed"
        assert "✗" in at.text
        await at.press("2")
        assert case.facts.material(1)[1].reasons == ("1.1", "1.2")
        await at.press("1", "2")
        assert at.state(1) == "received"
        await at.press("9")
        assert at.said == t("review.no-such-reason", n=9, most=2)
        assert at.state(1) == "received"


async def test_own_words_join_the_reasons_of_the_list(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("1", "x")
        await at.type("[red]=1+1")
        assert case.facts.material(1)[1].reasons == ("1.1", "other")
        assert "[red]=1+1" in at.text
        await at.press("2")
        assert case.facts.material(1)[1].reasons == ("1.1", "other", "1.2")


async def test_a_paper_of_an_open_condition_answers_it(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.go_to("material:6")
        await at.press("space")
        assert at.state(6) == "passed"
        assert list(case.facts.answers.values()).count(True) >= 1
        condition = case.list.conditions[0].id
        await at.go_to(f"condition:{condition}")
        await at.press("u")
        assert condition not in case.facts.answers
        await at.press("n")
        assert case.facts.answers[condition] is False


async def test_a_paper_is_promised_in_a_few_keys(kit: Kit) -> None:
    case = Case(kit)
    tolerable = next(one.no for one in case.list.materials if one.tolerable)
    async with reviewing(kit, case) as at:
        await at.press("t")
        assert at.said == t("refused.not-tolerable", no=1)
        await at.go_to(f"material:{tolerable}")
        await at.press("t", "enter", "1")
        assert at.state(tolerable) == "tolerated"
        assert len(case.facts.open_promises) == 1
        assert any(key.startswith("promise:") for key in at.rows)
        await at.go_to(f"promise:{case.facts.promises[0].id}")
        await at.press("f8", "1")
        assert at.said == t("review.reminded")
        await at.press("f8", "3")
        await at.type("改为现场提交")
        assert case.facts.promises[0].state == "withdrawn"
        assert at.state(tolerable) == "due"


async def test_a_day_that_is_none_is_asked_for_again(kit: Kit) -> None:
    case = Case(kit)
    tolerable = next(one.no for one in case.list.materials if one.tolerable)
    async with reviewing(kit, case) as at:
        await at.go_to(f"material:{tolerable}")
        await at.press("t")
        await at.type("明天")
        assert at.question
        await at.press("escape")
        assert case.facts.promises == ()


async def test_exempt_asks_where_it_was_verified(kit: Kit) -> None:
    case = Case(kit)
    exempt = next(one.no for one in case.list.materials if one.exempt)
    async with reviewing(kit, case) as at:
        await at.go_to(f"material:{exempt}")
        await at.press("e")
        await at.type("市场监管系统 420111")
        assert at.state(exempt) == "exempt"
        assert any("420111" in cell for cell in at.rows[f"material:{exempt}"].cells)


async def test_received_returned_and_back(kit: Kit) -> None:
    case = Case(kit, "re_transfer")
    back = next(one.no for one in case.list.materials if one.return_original)
    async with reviewing(kit, case) as at:
        await at.go_to(f"material:{back}")
        await at.press("r")
        assert at.state(back) == "received"
        await at.go_to(f"material:{back}")
        await at.press("space")
        await at.go_to(f"material:{back}")
        await at.press("g")
        assert at.state(back) == "returned"
        await at.go_to(f"material:{back}")
        await at.press("u", "u")
        assert at.state(back) == "due"


async def test_enter_offers_what_can_be_done_with_a_line(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("enter")
        assert at.question == t("desk.menu")
        await at.press("1")
        assert at.state(1) == "passed"


async def test_how_a_paper_was_handed_in(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("i", "2", "1")
        await at.type("3")
        assert at.state(1) == "received"
        fact = case.facts.material(1)[1]
        assert (fact.form, fact.medium, fact.copies) == ("copy", "paper", 3)
        assert t("review.as-given", form="复印件", n=3, medium="纸质") in at.text
        await at.press("space")
        await at.go_to("material:1")
        await at.press("i", "1", "1")
        await at.type("很多")
        assert at.said == t("refused.bad-copies", copies="很多")
        await at.press("i", "1", "1")
        await at.type("1")
        assert at.state(1) == "passed", "what has passed stays passed"
        assert case.facts.material(1)[1].form == "original"


# -- files


async def test_a_file_is_attached_by_its_path_and_comes_back(kit: Kit, tmp_path: Path) -> None:
    case = Case(kit)
    scan = tmp_path / "营业执照 1.pdf"
    scan.write_bytes(PDF)
    async with reviewing(kit, case) as at:
        await at.press("f7")
        assert at.question == t("review.ask-file", no=1)
        await at.type(f"'{scan}'")
        assert at.state(1) == "received"
        file = next(key for key in at.rows if key.startswith("file:"))
        await at.go_to(file)
        await at.press("f9", "1")
        out = tmp_path / "out.pdf"
        await at.type(str(out))
        assert out.read_bytes() == PDF
        await at.press("f9", "1")
        await at.type(str(out))
        await at.press("1")
        assert out.read_bytes() == PDF, "not replaced unless that is said"
        await at.press("f9", "2", "2")
        assert not any(key.startswith("file:") for key in at.rows)


async def test_a_file_that_is_none_is_told(kit: Kit, tmp_path: Path) -> None:
    case = Case(kit)
    text = tmp_path / "a.txt"
    text.write_text("x" * 50)
    async with reviewing(kit, case) as at:
        await at.press("f7")
        await at.type(str(text))
        assert at.said == t("refused.file-kind")
        await at.press("f7")
        await at.type(str(tmp_path / "none.pdf"))
        assert at.said.startswith(words("refused.attached-unreadable", file="none.pdf"))
        assert at.state(1) == "due"


# -- steps


async def test_from_the_first_paper_to_the_result(kit: Kit) -> None:
    """Taken in, accepted, granted, result handed over, each by F3 twice."""
    case = Case(kit, "si_reg")
    async with reviewing(kit, case) as at:
        await at.press("space", "space", "space", "space")
        assert t("review.seal") not in at.question
        for state in ("received", "accepted", "done_pass", "issued"):
            await at.press("f3", "f3")
            assert case.state == state, at.said
        await at.press("f3", "1", "enter", "1")
        assert case.state == "delivered", at.said
        await at.press("f3", "f3")
        assert case.state == "archived"
        assert t("review.over") in at.text
        await at.press("space")
        assert t("review.over") in at.said


async def test_what_is_done_on_the_spot_is_one_step(kit: Kit) -> None:
    case = Case(kit, "seal")
    case.settle()
    async with reviewing(kit, case) as at:
        await at.press("f4", "1", "1")
        assert case.state == "done_pass", at.said
        assert len(case.facts.papers) == 3


async def test_a_step_that_cannot_be_made_says_why(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("space", "f3", "f3")
        assert case.state == "received"
        await at.press("f4")
        labels = [one.label for one in at.screen.ask._choices.options]
        assert t("guard.materials-open") in {one.why for one in at.screen.ask._choices.options}
        number = labels.index("受理") + 1
        await at.press(str(number))
        assert at.question, "still asked"
        await at.press("escape")
        assert case.state == "received"


async def test_a_step_that_wants_a_reason_asks_for_it(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("space", "f3", "f3", "f4")
        place = [one.key for one in at.screen.ask._choices.options].index("refuse_accept") + 1
        await at.press(str(place))
        await at.type("不属于本机关职权范围")
        await at.type("武汉市市场监督管理局")
        await at.press("1")
        assert case.state == "refused_accept", at.said
        body = case_papers.read(kit.store, C1, case.facts.papers[-1].id).body
        assert body["competent"] == "武汉市市场监督管理局"


async def test_the_notice_is_looked_at_before_it_is_made(kit: Kit) -> None:
    case = Case(kit, by=AGENT)
    async with reviewing(kit, case, AGENT) as at:
        await at.press("1", "f5")
        assert "1 " in at.text
        shown = t("review.ask-notice", n=len(case.facts.open_deficiencies))
        assert at.question == shown
        await at.press("2")
        assert not case.facts.papers
        await at.press("f5", "1")
        assert [one.kind for one in case.facts.papers] == ["gzs"]
        assert all(one.paper for one in case.facts.open_deficiencies)


async def test_a_second_notice_asks_why(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("1", "f3", "f3", "f5", "1")
        assert case.state == "correction"
        await at.press("a")
        await at.go_to("material:1")
        await at.press("space")
        while case.state == "correction":
            await at.press("f2", "n" if at.at.startswith("condition") else "space")
        assert case.state == "corrected"
        await at.go_to("material:1")
        await at.press("r", "1", "f5")
        assert at.question == t("review.ask-second")
        await at.type("补正的材料又有新问题")
        await at.press("1")
        assert case.state == "correction"
        assert case.now["notices"] == 2


async def test_departments_answer_return_and_join(kit: Kit) -> None:
    case = Case(kit, "co_setup").settle()
    case.move("receive")
    case.move("accept")
    first, *others = [one.department for one in case.facts.tasks]
    async with reviewing(kit, case) as at:
        await at.go_to(f"task:{first}")
        await at.press("f10", "4")
        assert case.kit.store.row("SELECT urged FROM review_task WHERE urged = 1")
        await at.press("f10", "3", "1")
        await at.press("1", "1")
        await at.press("enter")
        assert case.facts.tasks[0].state == "returned", at.said
        for one in others:
            await at.go_to(f"task:{one}")
            await at.press("f10", "1", "enter")
        await at.press("f5", "1")
        assert case.state == "mending", at.said
        await at.go_to("material:1")
        await at.press("space")
        assert case.state == "handling"
        await at.go_to(f"task:{first}")
        if case.facts.tasks[0].state == "returned":
            await at.press("f10")
        await at.press("f10", "1", "enter")
        await at.press("f3", "f3")
        assert case.state == "done_pass", at.said


# -- documents


async def test_a_document_is_printed_saved_read_and_delivered(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(kit)
    monkeypatch.setenv("HALLCLIENT_DOCUMENT_PRINTER", f"file:{tmp_path}")
    async with reviewing(kit, case) as at:
        await at.press("1", "f3", "f3", "f5", "1")
        paper = case.facts.papers[-1]
        await at.go_to(f"paper:{paper.id}")
        await at.press("f9", "1")
        assert (tmp_path / f"{paper.number}.pdf").read_bytes().startswith(b"%PDF")
        assert at.rows[f"paper:{paper.id}"].cells[3] == t("review.printed", n=1)
        await at.press("f9", "3")
        assert at.question == t("review.reading")
        assert paper.number in at.text
        await at.press("enter")
        await at.press("f9", "4", "1", "enter", "2")
        assert case.facts.papers[-1].delivered_at is not None, at.said
        await at.press("f9")
        assert at.screen.ask._choices.options[3].why


async def test_without_a_printer_it_says_so(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(kit)
    monkeypatch.setenv("HALLCLIENT_DOCUMENT_PRINTER", "none")
    async with reviewing(kit, case) as at:
        await at.press("space", "f3", "f3", "f9", "1")
        assert at.said == t("refused.document-printer-none")


# -- notes, hands


async def test_notes_and_promises_to_the_applicant(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("f8", "1")
        await at.type("下午电话联系")
        await at.press("f8", "3")
        await at.type("明天答复")
        await at.press("enter")
        notes = case_notes.notes(kit.store, C1, case.id)
        assert [(one.kind, one.due) for one in notes] == [("promise", "2026-09-23"), ("note", "")]
        await at.go_to(f"note:{notes[0].id}")
        await at.press("f8", "1")
        assert case_notes.notes(kit.store, C1, case.id)[0].done_at is not None


async def test_a_case_goes_to_a_colleague_and_is_taken_over(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("f8", "6")
        await at.type("c02")
        await at.type("材料齐了")
        assert case.now["holder"] == "c02"
        await at.press("space")
        assert at.said.startswith(words("refused.case-held", number=case.row["number"]))
        assert at.state(1) == "due"
    async with reviewing(kit, case, SUPERVISOR, work=False) as at:
        await at.press("f8", "8")
        await at.type("c02 请假")
        assert case.now["holder"] == SUPERVISOR.operator


async def test_who_files_is_said_and_shown_for_a_moment(kit: Kit) -> None:
    case = Case(kit, "ind_setup", applicant=WANG)
    async with reviewing(kit, case) as at:
        assert "王伟" not in at.text
        await at.press("ctrl+e")
        assert "王伟" in at.said
        assert "personal.viewed" in kit.kinds()
        await at.press("m", "1")
        await at.type("王小伟")
        for _ in range(5):
            await at.press("enter")
        assert cases.applicant_of(kit.store, C1, case.id).name == "王小伟"
        assert "王小伟" not in at.text


async def test_the_form_of_the_case_is_begun_and_opened(kit: Kit) -> None:
    case = Case(kit, "tax_cross")
    async with reviewing(kit, case) as at:
        await at.press("f6")
        await at.seat.until(lambda: isinstance(at.seat.app.screen, FormScreen))
        assert case.now["filing"] is not None
        await at.seat.press("escape")
        assert at.seat.app.screen is at.screen
    other = filings.new(kit.store, C1, "cross-region-tax")
    with pytest.raises(Refused, match="filed-already"):
        case_link.file_with(kit.store, C1, case.id, other["id"])


async def test_what_has_no_form_says_so(kit: Kit) -> None:
    async with reviewing(kit, Case(kit)) as at:
        await at.press("f6")
        assert at.said == t("review.no-form")


# -- agents, others


async def test_an_agent_never_decides(kit: Kit) -> None:
    case = Case(kit, by=AGENT).settle(AGENT)
    async with reviewing(kit, case, AGENT) as at:
        for _ in range(3):
            await at.press("f3")
            if at.question:
                await at.press("f3")
        assert case.state == "prereview_ok"
        await at.press("f4")
        offered = {one.key for one in at.screen.ask._choices.options if not one.why}
        assert offered == {"withdraw"}


async def test_what_another_hand_does_is_seen(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case, SUPERVISOR, work=False) as at:
        case.mark(1, "passed")
        await at.seat.until(lambda: at.rows["material:1"].style == "good")


async def test_keys_typed_into_a_question_are_its_answer(kit: Kit) -> None:
    case = Case(kit)
    async with reviewing(kit, case) as at:
        await at.press("x")
        await send(at.seat.pilot, "a1 n", gap=0.2)
        await at.press("enter")
        assert case.facts.material(1)[1].reasons == ("other",)
        assert set(case.facts.answers) == {"organisation"}


TEXTS = [one for one in HOSTILE if clean(one).strip()]


@pytest.mark.parametrize("first", range(0, len(TEXTS), 25))
async def test_what_citizens_wrote_is_text(kit: Kit, first: int) -> None:
    """As a name, as a defect in own words, as notes; in the list, in full, in the notice."""
    texts = TEXTS[first : first + 25]
    case = Case(kit, applicant=DAJI._replace(name=texts[0]))
    case.mark(1, "failed", note=texts[-1])
    for text in texts:
        case_notes.note(kit.store, C1, case.id, "note", text)
    async with reviewing(kit, case, size=LARGE) as at:
        assert_harmless(at.text)
        for key in [key for key in at.rows if key.startswith("note:")]:
            await at.go_to(key)
            assert_harmless(at.text)
        await at.press("f5")
        assert_harmless(at.text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_line_has_its_detail(kit: Kit, size: tuple[int, int], language: str) -> None:
    """Also of a case with everything in it; nothing falls out of the screen."""
    case = full(kit)
    async with reviewing(kit, case, SUPERVISOR, size=size, language=language, work=False) as at:
        kinds = set()
        for key in at.rows:
            kinds.add(key.partition(":")[0])
            await at.go_to(key)
            assert at.screen._detail.text, key
            assert "review." not in at.text
            assert "{" not in at.text
        assert kinds >= {"material", "promise", "task", "clock", "paper", "note", "deficiency"}


def full(kit: Kit) -> Case:
    """A case with lines of nearly every kind."""
    case = Case(kit, "proj_plan")
    case.settle()
    no = next(one.no for one in case.list.materials if one.tolerable)
    case.mark(no, "due")
    promise(case, no)
    case_notes.note(kit.store, C1, case.id, "promise", "明天答复", due="2026-09-23")
    case.move("receive")
    case.move("accept_tolerant")
    case_deficiencies.add(kit.store, C1, case.id, text="图纸缺页", how="补第三页")
    return case


async def test_every_action_of_the_screen_has_its_words(kit: Kit) -> None:
    async with reviewing(kit, Case(kit)) as at:
        for action in of_screen(REVIEW):
            assert has(action.label_key)
            assert action.id in at.screen._handlers, action.id


# -- from the desk


async def test_a_number_opens_its_case_at_the_first_open_point(kit: Kit) -> None:
    """The pre-review travels with the number (预审随号)."""
    case = Case(kit, by=AGENT)
    case.mark(1, "passed", AGENT)
    case.mark(2, "passed", AGENT)
    case.move("begin_prereview", AGENT)
    number = kit.take(case.list.item).number
    case_link.link(kit.store, AGENT, case.id, number)
    calling.call_chosen(kit.store, C1, number, "带办件来")
    async with seated(kit, C1) as seat:
        assert case.row["number"] in seat.text
        assert t("desk.case-open", n=4) in seat.text
        await seat.press("alt+j")
        await seat.until(lambda: isinstance(seat.app.screen, ReviewScreen))
        assert isinstance(seat.app.screen, ReviewScreen)
        at = Review(seat, case, seat.app.screen)
        assert at.at == "material:3"
        assert number in at.text
        assert case.now["holder"] == "c01"


# -- corrections, steps taken back


async def test_a_correction_is_compared_and_approved_by_another(kit: Kit) -> None:
    case = Case(kit).accepted()
    async with reviewing(kit, case) as at:
        await at.press("m", "2")
        await at.type("武汉大利科技有限公司")
        for _ in range(6):
            await at.press("enter")
        assert at.question == t("review.ask-amend")
        await at.type("名称写错一个字")
        assert at.said == t("review.amend-proposed")
        assert "武汉大吉" in at.text
        await at.go_to(next(key for key in at.rows if key.startswith("amendment:")))
        await at.press("m")
        assert at.screen.ask._choices.options[0].why == t("review.own-amend")
        await at.press("escape")
    async with reviewing(kit, case, SUPERVISOR, work=False) as at:
        await at.press("m")
        assert "武汉大利" in at.text
        await at.press("1")
        assert at.said == t("review.amend-approve")
        assert case.now["title"] == "武汉大利科技有限公司"


async def test_a_step_is_taken_back_by_its_key(kit: Kit) -> None:
    case = Case(kit).settle()
    async with reviewing(kit, case) as at:
        kit.pass_(5)
        await at.press("f3", "f3")
        assert case.state == "received"
        kit.pass_(1)
        await at.press("ctrl+z")
        assert case.state == "draft", at.said
        await at.press("ctrl+z")
        assert at.said.startswith(words("refused.no-step-to-undo", number=case.row["number"]))
