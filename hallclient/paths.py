"""Where the files of the program lie."""

import os
import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
"""Data that ships with the program: beside this package in a checkout and in a wheel alike."""


def config_dir() -> Path:
    """The folder of the person's own settings (key bindings); it may not exist."""
    own = os.environ.get("HALLCLIENT_CONFIG")
    if own:
        return Path(own)
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or str(Path.home() / "AppData" / "Roaming")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "hallclient"
