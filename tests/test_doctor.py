"""`doctor` sees what is wrong with a machine, and every answer has its text."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.env import Env
from hallclient.actions import doctor, maintenance
from hallclient.actions.doctor import ERROR, NOTICE, OK, WARNING, Check, examine
from hallclient.cli import terminal
from hallclient.texts import LANGUAGES, table
from tests.hallkit import SUPERVISOR, Kit, seeded_env
from tests.source import ROOT
from tests.storekit import fill

DAY = 86_400_000


def found(path: Path, env: Env) -> dict[tuple[str, str], Check]:
    return {(check.name, check.code): check for check in examine(path, env)}


@pytest.fixture
def env(kit: Kit) -> Env:
    return kit.store.env


def test_it_works_without_a_store(tmp_path: Path, env: Env) -> None:
    checks = found(tmp_path / "deep" / "none.db", env)
    assert checks["store", "none"].level == NOTICE
    assert checks["disk", "ok"].level == OK
    assert ("sync", "ok") in checks or ("sync", "slow") in checks
    assert list(tmp_path.glob("**/none*")) == []


def test_a_good_store_is_looked_into_and_not_changed(kit: Kit, env: Env) -> None:
    fill(kit)
    kit.close()
    before = kit.path.read_bytes()
    checks = found(kit.path, env)
    assert checks["store", "demo"].level == OK
    assert checks["permissions", "ok"].level == OK
    assert kit.path.read_bytes() == before


@pytest.mark.parametrize("demo", [True, False])
def test_a_clock_behind_the_newest_event_is_an_error(kit: Kit, demo: bool) -> None:
    fill(kit)
    kit.clock.ms -= 3_600_000
    kit.store.demo = demo  # whose day may run faster than the clock on the wall
    checks = {check.code: check for check in doctor._inside(kit.store, kit.store.env)}
    if demo:
        assert "behind-store" not in checks
    else:
        assert checks["behind-store"].level == ERROR
        assert checks["behind-store"].params == {"seconds": 3600}


def test_a_clock_before_the_program_is_an_error(tmp_path: Path) -> None:
    env = seeded_env(lambda: 1_000_000_000_000)("Asia/Shanghai")
    assert found(tmp_path / "x.db", env)["clock", "before-build"].level == ERROR


def test_a_clock_that_is_set_meanwhile_is_noticed(tmp_path: Path) -> None:
    times = iter(range(1_790_000_000_000, 1_790_900_000_000, 60_000))
    env = Env(lambda: next(times), os.urandom, lambda ms: "2026-09-22")
    assert found(tmp_path / "x.db", env)["clock", "stepped"].level == WARNING


def test_a_store_others_can_read_is_a_warning(kit: Kit, env: Env) -> None:
    kit.path.chmod(0o644)
    check = found(kit.path, env)["permissions", "open"]
    assert (check.level, check.params["mode"]) == (WARNING, "0644")


def test_what_cannot_be_opened_is_an_error_with_its_reason(tmp_path: Path, env: Env) -> None:
    (tmp_path / "x.db").write_bytes(b"noise" * 1000)
    check = found(tmp_path / "x.db", env)["store", "trouble"]
    assert (check.level, check.params["code"]) == (ERROR, "not-a-store")


def test_the_age_of_the_last_backup(kit: Kit, env: Env, tmp_path: Path) -> None:
    def age() -> tuple[str, str]:
        with kit.again() as store:
            store.demo = False  # a demo needs none
            (check,) = [c for c in doctor._inside(store, env) if c.name == "backup"]
        return check.code, check.level

    assert age() == ("never", WARNING)
    maintenance.backup(kit.store, SUPERVISOR, tmp_path / "b.db")
    assert age() == ("ok", OK)
    kit.clock.ms += 8 * DAY
    assert age() == ("old", WARNING)


def test_little_room_and_network_are_seen(
    tmp_path: Path, env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 50 << 20

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage)
    monkeypatch.setattr(doctor, "is_network", lambda folder: True)
    checks = found(tmp_path / "x.db", env)
    assert checks["disk", "little"].level == ERROR
    assert checks["disk", "network"].level == ERROR


def test_an_old_sqlite_is_a_warning(
    tmp_path: Path, env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SHARED_SAFE", (99, 0, 0))
    assert found(tmp_path / "x.db", env)["sqlite", "alone"].level == WARNING


def test_other_versions_of_packages_are_named(
    tmp_path: Path, env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda name: ["rich==1.0", "ghost==2.0"])
    check = found(tmp_path / "x.db", env)["packages", "other"]
    assert check.level == WARNING
    assert "ghost - (2.0)" in str(check.params["names"])


@pytest.mark.parametrize(
    ("printer", "code"),
    [("none", "none"), ("tcp://192.0.2.7", "ok"), ("file:slips.bin", "ok"), ("usb:x", "wrong")],
)
def test_the_slip_printer_that_is_set_is_named(
    tmp_path: Path, env: Env, monkeypatch: pytest.MonkeyPatch, printer: str, code: str
) -> None:
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    monkeypatch.setenv("HALLCLIENT_PRINTER", printer)
    seen = {code for name, code in found(tmp_path / "x.db", env) if name == "printer"}
    assert seen == {code} or (code, seen) == ("none", {"found"})


def test_another_program_that_hangs_or_is_missing_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "lpstat"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(doctor, "PATIENCE", 0.2)
    assert doctor.answer("lpstat", "-e") == ""
    assert doctor.answer("no-such-program-here") == ""


# -- the terminal


def kinds(**environ: str) -> Iterator[tuple[str, str, str]]:
    for check in terminal.terminal(environ):
        yield check.name, check.code, check.level


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"TERM": "xterm-256color"}, ("term", "ok", OK)),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, ("term", "ok", OK)),
        ({"TERM": "xterm"}, ("term", "few-colours", NOTICE)),
        ({"TERM": "dumb"}, ("term", "dumb", ERROR)),
        ({}, ("term", "dumb", ERROR)),
        ({"TERM": "linux"}, ("term", "console", WARNING)),
        ({"TERM": "screen", "STY": "1.x"}, ("multiplexer", "screen", NOTICE)),
        ({"TERM": "xterm", "VTE_VERSION": "7"}, ("keys", "vte", NOTICE)),
        ({"TERM": "xterm", "SSH_CONNECTION": "a b"}, ("keys", "ssh", NOTICE)),
        ({"TERM": "xterm", "TERM_PROGRAM": "vscode"}, ("keys", "editor", NOTICE)),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="other terminals")
def test_the_kind_of_terminal(environ: dict[str, str], wanted: tuple[str, str, str]) -> None:
    assert wanted in set(kinds(**environ))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
@pytest.mark.parametrize(
    ("han", "dots", "wanted"),
    [(2, 1, "OK"), (2, 2, "ambiguous"), (1, 1, "han")],
)
def test_widths_are_asked_of_the_terminal(han: int, dots: int, wanted: str) -> None:
    """A pty whose other end answers like a terminal that draws that wide."""
    import pty

    script = (
        "from hallclient.cli.terminal import _widths\n"
        "print('found', [check.code for check in _widths()])\n"
    )
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", script],
        stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(slave)
    said = b""
    answers = [han, dots]
    while b"found" not in said or not said.endswith(b"\n"):
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        said += data
        for _ in range(data.count(b"\x1b[6n")):
            os.write(master, f"\x1b[1;{answers.pop(0) + 1}R".encode())
    assert child.wait() == 0
    os.close(master)
    assert (b"'ok'" if wanted == "OK" else wanted.encode()) in said


# -- texts


def test_every_answer_has_its_text_in_both_languages() -> None:
    asked: set[tuple[object, object]] = set()
    for file in ("hallclient/actions/doctor.py", "hallclient/cli/terminal.py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id != "Check":
                    continue
                name, code = node.args[0], node.args[2]
                branches = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
                assert isinstance(name, ast.Constant)
                for branch in branches:
                    assert isinstance(branch, ast.Constant)
                    asked.add((name.value, branch.value))
    assert len(asked) > 40
    for language in LANGUAGES:
        texts = table(language)
        missing = {f"doctor.{name}.{code}" for name, code in asked} - texts.keys()
        assert missing == {"doctor.store.trouble"}
        assert {f"doctor.{name}" for name, _ in asked} <= texts.keys()


def test_whoever_warns_says_what_to_do() -> None:
    texts = table("zh")
    harmless = {"ok", "roomy", "demo", "tmux", "unknown", "other-zone", "windows", "ssh"}
    harmless |= {"windows-terminal"}
    silent = {
        key
        for key in texts
        if key.startswith("doctor.")
        and key.count(".") == 2
        and not key.startswith("doctor.level")
        and f"{key}.do" not in texts
    }
    assert {key for key in silent if key.rpartition(".")[2] not in harmless} == set()
