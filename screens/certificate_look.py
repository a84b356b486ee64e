"""The face of a certificate, copy by copy: as text, as a picture of the page, as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.binding import Binding
from textual.widget import Widget

from db.errors import StoreError
from db.store import Row, Store
from hallclient.actions import certificate_lists, certificate_pdf, certificate_print
from hallclient.actions.acting import Actor, admit
from hallclient.actions.certificate_lists import Look
from hallclient.actions.certificate_pdf import Sheet
from hallclient.actions.certificate_rows import certificate_row, copies_of, copy_row
from hallclient.actions.paper_printer import save, send, this_machines
from hallclient.rules.catalogue import Hall
from hallclient.rules.certificate.states import ASSIGNED, SEALED
from hallclient.rules.errors import Refused
from hallclient.texts import t
from screens import certificate_look_text as said
from screens.actions import LOOK, bindings
from screens.certificate_screen import CertificateScreen
from screens.keys import current
from screens.widgets.picture import Picture
from screens.widgets.picture_codes import Way, way_of
from screens.widgets.question import Question, yes_no

DOTS = 120
"""Dots an inch of a picture: an A4 page is then as wide as a large terminal's window."""
SAVED_DOTS = 300
"""Of one that is saved: as printed."""
TEXT = "text"
EXISTS = "file-exists"


class Places(NamedTuple):
    """A certificate and its copies that have a face; the first place is its words as they are."""

    certificate: Row
    copies: tuple[Row, ...]


def places(store: Store, who: Actor, subject: str) -> Places:
    """Of a copy or a certificate by id. Raises ``no-such-certificate``, ``no-such-copy``."""
    admit(store, who, "certificate.read")
    if "/y/" in subject:
        certificate = certificate_row(store, copy_row(store, subject)["certificate"])
    else:
        certificate = certificate_row(store, subject)
    printed = (one for one in copies_of(store, certificate["id"]) if one["sha256"])
    return Places(certificate, tuple(printed))


class CertificateLook(CertificateScreen):
    """Over the lists; Esc goes back."""

    CSS_PATH = ["certificate_screen.tcss", "certificate_look.tcss"]
    SCREEN = LOOK
    BINDINGS: ClassVar = [*bindings(LOOK), Binding("escape", "back", show=False)]

    def __init__(self, who: Actor, hall: Hall, subject: str) -> None:
        super().__init__(who, hall)
        self._subject = subject
        self.places: Places | None = None
        self.place = 0
        self.look: Look | None = None
        self.sheet: Sheet | None = None
        """The page that can be shown: the copy's own, or in advance; None: there is none yet."""
        self.view: str = TEXT
        """`TEXT`, or the `Way` in which the page is shown."""
        self._do: dict[str, Callable[[], Awaitable[None]]] = {
            "look_previous": lambda: self._step(-1),
            "look_next": lambda: self._step(1),
            "look_picture": self._toggle,
            "look_pdf": self._save_pdf,
            "look_png": self._save_png,
            "look_proof": self._proof,
            **self._program,
        }

    def beside(self) -> Sequence[Widget]:
        """The picture, in place of the text."""
        self._picture = Picture(id="picture")
        self._picture.display = False
        return (self._picture,)

    def on_mount(self) -> None:
        """Begin with what was asked for."""
        super().on_mount()
        self.do_alone(self._begin)

    def on_screen_suspend(self) -> None:
        """Something covers it."""
        self._picture.covered()

    def on_screen_resume(self) -> None:
        """It is in sight again."""
        self._picture.uncovered()

    async def _begin(self) -> None:
        found = await self.look_up(places, self._subject)
        if found is None:
            return
        self.places = found
        ids = [one["id"] for one in found.copies]
        self.place = ids.index(self._subject) + 1 if self._subject in ids else 0
        await self._read()

    async def _read(self) -> None:
        """The face of this place; looking at it is recorded."""
        self.sheet = None
        if self.copy is not None:
            self.sheet = await self.act(certificate_pdf.of_copy, self.copy["id"])
        elif self.places is not None:
            certificate = self.places.certificate["id"]
            self.look = await self.act(certificate_lists.look, certificate)
            try:
                session = self.hall_app.session
                self.sheet = await session.read(certificate_pdf.preview, self.who, certificate)
            except Refused:
                pass  # there is no page of what has no code, or no words, yet
        self._show()
        await self._show_picture()

    @property
    def copy(self) -> Row | None:
        """The copy that is shown; None: the certificate as it is."""
        return self.places.copies[self.place - 1] if self.places and self.place else None

    # -- showing

    def speak(self) -> None:
        """Everything in the language spoken now."""
        self._show()

    def _show(self) -> None:
        found = self.places
        if found is None:
            self.head(t("look.title"))
            self.detail("")
            return
        now = t("look.place", n=self.place + 1, of=len(found.copies) + 1)
        self.head(said.title(found.certificate, self.copy, self.sheet, self.look), now)
        self._table.set_columns(said.columns(), "")
        if self.copy is not None and self.sheet is not None:
            rows = said.of_copy(self.sheet, said.text_width(self.width))
        elif self.copy is None and self.look is not None:
            rows = said.of_certificate(self.look, said.text_width(self.width))
        else:
            rows = []
        self.show_rows(rows)
        pictured = self.view != TEXT
        self._table.display, self._picture.display = not pictured, pictured
        self.detail(self._note())

    def _note(self) -> str:
        """What is to be said of what is shown."""
        own = self.copy is None
        keys = {name: current().first(f"look_{name}") for name in ("pdf", "png", "next")}
        if self.view == TEXT:
            more = own and self.places is not None and self.places.copies
            return t("look.now", **keys) if more else ""
        notes = [t("look.preview")] if own else []
        notes.append(t("look.coarse", **keys) if self.view == Way.BLOCKS else t("look.real"))
        return "\n".join(notes)

    # -- keys

    async def action_look(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.perform(action)

    async def do(self, action: str) -> None:
        """Carry out an action of the registry."""
        await self._do[action]()

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        found = self.places
        if action in ("look_previous", "look_next") and not (found and found.copies):
            return t("look.why.no-copy")
        if action in ("look_picture", "look_pdf", "look_png") and self.sheet is None:
            return t("look.why.no-page")
        if action == "look_proof":
            may = found is not None and found.certificate["state"] in (ASSIGNED, SEALED)
            return self.no_role("certificate.print") or (None if may else t("look.why.no-proof"))
        return None

    def no_key(self, action: str) -> bool:
        """A proof is for what is not printed yet."""
        return action == "look_proof" and self.why_not(action) is not None

    # -- what they do

    async def _step(self, step: int) -> None:
        if self.places is None:
            return
        self.say("")
        self.place = (self.place + step) % (len(self.places.copies) + 1)
        await self._read()
        self._table.action_first()

    async def _toggle(self) -> None:
        """Text, the best picture that this terminal has, the coarse one, text."""
        self.say("")
        best = way_of()
        if self.view == TEXT:
            self.view = best
        elif self.view != Way.BLOCKS:
            self.view = Way.BLOCKS
        else:
            self.view = TEXT
        self._show()
        await self._show_picture()

    async def _show_picture(self) -> None:
        self._picture.hide()
        if self.view == TEXT or self.sheet is None:
            return
        png = await self._made(lambda store: certificate_pdf.picture(store, self._page, DOTS))
        if png is not None:
            self._picture.show(png, Way(self.view))

    @property
    def _page(self) -> Sheet:
        assert self.sheet is not None  # noqa: S101 - `why_not` asks for it
        return self.sheet

    async def _made(self, make: Callable[[Store], bytes]) -> bytes | None:
        """What is set of the page; None after saying why it cannot be."""
        try:
            return await self.hall_app.session.read(make)
        except (Refused, StoreError) as error:
            self.tell(error)
            return None

    async def _save_pdf(self) -> None:
        await self._save(".pdf", lambda store: certificate_pdf.pdf(store, self._page))

    async def _save_png(self) -> None:
        await self._save(
            ".png", lambda store: certificate_pdf.picture(store, self._page, SAVED_DOTS)
        )

    async def _save(self, ending: str, make: Callable[[Store], bytes]) -> None:
        name = self._page.name + ending
        answer = await self.answer(Question(t("look.ask-file"), text=True, value=name))
        if answer is None:
            return
        target = _file(answer.text, name)
        data = await self._made(make)
        if data is None:
            return
        try:
            await asyncio.to_thread(save, name, data, target, replace=False)
        except StoreError as error:
            if error.code != EXISTS or not await self._replaces(target):
                raise
            await asyncio.to_thread(save, name, data, target, replace=True)
        self.say(t("look.saved", file=str(target)), "good")

    async def _replaces(self, target: Path) -> bool:
        answer = await self.answer(yes_no(t("look.ask-replace", file=str(target))))
        return answer is not None and answer.key == "yes"

    async def _proof(self) -> None:
        if self.places is None:
            return
        printer = this_machines()
        if printer.kind == "none":
            raise Refused("document-printer-none")
        certificate = self.places.certificate
        made = await self.act(certificate_print.proof, certificate["id"])
        if made is None:
            return
        _, data = made
        await asyncio.to_thread(send, printer, f"{certificate['code']}-proof", data)
        self.say(t("look.proof-sent"), "good")
        await self._begin()


def _file(text: str, name: str) -> Path:
    """The file that is meant: of a folder, the one in it with this name."""
    target = Path(text).expanduser().absolute()
    return target / name if target.is_dir() else target
