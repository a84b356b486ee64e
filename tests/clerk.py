"""A clerk at a desk in a real terminal who fills in a form and counts the keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hallclient.form_words import label
from hallclient.rules.form.edits import SINGLE, Add, Edit, Put
from hallclient.rules.form.spec import Form, Section, Type
from hallclient.rules.form.values import TODAY
from hallclient.texts import t
from tests import company
from tests.livekit import words
from tests.terminal import KEYS, Terminal

ABOUT, SAID = 3, 5
"""Lines of the form's screen below the end of the grid."""


@dataclass
class Count:
    """Keys pressed. ``characters``: of the content itself (a Han character counts once, however an
    input method makes it). ``choices``: digits that choose, and letters that find an option.
    ``controls``: everything else: Enter, Tab, arrows, function keys, Alt and Ctrl.
    """

    characters: int = 0
    choices: int = 0
    controls: int = 0

    def __str__(self) -> str:
        return f"{self.characters} + {self.choices} + {self.controls}"


@dataclass
class Clerk:
    """Every key waits until the one before is seen to be dealt with, as a person's would."""

    desk: Terminal
    form: Form = field(default_factory=company.form)
    count: Count = field(default_factory=Count)

    # -- looking

    def at(self, name: str) -> Clerk:
        """Wait until the cursor is on this field."""
        told = label(self.form.fields[name])
        self.desk.wait(lambda: self.about.startswith(told), f"the cursor on {told}")
        return self

    @property
    def about(self) -> str:
        """What the screen says of the cursor's field."""
        return self._below(ABOUT)

    @property
    def said(self) -> str:
        """What the screen says came of the last key."""
        return self._below(SAID)

    def _below(self, line: int) -> str:
        lines = self.desk.lines
        ends = [at for at, text in enumerate(lines) if text.startswith("╰")]
        at = ends[-1] + line if ends else 0
        return lines[at].strip() if at < len(lines) else ""

    @property
    def status(self) -> str:
        """The top line."""
        return self.desk.lines[0].strip()

    def section(self, name: str) -> Clerk:
        """Wait until this part is shown."""
        told = label(self._section(name))
        self.desk.wait(lambda: told in self.desk.lines[1], f"the part {told}")
        return self

    def shows(self, section: str, *texts: str) -> Clerk:
        """Wait until this part shows these texts."""
        self.section(section)
        self.desk.see(*texts)
        return self

    def _section(self, name: str) -> Section:
        return next(one for one in self.form.sections if one.id == name)

    def saved(self) -> Clerk:
        """Wait until everything is durable."""
        self.desk.wait(lambda: self.status.endswith(t("form.saved")), "everything saved")
        return self

    # -- acting

    def press(self, *keys: str) -> Clerk:
        """Keys that are no content."""
        for key in keys:
            assert key in KEYS, key
            self.desk.send(key)
            self.count.controls += 1
        return self

    def type(self, text: str) -> Clerk:
        """Content, and look that it is there."""
        self.desk.send(text)
        self.count.characters += len(text)
        self.desk.see(text[-12:])
        return self

    def fill(self, name: str, text: str) -> Clerk:
        """Content into the field of the cursor, and on with Enter."""
        return self.at(name).type(text).press("enter")

    def choose(self, name: str, digit: str) -> Clerk:
        """A digit that chooses; the cursor goes on by itself."""
        self.at(name)
        self.desk.send(digit)
        self.count.choices += len(digit)
        return self

    def look_up(self, name: str, letters: str, found: str) -> Clerk:
        """Letters that find an option, and Enter, when it is the first."""
        self.at(name)
        for letter in letters:
            self.desk.send(letter)
            self.count.choices += 1
        self.desk.see(f"1 {found}"[:14])
        return self.press("enter")

    # -- at the desk

    def take_and_start(self) -> Clerk:
        """A number for setting up a company, called and begun; then the form."""
        desk = self.desk
        desk.send("f10")
        desk.see(words("desk.ask-take"))
        desk.send("qysl")
        desk.see("SP078")
        desk.send("enter")
        desk.see(words("desk.ask-name", item="").split()[-1])
        desk.send("enter")
        desk.see(words("desk.ask-identity", item="").split()[-1])
        desk.send("enter")
        desk.see("A001")
        desk.send("f1")
        desk.see(words("desk.called", number="A001"))
        desk.send("f3")
        desk.see(words("desk.started", number="A001"))
        return self


def company_on(today: date, *without: str) -> list[Edit]:
    """The complete company of `tests.company`, as if of today; without some of its sections."""
    rows, cells = company.complete()
    there = [row for row in rows if row[0] not in without]
    ids = {row for _, row, _ in there} | {SINGLE}
    shift = today - company.TODAY
    fields = company.form().fields
    edits: list[Edit] = [Add(*row) for row in there]
    for (row, name), text in cells.items():
        if row in ids and text and fields[name].section not in without:
            said = text
            if name == "h_due":
                said = (today + timedelta(1800)).isoformat()
            elif fields[name].type is Type.DATE and text != TODAY:
                said = (date.fromisoformat(text) + shift).isoformat()
            edits.append(Put(row, name, said))
    return edits
