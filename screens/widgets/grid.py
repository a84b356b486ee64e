"""The grid of a form: any number of rows, one editor. Typing and choosing; no rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final, TypeAlias

from textual.app import ComposeResult
from textual.geometry import Offset

from hallclient.rules.scan import Routed
from hallclient.rules.text import cell_width
from screens.widgets import grid_told as told
from screens.widgets.choices import Option
from screens.widgets.grid_cursor import GridCursor
from screens.widgets.grid_editor import CellEditor
from screens.widgets.grid_lines import GridLines
from screens.widgets.grid_parts import NUMBERS, CellEdit, GridSource, added, toggled
from screens.widgets.grid_told import Move, Place

ROOM: Final = 8
"""The editor grows by so many cells: not every character lays the screen out anew."""

NOWHERE: Final = CellEdit(locked="-")
"""There is no cell: nothing can be typed."""


class FormGrid(GridCursor):
    """The lines of a `GridSource` and an editor that opens over a cell when somebody types.

    Typing, digits that choose, a paste go to the cell of the cursor; leaving it by any way gives
    what was typed to the source. Nothing stops the cursor: what is wrong is only shown.
    """

    DEFAULT_CSS = """
    FormGrid {
        width: 1fr;
        height: 1fr;
        layers: lines editor;
        overflow: hidden hidden;
        & > GridLines { layer: lines; }
        & > CellEditor { layer: editor; }
    }
    """

    Moved: TypeAlias = told.Moved
    Typing: TypeAlias = told.Typing
    WantsChoice: TypeAlias = told.WantsChoice
    Committed: TypeAlias = told.Committed
    Abandoned: TypeAlias = told.Abandoned
    Ended: TypeAlias = told.Ended
    PastedBlock: TypeAlias = told.PastedBlock
    Read: TypeAlias = told.Read
    Locked: TypeAlias = told.Locked

    def __init__(
        self,
        source: GridSource,
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(source, empty=empty, id=id, classes=classes)
        self.editor = CellEditor(self)
        self._edit = NOWHERE
        self._before = ""
        """The text that the editor would leave unchanged."""
        self._kept: tuple[Place, str] | None = None
        """What was left with Escape, and where."""
        self._options: tuple[str, Sequence[Option]] | None = None
        """What was typed last on a choice, and the options that fit it."""

    def compose(self) -> ComposeResult:
        """Two widgets, however long the form is."""
        yield self.lines
        yield self.editor

    def on_unmount(self) -> None:
        """The screen closes: what is typed is taken."""
        self.leave()

    # --- what others ask ------------------------------------------------------------------

    @property
    def cell_edit(self) -> CellEdit:
        """What the cursor's cell takes."""
        return self._edit

    @property
    def typing(self) -> str | None:
        """What is being typed; None: nothing is."""
        return self.editor.value if self.editor.is_open else None

    @property
    def options(self) -> Sequence[Option]:
        """What digits choose now: the options that fit what is typed."""
        if self._place is None or self._edit.kind == "text":
            return ()
        typed = self.typing or ""
        if self._options is None or self._options[0] != typed:
            found = self.source.options(self.lines.row, self.lines.column, typed)
            self._options = (typed, found)
        return self._options[1]

    def focus(self, scroll_visible: bool = True) -> FormGrid:
        """Keys come here."""
        self.editor.focus(scroll_visible)
        return self

    def leave(self, move: Move = "away") -> None:
        """Take what is being typed: the source gets it, `Committed` is posted."""
        place = self._place
        if not self.editor.is_open or place is None:
            return
        text, before, seen = self.editor.value, self._before, self._edit.text
        if self._edit.kind != "text" and text != before:
            text = self._meant(text, sure=move in ("next", "back"))
            before = self._edit.text
        self.drop()
        if text != before:
            self._put(place, text, move, seen)

    def _lost(self, place: Place) -> None:
        if self.editor.is_open:
            self._abandon(place)

    def _arm(self) -> None:
        self._options = None
        there = self._place is not None
        edit = self.source.editing(self.lines.row, self.lines.column) if there else NOWHERE
        if not self.editor.is_open:
            self._edit = edit
            self.editor.arm(edit)
        self._point()

    # --- typing ---------------------------------------------------------------------------

    def begin(self, text: str = "") -> bool:
        """Open the editor over the cursor's cell; False: nothing can be typed there."""
        if self._place is None or self._edit.locked:
            self._refuse(self._edit.locked)
            return False
        self._before = self._opening()
        self.lines.show_cursor()
        self.editor.open(text)
        self._point()
        return True

    def edit(self) -> None:
        """Open the editor with the cell's text; again: with what was left with Escape, and back."""
        if not self.editor.is_open:
            if self.begin(self._opening()):
                self.typed()
        elif self._kept is not None and self._kept[0] == self._place:
            kept = self._kept[1]
            self.editor.open(self._before if self.editor.value == kept else kept)

    def clear(self) -> None:
        """Empty the cursor's cell."""
        if self._edit.locked:
            self._refuse(self._edit.locked)
        elif self._place is not None and self._edit.text:
            self._put(self._place, "", "stay", self._edit.text)

    def paste(self, text: str) -> None:
        """Text from elsewhere: into the editor, or, when it is a block of cells, to the screen."""
        body = text.rstrip("\r\n")
        if "\t" in body or "\n" in body or "\r" in body:
            self.post_message(self.PastedBlock(self, self._place, text))
        elif body and self.begin():
            self.editor.paste(body)

    def typed(self) -> None:
        """The editor holds another text."""
        text = self.editor.value
        self._point()
        if self._edit.kind == "text":
            self.post_message(self.Typing(self, self._place, text))
        else:
            self.post_message(self.WantsChoice(self, self._place, text, self.options))

    def abandon(self) -> None:
        """Leave the cell as it was; what was typed is kept and told."""
        if self.editor.is_open and self._place is not None:
            self._abandon(self._place)

    def _abandon(self, place: Place) -> None:
        text = self.editor.value
        changed = text and text != self._before
        self.drop()
        if changed:
            self._keep(place, text)

    def drop(self) -> None:
        """Close the editor; what it held is dealt with."""
        self.editor.close()
        self._arm()
        self._point()
        self.post_message(self.Moved(self, self._place))

    def read(self, code: str, routed: Routed, ime: bool) -> None:
        """A card was read: what was typed before it is no part of it."""
        self.abandon()
        self.post_message(self.Read(self, self._place, code, routed, ime))

    def _put(self, place: Place, text: str, move: Move, seen: str) -> None:
        found = self._find(place)
        if found is None:
            self._keep(place, text)
            return
        if self._kept is not None and self._kept[0] == place:
            self._kept = None
        self.source.take(*found, text, seen)
        self.post_message(self.Committed(self, place, text, move))
        if self.is_attached:
            self.reload()

    def _keep(self, place: Place, text: str) -> None:
        self._kept = (place, text)
        self.post_message(self.Abandoned(self, place, text))

    def _refuse(self, why: str) -> None:
        if self._place is not None:
            self.post_message(self.Locked(self, self._place, why))

    # --- choosing -------------------------------------------------------------------------

    def _all(self) -> Sequence[Option]:
        return self.source.options(self.lines.row, self.lines.column, "")

    def _opening(self) -> str:
        """The text to edit: of a choice only what is no option, as somebody has typed it."""
        text = self._edit.text
        if self._edit.kind == "text":
            return text
        if self._edit.kind == "multi" or any(option.key == text for option in self._all()):
            return ""
        return text

    def chooses(self, character: str | None) -> bool:
        """Whether this key chooses one of the options that fit what is typed."""
        return _number(character) is not None and _number(character) in range(len(self.options))

    def choose(self, character: str) -> None:
        """A key on a choice: a digit chooses and goes on (on a multi it stays), Space goes to the
        next option, anything else narrows the list.
        """
        if self._edit.locked:
            self._refuse(self._edit.locked)
        elif self._place is None:
            return
        elif self.chooses(character):
            option, one = self.options[_number(character) or 0], self._edit.kind == "choice"
            self._choose(option)
            if one and not option.why:
                self.next_needed()
        elif character.isspace() and not self.editor.is_open:
            self._next_option()
        elif character.isdecimal() and len(self._all()) <= len(NUMBERS):
            self.app.bell()  # no option has this number, and none is found by a digit
        elif self.editor.is_open or self.begin():
            self.editor.replace(character, *self.editor.selection)

    def _next_option(self) -> None:
        if self._edit.kind == "choice":
            free = [option for option in self._all() if not option.why]
            at = [option.key for option in free]
            if free:
                known = self._edit.text in at
                place = at.index(self._edit.text) + 1 if known else 0
                self._choose(free[place % len(free)])

    def _choose(self, option: Option) -> None:
        place, seen = self._place, self._edit.text
        if option.why:
            self._refuse(option.why)
        elif place is not None:
            if self.editor.is_open:
                self.drop()
            multi = self._edit.kind == "multi"
            text = toggled(self._edit.text, option.key, self._all()) if multi else option.key
            if text != self._edit.text:
                self._put(place, text, "stay", seen)

    def _meant(self, typed: str, sure: bool) -> str:
        """The text for what was typed on a choice: an option's, or else as it is.

        Enter takes the first that fits, as it was shown; who merely goes away is taken at their
        word only when one fits. A multi has it besides what is chosen.
        """
        if self._edit.new:
            return typed
        found = [option.key for option in self.options if not option.why] if typed else []
        meant = found[0] if found and (sure or len(found) == 1) else typed
        return added(self._edit.text, meant, self._all()) if self._edit.kind == "multi" else meant

    # --- where the editor is --------------------------------------------------------------

    @property
    def cell_offset(self) -> Offset:
        """Where on the screen the text of the cursor's cell, or of the editor, begins."""
        x, y = self._box()[:2]
        return self.lines.content_region.offset + Offset(x, y)

    def _box(self) -> tuple[int, int, int]:
        """x, y and width of the editor when it is open; never beyond our own edges."""
        cell = self.lines.cell
        if cell is None:
            return 0, 0, 1
        if not self.editor.is_open:
            return cell.x, cell.y, cell.width
        room = max(1, self.lines.scrollable_content_region.width)
        needed = cell_width(self.editor.value) + 1
        grown = cell.width + max(0, -(-(needed - cell.width) // ROOM)) * ROOM
        width = min(grown, room)
        return max(0, min(cell.x, room - width)), cell.y, width

    def _point(self) -> None:
        """Put the editor over its cell, and the terminal's cursor into it."""
        x, y, width = self._box() if self.editor.is_open else (0, 0, 1)
        self.editor.styles.offset = (x, y)
        self.editor.styles.width = width
        if self.editor.has_focus:
            self.app.cursor_position = self.editor.cursor_screen_offset

    def on_grid_lines_shifted(self, event: GridLines.Shifted) -> None:
        """The cell is elsewhere; scrolled out of sight it is left."""
        event.stop()
        if event.resized:
            self.lines.show_cursor()
        elif self.lines.cell is None:
            self.leave()
        self._point()

    def on_grid_lines_clicked(self, event: GridLines.Clicked) -> None:
        """One click puts the cursor there, two edit."""
        event.stop()
        self.focus()
        column = event.column if event.column in self._enter else self.lines.column
        key = self.source.key(event.row)
        self.leave()
        row = self.source.index_of(key)
        if row is not None and self._place is not None:
            self._go(row, column)
            if event.twice:
                self.edit()


def _number(character: str | None) -> int | None:
    """The place of the option that a key chooses; digits of input methods are digits."""
    digit = unicodedata.normalize("NFKC", character or "")
    return NUMBERS.index(digit) if len(digit) == 1 and digit in NUMBERS else None
