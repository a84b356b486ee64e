"""The machine that keeps a store and the hub in step. No clock, no dice, no socket in here.

Whoever runs it asks ``next(now)`` and does what it says: sends a request and tells what came of it
(``answered`` or ``lost``), or waits. All that must survive a kill is in the store (`Replica`);
what is kept here may be lost at any moment.

Rules: say hello first on each connection. Send before reading. A number the hub has committed is an
acknowledgement, nothing else is. What one stream cannot send holds that stream and no other. A
state that needs somebody is tried again all the same, because somebody may have come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from db.log import Event
from db.merge import Unfitting
from hallclient.sync.fetch import Fetch
from hallclient.sync.leases import Leases
from hallclient.sync.messages import (
    Answer,
    DestroyKeys,
    Find,
    Follow,
    Followed,
    Found,
    Greeted,
    Hello,
    Keys,
    Lease,
    Leased,
    Pull,
    Pulled,
    Push,
    Pushed,
    PutKeys,
    Request,
    TakeKeys,
)
from hallclient.sync.replica import Held, Replica

POLL_MS: Final = 500
"""How often a store asks whether there is something new: the guarantee behind NOTIFY."""
BACK_OFF_MS: Final = (250, 500, 1000, 2000, 5000, 10_000)
"""After so many failures in a row; the last is the cap. A half of it is left to chance."""
HELD_MS: Final = 30_000
"""How soon something that needs somebody is tried again."""

Link = Literal["new", "up", "down", "held"]


class Wait(NamedTuple):
    """Nothing to do before ``until`` (UTC ms), unless poked."""

    until: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the link is, for the screen."""

    link: Link
    cause: str = ""
    """Why it is held, or why a stream is: a protocol answer or a cause of `Unfitting`."""
    since: int = 0
    """When this began (UTC ms)."""
    held: tuple[tuple[Held, str], ...] = ()
    """Streams that cannot be sent, each with its cause."""


class Core:
    """One store's side of the conversation."""

    def __init__(
        self,
        replica: Replica,
        chance: Callable[[], float],
        told: Callable[[list[Event]], None] = lambda events: None,
    ) -> None:
        """``chance`` gives 0 to 1, for jitter; ``told`` hears of events that did not fit."""
        self.replica = replica
        self.leases = Leases(replica)
        self.fetch = Fetch(replica)
        self._chance = chance
        self._told = told
        self._greeted = False
        self._poked = True
        self._failures = 0
        self._not_before = 0
        self._next_poll = 0
        self._lease_after = 0
        self._held: dict[Held, str] = {}
        self._status = Status("new")

    @property
    def status(self) -> Status:
        """How the link is."""
        return self._status

    @property
    def settled(self) -> bool:
        """Whether the hub has all of this store, and this store all it reads of the hub."""
        replica = self.replica
        return (
            self._greeted
            and not self._poked
            and replica.after >= replica.head
            and replica.tail().events == 0
            and self.fetch.wanted() is None
        )

    def poke(self) -> None:
        """Something was committed here, or the hub has called."""
        self._poked = True

    def next(self, now: int) -> Request | Wait:
        """What to do now."""
        # A clock that was set back must not make anybody wait for the time it had shown.
        self._not_before = min(self._not_before, now + HELD_MS)
        self._next_poll = min(self._next_poll, now + POLL_MS)
        self._lease_after = min(self._lease_after, now + HELD_MS)
        if now < self._not_before:
            return Wait(self._not_before)
        if not self._greeted:
            return self.replica.hello()
        replica, fetch = self.replica, self.fetch
        # Keys go first: whoever reads a case finds its key there.
        if (keys := fetch.keys()) is not None:
            return keys
        if (push := replica.unsent(self._held)) is not None:
            return push
        if (destroyed := fetch.destroyed()) is not None:
            return destroyed
        if (wanted := fetch.wanted()) is not None:
            return wanted
        if (lease := self.leases.wanted(now)) is not None and now >= self._lease_after:
            return lease
        if self._poked or now >= self._next_poll or replica.after < replica.head:
            return replica.pull()
        return Wait(self._next_poll)

    def answered(self, now: int, request: Request, answer: Answer) -> None:
        """The hub has answered. Raises StoreError when the store cannot be written."""
        self._failures = 0
        match request, answer:
            case Hello(), Greeted():
                self._on_hello(now, answer)
            case Push(), Pushed():
                self._on_push(now, request, answer)
            case Pull(), Pulled():
                self._on_pull(now, answer)
            case Lease(), Leased():
                if self._same_life(now, answer.answer):
                    self.leases.leased(request, answer)
                    if answer.answer != "ok":
                        self._lease_after = now + HELD_MS
            case Find(), Found():
                if self._same_life(now, answer.answer):
                    self.fetch.found(request, answer)
            case Follow(), Followed():
                self._on_follow(now, request, answer)
            case DestroyKeys(), Keys():
                if self._same_life(now, answer.answer):
                    self.fetch.keys_destroyed(request)
            case TakeKeys(), Keys():
                if self._same_life(now, answer.answer):
                    self.fetch.keys_taken(request, answer.keys)
            case PutKeys(), Keys():
                if self._same_life(now, answer.answer):
                    self.fetch.keys_put(request)
            case _:
                self._hold(now, "unexpected")

    def lost(self, now: int, cause: str = "") -> None:
        """No answer: it may have been done, or not. Asked again on a new connection."""
        step = BACK_OFF_MS[min(self._failures, len(BACK_OFF_MS) - 1)]
        self._failures += 1
        self._greeted = False
        self._not_before = now + step // 2 + int(step / 2 * self._chance())
        self._show(now, "down", cause)

    # -- answers

    def _on_hello(self, now: int, answer: Greeted) -> None:
        if answer.answer not in ("ok", "epoch"):
            self._hold(now, answer.answer)
            return
        self.replica.greeted(answer)
        if answer.answer == "ok":
            self._greeted = True
            self._held.clear()
            self._poked = True
            self._show(now, "up")

    def _on_push(self, now: int, request: Push, answer: Pushed) -> None:
        key = request.device, request.stream
        if not self._same_life(now, answer.answer):
            return
        if answer.answer == "ok":
            self.replica.acked(*key, max(answer.last_seq, request.events[-1].seq))
            self.replica.told(answer.head)
        elif answer.answer == "gap" and answer.last_seq < request.events[0].seq - 1:
            self.replica.acked(*key, answer.last_seq)
        else:  # fork, chain, foreign: this stream needs somebody; the others go on
            self._held[key] = answer.answer
            self._show(now, "up", answer.answer)

    def _on_pull(self, now: int, answer: Pulled) -> None:
        if not self._same_life(now, answer.answer):
            return
        if answer.head < self.replica.head:
            self._greeted = False  # it holds less than it did: it must be told so
            return
        try:
            collided = self.replica.integrate(answer)
        except Unfitting as error:
            self._hold(now, str(error))
            return
        self._poked = False
        self._next_poll = now + POLL_MS
        if self._status.link != "up":
            self._show(now, "up")
        if collided:
            self._told(collided)

    def _on_follow(self, now: int, request: Follow, answer: Followed) -> None:
        if not self._same_life(now, answer.answer):
            return
        try:
            self.fetch.followed(request, answer)
        except Unfitting as error:
            self._hold(now, str(error))

    def _same_life(self, now: int, answer: str) -> bool:
        """Whether the hub still knows this device in this epoch; if not, hello comes next."""
        if answer == "epoch":
            self._greeted = False
        elif answer == "revoked":
            self._hold(now, answer)
        return answer not in ("epoch", "revoked")

    def _hold(self, now: int, cause: str) -> None:
        self._greeted = False
        self._not_before = now + HELD_MS
        self._show(now, "held", cause)

    def _show(self, now: int, link: Link, cause: str = "") -> None:
        held = tuple(self._held.items())
        before = self._status
        since = before.since if (before.link, before.cause) == (link, cause) else now
        self._status = Status(link, cause, since, held)
