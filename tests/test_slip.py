"""The slip: what it says, its code that any window can check, and the paper that comes out."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallclient.actions import paper, slips, taking, tickets
from hallclient.actions.tickets import Request
from hallclient.rules import slip_code
from hallclient.rules.catalogue import Policy
from hallclient.rules.errors import Refused
from hallclient.rules.scan import ScanKind, route
from hallclient.rules.slip import (
    Facts,
    Line,
    Service,
    Slip,
    Square,
    lay_out,
    paper_width,
    wait_range,
)
from hallclient.rules.text import narrow
from hallclient.rules.wrap import wrap
from hallclient.texts import text_in
from tests import slippaper
from tests.cards import identity
from tests.hallkit import AGENT, Kit, clerk
from tests.hostile import HOSTILE, assert_harmless

WIDTHS = [80, 58]
LANGUAGES = ["zh", "en"]


def facts(**more: object) -> Facts:
    given = {
        "hall": "光谷政务服务中心",
        "day": "2026-09-22",
        "number": "A032",
        "taken": "2026-09-22 09:00:00",
        "services": [Service("企业设立登记", "企业登记（一口式）", ["1", "2"])],
        "barcode": "20260922A032",
        "qr": "HC1.E",
    }
    return Facts(**{**given, **more})  # type: ignore[arg-type]


def qr_of(slip: Slip) -> str:
    return next(part.content for part in slip.parts if isinstance(part, Square))


# -- what it says


def test_a_slip_says_what_the_hall_promised(kit: Kit) -> None:
    kit.open(1)
    for _ in range(2):
        kit.take("setup")
    ticket = taking.take(kit.store, AGENT, Request([kit.item("setup")]))
    made = slips.slip_of(kit.store, ticket.number, machine="k01")
    text = made.text
    assert "光谷政务服务中心" in text
    assert "A003" in text.splitlines()
    assert "您前面还有 2 人在等待" in text
    assert "企业设立登记" in text
    assert "窗口 1" in text
    assert "2026-09-22 09:00:00 k01" in text
    assert "20260922A003" in text
    visit = kit.visit("A003")
    assert 0 <= visit["promised_low"] < visit["promised_high"]
    span = wait_range(visit["promised_low"], visit["promised_high"], partial(text_in, "zh"))
    assert f"预计等候：{span}" in text


def test_the_rule_for_missed_numbers_is_the_halls_own(kit: Kit) -> None:
    other = kit.policy._replace(passed_expires_ms=600_000, reinstate_after_calls=7)
    say = partial(text_in, "zh")
    told = lay_out(facts(), other, say, 48).text.replace("\n", "")
    assert "10 分钟内" in told
    assert "再叫 7 位" in told
    void = lay_out(facts(), other._replace(reinstate_max=0), say, 48).text
    assert "过号作废，请重新取号" in void


def test_a_claim_is_to_be_verified_and_a_card_is_not(kit: Kit) -> None:
    kit.take("setup", claimed="disabled")
    assert "请到咨询台核验" in slips.slip_of(kit.store, "A001").text
    tickets.verify_priority(kit.store, AGENT, "A001", "disabled", "残疾人证")
    told = slips.slip_of(kit.store, "A001").text
    assert "请到咨询台核验" not in told
    assert "优先：残疾人" in told


def test_a_booking_and_all_services_of_a_joint_matter(kit: Kit) -> None:
    kit.take("setup", slot=kit.clock.ms)
    assert "网上预约 09:00" in slips.slip_of(kit.store, "A001").text
    ticket = tickets.take(kit.store, AGENT, Request([], joint="company_start"))
    told = slips.slip_of(kit.store, ticket.number).text
    for leg in ticket.legs:
        assert kit.hall.items[leg.item].zh in told
    assert told.count("不用再取号") == 1


def test_printed_again_it_says_so_and_counts_anew(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    taking.take(kit.store, AGENT, Request([kit.item("setup")]))
    kit.serve(clerk(1))
    kit.pass_(minutes=7)
    told = slips.slip_of(kit.store, "A002", again=True).text
    assert "补打 09:07" in told
    assert "您前面没有人在等待" in told
    assert "您前面还有 1 人" in slips.slip_of(kit.store, "A002").text


def test_an_ended_number_has_no_slip(kit: Kit) -> None:
    kit.take("setup")
    tickets.cancel(kit.store, AGENT, "A001", "visitor")
    for number, code in (("A001", "nothing-open"), ("A009", "no-such-number")):
        with pytest.raises(Refused) as caught:
            slips.slip_of(kit.store, number)
        assert caught.value.code == code


def test_a_visitor_of_another_language_gets_it(kit: Kit) -> None:
    kit.take("setup")
    told = slips.slip_of(kit.store, "A001", language="en").text
    assert "Optics Valley Government Service Centre" in told
    assert "Nobody is ahead of you" in told
    assert told.isascii()


def test_nothing_of_the_person_is_on_paper(kit: Kit) -> None:
    person = {"name": "欧阳测试", "identity": identity(), "phone": "13800138000"}
    kit.take("setup", person=person)
    made = slips.slip_of(kit.store, "A001")
    for part in (made.text, qr_of(made)):
        assert not any(value in part for value in (*person.values(), "欧阳"))


# -- how it is laid out


@given(
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=60), min_size=1, max_size=4),
    st.sampled_from([48, 32]),
    st.sampled_from(LANGUAGES),
)
def test_no_line_is_wider_than_the_paper(names: list[str], columns: int, language: str) -> None:
    services = [Service(name, name, ["1", "22"], after=True) for name in names]
    given = facts(services=services, hall=names[0], zone=names[-1], claimed=names[0], machine="k01")
    made = lay_out(given, Policy("x"), partial(text_in, language), columns)
    for part in made.parts:
        if isinstance(part, Line):
            assert paper_width(part.text) * part.size <= columns
            assert_harmless(part.text, newlines=False)


@given(st.text(), st.integers(4, 60), st.integers(0, 2))
def test_wrapping_loses_nothing_but_spaces(text: str, cells: int, indent: int) -> None:
    lines = wrap(text, cells, indent, paper_width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.rstrip() and line.strip() for line in lines)


def test_punctuation_does_not_begin_a_line() -> None:
    assert wrap("过号请到咨询台，再等候。", 14) == ["过号请到咨询", "台，再等候。"]
    assert wrap("window 12, please", 9) == ["window", "12,", "please"]
    assert wrap("（一）甲乙丙丁（二）", 16) == ["（一）甲乙丙丁", "（二）"]


# -- the code


def test_any_window_checks_a_slip(kit: Kit) -> None:
    kit.take("setup")
    code = qr_of(slips.slip_of(kit.store, "A001"))
    with kit.again() as window:
        found = slips.verify(window, code)
    assert (found.hall, found.day, found.number) == ("guanggu", "2026-09-22", "A001")
    assert (found.taken_at, found.today) == (kit.clock.ms, True)
    assert found.visit == kit.visit("A001")["id"]


def test_a_slip_of_yesterday_is_genuine_and_of_yesterday(kit: Kit) -> None:
    kit.take("setup")
    code = qr_of(slips.slip_of(kit.store, "A001"))
    kit.pass_(minutes=24 * 60)
    assert not slips.verify(kit.store, code).today


def test_it_survives_a_scanner_and_stands_in_few_modules(kit: Kit) -> None:
    kit.take("setup")
    code = qr_of(slips.slip_of(kit.store, "A001"))
    assert code == code.upper()
    assert set(code) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.")
    assert len(paper.qr_modules(code)) == 41
    for typed in (code, code.lower(), "".join(chr(ord(c) + 0xFEE0) for c in code)):
        routed = route(typed)
        assert (routed.kind, routed.value, routed.day) == (ScanKind.SLIP, "A001", "2026-09-22")
        assert slips.verify(kit.store, routed.signed).number == "A001"


SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ."


def test_any_changed_character_is_refused(kit: Kit) -> None:
    kit.take("setup")
    code = qr_of(slips.slip_of(kit.store, "A001"))
    with kit.again() as store:

        @settings(max_examples=300, deadline=None)
        @given(st.integers(0, len(code) - 1), st.sampled_from(SIGNS) | st.characters())
        def changed(place: int, char: str) -> None:
            wrong = code[:place] + char + code[place + 1 :]
            if narrow(wrong) == code:  # only written another way
                assert slips.verify(store, wrong).number == "A001"
                return
            with pytest.raises(Refused) as caught:
                slips.verify(store, wrong)
            assert caught.value.code in ("slip-forged", "slip-other-hall", "slip-unreadable")

        changed()
        # The last character of the signature holds three bits that decode to nothing.
        for char in SIGNS:
            if char != code[-1]:
                with pytest.raises(Refused):
                    slips.verify(store, code[:-1] + char)


@pytest.mark.parametrize("text", ["", "A001", "20260922A001", "HC1.E", "HC2.E.X", *HOSTILE[:40]])
def test_what_is_no_code_is_unreadable(kit: Kit, text: str) -> None:
    with pytest.raises(Refused) as caught:
        slips.verify(kit.store, text)
    assert caught.value.code == "slip-unreadable"


def test_a_forged_signature_and_another_hall(
    kit: Kit, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kit.take("setup")
    code = qr_of(slips.slip_of(kit.store, "A001"))
    found = slip_code.read(code)
    assert found is not None
    other_number = slip_code.signed(found[0]._replace(number="A002"), found[1])
    other = Kit(tmp_path_factory.mktemp("other"), seed=2)
    try:
        other.take("setup")
        foreign = qr_of(slips.slip_of(other.store, "A001"))
        for text, expected in ((other_number, "slip-forged"), (foreign, "slip-other-hall")):
            with pytest.raises(Refused) as caught:
                slips.verify(kit.store, text)
            assert caught.value.code == expected
        # Somebody who knows the tag of the hall has not got its key.
        mine = slip_code.read(foreign)
        assert mine is not None
        with pytest.raises(Refused) as caught:
            slips.verify(kit.store, slip_code.signed(mine[0]._replace(hall=found[0].hall), mine[1]))
        assert caught.value.code == "slip-forged"
    finally:
        other.close()


def test_a_key_is_for_one_purpose_and_stays_the_same(kit: Kit) -> None:
    one = kit.store.derived_key("a")
    with kit.again() as other:
        assert other.derived_key("a") == one
    assert kit.store.derived_key("b") != one
    assert len(one) == 32


# -- the paper


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("encoding", paper.ENCODINGS)
def test_what_is_printed_is_read_back(kit: Kit, width: int, language: str, encoding: str) -> None:
    taking.take(kit.store, AGENT, Request([], joint="company_start", claimed="disabled"))
    made = slips.slip_of(kit.store, "A001", language=language, width=width)
    printed = slippaper.read(paper.encode(made, encoding), width, encoding)
    assert printed.cut
    assert printed.text.rstrip("\n") == made.text
    assert all(line.dots <= printed.dots for line in printed.lines)
    big = next(line for line in printed.lines if line.text == "A001")
    assert big.ascii_size == (4, 4)
    assert slippaper.codes(printed.picture()) == {
        "Code128": "20260922A001",
        "QRCode": qr_of(made),
    }


def test_sizes_of_chinese_and_ascii_are_set_together_and_reset_together() -> None:
    made = Slip(48, (Line("大 A", 2), Line("小 a"), Line("B", 4), Line("中 b")))
    lines = slippaper.read(paper.encode(made)).lines
    sizes = [(line.ascii_size, line.chinese_size) for line in lines[:4]]
    assert [pair[0][0] for pair in sizes] == [2, 1, 4, 1]
    assert [pair[1][0] for pair in sizes] == [2, 1, 2, 1]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("encoding", paper.ENCODINGS)
def test_a_name_can_give_the_printer_no_command(text: str, encoding: str) -> None:
    data = paper.text_bytes(text, encoding)
    assert not any(byte < 0x20 or byte == 0x7F for byte in data)
    data.decode(encoding)


def test_what_an_encoding_lacks_stays_as_wide() -> None:
    assert paper.text_bytes("𠮷A", "gbk").decode("gbk") == "？A"
    assert paper.text_bytes("𠮷A", "gb18030").decode("gb18030") == "𠮷A"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0, "马上叫到"),
        (0, 60_000, "马上叫到"),
        (59_999, 60_001, "2 分钟以内"),
        (60_000, 300_001, "1-6 分钟"),
        (-5, -5, "马上叫到"),
        (60_000, 120 * 60_000, "1-120 分钟"),
        (12 * 60_000, 121 * 60_000, "12 分钟以上"),
        (204 * 60_000, 571 * 60_000, "3 小时以上"),
    ],
)
def test_a_wait_is_a_range_of_whole_minutes(low: int, high: int, said: str) -> None:
    assert wait_range(low, high, partial(text_in, "zh")) == said
