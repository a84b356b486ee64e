"""Use cases of the queue in the store: what one rule alone cannot show."""

import pytest

from hallclient.actions import calling, serving, sweep, tickets, undo, views, windows
from hallclient.actions.acting import Actor
from hallclient.rules import policy, queue
from hallclient.rules.errors import Refused
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk

C1, C2, C7, C8 = clerk(1), clerk(2), clerk(7), clerk(8)


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{code}\\(")


def returned(kit: Kit) -> str:
    """A number that was held, whose timer ran out, and that was then called back to window 1."""
    kit.open(1, 2)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.hold(kit.store, C1, "fill")
    kit.pass_(minutes=10)
    assert kit.next(C1) == number
    assert kit.leg(number).lane == policy.RETURN
    return number


# -- nobody is lost


def test_a_return_that_was_passed_and_reinstated_is_called_again(kit: Kit) -> None:
    number = returned(kit)
    kit.pass_(90)
    calling.pass_over(kit.store, C1)
    tickets.reinstate(kit.store, AGENT, number)
    kit.pass_(minutes=3)
    assert kit.next(C2) == number


def test_a_return_that_was_taken_over_is_called_again(kit: Kit) -> None:
    number = returned(kit)
    serving.take_over(kit.store, SUPERVISOR, "W01")
    assert kit.next(C2) == number


def test_a_reinstated_number_is_called_when_only_emergency_lines_wait(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.take("tax")  # planned at window 1 for an emergency only, which is not on
    assert kit.next(C1) == number
    kit.pass_(90)
    calling.pass_over(kit.store, C1)
    tickets.reinstate(kit.store, AGENT, number)
    kit.pass_(minutes=3)
    assert kit.next(C1) == number


def test_a_consultation_that_ends_badly_still_gives_the_visitor_back(kit: Kit) -> None:
    kit.open(1, 7)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.transfer(kit.store, C1, "consult", kit.item("general"))
    assert kit.serve(C7) == number
    serving.finish(kit.store, C7, "not_competent")
    assert kit.states(number) == ["waiting", "done"]
    assert kit.next(C1) == number


def test_an_expired_consultation_does_not_end_what_is_served(kit: Kit) -> None:
    """Once it stopped every call in the hall: the timer's move was refused each time."""
    kit.open(1, 7)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.transfer(kit.store, C1, "consult", kit.item("general"))
    kit.next(C7)
    kit.pass_(90)
    calling.pass_over(kit.store, C7)
    tickets.come_back(kit.store, AGENT, number)
    assert kit.serve(C1) == number
    kit.pass_(minutes=30)
    sweep.sweep(kit.store)
    assert kit.states(number) == ["serving", "abandoned"]


# -- one window per visitor, one open number per person and service


def two_services(kit: Kit) -> str:
    kit.open(1, 7)
    return kit.take("setup", "general").number


def test_a_held_service_waits_while_the_visitor_is_at_another_window(kit: Kit) -> None:
    number = two_services(kit)
    kit.serve(C1)
    serving.hold(kit.store, C1, "fill")
    assert kit.next(C7) == number
    with refused("at-window"):
        serving.resume(kit.store, C1, number)


def test_a_service_is_not_reopened_while_the_visitor_is_at_another_window(kit: Kit) -> None:
    number = two_services(kit)
    kit.serve_out(C1)
    assert kit.next(C7) == number
    with refused("at-window"):
        serving.reopen(kit.store, C1, number)


@pytest.mark.parametrize("act", ["finish", "hold"])
def test_undo_when_the_visitor_is_at_another_window(kit: Kit, act: str) -> None:
    number = two_services(kit)
    kit.serve(C1)
    if act == "finish":
        serving.finish(kit.store, C1)
    else:
        serving.hold(kit.store, C1, "fill")
    assert kit.next(C7) == number
    with refused("moved-on"):
        undo.undo(kit.store, C1)


def test_a_person_with_a_new_number_does_not_get_the_old_service_back(kit: Kit) -> None:
    kit.open(1)
    person = {"identity": "420100199001011234"}
    number = kit.take("setup", person=person).number
    kit.serve_out(C1)
    kit.take("setup", person=person)
    with refused("already-open"):
        serving.reopen(kit.store, C1, number)
    with refused("moved-on"):
        undo.undo(kit.store, C1)


@pytest.mark.parametrize("kind", ["next", "wrong-service", "consult"])
def test_nobody_is_handed_to_a_service_they_wait_for_already(kit: Kit, kind: str) -> None:
    two_services(kit)
    kit.serve(C1)
    with refused("already-open"):
        serving.transfer(kit.store, C1, kind, kit.item("general"))


def test_an_agent_cannot_be_handed_a_visitor(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.serve(C1)
    with refused("no-operator"):
        serving.transfer(kit.store, C1, "clerk", AGENT.operator)


# -- undo


def test_undoing_a_call_restores_the_counts_of_the_line(kit: Kit) -> None:
    kit.open(1, 2)
    for _ in range(4):
        kit.take("setup", priority="elderly", proof="card")
    kit.take("setup")
    kit.serve_out(C1)
    before = kit.store.rows("SELECT * FROM line")
    assert before[0]["due_run"] == 1
    kit.next(C1)
    assert kit.store.rows("SELECT * FROM line")[0]["due_run"] == 2
    undo.undo(kit.store, C1)
    assert kit.store.rows("SELECT * FROM line") == before


def test_undoing_a_call_takes_only_its_own_step_back(kit: Kit) -> None:
    kit.open(1, 2)
    for _ in range(3):
        kit.take("setup", priority="elderly", proof="card")
    kit.next(C1)
    kit.next(C2)
    undo.undo(kit.store, C1)
    (row,) = kit.store.rows("SELECT calls, due_run FROM line")
    assert row == {"calls": 1, "due_run": 1}


def test_undoing_an_ordinary_call_gives_the_run_of_due_calls_back(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup", priority="elderly", proof="card")
    kit.serve_out(C1)
    kit.take("setup")
    kit.next(C1)
    assert kit.store.rows("SELECT due_run FROM line") == [{"due_run": 0}]
    undo.undo(kit.store, C1)
    assert kit.store.rows("SELECT calls, due_run FROM line") == [{"calls": 1, "due_run": 1}]


def test_undoing_a_transfer_keeps_a_line_that_others_use_by_now(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.transfer(kit.store, C1, "next", kit.item("general"))
    other = kit.take("general").number  # the first number of a line that the transfer has made
    undo.undo(kit.store, C1)
    assert kit.states(number) == ["serving"]
    assert kit.take("general").number != other


def test_a_transfer_whose_new_leg_was_called_stays(kit: Kit) -> None:
    kit.open(1, 7)
    kit.take("setup")
    kit.serve(C1)
    serving.transfer(kit.store, C1, "next", kit.item("general"))
    kit.next(C7)
    with refused("moved-on"):
        undo.undo(kit.store, C1)


def chain(kit: Kit) -> str:
    """A restaurant: the first service at window 1, then two that wait for it at window 7."""
    kit.open(1, 7, 8)
    number = tickets.take(kit.store, AGENT, tickets.Request([], joint="restaurant")).number
    kit.serve(C1)
    return number


def test_undoing_a_finish_blocks_its_followers_again(kit: Kit) -> None:
    number = chain(kit)
    serving.finish(kit.store, C1)
    assert kit.states(number) == ["done", "waiting", "waiting"]
    undo.undo(kit.store, C1)
    assert kit.states(number) == ["serving", "blocked", "blocked"]
    assert kit.window(C1)["leg"] == kit.legs(number)[0].id


def test_a_finish_whose_follower_was_called_stays(kit: Kit) -> None:
    chain(kit)
    serving.finish(kit.store, C1)
    kit.next(C7)
    with refused("moved-on"):
        undo.undo(kit.store, C1)


def test_a_finish_stays_when_a_follower_of_two_was_freed_by_the_other(kit: Kit) -> None:
    kit.open(1, 7)
    number = kit.take("setup", "general").number
    tickets.add_service(kit.store, AGENT, number, kit.item("estate"), after_current=True)
    kit.serve_out(C1)
    kit.serve_out(C7)
    assert kit.states(number) == ["done", "done", "waiting"]
    with refused("moved-on"):
        undo.undo(kit.store, C1)
    undo.undo(kit.store, C7)
    assert kit.states(number) == ["done", "serving", "blocked"]


def test_a_transfer_stays_when_a_service_was_put_behind_it(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.transfer(kit.store, C1, "next", kit.item("general"))
    tickets.add_service(kit.store, AGENT, number, kit.item("estate"), after_current=True)
    with refused("moved-on"):
        undo.undo(kit.store, C1)


def test_a_reopening_stays_when_a_service_was_put_behind_it(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve_out(C1)
    serving.reopen(kit.store, C1, number)
    tickets.add_service(kit.store, AGENT, number, kit.item("estate"), after_current=True)
    with refused("moved-on"):
        undo.undo(kit.store, C1)


def test_undoing_the_finish_of_a_number_given_up_meanwhile_opens_the_visit(kit: Kit) -> None:
    number = two_services(kit)
    kit.serve_out(C1)
    tickets.cancel(kit.store, AGENT, number, "visitor")
    assert kit.visit(number)["state"] == "done"
    undo.undo(kit.store, C1)
    assert kit.states(number) == ["serving", "cancelled"]
    assert kit.visit(number)["state"] == "open"


def test_undo_goes_back_step_by_step_and_stops_at_what_cannot_be_undone(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve_out(C1)
    windows.pause_window(kit.store, C1, "rest")
    done = []
    for _ in range(4):
        done.append(undo.undo(kit.store, C1))
    assert done == [
        ("window.paused", ""),
        ("leg.finished", number),
        ("leg.started", number),
        ("leg.called", number),
    ]
    assert kit.states(number) == ["waiting"]
    with refused("nothing-to-undo"):
        undo.undo(kit.store, C1)


def test_undo_ends_after_ten_seconds(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.next(C1)
    kit.pass_(10)
    undo.undo(kit.store, C1)
    kit.next(C1)
    kit.pass_(10.001)
    with refused("nothing-to-undo"):
        undo.undo(kit.store, C1)


def test_a_clerk_who_left_the_window_cannot_undo_there(kit: Kit) -> None:
    kit.open(1)
    windows.pause_window(kit.store, C1, "rest")
    from hallclient.actions import shift
    from tests.hallkit import PASSWORD

    shift.hand_over(kit.store, C1, "c05", PASSWORD)
    with refused("not-your-window"):
        undo.undo(kit.store, C1)


def test_undo_of_an_action_in_a_draining_window(kit: Kit) -> None:
    number = returned(kit)
    undo.undo(kit.store, C1)
    windows.drain_window(kit.store, C1)
    assert kit.serve(C1) == number
    serving.finish(kit.store, C1)
    assert kit.window(C1)["state"] == "draining"
    undo.undo(kit.store, C1)
    assert (kit.window(C1)["state"], kit.window(C1)["resumes"]) == ("serving", "draining")
    undo.undo(kit.store, C1)
    undo.undo(kit.store, C1)
    assert (kit.window(C1)["state"], kit.window(C1)["resumes"]) == ("draining", None)
    undo.undo(kit.store, C1)
    assert kit.window(C1)["state"] == "wrap_up"


# -- reopening


def test_reopening_leaves_a_follower_blocked_that_waits_for_another_too(kit: Kit) -> None:
    kit.open(1, 7)
    number = kit.take("setup", "general").number
    tickets.add_service(kit.store, AGENT, number, kit.item("estate"), after_current=True)
    kit.serve_out(C1)
    serving.reopen(kit.store, C1, number)
    assert kit.states(number) == ["serving", "waiting", "blocked"]


def test_reopening_a_consultation_lets_the_one_who_asked_wait_on(kit: Kit) -> None:
    kit.open(1, 7)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.transfer(kit.store, C1, "consult", kit.item("general"))
    kit.serve_out(C7)
    assert kit.states(number) == ["waiting", "done"]
    serving.reopen(kit.store, C7, number)
    assert kit.states(number) == ["external", "serving"]
    serving.finish(kit.store, C7)
    assert kit.next(C1) == number


def test_a_follower_that_has_begun_cannot_be_put_back(kit: Kit) -> None:
    number = chain(kit)
    serving.finish(kit.store, C1)
    kit.serve(C7)
    serving.hold(kit.store, C7, "fill")
    kit.pass_(minutes=5)
    with refused("followers-begun"):
        serving.reopen(kit.store, C1, number)
    kit.pass_(minutes=5)
    sweep.sweep(kit.store)
    assert kit.states(number)[1] == "waiting"
    with refused("followers-begun"):
        serving.reopen(kit.store, C1, number)


# -- a verified priority holds for the whole visit


def test_priority_stays_through_followers_holds_and_transfers(kit: Kit) -> None:
    kit.open(1, 7)
    number = tickets.take(
        kit.store,
        AGENT,
        tickets.Request([], joint="restaurant", priority="disabled", proof="card"),
    ).number
    kit.serve_out(C1)
    assert {leg.lane for leg in kit.legs(number)[1:]} == {policy.PRIORITY}
    kit.serve(C7)
    serving.transfer(kit.store, C7, "next", kit.item("street"))
    assert kit.leg(number).lane == policy.PRIORITY
    kit.serve(C7)
    serving.hold(kit.store, C7, "fill")
    kit.pass_(minutes=10)
    sweep.sweep(kit.store)
    kit.pass_(minutes=10)
    sweep.sweep(kit.store)
    held = [leg for leg in kit.legs(number) if leg.state == queue.WAITING]
    assert {leg.lane for leg in held} == {policy.PRIORITY}


# -- windows


def test_a_freed_window_that_was_closing_goes_on_closing(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.serve(C1)
    windows.drain_window(kit.store, C1)
    serving.take_over(kit.store, SUPERVISOR, "W01")
    assert kit.window(C1)["state"] == "draining"


def test_a_return_between_two_guarded_calls_does_not_restart_the_guard(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(C1)
    serving.hold(kit.store, C1, "fill", 60)
    for _ in range(2):
        kit.take("setup")
    kit.pass_(minutes=50)
    due = [kit.take("setup", priority="elderly", proof="card").number for _ in range(2)]
    assert calling.call_next(kit.store, C1).why["band"] == policy.BAND_GUARD
    calling.start(kit.store, C1)
    serving.finish(kit.store, C1)
    kit.pass_(minutes=10)
    assert kit.serve_out(C1) == number
    assert kit.serve_out(C1) in due


def test_calling_again_gives_the_same_visitor_and_writes_nothing(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    first = calling.call_next(kit.store, C1)
    events = kit.kinds()
    again = calling.call_next(kit.store, C1)
    assert (again.leg.number, again.again, again.why) == (number, True, first.why)
    assert kit.kinds() == events


def test_no_action_of_a_window_reads_a_whole_table(kit: Kit) -> None:
    """A table's size must not slow a call: every statement finds its rows by an index."""
    said: list[str] = []
    kit.open(1, 7)
    number = kit.take("setup", "general", person={"identity": "420100199001011234"}).number
    more = [kit.take("setup").number for _ in range(3)]
    visit = kit.leg(number).visit
    kit.store.db.set_trace_callback(said.append)
    kit.serve(C1)
    serving.hold(kit.store, C1, "fill")
    serving.resume(kit.store, C1)
    undo.undo(kit.store, C1)
    serving.resume(kit.store, C1, number)
    serving.transfer(kit.store, C1, "consult", kit.item("estate"))
    calling.call_chosen(kit.store, C1, more[1], "frail")
    kit.pass_(90)
    calling.recall(kit.store, C1)
    calling.pass_over(kit.store, C1)
    tickets.reinstate(kit.store, AGENT, more[1])
    kit.serve(C1)
    serving.send_out(kit.store, C1)
    tickets.come_back(kit.store, AGENT, more[0])
    kit.serve_out(C1)
    serving.reopen(kit.store, C1, more[0])
    serving.finish(kit.store, C1)
    tickets.cancel(kit.store, AGENT, more[2], "visitor")
    tickets.add_service(kit.store, AGENT, number, kit.item("street"))
    tickets.verify_priority(kit.store, AGENT, number, "elderly", "card")
    kit.pass_(minutes=40)
    sweep.sweep(kit.store)
    windows.drain_window(kit.store, C1)
    windows.close_window(kit.store, C1)
    views.visit(kit.store, visit)
    views.aside(kit.store, "W01", "c01")
    views.waiting_ids(kit.store, "W01", "c01", None)
    kit.store.db.set_trace_callback(None)
    read = {one for one in said if one.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))}
    assert len(read) > 50
    growing = ("leg", "visit", "event", "attempt", "period", "o")
    slow = {
        (step, one)
        for one in read
        for *_, step in kit.store.db.execute(f"EXPLAIN QUERY PLAN {one}")
        if step.split()[:1] == ["SCAN"]
        and step.split()[1] in growing
        and "leg_one_per_visit" not in step  # holds only those at windows
    }
    assert slow == set()


def test_only_the_own_window_is_worked(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    with refused("not-your-window"):
        calling.call_next(kit.store, Actor("c02", "clerk", "W01"))
    with refused("not-allowed"):
        calling.call_next(kit.store, Actor("a01", "agent", "W01"))


def test_nobody_is_sent_to_a_closed_window(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.serve(clerk(1))
    with pytest.raises(Refused) as refused:
        serving.transfer(kit.store, clerk(1), "window", "W02")
    assert refused.value.code == "window-unstaffed"
