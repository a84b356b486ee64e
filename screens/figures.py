"""The figures of a day: at a glance, by line, service, window, clerk, and the fairness ledger."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding

from db.errors import StoreError
from db.store import Store
from hallclient import figure_tables as tables
from hallclient.actions.acting import Actor
from hallclient.actions.figures import Report, Usual, figures, usual_arrivals
from hallclient.figure_files import SHEETS, write_workbook
from hallclient.figure_tables import Table
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.metrics import GROUPINGS
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import figures_text
from screens.base import STYLES, HallScreen
from screens.keys import current
from screens.widgets.ask import Ask
from screens.widgets.content import Words, line
from screens.widgets.question import Answer, Question, yes_no
from screens.widgets.rows import ListSource
from screens.widgets.table import VirtualTable

GLANCE, SUMMARY, LEDGER = "glance", "summary", "ledger"
VIEWS: Final = (GLANCE, SUMMARY, *GROUPINGS, LEDGER)
"""What can be looked at, each by its digit."""

AGAIN_S: Final = 15.0
"""So often a day that still goes on is read again."""


class FiguresScreen(HallScreen):
    """One day; arrows go to other days, digits to other views."""

    CSS_PATH = "figures.tcss"
    BINDINGS = [
        Binding("escape", "close", show=False),
        Binding("left", "day(-1)", show=False),
        Binding("right", "day(1)", show=False),
        Binding("t", "today", show=False),
        Binding("x", "save", show=False),
        Binding(",".join(current().of("language")), "speak", show=False),
        *(Binding(str(n), f"view({n})", show=False) for n in range(1, len(VIEWS) + 1)),
    ]
    AUTO_FOCUS = ""

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__()
        self._who = who
        self._hall = hall
        self._day = ""
        self._view = GLANCE
        self._report: Report | None = None
        self._usual = Usual(0, {})
        self._said = ""

    def compose(self) -> ComposeResult:
        """What day, which view, the figures, a question now and then, the keys."""
        yield Words(id="status")
        yield Words(id="views")
        yield Words(id="head")
        yield Words(id="plot")
        yield VirtualTable([], id="table")
        yield Words(id="said")
        yield Ask(id="ask")
        yield Words(id="foot")

    def on_mount(self) -> None:
        """Show today."""
        self._day = self._today
        self.speak()
        self._look()
        self.set_interval(AGAIN_S, self._again)

    def on_resize(self) -> None:
        """Bars are made for the width."""
        self.speak()

    # -- reading

    @property
    def _today(self) -> str:
        env = self.hall_app.session.store.env
        return env.day(env.now())

    def _again(self) -> None:
        if self._day == self._today and self.is_current:
            self._look()

    def _look(self) -> None:
        self.run_worker(self._read(self._day), group="read", exclusive=True, exit_on_error=False)

    async def _read(self, day: str) -> None:
        try:
            report, usual = await self.hall_app.session.read(_figures, self._who, day)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            if day == self._day:
                self._report, self._usual = report, usual
                self.speak()

    # -- showing

    def speak(self) -> None:
        """Everything in the language spoken now."""
        width, report = max(40, self.app.size.width), self._report
        if report is not None and report.first != self._day:
            report = None
        status = figures_text.status(report, self._day, self._today, width)
        self.query_one("#status", Words).say(status)
        views = [
            (f"{n} {t(f'figures.view.{view}')}", "bold reverse" if view == self._view else "")
            for n, view in enumerate(VIEWS, 1)
        ]
        self.query_one("#views", Words).say(line(" ", line(*views, gap=" ")))
        foot = self.query_one("#foot", Words)
        foot.say(line((t("figures.keys", language=current().first("language")), "bold")))
        table, plot = self.query_one(VirtualTable), self.query_one("#plot", Words)
        glance = self._view == GLANCE
        plot.display, table.display = glance, not glance
        head = self.query_one("#head", Words)
        head.display = report is None or self._view in (GLANCE, LEDGER)
        if report is None:
            head.say(t("figures.reading") if not self._said else "", layout=True)
            plot.say("")
            table.replace_source(ListSource())
            return
        if self._view == LEDGER:
            head.say(figures_text.ledger_line(report), layout=True)
        if glance:
            lines = figures_text.headline(report, self._usual, self._hall)
            head.say(line(*lines, gap="\n"), layout=True)
            room = self.app.size.height - 7
            plot.say(
                figures_text.plot(report, self._usual, self._hall, width - 2, room), layout=True
            )
        else:
            self._show_table(self._table(report))

    def _table(self, report: Report) -> Table:
        if self._view == SUMMARY:
            return tables.summary(report, self._hall)
        if self._view == LEDGER:
            return tables.ledger(report, self._hall)
        return tables.overview(report, self._hall, self._view)

    def _show_table(self, table: Table) -> None:
        shown = self.query_one(VirtualTable)
        empty = "figures.ledger.empty" if table.id == LEDGER else "figures.no-numbers"
        shown.set_columns(figures_text.columns(table), t(empty))
        shown.replace_source(ListSource(figures_text.rows(table)))

    def say(self, text: str, style: str = "") -> None:
        """What came of a key."""
        self._said = text
        self.query_one("#said", Words).say(line((text, STYLES[style])), layout=True)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question is open its keys are answers: digits and arrows choose there."""
        asks = self.query(Ask)
        return action == "speak" or not (asks and asks.first().is_open)

    def action_close(self) -> None:
        """Back to the desk."""
        self.app.pop_screen()

    def action_day(self, step: int) -> None:
        """Some days on or back, never beyond today."""
        day = (date.fromisoformat(self._day) + timedelta(days=step)).isoformat()
        self._go(min(day, self._today))

    def action_today(self) -> None:
        """Today."""
        self._go(self._today)

    def _go(self, day: str) -> None:
        if day != self._day:
            self._day = day
            self.say("")
            self.speak()
            self._look()

    def action_view(self, number: int) -> None:
        """Another view."""
        self._view = VIEWS[number - 1]
        self.speak()
        self.query_one(VirtualTable).action_first()
        self._focus()

    def _focus(self) -> None:
        """The table has the keys when it is what one sees."""
        self.set_focus(None if self._view == GLANCE else self.query_one(VirtualTable))

    def action_speak(self) -> None:
        """The other language."""
        self.hall_app.switch_language()

    def action_save(self) -> None:
        """A workbook of this day, to a file that is asked for."""
        self.do_alone(self._save)

    async def _save(self) -> None:
        day = self._day
        answer = await self._asked(
            Question(t("figures.ask-file"), text=True, value=t("figures.file", day=day))
        )
        if answer is None:
            return
        target = _file(answer.text)
        try:
            try:
                count = await self._write(day, target, replace=False)
            except StoreError as error:
                if error.code != "file-exists":
                    raise
                wanted = await self._asked(yes_no(t("figures.ask-replace", file=target.name)))
                if wanted is None or wanted.key != "yes":
                    return
                count = await self._write(day, target, replace=True)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.say(t("figures.made-workbook", file=str(target), n=count), "good")

    async def _asked(self, question: Question) -> Answer | None:
        """Ask; keys are answers until then, and afterwards the screen's own again."""
        self._settled.set()
        answer = await self.query_one(Ask).put(question)
        self._settled.clear()
        self._focus()
        return answer

    async def _write(self, day: str, target: Path, *, replace: bool) -> int:
        return await self.hall_app.session.read(
            _workbook, self._who, self._hall, day, target, replace
        )


def _file(text: str) -> Path:
    """The file that is meant; a workbook's ending when there is none."""
    target = Path(text).expanduser().absolute()
    return target if target.suffix else target.with_suffix(".xlsx")


def _figures(store: Store, who: Actor, day: str) -> tuple[Report, Usual]:
    """What a day's screen shows."""
    return figures(store, who, day, by=GROUPINGS), usual_arrivals(store, who, day)


def _workbook(store: Store, who: Actor, hall: Hall, day: str, target: Path, replace: bool) -> int:
    """The day's figures as they are now, in a file."""
    return write_workbook(figures(store, who, day, by=SHEETS), hall, target, replace=replace)
