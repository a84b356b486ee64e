"""The hub, a PostgreSQL that waits for its disk: sending, reading, calling, merging.

The floors are what PostgreSQL and SQLite take by themselves for the same bytes, in turns with what
is measured, and a call of a store that has no hub.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench import hub_call, hub_eight, hub_merge, hub_push
from bench.figure import Figure, Run
from bench.hub_server import running


def measure(run: Run) -> Iterator[Figure]:
    with running(run) as hub:
        for part in (hub_push, hub_call, hub_merge, hub_eight):
            yield from part.measure(run, hub)
