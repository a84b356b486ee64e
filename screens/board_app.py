"""The board's program: it only reads, nobody signs in, and it outlives the store it shows."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

from textual.app import App

from db.env import Env, system_env
from hallclient.voice import Speaker
from screens.base import HallScreen, switch_language
from screens.board import BoardScreen
from screens.board_source import BoardSource
from screens.failing import last_words


class BoardApp(App[None], inherit_bindings=False):
    """One board on one screen."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []

    def __init__(
        self,
        source: BoardSource,
        *,
        zone: str = "",
        speaker: Speaker | None = None,
        hint: str = "",
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(css_path=["app.tcss", "board.tcss"])
        self.source = source
        self.animation_level = "none"
        self._zone = zone
        self._speaker = speaker
        self._hint = hint
        self._on_ready = on_ready

    def get_default_screen(self) -> HallScreen:
        """The board."""
        return BoardScreen(self.source, zone=self._zone, speaker=self._speaker, hint=self._hint)

    def on_mount(self) -> None:
        """Let go of what was held back for a quick first frame."""
        self.title = ""
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        gc.enable()
        if self._on_ready is not None:
            self._on_ready()

    def switch_language(self) -> None:
        """The other language comes first."""
        switch_language(self)

    def _fatal_error(self) -> None:
        self._exit_renderables.append(last_words(self._exception))
        self._close_messages_no_wait()


def run(
    path: Path,
    *,
    zone: str = "",
    speaker: Speaker | None = None,
    passphrase: str | None = None,
    make_env: Callable[[str], Env] = system_env,
    hint: str = "",
    prepared: Callable[[], object] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Show the board on this terminal until somebody ends it; the exit code.

    ``speaker`` None: it is muted; ``hint``, ``prepared``, ``on_ready`` as `screens.app.run` takes
    them. Raises StoreError when the store cannot be opened at first.
    """
    if prepared is not None:
        prepared()
    source = BoardSource(path, make_env=make_env, passphrase=passphrase)
    try:
        source.open()
        app = BoardApp(source, zone=zone, speaker=speaker, hint=hint, on_ready=on_ready)
        app.run()
        return app.return_code or 0
    finally:
        if speaker is not None:
            speaker.close()
        source.close()
