"""A hall on the real clock, for programs that run beside the test."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from db.env import system_env
from db.store import Store
from hallclient.actions import setup
from hallclient.actions.hall import hall_of
from hallclient.actions.hall_files import load_hall
from hallclient.paths import FIXTURES
from hallclient.texts import t
from tests.hallkit import QUICK_VERIFIER, Kit


class Live(Kit):
    """A `Kit` without a clock of its own: made here, or opened where a program has made it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.make_env = system_env
        if not path.exists():
            hall = load_hall(noon_fixtures(path.parent))
            setup.init_demo(path, hall, QUICK_VERIFIER).close()
        self.store = Store.open(path)
        self.hall = hall_of(self.store)

    def item_name(self, line: str) -> str:
        """The Chinese name of a line's first item."""
        return self.hall.items[self.item(line)].zh


def noon_fixtures(folder: Path) -> Path:
    """The hall's files for a place where it is about noon: no test meets a midnight."""
    copy = folder / "noon"
    if not copy.exists():
        copy.mkdir()
        shutil.copytree(FIXTURES / "catalogue", copy / "catalogue")
        source = (FIXTURES / "hall.toml").read_text("utf-8")
        hours = 12 - time.gmtime().tm_hour
        zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
        assert '"Asia/Shanghai"' in source
        noon = source.replace('"Asia/Shanghai"', f'"{zone}"')
        noon = noon.replace("days = [1, 2, 3, 4, 5]", "days = [1, 2, 3, 4, 5, 6, 7]")
        (copy / "hall.toml").write_text(noon, "utf-8")
    return copy


def words(key: str, **known: object) -> str:
    """A text up to the first value that is not given: what the screen shows for certain."""
    return t(key, **known).split("{")[0].split("\n")[0].rstrip()
