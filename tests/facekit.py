"""An edition of certificates for tests of their faces: a business licence and a food permit.

`ORIGINAL` and `DUPLICATE` are the boxes of the stock of 2019: millimetres from the sheet's upper
left corner, sizes of the code as SAIC's notice of 2015 says (16 and 12 points).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hallclient.actions.certificate_typeset import Codes
from hallclient.paths import FIXTURES
from hallclient.rules.certificate.face import Made, face_of
from hallclient.rules.certificate.spec import (
    CAPITALS,
    DAY,
    FOOD,
    FULL,
    ISSUE,
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
OWN = f"HC1.E.AAAAAA.YYZZ.91420100QQ00000125.1.20260922.AAAAAAAAAAAAAAAA.{'A' * 103}"
"""As long as the text of a signed code is."""
LINK = "http://www.gsxt.gov.cn/index.html?uniscid={code}"
CODE = "91420100QQ00000125"
FOOD_CODE = "JY24201000000017"
AT = 1_790_038_800_000
"""Of the documents: 2026-09-22 09:00 in Wuhan."""

VALUES = {
    "name": "武汉光谷小馆餐饮有限公司",
    "type": "有限责任公司（自然人独资）",
    "legal_rep": "张三",
    "scope": "许可项目：餐饮服务；食品销售。（依法须经批准的项目，经相关部门批准后方可开展经营"
    "活动，具体经营项目以相关部门批准文件或许可证件为准）\n一般项目：餐饮管理；会议及展览服务；"
    "外卖递送服务；日用百货销售；企业管理咨询；信息技术咨询服务。（除依法须经批准的项目外，"
    "凭营业执照依法自主开展经营活动）",
    "reg_cap": "100000000",
    "est_date": "2026-11-22",
    "term": "长期",
    "address": "湖北省武汉市东湖新技术开发区关山大道1号光谷软件园A1栋3层301室",
}
FOOD_VALUES = {
    "holder": "武汉光谷小馆餐饮有限公司",
    "uscc": CODE,
    "legal_rep": "张三",
    "address": VALUES["address"],
    "site": "湖北省武汉市东湖新技术开发区关山大道1号光谷软件园A1栋1层101室",
    "category": "餐饮服务经营者",
    "scope": "热食类食品制售；冷食类食品制售；自制饮品制售",
    "until": "2031-09-21",
}

_LICENCE = CertificateKind(
    "licence", "营业执照", "Business licence", ("SP001",), "uscc",
    "武汉东湖新技术开发区市场监督管理局", "Market Regulation of the East Lake Zone",
    link=LINK,
    fields=(
        FaceField("name", "名称", "Name"),
        FaceField("type", "类型", "Type"),
        FaceField("legal_rep", "法定代表人", "Legal representative"),
        FaceField("scope", "经营范围", "Scope of business", type=LONG),
        FaceField("reg_cap", "注册资本", "Registered capital", type=CAPITALS),
        FaceField("est_date", "成立日期", "Established", type=DAY),
        FaceField("term", "营业期限", "Term", required=False),
        FaceField("address", "住所", "Domicile"),
    ),
    copies=(
        CopySpec("original", "正本", "Original", "licence-original.typ", "licence-a3", 420, 297,
                 boxes=ORIGINAL),
        CopySpec("duplicate", "副本", "Duplicate", "licence-duplicate.typ", "licence-a4",
                 most=9, numbered=True, boxes=DUPLICATE),
    ),
)  # fmt: skip
_FOOD = CertificateKind(
    "food", "食品经营许可证", "Food permit", ("SP082",), "food",
    "武汉东湖新技术开发区市场监督管理局", "Market Regulation of the East Lake Zone",
    fields=(
        FaceField("holder", "经营者名称", "Holder"),
        FaceField("uscc", "统一社会信用代码", "Credit code"),
        FaceField("legal_rep", "法定代表人（负责人）", "Legal representative"),
        FaceField("address", "住所", "Domicile"),
        FaceField("site", "经营场所", "Premises"),
        FaceField("category", "主体业态", "Kind of business"),
        FaceField("scope", "经营项目", "What is permitted", type=LONG),
        FaceField("until", "有效期至", "Valid until", type=DAY),
    ),
    copies=(CopySpec("original", "正本", "Original", "permit.typ", wide=210, high=297),),
)  # fmt: skip


@cache
def edition() -> Kinds:
    """Both kinds, with the templates that ship."""
    files = sorted((FIXTURES / "certificates").glob("*.typ"))
    return Kinds(
        "test",
        (Scheme("uscc", "", "", USCC, "91", "420100"), Scheme("food", "", "", FOOD, "2", "420100")),
        (
            Stock("licence-a3", "营业执照正本", "Licence, original", 420, 297),
            Stock("licence-a4", "营业执照副本", "Licence, duplicate", 297, 210),
        ),
        (_LICENCE, _FOOD),
        {path.name: path.read_text("utf-8") for path in files},
    )


def made(copy: str = "original", **given: Any) -> Made:
    """A copy of the licence, issued on plain paper; ``given`` says what is otherwise."""
    usual: dict[str, Any] = {
        "code": CODE, "values": VALUES, "no": 1, "of": 2, "day": "2026-09-22", "mode": ISSUE,
        "layout": FULL,
    }  # fmt: skip
    return Made(copy=copy, **(usual | given))


def face(copy: str = "original", **given: Any) -> dict[str, Any]:
    """The face of such a licence."""
    return face_of(edition(), "licence", made(copy, **given))


def permit(**given: Any) -> dict[str, Any]:
    """The face of a food permit."""
    return face_of(edition(), "food", made(**({"code": FOOD_CODE, "values": FOOD_VALUES} | given)))


def codes(code: str = CODE) -> Codes:
    """All three codes of a licence."""
    return Codes(code, LINK.format(code=code), OWN)
