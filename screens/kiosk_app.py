"""The kiosk's program: one screen for visitors, which only staff can leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import events

from db.env import Env, system_env
from hallclient.actions.acting import Actor
from hallclient.actions.printers import Printer
from screens.app import HallApp
from screens.base import HallScreen
from screens.kiosk import KioskScreen
from screens.kiosk_dialog import Dialog
from screens.session import Session

HELD_S = 0.4
"""Keys closer than this may be one that is held down."""
RUN_S = 0.05
"""Keys closer than this are no person's: a reader that was too slow for a scan."""


class KioskApp(HallApp):
    """One kiosk on one screen, signed in as ``who``."""

    SHEET = "kiosk.tcss"

    def __init__(
        self,
        session: Session,
        who: Actor,
        printer: Printer,
        zone: str = "",
        *,
        hint: str = "",
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(session, who=who, hint=hint, on_ready=on_ready)
        self._printer = printer
        self._zone = zone
        self._last_key = float("-inf")
        self._gap = float("inf")

    def get_default_screen(self) -> HallScreen:
        """The first page of the dialogue."""
        who = self.who
        if who is None:
            raise ValueError("a kiosk is signed in before it starts")
        dialog = Dialog(self.session, who, lambda: self.hall, self._printer, self._zone)
        return KioskScreen(dialog)

    @property
    def key_was_alone(self) -> bool:
        """Whether nothing was typed for a while before the last key."""
        return self._gap >= HELD_S

    @property
    def key_in_run(self) -> bool:
        """Whether the last key came faster than anybody types."""
        return self._gap < RUN_S

    def run_over(self) -> None:
        """What was typed was understood: the next key begins anew."""
        self._last_key = float("-inf")

    async def on_event(self, event: events.Event) -> None:
        """Look how close to each other the keys are."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._gap, self._last_key = event.time - self._last_key, event.time
        await super().on_event(event)

    def _idle(self) -> None:
        """A kiosk is never locked; it goes back to its first page."""


def run(
    path: Path,
    *,
    who: Actor,
    printer: Printer,
    zone: str = "",
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
    hint: str = "",
    prepared: Callable[[], object] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Show the kiosk on this terminal until staff leave it; the exit code. Raises StoreError.

    ``hint``, ``prepared``, ``on_ready`` as `screens.app.run` takes them.
    """
    if prepared is not None:
        prepared()
    session = Session(path, make_env=make_env, passphrase=passphrase)
    try:
        app = KioskApp(session, who, printer, zone, hint=hint, on_ready=on_ready)
        app.run()
        return app.return_code or 0
    finally:
        session.close()
