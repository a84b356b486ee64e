"""What a simulation is given: arrivals from a file or the store, and changes of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.cli import pick
from hallclient.cli.app import App
from hallclient.rules.catalogue import Hall, PlanKind
from hallclient.rules.demand import LANES, Came, read
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.texts import LANGUAGES, text_in

if TYPE_CHECKING:
    from hallclient.rules.catalogue import Window

_FROM_STORE = "store:"
_LAST_WEEK = "last-week"
_LARGEST = 16 * 1024 * 1024


def demand(app: App, hall: Hall, wanted: str) -> list[list[Came]]:
    """Days of arrivals: ``store:YYYY-MM-DD``, ``store:last-week``, or a CSV file.

    The store's history is figures: who reads it needs the right to. Raises ``no-demand``,
    ``no-such-day``, ``file-unreadable``, and what `demand.read` raises.
    """
    if not wanted.startswith(_FROM_STORE):
        return [_file(hall, Path(wanted))]
    from hallclient.actions.demand import came_on, last_week

    app.seen_by("figures.read")
    day = wanted.removeprefix(_FROM_STORE)
    days = last_week(app.store()) if day == _LAST_WEEK else [came_on(app.store(), narrow(day))]
    if not any(days):
        raise Refused("no-demand", field="demand", demand=wanted)
    return days


def changed(hall: Hall, plans: Mapping[str, Mapping[str, PlanKind]], shut: Iterable[str]) -> Hall:
    """The hall with other plans, and without the windows that are to be closed."""
    closed = set(shut)
    windows = {
        key: window._replace(plan=plans.get(key, window.plan))
        for key, window in hall.windows.items()
        if key not in closed
    }
    return hall._replace(windows=windows)


def changes(
    hall: Hall, texts: Sequence[str], shut: Sequence[str], file: Path | None
) -> tuple[dict[str, dict[str, PlanKind]], list[str]]:
    """(window -> plan, closed windows) from a file, then from the words of the line.

    Raises ``no-such-window``, ``no-such-line``, ``no-such-plan``, ``bad-change``,
    ``file-unreadable``, ``bad-plan``.
    """
    plans: dict[str, dict[str, PlanKind]] = {}
    closed: list[str] = []
    for name, plan in (_plan_file(file) if file is not None else {}).items():
        if plan:
            plans[_window(hall, name)] = {_line(hall, k): _kind(v) for k, v in plan.items()}
        else:
            closed.append(_window(hall, name))
    for text in texts:
        name, _, wanted = text.partition("=")
        pairs = [pair.partition(":") for pair in wanted.split(",") if pair.strip()]
        if not pairs:
            raise Refused("bad-change", field="change", change=text)
        plans[_window(hall, name)] = {_line(hall, k): _kind(v or "main") for k, _, v in pairs}
    return plans, closed + [_window(hall, name) for name in shut]


def _file(hall: Hall, path: Path) -> list[Came]:
    import csv
    import io

    try:
        words = {text_in(lang, f"sim.head.{lane}"): lane for lang in LANGUAGES for lane in LANES}
        return read(csv.reader(io.StringIO(_text(path))), hall.lines, path.name, words)
    except csv.Error as error:
        raise Refused("bad-file", field="demand", file=path.name) from error


def _plan_file(path: Path) -> dict[str, dict[str, str]]:
    """Window -> line -> kind, from TOML or JSON; a window without lines is closed."""
    text = _text(path)
    try:
        if path.suffix.lower() == ".json":
            import json

            found = json.loads(text)
        else:
            import tomllib

            found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("bad-file", field="plan", file=path.name) from error
    if not isinstance(found, dict):
        raise Refused("bad-plan", field="plan", file=path.name, window="-")
    for window, plan in found.items():
        whole = isinstance(plan, dict) and all(isinstance(kind, str) for kind in plan.values())
        if not whole:
            raise Refused("bad-plan", field="plan", file=path.name, window=window)
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise Refused("bad-file", field="file", file=path.name)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("gb18030")  # what a Chinese spreadsheet saves
    except (OSError, ValueError) as error:
        raise Refused("file-unreadable", field="file", file=str(path)) from error


def _window(hall: Hall, text: str) -> str:
    wanted = narrow(text)
    digits = wanted.removeprefix("W")
    for window in hall.windows.values():
        if window.id.upper() == wanted or _same(window, digits):
            return window.id
    raise Refused("no-such-window", field="window", window=text)


def _same(window: Window, digits: str) -> bool:
    return digits.isdecimal() and window.number.isdecimal() and int(digits) == int(window.number)


def _line(hall: Hall, text: str) -> str:
    return pick.coded(hall.lines, text, "line", "kind-needed", "no-such-line")


def _kind(text: str) -> PlanKind:
    try:
        return PlanKind(narrow(text).lower())
    except ValueError as error:
        raise Refused("no-such-plan", field="plan", plan=text) from error
