"""``hallclient staff``: operators, roles, passwords, locks."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import firms, setup, staff
from hallclient.cli import pick
from hallclient.cli.app import NEW_FROM, SIGN_IN_FROM, App, ask, ask_new
from hallclient.cli.output import Choices
from hallclient.cli.parser import command, group, option
from hallclient.cli.shape import columns
from hallclient.rules.roles import Role
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import clock, iso, role_word, word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``staff`` and its commands."""
    own = group(commands, "staff")
    listed = command(own, "staff.list", _list)
    option(listed, "--firm", default="", help=t("cli.option.of-firm"))
    add = command(own, "staff.add", _add)
    option(add, "operator")
    option(add, "--name", default="")
    option(add, "--role")
    option(add, "--firm", default="")
    change = command(own, "staff.change", _change)
    option(change, "operator")
    option(change, "--firm", required=True, help=t("cli.option.new-firm"))
    command(own, "staff.password", _password)
    option(command(own, "staff.reset", _reset), "operator")
    option(command(own, "staff.unlock", _unlock), "operator")
    role = command(own, "staff.role", _role)
    option(role, "operator")
    option(role, "role")
    option(command(own, "staff.leave", _leave), "operator")


def _list(args: Namespace, app: App) -> int:
    rows = staff.operators(app.store(), app.actor(), firms.check(app.store(), args.firm))
    now = app.store().env.now()
    for row, text in zip(rows, columns(_cells(row, now) for row in rows), strict=True):
        app.out.emit(_object(row, now), text)
    return 0


def _add(args: Namespace, app: App) -> int:
    who, key = app.actor(), pick.operator(args.operator)
    role = _known_role(args.role)
    password, made = _first(app)
    staff.add(app.store(), who, key, args.name or key, role, password, firm=args.firm)
    return _with_password(app, key, "cli.staff.added", password if made else None)


def _password(_args: Namespace, app: App) -> int:
    who = app.actor()
    old = os.environ.get(SIGN_IN_FROM)
    if old is None:
        old = ask(t("cli.ask.old"), "password-missing")
    new = ask_new(t("cli.ask.new"), NEW_FROM, "password-missing-new")
    staff.change_password(app.store(), who, old, new)
    return _done(app, who.operator, "cli.staff.password-changed")


def _reset(args: Namespace, app: App) -> int:
    who, key = app.actor(), pick.operator(args.operator)
    password, made = _first(app)
    staff.reset_password(app.store(), who, key, password)
    return _with_password(app, key, "cli.staff.password-reset", password if made else None)


def _unlock(args: Namespace, app: App) -> int:
    who, key = app.actor(), pick.operator(args.operator)
    staff.unlock(app.store(), who, key)
    return _done(app, key, "cli.staff.unlocked")


def _role(args: Namespace, app: App) -> int:
    who, key = app.actor(), pick.operator(args.operator)
    staff.change_role(app.store(), who, key, _known_role(args.role))
    return _done(app, key, "cli.staff.role-changed")


def _change(args: Namespace, app: App) -> int:
    who, key = app.actor(), pick.operator(args.operator)
    staff.change_firm(app.store(), who, key, args.firm)
    return _done(app, key, "cli.staff.firm-changed" if args.firm.strip() else "cli.staff.firm-none")


def _leave(args: Namespace, app: App) -> int:
    who, key = app.actor(), pick.operator(args.operator)
    staff.leave(app.store(), who, key)
    return _done(app, key, "cli.staff.left")


def _first(app: App) -> tuple[str, bool]:
    """A first password, and whether it was made here and has to be told."""
    given = os.environ.get(NEW_FROM)
    if given is not None:
        return given, False
    return setup.first_password(app.store().env), True


def _known_role(text: str | None) -> str:
    wanted = narrow(text or "").lower()
    for role in Role:
        if wanted in (role.value, narrow(role_word(role.value)).lower()):
            return role.value
    known = [(role.value, role_word(role.value)) for role in Role]
    if not wanted:
        raise Choices("kind-needed", "role", known)
    raise Choices("no-such-role", "role", known, role=text)


def _object(row: Row, now: int) -> dict[str, object]:
    locked = row["locked_until"] is not None and row["locked_until"] > now
    return {
        "operator": row["id"],
        "name": row["name"],
        "role": row["role"],
        "firm": row["firm"],
        "state": row["state"],
        "first_password": bool(row["must_change"]),
        "locked_until": iso(row["locked_until"]) if locked else None,
        "window": row["window"],
        "signed_in_at": iso(row["signed_in_at"]),
    }


def _cells(row: Row, now: int) -> list[str]:
    remarks = [word("staff", row["state"])]
    if row["firm"]:
        remarks.append(row["firm"])
    if row["must_change"]:
        remarks.append(t("cli.staff.first-password"))
    if row["locked_until"] is not None and row["locked_until"] > now:
        remarks.append(t("cli.staff.locked", at=clock(row["locked_until"])))
    return [row["id"], row["name"], role_word(row["role"]), t("cli.comma").join(remarks)]


def _done(app: App, key: str, text: str) -> int:
    row = staff.operator(app.store(), key)
    if row is not None:
        said = t(text, operator=key, role=role_word(row["role"]), firm=row["firm"] or "")
        app.out.emit(_object(row, app.store().env.now()), said)
    return 0


def _with_password(app: App, key: str, text: str, password: str | None) -> int:
    row = staff.operator(app.store(), key)
    if row is not None:
        obj = {**_object(row, app.store().env.now()), "password": password}
        said = t(text, operator=key, role=role_word(row["role"]))
        if password is not None:
            said += "\n" + t("cli.staff.first", password=password)
        app.out.emit(obj, said)
    return 0
