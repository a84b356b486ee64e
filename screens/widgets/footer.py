"""The key line at the bottom: which keys act now."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hallclient.rules.text import plain
from screens.actions import DESK
from screens.keypages import Hide, KeyHint, Label, Why, key_line
from screens.keys import Keymap, current


class KeyLine(Widget):
    """One line of keys and names; a click is the key. What cannot be done now is dimmed.

    Dimmed entries stay in their place as long as there is room, and are pressed all the same:
    whoever handles `Pressed` says why it cannot be.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; background: $panel; }
    """

    class Pressed(Message):
        """An entry was clicked."""

        def __init__(self, line: "KeyLine", action: str) -> None:
            super().__init__()
            self.line = line
            self.action = action

    def __init__(
        self,
        keymap: Keymap | None = None,
        why: Why | None = None,
        label: Label | None = None,
        hide: Hide | None = None,
        *,
        screen: str = DESK,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._screen = screen
        self._keymap = keymap if keymap is not None else current()
        self._why = why
        self._label_now = label
        self._hide = hide
        self._hints: list[KeyHint] = []

    @property
    def hints(self) -> list[KeyHint]:
        """What is shown."""
        return self._hints

    def refresh_keys(self, why: Why | None = None, label: Label | None = None) -> None:
        """Look again what can be done now; painted only when something changed."""
        self._why = why or self._why
        self._label_now = label or self._label_now
        hints = key_line(
            self._keymap, self.size.width, self._why, self._label_now, self._hide, self._screen
        )
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def on_resize(self) -> None:
        """More or fewer keys fit."""
        self.refresh_keys()

    def on_click(self, event: events.Click) -> None:
        """A click is the key."""
        event.stop()
        for hint in self._hints:
            if hint.start <= event.x < hint.start + hint.width:
                self.post_message(self.Pressed(self, hint.action))

    def render(self) -> Content:
        """Keys bold, names plain; both dim when the action cannot be used."""
        parts: list[tuple[str, str]] = []
        at = 0
        for hint in self._hints:
            parts.append((" " * (hint.start - at), ""))
            parts.append((plain(hint.key), "bold $text-accent" if hint.enabled else "dim"))
            parts.append((" " + plain(hint.label), "" if hint.enabled else "dim"))
            at = hint.start + hint.width
        return Content.assemble(*parts)
