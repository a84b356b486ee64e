"""The guide (导办): from a plain question, or from what people say, to an item or its checklist.

A tree of questions that a hall writes itself (``guide.toml``). An answer leads to another question,
to an item of the catalogue, to a checklist, or says where else the matter is done. A path is the
numbers of the answers given, from 1 on: ``(2, 1)``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from hallclient.rules.errors import Refused
from hallclient.rules.search import Entry, Kind, SearchIndex, fold

MOST_ANSWERS: Final = 9
"""Each answer has one figure key."""
SHORTEST_WORD: Final = 2
"""A word of one character would be found in nearly everything."""


@dataclass(frozen=True)
class Answer:
    """One answer; exactly one of ``to``, ``item`` or ``checklist``, and ``elsewhere`` is said."""

    zh: str
    en: str
    to: str = ""
    """Id of the next question."""
    item: str = ""
    """Code in the catalogue; beside a checklist that has none: whose line gives the number."""
    checklist: str = ""
    elsewhere_zh: str = ""
    """Not done in this hall: where then."""
    elsewhere_en: str = ""
    words: tuple[str, ...] = ()
    """What people call it."""


@dataclass(frozen=True)
class Question:
    """A plain question with its answers, at most `MOST_ANSWERS`."""

    id: str
    zh: str
    en: str
    answers: tuple[Answer, ...]


class Found(NamedTuple):
    """Where a path ends: an answer that leads to no further question."""

    path: tuple[int, ...]
    answer: Answer


class Hit(NamedTuple):
    """What a search found: an answer, and by which text."""

    path: tuple[int, ...]
    answer: Answer
    text: str


@dataclass(frozen=True)
class Guide:
    """All questions; the first one begins."""

    version: str
    questions: tuple[Question, ...]
    pinyin: Mapping[str, str] = field(default_factory=dict)
    """Word -> its readings (`hallclient.rules.search`), made when the guide is compiled."""

    @property
    def key(self) -> str:
        """Which edition: ``guide/<version>``."""
        return f"guide/{self.version}"

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """The questions by id."""
        return {one.id: one for one in self.questions}

    @cached_property
    def places(self) -> Mapping[str, tuple[tuple[int, ...], Answer]]:
        """Every answer by its shortest path, as text: ``2.1``."""
        return {".".join(map(str, path)): (path, answer) for path, answer in self._walk()}

    @cached_property
    def index(self) -> SearchIndex:
        """Finds answers by words, names and pinyin."""
        return SearchIndex(_entries(self))

    def _walk(self) -> Iterator[tuple[tuple[int, ...], Answer]]:
        """Breadth first, each question once: it has no circle and may be led to twice."""
        begin: list[tuple[tuple[int, ...], str]] = [((), self.questions[0].id)]
        seen = {self.questions[0].id}
        for path, key in begin:
            for no, answer in enumerate(self.question[key].answers, 1):
                yield (*path, no), answer
                if answer.to and answer.to not in seen:
                    seen.add(answer.to)
                    begin.append(((*path, no), answer.to))


def ask(guide: Guide, path: Sequence[int] = ()) -> Question | Found:
    """What comes after these answers. Raises ``no-such-answer``."""
    question = guide.questions[0]
    for at, no in enumerate(path):
        if not 1 <= no <= len(question.answers):
            raise Refused("no-such-answer", field="answer", n=no, most=len(question.answers))
        answer = question.answers[no - 1]
        if answer.to:
            question = guide.question[answer.to]
        elif at < len(path) - 1:
            raise Refused("guide-ended", field="answer", n=path[at + 1])
        else:
            return Found(tuple(path), answer)
    return question


def search(guide: Guide, words: str, limit: int = 9) -> list[Hit]:
    """Answers for what was said: what it begins, spells or stands for, then words within it."""
    hits: dict[str, Hit] = {}
    for hit in guide.index.find(words, limit):
        hits[hit.key] = Hit(*guide.places[hit.key], hit.text)
    typed = fold(words[:120])
    within = [
        (-len(folded), key, word)
        for key, (_, answer) in guide.places.items()
        for word in answer.words
        if len(folded := fold(word)) >= SHORTEST_WORD and folded in typed
    ]
    for _, key, word in sorted(within, key=lambda one: one[0]):
        hits.setdefault(key, Hit(*guide.places[key], word))
    return list(hits.values())[:limit]


def _entries(guide: Guide) -> Iterator[Entry]:
    for key, (_, answer) in guide.places.items():
        for word in answer.words:
            yield Entry((key,), word, guide.pinyin.get(word, ""), Kind.ALIAS)
        # A whole sentence spells nearly every pair of initials somewhere: by its text alone.
        yield Entry((key,), answer.zh, "", Kind.NAME)
        yield Entry((key,), answer.en, "", Kind.OTHER)


def to_json(guide: Guide) -> str:
    """Canonical JSON: the same guide is the same text."""
    return json.dumps(asdict(guide), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def guide_from(data: Mapping[str, Any]) -> Guide:
    """A guide from parsed JSON. Raises KeyError, TypeError when it is none."""
    return Guide(
        version=data["version"],
        questions=tuple(_question(one) for one in data["questions"]),
        pinyin=data.get("pinyin", {}),
    )


def _question(data: Mapping[str, Any]) -> Question:
    answers = (Answer(**one | {"words": tuple(one.get("words", ()))}) for one in data["answers"])
    return Question(**{**data, "answers": tuple(answers)})
