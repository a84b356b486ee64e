"""What departments get of a form: how ready each part is, what it will say, sending it.

Nothing leaves without a question. What was sent is frozen; a later sending shows first what it
changes, and is a correction.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding

from db.errors import StoreError
from hallclient.actions import filing_extract_file, filing_extracts, filing_reveal
from hallclient.actions.acting import Actor
from hallclient.actions.filing_extract_change import Correction, correction
from hallclient.actions.filing_extracts import Extract
from hallclient.form_words import label
from hallclient.rules.errors import Refused
from hallclient.rules.form.spec import Department
from hallclient.rules.form.state import State
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import form_departments_text as say
from screens.form_departments_text import DIFFERENCE, LIST, PREVIEW, SHEET
from screens.form_lines import CellLines
from screens.form_look import LookScreen
from screens.form_model import FormModel
from screens.form_reading import path_of
from screens.widgets.choices import Option
from screens.widgets.question import Question, yes_no
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable


class DepartmentsScreen(LookScreen):
    """``who`` looks and sends."""

    BINDINGS: ClassVar = [
        Binding("right", "open", show=False),
        Binding("left", "list", show=False),
        Binding("f2", "sheet", show=False, priority=True),
        Binding("f3", "send", show=False, priority=True),
        Binding("f9", "save", show=False, priority=True),
    ]

    def __init__(self, who: Actor, model: FormModel) -> None:
        super().__init__()
        self.who = who
        self.model = model
        self.mode = LIST
        self._department = model.state.form.departments[0] if model.state.form.departments else None
        self._extracts: dict[str, list[Extract]] = {}
        self._lines: CellLines | None = None
        self._correction: Correction | None = None
        self._seen: tuple[State, int] | None = None

    # -- showing

    def on_mount(self) -> None:
        """Begin with the list."""
        self._read()
        super().on_mount()

    def _read(self) -> None:
        self._seen = (self.model.state, self.model.seq)
        found = filing_extracts.sent(self.hall_app.session.store, self.model.key)
        self._extracts = {one.id: [] for one in self.model.state.form.departments}
        for extract in found:
            self._extracts.setdefault(extract.department, []).append(extract)
        self._lines = None

    def look_again(self) -> None:
        """Another hand has changed or sent something."""
        if self._seen != (self.model.state, self.model.seq):
            self._read()
            self.speak()

    def speak(self) -> None:
        """Everything in the language spoken now."""
        model, to = self.model, self._department
        told = say.told(model, self.mode, to, self._extracts, self._correction)
        self.head(say.title(model, self.mode, to, self.width), told)
        self.table.set_columns(say.columns(self.mode), t(f"form.extract.none-{self.mode}"))
        self.foot(f"form.extract.keys-{self.mode}")
        if self.mode == LIST:
            self.show(ListSource(say.departments(model, self._extracts)))
        elif self.mode == DIFFERENCE and self._correction is not None and to is not None:
            self.show(say.Changes(self._correction, to))
        elif to is not None:
            if self._lines is None:
                self._lines = say.lines(model, to, sheet=self.mode == SHEET)
            self.show(self._lines)
        self._tell_line()

    def _show(self, mode: str) -> None:
        """Another list, from its top; the list of departments where it was."""
        self.mode, self._lines = mode, None
        if mode != SHEET:
            self.reveal(False)
        if mode in (LIST, PREVIEW):
            self._correction = None
        chosen = self._department
        self.speak()
        self._department = chosen
        known = self.model.state.form.departments
        self.go_to(known.index(chosen) if mode == LIST and chosen is not None else 0)

    @on(VirtualTable.RowHighlighted, "#list")
    def _tell_line(self) -> None:
        to, place = self._department, self.table.cursor
        if self.mode == LIST:
            row = self.table.selected
            self._department = to = self._known(row.key) if row is not None else to
            sent = self._extracts.get(to.id, []) if to is not None else []
            self.detail(say.about_department(self.model, to, sent))
        elif self.mode == DIFFERENCE and self._correction is not None and to is not None:
            self.detail(say.about_change(self._correction, to, place))
        elif self._lines is not None and to is not None:
            line = self._lines.line(place)
            self.detail(say.about_line(self.model, to, line, sheet=self.mode == SHEET))

    def _known(self, key: str) -> Department | None:
        return next((one for one in self.model.state.form.departments if one.id == key), None)

    def hidden_again(self) -> None:
        """The sheet is closed when its time is over."""
        if self.mode == SHEET:
            self._show(PREVIEW)
            self.say(t("form.look.hidden"))

    # -- keys

    @on(VirtualTable.RowActivated, "#list")
    def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """What the department will get."""
        if self.mode == LIST and self._department is not None:
            self.say("")
            self._show(PREVIEW)

    def action_list(self) -> None:
        """Back to the list."""
        if self.mode != LIST:
            self.action_back()

    def action_back(self) -> None:
        """To the view before; from the list to the form."""
        if self.mode == LIST:
            self.app.pop_screen()
            return
        self.say("")
        self._show(PREVIEW if self.mode == SHEET else LIST)

    def action_sheet(self) -> None:
        """The sensitive sheet in clear, or back to the preview."""
        if self.mode == SHEET:
            self.action_back()
        elif self._department is not None:
            self.do_alone(self._reveal)

    def action_send(self) -> None:
        """Send the department its part, or the correction that is shown."""
        if self._department is not None:
            self.do_alone(self._send)

    def action_save(self) -> None:
        """What was sent last, as a file."""
        if self._department is not None:
            self.do_alone(self._save)

    # -- what they do

    async def _reveal(self) -> None:
        self.say(t("form.look.wait"))
        if await self.act(self.who, filing_reveal.reveal, self.model.key) is None:
            return
        self.reveal(True)
        self._show(SHEET)
        self.say(t("form.look.recorded"), "warn")

    async def _send(self) -> None:
        to = self._department
        if to is None:
            return
        if not await self.model.flush():
            self.say(t("form.extract.unsaved"), "alert")
            return
        if self._extracts.get(to.id) and self.mode != DIFFERENCE:
            await self._compare(to)
            return
        key = "form.extract.ask-correct" if self.mode == DIFFERENCE else "form.extract.ask-send"
        count = len(self._correction.changes) if self._correction is not None else 0
        answer = await self.asked(yes_no(t(key, department=label(to), target=to.target, n=count)))
        if answer is None or answer.key != "yes":
            return
        self.say(t("form.look.wait"))
        made = await self.act(self.who, filing_extracts.send, self.model.key, to.id)
        if made is None:
            return
        self._read()
        self._show(LIST)
        told = t("form.extract.sent", department=label(to), n=made.n, sha=made.sha256[:12])
        self.say(told, "good")

    async def _compare(self, to: Department) -> None:
        """What a correction would change, before anybody is asked."""
        self.say(t("form.look.wait"))
        found = await self.read(self.who, correction, self.model.key, to.id)
        if found is None:
            return
        if not found.changes:
            self.say(refused_text(Refused("extract-same", department=to)), "warn")
            return
        self.say("")
        self._correction = found
        self._show(DIFFERENCE)

    async def _save(self) -> None:
        to = self._department
        sent = self._extracts.get(to.id, []) if to is not None else []
        if to is None or not sent:
            self.say(t("form.extract.save-later"), "warn")
            return
        last, difference = sent[-1], False
        if last.before:
            options = (
                Option("whole", t("form.extract.save-whole")),
                Option("difference", t("form.extract.save-difference")),
            )
            answer = await self.asked(Question(t("form.extract.ask-what", n=last.n), options))
            if answer is None:
                return
            difference = answer.key == "difference"
        await self._save_as(last, difference)

    async def _save_as(self, extract: Extract, difference: bool) -> None:
        name = f"{self.model.filing['number']}-{extract.department}-{extract.n}"
        name += "-difference.json" if difference else ".json"
        question = Question(t("form.extract.ask-file"), text=True, value=name, limit=1000)
        answer = await self.asked(question)
        if answer is None:
            return
        target, replace = path_of(answer.text), False
        while True:
            try:
                await self.hall_app.session.write(
                    filing_extract_file.save,
                    self.who,
                    extract,
                    target,
                    difference=difference,
                    replace=replace,
                )
            except Refused as refused:
                self.say(refused_text(refused), "alert")
                return
            except StoreError as error:
                if error.code != "file-exists" or replace:
                    self.say(store_text(error), "alert")
                    return
                sure = await self.asked(yes_no(t("form.extract.ask-replace", file=target.name)))
                if sure is None or sure.key != "yes":
                    return
                replace = True
                continue
            self.say(t("form.extract.saved", file=str(target)), "good")
            return
