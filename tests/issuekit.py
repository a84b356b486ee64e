"""A hall that issues much: small kinds of certificates, many cases about to be granted."""

from __future__ import annotations

from collections.abc import Sequence

from db.log import Change
from db.store import Row, Store
from hallclient.actions import case_materials, case_moves, certificate_kinds, code_segments, sheets
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.case_rows import OF, stream
from hallclient.actions.case_title import ORGANISATION, Applicant
from hallclient.actions.cases import open_case
from hallclient.actions.editions import checklist_in
from hallclient.rules.certificate.spec import (
    SERIAL,
    USCC,
    Box,
    CertificateKind,
    CopySpec,
    FaceField,
    Kinds,
    Scheme,
    Stock,
)
from tests.hallkit import ADMINISTRATOR, SUPERVISOR, clerk

LETTER = "鄂码〔2026〕7号"
ITEM = "food"
STOCK = "sheet"
_BOXES = (Box("code", 20, 40, 100, 8), Box("bars", 20, 50, 60, 9), Box("own", 20, 70, 24, 24))
_COPIED = ("case_file", "material", "clock")


def edition(kinds: int) -> Kinds:
    """Granting one case yields so many certificates, by turns of a credit code and of a number."""
    copy = CopySpec("original", "正本", "Original", "permit.typ", STOCK, 210, 297, boxes=_BOXES)
    made = tuple(
        CertificateKind(
            f"k{n}", f"许可证{n}", f"Permit {n}", (ITEM,), ("u", "s")[n % 2], "某局", "An office",
            fields=(FaceField("name", "名称", "Name", "applicant:name"),), copies=(copy,),
        )
        for n in range(kinds)
    )  # fmt: skip
    schemes = (
        Scheme("u", "信用代码", "Credit code", USCC, "91", "420100"),
        Scheme("s", "许可证编号", "Number", SERIAL, "XK420100{year}", digits=6),
    )
    stocks = (Stock(STOCK, "空白证照", "Blank sheet", 210, 297, "A4", "ZB"),)
    files = certificate_kinds.shipped().files
    return Kinds("2099-01.1", schemes, stocks, made, files)


def publish(store: Store, kinds: int) -> None:
    certificate_kinds.publish(store, ADMINISTRATOR, edition(kinds))


def segment(store: Store, scheme: str, first: int, last: int, windows: Sequence[str] = ()) -> None:
    """Bodies QQ000001 and on, or numbers from 1 on; for all windows, or only these."""
    ends = (f"QQ{first:06d}", f"QQ{last:06d}") if scheme == "u" else (str(first), str(last))
    code_segments.load(store, SUPERVISOR, scheme, *ends, LETTER, chars="10", windows=windows)


def blanks(store: Store, window: str, first: int, last: int) -> None:
    sheets.receive(store, SUPERVISOR, STOCK, str(first), str(last), LETTER, window)


def granting(
    store: Store, windows: Sequence[int], count: int, lot: int = 1
) -> dict[str, list[str]]:
    """So many accepted cases for the clerk of each window, who has only to grant them; their ids.
    A lot of cases, one after the other, is of one applicant.

    One case goes the whole way; the others are copies of its rows under keys of their own, each
    in its own stream of the log.
    """
    whose = Applicant(ORGANISATION, "武汉大吉科技有限公司")
    first = clerk(windows[0])
    row = open_case(store, first, checklist=ITEM, applicant=whose)
    for one in checklist_in(store, row["checklist"]).conditions:
        case_materials.answer(store, first, row["id"], one.id, False)
    case_materials.mark_rest(store, first, row["id"], "passed")
    case_moves.move(store, first, row["id"], "receive")
    case_moves.move(store, first, row["id"], "accept")
    like = {
        table: store.rows(f"SELECT * FROM {table} WHERE {OF} OR id = ?1", row["id"])
        for table in _COPIED
    }
    with acting(store, SUPERVISOR, "case.open") as tx:
        return {
            clerk(window).window: [
                _copied(tx, like, clerk(window), n, f"第{window}-{n // lot}号餐饮店")
                for n in range(count)
            ]
            for window in windows
        }


def _copied(tx: Action, like: dict[str, list[Row]], who: Actor, n: int, name: str) -> str:
    """A case with the rows of another, held by who is to grant it; its id."""
    old, key = like["case_file"][0]["id"], tx.store.env.new_id()
    number = f"{tx.day.replace('-', '')}-{who.window}-9{n:05d}"
    own = {
        "number": number,
        "title": name,
        "find": number,
        "opened_by": who.operator,
        "holder": who.operator,
        "holder_window": who.window,
        "sealed": tx.seal(key, {"name": name}),
    }
    changes: list[Change] = []
    for table, rows in like.items():
        for row in rows:
            made = {
                name: value for name, value in row.items() if name != "id" and value is not None
            }
            made |= own if table == "case_file" else {"case_file": key}
            changes.append((table, row["id"].replace(old, key), None, made))
    tx.append("case.opened", key, changes, stream=stream(key))
    return key
