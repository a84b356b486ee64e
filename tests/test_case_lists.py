"""Lists of cases: each role has its own, a count is the list's length, rows know their clock."""

import pytest

from hallclient.actions import case_lists
from hallclient.actions.acting import Actor
from hallclient.actions.case_figures import Report
from hallclient.actions.case_lists import LISTS, Entry, standing
from hallclient.rules.errors import Refused
from hallclient.rules.lights import Light
from tests.caseskit import ONE, Scene
from tests.hallkit import ADMINISTRATOR, AGENT, SUPERVISOR, Kit, clerk


@pytest.fixture
def scene(kit: Kit) -> Scene:
    return Scene(kit)


def entries(scene: Scene, who: Actor, name: str) -> list[Entry]:
    found = case_lists.filled(scene.kit.store, who, name)
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, Entry)]


def numbers(scene: Scene, who: Actor, name: str) -> list[str]:
    return [one.case.number for one in entries(scene, who, name)]


@pytest.mark.parametrize("who", [ONE, AGENT, SUPERVISOR], ids=lambda who: who.role)
def test_the_count_of_a_list_is_its_length(scene: Scene, who: Actor) -> None:
    counts = case_lists.counts(scene.kit.store, who)
    assert tuple(one.list for one in counts) == LISTS[who.role]
    assert sum(bool(one.n) for one in counts) > 2
    for one in counts:
        found = case_lists.filled(scene.kit.store, who, one.list)
        assert one.n == (len(found) if isinstance(found, list) else None), one.list


def test_a_clerk_and_an_agent_have_nothing_of_the_supervisors(scene: Scene) -> None:
    for who in (ONE, AGENT):
        # What waits for approval is no secret: whoever proposed it wants to know.
        for name in set(LISTS[SUPERVISOR.role]) - set(LISTS[ONE.role]) - {"watch.amendments"}:
            with pytest.raises(Refused, match="not-allowed"):
                case_lists.filled(scene.kit.store, who, name)
    with pytest.raises(Refused, match="not-allowed"):
        case_lists.counts(scene.kit.store, ADMINISTRATOR)


def test_a_list_that_is_none_is_refused(kit: Kit) -> None:
    for name in ("", "work", "work.yours", "files.none", "watch.green", "x.y"):
        with pytest.raises(Refused, match="no-such-queue"):
            case_lists.filled(kit.store, SUPERVISOR, name)


def test_an_agents_files_are_their_own(scene: Scene) -> None:
    other = Actor("a02", "agent")
    assert numbers(scene, AGENT, "files.promised") == [scene.file["number"]]
    assert numbers(scene, AGENT, "files.ready") == [scene.ready["number"]]
    assert numbers(scene, AGENT, "files.finished") == [scene.over["number"]]
    assert all(one.n == 0 for one in case_lists.counts(scene.kit.store, other))
    scene.desk.put(scene.silent["id"], "case_file", agent="a02")
    assert numbers(scene, other, "files.silent") == [scene.silent["number"]]
    assert numbers(scene, AGENT, "files.silent") == []


def test_what_is_over_long_ago_is_in_no_list(scene: Scene) -> None:
    kit = scene.kit
    kit.pass_(minutes=60 * 24 * (case_lists.FINISHED_DAYS + 1))
    assert numbers(scene, AGENT, "files.finished") == []


def test_each_light_has_the_cases_whose_clock_shows_it(scene: Scene) -> None:
    seen = {light: numbers(scene, SUPERVISOR, f"watch.{light}") for light in case_lists.LIGHTS}
    assert seen == {
        Light.OVERDUE: [scene.silent["number"]],
        Light.RED: [scene.review["number"]],
        Light.YELLOW: [scene.ready["number"]],
        Light.PAUSED: [scene.paused["number"]],
    }


def test_a_promise_and_a_step_stand_by_their_own_day(scene: Scene) -> None:
    (promised,) = entries(scene, SUPERVISOR, "watch.promises")
    (late,) = entries(scene, SUPERVISOR, "watch.steps")
    (escalated,) = entries(scene, SUPERVISOR, "watch.escalations")
    assert promised.key == scene.promise["id"]
    stands = [standing(one) for one in (promised, late, escalated)]
    assert [(one.light, one.left) for one in stands if one is not None] == [
        (Light.RED, 1),
        (Light.OVERDUE, -1),
        (Light.RED, 1),
    ]
    assert standing(entries(scene, AGENT, "files.promised")[0]) is None


def test_a_row_tells_the_clock_of_the_whole_case_not_of_a_part(scene: Scene) -> None:
    case = scene.desk.case("accepted")
    scene.desk.clock(case, "supplement", "2026-09-15", "2026-09-22")
    scene.desk.clock(case, "decide", "2026-09-15", "2026-09-30", limit=20)
    found = {one.case.id: one for one in entries(scene, ONE, "work.to-decide")}
    clock = found[case["id"]].clock
    assert clock is not None
    assert clock.clock.timer == "decide"
    part = scene.desk.case("accepted")
    scene.desk.clock(part, "supplement", "2026-09-15", "2026-09-22")
    found = {one.case.id: one for one in entries(scene, ONE, "work.to-decide")}
    only = found[part["id"]].clock
    assert only is not None
    assert only.clock.timer == "supplement"


def test_a_search_finds_what_is_over_too_and_says_so(scene: Scene) -> None:
    (found,) = entries(scene, clerk(2), f"found.{scene.over['number']}")
    assert found.closed
    assert found.clock is None
    assert numbers(scene, clerk(2), "found.dhzz") == [scene.review["number"]]


def test_one_agent_and_one_department_have_lists(scene: Scene) -> None:
    mine = numbers(scene, SUPERVISOR, "agent.a01")
    assert set(mine) == {scene.file["number"], scene.ready["number"]}
    department = scene.kit.hall.items[scene.review["item"]].department
    assert scene.review["number"] in numbers(scene, SUPERVISOR, f"department.{department}")


def test_statistics_count_the_defects_of_the_last_days(scene: Scene) -> None:
    scene.desk.deficiency(scene.review, code="1.1")
    for name, by in case_lists.FIGURES.items():
        found = case_lists.filled(scene.kit.store, SUPERVISOR, f"watch.{name}")
        assert isinstance(found, Report)
        assert (found.first, found.last) == ("2026-08-24", "2026-09-22")
        assert list(found.groups) == [by]
        assert len(found.groups[by]) == 1
        assert found.total["defects"].value == 1
