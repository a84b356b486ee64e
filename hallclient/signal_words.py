"""Calls for help and requests in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hallclient.rules.catalogue import Hall, named
from hallclient.texts import language, t


def signal_text(hall: Hall, row: Mapping[str, Any]) -> str:
    """What a signal says: the reason of a call for help with its note, or what is asked."""
    if row["kind"] == "request":
        return t(f"live.request.{row['reason']}")
    reason = hall.help_reasons.get(row["reason"])
    said = named(reason, language()) if reason is not None else row["reason"] or t("alarm.help")
    return f"{said}: {row['note']}" if row["note"] else said
