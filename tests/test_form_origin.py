"""A filing begins from what is registered: what comes over, from which filings, and what stays."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.check import verify
from hallclient.actions import (
    filing_begin,
    filing_bulk,
    filing_edit,
    filing_undo,
    filing_view,
    filings,
    forms,
)
from hallclient.actions.filing_begin import begin_from, candidates
from hallclient.actions.form_files import shipped
from hallclient.rules.errors import Refused
from hallclient.rules.form import delta
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.entering import begin
from hallclient.rules.form.files.origin_checks import of_others
from hallclient.rules.form.origin import NOTHING, taken
from hallclient.rules.form.origin import registered as registered_of
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import Form, Origin, from_json, to_json
from hallclient.rules.form.state import State
from tests import company, invariants
from tests.filekit import small_form
from tests.formkit import TODAY
from tests.hallkit import ADMINISTRATOR, AGENT, Kit, clerk
from tests.lookkit import company_base
from tests.originkit import (
    FROM_CHANGE,
    FROM_REGISTRATION,
    change,
    filled,
    publish,
    registered,
    registration,
    state_of,
)
from tests.test_filings import refusal

ONE = clerk(1)


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"n{next(numbers)}"


def taken_over(source: State, form: Form, origin: Origin) -> State:
    """A new filing of the form that took the source over."""
    state = State(compile_form(form), TODAY)
    state.apply(begin(state))
    new_id = ids()
    state.apply(taken(state, source, origin, new_id))
    state.apply(delta.begun(state, new_id))
    return state


def table(state: State, section: str, letter: str) -> list[tuple[str, ...]]:
    names = (f"{letter}_name", f"{letter}_sub", f"{letter}_way")
    return [tuple(state.text(row, name) for name in names) for row in state.rows(section)]


# -- what comes over


def test_only_what_is_declared_comes_over() -> None:
    source = state_of(registration(), filled([("p1", "60")], {"boss": "p2", "owner": "secret"}))
    state = taken_over(source, change(), FROM_REGISTRATION)
    assert {name: text for row, name, text in state.cells() if row == SINGLE} == {
        "c_name": "Acme",
        "c_code": "C1",
        "c_kind": "llc",
        "c_day": TODAY.isoformat(),
        "c_note": "noted",
        "c_boss": state.rows("person")[1],
    }
    assert table(state, "before", "b") == [("name-p1", "60", "jsc")]
    people = [[state.text(one, name) for name in ("p_name", "p_no", "p_phone", "p_seen")]
              for one in state.rows("person")]  # fmt: skip
    assert people == [[f"name-{p}", f"no-{p}", f"phone-{p}", ""] for p in ("p1", "p2")]


def test_what_is_registered_as_nothing_holds_no_default() -> None:
    source = state_of(registration(), filled([("p1", "1")], {"code": "", "kind": ""}))
    state = taken_over(source, change(), FROM_REGISTRATION)
    assert [state.text(SINGLE, name) for name in ("c_code", "c_kind", "c_extra")] == ["", "", ""]


def test_what_was_not_asked_was_not_stated() -> None:
    asked = {"kind": "jsc", "extra": "said"}
    for cells, said in ((asked, "said"), (asked | {"kind": "llc"}, "")):
        source = state_of(registration(), filled([("p1", "1")], cells))
        assert taken_over(source, change(), FROM_REGISTRATION).text(SINGLE, "c_extra") == said


def test_a_person_named_twice_comes_once_and_a_name_of_nobody_as_it_is() -> None:
    source = state_of(registration(), filled([("p1", "1"), ("p1", "2"), ("who?", "3")]))
    state = taken_over(source, change(), FROM_REGISTRATION)
    (person,) = state.rows("person")
    assert [state.text(row, "b_person") for row in state.rows("before")] == [person, person, "who?"]


def test_what_another_version_has_otherwise_is_passed_over() -> None:
    old = state_of(registration("yuan"), filled([("p1", "600000")]))
    state = taken_over(old, change(), FROM_REGISTRATION)
    assert table(state, "before", "b") == [("name-p1", "", "jsc")]


SHARES = st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3"]), st.sampled_from("123456789")))


@given(shares=SHARES)
def test_a_change_begins_without_a_difference_and_the_next_one_where_it_ended(
    shares: list[tuple[str, str]],
) -> None:
    source = state_of(registration(), filled(shares, people=("p1", "p2", "p3")))
    state = taken_over(source, change(), FROM_REGISTRATION)
    assert table(state, "before", "b") == table(source, "holder", "h")
    assert table(state, "holder", "h") == table(source, "holder", "h")
    assert delta.changes(state) == []
    assert state.count("person") == len({person for person, _ in shares})
    if shares:
        state.apply([Put(state.rows("holder")[0], "h_sub", "77"), Drop(state.rows("holder")[-1])])
    after = taken_over(state, change(), FROM_CHANGE)
    assert table(after, "before", "b") == table(state, "holder", "h")
    assert delta.changes(after) == []


def test_the_company_that_ships_becomes_the_registered_one() -> None:
    source, form = company.state(), shipped()["holder-change"]
    origin = form.origin("company-setup")
    assert origin is not None
    state = taken_over(source, form, origin)
    for name, other in origin.fields.items():
        if form.fields[name].section == "company":
            assert state.text(SINGLE, name) == source.text(SINGLE, other), name
    assert state.total("b_sub") == state.value(SINGLE, "c_capital") != 0
    holders = [source.text(row, "h_name") for row in source.rows("holder")]
    for section in ("before", "holder"):
        letter = section[0]
        assert [state.text(row, f"{letter}_name") for row in state.rows(section)] == holders
    assert state.count("person") == len(holders) < source.count("person")
    broken = {one.code for one in state.problems() if one.level == "block" and one.rule}
    assert broken == {"CHANGED_AT_ALL"}


# -- what stays


def test_what_stays_of_what_came() -> None:
    rows = [("person", "q"), ("before", "b"), ("holder", "h")]
    cells = [("q", "p_name"), ("q", "p_phone"), ("b", "b_sub"), ("h", "h_sub"), (SINGLE, "c_name")]
    found = registered_of(change(), FROM_REGISTRATION, rows, [*cells, (SINGLE, "c_day")])
    assert found.cells == {("q", "p_name"), ("b", "b_sub"), (SINGLE, "c_name")}
    assert found.rows == {"q", "b"}
    assert found.tables == {"before"}


# -- how it is declared


def wrong(fields: dict[str, str]) -> list[str]:
    form = change(Origin("reg", fields))
    return [one.code for one in of_others(form, {"reg": registration()}, ["reg", "change"])]


@pytest.mark.parametrize(
    ("here", "there", "code"),
    [
        ("c_name", "nothing", "form-origin-no-field"),
        ("c_name", "kind", "form-origin-type"),
        ("c_name", "owner", "form-origin-personal"),
        ("c_boss", "h_person", "form-origin-table"),
        ("b_person", "boss", "form-origin-table"),
        ("p_name", "owner", "form-origin-table"),
        ("c_name", "name", ""),
        ("b_sub", "h_sub", ""),
        ("p_name", "p_no", ""),
    ],
)
def test_what_fits_another_form(here: str, there: str, code: str) -> None:
    assert wrong({here: there}) == [code] * bool(code)


def test_the_columns_of_a_table_come_from_one_table() -> None:
    form = change(Origin("change", {"b_sub": "h_sub", "b_way": "b_way"}))
    assert [one.code for one in of_others(form, {"change": form}, ["change"])] == [
        "form-origin-table"
    ]


def test_a_form_that_is_not_there_is_a_doubt() -> None:
    form = change(Origin("rge", {"c_name": "name"}))
    (found,) = of_others(form, {}, ["reg"])
    assert (found.code, found.warning) == ("form-origin-unknown", True)
    assert list(of_others(form, {}, ["rge"])) == []  # it has mistakes of its own


def test_what_is_declared_is_published_with_the_form() -> None:
    assert from_json(to_json(change())) == change()
    assert shipped()["holder-change"].origin("holder-change") is not None


# -- the use case


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Kit]:
    kit = Kit(tmp_path)
    publish(kit)
    yield kit
    invariants.check_replay(kit.store)
    report = verify(kit.store)
    assert report.ok, report.findings
    kit.close()


def opened(kit: Kit, filing: str) -> State:
    return filing_view.open_filing(kit.store, AGENT, filing).state


def put(kit: Kit, filing: str, *edits: Edit) -> None:
    filing_edit.edit(kit.store, AGENT, filing, edits)


def finished(kit: Kit, filing: str) -> None:
    filings.close(kit.store, AGENT, filing, "done")


def test_one_event_begins_it_and_what_is_personal_stays_sealed(hall: Kit) -> None:
    source = registered(hall)
    made = begin_from(hall.store, ONE, "change", source["number"])
    assert (made["copied_from"], made["form"]) == (source["id"], "change@1")
    (event,) = hall.store.rows(
        "SELECT kind, body FROM event WHERE stream = ?", f"case:{made['id']}"
    )
    facts = json.loads(event["body"])
    assert (event["kind"], facts["origin"]) == ("filing.made", "reg")
    assert not any(text in event["body"] for text in (b"name-p1", b"no-p2"))
    state = opened(hall, made["id"])
    assert table(state, "before", "b") == [("name-p1", "60", "jsc"), ("name-p2", "40", "jsc")]
    assert table(state, "holder", "h") == table(state, "before", "b")
    assert not set(state.rows("person")) & {"p1", "p2"}


def test_a_ticket_and_its_service_belong_to_it(hall: Kit) -> None:
    hall.open(1)
    number = hall.take("setup").number
    hall.serve(ONE)
    made = begin_from(hall.store, ONE, "change", registered(hall)["id"], number=number)
    leg = hall.leg(number)
    assert (made["visit"], made["leg"], made["item"]) == (leg.visit, leg.id, leg.item)


def test_a_day_that_was_calculated_is_that_of_the_end(hall: Kit) -> None:
    source = registered(hall)
    hall.pass_(minutes=3 * 24 * 60)
    made = begin_from(hall.store, AGENT, "change", source["id"])
    assert opened(hall, made["id"]).text(SINGLE, "c_day") == "2026-09-22"
    assert made["day"] == "2026-09-25"


def test_from_what_nothing_can_begin(hall: Kit) -> None:
    before = hall.store.row("SELECT count(*) AS n FROM event")
    with refusal("no-such-filing"):
        begin_from(hall.store, AGENT, "change", "none")
    assert hall.store.row("SELECT count(*) AS n FROM event") == before
    still, gone = registered(hall, end=""), registered(hall, end="withdrawn")
    done = registered(hall)
    for row in (still, gone):
        with refusal("origin-not-done"):
            begin_from(hall.store, AGENT, "change", row["id"])
    with refusal("other-form"):
        begin_from(hall.store, AGENT, "reg", done["id"])
    filings.forget(hall.store, ADMINISTRATOR, done["id"])
    with refusal("origin-forgotten"):
        begin_from(hall.store, AGENT, "change", done["id"])
    assert candidates(hall.store, AGENT, change()) == []


def test_of_several_that_follow_only_the_last_says_what_is_registered(hall: Kit) -> None:
    source = registered(hall)
    first = begin_from(hall.store, AGENT, "change", source["id"])["id"]
    second = begin_from(hall.store, AGENT, "change", source["id"])["id"]  # the first is not done
    row = opened(hall, first).rows("holder")[0]
    put(hall, first, Put(row, "h_sub", "61", "60"))
    finished(hall, first)
    with pytest.raises(Refused) as refused:
        begin_from(hall.store, AGENT, "change", source["id"])
    number = hall.store.rows("SELECT number FROM filing WHERE id = ?", first)[0]["number"]
    assert refused.value.code == "origin-passed"
    assert refused.value.params["later"] == number
    assert [one.id for one in candidates(hall.store, AGENT, change())] == [first]
    third = begin_from(hall.store, AGENT, "change", first)["id"]
    assert table(opened(hall, third), "before", "b")[0] == ("name-p1", "61", "jsc")
    with refusal("registered-since"):
        filings.close(hall.store, AGENT, second, "done")
    filings.close(hall.store, AGENT, second, "given-up")
    # A copy is no change of what was copied.
    other = filings.new(hall.store, AGENT, "change", copy_last=True)
    finished(hall, other["id"])
    assert begin_from(hall.store, AGENT, "change", first)


def locked_edits(state: State) -> dict[str, Edit]:
    before, person = state.rows("before")[0], state.rows("person")[0]
    return {
        "a field": Put(SINGLE, "c_name", "Other", "Acme"),
        "a field emptied": Put(SINGLE, "c_kind", "", "llc"),
        "a cell": Put(before, "b_sub", "99", "60"),
        "who it is": Put(before, "b_person", state.rows("person")[1], person),
        "a name": Put(person, "p_name", "Other", "name-p1"),
        "a row more": Add("before", "new", 7),
        "a row less": Drop(before),
        "a person less": Drop(person),
    }


@pytest.mark.parametrize("name", list(locked_edits(taken_over(state_of(registration(), filled(
    [("p1", "60"), ("p2", "40")])), change(), FROM_REGISTRATION))))  # fmt: skip
def test_what_is_registered_is_changed_by_nobody(hall: Kit, name: str) -> None:
    filing = begin_from(hall.store, AGENT, "change", registered(hall)["id"])["id"]
    edit = locked_edits(opened(hall, filing))[name]
    before = hall.store.row("SELECT count(*) AS n FROM event")
    for who in (AGENT, ONE):
        with pytest.raises(Refused) as refused:
            filing_edit.edit(hall.store, who, filing, [Put(SINGLE, "c_note", "x", "noted"), edit])
        assert refused.value.code == ("registered" if isinstance(edit, Put) else "registered-row")
    assert hall.store.row("SELECT count(*) AS n FROM event") == before


def test_everything_else_is_filled_in_and_taken_back(hall: Kit) -> None:
    source = registered(hall, *filled([("p1", "60")], {"code": ""}))
    filing = begin_from(hall.store, AGENT, "change", source["id"])["id"]
    state = opened(hall, filing)
    person, holder = state.rows("person")[0], state.rows("holder")[0]
    edits: list[Edit] = [
        Put(SINGLE, "c_name", "Acme"),  # as it is
        Put(SINGLE, "c_code", "C2"),  # was empty there
        Put(SINGLE, "c_day", "2020-01-01", state.text(SINGLE, "c_day")),
        Put(person, "p_phone", "new", "phone-p1"),
        Put(person, "p_seen", "yes"),
        Add("person", "other", 9),
        Put("other", "p_name", "Somebody"),
        Put(holder, "h_person", "other", person),
    ]
    put(hall, filing, *edits)
    put(hall, filing, Put(SINGLE, "c_code", "C3", "C2"))
    put(hall, filing, Drop(holder))
    for _ in range(3):
        filing_undo.undo(hall.store, AGENT, filing)
    assert list(opened(hall, filing).cells()) == list(state.cells())
    for _ in range(3):
        filing_undo.redo(hall.store, AGENT, filing)
    assert opened(hall, filing).text(SINGLE, "c_code") == "C3"
    finished(hall, filing)


def test_typed_by_hand_it_can_be_corrected(hall: Kit) -> None:
    filing = filings.new(hall.store, AGENT, "change", base=[Put(SINGLE, "c_name", "Acne")])["id"]
    assert filing_view.open_filing(hall.store, AGENT, filing).registered == NOTHING
    put(hall, filing, Put(SINGLE, "c_name", "Acme", "Acne"), Add("before", "b", 1))
    put(hall, filing, Drop("b"))
    copied = filings.new(hall.store, AGENT, "change", copy_last=True)["id"]
    put(hall, copied, Put(SINGLE, "c_name", "Other", "Acme"))


def test_many_made_of_one_keep_what_is_registered(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    origin = Origin("small", {"name": "name"}, {"capital": "capital"})
    forms.publish(kit.store, ADMINISTRATOR, small_form(bulk="remark", origins=(origin,)))
    base = [Put(SINGLE, "name", "long name")]
    first = filings.new(kit.store, AGENT, "small", base=[*base, Put(SINGLE, "capital", "0")])
    filings.close(kit.store, AGENT, first["id"], "done")
    begun = begin_from(kit.store, AGENT, "small", first["id"])
    (made,) = filing_bulk.bulk(kit.store, AGENT, begun["id"], [{"remark": "one"}])
    with refusal("registered"):
        filing_edit.edit(kit.store, AGENT, made["id"], [Put(SINGLE, "name", "x", "long name")])
    filing_edit.edit(kit.store, AGENT, made["id"], [Put(SINGLE, "capital", "3", "0")])
    kit.close()


# -- what is offered


def test_filings_are_found_by_number_name_and_code_the_newest_first(hall: Kit) -> None:
    made = {}
    for name, code in (("武汉大吉科技", "9142A"), ("武汉长江", "9142B"), ("Acme", "9143X")):
        made[name] = registered(hall, *filled([("p1", "1")], {"name": name, "code": code}))
        hall.pass_(minutes=1)
    registered(hall, end="withdrawn")

    def found(text: str) -> list[str]:
        return [one.said[0] for one in candidates(hall.store, AGENT, change(), text)]

    assert found("") == ["Acme", "武汉长江", "武汉大吉科技"]
    assert found("武汉") == ["武汉长江", "武汉大吉科技"]
    assert found(" acme ") == ["Acme"]
    assert found("9142b") == ["武汉长江"]
    assert found(made["武汉大吉科技"]["number"]) == ["武汉大吉科技"]
    assert found("%") == found("name-p1") == []
    assert [one.said for one in candidates(hall.store, AGENT, change(), most=1)] == [
        ("Acme", "9143X")
    ]
    assert candidates(hall.store, AGENT, registration()) == []


def test_a_name_that_is_personal_is_masked_and_not_searched(hall: Kit) -> None:
    form = change(Origin("reg", {"c_name": "owner"}))
    registered(hall, *filled([("p1", "1")], {"owner": "欧阳小静"}))
    (one,) = candidates(hall.store, AGENT, form)
    assert one.said[0].startswith("欧")
    assert "小静" not in one.said[0]
    assert candidates(hall.store, AGENT, form, "欧阳") == []


def test_the_shipped_forms_end_to_end(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    row = filings.new(kit.store, AGENT, "company-setup", base=company_base())
    filings.close(kit.store, AGENT, row["id"], "done")
    form = shipped()["holder-change"]
    (one,) = filing_begin.candidates(kit.store, AGENT, form, "大吉")
    made = begin_from(kit.store, AGENT, "holder-change", one.id)
    state = opened(kit, made["id"])
    assert table_names(state) == [company.state().text(h, "h_name") for h in ("h1", "h2")]
    assert delta.changes(state) == []
    with refusal("registered"):
        capital = state.text(SINGLE, "c_capital")
        filing_edit.edit(kit.store, AGENT, made["id"], [Put(SINGLE, "c_capital", "1", capital)])
    kit.close()


def table_names(state: State) -> list[str]:
    return [state.text(row, "b_name") for row in state.rows("before")]
