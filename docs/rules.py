"""Writes docs/rules.md: the queue's rules in both languages, with the values now in force.

`python -m docs.rules --write docs/rules.md`; a test says when the page is old.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from docs.rules_texts import ALARMS, EN, ZH
from hallclient.actions.hall_files import default_hall
from hallclient.rules.alarms import AT_ONCE, KINDS
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.queue import TRANSITIONS
from hallclient.texts import text_in

TRANSFERS: Final = ("window", "wrong-service", "next", "clerk", "consult")
PAGES: Final = {"zh": ZH, "en": EN}


def page() -> str:
    """Both languages, Chinese first."""
    hall = default_hall()
    return "\n---\n\n".join(
        text.format(**values(hall), **tables(hall, language)) for language, text in PAGES.items()
    )


def values(hall: Hall) -> dict[str, object]:
    """The numbers of the hall's policy as the page says them."""
    policy = hall.policy
    minutes = {
        "reserved": policy.reserved_ms,
        "due_ahead": policy.due_ahead_ms,
        "joint_credit": policy.joint_credit_ms,
        "spare": policy.spare_after_ms,
        "interleave": policy.interleave_wait_ms,
        "early": policy.booked_early_ms,
        "late": policy.booked_late_ms,
        "expires": policy.passed_expires_ms,
        "reopen": policy.reopen_ms,
        "floor": policy.forgotten_floor_ms,
        "slot": policy.slot_ms,
        "kiosk_early": policy.kiosk_early_ms,
        "emergency_wait": policy.emergency_wait_ms,
        "forecast": policy.forecast_ms,
        "closing_late": policy.closing_late_ms,
    }
    seconds = {
        "recall_gap": policy.recall_gap_ms,
        "pass_after": policy.pass_after_ms,
        "recent": policy.recent_call_gap_ms,
        "undo": policy.undo_ms,
        "wrap_up": policy.wrap_up_ms,
        "alarm_after": policy.alarm_after_ms,
        "silent": policy.silent_window_ms,
    }
    return {
        "version": policy.version,
        "in_a_row": policy.priority_in_a_row,
        "guard": policy.guard_factor,
        "recall_max": policy.recall_max,
        "pass_attempts": policy.pass_after_attempts,
        "reinstate_max": policy.reinstate_max,
        "reinstate_calls": policy.reinstate_after_calls,
        "hold_max": policy.hold_max,
        "forgotten": policy.forgotten_factor,
        "no_show_limit": policy.booking_no_show_limit,
        "no_show_days": policy.booking_no_show_days,
        "booking_share": f"{policy.booking_share:.0%}",
        "alarm_clear": f"{policy.alarm_clear_share:.0%}",
        "from_age": min(kind.from_age for kind in hall.priorities.values() if kind.from_age),
        **{name: f"{ms / 60_000:g}" for name, ms in minutes.items()},
        **{name: f"{ms / 1000:g}" for name, ms in seconds.items()},
    }


def tables(hall: Hall, language: str) -> dict[str, str]:
    """What is listed: transfers, lines, states, alarms."""
    between = "、" if language == "zh" else "; "
    heads = {
        "zh": (
            ("字母", "队列", "承诺等候", "通常办理"),
            ("操作", "从", "到"),
            ("提醒", "什么时候", ""),
            "马上",
        ),
        "en": (
            ("Letter", "Line", "Promised wait", "Usual service"),
            ("It may", "From", "To"),
            ("Alarm", "When", ""),
            "at once",
        ),
    }[language]
    lines = [
        [
            line.prefix,
            named(line, language),
            text_in(language, "words.minutes", n=line.target_ms // 60_000),
            text_in(language, "words.minutes", n=line.service_ms // 60_000),
        ]
        for line in hall.lines.values()
    ]
    states = [
        [
            text_in(language, f"action.{action}"),
            between.join(text_in(language, f"state.{state}") for state in sorted(before)),
            text_in(language, f"state.{after}"),
        ]
        for action, (before, after) in TRANSITIONS.items()
    ]
    told = values(hall)
    raised = [
        [
            text_in(language, f"alarm.{kind}"),
            ALARMS[kind][language == "en"].format(**told),
            heads[3] if kind in AT_ONCE else "",
        ]
        for kind in KINDS
    ]
    return {
        "alarms": table(heads[2], raised),
        "transfers": between.join(text_in(language, f"transfer.{kind}") for kind in TRANSFERS),
        "lines": table(heads[0], lines),
        "states": table(heads[1], states),
    }


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    said = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in said)


def write(prog: str, about: str | None, text: str) -> None:
    """Write a generated page to the file named on the command line, or print it."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--write", metavar="FILE", type=Path)
    target: Path | None = parser.parse_args().write
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write("python -m docs.rules", __doc__, page())
