"""A hall's review: checklists, flow, calendar, guide, read from a folder, compiled, put in force.

The folder ``review`` holds ``flow.toml``, ``calendar.toml`` and one file in ``checklists`` for each
item. It must be complete: what silently came from elsewhere would be the wrong hall's. Only the
guide (``guide.toml``) may lack: the one published last, or that ships, goes on. Cases read only
what was published (`editions`); the program ships with ``compiled.json``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.calendars import Moved, put_in_force
from hallclient.actions.compiled_json import headed, line, short
from hallclient.actions.editions import (
    CALENDAR,
    CHECKLIST,
    COMPILED,
    FLOW,
    FOLDER,
    GUIDE,
    publish_in,
    shipped,
    shipped_checklists,
)
from hallclient.rules.errors import Refused
from hallclient.rules.review import guide as guides
from hallclient.rules.review.guide import Guide, Question, guide_from
from hallclient.rules.review.spec import Checklist, Flow, Material, flow_from, to_json

if TYPE_CHECKING:
    from hallclient.rules.problems import Problem
    from hallclient.rules.review.files.parts import Known

CHECKLISTS = "checklists"
FLOW_FILE = "flow.toml"
CALENDAR_FILE = "calendar.toml"
GUIDE_FILE = "guide.toml"


class Review(NamedTuple):
    """What of a folder has no mistake."""

    flow: Flow | None
    checklists: Mapping[str, Checklist]
    calendar: Mapping[str, Any] | None
    """As `hallclient.rules.workdays.Calendar` takes it."""
    guide: Guide | None = None


class Published(NamedTuple):
    """An edition and whether it was put in force just now (else it was before)."""

    key: str
    new: bool
    moved: tuple[Moved, ...] = ()
    """Open clocks that end on another day under a new calendar."""


def read_review(folder: Path, known: Known) -> tuple[Review | None, list[Problem]]:
    """The review of a folder ``review`` and every mistake in it; ``None``: there is no folder."""
    from hallclient.actions.text_files import read_tree
    from hallclient.rules.problems import Notes
    from hallclient.rules.review.files.reading import read_checklists
    from hallclient.rules.review.files.reading_calendar import read_calendar
    from hallclient.rules.review.files.reading_flow import read_flow
    from hallclient.rules.review.files.reading_guide import read_guide

    if not folder.is_dir():
        return None, []
    notes = Notes()

    def path(*parts: str) -> str:
        return "/".join((folder.name, *parts))

    tree = read_tree(folder.parent, path(FLOW_FILE), notes)
    flow = None if tree is None else read_flow(tree, notes)
    tree = read_tree(folder.parent, path(CALENDAR_FILE), notes)
    calendar = None if tree is None else read_calendar(tree, notes)
    inner = folder / CHECKLISTS
    names = sorted(one.name for one in inner.glob("*.toml")) if inner.is_dir() else []
    if not names:
        notes.add(path(CHECKLISTS), 0, "review-no-checklists")
    trees = {
        name.removesuffix(".toml"): read_tree(folder.parent, path(CHECKLISTS, name), notes)
        for name in names
    }
    checklists = read_checklists(trees, notes, known)
    guide = None
    if (folder / GUIDE_FILE).exists():
        tree = read_tree(folder.parent, path(GUIDE_FILE), notes)
        guide = None if tree is None else read_guide(tree, notes, known, checklists, trees)
    return Review(flow, checklists, calendar, guide and _spelt(guide)), notes.sorted()


def _spelt(guide: Guide) -> Guide:
    """With the pinyin of its words: made here, once, and never when the program starts."""
    from hallclient.actions.pinyin import syllables

    words = dict.fromkeys(
        word
        for question in guide.questions
        for answer in question.answers
        for word in answer.words
        if not word.isascii()
    )
    return replace(guide, pinyin={word: syllables(word) for word in words})


def review_in(folder: Path) -> Path:
    """The folder ``review`` of a hall's folder; the folder itself when it is one."""
    own = (folder / FLOW_FILE).exists() or (folder / CHECKLISTS).exists()
    return folder if own else folder / FOLDER


def known_in(store: Store) -> Known:
    """What the files of a hall's review may name: its catalogue, departments and forms."""
    from hallclient.actions.form_offer import offered
    from hallclient.actions.hall import hall_of
    from hallclient.rules.review.files.parts import Known

    hall = hall_of(store)
    items = {item.code for item in hall.items.values()}
    return Known(items, list(hall.departments), offered(store))


def publish_folder(store: Store, who: Actor, folder: Path) -> list[Published]:
    """Put the review of a folder (or of a hall's folder) in force for new cases: all or nothing.

    Raises ``no-review``, ``review-invalid`` with the first mistake, ``edition-taken``.
    """
    return publish(store, who, required(folder, *read_review(review_in(folder), known_in(store))))


def required(folder: Path, review: Review | None, problems: Sequence[Problem]) -> Review:
    """What was read, when it is there and right. Raises ``no-review``, ``review-invalid``."""
    errors = [one for one in problems if not one.warning]
    if errors:
        raise Refused("review-invalid", field="folder", count=len(errors), place=errors[0].place)
    if review is None:
        raise Refused("no-review", field="folder", folder=str(folder))
    return review


def shipped_review() -> Review:
    """What comes with the program."""
    return Review(
        flow_from(shipped()["flow"]),
        shipped_checklists(),
        shipped()["calendar"],
        guide_from(shipped()["guide"]),
    )


def publish(store: Store, who: Actor, review: Review) -> list[Published]:
    """`publish_folder`, of what was read and is right. Raises ``edition-taken``."""
    with acting(store, who, "edition.publish") as tx:
        found = []
        for kind, name, thing in _editions(review):
            body = guides.to_json(thing) if isinstance(thing, Guide) else to_json(thing)
            new = publish_in(tx, thing.key, kind, name, thing.version, body)
            found.append(Published(thing.key, new))
        if review.calendar is not None:
            new, moved = put_in_force(tx, review.calendar)
            key = f"{CALENDAR}/{review.calendar['version']}"
            found.append(Published(key, new, tuple(moved)))
        return found


def _editions(review: Review) -> Iterator[tuple[str, str, Checklist | Flow | Guide]]:
    if review.flow is not None:
        yield FLOW, "", review.flow
    for one in review.checklists.values():
        yield CHECKLIST, one.id, one
    if review.guide is not None:
        yield GUIDE, "", review.guide


# -- compiled


def write_compiled(folder: Path, review: Review) -> Path:
    """Put the compiled review beside the files it was made from."""
    target = folder / COMPILED
    target.write_text(compiled_text(review), encoding="utf-8", newline="\n")
    return target


def compiled_text(review: Review) -> str:
    """The JSON of a review that is whole, each part on its own line."""
    return "\n".join(_lines(review)) + "\n"


def _lines(review: Review) -> Iterator[str]:
    flow, calendar = review.flow, review.calendar
    if flow is None or calendar is None:
        raise ValueError("a review that is not whole is not compiled")
    lists = {
        name: [line(short(one)) for one in getattr(flow, name)]
        for name in ("states", "moves", "papers", "timers")
    }
    yield f'{{"flow": {headed({"version": flow.version}, **lists)},'
    yield '"checklists": ['
    yield ",\n".join(map(_checklist_text, review.checklists.values()))
    guide = "" if review.guide is None else f', "guide": {_guide_text(review.guide)}'
    yield f'], "calendar": {_calendar_text(calendar)}{guide}}}'


def _checklist_text(one: Checklist) -> str:
    return headed(
        short(one, "conditions", "materials"),
        conditions=[line(short(condition)) for condition in one.conditions],
        materials=map(_material_text, one.materials),
    )


def _material_text(one: Material) -> str:
    return headed(short(one, "reasons"), reasons=[line(short(reason)) for reason in one.reasons])


def _calendar_text(calendar: Mapping[str, Any]) -> str:
    lists = {
        key: list(map(line, value)) for key, value in calendar.items() if isinstance(value, list)
    }
    return headed({key: value for key, value in calendar.items() if key not in lists}, **lists)


def _guide_text(guide: Guide) -> str:
    head = {"version": guide.version, "pinyin": dict(guide.pinyin)}
    return headed(head, questions=map(_question_text, guide.questions))


def _question_text(one: Question) -> str:
    return headed(short(one, "answers"), answers=[line(short(answer)) for answer in one.answers])
