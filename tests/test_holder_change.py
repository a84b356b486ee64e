"""The change of holders: each of its rules broken and kept, and what changes between states."""

from __future__ import annotations

import pytest

from hallclient.rules.form.delta import Changed, Kind, begun, changes, paired
from hallclient.rules.form.spec import Level
from tests.company import identity
from tests.twoforms import codes, holders, judged_true, program, put

RULES = {rule.id: rule for rule in program("holder-change").form.rules}
GIFT = "t1.t_way=gift t1.t_price= "
HEIR = "t1.t_way=inherit t1.t_price= t1.t_kin=child k_kin=ok "
UP = (
    "+transfer:t2 t2.t_way=increase t2.t_to=p2 t2.t_amount=20 t2.t_signed=2026-09-18 "
    "a_capital=120 h2.h_sub=60 a_decided=2026-09-18 k_licence=ok "
)
DOWN = (
    "+transfer:t2 t2.t_way=reduce t2.t_from=p2 t2.t_amount=10 t2.t_paid=0 t2.t_price=0 "
    "t2.t_signed=2026-09-18 t2.t_tax=nil t2.t_tax_number=1 "
    "a_capital=90 h2.h_sub=30 a_decided=2026-09-18 k_licence=ok "
)
YOUNG = "c_founded=2025-01-01 "
SOLE = (
    "t1.t_amount=60 t1.t_paid=60 -h1 h3.h_sub=60 h3.h_paid=60 "
    "+transfer:t2 t2.t_way=sale t2.t_from=p2 t2.t_to=p3 t2.t_amount=40 t2.t_paid=10 -h2 "
    "h3.h_sub=100 h3.h_paid=70 h3.h_due=2026-12-31 a_type=1151 "
)
CHILD = identity("20150815", 35)

CASES: dict[str, tuple[str, str]] = {
    # rule: (what breaks it, what keeps it)
    "BEFORE_SUM": ("b2.b_sub=41", ""),
    "BEFORE_DUP": ("b2.b_person=p1", ""),
    "LLC_ONLY": ("c_type=1219", ""),
    "PERSON_DUP": (f"p2.p_cert_no={identity('19700307', 123)}", ""),
    "PERSON_DOCUMENT": ("p1.p_kind=company", ""),
    "REALNAME": ("p3.p_real=open", ""),
    "HOLDER_MINOR": (f"p3.p_cert_no={CHILD}", ""),
    "HOLDER_FOREIGN": ("p3.p_country=HKG", ""),
    "MOVE_POSITIVE": ("t1.t_amount=0", ""),
    "MOVE_SELF": ("t1.t_to=p1", ""),
    "MOVE_FROM_HOLDER": ("t1.t_from=p3 t1.t_to=p1", ""),
    "MOVE_HELD": ("t1.t_amount=61", ""),
    "MOVE_PAID": ("t1.t_paid=31", ""),
    "MOVE_TO_HOLDER": ("-h3", ""),
    "MOVE_SIGNED": ("t1.t_signed=2026-09-23", ""),
    "MOVE_RATIO": ("t1.t_amount=60", ""),
    "UNPAID_PASSES": ("t1.t_from=p2", ""),
    "UNPAID_OVERDUE": ("t1.t_from=p2 b2.b_due=2026-09-21", "t1.t_from=p2"),
    "REFUSAL_SETTLED": ("t1.t_refusal=", ""),
    "REFUSAL_30_DAYS": (
        "t1.t_refusal=silent t1.t_notice=2026-08-24",
        "t1.t_refusal=silent t1.t_notice=2026-08-23",
    ),
    "REFUSAL_EXERCISED": ("t1.t_refusal=exercised t1.t_notice=2026-08-01", ""),
    "INHERIT_ARTICLES": (HEIR, ""),
    "GIFT_KIN": (GIFT, GIFT + "t1.t_kin=child k_kin=ok"),
    "INHERIT_KIN": ("t1.t_way=inherit", HEIR),
    "PRICE_SAID": ("t1.t_price=-1", ""),
    "PRICE_LOW": ("t1.t_price=32", "t1.t_price=33"),
    "TAX_PROOF": ("t1.t_tax=none", ""),
    "TAX_REPORT": ("t1.t_signed=2026-09-10", ""),
    "CAP_SUM": ("h3.h_sub=29", ""),
    "CAP_POSITIVE": ("h3.h_sub=0", ""),
    "CAP_PAID": ("h3.h_paid=30.000001", ""),
    "HOLDER_DUP": ("h2.h_person=p1", ""),
    "HOLDER_COUNT": (
        " ".join(f"+holder:x{n}" for n in range(48)),
        " ".join(f"+holder:x{n}" for n in range(47)),
    ),
    "SOLE_NEEDED": (SOLE + "a_type=1130", SOLE),
    "SOLE_WRONG": ("a_type=1151", ""),
    "SOLE_KIND": (SOLE + "a_type=1152", SOLE),
    "MOVES_MATCH": ("h1.h_sub=31 h2.h_sub=39", ""),
    "GONE_GAVE_ALL": ("-h1", SOLE),
    "PAID_KEPT": ("h2.h_paid=9", ""),
    "CHANGED_AT_ALL": ("-t1", ""),
    "CAP_UP_DOWN": ("a_capital=101", UP),
    "CAP_DOWN_CREDITORS": (DOWN, UP),
    "CAP_5Y": (YOUNG + "h2.h_due=2030-01-02", YOUNG + "h2.h_due=2030-01-01"),
    "CAP_5Y_OLD": ("h2.h_due=2032-07-01", "h2.h_due=2032-06-30"),
    "CAP_INCREASE": (UP + "h2.h_due=2031-09-23", UP + "h2.h_due=2031-09-22"),
    "CAP_ODD": (UP + "a_capital=100000.000001", UP),
    "DUE_ODD": ("h2.h_due=2050-05-07", "h2.h_due=2050-05-06"),
    "DUE_LATER": ("h2.h_due=2027-01-01", ""),
    "CAP_WAY": (UP + "h2.h_way=ip", UP),
    "PAPER_AGREEMENT": ("k_agreement=unneeded", ""),
    "PAPER_ARTICLES": ("k_articles=lacking", ""),
    "PAPER_ARTICLES_DATE": ("k_articles_on=2026-09-17", ""),
    "PAPER_REFUSAL": ("k_refusal=flawed", ""),
    "PAPER_KIN": (HEIR + "k_kin=lacking", HEIR),
    "PAPER_IDENTITY": ("k_identity=lacking", ""),
    "REGISTER_TOLD": ("k_register=no", ""),
    "LICENCE_BACK": (UP + "k_licence=lacking", UP),
    "TRUE_ONLY": ("o_true=no", ""),
    "RESOLVED_FIRST": (UP + "a_decided=2026-09-23", UP),
}


def test_a_clean_change_has_nothing_wrong() -> None:
    assert codes(holders()) == []


def test_every_rule_is_tried() -> None:
    assert list(CASES) == list(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_is_broken_and_kept(rule: str) -> None:
    breaks, keeps = CASES[rule]
    broken = [one for one in holders(*put(breaks)).problems() if one.code == rule]
    assert broken
    assert all(one.field == RULES[rule].on for one in broken)
    kept = holders(*put(keeps))
    assert rule not in codes(kept)
    assert judged_true(kept, rule)


@pytest.mark.parametrize(
    "whole",
    [
        HEIR,
        GIFT + "t1.t_kin=child k_kin=ok",
        UP,
        SOLE + "t2.t_price=45 t2.t_signed=2026-09-18 t2.t_refusal=waived t2.t_tax=paid "
        "t2.t_tax_number=2 t1.t_price=70 k_licence=ok",
    ],
)
def test_other_ways_to_change_can_be_filed_whole(whole: str) -> None:
    standing = [one.code for one in holders(*put(whole)).problems() if one.level is Level.BLOCK]
    assert standing == []


def test_a_holder_that_does_not_match_says_what_it_should_be() -> None:
    (problem,) = holders(*put("h1.h_sub=20")).problems_at("h1", "h_sub")
    assert problem.code == "MOVES_MATCH"
    assert problem.params == {
        "name": "王伟",
        "wanted": "30",
        "had": "60",
        "got": "0",
        "gave": "30",
        "found": "20",
    }


def test_the_moves_of_one_giver_add_up() -> None:
    two = "+transfer:t2 t2.t_way=sale t2.t_from=p1 t2.t_to=p2 t2.t_amount=31"
    state = holders(*put(two))
    assert "MOVE_HELD" in codes(state)
    state.apply(put("t2.t_amount=30"))
    assert "MOVE_HELD" not in codes(state)
    state.apply(put("t2.t_from=p2"))
    state.apply(put("-t2"))
    assert codes(state) == []


# -- 变更前 and 变更后


def test_the_difference_goes_by_identity_and_keeps_the_order() -> None:
    assert changes(holders()) == [
        Changed("holder", Kind.CHANGED, "h1", "b1", "h_sub", "60", "30"),
        Changed("holder", Kind.CHANGED, "h1", "b1", "h_paid", "60", "30"),
        Changed("holder", Kind.ADDED, "h3", ""),
    ]


def test_who_gave_all_is_gone() -> None:
    assert [(one.kind, one.row, one.before) for one in changes(holders(*put(SOLE)))] == [
        (Kind.ADDED, "h3", ""),
        (Kind.GONE, "", "b1"),
        (Kind.GONE, "", "b2"),
    ]


def test_the_same_number_is_the_same_person_whoever_entered_it_again() -> None:
    again = "+person:p9 p9.p_cert_type=resident_id p9.p_name=王伟 h1.h_person=p9 "
    state = holders(*put(again))
    assert (Kind.GONE, "b1") in [(one.kind, one.before) for one in changes(state)]
    state.apply(put(f"p9.p_cert_no={identity('19700307', 123)}"))
    assert changes(state) == changes(holders())


def test_rows_without_a_person_are_nobodys() -> None:
    state = holders(*put("h1.h_person="))
    assert [(one.kind, one.row or one.before) for one in changes(state)] == [
        (Kind.ADDED, "h1"),
        (Kind.ADDED, "h3"),
        (Kind.GONE, "b1"),
    ]


def test_the_wanted_holders_begin_as_the_registered_ones() -> None:
    names = iter(f"n{n}" for n in range(1, 9))
    state = holders(*put("-h1 -h2 -h3 -t1"))
    state.apply(begun(state, lambda: next(names)))
    assert state.rows("holder") == ["n1", "n2"]
    assert [state.text(row, "h_name") for row in ("n1", "n2")] == ["王伟", "欧阳静"]
    assert state.text("n2", "h_due") == "2026-12-31"
    assert changes(state) == []
    assert "CHANGED_AT_ALL" in codes(state)
    assert begun(state, lambda: next(names)) == []  # never over what is there


def test_columns_pair_by_what_they_are_called() -> None:
    form = program("holder-change").form
    pairs = [(old.id, new.id) for old, new in paired(form, "before", "holder")]
    assert pairs == [
        ("b_sub", "h_sub"),
        ("b_paid", "h_paid"),
        ("b_due", "h_due"),
        ("b_way", "h_way"),
    ]


def test_a_form_without_a_base_changes_nothing() -> None:
    from tests.twoforms import report

    assert changes(report()) == []
