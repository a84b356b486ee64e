"""Foreign text is shown in one way, and no screen goes round it."""

import ast
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from screens.widgets.content import Words, line, shown, toast
from tests.hostile import HOSTILE, assert_harmless
from tests.screen import screen_text
from tests.source import ROOT, files

PARSES = {
    "Button",
    "Checkbox",
    "Collapsible",
    "DataTable",
    "Digits",
    "Footer",
    "Label",
    "Link",
    "ListItem",
    "Markdown",
    "OptionList",
    "RadioButton",
    "Select",
    "SelectionList",
    "Static",
    "Tab",
    "TabPane",
    "Tree",
}
"""Stock widgets that read markup in what they are given; `Words` and our own do not."""
TITLES = {"border_title", "border_subtitle", "tooltip"}
SAFE_CALLS = {"Content", "line", "shown", "assemble", "styled", "join", "t"}
WAY_ROUND = {"screens/widgets/content.py"}


def _called(node: ast.AST) -> str:
    func = node.func if isinstance(node, ast.Call) else node
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _off(call: ast.Call) -> bool:
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


def _safe_title(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or "[" not in str(node.value)
    return isinstance(node, ast.Call) and _called(node) in SAFE_CALLS - {"t"}


def markup_at(source: str) -> list[str]:
    """Where a source lets markup be parsed in something that may be data."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _called(node)
            if (name in PARSES or name == "notify") and not _off(node):
                found.append(f"{node.lineno}: {name}")
            if name == "from_markup":
                found.append(f"{node.lineno}: {name}")
        elif isinstance(node, ast.ClassDef):
            found += [
                f"{node.lineno}: class of {_called(base)}"
                for base in node.bases
                if _called(base) in PARSES
            ]
        elif isinstance(node, ast.Assign):
            found += [
                f"{node.lineno}: {target.attr}"
                for target in node.targets
                if isinstance(target, ast.Attribute)
                and target.attr in TITLES
                and not _safe_title(node.value)
            ]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "Static(f'{name}')",
        "Label(name)",
        "self.notify(name)",
        "app.notify(t('x', name=name))",
        "Button('a', markup=True)",
        "w.border_title = name",
        "w.border_title = f'{name}'",
        "w.border_title = t('x')",
        "widgets.OptionList(*names)",
        "class A(Static): ...",
        "Content.from_markup(name)",
    ],
)
def test_the_check_finds_markup(source: str) -> None:
    assert markup_at(source)


@pytest.mark.parametrize(
    "source",
    [
        "Words(name)",
        "Static(name, markup=False)",
        "self.notify(name, markup=False)",
        "w.border_title = line(name)",
        "w.border_title = None",
    ],
)
def test_the_check_lets_the_one_way_pass(source: str) -> None:
    assert markup_at(source) == []


def test_no_screen_parses_markup_in_data() -> None:
    found = [
        f"{name}:{place}"
        for path in files("screens")
        if (name := path.relative_to(ROOT).as_posix()) not in WAY_ROUND
        for place in markup_at(path.read_text("utf-8"))
    ]
    assert found == []


def test_the_way_round_is_still_needed() -> None:
    assert all(markup_at(Path(ROOT, name).read_text("utf-8")) for name in WAY_ROUND)


class WordsApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.words = Words("开始", id="words")

    def compose(self) -> ComposeResult:
        yield self.words


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_shown_as_text(text: str) -> None:
    app = WordsApp()
    async with app.run_test(size=(120, 20)) as pilot:
        app.words.say(text, layout=True)
        app.words.border_title = line(text, (text, "bold"))
        toast(app, text, "warning")
        await pilot.pause()
        assert_harmless(screen_text(app))
        app.words.say(line("a ", (text, "bold"), shown(text, "dim"), gap="|"))
        await pilot.pause()
        assert_harmless(screen_text(app))
        assert app.words.text.startswith("a |")


def test_brackets_are_letters() -> None:
    made = line("见[/附件", (" [@click=app.quit]x[/]", "bold"))
    assert made.plain == "见[/附件 [@click=app.quit]x[/]"
    assert [span.style for span in made.spans] == ["bold"]


def test_lines_stay_where_they_are_wanted() -> None:
    assert shown("a\nb").plain == "a␊b"
    assert shown("a\nb", multiline=True).plain == "a\nb"


async def test_the_same_words_are_not_painted_again() -> None:
    app = WordsApp()
    async with app.run_test() as pilot:
        painted: list[object] = []
        update = app.words.update
        app.words.update = lambda *args, **more: (painted.append(args), update(*args, **more))[1]  # type: ignore[method-assign,func-returns-value]
        app.words.say("开始")
        assert painted == []
        app.words.say(Content("开始").stylize("bold"))
        app.words.say("别的")
        await pilot.pause()
        assert len(painted) == 2
        assert "别的" in screen_text(app)
