"""``hallclient review publish | lint``: the files of a hall's review, checked and put in force."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from hallclient.actions import review_files
from hallclient.actions.calendars import Moved
from hallclient.cli.app import App
from hallclient.rules.errors import Refused
from hallclient.rules.review.files.parts import Known
from hallclient.rules.review.spec import Flow
from hallclient.texts import t
from hallclient.watch_words import timer_name


def publish(args: Namespace, app: App) -> int:
    """New cases get these versions: of a folder, or those that ship. All are right, or none."""
    store, who = app.store(), app.seen_by("edition.publish")
    review = (
        review_files.shipped_review()
        if args.folder is None
        else _checked(app, args.folder, review_files.known_in(store))
    )
    for one in review_files.publish(store, who, review):
        key = "cli.review.published" if one.new else "cli.review.published-before"
        obj = {"edition": one.key, "published": one.new, "moved": len(one.moved)}
        app.out.emit(obj, t(key, edition=one.key))
        print_moved(app, one.moved, review.flow)
    return 0


def print_moved(app: App, moved: Iterable[Moved], flow: Flow | None) -> None:
    """Clocks whose due day is another one; ``flow``: what calls them by a name."""
    for clock in moved:
        said = t(
            "cli.review.moved",
            number=clock.number,
            timer=timer_name(flow, clock.timer) if flow else clock.timer,
            was=clock.was,
            now=clock.now,
        )
        app.out.emit({"kind": "moved", **clock._asdict()}, said)


def lint(args: Namespace, app: App) -> int:
    """Every mistake in the review of a folder. Needs no store."""
    from hallclient.actions.form_files import shipped

    hall = app.hall()
    items = {item.code for item in hall.items.values()}
    review = _checked(app, args.folder, Known(items, list(hall.departments), shipped()))
    checklists, flow = review.checklists.values(), review.flow
    counts = {
        "checklists": len(checklists),
        "materials": sum(len(one.materials) for one in checklists),
        "reasons": sum(len(one.reasons) for one in checklists),
        "states": len(flow.states) if flow else 0,
        "moves": len(flow.moves) if flow else 0,
    }
    said = t("cli.review.sound", folder=args.folder, **counts)
    app.out.emit({"folder": str(args.folder), **counts}, said)
    return 0


def _checked(app: App, folder: Path, known: Known) -> review_files.Review:
    """The review of a folder, every mistake told. Raises ``review-invalid``, ``no-review``."""
    from hallclient.cli.catalogue import problem_line, problem_object

    try:
        found = review_files.read_review(review_files.review_in(folder), known)
    except OSError as error:  # a path may be anything that was typed
        raise Refused("no-review", field="folder", folder=str(folder)) from error
    for problem in found[1]:
        app.out.emit(problem_object(problem), problem_line(problem))
    return review_files.required(folder, *found)
