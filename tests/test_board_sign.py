"""The sign above one window: eight characters that follow it."""

from __future__ import annotations

import pytest

from hallclient.actions import calling, serving, windows
from hallclient.actions.boardview import AtWindow, BoardView, LineNow, look
from hallclient.actions.hall_files import default_hall
from hallclient.cli.strip import CELLS, text_of
from hallclient.rules.catalogue import PlanKind, Window
from hallclient.rules.errors import Refused
from hallclient.rules.text import cell_width
from hallclient.texts import set_language
from tests.hallkit import Kit, clerk
from tests.hostile import HOSTILE

ONE = clerk(1)


def sign(kit: Kit, window: str = "W01") -> tuple[str, str, str]:
    return text_of(look(kit.store), kit.hall, window)


def test_the_sign_follows_the_window(kit: Kit) -> None:
    assert sign(kit) == ("closed", "", "窗口关闭")
    kit.open(1)
    assert sign(kit) == ("idle", "", "热情为您服务")
    kit.take("setup"), kit.take("setup")
    assert sign(kit) == ("waiting", "", "企业登记 等候2人")
    kit.next(ONE)
    assert sign(kit) == ("calling", "A001", "请A001到1号窗口")
    calling.start(kit.store, ONE)
    assert sign(kit) == ("serving", "A001", "正在办理 A001")
    serving.finish(kit.store, ONE)
    windows.pause_window(kit.store, ONE, "rest")
    assert sign(kit) == ("paused", "", "暂停服务")
    with pytest.raises(Refused) as refused:
        sign(kit, "W99")
    assert refused.value.code == "no-such-window"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_sign_holds_eight_characters_whatever_a_line_is_called(language: str, text: str) -> None:
    set_language(language)
    hall = default_hall()
    line = hall.lines["setup"]._replace(zh=text, en=text)
    plan = {"setup": PlanKind.MAIN}
    hall = hall._replace(
        lines={"setup": line}, windows={"W01": Window("W01", "1", text, text, plan)}
    )
    view = BoardView(0)
    view.windows = [AtWindow("W01", "12", "idle", "", "", ("setup",))]
    view.lines = [LineNow("setup", 123, 0, 1, 0, 0, False)]
    state, _, said = text_of(view, hall, "W01")
    assert state == "waiting"
    assert cell_width(said) <= CELLS
    for number in ("A1234", text):
        view.windows = [AtWindow("W01", "12", "serving", "", number, ())]
        assert cell_width(text_of(view, hall, "W01")[2]) <= CELLS
