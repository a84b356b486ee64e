"""The actions of the desk: one registry feeds bindings, key line, key map, palette, docs/keys.md.

An action's key is chosen so that terminals leave it alone where that is possible; what is known
to be stolen somewhere stands in `CONFLICTS` and has a second chord. `menu` reaches every action
by number where no function key arrives at all.
"""

from dataclasses import dataclass
from typing import Final

GROUPS: Final = ("call", "serve", "queue", "window", "find", "program")
"""Groups in the order in which the key map shows them."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person can do at the desk; its texts are `key.<id>` and `key.<id>.help`."""

    id: str
    key: str
    group: str
    alt_keys: tuple[str, ...] = ()
    confirm: bool = False
    footer: int = 0
    """Place in the key line at the bottom; 0: not there."""

    @property
    def label_key(self) -> str:
        """The text with the action's short name."""
        return f"key.{self.id}"

    @property
    def help_key(self) -> str:
        """The text that says what the action does."""
        return f"key.{self.id}.help"

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that starts the action."""
        return (self.key, *self.alt_keys) if self.key else self.alt_keys


ACTIONS: Final[tuple[Action, ...]] = (
    Action("call", "f1", "call", ("ctrl+g",), footer=1),
    Action("recall", "f2", "call", footer=2),
    Action("start_or_finish", "f3", "serve", footer=3),
    Action("pass", "f4", "call", footer=4),
    Action("hold", "f5", "serve", footer=5),
    Action("resume", "f6", "serve", footer=6),
    Action("transfer", "f7", "serve", footer=7),
    Action("pause", "f8", "window", footer=8),
    Action("call_chosen", "f9", "call", ("enter",), footer=9),
    Action("take", "f10", "queue", ("ctrl+n",), footer=10),
    Action("add_service", "ctrl+y", "serve"),
    Action("external", "ctrl+x", "serve"),
    Action("leave", "ctrl+d", "queue", confirm=True),
    Action("reinstate", "ctrl+u", "queue"),
    Action("reopen", "ctrl+r", "queue"),
    Action("undo", "ctrl+z", "serve", footer=14),
    Action("hand_over", "ctrl+o", "window", confirm=True),
    Action("drain", "", "window"),
    Action("close_window", "", "window", confirm=True),
    Action("search", "slash", "find", ("ctrl+f",), footer=11),
    Action("reveal", "ctrl+e", "find"),
    Action("keys", "question_mark", "program", ("f12",), footer=12),
    Action("palette", "ctrl+p", "program", footer=13),
    Action("menu", "ctrl+k", "program"),
    Action("lock", "ctrl+l", "program"),
    Action("language", "ctrl+t", "program"),
    Action("refresh", "", "program"),
    Action("quit", "ctrl+q", "program", confirm=True),
)

BY_ID: Final = {action.id: action for action in ACTIONS}
