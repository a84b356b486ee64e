"""``hallclient simulate``: tomorrow's plan on last week's arrivals, one policy beside another."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.flow_parts import DISCIPLINES, DUE_FIRST
from hallclient.texts import language, t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands
    from hallclient.demo.day import Profile
    from hallclient.demo.outcome import Outcome
    from hallclient.demo.trial import Crowd

_DAYS = 5
_VISITS = 640
_SCORED_DAYS = 12
_NONE = "-"


class Variant(NamedTuple):
    """One way to run the hall: its plan, and who is next."""

    plan: str
    hall: Hall
    policy: str


def register(commands: Commands) -> None:
    """Add ``simulate``."""
    own = command(commands, "simulate", _simulate)
    option(own, "--seed", type=int, default=1)
    option(own, "--days", type=_count(366))
    option(own, "--visits", type=_count(20_000))
    option(own, "--demand", default="")
    option(own, "--plan", type=Path)
    own.add_argument(
        "--change",
        action="append",
        default=[],
        metavar=t("cli.value.change"),
        help=t("cli.option.sim-change"),
    )
    option(own, "--close", action="append", default=[])
    option(own, "--policy", action="append", choices=DISCIPLINES)
    option(own, "--score", action="store_true")


def _count(most: int) -> Callable[[str], int]:
    def count(value: str) -> int:
        number = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(t("sim.usage.count", most=most, value=value))
        return number

    return count


def _simulate(args: Namespace, app: App) -> int:
    from hallclient.cli import simulate_input as given

    hall = app.hall()
    plans, shut = given.changes(hall, args.change, args.close, args.plan)
    tried = given.changed(hall, plans, shut)
    if args.score:
        return _score(args, app, tried)
    halls = {"now": hall, "tried": tried} if plans or shut else {"now": hall}
    crowds = _crowds(args, app, hall)
    found = [
        (Variant(plan, one, policy), _run(one, policy, crowds, args))
        for plan, one in halls.items()
        for policy in dict.fromkeys(args.policy or (DUE_FIRST,))
    ]
    for text in [*_table(hall, found), t("sim.legend"), "", *_lines(hall, found)]:
        app.out.note(text)
    if app.out.json:
        for variant, one in found:
            app.out.emit(_object(hall, variant, one), "")
    return 0


def _profile(args: Namespace) -> Profile:
    from hallclient.demo.day import Profile

    return Profile(visits=args.visits or _VISITS)


def _crowds(args: Namespace, app: App, hall: Hall) -> list[Crowd]:
    """The visitors of each day: the same for every plan and policy."""
    from hallclient.cli.simulate_input import demand
    from hallclient.demo import trial

    profile = _profile(args)
    if not args.demand:
        days = args.days or _DAYS
        app.out.note(t("sim.made-up", days=days, visits=profile.visits, seed=args.seed))
        return [trial.made_up(hall, args.seed + nth, profile) for nth in range(days)]
    came = demand(app, hall, args.demand)
    days = args.days or len(came)
    app.out.note(t("sim.real", days=days, demand=args.demand, seed=args.seed))
    return [
        trial.real(hall, came[nth % len(came)], args.seed + nth, profile) for nth in range(days)
    ]


def _run(hall: Hall, policy: str, crowds: Sequence[Crowd], args: Namespace) -> Outcome:
    from hallclient.demo import trial
    from hallclient.demo.day import hours_of
    from hallclient.demo.outcome import outcome, together

    hours = hours_of(hall, trial.MIDNIGHT, trial.WEEKDAY)
    found = []
    for nth, crowd in enumerate(crowds):
        windows = trial.stations(hall, hours, args.seed + nth, _profile(args))
        found.append(outcome(hall, trial.run(hall, crowd, windows, hours, policy), hours))
    return together(found)


# -- what it says


def _table(hall: Hall, found: Sequence[tuple[Variant, Outcome]]) -> list[str]:
    from hallclient.demo.outcome import mean_of, share_of

    wait = hall.policy.service_level_wait_ms // 60_000
    heads = ("plan", "policy", "n", "ordinary", "booked", "priority")
    rows = [
        [
            "",
            *(t(f"sim.head.{head}") for head in heads),
            t("sim.head.in-time", minutes=wait),
            *(t(f"sim.head.{head}") for head in ("used", "left", "overtime")),
        ]
    ]
    for number, (variant, one) in enumerate(found, 1):
        ordinary = one.waits["ordinary"]
        worst = (mean_of(ordinary), share_of(ordinary, 0.9), max(ordinary, default=None))
        rows.append(
            [
                str(number),
                t(f"sim.plan.{variant.plan}"),
                t(f"sim.policy.{variant.policy}"),
                str(sum(map(len, one.waits.values()))),
                "/".join(_minutes(value, 0) for value in worst),
                _minutes(share_of(one.waits["booked"], 0.9)),
                _minutes(share_of(one.waits["priority"], 0.9)),
                f"{_percent(one.in_time, one.offered)}%",
                f"{_percent(one.served_ms, one.staffed_ms)}%",
                str(one.left),
                str(one.overtime_ms // one.days // 60_000),
            ]
        )
    return columns(rows)


def _lines(hall: Hall, found: Sequence[tuple[Variant, Outcome]]) -> list[str]:
    """The 90th percentile of each line's waits, under each other for the ways tried."""
    from hallclient.demo.outcome import share_of

    numbers = [str(number) for number in range(1, len(found) + 1)]
    rows = [["", t("sim.head.line"), t("sim.head.n"), *numbers]]
    for key, line in hall.lines.items():
        waits = [one.lines.get(key, ()) for _, one in found]
        if any(waits):
            values = [_minutes(share_of(some, 0.9)) for some in waits]
            rows.append([line.prefix, named(line, language()), str(len(waits[0])), *values])
    return columns(rows)


def _object(hall: Hall, variant: Variant, one: Outcome) -> dict[str, object]:
    from hallclient.demo.outcome import share_of

    return {
        "kind": "variant",
        "plan": variant.plan,
        "policy": variant.policy,
        "days": one.days,
        "visits": one.visits,
        "waits": {lane: _waits(waits) for lane, waits in one.waits.items()},
        "lines": {
            line: {"n": len(waits), "p90_s": _seconds(share_of(waits, 0.9))}
            for line, waits in one.lines.items()
        },
        "in_time_s": hall.policy.service_level_wait_ms // 1000,
        "in_time_percent": _percent(one.in_time, one.offered),
        "used_percent": _percent(one.served_ms, one.staffed_ms),
        "walkouts": one.left,
        "no_shows": one.missed,
        "overtime_s": one.overtime_ms // one.days // 1000,
    }


def _waits(waits: Sequence[int]) -> dict[str, int | None]:
    from hallclient.demo.outcome import mean_of, share_of

    return {
        "n": len(waits),
        "mean_s": _seconds(mean_of(waits)),
        "p90_s": _seconds(share_of(waits, 0.9)),
        "max_s": _seconds(max(waits, default=None)),
    }


def _score(args: Namespace, app: App, hall: Hall) -> int:
    """How far promises are from what came of them, on easy and on hard days."""
    from hallclient.demo import scoring

    days, visits = args.days or _SCORED_DAYS, args.visits or _VISITS
    told = [one for day in scoring.days(hall, args.seed, days, visits) for one in day]
    app.out.note(t("sim.scored", days=days, visits=visits, seed=args.seed))
    scores = scoring.score(told)
    rows = [["", *(t(f"sim.head.{head}") for head in ("n", "median", "p90", "held"))]]
    for one in scores:
        held = _NONE if one.held is None else f"{one.held:.0%}"
        said = t(f"sim.method.{one.method}")
        rows.append([said, str(one.n), _minutes(one.median), _minutes(one.p90), held])
    for text in columns(rows):
        app.out.note(text)
    if app.out.json:
        for one in scores:
            app.out.emit(
                {
                    "kind": "score",
                    "method": one.method,
                    "days": days,
                    "n": one.n,
                    "median_s": one.median // 1000,
                    "p90_s": one.p90 // 1000,
                    "held_percent": None if one.held is None else round(100 * one.held, 1),
                },
                "",
            )
    return 0


def _minutes(ms: int | None, digits: int = 1) -> str:
    return _NONE if ms is None else f"{ms / 60_000:.{digits}f}"


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else ms // 1000


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
