"""Who looks on: what people were given, what the hub said it has, and who may be called next.

The order of the hall is reckoned here once more from the hub's log alone, by the few rules that
matter, so that a mistake in the stores is not a mistake here as well.
"""

from __future__ import annotations

import json
from typing import Any, Final

from db.log import Event
from hallclient.simulation.deeds import IDENTITY, NAME, PHONE
from hallclient.simulation.hub import HubModel
from hallclient.sync.messages import Answer, Push, Pushed, Request

Key = tuple[str, str, int]
"""(device, stream, seq)"""
Leg = dict[str, Any]
NEEDLES: Final = tuple(one.encode() for one in (NAME, IDENTITY, PHONE))
GUARDS: Final = ("state", "window")
TABLES: Final = frozenset({"leg", "visit", "period", "attempt", "line", "window"})
SHARED: Final = frozenset({"line"})
"""Tables of which any machine makes a row when it needs one."""


class Broken(Exception):
    """An invariant does not hold: (its number, what was found)."""

    def __str__(self) -> str:
        return ": ".join(map(str, self.args))


def key_of(event: Event) -> Key:
    """Which event it is."""
    return event.device, event.stream, event.seq


class Watch:
    """What is known outside the computers."""

    def __init__(self, hub: HubModel, replay: str) -> None:
        self.hub = hub
        self.replay = replay
        self.copied: set[str] = set()
        """Devices of which there are two: their numbers are, too, until somebody notices."""
        self.acked: dict[Key, bytes] = {}
        self.refold()
        self._numbers: set[tuple[str, str]] = set()
        self._codes: set[str] = set()

    def broken(self, what: str, found: str) -> Broken:
        """To be raised: an invariant that does not hold, with the line that shows it again."""
        return Broken(what, f"{found}  [{self.replay}]")

    # -- what people hold in their hands

    def number_given(self, device: str, day: str, number: str) -> None:
        """A slip was printed."""
        if (day, number) in self._numbers and device not in self.copied:
            raise self.broken("I1", f"number {number} was given twice")
        self._numbers.add((day, number))

    def code_printed(self, device: str, code: str) -> None:
        """A certificate was printed."""
        if code in self._codes and device not in self.copied:
            raise self.broken("I1", f"code {code} was printed twice")
        self._codes.add(code)

    def spoken(self, window: str, leg: str) -> None:
        """A number was called aloud at a window that has a link: the hub has said yes."""
        found = self.legs.get(leg, {})
        if (found.get("state"), found.get("window")) != ("called", window):
            raise self.broken("I2", f"{window} calls {leg} without the hub's yes")

    # -- what the hub has said and heard

    def acknowledged(self, request: Request, answer: Pushed) -> None:
        """A machine was told that the hub holds these, or others in their place."""
        if not isinstance(request, Push):
            return
        if answer.answer == "fork" and request.device not in self.copied:
            where = f"{request.device} {request.stream} {request.events[0].seq}"
            raise self.broken("I8", f"a fork, and nobody has copied a disk: {where}")
        if answer.answer == "ok":
            self.acked |= {key_of(event): event.hash for event in request.events}

    def heard(self, device: str, request: Request, answer: Answer, before: int) -> None:
        """The hub has answered; ``before``: how far its log went until then."""
        if not isinstance(request, Push) or not isinstance(answer, Pushed):
            return
        for one in self.hub.state.events[before:]:
            event = one.event
            self._personal(event)
            asked = request.expected is not None and event is request.events[-1]
            asked = asked and event.kind == "leg.called"
            if asked:
                self._in_turn(event)
            if not self._fold(event) and asked:
                raise self.broken("I2", f"{event.subject} called twice by windows with a link")

    def _personal(self, event: Event) -> None:
        line = f"{event.kind} {event.subject} {event.actor} {event.window} {event.stream}".encode()
        for needle in NEEDLES:
            if needle in event.body or needle in line:
                raise self.broken("I11", f"personal data on the wire: {key_of(event)}")

    def _in_turn(self, event: Event) -> None:
        """Nobody was passed over who had come before."""
        mine = self.legs.get(event.subject)
        if mine is None or json.loads(event.body)["why"]["band"] == "return":
            return
        line, place = (mine["day"], mine["line"], mine["lane"]), _place(mine)
        for key, one in self.legs.items():
            if (
                one["state"] == "waiting"
                and (one["day"], one["line"], one["lane"]) == line
                and _place(one) < place
                and one["eligible_at"] <= event.at
                and not one["eligible_call"]
            ):
                raise self.broken("I10", f"{mine['number']} called before {one['number']} ({key})")

    # -- the order of the hall

    def refold(self) -> None:
        """Reckon anew: the hub holds another log."""
        self.legs: dict[str, Leg] = {}
        self._there: set[tuple[str, str]] = set()
        self._visits: dict[tuple[str, str], str] = {}
        self.left_out: set[Key] = set()
        for one in self.hub.state.events:
            self._fold(one.event)

    def _fold(self, event: Event) -> bool:
        """Whether an event was decided on what was there when its turn came."""
        changes = _changes(event)
        if any(self._clashes(*change) for change in changes):
            self.left_out.add(key_of(event))
            return False
        for table, key, was, now in changes:
            if now is None:
                self._there.discard((table, key))
                self.legs.pop(key, None)
            elif was is None:
                self._there.add((table, key))
            if table == "leg" and now is not None:
                row = self.legs[key] = {**(self.legs.get(key, {}) if was else {}), **now}
                self._visits[row["day"], row["number"]] = row["visit"]
        return True

    def _clashes(self, table: str, key: str, was: Leg | None, now: Leg | None) -> bool:
        if was is None:
            if table == "leg" and now is not None:
                # A number is given once on a day, whatever two copies of a disk think.
                visit = self._visits.get((now["day"], now["number"]), now["visit"])
                if visit != now["visit"]:
                    return True
            return (table, key) in self._there and table not in SHARED
        if table != "leg":
            return False
        found = self.legs.get(key)
        if found is None:
            return now is not None
        return any(name in was and was[name] != found.get(name) for name in GUARDS)


def _place(leg: Leg) -> tuple[int, int]:
    return leg["order_at"], leg["turn"]


def _changes(event: Event) -> list[tuple[str, str, Leg | None, Leg | None]]:
    """What an event changes, of what there is here."""
    if event.stream != "queue" or event.version > 1:
        return []
    found = json.loads(event.body)["set"]
    return [(table, key, was, now) for table, key, was, now in found if table in TABLES]
