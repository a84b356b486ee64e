"""The review that ships: 20 items, 99 materials, 149 defects, whole in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from hallclient.actions import cases, editions
from hallclient.actions.calendars import calendar_of
from hallclient.actions.editions import checklist_in, flow_in, shipped, shipped_checklists
from hallclient.actions.form_files import shipped as shipped_forms
from hallclient.actions.hall_files import default_hall
from hallclient.actions.review_files import (
    Published,
    Review,
    compiled_text,
    publish,
    publish_folder,
    read_review,
    shipped_review,
)
from hallclient.paths import FIXTURES
from hallclient.rules.errors import Refused
from hallclient.rules.form.asked import answers, compile_asked
from hallclient.rules.form.edits import SINGLE, Put
from hallclient.rules.form.state import State
from hallclient.rules.review.files.parts import Known
from hallclient.rules.review.spec import checklist_from, flow_from, to_json
from tests import company, twoforms
from tests.casekit import Case
from tests.clikit import Cli, cli
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk
from tests.reviews_bad import MISTAKES, STALL, example, write

__all__ = ["cli"]

HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
CHECKLISTS = shipped_checklists()


def read() -> Review:
    hall = default_hall()
    items = {item.code for item in hall.items.values()}
    known = Known(items, list(hall.departments), shipped_forms())
    review, problems = read_review(FIXTURES / "review", known)
    assert problems == []
    assert review is not None
    return review


# -- the data


def test_the_files_are_right_and_compiled_as_they_are() -> None:
    review = read()
    written = (FIXTURES / "review/compiled.json").read_text("utf-8")
    assert written == compiled_text(review), "hallclient catalogue check fixtures --write"
    assert shipped_checklists() == review.checklists
    assert flow_from(shipped()["flow"]) == review.flow
    assert shipped_review() == review


def test_every_item_of_the_data_is_there() -> None:
    materials = [one for each in CHECKLISTS.values() for one in each.materials]
    reasons = [code for each in CHECKLISTS.values() for code in each.reasons]
    assert (len(CHECKLISTS), len(materials), len(reasons)) == (20, 99, 149)
    # Without a code in the catalogue they are opened by the checklist's id.
    none = {key for key, one in CHECKLISTS.items() if not one.item}
    assert none == {"re_first", "re_transfer", "re_mortgage"}


def texts(thing: Any) -> Iterator[tuple[str, str]]:
    """Every text of a checklist with the name of its field."""
    for one in fields(thing):
        value = getattr(thing, one.name)
        if isinstance(value, tuple):
            for part in value:
                if not isinstance(part, str):
                    yield from texts(part)
        elif isinstance(value, str):
            yield one.name, value


@pytest.mark.parametrize("key", CHECKLISTS)
def test_every_text_is_in_both_languages(key: str) -> None:
    checklist = CHECKLISTS[key]
    said = list(texts(checklist))
    english = [value for name, value in said if name == "en" or name.endswith("_en")]
    chinese = [value for name, value in said if name == "zh" or name.endswith("_zh")]
    assert [one for one in english if HAN.search(one)] == []
    assert [one for one in chinese if not re.search("[\u4e00-\u9fff]", one)] == []
    assert bool(checklist.note) == bool(checklist.note_en)
    for name, value in said:
        if name not in ("item", "when", "note", "note_en"):
            assert value, name


@pytest.mark.parametrize("key", CHECKLISTS)
def test_how_to_mend_a_defect_is_more_than_its_name(key: str) -> None:
    for code, reason in CHECKLISTS[key].reasons.items():
        assert len(reason.how_zh) >= 20, code
        assert len(reason.how_en.split()) >= 8, code
        assert reason.how_zh.endswith("。"), code
        assert reason.how_en.endswith("."), code
        # Half-width marks between Chinese characters are a slip.
        assert re.search("[\u4e00-\u9fff][,;:?!]", reason.how_zh) is None, code
    hows = [one.how_zh for each in CHECKLISTS.values() for one in each.reasons.values()]
    assert len(hows) - len(set(hows)) < 6


def test_what_may_come_later_and_what_is_shared() -> None:
    materials = [one for each in CHECKLISTS.values() for one in each.materials]
    assert not any(one.main and one.tolerable for one in materials)
    assert sum(one.tolerable for one in materials) == 16
    assert all(one.exempt for one in materials if "共享" in one.source)
    assert sum(one.commitment for one in materials) >= 5
    for each in CHECKLISTS.values():
        assert any(one.main for one in each.materials), each.id
        assert each.conf in ("src", "mem")


def test_departments_review_side_by_side() -> None:
    items = default_hall().items.values()
    owner = {item.code: item.department for item in items}
    joint = {key: one for key, one in CHECKLISTS.items() if one.departments}
    assert {"co_setup", "land_plan", "proj_plan", "land_title"} <= joint.keys()
    assert any(one.promised_limit and len(one.departments) == 3 for one in joint.values())
    for one in joint.values():
        assert one.departments[0] == owner[one.item], one.id


def test_forms_file_the_items_that_name_them() -> None:
    for one in CHECKLISTS.values():
        for form in one.forms:
            assert one.item in shipped_forms()[form].items


# -- what forms answer


def answered(state: State, key: str) -> dict[str, object]:
    """What a form's content says of the conditions of a checklist."""
    form = state.form.id
    asked = {one.id: one.forms[form] for one in CHECKLISTS[key].conditions if form in one.forms}
    return dict(answers(compile_asked(state.form, asked), state))


def test_the_form_of_a_new_company_answers() -> None:
    state = company.state()
    assert answered(state, "co_setup") == {"agent": True, "prior_approval_entry": False}
    company.put(state, [(SINGLE, "ag_kind", "self"), ("c2", "scope_code", "S088")])
    assert answered(state, "co_setup") == {"agent": False, "prior_approval_entry": True}
    company.put(state, [(SINGLE, "ag_kind", "")])
    assert answered(state, "co_setup")["agent"] is None


def test_the_form_of_a_change_of_holders_answers() -> None:
    yes = {"new_holder": True, "natural_person_transferor": True, "licence_face": False}
    assert answered(twoforms.holders(), "co_holder") == yes
    # The other holder takes the share; the capital changes with it.
    state = twoforms.holders(
        Put("t1", "t_to", "p2"), Put("t1", "t_way", "inherit"), Put(SINGLE, "a_capital", "90")
    )
    assert answered(state, "co_holder") == {
        "new_holder": False,
        "natural_person_transferor": False,
        "licence_face": True,
    }


# -- published


def hall_folder(folder: Path, **changed: tuple[str, str]) -> Path:
    """The files that ship in a folder of their own; checklist -> what is put in place of what."""
    for path in (FIXTURES / "review").rglob("*.toml"):
        target = folder / path.relative_to(FIXTURES)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8")
        old, new = changed.get(path.stem, ("", ""))
        assert old in text
        target.write_text(text.replace(old, new, 1), "utf-8", newline="\n")
    return folder


def test_what_ships_and_a_folder_of_it_are_the_same_editions(kit: Kit, tmp_path: Path) -> None:
    first = publish(kit.store, ADMINISTRATOR, shipped_review())
    assert len(first) == 23
    assert all(one.new for one in first)
    assert kit.kinds().count("edition.published") == len(first)
    again = publish_folder(kit.store, ADMINISTRATOR, hall_folder(tmp_path))
    assert again == [one._replace(new=False) for one in first]
    assert kit.kinds().count("edition.published") == len(first)


def test_every_edition_is_read_as_it_was_published(kit: Kit) -> None:
    publish(kit.store, ADMINISTRATOR, shipped_review())
    editions._known.clear()
    for one in CHECKLISTS.values():
        assert checklist_in(kit.store, one.key) == one
        assert checklist_from(json.loads(to_json(one))) == one
    flow = shipped_review().flow
    assert flow is not None
    assert flow_in(kit.store, flow.key) == flow
    assert flow_from(json.loads(to_json(flow))) == flow


def test_a_case_keeps_the_edition_it_was_opened_under(kit: Kit, tmp_path: Path) -> None:
    before = cases.open_case(kit.store, clerk(1), "SP008")
    old = CHECKLISTS["build"]
    changed = ('version = "2026-11.1"', 'version = "2027-01"')
    folder = hall_folder(tmp_path, build=changed)
    path = folder / "review/checklists/build.toml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("[[material]]\nno = 8")], "utf-8", newline="\n")
    found = publish_folder(kit.store, ADMINISTRATOR, folder)
    assert "checklist/build/2027-01" in [one.key for one in found if one.new]
    after = cases.open_case(kit.store, clerk(1), "SP008")
    said = [cases.facts(kit.store, clerk(1), row["id"])[1] for row in (before, after)]
    assert [len(one.materials) for one in said] == [8, 7]
    assert said[0].checklist == old
    assert said[1].checklist.version == "2027-01"
    assert checklist_in(kit.store, old.key) == old


def test_the_same_version_never_says_something_else(kit: Kit, tmp_path: Path) -> None:
    publish(kit.store, ADMINISTRATOR, shipped_review())
    before = kit.kinds()
    folder = hall_folder(
        tmp_path,
        # The first is new; the second is not, and takes the first with it.
        build=('version = "2026-11.1"', 'version = "2027-01"'),
        seal=("promised_limit = 0", "promised_limit = 1"),
    )
    with pytest.raises(Refused) as refused:
        publish_folder(kit.store, ADMINISTRATOR, folder)
    assert refused.value.code == "edition-taken"
    assert refused.value.params == {"edition": CHECKLISTS["seal"].key}
    assert kit.kinds() == before
    with pytest.raises(Refused, match="no-such-edition"):
        checklist_in(kit.store, "checklist/build/2027-01")


def test_nothing_of_a_folder_with_a_mistake_is_published(kit: Kit, tmp_path: Path) -> None:
    before = kit.kinds()
    folder = hall_folder(
        tmp_path, build=('version = "2026-11.1"', 'version = "x"'), seal=("no = 3", "no = 2")
    )
    with pytest.raises(Refused) as refused:
        publish_folder(kit.store, ADMINISTRATOR, folder)
    lines = (folder / "review/checklists/seal.toml").read_text("utf-8").splitlines()
    line = [at for at, one in enumerate(lines, 1) if one == "no = 2"][1]
    assert refused.value.code == "review-invalid"
    assert refused.value.params == {"count": 1, "place": f"review/checklists/seal.toml:{line}"}
    with pytest.raises(Refused, match="no-review"):
        publish_folder(kit.store, ADMINISTRATOR, tmp_path / "nothing")
    assert kit.kinds() == before


OUTAGE = '[[holiday]]\nzh = "停电"\nen = "Outage"\nfrom = 2026-09-23\n\n[[makeup]]'


def new_calendar(folder: Path) -> Path:
    """What ships with one more day off, in another version."""
    path = hall_folder(folder, calendar=("[[makeup]]", OUTAGE)) / "review/calendar.toml"
    text = path.read_text("utf-8").replace('version = "2026-11"', 'version = "2026-11.2"')
    path.write_text(text, "utf-8", newline="\n")
    return folder


def test_a_new_calendar_moves_what_is_due(kit: Kit, tmp_path: Path) -> None:
    case = Case(kit).accepted()
    found = publish_folder(kit.store, ADMINISTRATOR, new_calendar(tmp_path))
    assert (found[-1].key, found[-1].new) == ("calendar/2026-11.2", True)
    (moved,) = found[-1].moved
    assert (moved.number, moved.timer) == (case.row["number"], "decide")
    assert (moved.was, moved.now) == ("2026-09-28", "2026-09-29")
    # The one that ships was in force unpublished; published, it is the newest.
    again = publish(kit.store, ADMINISTRATOR, shipped_review())
    assert again[-1].moved == (moved._replace(was=moved.now, now=moved.was),)
    # What it replaced stays replaced.
    back = publish_folder(kit.store, ADMINISTRATOR, tmp_path)
    assert back[-1] == Published("calendar/2026-11.2", new=False)
    assert calendar_of(kit.store).version == "2026-11"


@pytest.mark.parametrize("who", [clerk(1), AGENT, SUPERVISOR])
def test_only_the_administrator_publishes(kit: Kit, who: Any) -> None:
    with pytest.raises(Refused, match="not-allowed"):
        publish(kit.store, who, shipped_review())
    assert "edition.published" not in kit.kinds()


# -- the command line


def test_the_command_publishes_what_ships(cli: Cli) -> None:
    published = cli.json("review", "publish", by="admin")
    assert published.code == 0
    assert len(published.objects) == 23
    assert all(one["published"] for one in published.objects)
    again = cli.json("review", "publish", str(FIXTURES), by="admin")
    assert [one["edition"] for one in again.objects] == [
        one["edition"] for one in published.objects
    ]
    assert not any(one["published"] for one in again.objects)
    assert cli.refused("review", "publish", by="c01")["error"] == "not-allowed"


def test_the_command_tells_what_is_due_on_another_day(cli: Cli, tmp_path: Path) -> None:
    case = Case(cli.kit).accepted()
    folder = str(new_calendar(tmp_path))
    said = cli("--lang", "en", "review", "publish", folder, by="admin")
    assert said.code == 0
    line = f"{case.row['number']} Decision: due 2026-09-29 instead of 2026-09-28"
    assert said.out.splitlines()[-1] == line


def test_the_command_tells_every_mistake(cli: Cli, tmp_path: Path) -> None:
    sound = cli.done("review", "lint", str(FIXTURES))
    assert (sound["checklists"], sound["materials"], sound["reasons"]) == (20, 99, 149)
    changed, told, line = MISTAKES["main and tolerable"].make(example())
    folder = write(tmp_path, changed)
    for place in (folder, folder.parent):
        for command, by in (("lint", ""), ("publish", "admin")):
            answer = cli.json("review", command, str(place), by=by)
            assert answer.code == 1
            mistake, error = answer.objects
            assert (mistake["file"], mistake["line"]) == (told, line)
            assert told == STALL
            assert error["error"] == "review-invalid"
    assert cli.refused("review", "lint", str(tmp_path / "no"))["error"] == "no-review"
    assert cli.refused("review", "lint", "\x00")["error"] == "no-review"
