"""``hallclient certificate check | publish | kinds``: what a hall issues, as its files say."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.actions import certificate_kinds
from hallclient.actions.certificate_kinds import FOLDER
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.rules.certificate.spec import CertificateKind, Kinds
from hallclient.texts import language, t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands
    from hallclient.rules.certificate.files_known import Known


def register_files(own: Commands) -> None:
    """Add these commands to the group ``certificate``."""
    for name, run in (("check", check), ("publish", publish)):
        made = command(own, f"certificate.{name}", run)
        option(made, "folder", type=Path, nargs="?", help=t("cli.option.certificate-folder"))
    command(own, "certificate.kinds", kinds)


def check(args: Namespace, app: App) -> int:
    """Every mistake of a folder; every copy is set in both layouts."""
    found = _checked(app, args.folder)
    counts = {
        "kinds": len(found.kinds),
        "copies": sum(len(one.copies) for one in found.kinds),
        "stocks": len(found.stocks),
        "templates": len(found.files),
    }
    said = t("cli.certificate.sound", edition=found.key, **counts)
    app.out.emit({"edition": found.key, **counts}, said)
    return 0


def publish(args: Namespace, app: App) -> int:
    """New certificates are made by these kinds: of a folder, or those that ship."""
    store, who = app.store(), app.seen_by("edition.publish")
    found = _checked(app, args.folder)
    new = certificate_kinds.publish(store, who, found)
    key = "cli.certificate.published" if new else "cli.certificate.published-before"
    app.out.emit({"edition": found.key, "published": new}, t(key, edition=found.key))
    return 0


def kinds(args: Namespace, app: App) -> int:
    """What the hall issues: each kind with its copies, sheets and code."""
    from db.opening import is_file

    there = is_file(app.path)
    found = certificate_kinds.current(app.store()) if there else certificate_kinds.shipped()
    lines = columns([_cells(found, one) for one in found.kinds])
    for one, line in zip(found.kinds, lines, strict=True):
        app.out.emit(_object(found, one), line)
    return 0


def _cells(found: Kinds, kind: CertificateKind) -> tuple[str, ...]:
    zh = language() == "zh"
    scheme = found.scheme[kind.scheme]
    copies = [
        f"{one.zh if zh else one.en} {one.wide:g}×{one.high:g} {one.stock}".rstrip()
        for one in kind.copies
    ]
    named = kind.zh if zh else kind.en
    made_by = scheme.zh if zh else scheme.en
    return kind.id, named, ", ".join(kind.items), made_by, t("cli.certificate.and").join(copies)


def _object(found: Kinds, kind: CertificateKind) -> dict[str, object]:
    return {
        "kind": kind.id,
        "zh": kind.zh,
        "en": kind.en,
        "edition": found.key,
        "checklists": list(kind.items),
        "scheme": kind.scheme,
        "way": kind.way,
        "after": list(kind.after),
        "fields": list(kind.field),
        "copies": [
            {
                "copy": one.id,
                "zh": one.zh,
                "en": one.en,
                "stock": one.stock,
                "wide_mm": one.wide,
                "high_mm": one.high,
                "count": one.count,
                "most": one.most,
            }
            for one in kind.copies
        ],
    }


def _checked(app: App, folder: Path | None) -> Kinds:
    """The kinds of a folder, or of a hall's folder that has one; none: those that ship.

    Raises ``certificates-invalid``, every mistake told.
    """
    from hallclient.actions.certificate_check import check as checked
    from hallclient.cli.catalogue import problem_line, problem_object
    from hallclient.paths import FIXTURES

    place = FIXTURES / FOLDER if folder is None else folder
    inner = place / FOLDER
    found, problems = checked(inner if inner.is_dir() else place, _known(app))
    for problem in problems:
        app.out.emit(problem_object(problem), problem_line(problem))
    return certificate_kinds.required(found, problems)


def _known(app: App) -> Known:
    """What the kinds may name: of the store, or without one what ships."""
    from db.opening import is_file

    there = is_file(app.path)
    return certificate_kinds.known_in(app.store()) if there else certificate_kinds.known_shipped()
