"""``hallclient certificate ask | void | confirm-change | …``: what one person asks for and another
confirms.
"""

from __future__ import annotations

from argparse import Namespace

from hallclient.actions import certificate_changes
from hallclient.actions.certificate_changes import Asked
from hallclient.actions.certificate_rows import copy_row
from hallclient.certificate_words import reason_word
from hallclient.cli import certificate_names, certificate_pick, certificate_shape
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.cli.shape import columns
from hallclient.rules.certificate.changes import CHANGES, VOID
from hallclient.rules.text import clean
from hallclient.texts import t


def ask(args: Namespace, app: App) -> int:
    """Ask for a change of a certificate."""
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    kind = certificate_pick.kind_of_id(store, wanted)
    asked = certificate_changes.ask(
        store,
        who,
        wanted,
        args.change,
        _reason(args.change, args.reason),
        note=args.note,
        announcement=args.announcement,
        words=certificate_names.words([kind], args.set),
        copies=certificate_names.counts(kind, args.copies),
    )
    return _told(app, [asked])


def void(args: Namespace, app: App) -> int:
    """Ask that a certificate be void."""
    store, who = app.store(), app.actor()
    wanted = certificate_pick.certificate(app, args.certificate)
    reason = _reason(VOID, args.reason)
    return _told(app, [certificate_changes.ask(store, who, wanted, VOID, reason, note=args.note)])


def _reason(change: str, text: str) -> str:
    """A reason of the change's list by its code or its word.

    Raises ``change-reason`` with the list.
    """
    words = {one: reason_word(change, one) for one in CHANGES[change].reasons}
    said = clean(text).strip()
    fits = [one for one, word in words.items() if said in (one, word)]
    if not fits:
        choices = list(words.items())
        raise Choices("change-reason", "reason", choices, reason=said, change=change)
    return fits[0]


def confirm(args: Namespace, app: App) -> int:
    """Do what somebody else asked for; the certificate as it is then."""
    store, who = app.store(), app.actor()
    change = certificate_pick.change(app, args.change)
    return certificate_shape.tell_rows(app, [certificate_changes.confirm(store, who, change)])


def reject(args: Namespace, app: App) -> int:
    """Leave the certificate as it is, and say why."""
    store, who = app.store(), app.actor()
    change = certificate_pick.change(app, args.change)
    certificate_changes.reject(store, who, change, args.answer)
    return _again(app, change)


def withdraw(args: Namespace, app: App) -> int:
    """Take back what one asked for oneself."""
    store, who = app.store(), app.actor()
    change = certificate_pick.change(app, args.change)
    certificate_changes.withdraw(store, who, change)
    return _again(app, change)


def _again(app: App, change: str) -> int:
    """A change as it is now."""
    row = app.store().row("SELECT certificate FROM certificate_change WHERE id = ?", change)
    of = row["certificate"] if row else ""
    every = certificate_changes.changes_of(app.store(), app.actor(), of)
    return _told(app, [one for one in every if one.row["id"] == change])


def changes(args: Namespace, app: App) -> int:
    """The changes that wait for a second person; of a certificate: every one."""
    store, who = app.store(), app.actor()
    if args.certificate:
        of = certificate_pick.certificate(app, args.certificate)
        return _told(app, certificate_changes.changes_of(store, who, of))
    return _told(app, certificate_changes.pending(store, who))


def returned(args: Namespace, app: App) -> int:
    """A copy that was called back or lost has come in."""
    store, who = app.store(), app.actor()
    wanted = certificate_pick.copy(app, args.copy)
    certificate_changes.returned(store, who, wanted)
    row = copy_row(store, wanted)
    text = "  ".join(certificate_shape.copy_cells(store, row)).rstrip()
    app.out.emit(certificate_shape.copy_object(store, row), text)
    return 0


def _told(app: App, asked: list[Asked]) -> int:
    texts = columns([certificate_shape.change_cells(app.store(), one) for one in asked])
    for one, text in zip(asked, texts, strict=True):
        app.out.emit(certificate_shape.change_object(one), text)
    if not asked:
        app.out.note(t("cli.certificate.no-changes"))
    return 0
