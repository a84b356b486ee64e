"""``hallclient code load | segments | pool | lease | list | void-next | close``: their bodies."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING

from db.store import Row
from hallclient.actions import certificate_kinds, code_segments, codes
from hallclient.actions.code_segments import Pool, Segment
from hallclient.cli import certificate_names, pick
from hallclient.cli.app import App
from hallclient.cli.parser import command, option
from hallclient.cli.shape import columns
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.segments import CHARS31, COUNTINGS
from hallclient.rules.text import clean
from hallclient.texts import language, t
from hallclient.words import iso, moment

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(own: Commands) -> None:
    """Add these commands to the group ``code``."""
    loaded = command(own, "code.load", _load)
    option(loaded, "scheme")
    option(loaded, "first", help=t("cli.option.segment-first"))
    option(loaded, "last", help=t("cli.option.segment-last"))
    option(loaded, "--source", default="", help=t("cli.option.segment-source"))
    option(loaded, "--counting", choices=COUNTINGS, default=CHARS31)
    option(loaded, "--only", action="append", default=[])
    option(loaded, "--year", type=int, default=0)
    command(own, "code.segments", _segments)
    command(own, "code.pool", _pool)
    option(command(own, "code.lease", _lease), "scheme")
    option(command(own, "code.list", _list), "--day", default="")
    voided = command(own, "code.void-next", _void_next)
    option(voided, "scheme")
    option(voided, "--reason", default="", help=t("cli.option.code-reason"))
    closed = command(own, "code.close", _close)
    option(closed, "segment")
    option(closed, "--reason", default="", help=t("cli.option.code-reason"))


def _load(args: Namespace, app: App) -> int:
    """Take a segment in; how many bodies could be leased before and can be now."""
    store, who = app.store(), app.actor()
    scheme = certificate_names.scheme(store, args.scheme)
    before = _unleased(app, scheme)
    row = code_segments.load(
        store,
        who,
        scheme,
        args.first,
        args.last,
        args.source,
        chars=args.counting,
        windows=[pick.window_id(store, one) for one in args.only],
        year=args.year,
    )
    after = _unleased(app, scheme)
    obj: dict[str, object] = {
        "segment": row["id"],
        "scheme": scheme,
        "first": row["first"],
        "last": row["last"],
        "size": row["size"],
        "before": before,
        "after": after,
    }
    said = t(
        "cli.code.loaded",
        scheme=_name(app, scheme),
        first=row["first"],
        last=row["last"],
        n=row["size"],
        before=before,
        after=after,
    )
    app.out.emit(obj, said)
    return 0


def _unleased(app: App, scheme: str) -> int:
    """Bodies of a scheme that nobody has leased."""
    rows = [one.row for one in code_segments.segments_of(app.store(), app.actor())]
    mine = [row for row in rows if row["scheme"] == scheme and row["closed_at"] is None]
    return sum(row["size"] - row["next"] for row in mine)


def _name(app: App, scheme: str) -> str:
    known = certificate_kinds.current(app.store()).scheme.get(scheme)
    return named(known, language()) if known else scheme


def _segments(_: Namespace, app: App) -> int:
    """Every segment with what became of its bodies, each with the blocks that are not used up."""
    store, who = app.store(), app.actor()
    found = code_segments.segments_of(store, who)
    blocks = code_segments.blocks_of(store, who)
    texts = columns([_segment_cells(app, one) for one in found])
    for one, text in zip(found, texts, strict=True):
        own = [row for row in blocks if row["segment"] == one.row["id"]]
        lines = [text, *(f"    {line}" for line in columns(_block_cells(own)))]
        app.out.emit(_segment_object(one, own), "\n".join(lines))
    if not found:
        app.out.note(t("cli.code.no-segments"))
    return 0


def _segment_cells(app: App, one: Segment) -> list[str]:
    row = one.row
    state = "closed" if row["closed_at"] is not None else "open"
    if state == "open" and row["next"] == row["size"]:
        state = "leased"
    return [
        row["id"],
        _name(app, row["scheme"]),
        f"{row['first']}-{row['last']}",
        t(f"cli.code.segment.{state}"),
        t("cli.code.counts", size=row["size"], leased=one.leased, used=one.used, void=one.void),
        " ".join(json.loads(row["windows"])) if row["windows"] else "",
        row["source"],
    ]


def _segment_object(one: Segment, blocks: list[Row]) -> dict[str, object]:
    row = one.row
    return {
        "segment": row["id"],
        "scheme": row["scheme"],
        "first": row["first"],
        "last": row["last"],
        "counting": row["chars"],
        "year": row["year"],
        "size": row["size"],
        "leased": one.leased,
        "used": one.used,
        "void": one.void,
        "windows": json.loads(row["windows"]) if row["windows"] else None,
        "source": row["source"],
        "device": row["device"],
        "by": row["by"],
        "at": iso(row["at"]),
        "closed_at": iso(row["closed_at"]),
        "reason": row["reason"],
        "blocks": [_block_object(block) for block in blocks],
    }


def _block_object(row: Row) -> dict[str, object]:
    return {
        "block": row["id"],
        "scheme": row["scheme"],
        "window": row["window"],
        "size": row["size"],
        "used": row["used"],
        "left": row["size"] - row["used"],
        "at": iso(row["at"]),
    }


def _block_cells(rows: list[Row]) -> list[list[str]]:
    return [
        [row["id"], row["window"], t("cli.code.left", n=row["size"] - row["used"])] for row in rows
    ]


def _pool(_: Namespace, app: App) -> int:
    """What this window has of every scheme, and which of them runs low."""
    found = code_segments.pools(app.store(), app.actor())
    for one, text in zip(found, columns([_pool_cells(one) for one in found]), strict=True):
        obj: dict[str, object] = {
            "scheme": one.scheme.id,
            "name": named(one.scheme, language()),
            "window": one.window,
            "leased": one.leased,
            "left": one.left,
            "low": one.low,
        }
        app.out.emit(obj, text)
    return 0


def _pool_cells(one: Pool) -> list[str]:
    return [
        one.scheme.id,
        t("cli.code.pool", leased=one.leased, left=one.left),
        t("cli.code.low") if one.low else "",
        named(one.scheme, language()),
    ]


def _lease(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    row = code_segments.lease(store, who, certificate_names.scheme(store, args.scheme))
    said = t("cli.code.leased", window=row["window"], n=row["size"], block=row["id"])
    app.out.emit(_block_object(row), said)
    return 0


def _list(args: Namespace, app: App) -> int:
    """The codes given or voided, the newest first."""
    store = app.store()
    rows = codes.codes_of(store, app.actor(), certificate_names.day(args.day))
    texts = columns([_code_cells(row, store.env.now()) for row in rows])
    for row, text in zip(rows, texts, strict=True):
        app.out.emit(_code_object(row), text)
    if not rows:
        app.out.note(t("cli.code.none"))
    return 0


def _code_cells(row: Row, now: int) -> list[str]:
    return [
        row["id"],
        t(f"cli.code.state.{row['state']}"),
        moment(row["at"], now),
        row["window"],
        row["by"],
        row["reason"] or "",
    ]


def _code_object(row: Row) -> dict[str, object]:
    return {
        "code": row["id"],
        "scheme": row["scheme"],
        "state": row["state"],
        "certificate": row["certificate"],
        "window": row["window"],
        "by": row["by"],
        "at": iso(row["at"]),
        "void_by": row.get("void_by"),
        "void_at": iso(row.get("void_at")),
        "reason": row.get("reason"),
    }


def _void_next(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    scheme = certificate_names.scheme(store, args.scheme)
    row = codes.void_next(store, who, scheme, args.reason)
    app.out.emit(_code_object(row), t("cli.code.voided", code=row["id"]))
    return 0


def _close(args: Namespace, app: App) -> int:
    """Void what is left of a segment, or of a window's block, once and for all."""
    store, who = app.store(), app.actor()
    wanted = clean(args.segment).strip()
    if store.row("SELECT id FROM code_block WHERE id = ?", wanted):
        row, name = code_segments.close_block(store, who, wanted, args.reason), "block"
        rest = row["size"] - row["used"]
    else:
        row, name = code_segments.close_segment(store, who, wanted, args.reason), "segment"
        rest = row["size"] - row["next"]
    obj: dict[str, object] = {name: row["id"], "rest": rest, "reason": row["reason"]}
    app.out.emit(obj, t(f"cli.code.closed-{name}", n=rest))
    return 0
