"""The business day of a supervisor: the check before opening, the closing list, the record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from db.errors import StoreError
from db.store import Store
from hallclient.actions import day, day_close, dayview
from hallclient.actions.acting import Actor
from hallclient.actions.day_file import export_day
from hallclient.actions.dayview import DayView
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import clock, refused_text, store_text, word
from screens import day_text
from screens.base import STYLES, HallScreen
from screens.day_text import CLOSING, OPENING, RECORD
from screens.keys import current
from screens.widgets.ask import Ask
from screens.widgets.content import Words, line
from screens.widgets.question import Answer, Question, yes_no
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

P = ParamSpec("P")
T = TypeVar("T")

AGAIN_S = 2.0
"""So often the hall is looked at again while the list is on the screen."""


class DayScreen(HallScreen):
    """Over the desk; Esc goes back to it."""

    CSS_PATH = "day.tcss"
    BINDINGS = [
        Binding("escape", "close", show=False),
        Binding("space", "tick", show=False),
        Binding("f2", "other", show=False, priority=True),
        Binding("f3", "sign", show=False, priority=True),
        Binding("f7", "stop", show=False, priority=True),
        Binding("f9", "save", show=False, priority=True),
        Binding(",".join(current().of("language")), "speak", show=False),
    ]
    AUTO_FOCUS = "VirtualTable"

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self.view: DayView | None = None
        self.mode = OPENING
        self._ticked: set[str] = set()
        self._carry: set[str] = set()
        """Numbers whose visitors agreed to come on the next working day."""

    def compose(self) -> ComposeResult:
        """What list of which day, the list, a question now and then, the keys."""
        yield Words(id="status")
        yield VirtualTable(day_text.columns(self.mode), id="list")
        yield Words(id="summary")
        yield Words(id="said")
        yield Ask(id="ask")
        yield Words(id="foot")

    async def on_mount(self) -> None:
        """Show what the time of the day asks for."""
        self.speak()
        await self._read()
        if self.view is not None:
            self.mode = RECORD if self.view.closed else CLOSING if self.view.over else OPENING
            if self.view.opened and self.mode == OPENING:
                self.mode = CLOSING
        self.speak()
        self.set_interval(AGAIN_S, self._again)

    def on_resize(self) -> None:
        """The first line is made for the width."""
        self.speak()

    # -- reading and showing

    def _again(self) -> None:
        if self.is_current:
            self.run_worker(self._refresh(), group="read", exclusive=True, exit_on_error=False)

    async def _refresh(self) -> None:
        await self._read()
        self.speak()

    async def _read(self) -> None:
        try:
            self.view = await self.hall_app.session.read(dayview.look)
        except StoreError as error:
            self.say(store_text(error), "alert")
            return
        # Who is at a window by now, or gone, is carried over no longer.
        self._carry &= {row["number"] for row in self.view.closing if row["carriable"]}

    def speak(self) -> None:
        """Everything in the language spoken now."""
        view, table = self.view, self.query_one(VirtualTable)
        width = max(40, self.app.size.width)
        self.query_one("#status", Words).say(day_text.status(view, self.mode, width))
        keys = t(f"day.keys.{self.mode}", language=current().first("language"))
        self.query_one("#foot", Words).say(line((keys, "bold")))
        table.set_columns(day_text.columns(self.mode), t("day.nothing-open") if view else "")
        if view is None:
            return
        if self.mode == OPENING:
            rows = day_text.opening_rows(view, self.hall, self._ticked)
        elif self.mode == CLOSING:
            rows = day_text.closing_rows(view, self.hall, self._carry)
        else:
            rows = day_text.record_rows(view, self.hall)
        table.replace_source(ListSource(rows))
        told = day_text.summary(view, self.hall, self.mode, len(self._ticked), len(self._carry))
        self.query_one("#summary", Words).say(told)

    def say(self, text: str, style: str = "") -> None:
        """What came of a key."""
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)

    # -- keys

    def action_close(self) -> None:
        """Back to the desk."""
        self.app.pop_screen()

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    def action_other(self) -> None:
        """The other list: the check, or how the day ends (the record once it has)."""
        if self.query_one(Ask).is_open:
            return
        last = RECORD if self.view is not None and self.view.closed else CLOSING
        self._show(last if self.mode == OPENING else OPENING)

    def _show(self, mode: str) -> None:
        self.mode = mode
        self.say("")
        self.speak()
        self.query_one(VirtualTable).action_first()

    def action_tick(self) -> None:
        """Tick a check that only a person can see; carry a number over, or not."""
        row, view = self.query_one(VirtualTable).selected, self.view
        if row is None or view is None:
            return
        if self.mode == OPENING:
            if row.key not in self.hall.opening_checks:
                self.say(t("day.computed"))
            elif view.opened or view.closed:
                self.say(t("day.opened"), "warn")
            else:
                self._ticked ^= {row.key}
        elif self.mode == CLOSING:
            one = next(found for found in view.closing if found["leg"] == row.key)
            if one["carriable"]:
                self._carry ^= {one["number"]}
                self.say("")
            else:
                self.say(t("day.not-to-carry", number=one["number"]), "warn")
        self.speak()
        self.query_one(VirtualTable).action_move(1 if self.mode == OPENING else 0)

    @on(VirtualTable.RowActivated)
    def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        if self.mode == OPENING:
            self.action_sign()

    def action_sign(self) -> None:
        """Open the day, close it, or take the closing back: what this list is for."""
        if self.query_one(Ask).is_open or self.view is None:
            return
        if self.mode == OPENING:
            self.do_alone(self._open)
        elif self.mode == CLOSING:
            self.do_alone(self._close_day)
        else:
            self.do_alone(self._reopen)

    def action_stop(self) -> None:
        """Stop giving numbers, or give them again."""
        if not self.query_one(Ask).is_open and self.view is not None:
            self.do_alone(self._stop)

    def action_save(self) -> None:
        """The signed list as a file."""
        if not self.query_one(Ask).is_open:
            self.do_alone(self._save)

    # -- what they do

    async def _ask(self, question: Question) -> Answer | None:
        self._settled.set()
        try:
            return await self.query_one(Ask).put(question)
        finally:
            self._settled.clear()

    async def _act(
        self, action: Callable[Concatenate[Store, Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Run a use case; None after saying why it was refused."""
        try:
            return await self.hall_app.session.write(action, self.who, *args, **kwargs)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        finally:
            await self._refresh()
        return None

    async def _open(self) -> None:
        note = ""
        left = len(self.hall.opening_checks) - len(self._ticked)
        if left and not (self.view is not None and (self.view.opened or self.view.closed)):
            answer = await self._ask(Question(t("day.ask-left", n=left), text=True, required=False))
            if answer is None:
                return
            note = answer.text
        if await self._act(day.open_day, sorted(self._ticked), note) is not None:
            self.say(t("day.opened"), "good")

    async def _close_day(self) -> None:
        if self.view is None:
            return
        numbers = len({row["visit"] for row in self.view.closing})
        note = await self._ask(Question(t("day.ask-note"), text=True, required=False))
        if note is None:
            return
        question = t("day.ask-sign", n=numbers, carry=len(self._carry))
        if numbers and self.view.closes_at is not None and not self.view.over:
            question += t("day.ask-early", closes=clock(self.view.closes_at))
        signature = await self._ask(
            Question(question, text=True, password=True, limit=64, placeholder=t("day.signature"))
        )
        if signature is None:
            return
        carry = sorted(self._carry)
        made = await self._act(day_close.close_day, signature.text, carry=carry, note=note.text)
        if made is not None:
            self._carry.clear()
            self._show(RECORD)
            self.say(t("day.done"), "good")

    async def _reopen(self) -> None:
        answer = await self._ask(yes_no(t("day.ask-reopen")))
        if answer is None or answer.key != "yes":
            return
        if await self._act(day.reopen_day) is not None:
            self._show(CLOSING)
            self.say(t("day.reopened"), "good")

    async def _stop(self) -> None:
        stopped = self.view is not None and bool(self.view.stopped)
        action: Any = day.start_numbers if stopped else day.stop_numbers
        if await self._act(action) is not None:
            self.say(t("day.started-all" if stopped else "day.stopped-all"), "good")

    async def _save(self) -> None:
        if self.view is None or not self.view.closed:
            self.say(t("day.save-later"), "warn")
            return
        today = self.view.today
        answer = await self._ask(
            Question(t("day.ask-file"), text=True, value=t("day.file", day=today))
        )
        if answer is None:
            return
        target = _file(answer.text)
        count = await self._act(export_day, today, target, headings=_heading)
        if count is not None:
            self.say(t("export.made", file=str(target), rows=count), "good")


def _file(text: str) -> Path:
    """The file that is meant."""
    return Path(text).expanduser().absolute()


def _heading(name: str) -> str:
    return word("export.column", name)
