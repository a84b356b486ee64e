"""The lines of the screen of codes and blank sheets. Nothing here decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from textual.content import Content

from db.store import Row as Record
from hallclient.actions.code_segments import Pool, Segment
from hallclient.actions.sheets import Held
from hallclient.certificate_words import holder_word
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.sheets import Count, serial_text
from hallclient.rules.certificate.spec import Kinds, Scheme
from hallclient.rules.text import plain
from hallclient.texts import language, t
from hallclient.words import clock, local
from screens.desk_text import MUTED, STRONG
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row

CODES, SHEETS, COUNTS = "codes", "sheets", "counts"
HEAD, POOL, SEGMENT, BLOCK, HELD = "head", "pool", "segment", "block", "held"
_NAME, _KIND, _RANGE, _PLACE, _SERIAL = 26, 18, 19, 6, 12
_EVER: Final = "closed_at"


def tabs(every: Sequence[str], shown: str) -> Content:
    """Their names, the shown one in brackets: no colour is needed to see which."""
    parts: list[Part] = []
    for one in every:
        name = t(f"stock.tab.{one}")
        parts.append((f"[{name}]", STRONG) if one == shown else (f" {name} ", MUTED))
    return line(*parts)


def columns(tab: str) -> list[Column]:
    """Of each tab."""
    if tab == CODES:
        return [
            Column(t("stock.col-what"), _NAME),
            Column(t("stock.col-range"), _RANGE),
            Column(t("stock.col-says"), 20, flex=1),
        ]
    if tab == SHEETS:
        return [
            Column(t("stock.col-what"), _KIND),
            Column(t("stock.col-holder"), _PLACE),
            Column(t("stock.col-left"), 5, align="right"),
            Column(t("stock.col-next"), _SERIAL),
            Column(t("stock.col-today"), 20, flex=1),
        ]
    return [
        Column(t("stock.col-holder"), _PLACE),
        Column(t("stock.col-what"), _KIND),
        Column(t("stock.col-count"), 20, flex=1),
        Column(t("stock.col-by"), 10, drop=1),
    ]


def nothing(tab: str) -> str:
    """What an empty tab says."""
    return t("stock.nothing-counted" if tab == COUNTS else "stock.nothing")


def in_full(row: Row) -> Content:
    """The chosen line: what does not fit its column."""
    if row.key.startswith(HEAD):
        return Content("")
    return line(*(cell.strip() for cell in row.cells if cell.strip()), gap="  ")


# -- codes


def code_rows(
    pools: Sequence[Pool], segments: Sequence[Segment], blocks: Sequence[Record], kinds: Kinds
) -> list[Row]:
    """What this window has of each scheme, then the segments, then the blocks of windows."""
    rows = [Row(f"{HEAD}:pools", (t("stock.head.pools"), "", ""), "own")]
    for pool in pools:
        name = named(pool.scheme, language())
        rows.append(Row(f"{POOL}:{pool.scheme.id}", (name, "", _pool(pool)), _light(pool)))
    rows.append(Row(f"{HEAD}:segments", (t("stock.head.segments"), "", ""), "own"))
    for one in segments:
        row = one.row
        cells = (_scheme_name(kinds, row["scheme"]), _range(row), segment_text(one))
        rows.append(Row(f"{SEGMENT}:{row['id']}", cells, "dim" if row[_EVER] else ""))
    rows.append(Row(f"{HEAD}:blocks", (t("stock.head.blocks"), "", ""), "own"))
    for block in blocks:
        told = t(
            "stock.block",
            window=plain(block["window"]),
            left=block["size"] - block["used"],
            used=block["used"],
        )
        cells = (_scheme_name(kinds, block["scheme"]), "", told)
        rows.append(Row(f"{BLOCK}:{block['id']}", cells))
    return rows


def _pool(pool: Pool) -> str:
    told = t("stock.pool", leased=pool.leased, left=pool.left)
    return f"{t(f'stock.{_word(pool)}')} · {told}"


def _word(pool: Pool) -> str:
    if not pool.leased + pool.left:
        return "empty"
    return "low" if pool.low else "enough"


def _light(pool: Pool) -> str:
    return {"empty": "alert", "low": "warn", "enough": "good"}[_word(pool)]


def _scheme_name(kinds: Kinds, scheme: str) -> str:
    found = kinds.scheme.get(scheme)
    return named(found, language()) if found is not None else plain(scheme)


def _range(row: Record) -> str:
    return t("stock.range", first=plain(row["first"]), last=plain(row["last"]))


def segment_text(one: Segment) -> str:
    """What became of a segment's bodies, for whom they are, where they came from."""
    row = one.row
    told = [t("stock.segment", left=row["size"] - one.leased, used=one.used, void=one.void)]
    if row["year"]:
        told.append(t("stock.year", year=row["year"]))
    if row["windows"]:
        windows = t("stock.comma").join(json.loads(row["windows"]))
        told.append(t("stock.only", windows=plain(windows)))
    if row[_EVER]:
        told.append(t("stock.closed", why=plain(row["reason"] or "")))
    day = f"{local(row['at']):%Y-%m-%d}"
    told.append(t("stock.from", source=plain(row["source"]), day=day, by=plain(row["by"])))
    return " · ".join(told)


def scheme_label(scheme: Scheme) -> str:
    """A scheme as a choice."""
    return named(scheme, language())


# -- sheets


def held_key(one: Held) -> str:
    """A stock at a holder."""
    return f"{one.stock.id}:{one.window}"


def sheet_rows(held: Sequence[Held], today: Sequence[Count], counts: Sequence[Record]) -> list[Row]:
    """What each holder has of each stock, and what it did today."""
    counted = {(one["stock"], one["window"]): one for one in counts}
    rows = []
    for one, day in zip(held, today, strict=True):
        done = counted.get((one.stock.id, one.window))
        told = count_text(done) if done is not None else _day(day, one.left)
        style = "" if one.left else "warn"
        cells = (
            named(one.stock, language()),
            holder_word(one.window),
            str(one.left),
            one.next or "-",
            " · ".join(part for part in (told, _ranges(one)) if part),
        )
        rows.append(Row(f"{HELD}:{held_key(one)}", cells, style))
    return rows


def _day(day: Count, left: int) -> str:
    if not (day.received or day.given or day.used or day.spoiled):
        return "" if left else t("stock.no-sheets")
    return t("stock.today", **day._asdict(), left=left)


def _ranges(one: Held) -> str:
    texts = [
        t("stock.range", first=serial_text(one.stock, span.first), last=_short(one, span.last))
        for span in one.ranges
    ]
    return t("stock.comma").join(texts)


def _short(one: Held, serial: int) -> str:
    return f"{serial:0{one.stock.digits}d}"


def count_rows(counts: Sequence[Record], kinds: Kinds) -> list[Row]:
    """What was counted today, the newest first."""
    rows = []
    for one in counts:
        stock = kinds.stock.get(one["stock"])
        name = named(stock, language()) if stock is not None else plain(one["stock"])
        by = t("stock.counted-by", at=clock(one["at"]), by=plain(one["by"]))
        style = "good" if one["counted"] == one["expected"] else "alert"
        cells = (holder_word(one["window"]), name, count_text(one), by)
        rows.append(Row(f"count:{one['id']}", cells, style))
    return rows


def count_text(one: Record) -> str:
    """One count: as the book has it, or by how much it is not."""
    values = {
        name: one[name] for name in ("received", "given", "used", "spoiled", "expected", "counted")
    }
    difference = one["counted"] - one["expected"]
    if difference:
        note = plain(one["note"] or "")
        return t("stock.count-differs", **values, difference=f"{difference:+d}", note=note)
    return t("stock.count-given" if one["given"] else "stock.count", **values)
