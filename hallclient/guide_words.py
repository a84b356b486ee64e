"""The guide in words: where an answer leads, what to bring, how long it takes."""

from __future__ import annotations

from hallclient.actions.guide import Bring, Matter
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.review.guide import Question
from hallclient.texts import language, t


def question_lines(question: Question) -> list[str]:
    """The question and its answers with their figures."""
    answers = [
        t("guide.answer", n=n, text=named(one, language()))
        for n, one in enumerate(question.answers, 1)
    ]
    return [named(question, language()), *answers]


def matter_lines(hall: Hall, matter: Matter) -> list[str]:
    """All that somebody at the guide's desk says of a matter."""
    name = named(matter, language())
    if matter.elsewhere_zh:
        return [name, elsewhere(matter)]
    code = matter.item if matter.item in hall.items else ""
    lines = [t("guide.matter", name=name, code=code) if code else name, limits(hall, matter)]
    if matter.line:
        line = hall.lines[matter.line]
        said = {"prefix": line.prefix, "line": named(line, language())}
        lines.append(t("guide.line", n=matter.waiting, **said))
    if not matter.checklist:
        return [*lines, t("guide.no-checklist")]
    lines.append(t("guide.bring", n=len(matter.bring)))
    lines += [f"  {bring_line(one)}" for one in matter.bring]
    return lines


def elsewhere(matter: Matter) -> str:
    """Where a matter is done that this hall does not do."""
    english = language() == "en" and matter.elsewhere_en
    return matter.elsewhere_en if english else matter.elsewhere_zh


def limits(hall: Hall, matter: Matter) -> str:
    """The legal limit and the promised one."""
    legal, promised = _limit(hall, *matter.legal), _limit(hall, *matter.promised)
    if not matter.promised[0]:
        promised = t("guide.at-once")
    return t("guide.limits", legal=legal, promised=promised)


def _limit(hall: Hall, limit: int, unit: str) -> str:
    if not limit:
        return t("guide.no-limit")
    known = hall.units.get(unit)
    return t("guide.limit", n=limit, unit=named(known, language()) if known else unit)


def bring_line(one: Bring) -> str:
    """A material: what it must be, where it comes from, when it is needed."""
    material = one.material
    said = [t(f"material.form.{material.form}")]
    if material.copies > 1:
        said.append(t("guide.copies", n=material.copies))
    source = material.source_en if language() == "en" else material.source
    said.append(t("guide.source", source=source or material.source))
    if material.exempt:
        said.append(t("guide.exempt"))
    if material.tolerable:
        said.append(t("guide.tolerable"))
    if one.condition is not None:
        said.append(t("guide.when", question=named(one.condition, language())))
    name, about = named(material, language()), t("guide.comma").join(said)
    return t("guide.material", no=material.no, name=name, about=about)
