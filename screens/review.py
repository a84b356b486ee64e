"""A case on the screen: its papers checked by single keys, its steps made by function keys.

No rules here: what may be done and why not say the actions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on
from textual.binding import Binding

from db.errors import StoreError
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens.actions import BY_ID, REVIEW, bindings, of_screen
from screens.keypages import CommandSearch
from screens.keys import current
from screens.review_keeping import ReviewKeeping
from screens.review_lines import (
    AMENDMENT,
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
from screens.widgets.footer import KeyLine
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
        self._busy = ""
        self._next_action = ""
        self._reason = 0
        self._commands: CommandSearch | None = None
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
            "applicant": self.applicant,
            "keys": self._show_keys,
            "palette": self._palette,
            "lock": self._lock,
            "language": self._language,
        }

    # -- one action at a time

    async def action_review(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.settled()
        if self.ask.is_open:
            if self._busy == action:
                self.ask.choose_current()
                return
            self.ask.cancel()
            await self.settled()
        if self._busy:
            return
        why = self.why_not(action)
        if why is not None:
            self.say(t("footer.disabled", label=t(BY_ID[action].label_key), why=why), "warn")
            return
        self._busy = action
        self._settled.clear()
        self.run_worker(self._do(action), group="act", exit_on_error=False)

    async def _do(self, action: str) -> None:
        try:
            await self._handlers[action]()
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        finally:
            self._busy, chained, self._next_action = "", self._next_action, ""
            if chained:
                await self.action_review(chained)
            if not self._busy:
                self._settled.set()

    async def settled(self) -> None:
        """Wait until the running action is done or asks something; at most a second."""
        if self._busy and not self.ask.is_open:
            # Answered, and the action has not yet heard of it.
            self._settled.clear()
        await super().settled()

    async def action_fail(self, n: int) -> None:
        """A number key: the paper fails for its n-th reason."""
        self._reason = n
        await self.action_review("fail_material")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open, what a single key would do is an answer."""
        if action == "fail" or (action == "review" and parameters[0] in _SINGLE):
            return not self.ask.is_open
        return True

    @on(KeyLine.Pressed)
    async def _pressed(self, event: KeyLine.Pressed) -> None:
        event.stop()
        await self.action_review(event.action)

    @on(VirtualTable.RowActivated, "#list")
    async def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        at = self.at
        ids = _ENTER.get(at.kind, ()) if at is not None else ()
        if len(ids) == 1:
            await self.action_review(ids[0])
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
            self.call_later(self.action_review, answer.key)

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
        if action == "papers" and not (self.view.facts.papers or self.view.files):
            return t("review.no-papers")
        return None

    # -- going

    async def _next_open(self) -> None:
        self.say("")
        if not self.go_on():
            self.say(t("review.nothing-open"), "good")

    async def _fail_material(self) -> None:
        """From the command search: for its first reason."""
        n, self._reason = self._reason or 1, 0
        await self.fail_material(n)

    # -- the program

    async def _show_keys(self) -> None:
        self.hall_app.show_keys(self.why_not, REVIEW)

    async def _palette(self) -> None:
        if self._commands is None:
            self._commands = CommandSearch(current(), self.why_not, self.label_now, REVIEW)
        chosen = await self.answer(
            Question(
                t("desk.palette"), find=self._commands.find, placeholder=t("desk.palette-hint")
            )
        )
        self._next_action = chosen.key if chosen is not None else ""

    async def _lock(self) -> None:
        self.hall_app.lock()

    async def _language(self) -> None:
        self.hall_app.switch_language()

    def action_close(self) -> None:
        """Back; first from the text below to the list."""
        if self._about.has_focus:
            self.table.focus()
        else:
            self.app.pop_screen()
