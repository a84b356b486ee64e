"""``hallclient hub join``: this store becomes one of the hall's, or a new one is made that is."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from db.env import system_env
from db.errors import StoreError
from db.opening import is_file
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.sync import TROUBLE, cause_text
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(own: Commands) -> None:
    """Add it to ``hub``."""
    parser = command(own, "hub.join", _join)
    option(
        parser,
        "file",
        type=Path,
        help=t("cli.option.hub-join-file"),
        metavar=t("cli.value.hub-join-file"),
    )


def _join(args: Namespace, app: App) -> int:
    from hallclient.hub import enrolment, joining

    try:
        given = enrolment.read(args.file)
    except OSError as error:
        raise StoreError("hub-file-missing", path=args.file, cause=error.strerror) from error
    made = not is_file(app.path)
    if made:
        store, status = joining.new_window(app.path, given, make_env=system_env)
        store.close()
    else:
        status = joining.join(app.store(), given)
    up = status.link == "up"
    key = f"hub.joined.{'new' if made else 'old'}" if up else "hub.joined.later"
    app.out.emit(
        {"hall": given.hall, "name": given.name, "made": made, "link": status.link},
        t(key, hall=given.hall, name=given.name, path=app.path, cause=cause_text(status.cause)),
    )
    return 0 if up else TROUBLE
