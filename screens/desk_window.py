"""The window: pause, drain, close, hand over; and what a supervisor does to others."""

from __future__ import annotations

from db.store import Row
from hallclient.actions import lookups, serving, shift, signals, windows
from hallclient.actions.acting import Actor
from hallclient.rules.roles import Role
from hallclient.signal_words import signal_text
from hallclient.texts import t
from hallclient.words import refused_text
from screens.desk_asking import Asking
from screens.live_plans import plan_moves
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
        from hallclient.actions import shift_cases

        listed = await self.session.read(shift.open_work, self.who.operator, self.who.window)
        due = await self.session.read(shift.expected, self.who.window)
        numbers = " ".join(row["number"] for row in listed) or t("desk.nothing-open")
        if due:
            numbers += t("day.hand-over", n=len(due))
        cases = await self.session.read(shift_cases.open_cases, self.who.operator)
        if cases:
            today = sum(one.today for one in cases)
            numbers += t("shift.hand-over-cases", n=len(cases), today=today)
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
        held = [one.row["number"] for one in cases if one.held]
        ask = t("shift.ask-cases", n=len(held), operator=taker.text, cases=" ".join(held))
        with_cases = bool(held) and await self.confirm(ask)
        made = await self.act(shift.hand_over, taker.text, password.text, note.text)
        if made is None:
            return None
        self.say(t("desk.handed-over", operator=taker.text, n=len(made["listed"])), "good")
        if with_cases:
            given = await self.act(shift_cases.give, taker.text, held, note.text)
            if given is not None and given.refused:
                kept = " ".join(given.refused)
                why = refused_text(next(iter(given.refused.values())))
                self.say(t("shift.cases-kept", cases=kept, why=why), "warn")
        role = await self.session.read(lookups.role_of, taker.text)
        return Actor(taker.text, role, self.who.window)

    async def help(self) -> None:
        """Call the supervisor; while that call is open, say that it is settled."""
        found = await self.session.read(signals.mine, self.who)
        mine = next((row for row in found if row["kind"] == signals.HELP), None)
        if mine is None:
            known = dict(self.hall.help_reasons)
            reason = await self.choose(t("live.ask-help"), known) if known else ""
            if reason is not None and await self.act(signals.call_help, reason) is not None:
                self.say(t("live.help-sent"), "good")
            return
        settled = await self.confirm(t("live.ask-settled", text=signal_text(self.hall, mine)))
        if settled and await self.act(signals.close, mine["id"]) is not None:
            self.say(t("live.help-settled"), "good")

    async def answer_signal(self) -> None:
        """Say that one has heard: what a supervisor asked of this window, or a call for help."""
        found = await self.session.read(signals.open_signals)
        row = next(
            (
                one
                for one in sorted(found, key=lambda one: one["window"] != self.chosen_window())
                if not one["answered_at"] and self._for_me(one)
            ),
            None,
        )
        if row is None:
            return self.say(t("why-not.nobody-calls"), "warn")
        if await self.act(signals.answer, row["id"]) is not None:
            heard = "live.heard-help" if row["kind"] == signals.HELP else "live.heard-request"
            place = row["window"] or row["sender"]
            self.say(t(heard, window=place, text=signal_text(self.hall, row)), "good")
        return None

    def _for_me(self, row: Row) -> bool:
        if row["kind"] == signals.HELP:
            return self.who.role == Role.SUPERVISOR
        return bool(self.who.window) and row["window"] == self.who.window

    async def plan(self) -> None:
        """Another plan for the chosen window, or the hall's again."""
        window = self.chosen_window()
        row = await self.session.read(windows.window_row, window)
        moves = plan_moves(self.hall, row)
        key = await self.search(t("live.ask-plan", window=window), dict(moves.labels))
        if key is None:
            return
        if await self.act(windows.set_plan, window, moves.plans[key]) is not None:
            self.say(t("live.planned", window=window, plan=moves.labels[key]), "good")

    async def end_for(self) -> None:
        """End what the chosen window forgot to finish."""
        window = self.chosen_window()
        leg = await self.session.read(lookups.leg_at, window)
        number = leg["number"] if leg is not None else ""
        outcome = await self.choose(
            t("live.ask-end", window=window, number=number), dict(self.hall.outcomes)
        )
        if outcome is None:
            return
        ended = await self.act(serving.end_for, window, outcome)
        if ended is not None:
            self.say(t("live.done.end", window=window, number=ended.number), "good")

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
