"""Doubts about a form that compiles: what nobody uses, who lacks what, what is not said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hallclient.rules.form.files.lint import lint, unused_choices
from hallclient.rules.form.spec import Department, Form, Option
from hallclient.texts import has
from tests.formkit import field, rule, section
from tests.source import ROOT


def form(*fields: object, **more: object) -> Form:
    """One section with these fields, one department ``A``."""
    made = Form("f", "1", "f", "f", (section("s", *fields),))  # type: ignore[arg-type]
    return replace(made, **{"departments": (Department("A", "a", "a"),), **more})  # type: ignore[arg-type]


def codes(form: Form, key: str = "") -> set[str]:
    return {one.code.removeprefix("form-") for one in lint(form) if key in ("", one.id)}


SENT = field("s", "sent", departments=("A",))


# -- what nobody uses


def test_a_field_that_nobody_gets_and_nothing_reads_is_a_mistake() -> None:
    (found,) = lint(form(SENT, field("s", "idle")))
    assert (found.id, found.code, found.warning) == ("idle", "form-unused", False)


@pytest.mark.parametrize(
    "other",
    [
        {"relevant": "idle == 'x'"},
        {"required": "filled(idle)"},
        {"calculation": "idle"},
        {"low": "idle"},
    ],
)
def test_an_expression_uses_a_field(other: dict[str, str]) -> None:
    reader = field("s", "other", departments=("A",), **other)
    assert "unused" not in codes(form(field("s", "idle"), reader), "idle")


def test_what_only_itself_names_is_not_used() -> None:
    assert "unused" in codes(form(SENT, field("s", "idle", required="filled(idle)")), "idle")


@pytest.mark.parametrize("used", [{"clerk": True}, {"calculation": "sent"}])
def test_what_the_applicant_is_not_asked_may_serve_the_clerk(used: dict[str, object]) -> None:
    assert "unused" not in codes(form(SENT, field("s", "idle", **used)))  # type: ignore[arg-type]


def test_a_rule_uses_what_it_is_on_reads_or_says() -> None:
    ruled = rule("R", "one", "two == 'x'", values={"v": "three"}, basis="b")
    made = form(SENT, *(field("s", key) for key in ("one", "two", "three", "four")), rules=(ruled,))
    assert [one.id for one in lint(made) if one.code == "form-unused"] == ["four"]


def test_a_field_of_a_person_is_used_by_whoever_shows_it() -> None:
    roster = section(
        "p",
        *(field("p", key) for key in ("p_name", "p_hobby", "p_sent")),
        repeat=True,
        label="p_name",
    )
    shown = field("s", "name", via="who", of="p_name", departments=("A",))
    hobby = field("s", "hobby", via="who", of="p_hobby")
    sent = field("s", "sent_to", via="who", of="p_sent")
    made = form(field("s", "who", "person"), shown, hobby, sent)
    own = replace(roster.fields[2], departments=("A",))
    roster = replace(roster, fields=(*roster.fields[:2], own))
    made = replace(made, sections=(*made.sections, roster), roster="p")
    assert {one.id for one in lint(made) if one.code == "form-unused"} == {"hobby", "p_hobby"}


def test_a_list_of_choices_that_no_form_names() -> None:
    options = (Option("a", "a", "a"),)
    one = form(SENT, dictionaries={"x": options})
    assert unused_choices([one], {"x": options, "y": options}) == ["y"]


# -- departments


def test_what_a_department_needs_is_filled_under_its_own_name() -> None:
    needing = Department("A", "a", "a", names={"sent": "NAME"}, required=("NAME",))
    assert codes(form(SENT, departments=(needing,))) == set()
    renamed = replace(needing, names={})
    (found,) = lint(form(SENT, departments=(renamed,)))
    assert (found.code, found.params["value"]) == ("form-nobody-fills", "NAME")


def test_a_department_that_gets_nothing_is_a_doubt() -> None:
    (found,) = lint(form(SENT, departments=(Department("A", "a", "a"), Department("B", "b", "b"))))
    assert (found.id, found.code, found.warning) == ("B", "form-gets-nothing", True)


# -- what is not said, or said wrongly


@pytest.mark.parametrize(
    ("kind", "where", "doubt"),
    [
        ("id", "s", True),
        ("mobile", "s", True),
        ("phone", "s", False),  # a company's
        ("phone", "p", True),
        ("address", "p", True),
        ("text", "p", False),
    ],
)
def test_what_looks_personal(kind: str, where: str, doubt: bool) -> None:
    one = field(where, "x", kind, departments=("A",))
    made = form(SENT)
    made = replace(
        made,
        sections=(*made.sections, section("p", one, repeat=True, label="x"))
        if where == "p"
        else (section("s", SENT, one),),
        roster="p" if where == "p" else "",
    )
    assert ("not-personal" in codes(made)) is doubt
    assert "not-personal" not in codes(
        replace(
            made,
            sections=tuple(
                replace(each, fields=tuple(replace(f, personal=True) for f in each.fields))
                for each in made.sections
            ),
        )
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{v}", ""),
        ("{{v}}", ""),
        ("{w}", "unknown-value-name"),
        ("{", "braces"),
        ("{}", "braces"),
        ("{v!r}", "braces"),
        ("{v:>99}", "braces"),
        ("{v.real}", "braces"),
        ("{v[0]}", "braces"),
    ],
)
def test_braces_of_messages(text: str, code: str) -> None:
    ruled = replace(rule("R", "sent", "true", values={"v": "sent"}, basis="b"), zh=text)
    assert codes(form(SENT, rules=(ruled,))) == ({code} if code else set())


@pytest.mark.parametrize(
    ("kind", "default", "right"),
    [
        ("date", "2026-09-22", True),
        ("date", "2026-02-30", False),
        ("money", "100", True),
        ("money", "0.0000001", False),
        ("bool", "yes", True),
        ("bool", "maybe", False),
        ("int", "1.5", False),
        ("person", "x", False),
    ],
)
def test_a_default_is_a_value_of_its_type(kind: str, default: str, right: bool) -> None:
    made = form(SENT, field("s", "x", kind, default=default, departments=("A",)))
    assert ("bad-default" not in codes(made)) is right


def test_items_are_those_of_the_catalogue() -> None:
    made = form(SENT, items=("A1", "B2"))
    assert [one.params["value"] for one in lint(made, {"A1"})] == ["B2"]
    assert list(lint(made)) == []


# -- texts


def mistakes(file: str) -> Iterator[str]:
    """The codes of the mistakes that a file of the engine finds."""
    tree = ast.parse((ROOT / "hallclient/rules/form" / file).read_text("utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="Mistake"):
                given = node.args[:1]
            case ast.Attribute(value=ast.Name(id="self"), attr="fail"):
                given = node.args[3:4]
            case _:
                continue
        for one in given:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


def test_every_mistake_that_the_engine_finds_has_its_text() -> None:
    found = {
        code
        for file in ("expr.py", "scope.py", "functions.py", "program.py")
        for code in mistakes(file)
    }
    # Names that mean two things are told when the file is read.
    assert {code for code in found - {"id-taken"} if not has(f"catalogue.problem.form-{code}")} == (
        set()
    )
    assert len(found) > 25
