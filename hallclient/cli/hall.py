"""``hallclient hall``: the codes of lines, windows and reasons; the hall as it is (`hall_now`)."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hallclient.cli import hall_now
from hallclient.cli.app import App
from hallclient.cli.parser import command, group
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import Hall, Line, Window, named
from hallclient.texts import language, t
from hallclient.words import duration, word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``hall`` and its commands."""
    own = group(commands, "hall")
    command(own, "hall.show", _show)
    hall_now.register(own)


def _show(_args: Namespace, app: App) -> int:
    hall = app.hall()
    face: dict[str, object] = {
        "kind": "hall",
        "id": hall.id,
        "name": hall.zh,
        "name_en": hall.en,
        "version": hall.version,
        "policy": hall.policy.version,
        "time_zone": hall.time_zone,
        "items": len(hall.items),
    }
    said = t("cli.hall.face", name=named(hall, language()), version=hall.version, n=len(hall.items))
    app.out.emit(face, said)
    _lines(app, hall)
    _windows(app, hall)
    for kind, table in _lists(hall).items():
        app.out.note("\n" + t(f"cli.hall.{kind}"))
        cells = [[one.id, named(one, language())] for one in table.values()]
        for one, text in zip(table.values(), columns(cells), strict=True):
            obj: dict[str, object] = {
                "kind": kind,
                "id": one.id,
                "name": one.zh,
                "name_en": one.en,
            }
            app.out.emit(obj, "  " + text)
    return 0


def _lists(hall: Hall) -> dict[str, Mapping[str, Any]]:
    return {
        "hold-reason": hall.hold_reasons,
        "pause-reason": hall.pause_reasons,
        "order-reason": hall.order_reasons,
        "cancel-reason": hall.cancel_reasons,
        "opening-check": hall.opening_checks,
        "help-reason": hall.help_reasons,
        "outcome": hall.outcomes,
        "priority": hall.priorities,
        "joint": hall.joints,
    }


def _lines(app: App, hall: Hall) -> None:
    app.out.note("\n" + t("cli.hall.line"))
    cells = [
        [line.prefix, line.id, named(line, language()), duration(line.target_ms)]
        for line in hall.lines.values()
    ]
    for line, text in zip(hall.lines.values(), columns(cells), strict=True):
        app.out.emit(_line_object(line), "  " + text)


def _line_object(line: Line) -> dict[str, object]:
    return {
        "kind": "line",
        "id": line.id,
        "prefix": line.prefix,
        "name": line.zh,
        "name_en": line.en,
        "target_s": line.target_ms // 1000,
        "service_s": line.service_ms // 1000,
        "daily_limit": line.daily_limit,
    }


def _windows(app: App, hall: Hall) -> None:
    app.out.note("\n" + t("cli.hall.window"))
    cells = [[one.id, named(one, language()), _plan(one)] for one in hall.windows.values()]
    for window, text in zip(hall.windows.values(), columns(cells), strict=True):
        obj: dict[str, object] = {
            "kind": "window",
            "id": window.id,
            "number": window.number,
            "name": window.zh,
            "name_en": window.en,
            "plan": {line: str(how) for line, how in window.plan.items()},
        }
        app.out.emit(obj, "  " + text)


def _plan(window: Window) -> str:
    kinds: dict[str, list[str]] = {}
    for line, how in window.plan.items():
        kinds.setdefault(how.value, []).append(line)
    return "  ".join(f"{word('plan', how)} {' '.join(lines)}" for how, lines in kinds.items())
