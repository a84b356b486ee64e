"""Old events, read as new ones. The stored bytes never change.

An upcaster takes the facts of one version of a kind and returns those of the next; they chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Facts = dict[str, Any]
UPCASTERS: dict[tuple[str, int], Callable[[Facts], Facts]] = {}
"""(kind, version) -> facts of version + 1."""


def upcast(
    kind: str,
    version: int,
    facts: Facts,
    steps: Mapping[tuple[str, int], Callable[[Facts], Facts]] = UPCASTERS,
) -> tuple[int, Facts]:
    """The newest (version, facts) that can be reached; an unknown version stays as it is."""
    while (step := steps.get((kind, version))) is not None:
        facts = step(facts)
        version += 1
    return version, facts
