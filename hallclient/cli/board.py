"""``hallclient board``: the hall's big screen, or the sign above one window."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hallclient.cli.parser import command, option
from hallclient.texts import t

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from db.env import Env
    from hallclient.cli.app import App
    from hallclient.cli.parser import Commands
    from hallclient.voice import Speaker


def register(commands: Commands) -> None:
    """Add ``board``."""
    parser = command(commands, "board", run)
    option(parser, "--zone", default="", help=t("cli.option.board-zone"))
    option(parser, "--mute", action="store_true")
    option(parser, "--voice")
    option(parser, "--strip")
    option(parser, "--join", action="store_true")


def run(args: argparse.Namespace, app: App) -> int:
    """Show the board, or write the texts of a sign, until somebody ends it.

    Raises ``no-such-zone``, ``no-such-window``, ``no-such-voice``, ``no-demo``; StoreError.
    """
    from db.env import system_env
    from hallclient.cli.app import need_store

    if args.join:
        return _joined(args, app)
    need_store(app.path)
    return _board(args, app, app.path, app.passphrase(), system_env)


def _joined(args: argparse.Namespace, app: App) -> int:
    """Beside the demo that runs, with its clock."""
    from hallclient.demo import session

    demo = session.join(session.BOARD)
    try:
        return _board(args, app, demo.store, None, demo.make_env)
    finally:
        demo.end()


def _board(
    args: argparse.Namespace,
    app: App,
    path: Path,
    passphrase: str | None,
    make_env: Callable[[str], Env],
) -> int:
    from db.store import Store
    from hallclient.actions.hall import hall_of
    from hallclient.cli import pick, strip

    how = {"passphrase": passphrase, "make_env": make_env}
    with Store.open(path, readonly=True, passphrase=passphrase, make_env=make_env) as store:
        if args.strip is not None:
            return strip.follow(store, pick.window_id(store, args.strip), app.out)
        zone = args.zone
        if zone:
            zone = pick.coded(hall_of(store).zones, zone, "zone", "kind-needed", "no-such-zone")
    voice = None if args.mute else speaker(args.voice)
    return app.show(path, screen="board", zone=zone, speaker=voice, **how)


def speaker(voice: str | None = None) -> Speaker:
    """This machine's voice, or the one named. Raises ``no-such-voice``."""
    from hallclient.voice import Speaker, engines

    return Speaker(engines(voice))
