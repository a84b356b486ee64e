"""The program on the screen: who is signed in, which screen shows, what happens when it fails."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from db import presence
from db.env import Env, system_env
from hallclient.actions import staff
from hallclient.actions.acting import Actor
from hallclient.actions.hall import hall_of
from hallclient.rules.catalogue import Hall
from hallclient.rules.roles import Role
from hallclient.rules.scan import ENDS
from hallclient.words import set_time_zone
from screens.actions import DESK
from screens.base import HallScreen, switch_language
from screens.failing import last_words
from screens.keypages import Why
from screens.session import Session
from screens.widgets.gate import ScanGate

if TYPE_CHECKING:
    from hallclient.actions.watch import Memory

MOVES = frozenset({"up", "down", "pageup", "pagedown", "home", "end", "tab", "shift+tab"})


def watches(who: Actor) -> bool:
    """Whether somebody's first screen is the live view of the hall."""
    return who.role == Role.SUPERVISOR and not who.window


class HallApp(ScanGate):
    """One window, one clerk, one machine, one screen."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []
    SHEET = ""
    """Style sheet of the first screen of a program made from this one."""

    def __init__(
        self,
        session: Session,
        *,
        who: Actor | None = None,
        operator: str = "",
        window: str = "",
        hint: str = "",
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        # The first screen is not pushed, so its own style sheet would not be read.
        first = "login.tcss" if who is None else "live.tcss" if watches(who) else "desk.tcss"
        super().__init__(css_path=["app.tcss", self.SHEET or first])
        self.session = session
        set_time_zone(session.store.meta["time_zone"])
        self.who = who
        self.hint = hint
        self.animation_level = "none"
        self._preset = (operator, window)
        self._on_ready = on_ready
        self._last_input = monotonic()
        self._locked = False
        self.memory: Memory | None = None
        """What the live view remembers; it outlives the screen."""

    @property
    def hall(self) -> Hall:
        """The hall's configuration in force."""
        return hall_of(self.session.store)

    def get_css_variables(self) -> dict[str, str]:
        """Brighter than the theme's: what is late must be legible on a dull screen."""
        return {**super().get_css_variables(), "text-error": "#ff8f8f"}

    def get_default_screen(self) -> HallScreen:
        """The desk for somebody who is signed in already, else the login."""
        first = self._desk(self.who) if self.who is not None else self._login()
        # A screen that was not pushed has no callback, and switching from it takes one off.
        first._push_result_callback(first, None)
        return first

    def _desk(self, who: Actor) -> HallScreen:
        """Where somebody works: a supervisor who sits at no window watches the hall."""
        return self._live(who, self.hint) if watches(who) else self._numbers(who, self.hint)

    def _live(self, who: Actor, hint: str = "") -> HallScreen:
        from screens.live import LiveScreen

        return LiveScreen(who, self.hall, hint=hint)

    def _numbers(self, who: Actor, hint: str = "") -> HallScreen:
        from screens.desk import DeskScreen

        return DeskScreen(who, self.hall, hint=hint)

    def other_view(self) -> None:
        """From the live view of the hall to its numbers, or back."""
        if self.who is not None and not self._locked:
            live = isinstance(self.screen, HallScreen) and self.screen.LIVE
            self.switch_screen(self._numbers(self.who) if live else self._live(self.who))

    def _login(self) -> HallScreen:
        from screens.login import LoginScreen

        return LoginScreen(*self._preset)

    def on_mount(self) -> None:
        """Watch for idle seats; start what was to wait for the first frame."""
        self.title = ""
        self.set_interval(5.0, self._idle)
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        gc.freeze()
        gc.enable()
        self.session.keep_in_step()
        if self._on_ready is not None:
            self._on_ready()

    # -- signing in and out

    def signed_in(self, who: Actor) -> None:
        """Show the desk of this operator."""
        self.who = who
        self._last_input = monotonic()
        self.switch_screen(self._desk(who))

    async def sign_out(self) -> None:
        """Back to the login. The window keeps its visitor and what it holds."""
        who, self.who = self.who, None
        if who is not None:
            await self.session.write(staff.sign_out, who)
            presence.leave(self.session.path, who.window)
            self._preset = ("", who.window)
        if self._locked:
            self._locked = False
            self.pop_screen()
        self.switch_screen(self._login())

    async def leave(self) -> None:
        """End the program; the session ends with it."""
        if self.who is not None:
            await self.session.write(staff.sign_out, self.who)
            presence.leave(self.session.path, self.who.window)
        self.exit(return_code=0)

    # -- locking

    def lock(self) -> None:
        """Cover the desk; everything on it stays as it is."""
        if self.who is None or self._locked:
            return
        from screens.lock import LockScreen

        self._locked = True
        self.push_screen(LockScreen(self.who, hint=self.hint if self.session.store.demo else ""))

    def unlocked(self) -> None:
        """Uncover it."""
        self._locked = False
        self._last_input = monotonic()
        self.pop_screen()

    async def on_event(self, event: events.Event) -> None:
        """Every key and click shows that somebody is there."""
        if isinstance(event, (events.Key, events.MouseDown, events.Paste)):
            self._last_input = monotonic()
        await super().on_event(event)

    async def before_key(self, event: events.Key) -> bool:
        """A key typed ahead waits for what the one before started; moving in a list does not.

        An Enter that was waiting when the screen changed was meant for the screen before: on the
        desk it would call a visitor.
        """
        if event.key in MOVES or not self._screen_stack:
            return True
        first = screen = self.screen
        while isinstance(screen, HallScreen):
            await screen.settled()
            if screen is self.screen:
                break
            screen = self.screen
        return screen is first or event.key not in ENDS

    def _idle(self) -> None:
        limit = self.hall.staff.idle_lock_ms / 1000
        if limit and monotonic() - self._last_input > limit:
            self.lock()

    # -- the language

    def switch_language(self) -> None:
        """Chinese, English, Chinese."""
        switch_language(self)

    def show_keys(self, why_not: Why, screen: str = DESK) -> None:
        """The key map of a screen."""
        from screens.keymap import KeyMapScreen

        self.push_screen(KeyMapScreen(why_not, screen))

    # -- failing

    def _fatal_error(self) -> None:
        self._exit_renderables.append(last_words(self._exception))
        self._close_messages_no_wait()


def run(
    path: Path,
    *,
    who: Actor | None = None,
    operator: str = "",
    window: str = "",
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
    hint: str = "",
    prepared: Callable[[], object] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Show the hall on this terminal until the person leaves; the exit code.

    ``who`` is signed in already (the demo); else the login shows ``operator`` and ``window``.
    ``prepared`` returns when the store is there; ``on_ready`` is called after the first frame.
    Raises StoreError when the store cannot be opened.
    """
    if prepared is not None:
        prepared()
    session = Session(path, make_env=make_env, passphrase=passphrase)
    try:
        app = HallApp(
            session, who=who, operator=operator, window=window, hint=hint, on_ready=on_ready
        )
        app.run()
        return app.return_code or 0
    finally:
        session.close()
