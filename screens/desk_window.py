"""The window: pause, drain, close, hand over; and what a supervisor does to others."""

from __future__ import annotations

from hallclient.actions import lookups, serving, shift, windows
from hallclient.actions.acting import Actor
from hallclient.texts import t
from screens.desk_asking import Asking
from screens.widgets.question import Question


class WindowKeys(Asking):
    """The window: pause, drain, close, hand over; and what a supervisor does to others."""

    async def pause(self) -> None:
        row = await self.session.read(windows.window_row, self.who.window)
        if row["state"] == "closed" or row["state"] == "draining":
            if await self.act(windows.open_window) is not None:
                self.say(t("desk.opened"), "good")
        elif row["state"] == "paused":
            if await self.act(windows.resume_window) is not None:
                self.say(t("desk.resumed-window"), "good")
        else:
            reason = await self.choose(t("desk.ask-pause"), dict(self.hall.pause_reasons))
            if reason is not None and await self.act(windows.pause_window, reason) is not None:
                self.say(t("desk.paused"), "good")

    async def drain(self) -> None:
        if await self.act(windows.drain_window) is not None:
            self.say(t("desk.draining"), "good")

    async def close_window(self) -> None:
        if await self.act(windows.close_window) is not None:
            self.say(t("desk.closed"), "good")

    async def hand_over(self) -> Actor | None:
        """Give the shift to a colleague, who signs; the colleague is then the actor."""
        listed = await self.session.read(shift.open_work, self.who.operator, self.who.window)
        numbers = " ".join(row["number"] for row in listed) or t("desk.nothing-open")
        taker = await self.answer(
            Question(t("desk.ask-taker", numbers=numbers), text=True, limit=32)
        )
        if taker is None:
            return None
        password = await self.answer(
            Question(t("desk.ask-taker-password", operator=taker.text), text=True, password=True)
        )
        if password is None:
            return None
        note = await self.answer(Question(t("desk.ask-note"), text=True, required=False))
        if note is None:
            return None
        made = await self.act(shift.hand_over, taker.text, password.text, note.text)
        if made is None:
            return None
        self.say(t("desk.handed-over", operator=taker.text, n=len(made["listed"])), "good")
        role = await self.session.read(lookups.role_of, taker.text)
        return Actor(taker.text, role, self.who.window)

    async def take_over(self) -> None:
        leg = await self.act(serving.take_over, self.chosen_window())
        if leg is not None:
            self.say(t("desk.taken-over", number=leg.number), "good")

    async def free_window(self) -> None:
        window = self.chosen_window()
        if not await self.confirm(t("desk.ask-free", window=window)):
            return
        if await self.act(windows.free_window, window) is not None:
            self.say(t("desk.freed", window=window), "good")

    async def emergency(self) -> None:
        row = await self.session.read(windows.window_row, self.chosen_window())
        on = not row["emergency"]
        if await self.act(windows.set_emergency, row["id"], on) is not None:
            key = "desk.emergency-on" if on else "desk.emergency-off"
            self.say(t(key, window=row["id"]), "good")
