"""The registry of actions: keys that work, texts for all, pages made from it."""

from itertools import pairwise
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.screen import Screen

from hallclient.rules.text import cell_width
from hallclient.texts import has, set_language, t
from screens.actions import (
    ACTIONS,
    BY_ID,
    CONFLICTS,
    DESK,
    FORM,
    GROUPS,
    RESERVED,
    of_screen,
)
from screens.keypages import (
    ALWAYS,
    CommandSearch,
    key_line,
    key_rows,
    markdown,
    menu_options,
)
from screens.keys import DEFAULT, WIDGET_KEYS, Keymap, changed, load, normal, shown, spelt
from screens.widgets.field import EDIT_KEYS, Field
from screens.widgets.footer import KeyLine
from screens.widgets.gate import ScanGate
from screens.widgets.grid_editor import GRID_KEYS, CellEditor
from tests.screen import screen_text
from tests.source import ROOT


@pytest.fixture(autouse=True)
def _chinese() -> None:
    set_language("zh")


@pytest.mark.parametrize("screen", GROUPS)
def test_no_two_actions_of_a_screen_share_a_key(screen: str) -> None:
    keys = [key for action in of_screen(screen) for key in action.keys]
    assert len(keys) == len(set(keys))
    assert not RESERVED & set(keys) - WIDGET_KEYS
    assert all(normal(key) == key for key in keys)


def test_function_keys_are_in_the_order_of_the_field() -> None:
    order = ["call", "recall", "start_or_finish", "pass", "hold", "resume", "transfer", "pause"]
    assert [BY_ID[action].key for action in order] == [f"f{n}" for n in range(1, 9)]
    assert [action for action, _, _ in menu_options()] == [*order, "call_chosen"]


def test_every_action_group_and_conflict_has_its_texts() -> None:
    for action in ACTIONS:
        assert has(action.label_key)
        assert has(action.help_key)
        assert all(action.group in GROUPS[screen] for screen in action.screens)
    for screen, groups in GROUPS.items():
        assert has(f"keys.screen-{screen}")
        assert all(has(f"key-group.{group}") for group in (*groups, "edit", "grid"))
    assert all(has(f"key-conflict.{key}") for key in CONFLICTS)
    assert all(has(f"edit.{action}") for _, action in EDIT_KEYS)
    assert all(has(f"grid.{name}") for _, name in GRID_KEYS)


def test_every_key_of_a_cell_is_on_the_page() -> None:
    bound = {key for binding in CellEditor.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]
    told = {key for keys, _ in GRID_KEYS for key in keys.split(",")}
    assert told >= bound
    assert told - bound == {"enter", "space", "1", "2", "3"}, "dealt with one by one"


def test_where_letters_are_text_a_key_is_shown_that_is_none() -> None:
    assert [DEFAULT.first("keys", typing=typing) for typing in (False, True)] == ["?", "F12"]
    assert Keymap({"keys": ("question_mark",)}).first("keys", typing=True) == "?"
    line = {
        hint.action: hint.key for hint in key_line(DEFAULT, 120, hide=lambda _: False, screen=FORM)
    }
    assert line["keys"] == "F12"


def test_every_key_that_a_field_takes_from_an_action_is_a_known_conflict() -> None:
    edit = {key for keys, _ in EDIT_KEYS for key in keys.split(",")}
    taken = edit & {key for action in ACTIONS for key in action.keys}
    assert taken <= set(CONFLICTS)


def test_the_key_page_is_current() -> None:
    """`python -m screens.actions --write docs/keys.md` writes it again."""
    assert (ROOT / "docs" / "keys.md").read_text("utf-8") == markdown()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("F1", "f1"),
        ("Ctrl+G", "ctrl+g"),
        ("^g", "ctrl+g"),
        ("/", "slash"),
        ("ctrl + ]", "ctrl+right_square_bracket"),
        ("Shift+F5", "shift+f5"),
        ("f25", ""),
        ("ctrl+", ""),
        ("ctrl+呼", ""),
        ("", ""),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, key: str) -> None:
    assert normal(written) == key


def test_keys_are_shown_short_and_spelt_long() -> None:
    assert [shown(key) for key in ("f1", "ctrl+g", "slash", "shift+f5", "pageup")] == [
        "F1",
        "^G",
        "/",
        "Shift+F5",
        "PageUp",
    ]
    assert [spelt(key) for key in ("ctrl+g", "question_mark")] == ["Ctrl+G", "?"]


# --- keys of one's own --------------------------------------------------------------------


def test_a_key_is_moved_and_the_loser_is_told() -> None:
    keymap = changed({"call": "F2"})
    assert keymap.of("call") == ("f2",)
    assert keymap.of("recall") == ()
    assert keymap.problems == (
        t("keys.lost", action=t("key.recall"), key="F2", other=t("key.call")),
    )
    assert changed({"call": "F2", "recall": ["F1", "Alt+B"]}).problems == ()


def test_the_list_still_opens_with_enter() -> None:
    assert changed({"call_chosen": "f11"}).of("call_chosen") == ("f11", "enter")


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"fly": "f1"}, "keys.unknown-action"),
        ({"hold": "hyper+x"}, "keys.not-a-key"),
        ({"hold": 5}, "keys.not-a-key"),
        ({"hold": ["f5", 5]}, "keys.not-a-key"),
        ({"hold": "h"}, "keys.reserved"),
        ({"hold": "7"}, "keys.reserved"),
        ({"hold": "Enter"}, "keys.reserved"),
        ({"hold": "ctrl+c"}, "keys.reserved"),
    ],
)
def test_a_wrong_line_is_told_and_changes_nothing(wanted: dict[str, object], problem: str) -> None:
    keymap = changed(wanted)
    assert keymap.keys == DEFAULT.keys
    assert len(keymap.problems) == 1
    assert keymap.problems[0].startswith(t(problem).split("{")[0])


def test_one_key_for_two_actions_is_refused() -> None:
    keymap = changed({"hold": "f11", "resume": "f11"})
    assert keymap.of("hold") == ("f11",)
    assert keymap.of("resume") == ("f6",)
    assert len(keymap.problems) == 1


def test_the_file_is_read_and_its_absence_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    assert load(path) is DEFAULT
    path.write_text('[keys]\ncall = "Ctrl+B"\nhold = "F11"\n', encoding="utf-8")
    assert load(path).of("hold") == ("f11",)
    assert load(path).of("call") == DEFAULT.of("call")
    assert len(load(path).problems) == 1


@pytest.mark.parametrize("source", [b"[keys\n", b'keys = "f1"\n', b"\xff\xfe"])
def test_a_broken_file_is_told_and_changes_nothing(tmp_path: Path, source: bytes) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(source)
    keymap = load(path)
    assert keymap.keys == DEFAULT.keys
    assert str(path) in keymap.problems[0]


def test_the_file_lies_in_the_settings_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLCLIENT_CONFIG", str(tmp_path))
    (tmp_path / "keys.toml").write_text('[keys]\nhold = "F11"\n', encoding="utf-8")
    assert load().changed == {"hold"}


# --- what is shown ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [20, 40, 79, 80, 120, 200])
def test_the_key_line_fits_and_keeps_its_order(width: int, language: str) -> None:
    set_language(language)
    hints = key_line(DEFAULT, width)
    assert hints[-1].start + hints[-1].width <= width
    places = [BY_ID[hint.action].footer for hint in hints]
    assert places == sorted(places)
    assert set(ALWAYS) <= {hint.action for hint in hints}
    assert all(later.start == hint.start + hint.width + 1 for hint, later in pairwise(hints))


def test_what_acts_now_comes_before_what_does_not() -> None:
    able = {"start_or_finish", "hold", "undo", *ALWAYS}
    hints = key_line(DEFAULT, 60, lambda action: None if action in able else "no")
    assert able <= {hint.action for hint in hints}
    assert {hint.action for hint in hints if hint.enabled} == able


def test_a_name_may_change_with_the_state() -> None:
    hints = key_line(
        DEFAULT, 80, None, lambda action: "办结" if action == "start_or_finish" else None
    )
    assert next(hint.label for hint in hints if hint.action == "start_or_finish") == "办结"


@pytest.mark.parametrize(
    ("screen", "action", "cells"),
    [(DESK, "call", ("F1 Ctrl+G", "呼叫")), ("form", "next_problem", ("F3", "下一问题"))],
)
def test_the_key_map_has_every_action_and_says_why_not(
    screen: str, action: str, cells: tuple[str, str]
) -> None:
    found = key_rows(DEFAULT, lambda a: "无人等候" if a == action else None, screen=screen)
    rows = {row.key: row for row in found}
    assert {one.id for one in of_screen(screen)} == {key for key in rows if key in BY_ID}
    assert rows[action].cells == (*cells, "现在不能用：无人等候")
    assert rows[action].style == "dim"
    assert all(row.cells[0] for key, row in rows.items() if key in BY_ID)


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("呼叫", "call"),
        ("gh", "pass"),
        ("guohao", "pass"),
        ("transfer", "transfer"),
        ("F5", "hold"),
        ("锁", "lock"),
        ("Show in full", "reveal"),
        ("close_window", "close_window"),
    ],
)
def test_commands_are_found_in_every_way(typed: str, action: str) -> None:
    assert CommandSearch(DEFAULT).find(typed)[0][0] == action


def test_without_a_word_all_commands_are_offered_those_for_now_first() -> None:
    search = CommandSearch(DEFAULT, lambda action: "无人等候" if action == "call" else None)
    found = search.find(" ")
    assert {action for action, _ in found} == {one.id for one in of_screen(DESK)}
    assert found[-1] == ("call", "呼叫  F1 Ctrl+G  现在不能用：无人等候")


# --- in an app ----------------------------------------------------------------------------


class Desk(Screen[None]):
    def __init__(self, keymap: Keymap = DEFAULT, screen: str = DESK) -> None:
        super().__init__()
        keymap.install(self, screen)
        self.done: list[str] = []
        self.reason: str | None = None
        self.key_line = KeyLine(keymap, lambda _action: self.reason)

    def compose(self) -> ComposeResult:
        yield Field()
        yield self.key_line

    def action_desk(self, action: str) -> None:
        self.done.append(action)

    def on_key_line_pressed(self, event: KeyLine.Pressed) -> None:
        self.done.append(event.action)


for _screen in GROUPS:
    setattr(Desk, f"action_{_screen}", Desk.action_desk)


class DeskApp(ScanGate):
    def __init__(self, keymap: Keymap = DEFAULT, screen: str = DESK) -> None:
        super().__init__()
        self.desk = Desk(keymap, screen)

    def get_default_screen(self) -> Screen[None]:
        return self.desk


@pytest.mark.parametrize(
    ("screen", "action"), [(screen, one.id) for screen in GROUPS for one in of_screen(screen)]
)
async def test_every_key_starts_its_action(screen: str, action: str) -> None:
    found = BY_ID[action]
    app = DeskApp(screen=screen)
    async with app.run_test() as pilot:
        app.desk.set_focus(None)
        keys = [key for key in found.keys if key not in WIDGET_KEYS]
        await pilot.press(*keys)
        assert app.desk.done == [found.id] * len(keys)


async def test_letters_stay_in_the_field_and_actions_get_through() -> None:
    app = DeskApp()
    async with app.run_test() as pilot:
        app.desk.query_one(Field).focus()
        await pilot.press("slash", "question_mark", "x", "f1", "ctrl+g", "ctrl+f", "f12", "ctrl+k")
        assert app.desk.query_one(Field).value == "/?x"
        assert app.desk.done == ["call", "call", "search", "keys", "menu"]


async def test_own_keys_replace_the_usual_ones() -> None:
    app = DeskApp(changed({"call": "F2", "recall": "F1"}))
    async with app.run_test() as pilot:
        await pilot.press("f1", "f2", "ctrl+g")
        assert app.desk.done == ["recall", "call"]
        assert "F2 呼叫" in screen_text(app)


async def test_a_click_is_the_key() -> None:
    app = DeskApp()
    async with app.run_test(size=(80, 24)) as pilot:
        line = screen_text(app).split("\n")[-1]
        assert line.startswith(" F1 呼叫 F2 重呼")
        await pilot.click(KeyLine, offset=(1, 0))
        await pilot.click(KeyLine, offset=(cell_width(" F1 呼叫 F2"), 0))
        await pilot.click(KeyLine, offset=(79, 0))
        assert app.desk.done == ["call", "recall"]


async def test_what_cannot_be_done_is_dimmed_but_pressed_all_the_same() -> None:
    app = DeskApp()
    async with app.run_test(size=(200, 24)) as pilot:
        assert all(hint.enabled for hint in app.desk.key_line.hints)
        app.desk.reason = "无人等候"
        app.desk.key_line.refresh_keys()
        assert not any(hint.enabled for hint in app.desk.key_line.hints)
        await pilot.click(KeyLine, offset=(1, 0))
        assert app.desk.done == ["call"]


async def test_the_line_speaks_the_other_language_when_asked_again() -> None:
    app = DeskApp()
    async with app.run_test(size=(80, 24)) as pilot:
        set_language("en")
        app.desk.key_line.refresh_keys()
        await pilot.pause()
        assert "F1 Call" in screen_text(app)
