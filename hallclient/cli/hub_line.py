"""The administrator's line to the hub's database: an option, or where nobody else reads it."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    from hallclient.hub.install import Db

HUB_FROM: Final = "HALLCLIENT_HUB"


def way_of(args: Namespace) -> dict[str, Any]:
    """What ``--hub`` or the environment says. Raises `Refused` ``hub-missing``, ``hub-dsn``."""
    from hallclient.hub import install

    line = args.hub or os.environ.get(HUB_FROM, "")
    if not line:
        raise Refused("hub-missing", field="hub")
    return install.way_of(line)


def hub_of(args: Namespace) -> AbstractContextManager[Db]:
    """One transaction of the administrator's. Raises as `hallclient.hub.install.administer`."""
    from hallclient.hub.install import administer

    return administer(way_of(args))
