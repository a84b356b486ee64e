"""Every rule of the company form: a valid company keeps it, a small change breaks it, mended again.

A case is written in a little language: ``field=text`` and ``row.field=text`` fill a cell,
``+section.row`` adds a row, ``-row`` takes one out.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import Level
from hallclient.rules.form.state import State
from tests import company
from tests.company import credit_code, identity


class Case(NamedTuple):
    """``base``: what makes the rule apply and keeps it; ``wrong``: what breaks it, shown ``at`` a
    cell (``row.field``) or a table; ``mend``: another way out than taking it back.
    """

    rule: str
    at: str
    wrong: str
    base: str = ""
    mend: str = ""


SHARES = (
    "name=武汉大吉科技股份有限公司 name_orgform=jsc ent_type=1219 set_mode=initiation "
    "h1.h_paid=60 h2.h_paid=40"
)
CHANGE = "ck_filing=change ck_registered=2020-05-01 ss_first_date=2020-05-20"
FOREIGN = (
    "ent_type=5100 p1.p_country=USA p1.p_cert_type=passport_foreign p1.p_cert_no=AB1234567 "
    "fi_total=200 fi_negative=no fi_report=yes fi_person=p2 ck_usd_rate=7"
)
LIMITED = "limited partnership"
GENERAL = "general partnership"
BOARD = (
    "o1.o_post=410A +officer.o3 o3.o_person=p3 o3.o_post=432A o3.o_appoint=elected "
    f"+person.p4 p4.p_kind=natural p4.p_name=陈建华 p4.p_cert_type=resident_id "
    f"p4.p_cert_no={identity('19770101', 11)} p4.p_country=CHN p4.p_mobile=13800138004 "
    "+officer.o4 o4.o_person=p4 o4.o_post=432A o4.o_appoint=elected o4.o_legal_rep=no "
    "o3.o_legal_rep=no +realname.r4 r4.rn_person=p4 r4.rn_way=card r4.rn_result=confirmed"
)

CASES = (
    Case("NAME_PARTS", "name", "name=武汉大吉软件有限公司", mend="name_industry=软件"),
    Case("NAME_REGION", "name_region", "name_region=光谷", mend="name_region=武汉"),
    Case("NAME_REGION", "name_region", "name_region=洪山区", mend="name_region=武汉市洪山区"),
    Case("NAME_TRADE", "name_trade", "name_trade=大吉A8"),
    Case("NAME_TRADE", "name_trade", "name_trade=吉"),
    Case("NAME_TRADE_REGION", "name_trade", "name_trade=洪山"),
    Case("NAME_TRADE_REGION", "name_trade", "name_trade=软件"),
    Case("NAME_FORBIDDEN", "name", "name=中华大吉科技有限公司", mend="ck_name_approved=yes"),
    Case("NAME_FORM", "name_orgform", "name_orgform=jsc", mend="ent_type=1219"),
    Case("NAME_RESERVE", "name_reserve_until", "name_reserve_until=2026-09-21"),
    Case("USCC", "uscc", f"uscc={credit_code('92420100')}", f"uscc={credit_code()}"),
    Case("USCC_REGION", "uscc", f"uscc={credit_code('91425500')}", f"uscc={credit_code()}"),
    Case("CAP_SUM", "reg_cap", "reg_cap=100.000001"),
    Case("CAP_SUM", "reg_cap", "h2.h_sub=39.999999", mend="h1.h_sub=60.000001"),
    Case("CAP_RATIO", "holder", "reg_cap=99"),
    Case("CAP_PAID", "h1.h_paid", "h1.h_paid=60.000001", "h1.h_paid=60"),
    Case("CAP_5Y", "h1.h_due", "h1.h_due=2031-09-23"),
    Case("CAP_5Y", "h1.h_due", "ck_est_date=2026-09-21", mend="h1.h_due=2031-09-21"),
    Case("CAP_5Y_OLD", "h1.h_due", "h1.h_due=2032-07-01", f"{CHANGE} h1.h_due=2032-06-30"),
    Case(
        "CAP_5Y_OLD",
        "h1.h_due",
        "ck_registered=2024-06-30",
        f"{CHANGE} ck_registered=2024-07-01 ss_first_date=2024-07-20 h1.h_due=2040-01-01",
        mend="h1.h_due=2030-01-01",
    ),
    Case("CAP_JSC", "h2.h_paid", "h2.h_paid=39", SHARES),
    Case("CAP_JSC", "h2.h_paid", "h2.h_paid=", SHARES),
    Case(
        "CAP_INCREASE",
        "h1.h_due",
        "h1.h_due=2031-09-23",
        f"{CHANGE} ck_old_cap=50 ck_change_date=2026-09-22",
    ),
    Case("CAP_ODD", "reg_cap", "reg_cap=100000.01"),
    Case("CAP_ODD", "reg_cap", "h2.h_due=2056-09-23"),
    Case("CAP_WAY", "h2.h_way", "h2.h_way=ip"),
    Case("CAP_POSITIVE", "h2.h_sub", "h2.h_sub=0"),
    Case("HOLDER_COUNT", "holder", "ent_type=1151", mend="-h2"),
    Case("HOLDER_DUP", "h2.h_cert_no", "h2.h_person=p1"),
    Case("HOLDER_SOLE", "ent_type", "ent_type=1130", "-h2 h1.h_sub=100 ent_type=1151"),
    Case("LEGAL_REP", "l_name", "o2.o_legal_rep=yes", mend="o2.o_legal_rep=no"),
    Case("LEGAL_REP", "l_name", "o1.o_post=408A"),
    Case("LEGAL_REP", "l_name", "o1.o_legal_rep=no"),
    Case("LEGAL_REP", "l_name", "o1.o_legal_rep=no o2.o_legal_rep=yes"),
    Case("LEGAL_REP_BAN", "l_name", "p1.p_ban=debtor"),
    Case("POST_SUP_CLASH", "o2.o_post", "+officer.o3 o3.o_person=p2 o3.o_post=436A", mend="-o3"),
    Case("POST_NO_DIRECTOR", "officer", "o1.o_post=436A"),
    Case("POST_BOARD3", "officer", "-o4", BOARD, mend="o1.o_post=410C"),
    Case("POST_NO_SUP", "officer", "-o2", mend="ck_no_sup_agreed=yes"),
    Case("POST_AUDIT", "o2.o_audit", "o2.o_audit=yes", mend="o2.o_audit=no"),
    Case("POST_TERM", "o1.o_term", "o1.o_term=4"),
    Case("FIN_NOT_SUP", "fin_name", "fin_person=p2", mend="-o2"),
    Case("LIAISON", "lia_person", "lia_person="),
    Case("PERSON_NAME", "p1.p_name", "p1.p_name=王伟8"),
    Case("PERSON_NAME", "p1.p_name", f"p1.p_name={'王' * 51}"),
    Case("CERT", "p1.p_cert_no", "p1.p_cert_no=420100900307123"),
    Case("CERT_EXPIRED", "p1.p_card_until", "p1.p_card_until=2026-09-21"),
    Case(
        "CERT_MINOR",
        "p1.p_birth",
        f"p1.p_cert_no={identity('20080923', 1)}",
        f"p1.p_cert_no={identity('20080922', 1)}",
    ),
    Case("CERT_MINOR", "p3.p_birth", f"p3.p_cert_no={identity('20100101', 1)}"),
    Case("ADDR_PROOF", "addr_right", "ck_premises=none"),
    Case("ADDR_PROOF", "addr_right", "addr_right=own", mend="ck_premises=title"),
    Case("ADDR_RESIDENTIAL", "addr_usage", "c1.industry_code=6210", "addr_usage=residential"),
    Case("LEASE", "addr_lease_to", "addr_lease_to=2026-10-21", "addr_lease_to=2026-10-22"),
    Case("LEASE", "addr_lease_to", "addr_lease_from=2028-08-31"),
    Case("SCOPE_STD", "c1.scope_text", "c1.scope_text=开发软件"),
    Case("SCOPE_MAIN", "scope", "c2.scope_main=yes", mend="c1.scope_main=no"),
    Case("SCOPE_MAIN", "scope", "c1.scope_main=no"),
    Case("SCOPE_MAIN", "scope", "name_industry=餐饮"),
    Case(
        "SCOPE_PRIOR",
        "c2.scope_permit_no",
        "c2.scope_permit_no=",
        "c2.scope_code=S090 c2.scope_text=保安服务 c2.scope_permit_no=鄂公保服001",
    ),
    Case(
        "DOUBLE_NOTICE",
        "d_later",
        "d_later=",
        "c2.scope_code=S076 c2.scope_text=劳务派遣服务 d_later=yes",
    ),
    Case("AGENT_SCOPE", "ag_ok_collect", "ag_ok_collect=no", mend="ag_kind=self"),
    Case("AGENT_TERM", "ag_auth_to", "ag_auth_to=2026-09-21"),
    Case("AGENT_TERM", "ag_auth_to", "ag_auth_from=2026-09-23"),
    Case(
        "AGENT_LISTED",
        "ag_org",
        "ck_agency_listed=no",
        "ag_kind=agency ag_org=武汉知音企业服务有限公司 ck_agency_listed=yes",
    ),
    Case("REALNAME", "p1.p_name", "r1.rn_result=denied"),
    Case("REALNAME", "p3.p_name", "-r3", mend="-p3"),
    Case("COPIES", "copies", "copies=11", "copies=10"),
    Case("COPIES", "copies", "copies=0"),
    Case("SEAL_ONE", "s2.s_qty", "s2.s_type=name"),
    Case("SEAL_ONE", "s1.s_qty", "s1.s_qty=2"),
    Case("SEAL_CODE", "s1.s_code", "s1.s_code=420100000000", "s1.s_code=4201000000001"),
    Case("SEAL_CODE", "s1.s_code", "s1.s_used=yes", "s1.s_code=4201000000001"),
    Case("SEAL_CODE", "s2.s_code", "s2.s_code=4201000000001", "s1.s_code=4201000000001"),
    Case("TAX_VAT", "t_max_amount", "t_max_amount=1m", mend="t_vat=general"),
    Case("SS_30D", "ss_need", "ss_first_date=2026-10-23", "ss_first_date=2026-10-22"),
    Case("SS_30D", "ss_need", "ss_need=no", mend="st_staff=0"),
    Case("SS_COUNT", "ss_headcount", "ss_headcount=6", "ss_headcount=5"),
    Case("HF_RATE", "hf_rate_unit", "hf_rate_unit=12.5", "hf_rate_unit=12"),
    Case("HF_RATE", "hf_rate_unit", "hf_rate_person=5.2", "hf_rate_person=5.5"),
    Case("BANK_BASIC", "b_type", "ck_basic_account=yes", mend="b_type=ordinary"),
    Case(
        "BENEFICIAL",
        "holder",
        "h1.h_beneficial=no h2.h_beneficial=no",
        mend="ck_beneficial_exempt=yes",
    ),
    Case("DATE_ORDER", "d_sign_date", "d_sign_date=2026-09-23"),
    Case("DATE_ORDER", "d_sign_date", "h1.h_due=2026-09-21"),
    Case("DATE_ORDER", "d_sign_date", "addr_lease_from=2028-09-01"),
    Case("DATE_ORDER", "d_sign_date", "ag_auth_from=2026-12-21"),
    Case("CROSS_NAME", "name", "ck_names_same=no"),
    Case("CREDIT_GATE", "p2.p_credit", "p2.p_credit=dishonest", "p2.p_credit=alert"),
    Case("MOBILE", "p1.p_mobile", "p1.p_mobile=027-87654321"),
    Case("PHONE", "phone", "phone=87654321", mend="phone=400-123-4567"),
    Case("POSTCODE", "postcode", "postcode=43007"),
    Case("JSC_MODE", "set_mode", "set_mode=", SHARES, mend="set_mode=offering"),
    Case(
        "SCOPE_PERMIT",
        "c2.scope_kind",
        "c2.scope_code=S076 c2.scope_text=劳务派遣服务 d_later=yes",
    ),
    Case("SIGN", "l_sign", "l_sign=unsigned", mend="l_sign=electronic"),
    Case("CONSENT", "d_true", "d_share=no"),
    Case("CONSENT", "d_true", "b_share_ok=no", mend="b_need=no"),
    Case(
        "DELIVERY",
        "delivery",
        "recipient_person=",
        "delivery=courier recipient_person=p3 recipient_addr=武汉市洪山区珞喻路2号",
        mend="delivery=self",
    ),
    Case("INT_NONNEG", "st_staff", "st_staff=-1"),
    Case("PARTY3", "st_party", "st_party=3", "st_party=2"),
    Case("TAX_INVOICE", "t_invoice_qty", "t_invoice_qty=", mend="t_invoice="),
    Case("FI_RATIO", "fi_total", "fi_total=14", f"{FOREIGN} fi_total=15"),
    Case("FI_RATIO", "fi_total", "reg_cap_ccy=USD fi_total=99", FOREIGN, mend="fi_total=100"),
    Case("FI_NEG", "fi_negative", "fi_negative=yes", FOREIGN, mend="ck_negative_approved=yes"),
    Case("FI_AGENT", "fi_service_agent", "fi_person=", FOREIGN, mend="fi_person=p3"),
    Case("PERSON_TWICE", "p1.p_cert_no", f"p1.p_cert_no={identity('19880229', 246)}"),
    Case("PARTNER_COUNT", "holder", "-h2", LIMITED),
    Case("PARTNER_GENERAL", "holder", "h1.h_partner=limited", LIMITED),
    Case("PARTNER_GENERAL", "holder", "h2.h_partner=limited", GENERAL),
)


def edits(state: State, told: str) -> list[Edit]:
    """The edits that a case tells."""
    found: list[Edit] = []
    for word in told.split():
        if word.startswith("+"):
            section, row = word[1:].split(".")
            found.append(Add(section, row, 1 << 40))
        elif word.startswith("-"):
            found.append(Drop(word[1:]))
        else:
            cell, _, text = word.partition("=")
            row, _, name = cell.rpartition(".")
            found.append(Put(row, name, text))
    return found


def back(state: State, made: list[Edit]) -> list[Edit]:
    """What takes the edits back, told from the state before them."""
    found: list[Edit] = []
    for edit in made:
        match edit:
            case Put(row, name):
                if state.has(row, name):
                    found.append(Put(row, name, state.text(row, name)))
            case Add(_, row):
                found.append(Drop(row))
            case Drop(row):
                section = state.section_of(row)
                found.append(Add(section, row, state.place_of(row)))
                found += [Put(*cell) for cell in state.cells() if cell[0] == row]
    return found


def prepared(case: Case) -> State:
    """The state in which the rule applies and is kept."""
    if case.base in (LIMITED, GENERAL):
        return company.state(company.partnership(2, limited=case.base == LIMITED))
    state = company.state()
    state.apply(edits(state, case.base))
    return state


def broken(state: State, case: Case) -> list[Problem]:
    """Where the case's rule is broken."""
    row, _, name = case.at.rpartition(".")
    at = state.problems_at(row or SINGLE, name)
    return [problem for problem in at if problem.code == case.rule]


def standing(state: State) -> list[tuple[str, str, str]]:
    """What keeps a filing from being taken in, or needs a person."""
    return [
        (problem.code, problem.row, problem.field)
        for problem in state.problems()
        if problem.level is not Level.INFO
    ]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.wrong}"[:60] for case in CASES])
def test_a_rule_is_kept_broken_and_mended(case: Case) -> None:
    state = prepared(case)
    assert standing(state) == []
    assert case.rule not in {problem.code for problem in state.problems()}
    wrong = edits(state, case.wrong)
    undo = back(state, wrong)

    state.apply(wrong)
    assert len(broken(state, case)) == 1
    if case.mend:
        mend = edits(state, case.mend)
        again = back(state, mend)
        state.apply(mend)
        assert broken(state, case) == []
        state.apply(again)
        assert len(broken(state, case)) == 1

    state.apply(undo)
    assert case.rule not in {problem.code for problem in state.problems()}
    assert standing(state) == []


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == {rule.id for rule in company.form().rules}


def test_the_complete_company_has_nothing_wrong() -> None:
    state = company.state()
    assert state.problems() == []
    ready = state.readiness()
    assert {one for one, part in ready.items() if part.needed} == set(ready) - {"SWJ"}
    assert all(part.filled == part.needed and not part.wrong for part in ready.values())
