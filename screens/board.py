"""The board (大屏): who is called where, as large as the screen allows, and spoken."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content

from db.errors import StoreError
from hallclient.actions.boardview import BoardView
from hallclient.rules.announce import Announcer, Call
from hallclient.rules.errors import Refused
from hallclient.texts import language, t
from hallclient.voice import Speaker, announcement
from hallclient.words import refused_text, store_text
from screens import board_lists, board_text
from screens.base import STYLES, HallScreen
from screens.bigfont import big_height
from screens.board_frame import MUTED, Frame, spread
from screens.board_source import BoardSource
from screens.latest import Latest
from screens.widgets.content import Words, line

if TYPE_CHECKING:
    from screens.board_app import BoardApp

POLL_S = 0.2
BEAT_S = 0.1
BLINK_S = 0.5
RETRY_S = 1.0
EXPECT_S = 15.0
"""So often the expected waits are worked out, which takes a while."""
NEW_S = 8.0
"""So long a call stands out after it has come; the newest that is called stays large."""


class BoardScreen(HallScreen):
    """Header, the call, two lists, what is out of the ordinary. It changes nothing."""

    BINDINGS = [
        Binding("q,Q,ctrl+q,ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+t", "other_language", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(
        self,
        source: BoardSource,
        *,
        zone: str = "",
        speaker: Speaker | None = None,
        hint: str = "",
    ) -> None:
        super().__init__()
        self.source = source
        self.zone = zone
        self.speaker = speaker
        self.hint = hint
        """What the last line says while all is well."""
        self.view = BoardView(source.now())
        self._announcer = Announcer(source.hall.voice.repeat)
        self._seen: dict[tuple[str, str, int], float] = {}
        """When a call was first seen here (monotonic seconds); those of the start are old."""
        self._first = True
        self._trouble: tuple[str, str] = ("", "")
        self._latest = Latest(self, self._read)
        self._tried = 0.0

    # -- layout

    def compose(self) -> ComposeResult:
        """Blocks of text, nothing else."""
        self._top, self._label, self._hero = Words(id="top"), Words(id="label"), Words(id="hero")
        self._calls, self._lines = Words(id="calls"), Words(id="lines")
        self._notices, self._status = Words(id="notices"), Words(id="status")
        yield self._top
        yield self._label
        yield self._hero
        yield Horizontal(self._calls, self._lines, id="lists")
        yield self._notices
        yield self._status

    def on_mount(self) -> None:
        """Look at the hall, and follow it."""
        self._latest.ask()
        self._expect()
        self.set_interval(POLL_S, self._poll)
        self.set_interval(EXPECT_S, self._expect)
        self.set_interval(BLINK_S, self.paint)
        if self.speaker is not None and self.speaker.able:
            self.set_interval(BEAT_S, self._speak)

    def on_resize(self) -> None:
        """Everything is made for the size of the screen."""
        self.paint()

    def speak(self) -> None:
        """The language spoken now comes first."""
        self.paint()

    def say(self, text: str, style: str = "") -> None:
        """Put a message on the last line until all is well again."""
        self._trouble = (text, style)
        self.paint()

    # -- keys

    def action_leave(self) -> None:
        """End the program."""
        self.app.exit(return_code=0)

    def action_other_language(self) -> None:
        """The other language comes first."""
        cast("BoardApp", self.app).switch_language()

    # -- following the store

    def _poll(self) -> None:
        if self.source.moved():
            self.source.close()
            self._first = True
        if self.source.is_open:
            if self.source.changed():
                self._latest.ask()
        elif monotonic() - self._tried >= RETRY_S:
            self._latest.ask()

    async def _read(self) -> None:
        self._tried = monotonic()
        try:
            view = await self.source.look(self.zone)
        except StoreError as error:
            self._lost(store_text(error))
        except Refused as refused:
            self._lost(refused_text(refused))
        else:
            self._show(view)

    def _expect(self) -> None:
        self.run_worker(self._work_out(), group="expect", exit_on_error=False)

    async def _work_out(self) -> None:
        # What is wrong with the store, the next look says.
        with suppress(StoreError):
            waits = await self.source.expect()
            self.view.expect(waits)
            self.paint()

    def _lost(self, why: str) -> None:
        """Nothing can be read: what was called may be true no longer."""
        self.source.close()
        self._first = True
        self.view = BoardView(self.source.now())
        self.say(why, "alert")
        self._speak()

    def _show(self, view: BoardView) -> None:
        seen = {} if self._first else self._seen
        came = float("-inf") if self._first else monotonic()
        self._seen = {call.key: seen.get(call.key, came) for call in view.calls}
        self._first = False
        self.view = view
        self._trouble = ("", "")
        self._speak()
        self.paint()

    # -- speaking

    def _speak(self) -> None:
        """Let the speaker do what is to be done now."""
        speaker = self.speaker
        if speaker is None or not speaker.able:
            return
        before = self._announcer.speaking
        order = self._announcer.turn(self.source.now(), self.view.calls, speaker.quiet)
        if order.stop:
            speaker.stop()
        elif order.say is not None:
            speaker.say(announcement(order.say, self.source.hall.voice, order.times))
        if self._announcer.speaking is not before:
            self.paint()

    def _voice(self) -> str:
        if self.speaker is None:
            return t("voice.muted")
        if not self.speaker.able:
            return t("voice.none")
        return t("voice.failed") if self.speaker.failed else t("voice.on")

    # -- painting

    @property
    def _call(self) -> Call | None:
        """The call shown large: what is being spoken while it is in force, else the newest."""
        calls = self.view.calls
        spoken = self._announcer.speaking
        for call in calls:
            if spoken is not None and call.same_visit(spoken):
                return call
        return calls[0] if calls else None

    def frame(self) -> Frame:
        """What is to be painted."""
        at = monotonic()
        new = {key for key, came in self._seen.items() if at - came < NEW_S}
        width, height = self.app.size
        return Frame(
            view=self.view,
            hall=self.source.hall,
            now=self.source.now(),
            width=max(20, width),
            height=height,
            language=language(),
            call=self._call,
            new=frozenset(new),
            bright=int(at / BLINK_S) % 2 == 0,
            out=not self.source.is_open,
        )

    def paint(self) -> None:
        """Say everything again; what has not changed costs nothing."""
        if not self.is_mounted:
            return
        frame = self.frame()
        rest = frame.width - 3 - frame.lines_width
        self._hero.styles.height = big_height(frame.scale)
        self._lines.styles.width = frame.lines_width
        self._top.say(board_text.header(frame, self.zone, self._mark()))
        self._label.say(board_text.hero_label(frame))
        self._hero.say(board_text.hero(frame))
        self._calls.say(board_lists.calls(frame, rest, frame.list_height))
        self._lines.say(board_lists.lines(frame, frame.lines_width, frame.list_height))
        self._notices.say(board_text.notices(frame))
        self._status.say(self._status_line(frame))

    def _mark(self) -> str:
        return f"{t('desk.demo-mark')} " if self.source.demo else ""

    def _status_line(self, frame: Frame) -> Content:
        text, style = self._trouble
        right = line((f"{self._voice()} \u00b7 {t('board.keys')}", MUTED))
        left = line((text, STYLES[style])) if text else line((self.hint, MUTED))
        return spread(left, right, frame.width - 2)
