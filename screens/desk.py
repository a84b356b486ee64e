"""The desk: where a clerk, an agent or a supervisor spends the shift."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from db.errors import StoreError
from db.store import Row as StoreRow
from hallclient.actions import deskview, persons, sweep, views
from hallclient.actions.acting import Actor
from hallclient.actions.deskview import DeskView
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.desk import Seat, unavailable
from hallclient.rules.scan import Routed, ScanKind
from hallclient.texts import has, language, t
from hallclient.words import duration, state_word, stopwatch, store_text
from screens import desk_text, finding
from screens.actions import BY_ID, bindings
from screens.base import STYLES, HallScreen
from screens.desk_actions import Desk
from screens.keypages import CommandSearch, menu_options
from screens.keys import current
from screens.widgets.ask import Answer, Ask, Question
from screens.widgets.choices import Option
from screens.widgets.content import Words, line
from screens.widgets.field import Field
from screens.widgets.footer import KeyLine
from screens.widgets.gate import Scanned
from screens.widgets.rows import Column, ListSource, Row
from screens.widgets.table import VirtualTable

POLL_S = 0.2
SWEEP_S = 5.0
TYPED_AHEAD_S = 1.0


class LegRows:
    """Waiting legs for the list: ids are known, rows are read a page at a time."""

    def __init__(self, desk: DeskScreen, ids: list[str]) -> None:
        self._desk = desk
        self._ids = ids

    def count(self) -> int:
        """How many wait."""
        return len(self._ids)

    def rows(self, first: int, n: int) -> Sequence[Row]:
        """A page of them."""
        return self._desk.leg_rows(self._ids[first : first + n])

    def index_of(self, key: str) -> int | None:
        """The place of a leg."""
        try:
            return self._ids.index(key)
        except ValueError:
            return None


class DeskScreen(HallScreen):
    """Queue on the left, the visitor on the right, what to press below."""

    BINDINGS = [*bindings()]
    AUTO_FOCUS = "#queue"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, who: Actor, hall: Hall, *, hint: str = "") -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self._view = DeskView(now=0)
        self._rows: dict[str, StoreRow] = {}
        self._said: tuple[str, str] = (hint, "good" if hint else "")
        self._busy = ""
        self._settled = asyncio.Event()
        self._settled.set()
        self._reading = False
        self._again = False
        self._revealed_until = 0
        self._last_sweep = 0.0
        self._shown_minute = -1
        self._commands: CommandSearch | None = None

    # -- layout

    def compose(self) -> ComposeResult:
        """Few widgets: each of them is one block of text or one list."""
        yield Words(id="status")
        with Horizontal(id="work"):
            with Vertical(id="left"):
                yield VirtualTable(self._columns(), id="queue", empty=t("desk.queue-empty"))
            with Vertical(id="right"):
                if self.who.window:
                    yield Words(id="matter")
                else:
                    yield VirtualTable(self._window_columns(), id="windows")
        yield Words(id="next")
        yield Words(id="aside")
        yield Words(id="said")
        yield Ask(id="ask")
        yield KeyLine(why=self.why_not, label=self.label_now, id="keys")

    def on_mount(self) -> None:
        """Show the hall as it is, then follow it."""
        session = self.hall_app.session
        ask = self.query_one(Ask)
        self.desk = Desk(
            session,
            self.who,
            self.hall,
            ask,
            self.say,
            self.chosen,
            self.chosen_window,
            self.find,
            self.find_item,
            self._asks,
        )
        self._handlers = {
            "call": self.desk.call,
            "call_chosen": self.desk.call_chosen,
            "recall": self.desk.recall,
            "start_or_finish": self.desk.start_or_finish,
            "pass": self.desk.pass_over,
            "hold": self.desk.hold,
            "resume": self.desk.resume,
            "transfer": self.desk.transfer,
            "external": self.desk.external,
            "pause": self.desk.pause,
            "drain": self.desk.drain,
            "close_window": self.desk.close_window,
            "reopen": self.desk.reopen,
            "undo": self.desk.undo,
            "take": self.desk.take,
            "add_service": self.desk.add_service,
            "verify_priority": self.desk.verify_priority,
            "leave": self.desk.leave,
            "reinstate": self.desk.reinstate,
            "hand_over": self._hand_over,
            "take_over": self.desk.take_over,
            "free_window": self.desk.free_window,
            "emergency": self.desk.emergency,
            "search": self._search,
            "reveal": self._reveal,
            "keys": self._keys,
            "palette": self._palette,
            "menu": self._menu,
            "lock": self._lock,
            "language": self._language,
            "refresh": self._refresh,
            "quit": self._quit,
        }
        self.show(deskview.look(session.store, self.who, persons=False))
        self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        self._look()
        self.set_interval(POLL_S, self._poll)
        self.set_interval(1.0, self._tick)

    def speak(self) -> None:
        """Say everything in the language spoken now."""
        self.query_one("#queue", VirtualTable).set_columns(self._columns(), t("desk.queue-empty"))
        if not self.who.window:
            self.query_one("#windows", VirtualTable).set_columns(self._window_columns())
        self._said = ("", "")
        self.show(self._view)

    def _columns(self) -> list[Column]:
        return [
            Column(t("desk.col-number"), 5),
            Column(t("desk.col-service"), 8, flex=1),
            Column(t("desk.col-wait"), 5, align="right"),
            Column(t("desk.col-badge"), 8),
        ]

    def _window_columns(self) -> list[Column]:
        return [
            Column(t("desk.col-window"), 6),
            Column(t("desk.col-state"), 8),
            Column(t("desk.col-operator"), 6),
            Column(t("desk.col-number"), 5),
            Column(t("desk.col-time"), 6, align="right"),
            Column(t("desk.col-service"), 6, flex=1, drop=1),
        ]

    # -- following the store

    @property
    def now(self) -> int:
        """The hall's time, UTC milliseconds."""
        return self.hall_app.session.store.env.now()

    def _poll(self) -> None:
        if self.hall_app.session.changed():
            self._look()

    def _look(self) -> None:
        if self._reading:
            self._again = True
            return
        self._reading = True
        self.run_worker(self._read(), group="read", exit_on_error=False)

    async def _read(self) -> None:
        try:
            await self._see()
        finally:
            self._reading = False
            if self._again:
                self._again = False
                self._look()

    async def _see(self) -> None:
        """Read the hall and show it."""
        try:
            view = await self.hall_app.session.read(deskview.look, self.who)
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.show(view)

    def _tick(self) -> None:
        self.show_status()
        self._person_ends()
        if self.now // 20_000 != self._shown_minute:
            self._shown_minute = self.now // 20_000
            self.show(self._view)
        if self.app._loop is not None:
            at = self.app._loop.time()
            if at - self._last_sweep >= SWEEP_S:
                self._last_sweep = at
                self.run_worker(self._sweep(), group="sweep", exit_on_error=False)

    async def _sweep(self) -> None:
        try:
            await self.hall_app.session.write(sweep.sweep)
        except StoreError as error:
            self.say(store_text(error), "alert")

    # -- showing

    def show(self, view: DeskView) -> None:
        """Show this moment of the hall."""
        self._view = view
        self._rows.clear()
        now = self.now
        table = self.query_one("#queue", VirtualTable)
        table.replace_source(LegRows(self, view.ids))
        self.query_one("#left").border_title = line(desk_text.queue_title(view, now))
        if self.who.window:
            if now >= self._revealed_until:
                self.query_one("#matter", Words).say(
                    desk_text.matter(view, self.hall, now), layout=True
                )
            number = view.leg["number"] if view.leg is not None else t("desk.visitor")
            self.query_one("#right").border_title = line(number)
            self.query_one("#next", Words).say(desk_text.next_line(view))
        else:
            self.query_one("#windows", VirtualTable).replace_source(
                ListSource([self._window_row(row, now) for row in view.windows])
            )
            self.query_one("#right").border_title = line(t("desk.windows"))
            self.query_one("#next", Words).say(line(t(f"desk.seat-{self.who.role}")))
        width = max(20, self.size.width)
        self.query_one("#aside", Words).say(desk_text.aside_line(view, self.hall, now, width))
        self.show_status()
        self.query_one(KeyLine).refresh_keys()

    def show_status(self) -> None:
        """The line at the top: clock and stopwatch."""
        told = desk_text.status(
            self._view,
            self.hall,
            self.who,
            demo=self.hall_app.session.store.demo,
            width=max(20, self.size.width),
            now=self.now,
        )
        self.query_one("#status", Words).say(told)
        self.query_one("#said", Words).say(line((self._said[0], STYLES[self._said[1]])))

    def on_resize(self) -> None:
        """Lines that fill the width are made for it."""
        self.show(self._view)

    def say(self, text: str, style: str = "") -> None:
        """Put a message on the line that stays."""
        self._said = (text, style)
        self.query_one("#said", Words).say(line((text, STYLES[style])))

    def leg_rows(self, ids: list[str]) -> list[Row]:
        """Rows of the list for these legs."""
        now = self.now
        made = []
        for row in views.legs_by_id(self.hall_app.session.store, ids):
            self._rows[row["id"]] = row
            made.append(
                Row(
                    row["id"],
                    (
                        row["number"],
                        desk_text.item_name(self.hall, row["item"]),
                        duration(now - row["ready_at"]),
                        desk_text.badge(row, now),
                    ),
                    desk_text.row_style(row, self.hall, now),
                )
            )
        return made

    def _window_row(self, row: StoreRow, now: int) -> Row:
        line_of = self.hall.lines.get(row["line"] or "")
        since = row["visitor_since"] or row["since"]
        late = line_of is not None and now - since > line_of.p95_ms
        style = "alert" if late else "dim" if row["state"] in ("closed", "paused") else ""
        state = state_word(row["visitor_state"]) if row["visitor"] else t(f"window.{row['state']}")
        name = named(line_of, language()) if line_of else ""
        if row["emergency"]:
            name = f"{t('desk.emergency-mark')} {name}"
        cells = (
            row["id"],
            state,
            row["operator"] or "",
            row["visitor"] or "",
            stopwatch(now - since),
            name,
        )
        return Row(row["id"], cells, style)

    # -- what is chosen

    def chosen(self) -> StoreRow | None:
        """The waiting leg under the cursor."""
        row = self.query_one("#queue", VirtualTable).selected
        return self._rows.get(row.key) if row is not None else None

    def chosen_window(self) -> str:
        """The window under the cursor, on a seat without one of its own."""
        if self.who.window:
            return ""
        row = self.query_one("#windows", VirtualTable).selected
        return row.key if row is not None else ""

    def seat(self) -> Seat:
        """What decides which keys act."""
        view = self._view
        return Seat(
            role=self.who.role,
            window=view.window["state"] if view.window is not None else "",
            leg=view.leg["state"] if view.leg is not None else "",
            held=view.held,
            waiting=len(view.ids),
            number=view.leg is not None or bool(view.ids),
            hall=bool(view.windows),
        )

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now, in words; None when it does."""
        code = unavailable(action, self.seat())
        return None if code is None else t(f"why-not.{code}")

    def label_now(self, action: str) -> str | None:
        """What a key that does one thing or another does now."""
        view = self._view
        if action == "start_or_finish" and view.leg is not None:
            return t("desk.key-finish" if view.leg["state"] == "serving" else "desk.key-start")
        if action == "pause" and view.window is not None:
            state = view.window["state"]
            return t(f"desk.key-{state}") if has(f"desk.key-{state}") else None
        return None

    # -- keys

    async def action_desk(self, action: str) -> None:
        """Do what a key, the palette, the menu or the mouse asks for."""
        ask = self.query_one(Ask)
        if ask.is_open:
            if self._busy == action:
                ask.choose_current()
                return
            ask.cancel()
        elif self._busy:
            self.say(t("desk.busy"), "warn")
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
            if BY_ID[action].confirm and not await self.desk.confirm(
                t("desk.confirm", label=t(BY_ID[action].label_key))
            ):
                return
            await self._handlers[action]()
        finally:
            # The next key must see what this one has done.
            await self._see()
            self._busy = ""
            self._settled.set()

    async def settled(self) -> None:
        """Wait until the running action is done or asks something; at most a second."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), TYPED_AHEAD_S)

    def _asks(self, waiting: bool) -> None:
        """An action waits for an answer, or has got one and goes on."""
        if waiting:
            self._settled.set()
        else:
            self._settled.clear()

    @on(VirtualTable.RowActivated, "#queue")
    async def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        if self.who.window:
            await self.action_desk("call_chosen")
        else:
            await self._offer(("verify_priority", "add_service", "reveal", "leave"))

    @on(VirtualTable.RowActivated, "#windows")
    async def _window_activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        await self._offer(("take_over", "emergency", "free_window"))

    async def _offer(self, ids: Sequence[str]) -> None:
        """Enter on a row: choose what to do with it."""
        ask = self.query_one(Ask)
        if ask.is_open or self._busy:
            return
        options = tuple(
            Option(key, t(BY_ID[key].label_key), self.why_not(key) or "") for key in ids
        )
        ask.put(Question(t("desk.menu"), options)).add_done_callback(self._offered)

    def _offered(self, future: asyncio.Future[Answer | None]) -> None:
        answer = None if future.cancelled() else future.result()
        if answer is not None:
            self.call_later(self.action_desk, answer.key)

    @on(KeyLine.Pressed)
    async def _pressed(self, event: KeyLine.Pressed) -> None:
        event.stop()
        await self.action_desk(event.action)

    # -- finding

    def find(self, text: str) -> Sequence[tuple[str, str]]:
        """Numbers of today and items of the catalogue that match."""
        numbers = finding.numbers(self.hall_app.session.store, self.hall, text)
        return [*numbers, *(("item:" + code, label) for code, label in self.find_item(text))]

    def find_item(self, text: str) -> Sequence[tuple[str, str]]:
        """Items of the catalogue that match: by code, name, pinyin, initials, old name."""
        return finding.items(self.hall, text)

    async def _search(self) -> None:
        answer = await self.desk.answer(
            Question(t("desk.search"), find=self.find, placeholder=t("desk.search-hint"))
        )
        if answer is None:
            return
        kind, _, key = answer.key.partition(":")
        if kind == "item":
            await self.desk.take(key)
        else:
            await self.show_number(key)

    async def show_number(self, number: str) -> None:
        """Show what is known of a number, and put the list's cursor on it when it waits."""
        visit = await self.hall_app.session.read(views.visit_by_number, number)
        if visit is None:
            self.say(t("desk.no-such-number", number=number), "warn")
            return
        states = "  ".join(
            f"{desk_text.item_name(self.hall, leg['item'])} {state_word(leg['state'])}"
            + (f" @{leg['window']}" if leg["window"] else "")
            for leg in visit["legs"]
        )
        table = self.query_one("#queue", VirtualTable)
        for leg in visit["legs"]:
            if leg["state"] == "waiting" and table.select_key(leg["id"]):
                break
        self.say(f"{number}  {states}", "good")

    # -- scans

    @on(Field.Scanned)
    @on(Scanned)
    def _scanned(self, event: Field.Scanned | Scanned) -> None:
        event.stop()
        self.run_worker(self._route(event.routed, event.ime), group="scan", exit_on_error=False)

    async def _route(self, routed: Routed, ime: bool) -> None:
        note = t("field.ime") + " " if ime else ""
        if routed.kind in (ScanKind.SLIP, ScanKind.TICKET):
            today = self.hall_app.session.store.env.day(self.now)
            if routed.day and routed.day != today:
                self.say(note + t("desk.scan-other-day", day=routed.day), "warn")
                return
            await self.show_number(routed.value)
        elif routed.kind is ScanKind.RESIDENT_ID:
            number = await self.hall_app.session.read(views.number_of_person, routed.value)
            if number:
                await self.show_number(number)
            else:
                self.say(note + t("desk.scan-nobody"), "warn")
        else:
            self.say(note + t(f"desk.scan-{routed.kind.value}"), "warn")

    # -- the program

    async def _hand_over(self) -> None:
        taker = await self.desk.hand_over()
        if taker is not None:
            self.who = self.desk.who = taker
            self.hall_app.who = taker

    async def _reveal(self) -> None:
        number = self._view.leg["number"] if self._view.leg is not None else ""
        row = self.chosen()
        number = number or (row["number"] if row is not None else "")
        person = await self.desk.act(persons.reveal, number)
        if person is None:
            return
        if not person:
            self.say(t("desk.no-person", number=number), "warn")
            return
        lines = desk_text.about_person(person)
        self.say(number + "  " + "  ".join(part.plain for part in lines), "alert")
        self._revealed_until = self.now_wall() + 10_000

    def now_wall(self) -> int:
        """The real clock for what a person looks at, whatever the hall's time does."""
        import time

        return time.monotonic_ns() // 1_000_000

    def _person_ends(self) -> None:
        """Ten seconds are enough to read a name; then the line is wiped."""
        if self._revealed_until and self.now_wall() >= self._revealed_until:
            self._revealed_until = 0
            self.say("")

    async def _keys(self) -> None:
        self.hall_app.show_keys(self.why_not)

    async def _palette(self) -> None:
        if self._commands is None:
            self._commands = CommandSearch(current(), self.why_not, self.label_now)
        chosen = await self.desk.answer(
            Question(
                t("desk.palette"), find=self._commands.find, placeholder=t("desk.palette-hint")
            )
        )
        if chosen is not None:
            self.call_later(self.action_desk, chosen.key)

    async def _menu(self) -> None:
        options = tuple(Option(*found) for found in menu_options(self.why_not, self.label_now))
        chosen = await self.desk.answer(Question(t("desk.menu"), options))
        if chosen is not None:
            self.call_later(self.action_desk, chosen.key)

    async def _lock(self) -> None:
        self.hall_app.lock()

    async def _language(self) -> None:
        self.hall_app.switch_language()

    async def _refresh(self) -> None:
        self._look()
        self.app.refresh(layout=True)

    async def _quit(self) -> None:
        await self.hall_app.leave()

    def on_key(self, event: events.Key) -> None:
        """Esc clears the message line."""
        if event.key == "escape":
            self.say("")
