"""A company with many holders, as a filing and as a plain document; nothing in it is wrong.

The clock is moved by whole days to the day of the company's papers.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from bench import fill
from db.env import Env, system_env
from db.store import Store
from hallclient.actions import filings
from hallclient.rules.form.edits import Add, Edit, Put
from hallclient.rules.form.state import State
from tests import company

FORM = "company-setup"
HOLDER = "holder"
HEADINGS = (
    "股东姓名", "证件类型", "证件号码", "住所", "移动电话",
    "认缴出资额(万元)", "出资方式", "出资期限",
)  # fmt: skip


def make_env(zone: str) -> Env:
    """The real clock, on the day of the company's papers."""
    real = system_env(zone)
    ahead = date.fromisoformat(real.day(real.now())) - company.TODAY
    moved = ahead.days * fill.DAY_MS
    return Env(lambda: real.now() - moved, real.entropy, real.day)


def create(path: Path) -> Store:
    """A hall to file in."""
    return fill.create(path, make_env)


def begin(store: Store, holders: int, capital: int = 0) -> str:
    """A filing with so many holders of 10,000 yuan each; its id."""
    rows, cells = company.partnership(holders, limited=False)
    cells["", "reg_cap"] = str(capital or holders)
    base: list[Edit] = [Add(section, row, place) for section, row, place in rows]
    base += [Put(row, name, text) for (row, name), text in cells.items()]
    row = filings.new(store, fill.CLERK, FORM, base=base)
    return str(row["id"])


def state(holders: int) -> State:
    """The same without a store."""
    return company.state(company.partnership(holders, limited=False))


def table(first: int, count: int) -> str:
    """Holders as they are copied out of a spreadsheet."""
    _, cells = company.partnership(first + count, limited=False)
    lines = [HEADINGS]
    for number in range(first + 1, first + count + 1):
        person, holder = f"p{number}", f"h{number}"
        name, address = cells[person, "p_name"], cells[person, "p_addr"]
        card, mobile = cells[person, "p_cert_no"], cells[person, "p_mobile"]
        due = cells[holder, "h_due"]
        lines.append((name, "居民身份证", card, address, mobile, "1", "货币", due))
    return "".join("\t".join(line) + "\n" for line in lines)


def document(holders: int) -> dict[str, Any]:
    """The holders as JSON, for those who judge whole documents."""
    _, cells = company.partnership(holders, limited=False)
    found = []
    for number in range(1, holders + 1):
        person, holder = f"p{number}", f"h{number}"
        found.append({
            "name": cells[person, "p_name"],
            "number": cells[person, "p_cert_no"],
            "address": cells[person, "p_addr"],
            "mobile": cells[person, "p_mobile"],
            "card_until": cells[person, "p_card_until"],
            "partner": cells[holder, "h_partner"],
            "subscribed": int(cells[holder, "h_sub"]),
            "way": "money",
            "due": cells[holder, "h_due"],
            "beneficial": cells[holder, "h_beneficial"] == "yes",
        })  # fmt: skip
    return {"capital": holders, "founded": company.TODAY.isoformat(), "holders": found}
