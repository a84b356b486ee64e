"""The search box over a hall's items."""

from __future__ import annotations

from collections.abc import Iterator

from hallclient.rules.catalogue import Hall, Item
from hallclient.rules.search import Entry, Kind, SearchIndex


def item_index(hall: Hall) -> SearchIndex:
    """Finds items by code, name, old name, and by their department's old and new names."""
    return SearchIndex(_entries(hall))


def _entries(hall: Hall) -> Iterator[Entry]:
    by_department: dict[str, list[str]] = {}
    for item in hall.items.values():
        by_department.setdefault(item.department, []).append(item.code)
        yield from _of_item(item)
    for alias in hall.aliases:
        if alias.kind == "item":
            yield Entry((alias.target,), alias.name, alias.pinyin, Kind.ALIAS)
        else:
            codes = tuple(by_department.get(alias.target, ()))
            yield Entry(codes, alias.name, alias.pinyin, Kind.GROUP)
    for department in hall.departments.values():
        codes = tuple(by_department.get(department.id, ()))
        yield Entry(codes, department.zh, department.pinyin, Kind.GROUP)
        if department.en:
            yield Entry(codes, department.en, "", Kind.GROUP)


def _of_item(item: Item) -> Iterator[Entry]:
    key = (item.code,)
    yield Entry(key, item.code, "", Kind.CODE)
    yield Entry(key, item.zh, item.pinyin, Kind.NAME)
    if item.en:
        yield Entry(key, item.en, "", Kind.OTHER)
