"""Confirming a booking at the window: what was sent in advance beside what is on the table."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from db.errors import StoreError
from db.store import Row as StoreRow
from hallclient.actions import booking_confirm, bookings
from hallclient.actions.acting import Actor
from hallclient.actions.booking_confirm import Compared, seen_of
from hallclient.booking_words import row_name, sent_text, slot_text
from hallclient.rules.booking_marks import (
    DIFFERS,
    EXTRA,
    LONGEST,
    MATERIAL,
    MISSING,
    SAME,
    Mark,
)
from hallclient.rules.errors import Refused
from hallclient.texts import t
from hallclient.words import clock, refused_text, store_text, word
from screens.base import STYLES, HallScreen
from screens.keys import current
from screens.widgets.ask import Ask
from screens.widgets.content import Part, Words, line
from screens.widgets.question import Answer, Question, yes_no
from screens.widgets.rows import Column, ListSource, Row
from screens.widgets.table import VirtualTable

STYLE_OF = {SAME: "good", DIFFERS: "warn", MISSING: "alert", EXTRA: "new"}
KEYS = (
    ("1", SAME),
    ("2", DIFFERS),
    ("3", MISSING),
    ("4", EXTRA),
    ("5", "rest"),
    ("Enter", "next"),
    ("F3", "save"),
    ("Esc", "back"),
)
"""What stands in the key line, in its order."""


class Things(VirtualTable):
    """The list; digits are its own, so that a question below is answered with digits too."""

    BINDINGS: ClassVar = [
        Binding("1", "screen.mark('same')", show=False),
        Binding("2", "screen.mark('differs')", show=False),
        Binding("3", "screen.mark('missing')", show=False),
        Binding("4,plus", "screen.extra", show=False),
        Binding("5", "screen.rest", show=False),
        Binding("backspace,delete", "screen.clear", show=False),
    ]


class BookingScreen(HallScreen):
    """A row for each thing; a digit says how it was found, and the cursor goes on."""

    CSS_PATH = "booking.tcss"
    BINDINGS: ClassVar = [
        Binding("f3", "save", show=False, priority=True),
        Binding("escape", "back", show=False),
        Binding(",".join(current().of("language")), "speak", show=False),
    ]
    AUTO_FOCUS = "Things"

    def __init__(self, who: Actor, row: StoreRow, done: Callable[[str], None]) -> None:
        super().__init__()
        self._who = who
        self._booking = row
        self._done = done
        self._rows: list[Compared] = []
        self._dirty = False
        self._added = 0

    # -- layout

    def compose(self) -> ComposeResult:
        """A title, the list, a line that stays, the keys."""
        store = self.hall_app.session.store
        self._booking = bookings.booking(store, self._booking["id"]) or self._booking
        self._rows = booking_confirm.comparison(store, self._booking["id"])
        self._title, self._said, self._foot = Words(id="title"), Words(id="said"), Words(id="foot")
        self._table = Things(_columns(), id="compared", empty=t("booking.nothing-sent"))
        self._ask = Ask(id="ask")
        yield self._title
        yield self._table
        yield self._said
        yield self._ask
        yield self._foot

    def on_mount(self) -> None:
        """Fill it."""
        self._show()
        seen = seen_of(self._booking)
        if seen:
            self.say(t("booking.seen-before", at=clock(seen["at"]), by=seen["by"]), "good")

    def speak(self) -> None:
        """Every word in the language spoken now."""
        self._table.set_columns(_columns(), t("booking.nothing-sent"))
        self.say("")
        self._show()

    def say(self, text: str, style: str = "") -> None:
        """Put a message on the line that stays."""
        self._said.say(line((text, STYLES[style])))

    def _show(self) -> None:
        looked = sum(bool(one.mark) for one in self._rows)
        row = self._booking
        said = t(
            "booking.title",
            number=row["number"] or "",
            booking=row["id"],
            slot=slot_text(row["slot"], row["until"]),
            looked=looked,
            all=len(self._rows),
        )
        self._title.say(line(said))
        self._table.replace_source(ListSource([_row(one) for one in self._rows]))
        keys: list[Part] = []
        for key, name in KEYS:
            keys += [(key, "bold $text-accent"), f" {t(f'booking.key-{name}')}  "]
        self._foot.say(line(*keys))

    # -- marking

    def action_mark(self, mark: str) -> None:
        """How the thing under the cursor was found; what differs needs a word on how."""
        one = self._here()
        if one is None:
            return
        if one.mark == EXTRA:
            self.say(t("booking.is-extra"), "warn")
        elif mark == DIFFERS:
            prompt = t("booking.ask-differs", name=row_name(one.kind, one.name))
            question = Question(prompt, text=True, value=one.note, limit=LONGEST)
            self._put(question, lambda answer: self._set(one, DIFFERS, answer.text))
        else:
            self._set(one, mark)

    def action_extra(self) -> None:
        """Something was brought besides."""
        if self._ask.is_open:
            return
        question = Question(t("booking.ask-extra"), text=True, limit=LONGEST)
        self._put(question, self._add)

    def _add(self, answer: Answer) -> None:
        self._added += 1
        self._rows.append(Compared(f"new{self._added}", MATERIAL, answer.text, {}, EXTRA))
        self._dirty = True
        self.say(t("booking.added", name=answer.text), "good")
        self._show()

    def action_rest(self) -> None:
        """All that is not marked yet is the same."""
        if self._ask.is_open:
            return
        self._rows = [one if one.mark else one._replace(mark=SAME) for one in self._rows]
        self._dirty = True
        self.say(t("booking.all-marked"), "good")
        self._show()

    def action_clear(self) -> None:
        """Take the mark back; what was there besides goes from the list."""
        one = self._here()
        if one is None:
            return
        place = self._rows.index(one)
        if one.mark == EXTRA:
            del self._rows[place]
        else:
            self._rows[place] = one._replace(mark="", note="")
        self._dirty = True
        self._show()

    def _set(self, one: Compared, mark: str, note: str = "") -> None:
        place = next(at for at, row in enumerate(self._rows) if row.key == one.key)
        self._rows[place] = one._replace(mark=mark, note=note)
        self._dirty = True
        self.say("")
        self._show()
        self._table.action_move(1)

    @on(VirtualTable.RowActivated)
    def _next(self, event: VirtualTable.RowActivated) -> None:
        """Enter: on to the next thing that is not marked yet."""
        event.stop()
        here = event.index
        order = [*self._rows[here + 1 :], *self._rows[: here + 1]]
        left = next((one for one in order if not one.mark), None)
        if left is None:
            self.say(t("booking.all-marked"), "good")
        else:
            self._table.select_key(left.key)

    def _here(self) -> Compared | None:
        row = self._table.selected
        if row is None or self._ask.is_open:
            return None
        return next((one for one in self._rows if one.key == row.key), None)

    # -- asking, saving, leaving

    def _put(self, question: Question, then: Callable[[Answer], None]) -> None:
        def answered(future: Future[Answer | None]) -> None:
            answer = None if future.cancelled() else future.result()
            if answer is not None and self.is_attached:
                then(answer)

        self._ask.put(question).add_done_callback(answered)

    def action_save(self) -> None:
        """Record what was found and go back to the desk."""
        if not self._ask.is_open:
            self.do_alone(self._save)

    async def _save(self) -> None:
        marks = [
            Mark(one.key, one.mark, one.note, one.name if one.mark == EXTRA else "")
            for one in self._rows
            if one.mark
        ]
        try:
            await self.hall_app.session.write(
                booking_confirm.confirm, self._who, self._booking["id"], marks
            )
        except Refused as refused:
            self.say(refused_text(refused), "warn")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.app.pop_screen()
            self._done(t("booking.confirmed", number=self._booking["number"] or ""))

    def action_back(self) -> None:
        """To the desk; what was marked and not saved is asked about."""
        if self._ask.is_open:
            return
        if self._dirty:
            self._put(yes_no(t("booking.ask-leave")), self._leave)
        else:
            self.app.pop_screen()

    def _leave(self, answer: Answer) -> None:
        if answer.key == "yes":
            self.app.pop_screen()

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()


def _columns() -> list[Column]:
    return [
        Column(t("booking.col-mark"), 8),
        Column(t("booking.col-name"), 16, flex=2),
        Column(t("booking.col-sent"), 18, flex=1),
        Column(t("booking.col-note"), 12, flex=2),
    ]


def _row(one: Compared) -> Row:
    cells = (
        word("booking.mark", one.mark) if one.mark else "",
        row_name(one.kind, one.name),
        sent_text(one.sent),
        one.note,
    )
    return Row(one.key, cells, STYLE_OF.get(one.mark, ""))
