"""The pages of a kiosk: what each shows, made from what was read. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hallclient.actions.forecasting import Promise
from hallclient.actions.kiosk import LineState, Wish
from hallclient.rules.catalogue import Hall, Joint, named
from hallclient.rules.errors import Refused
from hallclient.rules.slip import wait_range
from hallclient.rules.text import mask_name
from hallclient.texts import language, t
from hallclient.words import clock, refused_text, state_word
from screens.widgets.tiles import Tile

LETTERS = "letters"
DIGITS = "digits"


class Page(NamedTuple):
    """A page. ``typing``: what the pad below offers; ``big``: a number in large type.

    ``live``: made again when the store changes. ``then``: something goes on behind it, after
    which another page comes. ``stays_s``: how long until home when nobody does anything.
    """

    name: str
    title: str
    tiles: tuple[Tile, ...] = ()
    lead: str = ""
    columns: int = 3
    typing: str = ""
    typed: str = ""
    hint: str = ""
    big: str = ""
    said: str = ""
    style: str = ""
    live: bool = False
    then: bool = False
    stays_s: float = 45.0


def home(closed: Refused | None) -> Page:
    """Where everybody begins."""
    why = "" if closed is None else refused_text(closed, "kiosk")
    tiles = (
        Tile("lines", t("kiosk.take"), t("kiosk.take-note"), why, strong=True),
        Tile("search", t("kiosk.search"), t("kiosk.search-note"), why),
        Tile("bookings", t("kiosk.booking"), t("kiosk.booking-note"), why),
        Tile("lost", t("kiosk.lost"), t("kiosk.lost-note")),
    )
    return Page("home", t("kiosk.welcome"), tiles, t("kiosk.welcome-lead"), columns=2, live=True)


def lines(states: Sequence[LineState]) -> Page:
    """Which queue."""
    tiles = tuple(_line(state) for state in states)
    return Page("lines", t("kiosk.which-line"), tiles, live=True)


def _line(state: LineState) -> Tile:
    name = named(state.line, language())
    if state.why is not None:
        return Tile(state.line.id, name, why=refused_text(state.why, "kiosk"))
    span = _span(state.promise)
    return Tile(state.line.id, name, t("kiosk.line-note", n=state.waiting, span=span))


def items(hall: Hall, line: str) -> Page:
    """Which service of a queue."""
    tiles = tuple(Tile(item.code, named(item, language())) for item in hall.items_of(line))
    title = t("kiosk.which-item", line=named(hall.lines[line], language()))
    return Page("items", title, tiles, columns=2)


def search(
    hall: Hall, typed: str, codes: Sequence[str], full: Mapping[str, Refused], *, collect: bool
) -> Page:
    """A service by what is typed of it; with ``collect`` the one whose result is there."""
    tiles = tuple(
        Tile(
            code,
            named(hall.items[code], language()),
            named(hall.line_of(code), language()),
            refused_text(full[code], "kiosk") if code in full else "",
        )
        for code in codes
    )
    said = t("kiosk.nothing-found") if typed and not tiles else ""
    return Page(
        "search",
        t("kiosk.collect-title" if collect else "kiosk.search-title"),
        tiles,
        columns=2,
        typing=LETTERS,
        typed=typed,
        hint=t("kiosk.search-hint"),
        said=said,
    )


def confirm(
    hall: Hall,
    wish: Wish,
    promise: Promise | None,
    *,
    verified: str = "",
    joint: Joint | None = None,
    more: bool = True,
) -> Page:
    """What will be on the number, before it is given."""
    told = [t("kiosk.service", name=name) for name in _services(hall, wish)]
    if promise is not None:
        told.append(t("kiosk.ahead", n=promise.ahead, span=_span(promise)))
    if wish.card is not None:
        name = mask_name(wish.card.name) if wish.card.name else t("kiosk.somebody")
        told.append(t("kiosk.for", name=name))
    if verified:
        told.append(t("kiosk.verified", kind=named(hall.priorities[verified], language())))
    elif wish.claimed:
        told.append(t("kiosk.claimed", kind=named(hall.priorities[wish.claimed], language())))
    tiles = [Tile("yes", t("kiosk.yes"), t("kiosk.yes-note"), strong=True)]
    if more:
        tiles.append(Tile("add", t("kiosk.add"), t("kiosk.add-note")))
    if joint is not None:
        name = named(joint, language())
        tiles.append(Tile("joint", name, t("kiosk.joint-note", n=len(joint.after))))
    if not verified and hall.priorities:
        tiles.append(Tile("priority", t("kiosk.priority"), t("kiosk.priority-note")))
    lead = "\n".join(told)
    said = "" if wish.card is not None else t("kiosk.card-hint")
    return Page("confirm", t("kiosk.confirm-title"), tuple(tiles), lead, columns=2, said=said)


def _services(hall: Hall, wish: Wish) -> list[str]:
    if wish.joint:
        codes: Sequence[str] = list(hall.joints[wish.joint].after)
    else:
        codes = wish.items
    names = [named(hall.items[code], language()) for code in codes]
    return [t("kiosk.collecting", name=name) if wish.collect else name for name in names]


def priorities(hall: Hall) -> Page:
    """Which priority the visitor says to have."""
    tiles = tuple(
        Tile(
            kind.id,
            named(kind, language()),
            t("kiosk.by-card")
            if kind.from_age
            else t("kiosk.proof", proof=kind.proof_en if language() == "en" else kind.proof_zh),
        )
        for kind in hall.priorities.values()
    )
    return Page("priorities", t("kiosk.which-priority"), tiles, t("kiosk.priority-lead"))


def number(
    hall: Hall,
    code: str,
    services: Sequence[str],
    told: Promise | None,
    *,
    claimed: str = "",
    verified: str = "",
    late: bool = False,
    said: str,
    style: str,
    printing: bool,
    again: bool,
) -> Page:
    """The number, as large as it goes."""
    lead = [" \u00b7 ".join(services)]
    if told is not None:
        lead.append(t("kiosk.ahead", n=told.ahead, span=_span(told)))
    if verified:
        lead.append(t("kiosk.verified", kind=named(hall.priorities[verified], language())))
    elif claimed:
        lead.append(t("kiosk.claimed", kind=named(hall.priorities[claimed], language())))
    if late:
        lead.append(t("kiosk.late"))
    tiles: tuple[Tile, ...] = (Tile("home", t("kiosk.done"), strong=True),)
    if again:
        tiles = (Tile("print", t("kiosk.print-again"), strong=True), Tile("home", t("kiosk.done")))
    return Page(
        "number",
        t("kiosk.your-number"),
        () if printing else tiles,
        "\n".join(lead),
        columns=2,
        big=code,
        said=said,
        style=style,
        then=printing,
        stays_s=30.0 if again else 12.0,
    )


def bookings(
    hall: Hall, typed: str, rows: Sequence[dict[str, Any]], names: Sequence[str], *, asked: bool
) -> Page:
    """Which booking is checked in."""
    tiles = tuple(
        Tile(
            row["id"],
            t("kiosk.booking-row", at=clock(row["slot"]), name=_item(hall, row["item"])),
            f"{name}  {state_word(row['state'])}".strip(),
        )
        for row, name in zip(rows, names, strict=True)
    )
    said = t("kiosk.no-booking") if asked and not rows else ""
    return Page(
        "bookings",
        t("kiosk.booking-title"),
        tiles,
        columns=2,
        typing=DIGITS,
        typed=typed,
        hint=t("kiosk.booking-hint"),
        said=said,
    )


def lost(said: str = "") -> Page:
    """How a lost slip is printed again."""
    return Page("lost", t("kiosk.lost-title"), lead=t("kiosk.lost-lead"), said=said, style="warn")


def card(hall: Hall, name: str, rows: Sequence[dict[str, Any]], has: str) -> Page:
    """What somebody whose card was just read may want."""
    tiles = [
        Tile(
            f"booking:{row['id']}",
            t("kiosk.check-in", at=clock(row["slot"])),
            _item(hall, row["item"]),
            strong=True,
        )
        for row in rows
    ]
    if has:
        tiles.append(Tile("again", t("kiosk.again", number=has), t("kiosk.again-note")))
    tiles += [
        Tile("lines", t("kiosk.take"), t("kiosk.take-note"), strong=not rows),
        Tile("search", t("kiosk.search"), t("kiosk.search-note")),
    ]
    title = t("kiosk.hello", name=mask_name(name) if name else t("kiosk.somebody"))
    return Page("card", title, tuple(tiles), t("kiosk.hello-lead"), columns=2)


def problem(refused: str, number: str = "") -> Page:
    """What was refused, and what can be done."""
    tiles = [Tile("home", t("kiosk.home"), strong=not number)]
    if number:
        again = Tile("again", t("kiosk.again", number=number), t("kiosk.again-note"), strong=True)
        tiles.insert(0, again)
    return Page("problem", t("kiosk.problem"), tuple(tiles), refused, columns=2, style="warn")


def _item(hall: Hall, code: str) -> str:
    item = hall.items.get(code)
    return code if item is None else named(item, language())


def _span(promise: Promise) -> str:
    return wait_range(promise.low, promise.high, t, "kiosk")
