"""A case on the screen: its papers checked by single keys, its steps made by function keys.

No rules here: what may be done and why not say the actions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on
from textual.binding import Binding

from hallclient.texts import t
from screens.actions import BY_ID, REVIEW, bindings, of_screen
from screens.keys import current
from screens.review_keeping import ReviewKeeping
from screens.review_lines import (
    AMENDMENT,
    CERTIFICATE,
    CONDITION,
    DEFICIENCY,
    DOCUMENT,
    FILE,
    NOTE,
    PAPER_DUE,
    PROMISE,
    TASK,
)
from screens.widgets.choices import Option
from screens.widgets.field import Field
from screens.widgets.gate import Scanned
from screens.widgets.question import Question
from screens.widgets.table import VirtualTable

_ENTER = {
    CONDITION: ("pass_material", "answer_no", "unmark"),
    PAPER_DUE: (
        "pass_material",
        "receive_material",
        "own_defect",
        "tolerate",
        "commit",
        "exempt",
        "handed_in",
        "give_back",
        "unmark",
    ),
    DEFICIENCY: ("pass_material",),
    PROMISE: ("case_note",),
    TASK: ("opinion",),
    DOCUMENT: ("papers",),
    FILE: ("papers",),
    NOTE: ("case_note",),
    AMENDMENT: ("describe",),
    CERTIFICATE: ("its_certificates",),
}
"""What Enter offers on a line, for whoever does not know the keys yet."""
_ONE_LINE = frozenset({"pass_material", "answer_no", "fail_material", "own_defect", "unmark"}) | {
    "receive_material",
    "tolerate",
    "commit",
    "exempt",
    "give_back",
    "pass_rest",
    "handed_in",
}
_SINGLE = frozenset(one.id for one in of_screen(REVIEW) if len(one.key) == 1) | {"pass_material"}
_MOVES = frozenset({"step", "steps", "notice", "opinion"})


class ReviewScreen(ReviewKeeping):
    """Over the desk or a list of cases; Esc goes back, everything is saved."""

    BINDINGS = [
        *bindings(REVIEW),
        Binding("space", "review('pass_material')", show=False),
        *(Binding(str(n), f"fail({n})", show=False) for n in range(1, 10)),
        Binding("escape", "close", show=False),
    ]

    def on_mount(self) -> None:
        """Know what each action does."""
        super().on_mount()
        self._reason = 0
        self._handlers: dict[str, Callable[[], Awaitable[None]]] = {
            "next_open": self._next_open,
            "pass_material": self.pass_material,
            "fail_material": self._fail_material,
            "pass_rest": self.pass_rest,
            "receive_material": self.receive_material,
            "tolerate": self.tolerate,
            "commit": self.commit,
            "exempt": self.exempt,
            "own_defect": self.own_defect,
            "handed_in": self.handed_in,
            "answer_no": self.answer_no,
            "give_back": self.give_back,
            "unmark": self.unmark,
            "attach": self.attach,
            "step": self.step,
            "steps": self.steps,
            "notice": self.notice,
            "case_note": self.case_note,
            "opinion": self.opinion,
            "describe": self.describe,
            "take_back": self.take_back,
            "case_form": self.case_form,
            "papers": self.papers,
            "its_certificates": self._its_certificates,
            "applicant": self.applicant,
            **self._program,
        }

    # -- one action at a time

    async def action_review(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.perform(action)

    async def do(self, action: str) -> None:
        """Carry out an action."""
        await self._handlers[action]()

    def chosen_by_its_key(self) -> bool:
        """F3 shows what a step does, F3 again makes it."""
        return True

    async def action_fail(self, n: int) -> None:
        """A number key: the paper fails for its n-th reason."""
        self._reason = n
        await self.perform("fail_material")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open, what a single key would do is an answer."""
        if action == "fail" or (action == "review" and parameters[0] in _SINGLE):
            return not self.ask.is_open
        return True

    @on(VirtualTable.RowActivated, "#list")
    async def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        at = self.at
        ids = _ENTER.get(at.kind, ()) if at is not None else ()
        if len(ids) == 1:
            await self.perform(ids[0])
        elif ids and not self.ask.is_open and not self._busy:
            self.do_alone(lambda: self._offer(ids))

    async def _offer(self, ids: tuple[str, ...]) -> None:
        options = tuple(
            Option(
                key, f"{t(BY_ID[key].label_key)} {current().first(key)}", self.why_not(key) or ""
            )
            for key in ids
        )
        answer = await self.answer(Question(t("desk.menu"), options))
        if answer is not None:
            self.call_later(self.perform, answer.key)

    @on(Field.Scanned)
    @on(Scanned)
    def _scanned(self, event: Field.Scanned | Scanned) -> None:
        """A document of this case is shown; anything else belongs to the desk."""
        event.stop()
        value = event.routed.value
        for paper in self.view.facts.papers:
            if paper.number == value:
                self.table.select_key(f"{DOCUMENT}:{paper.id}")
                return
        self.say(t("review.scan-elsewhere"), "warn")

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        if action in _ONE_LINE | _MOVES | {"attach", "describe"} and self.view.facts.status.final:
            return t("review.over")
        if action == "opinion" and not self.view.facts.tasks:
            return t("review.no-departments")
        if action == "its_certificates" and not self.view.facts.certificates:
            return t("review.no-certificates")
        if action == "papers" and not (self.view.facts.papers or self.view.files):
            return t("review.no-papers")
        return None

    # -- going

    async def _next_open(self) -> None:
        self.say("")
        if not self.go_on():
            self.say(t("review.nothing-open"), "good")

    async def _its_certificates(self) -> None:
        from screens.certificates import CertificatesScreen

        self.app.push_screen(CertificatesScreen(self.who, self.hall, case=self.case))

    async def _fail_material(self) -> None:
        """From the command search: for its first reason."""
        n, self._reason = self._reason or 1, 0
        await self.fail_material(n)

    def action_close(self) -> None:
        """Back; first from the text below to the list."""
        if self._about.has_focus:
            self.table.focus()
        else:
            self.app.pop_screen()
