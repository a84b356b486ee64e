"""Writes docs/company-setup.md: parts, rules and departments of the one form, in both languages.

`python -m docs.forms --write docs/company-setup.md`; a test says when the page is old.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from docs.rules import table, write
from hallclient.actions.form_files import shipped
from hallclient.rules.form.spec import Form, Level, Rule, Section
from hallclient.rules.roles import PERMISSIONS
from hallclient.texts import text_in

FORM: Final = "company-setup"

ZH: Final = """\
# 企业开办一表

本页由程序生成，按随程序的表单 {key}：{sections} 部分，{fields} 项，{rules} 条规则，
{departments} 个部门。大厅要改，照[表单文件](forms.md)写一份自己的；
填法见[操作手册](guide.md#一表填报)。English below.

## 部分

{parts}

## 规则

{levels}。

“依据”后面没有 `?` 的，有文件可查；有 `?` 的凭经验写入，对外引用以前请核对原文。
“放行”是谁可以写明理由后放行；“修正”是按 `F9` 程序能做什么。

{judged}

## 部门

各部门只得到自己要用的项；“必需”少一项就不能推送。

{uses}
"""

EN: Final = """\
# Setting up a company

This page is generated from the form that ships, {key}: {sections} parts, {fields} fields, {rules}
rules, {departments} departments. A hall that wants it otherwise writes
[its own](forms.md#form-files); how it is filled in: [guide](guide.en.md#forms).

## Parts

{parts}

## Rules

{levels}.

A basis without `?` can be looked up; with `?` it was written from memory: look at the source before
it is quoted to anybody. "Let pass": who may, with a reason. "Mending": what `F9` offers.

{judged}

## Departments

Each department gets the fields that it uses and no others; without what it needs nothing is sent.

{uses}
"""
PAGES: Final = {"zh": ZH, "en": EN}
HEADS: Final = {
    "zh": (
        ("部分", "", "项", "说明"),
        ("规则", "位置", "程度", "提示", "怎样改", "依据", "放行", "修正"),
        ("部门", "", "要用的项", "必需"),
        ("一张表", "按条件出现"),
        "、",
        "；",
    ),
    "en": (
        ("Part", "", "Fields", "Remark"),
        (
            "Rule",
            "Where",
            "Level",
            "What it says",
            "How to mend it",
            "Basis",
            "Let pass",
            "Mending",
        ),
        ("Department", "", "Fields it uses", "Needs"),
        ("a table", "asked for on a condition"),
        ", ",
        "; ",
    ),
}
UNSURE: Final = " ?"


def page() -> str:
    """Both languages, Chinese first."""
    form = shipped()[FORM]
    return "\n---\n\n".join(_page(form, language) for language in PAGES)


def _page(form: Form, language: str) -> str:
    between, then = HEADS[language][4:]
    counted = Counter(rule.level for rule in form.rules)
    levels = then.join(
        f"{text_in(language, f'form.level.{level}')} {n}" for level, n in counted.most_common()
    )
    return PAGES[language].format(
        key=f"`{form.key}`",
        sections=len(form.sections),
        fields=len(form.fields),
        rules=len(form.rules),
        departments=len(form.departments),
        levels=levels,
        parts=_parts(form, language),
        judged=table(
            HEADS[language][1], [_rule(form, rule, language, between) for rule in form.rules]
        ),
        uses=_departments(form, language),
    )


def _named(one: object, language: str) -> str:
    return str(getattr(one, language))


def _parts(form: Form, language: str) -> str:
    return table(HEADS[language][0], [_part(one, language) for one in form.sections])


def _part(section: Section, language: str) -> list[str]:
    repeat, relevant = HEADS[language][3]
    between = HEADS[language][5]
    remarks = [repeat] if section.repeat else []
    remarks += [relevant] if section.relevant else []
    return [
        _named(section, language),
        f"`{section.id}`",
        str(len(section.fields)),
        between.join(remarks),
    ]


def _rule(form: Form, rule: Rule, language: str, between: str) -> list[str]:
    may = rule.override
    if not may and rule.level is Level.WARN:
        may = tuple(sorted(PERMISSIONS["form.override"]))
    fix = rule.fix_zh if language == "zh" else rule.fix_en
    basis = rule.basis if rule.certainty == "sourced" else rule.basis + UNSURE
    return [
        f"`{rule.id}`",
        _where(form, rule.on, language),
        text_in(language, f"form.level.{rule.level}"),
        _said(rule.zh if language == "zh" else rule.en),
        _said(fix),
        basis.strip(),
        between.join(text_in(language, f"role.{role}") for role in may),
        between.join(text_in(language, f"form.repair.{way}") for way in rule.repair),
    ]


def _said(text: str) -> str:
    """A message with … for the values it would name."""
    return re.sub(r"\{\w+\}", "…", text).replace("|", "\\|")


def _where(form: Form, on: str, language: str) -> str:
    sections = {one.id: one for one in form.sections}
    field = form.fields.get(on)
    if field is None:
        return _named(sections[on], language)
    return f"{_named(sections[field.section], language)} · {_named(field, language)}"


def _departments(form: Form, language: str) -> str:
    rows = []
    for one in form.departments:
        uses = sum(one.id in field.departments for field in form.fields.values())
        rows.append([_named(one, language), f"`{one.id}`", str(uses), str(len(one.required))])
    return table(HEADS[language][2], rows)


if __name__ == "__main__":
    write("python -m docs.forms", __doc__, page())
