"""What tells people about keys: the key line, the key map, the command search, docs/keys.md."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hallclient.rules.text import cell_width
from hallclient.texts import LANGUAGES, t, text_in
from screens.actions import (
    ACTIONS,
    BY_ID,
    CONFLICTS,
    DESK,
    FOOTER_AT_WINDOW,
    FORM,
    GROUPS,
    VERIFY,
    Action,
    of_screen,
)
from screens.keys import DEFAULT, WIDGET_KEYS, Keymap, spelt
from screens.widgets.rows import MARKS, Column, Row

Why = Callable[[str], str | None]
"""Why an action cannot be used now; None when it can."""
Hide = Callable[[str], bool]
"""Whether an action never makes sense at a seat, so that its key need not be shown."""
Label = Callable[[str], str | None]
"""Another short name for an action just now ("finish" for "start or finish"); None: the usual."""

ALWAYS = ("keys", "palette")
TYPING = frozenset({FORM, VERIFY})
"""Screens where a letter is text."""
QUEUE_MARKS = ("good", "warn", "alert", "own", "dim")
"""The signs in front of the numbers in the queue, explained by the texts `mark.<style>`."""
GAP = 1


class KeyHint(NamedTuple):
    """An entry of the key line and where it starts."""

    action: str
    key: str
    label: str
    enabled: bool
    start: int

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_width(self.key) + 1 + cell_width(self.label)


def _label(action: Action, label: Label | None) -> str:
    return (label(action.id) if label else None) or t(action.label_key)


def key_line(
    keymap: Keymap,
    width: int,
    why: Why | None = None,
    label: Label | None = None,
    hide: Hide | None = None,
    screen: str = DESK,
) -> list[KeyHint]:
    """The key line for a width: what acts now first of all, then the rest as far as it fits.

    The order never changes, so that the eye finds a key where it was.
    """
    hide = hide or at_window
    typing = screen in TYPING
    shown = [
        action
        for action in of_screen(screen)
        if action.footer and keymap.first(action.id) and not hide(action.id)
    ]
    shown.sort(key=lambda action: action.footer)
    hints = [
        KeyHint(
            action.id,
            keymap.first(action.id, typing=typing),
            _label(action, label),
            why is None or why(action.id) is None,
            0,
        )
        for action in shown
    ]
    # Kept with preference: the two ways to everything else, then what can be done, in order.
    by_need = sorted(
        range(len(hints)),
        key=lambda place: (hints[place].action not in ALWAYS, not hints[place].enabled, place),
    )
    kept: set[int] = set()
    room = width - 1
    for place in by_need:
        needed = hints[place].width + (GAP if kept else 0)
        if needed <= room:
            kept.add(place)
            room -= needed
    line = []
    start = 1
    for place in sorted(kept):
        hint = hints[place]
        line.append(KeyHint(hint.action, hint.key, hint.label, hint.enabled, start))
        start += hint.width + GAP
    return line


def at_window(action: str) -> bool:
    """What a clerk's key line leaves out: there is no room for it beside the function keys."""
    return BY_ID[action].footer > FOOTER_AT_WINDOW


def key_columns() -> list[Column]:
    """The columns of the key map, for a table."""
    return [
        Column(t("keys.column-key"), 14),
        Column(t("keys.column-action"), 16),
        Column(t("keys.column-help"), 20, flex=1),
    ]


def key_rows(
    keymap: Keymap, why: Why | None = None, label: Label | None = None, screen: str = DESK
) -> list[Row]:
    """The key map, group by group; an action that cannot be used now says why."""
    rows = []
    for group in GROUPS[screen]:
        rows.append(Row(f"group.{group}", (t(f"key-group.{group}"), "", ""), "own"))
        for action in of_screen(screen):
            if action.group != group:
                continue
            reason = why(action.id) if why else None
            keys = " ".join(spelt(key) for key in keymap.of(action.id)) or keymap.first("palette")
            note = t("keys.not-now", why=reason) if reason else t(action.help_key)
            rows.append(
                Row(action.id, (keys, _label(action, label), note), "dim" if reason else "")
            )
    if screen == FORM:
        rows += _widget_rows("grid")
    rows += _widget_rows("edit")
    if screen == DESK:
        rows.append(Row("group.mark", (t("key-group.mark"), "", ""), "own"))
        rows += [
            Row(f"mark.{name}", (MARKS[name], "", t(f"mark.{name}")), name) for name in QUEUE_MARKS
        ]
    return rows


def _widget_rows(group: str) -> list[Row]:
    told = [Row(f"{group}.{name}", (keys, "", say)) for keys, name, say in _widget_keys(group)]
    return [Row(f"group.{group}", (t(f"key-group.{group}"), "", ""), "own"), *told]


def _widget_keys(group: str, say: Callable[[str], str] = t) -> list[tuple[str, str, str]]:
    """Keys of a text field (``edit``) or a cell (``grid``): keys, name, what they do."""
    from screens.widgets.field import EDIT_KEYS
    from screens.widgets.grid_editor import GRID_KEYS

    known = {"edit": EDIT_KEYS, "grid": GRID_KEYS}[group]
    return [
        (" ".join(map(spelt, keys.split(","))), name, say(f"{group}.{name}"))
        for keys, name in known
    ]


class CommandSearch:
    """Finds actions by name in both languages, by pinyin, by initials, by key."""

    def __init__(
        self,
        keymap: Keymap,
        why: Why | None = None,
        label: Label | None = None,
        screen: str = DESK,
    ) -> None:
        from hallclient.actions.pinyin import syllables
        from hallclient.rules.search import Entry, Kind, SearchIndex

        self._keymap, self._why, self._label = keymap, why, label
        self._actions = of_screen(screen)
        entries = []
        for action in self._actions:
            keys = (action.id,)
            for key in (action.label_key, action.help_key):
                kind = Kind.NAME if key == action.label_key else Kind.OTHER
                zh = text_in("zh", key)
                entries.append(Entry(keys, zh, syllables(zh), kind))
                entries.append(Entry(keys, text_in("en", key), "", kind))
            entries.append(Entry(keys, action.id, "", Kind.CODE))
            entries += [Entry(keys, spelt(key), "", Kind.CODE) for key in keymap.of(action.id)]
        self._index = SearchIndex(entries)

    def find(self, text: str) -> Sequence[tuple[str, str]]:
        """Actions for what was typed, best first; all of them for nothing, those for now first."""
        if text.strip():
            found = [hit.key for hit in self._index.find(text)]
        else:
            found = [action.id for action in self._actions]
            found.sort(key=lambda action: self._reason(action) is not None)
        return [(action, self._told(BY_ID[action])) for action in found]

    def _reason(self, action: str) -> str | None:
        return self._why(action) if self._why else None

    def _told(self, action: Action) -> str:
        reason = self._reason(action.id)
        note = t("keys.not-now", why=reason) if reason else t(action.help_key)
        keys = " ".join(spelt(key) for key in self._keymap.of(action.id) if key not in WIDGET_KEYS)
        return "  ".join(part for part in (_label(action, self._label), keys, note) if part)


def menu_options(why: Why | None = None, label: Label | None = None) -> list[tuple[str, str, str]]:
    """The actions of F1 to F9, to be chosen by number: (id, label, why not), for `Ask`."""
    shown = [action for action in of_screen(DESK) if action.footer]
    shown.sort(key=lambda found: found.footer)
    return [
        (action.id, _label(action, label), (why(action.id) if why else None) or "")
        for action in shown[:9]
    ]


def markdown() -> str:
    """docs/keys.md: every key in Chinese, then in English."""
    return "\n".join(_page(language) for language in LANGUAGES)


def _page(language: str) -> str:
    def say(key: str, **values: object) -> str:
        return text_in(language, key, **values)

    lines = ["# " + say("keys.title"), "", say("keys.intro"), ""]
    head = [say("keys.column-key"), say("keys.column-action"), say("keys.column-help")]
    for screen, groups in GROUPS.items():
        lines += [f"## {say(f'keys.screen-{screen}')}", ""]
        for group in groups:
            lines += [f"### {say(f'key-group.{group}')}", "", *_table_head(head)]
            for action in of_screen(screen):
                if action.group == group:
                    keys = " ".join(f"`{spelt(key)}`" for key in DEFAULT.of(action.id))
                    lines.append(
                        _table_row([keys or "—", say(action.label_key), say(action.help_key)])
                    )
            lines.append("")
    for group in ("grid", "edit"):
        lines += [f"## {say(f'key-group.{group}')}", "", *_table_head([head[0], head[2]])]
        lines += [_table_row([f"`{keys}`", does]) for keys, _, does in _widget_keys(group, say)]
        lines.append("")
    lines += [f"## {say('keys.conflicts')}", "", *_table_head([head[0], head[2]])]
    lines += [_table_row([f"`{spelt(key)}`", say(f"key-conflict.{key}")]) for key in CONFLICTS]
    lines += ["", f"## {say('keys.own')}", "", say("keys.own-intro"), ""]
    lines += ["```toml", "[keys]", 'call = "F9"', 'hold = ["F5", "Alt+H"]', "```", ""]
    ids = ", ".join(f"`{action.id}`" for action in ACTIONS)
    return "\n".join([*lines, say("keys.own-ids", ids=ids), ""])


def _table_head(cells: Sequence[str]) -> list[str]:
    return [_table_row(cells), _table_row(["---"] * len(cells))]


def _table_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
