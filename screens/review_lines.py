"""The one list of a case: conditions, materials, other defects, promises, departments, clocks,
documents, files, notes. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hallclient.actions.case_view import CaseView
from hallclient.certificate_words import state_word
from hallclient.clock_words import due_text
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.certificate.states import APPROVED, ENDED, HANDED, PRINTING, READY
from hallclient.rules.review.clocks import step_of
from hallclient.rules.review.deficiencies import MATERIAL, ordered
from hallclient.rules.review.facts import MaterialFact, MaterialState
from hallclient.rules.review.materials import OWN, needed
from hallclient.rules.review.spec import Material
from hallclient.texts import language, t
from hallclient.watch_words import department_name, light_word, timer_name
from hallclient.words import local, moment, word
from screens.widgets.rows import Column, Row

CONDITION, PAPER_DUE, DEFICIENCY = "condition", "material", "deficiency"
PROMISE, TASK, CLOCK = "promise", "task", "clock"
DOCUMENT, FILE, NOTE, AMENDMENT = "paper", "file", "note", "amendment"
CERTIFICATE = "certificate"

_STYLES = {
    MaterialState.PASSED: "good",
    MaterialState.RETURNED: "good",
    MaterialState.EXEMPT: "good",
    MaterialState.COMMITTED: "good",
    MaterialState.FAILED: "alert",
    MaterialState.TOLERATED: "warn",
    MaterialState.RECEIVED: "new",
    MaterialState.UNNEEDED: "dim",
}
_ISSUED = {APPROVED: "alert", PRINTING: "warn", READY: "new", HANDED: "good"} | dict.fromkeys(
    ENDED, "dim"
)
_LIGHTS = {"green": "good", "yellow": "warn", "red": "alert", "overdue": "alert", "paused": "dim"}


class Line(NamedTuple):
    """A line of the list: what it is about, as in `materials.Point`."""

    kind: str
    ref: str

    @property
    def key(self) -> str:
        """The key of its row."""
        return f"{self.kind}:{self.ref}"


def line_of(key: str) -> Line:
    """The line with this key."""
    kind, _, ref = key.partition(":")
    return Line(kind, ref)


def columns() -> list[Column]:
    """Kind, number, what, how it stands, and what is said of that."""
    return [
        Column(t("review.col-kind"), 4),
        Column(t("review.col-no"), 3, align="right"),
        Column(t("review.col-what"), 16, flex=3),
        Column(t("review.col-state"), 10),
        Column(t("review.col-more"), 10, flex=2, drop=1),
    ]


def rows(view: CaseView, hall: Hall, now: int) -> list[Row]:
    """Every line, in the order in which a case is worked off."""
    found: list[Row] = []
    last = ""
    for kind, ref, cells, style in _lines(view, hall, now):
        head = t(f"review.kind.{kind}") if kind != last else ""
        last = kind
        found.append(Row(Line(kind, ref).key, (head, *cells), style))
    return found


_Made = tuple[str, str, tuple[str, ...], str]


def _lines(view: CaseView, hall: Hall, now: int) -> Iterator[_Made]:
    yield from _materials(view)
    yield from _deficiencies(view)
    for one in view.facts.promises:
        name = named(view.facts.checklist.by_no[one.no], language())
        state = word("promise.state", one.state)
        late = one.state == "open" and one.due < view.facts.today
        style = "alert" if late else {"open": "warn", "kept": "good"}.get(one.state, "dim")
        more = t(f"review.promise.{one.kind}", due=one.due.isoformat())
        yield PROMISE, one.id, (str(one.no), name, state, more), style
    for task in view.facts.tasks:
        name = department_name(hall, task.department)
        more = task.due.isoformat() if task.due else ""
        if task.lead:
            more = f"{more} {t('review.lead')}".strip()
        late = task.state == "open" and task.due is not None and task.due < view.facts.today
        known = {"agreed": "good", "refused": "alert", "returned": "warn"}
        style = "alert" if late else known.get(task.state, "")
        state = word("task.state", task.state)
        yield TASK, task.department, ("", name, state, more), style
    for certificate in view.facts.certificates:
        state = state_word(certificate.state)
        cells = ("", named(certificate, language()), state, certificate.code)
        yield CERTIFICATE, certificate.id, cells, _ISSUED.get(certificate.state, "")
    for timing in view.timings:
        clock = timing.clock
        name = timer_name(view.facts.flow, clock.timer)
        if department := step_of(clock.id):
            name = f"{name} {department_name(hall, department)}"
        due = clock.due.isoformat()
        if clock.due_at is not None:
            due = f"{local(clock.due_at):%Y-%m-%d %H:%M}"
        cells = ("", name, light_word(timing.light), due_text(due, clock.provisional))
        yield CLOCK, clock.id, cells, _LIGHTS[timing.light.value]
    for amendment in view.amendments:
        fields = t("review.list-sep").join(t(f"amend.field.{name}") for name in amendment.fields)
        state = t(f"amend.state.{amendment.state}")
        more = " ".join((amendment.by, moment(amendment.at, now)))
        style = {"supervisor": "warn", "approved": "good"}.get(amendment.state, "dim")
        yield AMENDMENT, amendment.id, ("", fields, state, more), style
    yield from _kept(view, now)


def _materials(view: CaseView) -> Iterator[_Made]:
    facts = view.facts
    asked: set[str] = set()
    for fact in facts.materials:
        material = facts.checklist.by_no[fact.no]
        if material.when and material.when not in asked:
            asked.add(material.when)
            yield _condition(view, material.when)
        state = word("material.state", fact.state.value)
        if fact.state is MaterialState.DUE and needed(facts, material) is None:
            state = t("review.unsure")
        cells = (str(fact.no), _name(material), state, _about(view, material, fact))
        yield PAPER_DUE, str(fact.no), cells, _STYLES.get(fact.state, "")


def _condition(view: CaseView, condition: str) -> _Made:
    answer = view.facts.answers.get(condition)
    said = t("review.unanswered" if answer is None else "review.yes" if answer else "review.no")
    name = named(view.facts.checklist.by_condition[condition], language())
    return CONDITION, condition, ("?", name, said, ""), "conflict" if answer is None else "dim"


def _name(material: Material) -> str:
    """Its name; a secondary one is marked, for it may wait (容缺)."""
    name = named(material, language())
    return name if material.main else t("review.secondary", name=name)


def _about(view: CaseView, material: Material, fact: MaterialFact) -> str:
    """Its reasons, its evidence, how many files."""
    known = {one.code: one for one in material.reasons}
    said = view.said.get(fact.no)
    parts = []
    for code in fact.reasons:
        if code in known:
            parts.append(named(known[code], language()))
        elif code == OWN and said is not None:
            parts.append(said.note)
    if said is not None and said.evidence:
        parts.append(said.evidence)
    if fact.files:
        parts.append(t("review.files", n=fact.files))
    return " · ".join(parts)


def _deficiencies(view: CaseView) -> Iterator[_Made]:
    """What is missing beside the materials, which say it themselves."""
    for one in ordered(view.facts):
        if one.source == MATERIAL:
            continue
        english = language() == "en"
        text = (one.text_en if english else "") or one.text
        how = (one.how_en if english else "") or one.how
        source = word("review.source", one.source)
        yield DEFICIENCY, one.id, ("", text, source, how), "warn" if one.paper else "alert"


def _kept(view: CaseView, now: int) -> Iterator[_Made]:
    flow, papers = view.facts.flow, view.papers
    for paper in reversed(view.facts.papers):
        row = papers[paper.id]
        name = named(flow.paper[paper.kind], language())
        if row["delivery"]:
            state = t(f"paper.way.{row['delivery']}")
        elif row["printed"]:
            state = t("review.printed", n=row["printed"])
        else:
            state = t("review.not-printed")
        style = "" if row["printed"] or row["delivery"] else "new"
        yield DOCUMENT, paper.id, ("", name, state, paper.number), style
    for file in view.files:
        size = t("review.size", kb=max(1, file.size >> 10))
        yield FILE, file.id, (str(file.no or ""), file.name, size, moment(file.at, now)), ""
    for note in view.notes:
        open_still = note.done_at is None
        more = " ".join(filter(None, (note.by, moment(note.at, now), note.due)))
        style = "warn" if open_still else ""
        yield NOTE, note.id, ("", note.text, t(f"note.{note.kind}"), more), style
