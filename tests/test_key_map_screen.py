"""The key map over a desk."""

import pytest
from textual.screen import Screen

from hallclient.texts import set_language
from screens.keymap import KeyMapScreen
from screens.widgets.gate import ScanGate
from tests.screen import screen_text


class MapApp(ScanGate):
    def __init__(self) -> None:
        super().__init__()
        self.under: Screen[None] = Screen()

    def get_default_screen(self) -> Screen[None]:
        return self.under


@pytest.fixture(autouse=True)
def _chinese() -> None:
    set_language("zh")


async def test_it_tells_keys_and_reasons() -> None:
    app = MapApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(KeyMapScreen(lambda action: "无人等候" if action == "call" else None))
        await pilot.pause()
        text = screen_text(app)
        assert "F1 Ctrl+G" in text
        assert "现在不能用：无人等候" in text
        assert "Esc 返回" in text
        await pilot.press("end")
        assert "粘贴程序内复制的文字" in screen_text(app)


async def test_it_speaks_the_other_language_at_once() -> None:
    app = MapApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = KeyMapScreen(lambda _action: None)
        app.push_screen(screen)
        await pilot.pause()
        set_language("en")
        screen.speak()
        await pilot.pause()
        assert "Call the next visitor" in screen_text(app)
        assert "呼叫" not in screen_text(app)


@pytest.mark.parametrize("key", ["escape", "enter", "f12", "question_mark"])
async def test_the_key_that_opened_it_closes_it(key: str) -> None:
    app = MapApp()
    async with app.run_test() as pilot:
        app.push_screen(KeyMapScreen(lambda _action: None))
        await pilot.pause()
        await pilot.press(key)
        while app._detector.holding:
            await pilot.pause(0.01)
        await pilot.pause()
        assert app.screen is app.under
