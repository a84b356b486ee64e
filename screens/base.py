"""What every screen of the hall has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from screens.app import HallApp


class HallScreen(Screen[None]):
    """A screen of a `HallApp`: it can say everything again when the language changes."""

    @property
    def hall_app(self) -> HallApp:
        """The program; screens are only ever shown by it."""
        return cast("HallApp", self.app)

    def speak(self) -> None:
        """Every word of the screen in the language spoken now."""
        raise NotImplementedError
