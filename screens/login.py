"""Signing in: who, with what password, at which window."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from db.errors import StoreError
from hallclient.actions import seat, staff, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall import hall_of
from hallclient.rules.catalogue import named
from hallclient.rules.errors import Refused
from hallclient.rules.text import cut
from hallclient.texts import language, t
from hallclient.words import refused_text, store_text
from screens.base import STYLES, HallScreen
from screens.widgets.content import Words, line
from screens.widgets.field import Field

FIELDS = ("operator", "password", "window")
NEW_FIELDS = ("first", "second")
FREE_CELLS = 100


class LoginScreen(HallScreen):
    """Operator, password, window; a first password is changed before anything else."""

    CSS_PATH = "login.tcss"
    BINDINGS = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("ctrl+t", "speak", show=False),
        Binding("ctrl+q,ctrl+c", "leave", show=False, priority=True),
    ]
    AUTO_FOCUS = ""
    TYPED_AHEAD_S = 3.0

    def __init__(self, operator: str = "", window: str = "") -> None:
        super().__init__()
        self._preset = {"operator": operator, "window": window, "password": ""}
        self._who: Actor | None = None
        self._old = ""

    def compose(self) -> ComposeResult:
        """A few labelled fields in the middle."""
        with Vertical(id="card"):
            yield Words(id="hall")
            for name in FIELDS:
                with Horizontal(classes="row first"):
                    yield Words(id=f"label-{name}", classes="label")
                    yield Field(
                        self._preset[name],
                        id=name,
                        password=name == "password",
                        fold=name == "window",
                        limit=64,
                    )
            for name in NEW_FIELDS:
                with Horizontal(classes="row new"):
                    yield Words(id=f"label-{name}", classes="label")
                    yield Field(id=name, password=True, limit=64)
            yield Words(id="said")
            yield Words(id="help")

    def on_mount(self) -> None:
        """Say it in the language spoken now; begin with the first empty field."""
        self.speak()
        first = next((name for name in FIELDS if not self._preset[name]), "password")
        self._go_to(first)

    def speak(self) -> None:
        """Every word of the screen in the language spoken now."""
        app = self.hall_app
        hall = hall_of(app.session.store)
        title = named(hall, language())
        demo = t("desk.demo-mark") + " " if app.session.store.demo else ""
        self.query_one("#hall", Words).say(line((demo, "$text-warning"), (title, "bold")))
        for name in (*FIELDS, *NEW_FIELDS):
            self.query_one(f"#label-{name}", Words).say(t(f"login.{name}"))
        self.query_one("#window", Field).placeholder = t("login.window-hint")
        self.query_one("#first", Field).placeholder = t(
            "login.first-hint", n=hall.staff.password_min
        )
        told = [t("login.help")] if self.has_class("-new") else [self._free(), t("login.help")]
        self.query_one("#help", Words).say("\n".join(told), layout=True)

    def _free(self) -> str:
        rows = windows.windows(self.hall_app.session.store)
        free = " ".join(row["id"] for row in rows if row["state"] == "closed")
        return t("login.free", windows=cut(free, FREE_CELLS) or "-")

    def _go_to(self, name: str) -> None:
        # At once: `focus()` would come after keys that are waiting already.
        self.set_focus(self.query_one(f"#{name}", Field))

    def action_step(self, step: int) -> None:
        """Another field."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    async def action_leave(self) -> None:
        """End the program."""
        self.app.exit(0)

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.stop()
        name = event.field.id or ""
        if name in NEW_FIELDS:
            if name == NEW_FIELDS[0]:
                self._go_to("second")
            else:
                self.do_alone(self._change)
            return
        if name != FIELDS[-1]:
            self._go_to(FIELDS[FIELDS.index(name) + 1])
            return
        self.do_alone(self._sign_in)

    @on(Field.Scanned)
    def _scanned(self, event: Field.Scanned) -> None:
        event.stop()
        self.say(t("login.scan"))

    @on(Field.Notice)
    def _noticed(self, event: Field.Notice) -> None:
        event.stop()
        self.say(event.text)

    def say(self, text: str, style: str = "warn") -> None:
        """Say what is wrong, where the eyes are."""
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)

    async def _sign_in(self) -> None:
        values = {name: self.query_one(f"#{name}", Field).value.strip() for name in FIELDS}
        password = self.query_one("#password", Field).value
        self.say(t("login.checking"))
        try:
            who, must_change = await self.hall_app.session.write(
                seat.sit_down, values["operator"], password, values["window"]
            )
        except Refused as refused:
            self.say(refused_text(refused))
            if refused.code in ("sign-in", "sign-in-locked"):
                self.query_one("#password", Field).value = ""
                self._go_to("password")
        except StoreError as error:
            self.say(store_text(error))
        else:
            self._who, self._old = who, password
            if must_change:
                self._ask_new()
            else:
                self.hall_app.signed_in(who)

    def _ask_new(self) -> None:
        self.add_class("-new")
        self.speak()
        self.say(t("login.must-change"))
        self._go_to("first")

    async def _change(self) -> None:
        first, second = (self.query_one(f"#{name}", Field).value for name in NEW_FIELDS)
        if first != second or self._who is None:
            self.say(t("login.different"))
            self.query_one("#second", Field).value = ""
            return
        try:
            await self.hall_app.session.write(staff.change_password, self._who, self._old, first)
            who, _ = await self.hall_app.session.write(
                seat.sit_down, self._who.operator, first, self._who.window
            )
        except Refused as refused:
            self.say(refused_text(refused))
        except StoreError as error:
            self.say(store_text(error))
        else:
            self.hall_app.signed_in(who)
