"""``hallclient demo``: a living hall, with nothing to set up."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hallclient.rules.errors import Refused
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.app import App
    from hallclient.demo.place import Seat
    from hallclient.demo.session import Demo

_SLOWEST = 1.0
_FASTEST = 60.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``demo``."""
    from hallclient.demo.clock import BUSY, DEFAULT_SPEED
    from hallclient.demo.session import CLERK, SEATS

    parser = subparsers.add_parser(
        "demo",
        help=t("cli.command.demo"),
        description=t("demo.help"),
        epilog=t("demo.help.epilog"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seat", choices=SEATS, default=CLERK, help=t("demo.help.seat"))
    parser.add_argument("--join", action="store_true", help=t("demo.help.join"))
    parser.add_argument("--speed", type=speed, default=DEFAULT_SPEED, help=t("demo.help.speed"))
    parser.add_argument("--at", type=moment, default=BUSY, help=t("demo.help.at"))
    parser.add_argument("--seed", type=int, default=1, help=t("demo.help.seed"))
    parser.add_argument("--keep", action="store_true", help=t("demo.help.keep"))
    parser.set_defaults(run=run)


def speed(value: str) -> float:
    """How many times faster than a real clock."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not _SLOWEST <= number <= _FASTEST:
        raise argparse.ArgumentTypeError(t("demo.usage.speed", value=value))
    return number


def moment(value: str) -> str:
    """A time of the day, ``HH:MM``."""
    from hallclient.demo.clock import minutes_of

    try:
        minutes_of(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(t("demo.usage.at", value=value)) from error
    return value


def run(args: argparse.Namespace, app: App) -> int:
    """Sit down in a demo until the person leaves."""
    from hallclient.demo import session

    if args.join:
        demo = session.join(args.seat, window=app.options.window)
    else:
        demo = session.begin(
            args.seat,
            window=app.options.window,
            speed=args.speed,
            dice=args.seed,
            at=args.at,
            store=app.options.store if app.options.store_named else None,
            keep=args.keep,
        )
    try:
        return app.show(
            demo.store,
            make_env=demo.make_env,
            hint=hint(demo),
            prepared=lambda: demo.state,
            on_ready=lambda: _ready(demo),
            **_seated(demo.seat),
        )
    finally:
        demo.end()
        if not args.join and (args.keep or app.options.store_named):
            app.out.note(t("demo.kept", path=demo.store))


def _ready(demo: Demo) -> None:
    """The hall comes to life, and what is printed lies in its folder where no printer is set up."""
    from hallclient.actions.paper_printer import DOCUMENTS_FROM
    from hallclient.actions.printers import configured_documents

    demo.on_ready()
    with suppress(Refused):
        if configured_documents() == "none":
            os.environ.setdefault(DOCUMENTS_FROM, f"file:{demo.place.folder}")


def _seated(seat: Seat) -> dict[str, Any]:
    """Which screen a seat has, and what it needs beside the store."""
    from hallclient.demo.session import BOARD, KIOSK

    if seat.role == BOARD:
        from hallclient.cli.board import speaker

        return {"screen": "board", "speaker": speaker()}
    if seat.role == KIOSK:
        from hallclient.actions.printers import Printer

        return {"screen": "kiosk", "who": seat.actor, "printer": Printer()}
    return {"who": seat.actor}


def hint(demo: Demo) -> str:
    """The line of a demo that says what to press."""
    from hallclient.demo import PASSWORD, PHONE

    return t(f"demo.hint.{demo.seat.role}", password=PASSWORD, phone=PHONE[-4:])
