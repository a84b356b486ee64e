"""The command line as real processes: encodings, a reader that has gone, a key of the terminal."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.hallkit import PASSWORD, Kit, clerk

ROOT = Path(__file__).resolve().parent.parent
LINE = (sys.executable, "-P", "-m", "hallclient")
pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pseudo-terminals")


@pytest.fixture
def environ(kit: Kit, tmp_path: Path) -> dict[str, str]:
    """A bare environment with the kit's store."""
    own = {
        "HALLCLIENT_STORE": str(kit.path),
        "HALLCLIENT_PASSWORD": PASSWORD,
        "HALLCLIENT_STATE": str(tmp_path / "state"),
        "HOME": str(tmp_path),
    }
    kept = ("PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **own}


def run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*LINE, *words], env=environ, cwd=ROOT, capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {},
    ],
)
def test_chinese_is_printed_whatever_the_locale(
    environ: dict[str, str], locale: dict[str, str]
) -> None:
    done = run({**environ, **locale}, "hall", "show")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "光谷政务服务中心" in done.stdout.decode("utf-8")
    wrong = run({**environ, **locale}, "window", "next")
    assert wrong.returncode == 1
    assert "工号" in wrong.stderr.decode("utf-8")


def test_text_is_in_the_terminals_own_encoding_and_json_in_utf_8(environ: dict[str, str]) -> None:
    chinese = {**environ, "PYTHONIOENCODING": "gb18030", "PYTHONUTF8": "0"}
    assert "光谷" in run(chinese, "hall", "show").stdout.decode("gb18030")
    first = run(chinese, "hall", "show", "--json").stdout.splitlines()[0]
    assert json.loads(first.decode("utf-8"))["name"] == "光谷政务服务中心"


def test_what_an_encoding_lacks_is_escaped(environ: dict[str, str]) -> None:
    # A real process has the real clock; the kit's stands still in the past.
    run(environ, "ticket", "take", "--service", "SP078", "--company", "𠮷野家 ཀ", "--as", "a01")
    old = {**environ, "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    done = run(old, "ticket", "show", "A001", "--as", "a01")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "\\U00020bb7野家" in done.stdout.decode("gbk")


def test_the_example_of_the_design(kit: Kit, environ: dict[str, str]) -> None:
    del environ["HALLCLIENT_STORE"]
    where = ("--store", str(kit.path))
    who = ("--as", "c01", "--window", "W01")
    assert run(environ, *where, *who, "window", "open").returncode == 0
    empty = run(environ, *where, *who, "window", "next", "--json")
    assert (empty.returncode, json.loads(empty.stdout)["error"]) == (1, "nobody-waiting")
    taken = run(environ, *where, "--as", "a01", "ticket", "take", "--service", "SP078", "--json")
    called = run(environ, *where, *who, "window", "next", "--json")
    found = json.loads(called.stdout)
    assert found["number"] == json.loads(taken.stdout)["number"]
    assert (found["service"], found["state"]) == ("SP078", "called")
    assert found["why"]


@posix
def test_a_reader_that_has_gone_is_no_failure(kit: Kit, environ: dict[str, str]) -> None:
    kit.open(1)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        done = subprocess.run(
            [*LINE, "window", "list", "--as", "c01"],
            env=environ,
            cwd=ROOT,
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.stderr == b""
    assert done.returncode == 141


@posix
def test_what_was_done_is_done_although_nobody_read_the_answer(
    kit: Kit, environ: dict[str, str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        words = ("window", "open", "--as", "c01", "--window", "W01")
        subprocess.run(
            [*LINE, *words], env=environ, cwd=ROOT, stdout=nobody, check=False, timeout=60
        )
    assert kit.window(clerk(1))["state"] == "idle"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a pseudo-terminal."""
    import pty

    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def at_prompt(
    environ: dict[str, str], terminal: tuple[int, int], *words: str
) -> subprocess.Popen[bytes]:
    """A process that has asked for a password on this terminal."""
    del environ["HALLCLIENT_PASSWORD"]
    process = subprocess.Popen(
        [*LINE, *words],
        env=environ,
        cwd=ROOT,
        stdin=terminal[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    asked = b""
    while not asked.endswith("密码：".encode()):
        piece = stream(process.stderr).read(1)
        assert piece, f"ended after {asked!r}"
        asked += piece
    return process


def stream(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@posix
@pytest.mark.filterwarnings("ignore")
def test_a_typed_password_is_read_and_not_shown(
    kit: Kit, environ: dict[str, str], terminal: tuple[int, int]
) -> None:
    with at_prompt(environ, terminal, "window", "list", "--as", "c01") as process:
        os.write(terminal[0], PASSWORD.encode() + b"\n")
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"W01" in out
    assert PASSWORD.encode() not in out + err


@posix
def test_ctrl_c_at_the_prompt_ends_quietly(
    kit: Kit, environ: dict[str, str], terminal: tuple[int, int]
) -> None:
    with at_prompt(environ, terminal, "window", "list", "--as", "c01") as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err.strip()) == (b"", b"")


def test_a_real_password_from_beginning_to_end(environ: dict[str, str], tmp_path: Path) -> None:
    environ["HALLCLIENT_STORE"] = str(tmp_path / "real.db")
    assert run(environ, "init", "--demo").returncode == 0
    assert run(environ, "window", "list", "--as", "c01").returncode == 0
    wrong = run({**environ, "HALLCLIENT_PASSWORD": "wrong"}, "window", "list", "--as", "c01")
    assert wrong.returncode == 1


def test_without_a_command_nothing_is_loaded_that_the_desk_does_not_need(
    environ: dict[str, str], tmp_path: Path
) -> None:
    script = (
        "import sys, hallclient.main as m\n"
        "m._show = lambda *a, **k: 0\n"
        "code = m.main([])\n"
        "slow = 'argparse csv tomllib sqlite_utils cryptography argon2 asyncio zoneinfo textual "
        "screens pypinyin'\n"
        "print(code, *(name for name in slow.split() if name in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.decode().split() == ["0"], done.stderr.decode()


@pytest.mark.parametrize("words", [(), ("demo",)])
def test_without_a_terminal_there_is_no_desk(
    environ: dict[str, str], words: tuple[str, ...]
) -> None:
    done = run(environ, *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "终端" in done.stderr.decode("utf-8")


def test_a_wrong_folder_in_the_way_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "__init__.py").write_text("")
    done = run({**environ, "PYTHONPATH": str(tmp_path)}, "--version")
    assert done.returncode == 3
    assert str(tmp_path / "db") in done.stderr.decode()
