"""With the visitor at the window: hold, hand on, wait outside, reopen, take back."""

from __future__ import annotations

from hallclient.actions import lookups, serving, undo
from hallclient.texts import t
from hallclient.words import duration
from screens.desk_asking import Asking
from screens.desk_text import item_name
from screens.widgets.question import Question


class Serving(Asking):
    """With the visitor at the window: hold, hand on, wait outside, reopen, take back."""

    async def hold(self) -> None:
        reason = await self.choose(t("desk.ask-hold"), dict(self.hall.hold_reasons))
        if reason is None:
            return
        leg = await self.act(serving.hold, reason)
        if leg is not None:
            minutes = duration(self.hall.hold_reasons[reason].timer_ms)
            self.say(t("desk.held", number=leg.number, minutes=minutes), "good")

    async def resume(self) -> None:
        held = await self.session.read(lookups.held, self.who.operator, self.who.window)
        number = ""
        if len(held) > 1:
            chosen = await self.choose(
                t("desk.ask-resume"),
                {
                    row["number"]: f"{row['number']} {item_name(self.hall, row['item'])}"
                    for row in held
                },
            )
            if chosen is None:
                return
            number = chosen
        leg = await self.act(serving.resume, number)
        if leg is not None:
            self.say(t(f"desk.resumed-{leg.state}", number=leg.number), "good")

    async def external(self) -> None:
        leg = await self.act(serving.send_out)
        if leg is not None:
            self.say(t("desk.sent-out", number=leg.number), "good")

    async def transfer(self) -> None:
        kind = await self.choose(
            t("desk.ask-transfer"), {key: t(f"transfer.{key}") for key in serving.TRANSFERS}
        )
        if kind is None:
            return
        if kind == "window":
            to = await self.choose_window()
        elif kind == "clerk":
            to = await self.choose_clerk()
        else:
            to = await self.choose_item(t(f"transfer.{kind}"))
        if to is None:
            return
        leg = await self.act(serving.transfer, kind, to)
        if leg is not None:
            self.say(t("desk.transferred", number=leg.number, kind=t(f"transfer.{kind}")), "good")

    async def reopen(self) -> None:
        last = await self.session.read(lookups.last_done, self.who.operator)
        answer = await self.answer(
            Question(t("desk.ask-reopen"), text=True, value=last, fold=True, limit=12)
        )
        if answer is None:
            return
        leg = await self.act(serving.reopen, answer.text)
        if leg is not None:
            self.say(t("desk.reopened", number=leg.number), "good")

    async def undo(self) -> None:
        undone = await self.act(undo.undo)
        if undone is not None:
            kind, number = undone
            self.say(t("desk.undone", what=t(f"event.{kind}"), number=number), "good")
