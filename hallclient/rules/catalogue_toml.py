"""The lines, windows, hours and policy of a hall.toml (its words: ``catalogue_words``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from hallclient.rules.catalogue import (
    Line,
    Opening,
    PlanKind,
    Policy,
    StaffSettings,
    Voice,
    Window,
)
from hallclient.rules.problems import Reader, some
from hallclient.rules.toml_file import TomlFile

Plan = dict[str, PlanKind]
_KINDS = {kind.value: kind for kind in PlanKind}
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
# Counts that may be switched off.
_MAY_BE_NONE = ("reinstate_after_calls", "reinstate_max", "booking_no_show_limit")


def parse_lines(file: TomlFile) -> dict[str, Line]:
    prefixes: dict[str, int] = {}

    def make(reader: Reader, key: str) -> Line:
        prefix = reader.text("prefix")
        if prefix and not (len(prefix) == 1 and "A" <= prefix <= "Z"):
            reader.fail("prefix", "bad-prefix", value=prefix)
        elif prefix in prefixes:
            reader.fail("prefix", "prefix-clash", value=prefix, first=prefixes[prefix])
        elif prefix:
            prefixes[prefix] = reader.line_of("prefix")
        return Line(
            key,
            prefix,
            *reader.words(),
            target_ms=reader.span("target", low=60_000),
            service_ms=reader.span("service", low=1_000),
            p95_ms=reader.span("p95", low=1_000),
            warn_waiting=reader.number("warn_waiting", 0),
            daily_limit=reader.number("daily_limit", 0),
            collect=reader.flag("collect", False),
            slot_limit=reader.number("slot_limit", 0),
        )

    return file.keyed("line", make, required=True)


def parse_windows(
    file: TomlFile,
    lines: Mapping[str, Line],
    outlets: Mapping[str, str],
    zones: Mapping[str, str],
) -> dict[str, Window]:
    plans = _plans(file, lines)
    numbers: dict[str, int] = {}

    def make(reader: Reader, key: str) -> Window:
        number = reader.text("number")
        if number in numbers:
            reader.fail("number", "duplicate", value=number, first=numbers[number])
        elif number:
            numbers[number] = reader.line_of("number")
        zh, en = reader.words()
        outlet = reader.choice("outlet", outlets, required=False)
        zone = reader.choice("zone", zones, required=False)
        return Window(key, number, zh, en, _window_plan(reader, key, lines, plans), outlet, zone)

    return file.keyed("window", make, required=True)


def _window_plan(
    reader: Reader, key: str, lines: Mapping[str, Line], plans: Mapping[str, Plan]
) -> Plan:
    given = reader.raw("plan")
    plan: Plan = {}
    if given is None:
        reader.fail("plan", "missing")
    elif isinstance(given, str):
        if given not in plans:
            reader.fail("plan", "unknown-value", value=given, known=some(plans))
        plan = plans.get(given, {})
    elif isinstance(given, dict):
        plan = _plan(given, lines, lambda _, code, **params: reader.fail("plan", code, **params))
    else:
        reader.fail("plan", "wrong-type", value=given, wanted='{ line = "main" }')
    if plan and PlanKind.MAIN not in plan.values():
        reader.notes.warn(reader.file, reader.line_of("plan"), "no-main", value=key)
    return plan


def _plans(file: TomlFile, lines: Mapping[str, Line]) -> dict[str, Plan]:
    found = {}
    for name, given in file.table("plans").values.items():
        if isinstance(given, dict):
            reader = file.reader(("plans", name), given)
            found[name] = _plan(given, lines, reader.fail)
        else:
            file.reader(("plans",), {name: given}).fail(
                name, "wrong-type", value=given, wanted="table"
            )
    return found


def _plan(
    given: Mapping[str, object], lines: Mapping[str, Line], fail: Callable[..., None]
) -> Plan:
    plan: Plan = {}
    for key, kind in given.items():
        if key not in lines:
            fail(key, "unknown-value", value=key, known=some(lines))
        elif not isinstance(kind, str) or kind not in _KINDS:
            fail(key, "unknown-value", value=kind, known=some(_KINDS))
        else:
            plan[key] = _KINDS[kind]
    return plan


def parse_hours(file: TomlFile) -> tuple[Opening, ...]:
    found: list[Opening] = []
    for reader in file.array("opening", required=True):
        days = _days(reader)
        opens, closes = _minutes(reader, "opens"), _minutes(reader, "closes")
        reader.done()
        if opens is None or closes is None:
            continue
        if opens >= closes:
            reader.fail("closes", "closes-before-opens")
        found.extend(Opening(day, opens, closes) for day in days)
    found.sort(key=lambda span: (span.day, span.opens))
    for one, two in pairwise(found):
        if one.day == two.day and two.opens < one.closes:
            file.top.fail("opening", "hours-overlap", day=one.day)
    return tuple(found)


def _days(reader: Reader) -> list[int]:
    raw = reader.raw("days")
    given: list[object] = raw if isinstance(raw, list) else [raw]
    days = [day for day in given if type(day) is int and 1 <= day <= 7]
    if not days or len(days) != len(given) or len(set(days)) != len(days):
        reader.fail("days", "bad-days", value=raw)
    return days


def _minutes(reader: Reader, key: str) -> int | None:
    """Minutes after midnight from ``09:30``."""
    value = reader.text(key)
    match = _TIME.fullmatch(value)
    if match is None:
        if value:
            reader.fail(key, "bad-time", value=value)
        return None
    return int(match[1]) * 60 + int(match[2])


def parse_policy(file: TomlFile) -> Policy:
    given = file.top.has("policy")
    if not given:
        file.top.fail("policy", "missing-table")
    reader = file.table("policy")
    values: dict[str, Any] = {"version": reader.text("version", required=given)}
    for name, default in Policy._field_defaults.items():
        if isinstance(default, float):
            low, high = (0.0, 1.0) if name.endswith("_share") else (1.0, 100.0)
            values[name] = reader.real(name, default, low, high)
        elif isinstance(default, int) and name.endswith("_ms"):
            values[name] = reader.span(name.removesuffix("_ms"), default)
        elif isinstance(default, int):
            values[name] = reader.number(name, default, 0 if name in _MAY_BE_NONE else 1)
    reader.done()
    return Policy(**values)


def parse_staff(file: TomlFile) -> StaffSettings:
    reader = file.table("staff")
    usual = StaffSettings()
    settings = StaffSettings(
        idle_lock_ms=reader.span("idle_lock", usual.idle_lock_ms, low=60_000),
        tries=reader.number("tries", usual.tries, 1, 100),
        lock_ms=reader.span("lock", usual.lock_ms, low=60_000),
        password_min=reader.number("password_min", usual.password_min, 8, 128),
    )
    reader.done()
    return settings


def parse_voice(file: TomlFile) -> Voice:
    reader = file.table("voice")
    usual = Voice()
    voice = Voice(reader.number("repeat", usual.repeat, 1, 5), reader.flag("yao", usual.yao))
    reader.done()
    return voice
