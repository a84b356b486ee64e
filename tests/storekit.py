"""A store with a little of everything in it, made once and copied for each test."""

import shutil
from pathlib import Path

from db.opening import beside
from db.store import Store
from hallclient.actions import calling, cases, filing_edit, filings, forms, serving
from hallclient.actions.case_title import Applicant
from hallclient.actions.certificate_changes import ask
from hallclient.actions.certificate_print import spoil
from hallclient.actions.certificate_rows import copies_of
from hallclient.actions.sheet_counts import count
from hallclient.rules.form.edits import SINGLE, Put
from tests.bookkit import booked, row
from tests.certkit import MEI, approved, certificate, changed, stocked
from tests.filekit import small_form
from tests.hallkit import ADMINISTRATOR, PASSWORD, Clock, Kit, clerk, seeded_env

PERSON = {"name": "\u5f20\u4e09", "identity": "420100199001011234"}


def fill(kit: Kit) -> None:
    """Nine numbers with a person, three of them served, one held, one at a window; a booking."""
    kit.open(1, 2)
    for number in range(9):
        person = {**PERSON, "identity": f"{int(PERSON['identity']) + number}"}
        kit.take("setup", person=person)
        kit.pass_(20)
    for who in (clerk(1), clerk(2), clerk(1)):
        kit.serve_out(who)
    kit.serve(clerk(1))
    serving.hold(kit.store, clerk(1), "copy")
    booked(kit, row("Y001", "16:00"))
    calling.call_next(kit.store, clerk(2))


def file_a_form(kit: Kit) -> None:
    """A form published and being filled in, with something personal in it."""
    forms.publish(kit.store, ADMINISTRATOR, small_form())
    filing = filings.new(kit.store, clerk(2), "small")["id"]
    typed = {"name": "\u6b66\u6c49\u5927\u5409", "phone": PERSON["identity"][:11]}
    filing_edit.edit(
        kit.store, clerk(2), filing, [Put(SINGLE, name, text) for name, text in typed.items()]
    )


def open_a_case(kit: Kit) -> None:
    """The file of a case opened, of a person."""
    whose = Applicant("person", PERSON["name"], PERSON["identity"])
    cases.open_case(kit.store, clerk(2), checklist="vat", applicant=whose)


def issue_licences(kit: Kit) -> None:
    """A licence in every state, one on its way to be issued again, one spoiled, one void."""
    approved(kit)
    stocked(kit, windows=("", "W01"), count=20)
    for state in ("assigned", "sealed", "printing", "ready"):
        certificate(kit, state)
    handed = certificate(kit, "handed", "food", applicant=MEI)
    ask(kit.store, clerk(1), handed["id"], "loss", "lost", announcement="x")
    (bad,) = copies_of(kit.store, certificate(kit, "ready")["id"])
    spoil(kit.store, clerk(1), bad["id"], "x")
    changed(kit, certificate(kit, "ready"), "void", "wrong-holder")
    changed(kit, certificate(kit, "handed"), "damage", "damaged")
    count(kit.store, clerk(1), "spjyxkz", 18)


def settled(path: Path) -> None:
    """Everything into the one file, so that its bytes are the whole store."""
    with Store.open(path) as store:
        assert store.db.execute("PRAGMA journal_mode = DELETE").fetchone()[0] == "delete"
    for suffix in ("-wal", "-shm"):
        assert not beside(path, suffix).exists()


def copied(source: Path, folder: Path) -> Path:
    """A copy of a settled store."""
    target = folder / "copy.db"
    shutil.copyfile(source, target)
    return target


__all__ = [
    "PASSWORD",
    "PERSON",
    "Clock",
    "Kit",
    "copied",
    "file_a_form",
    "fill",
    "issue_licences",
    "open_a_case",
    "seeded_env",
    "settled",
]
