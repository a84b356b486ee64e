"""The voice of the hall: the system's own speech engine, as a process that can be stopped.

A text is handed over as an argument or on stdin, never through a shell. When no engine is there,
or every engine fails, nothing is spoken and the board says so; the next announcement tries again.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from hallclient.rules.announce import Call, spelt
from hallclient.rules.catalogue import Voice
from hallclient.rules.errors import Refused
from hallclient.rules.text import plain
from hallclient.texts import LANGUAGES, table, text_in

if TYPE_CHECKING:
    _Process = subprocess.Popen[bytes]

LONGEST_S: Final = 30.0
"""No announcement takes so long: an engine that hangs must not silence the hall."""
_SIGN: Final = "voice.sign-"

_POWERSHELL: Final = (
    "$ErrorActionPreference = 'Stop'; Add-Type -AssemblyName System.Speech; "
    "$in = New-Object IO.StreamReader([Console]::OpenStandardInput(), [Text.Encoding]::UTF8); "
    "$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer; "
    "$voice.SelectVoiceByHints('NotSet', 'NotSet', 0, "
    "[Globalization.CultureInfo]::GetCultureInfo('{culture}')); "
    "$voice.Speak($in.ReadToEnd())"
)


class Part(NamedTuple):
    """Something to say in one language."""

    language: str
    text: str


class Engine(NamedTuple):
    """A program that speaks. The text goes to its stdin, unless an argument holds ``{text}``.

    ``zh``, ``en``: its arguments for that language. ``hush``: what makes it silent when ending
    the process does not. ``tells``: it writes a line that begins with *error* when it has failed,
    whatever its exit code says.
    """

    name: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    hush: tuple[str, ...] = ()
    tells: bool = False

    def command(self, part: Part) -> tuple[list[str], bytes]:
        """The command line for a part, and what it gets on stdin."""
        words = self.en if part.language == "en" else self.zh
        if any("{text}" in word for word in words):
            return [word.replace("{text}", part.text) for word in words], b""
        return list(words), part.text.encode()


def _espeak(program: str, mandarin: str) -> Engine:
    def words(voice: str) -> tuple[str, ...]:
        return (program, "-v", voice, "-s", "140", "-b", "1", "--stdin")

    return Engine(f"{program} {mandarin}", words(mandarin), words("en"), tells=True)


def _apple(zh: tuple[str, ...]) -> Engine:
    return Engine("say", ("say", *zh, "-f", "-"), ("say", "-v", "Samantha", "-f", "-"))


def _windows(program: str) -> Engine:
    def words(culture: str) -> tuple[str, ...]:
        script = _POWERSHELL.replace("{culture}", culture)
        return (program, "-NoProfile", "-NonInteractive", "-Command", script)

    return Engine(program, words("zh-CN"), words("en-US"))


ENGINES: Final = {
    # The plain voice "cmn" of espeak-ng 1.51 reads the pinyin of many signs as English words
    # ("qing three"); the other one, and the "zh" of the older espeak, read Mandarin.
    "linux": (
        _espeak("espeak-ng", "cmn-latn-pinyin"),
        _espeak("espeak-ng", "cmn"),
        Engine(
            "spd-say",
            ("spd-say", "-w", "-l", "zh", "--", "{text}"),
            ("spd-say", "-w", "-l", "en", "--", "{text}"),
            hush=("spd-say", "-S"),
        ),
        _espeak("espeak", "zh"),
    ),
    # The Mandarin voice has had two names; without either the system's voice has to do.
    "darwin": (_apple(("-v", "Tingting")), _apple(("-v", "Ting-Ting")), _apple(())),
    "win32": (_windows("powershell"), _windows("pwsh")),
}
"""What is tried on each system, in this order."""


def engines(named: str | None = None) -> list[Engine]:
    """The engines that are installed here, or the one that is named as a command line.

    Of a command, ``{text}`` and ``{language}`` (zh, en) are filled in; without ``{text}`` it gets
    the text on stdin. Raises ``no-such-voice``.
    """
    if named is None:
        known = ENGINES.get(sys.platform, ENGINES["linux"])
        return [engine for engine in known if shutil.which(engine.zh[0])]
    try:
        words = shlex.split(named, posix=os.name != "nt")
    except ValueError:
        words = []
    words = [word.strip('"') for word in words] if os.name == "nt" else words
    if not words or shutil.which(words[0]) is None:
        raise Refused("no-such-voice", field="voice", command=named)
    zh, en = (tuple(word.replace("{language}", spoken) for word in words) for spoken in LANGUAGES)
    return [Engine(words[0], zh, en)]


def announcement(call: Call, voice: Voice, times: int) -> list[Part]:
    """A call as it is spoken: in Mandarin so many times, then once in English."""
    return [Part("zh", said(call, voice, "zh"))] * times + [Part("en", said(call, voice, "en"))]


def said(call: Call, voice: Voice, language: str) -> str:
    """A call in one language, its number read sign by sign."""
    signs = {
        key.removeprefix(_SIGN): text
        for key, text in table(language).items()
        if key.startswith(_SIGN)
    }
    window = call.window if language == "zh" else spelt(call.window, signs)
    return text_in(
        language,
        "voice.collect" if call.collect else "voice.call",
        number=spelt(plain(call.number), signs, yao=voice.yao),
        window=window,
    )


class Speaker:
    """Speaks some parts one after the other without ever waiting; `quiet` moves it on.

    A part that an engine fails to speak is given to the next one.
    """

    def __init__(
        self, known: Sequence[Engine], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.failed = False
        """Whether no engine could speak the last part."""
        self._engines = list(known)
        self._first = 0
        """The engine that spoke last."""
        self._tries = 0
        self._parts: list[Part] = []
        self._process: _Process | None = None
        self._hushing: _Process | None = None
        self._clock = clock
        self._begun = 0.0

    @property
    def able(self) -> bool:
        """Whether there is any engine."""
        return bool(self._engines)

    @property
    def quiet(self) -> bool:
        """Whether all has been spoken. Asking also goes on to the next part."""
        if self._process is not None and self._ended(self._process):
            self._process = None
            self._go_on()
        return self._process is None

    def say(self, parts: Sequence[Part]) -> None:
        """Begin to speak this, instead of what is being spoken."""
        self.stop()
        if self._engines:
            self._parts = list(parts)
            self._go_on()

    def stop(self) -> None:
        """Be silent at once."""
        self._parts.clear()
        process, self._process = self._process, None
        if process is not None:
            _end(process)
            if self._engine.hush:
                self._hush()
        self._tries = 0

    def close(self) -> None:
        """Be silent for good."""
        self.stop()
        if self._hushing is not None:
            self._hushing.wait(LONGEST_S)

    @property
    def _engine(self) -> Engine:
        return self._engines[(self._first + self._tries) % len(self._engines)]

    def _hush(self) -> None:
        if self._hushing is not None and self._hushing.poll() is None:
            return
        with suppress(OSError):
            self._hushing = _start(list(self._engine.hush))

    def _go_on(self) -> None:
        while self._parts and self._process is None:
            command, text = self._engine.command(self._parts[0])
            try:
                self._process = _start(command, text, listen=self._engine.tells)
            except (OSError, ValueError):
                self._failed_once()
        self._begun = self._clock()

    def _ended(self, process: _Process) -> bool:
        code = process.poll()
        if code is None:
            if self._clock() - self._begun < LONGEST_S:
                return False
            _end(process)
            self._failed_once()
        elif _complained(process) or code:
            self._failed_once()
        else:
            self._first = (self._first + self._tries) % len(self._engines)
            self._tries, self.failed = 0, False
            self._parts.pop(0)
        return True

    def _failed_once(self) -> None:
        self._tries += 1
        if self._tries >= len(self._engines):
            self._tries = 0
            self._parts.clear()
            self.failed = True


def _start(command: list[str], text: bytes = b"", *, listen: bool = False) -> _Process:
    process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if listen else subprocess.DEVNULL,
        # A group of its own, so that what a script has started in turn is stopped with it.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if process.stdin is not None:
        # One that has ended already is seen when it is asked.
        with suppress(OSError):
            process.stdin.write(text)
        with suppress(OSError):
            process.stdin.close()
    return process


def _end(process: _Process) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stderr is not None:
        process.stderr.close()


def _complained(process: _Process) -> bool:
    """Whether a program that has ended wrote a line that begins with *error*."""
    if process.stderr is None:
        return False
    with process.stderr as written:
        return any(line.lower().startswith(b"error") for line in written.read().splitlines())
