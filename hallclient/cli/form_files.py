"""``hallclient form publish | lint``: the files of forms, checked and put in force."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from hallclient.actions.forms import publish as put_in_force
from hallclient.cli.app import App
from hallclient.form_words import label
from hallclient.rules.errors import Refused
from hallclient.rules.form.spec import Form
from hallclient.texts import t


def publish(args: Namespace, app: App) -> int:
    """New filings get these versions: of a folder, or those that ship. All are right, or none."""
    store, who = app.store(), app.seen_by("form.publish")
    if args.folder is None:
        from hallclient.actions.form_files import shipped

        forms: Mapping[str, Form] = shipped()
    else:
        forms = _checked(app, args.folder, {item.code for item in app.hall().items.values()})
    for form in forms.values():
        new = put_in_force(store, who, form)
        key = "cli.form.published" if new else "cli.form.published-before"
        app.out.emit({"form": form.key, "published": new}, t(key, form=form.key, name=label(form)))
    return 0


def lint(args: Namespace, app: App) -> int:
    """Every mistake in the forms of a folder. Needs no store."""
    for form in _checked(app, args.folder, None).values():
        counts = {
            "sections": len(form.sections),
            "fields": len(form.fields),
            "rules": len(form.rules),
            "departments": len(form.departments),
        }
        said = t("cli.form.sound", form=form.key, name=label(form), **counts)
        app.out.emit({"form": form.key, **counts}, said)
    return 0


def _checked(app: App, folder: Path, items: set[str] | None) -> Mapping[str, Form]:
    """The forms of a folder, or of a hall's folder that has one of forms.

    Raises ``forms-invalid`` when anything is wrong, ``no-forms`` when there is none.
    """
    from hallclient.actions.form_files import FOLDER, read_forms
    from hallclient.cli.catalogue import problem_line, problem_object

    inner = folder / FOLDER
    try:
        forms, problems = read_forms(inner if inner.is_dir() else folder, items)
    except OSError as error:  # a path may be anything that was typed
        raise Refused("no-forms", field="folder", folder=folder) from error
    for problem in problems:
        app.out.emit(problem_object(problem), problem_line(problem))
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        place = errors[0].place
        raise Refused("forms-invalid", field="folder", count=len(errors), place=place)
    if not forms:
        raise Refused("no-forms", field="folder", folder=folder)
    return forms
