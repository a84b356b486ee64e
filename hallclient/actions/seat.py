"""Sitting down at a desk: sign in, and open the window one sits at."""

from __future__ import annotations

from db.store import Store
from hallclient.actions import staff, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused
from hallclient.rules.roles import Role, allowed


def sit_down(store: Store, operator: str, password: str, window: str) -> tuple[Actor, bool]:
    """The operator as an actor, and whether the password must be changed before anything else.

    A clerk needs a window; an agent or administrator has none. Raises what
    `staff.authenticate` and `windows.open_window` raise, ``no-window``, ``window-not-for-role``.
    """
    who = staff.authenticate(store, operator, password, window)
    face = staff.operator(store, operator)
    if face is not None and face["must_change"]:
        return who, True
    if window and not allowed(who.role, "window.open"):
        raise Refused("window-not-for-role", field="window", role=who.role)
    if window:
        windows.open_window(store, who)
    elif who.role == Role.CLERK:
        raise Refused("no-window", field="window")
    staff.enter(store, who)
    return who, False
