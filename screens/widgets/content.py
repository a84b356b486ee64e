"""The one way to show text that others wrote: as `Content`, never as a `str` with markup.

A `str` given to a stock widget is parsed for markup, and a name such as `[/]` ends the program.
"""

from typing import Any, Literal

from textual.app import App
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from hallclient.rules.text import plain

Part = str | Content | tuple[str, str]
"""A piece of a line: text, text with a style, or content that is already safe."""


def shown(text: str, style: str = "", *, multiline: bool = False) -> Content:
    """Any text, safe to show."""
    safe = plain(text, multiline)
    return Content.styled(safe, style) if style else Content(safe)


def line(*parts: Part, gap: str = "") -> Content:
    """One line of several pieces, with `gap` between them; the text of each piece is data."""
    pieces = [
        part
        if isinstance(part, Content)
        else shown(part)
        if isinstance(part, str)
        else shown(part[0], part[1])
        for part in parts
    ]
    return Content(gap).join(pieces) if gap else Content.assemble(*pieces)


class Words(Static):
    """A `Static` for any text: it knows no markup, and its text is made safe."""

    def __init__(
        self,
        content: str | Content = "",
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(_safe(content), markup=False, id=id, classes=classes)
        self._told = _safe(content)

    def say(self, content: str | Content, *, layout: bool = False) -> None:
        """Show something else; `layout` when its size may differ. Nothing happens when it is
        what is shown already.
        """
        safe = _safe(content)
        if safe != self._told or safe.spans != self._told.spans:
            self._told = safe
            self.update(safe, layout=layout)

    @property
    def text(self) -> str:
        """What it says now, without styles."""
        return self._told.plain


def entitle(widget: Widget, title: str) -> None:
    """Set the title in a widget's border. A title that is set paints the widget, so only others."""
    content = line(title)
    if widget.border_title != content.markup:
        widget.border_title = content


def _safe(content: str | Content) -> Content:
    return shown(content, multiline=True) if isinstance(content, str) else content


Severity = Literal["information", "warning", "error"]


def toast(app: App[Any], text: str, severity: Severity = "information") -> None:
    """A passing remark; what must be remembered goes to a line that stays."""
    app.notify(plain(text, multiline=True), severity=severity, markup=False)
