"""A hall from its files as read, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hallclient.rules.catalogue import Hall, Item, ItemList, Line, PlanKind, Policy, Window
from hallclient.rules.catalogue_tables import (
    Syllables,
    Table,
    Words,
    ids,
    parse_aliases,
    parse_departments,
    parse_items,
    parse_outlets,
)
from hallclient.rules.catalogue_toml import (
    parse_hours,
    parse_lines,
    parse_policy,
    parse_staff,
    parse_voice,
    parse_windows,
)
from hallclient.rules.catalogue_words import (
    parse_cancel_reasons,
    parse_help_reasons,
    parse_hold_reasons,
    parse_joints,
    parse_lists,
    parse_outcomes,
    parse_pause_reasons,
    parse_priorities,
)
from hallclient.rules.problems import Notes, Problem
from hallclient.rules.toml_file import TomlFile, Tree

# Values whose meaning the program knows; a hall gives them its own words.
MEANT = {
    "mode": ("online", "booked"),
    "case_type": ("instant", "promised"),
    "unit": ("W", "N", "H"),
}


class Sources(NamedTuple):
    """The files as read; ``None`` for one that could not be."""

    hall: Tree | None
    items: Table | None
    departments: Table | None
    outlets: Table | None
    aliases: Table | None


def parse_hall(sources: Sources, syllables: Syllables) -> tuple[Hall, list[Problem]]:
    """The hall made of all that is right, and every mistake. Use it only without mistakes."""
    notes = Notes()
    departments = parse_departments(sources.departments, notes, syllables)
    if sources.hall is None:
        # Without the words of hall.toml every row would seem wrong: say one thing, not a hundred.
        return Hall("", "", "", "", "", Policy("")), notes.sorted()
    file = TomlFile(sources.hall, notes)
    lists, lines = parse_lists(file), parse_lines(file)
    outlets = parse_outlets(sources.outlets, notes, ids(lists))
    words = {name: file.words(name, required=True) for name in ("category", *MEANT)}
    service_modes = file.words("service_mode")
    _check_meant(file, words)
    known = Words(
        ids(lists),
        ids(departments),
        ids(words["category"]),
        ids(words["mode"]),
        ids(words["case_type"]),
        ids(service_modes),
        ids(words["unit"]),
        ids(lines),
    )
    items = parse_items(sources.items, notes, known, syllables)
    zones = file.words("zone")
    windows = parse_windows(file, lines, ids(outlets), ids(zones))
    hall = Hall(
        id=file.top.id(),
        zh=file.top.text("zh"),
        en=file.top.text("en", required=False),
        time_zone=file.top.text("time_zone"),
        version=file.top.text("version"),
        policy=parse_policy(file),
        staff=parse_staff(file),
        voice=parse_voice(file),
        hours=parse_hours(file),
        lines=lines,
        windows=windows,
        departments=departments,
        outlets=outlets,
        zones=zones,
        lists=lists,
        categories=words["category"],
        modes=words["mode"],
        case_types=words["case_type"],
        service_modes=service_modes,
        units=words["unit"],
        items=items,
        aliases=parse_aliases(sources.aliases, notes, items, known.departments, syllables),
        joints=parse_joints(file, items),
        hold_reasons=parse_hold_reasons(file),
        pause_reasons=parse_pause_reasons(file),
        order_reasons=file.words("order_reason", required=True),
        priorities=parse_priorities(file),
        outcomes=parse_outcomes(file),
        cancel_reasons=parse_cancel_reasons(file),
        opening_checks=file.words("opening_check"),
        help_reasons=parse_help_reasons(file),
    )
    file.top.done()
    if items:
        _check_counts(file, lists, items)
        _check_cover(file, lines, windows, items)
    return hall, notes.sorted()


def _check_meant(file: TomlFile, words: Mapping[str, Mapping[str, object]]) -> None:
    for name, meant in MEANT.items():
        for key in words[name]:
            if key not in meant:
                line = file.place(name, key, "id")
                file.notes.add(
                    file.tree.file,
                    line,
                    "unknown-value",
                    field=name,
                    value=key,
                    known=", ".join(meant),
                )


def _check_counts(file: TomlFile, lists: Mapping[str, ItemList], items: Mapping[str, Item]) -> None:
    for each in lists.values():
        found = sum(item.list == each.id for item in items.values())
        if each.size and found != each.size:
            line = file.place("list", each.id, "count")
            file.notes.add(
                file.tree.file, line, "count", value=each.zh, wanted=each.size, found=found
            )


def _check_cover(
    file: TomlFile,
    lines: Mapping[str, Line],
    windows: Mapping[str, Window],
    items: Mapping[str, Item],
) -> None:
    """Every line needs a window that serves it on an ordinary day."""
    served = {
        line
        for window in windows.values()
        for line, kind in window.plan.items()
        if kind is not PlanKind.EMERGENCY
    }
    used = {item.line for item in items.values()}
    for line in lines.values():
        place = file.place("line", line.id)
        if line.id not in served:
            count = sum(item.line == line.id for item in items.values())
            file.notes.add(file.tree.file, place, "line-uncovered", value=line.id, items=count)
        if line.id not in used and not line.collect:
            file.notes.warn(file.tree.file, place, "line-unused", value=line.id)
