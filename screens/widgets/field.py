"""The text field of the house: rare characters, pasted lines, scanners and input methods."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from hallclient.rules.scan import ENDS, Routed, ScanDetector, ScanKind, route
from hallclient.rules.scan import Scanned as Burst
from hallclient.rules.text import REPLACEMENT, cell_width, clean, clusters, narrow
from hallclient.texts import t

EDIT_KEYS: Final = (
    ("left", "cursor_left"),
    ("right", "cursor_right"),
    ("ctrl+left", "cursor_left_word"),
    ("ctrl+right", "cursor_right_word"),
    ("home,ctrl+a", "home"),
    ("end,ctrl+e", "end"),
    ("backspace", "delete_left"),
    ("delete,ctrl+d", "delete_right"),
    ("ctrl+w,ctrl+backspace,alt+backspace", "delete_left_word"),
    ("ctrl+delete", "delete_right_word"),
    ("ctrl+u", "delete_left_all"),
    ("ctrl+shift+a", "select_all"),
    ("ctrl+x", "cut"),
    ("ctrl+c", "copy"),
    ("ctrl+v", "paste"),
)
"""Keys that edit while a field has the focus; each is explained by the text `edit.<action>`."""

SELECT_KEYS: Final = (
    ("shift+left", "cursor_left(True)"),
    ("shift+right", "cursor_right(True)"),
    ("ctrl+shift+left", "cursor_left_word(True)"),
    ("ctrl+shift+right", "cursor_right_word(True)"),
    ("shift+home", "home(True)"),
    ("shift+end", "end(True)"),
)

SCANS: Final = frozenset(
    {
        ScanKind.SLIP,
        ScanKind.CASE,
        ScanKind.PAPER,
        ScanKind.CERTIFICATE,
        ScanKind.USCC,
        ScanKind.RESIDENT_ID,
    }
)
"""What papers and licences carry. Other fast input is a person on a slow line, and is typed."""


class Field(Input, inherit_bindings=False):
    """One line of text; what it holds is always safe to show.

    `fold`: for codes, phones, numbers: full-width forms become ASCII, spaces go, upper case.
    `limit`: at most so many characters (as a reader counts them), or cells with `in_cells`.
    `takes`: kinds of scans that are meant for this field and fill it; other scans leave it as it
    was and are posted as `Scanned` for the desk.
    """

    BINDINGS = [Binding(keys, action, show=False) for keys, action in EDIT_KEYS + SELECT_KEYS]
    DEFAULT_CSS = """
    Field.-textual-compact:focus { background-tint: $foreground 10%; }
    """

    class Entered(Message):
        """Enter was pressed; `value` is what the field held at that very key."""

        def __init__(self, field: "Field", value: str) -> None:
            super().__init__()
            self.field = field
            self.value = value

        @property
        def control(self) -> "Field":
            """The field, for `@on` selectors."""
            return self.field

    class Scanned(Message):
        """A code was scanned while the field had the focus; the field is as before the scan."""

        def __init__(self, field: "Field", code: str, routed: Routed, ime: bool = False) -> None:
            super().__init__()
            self.field = field
            self.code = code
            self.routed = routed
            self.ime = ime

        @property
        def control(self) -> "Field":
            """The field, for `@on` selectors."""
            return self.field

    class Notice(Message):
        """Something that came in was not kept as it was; `text` says what."""

        def __init__(self, field: "Field", key: str, **values: object) -> None:
            super().__init__()
            self.field = field
            self.key = key
            self.values = values

        @property
        def control(self) -> "Field":
            """The field, for `@on` selectors."""
            return self.field

        @property
        def text(self) -> str:
            """What to tell the person, in the language spoken now."""
            return t(self.key, **self.values)

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        *,
        fold: bool = False,
        limit: int = 0,
        in_cells: bool = False,
        takes: Iterable[ScanKind] = (),
        password: bool = False,
        compact: bool = True,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        self.fold = fold
        self.limit = limit
        self.in_cells = in_cells
        self.takes = frozenset(takes)
        self._detector = ScanDetector()
        self._before_burst = (value, Selection.cursor(len(value)))
        super().__init__(
            value,
            placeholder,
            password=password,
            compact=compact,
            id=id,
            classes=classes,
            disabled=disabled,
        )
        self.cursor_blink = False

    # --- keys -----------------------------------------------------------------------------

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether this key is text here; wider than `str.isprintable`, which knows neither
        U+3000 nor ideographs younger than Python.
        """
        if key.startswith("alt+"):  # a terminal gives these their letter, too; they are commands
            return False
        if character == "\t":  # a field of a card ends; else it leads to the next field of ours
            return ScanKind.RESIDENT_ID in self.takes and bool(self._detector.holding)
        return character is not None and len(character) == 1 and _is_text(character)

    async def _on_key(self, event: events.Key) -> None:
        at = event.time * 1000
        if event.key in ENDS:
            event.stop()
            event.prevent_default()
            self._end(event, at)
        elif event.character is not None and self.check_consume_key(event.key, event.character):
            event.stop()
            event.prevent_default()
            self._detector.flush(at)
            if not self._detector.holding:
                if event.character == "\t":  # no reader's: it came too late
                    self.tabbed()
                    return
                self._before_burst = (self.value, self.selection)
            self._detector.feed(event.key, event.character, at)
            if event.character != "\t":
                self._put(event.character)
        else:
            if event.is_printable:
                event.prevent_default()  # the stock field would type it
            self._detector.release()

    def _end(self, event: events.Key, at: float) -> None:
        outcomes = self._detector.feed(event.key, event.character, at)
        if not outcomes:
            return  # the LF after the CR of a scan
        last = outcomes[-1]
        if not (isinstance(last, Burst) and self._take(last)):
            self.entered()

    def entered(self) -> None:
        """Enter was pressed, or a scan filled the field."""
        self.post_message(self.Entered(self, self.value))

    def tabbed(self) -> None:
        """A Tab that first looked like a reader's."""
        self.screen.focus_next()

    def _take(self, scan: Burst) -> bool:
        routed = route(scan.code)
        if routed.kind not in SCANS | self.takes:
            return False
        if scan.ime:
            self.post_message(self.Notice(self, "field.ime"))
        if routed.kind in self.takes:
            self.value = routed.value
            self.cursor_position = len(self.value)
            self.entered()
            return True
        self.value, self.selection = self._before_burst
        self.post_message(self.Scanned(self, scan.code, routed, scan.ime))
        return True

    def end_burst(self) -> None:
        """A key that is no text came between: what follows is typed anew."""
        self._detector.release()

    def _put(self, text: str) -> None:
        self.replace(text, *self.selection)

    # --- what comes in --------------------------------------------------------------------

    def validate_value(self, value: str) -> str:
        """Nothing unsafe is ever in a field, also when a program fills it."""
        return clean(value)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._detector.release()
        self.paste(event.text)

    def action_paste(self) -> None:
        """Put in what was copied inside the program."""
        self.paste(self.app.clipboard)

    def paste(self, text: str) -> None:
        """Put a pasted text in: one line of it, without controls; say what was changed."""
        lines = [line for line in clean(text, multiline=True).split("\n") if line.strip()]
        if not lines:
            return
        if len(lines) > 1:
            # Two codes in a row would become a wrong code; a wrapped address stays whole.
            key = "field.first-line" if self.fold else "field.lines-joined"
            self.post_message(self.Notice(self, key, n=len(lines)))
        elif len(clean(text.rstrip("\r\n"))) < len(_nfc(text.rstrip("\r\n"))):
            self.post_message(self.Notice(self, "field.controls"))
        if self.fold or len(lines) == 1:
            self._put(lines[0])
        else:
            self._put(" ".join(line.strip() for line in lines))

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in place of a part of the value: folded, cleaned, cut to the limit."""
        text = narrow(text) if self.fold else clean(text)
        start, end = sorted((max(0, start), min(len(self.value), end)))
        fitted = self._fit(text, self.value[:start] + self.value[end:])
        if REPLACEMENT in fitted:
            self.post_message(self.Notice(self, "field.unknown-character"))
        if fitted != text:
            self.post_message(self.Notice(self, "field.limit", n=self.limit))
        if fitted or start != end:
            super().replace(fitted, start, end)

    def _fit(self, text: str, rest: str) -> str:
        if not self.limit or not text:
            return text
        room = self.limit - self._length(rest)
        fitted = ""
        for piece in clusters(text):
            room -= self._length(piece)
            if room < 0:
                break
            fitted += piece
        return fitted

    def _length(self, text: str) -> int:
        return cell_width(text) if self.in_cells else len(clusters(text))

    # --- a character with its marks is one step -------------------------------------------

    def _left_of(self, position: int) -> int:
        before = clusters(self.value[:position])
        return position - len(before[-1]) if before else 0

    def _right_of(self, position: int) -> int:
        after = clusters(self.value[position:])
        return position + len(after[0]) if after else position

    def action_cursor_left(self, select: bool = False) -> None:
        """Go one character left."""
        start, end = self.selection
        if select:
            self.selection = Selection(start, self._left_of(end))
        else:
            empty = self.selection.is_empty
            self.cursor_position = self._left_of(end) if empty else min(start, end)

    def action_cursor_right(self, select: bool = False) -> None:
        """Go one character right."""
        start, end = self.selection
        if select:
            self.selection = Selection(start, self._right_of(end))
        else:
            empty = self.selection.is_empty
            self.cursor_position = self._right_of(end) if empty else max(start, end)

    def action_delete_left(self) -> None:
        """Delete the character left of the cursor, or what is selected."""
        if self.selection.is_empty:
            self.delete(self._left_of(self.cursor_position), self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right(self) -> None:
        """Delete the character under the cursor, or what is selected."""
        if self.selection.is_empty:
            self.delete(self.cursor_position, self._right_of(self.cursor_position))
        else:
            self.delete_selection()

    def action_copy(self) -> None:
        """Copy what is selected; a password is never copied."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected; a password is never copied."""
        if not self.password:
            super().action_cut()

    def on_resize(self) -> None:
        """Keep the terminal's cursor, where input methods open their window, at ours."""
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset


def _is_text(char: str) -> bool:
    if char.isprintable():
        return True
    return unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") and bool(clean(char))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
