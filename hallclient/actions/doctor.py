"""Is this machine fit for the work? Looks at everything, changes nothing, works without a store.

Each check says what it found; the text ``doctor.<check>.<code>`` tells it, and with ``.do`` after
it what to do. What only a terminal knows is in `hallclient.cli.terminal`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from importlib import metadata
from pathlib import Path
from subprocess import DEVNULL, PIPE, SubprocessError, run
from zoneinfo import ZoneInfo

from db.driver import CIPHER, SHARED_SAFE, sqlite
from db.env import Env, day_of
from db.errors import StoreError
from db.filesystem import is_network
from db.opening import beside
from db.store import Store
from hallclient.actions.maintenance import last_backup
from hallclient.actions.printers import configured
from hallclient.rules.errors import Refused

OK, NOTICE, WARNING, ERROR = "ok", "notice", "warning", "error"
LEVELS = (OK, NOTICE, WARNING, ERROR)

BUILT = 1_767_225_600_000
"""2026-01-01: no clock of a machine that runs this program can be right before it (UTC ms)."""
PYTHONS = ((3, 11), (3, 14))
LITTLE, TOO_LITTLE = 1 << 30, 100 << 20
SLOW_MS = 30
BIG_LOG = 64 << 20
DAY_MS = 86_400_000
STALE_DAYS = 7
PATIENCE = 3
"""Seconds that another program may take to answer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    level: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


Look = Callable[[Path, Env, str | None], Iterator[Check]]


def examine(path: Path, env: Env, passphrase: str | None = None) -> Iterator[Check]:
    """Every check of the machine and of the store at ``path``, one after the other."""
    wall, steady = env.now(), time.monotonic()
    for look in LOOKS:
        yield from look(path, env, passphrase)
    # Both clocks have gone on since the first check; a wall clock that was set has not kept step.
    stepped = (env.now() - wall) - (time.monotonic() - steady) * 1000
    if abs(stepped) > 1000:
        yield Check("clock", WARNING, "stepped", {"seconds": round(stepped / 1000)})


def _python(_path: Path, _env: Env, _passphrase: str | None) -> Iterator[Check]:
    said = {"version": ".".join(map(str, sys.version_info[:3]))}
    right = PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]
    yield Check("python", OK if right else WARNING, "ok" if right else "untested", said)


def _packages(_path: Path, _env: Env, _passphrase: str | None) -> Iterator[Check]:
    try:
        wanted = metadata.requires("hallclient") or []
    except metadata.PackageNotFoundError:
        yield Check("packages", NOTICE, "not-installed")
        return
    wrong = []
    for pin in wanted:
        name, exact, version = pin.partition("==")
        if not exact or ";" in pin:
            continue
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "-"
        if found != version:
            wrong.append(f"{name} {found} ({version})")
    if wrong:
        yield Check("packages", WARNING, "other", {"names": ", ".join(wrong)})
    else:
        yield Check("packages", OK, "ok")


def _sqlite(_path: Path, _env: Env, _passphrase: str | None) -> Iterator[Check]:
    said: dict[str, object] = {"version": sqlite.sqlite_version, "driver": sqlite.__name__}
    if sqlite.sqlite_version_info < SHARED_SAFE:
        yield Check("sqlite", WARNING, "alone", {**said, "safe": ".".join(map(str, SHARED_SAFE))})
    else:
        yield Check("sqlite", OK, "ok", said)
    if not CIPHER:
        yield Check("sqlite", NOTICE, "no-cipher")


def _disk(path: Path, _env: Env, _passphrase: str | None) -> Iterator[Check]:
    folder = _folder(path)
    if is_network(folder):
        yield Check("disk", ERROR, "network", {"path": str(folder)})
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Check("disk", ERROR, "unreadable", {"path": str(folder), "cause": error.strerror})
        return
    level = ERROR if free < TOO_LITTLE else WARNING if free < LITTLE else OK
    said: dict[str, object] = {"free_mb": free >> 20, "path": str(folder)}
    yield Check("disk", level, "ok" if level == OK else "little", said)
    try:
        took = round(_sync_ms(folder), 1)
    except OSError as error:
        yield Check("sync", ERROR, "cannot", {"path": str(folder), "cause": error.strerror})
        return
    slow = took > SLOW_MS
    yield Check("sync", WARNING if slow else OK, "slow" if slow else "ok", {"ms": took})


def _folder(path: Path) -> Path:
    """The nearest folder that is there: of a store that may yet have to be made."""
    folder = path.absolute().parent
    while not folder.is_dir():
        folder = folder.parent
    return folder


def _sync_ms(folder: Path) -> float:
    """Median time of a write of 4 KiB that has reached the disk."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(9):
            began = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[len(times) // 2]


def _clock(path: Path, env: Env, _passphrase: str | None) -> Iterator[Check]:
    if env.now() < BUILT:
        yield Check("clock", ERROR, "before-build", {"day": day_of("UTC")(env.now())})
    else:
        yield Check("clock", OK, "ok", {"day": env.day(env.now())})
    said = answer("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if said == "no":
        yield Check("clock", NOTICE, "not-synchronized")


def _printer(_path: Path, _env: Env, _passphrase: str | None) -> Iterator[Check]:
    try:
        printer = configured(None)
    except Refused:
        yield Check("printer", WARNING, "wrong")
        return
    if printer.kind != "none":
        device = Path(printer.where.removeprefix("file:"))
        locked = printer.kind == "file" and device.exists() and not os.access(device, os.W_OK)
        level = WARNING if locked else OK
        yield Check("printer", level, "locked" if locked else "ok", {"names": printer.where})
        return
    found = sorted(str(device) for device in Path("/dev").glob("usb/lp*"))
    yield Check("printer", NOTICE, "found" if found else "none", {"names": " ".join(found)})


def _fonts(_path: Path, _env: Env, _passphrase: str | None) -> Iterator[Check]:
    if shutil.which("fc-list") is None:
        yield Check("fonts", NOTICE, "unknown")
        return
    families = {
        line.split(",")[0].strip()
        for line in answer("fc-list", ":lang=zh-cn", "family").splitlines()
        if line.strip()
    }
    if families:
        yield Check("fonts", OK, "ok", {"names": ", ".join(sorted(families)[:3])})
    else:
        yield Check("fonts", NOTICE, "none")


def answer(*command: str) -> str:
    """What another program says; nothing when it is not there, fails, or takes too long."""
    found = shutil.which(command[0])
    if found is None:
        return ""
    try:
        done = run(  # noqa: S603 - a fixed command, found on the path
            [found, *command[1:]],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").strip()


def _store(path: Path, env: Env, passphrase: str | None) -> Iterator[Check]:
    if not path.exists():
        yield Check("store", NOTICE, "none", {"path": str(path)})
        return
    yield from _permissions(path)
    try:
        with Store.open(
            path, passphrase=passphrase, make_env=lambda _: env, readonly=True
        ) as store:
            yield from _inside(store, env)
    except StoreError as error:
        yield Check("store", ERROR, "trouble", {"code": error.code, **error.params})


def _permissions(path: Path) -> Iterator[Check]:
    if sys.platform == "win32":
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        yield Check("permissions", WARNING, "open", {"path": str(path), "mode": f"{mode:04o}"})
    elif not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        yield Check("permissions", ERROR, "read-only", {"path": str(path)})
    else:
        yield Check("permissions", OK, "ok", {"mode": f"{mode:04o}"})
    wal = beside(path, "-wal")
    if wal.exists() and wal.stat().st_size > BIG_LOG:
        yield Check("store", NOTICE, "big-log", {"mb": wal.stat().st_size >> 20})


def _inside(store: Store, env: Env) -> Iterator[Check]:
    newest = store.row("SELECT count(*) AS events, max(at) AS at FROM event") or {}
    said: dict[str, object] = {"path": str(store.path), "events": newest["events"]}
    yield Check("store", OK, "demo" if store.demo else "ok", said)
    now = env.now()
    # A demo's day may run faster than the clock on the wall.
    if not store.demo and newest["at"] is not None and newest["at"] > now + 1000:
        seconds = (newest["at"] - now) // 1000
        yield Check("clock", ERROR, "behind-store", {"seconds": seconds})
    zone = store.meta["time_zone"]
    hall, here = _minutes(now, ZoneInfo(zone)), _minutes(now, None)
    if hall != here:
        yield Check("clock", NOTICE, "other-zone", {"zone": zone, "minutes": here - hall})
    made = last_backup(store)
    if store.demo:
        return
    if made is None:
        yield Check("backup", WARNING, "never")
    else:
        days = (now - made) // DAY_MS
        old = days >= STALE_DAYS
        yield Check("backup", WARNING if old else OK, "old" if old else "ok", {"days": days})


def _minutes(now: int, zone: tzinfo | None) -> int:
    """How far a zone, or this machine's (None), is ahead of UTC."""
    there = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).utcoffset()
    return int(there.total_seconds()) // 60 if there else 0


LOOKS: tuple[Look, ...] = (
    _python,
    _packages,
    _sqlite,
    _disk,
    _clock,
    _store,
    _printer,
    _fonts,
)
