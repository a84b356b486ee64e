"""The reasons, outcomes and joint matters of a hall.toml."""

from __future__ import annotations

from collections.abc import Mapping

from hallclient.rules.catalogue import (
    CancelReason,
    HelpReason,
    HoldReason,
    ItemList,
    Joint,
    Outcome,
    PauseReason,
    PriorityKind,
)
from hallclient.rules.problems import Reader
from hallclient.rules.toml_file import TomlFile

END_REASONS = (
    "normal",
    "no_show",
    "walkout",
    "cancelled_by_visitor",
    "cancelled_by_clerk",
    "wrong_service",
    "materials_missing",
    "duplicate",
    "ended_by_supervisor",
)
_END_REASONS = {reason: reason for reason in END_REASONS}


def parse_lists(file: TomlFile) -> dict[str, ItemList]:
    return file.keyed(
        "list",
        lambda reader, key: ItemList(key, *reader.words(), reader.number("count", 0)),
        required=True,
    )


def parse_hold_reasons(file: TomlFile) -> dict[str, HoldReason]:
    return file.keyed(
        "hold_reason",
        lambda reader, key: HoldReason(
            key, *reader.words(), reader.span("timer", low=60_000), reader.flag("away", False)
        ),
        required=True,
    )


def parse_pause_reasons(file: TomlFile) -> dict[str, PauseReason]:
    return file.keyed(
        "pause_reason",
        lambda reader, key: PauseReason(key, *reader.words(), reader.span("limit", 0)),
        required=True,
    )


def parse_priorities(file: TomlFile) -> dict[str, PriorityKind]:
    return file.keyed(
        "priority",
        lambda reader, key: PriorityKind(
            key,
            *reader.words(),
            reader.text("proof_zh"),
            reader.text("proof_en", required=False),
            reader.number("from_age", 0, 0, 150),
        ),
    )


def parse_outcomes(file: TomlFile) -> dict[str, Outcome]:
    return file.keyed(
        "outcome",
        lambda reader, key: Outcome(
            key,
            *reader.words(),
            reader.choice("end_reason", _END_REASONS, required=False) or "normal",
            reader.flag("unblocks", True),
        ),
        required=True,
    )


def parse_cancel_reasons(file: TomlFile) -> dict[str, CancelReason]:
    return file.keyed(
        "cancel_reason",
        lambda reader, key: CancelReason(
            key, *reader.words(), reader.choice("end_reason", _END_REASONS)
        ),
        required=True,
    )


def parse_help_reasons(file: TomlFile) -> dict[str, HelpReason]:
    return file.keyed(
        "help_reason",
        lambda reader, key: HelpReason(key, *reader.words(), reader.flag("urgent", False)),
    )


def parse_joints(file: TomlFile, items: Mapping[str, object]) -> dict[str, Joint]:
    def make(reader: Reader, key: str) -> Joint:
        return Joint(key, *reader.words(), _after(reader, items))

    return file.keyed("joint", make)


def _after(reader: Reader, items: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    given = reader.raw("after")
    if not isinstance(given, dict) or not given:
        reader.fail("after", "wrong-type", value=given, wanted='{ SP001 = [], SP002 = ["SP001"] }')
        return {}
    after: dict[str, tuple[str, ...]] = {}
    for item, before in given.items():
        names = before if isinstance(before, list) else [before]
        if item not in items:
            reader.fail("after", "unknown-item", value=item)
        for name in names:
            if name not in list(given):
                reader.fail("after", "not-in-joint", value=name)
        after[item] = tuple(name for name in names if isinstance(name, str))
    if circle := _circle(after):
        reader.fail("after", "joint-circle", value=", ".join(circle))
    return after


def _circle(after: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Items that wait for each other, or none."""
    left = {item: set(before) & after.keys() for item, before in after.items()}
    while ready := [item for item, before in left.items() if not before]:
        for item in ready:
            del left[item]
        for before in left.values():
            before.difference_update(ready)
    return list(left)
