"""Outsourced firms and their agents: on the operator, on their cases, in what agents carry."""

from __future__ import annotations

import pytest

from hallclient.actions import case_lease, case_load, cases, staff
from hallclient.actions.acting import Actor
from hallclient.actions.case_figures import review_figures
from hallclient.actions.firms import check, firms
from hallclient.rules.errors import Refused
from tests.casekit import DAJI, Case
from tests.clikit import Cli, cli, quick
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk

__all__ = ["cli", "quick"]

A02 = Actor("a02", "agent")
JIA, YI = "甲服务公司", "乙服务公司"
TODAY = "2026-09-22"


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.code == code)


@pytest.fixture
def two(kit: Kit, quick: None) -> Kit:
    """Two agents, each of a firm of its own."""
    staff.change_firm(kit.store, ADMINISTRATOR, "a01", JIA)
    staff.change_firm(kit.store, ADMINISTRATOR, "a02", f" {YI}\x1b ")
    return kit


@pytest.mark.usefixtures("quick")
def test_a_firm_is_of_agents_alone_and_is_kept_clean(kit: Kit) -> None:
    staff.add(kit.store, ADMINISTRATOR, "a77", "x", "agent", "first-password", firm=f"{JIA}\x1b ")
    rows = {row["id"]: row["firm"] for row in staff.operators(kit.store, ADMINISTRATOR)}
    assert (rows["a77"], rows["c01"]) == (JIA, None)
    (row,) = staff.operators(kit.store, ADMINISTRATOR, JIA)
    assert row["id"] == "a77"
    before = kit.kinds()
    with refused("firm-of-agents"):
        staff.add(kit.store, ADMINISTRATOR, "c77", "x", "clerk", "first-password", firm=JIA)
    with refused("firm-of-agents"):
        staff.change_firm(kit.store, ADMINISTRATOR, "c01", JIA)
    with refused("no-operator"):
        staff.change_firm(kit.store, ADMINISTRATOR, "nobody", JIA)
    with refused("not-allowed"):
        staff.change_firm(kit.store, SUPERVISOR, "a77", YI)
    assert kit.kinds() == before
    staff.change_firm(kit.store, ADMINISTRATOR, "c01", "")
    # Whoever is no agent any more is of no firm.
    staff.change_role(kit.store, ADMINISTRATOR, "a77", "clerk")
    found = staff.operator(kit.store, "a77")
    assert found is not None
    assert (found["role"], found["firm"]) == ("clerk", None)


def test_a_case_keeps_the_firm_of_its_agent(two: Kit) -> None:
    case = Case(two, by=AGENT)
    assert case.row["firm"] == JIA
    assert Case(two).row["firm"] is None
    staff.change_firm(two.store, ADMINISTRATOR, "a01", YI)
    assert case.now["firm"] == JIA
    assert cases.open_case(two.store, AGENT, checklist="food", applicant=DAJI)["firm"] == YI
    case_lease.hand_over(two.store, AGENT, case.id, "a02")
    assert (case.now["agent"], case.now["firm"]) == ("a02", YI)
    assert firms(two.store) == [YI]


def test_what_agents_carry_is_of_a_firm(two: Kit) -> None:
    for who in (AGENT, AGENT, A02):
        Case(two, by=who)
    found = {one.agent: (one.firm, one.open) for one in case_load.agents(two.store, SUPERVISOR)}
    assert (found["a01"], found["a02"]) == ((JIA, 2), (YI, 1))
    (only,) = case_load.agents(two.store, SUPERVISOR, "乙")
    assert (only.agent, only.firm, only.open) == ("a02", YI, 1)
    for typed in ("丙", "服务公司"):
        with refused("no-such-firm"):
            case_load.agents(two.store, SUPERVISOR, typed)
    assert check(two.store, "  ") == ""
    with refused("not-allowed"):
        case_load.agents(two.store, clerk(1), JIA)


def test_the_report_of_agents_is_of_a_firm(two: Kit) -> None:
    for who in (AGENT, AGENT, A02):
        Case(two, by=who)
    Case(two)
    whole = review_figures(two.store, SUPERVISOR, "agents", TODAY, by=("firm", "agent"))
    assert {key: one["opened"].value for key, one in whole.groups["firm"].items()} == {
        JIA: 2,
        YI: 1,
    }
    one = review_figures(two.store, SUPERVISOR, "agents", TODAY, by=("agent",), firm=YI)
    assert one.total["opened"].value == 1
    assert one.groups["agent"].keys() == {"a02"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_firms_on_the_command_line(cli: Cli, lang: str) -> None:
    def run(*words: str, by: str = "admin") -> str:
        said = cli("--lang", lang, *words, by=by)
        assert (said.code, said.err) == (0, "")
        return said.out

    assert "a77" in run("staff", "add", "a77", "--role", "agent", "--firm", JIA)
    assert JIA in run("staff", "list")
    (row,) = cli.json("staff", "list", "--firm", "甲", by="admin").objects
    assert (row["operator"], row["firm"]) == ("a77", JIA)
    assert YI in run("staff", "change", "a77", "--firm", YI)
    assert "a77" in run("staff", "change", "A77", "--firm", "")
    assert cli.json("staff", "list", by="admin").objects[0]["firm"] is None
    run("staff", "change", "a01", "--firm", YI)
    Case(cli.kit, by=AGENT)
    loads = cli.json("watch", "agents", "--firm", YI, by="s01").objects
    assert [(one["kind"], one["agent"], one["firm"]) for one in loads] == [
        ("agent", "a01", YI),
        ("firm", "", YI),
    ]
    report = ("report", "agents", "--firm", YI, "--by", "firm")
    opened = [
        one
        for one in cli.json(*report, by="s01").objects
        if one["metric"] == "opened" and one["by"]
    ]
    assert [(one["group"], one["value"]) for one in opened] == [(YI, 1)]
    assert YI in run(*report, by="s01")
    for words in (("report", "--firm", YI), ("report", "deadlines", "--firm", YI)):
        assert cli.refused("--lang", lang, *words, by="s01")["error"] == "report-option"
    assert cli.refused("staff", "list", "--firm", "丙", by="admin")["error"] == "no-such-firm"
    wrong = cli.refused("staff", "add", "c77", "--role", "clerk", "--firm", JIA, by="admin")
    assert wrong["error"] == "firm-of-agents"
