"""The hub in memory: what `hallclient.sync.messages` says, written down once more without SQL.

It is what the SQL is compared with, so it is meant to be read: lists, dicts, no cleverness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, Literal

from db.env import day_of
from db.log import ALGORITHM, GENESIS, Event, Placed, digest
from hallclient.simulation.hub_state import Device, Life, Numbers, State
from hallclient.sync import messages as m

BEGINNING: Final = 1_767_225_600_000
"""2026-01-01 00:00 UTC: epochs are numbered by the minutes since, or by one more than before."""
FARTHEST: Final = 5_000_000
MOST: Final = 2_000
WINDOW_OF_PULL: Final = 20_000
BLOCK: Final = {"ticket": 1_000, "code": 10_000}


class HubModel:
    """One hall of a hub."""

    def __init__(self, hall: str, now: Callable[[], int], time_zone: str = "Asia/Shanghai") -> None:
        self.hall = hall
        self.life = 1
        self.state = State()
        self._now = now
        self._day = day_of(time_zone)
        self._index()

    # -- what an administrator does

    def join(self, device: str, role: m.Role = "window") -> None:
        """Enrol a device, and let its store say that it is the one."""
        self.state.devices.setdefault(device, Device(role))

    def revoke(self, device: str) -> None:
        """Shut it out."""
        self.state.devices[device].revoked = True

    def heal(self) -> None:
        """Wait no more for those who have not come."""
        self.state.healing, self.state.started = False, self.life

    def backup(self) -> State:
        """The database as it is."""
        return self.state.copy()

    def restart(self) -> None:
        """The server is started anew."""
        self.life += 1

    def restore(self, state: State) -> None:
        """The database as it was, on a server that has to be started for it."""
        self.state = state.copy()
        self.restart()
        self._index()

    # -- what a device asks

    def call(self, device: str, request: m.Request) -> m.Answer:
        """``device``: whose session it is."""
        known = self.state.devices.get(device)
        if isinstance(request, m.Hello):
            return self._hello(known, device, request)
        if isinstance(request, m.Push) and not _is_chain(request):
            return m.Pushed("chain")
        if known is None or known.revoked:
            return _shut_out(request)
        match request:
            case m.Push():
                return self._push(known, device, request)
            case m.Pull():
                return self._pull(known, device, request)
            case m.Lease():
                return self._lease(device, request)
            case m.Find():
                return self._find(request)
            case m.Follow():
                return self._follow(known, request)
            case m.PutKeys():
                return self._put_keys(known, request)
            case m.TakeKeys():
                return self._take_keys(known, request)
            case m.DestroyKeys():
                return self._destroy_keys(known, request)

    @property
    def head(self) -> int:
        """Where the log ends."""
        return len(self.state.events)

    def mark(self, lsn: int) -> bytes:
        """The chain over the log up to there."""
        return self.state.events[lsn - 1].mark if lsn else bytes(32)

    # -- hello

    def _hello(self, known: Device | None, device: str, said: m.Hello) -> m.Greeted:
        state, now = self.state, self._now()
        minute = (now - BEGINNING) // 60_000
        if known is None or said.device != device or said.epoch > minute + FARTHEST:
            return m.Greeted("unknown", now=now)
        if known.revoked:
            return m.Greeted("revoked", role=known.role, now=now)
        if said.protocol != m.PROTOCOL:
            return m.Greeted("protocol", role=known.role, now=now)
        restored = said.epoch > state.epoch or (
            said.epoch == state.epoch
            and (said.head > self.head or any(not self._has(*one) for one in said.seen[:1]))
        )
        here = Life(state.epoch, self.life)
        if not restored and known.nonce_of == here and known.nonce not in (said.nonce, said.fresh):
            return m.Greeted("cloned", role=known.role, now=now)
        if said.epoch > 0:
            state.epochs.add(said.epoch)
        if restored:
            state.epoch = max(state.epoch + 1, said.epoch + 1, minute)
            state.epochs.add(state.epoch)
        if restored or state.started != self.life:
            state.healing = True
        state.started = self.life
        here = Life(state.epoch, self.life)
        known.nonce, known.nonce_of = said.fresh, here
        agreed = 0
        if said.epoch == state.epoch:
            known.greeted = here
        else:
            agreed = max((lsn for lsn, mark in said.seen if self._has(lsn, mark)), default=0)
        if all(one.greeted == here for one in state.devices.values() if not one.revoked):
            state.healing = False
        return m.Greeted(
            "ok" if said.epoch == state.epoch else "epoch",
            state.epoch,
            self.head,
            agreed,
            state.healing,
            known.role,
            now,
        )

    def _has(self, lsn: int, mark: bytes) -> bool:
        return 0 < lsn <= self.head and self.mark(lsn) == mark

    # -- push

    def _push(self, known: Device, device: str, said: m.Push) -> m.Pushed:
        state, first = self.state, said.events[0]
        own = self._own.get((said.device, said.stream), [])

        def answer(
            word: Literal["ok", "behind", "gap", "fork", "chain", "foreign", "epoch"],
        ) -> m.Pushed:
            return m.Pushed(word, len(own), self.head, state.epoch)

        if said.epoch != state.epoch:
            return answer("epoch")
        if any(
            event.algorithm != ALGORITHM or digest(event) != event.hash for event in said.events
        ):
            return answer("chain")
        if first.seq > len(own) + 1:
            return answer("gap")
        before = own[-1].hash if own else GENESIS
        if first.seq == len(own) + 1 and first.prev_hash != before:
            return answer("chain")
        again = [event for event in said.events if event.seq <= len(own)]
        if any(own[event.seq - 1].hash != event.hash for event in again):
            return answer("fork")
        new = said.events[len(again) :]
        if not new:
            return answer("ok")
        if said.device != device and said.device in state.devices and not state.healing:
            return answer("foreign")
        place = self._places.get(said.stream, 0)
        if said.expected is not None and place - len(again) != said.expected:
            return answer("behind")
        tags = said.tags[len(again) :]
        for number, event in enumerate(new, start=1):
            self._take(event)
            for tag in tags[number - 1] if number <= len(tags) else ():
                # The whole of one push counts as said at its last event that has the word.
                streams = state.tags.setdefault(tag, {})
                if streams.get(said.stream, self.head) > self.head - number:
                    streams[said.stream] = self.head
        if said.stream not in m.OPEN_STREAMS and said.stream != "store" and known.role == "window":
            known.follows |= {said.stream}
        own = self._own[said.device, said.stream]
        return answer("ok")

    def _take(self, event: Event) -> None:
        state = self.state
        mark = sha256(self.mark(self.head) + event.hash).digest()
        place = self._places.get(event.stream, 0) + 1
        state.events.append(Placed(self.head + 1, place, mark, event))
        self._note(event)

    def _note(self, event: Event) -> None:
        self._places[event.stream] = self._places.get(event.stream, 0) + 1
        self._own.setdefault((event.device, event.stream), []).append(event)

    def _index(self) -> None:
        self._places: dict[str, int] = {}
        self._own: dict[tuple[str, str], list[Event]] = {}
        for one in self.state.events:
            self._note(one.event)

    # -- pull, find, follow

    def _pull(self, known: Device, device: str, said: m.Pull) -> m.Pulled:
        state = self.state
        if said.epoch != state.epoch or (said.after > 0 and not self._has(said.after, said.mark)):
            return m.Pulled("epoch", (), said.after, b"", self.head, state.epoch)
        limit = min(max(said.limit, 1), MOST)
        upto = max(said.after, min(self.head, said.after + WINDOW_OF_PULL))
        found = [one for one in state.events[said.after : upto] if _reads(known, device, one.event)]
        if len(found) >= limit:
            found = found[:limit]
            upto = found[-1].lsn
        mark = self.mark(upto) if upto else said.mark
        return m.Pulled("ok", tuple(found), upto, mark, self.head, state.epoch)

    def _find(self, said: m.Find) -> m.Found:
        if said.epoch != self.state.epoch:
            return m.Found("epoch")
        streams = self.state.tags.get(said.tag, {})
        return m.Found("ok", tuple(sorted(streams, key=lambda one: -streams[one])[:200]))

    def _follow(self, known: Device, said: m.Follow) -> m.Followed:
        if said.epoch != self.state.epoch:
            return m.Followed("epoch", (), said.after)
        held = [one for one in self.state.events if one.event.stream == said.stream]
        if not held or (said.stream == "store" and known.role != "supervisor"):
            return m.Followed("none", (), said.after)
        if said.stream not in m.OPEN_STREAMS:
            known.follows |= {said.stream}
        limit = min(max(said.limit, 1), MOST)
        upto = max(said.after, min(len(held), said.after + limit))
        return m.Followed("ok", tuple(held[said.after : upto]), upto, len(held))

    # -- keys

    def _put_keys(self, known: Device, said: m.PutKeys) -> m.Keys:
        if said.epoch != self.state.epoch:
            return m.Keys("epoch")
        mine = [one for one in said.keys if self._may_key(known, one[0], new=True)]
        for case, key in mine:
            self.state.keys.setdefault(case, key)
        return self._keys(case for case, _ in mine)

    def _take_keys(self, known: Device, said: m.TakeKeys) -> m.Keys:
        if said.epoch != self.state.epoch:
            return m.Keys("epoch")
        return self._keys(case for case in said.cases if self._may_key(known, case, new=False))

    def _destroy_keys(self, known: Device, said: m.DestroyKeys) -> m.Keys:
        if said.epoch != self.state.epoch:
            return m.Keys("epoch")
        mine = [case for case in said.cases if case != "hall"]
        mine = [case for case in mine if self._may_key(known, case, new=True)]
        self.state.keys |= dict.fromkeys(mine)
        return self._keys(mine)

    def _keys(self, cases: Iterable[str]) -> m.Keys:
        keys = self.state.keys
        return m.Keys(
            "ok", tuple((case, keys[case]) for case in sorted(set(cases)) if case in keys)
        )

    def _may_key(self, known: Device, case: str, *, new: bool) -> bool:
        streams = [f"{sort}:{case}" for sort in ("case", "visit", "booking")]
        return (
            known.role == "supervisor"
            or case == "hall"
            or any(stream in known.follows for stream in streams)
            or (new and not any(stream in self._places for stream in streams))
        )

    # -- leases

    def _lease(self, device: str, said: m.Lease) -> m.Leased:
        state = self.state
        if said.epoch != state.epoch:
            return m.Leased("epoch")
        given = state.leases.get((device, said.request))
        if given is not None:
            return m.Leased("ok", *given)
        if state.healing or state.started != self.life:
            return m.Leased("healing")
        if said.kind not in BLOCK or said.size < 1 or said.total < 0:
            return m.Leased("none")
        numbers = state.numbers.get((said.kind, said.name))
        size = min(said.size, BLOCK[said.kind])
        if said.kind == "code":
            if said.total == 0:
                return m.Leased("none")
            numbers = numbers or Numbers(state.epoch, 1, said.total)
            size = min(size, numbers.total - numbers.next + 1)
            if numbers.epoch != state.epoch or size < 1:
                return m.Leased("none")
        elif numbers is None or numbers.epoch != state.epoch:
            numbers = self._begin(said, numbers)
        state.numbers[said.kind, said.name] = numbers
        first, numbers.next = numbers.next, numbers.next + size
        state.leases[device, said.request] = (first, size)
        return m.Leased("ok", first, size)

    def _begin(self, said: m.Lease, before: Numbers | None) -> Numbers:
        """Tickets in a new epoch: behind all that may have been given in the ones before."""
        state = self.state
        first = max(before.next if before else 1, said.total + 1)
        lives = self._lives_on(said.name.split(":")[0])
        if lives or before:
            first = 1_000 * max(lives, -(-first // 1_000))
        return Numbers(state.epoch, first, 0)

    def _lives_on(self, day: str) -> int:
        """How many epochs began on a business day."""
        begun = (self._day(BEGINNING + epoch * 60_000) for epoch in self.state.epochs)
        return sum(one == day for one in begun)


def _is_chain(said: m.Push) -> bool:
    """Whether these are consecutive events of one stream of one device, as many as are taken."""
    events = said.events
    return 0 < len(events) <= MOST and all(
        (event.device, event.stream, event.seq) == (said.device, said.stream, events[0].seq + n)
        and (n == 0 or event.prev_hash == events[n - 1].hash)
        for n, event in enumerate(events)
    )


def _reads(known: Device, device: str, event: Event) -> bool:
    """Whether a device gets an event by `Pull`."""
    return (
        known.role == "supervisor"
        or event.stream in m.OPEN_STREAMS
        or (event.stream == "store" and event.device == device)
        or event.stream in known.follows
    )


def _shut_out(request: m.Request) -> m.Answer:
    """The answer to who may not ask."""
    match request:
        case m.Push():
            return m.Pushed("revoked")
        case m.Pull():
            return m.Pulled("revoked", (), request.after)
        case m.Find():
            return m.Found("revoked")
        case m.Follow():
            return m.Followed("revoked", (), request.after)
        case m.Lease():
            return m.Leased("revoked")
        case _:
            return m.Keys("revoked")
