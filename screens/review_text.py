"""The lines of the review screen, as content made from a view of the case. Nothing here decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.content import Content

from hallclient.actions.acting import Actor
from hallclient.actions.case_amend import Difference
from hallclient.actions.case_view import CaseView
from hallclient.certificate_words import state_word
from hallclient.clock_words import day_cells
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.review.clocks import arithmetic, legal_due
from hallclient.rules.review.deficiencies import ordered
from hallclient.rules.review.facts import DeficiencyFact, MaterialState
from hallclient.rules.review.materials import NOT_IN, OWN, count
from hallclient.rules.review.spec import Material
from hallclient.rules.text import cell_width, cut
from hallclient.texts import language, t
from hallclient.watch_words import case_state, department_name, item_name, light_word, timer_name
from hallclient.words import moment, word
from screens.desk_text import ALERT, GOOD, MUTED, STRONG, WARN, spread
from screens.review_lines import (
    AMENDMENT,
    CERTIFICATE,
    CLOCK,
    CONDITION,
    DEFICIENCY,
    DOCUMENT,
    FILE,
    NOTE,
    PAPER_DUE,
    PROMISE,
    TASK,
    Line,
)
from screens.widgets.content import Part, line

_NOT_HERE = NOT_IN | {MaterialState.UNNEEDED}
_LIGHTS = {"green": GOOD, "yellow": WARN, "red": ALERT, "overdue": ALERT, "paused": MUTED}


def status(view: CaseView, hall: Hall, ticket: str, width: int) -> Content:
    """The top line: number, who files, the item; state, and how far the materials are."""
    row, facts = view.row, view.facts
    done = count(facts)
    state = case_state(facts.flow, facts.state)
    right: list[Part] = [
        (state, STRONG),
        (t("review.count", settled=done.settled, needed=done.needed), MUTED),
    ]
    item = item_name(hall, row["item"]) if row["item"] else named(facts.checklist, language())
    left: list[Part] = [(ticket, STRONG)] if ticket else []
    left += [(row["number"], STRONG), row["title"] or "-", (item, MUTED)]
    return spread(line(*left, gap=" "), line(*right, gap=" "), width)


def timings(view: CaseView, who: Actor, width: int) -> Content:
    """The clocks that run, whatever tips over first first; who holds it, whose file it is."""
    parts: list[Part] = []
    told_of: set[str] = set()
    for one in view.timings:
        if one.clock.timer in told_of:
            continue  # of several departments' steps the one that tips over first
        told_of.add(one.clock.timer)
        name = timer_name(view.facts.flow, one.clock.timer)
        said = t("review.timing", timer=name, light=light_word(one.light), left=left(one.left))
        parts.append((said, _LIGHTS[one.light.value]))
    if not parts:
        parts.append((t("review.no-clock"), MUTED))
    holder = view.facts.holder
    told = []
    if holder is not None:
        mine = holder == who.operator
        told.append(t("review.held-mine" if mine else "review.held", holder=holder))
    if view.row["agent"]:
        told.append(t("review.agent", agent=view.row["agent"]))
    right = line((" ".join(told), MUTED))
    room = width - cell_width(right.plain) - 1
    kept: list[Part] = []
    used = 0
    for part in parts:
        wide = cell_width(part[0] if isinstance(part, tuple) else str(part)) + 2
        if kept and used + wide > room:
            break
        kept.append(part)
        used += wide
    return spread(line(*kept, gap="  "), right, width)


def left(days: int) -> str:
    """Days left in the clock's unit, or late."""
    return t("review.late", n=-days) if days < 0 else t("review.left", n=days)


def next_step(view: CaseView, key: str, more: str) -> Content:
    """Whose turn it is and what the key does, or why it cannot be."""
    step = view.step
    if step is None:
        return line((t("review.over"), MUTED))
    parts: list[Part] = [(t("review.next", who=word("turn", step.who)), MUTED)]
    if step.move:
        parts.append((f"{key} {named(view.facts.flow.move[step.move], language())}", STRONG))
    hindered = [one for one in view.offers if one.why_not]
    if not step.move and hindered:
        first = hindered[0]
        name = named(first.move, language())
        parts.append((t("review.hindered", move=name, why=t(f"guard.{first.why_not}")), WARN))
    others = sum(not one.why_not for one in view.offers) - bool(step.move)
    if others > 0:
        parts.append((t("review.others", key=more, n=others), MUTED))
    return line(*parts, gap="  ")


# -- the line under the cursor in full


def detail(view: CaseView, hall: Hall, at: Line | None, now: int, width: int) -> Content:
    """Everything about the chosen line."""
    if at is None:
        return Content("")
    made = {
        CONDITION: _condition,
        PAPER_DUE: _material,
        DEFICIENCY: _deficiency,
        PROMISE: _promise,
        CLOCK: _clock,
        FILE: _file,
        NOTE: _note,
        AMENDMENT: _amendment,
        CERTIFICATE: _certificate,
    }
    if at.kind == TASK:
        lines = _task(view, hall, at.ref, now)
    elif at.kind == DOCUMENT:
        lines = _paper(view, at.ref, now)
    elif at.kind in made:
        lines = made[at.kind](view, at.ref)
    else:
        lines = []
    return joined(lines)


def joined(lines: Sequence[Content]) -> Content:
    """Lines below each other."""
    return Content("\n").join(lines)


def _certificate(view: CaseView, ref: str) -> list[Content]:
    one = next(one for one in view.facts.certificates if one.id == ref)
    head = line((named(one, language()), STRONG), state_word(one.state), gap="  ")
    return [head, line(one.code or t("review.no-code")), line(t("review.certificate-keys"))]


def _condition(view: CaseView, ref: str) -> list[Content]:
    facts = view.facts
    about = [str(one.no) for one in facts.checklist.materials if one.when == ref]
    return [
        line((named(facts.checklist.by_condition[ref], language()), STRONG)),
        line((t("review.condition-of", nos=t("review.list-sep").join(about)), "")),
        line((t("review.condition-keys"), MUTED)),
    ]


def _material(view: CaseView, ref: str) -> list[Content]:
    material, fact = view.facts.material(int(ref))
    head: list[Part] = [(f"{fact.no} {named(material, language())}", STRONG)]
    head.append((t("review.main" if material.main else "review.second"), MUTED))
    head.append(word("material.state", fact.state.value))
    lines = [line(*head, gap="  "), line((_wanted(material), MUTED))]
    if fact.state not in _NOT_HERE and fact.form:
        medium = fact.medium or "either"
        form, medium = t(f"material.form.{fact.form}"), t(f"review.medium.{medium}")
        lines.append(line(t("review.as-given", form=form, n=fact.copies, medium=medium)))
    return [*lines, *_reasons(view, material)]


def _wanted(material: Material) -> str:
    form = t(f"material.form.{material.form}")
    parts = [
        t("review.copies", form=form, n=material.copies),
        t(f"review.medium.{material.medium}"),
    ]
    english = language() == "en"
    source = (material.source_en if english else "") or material.source
    if source:
        parts.append(t("review.from", source=source))
    if material.tolerable:
        parts.append(t("review.may-wait"))
    if material.commitment:
        parts.append(t("review.may-commit"))
    if material.exempt:
        parts.append(t("review.may-exempt"))
    if material.return_original:
        parts.append(t("review.return-original"))
    return " · ".join(parts)


def _reasons(view: CaseView, material: Material) -> list[Content]:
    """Its check points, numbered as the keys are; with what is wrong marked."""
    _, fact = view.facts.material(material.no)
    english = language() == "en"
    found = []
    said = view.said.get(material.no)
    if said is not None and OWN in fact.reasons:
        found.append(line(("x ✗ ", ALERT), (said.note, ALERT)))
    if said is not None and said.evidence:
        found.append(line((t("review.evidence", text=said.evidence), "")))
    for n, one in enumerate(material.reasons, 1):
        chosen = one.code in fact.reasons
        how = one.how_en if english else one.how_zh
        found.append(
            line(
                (f"{n} {'✗' if chosen else '·'} ", ALERT if chosen else STRONG),
                (named(one, language()), ALERT if chosen else ""),
                (f"  {how}" if how else "", MUTED),
            )
        )
    if not material.reasons:
        found.append(line((t("review.no-reasons"), MUTED)))
    return found


def _deficiency(view: CaseView, ref: str) -> list[Content]:
    one = next((one for one in view.facts.open_deficiencies if one.id == ref), None)
    if one is None:
        return []
    text, how = spoken(one)
    lines = [line((text, STRONG))]
    if how:
        lines.append(line((t("review.how", how=how), "")))
    said = t("review.told" if one.paper else "review.untold")
    lines.append(line((f"{word('review.source', one.source)} · {said}", MUTED)))
    return lines


def spoken(one: DeficiencyFact) -> tuple[str, str]:
    """What is wrong and how to mend it, in the language spoken."""
    if language() == "en":
        return one.text_en or one.text, one.how_en or one.how
    return one.text, one.how


def _promise(view: CaseView, ref: str) -> list[Content]:
    one = next(one for one in view.facts.promises if one.id == ref)
    name = named(view.facts.checklist.by_no[one.no], language())
    return [
        line((f"{one.no} {name}", STRONG), word("promise.state", one.state), gap="  "),
        line((t(f"review.promise.{one.kind}", due=one.due.isoformat()), "")),
        line((t("review.promise-keys"), MUTED)),
    ]


def _task(view: CaseView, hall: Hall, department: str, now: int) -> list[Content]:
    row = view.tasks.get(department)
    if row is None:
        return []
    lines = [
        line(
            (department_name(hall, department), STRONG),
            word("task.state", row["state"]),
            t("review.lead") if row["lead"] else "",
            gap="  ",
        )
    ]
    sent = t("review.task", sent=moment(row["sent_at"], now), due=row["due"] or "-")
    if row["urged"]:
        sent += " · " + t("review.urged", n=row["urged"])
    lines.append(line((sent, MUTED)))
    if row["done_at"]:
        said = t("review.answered", by=row["by"] or "-", at=moment(row["done_at"], now))
        lines.append(line((said, MUTED)))
    if view.opinions.get(department):
        lines.append(line((view.opinions[department], "")))
    return lines


def _clock(view: CaseView, ref: str) -> list[Content]:
    one = next((one for one in view.timings if one.clock.id == ref), None)
    if one is None:
        return []
    clock, facts = one.clock, view.facts
    limit = t(f"clock.limit.{clock.unit}", n=clock.limit)
    head = t(
        "review.clock",
        timer=timer_name(facts.flow, clock.timer),
        start=clock.start.isoformat(),
        limit=limit,
        due=clock.due.isoformat(),
    )
    lines = [line((head, STRONG), (light_word(one.light), _LIGHTS[one.light.value]), gap="  ")]
    legal = legal_due(view.calendar, clock, facts.checklist)
    if legal is not None:
        lines.append(line((t("clock.legal", due=legal.day.isoformat()), MUTED)))
    for day in arithmetic(view.calendar, clock, facts.today):
        lines.append(line("  ".join(day_cells(day))))
    return lines


def _paper(view: CaseView, ref: str, now: int) -> list[Content]:
    row = view.papers[ref]
    name = named(view.facts.flow.paper[row["kind"]], language())
    made = t("review.made", by=row["by"], at=moment(row["at"], now), copies=row["copies"])
    lines = [line((name, STRONG), row["number"], gap="  "), line((made, MUTED))]
    told = t("review.printed", n=row["printed"]) if row["printed"] else t("review.not-printed")
    if row["delivery"]:
        at = moment(row["delivered_at"], now)
        told += " · " + t("review.delivered", way=t(f"paper.way.{row['delivery']}"), at=at)
    lines.append(line((told, "")))
    lines.append(line((t("review.paper-keys"), MUTED)))
    return lines


def _file(view: CaseView, ref: str) -> list[Content]:
    one = next(one for one in view.files if one.id == ref)
    told = t("review.file", media=one.media, kb=max(1, one.size >> 10), by=one.by)
    return [line((one.name, STRONG)), line((told, MUTED)), line((t("review.file-keys"), MUTED))]


def _note(view: CaseView, ref: str) -> list[Content]:
    one = next((one for one in view.notes if one.id == ref), None)
    if one is None:
        return []
    head = " · ".join(filter(None, (t(f"note.{one.kind}"), one.by, one.to, one.due)))
    keys = [] if one.done_at else [line((t("review.note-keys"), MUTED))]
    return [line((head, STRONG)), line((one.text, "")), *keys]


def _amendment(view: CaseView, ref: str) -> list[Content]:
    one = next((one for one in view.amendments if one.id == ref), None)
    if one is None:
        return []
    fields = t("review.list-sep").join(t(f"amend.field.{name}") for name in one.fields)
    lines = [
        line((t("review.amends", fields=fields), STRONG), t(f"amend.state.{one.state}"), gap="  "),
        line((t("review.amend-by", by=one.by, reason=one.reason), "")),
    ]
    if one.done_at is None:
        lines.append(line((t("review.amend-keys"), MUTED)))
    return lines


def differences(found: Difference) -> Content:
    """What a correction changes, field by field, and the documents that stay as they are."""
    lines = [
        line(
            (t(f"amend.field.{one.name}"), STRONG),
            (one.was or "-", MUTED),
            "→",
            (one.now or "-", WARN),
            gap="  ",
        )
        for one in found.changes
    ]
    if found.papers:
        numbers = t("review.list-sep").join(found.papers)
        lines.append(line((t("review.amend-papers", numbers=numbers), MUTED)))
    return joined(lines)


# -- the notice before it is made


def notice(view: CaseView, width: int) -> Content:
    """What a notice would tell now, numbered."""
    found = ordered(view.facts)
    lines = [line((t("review.notice-head", n=len(found)), STRONG))]
    for n, one in enumerate(found, 1):
        text, how = spoken(one)
        place = ""
        if one.source == "material":
            place = named(view.facts.checklist.by_no[int(one.ref)], language()) + "  "
        lines.append(line((f"{n} ", STRONG), place, (text, ALERT)))
        if how:
            lines.append(line((cut(f"   {how}", max(20, width)), MUTED)))
    return joined(lines)


def document(body: dict[str, Any]) -> Content:
    """What a document says, as plain lines; how it is set says its template."""
    spoken_in = language()
    lines = [line((str(body["title"][spoken_in]), STRONG), str(body["number"]), gap="  ")]
    applicant = str(body["applicant"].get("name", ""))
    lines.append(line(" · ".join(filter(None, (applicant, str(body["item"].get(spoken_in, "")))))))
    for name in ("deficiencies", "materials", "gaps"):
        for n, one in enumerate(body.get(name, ()), 1):
            what = one.get("what", one)[spoken_in]
            wrong = one.get("wrong", {}).get(spoken_in, "")
            how = one.get("how", {}).get(spoken_in, "")
            lines.append(line(f"{n} ", what, (f"  {wrong}", ALERT), (f"  {how}", MUTED)))
    for name in ("reason", "until", "received_at", "accepted_at"):
        if body.get(name):
            lines.append(line((t(f"review.says.{name}"), MUTED), f" {body[name]}"))
    return joined(lines)
