"""What departments get of a filing: frozen, sealed, corrected, and never half done."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from db.check import verify
from hallclient.actions import filing_edit, filing_extracts, filings
from hallclient.actions.filing_extracts import Extract
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.extract import applied, canonical
from tests import company, invariants
from tests.filekit import ADMINISTRATOR, AGENT, ONE, Filing
from tests.hallkit import Kit
from tests.lookkit import company_base

PHONE = "13812345678"


@pytest.fixture
def filing(tmp_path: Path) -> Iterator[Filing]:
    """One whose part for the tax office is right; the register's office is another matter."""
    made = Filing(tmp_path)
    row = made.add(AGENT, "holders")
    made.edit(
        AGENT,
        Put(SINGLE, "name", "firm"),
        Put(SINGLE, "capital", "5"),
        Put(SINGLE, "phone", PHONE),
        Put(row, "h_sub", "5"),
    )
    yield made
    invariants.check_replay(made.store)
    report = verify(made.store)
    assert report.ok, report.findings
    made.close()


def send(filing: Filing, department: str = "tax") -> Extract:
    return filing_extracts.send(filing.store, ONE, filing.id, department)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_what_was_sent_stays_as_it_was(filing: Filing) -> None:
    made = send(filing)
    assert (made.n, made.target, made.before, made.by) == (1, "tax.1", "", "c01")
    filing.put(AGENT, "name", "other", "firm")
    said = filing_extracts.read_extract(filing.store, AGENT, made)
    assert sha256(said.payload.encode()).hexdigest() == made.sha256
    assert json.loads(said.payload)["fields"]["name"] == "firm"
    assert said.difference == ""
    assert filing_extracts.sent(filing.store, filing.id) == [made]


def test_a_later_one_corrects_the_last(filing: Filing) -> None:
    first = send(filing)
    assert refused(lambda: send(filing)) == "extract-same"
    filing.put(AGENT, "remark", "of no concern to anybody")
    assert refused(lambda: send(filing)) == "extract-same"
    filing.put(AGENT, "name", "other", "firm")
    send(filing, "reg")
    filing.kit.pass_(60)
    second = send(filing)
    assert (second.n, second.before) == (2, first.sha256)
    told = [filing_extracts.read_extract(filing.store, AGENT, one) for one in (first, second)]
    changes = json.loads(told[1].difference)
    assert [one[0] for one in changes] == [["fields", "name"]]
    was, now = (json.loads(one.payload) for one in told)
    assert canonical(applied(was, changes)) == canonical(now)
    kept = filing_extracts.sent(filing.store, filing.id, "tax")
    assert [one.n for one in kept] == [1, 2]
    assert len(filing_extracts.sent(filing.store, filing.id)) == 3


def test_only_what_concerns_the_department_holds_it_back(filing: Filing) -> None:
    row = filing.rows("holders")[0]
    filing.put(AGENT, "h_sub", "nonsense", "5", row=row)
    assert refused(lambda: send(filing, "reg")) == "extract-blocked"
    filing.put(AGENT, "h_sub", "5", "nonsense", row=row)
    filing.put(AGENT, "capital", "6", "5")  # the rule on it is broken: both get the field
    assert refused(lambda: send(filing)) == "extract-blocked"
    filing.put(AGENT, "capital", "5", "6")
    filing.put(ONE, "phone", "other")
    assert refused(lambda: send(filing)) == "extract-disputed"
    send(filing, "reg")
    filing_edit.settle(filing.store, ONE, filing.id, SINGLE, "phone", "own")
    send(filing)
    assert refused(lambda: send(filing, "none")) == "no-such-department"


def test_nothing_personal_in_it_is_readable_and_all_can_be_forgotten(filing: Filing) -> None:
    made = send(filing)
    assert PHONE in filing_extracts.read_extract(filing.store, AGENT, made).payload
    for file in filing.kit.path.parent.iterdir():
        assert PHONE.encode() not in file.read_bytes()
    filings.close(filing.store, AGENT, filing.id, "done")
    assert send(filing, "reg").n == 1
    filings.forget(filing.store, ADMINISTRATOR, filing.id)
    assert filing_extracts.read_extract(filing.store, AGENT, made) == ("", "")
    assert filing_extracts.sent(filing.store, filing.id)[0].sha256 == made.sha256


def test_what_was_given_up_goes_nowhere(filing: Filing) -> None:
    filings.close(filing.store, AGENT, filing.id, "withdrawn")
    assert refused(lambda: send(filing)) == "filing-closed"


def test_what_is_wrong_with_a_person_holds_back_whoever_hears_of_them(tmp_path: Path) -> None:
    """The roster itself goes nowhere; a role's fields show it, and problems() tells it once."""
    kit = Kit(tmp_path)
    cells = company.complete()[1]
    key = filings.new(kit.store, AGENT, "company-setup", base=company_base())["id"]
    for field, text in [("p_cert_no", "420100199003071234"), ("p_name", "王@"), ("p_mobile", "1")]:
        filing_edit.edit(kit.store, AGENT, key, [Put("p1", field, text, cells["p1", field])])
        assert refused(lambda: filing_extracts.send(kit.store, ONE, key, "SCJG")) == (
            "extract-blocked"
        )
        filing_edit.edit(kit.store, AGENT, key, [Put("p1", field, cells["p1", field], text)])
    filing_extracts.send(kit.store, ONE, key, "SCJG")
    kit.close()
