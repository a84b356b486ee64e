"""Files attached to a case: taken by what they are, sealed, kept apart from the log.

The content lies beside the store under its hash (`db.sealed_files`), durable before the event that
tells of it; name and content are sealed with the case's key.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from db import sealed_files
from db.files import whole
from db.seal import Box, opened
from db.store import Row, Store
from hallclient.actions.acting import SYSTEM, Action, Actor, acting, admit
from hallclient.actions.case_deficiencies import follow_in
from hallclient.actions.case_materials import mark_in
from hallclient.actions.case_rows import CaseDraft, case_row, rows_of, stream
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import materials as rules
from hallclient.rules.review.facts import CaseFacts, MaterialState
from hallclient.rules.review.media import LARGEST, MOST, Media, media_of, name_of

_ARRIVES = (MaterialState.DUE, MaterialState.FAILED, MaterialState.TOLERATED)
"""States of a material that a file for it changes: it has come."""
_RESTS_ON = (MaterialState.PASSED, MaterialState.RETURNED)
"""States in which what was checked must stay."""


class File(NamedTuple):
    """An attached file. ``no``: its material, 0 for the case itself; ``name`` empty: forgotten."""

    id: str
    no: int
    name: str
    media: str
    size: int
    by: str
    at: int


def chosen(path: Path) -> tuple[bytes, str]:
    """Content and name of a file that somebody chose on this machine, for `attach`.

    Raises ``attached-unreadable``, ``file-large``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a path may be anything that was typed
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise Refused("attached-unreadable", field="file", file=path.name, cause=cause) from error
    _sized(data)
    return data, path.name


def attach(store: Store, who: Actor, case: str, no: int, data: bytes, name: str) -> Row:
    """Attach a file to a material (``no`` 0: to the case); its row. The same twice is one.

    A material that is due, failed or promised for later has come with it.
    Raises ``file-empty``, ``file-large``, ``file-kind``, ``file-many``, ``no-such-material``,
    ``case-forgotten``; as `case_materials.mark`, `db.sealed_files.write`.
    """
    media = _media(data)
    digest = sha256(data).hexdigest()
    with acting(store, who, "file.attach") as tx:
        draft = editing(tx, case)
        facts = draft.facts()
        if no:
            _allowed(facts, no, tx.who.role)
        here = [one for one in draft.rows("attachment") if one["removed_at"] is None]
        for one in here:
            if (one["no"], one["sha256"]) == (no, digest):
                return one
        if len(here) >= MOST:
            raise Refused("file-many", field="file", most=MOST, number=facts.number)
        box = _box(draft)
        folder = sealed_files.folder_of(store.path)
        # Nobody else writes now: what is there and nobody tells of is left from a kill.
        sealed_files.tidy(tx.db, folder, draft.id)
        sealed_files.write(folder, box, data)
        row = draft.insert(
            "attachment",
            draft.next("attachment", "f"),
            no=no,
            sha256=digest,
            size=len(data),
            media=media.type,
            sealed=draft.sealed(name=name_of(name, media)),
            by=tx.actor,
            at=tx.now,
        )
        draft.write("file.attached", row["id"], material=no)
        if no and facts.material(no)[1].state in _ARRIVES:
            received = MaterialState.RECEIVED.value
            mark_in(draft, facts, no, received, medium="electronic")
            draft.write("material.marked", state=received)
            follow_in(draft)
        return row


def read(store: Store, who: Actor, file: str) -> tuple[str, bytes]:
    """Name and content of a file, for a person; looking is an event (GB/T 22239 审计).

    The name is safe to save under. Raises ``no-such-file``, ``case-forgotten``; StoreError
    ``file-missing``, ``file-damaged``.
    """
    with acting(store, who, "file.read") as tx:
        row = _row(tx, file)
        case = row["case_file"]
        tx.append("personal.viewed", case, [], stream=stream(case), file=file)
        box = store.box(case)
        if box is None:
            raise Refused("case-forgotten", field="file")
    name = (store.unseal(case, row["sealed"]) or {}).get("name", "")
    data = sealed_files.read(sealed_files.folder_of(store.path), box, row["sha256"])
    return name, data


def save(store: Store, who: Actor, file: str, target: Path, *, replace: bool = False) -> Path:
    """A file on this machine, whole or not at all, for its owner alone; where it is.

    In a folder it has its own name. Raises as `read`, `db.files.whole`: what is there already stays
    unless ``replace``, and nothing is looked at then.
    """
    path = target
    if target.is_dir():
        admit(store, who, "file.read")
        row = _row(store, file)
        name = (store.unseal(row["case_file"], row["sealed"]) or {}).get("name", "")
        path = target / (name or row["sha256"])
    with whole(path, replace=replace) as part:
        part.write_bytes(read(store, who, file)[1])
    return path


def remove(store: Store, who: Actor, file: str) -> Row:
    """Take a file back that was attached by mistake; its content is gone.

    Raises ``no-such-file``, ``file-checked`` (a check rests on it); as `cases.editing`.
    """
    with acting(store, who, "file.attach") as tx:
        row = _row(tx, file)
        draft = editing(tx, row["case_file"])
        facts = draft.facts()
        if tx.who.role == "agent" and facts.state not in rules.BEFORE_RECEIPT:
            raise Refused("marked-by-counter", field="case", number=facts.number)
        if row["no"] and facts.material(row["no"])[1].state in _RESTS_ON:
            raise Refused("file-checked", field="file", no=row["no"])
        draft.update("attachment", row, removed_at=tx.now)
        draft.write("file.removed", row["id"], material=row["no"])
    tidy(store, row["case_file"])
    return row


def files(store: Store, who: Actor, case: str) -> list[File]:
    """The files of a case, the oldest first. Raises ``no-such-case``."""
    admit(store, who, "file.read")
    row = case_row(store, case)
    box = store.box(row["id"])
    found = []
    for one in rows_of(store, "attachment", row["id"]):
        if one["removed_at"] is None:
            name = (opened(box, one["sealed"]) or {}).get("name", "")
            plain = (one[key] for key in ("media", "size", "by", "at"))
            found.append(File(one["id"], one["no"], name, *plain))
    return found


def tidy(store: Store, case: str = "") -> int:
    """Take files away that nothing tells of: left from a kill, removed, forgotten. How many."""
    folder = sealed_files.folder_of(store.path)
    if not sealed_files.surplus(store.db, folder, case):
        return 0
    with store.act(SYSTEM) as tx:
        return sealed_files.tidy(tx.db, folder, case)


def _sized(data: bytes) -> None:
    if not data:
        raise Refused("file-empty", field="file")
    if len(data) > LARGEST:
        raise Refused("file-large", field="file", mb=LARGEST >> 20)


def _media(data: bytes) -> Media:
    _sized(data)
    media = media_of(data)
    if media is None:
        raise Refused("file-kind", field="file")
    return media


def _allowed(facts: CaseFacts, no: int, role: str) -> None:
    """Whether a file may be added to a material at all."""
    try:
        _, fact = facts.material(no)
    except KeyError:
        raise Refused("no-such-material", field="material", no=no) from None
    if role == "agent" and facts.state not in rules.BEFORE_RECEIPT:
        raise Refused("marked-by-counter", field="case", number=facts.number)
    if fact.state is MaterialState.UNNEEDED:
        raise Refused("file-unneeded", field="material", no=no)


def _box(draft: CaseDraft) -> Box:
    if draft.tx.row("SELECT 1 AS n FROM case_key WHERE case_id = ? AND key IS NULL", draft.id):
        raise Refused("case-forgotten", field="file")
    return draft.tx.box(draft.id)


def _row(store: Store | Action, file: str) -> Row:
    found = store.row("SELECT * FROM attachment WHERE id = ?", file)
    if found is None or found["removed_at"] is not None:
        raise Refused("no-such-file", field="file", file=file)
    return found
