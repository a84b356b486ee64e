"""Scans while no text field has the focus: kept away from keys, buttons and lists."""

import asyncio
from contextlib import suppress

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from hallclient.rules.scan import ENDS, GAP_MS, KeyPress, Outcome, Routed, ScanDetector, route
from hallclient.rules.scan import Scanned as Burst

PATIENCE_S = 0.25


class Scanned(Message):
    """A code was scanned while no text field had the focus."""

    def __init__(self, code: str, routed: Routed, ime: bool = False) -> None:
        super().__init__()
        self.code = code
        self.routed = routed
        self.ime = ime


class ScanGate(App[None], inherit_bindings=False):
    """An app that holds printable keys for the blink of an eye until it knows who typed them.

    A `Field` recognises scans itself, without holding anything. A run of keys stays with the one
    that got its first key, so that a scan is never torn when the focus moves in the middle.
    """

    # Textual's own commands and keys give way to those of the registry.
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *, css_path: list[str] | None = None) -> None:
        super().__init__(css_path=[*css_path] if css_path else None)
        self._detector = ScanDetector()
        self._gate_timer: Timer | None = None
        self._run_target: Widget | None = None
        self._run_last = float("-inf")

    async def on_event(self, event: events.Event) -> None:
        """Every event of the terminal passes here first."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if await self.before_key(event) and not await self._kept(event):
                await self._give(event)
            return
        if isinstance(event, (events.Paste, events.MouseDown)):
            await self._let_go(self._detector.release())
        await super().on_event(event)

    async def before_key(self, event: events.Key) -> bool:
        """Called before each key: a place to wait until the key before has been dealt with.

        False: nobody is to get this key.
        """
        return True

    async def _give(self, event: events.Key) -> None:
        """Give a key to whoever has the focus, after what they have not yet dealt with.

        Keys typed ahead on a slow line come in one burst. Textual runs bindings in a queue of
        their own, where letters typed later overtake a Backspace, and F1 a Ctrl+Z before it.
        """
        widget = self.focused
        while widget is not None and not _takes(widget, event):
            await dealt_with(widget)
            if widget is self.focused:
                break
            widget = self.focused
        if not _takes(widget, event) and (
            await self._check_bindings(event.key, priority=True)
            or await self._check_bindings(event.key)
        ):
            # Of a `Field`, which is not loaded until one is needed.
            end_burst = getattr(widget, "end_burst", None)
            if end_burst is not None:
                end_burst()
            return
        await super().on_event(event)
        if widget is not None and not _takes(widget, event):
            # Once for the key, and once for what it made of it, on its way up to the screen.
            await dealt_with(widget, *widget.ancestors_with_self)

    async def _kept(self, event: events.Key) -> bool:
        """Whether the key is dealt with here."""
        at = event.time * 1000
        running = at - self._run_last < GAP_MS
        self._run_last = at
        text = event.is_printable or event.character in ("\u3000", "\x1d")
        target, self._run_target = self._run_target, None
        if not self._detector.holding:
            if (
                running
                and target is not None
                and target.is_attached
                and (text or event.key in ENDS)
            ):
                # After its end a run is over: what is typed next is for whoever has the focus.
                self._run_target = target if text else None
                if target is self.focused:
                    return False
                target._forward_event(event)
                return True
            if self.focused is not None and self.focused.check_consume_key("a", "a"):
                self._run_target = self.focused if text else None
                return False
        await self._let_go(self._detector.feed(event.key, event.character, at), event)
        self._wait()
        return True

    def _wait(self) -> None:
        if self._gate_timer is not None:
            self._gate_timer.stop()
            self._gate_timer = None
        if self._detector.holding:
            self._gate_timer = self.set_timer(GAP_MS / 1000, self._due)

    async def _due(self) -> None:
        # A key that waits in the queue is older than this call: only the clock can tell.
        await self._let_go(self._detector.flush(Message().time * 1000))
        self._wait()

    async def _let_go(self, outcomes: list[Outcome], event: events.Key | None = None) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Burst):
                self.screen.post_message(Scanned(outcome.code, route(outcome.code), outcome.ime))
                continue
            for press in outcome.keys:
                await self._press(press, event)

    async def _press(self, press: KeyPress, event: events.Key | None) -> None:
        """Give a key to whoever has the focus, as if it came just now."""
        if event is not None and (press.key, press.at) == (event.key, event.time * 1000):
            again = event
        else:
            again = events.Key(press.key, press.char or None)
            again.time = press.at / 1000
        # What the key before has started comes first for those that were held, too.
        if await self.before_key(again):
            await self._give(again)


async def dealt_with(*nodes: DOMNode | None) -> None:
    """Wait, not for long, until each of these has done what it has been told so far."""
    for node in nodes:
        if node is None or isinstance(node, App):
            break
        handled = asyncio.Event()
        node.call_later(handled.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(handled.wait(), PATIENCE_S)


def _takes(widget: Widget | None, event: events.Key) -> bool:
    """Whether this key is text for this widget."""
    return widget is not None and widget.check_consume_key(event.key, event.character)
