"""Scans while lists, buttons or fields have the focus, and keys that are no scan."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button

from screens.widgets.field import Field
from screens.widgets.gate import ScanGate, Scanned
from tests.screen import paste, send

SLIP = "20261123A032"


KEYS = (("slash", "/"), ("f1", "f1"), ("a", "a"))


class GateApp(ScanGate):
    BINDINGS = [
        Binding("slash", "tell('/')"),
        Binding("f1", "tell('f1')"),
        Binding("a", "tell('a')"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.jump = False

    def compose(self) -> ComposeResult:
        yield Button("x", id="button")
        yield Field(id="one")
        yield Field(id="two")

    def action_tell(self, what: str) -> None:
        self.seen.append(what)

    def on_button_pressed(self) -> None:
        self.seen.append("button")

    def on_scanned(self, event: Scanned) -> None:
        self.seen.append(f"scan {event.code} {event.routed.kind}{' ime' if event.ime else ''}")
        if self.jump:
            self.screen.set_focus(self.query_one("#two"))

    def on_field_scanned(self, event: Field.Scanned) -> None:
        self.seen.append(f"field {event.field.id} {event.code}")
        if self.jump:
            self.screen.set_focus(self.query_one("#two"))

    def on_field_entered(self, event: Field.Entered) -> None:
        self.seen.append(f"entered {event.field.id} {event.value}")


async def test_a_scan_presses_no_button_and_starts_no_action() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.query_one("#button").focus()
        await send(pilot, "aaaa/aaaa\r", gap=0.002, start=1.0)
        assert app.seen == ["scan aaaa/aaaa unknown"]


async def test_glued_scans_are_told_one_by_one() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        await send(pilot, "20261123A001\r20261123A002\r\n２０２６１１２３Ａ００３\r")
        assert app.seen == [
            "scan 20261123A001 slip",
            "scan 20261123A002 slip",
            "scan 20261123A003 slip ime",
        ]


async def test_a_typed_key_comes_back_when_nothing_follows() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        await send(pilot, "/")
        while app._detector.holding:
            await pilot.pause(0.01)
        await pilot.pause()
        assert app.seen == ["/"]


async def test_typed_keys_keep_their_order_before_another_key() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        await send(pilot, "a/a\x1bOP", gap=0.1, start=1.0)
        assert app.seen == ["a", "/", "a", "f1"]


async def test_enter_on_a_button_is_enter() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.query_one("#button").focus()
        await send(pilot, "\r", gap=0.1, start=1.0)
        assert app.seen == ["button"]


async def test_a_field_gets_its_letters_at_once() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.query_one("#one").focus()
        await send(pilot, "a/张", gap=0.1, start=1.0)
        assert app._detector.holding == 0
        assert app.query_one("#one", Field).value == "a/张"
        assert app.seen == []


async def test_a_field_finds_its_scans_itself() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.query_one("#one").focus()
        await send(pilot, SLIP + "\r", gap=0.002, start=1.0)
        assert app.seen == [f"field one {SLIP}"]
        assert app.query_one("#one", Field).value == ""


async def test_a_scan_is_not_torn_when_the_focus_moves_meanwhile() -> None:
    """The first scan moves the focus to a field while the second is on its way."""
    app = GateApp()
    app.jump = True
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        await send(pilot, "20261123A001\r2026", gap=0.002, start=1.0)
        assert app.focused is app.query_one("#two")
        await send(pilot, "1123A002\r", gap=0.002, start=1.034)
        told = sorted(app.seen)
        assert told in (
            ["field two 20261123A002", "scan 20261123A001 slip"],
            ["scan 20261123A001 slip", "scan 20261123A002 slip"],
        )
        assert app.query_one("#two", Field).value == ""


async def test_a_run_stays_with_the_field_that_got_its_first_key() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.query_one("#one").focus()
        await send(pilot, "20261", gap=0.002, start=1.0)
        app.screen.set_focus(app.query_one("#button"))
        await send(pilot, "123A032\r", gap=0.002, start=1.010)
        assert app.seen == [f"field one {SLIP}"]


async def test_after_enter_the_next_keys_go_where_the_focus_is() -> None:
    """Keys of a slow line come in a clump: what is typed after Enter is for the next field."""
    app = GateApp()
    async with app.run_test() as pilot:
        app.query_one("#one").focus()
        await send(pilot, "ab\r", gap=0.002, start=1.0)
        app.screen.set_focus(app.query_one("#two"))
        await send(pilot, "cd\r", gap=0.002, start=1.006)
        assert app.seen == ["entered one ab", "entered two cd"]


async def test_a_paste_lets_held_keys_go_first() -> None:
    app = GateApp()
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        await send(pilot, "a")
        app.post_message(paste("x"))
        await pilot.pause()
        assert app.seen == ["a"]
        assert app._detector.holding == 0
