"""The entry point: reads the line, starts the desk, the demo or a command, answers for the rest.

The only module that knows all layers. Without a command nothing is imported but what the desk
needs for its first frame.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hallclient import __version__, check_layout
from hallclient.cli.options import Options, Usage, split
from hallclient.cli.output import Choices, Out, tolerant
from hallclient.texts import has, set_language, t

DONE = 0
REFUSED = 1
USAGE = 2
TROUBLE = 3
INTERRUPTED = 130
NOBODY_READS = 141


def main(argv: list[str] | None = None) -> int:
    """Run one command line; the exit code (0 done, 1 refused, 2 usage, 3 trouble)."""
    check_layout()
    line = sys.argv[1:] if argv is None else argv
    tolerant("--json" in line)
    out = Out("--json" in line)
    try:
        code = _answer(line, out)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has gone. What was done is done; only the rest of the answer is lost.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    return code


def _answer(line: list[str], out: Out) -> int:
    from db.errors import StoreError
    from hallclient.rules.errors import Refused

    try:
        return _run(line)
    except Usage as usage:
        return _misused(usage, out)
    except Refused as refused:
        from hallclient.words import refused_text

        choices = refused.choices if isinstance(refused, Choices) else ()
        out.fail(refused.code, refused_text(refused), refused.field, choices)
        return REFUSED
    except StoreError as error:
        from hallclient.words import store_text

        out.fail(error.code, store_text(error))
        return TROUBLE
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except SystemExit as wanted:
        return wanted.code if isinstance(wanted.code, int) else DONE
    except Exception as error:  # the last resort: never a traceback with somebody's data
        from hallclient.crash import record

        reference, path = record(error)
        where = t("cli.crash.nowhere") if path is None else str(path)
        out.fail("crash", t("cli.crash", reference=reference, path=where))
        return TROUBLE


def _misused(usage: Usage, out: Out) -> int:
    message = t(usage.message, **usage.params) if has(usage.message) else usage.message
    if usage.usage:
        out.aside(usage.usage.rstrip())
    out.fail("usage", f"hallclient: {message}")
    return USAGE


def _run(line: list[str]) -> int:
    options, words = split(line, os.environ)
    set_language(options.lang)
    if options.version:
        print(f"hallclient {__version__}")
        return DONE
    if not words:
        return _desk(options)
    from hallclient.cli.app import App
    from hallclient.cli.parser import parse

    args = parse(words)
    app = App(options, _show)
    try:
        run: Callable[[object, App], int] = args.run
        return run(args, app)
    finally:
        app.close()


def _desk(options: Options) -> int:
    from hallclient.cli.app import App, need_store

    need_store(options.store)
    from hallclient.rules.text import narrow

    passphrase = App(options, _show).passphrase()
    return _show(
        options.store,
        operator=narrow(options.operator).lower(),
        window=narrow(options.window),
        passphrase=passphrase,
    )


def _show(path: Path, *, screen: str = "desk", **how: Any) -> int:
    """The screens on this terminal. Commands get this as ``app.show`` and import no screen.

    ``screen``: ``desk``, or one of the programs beside it: ``board``, ``kiosk``.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Usage("cli.usage.terminal")
    import gc

    # Nothing that is loaded until the first frame becomes garbage; looking for it takes 15 ms.
    gc.disable()
    if screen == "board":
        from screens import board_app

        return board_app.run(path, **how)
    if screen == "kiosk":
        from screens import kiosk_app

        return kiosk_app.run(path, **how)
    from screens.app import run

    return run(path, **how)
