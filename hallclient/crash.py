"""What happens when the program itself fails: one sentence for the person, a log for us.

A traceback with local variables would put an identity number on the terminal and into its
scroll-back; the log holds only where it happened and the kind of error.
"""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from hallclient.paths import state_dir


def record(error: BaseException) -> tuple[str, Path | None]:
    """Write the log; return (reference, path). The path is None when it cannot be written.

    The text of the error is left out: it may quote what a citizen typed.
    """
    now = datetime.now(UTC)
    # To the millisecond: what fails once often fails again in the same second.
    reference = f"{now:%m%d-%H%M%S}-{now.microsecond // 1000:03d}-{os.getpid() % 10_000:04d}"
    lines = [f"{now.isoformat()} {reference} {type(error).__module__}.{type(error).__name__}\n"]
    lines += [
        f"  {frame.filename}:{frame.lineno} {frame.name}\n"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    folder = state_dir()
    path = folder / f"crash-{reference}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return reference, None
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return reference, path
