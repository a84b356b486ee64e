"""What departments get of a filing (部门信息): frozen when it is sent, corrected by another one."""

from __future__ import annotations

import json
from typing import NamedTuple

from db.store import Store
from hallclient.actions.acting import Actor, acting, admit
from hallclient.actions.filing_cells import CLOSED, OF, filing_row
from hallclient.actions.filing_log import stream
from hallclient.actions.filing_view import Opened, load
from hallclient.actions.filings import DONE
from hallclient.rules.errors import Refused
from hallclient.rules.form.spec import Department


class Extract(NamedTuple):
    """One that was sent. ``n``: 1, 2, … for a department; ``before``: the SHA-256 of the one it
    corrects (empty: it is the first); ``at``: UTC ms.
    """

    id: str
    filing: str
    department: str
    n: int
    target: str
    sha256: str
    before: str
    by: str
    at: int


class Content(NamedTuple):
    """What an extract says: canonical JSON, whole and as the difference to the one before."""

    payload: str
    difference: str


_COLUMNS = ", ".join(Extract._fields)


def send(store: Store, who: Actor, filing: str, department: str) -> Extract:
    """Freeze what a department gets. A later one is a correction and carries the difference.

    The text is sealed under the filing's key; its digest is in the clear.
    Raises ``no-such-department``, ``extract-blocked`` (something that concerns this department
    must be mended first), ``extract-disputed``, ``extract-same``, ``no-such-filing``,
    ``filing-closed`` (withdrawn or given up).
    """
    from hallclient.rules.form.extract import canonical, difference, digest, extract

    with acting(store, who, "form.extract") as tx:
        row = filing_row(store, filing)
        if row["state"] == CLOSED and row["reason"] != DONE:
            raise Refused("filing-closed", number=row["number"], closed=row["reason"])
        found = load(store, row)
        known = _department(found, department)
        _may_leave(found, known)
        payload = extract(found.state, known.id)
        text, sha256 = canonical(payload), digest(payload)
        before = sent(store, row["id"], known.id)
        last = before[-1] if before else None
        fields = {"payload": text}
        if last is not None:
            if last.sha256 == sha256:
                raise Refused("extract-same", field="department", department=known)
            told = content(store, last).payload
            fields["difference"] = canonical(difference(json.loads(told), payload))
        made = Extract(
            f"{row['id']}/{known.id}/{len(before) + 1}",
            row["id"],
            known.id,
            len(before) + 1,
            known.target,
            sha256,
            last.sha256 if last is not None else "",
            tx.actor,
            tx.now,
        )
        columns = {**made._asdict(), "sealed": tx.seal(row["id"], fields)}
        del columns["id"]
        tx.append(
            "filing.extracted",
            row["id"],
            [("form_extract", made.id, None, columns)],
            stream=stream(row["id"]),
            department=known.id,
            sha256=sha256,
        )
        return made


def sent(store: Store, filing: str, department: str = "") -> list[Extract]:
    """What was sent of a filing (to one department), the first one first."""
    key = filing if not department else f"{filing}/{department}"
    sql = f"SELECT {_COLUMNS} FROM form_extract WHERE {OF} ORDER BY rowid"
    return [Extract(*row) for row in store.db.execute(sql, (key,))]


def read_extract(store: Store, who: Actor, extract: Extract) -> Content:
    """What an extract says; empty once the filing's key was destroyed."""
    admit(store, who, "form.read")
    return content(store, extract)


def content(store: Store, extract: Extract) -> Content:
    """`read_extract`, for who may already."""
    row = store.row("SELECT sealed FROM form_extract WHERE id = ?", extract.id)
    fields = store.unseal(extract.filing, row["sealed"] if row is not None else None) or {}
    return Content(fields.get("payload", ""), fields.get("difference", ""))


def _department(found: Opened, department: str) -> Department:
    for one in found.state.form.departments:
        if one.id == department:
            return one
    raise Refused("no-such-department", field="department", department=department)


def _may_leave(found: Opened, department: Department) -> None:
    """Raise when the department would lack something, or a field that goes to it holds two texts
    or blocks.
    """
    from hallclient.rules.form.preview import blocked

    wrong = len(blocked(found.state, department.id))
    if wrong:
        raise Refused("extract-blocked", field="department", department=department, count=wrong)
    sent = found.state.program.sent[department.id]
    goes = {one.id for one in sent} | {one.of for one in sent if one.via}
    count = sum(field in goes for _, field in found.collisions)
    if count:
        raise Refused("extract-disputed", field="department", department=department, count=count)
