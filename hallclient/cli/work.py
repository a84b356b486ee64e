"""``hallclient work``: queues of work, each with how many wait in it."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient import watch_words as said
from hallclient.actions import case_queues
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.watch_shape import Names, case_object, most, print_list
from hallclient.rules.review.watch import QUEUES
from hallclient.texts import t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``work``."""
    work = command(commands, "work", _work)
    option(work, "queue", nargs="?", choices=tuple(QUEUES))
    most(work)


def _work(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    now = store.env.now()
    if args.queue is None:
        filled = case_queues.queues(store, who)
        objects: list[dict[str, object]] = [
            {
                "queue": one.queue.id,
                "name": said.queue_word(one.queue.id),
                "n": one.n,
                "oldest": iso(one.oldest),
                "move": one.queue.move or None,
            }
            for one in filled
        ]
        cells = [
            [
                one.queue.id,
                str(one.n),
                said.age(now - one.oldest) if one.oldest is not None else "-",
                said.queue_word(one.queue.id),
            ]
            for one in filled
        ]
        return print_list(app, objects, cells, "")
    found = case_queues.queue(store, who, args.queue, most=args.most)
    names = Names(app)
    objects = [{**case_object(one.case), "since": iso(one.since), "day": one.day} for one in found]
    cells = [
        [
            one.case.number,
            said.age(now - one.since),
            names.state(one.case),
            one.case.holder or "-",
            one.case.title,
            names.item(one.case),
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.work", queue=said.queue_word(args.queue)))
