"""A checklist from its file ``checklists/<id>.toml``: whole or not at all, each mistake placed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hallclient.rules.form.files.attributes import one_of, pairs
from hallclient.rules.problems import Notes, Reader
from hallclient.rules.review.files.checking import answers
from hallclient.rules.review.files.parts import Ids, Known, Part
from hallclient.rules.review.spec import Checklist, Condition, Material, Reason
from hallclient.rules.toml_file import Tree
from hallclient.rules.toml_lines import Path
from hallclient.rules.workdays import UNITS

_TOP = (
    *("id", "version", "item", "zh", "en", "legal_limit", "legal_unit"),
    *("promised_limit", "promised_unit", "departments", "forms", "basis", "basis_en"),
    *("conf", "note", "note_en", "condition", "material"),
)
_CONDITION = ("id", "zh", "en", "forms")
_MATERIAL = (
    *("no", "zh", "en", "main", "form", "medium", "copies", "tolerable", "longest_days"),
    *("commitment", "exempt", "source", "source_en", "when", "return_original", "reason"),
)
_REASON = ("code", "zh", "en", "how_zh", "how_en")

FORMS: Final = ("original", "copy", "either")
MEDIA: Final = ("paper", "electronic", "either")
SURE: Final = ("src", "mem")

_CODE = re.compile(r"([1-9][0-9]?)\.[1-9][0-9]?")


def read_checklists(
    trees: Mapping[str, Tree | None], notes: Notes, known: Known
) -> dict[str, Checklist]:
    """The checklists that have no mistake, by id; ``trees``: by the name of the file.

    A case of an item gets the checklist of that item, so an item has one.
    """
    found: dict[str, Checklist] = {}
    items: dict[str, str] = {}
    for key, tree in trees.items():
        part = Part(tree, notes) if tree is not None else None
        made = _Reading(part, key, known).checklist() if part is not None else None
        if part is None or made is None:
            continue
        first = items.setdefault(made.item, key) if made.item else key
        if first != key:
            part.file.top.fail("item", "review-item-twice", value=made.item, first=first)
        elif part.right():
            found[key] = made
    return found


class _Reading:
    """One checklist while it is read."""

    def __init__(self, part: Part, key: str, known: Known) -> None:
        self.part = part
        self.top = part.file.top
        self.key = key
        self.known = known
        self.conditions: dict[str, Reader] = {}
        self.condition_ids = Ids()

    def checklist(self) -> Checklist:
        """The checklist, as far as it could be read."""
        part, top = self.part, self.top
        part.keys(top, _TOP)
        name = top.id()
        if name and part.sound(top, "id") and name != self.key:
            top.fail("id", "review-other-file", value=name, file=self.key)
        zh, en = part.words(top)
        basis, basis_en = part.both(top, "basis", "basis_en")
        note, note_en = part.both(top, "note", "note_en", required=False)
        legal, promised = self._limit("legal"), self._limit("promised")
        forms = part.named(top, "forms", self.known.forms)
        made = Checklist(
            id=name,
            version=top.id("version"),
            item=self._item(),
            zh=zh,
            en=en,
            conditions=self._conditions(forms),
            materials=self._materials(legal, promised),
            legal_limit=legal[0],
            legal_unit=legal[1],
            promised_limit=promised[0],
            promised_unit=promised[1],
            departments=self._departments(),
            forms=forms,
            basis=basis,
            basis_en=basis_en,
            conf=one_of(top, "conf", SURE),
            note=note,
            note_en=note_en,
        )
        self._limits(made)
        return made

    def _item(self) -> str:
        """The item's code; empty for what is opened by the checklist's id."""
        value = self.top.text("item", required=False)
        items = self.known.items
        if value and items is not None and value not in items:
            self.top.fail("item", "unknown-item", value=value)
        return value

    def _departments(self) -> tuple[str, ...]:
        found = self.part.named(self.top, "departments", self.known.departments)
        if len(found) == 1 and self.part.sound(self.top, "departments"):
            self.top.fail("departments", "review-one-department", value=found[0])
        return found

    def _limit(self, kind: str) -> tuple[int, str]:
        limit = self.top.number(f"{kind}_limit", high=999)
        return limit, one_of(self.top, f"{kind}_unit", UNITS, "W")

    def _limits(self, made: Checklist) -> None:
        """What is promised is within the law (a legal limit of 0: the law sets none)."""
        if not self.part.sound(
            self.top, "legal_limit", "legal_unit", "promised_limit", "promised_unit"
        ):
            return
        if not made.legal_limit or not made.promised_limit:
            return
        if made.legal_unit != made.promised_unit:
            self.top.fail(
                "promised_unit",
                "review-units-differ",
                value=made.promised_unit,
                legal=made.legal_unit,
            )
        elif made.promised_limit > made.legal_limit:
            self.top.fail(
                "promised_limit",
                "promise-over-law",
                value=made.promised_limit,
                legal=made.legal_limit,
            )

    # -- conditions

    def _conditions(self, forms: tuple[str, ...]) -> tuple[Condition, ...]:
        found = []
        for path, reader in self.part.tables((), self.top, "condition"):
            self.part.keys(reader, _CONDITION)
            key = reader.id()
            zh, en = self.part.words(reader)
            made = Condition(key, zh, en, self._answers(path, reader, forms))
            if self.condition_ids.add(reader, key):
                self.conditions[key] = reader
                found.append(made)
        return tuple(found)

    def _answers(self, path: Path, reader: Reader, forms: tuple[str, ...]) -> dict[str, str]:
        given = pairs(reader, "forms")
        inner = self.part.file.reader((*path, "forms"), given)
        known = self.known.forms
        for form, source in given.items():
            if form in forms:
                if known is None or form in known:
                    answers(inner, form, source, known)
            elif self.part.is_known(inner, form, form, known) and self.part.sound(
                self.top, "forms"
            ):
                inner.fail(form, "review-form-not-filed", value=form)
        return given

    # -- materials

    def _materials(self, legal: tuple[int, str], promised: tuple[int, str]) -> tuple[Material, ...]:
        found, numbers, codes = [], Ids(), Ids()
        used: set[str] = set()
        tables = self.part.tables((), self.top, "material")
        for path, reader in tables:
            self.part.keys(reader, _MATERIAL)
            no = reader.number("no", low=1, high=99)
            first = numbers.add(reader, no, "no")
            made = self._material(path, reader, no, codes)
            used.add(made.when)
            self._longest(reader, made, promised if promised[0] else legal)
            if first:
                found.append(made)
        if not tables and self.part.whole:
            self.part.notes.add(self.top.file, 1, "review-no-materials")
        self._unused(used)
        return tuple(found)

    def _material(self, path: Path, reader: Reader, no: int, codes: Ids) -> Material:
        zh, en = self.part.words(reader)
        source, source_en = self.part.both(reader, "source", "source_en")
        made = Material(
            no=no,
            zh=zh,
            en=en,
            reasons=self._reasons(path, reader, no, codes),
            main=reader.flag("main", True),
            form=one_of(reader, "form", FORMS, "original"),
            medium=one_of(reader, "medium", MEDIA, "either"),
            copies=reader.number("copies", 1, low=1, high=99),
            tolerable=reader.flag("tolerable", False),
            longest_days=reader.number("longest_days", 0, high=366),
            commitment=reader.flag("commitment", False),
            exempt=reader.flag("exempt", False),
            source=source,
            source_en=source_en,
            when=reader.text("when", required=False),
            return_original=reader.flag("return_original", False),
        )
        if made.main and made.tolerable and self.part.sound(reader, "main", "tolerable"):
            reader.fail("tolerable", "review-main-tolerable", value=zh)
        if made.return_original and made.form == "copy" and self.part.sound(reader, "form"):
            reader.fail("return_original", "review-copy-returned", value=zh)
        if made.when and self.condition_ids.whole:
            self.part.is_known(reader, "when", made.when, self.conditions)
        return made

    def _longest(self, reader: Reader, made: Material, limit: tuple[int, str]) -> None:
        """A promise to supply a paper may not take longer than the case itself."""
        if not made.longest_days or not self.part.sound(reader, "longest_days", "tolerable"):
            return
        if not made.tolerable:
            reader.fail("longest_days", "form-needs-other", other="tolerable = true")
        elif 0 < limit[0] < made.longest_days and limit[1] == "W":
            reader.fail(
                "longest_days", "review-longer-than-case", value=made.longest_days, limit=limit[0]
            )

    def _reasons(self, path: Path, owner: Reader, no: int, codes: Ids) -> tuple[Reason, ...]:
        found, told = [], not self.part.sound(owner, "no")
        tables = self.part.tables(path, owner, "reason")
        for _, reader in tables:
            self.part.keys(reader, _REASON)
            code = reader.text("code")
            made = Reason(code, *self.part.words(reader), *self.part.words(reader, "how_"))
            shape = _CODE.fullmatch(code)
            if code and shape is None and self.part.sound(reader, "code"):
                reader.fail("code", "review-bad-code", value=code, no=no)
            elif shape is not None and int(shape[1]) != no:
                # One wrong number makes all of its codes seem wrong.
                if not told:
                    reader.fail("code", "review-other-code", value=code, no=no)
                told = True
            elif codes.add(reader, code, "code"):
                found.append(made)
        if not tables and self.part.whole and not owner.has("reason"):
            owner.fail("no", "review-no-reasons", value=no)
        return tuple(found)

    def _unused(self, used: set[str]) -> None:
        """Nobody is asked what no material depends on."""
        if not self.part.whole or not used <= {*self.conditions, ""}:
            return
        for key, reader in self.conditions.items():
            if key not in used:
                reader.fail("id", "review-condition-unused", value=key)
