"""A few options in the space they need: side by side with numbers, or one below the other."""

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from hallclient.rules.text import cell_width, cut, plain
from hallclient.texts import t

CURSOR = "▸"
ROWS = 8
GAP = 2


class Option(NamedTuple):
    """Something to choose; `why` says why it cannot be chosen now."""

    key: str
    label: str
    why: str = ""


class _Place(NamedTuple):
    option: int
    row: int
    start: int
    text: str


class Choices(Widget, can_focus=True, inherit_bindings=False):
    """Options by number key, by arrows and Enter, by mouse."""

    BINDINGS = [
        Binding("up,left", "move(-1)", show=False),
        Binding("down,right", "move(1)", show=False),
        Binding("home", "move(-99)", show=False),
        Binding("end", "move(99)", show=False),
    ]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Choices { height: auto; width: 1fr; }
    """

    class Chosen(Message):
        """An option was chosen (also one that cannot be: look at its `why`)."""

        def __init__(self, choices: "Choices", option: Option) -> None:
            super().__init__()
            self.choices = choices
            self.option = option

    def __init__(self) -> None:
        super().__init__()
        self.options: tuple[Option, ...] = ()
        self.cursor = 0
        self._numbered = False

    def show(self, options: Sequence[Option], *, numbered: bool, chosen: int = 0) -> None:
        """Offer these options."""
        self.options = tuple(options)
        self._numbered = numbered
        self.cursor = max(0, min(chosen, len(self.options) - 1))
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Go to another option."""
        cursor = max(0, min(self.cursor + step, len(self.options) - 1))
        if cursor != self.cursor:
            self.cursor = cursor
            self.refresh()

    def choose(self, index: int | None = None) -> None:
        """Choose the option at the cursor, or at a place."""
        index = self.cursor if index is None else index
        if 0 <= index < len(self.options):
            self.cursor = index
            self.refresh()
            self.post_message(self.Chosen(self, self.options[index]))

    def action_move(self, step: int) -> None:
        """Arrow keys."""
        self.move(step)

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once, Enter what the cursor is on; both before the next key."""
        if event.key == "enter":
            event.stop()
            self.choose()
        elif self._numbered and event.character in tuple("123456789"):
            event.stop()
            self.choose(int(event.key) - 1)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        event.stop()
        at = event.get_content_offset_capture(self)
        for place in self._visible(self.size.width):
            if place.row == at.y and place.start <= at.x < place.start + cell_width(place.text):
                self.choose(place.option)
                return

    # --- painting -------------------------------------------------------------------------

    def _places(self, width: int) -> list[_Place]:
        places = []
        row = column = 0
        for index, option in enumerate(self.options):
            number = f"{index + 1} " if self._numbered and index < 9 else ""
            text = cut(number + plain(option.label), max(1, width - 1))
            wide = cell_width(text) + 1
            if column and (not self._numbered or column + wide > width):
                row, column = row + 1, 0
            places.append(_Place(index, row, column, text))
            column += wide + GAP
        return places

    def _visible(self, width: int) -> list[_Place]:
        """The places on the screen: a window of rows around the cursor when there are too many."""
        places = self._places(width)
        if not places or places[-1].row < ROWS:
            return places
        rows = ROWS - 1  # the last line says how many there are
        first = max(0, min(places[self.cursor].row - rows // 2, places[-1].row - rows + 1))
        return [
            _Place(place.option, place.row - first, place.start, place.text)
            for place in places
            if first <= place.row < first + rows
        ]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the options take, with a limit."""
        places = self._places(width)
        return min(ROWS, places[-1].row + 1) if places else 0

    def render(self) -> Content:
        """The options; the one at the cursor has a mark as well as a colour."""
        width = self.size.width
        visible = self._visible(width)
        parts: list[tuple[str, str]] = []
        row = column = 0
        for place in visible:
            if place.row != row:
                parts.append(("\n", ""))
                row, column = place.row, 0
            parts.append((" " * (place.start - column), ""))
            here = place.option == self.cursor
            style = "dim" if self.options[place.option].why else ""
            parts.append(((CURSOR if here else " ") + place.text, "reverse" if here else style))
            column = place.start + 1 + cell_width(place.text)
        hidden = len(self.options) - len(visible)
        if hidden:
            parts.append(("\n " + t("ask.more", n=hidden), "dim"))
        return Content.assemble(*parts)
