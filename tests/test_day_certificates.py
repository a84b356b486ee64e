"""What the day's end says of certificates: prints nobody confirmed, blank sheets not counted."""

from hallclient.actions import (
    certificate_print,
    certificate_seal,
    certificates,
    day_cases,
    sheet_counts,
)
from tests.casekit import C1, DAJI, Case
from tests.certkit import stocked
from tests.hallkit import Kit


def whys(kit: Kit) -> list[tuple[str, str, str]]:
    return [
        (row["why"], row["number"], row["item"])
        for row in day_cases.left(kit.store)
        if row["why"] in (day_cases.PRINT, day_cases.UNCOUNTED)
    ]


def test_an_unknown_print_and_an_uncounted_tray_stand_on_the_list_until_they_are_settled(
    kit: Kit,
) -> None:
    stocked(kit)
    case = Case(kit, "health", applicant=DAJI._replace(address="光谷大道1号")).accepted()
    case.move("grant")
    row = certificates.certificates_of(kit.store, C1, case.id)[0]
    words = {"legal_rep": "张三", "items": "美容", "until": "2030-09-21"}
    certificate_seal.describe(kit.store, C1, row["id"], **words)
    certificate_seal.seal(kit.store, C1, row["id"])
    assert whys(kit) == []
    copies = [one["id"] for one in certificate_print.waiting(kit.store, row["id"])]
    job = certificate_print.begin(kit.store, C1, copies)
    number = case.facts.number
    uncounted = (day_cases.UNCOUNTED, "W01", "wsxkz")
    assert whys(kit) == [(day_cases.PRINT, number, "SP062"), uncounted]
    kit.clock.pass_(1)
    certificate_print.confirm(kit.store, C1, job.id)
    assert whys(kit) == [uncounted]
    told, _ = sheet_counts.count(kit.store, C1, "wsxkz", 49)
    assert (told.used, told.expected) == (1, 49)
    assert whys(kit) == []
    assert day_cases.left(kit.store) == []
