"""Review at a glance, and what a supervisor is told of it without asking (readings of alarms)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, admit
from hallclient.actions.case_load import AtDepartment, departments_in, late_steps_in
from hallclient.actions.case_notes import ESCALATION, SUPERVISORS
from hallclient.actions.case_watch import Look, lights_in, silences_in
from hallclient.actions.reading import snapshot
from hallclient.rules.alarms import Reading
from hallclient.rules.lights import Light
from hallclient.rules.review import watch as rules


class Overview(NamedTuple):
    """How review stands at one moment (UTC ms)."""

    now: int
    open: int
    """Cases that are not closed."""
    lights: Mapping[str, Mapping[Light, int]]
    """Timer -> light -> clocks."""
    silent: int
    deemed: int
    """Of the silent ones: those that count as accepted by now."""
    late_steps: int
    departments: tuple[AtDepartment, ...]
    escalated: int
    """Matters that wait for a supervisor's word."""
    promises: int
    """Promises that are open."""
    promises_due: int
    """Of these: due today."""
    promises_late: int

    def total(self, light: Light) -> int:
        """Clocks of every timer with this light."""
        return sum(found.get(light, 0) for found in self.lights.values())


def overview(store: Store, who: Actor) -> Overview:
    """Everything that has a number, in one read transaction. Raises ``not-allowed``."""
    admit(store, who, "review.watch")
    with snapshot(store):
        look = Look(store)
        silent = silences_in(look)
        opened = store.row("SELECT count(*) AS n FROM case_file WHERE closed_at IS NULL")
        return Overview(
            look.now,
            opened["n"] if opened else 0,
            lights_in(look),
            len(silent),
            sum(one.deemed for one in silent),
            len(late_steps_in(look)),
            tuple(departments_in(look)),
            _escalated(look),
            *_promises(look),
        )


def _escalated(look: Look) -> int:
    row = look.store.row(
        "SELECT count(*) AS n FROM case_note WHERE done_at IS NULL AND to_whom = ? AND kind = ?",
        SUPERVISORS,
        ESCALATION,
    )
    return row["n"] if row else 0


def _promises(look: Look) -> tuple[int, int, int]:
    """Promises that are open, due today, and overdue."""
    row = look.store.row(
        "SELECT count(*) AS n, coalesce(sum(due = ?1), 0) AS due, "
        "coalesce(sum(due < ?1), 0) AS late FROM promise WHERE state = 'open'",
        look.today.isoformat(),
    )
    assert row is not None  # noqa: S101 - an aggregate has a row
    return row["n"], row["due"], row["late"]


def readings(store: Store) -> list[Reading]:
    """What is untold, late or about to be, in the caller's read transaction."""
    look = Look(store)
    timers = {timer.id: timer for flow in look.flows() for timer in flow.timers}
    lights: Counter[Light] = Counter()
    for timer, found in lights_in(look).items():
        if rules.whole(timers.get(timer)):
            lights.update(found)
    steps = Counter(one.department for one in late_steps_in(look))
    return rules.readings(silences_in(look), lights, _promises(look)[2], steps)
