"""Forms in a real terminal, from the called number to ready: keys counted, kills, two terminals.

`docs/form-keys.md` says what was counted here.
"""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from hallclient.actions import filing_edit, filing_view, filings
from hallclient.form_words import label
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.state import State
from hallclient.texts import set_language, t
from screens.form_model import standing
from tests import cards, company, hallkit
from tests.clerk import Clerk, Count, company_on
from tests.hallkit import PASSWORD
from tests.livekit import Live, words
from tests.terminal import ROOT, Terminal, environment

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "hall.db")
    yield live
    live.close()


@pytest.fixture
def env(tmp_path: Path, hall: Live) -> dict[str, str]:
    return environment(tmp_path, HALLCLIENT_STORE=str(hall.path))


@pytest.fixture
def today(hall: Live) -> date:
    return date.fromisoformat(hall.store.env.day(hall.store.env.now()))


def sign_in(desk: Terminal, operator: str = "c01", window: str = "w01") -> None:
    desk.see(words("login.operator"))
    desk.send(operator, "enter", PASSWORD, "enter", window, "enter")
    desk.see(words("desk.window", number=str(int(window[1:]))), operator)


def digits(day: date) -> str:
    """A date as an expert types it."""
    return day.strftime("%Y%m%d")


TWO_HOLDERS = Count(181, 23, 33)
PARTNERSHIP = Count(115, 24, 35)
WANG, OUYANG = company.identity("19900307", 123), company.identity("19880229", 246)


def basic(clerk: Clerk, today: date) -> None:
    """Who, where, how much, what for."""
    clerk.fill("name_trade", "大吉").fill("name_industry", "科技")
    clerk.fill("name_reserve_no", "鄂名称自主0001")
    clerk.fill("name_reserve_until", digits(today + timedelta(50)))
    clerk.fill("phone", "02787654321").fill("postcode", "430074")
    place(clerk, today)
    clerk.fill("reg_cap", "100")


def place(clerk: Clerk, today: date) -> None:
    clerk.fill("addr_town", "关东街道").fill("addr_village", "光谷大道")
    clerk.fill("addr_number", "1号A座101室")
    clerk.choose("addr_right", "2").choose("addr_usage", "2")
    clerk.fill("addr_lease_from", digits(today))
    clerk.fill("addr_lease_to", digits(today + timedelta(730)))


def scope(clerk: Clerk) -> None:
    clerk.choose("scope_code", "1").shows("scope", "2")
    clerk.look_up("scope_code", "xxxtjc", "信息系统集成服务").shows("scope", "3")
    clerk.press("enter")


def holders(clerk: Clerk, today: date) -> None:
    clerk.fill("h_person", "王伟").fill("h_cert_no", WANG).fill("h_addr", "武汉市珞喻路1号")
    clerk.fill("h_sub", "60").fill("h_due", digits(today + timedelta(1800)))
    clerk.fill("h_person", "欧阳静").fill("h_cert_no", OUYANG).fill("h_addr", "武汉市珞喻路2号")
    clerk.fill("h_sub", "40").at("h_person").press("enter")


def people(clerk: Clerk) -> None:
    """Who speaks, signs, keeps the books and came to the counter; each stands in the roster."""
    clerk.choose("o_person", "1").choose("o_post", "5").fill("o_phone", "13800138001")
    clerk.choose("o_person", "2").choose("o_post", "9").fill("o_phone", "13800138002")
    clerk.at("o_person").press("enter")
    clerk.choose("l_sign", "2").choose("fin_person", "1").choose("lia_person", "2")


def rest(clerk: Clerk, today: date) -> None:
    clerk.choose("ag_kind", "2").fill("ag_auth_to", digits(today + timedelta(90)))
    clerk.at("rn_person").press("f9")
    clerk.choose("rn_result", "1").choose("rn_result", "1")
    clerk.at("rn_person").press("enter")
    insured(clerk, today)


def insured(clerk: Clerk, today: date) -> None:
    clerk.fill("ss_first_date", digits(today + timedelta(5))).fill("ss_headcount", "3")
    for name in ("d_true", "d_publish", "d_share"):
        clerk.choose(name, "1")
    clerk.choose("ck_premises", "3")


def stored(clerk: Clerk, hall: Live, true: Callable[[State], object]) -> None:
    """Wait until something is true of the filing as the store has it."""

    def there() -> object:
        filing = hall.store.row("SELECT id FROM filing")
        if filing is None:
            return False
        return true(filing_view.open_filing(hall.store, hallkit.clerk(1), filing["id"]).state)

    clerk.desk.wait(there, "the store")


def ready(hall: Live, clerk: Clerk) -> None:
    """The screen says so, and so does the store."""
    clerk.desk.see(t("form.status.ready"))
    assert t("form.status.missing", n="")[:-1] not in clerk.status
    stored(clerk, hall, lambda state: not standing(state.problems()))


def test_a_company_of_two_from_the_number_to_ready(
    env: dict[str, str], hall: Live, today: date
) -> None:
    with Terminal(env) as desk:
        sign_in(desk)
        clerk = Clerk(desk).take_and_start()
        clerk.press("alt+g")
        basic(clerk, today)
        scope(clerk)
        holders(clerk, today)
        people(clerk)
        rest(clerk, today)
        ready(hall, clerk)
        assert clerk.count == TWO_HOLDERS


def test_a_kill_costs_no_more_than_the_field_being_typed(
    env: dict[str, str], hall: Live, today: date
) -> None:
    with Terminal(env) as desk:
        sign_in(desk)
        clerk = Clerk(desk).take_and_start().press("alt+g")
        basic(clerk, today)
        scope(clerk)
        clerk.fill("h_person", "王伟").at("h_cert_no")
        stored(clerk, hall, lambda state: state.count("holder"))
        clerk.type(WANG)
        desk.kill()
    with Terminal(env) as desk:
        sign_in(desk)
        desk.see("A001")
        desk.send("alt+g")
        desk.see("20", words("form.go-on"), "企业开办一表 2026.1")
        desk.send("1")
        clerk = Clerk(desk)
        desk.see(words("form.found"), "2026.1")
        clerk.at("h_cert_no")
        assert WANG[-4:] not in desk.text
        clerk.fill("h_cert_no", WANG).fill("h_addr", "武汉市珞喻路1号")
        clerk.fill("h_sub", "60").fill("h_due", digits(today + timedelta(1800)))
        clerk.fill("h_person", "欧阳静").fill("h_cert_no", OUYANG).fill("h_addr", "武汉市珞喻路2号")
        clerk.fill("h_sub", "40").at("h_person").press("enter")
        people(clerk)
        rest(clerk, today)
        ready(hall, clerk)


PARTNERS = 300


def block(today: date) -> str:
    """What a clerk copies from the partners' own sheet."""
    lines = ["姓名\t证件号码\t住所\t认缴出资额(万元)\t出资期限"]
    due = (today + timedelta(1800)).isoformat()
    for n in range(PARTNERS):
        born = date.fromordinal(date(1950, 1, 1).toordinal() + n)
        number = company.identity(f"{born:%Y%m%d}", n + 1)
        lines.append(f"合伙人{company._han(n + 1)}\t{number}\t武汉市珞喻路{n + 1}号\t1\t{due}")
    return "\n".join(lines)


def test_three_hundred_partners_are_pasted_as_a_block(
    env: dict[str, str], hall: Live, today: date
) -> None:
    with Terminal(env) as desk:
        sign_in(desk)
        clerk = Clerk(desk).take_and_start().press("alt+g")
        clerk.fill("name_trade", "大吉").fill("name_industry", "科技")
        clerk.fill("name_reserve_no", "鄂名称自主0001")
        clerk.at("name_reserve_until").type(digits(today + timedelta(50))).press("down", "down")
        clerk.look_up("ent_type", "pthh", "普通合伙企业")
        desk.see("武汉大吉科技合伙企业（普通")
        clerk.fill("phone", "02787654321").fill("postcode", "430074")
        place(clerk, today)
        clerk.fill("reg_cap", str(PARTNERS))
        scope(clerk)
        clerk.at("h_person")
        desk.paste(block(today))
        clerk.count.controls += 1
        desk.see(t("form.import.count.new", n=PARTNERS))
        clerk.press("enter")
        desk.see(t("form.rows", name="", n=PARTNERS).strip(), words("form.brought"))
        # One key takes all of it back, another brings it again.
        clerk.at("h_person").press("ctrl+z")
        desk.see(t("form.rows", name="", n=0).strip())
        clerk.press("ctrl+y")
        desk.see(t("form.rows", name="", n=PARTNERS).strip())
        clerk.at("h_person").press("enter").at("h_person")
        desk.see(t("form.begun-row")[:6])
        clerk.press("enter")
        clerk.choose("o_person", "1").choose("o_post", "1").fill("o_phone", "13800138001")
        clerk.at("o_person").press("enter")
        clerk.choose("l_sign", "2").choose("fin_person", "1").choose("lia_person", "1")
        clerk.choose("ag_kind", "2").fill("ag_auth_to", digits(today + timedelta(90)))
        clerk.at("rn_person").press("f9")
        desk.see(t("form.rows", name="", n=PARTNERS).strip())
        clerk.choose("rn_result", "1").press("ctrl+d", "ctrl+d")
        desk.see(t("form.copied", n=PARTNERS - 2))
        clerk.press("enter").at("rn_person").press("enter")
        insured(clerk, today)
        desk.see(t("form.problem-of", n=1, all=1))
        clerk.press("alt+p")
        desk.see(words("form.let-pass"))
        clerk.type("均不足百分之二十五，另行承诺").press("enter")
        ready(hall, clerk)
        assert clerk.count == PARTNERSHIP


# --- a company that is nearly done ----------------------------------------------------------


def begun(hall: Live, today: date, *without: str) -> str:
    """A filing of clerk c01 with a whole company in it, but for some sections."""
    base = company_on(today, *without)
    return str(filings.new(hall.store, hallkit.clerk(1), "company-setup", base=base)["id"])


def text_in(hall: Live, filing: str, row: str, name: str) -> str:
    return filing_view.open_filing(hall.store, hallkit.clerk(1), filing).state.text(row, name)


def go_on(desk: Terminal, operator: str = "c01", window: str = "w01") -> Clerk:
    """Sign in, and on with what was begun."""
    sign_in(desk, operator, window)
    desk.send("alt+g")
    desk.see("1 " + words("form.go-on"))
    desk.send("1")
    desk.see(words("form.found"))
    return Clerk(desk)


def go_to(clerk: Clerk, letters: str, name: str) -> Clerk:
    """Find a field by the first letters of its name."""
    told = label(clerk.form.fields[name])
    clerk.press("ctrl+f")
    clerk.desk.see(t("form.find-hint"))
    clerk.desk.send(letters)
    clerk.desk.see(f"▸{told}"[:12])
    return clerk.press("enter").at(name)


def test_two_terminals_on_one_filing(env: dict[str, str], hall: Live, today: date) -> None:
    filing = begun(hall, today)
    # Who touched it last is offered to go on with it, and who made it.
    filing_edit.edit(hall.store, hallkit.clerk(2), filing, [Put(SINGLE, "st_veterans", "0")])
    with Terminal(env) as one, Terminal(env) as two:
        first = go_on(one)
        second = go_on(two, "c02", "w02")
        # Different fields: each sees the other's without a key.
        go_to(first, "yzbm", "postcode").type("430079").press("enter").saved()
        go_to(second, "yzbm", "postcode")
        two.see("430079", "c01")
        go_to(second, "email", "email").type("two@example.com").press("enter").saved()
        go_to(first, "email", "email")
        one.see("two@example.com")
        # The same field: both texts are kept, and who typed the other.
        first.type("one@example.com")
        second.at("email").type("too@example.com").press("enter")
        two.wait(
            lambda: text_in(hall, filing, "", "email") == "too@example.com", "too in the store"
        )
        first.press("enter")
        for desk in (one, two):
            desk.see(t("form.status.disputed", n=1))
        first.press("f3").at("email")
        one.see("too@example.com", words("form.disputed", by="c01"))
        first.press("alt+s")
        one.see("1 " + t("form.settle.stands", text="too@example.com"))
        one.see("2 " + t("form.settle.other", by="c01", text="one@example.com"))
        one.send("2")
        for desk in (one, two):
            desk.gone(t("form.status.disputed", n=1))
            desk.see("one@example.com")
    assert text_in(hall, filing, "", "email") == "one@example.com"


def test_a_card_fills_a_person(env: dict[str, str], hall: Live, today: date) -> None:
    filing = begun(hall, today, "holder", "officer", "realname", "person")
    with Terminal(env) as desk:
        clerk = go_on(desk).at("h_person")
        number = cards.identity("1990-01-01", 123)
        desk.send(cards.typed("张三丰", number, until="20400101"), "enter")
        desk.see(words("form.card", name="张三丰"))
        clerk.at("h_sub")
        stored(clerk, hall, lambda state: state.count("person"))
        state = filing_view.open_filing(hall.store, hallkit.clerk(1), filing).state
        (person,) = state.rows("person")
        told = [state.text(person, name) for name in ("p_name", "p_cert_no", "p_card_until")]
        assert told == ["张三丰", number, "2040-01-01"]
        assert state.text(person, "p_addr").startswith("湖北省武汉市洪山区")
        assert number[6:14] not in desk.text


def test_wrong_input_is_told_blocks_nothing_and_goes_with_the_key_that_mends_it(
    env: dict[str, str], hall: Live, today: date
) -> None:
    begun(hall, today, "holder", "officer", "realname", "person")
    slip = f"{WANG[:14]}{WANG[15]}{WANG[14]}{WANG[16:]}"
    with Terminal(env) as desk:
        clerk = go_on(desk)
        # Each wrong answer is told where the eyes are, and the cursor is at the next one already.
        clerk.fill("h_person", "王伟").fill("h_cert_no", slip).at("h_addr")
        desk.see("证件号码  校验码对不上", "第 15、16", "“21”应为“12”")
        clerk.fill("h_addr", "武汉市珞喻路1号").fill("h_sub", "六十").at("h_due")
        desk.see("不是金额")
        clerk.type("20270230").press("enter").at("h_person")
        desk.see("没有这一天")
        # The key that mends it takes the message away; Enter leads to the next mistake.
        clerk.press("f3").fill("h_sub", "60")
        clerk.fill("h_due", digits(today)).at("h_person")
        desk.gone("不是金额", "没有这一天")
        clerk.press("f4").at("p_cert_no")
        desk.see("校验码对不上")
        clerk.type(WANG)
        desk.gone("校验码对不上")
        clerk.press("enter")

        def mended(state: State) -> bool:
            (row,) = state.rows("holder")
            wrong = [one for one in state.problems() if one.row == row and one.stands]
            return not wrong and state.text(row, "h_cert_no") == WANG

        stored(clerk, hall, mended)


def test_many_steps_back_and_again(env: dict[str, str], hall: Live, today: date) -> None:
    filing = begun(hall, today)
    texts = [f"4300{n}" for n in range(70, 82)]
    with Terminal(env) as desk:
        clerk = go_on(desk)
        go_to(clerk, "yzbm", "postcode")
        before = text_in(hall, filing, "", "postcode")
        for text in texts:
            clerk.type(text).press("enter").saved()
        for text in reversed([before, *texts[:-1]]):
            clerk.press("ctrl+z")
            desk.see(text)
        clerk.saved()
        assert text_in(hall, filing, "", "postcode") == before
        for text in texts:
            clerk.press("ctrl+y")
            desk.see(text)
        desk.send("ctrl+y")
        desk.see("没有可重做的步骤")
        clerk.saved()
    assert text_in(hall, filing, "", "postcode") == texts[-1]


def test_find_copy_down_and_from_problem_to_problem(
    env: dict[str, str], hall: Live, today: date
) -> None:
    begun(hall, today)
    with Terminal(env, size=(120, 40)) as desk:
        clerk = go_on(desk)
        # A field by its initials, a cell by what is in it.
        go_to(clerk, "czqx", "h_due")
        clerk.type("20200101").press("enter")
        clerk.press("ctrl+f")
        desk.see(t("form.find-hint"))
        desk.send("欧阳静")
        desk.see("▸")
        desk.see("姓名或名称  第 2 行  欧阳静")
        clerk.press("enter")
        clerk.at("p_name")
        # Another row as the one above, pressed again the rest.
        go_to(clerk, "czqx", "h_due").press("down", "ctrl+d")
        desk.see(t("form.copied", n=1))
        stored(clerk, hall, lambda state: state.text("h2", "h_due") == "2020-01-01")
        # What is wrong, forwards and back, and round.
        desk.see(t("form.status.wrong", n=1))
        clerk.press("f3").at("d_sign_date")
        desk.see("日期先后不合理", t("form.problem-of", n=1, all=1))
        go_to(clerk, "yzbm", "postcode").press("delete")
        clerk.press("f3").at("d_sign_date").press("f3").at("postcode")
        clerk.press("f4").at("d_sign_date").press("f4").at("postcode")
        desk.see(t("form.problem-of", n=1, all=2))


def test_the_page_of_keys_says_what_was_counted() -> None:
    page = (ROOT / "docs/form-keys.md").read_text("utf-8")
    for count in (TWO_HOLDERS, PARTNERSHIP):
        row = f"| {count.characters} | {count.choices} | {count.controls} |"
        assert page.count(row) == 2, "in both languages"
