"""Permissions mean nothing to root: become somebody else for a moment."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

NOBODY = 65_534


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="hallclient-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        folder.chmod(stat.S_IRWXU)
        rmtree(folder)


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """Without root's rights on files, if this is root; ``folder`` and all in it are given over."""
    if os.getuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
