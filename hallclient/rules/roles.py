"""Who may do what. Checked in every use case; a screen may only hide what this refuses.

Source: the customer's roles; separation of duties after GB/T 22239-2019 8.1.4.2 (least privilege).
"""

from __future__ import annotations

from enum import StrEnum

from hallclient.rules.errors import Refused


class Role(StrEnum):
    """What an operator is employed for."""

    CLERK = "clerk"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    KIOSK = "kiosk"
    """A machine in the hall that hands out numbers."""


_COUNTER = frozenset({Role.CLERK, Role.SUPERVISOR})
_HALL = frozenset({Role.CLERK, Role.AGENT, Role.SUPERVISOR})
_FRONT = _HALL | {Role.KIOSK}
_LEAD = frozenset({Role.SUPERVISOR})
_KEEP = frozenset({Role.ADMINISTRATOR})
_LEAD_OR_KEEP = _LEAD | _KEEP
ALL = frozenset(Role)

PERMISSIONS: dict[str, frozenset[Role]] = {
    # the queue, from the visitor's side
    "ticket.take": _FRONT,
    "ticket.identify": _HALL,
    "ticket.show": ALL,
    "ticket.cancel": _HALL,
    "ticket.reinstate": _HALL,
    "ticket.add-service": _HALL,
    "ticket.verify-priority": _HALL,
    "ticket.print": _FRONT,
    # bookings
    "booking.import": _HALL | _KEEP,
    "booking.list": _HALL | _KEEP,
    "booking.check-in": _FRONT,
    "booking.confirm": _HALL,
    "booking.cancel": _HALL,
    # at a window: an agent guides and files but never decides or serves at the counter
    "window.open": _COUNTER,
    "window.close": _COUNTER,
    "window.pause": _COUNTER,
    "window.next": _COUNTER,
    "window.call": _COUNTER,
    "window.serve": _COUNTER,
    "window.undo": _COUNTER,
    "window.reopen": _COUNTER,
    "window.take-over": _LEAD,
    "window.emergency": _LEAD,
    "window.plan": _LEAD,
    # one form: agents fill it with the applicant, clerks take it in
    "form.new": _HALL,
    "form.read": _HALL,
    "form.edit": _HALL,
    "form.override": _HALL,
    "form.extract": _HALL,
    "form.close": _HALL,
    "form.publish": _KEEP,
    # review: agents pre-review and open the file, clerks take in and decide, supervisors watch.
    # Who may make which transition of a case says the flow (fixtures/review/flow.toml).
    "case.open": _HALL,
    "case.read": _HALL,
    "case.edit": _HALL,
    "case.move": _HALL,
    "case.assign": _HALL,
    "case.take-over": _LEAD,
    "case.note": _HALL,
    "case.review": _COUNTER,
    "case.amend": _HALL,
    "case.approve": _LEAD,
    "material.mark": _HALL,
    "material.promise": _COUNTER,
    "file.attach": _HALL,
    "file.read": _HALL,
    "paper.read": _HALL,
    "paper.deliver": _HALL,
    "review.watch": _LEAD,
    # certificates: four steps that may be four people; what undoes one takes a second person
    "certificate.read": _HALL,
    "certificate.approve": _COUNTER,
    "certificate.seal": _COUNTER,
    "certificate.print": _COUNTER,
    "certificate.hand-over": _COUNTER,
    "certificate.request": _COUNTER,
    "certificate.confirm": _LEAD,
    "code.read": _HALL | _KEEP,
    "code.load": _LEAD_OR_KEEP,
    "code.lease": _COUNTER,
    "code.void": _LEAD,
    "sheet.read": _HALL | _KEEP,
    "sheet.receive": _LEAD,
    "sheet.use": _COUNTER,
    "edition.publish": _KEEP,
    # the hall as a whole
    "hall.watch": _LEAD,
    "hall.stop-numbers": _LEAD,
    "day.open": _LEAD,
    "day.close": _LEAD,
    "signal.help": _HALL,
    "signal.request": _LEAD,
    "signal.answer": _HALL,
    "figures.read": _LEAD_OR_KEEP,
    # the person
    "personal.view": _HALL,
    "personal.destroy": _KEEP,
    # staff and shift
    "shift.hand-over": _HALL,
    "staff.list": _LEAD_OR_KEEP,
    "staff.add": _KEEP,
    "staff.change": _KEEP,
    "staff.unlock": _LEAD_OR_KEEP,
    "staff.password": ALL,
    # the hall and its store
    "hall.publish": _KEEP,
    "store.export": _LEAD_OR_KEEP,
    "store.export-revealed": _LEAD_OR_KEEP,
    "store.backup": _LEAD_OR_KEEP,
    "store.restore": _KEEP,
}


def allowed(role: str, action: str) -> bool:
    """Whether this role may do this action. Raises KeyError for an action nobody defined."""
    return role in PERMISSIONS[action]


def require(role: str, action: str) -> None:
    """Raise `Refused` ``not-allowed`` unless the role may do the action."""
    if not allowed(role, action):
        raise Refused("not-allowed", action=action, role=role)
