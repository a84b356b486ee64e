"""Each request as one statement, and its row as an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString, NamedTuple

from db.log import Event, Placed
from hallclient.sync import messages as m

Row = Sequence[Any]


class Call(NamedTuple):
    """What is sent, and how what comes is read."""

    sql: LiteralString
    values: tuple[Any, ...]
    answer: Callable[[Row], m.Answer]


def call_of(request: m.Request, hall: str) -> Call | None:
    """The statement for a request; None for a push of events that are no chain."""
    values: tuple[Any, ...]
    match request:
        case m.Hello():
            return _hello(request)
        case m.Push():
            return _push(request, hall)
        case m.Pull():
            values = (hall, request.epoch, request.after, request.mark, request.limit)
            return Call("SELECT * FROM hub.pull(%b, %b, %b, %b, %b)", values, _pulled)
        case m.Find():
            values = (hall, request.epoch, request.tag)
            return Call("SELECT * FROM hub.find(%b, %b, %b)", values, _found)
        case m.Follow():
            values = (hall, request.epoch, request.stream, request.after, request.limit)
            return Call("SELECT * FROM hub.follow(%b, %b, %b, %b, %b)", values, _followed)
        case m.PutKeys():
            cases, keys = [case for case, _ in request.keys], [key for _, key in request.keys]
            values = (hall, request.epoch, cases, keys)
            sql: LiteralString = "SELECT * FROM hub.put_keys(%b, %b, %b::text[], %b::bytea[])"
            return Call(sql, values, _keys)
        case m.TakeKeys():
            values = (hall, request.epoch, list(request.cases))
            return Call("SELECT * FROM hub.take_keys(%b, %b, %b::text[])", values, _keys)
        case m.DestroyKeys():
            values = (hall, request.epoch, list(request.cases))
            return Call("SELECT * FROM hub.destroy_keys(%b, %b, %b::text[])", values, _keys)
        case m.Lease():
            values = (
                hall,
                request.epoch,
                request.kind,
                request.name,
                request.size,
                request.request,
                request.total,
            )
            return Call("SELECT * FROM hub.lease(%b, %b, %b, %b, %b, %b, %b)", values, _leased)


# -- hello


def _hello(request: m.Hello) -> Call:
    sql: LiteralString = (
        "SELECT * FROM hub.hello(%b, %b, %b, %b, %b, %b, %b, %b::int8[], %b::bytea[])"
    )
    values = (
        request.hall,
        request.protocol,
        request.device,
        request.nonce,
        request.fresh,
        request.epoch,
        request.head,
        [lsn for lsn, _ in request.seen],
        [mark for _, mark in request.seen],
    )
    return Call(sql, values, _greeted)


def _greeted(row: Row) -> m.Greeted:
    answer, epoch, head, agreed, healing, role, now, oldest, newest = row
    return m.Greeted(answer, epoch, head, agreed, healing, role, now, (oldest, newest))


# -- push


def _push(request: m.Push, hall: str) -> Call | None:
    events = request.events
    first = events[0]
    for index, event in enumerate(events):
        if (event.device, event.stream, event.seq) != (
            request.device,
            request.stream,
            first.seq + index,
        ) or (index and event.prev_hash != events[index - 1].hash):
            return None
    sql: LiteralString = (
        "SELECT * FROM hub.push(%b, %b, %b, %b, %b::int8, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b,"
        " %b, %b, %b, %b::int8[], %b::text[], %b)"
    )
    tagged = [(i, tag) for i, tags in enumerate(request.tags, 1) for tag in tags]
    values = (
        hall,
        request.epoch,
        request.device,
        request.stream,
        request.expected,
        first.seq,
        first.prev_hash,
        [event.epoch for event in events],
        [event.kind for event in events],
        [event.version for event in events],
        [event.subject for event in events],
        [event.actor for event in events],
        [event.window for event in events],
        [event.at for event in events],
        [event.day for event in events],
        [event.body for event in events],
        [event.hash for event in events],
        [event.algorithm for event in events],
        [i for i, _ in tagged],
        [tag for _, tag in tagged],
        request.signature,
    )
    return Call(sql, values, _pushed)


def _pushed(row: Row) -> m.Pushed:
    return m.Pushed(*row)


# -- pull, find, follow


def _pulled(row: Row) -> m.Pulled:
    answer, upto, mark, head, epoch, *columns = row
    return m.Pulled(answer, _events(columns), upto, mark or b"", head, epoch)


def _followed(row: Row) -> m.Followed:
    answer, upto, head, _, *columns = row
    return m.Followed(answer, _events(columns), upto, head)


def _events(columns: list[Any]) -> tuple[Placed, ...]:
    if columns[0] is None:
        return ()
    return tuple(
        Placed(lsn, place, mark, Event(*fields))
        for lsn, place, *fields, mark in zip(*columns, strict=True)
    )


def _found(row: Row) -> m.Found:
    answer, streams = row
    return m.Found(answer, tuple(streams or ()))


# -- keys, leases


def _keys(row: Row) -> m.Keys:
    answer, cases, keys = row
    return m.Keys(answer, tuple(zip(cases or (), keys or (), strict=True)))


def _leased(row: Row) -> m.Leased:
    return m.Leased(*row)
