"""One whole case in real terminals: pre-review, notice, number, tolerance, departments, decision.

Every document is set as PDF by the command line, read back and rendered.
"""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from db.store import Row
from hallclient.actions import certificates
from hallclient.actions.case_title import Applicant
from hallclient.actions.editions import shipped, shipped_checklists
from hallclient.certificate_words import lacks_word
from hallclient.texts import set_language, t
from tests.casekit import C1
from tests.certkit import COUNTER, approved, handed, printed, sealed, stocked
from tests.hallkit import PASSWORD
from tests.livekit import Live, words
from tests.terminal import PROGRAM, ROOT, Terminal, environment

pytestmark = pytest.mark.slow

LIST = shipped_checklists()["proj_plan"]
STATES = {one["id"]: one["zh"] for one in shipped()["flow"]["states"]}
NAME = "武汉光谷大吉科技有限公司"


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "hall.db")
    yield live
    live.close()


@pytest.fixture
def env(tmp_path: Path, hall: Live) -> dict[str, str]:
    printer = tmp_path / "printed"
    printer.mkdir()
    return environment(
        tmp_path,
        HALLCLIENT_STORE=str(hall.path),
        HALLCLIENT_DOCUMENT_PRINTER=f"file:{printer}",
    )


class Hand:
    """Whoever sits at a terminal: presses keys, and waits for what the store says."""

    def __init__(self, desk: Terminal, hall: Live) -> None:
        self.desk = desk
        self.hall = hall
        self.keys = 0

    def press(self, *keys: str) -> Hand:
        for key in keys:
            self.desk.send(" " if key == "space" else key)
            self.keys += 1
        return self

    def asked(self, key: str, *texts: str) -> Hand:
        """A key that leads to a question, or to what is said."""
        self.press(key)
        self.desk.see(*texts)
        return self

    def type(self, text: str) -> Hand:
        self.desk.send(text, "enter")
        self.keys += len(text) + 1
        return self

    @property
    def case(self) -> Row:
        row = self.hall.store.row("SELECT * FROM case_file")
        assert row is not None
        return row

    def state(self, state: str) -> Hand:
        self.desk.wait(lambda: self.case["state"] == state, state)
        return self

    def moved(self, state: str) -> Hand:
        """A step is made and said: its name stands on the line that stays."""
        self.state(state)
        self.desk.see(f"“{STATES[state]}”")
        return self

    def material(self, no: int, state: str) -> Hand:
        self.desk.wait(lambda: self._material(no) == state, f"{no} {state}")
        return self

    def _material(self, no: int) -> str:
        key = f"{self.case['id']}/m/{no}"
        row = self.hall.store.row("SELECT state FROM material WHERE id = ?", key)
        return str(row["state"]) if row is not None else ""

    def tasks(self, n: int, state: str) -> Hand:
        """Wait until so many departments stand so."""
        sql = "SELECT id FROM review_task WHERE state = ?"
        self.desk.wait(lambda: len(self.hall.store.rows(sql, state)) == n, f"{n} {state}")
        return self

    def to(self, text: str) -> Hand:
        """Put the cursor on the line with this text, from the first line on."""
        first = self.desk.lines.index(next(one for one in self.desk.lines if "材料" in one[:8]))
        self.press("\x1b[H")
        self.desk.wait(lambda: self._at(first), "the first line")
        for place in range(first, first + 30):
            self.desk.wait(partial(self._at, place), f"line {place}")
            if text in self.desk.lines[place]:
                return self
            self.press("down")
        raise AssertionError(f"no line {text}:\n{self.desk.text}")

    def _at(self, place: int) -> bool:
        return self.desk.lines[place].startswith("▸")


def sign_in(desk: Terminal, operator: str, window: str = "") -> None:
    desk.see(words("login.operator"))
    desk.send(operator, "enter", PASSWORD, "enter", window, "enter")
    desk.see(f" {operator} ", t("key.search"))


def tolerable() -> int:
    return [one.no for one in LIST.materials if one.tolerable and not one.when][-1]


def test_a_case_from_the_first_question_to_the_decision(
    tmp_path: Path, hall: Live, env: dict[str, str]
) -> None:
    with Terminal(env, size=(80, 24)) as desk:
        agent = Hand(desk, hall)
        sign_in(desk, "a01")
        _prereview(agent)
        number = _returns(agent)
    with Terminal(env, size=(120, 40)) as desk:
        clerk = Hand(desk, hall)
        window = _window_for(hall)
        sign_in(desk, f"c{int(window[1:]):02d}", window.lower())
        _opens_where_it_stopped(clerk, number)
        _accepts(clerk)
        _departments(clerk)
        _decides(clerk)
        _permit(clerk)
    _documents(tmp_path, hall, env)
    assert _cli(env, "verify").returncode == 0


def _window_for(hall: Live) -> str:
    line = hall.hall.line_of(LIST.item).id
    return next(key for key, one in hall.hall.windows.items() if line in one.plan)


def _prereview(agent: Hand) -> None:
    """The agent opens the file, finds one paper wrong, tells that in writing and prints it."""
    agent.asked("alt+j", words("desk.review-find")).type(LIST.zh)
    agent.desk.see(t("review.kind.material"))
    agent.asked("m", words("review.ask-who")).press("2")
    agent.desk.see(t("review.applicant.organisation.name"))
    agent.type(NAME)
    for name in ("identity", "phone", "address"):
        agent.desk.see(t(f"review.applicant.organisation.{name}"))
        agent.type("")
    agent.desk.see(t("review.applicant.organisation.agent_name"))
    agent.type("欧阳静")
    for name in ("agent_identity", "agent_phone"):
        agent.desk.see(t(f"review.applicant.organisation.{name}"))
        agent.type("")
    agent.desk.see(NAME)
    agent.press("1").material(1, "failed")
    agent.press("f2", "space").material(2, "passed")
    agent.asked("f5", words("review.ask-notice")).press("1")
    agent.desk.see(words("review.moved-papers", state="暂存"))
    agent.asked("f9", words("review.print")).press("1")
    agent.desk.see(words("review.printed-now", number=""))


def _returns(agent: Hand) -> str:
    """The applicant comes back and takes a number; the case travels with it."""
    number = agent.hall.take(LIST.item).number
    agent.asked("f8", words("review.ask-note")).press("down", "down", "down", "down")
    agent.press("down", "down", "down", "down", "down", "enter")
    agent.desk.see(words("review.ask-number"))
    agent.type(number)
    agent.desk.see(words("review.linked", number=number))
    return number


def _opens_where_it_stopped(clerk: Hand, number: str) -> None:
    clerk.asked("f1", number)
    clerk.press("f3")
    clerk.desk.see(words("desk.case", number=clerk.case["number"]))
    clerk.press("alt+j")
    clerk.desk.see(t("review.kind.material"), number)
    clerk.desk.wait(
        lambda: any(line.startswith("▸#") and " 1 " in line for line in clerk.desk.lines),
        "the failed paper chosen",
    )


def _accepts(clerk: Hand) -> None:
    """The new paper is right, one is promised for later, everything else passes in one key."""
    clerk.press("space").material(1, "passed")
    # The cursor goes on by itself: a key sent before that would start from the old line.
    clerk.desk.wait(
        lambda: any(line.startswith(("▸ ", "▸?")) for line in clerk.desk.lines), "the next paper"
    )
    for _ in LIST.conditions:
        clerk.to(t("review.unanswered")).press("n")
    no = tolerable()
    clerk.to(LIST.by_no[no].zh).asked("t", words("review.ask-tolerance"))
    clerk.press("enter")
    clerk.desk.see(words("review.ask-signed"))
    clerk.press("1").material(no, "tolerated")
    clerk.press("a")
    clerk.desk.see(words("review.passed-rest"))
    clerk.asked("f3", "收件").press("f3").moved("received")
    clerk.asked("f3", "容缺受理").press("f3").moved("handling")
    clerk.tasks(3, "open")


def _departments(clerk: Hand) -> None:
    """Two agree, one returns it with a paper to mend; told, mended, sent again, agreed."""
    departments = [clerk.hall.hall.departments[one].zh for one in LIST.departments]
    for n, name in enumerate(departments):
        clerk.to(f" {name} ").asked("f10", words("review.ask-opinion", name=name))
        if n < 2:
            clerk.press("1")
            clerk.desk.see(words("review.ask-opinion-text"))
            clerk.type("")
            clerk.tasks(n + 1, "agreed")
            continue
        clerk.press("3")
        clerk.desk.see(words("review.ask-lacks"))
        clerk.press("1")
        clerk.desk.see(words("review.ask-lack-reason", name=LIST.by_no[1].zh))
        clerk.press("1")
        clerk.desk.see(words("review.lacks-done", n=1))
        clerk.press("1")
        clerk.desk.see(words("review.ask-opinion-text"))
        clerk.type("总平面图与审定方案不一致")
        clerk.tasks(1, "returned")
    clerk.asked("f5", words("review.ask-notice")).press("1").moved("mending")
    clerk.to(LIST.by_no[1].zh).press("space").state("handling")
    clerk.tasks(1, "open")
    clerk.to(f" {departments[2]} ").asked("f10", words("review.ask-opinion")).press("1")
    clerk.desk.see(words("review.ask-opinion-text"))
    clerk.type("")
    clerk.tasks(3, "agreed")


def _decides(clerk: Hand) -> None:
    """Granted with the gap open; the paper comes."""
    clerk.asked("f3", "容缺通过").press("f3").moved("done_tolerant")
    clerk.to(LIST.by_no[tolerable()].zh).press("space").state("done_pass")


def _permit(clerk: Hand) -> None:
    """The permit waits for that of the land; a colleague prints it and hands it over."""
    hall, case = clerk.hall, clerk.case["id"]
    clerk.asked("f3", lacks_word("after")).press("escape")
    clerk.desk.see(t("review.kind.material"))
    stocked(hall)
    whose = Applicant("organisation", NAME)
    assert approved(hall, "land_plan", applicant=whose)["code"]
    (waits,) = certificates.certificates_of(hall.store, C1, case)
    assert waits["lacks"] == "after"
    permit = certificates.assign(hall.store, C1, waits["id"])
    printed(hall, sealed(hall, permit))
    clerk.state("issued")
    handed(hall, permit, to=COUNTER._replace(name="欧阳静"))
    clerk.state("delivered")
    clerk.desk.see(STATES["delivered"])


def _cli(env: dict[str, str], *line: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *line], env=env, cwd=ROOT, capture_output=True, check=False)


def _documents(tmp_path: Path, hall: Live, env: dict[str, str]) -> None:
    """Every document of the case: whole, in Chinese, with its number; none is an empty page."""
    import pypdfium2

    rows = hall.store.rows(
        "SELECT number, kind FROM paper WHERE case_file = "
        "(SELECT id FROM case_file ORDER BY rowid LIMIT 1) ORDER BY rowid"
    )
    kinds = {row["kind"] for row in rows}
    assert kinds == {"gzs", "sqd", "rqcn", "rqs", "slt", "xkz", "lzd", "sdhz"}
    out = tmp_path / "pdf"
    out.mkdir()
    login = ("--as", "c01")
    for row in rows:
        made = _cli(
            {**env, "HALLCLIENT_PASSWORD": PASSWORD},
            *login,
            "paper",
            "pdf",
            row["number"],
            "--save",
            str(out),
        )
        assert made.returncode == 0, made.stderr.decode()
        document = pypdfium2.PdfDocument(out / f"{row['number']}.pdf")
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        assert row["number"] in text
        assert NAME in text.replace("\r\n", "").replace("\n", "")
        for n, page in enumerate(document):
            picture = page.render(scale=1.5).to_pil().convert("L")
            assert picture.getextrema()[0] < 64, "ink"
            picture.save(out / f"{row['number']}-{n}.png")
