"""Questions put to a form that is being filled in: yes/no expressions beside those of the form.

They are compiled as fields of a section of their own, so that totals and look-ups mean in them what
they mean in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.expr import BOOL
from hallclient.rules.form.expr import Mistake as Wrong
from hallclient.rules.form.layout import Layout
from hallclient.rules.form.program import Mistakes, Program, compile_form
from hallclient.rules.form.scope import FormScope, compile_in
from hallclient.rules.form.spec import Field, Form, Section, Type
from hallclient.rules.form.state import State

_OWN = "asked__"
"""Begins the names of what is added; no field of a form begins so."""


def compile_asked(form: Form, sources: Mapping[str, str]) -> Program:
    """A form with questions (name -> expression). One that this version of the form cannot answer
    is left out.
    """
    fit = {name: source for name, source in sources.items() if _fits(form, source)}
    fields = tuple(
        Field(f"{_OWN}{name}", _OWN, name, name, Type.BOOL, calculation=source)
        for name, source in fit.items()
    )
    section = Section(_OWN, _OWN, _OWN, fields)
    bare = replace(form, rules=(), sections=(*form.sections, section))
    try:
        return compile_form(bare)
    except Mistakes:
        return compile_form(replace(form, rules=()))


def answers(program: Program, state: State) -> dict[str, bool | None]:
    """What the content of a form says to what was asked; None: not known yet."""
    names = [one for one in program.layout.fields if one.startswith(_OWN)]
    if not names:
        return {}
    made = State(program, state.today)
    tables = [one.id for one in state.form.sections if one.repeat]
    rows = [(name, row, state.place_of(row)) for name in tables for row in state.rows(name)]
    made.load(rows, state.cells())
    return {name[len(_OWN) :]: made.value(SINGLE, name) for name in names}


def _fits(form: Form, source: str) -> bool:
    try:
        compile_in(source, FormScope(Layout(form)), BOOL)
    except Wrong:
        return False
    return True
