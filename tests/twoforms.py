"""A change of holders and a cross-region tax report that have nothing wrong, for tests.

Everything is made up; identity numbers are of region 420100, which no person has, and credit codes
of a series that is not issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from hallclient.actions.form_files import FOLDER, read_forms
from hallclient.paths import FIXTURES
from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.program import Program, compile_form
from hallclient.rules.form.state import State
from hallclient.rules.form.units import Judged
from tests.company import TODAY, identity

Cells = Mapping[tuple[str, str], str]
"""(row, field) -> canonical text"""

PEOPLE = {
    "p1": ("王伟", identity("19700307", 123)),
    "p2": ("欧阳静", identity("19880229", 246)),
    "p3": ("买买提·吐尔逊", identity("19950815", 35)),
}
_PAPERS = ("k_agreement", "k_articles", "k_refusal", "k_identity")
HOLDERS: dict[str, dict[str, dict[str, str]]] = {
    "person": {
        row: {
            "p_kind": "natural",
            "p_name": name,
            "p_cert_type": "resident_id",
            "p_cert_no": number,
            "p_country": "CHN",
            "p_addr": "湖北省武汉市洪山区珞喻路1号",
            "p_mobile": "13800138001",
            "p_real": "confirmed",
        }
        for row, (name, number) in PEOPLE.items()
    },
    "before": {
        "b1": {"b_person": "p1", "b_sub": "60", "b_paid": "60", "b_way": "money"},
        "b2": {
            "b_person": "p2",
            "b_sub": "40",
            "b_paid": "10",
            "b_due": "2026-12-31",
            "b_way": "money",
        },
    },
    "transfer": {
        "t1": {
            "t_way": "sale",
            "t_from": "p1",
            "t_to": "p3",
            "t_amount": "30",
            "t_paid": "30",
            "t_price": "35",
            "t_signed": "2026-09-18",
            "t_kin": "none",
            "t_refusal": "waived",
            "t_tax": "paid",
            "t_tax_number": "WS-2026-0001",
        }
    },
    "holder": {
        "h1": {"h_person": "p1", "h_sub": "30", "h_paid": "30", "h_way": "money"},
        "h2": {
            "h_person": "p2",
            "h_sub": "40",
            "h_paid": "10",
            "h_due": "2026-12-31",
            "h_way": "money",
        },
        "h3": {"h_person": "p3", "h_sub": "30", "h_paid": "30", "h_way": "money"},
    },
    "": {
        SINGLE: {
            "c_name": "武汉大吉科技有限公司",
            "c_uscc": "91420100QQ00000125",
            "c_type": "1130",
            "c_founded": "2020-05-06",
            "c_capital": "100",
            "c_assets": "110",
            "a_capital": "100",
            "a_type": "1130",
            **dict.fromkeys(_PAPERS, "ok"),
            "k_articles_on": "2026-09-19",
            "k_register": "yes",
            "o_name": "王伟",
            "o_cert_type": "resident_id",
            "o_cert_no": PEOPLE["p1"][1],
            "o_mobile": "13800138001",
            "o_true": "yes",
            "o_signed": "2026-09-21",
        }
    },
}
"""王伟 sells half of his 60 to an outsider; 欧阳静 keeps her 40."""

REPORT: dict[str, dict[str, dict[str, str]]] = {
    "": {
        SINGLE: {
            "x_uscc": "91420100QQ00000125",
            "x_name": "武汉虹信工程有限公司",
            "x_area": "420000",
            "x_city": "武汉市",
            "x_county": "江夏区",
            "x_legal": "王伟",
            "r_extension": "no",
            "c_name": "通信铁塔安装合同",
            "c_number": "HX-2026-017",
            "c_party": "长沙铁塔有限公司",
            "c_party_uscc": "91420100QQ00000200",
            "c_amount": "1090000",
            "c_from": "2026-09-22",
            "c_to": "2027-01-31",
            "place": "湖南省长沙市岳麓区",
            "place_address": "麓谷大道658号",
            "w_way": "construction",
            "w_what": "铁塔安装",
            "w_from": "2026-09-25",
            "w_to": "2027-01-31",
            "w_method": "general",
            "k_name": "欧阳静",
            "k_mobile": "13800138002",
            "o_name": "王伟",
            "o_cert_type": "resident_id",
            "o_cert_no": PEOPLE["p1"][1],
            "o_mobile": "13800138001",
            "o_true": "yes",
            "o_signed": "2026-09-22",
        }
    }
}
"""Wuhan installs masts in Changsha for a million yuan and the tax on it."""


@cache
def program(form: str) -> Program:
    """A form as its files say, compiled; shared, it holds no state."""
    forms, problems = read_forms(FIXTURES / FOLDER)
    mine = [one for one in problems if f"/{form}/" in one.file]
    assert not mine, mine[0]
    return compile_form(forms[form])


def holders(*more: Edit) -> State:
    """The change of holders, and these edits after it."""
    return _state("holder-change", HOLDERS, more)


def report(*more: Edit) -> State:
    """The cross-region report, and these edits after it."""
    return _state("cross-region-tax", REPORT, more)


def _state(
    form: str, content: Mapping[str, Mapping[str, Mapping[str, str]]], more: Iterable[Edit]
) -> State:
    made = State(program(form), TODAY)
    made.load(
        [
            (section, row, at * STEP)
            for section, rows in content.items()
            for at, row in enumerate(rows, 1)
        ],
        [
            (row, name, text)
            for rows in content.values()
            for row, cells in rows.items()
            for name, text in cells.items()
        ],
    )
    made.apply(more)
    return made


def put(cells: str) -> list[Edit]:
    """``"h1.h_sub=20 a_capital=90"``: cells to write; ``"+holder:h4"`` a row, ``"-h3"`` none."""
    made: list[Edit] = []
    for word in cells.split():
        if word[0] == "+":
            section, row = word[1:].split(":")
            made.append(Add(section, row, 99 * STEP))
        elif word[0] == "-":
            made.append(Drop(word[1:]))
        else:
            cell, _, text = word.partition("=")
            row, _, name = cell.rpartition(".")
            made.append(Put(row, name, text))
    return made


def codes(state: State) -> list[str]:
    """Codes of all problems."""
    return [one.code for one in state.problems()]


def judged_true(state: State, rule: str) -> bool:
    """Whether a rule is asked somewhere and holds there: it is kept, not only silent."""
    for unit in state.program.units:
        if isinstance(unit, Judged) and unit.rule.id == rule:
            rows = state.rows(unit.row) if unit.row else [SINGLE]
            return any(
                (unit.relevant is None or unit.relevant(state, row) is True)
                and (unit.field is None or state.relevant(row, unit.field.id))
                and unit.constraint(state, row) is True
                for row in rows
            )
    raise AssertionError(rule)
