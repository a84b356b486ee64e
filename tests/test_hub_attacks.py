"""Whoever holds the enrolment of one window, and an SQL prompt, can do what that window can."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from hallclient.hub import devices, install
from hallclient.hub.transport import PgTransport, channel_of
from hallclient.sync import messages as m
from hallclient.sync.messages import LinkLost
from tests.hubkit import DAY, HubHall, Window, hub, hub_server

__all__ = ["hub", "hub_server"]

CALLS = {
    "destroy_keys",
    "find",
    "follow",
    "heads",
    "hello",
    "join",
    "lease",
    "pull",
    "push",
    "put_keys",
    "take_keys",
}
"""All that a window may call."""


@pytest.fixture
def burglar(hub: HubHall) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with hub.join().open() as session:
        yield session


def revoked(window: Window) -> str:
    answer = window.link.call(m.Pull(1, 0, bytes(32)))
    assert isinstance(answer, m.Pulled)
    return answer.answer


def test_a_window_may_call_the_functions_of_the_contract_and_nothing_else(hub: HubHall) -> None:
    login = hub.join().enrolment.server["user"]
    found = hub.sql(
        "SELECT proname, has_function_privilege(%s, oid, 'EXECUTE'),"
        " has_function_privilege('public', oid, 'EXECUTE'), prosecdef, proconfig"
        " FROM pg_proc WHERE pronamespace = 'hub'::regnamespace",
        login,
    )
    assert {name for name, may, *_ in found if may} == CALLS
    assert not any(everybody for _, _, everybody, *_ in found)
    definers = {name: config for name, _, _, definer, config in found if definer}
    assert definers.keys() == CALLS
    # The temporary schema is searched last; unnamed, it would be searched first.
    assert {tuple(config) for config in definers.values()} == {("search_path=pg_catalog, pg_temp",)}
    hub.sql(
        "SET ROLE hallclient_owner;"
        "CREATE FUNCTION hub.later() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    assert hub.sql("SELECT has_function_privilege('public', 'hub.later()', 'EXECUTE')") == [
        (False,)
    ]
    hub.sql("DROP FUNCTION hub.later()")
    rights = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
    tables = hub.sql(
        "SELECT relname, has_table_privilege(%s, oid, %s) FROM pg_class"
        " WHERE relnamespace = 'hub'::regnamespace AND relkind = 'r'",
        login,
        rights,
    )
    assert {name for name, _ in tables} == {*install.TABLES, "version"}
    assert not any(may for _, may in tables)
    assert hub.sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'hallclient_owner'") == [(False,)]


@pytest.mark.parametrize(
    "attack",
    [
        "CREATE TEMP TABLE device (hall_id text, role_name text)",
        "CREATE TABLE public.device (hall_id text)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DO $$ BEGIN LOOP END LOOP; END $$",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_lock(1)",
        "SELECT pg_sleep(60)",
        "SELECT * FROM hub.event",
        "UPDATE hub.device SET revoked_at = NULL",
        "SELECT hub.clock()",
        "SELECT hub.note('h', 'n', 'w', '{}')",
        "SET ROLE hallclient_owner",
        "SET SESSION AUTHORIZATION hub_admin",
        "SELECT * FROM pg_authid",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1",
        "CREATE ROLE other",
    ],
)
def test_no(burglar: psycopg.Connection[tuple[Any, ...]], attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        burglar.execute(attack.encode())


def test_a_table_beside_ours_is_not_looked_at(hub: HubHall) -> None:
    w = hub.join()
    login = w.enrolment.server["user"]
    hub.sql("UPDATE hub.device SET revoked_at = 1 WHERE role_name = %s", login)
    # As if the administrator had given the right back: the second wall.
    hub.sql(f'GRANT TEMPORARY ON DATABASE postgres TO "{login}"')
    with w.open() as session:
        session.execute("CREATE TEMP TABLE device AS SELECT %s AS hall_id", (hub.hall,))
        session.execute("CREATE TEMP VIEW hall AS SELECT 1 AS epoch, 0 AS head")
        for path in ("pg_temp, hub", "pg_temp", "hub, pg_temp"):
            session.execute(f"SET search_path = {path}".encode())
            said = session.execute("SELECT r_answer FROM hub.pull(%s, 1, 0, '', 1)", (hub.hall,))
            assert said.fetchone() == ("revoked",)
    hub.sql(f'REVOKE TEMPORARY ON DATABASE postgres FROM "{login}"')


def test_who_a_session_is_comes_from_its_login(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    theirs = other.events("queue")
    assert w.hello(device=other.device).answer == "unknown"
    assert w.push(theirs).answer == "foreign"
    assert other.pull().events == ()
    # No argument left out is taken for a right one.
    with w.open() as session:
        for call in (
            "hub.pull(%(hall)s, NULL, 0, NULL, 10)",
            "hub.hello(%(hall)s, 1, %(device)s, NULL, '', 1, 0, '{}', '{}')",
            "hub.lease(%(hall)s, NULL, 'ticket', 'x', 1, 'r', 0)",
        ):
            said = session.execute(
                f"SELECT r_answer FROM {call}".encode(),
                {"hall": hub.hall, "device": w.device},
            )
            assert said.fetchone() == (None,)
        said = session.execute(
            "SELECT r_answer FROM hub.push(%s, NULL, %s, 'queue', NULL, 1, '', '{1}', '{k}', '{1}',"
            " '{s}', '{a}', '{w}', '{1}', '{d}', '{b}', '{h}', '{sha256}', '{}', '{}', '')",
            (hub.hall, w.device),
        )
        assert said.fetchone() == ("epoch",)


def test_another_hall_is_another_world(hub: HubHall) -> None:
    there = HubHall(hub.server, hub.hall + " two")
    there.join().write("queue")
    w = hub.join()
    link = PgTransport(w.enrolment.params(hub.server.folder), there.hall, listen=False)
    for request in (
        m.Push(1, w.device, "queue", w.events("queue")),
        m.Pull(1, 0, bytes(32)),
        m.Find(1, "t"),
        m.Follow(1, "queue"),
        m.PutKeys(1, (("1", b"k"),)),
        m.TakeKeys(1, ("1",)),
        m.DestroyKeys(1, ("1",)),
        m.Lease(1, "ticket", f"{DAY}:A", 1, "r"),
    ):
        assert link.call(request).answer == "revoked"
    assert link.heads() == (0, 0)
    assert link.join(w.device, b"k", "ed25519", demo=False) == "unknown"
    link.close()
    there.close()


def test_a_revoked_device_is_out_at_once(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    hub.sql("UPDATE hub.device SET revoked_at = 1 WHERE role_name = %s", w.enrolment.server["user"])
    # Its session is still open: each call looks.
    assert revoked(w) == "revoked"
    assert w.push(w.events("queue")).answer == "revoked"
    assert w.lease(f"{DAY}:A").answer == "revoked"
    assert w.hello().answer == "revoked"
    assert w.link.heads() == (0, 0)
    with hub.admin() as db:
        assert devices.revoke(db, hub.hall, w.enrolment.name) == 1
    for _ in range(2):  # the session has ended; and nobody can log in
        with pytest.raises(LinkLost):
            revoked(w)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        w.open()
    assert revoked(other) == "ok"


def test_a_call_that_nobody_made_is_a_hint_and_a_real_one_says_a_number(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    w.write("queue", 2)
    while other.link.wait(0):
        pass
    with w.open() as session:
        session.execute(f"NOTIFY {channel_of(hub.hall)}, '999999; drop table'".encode())
        assert other.link.wait(30)
        assert other.link.heads() == (1, 2)
        session.execute(f"LISTEN {channel_of(hub.hall)}".encode())
        other.write("case:secret")
        assert [one.payload for one in session.notifies(timeout=30, stop_after=1)] == ["3"]


def test_a_window_cannot_stand_in_the_way(hub: HubHall, monkeypatch: pytest.MonkeyPatch) -> None:
    w, other = hub.join(), hub.join()
    holds = w.open()
    holds.execute("SET statement_timeout = 0")
    holds.execute("SET idle_in_transaction_session_timeout = 0")
    holds.execute("BEGIN")
    holds.execute("SELECT * FROM hub.lease(%s, 1, 'ticket', 'x', 1, 'r', 0)", (hub.hall,))
    # Its link, the one that holds, and one more.
    fill(w)
    with hub.admin() as db:
        assert devices.guard(db) == 0
    monkeypatch.setattr(devices, "SLOW_S", 0)
    with hub.admin() as db:
        assert devices.guard(db) == 1
    with pytest.raises(psycopg.OperationalError):
        holds.execute("SELECT 1")
    holds.close()
    assert other.lease(f"{DAY}:A").answer == "ok"


def fill(window: Window) -> None:
    """One more session a device gets, and no other."""
    with window.open(), pytest.raises(psycopg.OperationalError, match="too many connections"):
        window.open()


def test_no_secret_is_to_be_read_at_the_server(hub: HubHall) -> None:
    w = hub.join("desk")
    with hub.admin() as db:
        db.execute("SET log_statement = 'all'")
        made = devices.enroll(db, hub.hall, "second", "window", "a very secret word")
    log = (hub.server.folder / "log").read_text("utf-8")
    assert "CREATE ROLE" in log
    assert "a very secret word" not in log
    assert "a very secret word" not in repr(made)
    assert hub.server.password not in log
    with w.open() as session:
        (others,) = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename <> current_user"
            " AND query NOT IN ('<insufficient privilege>', '')"
        ).fetchone() or (None,)
        assert others == 0
