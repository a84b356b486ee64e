"""``hallclient guide``: from a question to the item, its materials, a number and a case."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient import guide_words
from hallclient.actions import guide
from hallclient.actions.case_title import ORGANISATION, PERSON, Applicant
from hallclient.actions.guide import Hit, Matter
from hallclient.cli import case_shape, pick, shape
from hallclient.cli.app import App
from hallclient.cli.parser import option
from hallclient.rules.catalogue import named
from hallclient.rules.errors import Refused
from hallclient.rules.review.guide import Question
from hallclient.texts import language, t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands

_PERSON = ("name", "identity", "phone", "agent-name", "agent-identity", "agent-phone")


def register(commands: Commands) -> None:
    """Add ``guide``."""
    own = commands.add_parser("guide", help=t("cli.command.guide"))
    own.description = t("guide.help")
    own.set_defaults(run=_run)
    option(own, "answer", nargs="*", type=int, help=t("cli.option.guide-answer"))
    option(own, "--search", default="", help=t("cli.option.guide-search"))
    option(own, "--item", default="", help=t("cli.option.guide-item"))
    option(own, "--take", action="store_true", help=t("cli.option.guide-take"))
    option(own, "--organisation", action="store_true")
    for name in _PERSON:
        option(own, f"--{name}", default="", help=t(f"cli.option.case-{name}"))


def _run(args: Namespace, app: App) -> int:
    if sum([bool(args.answer), bool(args.search), bool(args.item)]) > 1:
        raise Refused("guide-one-way")
    store, who = app.store(), app.actor()
    if args.search:
        hits = guide.search(store, who, args.search)
        if len(hits) != 1 or not args.take:
            return _hits(args, app, hits)
        (hit,) = hits
        step = guide.follow(store, who, hit.path) if hit.path else guide.found(store, who, hit.item)
    elif args.item:
        step = guide.found(store, who, pick.item(app.hall(), args.item))
    else:
        step = guide.follow(store, who, args.answer)
    if args.take:
        return _take(args, app, step)
    if isinstance(step, Question):
        app.out.emit(_question(step, args.answer), "\n".join(guide_words.question_lines(step)))
    else:
        lines = guide_words.matter_lines(app.hall(), step)
        app.out.emit(_matter(step), "\n".join(lines))
    return 0


def _hits(args: Namespace, app: App, hits: list[Hit]) -> int:
    if args.take:
        raise Refused("guide-not-one", field="search", text=args.search, n=len(hits))
    for hit in hits:
        way = " ".join(map(str, hit.path)) or f"--item {hit.item}"
        name = named(hit, language())
        by = "" if hit.text in (hit.zh, hit.en) else t("guide.by", text=hit.text)
        obj: dict[str, object] = {
            "path": list(hit.path),
            "name": name,
            "by": hit.text,
            "service": hit.item or None,
            "checklist": hit.checklist or None,
            "asks": hit.asks,
        }
        app.out.emit(obj, t("guide.hit", way=way, name=name, by=by))
    if not hits:
        raise Refused("guide-nothing", field="search", text=args.search)
    return 0


def _take(args: Namespace, app: App, step: Question | Matter) -> int:
    if isinstance(step, Question):
        raise Refused("guide-not-ended", field="answer", question=named(step, language()))
    if step.elsewhere_zh:
        raise Refused("guide-elsewhere", field="answer", where=guide_words.elsewhere(step))
    whose = Applicant(
        ORGANISATION if args.organisation else PERSON,
        **{name.replace("-", "_"): getattr(args, name.replace("-", "_")) for name in _PERSON},
    )
    store, who = app.store(), app.actor()
    taken = guide.take(
        store,
        who,
        step.item,
        checklist=step.checklist,
        applicant=whose if any(whose[1:]) else None,
    )
    hall, row, why = app.hall(), taken.case, taken.refused
    said = t("guide.taken", number=taken.ticket.number, name=named(step, language()))
    if row is not None:
        said += "\n" + t("guide.opened", case=row["number"])
    obj: dict[str, object] = {
        **shape.ticket_object(store, hall, taken.ticket),
        "case": None if row is None else case_shape.case_object(app, row),
        "case_refused": None if why is None else why.code,
    }
    app.out.emit(obj, said)
    if why is not None:
        # The number is there whatever became of the case.
        app.out.aside(t("guide.no-case", number=taken.ticket.number))
        raise why
    return 0


def _question(question: Question, path: list[int]) -> dict[str, object]:
    answers = [
        {
            "answer": n,
            "text": named(one, language()),
            "leads": "question" if one.to else "elsewhere" if one.elsewhere_zh else "item",
        }
        for n, one in enumerate(question.answers, 1)
    ]
    text = named(question, language())
    return {"question": question.id, "path": path, "text": text, "answers": answers}


def _matter(matter: Matter) -> dict[str, object]:
    return {
        "path": list(matter.path),
        "name": named(matter, language()),
        "service": matter.item or None,
        "checklist": matter.checklist or None,
        "elsewhere": guide_words.elsewhere(matter) or None,
        "legal_limit": f"{matter.legal[0]}{matter.legal[1]}",
        "promised_limit": f"{matter.promised[0]}{matter.promised[1]}",
        "line": matter.line or None,
        "waiting": matter.waiting,
        "materials": [
            {
                "material": one.material.no,
                "name": named(one.material, language()),
                "form": one.material.form,
                "medium": one.material.medium,
                "copies": one.material.copies,
                "main": one.material.main,
                "tolerable": one.material.tolerable,
                "exempt": one.material.exempt,
                "source": one.material.source_en if language() == "en" else one.material.source,
                "when": named(one.condition, language()) if one.condition else None,
            }
            for one in matter.bring
        ],
    }
