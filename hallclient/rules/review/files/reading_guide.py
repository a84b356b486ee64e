"""The guide from ``guide.toml``: whole or not at all, each mistake placed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hallclient.rules.form.files.attributes import names
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.review.files.parts import Ids, Known, Part
from hallclient.rules.review.guide import MOST_ANSWERS, SHORTEST_WORD, Answer, Guide, Question
from hallclient.rules.review.spec import Checklist
from hallclient.rules.search import fold
from hallclient.rules.text import clean
from hallclient.rules.toml_file import Tree
from hallclient.rules.toml_lines import Path

_TOP = ("version", "question")
_QUESTION = ("id", "zh", "en", "answer")
_ANSWER = ("zh", "en", "to", "item", "checklist", "elsewhere_zh", "elsewhere_en", "words")
_TARGETS = ("to", "item", "checklist", "elsewhere_zh", "elsewhere_en")


def read_guide(
    tree: Tree,
    notes: Notes,
    known: Known,
    checklists: Mapping[str, Checklist],
    files: Collection[str],
) -> Guide | None:
    """The guide; ``None`` and at least one mistake when there is any.

    ``checklists``: those without mistakes; ``files``: names of all the files there are.
    """
    return _Reading(Part(tree, notes), known, checklists, files).guide()


class _Reading:
    def __init__(
        self,
        part: Part,
        known: Known,
        checklists: Mapping[str, Checklist],
        files: Collection[str],
    ) -> None:
        self.part = part
        self.known = known
        self.checklists = checklists
        self.files = files
        self.ids = Ids()
        self.readers: dict[str, Reader] = {}
        self.asked: list[tuple[str, Reader, Answer]] = []
        """Each answer with the question it belongs to."""

    def guide(self) -> Guide | None:
        part, top = self.part, self.part.file.top
        part.keys(top, _TOP)
        version = top.id("version")
        made = Guide(version, self._questions())
        self._known_questions()
        if not part.right():
            return None
        # What follows from the whole means something only when every part is right.
        self._way()
        if not part.right():
            return None
        self._unled()
        return made

    def _questions(self) -> tuple[Question, ...]:
        found = []
        tables = self.part.tables((), self.part.file.top, "question")
        for path, reader in tables:
            self.part.keys(reader, _QUESTION)
            key = reader.id()
            zh, en = self.part.words(reader)
            made = Question(key, zh, en, self._answers(path, reader, key))
            if self.ids.add(reader, key):
                self.readers[key] = reader
                found.append(made)
        if not tables and self.part.whole:
            self.part.notes.add(self.part.file.top.file, 1, "guide-no-question")
        return tuple(found)

    def _answers(self, path: Path, owner: Reader, question: str) -> tuple[Answer, ...]:
        found = []
        tables = self.part.tables(path, owner, "answer")
        for _, reader in tables:
            self.part.keys(reader, _ANSWER)
            made = self._answer(reader)
            self.asked.append((question, reader, made))
            found.append(made)
        if not tables and self.part.whole and not owner.has("answer"):
            owner.fail("id", "guide-no-answers", value=question)
        if len(tables) > MOST_ANSWERS:
            extra = tables[MOST_ANSWERS][1]
            self.part.notes.add(
                extra.file, extra.line, "guide-many-answers", value=question, most=MOST_ANSWERS
            )
        return tuple(found)

    def _answer(self, reader: Reader) -> Answer:
        zh, en = self.part.words(reader)
        elsewhere = self.part.words(reader, "elsewhere_", required=False)
        made = Answer(
            zh=zh,
            en=en,
            to=reader.text("to", required=False),
            item=reader.text("item", required=False),
            checklist=reader.text("checklist", required=False),
            elsewhere_zh=elsewhere[0],
            elsewhere_en=elsewhere[1],
            words=self._words(reader),
        )
        self._target(reader, made)
        return made

    def _words(self, reader: Reader) -> tuple[str, ...]:
        found = names(reader, "words")
        for word in found:
            if clean(word) != word or word != word.strip():
                reader.fail("words", "unsafe-text", value=word)
            elif len(fold(word)) < SHORTEST_WORD:
                reader.fail("words", "guide-short-word", value=word, least=SHORTEST_WORD)
        return found

    def _target(self, reader: Reader, made: Answer) -> None:
        """Each answer leads to one place."""
        if not self.part.sound(reader, *_TARGETS):
            return
        given = [bool(made.to), bool(made.item or made.checklist), bool(made.elsewhere_zh)]
        if not any(given):
            key = next((key for key in _TARGETS if reader.has(key)), "zh")
            reader.fail(key, "guide-no-target", value=made.zh)
        elif sum(given) > 1:
            last = max(filter(reader.has, _TARGETS), key=reader.line_of)
            reader.fail(last, "guide-two-targets", value=made.zh)
        else:
            self._item(reader, made)

    def _item(self, reader: Reader, made: Answer) -> None:
        items = self.known.items
        if made.item and items is not None and made.item not in items:
            reader.fail("item", "unknown-item", value=made.item)
        if not made.checklist or not self.part.is_known(
            reader, "checklist", made.checklist, self.files
        ):
            return
        whole = self.checklists.get(made.checklist)
        if whole is None:
            return  # it has mistakes of its own, which are told
        if not whole.item and not made.item:
            reader.fail("checklist", "guide-needs-item", value=made.checklist)
        elif (
            whole.item and made.item and whole.item != made.item and self.part.sound(reader, "item")
        ):
            reader.fail("item", "guide-other-item", value=made.checklist, item=whole.item)

    def _known_questions(self) -> None:
        if self.ids.whole and self.part.whole:
            for _, reader, answer in self.asked:
                if answer.to:
                    self.part.is_known(reader, "to", answer.to, self.readers)

    def _way(self) -> None:
        """Every question is reached from the first, and none leads back to itself."""
        leads: dict[str, list[str]] = {key: [] for key in self.readers}
        for question, _, answer in self.asked:
            if answer.to:
                leads[question].append(answer.to)
        told: set[str] = set()
        for question, reader, answer in self.asked:
            if answer.to and question not in told:
                after = _from(answer.to, leads)
                if question in after:
                    told |= {one for one in after if question in _from(one, leads)}
                    reader.fail("to", "guide-circle", value=question)
        if told:
            return
        reached = _from(next(iter(self.readers)), leads)
        for key, reader in self.readers.items():
            if key not in reached:
                reader.fail("id", "guide-unreachable", value=key)
                reached |= _from(key, leads)

    def _unled(self) -> None:
        """A checklist that no answer leads to can be found by its name alone."""
        answers = [answer for _, _, answer in self.asked]
        led = {one.checklist for one in answers} | {one.item for one in answers}
        for key, one in self.checklists.items():
            if key not in led and one.item not in led - {""}:
                top = self.part.file.top
                line = top.line_of("version")
                self.part.notes.warn(top.file, line, "guide-unled", value=key, name=one.zh)


def _from(begin: str, leads: Mapping[str, Collection[str]]) -> set[str]:
    """The questions come to from one, itself among them."""
    found, open_ = {begin}, [begin]
    while open_:
        for one in leads[open_.pop()]:
            if one not in found:
                found.add(one)
                open_.append(one)
    return found
