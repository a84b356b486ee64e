"""Screens as plain text, keys as bytes: what a person sees and what a terminal sends."""

from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget


def screen_text(app: App[Any]) -> str:
    """What the screen shows, line by line, without colours and trailing spaces."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def widget_text(widget: Widget) -> str:
    """The part of the screen that a widget covers."""
    x, y, width, height = widget.region
    strips = widget.app.screen._compositor.render_strips()[y : y + height]
    return "\n".join(strip.crop(x, x + width).text.rstrip() for strip in strips)


def key_events(data: str) -> list[Message]:
    """The events that a terminal's bytes become."""
    parser = XTermParser()
    return [*parser.feed(data), *parser.feed("")]


async def send(pilot: Pilot[Any], data: str, *, gap: float = 0.0, start: float = 0.0) -> None:
    """Feed a terminal's bytes, `gap` seconds of key time apart, and wait until all is handled.

    With a gap the events carry made-up times: a scan or a typist without waiting for either.
    """
    for place, event in enumerate(key_events(data)):
        if gap:
            event.time = start + place * gap
        pilot.app.post_message(event)
    await pilot.pause()
    if isinstance(pilot.app.focused, Widget):
        await pilot.pause()


def paste(text: str) -> events.Paste:
    """A bracketed paste."""
    return events.Paste(text)
