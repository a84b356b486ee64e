"""Calling, starting, finishing, passing over."""

from __future__ import annotations

from typing import Any

from db.errors import StoreError
from db.store import Row
from hallclient.actions import calling, serving
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text, why_text
from screens.desk_asking import Asking, word_of
from screens.desk_text import item_name


class Calling(Asking):
    """Calling, starting, finishing, passing over."""

    async def call(self) -> None:
        called = await self.act(calling.call_next)
        if called is not None:
            self.told_call(called)

    async def call_chosen(self) -> None:
        row = self.chosen()
        if row is None or row["state"] != "waiting":
            return self.say(t("desk.choose-first"), "warn")
        await self.call_number(row["number"])
        return None

    async def call_number(self, number: str) -> None:
        """Call this number; a reason is asked for only when it is not its turn."""
        try:
            called = await self.session.write(calling.call_chosen, self.who, number, "")
        except Refused as refused:
            if refused.code != "reason-needed":
                return self.say(refused_text(refused), "warn")
        except StoreError as error:
            return self.say(store_text(error), "alert")
        else:
            return self.told_call(called)
        reason = await self.choose(
            t("desk.ask-order-reason", number=number), dict(self.hall.order_reasons)
        )
        if reason is not None:
            chosen = await self.act(calling.call_chosen, number, reason)
            if chosen is not None:
                self.told_call(chosen)
        return None

    def told_call(self, called: calling.Called) -> None:
        leg = called.leg
        key = "desk.called-again" if called.again else "desk.called"
        self.say(
            t(
                key,
                number=leg.number,
                item=item_name(self.hall, leg.item),
                why=why_text(called.why),
            ),
            "good",
        )

    async def recall(self) -> None:
        called = await self.act(calling.recall)
        if called is not None:
            self.say(t("desk.recalled", number=called.leg.number, n=called.leg.attempts), "good")

    async def start_or_finish(self) -> None:
        leg = await self.state_here()
        if leg is not None and leg["state"] == "serving":
            return await self.finish(leg)
        started = await self.act(calling.start)
        if started is not None:
            self.say(t("desk.started", number=started.number), "good")
        return None

    async def finish(self, leg: Row) -> None:
        options: dict[str, Any] = dict(self.hall.outcomes)
        prompt = t("desk.ask-outcome", number=leg["number"])
        if leg["doubted_at"]:
            options["still"] = t("desk.still")
            prompt = t("desk.ask-doubted", number=leg["number"])
        outcome = await self.choose(prompt, options)
        if outcome is None:
            return
        if outcome == "still":
            if await self.act(serving.still_serving) is not None:
                self.say(t("desk.confirmed", number=leg["number"]), "good")
            return
        done = await self.act(serving.finish, outcome)
        if done is not None:
            word = word_of(self.hall.outcomes[outcome])
            self.say(t("desk.finished", number=done.number, outcome=word), "good")

    async def pass_over(self) -> None:
        leg = await self.act(calling.pass_over)
        if leg is not None:
            self.say(t(f"desk.passed-{leg.state}", number=leg.number), "good")
