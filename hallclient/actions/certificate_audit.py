"""The books of certificates agree: every body of a code accounted for, no code and no sheet twice.

Part of ``hallclient verify``: what the log says is one thing, whether it adds up another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from db.store import Row, Store
from hallclient.actions.certificate_kinds import kinds_in
from hallclient.actions.code_segments import range_of
from hallclient.actions.codes import ASSIGNED
from hallclient.actions.sheets import BOUND, USED
from hallclient.rules.certificate import schemes, segments
from hallclient.rules.certificate.spec import USCC, Scheme
from hallclient.rules.certificate.states import HANDED, PRINTED, PRINTING


class Finding(NamedTuple):
    """Something that does not add up: a code of ``certificate.finding.<code>``, and of what."""

    code: str
    subject: str


def audit(store: Store) -> list[Finding]:
    """Everything that does not add up; it changes nothing and reads nobody's data."""
    return [*_blocks(store), *_codes(store), *_certificates(store), *_sheets(store)]


def _blocks(store: Store) -> Iterator[Finding]:
    """Leases lie side by side in their segment; each used body is a row of ``code``."""
    rows = store.rows("SELECT * FROM code_segment")
    blocks = store.rows("SELECT * FROM code_block ORDER BY segment, start")
    spent = {
        row["block"]: row["n"]
        for row in store.rows("SELECT block, count(*) AS n FROM code GROUP BY block")
    }
    for segment in rows:
        following = 0
        for block in (one for one in blocks if one["segment"] == segment["id"]):
            if block["start"] != following:
                yield Finding("lease-apart", block["id"])
            following = block["start"] + block["size"]
            if spent.get(block["id"], 0) != block["used"] or block["used"] > block["size"]:
                yield Finding("bodies-lost", block["id"])
        if following != segment["next"] or segment["next"] > segment["size"]:
            yield Finding("lease-lost", segment["id"])


def _codes(store: Store) -> Iterator[Finding]:
    """Each code is made of its own body, and each that is assigned stands on one certificate."""
    joined = store.rows(
        "SELECT code.id, code.state, code.place, code.scheme, code.certificate, "
        "code_segment.first, code_segment.last, code_segment.chars, code_segment.year, "
        "certificate.code AS carried, certificate.edition "
        "FROM code JOIN code_block ON code_block.id = block "
        "JOIN code_segment ON code_segment.id = segment "
        "LEFT JOIN certificate ON certificate.id = certificate"
    )
    for row in joined:
        if not _made_of(store, row):
            yield Finding("code-wrong", row["id"])
        if row["state"] == ASSIGNED and row["carried"] != row["id"]:
            yield Finding("code-adrift", row["id"])
    for row in store.rows(
        "SELECT DISTINCT code.id FROM code JOIN certificate ON certificate.code = code.id "
        "WHERE code.state = 'void' AND certificate.ended_at IS NULL AND certificate.sealed_at > 0"
    ):
        yield Finding("code-void", row["id"])


def _made_of(store: Store, row: Row) -> bool:
    """Whether a code is the one that its place in the segment makes."""
    code, wanted = row["id"], range_of(row)
    if not 0 <= row["place"] < segments.size(wanted):
        return False
    body = segments.body(wanted, row["place"])
    if row["edition"] is None:
        # It was void unused, and nobody knows by which edition: the body stands in it.
        return body in code or (body.isdecimal() and body.lstrip("0") in code)
    scheme = kinds_in(store, row["edition"]).scheme.get(row["scheme"])
    return scheme is not None and code == _code_of(scheme, body, row["year"])


def _code_of(scheme: Scheme, body: str, year: int | None) -> str:
    if scheme.form == USCC:
        return schemes.code_of(scheme, body=body)
    return schemes.code_of(scheme, serial=int(body), day=f"{year}-01-01")


def _certificates(store: Store) -> Iterator[Finding]:
    """A new code on a certificate was given here, and to it alone."""
    given = {row["id"]: row["certificate"] for row in store.rows("SELECT * FROM code")}
    seen: Counter[str] = Counter()
    for row in store.rows("SELECT * FROM certificate WHERE code IS NOT NULL"):
        if row["reason"] != "new" or row["replaces"] is not None:
            continue
        kinds = kinds_in(store, row["edition"])
        if kinds.kind[row["kind"]].way == "keep":
            continue
        seen[row["code"]] += 1
        if given.get(row["code"]) != row["id"]:
            yield Finding("code-unknown", row["code"])
        scheme = kinds.scheme[row["scheme"]]
        if scheme.form == USCC and not schemes.well_formed(scheme, row["code"]):
            yield Finding("code-wrong", row["code"])
    yield from (Finding("code-twice", code) for code, count in seen.items() if count > 1)


def _sheets(store: Store) -> Iterator[Finding]:
    """A sheet that carries a copy is that copy's, and the other way round."""
    sheets = {row["id"]: row for row in store.rows("SELECT * FROM sheet")}
    on = (PRINTING, PRINTED, HANDED)
    copies = store.rows("SELECT * FROM certificate_copy WHERE sheet IS NOT NULL")
    carried: Counter[str] = Counter()
    for copy in copies:
        carried[copy["sheet"]] += 1
        sheet = sheets.get(copy["sheet"])
        if sheet is None or sheet["copy"] != copy["id"]:
            yield Finding("sheet-adrift", copy["sheet"])
        elif copy["state"] in on and sheet["state"] not in (BOUND, USED):
            yield Finding("sheet-state", copy["sheet"])
    yield from (Finding("sheet-twice", sheet) for sheet, count in carried.items() if count > 1)
    for sheet in sheets.values():
        if sheet["copy"] is not None and sheet["id"] not in carried:
            yield Finding("sheet-adrift", sheet["id"])
    yield from _outside(store, list(sheets.values()))


def _outside(store: Store, sheets: list[Row]) -> Iterator[Finding]:
    """Every sheet that was used came in with a delivery."""
    ranges = store.rows("SELECT * FROM sheet_range")
    for sheet in sheets:
        if not any(
            one["stock"] == sheet["stock"] and one["first"] <= sheet["serial"] <= one["last"]
            for one in ranges
        ):
            yield Finding("sheet-unknown", sheet["id"])
