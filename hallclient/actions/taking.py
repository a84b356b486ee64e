"""Taking a number together with what the visitor is told: who is ahead, how long it may take.

The promise is kept with the number, so that it can be held against what came of it.
"""

from __future__ import annotations

from db.store import Store
from hallclient.actions import forecasting, tickets
from hallclient.actions.acting import Actor
from hallclient.actions.forecasting import Promise
from hallclient.actions.hall import hall_of
from hallclient.actions.tickets import Request, Ticket


def promise_of(store: Store, request: Request) -> Promise | None:
    """What somebody who asks for this now is to be told; None when it is no request at all.

    Raises what `forecasting.promise` raises.
    """
    hall = hall_of(store)
    known = all(code in hall.items for code in request.items)
    if request.joint:
        known = request.joint in hall.joints
    if not known or not (request.items or request.joint):
        return None
    return forecasting.promise(
        store,
        request.items,
        joint=request.joint,
        priority=request.priority,
        slot=request.slot,
        collect=request.collect,
    )


def promised(request: Request, promise: Promise | None) -> Request:
    """The request with what was told."""
    if promise is None:
        return request
    return request._replace(ahead=promise.ahead, promised=(promise.low, promise.high))


def take(store: Store, who: Actor, request: Request) -> Ticket:
    """`tickets.take`, with the promise of this moment unless one was told already."""
    if request.promised is None:
        request = promised(request, promise_of(store, request))
    return tickets.take(store, who, request)
