"""The floor of everything on the screen: a Textual app with one line that answers a key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

READY = "READY"


class EmptyApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("down", "count", ""), ("up", "count", "")]
    count = 0

    def compose(self) -> ComposeResult:
        yield Static(READY)

    def action_count(self) -> None:
        self.count += 1
        self.query_one(Static).update(f"{READY} {self.count}")


if __name__ == "__main__":
    EmptyApp().run()
