"""``hallclient review attach | files | detach | save``: the files of a case."""

from __future__ import annotations

from argparse import Namespace

from hallclient.actions import case_files
from hallclient.actions.case_files import File
from hallclient.cli.app import App
from hallclient.cli.case import found
from hallclient.cli.shape import columns
from hallclient.rules.text import clean
from hallclient.texts import t
from hallclient.words import iso, local


def attach(args: Namespace, app: App) -> int:
    """A file for a material, or (0) for the case itself."""
    data, name = case_files.chosen(args.file)
    store, who = app.store(), app.actor()
    row = case_files.attach(store, who, found(app, args.case), args.material, data, name)
    # The name is sealed in the row: it is listed as everybody who may read it sees it.
    one = next(one for one in case_files.files(store, who, row["case_file"]) if one.id == row["id"])
    said = t("cli.review.attached", name=one.name, place=_place(one.no), id=one.id)
    app.out.emit(_object(one), said)
    return 0


def files(args: Namespace, app: App) -> int:
    """What is attached, the oldest first."""
    listed = case_files.files(app.store(), app.actor(), found(app, args.case))
    for one, text in zip(listed, columns(map(_cells, listed)), strict=True):
        app.out.emit(_object(one), text)
    if not listed:
        app.out.note(t("cli.review.no-files"))
    return 0


def detach(args: Namespace, app: App) -> int:
    """Take a file back; its content is gone."""
    row = case_files.remove(app.store(), app.actor(), _file(app, args.file))
    obj: dict[str, object] = {"file": row["id"], "material": row["no"], "removed": True}
    app.out.emit(obj, t("cli.review.detached", id=row["id"]))
    return 0


def save(args: Namespace, app: App) -> int:
    """The content on this machine."""
    file = _file(app, args.file)
    path = case_files.save(app.store(), app.actor(), file, args.out, replace=args.force)
    obj: dict[str, object] = {"file": file, "saved": str(path), "size": path.stat().st_size}
    app.out.emit(obj, t("cli.review.saved", file=str(path)))
    return 0


def _file(app: App, text: str) -> str:
    """A file by its id, or by its case (as `found` takes it) and its number: ``A001/2``."""
    typed = clean(text).strip()
    case, mark, no = typed.rpartition("/")
    if not mark or not no.isdecimal() or case.endswith("/f"):
        return typed
    return f"{found(app, case)}/f/{int(no)}"


def _object(one: File) -> dict[str, object]:
    return {
        "file": one.id,
        "no": int(one.id.rpartition("/")[2]),
        "material": one.no or None,
        "name": one.name or None,
        "media": one.media,
        "size": one.size,
        "by": one.by,
        "at": iso(one.at),
    }


def _cells(one: File) -> list[str]:
    return [
        f"/{one.id.rpartition('/')[2]}",
        _place(one.no),
        one.name or t("cli.review.forgotten"),
        t("cli.review.kb", n=max(1, -(-one.size // 1024))),
        one.by,
        f"{local(one.at):%m-%d %H:%M}",
    ]


def _place(no: int) -> str:
    return t("cli.review.of-material", no=no) if no else t("cli.review.of-case")
