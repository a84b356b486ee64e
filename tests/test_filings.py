"""Filings: begun, numbered, linked to a ticket, found again, copied, closed, forgotten."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.check import verify
from hallclient.actions import (
    filing_bulk,
    filing_edit,
    filing_history,
    filing_override,
    filing_view,
    filings,
    form_offer,
    forms,
    persons,
    tickets,
)
from hallclient.actions.acting import Actor
from hallclient.actions.form_files import shipped
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Edit, Put
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.spec import to_json
from tests import invariants
from tests.filekit import ADMINISTRATOR, AGENT, ONE, TWO, Filing, small_form
from tests.hallkit import SUPERVISOR, Kit, clerk
from tests.originkit import change

NAME = "\u5f20\u4e09\u4e30"


@pytest.fixture
def filing(tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path)
    yield made
    invariants.check_replay(made.store)
    report = verify(made.store)
    assert report.ok, report.findings
    made.close()


def refusal(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.RaisesExc(Refused, check=lambda error: error.code == code)


# -- forms


def test_a_version_is_published_once_and_never_another_text(filing: Filing) -> None:
    store = filing.store
    assert forms.publish(store, ADMINISTRATOR, small_form()) is False
    assert forms.publish(store, ADMINISTRATOR, small_form("2")) is True
    with refusal("form-version-taken"):
        forms.publish(store, ADMINISTRATOR, small_form("2", items=("x",)))
    with refusal("form-mistakes"):
        forms.publish(store, ADMINISTRATOR, small_form("3", bulk="nothing"))
    assert forms.published(store, "small") == "small@2"


def test_a_filing_keeps_its_version_and_new_ones_get_the_newest(filing: Filing) -> None:
    forms.publish(filing.store, ADMINISTRATOR, small_form("2"))
    assert filings.new(filing.store, AGENT, "small")["form"] == "small@2"
    assert filing.open().state.form.version == "1"
    with refusal("no-such-form"):
        filings.new(filing.store, AGENT, "large")


def test_a_store_older_than_forms_takes_the_one_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallclient.actions.form_files.shipped", lambda: {"small": small_form("7")})
    kit = Kit(tmp_path)
    made = filings.new(kit.store, AGENT, "small")
    assert made["form"] == "small@7"
    event = kit.store.row("SELECT actor, stream FROM event WHERE kind = 'form.published'")
    assert event == {"actor": "system", "stream": "catalogue"}
    kit.close()


# -- beginning


def test_a_form_of_a_newer_program_is_told_and_the_others_are_offered(filing: Filing) -> None:
    body = json.loads(to_json(small_form("2")))
    magic = body["rules"][0] | {"constraint": "magic(1)"}
    for sort, other in enumerate([{"new": 1}, {"sections": [{"id": "x"}]}, {"rules": [magic]}]):
        key = f"newer{sort}@1"
        form = key.partition("@")[0]
        row = {"form": form, "version": "1", "sha256": key, "published_at": 1}
        made = ("form", key, None, row | {"body": json.dumps(body | other)})
        with filing.store.act("admin") as tx:
            tx.append("form.published", key, [made], stream="catalogue", sha256=key)
        with refusal("form-unreadable"):
            forms.form_in(filing.store, key)
        with refusal("form-unreadable"):
            filings.new(filing.store, AGENT, form)
    assert {*form_offer.offered(filing.store)} == {*shipped(), "small"}


def test_numbers_run_by_day_and_window(filing: Filing) -> None:
    store, kit = filing.store, filing.kit
    assert filing.row["number"] == "20260922-a01-001"
    numbers = [filings.new(store, who, "small")["number"] for who in (AGENT, ONE, ONE, TWO)]
    assert numbers == [
        "20260922-a01-002", "20260922-W01-001", "20260922-W01-002", "20260922-W02-001",
    ]  # fmt: skip
    kit.pass_(minutes=24 * 60)
    assert filings.new(store, ONE, "small")["number"] == "20260923-W01-001"


def test_a_serial_goes_on_past_its_three_digits(filing: Filing) -> None:
    with filing.store.act("system") as tx:
        rows = [("filing", f"x{n}", None, {"number": f"20260922-W01-{n:03d}"}) for n in (999, 1000)]
        tx.append("filing.made", "x", [*rows], stream="case:x")
    assert filings.new(filing.store, ONE, "small")["number"] == "20260922-W01-1001"


def test_defaults_stand_in_a_new_filing(filing: Filing) -> None:
    assert filing.cells() == {(SINGLE, "kind"): "llc"}
    assert filing.kinds() == ["filing.made"]


def test_a_default_of_today_is_the_day_of_the_filing(filing: Filing) -> None:
    forms.publish(filing.store, ADMINISTRATOR, change())
    for day in ("2026-09-22", "2026-09-23"):
        made = filings.new(filing.store, AGENT, "change")
        state = filing_view.open_filing(filing.store, AGENT, made["id"]).state
        assert state.text(SINGLE, "c_day") == day
        filing.kit.pass_(minutes=24 * 60)


def test_a_filing_of_a_ticket_knows_the_visit_the_leg_and_the_item(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    forms.publish(kit.store, ADMINISTRATOR, small_form())
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(ONE)
    made = filings.new(kit.store, ONE, "small", number=number)
    leg = kit.leg(number)
    assert (made["visit"], made["leg"], made["item"]) == (leg.visit, leg.id, leg.item)
    assert filings.find(kit.store, ONE, number) == [made]
    assert filings.find(kit.store, ONE, made["number"]) == [made]
    assert filings.find(kit.store, ONE, "A999") == []
    with refusal("no-such-number"):
        filings.new(kit.store, ONE, "small", number="A999")
    with refusal("no-such-item"):
        filings.new(kit.store, ONE, "small", item="none")
    kit.close()


def test_a_copy_of_the_last_one_holds_nothing_of_the_person(filing: Filing) -> None:
    filing.edit(
        AGENT,
        Put(SINGLE, "name", "one"),
        Put(SINGLE, "phone", "13800000000"),
        Put(SINGLE, "remark", "not copied"),
        Put(SINGLE, "clerk_seen", "yes"),
        Put(SINGLE, "kind", "jsc", "llc"),
    )
    forms.publish(filing.store, ADMINISTRATOR, small_form("2"))
    made = filings.new(filing.store, AGENT, "small", copy_last=True)
    state = filing_view.open_filing(filing.store, AGENT, made["id"]).state
    assert {name: text for _, name, text in state.cells()} == {"name": "one", "kind": "jsc"}
    assert made["copied_from"] == filing.id
    other = filings.new(filing.store, ONE, "small", copy_last=True)
    assert other["copied_from"] is None


def test_a_change_begins_with_what_is_registered(filing: Filing) -> None:
    base: list[Edit] = [
        Add("persons", "p1", STEP),
        Put("p1", "p_name", NAME),
        Add("holders", "h1", STEP),
        Put("h1", "holder", "p1"),
    ]
    made = filings.new(filing.store, AGENT, "small", base=base)
    state = filing_view.open_filing(filing.store, AGENT, made["id"]).state
    assert state.text("h1", "h_name") == NAME


# -- editing


def test_what_is_typed_is_there_and_only_changes_are_events(filing: Filing) -> None:
    first = filing.put(AGENT, "name", "one")
    assert filing.put(AGENT, "name", "one", "one").seq == first.seq
    row = filing.add(AGENT, "persons")
    filing.edit(AGENT, Add("persons", row, STEP))  # again, as after an answer that was lost
    filing.put(AGENT, "p_name", NAME, row=row)
    assert filing.text("p_name", row) == NAME
    assert filing.kinds() == ["filing.made", *["filing.edited"] * 3]
    filing.edit(AGENT, Drop(row))
    filing.edit(AGENT, Drop(row))
    assert filing.rows("persons") == []
    assert filing.kinds()[4:] == ["filing.edited"]


def test_a_step_sees_its_own_edits(filing: Filing) -> None:
    filing.edit(
        AGENT,
        Add("persons", "p1", STEP),
        Put("p1", "p_town", "a"),
        Put("p1", "p_town", "b"),
        Add("persons", "p2", 2 * STEP),
        Put("p2", "p_town", "c"),
        Drop("p2"),
        Put(SINGLE, "remark", "x"),
        Put(SINGLE, "remark", ""),
    )
    assert filing.cells() == {(SINGLE, "kind"): "llc", ("p1", "p_town"): "b"}
    assert [table for table, *_ in _last(filing)["set"]] == ["form_row", "form_cell"]


def _last(filing: Filing) -> dict[str, list[list[object]]]:
    found: dict[str, list[list[object]]] = json.loads(filing.events()[-1]["body"])
    return found


def test_what_cannot_be_edited_is_refused_and_leaves_nothing(filing: Filing) -> None:
    before = filing.kinds()
    for edit, code in (
        (Put(SINGLE, "nothing", "x"), "no-such-field"),
        (Put(SINGLE, "twice", "x"), "no-such-field"),
        (Put("p1", "p_name", "x"), "row-gone"),
        (Put(SINGLE, "p_name", "x"), "row-gone"),
        (Put(SINGLE, "name", "x" * 20_001), "text-long"),
        (Add("company", "r", 1), "no-such-section"),
        (Add("none", "r", 1), "no-such-section"),
        (Add("persons", "a/b", 1), "no-such-section"),
    ):
        with refusal(code):
            filing.edit(AGENT, Put(SINGLE, "remark", "kept out"), edit)
    assert filing.kinds() == before
    assert filing.text("remark") == ""


def test_a_field_of_another_table_is_no_field_of_this_row(filing: Filing) -> None:
    row = filing.add(AGENT, "persons")
    with refusal("row-gone"):
        filing.put(AGENT, "h_sub", "1", row=row)


def test_foreign_text_is_cleaned_and_is_no_collision_afterwards(filing: Filing) -> None:
    filing.put(AGENT, "name", "a\x1b[31m\u202eb")
    assert filing.text("name") == "a[31mb"
    assert filing.put(AGENT, "name", "c", "a\x1b[31m\u202eb").collisions == ()


def test_nothing_personal_is_readable_in_the_file(filing: Filing) -> None:
    phone = "13812345678"
    row = filing.add(AGENT, "persons")
    filing.put(AGENT, "p_name", NAME, row=row)
    filing.put(AGENT, "phone", phone)
    filing.put(ONE, "phone", phone + "9")
    for file in filing.kit.path.parent.iterdir():
        for text in (NAME, phone):
            assert text.encode() not in file.read_bytes()


def test_another_terminal_follows_without_reading_all_again(filing: Filing) -> None:
    seen = filing.open(ONE)
    assert filing_view.news(filing.store, filing.id, seen.seq) is None
    row = filing.add(AGENT, "persons")
    filing.put(AGENT, "p_name", NAME, row=row)
    filing.put(AGENT, "name", "one")
    filing.put(ONE, "name", "two")
    gone = filing.add(AGENT, "holders")
    filing.edit(AGENT, Drop(gone))
    filing.undo(AGENT)
    with filing.kit.again() as other:
        told = filing_view.news(other, filing.id, seen.seq)
    assert told is not None
    for step in told.steps:
        seen.state.apply(step.edits)
    fresh = filing.open(ONE)
    assert list(seen.state.cells()) == list(fresh.state.cells())
    assert seen.state.rows("holders") == fresh.state.rows("holders") == [gone]
    assert {(one.row, one.field): one for one in told.collisions} == fresh.collisions
    assert told.seq == fresh.seq
    assert [step.by for step in told.steps] == ["a01"] * 3 + ["c01"] + ["a01"] * 3
    filing_edit.settle(filing.store, ONE, filing.id, SINGLE, "name", "other")
    told = filing_view.news(filing.store, filing.id, fresh.seq)
    assert told is not None
    assert [(one.text, one.other) for one in told.collisions] == [("two", None)]


# -- history


def test_a_cell_tells_who_wrote_what(filing: Filing) -> None:
    filing.put(AGENT, "phone", "1")
    filing.kit.pass_(10)
    filing.edit(ONE, Put(SINGLE, "phone", "2", "1"), source="paste")
    filing.put(TWO, "phone", "3", "1")
    filing_edit.settle(filing.store, AGENT, filing.id, SINGLE, "phone", "other")
    filing.undo(AGENT)
    found = filing_history.history(filing.store, AGENT, filing.id, SINGLE, "phone")
    assert [(one.by, one.was, one.now, one.how) for one in found] == [
        ("a01", "3", "2", "undone"),
        ("a01", "2", "3", "settled"),
        ("c02", "", "3", "collided"),
        ("c01", "1", "2", "paste"),
        ("a01", "", "1", "edited"),
    ]
    assert [(one.window, one.at - found[-1].at) for one in found[-2:]] == [("W01", 10_000), ("", 0)]
    steps = filing_history.whole_history(filing.store, AGENT, filing.id)
    assert [step.kind for step in reversed(steps)] == filing.kinds()
    assert len(filing_history.whole_history(filing.store, AGENT, filing.id, 2)) == 2


def test_the_history_survives_a_row_that_was_taken_out(filing: Filing) -> None:
    row = filing.add(AGENT, "persons")
    filing.put(AGENT, "p_name", NAME, row=row)
    filing.edit(AGENT, Drop(row))
    found = filing_history.history(filing.store, AGENT, filing.id, row, "p_name")
    assert [(one.was, one.now) for one in found] == [(NAME, ""), ("", NAME)]


# -- what is let pass


def problem(filing: Filing, code: str) -> tuple[Problem, str]:
    state = filing.open().state
    found = next(one for one in state.problems() if one.code == code)
    return found, state.judging.fingerprint(found)


def test_a_rule_is_let_pass_by_whom_it_names_for_what_they_saw(filing: Filing) -> None:
    filing.edit(AGENT, Put(SINGLE, "capital", "5"), Put(SINGLE, "name", "ax"))
    _, seen = problem(filing, "sum")

    def let(who: Actor, rule: str = "sum", reason: str = "seen", was: str = seen) -> None:
        filing_override.override(filing.store, who, filing.id, rule, SINGLE, reason, was)

    acts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("reason-needed", lambda: let(SUPERVISOR, reason=" ")),
        ("not-allowed", lambda: let(ONE)),
        ("no-such-problem", lambda: let(SUPERVISOR, rule="none")),
        ("problem-changed", lambda: let(SUPERVISOR, was="other")),
        ("rule-firm", lambda: let(SUPERVISOR, rule="no-a")),
        ("rule-firm", lambda: let(SUPERVISOR, rule="hint")),
    )
    for code, act in acts:
        with refusal(code):
            act()
    let(SUPERVISOR)
    assert problem(filing, "sum")[0].passed
    (kept,) = filing.open().overrides
    assert (kept.rule, kept.row, kept.reason, kept.seen, kept.role, kept.by) == (
        "sum", SINGLE, "seen", seen, "supervisor", "s01",
    )  # fmt: skip
    # It was let pass for what was seen; something else stands again.
    filing.put(AGENT, "capital", "6", "5")
    now, seen = problem(filing, "sum")
    assert now.stands
    let(SUPERVISOR, reason="again", was=seen)
    assert [one.reason for one in filing.open().overrides] == ["again"]


def test_a_warning_is_confirmed_by_whoever_fills_the_form(filing: Filing) -> None:
    filing.put(AGENT, "name", "x")
    _, seen = problem(filing, "short")
    filing_override.override(filing.store, AGENT, filing.id, "short", SINGLE, "true", seen)
    assert problem(filing, "short")[0].passed


# -- many at once


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path)
    forms.publish(made.store, ADMINISTRATOR, small_form("2", bulk="remark"))
    made.row = filings.new(made.store, AGENT, "small")
    made.id = made.row["id"]
    yield made
    invariants.check_replay(made.store)
    assert verify(made.store).ok
    made.close()


def test_one_list_makes_a_filing_for_each_line(many: Filing) -> None:
    row = many.add(AGENT, "persons")
    many.put(AGENT, "p_name", NAME, row=row)
    holder = many.add(AGENT, "holders")
    many.put(AGENT, "holder", row, row=holder)
    many.put(AGENT, "clerk_seen", "yes")
    table = [{"remark": "one"}, {"remark": "two", "capital": "\uff15\u4e07\u5143"}]
    made = filing_bulk.bulk(many.store, AGENT, many.id, table)
    assert [one["number"][-3:] for one in made] == ["003", "004"]
    assert {one["copied_from"] for one in made} == {many.id}
    states = [filing_view.open_filing(many.store, AGENT, one["id"]).state for one in made]
    assert [state.text(SINGLE, "remark") for state in states] == ["one", "two"]
    assert [state.text(SINGLE, "capital") for state in states] == ["", "5"]
    assert [state.text(holder, "h_name") for state in states] == [NAME, NAME]
    assert [state.text(SINGLE, "clerk_seen") for state in states] == ["", ""]


def test_all_of_a_list_or_nothing(many: Filing) -> None:
    for table, code in (
        ([], "bulk-none"),
        ([{"remark": "a"}, {"remark": " a "}], "bulk-twice"),
        ([{"remark": "a"}, {"capital": "1"}], "bulk-blank"),
        ([{"remark": "a"}, {"remark": "b", "none": "1"}], "no-such-field"),
        ([{"remark": "a"}, {"remark": "b", "twice": "1"}], "no-such-field"),
    ):
        with refusal(code):
            filing_bulk.bulk(many.store, AGENT, many.id, table)
    assert len(form_offer.listed(many.store, AGENT)) == 2


def test_a_form_without_a_list_has_no_bulk(filing: Filing) -> None:
    with refusal("bulk-none"):
        filing_bulk.bulk(filing.store, AGENT, filing.id, [{"remark": "a"}])


# -- the end


def test_what_is_closed_is_not_edited(filing: Filing) -> None:
    filing.put(AGENT, "name", "one")
    with refusal("no-such-reason"):
        filings.close(filing.store, AGENT, filing.id, "lost")
    closed = filings.close(filing.store, AGENT, filing.row["number"], "withdrawn")
    assert (closed["state"], closed["reason"], closed["done_by"]) == ("closed", "withdrawn", "a01")
    assert form_offer.listed(filing.store, AGENT) == []
    for act in (
        lambda: filing.put(AGENT, "name", "two", "one"),
        lambda: filing.undo(AGENT),
        lambda: filing.redo(AGENT),
        lambda: filings.close(filing.store, AGENT, filing.id, "done"),
        lambda: filing_edit.settle(filing.store, AGENT, filing.id, SINGLE, "name", "own"),
        lambda: filing_override.override(filing.store, AGENT, filing.id, "short", "", "x", ""),
        lambda: filing_bulk.bulk(filing.store, AGENT, filing.id, []),
    ):
        with refusal("filing-closed"):
            act()
    assert filing.text("name") == "one"


def test_only_what_is_right_and_settled_is_taken_in(filing: Filing) -> None:
    with refusal("filing-blocked"):
        filings.close(filing.store, AGENT, filing.id, "done")
    row = filing.add(AGENT, "holders")
    filing.edit(
        AGENT, Put(SINGLE, "name", "xyz"), Put(SINGLE, "capital", "5"), Put(row, "h_sub", "5")
    )
    filing.put(ONE, "name", "other")
    with refusal("filing-disputed"):
        filings.close(filing.store, AGENT, filing.id, "done")
    filing_edit.settle(filing.store, AGENT, filing.id, SINGLE, "name", "own")
    assert filings.close(filing.store, AGENT, filing.id, "done")["reason"] == "done"


def test_to_forget_a_visitor_forgets_what_was_filed(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    store = kit.store
    forms.publish(store, ADMINISTRATOR, small_form())
    number = kit.take("setup", person={"name": NAME, "identity": "420100199001011234"}).number
    made = filings.new(store, AGENT, "small", number=number)
    filing_edit.edit(
        store, AGENT, made["id"], [Put(SINGLE, "phone", "1"), Put(SINGLE, "name", "x")]
    )
    tickets.cancel(store, AGENT, number, "visitor")
    day = kit.visit(number)["day"]
    with refusal("filing-open"):
        persons.forget(store, ADMINISTRATOR, number, day)
    with refusal("filing-open"):
        filings.forget(store, ADMINISTRATOR, made["id"])
    filings.close(store, AGENT, made["id"], "given-up")
    persons.forget(store, ADMINISTRATOR, number, day)
    opened = filing_view.open_filing(store, AGENT, made["id"])
    assert [text for _, _, text in opened.state.cells()] == ["x", "llc"]
    assert filing_history.history(store, AGENT, made["id"], SINGLE, "phone")[0].now == ""
    gone = store.rows("SELECT stream FROM event WHERE kind = 'personal.destroyed' ORDER BY pos")
    assert [row["stream"].partition(":")[0] for row in gone] == ["visit", "case"]
    report = verify(store)
    assert report.ok, report.findings
    invariants.check_replay(store)
    kit.close()


def test_a_filing_without_a_visitor_is_forgotten_by_itself(filing: Filing) -> None:
    filing.put(AGENT, "phone", "1")
    filings.close(filing.store, AGENT, filing.id, "withdrawn")
    filings.forget(filing.store, ADMINISTRATOR, filing.id)
    assert filing.text("phone") == ""


def test_what_was_left_open_is_told(filing: Filing) -> None:
    filing.put(AGENT, "name", "one")
    at = filing.kit.pass_(60)
    filing.put(ONE, "capital", "5")
    filings.new(filing.store, TWO, "small")
    for who in (AGENT, ONE):
        (left,) = filing_view.left_open(filing.store, who)
        assert left == (filing.id, filing.row["number"], "small@1", at, 3)
    assert filing_view.left_open(filing.store, clerk(3)) == []
