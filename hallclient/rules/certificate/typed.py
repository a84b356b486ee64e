"""What a clerk types into a field of a face: a day in any usual way, money in yuan."""

from __future__ import annotations

from hallclient.rules.certificate.spec import CAPITALS, DAY, FaceField
from hallclient.rules.form.spec import Field, Type
from hallclient.rules.form.values import canonical, read

_DAY = Field("day", "", "", "", Type.DATE)
_YUAN = Field("yuan", "", "", "", Type.MONEY, unit="yuan")


def kept(field: FaceField, typed: str) -> str:
    """The text as a certificate keeps it: an ISO day, fen.

    What is no day or no amount stays as it was typed; whoever keeps it refuses it.
    """
    if field.type == DAY:
        return canonical(_DAY, typed)
    if field.type == CAPITALS:
        said = canonical(_YUAN, typed)
        fen = read(_YUAN, said)
        return str(fen) if isinstance(fen, int) and fen >= 0 else said
    return typed
