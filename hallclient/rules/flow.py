"""A hall as a flow of visitors: who comes, who is called where and when. Pure and fast.

One discrete-event simulation serves the forecast, the what-if and the simulated day. Who is next is
decided by `policy.choose`, the rule that the windows themselves use. Chance is not made here: what
happens to each visitor is given (`Fate`), so two halls can be held against each other with the
very same visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from hallclient.rules import policy as lanes
from hallclient.rules.catalogue import PlanKind
from hallclient.rules.flow_parts import NEVER, Fate, Guest, Rules, Served, Station
from hallclient.rules.flow_pool import Pool
from hallclient.rules.policy import Head, LineCount, choose

_ENTER, _FREE, _LEAVE = range(3)


class Flow:
    """One hall from ``now`` on (UTC ms). Guests are spoken of by their place in ``guests``.

    ``fate`` is asked for a guest when they are called, at most twice. ``called``: first call of
    each; ``served``; ``left``: who walked out, when; ``missed``: called and never there;
    ``free_at``: when each window has done with its last visitor.
    """

    def __init__(
        self,
        guests: Sequence[Guest],
        fate: Callable[[int], Fate],
        stations: Sequence[Station],
        rules: Rules,
        now: int = 0,
        counts: Mapping[str, LineCount] | None = None,
    ) -> None:
        self.guests = guests
        self.stations = stations
        self.rules = rules
        self.now = now
        self.called: dict[int, int] = {}
        self.served: dict[int, Served] = {}
        self.missed: set[int] = set()
        self.free_at = [station.free_at for station in stations]
        self.at: list[int | None] = [None] * len(stations)
        """Whom each window has called or serves."""
        self.counts = dict(counts or {})
        self._fate = fate
        self._guarded = [station.guarded for station in stations]
        self._plans = [station.serves() for station in stations]
        self._servers: dict[str, list[int]] = {line: [] for line in rules.lines}
        for place, plan in enumerate(self._plans):
            for line in plan:
                self._servers[line].append(place)
        self._idle: dict[int, int] = {}
        self._pool = Pool(guests, rules.lines)
        self._followers: dict[str, list[int]] = {}
        self._done: set[str] = set()
        self._back: dict[int, int] = {}
        self._events: list[tuple[int, int, int, int]] = []
        self._seq = len(guests)
        self._begin()
        heapify(self._events)

    @property
    def left(self) -> dict[int, int]:
        return self._pool.left

    def run(self, until: int = NEVER) -> None:
        """Do all that happens up to and including ``until``."""
        events = self._events
        while events and events[0][0] <= until:
            at, _, kind, place = heappop(events)
            self.now = max(self.now, at)
            if kind == _FREE:
                self.at[place] = None
                self._seek(place)
            elif kind == _ENTER:
                self._enter(place, self.guests[place].head)
            else:
                guest = self.guests[place]
                self._leave(guest.head.leg, guest.visit)
        if until < NEVER:
            self.now = max(self.now, until)

    @property
    def over(self) -> bool:
        """Whether nothing will happen any more."""
        return not self._events

    def waiting(self) -> Iterator[tuple[int, Head]]:
        """Who waits now; those passed over and not back yet apart."""
        return self._pool.waiting(self.now)

    def count_out(self) -> None:
        """Let those go whose patience has ended by now, also the ones nobody has called."""
        self._pool.count_out(self.now)

    # -- visitors

    def _begin(self) -> None:
        places = {station.id: place for place, station in enumerate(self.stations)}
        for place, guest in enumerate(self.guests):
            head = guest.head
            if guest.after:
                self._followers.setdefault(guest.visit, []).append(place)
            elif head.ready_at > self.now:
                self._events.append((head.ready_at, place, _ENTER, place))
            elif guest.window in places:
                self._pool.add_own(place, head, places[guest.window])
            else:
                self._pool.add(place, self._pooled(head))
            if guest.window in places:
                self._back[place] = places[guest.window]
        for place, station in enumerate(self.stations):
            if station.visit:
                self._pool.hide(station.visit)
            self._push(max(station.free_at, self.now), _FREE, place)

    def _enter(self, place: int, head: Head) -> None:
        window = self._back.get(place)
        if place in self.called:
            # Passed over before: others get their turn first.
            wait = self.rules.policy.reinstate_after_calls
            self._pool.add_later(place, self._pooled(head), self._calls(head.line) + wait)
        elif window is not None:
            self._pool.add_own(place, head, window)
            if window in self._idle:
                del self._idle[window]
                self._seek(window)
            return
        else:
            self._pool.add(place, self._pooled(head))
        self._notice(head.line)

    def _pooled(self, head: Head) -> Head:
        """The head with a lane every window sees: its own one may not be there any more."""
        if head.lane == lanes.RETURN:
            head = head._replace(lane=lanes.JOINT)
        return self.rules.placed(head)

    def _notice(self, line: str) -> None:
        """An idle window sees that somebody has come: one with this line as its own first."""
        found = [place for place in self._servers[line] if place in self._idle]
        if len(found) > 1:
            main = PlanKind.MAIN
            found.sort(key=lambda p: (self._plans[p][line] is not main, self._idle[p], p))
        for place in found:
            del self._idle[place]
            if self._is_noon():
                self._rest(place)
            elif self._seek(place):
                return

    def _leave(self, leg: str, visit: str) -> None:
        """Somebody goes away from a window; what their number waits for besides can go on."""
        self._done.add(leg)
        for place, head in self._pool.show(visit):
            self._enter(place, head)
        for place in list(self._followers.get(visit, ())):
            guest = self.guests[place]
            if self._done.issuperset(guest.after):
                self._followers[visit].remove(place)
                self._enter(place, self.rules.unblocked(guest.head, self.now))

    # -- windows

    def _seek(self, window: int) -> bool:
        """The window calls the next one, if there is one and it may; whether it did."""
        station, plan, now = self.stations[window], self._plans[window], self.now
        if station.leg and station.leg not in self._done:
            self._leave(station.leg, station.visit)
        if now >= station.until:
            return False
        for begin, end in station.breaks:
            if begin <= now < end:
                self._push(end, _FREE, window)
                return False
        while heads := self._pool.heads(window, plan, self.counts, now):
            choice = choose(
                heads,
                plan,
                self.rules.lines,
                self.counts,
                self.rules.policy,
                now,
                emergency=station.emergency,
                guarded=self._guarded[window],
            )
            if choice is None:
                break
            place = self._pool.take(choice.head, window)
            if self.guests[place].ghost:
                self.called[place] = now
                continue
            if choice.band != lanes.BAND_RETURN:
                line = choice.head.line
                self._guarded[window] = choice.band == lanes.BAND_GUARD
                self.counts[line] = self.counts.get(line, LineCount()).after(choice.band)
            self._serve(window, place)
            return True
        if self._is_noon():
            self._rest(window)
        else:
            self._idle[window] = now
        return False

    def _serve(self, window: int, place: int) -> None:
        fate, visit, now = self._fate(place), self.guests[place].visit, self.now
        first = place not in self.called
        self.called.setdefault(place, now)
        self.at[window] = place
        if first and fate.absent_ms:
            free = now + fate.absent_ms
            if fate.returns_ms is None:
                self.missed.add(place)
            else:
                gap = self.rules.policy.recent_call_gap_ms
                self._push(max(free + fate.returns_ms, now + gap), _ENTER, place)
        else:
            start = now + fate.walk_ms
            end = start + fate.service_ms
            self.served[place] = Served(self.stations[window].id, start, end)
            free = end + fate.wrap_ms
            if visit:
                self._pool.hide(visit)
                self._push(end, _LEAVE, place)
        self.free_at[window] = free
        self._push(free, _FREE, window)

    def _is_noon(self) -> bool:
        noon = self.rules.noon
        return noon is not None and noon[0] <= self.now < noon[1]

    def _rest(self, window: int) -> None:
        if self.rules.noon is not None:
            self._push(self.rules.noon[1], _FREE, window)

    def _calls(self, line: str) -> int:
        count = self.counts.get(line)
        return count.calls if count else 0

    def _push(self, at: int, kind: int, place: int) -> None:
        self._seq += 1
        heappush(self._events, (at, self._seq, kind, place))
