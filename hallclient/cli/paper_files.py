"""``hallclient paper check | publish | preview``: the templates of documents that a hall edits."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from hallclient.actions import paper_templates
from hallclient.actions.paper_templates import FOLDER, edition_flow, read_folder, refuse_mistakes
from hallclient.cli.app import App
from hallclient.rules.review.spec import Flow
from hallclient.rules.review.templates import Templates
from hallclient.texts import t


def check(args: Namespace, app: App) -> int:
    """Every mistake of a folder of templates, each document set in both languages."""
    templates = _checked(app, args.folder, _flow(app))
    obj: dict[str, object] = {"edition": templates.key, "templates": len(templates.files)}
    app.out.emit(obj, t("cli.paper.sound", edition=templates.key, n=len(templates.files)))
    return 0


def publish(args: Namespace, app: App) -> int:
    """New documents get these templates: of a folder, or those that ship."""
    store, who = app.store(), app.seen_by("edition.publish")
    templates = _checked(app, args.folder, edition_flow(store))
    new = paper_templates.put_in_force(store, who, templates)
    key = "cli.paper.published" if new else "cli.paper.published-before"
    app.out.emit({"edition": templates.key, "published": new}, t(key, edition=templates.key))
    return 0


def preview(args: Namespace, app: App) -> int:
    """The pages of a made-up document as pictures, for whoever edits templates."""
    from db.files import whole
    from hallclient.actions.paper_check import preview as pages_of

    templates = _read(app, args.folder)
    pages = pages_of(templates, _flow(app), args.kind, args.language)
    for n, page in enumerate(pages, 1):
        path = args.save / f"{args.kind}-{args.language}-{n}.png"
        with whole(path, replace=True) as part:
            part.write_bytes(page)
        app.out.emit({"file": str(path), "page": n}, str(path))
    return 0


def _flow(app: App) -> Flow:
    """The flow of the store, or without one that which ships."""
    from db.opening import is_file

    return edition_flow(app.store()) if is_file(app.path) else paper_templates.shipped_flow()


def _read(app: App, folder: Path | None) -> Templates:
    """A folder of templates, or a hall's folder that has one; none: those that ship.

    Raises ``papers-invalid`` when it cannot be read, every mistake told.
    """
    from hallclient.cli.catalogue import problem_line, problem_object

    if folder is None:
        return paper_templates.shipped()
    templates, problems = read_folder(_inner(folder))
    for problem in problems:
        app.out.emit(problem_object(problem), problem_line(problem))
    refuse_mistakes(problems)
    return templates


def _inner(folder: Path) -> Path:
    inner = folder / FOLDER
    return inner if inner.is_dir() else folder


def _checked(app: App, folder: Path | None, flow: Flow) -> Templates:
    from hallclient.actions.paper_check import check as problems_of
    from hallclient.cli.catalogue import problem_line, problem_object

    templates = _read(app, folder)
    problems = problems_of(templates, flow)
    for problem in problems:
        app.out.emit(problem_object(problem), problem_line(problem))
    refuse_mistakes(problems)
    return templates
