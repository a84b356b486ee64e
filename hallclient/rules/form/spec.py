"""What a form is: sections of fields, rules, departments; in the words of ODK/XLSForm.

Plain data, read from a hall's files by `reading` and from a published version by `from_json`.
Expressions stand here as their source; `program` compiles them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple


class Level(StrEnum):
    """What a problem does to the acceptance of a form."""

    BLOCK = "block"
    """Cannot be accepted."""
    TOLERABLE = "tolerable"
    """Can be accepted with a promise to mend it (容缺受理)."""
    WARN = "warn"
    """A person must confirm it."""
    INFO = "info"
    """A hint."""


class Type(StrEnum):
    """What a field holds. What is read, stored and shown for each is in `values`."""

    TEXT = "text"
    LIST = "list"
    DIGITS = "digits"
    INT = "int"
    DECIMAL = "decimal"
    MONEY = "money"
    RATIO = "ratio"
    BOOL = "bool"
    DATE = "date"
    MONTH = "month"
    DATETIME = "datetime"
    CHOICE = "choice"
    MULTI = "multi"
    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    USCC = "uscc"
    ID = "id"
    REGION = "region"
    ADDRESS = "address"
    PERSON = "person"


class Option(NamedTuple):
    """One entry of a dictionary. ``more``: what rules ask with ``field.name``, e.g. a group."""

    code: str
    zh: str
    en: str
    more: Mapping[str, Any] = {}


CARD = ("name", "number", "address", "until", "kind")
"""What a card reader gives: see `Field.card`. ``kind``: of the document, ``resident_id``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. Expressions are sources, empty when there is none.

    ``required``: ``"true"`` always, an expression sometimes. ``via`` and ``of``: the field shows
    and changes ``of`` of the person that the reference field ``via`` names; it stores nothing.
    ``kind_from``: the choice field that says what kind of identity number this is.
    ``card``: what of an identity card fills this field of the roster (see `CARD`).
    ``usual``: what it holds most of the time; put in at the counter, and changed where it differs.
    ``personal``: sealed in the log, masked in lists, on the separate sheet. ``clerk``: a check of
    the counter's, no statement of the applicant's.
    """

    id: str
    section: str
    zh: str
    en: str
    type: Type
    required: str = ""
    relevant: str = ""
    calculation: str = ""
    default: str = ""
    usual: str = ""
    choices: str = ""
    choice_filter: str = ""
    kind_from: str = ""
    via: str = ""
    of: str = ""
    max_length: int = 200
    decimals: int = 6
    unit: str = ""
    low: str = ""
    high: str = ""
    copy_last: bool = True
    card: str = ""
    personal: bool = False
    licence: bool = False
    clerk: bool = False
    departments: tuple[str, ...] = ()
    hint_zh: str = ""
    hint_en: str = ""

    @property
    def typed(self) -> bool:
        """Whether a person fills it (else it is calculated)."""
        return not self.calculation


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; with ``repeat`` a table of rows, each with its own id.

    ``low``/``high``: expressions for the least and the most rows. ``label``: the column that names
    a row in messages.
    """

    id: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    repeat: bool = False
    low: str = ""
    high: str = ""
    relevant: str = ""
    label: str = ""
    hint_zh: str = ""
    hint_en: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule across fields. Broken when ``constraint`` is false where ``relevant`` is true.

    ``on``: the field where it is shown; for a column of a repeat the rule holds for each row.
    ``values``: what the message's ``{names}`` stand for. ``certainty``: ``sourced`` or ``memory``
    (to be checked before it is quoted to a citizen). ``override``: roles that may let it pass,
    with a reason. ``repair``: ways to mend it that the program offers.
    """

    id: str
    level: Level
    on: str
    constraint: str
    zh: str
    en: str
    relevant: str = ""
    fix_zh: str = ""
    fix_en: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    certainty: str = "memory"
    override: tuple[str, ...] = ()
    repair: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """Who gets an extract. ``names``: field -> name in the department's own message, where that
    differs; ``required``: names (after renaming) that the department cannot do without.
    """

    id: str
    zh: str
    en: str
    target: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A form whose filings, once done, say what is registered: a new filing may begin from one.

    Both tables map a field here to the field there. ``registered``: taken over, and nobody changes
    it here; ``begins``: taken over, and changed like everything else. The columns of a repeat come
    row by row from one repeat there; people come with the rows that name them.
    """

    form: str
    registered: Mapping[str, str] = field(default_factory=dict)
    begins: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, str]:
        """All that is taken over: field here -> field there."""
        return {**self.registered, **self.begins}


@dataclass(frozen=True, slots=True)
class Form:
    """A form, one version of it: never edited in place, frozen on each filing.

    ``roster``: the section of persons that reference fields point into (empty: none).
    ``items``: codes of the catalogue's items that are filed with it. ``base``: pairs
    (section of the registered state, section of the wanted state) for a change of the registered.
    """

    id: str
    version: str
    zh: str
    en: str
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...] = ()
    departments: tuple[Department, ...] = ()
    dictionaries: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    roster: str = ""
    base: Mapping[str, str] = field(default_factory=dict)
    bulk: str = ""
    """Field that differs in each filing of a bulk made from a list (``""``: no bulk)."""
    origins: tuple[Origin, ...] = ()
    """What a filing of it may begin from, each form once."""

    @property
    def key(self) -> str:
        """``company-setup@2026.1``."""
        return f"{self.id}@{self.version}"

    @property
    def fields(self) -> dict[str, Field]:
        """All fields by id, in the form's order."""
        return {one.id: one for section in self.sections for one in section.fields}

    def origin(self, form: str) -> Origin | None:
        """How a filing of that form is taken over; None: it is not."""
        return next((one for one in self.origins if one.form == form), None)


def to_json(form: Form) -> str:
    """The canonical text of a form: keys sorted, no spaces."""
    return json.dumps(
        form, default=_parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _parts(made: Any) -> dict[str, Any]:
    """A part of a form by its fields; `asdict` would copy every text in it first."""
    return {one.name: getattr(made, one.name) for one in fields(made)}


def digest(text: str) -> str:
    """SHA-256 of a form's canonical text, hex."""
    return sha256(text.encode()).hexdigest()


def from_json(text: str) -> Form:
    """The form again. Raises KeyError, TypeError, ValueError for what is none."""
    return from_data(json.loads(text))


def from_data(data: dict[str, Any]) -> Form:
    """The form of the parsed JSON; what is left out has its default. Raises as `from_json`."""
    departments = (
        Department(**one | {"required": tuple(one.get("required", ()))})
        for one in data.get("departments", ())
    )
    dictionaries = {
        name: tuple(Option(*option) for option in options)
        for name, options in data.get("dictionaries", {}).items()
    }
    made = {
        "sections": tuple(_section(one) for one in data["sections"]),
        "rules": tuple(_rule(one) for one in data.get("rules", ())),
        "departments": tuple(departments),
        "dictionaries": dictionaries,
        "items": tuple(data.get("items", ())),
        "origins": tuple(Origin(**one) for one in data.get("origins", ())),
    }
    return Form(**data | made)


def _section(data: dict[str, Any]) -> Section:
    fields = tuple(
        Field(**one | {"type": Type(one["type"]), "departments": tuple(one.get("departments", ()))})
        for one in data["fields"]
    )
    return Section(**data | {"fields": fields})


def _rule(data: dict[str, Any]) -> Rule:
    return Rule(
        **data
        | {
            "level": Level(data["level"]),
            "override": tuple(data.get("override", ())),
            "repair": tuple(data.get("repair", ())),
        }
    )
