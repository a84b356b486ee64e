"""Is this certificate ours (核验)? A code is typed or scanned, and all that is known is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets.input import Selection

from hallclient.actions import certificate_handover
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_known import Known, known
from hallclient.actions.certificate_verify import Verdict
from hallclient.actions.region_table import regions
from hallclient.rules import uscc
from hallclient.rules.catalogue import Hall
from hallclient.rules.judged import Judged
from hallclient.texts import t
from screens import certificate_verify_text as said
from screens.actions import VERIFY, bindings
from screens.certificate_screen import CertificateScreen
from screens.widgets.content import Words
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from screens.widgets.table import VirtualTable

LONGEST = 400
"""Characters of what can be verified: a signed QR code has below 300."""


class VerifyScreen(CertificateScreen):
    """One line to type or scan into; Esc goes back."""

    CSS_PATH = ["certificate_screen.tcss", "certificate_verify.tcss"]
    SCREEN = VERIFY
    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar = [
        *bindings(VERIFY),
        Binding("escape", "back", show=False),
        Binding("down", "row(1)", show=False),
        Binding("up", "row(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self, who: Actor, hall: Hall, text: str = "") -> None:
        super().__init__(who, hall)
        self._first = text
        self.found: Known | None = None
        self.judged: Judged | None = None
        """What is wrong with a code that has the form of none."""
        self._do: dict[str, Callable[[], Awaitable[None]]] = {
            "verify_now": self._verify,
            "verify_offer": self._take_offer,
            "verify_face": self._face,
            "verify_collector": self._collector,
            **self._program,
        }

    def above(self) -> Sequence[Widget]:
        """The line to type into, and below it what can be said at once."""
        self._prompt = Words(id="prompt")
        self._field = Field(id="text", limit=LONGEST)
        self._verdict = Words(id="verdict")
        return (Horizontal(self._prompt, self._field, id="entry"), self._verdict)

    def on_mount(self) -> None:
        """What was scanned elsewhere is verified at once."""
        super().on_mount()
        self._table.can_focus = False
        if self._first:
            self._field.value = self._first
            self.do_alone(self._verify)

    # -- showing

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self.head(t("certverify.title"), t("certverify.offline"))
        self._prompt.say(t("certverify.prompt"), layout=True)
        self._field.placeholder = t("certverify.hint")
        self._show()

    def _show(self) -> None:
        found = self.found
        self._verdict.display = found is not None
        self._table.set_columns(said.columns(), "")
        if found is None:
            self.show_rows([])
            self.detail(t("certverify.begin"))
            return
        verdict = found.verified.verdict
        for one in said.LOOKS:
            self._verdict.set_class(said.LOOK[verdict] == one, f"-{one}")
        self._verdict.say(said.verdict(found, self.judged, self.width - 4), layout=True)
        self.show_rows(said.rows(found, self.judged, self._table_width))
        self.detail("")

    @property
    def _table_width(self) -> int:
        return said.text_width(self.width)

    @on(VirtualTable.RowHighlighted, "#list")
    def _other_line(self) -> None:
        self._keys.refresh_keys()

    # -- keys

    async def action_verify(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.perform(action)

    async def do(self, action: str) -> None:
        """Carry out an action of the registry."""
        await self._do[action]()

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        if action == "verify_offer" and not self._offers:
            return t("certverify.why.no-offer")
        if action == "verify_face" and not self._subject:
            return t("certverify.why.no-face")
        if action == "verify_collector":
            return self.no_role("personal.view") or (
                None if self._handed else t("certverify.why.not-fetched")
            )
        return None

    def no_key(self, action: str) -> bool:
        """Offers are there for a wrong code only."""
        return action == "verify_offer" and not self._offers

    def action_row(self, step: int) -> None:
        """Another line while the cursor stays where one types."""
        self._table.action_move(step)

    def action_page(self, step: int) -> None:
        """A page of lines."""
        self._table.action_page(step)

    @on(Field.Entered, "#text")
    async def _entered(self, event: Field.Entered) -> None:
        event.stop()
        await self.perform("verify_now")

    @on(Field.Scanned)
    @on(Scanned)
    def _scanned(self, event: Field.Scanned | Scanned) -> None:
        event.stop()
        self._field.value = event.code
        self.do_alone(self._verify)

    def on_field_notice(self, event: Field.Notice) -> None:
        """The line has no room for it."""
        event.stop()
        self.say(event.text, "warn")

    # -- what they do

    async def _verify(self) -> None:
        self.say("")
        text = self._field.value
        found = await self.look_up(known, text)
        if found is None:
            return
        self.found, self.judged = found, None
        if found.verified.verdict is Verdict.MALFORMED and not said.is_own(text):
            self.judged = uscc.read(text, regions=regions())
        self._show()
        self._table.action_first()
        # The next code takes the place of this one; of a long one its beginning is seen.
        self._field.selection = Selection(len(self._field.value), 0)

    @property
    def _offers(self) -> tuple[str, ...]:
        return tuple(one.right for one in self.judged.slips) if self.judged is not None else ()

    async def _take_offer(self) -> None:
        """The offer that is chosen, else the likeliest."""
        row = self._table.selected
        chosen = said.offer_of(row) if row is not None else None
        self._field.value = self._offers[chosen or 0]
        await self._verify()

    @property
    def _subject(self) -> str:
        """The copy or issue that is chosen, else the one that was held out, else the newest."""
        found, row = self.found, self._table.selected
        if found is None:
            return ""
        chosen = said.subject_of(row) if row is not None else ""
        if chosen:
            return chosen
        if found.verified.copy is not None:
            return str(found.verified.copy["id"])
        return str(found.verified.certificates[0]["id"]) if found.verified.certificates else ""

    async def _face(self) -> None:
        from screens.certificate_look import CertificateLook

        self.app.push_screen(CertificateLook(self.who, self.hall, self._subject))

    @property
    def _handed(self) -> str:
        """The chosen issue when somebody has it, else the newest that somebody has."""
        found, row = self.found, self._table.selected
        if found is None:
            return ""
        handed = [one["id"] for one in found.verified.certificates if one["id"] in found.fetched]
        chosen = said.subject_of(row) if row is not None else ""
        return chosen if chosen in handed else next(iter(handed), "")

    async def _collector(self) -> None:
        told = await self.act(certificate_handover.receipt_of, self._handed)
        if told is not None:
            self.reveal(said.collector(told))
