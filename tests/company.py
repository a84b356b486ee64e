"""A complete valid company of two holders, and a partnership of any size, for tests of the form.

Everything is made up; identity numbers are of region 420100, which no person has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from hallclient.actions.form_files import FOLDER, read_forms
from hallclient.paths import FIXTURES
from hallclient.rules.form.edits import SINGLE, STEP, Add, Put
from hallclient.rules.form.program import Program, compile_form
from hallclient.rules.form.spec import Form
from hallclient.rules.form.state import State

TODAY = date(2026, 9, 22)
Rows = list[tuple[str, str, int]]
"""(section, row, place)"""
Cells = dict[tuple[str, str], str]
"""(row, field) -> canonical text"""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@cache
def form() -> Form:
    """The form as its files say."""
    forms, problems = read_forms(FIXTURES / FOLDER)
    assert not problems, problems[0]
    return forms["company-setup"]


@cache
def program() -> Program:
    """The form compiled; shared, it holds no state."""
    return compile_form(form())


def identity(birth: str = "19900307", serial: int = 123) -> str:
    """An identity number nobody has: made-up region, right check digit; odd serial: male."""
    digits = f"420100{birth}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def credit_code(start: str = "91420100", body: str = "QQ000001") -> str:
    """A social credit code with the right check characters (GB 32100, GB 11714)."""
    small = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    large = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = 11 - sum(small.index(one) * w for one, w in zip(body, weights, strict=True)) % 11
    code = start + body + ("0123456789X0"[check])
    total = sum(large.index(one) * pow(3, place, 31) for place, one in enumerate(code))
    return code + large[-total % 31]


def _person(name: str, birth: str, serial: int, mobile: str) -> dict[str, str]:
    return {
        "p_name": name,
        "p_cert_no": identity(birth, serial),
        "p_addr": "湖北省武汉市洪山区珞喻路1号",
        "p_mobile": mobile,
        "p_card_until": "2036-05-01",
    }


_ROWS: dict[str, dict[str, dict[str, str]]] = {
    "scope": {
        "c1": {
            "scope_code": "S001",
            "scope_text": "软件开发",
            "scope_main": "yes",
            "industry_code": "6513",
        },
        "c2": {
            "scope_code": "S004",
            "scope_text": "信息系统集成服务",
            "industry_code": "6531",
        },
    },
    "person": {
        "p1": _person("王伟", "19900307", 123, "13800138001"),
        "p2": _person("欧阳静", "19880229", 246, "13800138002"),
        "p3": _person("买买提·吐尔逊", "19950815", 35, "13800138003"),
    },
    "holder": {
        "h1": {
            "h_person": "p1",
            "h_sub": "60",
            "h_paid": "10",
            "h_due": "2031-09-22",
            "h_beneficial": "yes",
        },
        "h2": {
            "h_person": "p2",
            "h_sub": "40",
            "h_due": "2030-12-31",
            "h_beneficial": "yes",
        },
    },
    "officer": {
        "o1": {"o_person": "p1", "o_post": "410C", "o_term": "3", "o_legal_rep": "yes"},
        "o2": {"o_person": "p2", "o_post": "408A", "o_term": "3"},
    },
    "realname": {
        row: {"rn_person": person, "rn_at": "2026-09-22 08:50", "rn_result": "confirmed"}
        for row, person in (("r1", "p1"), ("r2", "p2"), ("r3", "p3"))
    },
    "seal": {
        "s1": {"s_type": "name", "s_shop": "K01", "s_person": "p3"},
        "s2": {"s_type": "finance", "s_shop": "K01", "s_person": "p3"},
    },
}
_ONCE: dict[str, str] = {
    "name": "武汉大吉科技有限公司",
    "name_trade": "大吉",
    "name_industry": "科技",
    "name_reserve_no": "(鄂市监)名称自主〔2026〕第0001号",
    "name_reserve_until": "2026-11-20",
    "phone": "027-87654321",
    "postcode": "430074",
    "addr_town": "关东街道",
    "addr_village": "光谷大道",
    "addr_number": "1号A座101室",
    "addr_right": "lease",
    "addr_usage": "office",
    "addr_area": "88.5",
    "addr_lease_from": "2026-09-01",
    "addr_lease_to": "2028-08-31",
    "reg_cap": "100",
    "l_sign": "hand",
    "fin_person": "p3",
    "lia_person": "p3",
    "ag_kind": "staff",
    "ag_person": "p3",
    "ag_auth_from": "2026-09-20",
    "ag_auth_to": "2026-12-20",
    "t_person": "p3",
    "t_invoice": "e-special,e-plain",
    "t_invoice_qty": "25",
    "t_max_amount": "100k",
    "ss_first_date": "2026-10-01",
    "ss_headcount": "3",
    "ss_person": "p3",
    "hf_need": "yes",
    "hf_first_month": "2026-10",
    "hf_headcount": "3",
    "hf_rate_unit": "8",
    "hf_rate_person": "8",
    "hf_pay_day": "10",
    "hf_bank": "105",
    "b_need": "yes",
    "b_bank": "105",
    "b_branch": "105-gg",
    "b_when": "2026-09-25 10:30",
    "b_person": "p3",
    "b_share_ok": "yes",
    "st_staff": "5",
    "st_women": "2",
    "st_party": "1",
    "st_tech": "yes",
    "d_true": "yes",
    "d_publish": "yes",
    "d_share": "yes",
    "d_sign_date": "2026-09-22",
    "ck_names_same": "yes",
    "ck_premises": "lease",
}


def complete() -> tuple[Rows, Cells]:
    """A company that has nothing wrong: rows p1 p2 p3, h1 h2, o1 o2, r1 r2 r3, s1 s2, c1 c2."""
    return _filled(_ROWS, _ONCE)


def partnership(partners: int, *, limited: bool = True) -> tuple[Rows, Cells]:
    """A partnership with that many partners (h1 the general one) that has nothing wrong.

    Partners are persons p1, p2, ...; without ``limited`` all are general and as many as wanted.
    """
    people, holders, confirmed = {}, {}, {}
    for n in range(1, partners + 1):
        day = date.fromordinal(date(1950, 1, 1).toordinal() + n)
        people[f"p{n}"] = _person(f"合伙人{_han(n)}", f"{day:%Y%m%d}", n % 1000, "13800138001")
        holders[f"h{n}"] = {
            "h_person": f"p{n}",
            "h_sub": "1",
            "h_due": "2031-09-22",
            "h_partner": "limited" if limited and n > 1 else "general",
            "h_beneficial": "yes" if n == 1 else "no",
        }
        confirmed[f"r{n}"] = {"rn_person": f"p{n}", "rn_result": "confirmed"}
    rows = _ROWS | {
        "person": people,
        "holder": holders,
        "realname": confirmed,
        "officer": {"o1": {"o_person": "p1", "o_post": "partner-executive", "o_legal_rep": "yes"}},
        "seal": {},
    }
    kind = "（有限合伙）" if limited else "（普通合伙）"
    named = {one: "p1" for one, value in _ONCE.items() if value == "p3"}
    once = (
        _ONCE
        | named
        | {
            "name": f"武汉大吉科技合伙企业{kind}",
            "name_orgform": "partnership-limited" if limited else "partnership-general",
            "ent_type": "4533" if limited else "4531",
            "reg_cap": str(partners),
        }
    )
    return _filled(rows, once)


def _han(number: int) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))


def _filled(
    rows: Mapping[str, dict[str, dict[str, str]]], once: dict[str, str]
) -> tuple[Rows, Cells]:
    """Rows and cells, with the form's defaults where nothing else is said."""
    made: Rows = []
    cells: Cells = {}
    for section in form().sections:
        defaults = {one.id: one.default for one in section.fields if one.default}
        if section.repeat:
            for at, (row, values) in enumerate(rows.get(section.id, {}).items()):
                made.append((section.id, row, at * STEP))
                cells |= {(row, name): text for name, text in (defaults | values).items()}
        else:
            known = {one.id for one in section.fields}
            given = {name: text for name, text in once.items() if name in known}
            cells |= {(SINGLE, name): text for name, text in (defaults | given).items()}
    return made, cells


def state(filling: tuple[Rows, Cells] | None = None, today: date = TODAY) -> State:
    """The filling (the complete company) as it stands."""
    rows, cells = filling or complete()
    made = State(program(), today)
    made.load(rows, [(row, name, text) for (row, name), text in cells.items()])
    return made


def put(at: State, cells: Iterable[tuple[str, str, str]]) -> None:
    """Write cells: (row, field, text)."""
    at.apply([Put(row, name, text) for row, name, text in cells])


def add(at: State, section: str, row: str, **values: str) -> None:
    """Add a row at the end, with the defaults of its section."""
    fields = next(one.fields for one in form().sections if one.id == section)
    texts = {one.id: one.default for one in fields if one.default} | values
    at.apply([Add(section, row, len(at.rows(section)) * STEP), *_puts(row, texts)])


def _puts(row: str, texts: Mapping[str, str]) -> list[Put]:
    return [Put(row, name, text) for name, text in texts.items()]
