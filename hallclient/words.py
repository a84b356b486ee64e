"""Words for what the store holds in codes: states, reasons of a call, times, refusals.

Screens and the command line say the same thing in the same words.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from db.errors import StoreError
from hallclient.rules.errors import Refused
from hallclient.rules.text import cut, plain
from hallclient.texts import has, language, t

# A wrong input may be a book; its beginning is enough to recognise it in a message.
_LONGEST: Final = 80
_zone = ["Asia/Shanghai"]


def set_time_zone(name: str) -> None:
    """Clock times are the hall's from now on, whatever zone this machine is set to."""
    _zone[0] = name


@lru_cache(maxsize=4)
def _zone_of(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def local(ms: int) -> datetime:
    """UTC milliseconds as the hall's local time."""
    return datetime.fromtimestamp(ms / 1000, _zone_of(_zone[0]))


# -- times


def ms_of(at: datetime) -> int:
    """The hall's local time (without a zone) as UTC milliseconds."""
    return round(at.replace(tzinfo=_zone_of(_zone[0])).timestamp() * 1000)


def clock(ms: int) -> str:
    """UTC milliseconds as the hall's clock shows them: ``10:15``."""
    return local(ms).strftime("%H:%M")


def moment(ms: int, now: int) -> str:
    """When something was: the clock today, on another day its date as well."""
    then, today = local(ms), local(now)
    return clock(ms) if then.date() == today.date() else f"{then:%m-%d} {clock(ms)}"


def iso(ms: int | None) -> str | None:
    """UTC milliseconds for other programs: ISO 8601 in whole seconds, with the hall's offset."""
    return None if ms is None else local(ms).isoformat(timespec="seconds")


def at_clock(text: str, now: int) -> int:
    """UTC milliseconds of a clock time ``HH:MM`` on the hall's today. Raises ``bad-time``."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise Refused("bad-time", field="slot", time=text)
    if int(hours) > 23 or int(minutes) > 59:
        raise Refused("bad-time", field="slot", time=text)
    day = local(now)
    at = day.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
    return int(at.timestamp()) * 1000


def duration(ms: int) -> str:
    """A length of time as people say it, in whole minutes."""
    minutes = max(0, ms) // 60_000
    if minutes < 1:
        return t("words.below-minute")
    if minutes < 60:
        return t("words.minutes", n=minutes)
    hours, minutes = divmod(minutes, 60)
    return t("words.hours", n=hours, m=minutes)


def minutes(ms: int) -> str:
    """A length of time in whole minutes however long it is, for a narrow column."""
    return t("words.minutes-short", n=max(0, ms) // 60_000 or "<1")


def stopwatch(ms: int) -> str:
    """A running time: ``06:12``, from an hour on ``1:06:12``."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


# -- codes


def word(group: str, code: object) -> str:
    """The word of a code, ``<group>.<code>``; the code itself when there is none."""
    key = f"{group}.{code}"
    return t(key) if has(key) else plain(str(code))


def state_word(state: str) -> str:
    """What a number (a leg or a visit) is doing."""
    return word("state", state)


def window_word(state: str) -> str:
    """What a window is doing."""
    return word("window", state)


def role_word(role: str) -> str:
    """What an operator is employed for."""
    return word("role", role)


def event_word(kind: str) -> str:
    """What an event of the queue was, as an action that somebody did."""
    return word("event", kind)


def why_text(why: Mapping[str, Any], reason: str = "") -> str:
    """Why this number was called: one sentence from what the call recorded. Empty: unknown.

    ``reason``: the word of the reason that was given for calling out of order.
    """
    band = why.get("band")
    if band is None:
        return ""
    if band == "recall":
        return t("why.recall", attempt=why.get("attempt", 1))
    key = f"why.{band}-{why.get('lane')}"
    slot = why.get("slot")
    said = t(
        key if has(key) else f"why.{band}",
        wait=duration(int(why.get("wait_ms", 0))),
        slot=clock(slot) if slot is not None else "",
    )
    if reason:
        said += t("why.reason", reason=reason)
    if why.get("spare"):
        said += t("why.spare")
    if why.get("passed_over"):
        said += t("why.passed-over", number=str(why["passed_over"]))
    return said


# -- refusals


_WORDS: Final = {
    "mark": "material.state",
    "why": "guard",
    "state": "state",
    "role": "role",
    "action": "action",
    "kind": "transfer",
    "closed": "closed",
}
_CERTIFICATE: Final = {"state": "certificate.state", "change": "certificate.change"}
_OWN: Final = {
    "change-not-now": _CERTIFICATE,
    "change-reason": _CERTIFICATE,
    "code-other": {"kind": "identity.kind"},
    "collector-malformed": {"kind": "identity.kind"},
    "copy-not-out": _CERTIFICATE,
    "hand-over-not-now": _CERTIFICATE,
    "no-codes": {"why": "certificate.no-codes"},
    "print-not-now": _CERTIFICATE,
    "proof-not-now": _CERTIFICATE,
    "seal-not-now": _CERTIFICATE,
}
"""Refusals whose parameters have other words than `_WORDS`: the states of certificates."""

_CLOCKS: Final = frozenset({"opens", "again"})
"""Parameters of a refusal that are moments, UTC milliseconds."""


def _values(params: Mapping[str, object], own: Mapping[str, str]) -> dict[str, object]:
    groups = {**_WORDS, **own}
    values: dict[str, object] = {}
    for name, value in params.items():
        if name in groups and has(f"{groups[name]}.{value}"):
            values[name] = word(groups[name], value)
        elif name in _CLOCKS and isinstance(value, int):
            values[name] = clock(value)
        else:
            values[name] = _value(value)
    return values


def _value(value: object) -> object:
    if value is None:
        return "-"
    if isinstance(value, (int, float)):
        return value
    if hasattr(value, "zh") and hasattr(value, "en"):
        return value.en if language() == "en" and value.en else value.zh
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple)):
        return t("certificate.between").join(str(_value(one)) for one in value)
    return cut(plain(str(value)), _LONGEST)


def refused_text(refused: Refused, reader: str = "") -> str:
    """What a rule refused, and what can be done about it.

    ``reader``: whom it is said to, when that is not staff: ``kiosk`` has words of its own for
    some of it, ``kiosk.refused.<code>``.
    """
    own = f"{reader}.refused.{refused.code}"
    key = own if reader and has(own) else f"refused.{refused.code}"
    return t(key, **_values(refused.params, _OWN.get(refused.code, {})))


def store_text(error: StoreError) -> str:
    """What is wrong with the store, and what can be done about it."""
    return t(f"store.{error.code}", **_values(error.params, {}))
