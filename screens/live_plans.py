"""Other plans that a supervisor may give a window, as a list to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from db.store import Row
from hallclient.actions import windows
from hallclient.rules.advice import added, moved
from hallclient.rules.catalogue import Hall, PlanKind, named
from hallclient.texts import language, t


class Plans(NamedTuple):
    """Plans by a key: what each is called, and what it is (None: the hall's own)."""

    labels: Mapping[str, str]
    plans: Mapping[str, dict[str, str] | None]


def plan_moves(hall: Hall, row: Row) -> Plans:
    """For each line that is not the window's own: serve only it, or it as well."""
    plan = windows.plan_of(hall, row)
    labels: dict[str, str] = {}
    plans: dict[str, dict[str, str] | None] = {}
    if row["plan"]:
        labels["default"] = t("live.plan-default")
        plans["default"] = None
    for line in hall.lines.values():
        if plan.get(line.id) is PlanKind.MAIN:
            continue
        name = f"{line.prefix} {named(line, language())}"
        labels[f"only:{line.id}"] = t("live.plan-only", line=name)
        plans[f"only:{line.id}"] = moved(plan, line.id)
        labels[f"also:{line.id}"] = t("live.plan-also", line=name)
        plans[f"also:{line.id}"] = added(plan, line.id)
    return Plans(labels, plans)
