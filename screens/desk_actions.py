"""What each key of the desk does: ask what is missing, run the use case, say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from db.errors import StoreError
from db.store import Row, Store
from hallclient.actions import calling, serving, shift, tickets, undo, windows
from hallclient.actions.acting import Actor
from hallclient.actions.tickets import Request
from hallclient.rules.catalogue import Hall, Named, named
from hallclient.rules.errors import Refused
from hallclient.rules.text import mask_name
from hallclient.texts import language, t
from hallclient.words import duration, refused_text, state_word, store_text, why_text
from screens.desk_text import item_name
from screens.session import Session
from screens.widgets.ask import Answer, Ask, Question, yes_no
from screens.widgets.choices import Option

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """The actions of a seat. The screen lends its session, its line that asks, its message line."""

    def __init__(
        self,
        session: Session,
        who: Actor,
        hall: Hall,
        ask: Ask,
        say: Callable[[str, str], None],
        chosen: Callable[[], Row | None],
        chosen_window: Callable[[], str],
        find: Callable[[str], Sequence[tuple[str, str]]],
        find_item: Callable[[str], Sequence[tuple[str, str]]],
        asks: Callable[[bool], None],
    ) -> None:
        self.session = session
        self.who = who
        self.hall = hall
        self.ask = ask
        self.say = say
        self.chosen = chosen
        self.chosen_window = chosen_window
        self.find = find
        self.find_item = find_item
        self.asks = asks

    # -- helpers

    async def act(
        self, action: Callable[Concatenate[Store, Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Run a use case; None after saying why it was refused."""
        try:
            return await self.session.write(action, self.who, *args, **kwargs)
        except Refused as refused:
            self.say(refused_text(refused), "warn")
        except StoreError as error:
            self.say(store_text(error), "alert")
        return None

    async def answer(self, question: Question) -> Answer | None:
        """Ask at the bottom of the desk; None when it was given up."""
        answer = self.ask.put(question)
        self.asks(True)
        try:
            return await answer
        finally:
            self.asks(False)

    async def choose(self, prompt: str, options: dict[str, Any], **more: Any) -> str | None:
        """Choose one of the hall's words by number; its id."""
        shown = tuple(Option(key, _word(value)) for key, value in options.items())
        answer = await self.answer(Question(prompt, shown, **more))
        return None if answer is None else answer.key

    async def state_here(self) -> Row | None:
        """The leg at this window as it is in the store now."""
        return await self.session.read(_leg_here, self.who.window)

    async def number(self, prompt: str, states: Sequence[str]) -> str | None:
        """A number to act on: the chosen row when it fits, else it is asked for."""
        row = self.chosen()
        preset = row["number"] if row is not None and row["state"] in states else ""
        answer = await self.answer(
            Question(prompt, text=True, value=preset, fold=True, find=None, limit=12)
        )
        return None if answer is None else answer.text

    # -- calling

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
            word = _word(self.hall.outcomes[outcome])
            self.say(t("desk.finished", number=done.number, outcome=word), "good")

    async def pass_over(self) -> None:
        leg = await self.act(calling.pass_over)
        if leg is not None:
            self.say(t(f"desk.passed-{leg.state}", number=leg.number), "good")

    # -- serving

    async def hold(self) -> None:
        reason = await self.choose(t("desk.ask-hold"), dict(self.hall.hold_reasons))
        if reason is None:
            return
        leg = await self.act(serving.hold, reason)
        if leg is not None:
            minutes = duration(self.hall.hold_reasons[reason].timer_ms)
            self.say(t("desk.held", number=leg.number, minutes=minutes), "good")

    async def resume(self) -> None:
        held = await self.session.read(_held, self.who.operator, self.who.window)
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

    async def choose_window(self) -> str | None:
        rows = [
            row
            for row in await self.session.read(windows.windows)
            if row["id"] != self.who.window and row["state"] != "closed"
        ]
        if not rows:
            self.say(t("desk.no-other-window"), "warn")
            return None
        labels = {
            row["id"]: t(
                "desk.window", number=row["number"], name=_word(self.hall.windows[row["id"]])
            )
            for row in rows
            if row["id"] in self.hall.windows
        }
        return await self.search(t("transfer.window"), labels)

    async def choose_clerk(self) -> str | None:
        rows = await self.session.read(_colleagues, self.who.operator)
        return await self.search(
            t("transfer.clerk"), {row["id"]: f"{row['id']} {row['name']}" for row in rows}
        )

    async def choose_item(self, prompt: str) -> str | None:
        answer = await self.answer(
            Question(prompt, find=self.find_item, placeholder=t("desk.find-item"))
        )
        return None if answer is None else answer.key

    async def search(self, prompt: str, labels: dict[str, str]) -> str | None:
        """Choose from a list that may be long, by typing a part of it."""

        def find(text: str) -> list[tuple[str, str]]:
            wanted = text.strip().casefold()
            return [
                (key, label)
                for key, label in labels.items()
                if wanted in label.casefold() or wanted in key.casefold()
            ]

        answer = await self.answer(Question(prompt, find=find))
        return None if answer is None else answer.key

    async def reopen(self) -> None:
        last = await self.session.read(_last_done, self.who.operator)
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

    # -- numbers

    async def take(self, item: str = "") -> None:
        code = item or await self.choose_item(t("desk.ask-take"))
        if code is None:
            return
        person: dict[str, str] = {}
        for name in ("name", "identity"):
            answer = await self.answer(
                Question(
                    t(f"desk.ask-{name}", item=item_name(self.hall, code)),
                    text=True,
                    required=False,
                    fold=name == "identity",
                    limit=60,
                    placeholder=t("desk.may-be-empty"),
                )
            )
            if answer is None:
                return
            person[name] = answer.text
        ticket = await self.act(tickets.take, Request([code], person=person))
        if ticket is None:
            return
        name = mask_name(person["name"]) if person["name"] else ""
        self.say(
            t("desk.took", number=ticket.number, item=item_name(self.hall, code), name=name), "good"
        )

    async def add_service(self) -> None:
        number = await self.here_or_number(t("desk.ask-add"))
        if number is None:
            return
        code = await self.choose_item(t("desk.ask-add-item", number=number))
        if code is None:
            return
        ticket = await self.act(tickets.add_service, number, code, after_current=True)
        if ticket is not None:
            self.say(t("desk.added", number=number, item=item_name(self.hall, code)), "good")

    async def verify_priority(self) -> None:
        number = await self.number(t("desk.ask-priority"), ("waiting", "blocked"))
        if number is None:
            return
        kind = await self.choose(
            t("desk.ask-priority-kind", number=number), dict(self.hall.priorities)
        )
        if kind is None:
            return
        known = self.hall.priorities[kind]
        proof = known.proof_en if language() == "en" and known.proof_en else known.proof_zh
        answer = await self.answer(
            Question(t("desk.ask-proof", number=number), text=True, value=proof, limit=60)
        )
        if answer is None:
            return
        if await self.act(tickets.verify_priority, number, kind, answer.text) is not None:
            self.say(t("desk.verified-now", number=number, kind=_word(known)), "good")

    async def leave(self) -> None:
        number = await self.number(
            t("desk.ask-leave"), ("waiting", "blocked", "held", "passed", "external")
        )
        if number is None:
            return
        reason = await self.choose(
            t("desk.ask-leave-reason", number=number), dict(self.hall.cancel_reasons)
        )
        if reason is None:
            return
        if await self.act(tickets.cancel, number, reason) is not None:
            self.say(t("desk.left", number=number), "good")

    async def reinstate(self) -> None:
        """A passed number comes back, or what a visitor waited for outside is there."""
        rows = await self.session.read(_come_back)
        if not rows:
            return self.say(t("desk.nobody-to-reinstate"), "warn")
        labels = {row["number"]: f"{row['number']} {state_word(row['state'])}" for row in rows}
        number = await self.search(t("desk.ask-reinstate"), labels)
        if number is None:
            return None
        outside = any(row["number"] == number and row["state"] == "external" for row in rows)
        back = await self.act(tickets.come_back if outside else tickets.reinstate, number)
        if back is not None:
            self.say(t("desk.came-back" if outside else "desk.reinstated", number=number), "good")
        return None

    async def here_or_number(self, prompt: str) -> str | None:
        leg = await self.state_here()
        if leg is not None:
            return str(leg["number"])
        return await self.number(prompt, ("waiting", "blocked", "held"))

    # -- the window

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
        role = await self.session.read(_role, taker.text)
        return Actor(taker.text, role, self.who.window)

    # -- a supervisor's

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

    async def confirm(self, prompt: str) -> bool:
        """A question whose safe answer is No."""
        answer = await self.answer(yes_no(prompt))
        return answer is not None and answer.key == "yes"


def _word(value: Named | str) -> str:
    return value if isinstance(value, str) else named(value, language())


def _leg_here(store: Store, window: str) -> Row | None:
    return store.row(
        "SELECT leg.* FROM window JOIN leg ON leg.id = window.leg WHERE window.id = ?", window
    )


def _held(store: Store, operator: str, window: str) -> list[Row]:
    return store.rows(
        "SELECT number, item FROM leg WHERE state = 'held' AND (operator = ? OR return_window = ?) "
        "AND day = ? ORDER BY since, id",
        operator,
        window,
        store.env.day(store.env.now()),
    )


def _come_back(store: Store) -> list[Row]:
    return store.rows(
        "SELECT number, state FROM leg WHERE state IN ('passed', 'external') AND day = ? "
        "ORDER BY since, id",
        store.env.day(store.env.now()),
    )


def _colleagues(store: Store, operator: str) -> list[Row]:
    return store.rows(
        "SELECT id, name FROM operator WHERE state = 'active' AND role <> 'administrator' "
        "AND id <> ? ORDER BY id",
        operator,
    )


def _last_done(store: Store, operator: str) -> str:
    row = store.row(
        "SELECT number FROM leg WHERE operator = ? AND state = 'done' AND day = ? "
        "ORDER BY closed_at DESC LIMIT 1",
        operator,
        store.env.day(store.env.now()),
    )
    return "" if row is None else str(row["number"])


def _role(store: Store, operator: str) -> str:
    row = store.row("SELECT role FROM operator WHERE id = ?", operator)
    return "" if row is None else str(row["role"])
