"""Operators: signing in, wrong passwords, locks, first passwords, roles, leaving."""

import pytest
from argon2 import extract_parameters

from hallclient.actions import calling, setup, staff, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from tests.hallkit import ADMINISTRATOR, AGENT, PASSWORD, SUPERVISOR, Kit, clerk

NEW = "a new password"


quick = pytest.mark.usefixtures("quick")


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda error: error.code == code)


def wrong(kit: Kit, operator: str, times: int = 1) -> None:
    for _ in range(times):
        with refused("sign-in"):
            staff.authenticate(kit.store, operator, "wrong")


def row(kit: Kit, operator: str) -> dict[str, object]:
    found = staff.operator(kit.store, operator)
    assert found is not None
    return found


# -- signing in


def test_a_verifier_has_the_cost_that_is_asked_for() -> None:
    verifier = staff.make_verifier(PASSWORD)
    found = extract_parameters(verifier)
    assert (found.type.name, found.memory_cost, found.time_cost) == ("ID", 19_456, 2)
    assert staff.matches(verifier, PASSWORD)
    assert not staff.matches(verifier, PASSWORD + " ")
    assert staff.make_verifier(PASSWORD) != verifier


@quick
def test_the_right_password_gives_the_actor_and_writes_nothing(kit: Kit) -> None:
    before = kit.kinds()
    who = staff.authenticate(kit.store, "c01", PASSWORD, "W01")
    assert who == clerk(1)
    assert kit.kinds() == before


@quick
def test_a_session_is_on_record_from_its_beginning_to_its_end(kit: Kit) -> None:
    who = staff.sign_in(kit.store, "c01", PASSWORD, "W01")
    assert (row(kit, "c01")["window"], row(kit, "c01")["signed_in_at"]) == ("W01", kit.clock.ms)
    staff.sign_out(kit.store, who)
    assert row(kit, "c01")["signed_in_at"] is None
    assert kit.kinds()[-2:] == ["operator.signed-in", "operator.signed-out"]


@quick
@pytest.mark.parametrize("operator", ["nobody", "", "system", "c01' OR '1'='1", "C01"])
def test_who_is_unknown_is_told_no_more_than_who_is_wrong(kit: Kit, operator: str) -> None:
    before = kit.kinds()
    wrong(kit, operator)
    assert kit.kinds() == before


@quick
def test_nobody_signs_in_without_a_verifier(kit: Kit) -> None:
    with kit.store.act("system") as tx:
        staff._set(tx, "operator.password-set", "c01", verifier="")
    for password in ("", PASSWORD, "nobody has this password"):
        with refused("sign-in"):
            staff.authenticate(kit.store, "c01", password)


@quick
def test_five_wrong_tries_lock_and_the_right_password_no_longer_helps(kit: Kit) -> None:
    wrong(kit, "c01", 5)
    with refused("sign-in-locked") as caught:
        staff.authenticate(kit.store, "c01", PASSWORD)
    assert caught.value.params == {"minutes": 30}
    assert kit.kinds().count("operator.sign-in-failed") == 5
    staff.authenticate(kit.store, "c02", PASSWORD)


@quick
def test_a_lock_ends_and_then_there_are_five_tries_again(kit: Kit) -> None:
    wrong(kit, "c01", 5)
    kit.pass_(minutes=30)
    wrong(kit, "c01", 4)
    staff.sign_in(kit.store, "c01", PASSWORD)
    wrong(kit, "c01", 4)
    staff.authenticate(kit.store, "c01", PASSWORD)


@quick
def test_tries_while_locked_do_not_make_the_lock_longer(kit: Kit) -> None:
    wrong(kit, "c01", 5)
    until = row(kit, "c01")["locked_until"]
    kit.pass_(minutes=29)
    with refused("sign-in-locked") as caught:
        staff.authenticate(kit.store, "c01", "wrong")
    assert caught.value.params == {"minutes": 1}
    assert row(kit, "c01")["locked_until"] == until


@quick
@pytest.mark.parametrize("helper", [SUPERVISOR, ADMINISTRATOR])
def test_a_lock_is_taken_off(kit: Kit, helper: Actor) -> None:
    wrong(kit, "c01", 5)
    staff.unlock(kit.store, helper, "c01")
    staff.authenticate(kit.store, "c01", PASSWORD)


@quick
def test_two_terminals_count_the_same_tries(kit: Kit) -> None:
    other = kit.again()
    wrong(kit, "c01", 3)
    for _ in range(2):
        with refused("sign-in"):
            staff.authenticate(other, "c01", "wrong")
    other.close()
    with refused("sign-in-locked"):
        staff.authenticate(kit.store, "c01", PASSWORD)


# -- passwords


@quick
def test_a_new_operator_changes_the_first_password_before_anything_else(kit: Kit) -> None:
    staff.add(kit.store, ADMINISTRATOR, "c19", "张三\x1b[31m", "clerk", "first-password")
    who = staff.authenticate(kit.store, "c19", "first-password", "W01")
    assert row(kit, "c19")["name"] == "张三[31m"
    for act in (
        lambda: windows.open_window(kit.store, who),
        lambda: calling.call_next(kit.store, who),
        lambda: kit.take("setup", by=who),
    ):
        with refused("password-first"):
            act()
    staff.change_password(kit.store, who, "first-password", NEW)
    windows.open_window(kit.store, staff.authenticate(kit.store, "c19", NEW, "W01"))


@quick
def test_a_password_is_changed_by_who_knows_the_old_one(kit: Kit) -> None:
    who = clerk(1)
    for old, new, code in (
        ("wrong", NEW, "sign-in"),
        (PASSWORD, "short12", "password-short"),
        (PASSWORD, PASSWORD, "password-same"),
    ):
        with refused(code):
            staff.change_password(kit.store, who, old, new)
    staff.change_password(kit.store, who, PASSWORD, NEW)
    staff.authenticate(kit.store, "c01", NEW)
    wrong(kit, "c01")


@quick
def test_a_reset_password_opens_a_lock_and_must_be_changed(kit: Kit) -> None:
    wrong(kit, "c01", 5)
    staff.reset_password(kit.store, ADMINISTRATOR, "c01", NEW)
    staff.authenticate(kit.store, "c01", NEW)
    with refused("password-first"):
        windows.open_window(kit.store, clerk(1))


@quick
def test_the_log_holds_no_password(kit: Kit) -> None:
    staff.add(kit.store, ADMINISTRATOR, "c19", "x", "clerk", "secret-of-mine")
    staff.change_password(kit.store, clerk(1), PASSWORD, "secret-of-mine")
    for found in kit.store.rows("SELECT body FROM event"):
        assert b"secret-of-mine" not in found["body"]


def test_first_passwords_are_readable_and_differ(kit: Kit) -> None:
    made = {setup.first_password(kit.store.env) for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert [len(part) for part in password.split("-")] == [4, 4, 4]
        assert not set(password) & set("0O1lIo")


# -- who works here


@quick
@pytest.mark.parametrize(
    ("key", "role", "code"),
    [
        ("c01", "clerk", "operator-exists"),
        ("system", "clerk", "operator-id"),
        ("", "clerk", "operator-id"),
        ("c 19", "clerk", "operator-id"),
        ("张三", "clerk", "operator-id"),
        ("../x", "clerk", "operator-id"),
        ("x" * 33, "clerk", "operator-id"),
        ("c19", "boss", "no-such-role"),
    ],
)
def test_who_cannot_be_added(kit: Kit, key: str, role: str, code: str) -> None:
    with refused(code):
        staff.add(kit.store, ADMINISTRATOR, key, "x", role, "long enough")


@quick
def test_a_first_password_is_long_enough(kit: Kit) -> None:
    with refused("password-short"):
        staff.add(kit.store, ADMINISTRATOR, "c19", "x", "clerk", "short12")
    assert staff.operator(kit.store, "c19") is None


def test_a_role_changes_from_the_next_action_on(kit: Kit) -> None:
    kit.open(1)
    staff.change_role(kit.store, ADMINISTRATOR, "c01", "agent")
    with refused("not-allowed"):
        calling.call_next(kit.store, clerk(1))


def test_a_role_that_an_actor_claims_does_not_count(kit: Kit) -> None:
    with refused("not-allowed"):
        staff.change_role(kit.store, Actor("c01", "administrator"), "c01", "administrator")


def test_the_last_administrator_stays_one(kit: Kit) -> None:
    with refused("last-administrator"):
        staff.leave(kit.store, ADMINISTRATOR, "admin")
    with refused("last-administrator"):
        staff.change_role(kit.store, ADMINISTRATOR, "admin", "clerk")
    staff.change_role(kit.store, ADMINISTRATOR, "s01", "administrator")
    staff.leave(kit.store, ADMINISTRATOR, "admin")
    with refused("not-active"):
        staff.unlock(kit.store, ADMINISTRATOR, "c01")


@quick
def test_who_has_left_acts_no_more_and_stays_in_the_log(kit: Kit) -> None:
    kit.open(1)
    with refused("still-at-window"):
        staff.leave(kit.store, ADMINISTRATOR, "c01")
    windows.close_window(kit.store, clerk(1))
    staff.leave(kit.store, ADMINISTRATOR, "c01")
    wrong(kit, "c01")
    with refused("not-active"):
        windows.open_window(kit.store, clerk(1))
    with refused("operator-exists"):
        staff.add(kit.store, ADMINISTRATOR, "c01", "x", "clerk", "long enough")
    with refused("no-operator"):
        staff.reset_password(kit.store, ADMINISTRATOR, "c01", NEW)
    assert row(kit, "c01")["state"] == "left"


def test_the_list_shows_no_verifier(kit: Kit) -> None:
    rows = staff.operators(kit.store, SUPERVISOR)
    assert [one["id"] for one in rows] == sorted(key for key, _ in setup.DEMO_STAFF)
    assert all("verifier" not in one for one in rows)
    with refused("not-allowed"):
        staff.operators(kit.store, AGENT)
