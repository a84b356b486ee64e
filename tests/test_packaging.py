"""What is installed is what stands in the tree, and the program notices when it is not."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import hallclient
from tests.source import ROOT

FOLDERS = ("hallclient", "screens", "db", "fixtures")


def tree() -> set[str]:
    """Every file of the installed folders, whatever its kind."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("hallclient-*.whl"))


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """The wheel unpacked, as it would lie in site-packages."""
    place = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def python(*args: str, path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with this folder first on its path, as a program of its own."""
    return subprocess.run(
        [sys.executable, *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


CHECK = ("-P", "-c", "import hallclient; hallclient.check_layout(); print(hallclient.__file__)")


@pytest.mark.slow
def test_the_wheel_holds_the_tree_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == tree()
    kinds = {Path(name).suffix for name in names}
    assert {".py", ".tcss", ".csv", ".toml", ".json"} <= kinds


@pytest.mark.slow
def test_the_installed_program_is_whole(installed: Path, tmp_path: Path) -> None:
    done = python(*CHECK, path=installed, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).is_relative_to(installed)
    texts = "from hallclient.texts import table; print(len(table('zh')) > 0)"
    assert python("-P", "-c", texts, path=installed, cwd=tmp_path).stdout == "True\n"


def test_the_checkout_is_whole() -> None:
    assert hallclient.misplaced() == {}
    hallclient.check_layout()


def test_a_folder_of_the_same_name_elsewhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "__init__.py").write_text("raise SystemExit('imported the wrong db')")
    path = Path(os.pathsep.join([str(tmp_path), str(ROOT)]))
    done = python(*CHECK, path=path, cwd=tmp_path)
    assert done.returncode == 3
    assert f"db/ would come from {tmp_path / 'db'}" in done.stderr
    assert "python -P -m hallclient" in done.stderr


def test_the_program_stops_before_it_imports_the_wrong_folder(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "__init__.py").write_text("raise SystemExit('imported the wrong db')")
    path = Path(os.pathsep.join([str(tmp_path), str(ROOT)]))
    done = python("-P", "-m", "hallclient", "--help", path=path, cwd=tmp_path)
    assert done.returncode == 3
    assert "imported the wrong db" not in done.stderr
    assert "db/ would come from" in done.stderr


def test_a_missing_folder_is_noticed(tmp_path: Path) -> None:
    lonely = tmp_path / "site"
    (lonely / "hallclient").mkdir(parents=True)
    (lonely / "hallclient" / "__init__.py").write_bytes(
        (ROOT / "hallclient" / "__init__.py").read_bytes()
    )
    # Without site-packages, where a checkout installed for development would be found.
    done = python("-S", *CHECK, path=lonely, cwd=tmp_path)
    assert done.returncode == 3
    for name in ("db", "screens", "fixtures"):
        assert f"{name}/ is missing" in done.stderr


def test_a_chinese_input_method_is_safe_before_textual_is_imported(tmp_path: Path) -> None:
    script = "import os, hallclient; print(os.environ['TEXTUAL_DISABLE_KITTY_KEY'])"
    assert python("-P", "-c", script, path=ROOT, cwd=tmp_path).stdout == "1\n"


def test_the_locks_name_no_host_and_no_local_file() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        assert [line for line in lines if "://" in line or line.startswith("-")] == []
        pins = [line for line in lines if line[:1].isalnum()]
        assert pins
        assert all("==" in line and line.endswith("\\") for line in pins)


def test_every_dependency_is_pinned_in_both_locks_at_the_same_version() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text("utf-8").splitlines()
        return dict(line.split()[0].split("==") for line in lines if line[:1].isalnum())

    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime.items() <= dev.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    # A lock file names extras as packages of their own.
    wanted = dict(re.sub(r"\[.+\]", "", line).split("==") for line in project["dependencies"])
    assert wanted.items() <= runtime.items()
