"""Those who wait in a flow: by line and lane, back after a pass, back to one window, hidden.

Guests are spoken of by their place in the list of guests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from hallclient.rules import policy as lanes
from hallclient.rules.flow_parts import Guest
from hallclient.rules.policy import Head, LineCount

_Entry = tuple[int, int, str, Head, int]


class Pool:
    """Who waits. ``left``: who has walked out, and when; found when their turn would come."""

    def __init__(self, guests: Sequence[Guest], lines: Iterable[str]) -> None:
        self.left: dict[int, int] = {}
        self._guests = guests
        self._lanes: dict[str, dict[str, list[_Entry]]] = {
            line: {lane: [] for lane in lanes.POOL_LANES} for line in lines
        }
        self._later: dict[str, dict[int, tuple[int, Head]]] = {line: {} for line in self._lanes}
        self._stay: set[int] = set()
        """Back after a pass: they have waited before, and do so to the end."""
        self._own: dict[int, dict[int, Head]] = {}
        self._busy: set[str] = set()
        self._hidden: dict[str, list[tuple[int, Head]]] = {}

    # -- coming

    def add(self, place: int, head: Head) -> None:
        """Into their lane."""
        entry = (head.order_at, head.turn, head.leg, head, place)
        heappush(self._lanes[head.line][head.lane], entry)

    def add_later(self, place: int, head: Head, calls: int) -> None:
        """Back after a pass: at the old place once the line has had so many calls."""
        self._later[head.line][place] = (calls, head)
        self._stay.add(place)

    def add_own(self, place: int, head: Head, window: int) -> None:
        """Back to one window, whatever lane they were in."""
        self._own.setdefault(window, {})[place] = head._replace(lane=lanes.RETURN)

    def hide(self, visit: str) -> None:
        """This visitor is at a window: whatever else they wait for, nobody calls them."""
        self._busy.add(visit)

    def show(self, visit: str) -> list[tuple[int, Head]]:
        """They are free again; what their turn had come for meanwhile."""
        self._busy.discard(visit)
        return self._hidden.pop(visit, [])

    # -- being called

    def heads(
        self,
        window: int,
        plan: Mapping[str, object],
        counts: Mapping[str, LineCount],
        now: int,
    ) -> list[Head]:
        """Whom `policy.choose` may choose among for a window with these lines."""
        own = self._own.get(window)
        if own:
            return list(own.values())
        found: list[Head] = []
        guests, busy = self._guests, self._busy
        for line in plan:
            if self._later[line]:
                self._rejoin(line, counts)
            for heap in self._lanes[line].values():
                while heap:
                    _, _, _, head, place = heap[0]
                    guest = guests[place]
                    if self._gone(place, head, now):
                        self.left[place] = head.ready_at + guest.patience_ms
                    elif guest.visit and guest.visit in busy:
                        self._hidden.setdefault(guest.visit, []).append((place, head))
                    else:
                        found.append(head)
                        break
                    heappop(heap)
        if not found:
            # Nobody else is there: who is back after a pass need not wait for more calls.
            for line in plan:
                found += self._first_back(line)
        return found

    def _first_back(self, line: str) -> list[Head]:
        """The first who is back after a pass; who is at another window meanwhile is hidden."""
        later = self._later[line]
        for place, (_, head) in list(later.items()):
            visit = self._guests[place].visit
            if not visit or visit not in self._busy:
                return [head]
            del later[place]
            self._hidden.setdefault(visit, []).append((place, head))
        return []

    def take(self, head: Head, window: int) -> int:
        """Out of the line: one of the `heads`; the guest's place."""
        if head.lane == lanes.RETURN:
            own = self._own[window]
            place = next(place for place, found in own.items() if found is head)
            del own[place]
            return place
        heap = self._lanes[head.line][head.lane]
        if heap and heap[0][3] is head:
            return heappop(heap)[4]
        later = self._later[head.line]
        place = next(place for place, (_, found) in later.items() if found is head)
        del later[place]
        return place

    def _rejoin(self, line: str, counts: Mapping[str, LineCount]) -> None:
        later = self._later[line]
        calls = counts[line].calls if line in counts else 0
        for place, (wanted, head) in list(later.items()):
            if wanted <= calls:
                del later[place]
                self.add(place, head)

    # -- looking

    def waiting(self, now: int) -> Iterator[tuple[int, Head]]:
        """Who waits now."""
        for heap in self._heaps():
            for *_, head, place in heap:
                if not self._gone(place, head, now):
                    yield place, head
        for own in self._own.values():
            yield from own.items()
        for later in self._later.values():
            yield from ((place, head) for place, (_, head) in later.items())
        for hidden in self._hidden.values():
            yield from hidden

    def count_out(self, now: int) -> None:
        """Let those go whose patience has ended by now."""
        for heap in self._heaps():
            for entry in list(heap):
                head, place = entry[3:]
                if self._gone(place, head, now):
                    self.left[place] = head.ready_at + self._guests[place].patience_ms
                    heap.remove(entry)
            heapify(heap)

    def _gone(self, place: int, head: Head, now: int) -> bool:
        patience = self._guests[place].patience_ms
        return head.ready_at + patience <= now and place not in self._stay

    def _heaps(self) -> Iterator[list[_Entry]]:
        for by_lane in self._lanes.values():
            yield from by_lane.values()
