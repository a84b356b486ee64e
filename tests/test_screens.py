"""Every screen in both languages and sizes, as a person sees it.

`pytest tests/test_screens.py --snapshot-update` writes the snapshots again: look at each of them.
"""

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from hallclient.actions import calling, deskview
from hallclient.rules.errors import Refused
from hallclient.rules.text import cell_width
from hallclient.texts import set_language
from hallclient.words import refused_text
from tests import case_scenes, cert_scenes, certlook_scenes
from tests.deskkit import LARGE, SMALL
from tests.form_scenes import written
from tests.hallkit import SUPERVISOR, Kit
from tests.moments import HERE, MINUTE, WANG, three_aside
from tests.scenekit import Scene
from tests.scenes import SCENES

SIZES = (SMALL, LARGE)
# A key of a text table that nobody put into words.
RAW = re.compile(
    r"\b(alarm|ask|board|booking|certs|certverify|crash|day|desk|edit|event|field|figures|footer|form|key|keys(?!\.toml)"
    r"|kiosk|live|lock|login|look|mark|person|refused|role|state|stock|store|transfer|voice|why|why-not"
    r"|window|words)\.[a-z]"
)
FOREIGN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]+")
DATA = {
    *("外经证", "外经"),  # the old name of a tax form, in the English name of the item; cut short
    "身份证",  # the proof that was seen, as the clerk wrote it
    "武汉大吉科技有限公司",
    "王",  # a masked surname
    "王小明",
    "中文",  # what the key for the language offers
    *("张", "赵", "周"),  # masked surnames of bookings
    *("公司登记申请书", "公司章程", "住所证明", "任职文件"),  # materials as they were sent
    "原件",
    "已逐一告知",  # a supervisor's note
}
BOTH_LANGUAGES = "board"
"""Scenes of this place show both at once."""
CASE = "case"
"""Scenes of cases show whose they are and what people wrote."""
CERT = "cert"
"""Scenes of certificates show whose they are and what they say."""
FORM = "form"
"""Scenes of forms show what applicants wrote."""


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Shown on the key map, so it must not be a folder of this machine.
    monkeypatch.setenv("HALLCLIENT_CONFIG", "settings")
    monkeypatch.setenv("HALLCLIENT_STATE", str(tmp_path / "state"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_screen(scene: Scene, language: str, kit: Kit, snapshot: SnapshotAssertion) -> None:
    scene.prepare(kit)
    async with scene.place(kit, size=SMALL, language=language) as shown:
        await shown.settle()
        await scene.play(shown)
        # English once, where room is shortest: a large screen has the same words.
        for size in SIZES if language == "zh" else (SMALL,):
            if size != SMALL:
                await shown.pilot.resize_terminal(*size)
                await shown.settle()
            text = shown.text
            assert text == snapshot(name=f"{size[0]}x{size[1]}")
            assert not RAW.findall(text)
            assert len(text.split("\n")) <= size[1]
            assert max(map(cell_width, text.split("\n"))) <= size[0]
            if language == "en" and not scene.name.startswith(BOTH_LANGUAGES):
                foreign = set(FOREIGN.findall(text)) - DATA
                if scene.name.startswith(FORM):
                    foreign = {found for found in foreign if found not in written()}
                if scene.name.startswith(CASE):
                    foreign = {found for found in foreign if found not in case_scenes.said()}
                if scene.name.startswith(CERT):
                    told = cert_scenes.said() + certlook_scenes.said()
                    foreign = {found for found in foreign if found not in told}
                assert foreign == set()


def test_every_scene_has_a_name_of_its_own() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)


# -- faults that were seen on these screens


def test_a_passed_number_stays_in_the_sight_of_the_window_that_called_it(kit: Kit) -> None:
    three_aside(kit)
    here = deskview.look(kit.store, HERE)
    passed = [row["number"] for row in here.aside if row["state"] == "passed"]
    assert len(passed) == 1
    assert passed[0] in [row["number"] for row in deskview.look(kit.store, SUPERVISOR).aside]
    other = HERE._replace(operator="c02", window="W02")
    assert passed[0] not in [row["number"] for row in deskview.look(kit.store, other).aside]


def test_the_reason_tells_the_time_that_was_booked(kit: Kit) -> None:
    kit.open(1)
    booked = kit.clock.ms - 5 * MINUTE
    kit.take("setup", slot=booked, source="phone")
    assert kit.legs("A001")[0].order_at != booked
    assert deskview.look(kit.store, HERE).next_why["slot"] == booked
    assert calling.call_next(kit.store, HERE).why["slot"] == booked


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_names_the_item_in_the_language_spoken(kit: Kit, language: str) -> None:
    kit.take("setup", person=WANG)
    with pytest.raises(Refused) as refused:
        kit.take("setup", person=WANG)
    set_language(language)
    item = kit.hall.items[kit.item("setup")]
    said, unsaid = (item.zh, item.en) if language == "zh" else (item.en, item.zh)
    assert said in refused_text(refused.value)
    assert unsaid not in refused_text(refused.value)
