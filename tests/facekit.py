"""An edition of certificates for tests of their faces: a business licence and a food permit.

`ORIGINAL` and `DUPLICATE` are the boxes of the stock of 2019: millimetres from the sheet's upper
left corner, sizes of the code as SAIC's notice of 2015 says (16 and 12 points).
"""

from __future__ import annotations

from functools import cache

from hallclient.paths import FIXTURES
from hallclient.rules.certificate.spec import (
    CAPITALS,
    DAY,
    FOOD,
    LONG,
    USCC,
    Box,
    CertificateKind,
    CopySpec,
    FaceField,
    Kinds,
    Scheme,
    Stock,
)

# field, left, top, wide, high, size, align
ORIGINAL = (
    Box("code", 38, 62, 75, 7, 16),
    Box("bars", 38, 71, 63, 9),
    Box("qr", 350, 48, 30, 30),
    Box("name", 92, 118, 118, 12, 16),
    Box("type", 92, 134, 118, 12, 16),
    Box("legal_rep", 92, 150, 118, 12, 16),
    Box("scope", 92, 166, 118, 72, 14),
    Box("reg_cap", 264, 118, 118, 12, 16),
    Box("est_date", 264, 134, 118, 12, 16),
    Box("term", 264, 150, 118, 12, 16),
    Box("address", 264, 166, 118, 24, 16),
    Box("authority", 262, 222, 90, 9, 16, "center"),
    Box("date", 262, 235, 90, 9, 16, "center"),
    Box("own", 38, 248, 24, 24),
)
DUPLICATE = (
    Box("code", 27, 44, 62, 6, 12),
    Box("bars", 27, 51.5, 56, 8),
    Box("qr", 247, 33, 24, 24),
    Box("copy", 160, 56, 26, 7, 12),
    Box("name", 62, 84, 88, 9, 12),
    Box("type", 62, 95, 88, 9, 12),
    Box("legal_rep", 62, 106, 88, 9, 12),
    Box("scope", 62, 117, 88, 52, 11),
    Box("reg_cap", 186, 84, 86, 9, 12),
    Box("est_date", 186, 95, 86, 9, 12),
    Box("term", 186, 106, 86, 9, 12),
    Box("address", 186, 117, 86, 18, 12),
    Box("authority", 184, 152, 66, 7, 12, "center"),
    Box("date", 184, 161, 66, 7, 12, "center"),
    Box("own", 27, 174, 22, 22),
)
