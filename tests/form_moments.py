"""Moments of a form: filings at the first window, each reached by the actions of the screens."""

from __future__ import annotations

from typing import Final

from hallclient.actions import filing_edit, filing_extracts, filings
from hallclient.actions.acting import Actor
from hallclient.rules.form.edits import SINGLE, Edit, Put
from tests import moments as hall
from tests.hallkit import Kit
from tests.lookkit import company_base, report_base
from tests.moments import COLLEAGUE, HERE, MINUTE

COMPANY: Final = "company-setup"
REPORT: Final = "cross-region-tax"
TAX: Final = "SW"
ANOTHER, OTHER = "1号A座102室", "1号B座101室"
"""What two people write into the same cell."""
SHORT: Final = {("h2", "h_sub"): "30"}
"""The second holder gives ten less than the capital needs."""


def _filed(kit: Kit, form: str, base: list[Edit]) -> str:
    """A filing for the number at the first window; its id."""
    hall.joint_visit(kit)
    number = str(
        kit.store.rows(
            "SELECT number FROM leg WHERE state = 'serving' AND window = ?", HERE.window
        )[0]["number"]
    )
    return str(filings.new(kit.store, HERE, form, number=number, base=base)["id"])


def company(kit: Kit) -> None:
    """A company with two holders that has nothing wrong."""
    _filed(kit, COMPANY, company_base())


def short(kit: Kit) -> None:
    """What the holders give is less than the capital."""
    _filed(kit, COMPANY, company_base(SHORT))


def _by(kit: Kit, who: Actor, filing: str, row: str, field: str, text: str, was: str) -> None:
    kit.pass_(minutes=1)
    filing_edit.edit(kit.store, who, filing, [Put(row, field, text, was)])


def disputed(kit: Kit) -> None:
    """A colleague has written another house number into the same cell at the same time."""
    filing = _filed(kit, COMPANY, company_base())
    was = "1号A座101室"
    _by(kit, HERE, filing, SINGLE, "addr_number", ANOTHER, was)
    _by(kit, COLLEAGUE, filing, SINGLE, "addr_number", OTHER, was)


def corrected(kit: Kit) -> None:
    """The tax office has got its part, and then something has changed."""
    filing = _filed(kit, COMPANY, company_base())
    kit.pass_(minutes=2)
    filing_extracts.send(kit.store, HERE, filing, TAX)
    _by(kit, HERE, filing, SINGLE, "t_invoice_qty", "30", "25")
    _by(kit, HERE, filing, "p3", "p_mobile", "13800138009", "13800138003")
    kit.clock.ms += MINUTE


def report(kit: Kit) -> None:
    """A report to the tax office of another region."""
    _filed(kit, REPORT, report_base())
