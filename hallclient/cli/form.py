"""``hallclient form``: one form for all departments, filled in, checked and sent by programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.cli import (
    form_begin,
    form_check,
    form_extract,
    form_files,
    form_fill,
    form_look,
    form_mend,
    form_table,
)
from hallclient.cli.parser import command, group, option
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``form`` and its commands."""
    own = group(commands, "form")
    _begin(own)
    _look(own)
    _fill(own)
    _table(own)
    _mend(own)
    _send(own)


def _begin(own: Commands) -> None:
    new = command(own, "form.new", form_begin.new)
    for name in ("--form", "--item", "--number", "--from"):
        option(new, name)
    option(new, "--copy-last", action="store_true")
    option(command(own, "form.begin", form_begin.begin), "filing")
    closed = command(own, "form.close", form_begin.close)
    option(closed, "filing")
    option(closed, "--reason")
    option(command(own, "form.forget", form_begin.forget), "filing")


def _look(own: Commands) -> None:
    option(command(own, "form.list", form_look.list_), "--all", action="store_true")
    command(own, "form.forms", form_look.forms)
    fields = command(own, "form.fields", form_look.fields)
    option(fields, "form")
    option(fields, "--section")
    show = command(own, "form.show", form_look.show)
    option(show, "filing")
    option(show, "--section")
    option(show, "--values", action="store_true")
    option(show, "--reveal", action="store_true")
    check = command(own, "form.check", form_check.check)
    option(check, "filing")
    option(check, "--reveal", action="store_true")
    history = command(own, "form.history", form_look.history)
    option(history, "filing")
    option(history, "field", nargs="?", help=t("cli.option.history-field"))
    option(history, "--row")
    option(history, "--reveal", action="store_true")


def _fill(own: Commands) -> None:
    put = command(own, "form.set", form_fill.put)
    option(put, "filing")
    option(put, "assignment", nargs="*", default=[])
    option(put, "--row")
    option(put, "--section")
    option(put, "--file", help=t("cli.option.form-file"))
    option(put, "--keep", action="store_true")
    option(put, "--check", action="store_true")
    add = command(own, "form.add", form_fill.add)
    option(add, "filing")
    option(add, "section")
    option(add, "assignment", nargs="*", default=[])
    drop = command(own, "form.drop", form_fill.drop)
    option(drop, "filing")
    option(drop, "row")
    option(drop, "--section")
    for name, run in (("form.undo", form_fill.undo), ("form.redo", form_fill.redo)):
        option(command(own, name, run), "filing")


def _table(own: Commands) -> None:
    taken = command(own, "form.import", form_table.import_)
    option(taken, "filing")
    option(taken, "section")
    option(taken, "file", type=Path, help=t("cli.option.sheet-file"))
    option(taken, "--mode", default="append")
    option(taken, "--map", action="append", default=[])
    option(taken, "--unit", action="append", default=[])
    option(taken, "--sheet", default="")
    option(taken, "--erase", action="store_true")
    option(taken, "--wrong", default="stop")
    option(taken, "--dry-run", action="store_true")
    bulk = command(own, "form.bulk", form_table.bulk)
    option(bulk, "filing")
    option(bulk, "file", type=Path, help=t("cli.option.sheet-file"))
    option(bulk, "--sheet", default="")
    option(bulk, "--wrong", default="stop")
    option(bulk, "--dry-run", action="store_true")


def _mend(own: Commands) -> None:
    settle = command(own, "form.settle", form_mend.settle)
    option(settle, "filing")
    option(settle, "field")
    option(settle, "--row")
    option(settle, "--take", required=True)
    override = command(own, "form.override", form_mend.override)
    option(override, "filing")
    option(override, "rule")
    option(override, "--row")
    option(override, "--reason", default="")
    repair = command(own, "form.repair", form_mend.repair)
    option(repair, "filing")
    option(repair, "rule")
    option(repair, "way", nargs="?")
    option(repair, "--row")


def _send(own: Commands) -> None:
    extract = command(own, "form.extract", form_extract.extract)
    option(extract, "filing")
    option(extract, "--department")
    option(extract, "--send", action="store_true")
    option(extract, "--save", type=Path)
    option(extract, "--force", action="store_true")
    option(extract, "--reveal", action="store_true")
    publish = command(own, "form.publish", form_files.publish)
    option(publish, "folder", type=Path, nargs="?", help=t("cli.option.forms-folder"))
    lint = command(own, "form.lint", form_files.lint)
    option(lint, "folder", type=Path, help=t("cli.option.hall-forms"))
