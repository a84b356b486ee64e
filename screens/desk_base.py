"""What the parts of the desk share: who sits here, what is seen, what is chosen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from db import presence
from db.store import Row as StoreRow
from hallclient.actions.acting import Actor
from hallclient.actions.deskview import DeskView
from hallclient.rules.catalogue import Hall
from hallclient.rules.desk import Seat, unavailable
from hallclient.rules.text import cell_width
from hallclient.texts import has, t
from screens.base import STYLES, HallScreen
from screens.keypages import at_window
from screens.widgets.content import Words, line
from screens.widgets.table import VirtualTable

BEAT_MS = 10_000
"""So often a window says that it lives, by the hall's clock."""

if TYPE_CHECKING:
    from screens.desk_actions import Desk
    from screens.widgets.ask import Ask


class DeskBase(HallScreen):
    """The state of a desk. `desk` and `ask` come after the first frame, see `DeskDoing`."""

    desk: Desk
    ask: Ask

    def __init__(self, who: Actor, hall: Hall, *, hint: str = "") -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self.view = DeskView(now=0)
        self.rows: dict[str, StoreRow] = {}
        """Rows of the list that have been read, by leg."""
        self.said: tuple[str, str] = (hint, "good" if hint else "")
        self.said_line = Words(id="said")
        self._beaten = 0

    @property
    def now(self) -> int:
        """The hall's time, UTC milliseconds."""
        return self.hall_app.session.store.env.now()

    async def see(self) -> None:
        """Read the hall and show it."""
        raise NotImplementedError

    def beat(self) -> None:
        """Say now and then that this window lives; on a thread, nothing waits for the disk."""
        at = self.now
        if self.who.window and at - self._beaten >= BEAT_MS:
            self._beaten = at
            said = asyncio.to_thread(presence.beat, self.hall_app.session.path, self.who.window, at)
            self.run_worker(said, group="beat", exit_on_error=False)

    def say(self, text: str, style: str = "") -> None:
        """Put a message on the line that stays."""
        self.said = (text, style)
        self.said_line.set_class(cell_width(text) > self.app.size.width - 2, "-two")
        self.said_line.say(line((text, STYLES[style])))

    def chosen(self) -> StoreRow | None:
        """The waiting leg under the cursor."""
        row = self.query_one("#queue", VirtualTable).selected
        return self.rows.get(row.key) if row is not None else None

    def chosen_window(self) -> str:
        """The window under the cursor, on a seat without one of its own."""
        if self.who.window:
            return ""
        row = self.query_one("#windows", VirtualTable).selected
        return row.key if row is not None else ""

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now, in words; None when it does."""
        code = unavailable(action, self._seat())
        return None if code is None else t(f"why-not.{code}")

    def no_key(self, action: str) -> bool:
        """Whether the key line of this seat has no place for an action, whatever happens."""
        if self.who.window:
            return at_window(action)
        return unavailable(action, self._seat()) in ("role", "no-window")

    def _seat(self) -> Seat:
        view = self.view
        return Seat(
            role=self.who.role,
            window=view.window["state"] if view.window is not None else "",
            leg=view.leg["state"] if view.leg is not None else "",
            held=view.held,
            waiting=len(view.ids),
            number=view.leg is not None or bool(view.ids),
            hall=bool(view.windows),
            there=self._there(),
            booked=view.booking is not None,
            calls=view.asked is not None,
        )

    def _there(self) -> str:
        """State of the visitor at the chosen window, on a seat that sees all windows."""
        key = self.chosen_window() if self.view.windows and self.is_mounted else ""
        row = next((one for one in self.view.windows if one["id"] == key), None)
        return row["visitor_state"] or "" if row is not None else ""

    def label_now(self, action: str) -> str | None:
        """What a key that does one thing or another does now."""
        view = self.view
        if action == "start_or_finish" and view.leg is not None:
            return t("desk.key-finish" if view.leg["state"] == "serving" else "desk.key-start")
        if action == "pause" and view.window is not None:
            state = view.window["state"]
            return t(f"desk.key-{state}") if has(f"desk.key-{state}") else None
        return None
