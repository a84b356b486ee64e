"""How the lists of review are printed: a case's columns, rows under each other, a word for none."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from functools import cache

from hallclient import watch_words as said
from hallclient.actions.editions import flow_in
from hallclient.cli.app import App
from hallclient.cli.parser import option
from hallclient.cli.shape import columns
from hallclient.rules.review.spec import Flow
from hallclient.rules.review.watch import Placed
from hallclient.rules.text import narrow

MOST = 50
"""So many rows on a terminal, unless more are asked for."""


LARGEST = 9999


def number(text: str) -> int:
    """A count as it may be given. Raises ValueError, which the parser tells."""
    found = int(narrow(text))
    if not 0 <= found <= LARGEST:
        raise ValueError(text)
    return found


def most(parser: ArgumentParser) -> None:
    """The option that asks for more rows or fewer."""
    option(parser, "--most", type=number, default=MOST)


class Names:
    """What things are called, by the editions of the store."""

    def __init__(self, app: App) -> None:
        self.app, self.hall = app, app.hall()
        self.flow = cache(self._flow)

    def _flow(self, key: str) -> Flow:
        return flow_in(self.app.store(), key)

    def state(self, case: Placed) -> str:
        return said.case_state(self.flow(case.flow), case.state)

    def item(self, case: Placed) -> str:
        return said.item_name(self.hall, case.item)


def case_object(case: Placed) -> dict[str, object]:
    """A case for programs."""
    return {
        "case": case.number,
        "title": case.title,
        "service": case.item or None,
        "department": case.department or None,
        "state": case.state,
        "holder": case.holder or None,
        "agent": case.agent or None,
    }


def print_list(
    app: App, objects: Iterable[dict[str, object]], cells: Sequence[Sequence[str]], none: str
) -> int:
    """A list: objects for programs, columns for people; a word when there is nothing."""
    for obj, text in zip(objects, columns(cells), strict=True):
        app.out.emit(obj, text)
    if not cells:
        app.out.note(none)
    return 0
