"""The desk on a given store, with the clerk signed in."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.fill import CLERK
from screens.app import run

if __name__ == "__main__":
    raise SystemExit(run(Path(sys.argv[1]), who=CLERK))
