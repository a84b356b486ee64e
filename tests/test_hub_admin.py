"""Setting up a hub, bringing it up to date, and what the administrator sees and does."""

import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.conninfo import make_conninfo

from db.driver import sqlite
from db.errors import StoreError
from hallclient.cli.hub_line import HUB_FROM
from hallclient.hub import enrolment, install
from hallclient.hub.audit import Audit, merkle, root_at
from hallclient.hub.audit import audit as audited
from hallclient.hub.server import Server
from hallclient.hub.transport import PgTransport
from hallclient.main import main
from hallclient.rules.errors import Refused
from hallclient.sync import messages as m
from tests.hubkit import HubHall, hub, hub_server
from tests.source import ROOT

__all__ = ["hub", "hub_server"]


class Line:
    """The command line on one database."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> tuple[int, dict[str, Any]]:
        code = main(["--json", "hub", *words])
        lines = self.capsys.readouterr().out.splitlines()
        return code, json.loads(lines[-1]) if lines else {}

    def text(self, *words: str) -> str:
        assert main(["hub", *words]) == 0
        return self.capsys.readouterr().out


@pytest.fixture
def params(
    hub_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[dict[str, str | int]]:
    """A database of its own, and the line to it where the program looks for it."""
    name = "admin_" + tmp_path.name.rstrip("0123456789").replace("-", "_")[:40]
    with psycopg.connect(**hub_server.params, autocommit=True) as db:  # type: ignore[arg-type]
        db.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        db.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
    params = {**hub_server.params, "dbname": name}
    monkeypatch.setenv(HUB_FROM, make_conninfo("", **params))
    monkeypatch.setenv("HALLCLIENT_STORE", str(tmp_path / "none.db"))
    monkeypatch.chdir(tmp_path)
    yield params
    with psycopg.connect(**hub_server.params, autocommit=True) as db:  # type: ignore[arg-type]
        db.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def line(params: dict[str, str | int], capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(capsys)


def test_a_hub_from_nothing_to_a_window_and_back(line: Line, tmp_path: Path) -> None:
    assert line("status") == (3, line("status")[1])
    assert line("status")[1]["error"] == "hub-none"
    code, made = line("init")
    assert (code, made["hall"], len(made["applied"])) == (0, None, 6)
    assert line("enroll", "W01")[1]["error"] == "hub-no-halls"
    assert line("init", "--hall", "east")[1]["applied"] == []
    assert line("init", "--hall", "east", "--demo")[1]["error"] == "hub-demo"
    assert line("init", "--hall", "east", "--time-zone", "Nowhere")[1]["error"] == "hub-time-zone"
    assert line("init", "--hall", "east", "--distributed")[1]["error"] == "hub-no-citus"

    code, made = line("enroll", "W01", "--ca", "authority", "--address", "hub.hall:6543")
    assert (code, made["hall"], made["tls"]) == (0, "east", True)
    path = tmp_path / made["file"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    given = enrolment.read(path)
    assert (given.server["host"], given.server["port"]) == ("hub.hall", "6543")
    assert given.server["sslmode"] == "verify-full"
    folder = tmp_path / "tls"
    assert {"sslcert", "sslkey", "sslrootcert"} <= given.params(folder).keys()
    assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "authority" / "ca.key").stat().st_mode) == 0o600
    assert line("enroll", "W01")[1]["error"] == "hub-name-taken"
    assert line("enroll", "")[1]["error"] == "hub-name"
    # The file stands in the way: then the device is not there either.
    assert line("enroll", "W02", "--out", path.name)[1]["error"] == "hub-file-there"
    assert line("enroll", "W02", "--out", "no/such")[1]["error"] == "hub-file"
    assert line("enroll", "W02", "--role", "supervisor")[0] == 0

    link = PgTransport(enrolment.read(tmp_path / "W02.hub.json").params(folder), "east")
    assert link.join("d2", b"key", "ed25519", demo=False) == "ok"
    found = line("status")[1]
    assert [(one["name"], one["role"], one["connected"]) for one in found["devices"]] == [
        ("W01", "window", 0),
        ("W02", "supervisor", 1),
    ]
    assert "W02" in line.text("status", "--hall", "east")
    assert line("status", "--hall", "west")[1]["error"] == "hub-no-hall"
    assert line("heal")[1] == {"hall": "east", "healed": False}
    assert line("guard", "--once")[1] == {"ended": 0}
    assert line("revoke", "W02")[1]["sessions_ended"] == 1
    assert line("revoke", "W02")[1]["sessions_ended"] == 0
    assert line("revoke", "W09")[1]["error"] == "hub-no-device"
    for cause in ("stopping", "login"):
        with pytest.raises(m.LinkLost, match=cause):
            link.heads()
    link.close()
    code, checked = line("audit")
    assert (code, checked["events"], checked["faults"]) == (0, 0, [])
    assert line("audit", "--against", checked["anchor"])[1]["witnessed"]
    assert line("audit", "--against", "9:00")[0] == 3
    assert line("audit", "--against", "9")[1]["error"] == "hub-anchor"
    assert "0:" in line.text("audit")
    line("init", "--hall", "west")
    assert line("heal")[1]["error"] == "hub-which-hall"
    assert line("certify", "hub.hall", "--ca", "authority", "--out", "server")[0] == 0
    assert (tmp_path / "server" / "ca.crt").read_text() == given.ca
    assert line("certify", "hub.hall", "--ca", "authority", "--out", "server")[0] == 1


def test_a_line_that_leads_nowhere_is_told_without_its_password(
    line: Line, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "s3cret-word"
    for said, code in (
        (f"postgresql://u:{secret}@127.0.0.1:1/x", "hub-unreachable"),
        (f"what ever {secret}", "hub-dsn"),
        (f"postgresql://u:{secret}@127.0.0.1:x/y?z={secret}", "hub-dsn"),
        ("", "hub-missing"),
    ):
        monkeypatch.setenv(HUB_FROM, said)
        assert main(["--json", "hub", "status"]) in (1, 3)
        out, err = capsys.readouterr()
        assert json.loads(out)["error"] == code
        assert secret not in out + err


def test_an_older_hub_is_brought_up_to_date_under_its_windows(
    params: dict[str, str | int], tmp_path: Path
) -> None:
    latest = len(list((ROOT / "hallclient" / "hub" / "sql").glob("*.sql")))
    with install.administer(params) as db:
        assert install.init(db, upto=2) == [1, 2]
        install.add_hall(db, "east", demo=False, time_zone="Asia/Shanghai")
    with install.administer(params) as db:
        assert install.init(db) == list(range(3, latest + 1))
    with install.administer(params) as db:
        assert install.init(db) == []
        assert not install.add_hall(db, "east", demo=False, time_zone="Asia/Shanghai")
        db.execute("SET LOCAL ROLE hallclient_owner")
        db.execute("INSERT INTO hub.version VALUES (999, 0)")
    with pytest.raises(StoreError, match="hub-newer"), install.administer(params) as db:
        install.init(db)


def test_a_step_that_fails_leaves_the_hub_as_it_was(
    params: dict[str, str | int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in install.SQL.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "900_wrong.sql").write_text("create table hub.more (n int); select wrong;")
    monkeypatch.setattr(install, "SQL", tmp_path)
    with pytest.raises(StoreError, match="hub-refused"), install.administer(params) as db:
        install.init(db)
    with install.administer(params) as db:
        assert db.execute("SELECT to_regnamespace('hub')").fetchone() == (None,)


def test_a_window_one_version_behind_is_served(hub: HubHall) -> None:
    w = hub.join()
    body = "language sql immutable set search_path = pg_catalog, pg_temp as"
    head = "CREATE OR REPLACE FUNCTION hub.protocols(out r_oldest bigint, out r_newest bigint)"
    hub.sql(f"{head} {body} $$ select 1::bigint, 2::bigint $$")
    try:
        assert w.hello().answer == "ok"
        assert w.hello(protocol=2).protocols == (1, 2)
        assert w.hello(protocol=3).answer == "protocol"
    finally:
        hub.sql(f"{head} {body} $$ select 1::bigint, 1::bigint $$")


def test_only_an_enrolment_is_read_as_one(hub: HubHall, tmp_path: Path) -> None:
    given = hub.enroll("窗口 1")
    path = tmp_path / "one.json"
    given.write(path)
    assert enrolment.read(path) == given
    assert given.server["password"] not in repr(given)
    good = json.loads(given.dump())
    for bad in (
        "",
        "[]",
        "{}",
        json.dumps(good | {"hallclient-hub": 2}),
        json.dumps(good | {"role": "root"}),
        json.dumps(good | {"server": {"port": 1}}),
        json.dumps(good | {"demo": "no"}),
        json.dumps(good | {"more": 1}),
    ):
        with pytest.raises(Refused, match="hub-enrolment"):
            enrolment.parse(bad, "bad.json")


def test_no_way_to_a_server_is_lost_not_broken(hub: HubHall, tmp_path: Path) -> None:
    w = hub.join()
    server = w.enrolment.params(tmp_path)
    for other, cause in (
        ({"port": 1}, "unreachable"),
        ({"password": "wrong"}, "login"),
        ({"dbname": "none"}, "not-a-hub"),
        ({"dbname": "template1"}, "not-a-hub"),
        ({"sslmode": "require"}, "unreachable"),
    ):
        link = PgTransport({**server, **other}, hub.hall)
        with pytest.raises(m.LinkLost, match=cause):
            link.call(m.Pull(1, 0, bytes(32)))
        link.close()
    # The first of two hosts is dead: the second answers.
    two = {**server, "host": "127.0.0.1,127.0.0.1", "port": f"1,{server['port']}"}
    link = PgTransport(two, hub.hall)
    assert link.heads() == (1, 0)
    # A session that the server ended is lost once, and the next call makes another.
    hub.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", server["user"]
    )
    with pytest.raises(m.LinkLost):
        link.heads()
    assert link.heads() == (1, 0)
    link.close()


def test_an_audit_finds_what_was_changed_behind_the_hub(hub: HubHall) -> None:
    signer = Ed25519PrivateKey.from_private_bytes(bytes(32))
    w = hub.join(key=signer.public_key().public_bytes_raw())
    events = w.events("queue", 3)
    w.push(events, signature=signer.sign(events[-1].hash))
    w.write("staff", 2)

    def audit() -> Audit:
        with hub.admin() as db:
            return audited(db, hub.hall)

    sound = audit()
    assert (sound.lsn, sound.events, sound.signed, sound.batches) == (5, 5, 1, 2)
    assert sound.faults == ()
    w.write("queue")
    assert audit().root != sound.root
    with hub.admin() as db:
        install.as_owner(db)
        assert root_at(db, hub.hall, 5) == sound.root
    for change, faults in (
        ("body = 'x' WHERE lsn = 2", {"hash"}),
        ("hash = decode(repeat('11', 32), 'hex') WHERE lsn = 2", {"hash", "chain", "mark"}),
        (
            "hash = decode(repeat('11', 32), 'hex') WHERE lsn = 3",
            {"hash", "chain", "mark", "signature"},
        ),
        ("place = 9 WHERE lsn = 6", {"place"}),
        ("seq = 9 WHERE lsn = 6", {"seq", "hash"}),
        ("mark = '' WHERE lsn = 6", {"mark", "head"}),
    ):
        with hub.admin() as db:
            install.as_owner(db)
            db.execute(f"UPDATE hub.event SET {change} AND hall_id = %s".encode(), (hub.hall,))
            assert {what for what, *_ in audited(db, hub.hall).faults} == faults
            db.rollback()
    hub.sql("DELETE FROM hub.event WHERE lsn = 6 AND hall_id = %s", hub.hall)
    assert [what for what, *_ in audit().faults] == ["head"]


def test_a_tree_is_that_of_the_rfc() -> None:
    leaves = [bytes([n]) * 32 for n in range(7)]

    def rfc(some: list[bytes]) -> bytes:
        if len(some) == 1:
            return some[0]
        half = 1 << (len(some) - 1).bit_length() - 1
        return sha256(b"\1" + rfc(some[:half]) + rfc(some[half:])).digest()

    for count in range(1, 8):
        assert merkle(leaves[:count]) == rfc(leaves[:count])


@pytest.mark.slow
def test_a_hub_to_try_shares_a_queue_and_leaves_nothing_behind() -> None:
    words = [sys.executable, "-P", "-m", "hallclient", "--json", "hub", "try"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as tried:
        assert tried.stdout is not None
        made = json.loads(tried.stdout.readline())
        folder = Path(made["stores"][0]).parent
        assert [Path(path).is_file() for path in made["stores"]] == [True, True]
        waiting = []
        for path in made["stores"]:
            with closing(sqlite.connect(path)) as db:
                waiting.append(db.execute("SELECT number FROM leg ORDER BY number").fetchall())
        assert waiting[0] == waiting[1]
        assert len(waiting[0]) == 12
        tried.send_signal(signal.SIGTERM)
        assert tried.wait(60) == 0
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", made["port"]))
