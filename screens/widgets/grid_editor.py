"""The one editor of a grid: it has the focus all the time, so every key comes in one queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import events
from textual.binding import Binding
from textual.geometry import Offset, Size
from textual.reactive import Reactive
from textual.strip import Strip

from hallclient.rules.scan import ENDS, Routed, ScanDetector, ScanKind, route
from hallclient.rules.scan import Scanned as Burst
from screens.widgets.field import EDIT_KEYS, SELECT_KEYS, Field
from screens.widgets.gate import dealt_with
from screens.widgets.grid_parts import CellEdit

if TYPE_CHECKING:
    from screens.widgets.grid import FormGrid

GRID_KEYS: Final = (
    ("up,down,left,right", "move"),
    ("pageup,pagedown", "page"),
    ("home,end", "edge"),
    ("ctrl+home,ctrl+end", "far"),
    ("enter", "needed"),
    ("tab,shift+tab", "beside"),
    ("1,2,3", "choose"),
    ("space", "step"),
    ("f2,backspace", "edit"),
    ("delete", "clear"),
    ("escape", "leave"),
)
"""What keys do on a cell while nothing is typed; explained by the texts `grid.<name>`."""

WRITING: Final = frozenset(
    action.partition("(")[0] for _, action in EDIT_KEYS + SELECT_KEYS if action != "paste"
)
"""What makes sense only while there is a text; at other times these keys are the screen's."""


class CellEditor(Field):
    """A `Field` over the cursor's cell, or, when nothing is typed, out of the way in a corner.

    It keeps the focus while the cursor moves: a key that comes before the next frame cannot reach
    anybody else, and input methods find the terminal's cursor at the cell before the first key.
    """

    BINDINGS = [
        Binding("up", "rows(-1)", show=False),
        Binding("down", "rows(1)", show=False),
        Binding("pageup", "pages(-1)", show=False),
        Binding("pagedown", "pages(1)", show=False),
        Binding("left", "side(-1)", show=False),
        Binding("right", "side(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("ctrl+home", "far(-1)", show=False),
        Binding("ctrl+end", "far(1)", show=False),
        Binding("tab", "next(1)", show=False),
        Binding("shift+tab", "next(-1)", show=False),
        Binding("f2", "edit", show=False),
        Binding("backspace", "back", show=False),
        Binding("delete", "clear_cell", show=False),
        Binding("escape", "abandon", show=False),
    ]
    virtual_size = Reactive(Size(0, 0))
    """A longer text is no reason to lay out the screen; `FormGrid` makes the editor wider."""
    DEFAULT_CSS = """
    CellEditor { width: 1; height: 1; position: absolute; }
    """

    def __init__(self, grid: FormGrid) -> None:
        super().__init__()
        self.grid = grid
        self.is_open = False
        self.choosing = False
        """Whether what is typed narrows a list of options."""
        self.locked = False
        self.select_on_focus = False
        self._opened_by_run = False

    def arm(self, edit: CellEdit) -> None:
        """Be ready for the cell where the cursor is."""
        self.fold, self.limit, self.in_cells = edit.fold, edit.limit, edit.in_cells
        self.takes = edit.takes
        self.choosing = edit.kind != "text"
        self.locked = bool(edit.locked)

    def open(self, text: str) -> None:
        """Begin with this text."""
        self.is_open = True
        self.value = text
        self.cursor_position = len(self.value)
        self.refresh()

    def close(self) -> None:
        """Forget the text; whoever closes has taken it."""
        self.is_open = False
        self.value = ""
        self.refresh()

    def watch_value(self) -> None:
        """Tell at each character, not when it is over."""
        if self.is_open:
            self.grid.typed()

    # --- keys -----------------------------------------------------------------------------

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether this key is text here.

        Where keys choose, digits may be a scanner's: the app then finds out before we see them.
        """
        if self.choosing and (not self.is_open or self.grid.chooses(character)):
            return False
        if self.locked and not self.is_open:
            return False
        return super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ENDS:
            await super()._on_key(event)
        elif self.check_consume_key(event.key, event.character):
            self._detector.flush(event.time * 1000)
            if self.is_open:
                self._opened_by_run = self._opened_by_run and bool(self._detector.holding)
            elif (event.character or "").isspace():
                # No text begins with a space: a thumb that slips must not empty a cell.
                self.grid.edit()
                event.stop()
                event.prevent_default()
                return
            else:
                self._opened_by_run = self.grid.begin()
            await super()._on_key(event)
        elif event.character is not None and super().check_consume_key(event.key, event.character):
            event.stop()
            event.prevent_default()
            # A key came between: the next Enter is no line feed of a scan before it.
            self._detector = ScanDetector()
            self.grid.choose(event.character)
        else:
            self.end_burst()
            for binding in self._bindings.key_to_bindings.get(event.key, ()):
                if await self.app.run_action(binding.action, self):
                    event.stop()
                    event.prevent_default()
                    break
        await self._heard()

    async def _heard(self) -> None:
        """After the last field of all the screen decides where the next key belongs."""
        if self.grid.ended:
            self.grid.ended = False
            await dealt_with(*self.grid.ancestors_with_self)

    def entered(self) -> None:
        """Enter: to the next field that needs something, before the next key."""
        self.grid.next_needed()

    def tabbed(self) -> None:
        """Tab: to the next field that can be filled."""
        self.grid.next(1)

    def _take(self, scan: Burst) -> bool:
        routed = route(scan.code)
        if routed.kind in self.takes and _is_card(scan.code, routed):
            self.value, self.selection = self._before_burst
            self.grid.read(scan.code, routed, scan.ime)
        elif not super()._take(scan):
            return False
        elif routed.kind not in self.takes and self._opened_by_run:
            self.grid.drop()
        return True

    def _fit(self, text: str, rest: str) -> str:
        # A card is longer than any field of it; its end tells what it was.
        if ScanKind.RESIDENT_ID in self.takes and self._detector.holding > 1:
            return text
        return super()._fit(text, rest)

    def _on_paste(self, event: events.Paste) -> None:
        if self.is_open:
            super()._on_paste(event)
        else:
            event.stop()
            event.prevent_default()
            self.end_burst()
            self.grid.paste(event.text)

    # --- actions --------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that edit, while there is nothing to edit, are whoever's comes next."""
        if not self.is_open and (action in WRITING or action == "abandon"):
            return False
        return super().check_action(action, parameters)

    def action_rows(self, step: int) -> None:
        """Some lines up or down."""
        self.grid.move(rows=step)

    def action_pages(self, step: int) -> None:
        """A page up or down."""
        self.grid.move(rows=step * self.grid.page)

    def action_side(self, step: int) -> None:
        """To the column beside, or in the text."""
        if not self.is_open:
            self.grid.move(columns=step)
        elif step < 0:
            self.action_cursor_left()
        else:
            self.action_cursor_right()

    def action_edge(self, step: int) -> None:
        """To the first or last column, or in the text."""
        if not self.is_open:
            self.grid.edge(step)
        elif step < 0:
            self.action_home()
        else:
            self.action_end()

    def action_far(self, step: int) -> None:
        """To the first or the last field."""
        self.grid.far(step)

    async def action_next(self, step: int) -> None:
        """To the next field that can be filled, or the one before."""
        self.grid.next(step)
        await self._heard()

    def action_edit(self) -> None:
        """Edit the cell's text; again: what was left with Escape, and back."""
        self.grid.edit()

    def action_back(self) -> None:
        """Delete a character; on a cell: edit its text."""
        if self.is_open:
            self.action_delete_left()
        else:
            self.grid.edit()

    def action_clear_cell(self) -> None:
        """Delete a character; on a cell: its text."""
        if self.is_open:
            self.action_delete_right()
        else:
            self.grid.clear()

    def action_abandon(self) -> None:
        """Leave the cell as it was."""
        self.grid.abandon()

    def action_paste(self) -> None:
        """Put in what was copied inside the program."""
        if self.is_open:
            super().action_paste()
        else:
            self.grid.paste(self.app.clipboard)

    # --- where it is ----------------------------------------------------------------------

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where input methods open their window: at the cell, also when nothing is typed yet."""
        at = self.grid.cell_offset
        inside = self._cursor_offset - self.scroll_offset.x if self.is_open else 0
        return at + Offset(inside, 0)

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """A text longer than the screen moves under the cursor."""
        super().watch_scroll_x(old_value, new_value)
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    def _on_focus(self, event: events.Focus) -> None:
        super()._on_focus(event)
        self.grid.lines.show_focus(True)

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        self.grid.lines.show_focus(False)
        # Whoever looks at another program's window comes back to the same half word.
        if self.app.app_focus:
            self.grid.leave()

    def render_line(self, y: int) -> Strip:
        """Out of the way it is a blank in the header."""
        if not self.is_open:
            style = self.grid.lines.get_component_rich_style("grid--header")
            return Strip.blank(self.size.width, style)
        return super().render_line(y)


def _is_card(code: str, routed: Routed) -> bool:
    """Whether it says more of a person than a number."""
    if routed.kind is not ScanKind.RESIDENT_ID:
        return False
    from hallclient.rules.id_card import split

    return len(split(code)) > 1
