"""Keeping a store: backup, restore, projections made again. Each is allowed, or `Refused`.

A check (`db.check.verify`) needs no operator: it changes nothing and shows nobody's data.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from db import backup as db_backup
from db import rebuild as db_rebuild
from db import restore as db_restore
from db.backup import Made
from db.env import Env, system_env
from db.report import Progress, Report
from db.restore import Plan, Restored
from db.store import Row, Store
from hallclient.actions import staff
from hallclient.actions.acting import Actor, acting
from hallclient.rules.errors import Refused
from hallclient.rules.roles import require

STREAM = "store"


def backup(
    store: Store,
    who: Actor,
    target: Path,
    *,
    passphrase: str | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> Made:
    """A checked copy of the store; that it was made is an event of the store itself.

    What kills have left beside the store is taken away with it. Raises as `db.backup.backup`,
    ``not-allowed``.
    """
    from hallclient.actions import case_files

    with acting(store, who, "store.backup"):
        """Asked first: copying takes time."""
    made = db_backup.backup(
        store, target, passphrase=passphrase, replace=replace, progress=progress
    )
    with acting(store, who, "store.backup") as tx:
        tx.append(
            "store.backed-up",
            store.meta["hall"],
            [],
            stream=STREAM,
            events=made.report.events,
            head=made.report.head,
        )
    case_files.tidy(store)
    return made


def last_backup(store: Store) -> int | None:
    """When the last backup was made (UTC ms)."""
    row = store.row(
        "SELECT max(at) AS at FROM event WHERE stream = ? AND kind = 'store.backed-up'", STREAM
    )
    return None if row is None else row["at"]


def rebuild(store: Store, operator: str, password: str, progress: Progress | None = None) -> Report:
    """Make the projections again from the log. Raises as `db.rebuild.rebuild`, as `signed`.

    The projection of the operators may be what is damaged, so the log says who may.
    """
    row = db_rebuild.made_row(store, "operator", operator)
    who = signed(row, password, "store.restore", store.env.now())
    return db_rebuild.rebuild(store, who.operator, progress)


def restore(
    plan: Plan,
    operator: str,
    password: str,
    *,
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
    progress: Progress | None = None,
) -> Restored:
    """Put the backup in the store's place, as `db.restore.look` has told.

    Who may is asked of the store that is replaced, or of the backup when that cannot be read.
    Raises as `db.restore.restore`, as `signed`.
    """
    asked = plan.path if plan.replaces and plan.readable else plan.backup
    with Store.open(asked, passphrase=passphrase, make_env=make_env, readonly=True) as store:
        row = store.row("SELECT * FROM operator WHERE id = ?", operator)
        who = signed(row, password, "store.restore", store.env.now())
    return db_restore.restore(
        plan, actor=who.operator, passphrase=passphrase, make_env=make_env, progress=progress
    )


def signed(row: Row | None, password: str, action: str, now: int) -> Actor:
    """Who has this row and password and may do the action, where nothing can be written.

    Raises ``sign-in``, ``sign-in-locked``, ``password-first``, ``not-allowed``.
    """
    if row is not None and row["locked_until"] is not None and row["locked_until"] > now:
        raise Refused("sign-in-locked", minutes=-(-(row["locked_until"] - now) // 60_000))
    known = row is not None and row["state"] == staff.ACTIVE and row["verifier"]
    if row is None or not known or not staff.matches(row["verifier"], password):
        raise Refused("sign-in", field="password")
    if row["must_change"]:
        raise Refused("password-first", operator=row["id"])
    require(row["role"], action)
    return Actor(row["id"], row["role"])
