"""The screens around a form over a real filing, for tests that press keys and look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hallclient.actions import filing_edit, filing_view, filings
from hallclient.actions.acting import Actor
from hallclient.actions.filing_view import Opened
from hallclient.rules.form.edits import Add, Edit, Put
from hallclient.rules.form.state import State
from screens.form import FormScreen
from screens.form_look import LookScreen
from screens.form_model import FormModel
from screens.widgets.ask import Ask
from screens.widgets.rows import Row
from tests import company, twoforms
from tests.deskkit import SMALL, Seat, seated
from tests.hallkit import AGENT, Kit

SECRETS = ("王伟", "欧阳静", "买买提", "13800138001", "珞喻路", company.identity())
"""What nobody may read on these screens unless it was revealed."""


@dataclass
class Over:
    """A form on the screen, and the screens over it."""

    seat: Seat
    filing: str
    form: FormScreen

    @property
    def model(self) -> FormModel:
        return self.form.model

    @property
    def state(self) -> State:
        return self.form.model.state

    @property
    def look(self) -> LookScreen:
        """The screen over the form."""
        assert isinstance(self.seat.app.screen, LookScreen)
        return self.seat.app.screen

    @property
    def text(self) -> str:
        return self.seat.text

    @property
    def said(self) -> str:
        return self.seat.said

    @property
    def question(self) -> str:
        """What is asked; empty: nothing."""
        found = self.seat.app.screen.query_one(Ask).question
        return found.prompt if found is not None else ""

    @property
    def rows(self) -> list[Row]:
        """All lines of the list, also those that are not on the screen."""
        source = self.look.table._rows.source
        return list(source.rows(0, source.count()))

    @property
    def all_text(self) -> str:
        """Every line of the list as one text."""
        return "\n".join(" ".join(row.cells) for row in self.rows)

    @property
    def selected(self) -> tuple[str, ...]:
        row = self.look.table.selected
        assert row is not None
        return row.cells

    async def press(self, *keys: str) -> None:
        await self.seat.press(*keys)

    async def asked(self, key: str) -> str:
        """Press a key that leads to a question; the question."""
        await self.seat.pilot.press(key)
        await self.seat.until(lambda: bool(self.question))
        return self.question

    async def answer(self, text: str, *, asks: bool = False) -> None:
        """Answer a question; wait until it is done, or (``asks``) asks another."""
        before = self.question
        for char in text:
            await self.seat.pilot.press({" ": "space", "-": "minus"}.get(char, char))
        if not text.isdigit():
            await self.seat.pilot.press("enter")
        if asks:
            await self.seat.until(lambda: self.question not in ("", before))
        else:
            await self.done()

    async def done(self) -> None:
        """Wait until what a key started is over."""
        screen = self.seat.app.screen
        await self.seat.until(
            lambda: not self.question and screen._settled.is_set()  # type: ignore[attr-defined]
        )
        await self.seat.pilot.pause()

    def edit(self, who: Actor, *edits: Edit, source: str = "") -> None:
        """What another hand writes."""
        filing_edit.edit(self.seat.kit.store, who, self.filing, edits, source=source)

    def kinds(self) -> list[str]:
        """The kinds of the filing's events."""
        sql = "SELECT kind FROM event WHERE stream = ? ORDER BY pos"
        return [row["kind"] for row in self.seat.kit.store.rows(sql, f"case:{self.filing}")]


def company_base(more: Mapping[tuple[str, str], str] | None = None) -> list[Edit]:
    """The complete company as the edits that make it, some cells otherwise."""
    rows, cells = company.complete()
    cells |= more or {}
    made: list[Edit] = [Add(section, row, place) for section, row, place in rows]
    return made + [Put(row, name, text) for (row, name), text in cells.items()]


def report_base() -> list[Edit]:
    """The cross-region tax report, as edits."""
    return [
        Put(row, name, text)
        for rows in twoforms.REPORT.values()
        for row, cells in rows.items()
        for name, text in cells.items()
    ]


@asynccontextmanager
async def form_over(
    kit: Kit,
    base: Iterable[Edit],
    *,
    form: str = "company-setup",
    size: tuple[int, int] = SMALL,
    language: str = "zh",
    who: Actor = AGENT,
) -> AsyncIterator[Over]:
    """A new filing with this in it, open on the form screen."""
    row = filings.new(kit.store, who, form, base=list(base))
    async with seated(kit, who, size=size, language=language) as seat:
        opened = filing_view.open_filing(kit.store, who, row["id"])
        yield await _pushed(seat, row["id"], who, opened)


async def _pushed(seat: Seat, filing: str, who: Actor, opened: Opened) -> Over:
    screen = FormScreen(who, opened)
    await seat.app.push_screen(screen)
    await seat.settle()
    return Over(seat, filing, screen)


class Alone:
    """A listener of a model that nobody shows."""

    def form_changed(self) -> None: ...

    def form_refused(self, refused: object) -> None: ...

    def form_typed(self) -> None: ...

    def form_trouble(self, error: object) -> None: ...


def model_of(seat: Seat, state: State, who: Actor = AGENT) -> FormModel:
    """A model of a state that no store holds: for what only looks."""
    filing = {"id": "none", "number": "20260922-a01-001", "state": "filling"}
    opened = Opened(filing, state, {}, (), 0)

    def start(work: Awaitable[None]) -> object:
        return seat.app.run_worker(work)

    return FormModel(seat.app.session, who, opened, Alone(), start)
