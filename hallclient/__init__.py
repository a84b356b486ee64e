"""The hall client: use cases and rules between the screens and the store.

Importing this package is nearly free and comes before every other import of the program.
"""

import os
import sys
from importlib.util import find_spec

__version__ = "0.1.0"

# Textual reads this when it is imported. With its keyboard protocol on, a Chinese input method
# that commits several characters at once arrives as garbage.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEIGHBOURS = ("db", "screens", "fixtures")


def misplaced() -> dict[str, str]:
    """Which neighbours of this package Python would take from elsewhere, and from where.

    The names are generic: a folder `db/` in the current directory or on PYTHONPATH would be
    imported in place of ours. An empty value means that there is none at all.
    """
    wrong = {}
    for name in NEIGHBOURS:
        spec = find_spec(name)
        found = list(spec.submodule_search_locations or [spec.origin or ""]) if spec else [""]
        wanted = os.path.realpath(os.path.join(ROOT, name))
        if [os.path.realpath(place) for place in found if place] != [wanted]:
            wrong[name] = found[0]
    return wrong


def check_layout() -> None:
    """End the program with exit code 3 when `db`, `screens` or `fixtures` are not our own.

    In English only: the texts are in one of the folders that may be missing.
    """
    wrong = misplaced()
    if not wrong:
        return
    lines = [f"hallclient: the program is installed in {ROOT}, but"]
    for name, place in wrong.items():
        lines.append(f"  {name}/ would come from {place}" if place else f"  {name}/ is missing")
    lines.append(
        "Start it with the `hallclient` command of its own environment, or with "
        "`python -P -m hallclient`, and without PYTHONPATH; if a folder is missing, install again."
    )
    sys.stderr.write("\n".join(lines) + "\n")
    raise SystemExit(3)
