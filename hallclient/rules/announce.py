"""Announcing called numbers aloud: how a number is read, and whose turn it is to be spoken.

`Announcer` is a state machine over what the store says is called and whether the speaker is
silent. It starts one announcement at a time in the order of calling, each once; one that was taken
back before its turn is left out, and stopped during its turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

STALE_MS: Final = 60_000
"""A call that is older when it is first seen is not spoken: the program was started again, or
was cut off from the store. The clerk calls again if need be."""
BACKLOG: Final = 3
"""With more than so many announcements to make, each is spoken once only."""
ONE: Final = "1"
YAO: Final = "yao"
"""The key of the other way to read a one in `spelt`."""


class Call(NamedTuple):
    """One announcement that is in force: somebody is called and has not come yet.

    ``leg``: what is called, the same for a repeated call; ``at``: UTC ms of this call.
    """

    id: str
    leg: str
    number: str
    window: str
    """The number over the window."""
    at: int
    attempt: int = 1
    collect: bool = False
    """The results of a finished matter are handed out there."""

    @property
    def key(self) -> tuple[str, str, int]:
        """Tells it from every other: after an undo the next call has the same id again."""
        return self.id, self.window, self.at

    def same_visit(self, other: Call) -> bool:
        """Whether both call the same visitor to the same window."""
        return self.leg == other.leg and self.window == other.window


class Order(NamedTuple):
    """What the speaker is to do now: be silent, or begin with a call."""

    stop: bool = False
    say: Call | None = None
    times: int = 0
    """How often it is spoken."""


class Announcer:
    """Whose turn it is. Knows nothing of texts or sound."""

    def __init__(self, repeat: int = 2, *, backlog: int = BACKLOG, stale_ms: int = STALE_MS):
        self.waiting: list[Call] = []
        """What is still to be spoken, in order."""
        self.speaking: Call | None = None
        self._repeat = max(1, repeat)
        self._backlog = backlog
        self._stale_ms = stale_ms
        self._known: dict[tuple[str, str, int], int] = {}
        """What was begun or is too old, with its time: none is spoken twice."""

    def turn(self, now: int, calls: Sequence[Call], quiet: bool) -> Order:
        """One step. ``calls``: every announcement in force; ``quiet``: the speaker is silent.

        To be called whenever the calls change and again and again while somebody speaks.
        """
        if quiet:
            self.speaking = None
        self._hear(now, calls)
        if self.speaking is not None:
            gone = not any(self.speaking.same_visit(call) for call in calls)
            return Order(stop=gone)
        if not quiet or not self.waiting:
            return Order()
        times = 1 if len(self.waiting) > self._backlog else self._repeat
        call = self.speaking = self.waiting.pop(0)
        self._known[call.key] = call.at
        return Order(say=call, times=times)

    def _hear(self, now: int, calls: Sequence[Call]) -> None:
        in_force = {call.key for call in calls}
        # What is no longer called and too old to be spoken need not be remembered.
        horizon = now - self._stale_ms
        self._known = {
            key: at for key, at in self._known.items() if at >= horizon or key in in_force
        }
        for call in sorted(calls, key=lambda call: (call.at, call.id)):
            if call.key in self._known or any(call.key == one.key for one in self.waiting):
                continue
            if call.at < horizon:
                self._known[call.key] = call.at
                continue
            for place, before in enumerate(self.waiting):
                if before.same_visit(call):
                    # Called again before it was spoken at all: the place in the queue is kept.
                    self.waiting[place] = call
                    break
            else:
                self.waiting.append(call)
        self.waiting = [call for call in self.waiting if call.key in in_force]


def spelt(text: str, signs: Mapping[str, str], *, yao: bool = False) -> str:
    """A number as it is read: sign by sign with pauses between; ``signs`` has their names.

    A sign without a name is read as the engine reads it. ``yao``: a one is read *yao*, as on the
    telephone (military and dispatcher's habit, so that it is not taken for a seven).
    """
    named = {**signs, ONE: signs.get(YAO, ONE)} if yao else signs
    return " ".join(named.get(sign, sign) for sign in text)
