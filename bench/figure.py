"""A measured figure beside its floor and its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Figure:
    """One line of the table. ``ok`` says whether the goal was reached in this run."""

    name: str
    value: str
    floor: str
    measured: str
    goal: str
    ok: bool
    details: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """Where to measure, and whether to be quick about it."""

    folder: Path
    quick: bool

    def times(self, full: int) -> int:
        """How often: a fifth of it for a quick run."""
        return max(10, full // 5) if self.quick else full


def share(times: Sequence[float], part: float) -> float:
    """A percentile: the value that this part of the times does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def median(times: Sequence[float]) -> float:
    return share(times, 0.5)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def ratio(name: str, value: float, floor: float, goal: float, **more: float) -> Figure:
    """A figure whose goal is a multiple of its floor (both in seconds)."""
    times = value / floor
    return Figure(
        name, ms(value), ms(floor), f"{times:.2f} x", f"<= {goal:g} x", times <= goal,
        {"value_s": value, "floor_s": floor, "ratio": times, **more},
    )  # fmt: skip


def rate(name: str, value: float, floor: float, goal: float = 0, **more: float) -> Figure:
    """A figure whose goal is a part of its floor (both in events a second); 0: it has none."""
    part = value / floor
    return Figure(
        name, f"{value:,.0f} events/s", f"{floor:,.0f} events/s", f"{part:.2f} x",
        f">= {goal:g} x" if goal else "", part >= goal,
        {"events_per_s": value, "floor_per_s": floor, "ratio": part, **more},
    )  # fmt: skip
