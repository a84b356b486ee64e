"""What the program issues as it ships: whole, without a doubt, set in both layouts."""

from __future__ import annotations

import json

import pytest

from hallclient.actions.certificate_check import HOSTILE, ORDINARY, SCANT, Sample, check, samples
from hallclient.actions.certificate_kinds import FOLDER, known_shipped, shipped
from hallclient.actions.editions import shipped_checklists
from hallclient.actions.hall_files import default_hall
from hallclient.paths import FIXTURES
from hallclient.rules.certificate.schemes import code_of, well_formed
from hallclient.rules.certificate.spec import FULL, KEEP, STOCK, from_data, to_json
from hallclient.texts import text_in
from tests.facekit import DUPLICATE, ORIGINAL

DAY = "2026-11-22"
CERTIFICATES = {
    "co_setup": "yyzz",
    "co_holder": "yyzz-change",
    "ind_setup": "yyzz-individual",
    "food": "spjyxkz",
    "health": "wsxkz",
    "land_plan": "ydghxkz",
    "proj_plan": "gcghxkz",
    "build": "sgxkz",
    "land_title": "bdcqz",
    "re_first": "bdcqz-house",
    "re_transfer": "bdcqz-house",
    "re_mortgage": "bdcdjzm",
    "record": "xmbaz",
}


def test_what_ships_has_no_mistake_and_raises_no_doubt() -> None:
    kinds, problems = check(FIXTURES / FOLDER, known_shipped())
    told = [
        (one.place, text_in("en", f"catalogue.problem.{one.code}", **one.params))
        for one in problems
    ]
    assert told == []
    assert kinds == shipped()


def test_it_travels_as_json() -> None:
    assert from_data(json.loads(to_json(shipped()))) == shipped()


def test_each_checklist_yields_the_certificate_that_its_item_gives() -> None:
    hall = default_hall()
    items = {item.code: item for item in hall.items.values()}
    for name, checklist in shipped_checklists().items():
        kinds = shipped().of_item(name)
        assert "".join(one.id for one in kinds) == CERTIFICATES.get(name, "")
        if not checklist.item:
            continue  # not in the catalogue: real estate beside land
        result = items[checklist.item].result
        # Of the results, documents are no certificates; what the catalogue leaves open gives none.
        if kinds:
            assert kinds[0].zh.endswith(result), name
        else:
            assert result in ("", "准予注销通知书"), name


def test_the_boxes_of_the_licence_are_the_measured_ones() -> None:
    licence = shipped().kind["yyzz"]
    original, duplicate = licence.copy["original"], licence.copy["duplicate"]
    assert (original.boxes, duplicate.boxes) == (ORIGINAL, DUPLICATE)
    # licence.toml of the domain: the stock of 2019, in millimetres.
    assert (original.wide, original.high) == (420, 297)
    assert (duplicate.wide, duplicate.high, duplicate.numbered) == (297, 210, True)


def test_a_change_keeps_the_code_and_asks_what_its_form_does_not_say() -> None:
    licence, change = shipped().kind["yyzz"], shipped().kind["yyzz-change"]
    assert (change.way, change.keep, change.scheme) == (KEEP, "form:c_uscc", licence.scheme)
    assert [copy.boxes for copy in change.copies] == [copy.boxes for copy in licence.copies]
    asked = [field.id for field in change.fields if not field.source]
    assert asked == ["legal_rep", "scope", "term"]


def test_the_three_permits_name_those_before_them() -> None:
    kinds = shipped().kind
    assert kinds["ydghxkz"].after == ()
    assert kinds["gcghxkz"].after == ("ydghxkz",)
    assert kinds["bdcqz"].after == ("ydghxkz", "gcghxkz")
    for kind in kinds.values():
        named = [field.source for field in kind.fields if field.source.startswith("kind:")]
        assert named == [f"kind:{one}" for one in kind.after]
    house, land = kinds["bdcqz-house"], kinds["bdcqz"]
    assert [field.id for field in land.fields] == [
        *(field.id for field in house.fields),
        "land_permit",
        "project_permit",
    ]


def test_no_code_could_be_of_another_scheme() -> None:
    schemes = shipped().schemes
    for scheme in schemes:
        code = code_of(scheme, body="QQ000001", serial=1, day=DAY)
        assert [one.id for one in schemes if well_formed(one, code)] == [scheme.id]


def test_every_scheme_stock_and_template_is_used() -> None:
    kinds = shipped()
    copies = [copy for kind in kinds.kinds for copy in kind.copies]
    assert {kind.scheme for kind in kinds.kinds} == set(kinds.scheme)
    assert {copy.stock for copy in copies} - {""} == set(kinds.stock)
    assert all(stock.tray and stock.prefix for stock in kinds.stocks)


@pytest.mark.parametrize("word", [ORDINARY, SCANT, HOSTILE])
def test_every_copy_is_tried_on_plain_paper_and_on_its_stock(word: str) -> None:
    found = list(samples(shipped(), word))
    tried = [(one.kind.id, one.copy.id, one.face["layout"]) for one in found]
    expected = [
        (kind.id, copy.id, layout)
        for kind in shipped().kinds
        for copy in kind.copies
        for layout in ((FULL, STOCK) if copy.stock else (FULL,))
    ]
    assert tried == expected
    for one in found:
        assert _required(one) <= {field["id"] for field in one.face["fields"]}


def _required(sample: Sample) -> set[str]:
    return {field.id for field in sample.kind.fields if field.required}
