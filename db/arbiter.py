"""Somebody outside the store who says yes to some actions before they become durable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from db.store import Tx


class Behind(Exception):
    """Others have acted meanwhile: the action was given up and has to be decided again."""


class Doubtful(Exception):
    """Nobody has answered. What was decided is withdrawn."""


class Arbiter(Protocol):
    """What a store asks before it commits (`Store.arbiter`)."""

    def admit(self, tx: Tx) -> Doubtful | None:
        """Called before each commit. Raises `Behind` to give the action up.

        May append to it; what it returns is raised after the commit.
        """

    def connected(self, now: int) -> bool:
        """Whether it is asked at all; if not, this machine is cut off."""

    def catch_up(self, now: int) -> None:
        """Read what others have done. Without an answer, this machine is cut off."""

    def lease(self, tx: Tx, name: str) -> None:
        """Get numbers of a line into `db.blocks`, if it can be reached."""

    def close(self) -> None:
        """The store is given back."""
