"""One process that attaches files to a case, as tests start it.

``python -m tests.attach_process STORE CASE HOLD``: attaches file after file, each acknowledged on
standard output once it is durable. ``HOLD`` 1: it stops for good between the file and its event.
"""

import json
import os
import sys
from pathlib import Path

from db import sealed_files
from db.store import Store
from hallclient.actions import case_files
from tests.hallkit import clerk


def say(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def content(number: int) -> bytes:
    """A small picture, each another."""
    return b"\xff\xd8\xff" + str(number).encode() * 500


def hold() -> None:
    """Stop after a file was written, before anything tells of it."""
    written = sealed_files.write

    def write_and_stop(*args: object) -> str:
        name = written(*args)  # type: ignore[arg-type]
        say(written=name)
        sys.stdin.readline()
        return name

    sealed_files.write = write_and_stop  # type: ignore[assignment]


def main() -> None:
    path, case, held = sys.argv[1:]
    with Store.open(Path(path)) as store:
        say(ready=os.getpid())
        if held == "1":
            hold()
        for number in range(100_000):
            row = case_files.attach(store, clerk(1), case, 0, content(number), f"{number}.jpg")
            say(file=row["id"], sha256=row["sha256"])


if __name__ == "__main__":
    main()
