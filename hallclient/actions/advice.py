"""What a supervisor could do about an alarm, with what it would bring; and doing it.

Every effect is a forecast with the change against one without it. A move that helps one line and
makes another miss its target is not suggested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from db.store import Store
from hallclient.actions import day, serving, signals, windows
from hallclient.actions.acting import Actor
from hallclient.actions.forecasting import Change, Forecast, forecast
from hallclient.actions.hall import hall_of
from hallclient.actions.hallview import AlarmNow, HallView, WindowNow, worst_ms
from hallclient.rules import advice as rules
from hallclient.rules import alarms
from hallclient.rules.advice import Move
from hallclient.rules.alarms import Key
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused

_MOST = 5
_STANDARD_OUTCOME = "done"


class Suggestion(NamedTuple):
    """Something to do about an alarm.

    ``before_ms``/``after_ms``: the longest wait expected in the line, or for `alarms.CLOSING` how
    long after closing the last number is called; None where a forecast says nothing.
    """

    act: str
    alarm: Key
    window: str = ""
    line: str = ""
    plan: Mapping[str, str] | None = None
    before_ms: int | None = None
    after_ms: int | None = None
    number: str = ""
    outcome: str = ""
    signal: str = ""


def suggest(store: Store, view: HallView, alarm: AlarmNow) -> list[Suggestion]:
    """What helps most comes first; empty when nothing does. Reads only, costs some forecasts."""
    if alarm.key.kind == alarms.CLOSING:
        return _about_closing(store, view, alarm.key)
    if alarm.key.line:
        return _about_line(store, view, alarm.key, alarm.key.line)
    return _about_window(hall_of(store), view, alarm.key)


def what_if(store: Store, changes: Sequence[Change]) -> tuple[Forecast, Forecast]:
    """The next hour as it is, and with these changes. Changes nothing.

    Raises ``no-such-window``, ``no-such-line``.
    """
    hall = hall_of(store)
    for change in changes:
        if change.window not in hall.windows:
            raise Refused("no-such-window", field="window", window=change.window)
        for line in change.plan or {}:
            if line not in hall.lines:
                raise Refused("no-such-line", field="line", line=line)
    return forecast(store), forecast(store, changes)


def change_of(move: Move) -> Change:
    """A move as the forecast takes it."""
    if move.act == rules.EMERGENCY:
        return Change(move.window, emergency=True)
    if move.act == rules.PLAN:
        return Change(move.window, plan=move.plan)
    return Change(move.window, open=True)


def carry_out(store: Store, who: Actor, suggestion: Suggestion) -> None:
    """Do it, by the use case that a key or a command calls too. Raises what that raises."""
    act, window = suggestion.act, suggestion.window
    if act in (rules.RESUME, rules.OPEN):
        signals.request(store, who, window, act)
    elif act == rules.EMERGENCY:
        windows.set_emergency(store, who, window, on=True)
    elif act == rules.PLAN:
        windows.set_plan(store, who, window, dict(suggestion.plan or {}))
    elif act == rules.TAKE_OVER:
        serving.take_over(store, who, window)
    elif act == rules.FREE:
        windows.free_window(store, who, window)
    elif act == rules.END:
        serving.end_for(store, who, window, suggestion.outcome)
    elif act == rules.ANSWER:
        signals.answer(store, who, suggestion.signal)
    elif act == rules.STOP:
        day.stop_numbers(store, who, [suggestion.line])
    else:
        raise Refused("no-advice", field="alarm")


# -- a line


def _about_line(store: Store, view: HallView, key: Key, line: str) -> list[Suggestion]:
    hall = hall_of(store)
    now = forecast(store)
    before = _longest(now)
    found = []
    for move in _moves(hall, view, line, before):
        then = forecast(store, [change_of(move)])
        after = _longest(then)
        one = Suggestion(move.act, key, move.window, line, move.plan)
        if rules.helps(before[line], after[line]) and not _harms(hall, line, now, then):
            found.append(one._replace(before_ms=before[line], after_ms=after[line]))
        elif key.kind == alarms.UNCOVERED and move.act in (rules.RESUME, rules.OPEN):
            # What comes without any window is a guess, and no measure: somebody has to serve it.
            found.append(one)
    return _best(found)


def _moves(hall: Hall, view: HallView, line: str, longest: Mapping[str, int]) -> list[Move]:
    slack = {key: wait / hall.lines[key].target_ms for key, wait in longest.items()}
    asked = {window.id for window in view.windows if window.request is not None}
    return [
        move
        for move in rules.moves(line, [window.seat for window in view.windows], slack)
        if move.window not in asked or move.act not in (rules.RESUME, rules.OPEN)
    ]


def _best(found: list[Suggestion]) -> list[Suggestion]:
    """Most help first; of two that help about alike the gentler one; last what is not known."""
    order = {act: place for place, act in enumerate(rules.ACTS)}

    def rank(one: Suggestion) -> tuple[bool, int, int, str]:
        minutes = (one.after_ms or 0) // 60_000
        return one.after_ms is None, minutes // 2, order[one.act], one.window

    return sorted(found, key=rank)[:_MOST]


def _harms(hall: Hall, line: str, now: Forecast, then: Forecast) -> bool:
    """Whether a move makes another line late. One without a window of its own is late anyway."""
    served = {key for key, one in now.lines.items() if one.windows}
    after = {key: wait for key, wait in _longest(then).items() if key in served}
    return bool(rules.harms(line, _longest(now), after, hall.lines))


def _longest(found: Forecast) -> dict[str, int]:
    return {line: worst_ms(one) for line, one in found.lines.items()}


# -- the end of the day


def _about_closing(store: Store, view: HallView, key: Key) -> list[Suggestion]:
    hall, now = hall_of(store), forecast(store)
    if now.cleared is None or view.closes is None:
        return []
    late = _late(now, view.closes)
    longest = _longest(now)
    busiest = sorted(longest, key=lambda line: -longest[line])[:2]
    found = []
    for line in busiest:
        for move in _moves(hall, view, line, longest):
            then = forecast(store, [change_of(move)])
            after = _late(then, view.closes)
            if rules.helps(late, after) and not _harms(hall, line, now, then):
                found.append(Suggestion(move.act, key, move.window, line, move.plan, late, after))
    best = _best(found)
    stopped = {one.line for one in view.lines if one.stopped}
    if now.at < view.closes:
        best += [Suggestion(rules.STOP, key, line=line) for line in busiest if line not in stopped]
    return best


def _late(found: Forecast, closes: int) -> int:
    return max(0, sum(found.cleared) // 2 - closes) if found.cleared is not None else 0


# -- a window


def _about_window(hall: Hall, view: HallView, key: Key) -> list[Suggestion]:
    if key.kind == alarms.HELP:
        # A window's, or an agent's who sits at none.
        called = next(
            (
                one
                for one in view.signals
                if one["kind"] == signals.HELP
                and one["answered_at"] is None
                and key.window in (one["window"], one["sender"])
            ),
            None,
        )
        known: dict[str, Any] = {"signal": called["id"]} if called is not None else {}
        return [Suggestion(rules.ANSWER, key, key.window, **known)] if known else []
    window = next((one for one in view.windows if one.id == key.window), None)
    if window is None:
        return []
    if key.kind == alarms.SILENT:
        act = rules.TAKE_OVER if window.row["visitor"] is not None else rules.FREE
        return [Suggestion(act, key, window.id, number=window.row["visitor"] or "")]
    if key.kind == alarms.FORGOTTEN and window.row["visitor_state"] == "serving":
        return [_end(hall, window, key)]
    if key.kind == alarms.LONG_PAUSE and window.request is None:
        return [Suggestion(rules.RESUME, key, window.id)]
    return []


def _end(hall: Hall, window: WindowNow, key: Key) -> Suggestion:
    outcome = _STANDARD_OUTCOME if _STANDARD_OUTCOME in hall.outcomes else next(iter(hall.outcomes))
    return Suggestion(
        rules.END, key, window.id, number=window.row["visitor"] or "", outcome=outcome
    )
