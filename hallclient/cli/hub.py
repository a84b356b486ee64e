"""``hallclient hub``: the administrator's side of the hub. The line to its database is a secret."""

from __future__ import annotations

import os
import secrets
import threading
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from db.env import system_env
from db.errors import StoreError
from db.opening import is_file
from hallclient.cli import hub_audit, hub_join, hub_try
from hallclient.cli.app import App
from hallclient.cli.hub_line import hub_of, way_of
from hallclient.cli.parser import command, group, option
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands
    from hallclient.hub.devices import Device, HallStatus

TIME_ZONE: Final = "Asia/Shanghai"
ROLES: Final = ("window", "supervisor")


def register(commands: Commands) -> None:
    """Add ``hub`` and its commands."""
    own = group(commands, "hub")
    made = command(own, "hub.init", _init)
    _own(made, "hub", "hub", nargs="?", default="")
    _own(made, "--time-zone", "hub-time-zone", default="")
    option(made, "--demo", action="store_true", help=t("cli.option.hub-demo"))
    option(made, "--distributed", action="store_true")
    enrolled = command(own, "hub.enroll", _enroll)
    _own(enrolled, "name", "hub-name")
    _own(enrolled, "--role", "hub-role", choices=ROLES, default="window")
    _own(enrolled, "--out", "hub-out", type=Path)
    _own(enrolled, "--ca", "hub-ca", type=Path)
    _own(enrolled, "--address", "hub-address", default="")
    revoked = command(own, "hub.revoke", _revoke)
    _own(revoked, "name", "hub-name")
    healed = command(own, "hub.heal", _heal)
    seen = command(own, "hub.status", _status)
    guarded = command(own, "hub.guard", _guard)
    option(guarded, "--once", action="store_true", help=t("cli.option.hub-once"))
    audited = command(own, "hub.audit", hub_audit.run)
    hub_audit.add(audited)
    for parser in (enrolled, revoked, healed, seen, guarded, audited):
        _own(parser, "--hub", "hub", default="")
    for parser in (made, enrolled, revoked, healed, seen, audited):
        _own(parser, "--hall", "hub-hall", default="")
    certified = command(own, "hub.certify", _certify)
    _own(certified, "host", "hub-host")
    _own(certified, "--ca", "hub-ca", type=Path, required=True)
    _own(certified, "--out", "hub-folder", type=Path)
    command(own, "hub.try", hub_try.run)
    hub_join.register(own)


def _own(parser: ArgumentParser, name: str, text: str, **how: Any) -> None:
    """An option whose name means something else in other commands."""
    option(parser, name, help=t(f"cli.option.{text}"), metavar=t(f"cli.value.{text}"), **how)


# -- the hub itself


def _init(args: Namespace, app: App) -> int:
    from hallclient.hub import install

    hall, zone, demo = args.hall, args.time_zone or TIME_ZONE, args.demo
    if not hall and is_file(app.path):
        store = app.store()
        hall, demo = store.meta["hall"], store.demo
        zone = args.time_zone or store.meta["time_zone"]
    _check_zone(zone)
    with hub_of(args) as db:
        done = install.init(db)
        if args.distributed:
            install.distribute(db)
        if hall:
            install.add_hall(db, hall, demo=demo, time_zone=zone, notify=not args.distributed)
    said = t("hub.made", n=len(done)) if done else t("hub.up-to-date")
    lines = [said, t("hub.hall", hall=hall) if hall else t("hub.no-hall-yet")]
    obj: dict[str, object] = {"hall": hall or None, "demo": demo, "applied": done}
    app.out.emit({**obj, "distributed": args.distributed}, "\n".join(lines))
    return 0


def _check_zone(zone: str) -> None:
    from db.env import day_of

    try:
        day_of(zone)
    except (KeyError, ValueError, OSError):
        raise Refused("hub-time-zone", field="time-zone", zone=zone) from None


def _status(args: Namespace, app: App) -> int:
    from hallclient.hub import devices

    with hub_of(args) as db:
        found = devices.status(db, args.hall)
    for one in found:
        app.out.emit(_hall_object(one), "\n".join(_hall_lines(one)))
    if not found:
        app.out.note(t("hub.no-hall-yet"))
    return 0


def _hall_object(one: HallStatus) -> dict[str, object]:
    return {
        "hall": one.hall,
        "demo": one.demo,
        "epoch": one.epoch,
        "head": one.head,
        "healing": one.healing,
        "waiting_for": list(one.waiting_for),
        "leases": one.leases,
        "now": iso(one.now),
        "devices": [
            {
                "name": device.name,
                "role": device.role,
                "device": device.device,
                "connected": device.connected,
                "seen_at": iso(device.seen_at),
                "lag": device.lag,
                "epoch": device.epoch,
                "revoked_at": iso(device.revoked_at),
            }
            for device in one.devices
        ],
    }


def _hall_lines(one: HallStatus) -> list[str]:
    key = "hub.status.demo" if one.demo else "hub.status"
    lines = [t(key, hall=one.hall, epoch=one.epoch, head=one.head, leases=one.leases)]
    if one.healing:
        lines.append(t("hub.status.healing", names=", ".join(one.waiting_for) or "-"))
    return lines + [
        t(
            "hub.status.device",
            name=device.name,
            role=t(f"hub.role.{device.role}"),
            state=t(f"hub.device.{_state(device)}"),
            seen=iso(device.seen_at) or "-",
            lag=device.lag,
        )
        for device in one.devices
    ]


def _state(device: Device) -> str:
    if device.revoked_at is not None:
        return "revoked"
    if device.device is None:
        return "enrolled"
    return "connected" if device.connected else "away"


def _heal(args: Namespace, app: App) -> int:
    from hallclient.hub import devices

    with hub_of(args) as db:
        hall = devices.the_hall(db, args.hall)
        waited = devices.heal(db, hall)
    obj: dict[str, object] = {"hall": hall, "healed": waited}
    app.out.emit(obj, t("hub.healed" if waited else "hub.not-healing", hall=hall))
    return 0


def _guard(args: Namespace, app: App) -> int:
    """Look once a second, until the program is ended."""
    from hallclient.hub import devices

    pause = threading.Event()
    while True:
        with hub_of(args) as db:
            ended = devices.guard(db)
        if ended or args.once:
            app.out.emit({"ended": ended}, t("hub.guarded", n=ended))
        if args.once or pause.wait(1):
            return 0


# -- devices


def _enroll(args: Namespace, app: App) -> int:
    from hallclient.hub import devices

    path: Path = args.out or Path(f"{_file_name(args.name)}.hub.json")
    tls = None
    with hub_of(args) as db:
        hall = devices.the_hall(db, args.hall)
        if args.ca is not None:
            from hallclient.hub.certificates import issue

            made = issue(args.ca, devices.role_of(db, hall, args.name), system_env().now())
            tls = {"ca": made.ca, "certificate": made.certificate, "key": made.key}
        enrolment = devices.enroll(
            db,
            hall,
            args.name,
            args.role,
            secrets.token_urlsafe(24),
            reached=way_of(args),
            address=args.address,
            tls=tls,
        )
        try:
            # Before the device is there for good: without its file nobody could ever be it.
            enrolment.write(path)
        except FileExistsError:
            raise Refused("hub-file-there", field="out", file=str(path)) from None
        except OSError as error:
            raise StoreError("hub-file", path=path) from error
    obj: dict[str, object] = {
        "hall": hall,
        "name": args.name,
        "role": args.role,
        "file": str(path),
        "tls": tls is not None,
    }
    app.out.emit(obj, t("hub.enrolled", name=args.name, file=str(path)))
    return 0


def _file_name(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-_" else "-" for char in name)


def _revoke(args: Namespace, app: App) -> int:
    from hallclient.hub import devices

    with hub_of(args) as db:
        hall = devices.the_hall(db, args.hall)
        ended = devices.revoke(db, hall, args.name)
    obj: dict[str, object] = {"hall": hall, "name": args.name, "sessions_ended": ended}
    app.out.emit(obj, t("hub.revoked", name=args.name, n=ended))
    return 0


def _certify(args: Namespace, app: App) -> int:
    from hallclient.hub.certificates import issue

    folder: Path = args.out or Path()
    made = issue(args.ca, args.host, system_env().now(), host=True)
    files = {"server.crt": made.certificate, "server.key": made.key, "ca.crt": made.ca}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, pem in files.items():
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(pem)
    except FileExistsError as error:
        raise Refused("hub-file-there", field="out", file=str(error.filename)) from None
    except OSError as error:
        raise StoreError("hub-file", path=folder) from error
    obj: dict[str, object] = {"host": args.host, "folder": str(folder), "files": list(files)}
    app.out.emit(obj, t("hub.certified", host=args.host, folder=str(folder)))
    return 0
