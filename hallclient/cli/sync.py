"""``hallclient sync``: keep this store and the hub in step, without a screen."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient.cli.app import App, need_store
from hallclient.cli.parser import command, option
from hallclient.rules.errors import Refused
from hallclient.texts import has, t
from hallclient.words import clock

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands
    from hallclient.sync.core import Status
    from hallclient.sync.replica import Replica

TROUBLE = 3


def register(commands: Commands) -> None:
    """Add it."""
    option(command(commands, "sync", _sync), "--once", action="store_true")


def _sync(args: Namespace, app: App) -> int:
    need_store(app.path)
    from hallclient.hub.joining import connect
    from hallclient.hub.worker import Seat, Worker
    from hallclient.sync.replica import Replica

    store = app.store()
    replica = Replica(store)
    if not replica.joined:
        raise Refused("hub-not-joined")
    try:
        seat = Seat(store.path)
    except BlockingIOError:
        raise Refused("hub-served") from None
    try:

        def told(status: Status) -> None:
            if not args.once:
                _show(app, replica, status)

        worker = Worker(store, connect(store, listen=not args.once), told=told)
        try:
            if not args.once:
                worker.run()
                return 0
            status = worker.settle()
        finally:
            worker.close()
    finally:
        seat.close()
    _show(app, replica, status)
    return 0 if status.link == "up" and not status.held and not replica.tail().events else TROUBLE


def _show(app: App, replica: Replica, status: Status) -> None:
    tail = replica.tail()
    link = t(f"sync.link.{status.link}", cause=cause_text(status.cause))
    text = t("sync.line", link=link, unsent=tail.events)
    if tail.oldest_at is not None:
        text += t("sync.oldest", at=clock(tail.oldest_at))
    for (device, stream), cause in status.held:
        text += "\n" + t("sync.held", stream=stream, device=device[:8], cause=cause_text(cause))
    app.out.emit(
        {
            "link": status.link,
            "cause": status.cause,
            "epoch": replica.epoch,
            "unsent": tail.events,
            "oldest_at": tail.oldest_at,
            "held": [
                {"device": device, "stream": stream, "cause": cause}
                for (device, stream), cause in status.held
            ],
        },
        text,
    )


def cause_text(cause: str) -> str:
    """A cause as a person reads it; one that has no words stays a word."""
    word = cause.partition(" ")[0]
    found = (key for key in (f"sync.cause.{word}", f"hub.cause.{word}") if has(key))
    return next(map(t, found), word)
