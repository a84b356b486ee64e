"""What every action of the desk needs: run a use case, ask, choose, say what was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from db.errors import StoreError
from db.store import Row, Store
from hallclient.actions import lookups, windows
from hallclient.actions.acting import Actor
from hallclient.rules.catalogue import Hall, Named, named
from hallclient.rules.errors import Refused
from hallclient.texts import language, t
from hallclient.words import refused_text, store_text
from screens.session import Session
from screens.widgets.choices import Option
from screens.widgets.question import Answer, Question, yes_no

if TYPE_CHECKING:
    from screens.widgets.ask import Ask

P = ParamSpec("P")
T = TypeVar("T")


def word_of(value: Named | str) -> str:
    """A word of the hall's configuration in the language spoken now."""
    return value if isinstance(value, str) else named(value, language())


class Asking:
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
        self.find_item = find_item
        self.asks = asks

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
        shown = tuple(Option(key, word_of(value)) for key, value in options.items())
        answer = await self.answer(Question(prompt, shown, **more))
        return None if answer is None else answer.key

    async def state_here(self) -> Row | None:
        """The leg at this window as it is in the store now."""
        return await self.session.read(lookups.leg_at, self.who.window)

    async def number(self, prompt: str, states: Sequence[str]) -> str | None:
        """A number to act on: the chosen row when it fits, else it is asked for."""
        row = self.chosen()
        preset = row["number"] if row is not None and row["state"] in states else ""
        answer = await self.answer(
            Question(prompt, text=True, value=preset, fold=True, find=None, limit=12)
        )
        return None if answer is None else answer.text

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
                "desk.window", number=row["number"], name=word_of(self.hall.windows[row["id"]])
            )
            for row in rows
            if row["id"] in self.hall.windows
        }
        return await self.search(t("transfer.window"), labels)

    async def choose_clerk(self) -> str | None:
        rows = await self.session.read(lookups.colleagues, self.who.operator)
        return await self.search(
            t("transfer.clerk"),
            {row["id"]: " ".join(dict.fromkeys((row["id"], row["name"]))) for row in rows},
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

    async def here_or_number(self, prompt: str) -> str | None:
        leg = await self.state_here()
        if leg is not None:
            return str(leg["number"])
        return await self.number(prompt, ("waiting", "blocked", "held"))

    async def confirm(self, prompt: str) -> bool:
        """A question whose safe answer is No."""
        answer = await self.answer(yes_no(prompt))
        return answer is not None and answer.key == "yes"
