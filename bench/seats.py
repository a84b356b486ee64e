"""Real terminals around one store: what they show, read from their pseudo-terminals as they paint.

As a program it is one of them, signed in: ``python -m bench.seats STORE desk W02`` (or ``live``,
``board``, ``kiosk``).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from hallclient.actions.acting import Actor
from hallclient.actions.printers import Printer
from tests.terminal import ROOT, Terminal, environment

PROGRAM = (sys.executable, "-P", "-m", "bench.seats")
LARGE = (120, 40)
PATIENCE_S = 30.0


class Seats:
    """Terminals by name; all are read all the time, as a terminal does."""

    def __init__(self, folder: Path, store: Path, seats: Mapping[str, Sequence[str]]) -> None:
        env = environment(folder, PYTHONPATH=str(ROOT), HALLCLIENT_LANG="zh")
        self._stack = ExitStack()
        self.terminals: dict[str, Terminal] = {}
        for name, words in seats.items():
            size = LARGE if words[0] == "live" else (80, 24)
            self.terminals[name] = self._stack.enter_context(
                Terminal(env, str(store), *words, program=PROGRAM, size=size)
            )

    def __enter__(self) -> Seats:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def until(self, wanted: Mapping[str, Callable[[list[str]], bool]]) -> dict[str, float]:
        """When (`time.perf_counter`) each of these terminals showed what is wanted of its lines."""
        found: dict[str, float] = {}
        end = time.perf_counter() + PATIENCE_S
        for name in wanted:
            self._look(name, wanted, found)
        while len(found) < len(wanted):
            for name, terminal in self.terminals.items():
                if terminal.pump(0.001) and name in wanted:
                    self._look(name, wanted, found)
            if time.perf_counter() > end:
                missing = [name for name in wanted if name not in found]
                shown = "\n".join(self.terminals[missing[0]].lines)
                raise RuntimeError(f"never shown: {missing}\n{shown}")
        return found

    def _look(
        self, name: str, wanted: Mapping[str, Callable[[list[str]], bool]], found: dict[str, float]
    ) -> None:
        if name not in found and wanted[name](lines(self.terminals[name])):
            found[name] = time.perf_counter()

    def run(self, seconds: float) -> None:
        """Let everybody paint for so long."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for terminal in self.terminals.values():
                terminal.pump(0.002)


def lines(terminal: Terminal) -> list[str]:
    """The screen as plain lines; quicker than what tests use, which place wide characters."""
    screen = terminal.screen
    columns = range(screen.columns)
    return ["".join(screen.buffer[y][x].data for x in columns) for y in range(screen.lines)]


def main() -> int:
    """One of the terminals' programs."""
    path, seat = Path(sys.argv[1]), sys.argv[2]
    if seat == "board":
        from screens import board_app

        return board_app.run(path)
    if seat == "kiosk":
        from screens import kiosk_app

        return kiosk_app.run(path, who=Actor("k01", "kiosk"), printer=Printer())
    from screens.app import run

    if seat == "live":
        return run(path, who=Actor("s01", "supervisor"))
    window = sys.argv[3]
    return run(path, who=Actor(f"c{window[1:]}", "clerk", window))


if __name__ == "__main__":
    raise SystemExit(main())
