"""Files that are there whole or not at all: backups, restored stores, exports."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.errors import StoreError


@contextmanager
def whole(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """An empty file of our own beside ``target``; it becomes ``target`` if all goes well.

    Its bytes are on the disk before it gets the name, and nothing that is there is overwritten
    without ``replace``. Only its owner can read it. Raises StoreError: ``file-exists``,
    ``no-folder``, ``disk-full``, ``cannot-write``.
    """
    if not target.parent.is_dir():
        raise StoreError("no-folder", path=target.parent)
    if target.exists() and not replace:
        raise StoreError("file-exists", path=target)
    temp = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(temp, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            yield temp
            sync(temp)
            take_name(temp, target, replace=replace)
        finally:
            temp.unlink(missing_ok=True)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise StoreError(
            "disk-full" if full else "cannot-write", path=target, cause=error.strerror
        ) from error


def take_name(temp: Path, target: Path, *, replace: bool) -> None:
    """Give the file its name for good. Raises StoreError ``file-exists``, OSError."""
    if replace:
        temp.replace(target)
    else:
        try:
            os.link(temp, target)
        except FileExistsError as error:
            raise StoreError("file-exists", path=target) from error
        except OSError:  # no hard links here (FAT): the name is taken first, then filled
            try:
                os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            except FileExistsError as error:
                raise StoreError("file-exists", path=target) from error
            temp.replace(target)
    sync_folder(target.parent)


def sync(path: Path) -> None:
    """Wait until the bytes of a file are on the disk."""
    fd = os.open(path, os.O_RDWR)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows does this by itself."""
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network folders cannot
            raise
    finally:
        os.close(fd)
