"""What a form's grid tells its screen; handlers are called `on_form_grid_moved` and so on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from textual.message import Message
from textual.widget import Widget

from hallclient.rules.scan import Routed
from screens.widgets.choices import Option

if TYPE_CHECKING:
    from screens.widgets.grid import FormGrid

Move = Literal["next", "back", "away", "stay"]
"""How a cell was left: Enter or Tab, Shift+Tab, any other way, or not at all."""


class Place(NamedTuple):
    """A cell by the keys of its row and its column."""

    row: str
    column: str


class Told(Message, namespace="form_grid"):
    """What every message of a grid says: which grid, which cell ("" twice: there is none)."""

    def __init__(self, grid: Widget, place: Place | None) -> None:
        super().__init__()
        self.grid = cast("FormGrid", grid)
        self.row, self.column = place or Place("", "")

    @property
    def control(self) -> FormGrid:
        """The grid, for `@on` selectors."""
        return self.grid


class Moved(Told, namespace="form_grid"):
    """The cursor is here now, or its cell is closed again: what helps with it is to be shown.

    Only the last of several matters.
    """

    def can_replace(self, message: Message) -> bool:
        """Only where the cursor came to rest matters."""
        return isinstance(message, Moved)


class Typing(Told, namespace="form_grid"):
    """What the editor holds now; nothing is decided yet."""

    def __init__(self, grid: Widget, place: Place | None, text: str) -> None:
        super().__init__(grid, place)
        self.text = text

    def can_replace(self, message: Message) -> bool:
        """Only the last state matters."""
        return isinstance(message, Typing)


class WantsChoice(Told, namespace="form_grid"):
    """`text` is typed on a choice, and these options fit it: digits choose, Enter the first."""

    def __init__(
        self, grid: Widget, place: Place | None, text: str, options: Sequence[Option]
    ) -> None:
        super().__init__(grid, place)
        self.text = text
        self.options = options

    def can_replace(self, message: Message) -> bool:
        """Only the last state matters."""
        return isinstance(message, WantsChoice)


class Committed(Told, namespace="form_grid"):
    """The source has taken this text for the cell; it is to be saved."""

    def __init__(self, grid: Widget, place: Place, text: str, move: Move) -> None:
        super().__init__(grid, place)
        self.text = text
        self.move = move


class Abandoned(Told, namespace="form_grid"):
    """This was typed and not taken (Escape, or the row is gone); F2 twice brings it back."""

    def __init__(self, grid: Widget, place: Place, text: str) -> None:
        super().__init__(grid, place)
        self.text = text


class Ended(Told, namespace="form_grid"):
    """There is no next field (`step` 1) or none before (-1): another row, another section.

    Keys typed meanwhile wait until the screen's handler has returned.
    """

    def __init__(self, grid: Widget, place: Place | None, step: int) -> None:
        super().__init__(grid, place)
        self.step = step


class PastedBlock(Told, namespace="form_grid"):
    """Several lines or columns were pasted on the cell; `text` is as it came, not cleaned."""

    def __init__(self, grid: Widget, place: Place | None, text: str) -> None:
        super().__init__(grid, place)
        self.text = text


class Read(Told, namespace="form_grid"):
    """A card with several fields was read on a cell that takes identity numbers."""

    def __init__(
        self, grid: Widget, place: Place | None, code: str, routed: Routed, ime: bool
    ) -> None:
        super().__init__(grid, place)
        self.code = code
        self.routed = routed
        self.ime = ime


class Locked(Told, namespace="form_grid"):
    """Somebody typed where nothing can be typed; `why`, in the source's words."""

    def __init__(self, grid: Widget, place: Place | None, why: str) -> None:
        super().__init__(grid, place)
        self.why = why
