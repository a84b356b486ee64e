"""What the hub in memory knows."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from db.log import Placed
from hallclient.sync.messages import Role


class Life(NamedTuple):
    """An epoch, and which start of the server."""

    epoch: int
    server: int


NEVER: Final = Life(0, 0)


@dataclass
class Device:
    """What the hub knows of a device. Its name, its login and its store's id are one here."""

    role: Role = "window"
    nonce: bytes = b""
    nonce_of: Life = NEVER
    greeted: Life = NEVER
    follows: frozenset[str] = frozenset()
    revoked: bool = False


@dataclass
class Numbers:
    """How far numbers of one name were given, and in which epoch."""

    epoch: int
    next: int
    total: int


@dataclass
class State:
    """What lies in the database, and so comes back with a backup."""

    epoch: int = 1
    epochs: set[int] = field(default_factory=lambda: {1})
    healing: bool = False
    started: int = 1
    events: list[Placed] = field(default_factory=list)
    devices: dict[str, Device] = field(default_factory=dict)
    tags: dict[str, dict[str, int]] = field(default_factory=dict)
    keys: dict[str, bytes | None] = field(default_factory=dict)
    numbers: dict[tuple[str, str], Numbers] = field(default_factory=dict)
    leases: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def copy(self) -> State:
        """Another one that shares what never changes."""
        made = copy.copy(self)
        made.epochs, made.events = set(self.epochs), list(self.events)
        made.devices = {name: replace(one) for name, one in self.devices.items()}
        made.tags = {tag: dict(streams) for tag, streams in self.tags.items()}
        made.numbers = {name: replace(one) for name, one in self.numbers.items()}
        made.keys, made.leases = dict(self.keys), dict(self.leases)
        return made
