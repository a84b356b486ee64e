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


def data_dir() -> Path:
    """The folder where the store lies unless another is named; it may not exist."""
    own = os.environ.get("HALLCLIENT_DATA")
    if own:
        return Path(own)
    if sys.platform == "win32":
        return _local_app_data() / "hallclient"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "hallclient"


def state_dir() -> Path:
    """The folder of what the program notes for itself (crash logs); it may not exist."""
    own = os.environ.get("HALLCLIENT_STATE")
    if own:
        return Path(own)
    if sys.platform == "win32":
        return _local_app_data() / "hallclient" / "state"
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "hallclient"


def default_store() -> Path:
    """The store when neither ``--store`` nor ``HALLCLIENT_STORE`` names one."""
    return data_dir() / "hall.db"


def _local_app_data() -> Path:
    return Path(os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local"))
