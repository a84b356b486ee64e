"""What is typed while the store is slow, away, or refuses it: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

from db.errors import StoreError
from db.store import Store
from hallclient.actions import filing_edit, filing_undo, filing_view, filings
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, STEP, Add, Drop, Put
from hallclient.rules.form.state import State
from screens.form_model import FormModel
from screens.session import Session
from tests.filekit import AGENT, ONE, TWO, Filing


class SlowSession:
    """A session whose answers come late: each is there at once and told after some turns.

    ``late``: how many turns each answer takes; ``broken``: actions that the store does not take.
    """

    def __init__(self, store: Store, reader: Store) -> None:
        self.store = reader
        self._writer = store
        self._order = {True: asyncio.Lock(), False: asyncio.Lock()}
        self.late: Callable[[], int] = lambda: 0
        self.broken: Callable[[str], bool] = lambda _: False
        self.done: Callable[[str], None] = lambda _: None

    async def write(self, action: Any, *args: Any, **more: Any) -> Any:
        return await self._run(self._writer, True, action, *args, **more)

    async def read(self, action: Any, *args: Any, **more: Any) -> Any:
        return await self._run(self.store, False, action, *args, **more)

    async def _run(self, store: Store, writes: bool, action: Any, *args: Any, **more: Any) -> Any:
        async with self._order[writes]:
            await self._turns()
            if self.broken(action.__name__):
                raise StoreError("busy", path=store.path)
            try:
                answer, error = action(store, *args, **more), None
            except Refused as refused:
                answer, error = None, refused
            self.done(action.__name__)
        await self._turns()
        if error is not None:
            raise error
        return answer

    async def _turns(self) -> None:
        for _ in range(1 + self.late()):
            await asyncio.sleep(0)


class Desk:
    """A filing on a screen of one operator; others write into the same store."""

    def __init__(self, filing: Filing) -> None:
        self.filing = filing
        self.reader = filing.kit.again()
        self.session = SlowSession(filing.store, self.reader)
        self.refused: list[Refused] = []
        self.tasks: list[asyncio.Future[Any]] = []
        self.model = FormModel(cast(Session, self.session), ONE, filing.open(ONE), self, self.start)

    def start(self, work: Awaitable[Any]) -> asyncio.Future[Any]:
        task = asyncio.ensure_future(work)
        self.tasks.append(task)
        return task

    def form_changed(self) -> None: ...

    def form_refused(self, refused: Refused) -> None:
        self.refused.append(refused)

    def form_typed(self) -> None: ...

    def form_trouble(self, error: StoreError | None) -> None: ...

    async def follow(self) -> None:
        with suppress(StoreError):
            await self.model.follow()

    async def turn(self, again: bool) -> None:
        with suppress(StoreError, Refused):
            await self.model.turn(again)

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(1000):
            if holds():
                return
            await asyncio.sleep(0)
        raise AssertionError("it never came to that")

    async def at_rest(self) -> State:
        """Everything saved and followed; the filing as the store has it."""
        self.session.broken = lambda _: False
        for _ in range(3):
            self.model.trouble = None
            self.model.wake()
            while waiting := [task for task in self.tasks if not task.done()]:
                await asyncio.wait(waiting)
            await self.model.flush()
            await self.model.follow()
        for task in self.tasks:
            task.result()
        assert self.model.unsaved == 0
        found = filing_view.open_filing(self.reader, ONE, self.filing.id)
        assert seen(self.model.state) == seen(found.state)
        assert self.model.collisions == found.collisions
        return found.state


def seen(state: State) -> object:
    tables = ("persons", "holders")
    return {one: state.rows(one) for one in tables}, sorted(state.cells())


@pytest.fixture
def filing(tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path)
    yield made
    made.close()


def run(filing: Filing, work: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        desk = Desk(filing)
        try:
            await work(desk)
        finally:
            desk.reader.close()

    asyncio.run(main())


def test_a_step_taken_back_is_not_taken_back_over_what_came_after(filing: Filing) -> None:
    async def work(desk: Desk) -> None:
        desk.model.do([Put(SINGLE, "name", "mine")])
        await desk.model.flush()

        def others(done: str) -> None:
            if done == "undo":
                desk.session.done = lambda _: None
                filing_edit.edit(filing.store, TWO, filing.id, [Put(SINGLE, "name", "theirs")])
                desk.start(desk.follow())

        desk.session.done = others
        late = iter([0, 9])  # the step back is done long before that is told
        desk.session.late = lambda: next(late, 0)
        await desk.model.turn(again=False)
        assert (await desk.at_rest()).text(SINGLE, "name") == "theirs"

    run(filing, work)


def test_nothing_is_taken_back_while_something_typed_is_not_saved(filing: Filing) -> None:
    async def work(desk: Desk) -> None:
        desk.model.do([Put(SINGLE, "name", "one")])
        await desk.model.flush()
        desk.session.broken = lambda done: done == "edit"
        desk.model.do([Put(SINGLE, "name", "two", "one")])
        with pytest.raises(StoreError):
            await desk.model.turn(again=False)
        assert (await desk.at_rest()).text(SINGLE, "name") == "two"
        assert desk.model.collisions == {}

    run(filing, work)


def test_what_was_refused_is_told_also_when_nothing_can_be_read_then(filing: Filing) -> None:
    async def work(desk: Desk) -> None:
        row = filing.add(AGENT, "persons")
        await desk.model.follow()
        filing.edit(TWO, Drop(row))
        desk.session.broken = lambda done: done == "open_filing"
        desk.model.do([Put(row, "p_name", "typed here")])
        desk.model.do([Put(SINGLE, "name", "typed next")])
        await desk.until(lambda: bool(desk.refused) and desk.model.trouble is not None)
        assert [one.params["typed"] for one in desk.refused] == ["typed here"]
        desk.model.do([Put(SINGLE, "remark", "typed after")])
        found = await desk.at_rest()
        assert (found.text(SINGLE, "name"), found.text(SINGLE, "remark")) == (
            "typed next",
            "typed after",
        )

    run(filing, work)


def test_what_was_typed_into_a_filing_that_was_closed_is_told(filing: Filing) -> None:
    async def work(desk: Desk) -> None:
        filings.close(filing.store, AGENT, filing.id, "withdrawn")
        for text in ("one", "two"):
            desk.model.do([Put(SINGLE, "name", text)])
        await desk.at_rest()
        assert [(one.code, one.params["typed"]) for one in desk.refused] == [
            ("filing-closed", "one"),
            ("filing-closed", "two"),
        ]
        assert not desk.model.open

    run(filing, work)


def test_who_may_not_fill_in_forms_any_more_is_told_what_was_not_taken(filing: Filing) -> None:
    async def work(desk: Desk) -> None:
        filing.store.db.execute("UPDATE operator SET state = 'locked' WHERE id = 'c01'")
        desk.model.do([Put(SINGLE, "name", "one")])
        desk.model.do([Put(SINGLE, "remark", "two")])
        await desk.model.flush()
        await desk.until(lambda: desk.model.unsaved == 0)
        assert [(one.code, one.params["typed"]) for one in desk.refused] == [
            ("not-active", "one"),
            ("not-active", "two"),
        ]

    run(filing, work)


def test_a_row_that_was_begun_stays_when_the_filing_is_read_anew(filing: Filing) -> None:
    async def work(desk: Desk) -> None:
        row = filing.add(AGENT, "persons")
        await desk.model.follow()
        filing.edit(TWO, Drop(row))
        desk.model.do([Put(row, "p_name", "gone")])
        desk.model.begin_row([Add("persons", "begun", 9 * STEP)])
        await desk.model.flush()
        await desk.until(lambda: desk.model.unsaved == 0)
        assert (len(desk.refused), desk.model.begun) == (1, "begun")
        desk.model.do([Put("begun", "p_name", "new")])
        assert (await desk.at_rest()).text("begun", "p_name") == "new"

    run(filing, work)


@pytest.mark.parametrize("seed", range(25))
def test_whatever_comes_late_the_screen_shows_what_the_store_holds(
    filing: Filing, seed: int
) -> None:
    """Typing, steps back, another hand, following and a store that is away, in any order."""
    dice = random.Random(seed)

    async def work(desk: Desk) -> None:
        desk.session.late = lambda: dice.randint(0, 4)
        desk.session.broken = lambda done: done != "_nothing" and dice.random() < seed % 3 / 10
        for _ in range(25):
            match dice.choice(("type", "type", "type", "other", "other", "follow", "turn", "wait")):
                case "type":
                    desk.model.do(_typed(dice, desk.model.state, desk.model.new_id()))
                case "other":
                    _other(dice, filing)
                case "follow":
                    desk.start(desk.follow())
                case "turn":
                    desk.start(desk.turn(dice.random() < 0.4))
                case _:
                    for _ in range(dice.randint(1, 12)):
                        await asyncio.sleep(0)
            if dice.random() < 0.3:
                desk.model.trouble = None
                desk.model.wake()
        await desk.at_rest()

    run(filing, work)


def _typed(dice: random.Random, state: State, new: str) -> list[Add | Put | Drop]:
    people = state.rows("persons")
    if dice.random() < 0.2:
        return [Add(dice.choice(["persons", "holders"]), new, dice.randint(0, 3) * STEP)]
    if people and dice.random() < 0.15:
        return [Drop(dice.choice(people))]
    cells = [(SINGLE, name) for name in ("name", "capital", "phone", "remark")]
    cells += [(row, "p_name") for row in people]
    cells += [(row, "h_sub") for row in state.rows("holders")]
    row, name = dice.choice(cells)
    return [Put(row, name, str(dice.randint(0, 9)), state.text(row, name))]


def _other(dice: random.Random, filing: Filing) -> None:
    with suppress(Refused):
        if dice.random() < 0.2:
            filing_undo.undo(filing.store, TWO, filing.id)
        else:
            filing.edit(TWO, *_typed(dice, filing.open(TWO).state, filing.store.env.new_id()))
