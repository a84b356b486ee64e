"""One small good form, the one of docs/forms.md, and a table of mistakes made in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.source import ROOT

_BLOCK = re.compile(r"`(forms/[\w./-]+\.toml)`：\n\n```toml\n(.*?)```", re.DOTALL)

FORM = "forms/stall/form.toml"
RULES = "forms/stall/rules.toml"
DEPARTMENTS = "forms/stall/departments.toml"
CHOICES = "forms/dictionaries.toml"


def example() -> dict[str, str]:
    """The files of the example in the docs."""
    found = dict(_BLOCK.findall((ROOT / "docs/forms.md").read_text("utf-8")))
    assert set(found) == {FORM, RULES, DEPARTMENTS, CHOICES}
    return found


def write(folder: Path, files: dict[str, str]) -> Path:
    """Put files into a hall's folder; its forms."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return folder / "forms"


class Bad(NamedTuple):
    """In ``file``, the first ``old`` becomes ``new``: ``code``, on the line of ``at`` (if it is
    not given: of ``new``), in ``told`` (if it is not given: in the same file).
    """

    file: str
    old: str
    new: str
    code: str
    at: str = ""
    told: str = ""

    def make(self, files: dict[str, str]) -> tuple[dict[str, str], str, int]:
        """The files with the mistake, the file and the line where it is told."""
        assert self.old in files[self.file], self.old
        changed = files | {self.file: files[self.file].replace(self.old, self.new, 1)}
        told = self.told or self.file
        text = changed[told]
        return changed, told, text[: text.index(self.at or self.new)].count("\n") + 1


ROSTER = 'roster = "person"'
AREA = '[[section.field]]\nid = "area"'
PLACE = '[[section.field]]\nid = "place"'


def _form(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(FORM, old, new, code, at)


def _rule(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(RULES, old, new, code, at)


def _department(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(DEPARTMENTS, old, new, code, at)


def _choices(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(CHOICES, old, new, code, at)


MISTAKES: dict[str, Bad] = {
    # the form as a whole
    "version missing": _form('version = "2026.1"\n', "", "missing", "[form]"),
    "id of another folder": _form('id = "stall"', 'id = "kiosk"', "form-other-folder"),
    "no [form]": _form("[form]", "[from]", "form-unknown-key"),
    "unknown key of the form": _form(ROSTER, 'rooster = "person"', "form-unknown-key"),
    "roster that is no repeat": _form(ROSTER, 'roster = "stall"', "form-no-repeat"),
    "base of unknown sections": _form(
        ROSTER, ROSTER + '\nbase = { old = "keeper" }', "form-no-repeat", "base ="
    ),
    "base that is no table": _form(ROSTER, ROSTER + '\nbase = "keeper"', "wrong-type", "base ="),
    "bulk of an unknown field": _form(
        ROSTER, ROSTER + '\nbulk = "palce"', "form-unknown-name", "bulk ="
    ),
    "what is registered of an unknown field": _form(
        'place = "place"', 'palce = "place"', "form-unknown-name"
    ),
    "registered in what is calculated": _form(
        'begins = { area = "area"', 'begins = { days = "days"', "form-origin-unstored"
    ),
    "registered in what shows a person": _form(
        'begins = { area = "area"', 'begins = { k_name = "k_name"', "form-origin-unstored"
    ),
    "registered and a beginning": _form(
        'begins = { area = "area"', 'begins = { kind = "kind"', "form-origin-twice"
    ),
    "taken from an unknown field": _form(
        'place = "place"', 'place = "palce"', "form-origin-no-field"
    ),
    "taken from another type": _form('place = "place"', 'place = "area"', "form-origin-type"),
    "taken from another dictionary": _form('kind = "kind"', 'kind = "p_paper"', "form-origin-type"),
    "personal taken into what is not": _form(
        'place = "place"', 'place = "p_name"', "form-origin-personal"
    ),
    "the roster from another table": _form(
        'p_name = "p_name"', 'p_name = "place"', "form-origin-table"
    ),
    "an origin that takes nothing": _form("registered = {", "registred = {", "form-unknown-key"),
    "an origin without its form": _form(
        '[[origin]]\nform = "stall"\n', "[[origin]]\n", "missing", "[[origin]]"
    ),
    "an origin twice": _form(
        "[[origin]]",
        '[[origin]]\nform = "stall"\nbegins = { area = "area" }\n[[origin]]',
        "duplicate",
        '[[origin]]\nform = "stall"\nregistered',
    ),
    "a beginning that is no table": _form(
        "begins = { area", 'begins = "area" # { area', "wrong-type"
    ),
    "items that are no list": _form(ROSTER, ROSTER + '\nitems = "YQ034"', "wrong-type", "items ="),
    "TOML syntax": _form('zh = "摊点"', "zh = 摊点", "bad-toml"),
    # sections
    "section without id": _form(
        '[[section]]\nid = "keeper"\n', "[[section]]\n", "missing", '[[section]]\nzh = "经营者"'
    ),
    "section twice": _form('id = "person"\nzh = "人员"', 'id = "keeper"\nzh = "人员"', "duplicate"),
    "section without fields": _form(
        '[[section]]\nid = "keeper"',
        '[[section]]\nid = "more"\nzh = "另"\nen = "More"\n[[section]]\nid = "keeper"',
        "form-no-fields",
        'id = "more"',
    ),
    "label that is no column": _form('label = "k_name"', 'label = "k_naem"', "form-unknown-name"),
    "fewest over most rows": _form("low = 1\nhigh = 3", "low = 4\nhigh = 3", "form-low-over-high"),
    "rows of what is there once": _form(
        'zh = "摊点"', 'zh = "摊点"\nhigh = 2', "form-only-repeat", "high = 2"
    ),
    "repeat is no flag": _form("repeat = true", 'repeat = "yes"', "wrong-type"),
    # fields
    "field without id": _form('id = "area"\n', "", "missing", '[[section.field]]\nzh = "面积'),
    "field id with a bad character": _form('id = "day_to"', 'id = "day-to"', "form-bad-name"),
    "field id that is a word of rules": _form('id = "area"', 'id = "not"', "form-bad-name"),
    "field id twice": _form('id = "area"', 'id = "place"', "duplicate", 'id = "place"\nzh = "面积'),
    "field id of a section": _form(
        'id = "area"', 'id = "person"', "duplicate", 'id = "person"\nzh = "人员"'
    ),
    "unknown attribute": _form("required = true", "requierd = true", "form-unknown-key"),
    "attribute of the wrong type": _form("max_length = 60", 'max_length = "long"', "not-a-number"),
    "attribute out of range": _form("decimals = 1", "decimals = 9", "out-of-range"),
    "unknown type": _form('type = "decimal"', 'type = "decimla"', "form-unknown-value"),
    "a table of another name": _form(
        PLACE, PLACE.replace("section.field", "sections.fields"), "form-unknown-key", "[[sections"
    ),
    "type missing": _form('type = "decimal"\n', "", "missing", AREA),
    "decimals on text": _form("max_length = 60", "decimals = 2", "form-not-for-type"),
    "unit on a ratio": _form(
        "low = 0\nhigh = 100", 'unit = "%"\nlow = 0\nhigh = 100', "form-not-for-type"
    ),
    "low over high": _form("low = 0\nhigh = 100", "low = 100\nhigh = 0", "form-low-over-high"),
    "unknown dictionary": _form(
        'choices = "stall_kind"', 'choices = "stall_kinds"', "form-unknown-dictionary"
    ),
    "choice without a dictionary": _form(
        'choices = "paper"\ndefault = "id_card"\n',
        "",
        "form-needs-other",
        'type = "choice"\n[[section.field]]\nid = "p_number"',
    ),
    "default that is no choice": _form(
        'default = "goods"', 'default = "good"', "form-unknown-value"
    ),
    "default that is no number": _form(
        "decimals = 1", 'decimals = 1\ndefault = "big"', "form-bad-default", 'default = "big"'
    ),
    "default of what is calculated": _form(
        'calculation = "days', 'default = 1\ncalculation = "days', "form-is-calculated"
    ),
    "via without of": _form('of = "p_name"\n', "", "form-needs-other", 'via = "k_person"'),
    "of without via": _form(
        'via = "k_person"\nof = "p_name"\n',
        'type = "text"\nof = "p_name"\n',
        "form-needs-other",
        'of = "p_name"',
    ),
    "via naming no person field": _form('via = "k_person"', 'via = "k_share"', "form-no-person"),
    "of that is not the roster's": _form('of = "p_name"', 'of = "place"', "form-not-of-roster"),
    "another type than the roster's": _form(
        'of = "p_name"',
        'of = "p_name"\ntype = "int"',
        "form-types-differ",
        'type = "int"\nrequired',
    ),
    "a default through a person": _form(
        'of = "p_name"', 'of = "p_name"\ndefault = "x"', "form-via-stores-nothing", 'default = "x"'
    ),
    "person without a roster": _form(ROSTER + "\n", "", "form-no-roster", 'type = "person"'),
    "a card outside the roster": _form(
        "max_length = 60", 'max_length = 60\ncard = "name"', "form-only-roster", "card ="
    ),
    "unknown part of a card": _form(
        'kind_from = "p_paper"',
        'kind_from = "p_paper"\ncard = "nubmer"',
        "form-unknown-value",
        "card =",
    ),
    "kind of a text": _form('kind_from = "p_paper"', 'kind_from = "p_name"', "form-no-choice"),
    "document without kinds": _form(
        '[[section.field]]\nid = "p_number"',
        '[[section.field]]\nid = "p_pass"\nzh = "证"\nen = "Pass"\ntype = "id"\npersonal = true\n'
        'kind_from = "p_sort"\ndepartments = ["CG"]\n[[section.field]]\nid = "p_sort"\n'
        'zh = "类"\nen = "Sort"\ntype = "choice"\nchoices = "stall_kind"\n'
        '[[section.field]]\nid = "p_number"',
        "form-no-kinds",
        'kind_from = "p_sort"',
    ),
    "unknown department": _form(
        'departments = ["CG"]', 'departments = ["GC"]', "form-unknown-department"
    ),
    "department twice": _form(
        'departments = ["CG"]', 'departments = ["CG", "CG"]', "form-said-twice"
    ),
    "unused field": _form(
        AREA,
        '[[section.field]]\nid = "colour"\nzh = "颜色"\nen = "Colour"\ntype = "text"\n' + AREA,
        "form-unused",
        'id = "colour"',
    ),
    "invisible characters": _form('zh = "摆放地点"', 'zh = "摆放\u200b地点"', "unsafe-text"),
    # expressions
    "unknown field in an expression": _form(
        'low = "day_from"', 'low = "day_form"', "form-unknown-name"
    ),
    "syntax": _form('low = "day_from"', 'low = "day_from +"', "form-syntax"),
    "cycle": _form('relevant = "kind.food"', 'relevant = "filled(permit)"', "form-cycle"),
    "aggregate over what is outside repeats": _rule(
        '"sum(k_share) == 100"', '"sum(area) == 100"', "form-no-column"
    ),
    "column without an aggregate": _form(
        'required = "kind.food"', 'required = "k_share > 1"', "form-needs-aggregate"
    ),
    "attribute on a text": _form(
        'required = "kind.food"', 'required = "place.food"', "form-no-attributes"
    ),
    "attribute that no option has": _form(
        'required = "kind.food"', 'required = "kind.foods"', "form-unknown-attribute"
    ),
    "too few arguments": _form(
        '"days_between(day_from, day_to) + 1"', '"days_between(day_from)"', "form-wrong-count"
    ),
    "unknown function": _form(
        '"days_between(day_from, day_to) + 1"',
        '"days_betwen(day_from, day_to)"',
        "form-unknown-function",
    ),
    "bad pattern": _rule(
        '"day_to < add_years(day_from, 1)"', "\"matches(place, '[a')\"", "form-bad-pattern"
    ),
    "backslash": _rule(
        'constraint = "day_to < add_years(day_from, 1)"',
        "constraint = 'matches(place, \"\\d+\")'",
        "form-backslash",
    ),
    "text compared with a number": _rule(
        '"day_to < add_years(day_from, 1)"', '"place == 1"', "form-kinds-differ"
    ),
    "an amount where yes or no is needed": _rule(
        '"day_to < add_years(day_from, 1)"', '"wan(1)"', "form-wrong-kind"
    ),
    "what is no rule": _rule(
        '"day_to < add_years(day_from, 1)"', '"[x for x in place]"', "form-not-allowed"
    ),
    "in what": _rule('"day_to < add_years(day_from, 1)"', '"place in kind"', "form-in-what"),
    "far too long": _rule(
        '"day_to < add_years(day_from, 1)"', '"' + "true and " * 300 + 'true"', "form-too-long"
    ),
    "unknown dictionary in an expression": _rule(
        '"day_to < add_years(day_from, 1)"',
        "\"known(place, 'stal_kind')\"",
        "form-unknown-dictionary",
    ),
    "a day that is none": _rule(
        '"day_to < add_years(day_from, 1)"', "\"day_to < day('2026-02-30')\"", "form-bad-pattern"
    ),
    "repeated columns of another section": _rule(
        '"not repeated(k_person)"', '"not repeated(p_name)"', "form-own-columns"
    ),
    # rules
    "rule on an unknown field": _rule('on = "day_to"', 'on = "day_too"', "form-unknown-name"),
    "rule without id": _rule('id = "SHARES"\n', "", "missing", '[[rule]]\non = "keeper"'),
    "rule id twice": _rule(
        'id = "SHARES"', 'id = "ONE_YEAR"', "duplicate", 'id = "ONE_YEAR"\non = "keeper"'
    ),
    "rule without constraint": _rule(
        'constraint = "not repeated(k_person)"\n', "", "missing", '[[rule]]\nid = "SAME_KEEPER"'
    ),
    "unknown level": _rule('level = "warn"', 'level = "warning"', "form-unknown-value"),
    "unknown repair": _rule(
        'basis = "大厅规定"',
        'basis = "大厅规定"\nrepair = ["last_row"]',
        "form-unknown-value",
        "repair =",
    ),
    "repair of another rule": _rule(
        'basis = "大厅规定"',
        'basis = "大厅规定"\nrepair = ["pro-rata"]',
        "form-repair-unfit",
        "repair =",
    ),
    "unknown role": _rule(
        '"clerk", "supervisor"', '"clerk", "superviser"', "form-unknown-value", "override ="
    ),
    "message naming no value": _rule(
        "{days} 天", "{day} 天", "form-unknown-value-name", "{day} 天"
    ),
    "braces that do not match": _rule("{days} 天", "{days 天", "form-braces", "{days 天"),
    "braces that hold more than a name": _rule(
        "{days} 天", "{days.real} 天", "form-braces", "{days.real}"
    ),
    "value that cannot be": _rule(
        'sum = "sum(k_share)"', 'sum = "sum(k_shar)"', "form-unknown-name", "values = { sum"
    ),
    # departments
    "required target nobody fills": _department(
        '"BFDD", "XM"', '"BFDDD", "XM"', "form-nobody-fills", "required ="
    ),
    "another name for what is not sent": _department(
        "names = { place", 'names = { permit = "X", place', "form-not-sent"
    ),
    "another name for an unknown field": _department(
        'names = { place = "BFDD"', 'names = { plaec = "X", place = "BFDD"', "form-unknown-name"
    ),
    "department id twice": _department(
        'id = "FOOD"', 'id = "CG"', "duplicate", 'id = "CG"\nzh = "市场'
    ),
    # dictionaries
    "option without code": _choices(
        'code = "food"\n', "", "missing", '[[dictionary.option]]\nzh = "餐饮"'
    ),
    "option code twice": _choices(
        'code = "goods"', 'code = "food"', "duplicate", 'code = "food"\nzh = "百货"'
    ),
    "option code with a comma": _choices('code = "goods"', 'code = "go,ods"', "bad-id"),
    "option with a list": _choices("most = 8", "most = [8]", "wrong-type"),
    "kind of document nobody knows": Bad(
        CHOICES,
        'kind = "resident_id"',
        'kind = "resident"',
        "form-unknown-kind",
        'kind_from = "p_paper"',
        FORM,
    ),
    "dictionary twice": _choices(
        'id = "paper"', 'id = "stall_kind"', "duplicate", 'id = "stall_kind"\nzh = "证件'
    ),
}
