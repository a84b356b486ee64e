"""``hallclient doctor``, ``backup``, ``restore``, ``export``: keeping a store."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from db.env import system_env
from db.errors import StoreError
from db.restore import Plan, look
from db.sealed_files import folder_of
from hallclient.actions import maintenance
from hallclient.actions.export import WHAT, Wanted, export
from hallclient.cli.app import SIGN_IN_FROM, App, ask, encrypted, need_store
from hallclient.cli.parser import command, option
from hallclient.cli.progress import progress
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.texts import has, t
from hallclient.words import iso, store_text, word

if TYPE_CHECKING:
    from hallclient.actions.doctor import Check
    from hallclient.cli.parser import Commands

TROUBLE = 3


def register(commands: Commands) -> None:
    """Add all four."""
    command(commands, "doctor", _doctor)
    backup = command(commands, "backup", _backup)
    option(backup, "file", type=Path)
    option(backup, "--force", action="store_true")
    restore = command(commands, "restore", _restore)
    option(restore, "file", type=Path)
    option(restore, "--yes", action="store_true")
    give = command(commands, "export", _export)
    day = t("cli.value.day")
    option(give, "what", choices=WHAT)
    option(give, "file", type=Path)
    give.add_argument("--from", dest="first", default="", metavar=day, help=t("cli.option.first"))
    give.add_argument("--to", dest="last", default="", metavar=day, help=t("cli.option.last"))
    option(give, "--reveal", action="store_true")
    option(give, "--force", action="store_true")


# -- doctor


def _doctor(_args: Namespace, app: App) -> int:
    from hallclient.actions.doctor import ERROR, LEVELS, examine
    from hallclient.cli.terminal import terminal

    passphrase = app.passphrase() if app.path.is_file() else None
    worst = 0
    for checks in (terminal(), examine(app.path, system_env(), passphrase)):
        for check in checks:
            worst = max(worst, LEVELS.index(check.level))
            message, advice = _check_texts(check)
            said = t(
                "doctor.line",
                level=t(f"doctor.level.{check.level}"),
                what=t(f"doctor.{check.name}"),
                message=message,
            )
            obj: dict[str, object] = {
                "check": check.name,
                "level": check.level,
                "code": check.code,
                **check.params,
                "message": message,
                "advice": advice,
            }
            app.out.emit(obj, f"{said}\n{t('doctor.advice', advice=advice)}" if advice else said)
    return TROUBLE if worst == LEVELS.index(ERROR) else 0


def _check_texts(check: Check) -> tuple[str, str]:
    params = dict(check.params)
    if (check.name, check.code) == ("store", "trouble"):
        return store_text(StoreError(str(params.pop("code")), **params)), ""
    key = f"doctor.{check.name}.{check.code}"
    return t(key, **params), t(f"{key}.do", **params) if has(f"{key}.do") else ""


# -- backup and restore


def _backup(args: Namespace, app: App) -> int:
    who = app.actor()
    passphrase = app.passphrase()
    with progress(app) as tell:
        made = maintenance.backup(
            app.store(), who, args.file, passphrase=passphrase, replace=args.force, progress=tell
        )
    obj: dict[str, object] = {
        "file": str(made.path),
        "at": iso(made.at),
        "bytes": made.size,
        "events": made.report.events,
        "head": made.report.head,
        "encrypted": passphrase is not None,
        "files": made.report.files,
        "files_lost": made.report.lost_files,
        "folder": None if made.folder is None else str(made.folder),
    }
    kb = -(-made.size // 1024)
    said = t("backup.made", file=str(made.path), events=made.report.events, kb=kb)
    lines = [said] if passphrase is not None else [said, t("backup.guard")]
    if made.folder is not None:
        lines.append(t("backup.files", n=made.report.files, folder=str(made.folder)))
    if made.report.lost_files:
        lines.append(t("backup.files-lost", n=made.report.lost_files))
    app.out.emit(obj, "\n".join(lines))
    return 0


def _restore(args: Namespace, app: App) -> int:
    need_store(args.file)
    # The keys of the backup open both: a copy is encrypted as its store was.
    named = app.path if encrypted(app.path) else args.file
    passphrase = App(app.options._replace(store=named), app.show).passphrase()
    with progress(app) as tell:
        plan = look(app.path, args.file, passphrase=passphrase, progress=tell)
    app.out.emit(_plan_object(plan), "\n".join(_plan_lines(plan)))
    if not args.yes:
        _confirm(app)
    operator, password = signature(app)
    with progress(app) as tell:
        done = maintenance.restore(plan, operator, password, passphrase=passphrase, progress=tell)
    aside = None if done.aside is None else str(done.aside)
    said = t("restore.done", path=str(app.path))
    if aside is not None:
        said += "\n" + t("restore.aside", aside=aside)
    app.out.emit({"restored": str(app.path), "device": done.device, "aside": aside}, said)
    return 0


def _plan_object(plan: Plan) -> dict[str, object]:
    return {
        "backup": str(plan.backup),
        "made_at": iso(plan.made_at),
        "hall": plan.hall,
        "events": plan.report.events,
        "last_at": iso(plan.report.last_at) if plan.report.events else None,
        "replaces": str(plan.path) if plan.replaces else None,
        "readable": plan.readable,
        "other_hall": plan.other_hall or None,
        "forked": plan.forked,
        "lost": [
            {
                "stream": lost.stream,
                "events": lost.events,
                "first_at": iso(lost.first_at),
                "last_at": iso(lost.last_at),
            }
            for lost in plan.lost
        ],
        "destroyed_again": len(plan.destroyed),
        "files": plan.report.files,
        "files_lost": plan.report.lost_files,
    }


def _plan_lines(plan: Plan) -> list[str]:
    made = iso(plan.made_at or plan.report.last_at) or ""
    lines = [t("restore.backup", events=plan.report.events, made=made)]
    if plan.report.files:
        lines.append(t("restore.files", n=plan.report.files))
    if plan.report.lost_files:
        folder = str(folder_of(plan.backup))
        lines.append(t("restore.files-lost", n=plan.report.lost_files, folder=folder))
    if not plan.replaces:
        return [*lines, t("restore.new", path=str(plan.path))]
    lines.append(t("restore.replaces", path=str(plan.path)))
    if not plan.readable:
        return [*lines, t("restore.unreadable")]
    if plan.other_hall:
        lines.append(t("restore.other-hall", there=plan.other_hall, here=plan.hall))
    if plan.forked:
        lines.append(t("restore.forked"))
    lines += [
        t(
            "restore.lost",
            stream=word("restore.stream", lost.stream),
            events=lost.events,
            first=iso(lost.first_at),
            last=iso(lost.last_at),
        )
        for lost in plan.lost
    ]
    if not plan.lost:
        lines.append(t("restore.nothing-lost"))
    if plan.destroyed:
        lines.append(t("restore.destroyed", n=len(plan.destroyed)))
    return lines


def _confirm(app: App) -> None:
    if app.out.json or not sys.stdin.isatty():
        raise Refused("not-confirmed", field="yes")
    if input(t("restore.ask")).strip().lower() != t("restore.yes"):
        raise Refused("not-confirmed", field="yes")


def signature(app: App) -> tuple[str, str]:
    """Who signs, where the store itself cannot be asked. Raises as `App.actor`."""
    operator = narrow(app.options.operator).lower()
    if not operator:
        raise Refused("operator-missing", field="operator")
    password = os.environ.get(SIGN_IN_FROM)
    if password is None:
        password = ask(t("cli.ask.password", operator=operator), "password-missing")
    return operator, password


# -- export


def _export(args: Namespace, app: App) -> int:
    wanted = Wanted(args.what, args.first, args.last, args.reveal)
    count = export(
        app.store(), app.actor(), wanted, args.file, headings=_heading, replace=args.force
    )
    obj: dict[str, object] = {
        "file": str(args.file),
        "what": args.what,
        "rows": count,
        "revealed": args.reveal,
    }
    app.out.emit(obj, t("export.made", file=str(args.file), rows=count))
    return 0


def _heading(name: str) -> str:
    return word("export.column", name)
