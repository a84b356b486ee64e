"""A filing on the screen: what is typed counts at once, is saved in order, and others' comes in.

The state is changed on the screen's thread at the very key; one step after the other becomes
durable on the writer's. What cannot be saved now is kept and tried again; what is refused is told
with what was typed, and the filing is read anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, Protocol

from db.errors import StoreError
from hallclient.actions import filing_edit, filing_undo, filing_view
from hallclient.actions.acting import Actor
from hallclient.actions.filing_cells import FILLING, Collision
from hallclient.actions.filing_log import Step
from hallclient.actions.filing_view import Opened, Override
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Add, Drop, Edit, Put
from hallclient.rules.form.entering import enter
from hallclient.rules.form.following import take
from hallclient.rules.form.judging import Problem
from hallclient.rules.form.state import State
from screens.session import Session

Cell = tuple[str, str]
"""Row and field."""
MANY = 500
"""Rows of a table from which on no field outside it is tried at each key: all would be judged."""


class Listener(Protocol):
    """The screen."""

    def form_changed(self) -> None:
        """Cells, rows or problems are others now."""
        ...

    def form_typed(self) -> None:
        """Something is being taken: what was told before is over."""
        ...

    def form_refused(self, refused: Refused) -> None:
        """A step was not taken; the filing was read anew."""
        ...

    def form_trouble(self, error: StoreError | None) -> None:
        """The store cannot be written now (what was typed is kept), or it can again."""
        ...


class AnswersAt(NamedTuple):
    """Where the page of all answers was left: only problems, the line's key and its place."""

    only: bool
    key: str
    place: int


class Saving(NamedTuple):
    """One step to be saved. ``source``: how it was entered, see `filing_edit.edit`."""

    edits: tuple[Edit, ...]
    source: str = ""


class FormModel:
    """State and saving of one filing."""

    def __init__(
        self,
        session: Session,
        who: Actor,
        opened: Opened,
        listener: Listener,
        start: Callable[[Awaitable[None]], object],
    ) -> None:
        self.session = session
        self.who = who
        self._listener = listener
        self._start = start
        self._queue: deque[Saving] = deque()
        self._saving = False
        self._outdated = False
        """Whether something was refused, so that what is shown is not what is there."""
        self._changes = 0
        self._begun: tuple[Edit, ...] = ()
        """A row that was begun; it is saved with the first text in it."""
        self.trouble: StoreError | None = None
        self.answers_at: AnswersAt | None = None
        self._take(opened)

    def _take(self, opened: Opened) -> None:
        self.filing = opened.filing
        self.state: State = opened.state
        self._begun = ()
        self.collisions: dict[Cell, Collision] = dict(opened.collisions)
        self.overrides: tuple[Override, ...] = opened.overrides
        self.registered = opened.registered
        self.seq = opened.seq

    @property
    def key(self) -> str:
        """The filing's id."""
        return str(self.filing["id"])

    @property
    def open(self) -> bool:
        """Whether it can still be edited."""
        return bool(self.filing["state"] == FILLING)

    @property
    def unsaved(self) -> int:
        """Steps that are not durable yet."""
        return len(self._queue) + self._saving

    def new_id(self) -> str:
        """An id for a row."""
        return self.session.store.env.new_id()

    # -- typing

    def do(self, edits: Iterable[Edit], source: str = "") -> bool:
        """Make a step: it counts at once and is saved soon. False: there is nothing in it."""
        step = tuple(edits)
        if not step or not self.open:
            return False
        if not source:
            # Now, not when the grid's message is heard: a refusal may be told before that.
            self._listener.form_typed()
        step = take(self.state, step)
        if any(edit.row == self.begun for edit in step):
            step, self._begun = (*self._begun, *step), ()
        self._changes += 1
        self._queue.append(Saving(step, source))
        self._listener.form_changed()
        self.wake()
        return True

    def left_by(self, cell: Cell, text: str) -> list[Problem]:
        """The problems of a cell that typing this would leave: an error vanishes at the very key
        that mends it; a new one is only told when the cell is left.
        """
        found, state = self.state.problems_at(*cell), self.state
        many = cell[0] == SINGLE and any(
            state.count(one.id) > MANY for one in state.form.sections if one.repeat
        )
        puts = [] if many or not found else enter(state, *cell, text, self.new_id)
        if not puts or not all(isinstance(one, Put) for one in puts):
            return found
        back = [one._replace(text=one.was) for one in puts if isinstance(one, Put)]
        state.apply(puts)
        after = {problem.code for problem in state.problems_at(*cell)}
        state.apply(reversed(back))
        return [problem for problem in found if problem.code in after]

    @property
    def begun(self) -> str | None:
        """The row that was begun and holds nothing yet."""
        return self._begun[0].row if self._begun else None

    def begin_row(self, edits: Iterable[Edit]) -> None:
        """Show a row (its `Add` comes first) that is there only once somebody types in it.

        A table that is registered gets none.
        """
        self.end_row()
        first, *rest = edits
        fixed = isinstance(first, Add) and first.section in self.registered.tables
        if self.open and not fixed:
            self._begun = take(self.state, (first, *rest), begun=True)
            self._listener.form_changed()

    def end_row(self) -> None:
        """A row that was begun and left empty was never there."""
        if self._begun:
            row, self._begun = self._begun[0].row, ()
            self.state.apply([Drop(row)])
            self._listener.form_changed()

    def wake(self) -> None:
        """Save what waits; also after trouble."""
        if (self._queue or self._outdated) and not self._saving:
            self._saving = True
            self._start(self._save())

    async def _save(self) -> None:
        try:
            while self._queue or self._outdated:
                if self._outdated:
                    await self._anew()
                else:
                    await self._save_one(self._queue[0])
                if self.trouble is not None:
                    self.trouble = None
                    self._listener.form_trouble(None)
        except StoreError as error:
            self.trouble = error
            self._listener.form_trouble(error)
        finally:
            self._saving = False

    async def _save_one(self, step: Saving) -> None:
        try:
            outcome = await self.session.write(
                filing_edit.edit, self.who, self.key, step.edits, source=step.source
            )
        except Refused as refused:
            self._queue.popleft()
            self._outdated = True
            typed = [one.text for one in step.edits if isinstance(one, Put) and one.text]
            refused.params.setdefault("typed", next(iter(typed), ""))
            self._listener.form_refused(refused)
            return
        self._queue.popleft()
        self._disputed(outcome.collisions)

    def _disputed(self, collisions: Iterable[Collision]) -> None:
        """Another hand was first: its text stands, ours is beside it."""
        found = tuple(collisions)
        for one in found:
            self.collisions[one.row, one.field] = one
            self.state.apply([Put(one.row, one.field, one.text)])
        if found:
            self._listener.form_changed()

    async def _anew(self) -> None:
        """Read the filing again, and make on it what is not saved yet."""
        try:
            opened = await self.session.read(filing_view.open_filing, self.who, self.key)
        except Refused:
            self._outdated = False  # who may not read it has been told why already
            return
        begun = self._begun
        self._take(opened)
        for step in self._queue:
            self.state.apply(step.edits)
        self.state.apply(begun)
        self._begun, self._outdated = begun, False
        self._changes += 1
        self._listener.form_changed()

    async def flush(self) -> bool:
        """Save everything now; False when the store does not take it."""
        while (self._queue or self._outdated) and self.trouble is None:
            self.wake()
            # A write queued behind ours comes back when ours is durable.
            await self.session.write(_nothing)
        return not self._queue

    # -- steps back, and what others do

    async def turn(self, again: bool) -> Step:
        """Take the last own step back, or make it again. Raises Refused, StoreError."""
        if not await self.flush() and self.trouble is not None:
            raise self.trouble
        work = filing_undo.redo if again else filing_undo.undo
        step = await self.session.write(work, self.who, self.key)
        if step.seq > self.seq:  # else it was followed already, and what others did to it since
            self.state.apply(step.edits)
            self._changes += 1
        await self.follow()
        self._listener.form_changed()
        return step

    async def follow(self) -> list[Step]:
        """Take over what others have done since; those steps, the oldest first."""
        if self._queue or self._saving or self._outdated:
            return []
        before = self._changes
        news = await self.session.read(filing_view.news, self.key, self.seq)
        if news is None or self._changes != before or self._queue:
            return []
        for step in news.steps:
            self.state.apply(step.edits)
        for one in news.collisions:
            if one.other is None:
                self.collisions.pop((one.row, one.field), None)
            else:
                self.collisions[one.row, one.field] = one
        self.seq, self.filing = news.seq, news.filing
        if news.overrides != self.overrides:
            self.overrides = news.overrides
            self.state.judging.let_pass({(one.rule, one.row): one.seen for one in self.overrides})
        self._listener.form_changed()
        me, here = self.who.operator, self.who.window
        return [step for step in news.steps if (step.by, step.window) != (me, here)]


def _nothing(_store: object) -> None:
    """A turn of the writer's thread."""


def touched(step: Step) -> Cell | None:
    """Where a step can be seen best: the first cell it wrote, else a row it made."""
    for edit in step.edits:
        if isinstance(edit, Put):
            return edit.row, edit.field
    return next(((edit.row, "") for edit in step.edits if isinstance(edit, (Add, Drop))), None)


def standing(problems: Iterable[Problem]) -> list[Problem]:
    """Problems that somebody has to do something about."""
    return [problem for problem in problems if not problem.passed and problem.level != "info"]
