"""Which key starts which action: the registry's keys and the person's own from keys.toml."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hallclient.paths import config_dir
from hallclient.texts import t
from screens.actions import ACTIONS, BY_ID, DESK, RESERVED, of_screen

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode

WIDGET_KEYS: Final = frozenset({"enter", "space", *"123456789"})
"""Keys that the list itself turns into the action; they are shown, not bound."""

_SIGNS: Final = {
    "/": "slash",
    "?": "question_mark",
    "\\": "backslash",
    "]": "right_square_bracket",
    "^": "circumflex_accent",
    "_": "underscore",
}
_NAMES: Final = {name: sign for sign, name in _SIGNS.items()} | {
    "escape": "Esc",
    "pageup": "PageUp",
    "pagedown": "PageDown",
}
_KEY: Final = (
    r"(?:(?:ctrl|alt|shift)\+)*(?:[a-z0-9]|f(?:[1-9]|1[0-9]|2[0-4])|insert|space|enter|tab|escape|"
    r"up|down|left|right|home|end|pageup|pagedown|backspace|delete|"
    + "|".join(_SIGNS.values())
    + r")"
)


_FUNCTION: Final = re.compile(r"f\d")


def normal(key: str) -> str:
    """A key as a person writes it (`Ctrl+G`, `^G`, `/`) as the program names it; "" if unknown."""
    key = (
        key.strip().lower().replace(" ", "").replace("control+", "ctrl+").replace("strg+", "ctrl+")
    )
    if len(key) == 2 and key[0] == "^":
        key = "ctrl+" + key[1]
    head, _, last = key.rpartition("+")
    last = _SIGNS.get(last, last)
    key = f"{head}+{last}" if head else last
    return key if re.fullmatch(_KEY, key) else ""


def shown(key: str) -> str:
    """A key as the key line shows it: `F1`, `^G`, `/`."""
    head, _, last = key.rpartition("+")
    upper = len(last) == 1 or _FUNCTION.match(last)
    last = _NAMES.get(last, last.upper() if upper else last.capitalize())
    if head == "ctrl":
        return "^" + last
    return "+".join([*(part.capitalize() for part in head.split("+") if part), last])


def spelt(key: str) -> str:
    """A key as documents write it: `Ctrl+G`."""
    return "Ctrl+" + shown(key)[1:] if shown(key).startswith("^") else shown(key)


class Keymap(NamedTuple):
    """The keys of every action, first the one that is shown; what was wrong with keys.toml."""

    keys: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()

    def of(self, action: str) -> tuple[str, ...]:
        """All keys of an action."""
        return self.keys.get(action, ())

    def first(self, action: str, *, typing: bool = False) -> str:
        """The shown key of an action, as the key line shows it; "" when it has none.

        ``typing``: on a screen where a letter is text, a key that is none, if there is one.
        """
        keys = self.of(action)
        if typing:
            keys = tuple(key for key in keys if len(shown(key)) > 1) or keys
        return shown(keys[0]) if keys else ""

    def bindings(self, screen: str = DESK) -> "list[Binding]":
        """Bindings for a screen that has `action_<screen>(id)`.

        Function keys come before the focused widget, so that keys typed ahead keep their order;
        the others after it, because fields edit with some of them.
        """
        from textual.binding import Binding

        return [
            Binding(
                key, f"{screen}('{action.id}')", show=False, priority=bool(_FUNCTION.match(key))
            )
            for action in of_screen(screen)
            for key in self.of(action.id)
            if key not in WIDGET_KEYS
        ]

    def install(self, node: "DOMNode", screen: str = DESK) -> None:
        """Bind the keys on a screen when it is made (a person's own keys are known by then)."""
        from textual.binding import BindingsMap

        node._bindings = BindingsMap.merge([node._bindings, BindingsMap(self.bindings(screen))])


DEFAULT: Final = Keymap({action.id: action.keys for action in ACTIONS})


@cache
def current() -> Keymap:
    """The keys of this person, read once."""
    return load()


def keys_file() -> Path:
    """Where a person's own keys stand."""
    return config_dir() / "keys.toml"


def load(path: Path | None = None) -> Keymap:
    """The registry's keys with the changes of keys.toml; a wrong line changes nothing."""
    path = path or keys_file()
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DEFAULT
    except (OSError, UnicodeDecodeError) as error:
        return Keymap(DEFAULT.keys, (t("keys.unreadable", file=str(path), why=str(error)),))
    import tomllib

    try:
        wanted = tomllib.loads(source).get("keys", {})
    except tomllib.TOMLDecodeError as error:
        return Keymap(DEFAULT.keys, (t("keys.unreadable", file=str(path), why=str(error)),))
    if not isinstance(wanted, dict):
        return Keymap(DEFAULT.keys, (t("keys.no-table", file=str(path)),))
    return changed(wanted)


def changed(wanted: Mapping[str, object]) -> Keymap:
    """The registry's keys with these changes: action id to a key or a list of keys."""
    problems: list[str] = []
    own: dict[str, tuple[str, ...]] = {}
    taken: dict[tuple[str, str], str] = {}
    for action, value in wanted.items():
        if action not in BY_ID:
            problems.append(t("keys.unknown-action", action=action))
            continue
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            problems.append(t("keys.not-a-key", action=action, key=str(value)))
            continue
        keys = []
        for name in names:
            if problem := _refused(action, name, taken):
                problems.append(problem)
            else:
                keys.append(normal(name))
                for screen in BY_ID[action].screens:
                    taken[screen, normal(name)] = action
        if keys:
            own[action] = tuple(dict.fromkeys(keys))
    keys_of = {}
    for action, keys_now in DEFAULT.keys.items():
        if action in own:
            lists = tuple(key for key in keys_now if key in WIDGET_KEYS)
            keys_of[action] = own[action] + lists
            continue
        lost = {key: other for key in keys_now if (other := _taken(action, key, taken))}
        keys_of[action] = tuple(key for key in keys_now if key not in lost)
        problems += [
            t("keys.lost", action=t(f"key.{action}"), key=spelt(key), other=t(f"key.{other}"))
            for key, other in lost.items()
        ]
    return Keymap(keys_of, tuple(problems), frozenset(own))


def _taken(action: str, key: str, taken: Mapping[tuple[str, str], str]) -> str:
    """The other action that has the key on a screen of this one."""
    found = (taken.get((screen, key), action) for screen in BY_ID[action].screens)
    return next((other for other in found if other != action), "")


def _refused(action: str, name: str, taken: Mapping[tuple[str, str], str]) -> str:
    key = normal(name)
    if not key:
        return t("keys.not-a-key", action=action, key=name)
    if key in RESERVED or len(key) == 1:
        return t("keys.reserved", action=action, key=name)
    if other := _taken(action, key, taken):
        return t("keys.twice", key=name, action=action, other=other)
    return ""
