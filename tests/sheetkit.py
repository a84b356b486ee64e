"""A small form with people and holders, and tables of holders, for tests of importing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count

from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import Field, Form, Level, Option, Rule, Section, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.table.sheet import Line, Sheet

TODAY = date(2026, 9, 22)


def resident(number: int) -> str:
    """A valid identity number, another for each number."""
    body = f"4201061980{1 + number // 28 % 12:02d}{1 + number % 28:02d}{number // 336 % 1000:03d}"
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


PEOPLE = Section(
    "person",
    "人员",
    "People",
    (
        Field("p_name", "person", "姓名或名称", "Name", Type.TEXT, required="true", personal=True),
        Field("p_id_kind", "person", "证件类型", "Document", Type.CHOICE, choices="id_kind",
              default="resident_id"),
        Field("p_id", "person", "证件号码", "Number", Type.ID, required="true",
              kind_from="p_id_kind", personal=True),
        Field("p_mobile", "person", "移动电话", "Mobile", Type.MOBILE, personal=True),
    ),
    repeat=True,
    label="p_name",
)  # fmt: skip

HOLDERS = Section(
    "holder",
    "股东",
    "Holders",
    (
        Field("h_person", "holder", "股东", "Holder", Type.PERSON, required="true"),
        Field("h_name", "holder", "姓名或名称", "Name", Type.TEXT, via="h_person", of="p_name"),
        Field("h_id_kind", "holder", "证件类型", "Document", Type.CHOICE, choices="id_kind",
              via="h_person", of="p_id_kind"),
        Field("h_id", "holder", "证件号码", "Number", Type.ID, via="h_person", of="p_id",
              kind_from="h_id_kind"),
        Field("h_mobile", "holder", "移动电话", "Mobile", Type.MOBILE, via="h_person",
              of="p_mobile"),
        Field("h_sub", "holder", "认缴出资额(万元)", "Subscribed (10k yuan)", Type.MONEY,
              required="true"),
        Field("h_paid", "holder", "实缴出资额(万元)", "Paid in (10k yuan)", Type.MONEY),
        Field("h_due", "holder", "出资期限", "Due", Type.DATE),
        Field("h_way", "holder", "出资方式", "Form of contribution", Type.CHOICE, choices="way"),
        Field("h_ratio", "holder", "出资比例(%)", "Share (%)", Type.RATIO,
              calculation="h_sub / reg_cap * 100"),
    ),
    repeat=True,
    label="h_name",
)  # fmt: skip

FORM = Form(
    "small",
    "1",
    "小表",
    "Small form",
    (
        Section("capital", "资本", "Capital", (
            Field("reg_cap", "capital", "注册资本(万元)", "Capital", Type.MONEY),
        )),
        PEOPLE,
        HOLDERS,
        Section("staff", "职工", "Staff", (
            Field("s_name", "staff", "姓名", "Name", Type.TEXT, required="true"),
            Field("s_id", "staff", "身份证号码", "Identity number", Type.ID, required="true"),
            Field("s_mobile", "staff", "手机号码", "Mobile", Type.MOBILE),
            Field("s_phone", "staff", "固定电话", "Landline", Type.PHONE),
            Field("s_since", "staff", "参保日期", "Insured since", Type.DATE),
            Field("s_wage", "staff", "月工资(元)", "Wage (yuan)", Type.MONEY, unit="yuan"),
            Field("s_rate", "staff", "缴存比例(%)", "Rate (%)", Type.RATIO),
        ), repeat=True, label="s_name"),
    ),
    rules=(
        Rule("holder-once", Level.BLOCK, "h_person", "not repeated(h_person)", "股东重复",
             "The same holder twice"),
        Rule("sum-of-capital", Level.BLOCK, "reg_cap", "sum(h_sub) == reg_cap",
             "认缴之和不等于注册资本", "Subscriptions do not add up to the capital"),
        Rule("within-capital", Level.BLOCK, "h_sub", "h_sub <= reg_cap", "认缴大于注册资本",
             "More subscribed than the capital"),
        Rule("paid-within", Level.BLOCK, "h_paid", "h_paid <= h_sub", "实缴大于认缴",
             "More paid than subscribed"),
    ),
    dictionaries={
        "id_kind": (
            Option("resident_id", "居民身份证", "Resident card", {"kind": "resident_id"}),
            Option("uscc", "营业执照", "Business licence", {"kind": "uscc"}),
        ),
        "way": (
            Option("money", "货币", "Money"),
            Option("goods", "实物", "Goods"),
        ),
    },
    roster="person",
)  # fmt: skip


def section(key: str = "holder") -> Section:
    """A section of the form."""
    return next(one for one in FORM.sections if one.id == key)


def sheet(*rows: Sequence[str], kind: str = "text") -> Sheet:
    """A table as it comes out of a file."""
    width = max(map(len, rows))
    lines = [
        Line(number, (*row, *[""] * (width - len(row))))
        for number, row in enumerate(rows, 1)
        if any(row)
    ]
    return Sheet(kind, "UTF-8", ",", "", (), tuple(lines))


def state() -> State:
    """The form, empty."""
    return State(compile_form(FORM), TODAY)


def ids() -> Iterator[str]:
    """Names for new rows."""
    return (f"r{number:05d}" for number in count(1))


HEADINGS = ("姓名或名称", "证件号码", "移动电话", "认缴出资额(万元)", "出资期限", "出资方式")


def holders(n: int) -> list[tuple[str, ...]]:
    """Rows under `HEADINGS`."""
    return [
        (
            f"王{chr(0x4E00 + number)}",
            resident(number),
            f"138{number:08d}",
            "10",
            "2030-12-31",
            "货币",
        )
        for number in range(n)
    ]
