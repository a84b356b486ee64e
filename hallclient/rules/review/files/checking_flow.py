"""What is wrong with a flow as a whole: states nobody reaches or leaves, moves without an end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from hallclient.rules.review.spec import Flow

FIRST = "draft"
"""The state in which every case begins (`hallclient.actions.cases`)."""


class Found(NamedTuple):
    """A mistake; ``kind`` and ``id``: of the table, ``attribute``: the key where it is told."""

    kind: str
    id: str
    attribute: str
    code: str
    params: Mapping[str, object]


def graph(flow: Flow) -> Iterator[Found]:
    """What is wrong, in the order of the file. Ids must all be known and there once."""
    states = [one.id for one in flow.states]
    if FIRST not in states:
        yield Found("state", states[0], "id", "review-no-first", {"value": FIRST})
        return
    leads: dict[str, set[str]] = {one: set() for one in states}
    comes: dict[str, set[str]] = {one: set() for one in states}
    for move in flow.moves:
        for source in move.sources:
            leads[source].add(move.target)
            comes[move.target].add(source)
    reached = _from({FIRST}, leads)
    stuck = reached - _from({one.id for one in flow.states if one.final}, comes)
    dead = {one.id for one in flow.states if not one.final and not leads[one.id] - {one.id}}
    told: set[str] = set()
    for state in flow.states:
        key, said = state.id, {"value": state.id}
        after = _from({key}, leads)
        if key not in reached:
            yield Found("state", key, "id", "review-unreachable", said)
        elif state.final and leads[key]:
            yield Found("state", key, "final", "review-final-moves", said)
        elif key in dead:
            yield Found("state", key, "id", "review-no-way-out", said)
        elif key in stuck and after.isdisjoint(dead | told):
            told |= after
            yield Found("state", key, "id", "review-no-end", said)
    yield from _circles(flow)


def _from(begin: Collection[str], leads: Mapping[str, Collection[str]]) -> set[str]:
    """All that can be come to from these states, themselves among them."""
    found, open_ = set(begin), list(begin)
    while open_:
        for one in leads[open_.pop()]:
            if one not in found:
                found.add(one)
                open_.append(one)
    return found


def _circles(flow: Flow) -> Iterator[Found]:
    """Automatic moves that lead back: nothing but the state changes on the way, so whenever the
    guards of all hold, the program would go round for ever.
    """
    automatic: dict[str, set[str]] = {one.id: set() for one in flow.states}
    for move in flow.moves:
        for source in move.sources if move.automatic else ():
            automatic[source].add(move.target)
    told: set[str] = set()
    for move in flow.moves:
        for source in move.sources if move.automatic else ():
            after = _from({move.target}, automatic)
            if source in after and source not in told:
                circle = {one for one in after if source in _from({one}, automatic)}
                told |= circle
                said = {"value": ", ".join(sorted(circle))}
                yield Found("move", move.id, "automatic", "review-automatic-circle", said)
