"""Scenes of a form that is filled in at the first window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from hallclient.rules.form.edits import Put
from screens.form import FormScreen
from screens.form_answers import AnswersScreen
from screens.form_bulk import BulkScreen
from screens.form_departments import DepartmentsScreen
from screens.form_history import HistoryScreen
from screens.form_import import ImportScreen
from screens.form_look import LookScreen
from tests import company
from tests import form_moments as moment
from tests import moments as hall
from tests.deskkit import Seat
from tests.lookkit import company_base, report_base
from tests.scenekit import DESK, Scene, keys, on_screen
from tests.screen import paste

Play = Callable[[Seat], Awaitable[None]]

_ZHAO, _ZHOU = company.identity("19910615", 122), company.identity("19851010", 123)
HOLDERS: Final = "\n".join(
    (
        "股东名册\t\t\t\t\t",
        "姓名\t证件号码\t住所\t认缴出资额（元）\t出资日期\t电话",
        f"王伟\t{company.identity()}\t湖北省武汉市洪山区珞喻路1号\t500000\t2031-09-22\t",
        f"赵敏\t{_ZHAO}\t湖北省武汉市武昌区中北路8号\t300000\t2031.9.22\t",
        f"周强\t{_ZHOU}\t湖北省武汉市江汉区建设大道3号\t二十\t2031年9月\t",
        "合计\t\t\t800000\t\t",
    )
)
PLACES: Final = "\n".join(
    (
        "经营地\t经营地址\t合同金额（元）",
        "湖南省长沙市岳麓区\t麓谷大道658号一栋\t1090000",
        "湖南省长沙市天心区\t芙蓉中路二段100号\t200000",
        "北京市朝阳区\t望京街9号院3号楼\tabc",
    )
)

TO_HOLDERS: Final = ("f6",) * 5
TO_AMOUNT: Final = (*TO_HOLDERS, *("right",) * 8)


def begun(*then: str) -> Play:
    """Begin the form of the number at hand, and press some more keys."""
    return on_screen("alt+g", FormScreen, *then)


def filled(*then: str) -> Play:
    """Go on with the filing of the number at hand, and press some more keys."""

    async def play(seat: Seat) -> None:
        await seat.press("alt+g")
        await on_screen("1", FormScreen, *then)(seat)

    return play


def over(
    screen: type[LookScreen | ImportScreen],
    key: str,
    *then: str,
    after: Sequence[str] = (),
    pasted: str = "",
) -> Play:
    """From the filing, after some keys, to a screen over it; paste there, press more keys."""

    async def play(seat: Seat) -> None:
        await filled(*after)(seat)
        await on_screen(key, screen)(seat)
        if pasted:
            seat.app.post_message(paste(pasted))
            await seat.pilot.pause()
            await seat.settle()
        await keys(*then)(seat)

    return play


FORM_SCENES: Final = (
    Scene("form", DESK, hall.joint_visit, begun()),
    Scene("form-choice", DESK, hall.joint_visit, begun(*("down",) * 8, "type:wz")),
    Scene("form-row", DESK, hall.joint_visit, begun(*TO_HOLDERS)),
    Scene("form-which", DESK, moment.company, keys("alt+g")),
    Scene("form-holders", DESK, moment.company, filled(*TO_AMOUNT)),
    Scene("form-problem", DESK, moment.short, filled("f3")),
    Scene("form-repair", DESK, moment.short, filled(*TO_AMOUNT, "f9")),
    Scene("form-let-pass", DESK, moment.short, filled(*TO_HOLDERS, "alt+p")),
    Scene("form-disputed", DESK, moment.disputed, filled("f6", *("down",) * 5, "alt+s")),
    Scene("form-find", DESK, moment.company, filled("ctrl+f", "type:zczb")),
    Scene("form-end", DESK, moment.company, filled("alt+e")),
    Scene("form-keys", DESK, moment.company, filled("f12")),
    Scene(
        "form-import",
        DESK,
        moment.company,
        over(ImportScreen, "ctrl+o", after=TO_HOLDERS, pasted=HOLDERS),
    ),
    Scene("form-answers", DESK, moment.short, over(AnswersScreen, "f10", "f3")),
    Scene("form-answers-only", DESK, moment.short, over(AnswersScreen, "f10", "f2")),
    Scene("form-departments", DESK, moment.corrected, over(DepartmentsScreen, "alt+d")),
    Scene("form-preview", DESK, moment.short, over(DepartmentsScreen, "alt+d", "enter")),
    Scene("form-sheet", DESK, moment.company, over(DepartmentsScreen, "alt+d", "enter", "f2")),
    Scene(
        "form-correction",
        DESK,
        moment.corrected,
        over(DepartmentsScreen, "alt+d", "down", "down", "f3"),
    ),
    Scene("form-history", DESK, moment.disputed, over(HistoryScreen, "alt+h")),
    Scene("form-history-whole", DESK, moment.corrected, over(HistoryScreen, "alt+h", "f5")),
    Scene("form-bulk", DESK, moment.report, over(BulkScreen, "alt+j", pasted=PLACES)),
)


def written() -> str:
    """What applicants wrote, hints that quote it, laws of the rules: Chinese on every screen."""
    form = company.form()
    said = [one.text for one in (*company_base(), *report_base()) if isinstance(one, Put)]
    hints = [one.hint_en for section in form.sections for one in section.fields]
    laws = [rule.basis for rule in form.rules]
    return " ".join([*said, *hints, *laws, moment.ANOTHER, moment.OTHER, HOLDERS, PLACES])
