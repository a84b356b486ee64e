"""Calls for help and requests: who may, what closes them, what each side sees."""

import pytest

from db.check import verify
from hallclient.actions import calling, export, serving, signals, undo, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk

ONE, TWO = clerk(1), clerk(2)


def refused(code: str, act: object, *args: object) -> None:
    assert callable(act)
    with pytest.raises(Refused) as caught:
        act(*args)
    assert caught.value.code == code


def test_a_call_for_help_is_answered_and_settled(kit: Kit) -> None:
    kit.open(1, 2)
    made = signals.call_help(kit.store, ONE, "dispute", "  third time\x1b[31m ")
    assert made["note"] == "third time[31m"
    refused("help-open", signals.call_help, kit.store, ONE, "system")
    signals.call_help(kit.store, TWO, "system")
    assert [row["window"] for row in signals.open_signals(kit.store)] == ["W01", "W02"]
    refused("not-yours", signals.answer, kit.store, TWO, made["id"])
    assert signals.answer(kit.store, SUPERVISOR, made["id"])["answered_by"] == "s01"
    refused("signal-answered", signals.answer, kit.store, SUPERVISOR, made["id"])
    assert [row["answered_by"] for row in signals.mine(kit.store, ONE)] == ["s01"]
    refused("not-yours", signals.close, kit.store, TWO, made["id"])
    signals.close(kit.store, ONE, made["id"])
    refused("signal-closed", signals.close, kit.store, ONE, made["id"])
    assert signals.open_signals(kit.store, "W01") == []
    assert kit.kinds()[-4:] == ["signal.sent", "signal.sent", "signal.answered", "signal.closed"]
    signals.call_help(kit.store, ONE, "system")


def test_what_is_added_in_words_is_sealed_and_opened_for_who_is_asked(kit: Kit) -> None:
    kit.open(1)
    made = signals.call_help(kit.store, ONE, "dispute", "Old Wang shouts")
    (seen,) = signals.open_signals(kit.store)
    assert seen["note"] == "Old Wang shouts"
    assert signals.answer(kit.store, SUPERVISOR, made["id"])["note"] == "Old Wang shouts"
    bodies = kit.store.db.execute("SELECT body FROM event").fetchall()
    assert not [body for (body,) in bodies if b"Wang" in body]
    hidden, shown = (
        b"".join(export.lines(kit.store, export.Wanted("events", reveal=reveal)))
        for reveal in (False, True)
    )
    assert b"Wang" not in hidden
    assert b"Old Wang shouts" in shown
    assert verify(kit.store).ok
    kit.store.db.execute("UPDATE signal SET note = 'changed'")
    assert "sealed" in {finding.code for finding in verify(kit.store).findings}


def test_an_agent_without_a_window_calls_too(kit: Kit) -> None:
    made = signals.call_help(kit.store, AGENT, "policy")
    assert (made["window"], made["sender"]) == ("", "a01")
    refused("help-open", signals.call_help, kit.store, AGENT, "policy")
    signals.call_help(kit.store, Actor("a02", "agent"), "policy")
    assert [row["sender"] for row in signals.mine(kit.store, AGENT)] == ["a01"]


def test_wrong_words_are_refused(kit: Kit) -> None:
    kit.open(1)
    refused("no-such-reason", signals.call_help, kit.store, ONE, "bored")
    refused("note-too-long", signals.call_help, kit.store, ONE, "system", "x" * 81)
    refused("no-such-window", signals.request, kit.store, SUPERVISOR, "W99", "open")
    refused("no-such-request", signals.request, kit.store, SUPERVISOR, "W01", "dance")
    refused("no-need", signals.request, kit.store, SUPERVISOR, "W01", "open")
    refused("no-such-signal", signals.answer, kit.store, SUPERVISOR, "none")
    refused("not-allowed", signals.request, kit.store, ONE, "W02", "open")


def test_coming_back_settles_what_was_asked(kit: Kit) -> None:
    kit.open(1)
    windows.pause_window(kit.store, ONE, "rest")
    signals.request(kit.store, SUPERVISOR, "W01", "resume")
    refused("request-open", signals.request, kit.store, SUPERVISOR, "W01", "resume")
    kit.pass_(30)
    windows.resume_window(kit.store, ONE)
    assert signals.open_signals(kit.store) == []
    row = kit.store.rows("SELECT * FROM signal")[0]
    assert (row["answered_by"], row["closed_at"]) == ("c01", kit.clock.ms)


def test_opening_and_calling_settle_it_too(kit: Kit) -> None:
    signals.request(kit.store, SUPERVISOR, "W02", "open")
    kit.open(2)
    signals.request(kit.store, SUPERVISOR, "W02", "next")
    answered = signals.answer(kit.store, TWO, signals.open_signals(kit.store)[0]["id"])
    assert answered["answered_by"] == "c02"
    kit.take("setup")
    calling.call_next(kit.store, TWO)
    assert signals.open_signals(kit.store) == []


def test_a_window_answers_only_what_was_asked_of_it(kit: Kit) -> None:
    kit.open(1, 2)
    row = signals.request(kit.store, SUPERVISOR, "W01", "next")
    refused("not-yours", signals.answer, kit.store, TWO, row["id"])
    refused("not-yours", signals.answer, kit.store, SUPERVISOR, row["id"])
    signals.close(kit.store, SUPERVISOR, row["id"])


def test_yesterday_s_calls_are_nobody_s_business(kit: Kit) -> None:
    kit.open(1)
    signals.call_help(kit.store, ONE, "system")
    kit.pass_(minutes=24 * 60)
    assert signals.open_signals(kit.store) == []
    signals.call_help(kit.store, ONE, "system")
    assert len(signals.open_signals(kit.store)) == 1


def test_a_supervisor_ends_what_was_forgotten(kit: Kit) -> None:
    kit.open(1)
    number = kit.take("setup").number
    kit.serve(ONE)
    kit.pass_(minutes=90)
    refused("not-allowed", serving.end_for, kit.store, ONE, "W01", "done")
    refused("no-such-outcome", serving.end_for, kit.store, SUPERVISOR, "W01", "perhaps")
    refused("no-visitor", serving.end_for, kit.store, SUPERVISOR, "W02", "done")
    leg = serving.end_for(kit.store, SUPERVISOR, "W01", "accepted")
    assert (leg.state, leg.reason) == ("done", "accepted")
    assert kit.states(number) == ["done"]
    assert kit.window(ONE)["leg"] is None
    periods = kit.store.rows("SELECT estimated FROM period WHERE kind = 'service'")
    assert periods == [{"estimated": 1}]
    assert kit.visit(number)["state"] == "done"
    assert kit.kinds()[-1] == "leg.ended"


def test_a_visitor_who_is_only_called_is_not_ended(kit: Kit) -> None:
    kit.open(1)
    kit.take("setup")
    kit.next(ONE)
    refused("wrong-state", serving.end_for, kit.store, SUPERVISOR, "W01", "done")


def test_a_call_that_is_taken_back_leaves_the_request_open(kit: Kit) -> None:
    kit.open(1)
    signals.request(kit.store, SUPERVISOR, "W01", "next")
    kit.take("setup")
    calling.call_next(kit.store, ONE)
    assert signals.open_signals(kit.store) == []
    undo.undo(kit.store, ONE)
    assert [row["reason"] for row in signals.open_signals(kit.store)] == ["next"]
