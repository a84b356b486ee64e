"""An extract as a file, for a department that has no line to the hall."""

from __future__ import annotations

from pathlib import Path

from db.files import whole
from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.filing_extracts import Extract, content
from hallclient.actions.filing_log import stream
from hallclient.rules.errors import Refused


def save(
    store: Store,
    who: Actor,
    extract: Extract,
    target: Path,
    *,
    difference: bool = False,
    replace: bool = False,
) -> int:
    """Write a frozen extract (or only what it corrects) to a file of our own; how many bytes.

    The bytes are those of its digest. It holds personal data in clear, so that it was written is
    an event of the filing's. Raises ``extract-gone`` (the filing's key was destroyed, or there is
    nothing before it to differ from); StoreError as `db.files.whole`.
    """
    with whole(target, replace=replace) as temp, acting(store, who, "personal.view") as tx:
        told = content(store, extract)
        data = (told.difference if difference else told.payload).encode()
        if not data:
            raise Refused("extract-gone", field="department", n=extract.n)
        tx.append("personal.viewed", extract.filing, [], stream=stream(extract.filing))
        temp.write_bytes(data)
    return len(data)
