"""Screens whose keys are the registry's: one action at a time, in the order of the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on

from db.errors import StoreError
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens.actions import BY_ID
from screens.base import HallScreen
from screens.keypages import CommandSearch
from screens.keys import current
from screens.widgets.ask import Ask
from screens.widgets.footer import KeyLine
from screens.widgets.question import Answer, Question


class KeyedScreen(HallScreen):
    """Over the desk, with a key line and a line that asks; `action_<SCREEN>` calls `perform`."""

    SCREEN: ClassVar[str]
    """The screen in the registry of actions."""
    ask: Ask

    def __init__(self) -> None:
        super().__init__()
        self._busy = self._chained = ""
        self._commands: CommandSearch | None = None
        self._program: dict[str, Callable[[], Awaitable[None]]] = {
            "keys": self._show_keys,
            "palette": self._palette,
            "lock": self._lock,
            "language": self._language,
        }

    # -- one action at a time

    async def perform(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.settled()
        if self.ask.is_open:
            if self._busy == action and self.chosen_by_its_key():
                self.ask.choose_current()
                return
            self.ask.cancel()
            await self.settled()
        if self._busy:
            return
        self.put_aside()
        why = self.why_not(action)
        if why is not None:
            self.say(t("footer.disabled", label=t(BY_ID[action].label_key), why=why), "warn")
            return
        self._busy = action
        self._settled.clear()
        self.run_worker(self._perform(action), group="act", exit_on_error=False)

    async def _perform(self, action: str) -> None:
        try:
            await self.do(action)
        except (Refused, StoreError) as error:
            self.tell(error)
        finally:
            self._busy, chained, self._chained = "", self._chained, ""
            if chained:
                await self.perform(chained)
            if not self._busy:
                self._settled.set()

    async def settled(self) -> None:
        """Wait until the running action is done or asks something; at most a second."""
        if self._busy and not self.ask.is_open:
            # Answered, and the action has not yet heard of it.
            self._settled.clear()
        await super().settled()

    @on(KeyLine.Pressed)
    async def _pressed(self, event: KeyLine.Pressed) -> None:
        event.stop()
        await self.perform(event.action)

    async def answer(self, question: Question) -> Answer | None:
        """Ask on the line at the bottom; None: never mind."""
        self._settled.set()
        try:
            return await self.ask.put(question)
        finally:
            self._settled.clear()

    def tell(self, error: Refused | StoreError) -> None:
        """What was refused, or what is wrong with the store."""
        told = refused_text(error) if isinstance(error, Refused) else store_text(error)
        self.say(told, "alert")

    # -- what subclasses do

    async def do(self, action: str) -> None:
        """Carry out an action of the registry; those of the program stand in `_program`."""
        raise NotImplementedError

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now, in words; None when it does."""
        raise NotImplementedError

    def label_now(self, action: str) -> str | None:
        """What a key that does one thing or another does now."""
        return None

    def put_aside(self) -> None:
        """Leave what is being typed before something else is done."""

    def chosen_by_its_key(self) -> bool:
        """Whether the key that asked, pressed again, chooses what the cursor is on."""
        return False

    # -- the program

    async def _show_keys(self) -> None:
        self.hall_app.show_keys(self.why_not, self.SCREEN)

    async def _palette(self) -> None:
        if self._commands is None:
            self._commands = CommandSearch(current(), self.why_not, self.label_now, self.SCREEN)
        question = Question(
            t("desk.palette"), find=self._commands.find, placeholder=t("desk.palette-hint")
        )
        chosen = await self.answer(question)
        self._chained = chosen.key if chosen is not None else ""

    async def _lock(self) -> None:
        self.hall_app.lock()

    async def _language(self) -> None:
        self.hall_app.switch_language()
