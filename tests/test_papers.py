"""Documents of a case: what they say, how they are numbered, counted, sealed, delivered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from db.check import verify as verify_store
from db.store import Row
from hallclient.actions import case_papers, paper_pdf
from hallclient.actions.acting import acting
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_clocks import apply_in
from hallclient.actions.case_papers import COUNTER, ELECTRONIC, POST, deliver, make_in, receipt_in
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.case_title import Applicant
from hallclient.actions.cases import open_case
from hallclient.actions.editions import flow_in
from hallclient.rules.errors import Refused
from hallclient.rules.review.paper_body import FIELDS
from hallclient.rules.review.spec import PaperKind
from tests.hallkit import AGENT, Kit, clerk
from tests.paperkit import CLERK, COMPANY, body, made, opened, wanting

KINDS = ("sqd", "gzs", "slt", "rqs", "rqcn", "bys", "tbcx", "gzcn", "xkz", "byx", "sdhz", "lzd")


@pytest.fixture
def case(kit: Kit) -> Row:
    return opened(kit)


def events(kit: Kit, kind: str) -> list[dict[str, object]]:
    rows = kit.store.rows("SELECT body FROM event WHERE kind = ? ORDER BY pos", kind)
    return [json.loads(row["body"]) for row in rows]


def test_the_kinds_are_those_of_the_flow(kit: Kit, case: Row) -> None:
    assert tuple(flow_in(kit.store, case["flow"]).paper) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_says_everything_that_the_flow_asks_for(kit: Kit, case: Row, kind: str) -> None:
    spec = flow_in(kit.store, case["flow"]).paper[kind]
    row = made(kit, case["id"], kind, reason="理由", stamped=True)
    said = body(kit, row)
    assert set(spec.fields) <= set(said)
    assert row["number"] == f"{spec.prefix}20260922-W01-0001" == said["number"]
    assert (row["copies"], row["stamped"], row["printed"]) == (spec.copies, 1, 0)
    assert said["applicant"]["name"] == COMPANY.name
    assert said["case"] == case["number"]
    assert said["demo"] is True


def test_every_field_that_a_shipped_document_asks_for_is_known_and_used(
    kit: Kit, case: Row
) -> None:
    asked = {name for one in flow_in(kit.store, case["flow"]).papers for name in one.fields}
    assert asked == set(FIELDS)


def test_numbers_run_on_for_each_kind_window_and_day(kit: Kit, case: Row) -> None:
    numbers = [made(kit, case["id"], "sqd")["number"] for _ in range(3)]
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]
    assert made(kit, case["id"], "slt")["number"] == "SL20260922-W01-0001"
    assert made(kit, case["id"], "sqd", who=clerk(2))["number"] == "SJ20260922-W02-0001"
    assert made(kit, case["id"], "sqd", who=AGENT)["number"] == "SJ20260922-A01-0001"
    kit.pass_(minutes=24 * 60)
    assert made(kit, case["id"], "sqd")["number"] == "SJ20260923-W01-0001"


def test_two_documents_of_a_kind_in_one_step_have_two_numbers(kit: Kit, case: Row) -> None:
    made(kit, case["id"], "rqcn")
    with acting(kit.store, CLERK, "case.move") as tx:
        draft = CaseDraft(tx, case_row(kit.store, case["id"]))
        rows = [make_in(draft, kind, draft.facts()) for kind in ("rqcn", "rqs", "rqcn")]
        draft.write("case.moved")
    assert [row["number"] for row in rows] == [
        "RC20260922-W01-0002",
        "RQ20260922-W01-0001",
        "RC20260922-W01-0003",
    ]
    assert len({row["id"] for row in rows}) == 3


def test_a_notice_lists_what_is_missing_with_how_to_mend_it(kit: Kit, case: Row) -> None:
    wanting(
        kit,
        case["id"],
        [
            ("clerk", "", "", "请核对门牌号", "带房产证原件"),
            ("field", "address", "", "经营场所未填写", "在申请表上填写"),
            ("department", "market", "", "现场布局不符", "改布局后报告"),
            ("material", "4", "4.1", "", ""),
        ],
    )
    said = body(kit, made(kit, case["id"], "gzs", stamped=True))
    points = said["deficiencies"]
    assert [one["source"] for one in points] == [
        "material", "material", "field", "department", "clerk",
    ]  # fmt: skip
    first = points[0]
    assert first["what"]["zh"] == "食品经营许可申请书"
    assert first["wrong"]["zh"]
    assert first["wrong"]["en"]
    assert first["how"]["zh"]
    assert first["wrong"]["zh"] != first["how"]["zh"]
    assert first["copies"] == 1
    assert first["from"]["zh"] == "申请人"
    assert points[1]["no"] == 4
    assert points[2]["wrong"] == {"zh": "经营场所未填写", "en": "经营场所未填写"}
    assert points[3]["what"]["zh"] == kit.hall.departments["market"].zh
    assert said["until"] > "2026-10-10"
    assert said["promised"] == {
        "day": "2026-09-28", "limit": 3, "unit": "W", "provisional": True,
    }  # fmt: skip
    assert said["supervision"]
    assert said["window"]["phone"]


def test_a_notice_is_tied_to_what_it_tells_and_counted(kit: Kit, case: Row) -> None:
    first = made(kit, case["id"], "gzs")
    row = case_row(kit.store, case["id"])
    assert (row["round"], row["notices"]) == (1, 1)
    told = kit.store.rows("SELECT id, paper, round FROM deficiency ORDER BY id")
    assert [(one["paper"], one["round"]) for one in told] == [(first["id"], 1)]
    assert body(kit, first)["nth"] == 1
    wanting(kit, case["id"], [("clerk", "", "", "漏告知的一项", "补交")])
    second = made(kit, case["id"], "gzs", reason="新的事实")
    row = case_row(kit.store, case["id"])
    assert (row["round"], row["notices"]) == (2, 2)
    assert body(kit, second)["nth"] == 2
    assert body(kit, second)["reason"] == "新的事实"
    assert body(kit, first)["nth"] == 1  # frozen


def test_a_notice_of_the_pre_review_is_counted_apart(kit: Kit) -> None:
    row = open_case(kit.store, AGENT, "SP082", applicant=COMPANY)
    wanting(kit, row["id"], [("material", "1", "1.1", "", "")])
    said = body(kit, made(kit, row["id"], "gzs", who=AGENT))
    assert (said["received_at"], said["nth"]) == ("", 1)
    found = case_row(kit.store, row["id"])
    assert (found["round"], found["notices"]) == (1, 0)
    with acting(kit.store, CLERK, "case.edit") as tx:
        draft = CaseDraft(tx, case_row(kit.store, row["id"]))
        draft.case(received_at=tx.now)
        draft.write("case.moved")
    assert body(kit, made(kit, row["id"], "gzs", reason="预审后新发现"))["nth"] == 1
    found = case_row(kit.store, row["id"])
    assert (found["round"], found["notices"]) == (2, 1)


def test_what_a_document_says_is_sealed(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "bys", reason="不属于本机关职权范围的秘密理由")
    deliver(kit.store, CLERK, row["id"], POST, "王五六", waybill="EMS1234567", address="珞喻路")
    kit.close()
    data = b"".join(one.read_bytes() for one in kit.path.parent.glob("hall.db*"))
    for word in ("秘密理由", "李四", "王五六", "EMS1234567", "珞喻路", "13900001111"):
        assert word.encode() not in data


def test_numbers_of_people_are_masked_except_in_decisions(kit: Kit) -> None:
    whose = Applicant(name="张三", identity="420106199001011234")
    row = opened(kit, whose)
    assert body(kit, made(kit, row["id"], "gzs"))["applicant"]["identity"] == "420106********1234"
    assert body(kit, made(kit, row["id"], "byx"))["applicant"]["identity"] == whose.identity


def test_promises_and_gaps_are_told_where_they_belong(kit: Kit, case: Row) -> None:
    notice = body(kit, made(kit, case["id"], "rqs"))
    assert [(one["no"], one["due"]) for one in notice["gaps"]] == [(2, "2026-09-25")]
    assert notice["until"] == "2026-09-25"
    assert "终止" in notice["consequence"]["zh"]
    promise = body(kit, made(kit, case["id"], "rqcn", given={"no": "2"}))
    assert [one["no"] for one in promise["gaps"]] == [2]
    told = body(kit, made(kit, case["id"], "gzcn"))
    assert [one["no"] for one in told["told"]["materials"]] == [3]
    assert [(one["no"], one["due"]) for one in told["promise"]] == [(3, "2026-09-25")]


def test_acceptance_tells_both_limits(kit: Kit, case: Row) -> None:
    said = body(kit, made(kit, case["id"], "slt"))
    assert said["promised_due"]["day"] == "2026-09-28"
    assert said["legal_due"]["limit"] == 10
    assert said["legal_due"]["day"] > said["promised_due"]["day"]
    assert said["accepted_at"] == "2026-09-22T09:00"
    assert {one["no"] for one in said["materials"]} == {1, 2, 3}


def test_the_clock_that_this_very_step_starts_is_the_promised_day(kit: Kit) -> None:
    row = open_case(kit.store, CLERK, "SP082", applicant=COMPANY)
    with acting(kit.store, CLERK, "case.move") as tx:
        draft = CaseDraft(tx, case_row(kit.store, row["id"]))
        facts = draft.facts()
        apply_in(draft, ["start decide"], start=date(2026, 9, 18))
        paper = make_in(draft, "slt", facts, reason="逾期未告知,视为受理")
        draft.write("case.moved")
    said = body(kit, paper)
    clock = kit.store.rows("SELECT start, due FROM clock")[0]
    assert said["promised_due"]["day"] == clock["due"]
    # Deemed accepted (行政许可法 32 (4)): from the day of receipt, and so counts the law's limit.
    assert said["accepted_at"] == clock["start"] == "2026-09-18"
    calendar = calendar_of(kit.store)
    assert said["legal_due"]["day"] == calendar.due(date(2026, 9, 18), 10, "W").day.isoformat()


def test_a_proof_delivers_what_it_lists(kit: Kit, case: Row) -> None:
    receipt = made(kit, case["id"], "sqd")
    permit = made(kit, case["id"], "xkz")
    given = {"how": POST, "receiver": "王五", "waybill": "EMS9"}
    said = body(kit, made(kit, case["id"], "sdhz", given=given))
    assert [one["number"] for one in said["papers"]] == [permit["number"]]
    found = receipt_in(kit.store, paper_pdf.paper_row(kit.store, permit["id"]))
    assert found is not None
    assert (found.how, found.to, found.waybill, found.at) == (POST, "王五", "EMS9", kit.clock.ms)
    assert paper_pdf.paper_row(kit.store, receipt["id"])["delivered_at"] is None
    with pytest.raises(Refused, match="waybill-needed"):
        made(kit, case["id"], "sdhz", given={"how": POST, "papers": receipt["number"]})
    again = body(kit, made(kit, case["id"], "sdhz", given={"papers": permit["number"]}))
    assert [one["number"] for one in again["papers"]] == [permit["number"]]
    assert receipt_in(kit.store, paper_pdf.paper_row(kit.store, permit["id"])) == found


def test_decisions_tell_the_remedies(kit: Kit, case: Row) -> None:
    told = body(kit, made(kit, case["id"], "byx", reason="不符合条件"))
    assert told["reason"] == "不符合条件"
    assert (told["remedies"]["review_days"], told["remedies"]["suit_months"]) == (60, 6)
    granted = body(kit, made(kit, case["id"], "xkz", given={"decision": "准予经营热食"}))
    assert granted["decision"]["text"] == "准予经营热食"
    assert granted["decision"]["result"]["zh"] == kit.hall.items["SP082"].result


def test_a_flow_that_asks_for_what_nobody_knows_is_told(kit: Kit, case: Row) -> None:
    with acting(kit.store, CLERK, "case.move") as tx:
        draft = CaseDraft(tx, case_row(kit.store, case["id"]))
        facts = draft.facts()
        odd = PaperKind("sqd", "收件", "Receipt", "SJ", fields=("colour",))
        facts = replace(facts, flow=replace(facts.flow, papers=(odd,)))
        with pytest.raises(Refused, match=r"paper-field.*colour"):
            make_in(draft, "sqd", facts)
        with pytest.raises(Refused, match="no-such-paper"):
            make_in(draft, "gzs", facts)
        assert draft.set == []


def test_text_of_people_is_cleaned_on_the_way_in(kit: Kit, case: Row) -> None:
    said = body(kit, made(kit, case["id"], "bys", reason="\x1b[31m坏\u202e的\r\n第二行\x00 "))
    assert said["reason"] == "[31m坏的\n第二行"


def test_reading_a_document_is_an_event(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "sqd")
    before = len(events(kit, "personal.viewed"))
    case_papers.read(kit.store, CLERK, row["number"])
    assert len(events(kit, "personal.viewed")) == before + 1
    with pytest.raises(Refused, match="no-such-document"):
        case_papers.read(kit.store, CLERK, "SJ20260922-W01-0099")


def test_a_forgotten_person_leaves_a_document_without_content(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "sqd")
    with kit.store.act("admin") as tx:
        tx.destroy_key(case["id"])
    with pytest.raises(Refused, match="document-forgotten"):
        case_papers.pdf(kit.store, CLERK, row["id"])


# -- delivery and printing


def test_delivery_by_hand_is_recorded_once(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "gzs")
    done, proof = deliver(kit.store, CLERK, row["id"], COUNTER, signed=True)
    assert proof is None
    assert (done["delivered_at"], done["delivered_by"]) == (kit.clock.ms, "c01")
    receipt = receipt_in(kit.store, paper_pdf.paper_row(kit.store, row["id"]))
    assert receipt is not None
    assert (receipt.how, receipt.to, receipt.signed) == (COUNTER, "李四", True)
    assert events(kit, "paper.delivered")[-1]["how"] == COUNTER
    with pytest.raises(Refused, match="delivered-already"):
        deliver(kit.store, CLERK, row["id"], COUNTER)


def test_delivery_by_post_needs_its_waybill_and_may_be_proven(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "gzs")
    kit.pass_(minutes=90)
    with pytest.raises(Refused, match="waybill-needed"):
        deliver(kit.store, CLERK, row["id"], POST)
    at = kit.clock.ms - 3_600_000
    done, proof = deliver(
        kit.store, CLERK, row["id"], POST, "王五", waybill="EMS123", at=at, proof=True
    )
    assert done["delivered_at"] == at
    assert proof is not None
    said = body(kit, proof)
    assert [one["number"] for one in said["papers"]] == [row["number"]]
    assert (said["how"], said["receiver"]) == ("post", "王五")


@pytest.mark.parametrize(
    ("how", "to", "at", "code"),
    [
        ("pigeon", "李四", 0, "no-such-delivery"),
        (ELECTRONIC, "李四", -3_600_000, "delivery-time"),
        (ELECTRONIC, "李四", 3_600_000, "delivery-time"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(
    kit: Kit, case: Row, how: str, to: str, at: int, code: str
) -> None:
    row = made(kit, case["id"], "sqd")
    with pytest.raises(Refused, match=code):
        deliver(kit.store, CLERK, row["id"], how, to, at=kit.clock.ms + at)
    assert paper_pdf.paper_row(kit.store, row["id"])["delivered_at"] is None


def test_a_document_without_a_known_receiver_asks_for_one(kit: Kit) -> None:
    row = opened(kit, Applicant())
    paper = made(kit, row["id"], "sqd")
    with pytest.raises(Refused, match="receiver-needed"):
        deliver(kit.store, CLERK, paper["id"], COUNTER)


def test_delivery_after_the_case_has_ended(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "byx", reason="不符合")
    with acting(kit.store, CLERK, "case.move") as tx:
        draft = CaseDraft(tx, case_row(kit.store, case["id"]))
        draft.case(state="done_fail", closed_at=tx.now)
        draft.write("case.moved")
    done, _ = deliver(kit.store, clerk(2), row["id"], COUNTER)
    assert done["delivered_by"] == "c02"


def test_prints_are_counted_and_told_from_reprints(kit: Kit, case: Row) -> None:
    row = made(kit, case["id"], "gzs")
    assert case_papers.printed(kit.store, CLERK, row["id"])["printed"] == 1
    assert case_papers.printed(kit.store, CLERK, row["id"])["printed"] == 2
    told = [(one["copies"], one["again"]) for one in events(kit, "paper.printed")]
    assert told == [(2, False), (2, True)]


def test_the_store_is_right_after_all_of_it(kit: Kit, case: Row) -> None:
    for kind in KINDS:
        row = made(kit, case["id"], kind, reason="理由")
        case_papers.printed(kit.store, CLERK, row["id"])
        deliver(kit.store, CLERK, row["id"], COUNTER)
    report = verify_store(kit.store)
    assert report.ok, report.findings
