"""What the screen of cases says: lists with counts, rows of each list. Nothing here decides."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from hallclient import review_tables as tables
from hallclient import watch_words as said
from hallclient.actions.acting import Actor
from hallclient.actions.assist import File, Need
from hallclient.actions.case_amend import Amendment
from hallclient.actions.case_figures import Report
from hallclient.actions.case_ledger import PromiseLine
from hallclient.actions.case_lists import (
    AGENT,
    DEPARTMENT,
    FIGURES,
    FILES,
    FOUND,
    PRESSING,
    WATCH,
    WORK,
    Count,
    Entry,
    Filled,
    standing,
)
from hallclient.actions.case_load import AtDepartment, Escalated, Still
from hallclient.actions.case_queues import Waiting
from hallclient.figure_tables import in_words
from hallclient.figure_tables import said as cell_text
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.lights import Light
from hallclient.rules.review.spec import Checklist, Flow
from hallclient.rules.review.watch import Deadline, LateStep, Load, Silence
from hallclient.rules.text import cell_width
from hallclient.texts import language, t
from hallclient.words import clock, word
from screens.desk_text import MUTED, STRONG, WARN, spread
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row


class Names(NamedTuple):
    """By key: the editions that name states, clocks and matters of what is shown."""

    flows: dict[str, Flow]
    checklists: dict[str, Checklist]


STYLES = {
    Light.OVERDUE: "alert",
    Light.RED: "alert",
    Light.YELLOW: "warn",
    Light.GREEN: "good",
    Light.PAUSED: "dim",
}
LIST_WIDTH = 20
"""Cells of the lists' names and counts, with the mark in front."""
_NUMBER = 17


def status(who: Actor, *, demo: bool, now: int, width: int) -> Content:
    """Whose screen this is, and the time."""
    parts: list[Part] = [(t("desk.demo-mark") + " ", WARN)] if demo else []
    parts.append((t("cases.title"), STRONG))
    parts.append(f" · {who.operator} {who.window}".rstrip())
    return spread(line(" ", *parts), line((clock(now) + " ", MUTED)), width)


# -- the lists


def list_name(name: str, hall: Hall) -> str:
    """What a list is called."""
    group, _, key = name.partition(".")
    if group == FOUND:
        return t("cases.found", text=key)
    if group == AGENT:
        return t("cases.files-of", agent=key)
    if group == DEPARTMENT:
        return t("cases.clocks-of", department=said.department_name(hall, key))
    return t(f"cases.list.{name}")


def list_columns() -> list[Column]:
    """A list and how many are in it."""
    return [Column(t("cases.lists"), 8, flex=1), Column(t("cases.col-n"), 4, align="right")]


def list_row(one: Count, hall: Hall) -> Row:
    """One list; its mark says that something in it presses."""
    style = "dim" if one.n == 0 else "alert" if one.n and one.list in PRESSING else ""
    return Row(one.list, (list_name(one.list, hall), "" if one.n is None else str(one.n)), style)


# -- the rows of a list

_TELLS = {
    WORK: "since",
    AGENT: "need",
    DEPARTMENT: "timer",
    FOUND: "",
    f"{FILES}.promised": "promised",
    f"{FILES}.waiting": "waits",
    f"{FILES}.silent": "until",
    f"{FILES}.finished": "",
    FILES: "waits",
    f"{WATCH}.silence": "until",
    f"{WATCH}.promises": "material",
    f"{WATCH}.steps": "department",
    f"{WATCH}.escalations": "by",
    f"{WATCH}.still": "days",
    f"{WATCH}.amendments": "fields",
    WATCH: "timer",
}
"""List or group of lists -> what it says beside a case: the title ``cases.col-<this>``."""


def _tells(name: str) -> str:
    found = _TELLS.get(name)
    return _TELLS[name.partition(".")[0]] if found is None else found


def columns(name: str, filled: Filled | None) -> list[Column]:
    """The columns of a list; the narrower the screen, the fewer."""
    key = name.partition(".")[2]
    if name == f"{WATCH}.departments":
        return [
            Column(t("cases.col-department"), 8, flex=1),
            *(_count_column(one) for one in ("open", "overdue", "today", "urged")),
            Column(t("cases.col-oldest"), 6, align="right"),
        ]
    if name == f"{WATCH}.agents":
        return [
            Column(t("cases.col-agent"), 8, flex=1),
            Column(t("cases.col-firm"), 8, flex=1, drop=1),
            *(_count_column(one) for one in ("open", "pre", "passed", "waits-n", "broken")),
            Column(t("cases.col-oldest"), 6, align="right", drop=2),
        ]
    if name.startswith(WATCH) and key in FIGURES:
        if not isinstance(filled, Report):
            return [Column("", 10, flex=1)]
        table = tables.overview(filled, FIGURES[key])
        return [
            Column(head, 16 if at == 0 else max(6, cell_width(head)), flex=at == 0, drop=at,
                   align="left" if in_words(table, at) else "right")
            for at, head in enumerate(table.head)
        ]  # fmt: skip
    light = max(map(cell_width, map(said.light_word, Light)))
    tells = _tells(name)
    narrow = tells in ("since", "promised", "days")
    title = t(f"cases.col-{tells}") if tells else ""
    about = Column(title, max(7, cell_width(title)), flex=0 if narrow else 2)
    middle = [about] if tells else []
    return [
        Column(t("cases.col-light"), light),
        Column(t("cases.col-number"), _NUMBER),
        Column(t("cases.col-title"), 14, flex=3),
        *middle,
        Column(t("cases.col-state"), 8, flex=1, drop=2 if tells else 0),
        Column(t("cases.col-left"), 6, align="right"),
        Column(t("cases.col-due"), 5, drop=3),
        Column(t("cases.col-holder"), max(4, cell_width(t("cases.col-holder"))), drop=4),
        Column(t("cases.col-item"), 10, flex=3, drop=5),
    ]


def _count_column(name: str) -> Column:
    title = t(f"cases.col-{name}")
    return Column(title, max(4, cell_width(title)), align="right")


def rows(name: str, filled: Filled, hall: Hall, names: Names, now: int) -> list[Row]:
    """The rows of a list."""
    if isinstance(filled, Report):
        table = tables.overview(filled, FIGURES[name.partition(".")[2]])
        return [
            Row(f"{at}", tuple(cell_text(cell) for cell in cells))
            for at, cells in enumerate(table.rows)
        ]
    found = []
    for one in filled:
        if isinstance(one, Entry):
            found.append(_entry_row(one, _tells(name), hall, names, now))
        elif isinstance(one, AtDepartment):
            found.append(_department_row(one, hall, now))
        else:
            found.append(_load_row(one, now))
    return found


def _entry_row(one: Entry, tells: str, hall: Hall, names: Names, now: int) -> Row:
    stands, case = standing(one), one.case
    middle = (_about(one, tells, hall, names, now),) if tells else ()
    cells = (
        said.light_word(stands.light) if stands else "",
        case.number,
        case.title,
        *middle,
        _state(one, names),
        left(one),
        said.day_text(stands.due) if stands else "",
        case.holder or case.agent,
        matter(one, hall, names),
    )
    style = STYLES[stands.light] if stands else ""
    if isinstance(one.about, File) and one.about.need is Need.PROMISED:
        style = style if style == "alert" else "warn"
    return Row(one.key, cells, "dim" if one.closed else style)


def _state(one: Entry, names: Names) -> str:
    flow = names.flows.get(one.case.flow)
    return one.case.state if flow is None else said.case_state(flow, one.case.state)


def left(one: Entry) -> str:
    """Days left in few cells; the detail says of which kind. A mark where it may still change."""
    stands = standing(one)
    if stands is None:
        return ""
    if stands.light is Light.PAUSED:
        return t("watch.left.paused")
    if stands.left == 0:
        told = t("cases.left.over" if stands.light is Light.OVERDUE else "cases.left.today")
    else:
        told = t("cases.left.late" if stands.left < 0 else "cases.left.days", n=abs(stands.left))
    return f"{told}~" if stands.provisional else told


def _about(one: Entry, tells: str, hall: Hall, names: Names, now: int) -> str:
    about = one.about
    if isinstance(about, Waiting):
        return said.age(now - about.since)
    if isinstance(about, File):
        return _of_file(about, tells)
    if isinstance(about, Silence):
        key = "cases.until.deemed" if about.deemed else "cases.until"
        return t(key, day=said.day_text(about.until))
    if isinstance(about, PromiseLine):
        return about.zh if language() == "zh" else about.en
    if isinstance(about, LateStep):
        return said.department_name(hall, about.department)
    if isinstance(about, Escalated):
        return f"{about.by} {said.age(now - about.at)}"
    if isinstance(about, Still):
        return t("cases.days", n=about.days)
    if isinstance(about, Amendment):
        return fields(about)
    return timer(one.clock, hall, names) if one.clock is not None and tells == "timer" else ""


def fields(about: Amendment) -> str:
    """What a correction changes, by the names of the fields."""
    return t("cases.comma").join(word("amend.field", one) for one in about.fields)


def _of_file(about: File, tells: str) -> str:
    if tells == "need":
        return word("need", about.need)
    if tells == "promised":
        return about.due[5:]
    return word("turn", about.waiting_on) if about.waiting_on else ""


def timer(one: Deadline, hall: Hall, names: Names) -> str:
    """What a clock is called: a department's step by the department."""
    flow = names.flows.get(one.case.flow)
    if one.at:
        return said.department_name(hall, one.at)
    return one.clock.timer if flow is None else said.timer_name(flow, one.clock.timer)


def _department_row(one: AtDepartment, hall: Hall, now: int) -> Row:
    counts = (one.open, one.overdue, one.due_today, one.urged)
    cells = (said.department_name(hall, one.department), *map(str, counts), _age(one.oldest, now))
    return Row(one.department, cells, "alert" if one.overdue else "warn" if one.due_today else "")


def _load_row(one: Load, now: int) -> Row:
    counts = (one.open, one.pre, one.passed, one.waiting, one.late)
    cells = (one.agent, one.firm, *map(str, counts), _age(one.oldest, now))
    return Row(one.agent, cells, "alert" if one.late else "" if one.open else "dim")


def _age(oldest: int | None, now: int) -> str:
    return "-" if oldest is None else said.age(now - oldest)


def matter(one: Entry, hall: Hall, names: Names) -> str:
    """What a case is for: its item, else its checklist."""
    known = names.checklists.get(one.checklist)
    return said.item_name(hall, one.case.item) if known is None else named(known, language())


def keys_of(filled: Filled) -> tuple[set[str], set[str]]:
    """Keys of the flows and checklists that name what is shown."""
    found = [one for one in filled if isinstance(one, Entry)]
    return {one.case.flow for one in found}, {one.checklist for one in found if one.checklist}
