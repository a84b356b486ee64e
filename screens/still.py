"""What is large and stays: each time the collector looked at it would be a late frame."""

from __future__ import annotations

import gc


def keep() -> None:
    """Let go what has gone, and look no more at what is there now. A tenth of a second for much."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def release() -> None:
    """What was kept may go: whoever showed it is gone."""
    gc.unfreeze()
