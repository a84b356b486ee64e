"""Templates are tried before any document is made with them: every kind, in both languages.

Each is set with an ordinary case, with one that says as little as it may, and with texts as
people who mean harm would write them. The compiler's messages come with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hallclient.actions import editions
from hallclient.actions.paper_templates import read_folder
from hallclient.actions.typesetting import BARS, SQUARE, set_pictures, set_warned
from hallclient.rules.errors import Refused
from hallclient.rules.problems import Notes, Problem
from hallclient.rules.review.paper_sample import sample
from hallclient.rules.review.spec import Checklist, Flow, PaperKind
from hallclient.rules.review.templates import Templates
from hallclient.rules.typst_source import packages, unused
from hallclient.texts import LANGUAGES, text_in

WORDS = ("paper.sample", "", '#panic("x") *[b]* $a$ `c` <d> @e \\ // f ' + "x" * 300)
"""What stands where a person would have written: a key of the texts, nothing, code and a word
that is wider than any column.
"""
_CODE = "HD1.E.AAAAAA.{kind}.{number}.20260922.AAAAAAAAAAAAAAAA.{signature}"


def check_folder(folder: Path, flow: Flow) -> list[Problem]:
    """Every mistake that shows with ordinary content in a folder ``papers``; none without one."""
    if not folder.is_dir():
        return []
    templates, problems = read_folder(folder)
    if all(problem.warning for problem in problems):
        problems += check(templates, flow, WORDS[:1])
    return [one._replace(file=f"{folder.name}/{one.file}") for one in problems]


def check(templates: Templates, flow: Flow, words: Sequence[str] = ()) -> list[Problem]:
    """Every mistake of some templates, for the documents of a flow; ``words``: else `WORDS`."""
    notes = Notes()
    for name, text in templates.files.items():
        for line in packages(text):
            notes.add(name, line, "paper-package")
    for kind in flow.papers:
        if f"{kind.id}.typ" not in templates.files:
            notes.add(f"{kind.id}.typ", 0, "paper-missing", kind=kind.zh)
    for name in unused(templates.files, [f"{kind.id}.typ" for kind in flow.papers]):
        notes.warn(name, 0, "paper-unused")
    if all(one.warning for one in notes.problems):
        _tried(templates, flow, notes, words or WORDS)
    return notes.sorted()


def preview(
    templates: Templates, flow: Flow, kind: str, language: str, dots: float = 100
) -> list[bytes]:
    """The pages of a made-up document as PNG, for whoever edits templates.

    Raises ``no-such-paper``; as `typesetting.set_pictures`.
    """
    if kind not in flow.paper:
        raise Refused("no-such-paper", field="kind", kind=kind)
    body = _sample(templates, flow, flow.paper[kind], text_in(language, WORDS[0]))
    return set_pictures(templates, body, _codes(body), language, dots)


def _tried(templates: Templates, flow: Flow, notes: Notes, words: Sequence[str]) -> None:
    seen: set[tuple[str, int, str]] = set()
    for kind in flow.papers:
        for file, line, why, warning in _setting(templates, flow, kind, words):
            if (file, line, why) in seen:
                continue
            seen.add((file, line, why))
            note = notes.warn if warning else notes.add
            note(file, line, "paper-warned" if warning else "paper-fails", kind=kind.zh, why=why)


def _setting(
    templates: Templates, flow: Flow, kind: PaperKind, words: Sequence[str]
) -> Iterator[tuple[str, int, str, bool]]:
    """What the compiler has against a kind of document: file, line, message, only a warning."""
    for word in words:
        for language in LANGUAGES:
            said = text_in(language, word) if word else ""
            body = _sample(templates, flow, kind, said)
            try:
                warned = set_warned(templates, body, _codes(body), language)
            except Refused as refused:
                told: Mapping[str, Any] = refused.params
                yield str(told["file"]), int(told["line"]), str(told["why"]), False
            else:
                yield from ((*one, True) for one in warned)


def _sample(templates: Templates, flow: Flow, kind: PaperKind, word: str) -> dict[str, Any]:
    hall = {language: text_in(language, "paper.sample-hall") for language in LANGUAGES}
    return sample(flow, _checklist(), kind, templates.house, hall, word)


def _checklist() -> Checklist:
    """One that ships: with a paper that may come later and one that a promise may replace."""
    return max(editions.shipped_checklists().values(), key=lambda one: len(one.materials))


def _codes(body: Mapping[str, Any]) -> dict[str, str]:
    number = str(body["number"])
    signature = "A" * 103
    code = _CODE.format(kind=str(body["kind"]).upper(), number=number, signature=signature)
    return {BARS: number, SQUARE: code}
