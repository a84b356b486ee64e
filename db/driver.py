"""The one place that chooses the SQLite build.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL file that several processes share; Python's own
module often carries such a version. ``sqlcipher3`` brings a newer one, with encryption at rest.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        import sqlcipher3.dbapi2 as sqlite
    except ImportError:  # a platform without a wheel: the version check in `store` decides
        import sqlite3 as sqlite

# sqlite-utils catches `sqlite3.Error` unless it finds the driver under this name.
if sqlite.__name__.startswith("sqlcipher3"):
    sys.modules.setdefault("pysqlite3", sys.modules["sqlcipher3"])
    sys.modules.setdefault("pysqlite3.dbapi2", sqlite)

CIPHER: bool = sqlite.__name__.startswith("sqlcipher3")
SHARED_SAFE = (3, 51, 3)
"""First SQLite without the WAL-reset race (https://sqlite.org/wal.html)."""

__all__ = ["CIPHER", "SHARED_SAFE", "sqlite"]
