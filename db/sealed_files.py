"""Files of cases, sealed with the key of their case, in a folder beside the store.

``<store>-files/<case>/<SHA-256 of the content>``: the same content twice in a case is one file, in
two cases it is two that have nothing in common. A file is on the disk before the event that tells
of it; so what a kill leaves behind is at most a file that nothing tells of, which `tidy` takes
away. Without the case's key it is noise: to forget the person, the key is destroyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from db.driver import sqlite
from db.errors import StoreError
from db.files import sync_folder, whole
from db.report import Progress
from db.seal import AES, Box, Unopenable

SUFFIX = "-files"
MARK = f"hallclient:{AES}:file\n".encode()
"""What every sealed file begins with."""
PLACE = 0o700
"""Only its owner may look into a folder of files."""

_CASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")
_NAME = re.compile(r"[0-9a-f]{64}")


class Kept(NamedTuple):
    """A file that a store tells of."""

    case: str
    sha256: str
    key: bytes | None
    """The case's key; None: there is none any more, the file need not be there."""


def folder_of(store: Path) -> Path:
    """Where the files of a store (or of a backup) are."""
    return store.with_name(store.name + SUFFIX)


def place_of(folder: Path, case: str, name: str) -> Path:
    """Where one file is. Raises ValueError for what is no case or no content's hash."""
    if not _CASE.fullmatch(case) or not _NAME.fullmatch(name):
        raise ValueError(f"{case}/{name}")
    return folder / case / name


def kept(db: sqlite.Connection, case: str = "") -> Iterator[Kept]:
    """Every file that a store tells of (``case``: of that one), the same content once."""
    of = "a.case_file = ? AND" if case else ""
    rows = db.execute(
        "SELECT DISTINCT a.case_file, a.sha256, k.key FROM attachment a "
        f"LEFT JOIN case_key k ON k.case_id = a.case_file WHERE {of} a.removed_at IS NULL "
        "ORDER BY a.case_file, a.sha256",
        (case,) if case else (),
    )
    for one in rows:
        found = [part.decode() if isinstance(part, bytes) else str(part) for part in one[:2]]
        yield Kept(found[0], found[1], one[2])


def make_folder(place: Path) -> None:
    """A case's folder and the one it is in, for good. Raises StoreError ``cannot-write``."""
    try:
        for folder in (place.parent, place):
            if not folder.is_dir():
                folder.mkdir(mode=PLACE, exist_ok=True)
                sync_folder(folder.parent)
    except OSError as error:
        raise StoreError("cannot-write", path=place, cause=error.strerror) from error


def write(folder: Path, box: Box, data: bytes) -> str:
    """Put a file there, for good before this returns; the SHA-256 of its content.

    Raises StoreError: ``disk-full``, ``cannot-write``.
    """
    name = sha256(data).hexdigest()
    target = place_of(folder, box.case_id, name)
    make_folder(target.parent)
    with whole(target, replace=True) as temp:
        temp.write_bytes(MARK + box.seal_file(data, name))
    return name


def read(folder: Path, box: Box, name: str) -> bytes:
    """The content of a file. Raises StoreError: ``file-missing``, ``file-damaged``."""
    path = place_of(folder, box.case_id, name)
    try:
        found = path.read_bytes()
    except OSError as error:
        raise StoreError("file-missing", path=path) from error
    try:
        if not found.startswith(MARK):
            raise Unopenable(box.case_id)
        data = box.unseal_file(found[len(MARK) :], name)
    except Unopenable as error:
        raise StoreError("file-damaged", path=path) from error
    if sha256(data).hexdigest() != name:
        raise StoreError("file-damaged", path=path)
    return data


# -- taken away


def remove(folder: Path, case: str, name: str) -> None:
    """Take one file away; nothing when it is gone already or something holds on to it."""
    path = place_of(folder, case, name)
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()


def remove_all(folder: Path, case: str) -> None:
    """Take every file of a case away, whatever the store says of it."""
    for name in names_in(folder, case):
        remove(folder, case, name)


def names_in(folder: Path, case: str) -> list[str]:
    """Names of the files that lie in a case's folder."""
    if not _CASE.fullmatch(case):
        return []
    with suppress(OSError):
        return sorted(one.name for one in (folder / case).iterdir() if _NAME.fullmatch(one.name))
    return []


def cases_in(folder: Path) -> list[str]:
    """The cases that have a folder."""
    with suppress(OSError):
        return sorted(one.name for one in folder.iterdir() if _CASE.fullmatch(one.name))
    return []


def all_in(folder: Path) -> list[Path]:
    """Every file that lies there."""
    return [folder / case / name for case in cases_in(folder) for name in names_in(folder, case)]


def surplus(db: sqlite.Connection, folder: Path, case: str = "") -> list[tuple[str, str]]:
    """Files that nothing tells of, or whose key is gone: (case, name).

    Only true while nobody else can write: one that is being attached is not told of yet.
    """
    told = {(one.case, one.sha256) for one in kept(db, case) if one.key is not None}
    cases = [case] if case else cases_in(folder)
    there = ((one, name) for one in cases for name in names_in(folder, one))
    return [one for one in there if one not in told]


def tidy(db: sqlite.Connection, folder: Path, case: str = "") -> int:
    """Take the `surplus` away, and what a kill left half written; how many.

    The caller holds the store's lock.
    """
    gone = surplus(db, folder, case)
    for one, name in gone:
        remove(folder, one, name)
    for one in [case] if case else cases_in(folder):
        with suppress(OSError):
            for part in (folder / one).glob(".*.part"):
                part.unlink()
            (folder / one).rmdir()
    return len(gone)


# -- carried to another place


def carry(
    wanted: Iterable[Kept],
    source: Path,
    target: Path,
    made: list[Path],
    progress: Progress | None = None,
) -> list[Kept]:
    """Copy files that still have a key; those that are not in ``source``.

    What is there already and opens is left alone; ``made``: what was not there before, for
    `take_back`. Raises StoreError: ``disk-full``, ``cannot-write``.
    """
    from shutil import copyfile

    todo = [one for one in wanted if one.key is not None]
    missing = []
    for done, one in enumerate(todo):
        if progress is not None:
            progress("files", done, len(todo))
        try:
            before, after = (place_of(where, one.case, one.sha256) for where in (source, target))
        except ValueError:  # a damaged row: `verify` says so
            missing.append(one)
            continue
        if not before.is_file():
            missing.append(one)
            continue
        fresh = not after.exists()
        if not fresh and _opens(target, one):
            continue
        make_folder(after.parent)
        with whole(after, replace=True) as temp:
            copyfile(before, temp)
        if fresh:
            made.append(after)
    return missing


def _opens(folder: Path, one: Kept) -> bool:
    try:
        read(folder, Box(one.key or b"", one.case, bytes), one.sha256)
    except (StoreError, ValueError):
        return False
    return True


def take_back(made: Iterable[Path]) -> None:
    """Take away what `carry` has made, with the folders that are empty then."""
    folders = set()
    for path in made:
        path.unlink(missing_ok=True)
        folders |= {path.parent, path.parent.parent}
    for folder in sorted(folders, key=lambda one: -len(one.parts)):
        with suppress(OSError):
            folder.rmdir()
