"""Forms as published in a store: each version stays for ever, and a filing keeps the one it has."""

from __future__ import annotations

from db.store import Store
from hallclient.actions.acting import SYSTEM, Action, Actor, acting
from hallclient.rules.errors import Refused
from hallclient.rules.form.program import Mistakes, Program, compile_form
from hallclient.rules.form.spec import Form, digest, from_json, to_json

_known: dict[str, tuple[Form, Program]] = {}
"""By the digest of what was published: a version that was taken back leaves nothing stale."""


def publish(store: Store, who: Actor, form: Form) -> bool:
    """Put a version of a form in force for new filings; False when it is there already.

    Raises ``form-version-taken`` (the same version says something else), ``form-mistakes``.
    """
    with acting(store, who, "form.publish") as tx:
        return publish_in(tx, form)


def publish_in(tx: Action, form: Form, actor: str | None = None) -> bool:
    """`publish`, inside an action that is under way; ``actor``: by whom, if by another."""
    body = to_json(form)
    sha256 = digest(body)
    found = tx.row("SELECT sha256 FROM form WHERE id = ?", form.key)
    if found is not None:
        if found["sha256"] != sha256:
            raise Refused("form-version-taken", field="form", form=form.key)
        return False
    try:
        if sha256 not in _known:
            compile_form(form)
    except Mistakes as error:
        count = len(error.mistakes)
        raise Refused("form-mistakes", field="form", form=form.key, count=count) from error
    row = {
        "form": form.id,
        "version": form.version,
        "sha256": sha256,
        "published_at": tx.now,
        "body": body,
    }
    made = ("form", form.key, None, row)
    tx.append("form.published", form.key, [made], stream="catalogue", actor=actor, sha256=sha256)
    return True


def form_in(store: Store, key: str) -> tuple[Form, Program]:
    """A published version and its program, made once.

    Raises ``no-such-form``, ``form-unreadable`` (another version of this program published it).
    """
    row = store.row("SELECT sha256 FROM form WHERE id = ?", key)
    if row is None:
        raise Refused("no-such-form", field="form", form=key)
    known = _known.get(row["sha256"])
    if known is None:
        found = store.row("SELECT body FROM form WHERE id = ?", key)
        assert found is not None  # noqa: S101 - the row above
        try:
            form = from_json(found["body"])
            known = _known[row["sha256"]] = form, compile_form(form)
        except (KeyError, TypeError, ValueError, Mistakes) as error:
            raise Refused("form-unreadable", field="form", form=key) from error
    return known


def published(store: Store, form_id: str) -> str:
    """The key of the version published last; empty when none is."""
    row = store.row(
        "SELECT id FROM form WHERE form = ? ORDER BY published_at DESC, rowid DESC LIMIT 1", form_id
    )
    return "" if row is None else str(row["id"])


def newest(tx: Action, form_id: str) -> tuple[Form, Program]:
    """The version that new filings get. Raises ``no-such-form``.

    When none was published yet, the one that ships with the program is, so that a store older
    than forms works at once.
    """
    key = published(tx.store, form_id)
    if not key:
        from hallclient.actions.form_files import shipped

        form = shipped().get(form_id)
        if form is None:
            raise Refused("no-such-form", field="form", form=form_id)
        publish_in(tx, form, SYSTEM)
        key = form.key
    return form_in(tx.store, key)
