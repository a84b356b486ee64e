"""The voice: real processes that speak, fail, hang and are stopped."""

from __future__ import annotations

import array
import os
import select
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hallclient import voice
from hallclient.rules.announce import Announcer, Call
from hallclient.rules.catalogue import Voice
from hallclient.rules.errors import Refused
from hallclient.voice import ENGINES, LONGEST_S, Engine, Part, Speaker, announcement, engines
from tests.hallkit import NINE

if sys.platform == "win32":
    pytest.skip("the engines of these tests are shell scripts", allow_module_level=True)

PATIENCE = 2_000
SAID = [Part("zh", "请 A 零 二 三 号"), Part("en", "Number A")]
# Notes what it was given; while there is a file `hold` it speaks without end, with a child that
# does so too. Both hold the pipe `alive` open.
SCRIPT = """#!/bin/sh
cd "$(dirname "$0")" || exit 1
[ -p alive ] && exec 3>alive
printf '%s|%s|%s\\n' "$1" "$2" "$(cat)" >>log
if [ -e hold ]; then
    cat gate &
    wait
fi
[ -e fail ] && exit 1
[ -e grumble ] && echo "error: no such device" >&2
exit 0
"""


class Fake:
    """A speech engine of our own in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        os.mkfifo(folder / "gate")
        self.script = folder / "engine"
        self.script.write_text(SCRIPT, "utf-8")
        self.script.chmod(0o700)
        path = str(self.script)
        self.engine = Engine("fake", (path, "zh"), (path, "en"))

    @property
    def log(self) -> list[str]:
        """Language, argument and text of everything it was given to speak."""
        path = self.folder / "log"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def when(self, name: str, on: bool = True) -> None:
        """Make it ``hold``, ``fail`` or ``grumble`` from now on."""
        path = self.folder / name
        if on:
            path.touch()
        else:
            path.unlink()


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path / "fake")


@pytest.fixture
def speakers() -> Iterator[list[Speaker]]:
    made: list[Speaker] = []
    yield made
    for speaker in made:
        speaker.close()


def until(true: Callable[[], object]) -> None:
    """Ask again and again; an error when it does not become true."""
    for _ in range(PATIENCE):
        if true():
            return
        select.select([], [], [], 0.01)
    raise AssertionError("waited in vain")


def is_quiet(speaker: Speaker) -> bool:
    return speaker.quiet


def has_failed(speaker: Speaker) -> bool:
    return speaker.failed


def silent(speaker: Speaker) -> None:
    until(lambda: speaker.quiet)


# -- speaking


def test_parts_are_spoken_one_after_the_other(fake: Fake) -> None:
    speaker = Speaker([fake.engine])
    speaker.say([SAID[0], SAID[0], SAID[1]])
    assert not is_quiet(speaker)
    silent(speaker)
    assert fake.log == ["zh||请 A 零 二 三 号"] * 2 + ["en||Number A"]
    assert not has_failed(speaker)


def test_a_text_is_data_whatever_it_holds(fake: Fake) -> None:
    text = "$(touch stolen) `touch stolen`; touch stolen & '\"\\ -x {language}"
    by_argument = Engine("fake", (str(fake.script), "zh", "{text}"), (str(fake.script), "en"))
    for engine in (fake.engine, by_argument):
        speaker = Speaker([engine])
        speaker.say([Part("zh", text)])
        silent(speaker)
    assert fake.log == [f"zh||{text}", f"zh|{text}|"]
    assert not list(fake.folder.rglob("stolen"))


def test_a_command_of_ones_own(fake: Fake) -> None:
    (named,) = engines(f"'{fake.script}' {{language}} 'two words'")
    speaker = Speaker([named])
    speaker.say(SAID)
    silent(speaker)
    assert fake.log == ["zh|two words|请 A 零 二 三 号", "en|two words|Number A"]


@pytest.mark.parametrize("command", ["", "no-such-engine --x", "'unbalanced", "/"])
def test_a_command_that_is_not_there_is_refused(command: str) -> None:
    with pytest.raises(Refused) as refused:
        engines(command)
    assert (refused.value.code, refused.value.field) == ("no-such-voice", "voice")


def test_only_what_is_installed_is_tried(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engines() == []
    (tmp_path / "espeak").symlink_to(fake.script)
    assert [engine.name for engine in engines()] == ["espeak zh"]


@pytest.mark.parametrize("system", ENGINES)
def test_every_engine_gets_the_text_apart_from_its_commands(system: str) -> None:
    text = "a'; Remove-Item x; '"
    for engine in ENGINES[system]:
        for language in ("zh", "en"):
            command, stdin = engine.command(Part(language, text))
            assert command[0] == engine.zh[0]
            assert (text in command) != (stdin == text.encode())
            assert all(word == text or text not in word for word in command)


# -- stopping


def test_stopping_ends_the_engine_and_what_it_started(fake: Fake) -> None:
    fake.when("hold")
    os.mkfifo(fake.folder / "alive")
    alive = os.open(fake.folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    try:
        speaker = Speaker([fake.engine])
        speaker.say(SAID)
        until(lambda: fake.log)
        assert not is_quiet(speaker)
        speaker.stop()
        assert is_quiet(speaker)
        # At its end is the pipe only when nobody holds the other end any more.
        assert select.select([alive], [], [], 20)[0]
        assert os.read(alive, 1) == b""
    finally:
        os.close(alive)
    assert fake.log == ["zh||请 A 零 二 三 号"]
    assert not has_failed(speaker)


def test_what_is_said_next_is_said_after_a_stop(fake: Fake, speakers: list[Speaker]) -> None:
    fake.when("hold")
    speaker = Speaker([fake.engine])
    speakers.append(speaker)
    speaker.say(SAID)
    until(lambda: fake.log)
    fake.when("hold", on=False)
    speaker.say([Part("en", "other")])
    silent(speaker)
    assert fake.log[-1] == "en||other"


def test_an_engine_that_goes_on_by_itself_is_told_to_hush(fake: Fake) -> None:
    fake.when("hold")
    path = str(fake.script)
    speaker = Speaker([fake.engine._replace(hush=(path, "hush"))])
    speaker.say(SAID)
    until(lambda: fake.log)
    fake.when("hold", on=False)
    speaker.stop()
    speaker.close()
    assert fake.log == ["zh||请 A 零 二 三 号", "hush||"]


def test_a_call_that_is_taken_back_is_stopped_in_its_process(
    fake: Fake, speakers: list[Speaker]
) -> None:
    fake.when("hold")
    speaker, announcer = Speaker([fake.engine]), Announcer()
    speakers.append(speaker)
    one = Call("a.1", "a", "A001", "1", NINE)
    two = Call("b.1", "b", "A002", "2", NINE + 1)

    def turn(*calls: Call) -> None:
        order = announcer.turn(NINE, calls, speaker.quiet)
        if order.stop:
            speaker.stop()
        elif order.say is not None:
            speaker.say(announcement(order.say, Voice(), order.times))

    turn(one, two)
    until(lambda: fake.log)
    turn(two)
    assert is_quiet(speaker)
    fake.when("hold", on=False)
    turn(two)
    silent(speaker)
    assert [entry.split("|")[0] for entry in fake.log] == ["zh", "zh", "zh", "en"]
    assert "A 零 零 一" in fake.log[0]
    assert all("零 零 二" in entry for entry in fake.log[1:3])


# -- failing


def test_without_an_engine_nothing_is_said() -> None:
    speaker = Speaker([])
    speaker.say(SAID)
    assert is_quiet(speaker)
    assert not speaker.able
    speaker.close()


@pytest.mark.parametrize("how", ["fail", "grumble"])
def test_when_one_engine_fails_the_next_speaks(tmp_path: Path, how: str) -> None:
    first, second = Fake(tmp_path / "first"), Fake(tmp_path / "second")
    first.when(how)
    speaker = Speaker([first.engine._replace(tells=True), second.engine])
    speaker.say(SAID)
    silent(speaker)
    assert len(first.log) == 1
    assert len(second.log) == 2
    assert not has_failed(speaker)
    # And it is the one to speak from then on.
    speaker.say(SAID)
    silent(speaker)
    assert len(first.log) == 1


def test_when_all_fail_it_says_so_until_one_speaks_again(fake: Fake) -> None:
    fake.when("fail")
    gone = Engine("gone", ("/no/such/engine",), ("/no/such/engine",))
    speaker = Speaker([gone, fake.engine])
    speaker.say(SAID)
    silent(speaker)
    assert has_failed(speaker)
    assert len(fake.log) == 1
    fake.when("fail", on=False)
    speaker.say(SAID)
    silent(speaker)
    assert not has_failed(speaker)
    assert len(fake.log) == 3


def test_an_engine_that_is_killed_or_reads_nothing_does_no_harm() -> None:
    killed = Engine("killed", ("sh", "-c", "kill -9 $$"), ("sh", "-c", "kill -9 $$"))
    deaf = Engine("deaf", ("true",), ("true",))
    speaker = Speaker([killed, deaf])
    speaker.say([Part("zh", "长" * 100_000), *SAID])
    silent(speaker)
    assert not has_failed(speaker)


def test_an_engine_that_hangs_does_not_silence_the_hall(fake: Fake) -> None:
    fake.when("hold")
    now = [0.0]
    speaker = Speaker([fake.engine], clock=lambda: now[0])
    speaker.say(SAID)
    until(lambda: fake.log)
    now[0] = LONGEST_S - 1
    assert not is_quiet(speaker)
    now[0] = LONGEST_S
    assert is_quiet(speaker)
    assert has_failed(speaker)
    fake.when("hold", on=False)
    speaker.say([Part("zh", "下一个")])
    silent(speaker)
    assert (fake.log[-1], has_failed(speaker)) == ("zh||下一个", False)


# -- the real one

espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here")


@espeak
def test_espeak_makes_sound_of_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    engine = next(one for one in ENGINES["linux"] if one.name.startswith("espeak-ng"))
    call = Call("a.1", "a", "A023", "12", NINE)
    for part in dict.fromkeys(announcement(call, Voice(), 2)):
        more = ("-w", str(file))
        speaker = Speaker([engine._replace(zh=(*engine.zh, *more), en=(*engine.en, *more))])
        speaker.say([part])
        silent(speaker)
        assert not has_failed(speaker)
        with wave.open(str(file)) as sound:
            samples = array.array("h", sound.readframes(sound.getnframes()))
            seconds = sound.getnframes() / sound.getframerate()
        assert seconds > 2
        # Loud in many places, not a click.
        assert sum(abs(sample) > 2_000 for sample in samples) > len(samples) // 20
        file.unlink()


@espeak
def test_espeak_reads_mandarin_as_mandarin() -> None:
    engine = next(one for one in ENGINES["linux"] if one.name.startswith("espeak-ng"))
    text = voice.said(Call("a.1", "a", "A023", "12", NINE), Voice(), "zh")
    voiced = engine.zh[engine.zh.index("-v") + 1]
    told = subprocess.run(
        ["espeak-ng", "-v", voiced, "-x", "-q", text], capture_output=True, text=True, check=True
    ).stdout
    # A sign that the voice does not know is spelt in another language, which it marks.
    assert "(en)" not in told
    assert len(told.split()) >= 15
