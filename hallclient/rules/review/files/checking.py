"""Whether what a review's files say of a form fits that form."""

from __future__ import annotations

from collections.abc import Mapping

from hallclient.rules.form.expr import BOOL, Mistake
from hallclient.rules.form.files.attributes import checked, place_in, told
from hallclient.rules.form.layout import Layout
from hallclient.rules.form.scope import FormScope, compile_in
from hallclient.rules.form.spec import Form
from hallclient.rules.problems import Reader


def answers(reader: Reader, key: str, source: str, forms: Mapping[str, Form] | None) -> None:
    """Note what is wrong with an expression that answers a condition from the form ``key``.

    It stands outside of rows and is yes or no; so columns of a table are joined (``any``, ``sum``).
    """
    if not source:
        reader.fail(key, "missing")
        return
    if not checked(reader, key, source) or forms is None:
        return
    try:
        compile_in(source, FormScope(Layout(forms[key])), BOOL)
    except Mistake as mistake:
        code = f"form-{mistake.code}"
        where = place_in(source, mistake.column, code)
        reader.fail(key, code, **told(mistake.params), **where)
