"""The locked desk: the work stays, nothing of it is seen."""

from __future__ import annotations

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from db.errors import StoreError
from hallclient.actions import staff
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens.base import STYLES, HallScreen
from screens.widgets.content import Words, line
from screens.widgets.field import Field


class LockScreen(HallScreen):
    """Only the operator's own password opens it; signing out leaves the window as it is."""

    CSS_PATH = "login.tcss"
    BINDINGS = [
        Binding("ctrl+t", "speak", show=False),
        Binding("ctrl+q", "leave", show=False, priority=True),
    ]
    AUTO_FOCUS = "#password"
    TYPED_AHEAD_S = 3.0

    def __init__(self, who: Actor, *, hint: str = "") -> None:
        super().__init__()
        self._who = who
        self._hint = hint

    def compose(self) -> ComposeResult:
        """The operator, and a field for the password."""
        with Vertical(id="card"):
            yield Words(id="hall")
            with Horizontal(classes="row"):
                yield Words(id="label-password", classes="label")
                yield Field(id="password", password=True, limit=64)
            yield Words(id="said")
            yield Words(id="help")

    def on_mount(self) -> None:
        """Say what this is."""
        self.speak()

    def speak(self) -> None:
        """Every word of the screen in the language spoken now."""
        who = filter(None, (self._who.operator, self._who.window))
        title = t("lock.title", who=" \u00b7 ".join(who))
        self.query_one("#hall", Words).say(line((title, "bold")), layout=True)
        self.query_one("#label-password", Words).say(t("login.password"))
        self.query_one("#help", Words).say(
            t("lock.help") + (f"\n{self._hint}" if self._hint else ""), layout=True
        )

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    async def action_leave(self) -> None:
        """Sign out; the window keeps its visitor."""
        await self.hall_app.sign_out()

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.stop()
        self.do_alone(partial(self._open, event.value))

    @on(Field.Scanned)
    @on(Field.Notice)
    def _ignored(self, event: Field.Scanned | Field.Notice) -> None:
        event.stop()

    async def _open(self, password: str) -> None:
        self.query_one("#password", Field).value = ""
        try:
            await self.hall_app.session.write(
                staff.authenticate, self._who.operator, password, self._who.window
            )
        except Refused as refused:
            self.say(refused_text(refused))
        except StoreError as error:
            self.say(store_text(error))
        else:
            self.hall_app.unlocked()

    def say(self, text: str, style: str = "warn") -> None:
        """Say why it stays locked."""
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)
