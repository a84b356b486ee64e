"""``hallclient hub audit``: reckon the whole log again, and say what a witness should keep."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from hallclient.cli.app import App
from hallclient.cli.hub_line import hub_of
from hallclient.cli.parser import option
from hallclient.rules.errors import Refused
from hallclient.texts import t

TROUBLE: Final = 3


def add(parser: ArgumentParser) -> None:
    """Its own option."""
    option(
        parser,
        "--against",
        default="",
        help=t("cli.option.hub-against"),
        metavar=t("cli.value.hub-against"),
    )


def run(args: Namespace, app: App) -> int:
    """Exit code 3 when anything does not fit."""
    from hallclient.hub import devices
    from hallclient.hub.audit import audit, root_at

    lsn, _, root = args.against.partition(":")
    if args.against and not (lsn.isdecimal() and len(lsn) < 19 and root):
        raise Refused("hub-anchor", field="against")
    with hub_of(args) as db:
        hall = devices.the_hall(db, args.hall)
        found = audit(db, hall)
        # A log that has not come so far is not the one that was witnessed either.
        differs = bool(root) and (int(lsn) > found.lsn or root_at(db, hall, int(lsn)) != root)
    obj: dict[str, object] = {
        "hall": hall,
        "epoch": found.epoch,
        "anchor": f"{found.lsn}:{found.root}",
        "events": found.events,
        "batches": found.batches,
        "signed": found.signed,
        "faults": [
            {"what": what, "times": times, "first_lsn": first}
            for what, times, first in found.faults
        ],
        "witnessed": None if not root else not differs,
    }
    lines = [
        t("hub.audit", hall=hall, events=found.events, signed=found.signed, batches=found.batches),
        t("hub.audit.anchor", epoch=found.epoch, anchor=f"{found.lsn}:{found.root}"),
        *(
            t("hub.audit.fault", what=t(f"hub.fault.{what}"), times=times, lsn=first)
            for what, times, first in found.faults
        ),
    ]
    if root:
        lines.append(t("hub.audit.differs" if differs else "hub.audit.same", lsn=lsn))
    app.out.emit(obj, "\n".join(lines))
    return TROUBLE if found.faults or differs else 0
