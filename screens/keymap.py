"""The key map: every key, what it does, and why it does nothing now."""

from textual.app import ComposeResult
from textual.binding import Binding

from hallclient.texts import t
from screens.actions import DESK
from screens.base import STYLES, HallScreen
from screens.keypages import Why, key_columns, key_rows
from screens.keys import current, keys_file
from screens.widgets.content import Words, line
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable


class KeyMapScreen(HallScreen):
    """A list over the desk; any key that opened it closes it again."""

    BINDINGS = [
        Binding(
            ",".join(("escape", "enter", *current().of("keys"))), "close", show=False, priority=True
        ),
        Binding(",".join(current().of("language")), "speak", show=False),
    ]
    AUTO_FOCUS = "VirtualTable"
    DEFAULT_CSS = """
    KeyMapScreen { & Words { height: 1; padding: 0 1; } }
    """

    def __init__(self, why_not: Why, screen: str = DESK) -> None:
        super().__init__()
        self._why_not = why_not
        self._of = screen

    def compose(self) -> ComposeResult:
        """A title, the list, how to go back."""
        yield Words(id="title")
        yield VirtualTable(key_columns(), id="keymap")
        yield Words(id="foot")

    def on_mount(self) -> None:
        """Fill it."""
        self.speak()

    def speak(self) -> None:
        """Every word in the language spoken now."""
        self.query_one("#title", Words).say(line((t("keys.title"), "bold")))
        table = self.query_one(VirtualTable)
        table.set_columns(key_columns())
        table.replace_source(ListSource(key_rows(current(), self._why_not, screen=self._of)))
        own = t("keys.files", file=str(keys_file()))
        self.query_one("#foot", Words).say(line((t("keys.close"), "bold"), (own, "dim"), gap="  "))

    def say(self, text: str, style: str = "") -> None:
        """Nothing can go wrong here; if it does, at the bottom."""
        self.query_one("#foot", Words).say(line((text, STYLES[style])))

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    def action_close(self) -> None:
        """Back to the desk."""
        self.app.pop_screen()
