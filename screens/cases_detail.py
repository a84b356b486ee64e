"""The chosen line of a list in full: the case, how it stands, its next step and for whom."""

from __future__ import annotations

from textual.content import Content

from hallclient import review_tables as tables
from hallclient import watch_words as said
from hallclient.actions.assist import File
from hallclient.actions.case_amend import Amendment, Difference
from hallclient.actions.case_figures import Report
from hallclient.actions.case_ledger import PromiseLine
from hallclient.actions.case_lists import FIGURES, Entry
from hallclient.actions.case_load import AtDepartment
from hallclient.actions.case_view import CaseView
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.watch import LateStep, Load, Silence
from hallclient.rules.text import cut
from hallclient.texts import language, t
from hallclient.words import moment, word
from screens.cases_text import Names, fields, matter, timer
from screens.desk_text import MUTED, STRONG, WARN
from screens.widgets.content import Part, line

TASK_OPEN, PROMISE_OPEN = "open", "open"
LINES = 3
"""Of the detail."""
_OTHERS = frozenset({"applicant", "department"})
"""Whose turn it is when it is nobody's of the hall."""


def of_entry(
    one: Entry, view: CaseView | None, hall: Hall, names: Names, now: int, width: int, main: str
) -> Content:
    """Three lines: the case; its clock and what the list tells; its next step.

    ``main``: the move that the list is there for; empty: none.
    """
    case = one.case
    flow = names.flows.get(case.flow)
    state = case.state if flow is None else said.case_state(flow, case.state)
    held = case.holder or case.agent
    first: list[Part] = [(case.number, STRONG), case.title, matter(one, hall, names), state]
    if held:
        first.append((t("cases.held", who=held), MUTED))
    second = _told(one, hall, now) + _clock(one, hall, names)
    lines = [_fit(first, width), _fit(second, width), _fit(_next(view, now, main), width)]
    return Content("\n").join(lines)


def _fit(parts: list[Part], width: int) -> Content:
    shown = line(*parts, gap="  ")
    return shown if shown.cell_length <= width else Content(cut(shown.plain, width))


def _clock(one: Entry, hall: Hall, names: Names) -> list[Part]:
    clock = one.clock
    if clock is None:
        return [(t("cases.over" if one.closed else "cases.no-clock"), MUTED)]
    name = timer(clock, hall, names)
    light = said.light_word(clock.light)
    told = t("cases.clock", name=name, light=light, due=said.day_text(clock.clock.due))
    return [told, said.left_text(clock)]


def _told(one: Entry, hall: Hall, now: int) -> list[Part]:
    about = one.about
    if isinstance(about, Silence):
        return [(said.silence_text(about), WARN)]
    if isinstance(about, PromiseLine):
        kind = word("reviewfig.kind", about.kind)
        name = about.zh if language() == "zh" else about.en
        told = t("cases.promise", kind=kind, no=about.no, name=name, due=said.day_text(about.due))
        at = about.reminded_at
        first = t("cases.reminded", at=moment(at, now)) if at else t("cases.not-reminded")
        return [first, told]
    if isinstance(about, LateStep):
        name = said.department_name(hall, about.department)
        late = said.days_text(-about.late)
        return [(f"{name} {late}", WARN), t("watch.urged", n=about.urged)]
    if isinstance(about, Amendment):
        told = t("cases.amendment", fields=fields(about), by=about.by, reason=about.reason)
        return [(told, WARN), (moment(about.at, now), MUTED)]
    if isinstance(about, File) and about.due:
        return [(t("cases.promised", due=about.due[5:], text=about.note), WARN)]
    return []


def _next(view: CaseView | None, now: int, main: str) -> list[Part]:
    """Whose turn it is, the move that is meant or why it cannot be made, what is open beside."""
    if view is None:
        return [""]
    if view.step is None:
        return [(t("cases.over"), MUTED)]
    who = word("turn", view.step.who)
    found: list[Part] = []
    offer = next((one for one in view.offers if one.move.id == main), None)
    if offer is not None:
        found.append((t("cases.next", who=who, move=named(offer.move, language())), STRONG))
        if offer.why_not:
            found.append(t("cases.not-yet", why=t(f"guard.{offer.why_not}")))
    elif view.step.move and view.step.who not in _OTHERS:
        move = named(view.facts.flow.move[view.step.move], language())
        found.append((t("cases.next", who=who, move=move), STRONG))
    else:
        found.append((t("cases.next-who", who=who), STRONG))
    if view.facts.open_deficiencies:
        found.append((t("cases.deficient", n=len(view.facts.open_deficiencies)), WARN))
    return found + _open_notes(view, now)


def _open_notes(view: CaseView, now: int) -> list[Part]:
    open_ = [one for one in view.notes if one.done_at is None]
    if not open_:
        return []
    one = open_[0]
    told = t("cases.note", kind=word("note", one.kind), by=one.by, text=one.text)
    return [told, (moment(one.at, now), MUTED)]


def open_tasks(facts: CaseFacts) -> list[str]:
    """The departments that have not answered yet."""
    return [one.department for one in facts.tasks if one.state == TASK_OPEN]


def material_name(facts: CaseFacts, no: int) -> str:
    """What a material is called; its number when its checklist lost it."""
    known = facts.checklist.by_no.get(no)
    return str(no) if known is None else named(known, language())


def of_difference(found: Difference, width: int) -> Content:
    """What a correction changes, field by field, and the documents that stay as they are."""
    parts: list[Part] = []
    for one in found.changes:
        was, now = (_value(one.name, text) for text in (one.was, one.now))
        parts.append(t("cases.changed", field=word("amend.field", one.name), was=was, now=now))
    if found.papers:
        parts.append(t("cases.papers-stay", numbers=t("cases.comma").join(found.papers)))
    lines = [_fit(parts[at::LINES], width) for at in range(min(LINES, len(parts)))]
    return Content("\n").join(lines)


def _value(field: str, text: str) -> str:
    if field == "kind":
        return t(f"cases.guide.{text}")
    return text or t("cases.empty")


# -- lines that are no case


def of_department(one: AtDepartment, hall: Hall) -> Content:
    """What lies at a department."""
    told = t("watch.at-department", n=one.open, late=one.overdue, today=one.due_today)
    name = said.department_name(hall, one.department)
    return line((name, STRONG), told, t("watch.urged", n=one.urged), gap="  ")


def of_load(one: Load) -> Content:
    """What an agent has to carry."""
    return line(
        (one.agent, STRONG),
        one.firm or t("cases.own-agent"),
        t("watch.load", n=one.open, pre=one.pre, passed=one.passed),
        t("watch.load-more", waiting=one.waiting, late=one.late),
        gap="  ",
    )


def of_figures(report: Report, key: str, at: int, width: int) -> Content:
    """The days, the chosen row in full, what its first figure means."""
    by = FIGURES[key]
    table = tables.overview(report, by)
    days = t("cases.days-of", first=report.first, last=report.last)
    if not 0 <= at < len(table.rows):
        return line((days, MUTED))
    group = list(report.groups[by])[at]
    metric = tables.fields(report.report, by)[0][0]
    lines = [
        _fit([(tables.group_name(report, by, group), STRONG)], width),
        _fit([(f"{tables.metric_name(metric)}: {tables.formula(metric)}", MUTED)], width),
        line((days, MUTED)),
    ]
    return Content("\n").join(lines)
