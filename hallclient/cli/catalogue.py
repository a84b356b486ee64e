"""``hallclient catalogue``: search, show, and check a hall's own folder with all that is in it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Protocol

from hallclient.paths import FIXTURES
from hallclient.rules.catalogue import Hall, Item, Named, named
from hallclient.rules.catalogue_search import item_index
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Problem
from hallclient.rules.search import Hit
from hallclient.rules.text import narrow
from hallclient.texts import language, t


class Out(Protocol):
    """Prints one answer: the object under ``--json``, else the text."""

    def emit(self, obj: dict[str, object], text: str) -> None: ...


class App(Protocol):
    """What these commands need of the program."""

    @property
    def out(self) -> Out: ...
    def hall(self) -> Hall: ...


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``catalogue`` and its three commands; ``run`` is set as the default ``run``."""
    parser = subparsers.add_parser("catalogue", help=t("catalogue.help"))
    commands = parser.add_subparsers(dest="catalogue_command", required=True)
    search = commands.add_parser("search", help=t("catalogue.help.search"))
    search.add_argument("text", nargs="+", help=t("catalogue.help.text"))
    search.add_argument("--limit", type=_limit, default=20, help=t("catalogue.help.limit"))
    show = commands.add_parser("show", help=t("catalogue.help.show"))
    show.add_argument("code", help=t("catalogue.help.code"))
    check = commands.add_parser("check", help=t("catalogue.help.check"))
    check.add_argument(
        "folder", nargs="?", type=Path, default=FIXTURES, help=t("catalogue.help.folder")
    )
    check.add_argument("--write", action="store_true", help=t("catalogue.help.write"))
    parser.set_defaults(run=run)


def _limit(value: str) -> int:
    limit = int(value)
    if limit < 1:
        raise argparse.ArgumentTypeError(value)
    return limit


def run(args: argparse.Namespace, app: App) -> int:
    """One of the three commands; a refusal is raised."""
    if args.catalogue_command == "search":
        return _search(app, " ".join(args.text), args.limit)
    if args.catalogue_command == "show":
        return _show(app, args.code)
    return _check(app, args.folder, write=args.write)


def _search(app: App, text: str, limit: int) -> int:
    hall = app.hall()
    hits = item_index(hall).find(text, limit)
    if not hits:
        raise Refused("nothing-found", "text", text=text)
    for hit in hits:
        item = hall.items[hit.key]
        answer = _object(hall, item) | {"by": hit.kind.name.lower(), "matched": hit.text}
        app.out.emit(answer, _hit_line(hall, item, hit))
    return 0


def _hit_line(hall: Hall, item: Item, hit: Hit) -> str:
    line = hall.lines[item.line]
    name = named(item, language())
    said = hit.text in (item.code, item.zh, item.en)
    return t(
        "catalogue.hit",
        code=item.code,
        name=name,
        department=named(hall.departments[item.department], language()),
        prefix=line.prefix,
        line=named(line, language()),
        by="" if said else t("catalogue.hit.by", text=hit.text),
    )


def _show(app: App, code: str) -> int:
    hall = app.hall()
    wanted = narrow(code)
    item = next((item for item in hall.items.values() if item.code.upper() == wanted), None)
    if item is None:
        raise Refused("unknown-item", "code", item=code)
    app.out.emit(_object(hall, item), "\n".join(_lines(hall, item)))
    return 0


def _object(hall: Hall, item: Item) -> dict[str, object]:
    return {
        "code": item.code,
        "name": item.zh,
        "name_en": item.en,
        "list": item.list,
        "department": item.department,
        "department_name": hall.departments[item.department].zh,
        "category": item.category,
        "mode": item.mode,
        "case_type": item.case_type,
        "legal_limit": f"{item.legal_limit}{item.legal_unit}",
        "promised_limit": f"{item.promised_limit}{item.promised_unit}",
        "service_modes": list(item.service_modes),
        "result": item.result,
        "line": item.line,
        "prefix": hall.lines[item.line].prefix,
        "aliases": [alias.name for alias in hall.aliases if alias.target == item.code],
        "certainty": item.certainty,
    }


def _lines(hall: Hall, item: Item) -> list[str]:
    def say(thing: Named) -> str:
        return named(thing, language())

    def limit(number: int, unit: str) -> str:
        if number == 0:
            return t("catalogue.item.at_once")
        return t("catalogue.item.limit", limit=number, unit=say(hall.units[unit]))

    line = hall.lines[item.line]
    separator = t("catalogue.item.comma")
    aliases = [alias.name for alias in hall.aliases if alias.target == item.code]
    certainty = item.certainty
    if certainty == "illustrative":
        certainty = t("catalogue.item.illustrative")
    fields = {
        "code": item.code,
        "name": say(item),
        "list": say(hall.lists[item.list]),
        "department": say(hall.departments[item.department]),
        "category": say(hall.categories[item.category]),
        "mode": say(hall.modes[item.mode]),
        "case_type": say(hall.case_types[item.case_type]),
        "legal": limit(item.legal_limit, item.legal_unit),
        "promised": limit(item.promised_limit, item.promised_unit),
        "service_modes": separator.join(
            say(hall.service_modes[mode]) for mode in item.service_modes
        ),
        "result": item.result,
        "line": f"{line.prefix} {say(line)}",
        "aliases": separator.join(aliases),
        "certainty": certainty,
    }
    return [
        t("catalogue.item.line_of", label=t(f"catalogue.item.{name}"), value=value)
        for name, value in fields.items()
        if value
    ]


def _check(app: App, folder: Path, *, write: bool) -> int:
    # The readers of the files are loaded for this command alone.
    from hallclient.actions import (
        certificate_check,
        certificate_kinds,
        editions,
        form_files,
        paper_check,
        paper_templates,
        review_files,
    )
    from hallclient.actions.hall_files import read_folder, write_compiled
    from hallclient.rules.review.files.parts import Known

    hall, problems = read_folder(folder)
    # Without a catalogue every item that a form names would seem wrong.
    items = {item.code for item in hall.items.values()} or None
    forms, found = form_files.read_forms(folder / form_files.FOLDER, items)
    problems += found
    # A form that is wrong is no form; what the review says of it can be judged when it is mended.
    wrong = any(not problem.warning for problem in found)
    # A hall without a form of its own uses those that ship.
    offered = None if wrong else {**form_files.shipped(), **forms}
    known = Known(items, list(hall.departments) or None, offered)
    review, found = review_files.read_review(folder / editions.FOLDER, known)
    problems += found
    flow = review.flow if review else None
    problems += paper_check.check_folder(
        folder / paper_templates.FOLDER, flow or paper_templates.shipped_flow()
    )
    # As of forms: what a wrong checklist yields can be judged when it is mended.
    wrong = any(not problem.warning for problem in found)
    own = review.checklists if review else {}
    lists = None if wrong else {**editions.shipped_checklists(), **own}
    problems += certificate_check.check_folder(folder / certificate_kinds.FOLDER, lists, offered)
    for problem in problems:
        app.out.emit(problem_object(problem), problem_line(problem))
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise Refused("catalogue-invalid", count=len(errors), place=errors[0].place)
    counts = {
        "folder": str(folder),
        "items": len(hall.items),
        "lines": len(hall.lines),
        "windows": len(hall.windows),
        "departments": len(hall.departments),
        "forms": len(forms),
        "checklists": len(review.checklists) if review else 0,
    }
    app.out.emit({"ok": True, **counts}, t("catalogue.check.clean", **counts))
    if write:
        files = [write_compiled(folder, hall)]
        if forms:
            files.append(form_files.write_compiled(folder / form_files.FOLDER, forms))
        if review:
            files.append(review_files.write_compiled(folder / editions.FOLDER, review))
        for written in map(str, files):
            app.out.emit({"written": written}, t("catalogue.check.written", file=written))
    return 0


def _message(problem: Problem) -> str:
    return t(f"catalogue.problem.{problem.code}", **problem.params)


def _level(problem: Problem) -> str:
    return "warning" if problem.warning else "error"


def problem_object(problem: Problem) -> dict[str, object]:
    """A mistake in a hall's files."""
    return {
        "level": _level(problem),
        "file": problem.file,
        "line": problem.line,
        "code": problem.code,
        "message": _message(problem),
    }


def problem_line(problem: Problem) -> str:
    """The same for a person, with its place."""
    return t(
        "catalogue.check.problem",
        place=problem.place,
        level=t(f"catalogue.check.{_level(problem)}"),
        message=_message(problem),
    )
