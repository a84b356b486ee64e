"""A supervisor is told that codes run out, and that nobody fetches what was printed."""

import pytest

from hallclient.actions import (
    certificate_print,
    certificate_seal,
    certificates,
    code_segments,
    watch,
)
from hallclient.actions.watch import Memory
from hallclient.live_words import alarm_text, measure_short
from hallclient.rules.alarms import CODES_LOW, OF_ISSUE, UNCLAIMED, Key
from hallclient.texts import LANGUAGES, set_language
from tests.casekit import C1, DAJI, DAY_MS, SUPERVISOR, Case
from tests.certkit import LETTER, stocked
from tests.hallkit import Kit


def told(kit: Kit, memory: Memory) -> dict[Key, int]:
    view = watch.watch(kit.store, SUPERVISOR, memory)
    return {
        one.key: one.reading.value
        for one in view.alarms
        if one.key.kind in OF_ISSUE and one.reading is not None
    }


def test_codes_that_run_out_are_told_until_a_segment_is_loaded(kit: Kit) -> None:
    memory = Memory()
    assert told(kit, memory) == {}
    code_segments.load(kit.store, SUPERVISOR, "food", "1", "51", LETTER)
    assert told(kit, memory) == {}
    code_segments.lease(kit.store, C1, "food")
    assert told(kit, memory) == {Key(CODES_LOW, window="food"): 31}
    code_segments.load(kit.store, SUPERVISOR, "food", "60", "100", LETTER)
    assert told(kit, memory) == {}


def test_what_nobody_fetches_is_told_once_a_day(kit: Kit) -> None:
    stocked(kit)
    case = Case(kit, "health", applicant=DAJI._replace(address="光谷大道1号")).accepted()
    case.move("grant")
    row = certificates.certificates_of(kit.store, C1, case.id)[0]
    words = {"legal_rep": "张三", "items": "美容", "until": "2030-09-21"}
    certificate_seal.describe(kit.store, C1, row["id"], **words)
    certificate_seal.seal(kit.store, C1, row["id"])
    copies = [one["id"] for one in certificate_print.waiting(kit.store, row["id"])]
    certificate_print.confirm(kit.store, C1, certificate_print.begin(kit.store, C1, copies).id)
    memory = Memory()
    assert told(kit, memory) == {}
    # Ten working days of delivery: from 22 September, over the holidays of October.
    kit.clock.ms += 31 * DAY_MS
    assert told(kit, memory) == {Key(UNCLAIMED): 1}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_are_said_in_words(kit: Kit, lang: str) -> None:
    code_segments.load(kit.store, SUPERVISOR, "food", "1", "20", LETTER)
    view = watch.watch(kit.store, SUPERVISOR, Memory())
    set_language(lang)
    said = [alarm_text(kit.hall, one) for one in view.alarms if one.key.kind == CODES_LOW]
    assert len(said) == 1
    assert "20" in said[0]
    assert "{" not in said[0]
    assert "20" in measure_short(CODES_LOW, 20)
