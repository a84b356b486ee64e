"""What may be said of each thing when a booking is confirmed at the window (现场确认)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from hallclient.rules.errors import Refused
from hallclient.rules.text import clean

SAME: Final = "same"
DIFFERS: Final = "differs"
MISSING: Final = "missing"
EXTRA: Final = "extra"
MARKS: Final = (SAME, DIFFERS, MISSING, EXTRA)
PERSON: Final = "person"
MATERIAL: Final = "material"
LONGEST: Final = 200
"""Characters of a note or of a name."""
MOST_EXTRA: Final = 50


class Mark(NamedTuple):
    """One thing that was looked at. ``extra``: it was not sent; its key is given here."""

    key: str
    mark: str
    note: str = ""
    name: str = ""
    """Of what is extra; else it is known."""


def checked(marks: Sequence[Mark], sent: Mapping[str, str]) -> list[Mark]:
    """The marks with their names, in the order of ``sent`` (key -> name), then what is extra.

    Everything that was sent is to be marked, and what differs needs a note that says how. Raises
    ``no-such-mark``, ``no-such-row``, ``marked-twice``, ``not-marked`` with how many,
    ``note-needed`` with the name, ``name-needed``, ``note-long``.
    """
    found: dict[str, Mark] = {}
    extra: list[Mark] = []
    for one in marks:
        mark = one._replace(note=clean(one.note).strip(), name=clean(one.name).strip())
        if max(len(mark.note), len(mark.name)) > LONGEST:
            raise Refused("note-long", field="note", most=LONGEST)
        if mark.mark not in MARKS:
            raise Refused("no-such-mark", field="mark", mark=mark.mark)
        if mark.mark == EXTRA:
            if not mark.name:
                raise Refused("name-needed", field="extra")
            extra.append(mark)
            continue
        if mark.key not in sent:
            raise Refused("no-such-row", field="name", name=mark.name or mark.key)
        if mark.key in found:
            raise Refused("marked-twice", field="name", name=sent[mark.key])
        if mark.mark == DIFFERS and not mark.note:
            raise Refused("note-needed", field="note", name=sent[mark.key])
        found[mark.key] = mark._replace(name=sent[mark.key])
    left = len(sent) - len(found)
    if left:
        raise Refused("not-marked", field="mark", count=left)
    if len(extra) > MOST_EXTRA:
        raise Refused("note-long", field="extra", most=MOST_EXTRA)
    numbered = [one._replace(key=f"x{place}") for place, one in enumerate(extra)]
    return [found[key] for key in sent] + numbered
