"""``hallclient init``: make a store."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from db.env import system_env
from hallclient.cli.app import SIGN_IN_FROM, STORE_FROM, App, ask_new
from hallclient.cli.parser import option
from hallclient.paths import default_store
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import clean
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``init``."""
    said = t("cli.command.init")
    parser = commands.add_parser("init", help=said, description=said)
    option(parser, "--hall")
    option(parser, "--fixtures", type=Path)
    option(parser, "--demo", action="store_true")
    option(parser, "--encrypt", action="store_true")
    parser.set_defaults(run=run)


def run(args: Namespace, app: App) -> int:
    """Make it, and say who can sign in."""
    from hallclient.actions import setup, staff
    from hallclient.demo.supplies import supply

    hall = _hall(args)
    given = os.environ.get(SIGN_IN_FROM)
    password = given if given is not None else setup.first_password(system_env())
    passphrase = None
    if args.encrypt:
        passphrase = ask_new(
            t("cli.ask.passphrase"), STORE_FROM, "passphrase-missing", "passphrase"
        )
    if app.path == default_store():
        app.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if args.demo:
        verifier = staff.make_verifier(password)
        store = setup.init_demo(app.path, hall, verifier, passphrase=passphrase)
        supply(store)
        operators = [key for key, _ in setup.DEMO_STAFF]
    else:
        store = setup.init(app.path, hall, password, passphrase=passphrase)
        operators = [setup.ADMINISTRATOR]
    store.close()
    _answer(args, app, hall, operators, None if given is not None else password)
    return 0


def _hall(args: Namespace) -> Hall:
    from hallclient.actions.hall_files import default_hall, load_hall

    hall = default_hall() if args.fixtures is None else load_hall(args.fixtures)
    return hall if args.hall is None else hall._replace(id=clean(args.hall).strip())


def _answer(
    args: Namespace, app: App, hall: Hall, operators: list[str], password: str | None
) -> None:
    obj: dict[str, object] = {
        "store": str(app.path),
        "hall": hall.id,
        "demo": args.demo,
        "encrypted": args.encrypt,
        "operators": operators,
        "windows": list(hall.windows),
        "password": password,
    }
    kind = "demo" if args.demo else "hall"
    lines = [t(f"cli.init.{kind}", store=str(app.path), windows=len(hall.windows))]
    if password is not None:
        lines.append(t(f"cli.init.{kind}-password", password=password))
    lines.append(t(f"cli.init.{kind}-next", store=str(app.path)))
    app.out.emit(obj, "\n".join(lines))
