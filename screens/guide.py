"""The guide (导办) at the desk: plain questions to an item, what to bring, a number and a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding

from hallclient import guide_words
from hallclient.actions import guide
from hallclient.actions.acting import Actor
from hallclient.actions.case_title import ORGANISATION, PERSON, Applicant
from hallclient.actions.guide import Hit, Matter
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.review.guide import Question as Asked
from hallclient.texts import language, t
from hallclient.words import refused_text
from screens.form_look import LookScreen
from screens.keys import current
from screens.widgets.choices import Option
from screens.widgets.question import Question
from screens.widgets.rows import Column, ListSource, Row
from screens.widgets.table import VirtualTable

Done = Callable[[str, str], None]
"""Told of the case that was opened (its id), and what to say."""
_NOBODY = "nobody"


class GuideScreen(LookScreen):
    """Answers by their figures; Esc goes a question back, and from the first one away."""

    BINDINGS: ClassVar = [
        *(Binding(str(n), f"answer({n})", show=False) for n in range(1, 10)),
        Binding(",".join(current().of("find_case")), "find", show=False),
        Binding("backspace", "back", show=False),
    ]

    def __init__(self, who: Actor, hall: Hall, done: Done) -> None:
        super().__init__()
        self.who = who
        self.hall = hall
        self._done = done
        self._steps: list[Asked | Matter | list[Hit]] = []
        """The way here: questions, what a search found, at last a matter."""
        self._path: tuple[int, ...] = ()

    def on_mount(self) -> None:
        """Begin with the first question."""
        super().on_mount()
        self.do_alone(self._start)

    async def _start(self) -> None:
        await self._follow(())

    # -- showing

    @property
    def step(self) -> Asked | Matter | list[Hit] | None:
        """What is shown now."""
        return self._steps[-1] if self._steps else None

    def speak(self) -> None:
        """Everything in the language spoken now."""
        step = self.step
        self.table.set_columns([Column("", 2, align="right"), Column("", 20, flex=1)])
        self.head(t("cases.guide.title"), "")
        if isinstance(step, Asked):
            self.head(t("cases.guide.title"), named(step, language()))
            self.show(ListSource(_rows([named(one, language()) for one in step.answers])))
            self.foot("cases.guide.keys-question")
        elif isinstance(step, Matter):
            name, *lines = guide_words.matter_lines(self.hall, step)
            self.head(t("cases.guide.matter", name=name), "")
            self.show(ListSource([Row(str(n), ("", one)) for n, one in enumerate(lines)]))
            self.foot("cases.guide.keys-matter" if step.item else "cases.guide.keys-elsewhere")
        elif step is not None:
            self.head(t("cases.guide.title"), t("cases.guide.found", n=len(step)))
            self.show(ListSource(_rows([_hit(one) for one in step])))
            self.foot("cases.guide.keys-question")
        self._tell_line()

    @on(VirtualTable.RowHighlighted, "#list")
    def _tell_line(self) -> None:
        row = self.table.selected
        self.detail(row.cells[1].strip() if row is not None else "")

    # -- keys

    def action_answer(self, n: int) -> None:
        """The answer with this figure."""
        self.do_alone(lambda: self._answer(n))

    @on(VirtualTable.RowActivated, "#list")
    def _activated(self, event: VirtualTable.RowActivated) -> None:
        event.stop()
        if isinstance(self.step, Matter):
            self.do_alone(self._take)
        else:
            self.do_alone(lambda: self._answer(int(event.row.key)))

    def action_back(self) -> None:
        """A question back; from the first one to where the guide was asked for."""
        if len(self._steps) < 2:
            self.app.pop_screen()
            return
        was = self._steps.pop()
        if self._path and not isinstance(was, list):
            self._path = self._path[:-1]
        self._shown_anew()

    def action_find(self) -> None:
        """By what people say."""
        self.do_alone(self._find)

    # -- what they do

    def _shown_anew(self) -> None:
        self.say("")
        self.speak()
        self.go_to(0)

    async def _follow(self, path: tuple[int, ...]) -> None:
        found = await self.read(self.who, guide.follow, path)
        if found is not None:
            self._path = path
            self._steps.append(found)
            self._shown_anew()

    async def _answer(self, n: int) -> None:
        step = self.step
        if isinstance(step, list):
            if 1 <= n <= len(step):
                await self._go_to(step[n - 1])
        elif isinstance(step, Asked) and 1 <= n <= len(step.answers):
            await self._follow((*self._path, n))

    async def _go_to(self, hit: Hit) -> None:
        if hit.path:
            await self._follow(hit.path)
            return
        found = await self.read(self.who, guide.found, hit.item, checklist=hit.checklist)
        if found is not None:
            self._steps.append(found)
            self._shown_anew()

    async def _find(self) -> None:
        answer = await self.asked(
            Question(t("cases.guide.find"), text=True, placeholder=t("cases.guide.find-hint"))
        )
        if answer is None:
            return
        hits = await self.read(self.who, guide.search, answer.text)
        if hits is None:
            return
        if not hits:
            self.say(t("cases.guide.nothing", text=answer.text), "warn")
        elif len(hits) == 1:
            await self._go_to(hits[0])
        else:
            self._steps.append(hits)
            self._shown_anew()

    async def _take(self) -> None:
        """A number for the item, and the case on it."""
        step = self.step
        if not isinstance(step, Matter):
            return
        if not step.item:
            self.say(t("cases.guide.no-number"), "warn")
            return
        whose = await self._whose()
        if whose is None:
            return
        taken = await self.act(
            self.who,
            guide.take,
            step.item,
            checklist=step.checklist,
            applicant=whose if whose.name else None,
        )
        if taken is None:
            return
        number = taken.ticket.number
        if taken.case is None:
            why = refused_text(taken.refused) if taken.refused else t("guide.no-checklist")
            self.say(t("cases.guide.number", number=number, why=why), "warn")
            return
        said = t("cases.guide.opened", number=number, case=taken.case["number"])
        self.app.pop_screen()
        self._done(taken.case["id"], said)

    async def _whose(self) -> Applicant | None:
        """Who files, if that is to be written down now; None: never mind."""
        kinds = (
            Option(_NOBODY, t("cases.guide.later")),
            Option(ORGANISATION, t("cases.guide.organisation")),
            Option(PERSON, t("cases.guide.person")),
        )
        kind = await self.asked(Question(t("cases.guide.ask-whose"), kinds))
        if kind is None or kind.key == _NOBODY:
            return None if kind is None else Applicant()
        name = await self.asked(Question(t("cases.guide.ask-name"), text=True, limit=120))
        return None if name is None else Applicant(kind.key, name.text)


def _rows(texts: list[str]) -> list[Row]:
    return [Row(str(n), (str(n), text)) for n, text in enumerate(texts, 1)]


def _hit(hit: Hit) -> str:
    name = named(hit, language())
    return name if hit.text in (hit.zh, hit.en) else name + t("guide.by", text=hit.text)
