"""Alarms, suggestions and signals in words, for the live view and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hallclient.actions.advice import Suggestion
from hallclient.actions.hallview import AlarmNow
from hallclient.rules import alarms
from hallclient.rules.alarms import Key
from hallclient.rules.catalogue import Hall, named
from hallclient.signal_words import signal_text
from hallclient.texts import language, t
from hallclient.words import clock, duration, local, minutes, word


def line_word(hall: Hall, line: str) -> str:
    """A line with its letter; the code of one this edition no longer has."""
    known = hall.lines.get(line)
    return line if known is None else f"{known.prefix} {named(known, language())}"


def place(hall: Hall, key: Key) -> str:
    """What an alarm is about: a line, a window, a case's number, a department, the whole hall."""
    if key.line:
        return line_word(hall, key.line)
    if key.kind == alarms.STEP_LATE and key.window in hall.departments:
        return named(hall.departments[key.window], language())
    return key.window or t("live.hall")


def cleared_at(span: tuple[int, int], now: int) -> str:
    """When all will have been called, from its earliest and latest UTC ms; empty: not today."""
    middle = sum(span) // 2
    return clock(middle) if local(middle).date() == local(now).date() else ""


def measure(kind: str, value: int) -> str:
    """The value of an alarm as people say it."""
    if kind in (alarms.WAITING, alarms.UNCOVERED):
        return t("live.people", n=value)
    if kind == alarms.NO_NOTICE:
        return t("live.nth-day", n=value)
    if kind == alarms.CODES_LOW:
        return t("live.codes", n=value)
    return t("live.cases", n=value) if kind in alarms.STUDIED else duration(value)


def measure_short(kind: str, value: int) -> str:
    """The same for a narrow column."""
    if kind in alarms.STUDIED or kind in (alarms.WAITING, alarms.UNCOVERED):
        return measure(kind, value)
    return minutes(value)


def alarm_text(hall: Hall, alarm: AlarmNow, signals: Mapping[str, Any] | None = None) -> str:
    """One alarm in a sentence. ``signals``: the call for help it is about."""
    reading = alarm.reading
    if reading is None:
        return t("live.alarm-over", place=place(hall, alarm.key), kind=kind_word(alarm.key.kind))
    said = t(
        f"live.alarm.{alarm.key.kind}",
        place=place(hall, alarm.key),
        value=measure(reading.kind, reading.value),
        limit=measure(reading.kind, reading.limit),
    )
    if signals is not None:
        said += t("live.alarm-about", text=signal_text(hall, signals))
    return said


def kind_word(kind: str) -> str:
    """An alarm's kind in a word or two."""
    return word("alarm", kind)


def effect(suggestion: Suggestion) -> str:
    """What it would bring, in numbers; empty when no forecast speaks of it."""
    if suggestion.before_ms is None or suggestion.after_ms is None:
        return ""
    late = suggestion.alarm.kind == alarms.CLOSING
    before, after = suggestion.before_ms // 60_000, suggestion.after_ms // 60_000
    return t("live.effect-late" if late else "live.effect", before=before, after=after)


def suggestion_text(hall: Hall, suggestion: Suggestion) -> str:
    """What to do, and what it would bring."""
    said = t(
        f"live.do.{suggestion.act}",
        window=suggestion.window,
        line=line_word(hall, suggestion.line) if suggestion.line else "",
        number=suggestion.number,
        outcome=outcome_word(hall, suggestion.outcome),
        plan=plan_text(hall, suggestion.plan or {}),
    )
    gain = effect(suggestion)
    return f"{said}  {gain}" if gain else said


def done_text(hall: Hall, suggestion: Suggestion) -> str:
    """What was done, and how it is taken back where that is possible."""
    return t(
        f"live.done.{suggestion.act}",
        window=suggestion.window,
        line=line_word(hall, suggestion.line) if suggestion.line else "",
        number=suggestion.number,
    )


def outcome_word(hall: Hall, outcome: str) -> str:
    """How a service ended."""
    known = hall.outcomes.get(outcome)
    return outcome if known is None else named(known, language())


def plan_text(hall: Hall, plan: Mapping[str, str]) -> str:
    """A plan by the letters of its lines: own ones, then the spare ones, then for an emergency."""
    groups: dict[str, list[str]] = {}
    for line, kind in plan.items():
        known = hall.lines.get(line)
        groups.setdefault(str(kind), []).append(known.prefix if known is not None else line)
    parts = [
        f"{word('plan', kind)} {' '.join(groups[kind])}"
        for kind in ("main", "spare", "emergency")
        if kind in groups
    ]
    return "  ".join(parts)
