"""Letters and digits to touch, for a screen without a keyboard."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hallclient.rules.text import cell_width
from hallclient.texts import t
from screens.widgets.content import line

DELETE = "\x08"
CLEAR = "\x18"
_LETTERS = ("ABCDEFGHIJKLM", "NOPQRSTUVWXYZ", "0123456789" + DELETE + CLEAR)
_DIGITS = ("12345", "67890", DELETE + CLEAR)
ROWS = 2
"""Rows of the terminal that a key takes."""


class Pad(Widget):
    """The pad; every touch is a `Pressed` with a character, `DELETE` or `CLEAR`."""

    ALLOW_SELECT = False

    class Pressed(Message):
        """A key of the pad was touched."""

        def __init__(self, char: str) -> None:
            super().__init__()
            self.char = char

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows = _LETTERS

    def show(self, *, letters: bool) -> None:
        """Letters and digits, or digits only."""
        self._rows = _LETTERS if letters else _DIGITS
        self.styles.height = len(self._rows) * ROWS
        self.refresh()

    def _width(self, row: str) -> int:
        return max(1, self.size.width // len(row))

    def on_click(self, event: events.Click) -> None:
        """A touch anywhere on a key."""
        event.stop()
        at = event.get_content_offset_capture(self)
        if not 0 <= at.y // ROWS < len(self._rows):
            return
        row = self._rows[at.y // ROWS]
        place = at.x // self._width(row)
        if place < len(row):
            self.post_message(self.Pressed(row[place]))

    def render(self) -> Content:
        """Blocks with a gap between them; the letter stands in the upper row of its block."""
        drawn: list[Content] = []
        for row in self._rows:
            width = self._width(row)
            drawn.append(line(*(piece for char in row for piece in _key(_label(char), width))))
            drawn.append(line(*(piece for _ in row for piece in _key("", width))))
        return Content("\n").join(drawn)


def _label(char: str) -> str:
    return {DELETE: t("kiosk.delete"), CLEAR: t("kiosk.clear")}.get(char, char)


def _key(label: str, width: int) -> list[tuple[str, str]]:
    inner = max(1, width - 1)
    left = (inner - cell_width(label)) // 2
    text = " " * left + label + " " * (inner - left - cell_width(label))
    return [(text, "bold on $panel"), (" ", "")]
