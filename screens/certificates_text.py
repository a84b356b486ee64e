"""What the screen of certificates says: views with counts, their lines. Nothing decides here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content

from db.store import Row as StoreRow
from hallclient import certificate_words as said
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_lists import VIEWS, Line
from hallclient.actions.certificate_view import CHANGES, Counts, Entry
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.spec import CertificateKind
from hallclient.rules.certificate.states import APPROVED, ASSIGNED, ENDED, HANDED, PRINTING
from hallclient.rules.text import cell_width, cut
from hallclient.texts import language, t
from hallclient.words import clock, local, moment
from screens.desk_text import ALERT, MUTED, STRONG, WARN, spread
from screens.widgets.content import Part, line
from screens.widgets.rows import Column, Row

TABS: Final = (*VIEWS, CHANGES)
"""The views, in the order in which a certificate passes through them."""
UNKNOWN, COLLECT = "unknown", "collect"
FOUND, CASE = "found", "case"
"""Lists that Esc leads back from: ``found.<text>``, ``case.<id>``."""
MARK = "✓"
FILLED: Final = (APPROVED, ASSIGNED)
"""States in which the words of a face may still be said."""
_VIEW: Final = {states[0]: view for view, states in VIEWS.items() if len(states) == 1}
_PRESSING = frozenset({UNKNOWN, CHANGES})


def status(who: Actor, *, demo: bool, now: int, width: int) -> Content:
    """Whose screen this is, and the time."""
    parts: list[Part] = [(t("desk.demo-mark") + " ", WARN)] if demo else []
    parts.append((t("certs.title"), STRONG))
    parts.append(f" · {who.operator} {who.window}".rstrip())
    return spread(line(" ", *parts), line((clock(now) + " ", MUTED)), width)


# -- the views


def tab_name(name: str) -> str:
    """What a list is called."""
    group, _, key = name.partition(".")
    if group == FOUND:
        return t("certs.found", text=cut(key, 12))
    return t("certs.of-case") if group == CASE else t(f"certs.tab.{name}")


def tabs(counts: Counts, shown: str, width: int) -> Content:
    """One line: each view and how much is in it, the shown one marked; a list that was gone into
    stands before them.
    """
    parts: list[Part] = []
    if shown not in TABS:
        parts.append((f"[{tab_name(shown)}]", STRONG))
    for one in TABS:
        n = counts.views.get(one, 0)
        told = f"{tab_name(one)} {n}"
        if one == shown:
            parts.append((f"[{told}]", STRONG))
        else:
            style = MUTED if not n else ALERT if one in _PRESSING else ""
            parts.append((told, style))
    return line(" ", line(*parts, gap=" " if width < 100 else "  "))


# -- the lines


def columns(view: str, entries: Sequence[Entry]) -> list[Column]:
    """The columns of a view, wide enough for its codes; the narrower the screen, the fewer."""
    codes = max((len(one.line.row["code"] or "") for one in entries), default=0)
    code = Column(t("certs.col-code"), min(22, max(16, codes)))
    if view == CHANGES:
        return [
            Column(t("certs.col-change"), 8, flex=1),
            code,
            Column(t("certs.col-title"), 10, flex=3),
            Column(t("certs.col-reason"), 8, flex=2),
            Column(t("certs.col-by"), 5),
            Column(t("certs.col-since"), 5, align="right"),
            Column(t("certs.col-kind"), 8, flex=1, drop=1),
        ]
    kinds = (cell_width(named(one.line.kind, language())) for one in entries)
    widest = min(14, max(kinds, default=8))
    since = t("certs.col-due" if view == COLLECT else "certs.col-since")
    state = [] if len(VIEWS.get(view, ())) == 1 else [Column(t("certs.col-state"), 8, drop=3)]
    return [
        Column("", 1),
        Column(t("certs.col-kind"), max(8, widest), flex=1),
        code,
        Column(t("certs.col-title"), 10, flex=3),
        *state,
        Column(t("certs.col-copies"), 7),
        Column(since, max(5, cell_width(since)), align="right"),
        Column(t("certs.col-lacks"), 6, flex=2, drop=2),
        Column(t("certs.col-number"), 17, drop=4),
    ]


def rows(view: str, entries: Sequence[Entry], marked: frozenset[str], now: int) -> list[Row]:
    """The rows of a view."""
    if view == CHANGES:
        return [_change_row(one, one.change, now) for one in entries if one.change is not None]
    one_state = len(VIEWS.get(view, ())) == 1
    return [_row(one, view, one.key in marked, one_state, now) for one in entries]


def _row(one: Entry, view: str, marked: bool, one_state: bool, now: int) -> Row:
    row = one.line.row
    since = moment(row["since"], now)
    if view == COLLECT:
        since = f"{one.due:%m-%d}" if one.due else "-"
    cells = (
        MARK if marked else "",
        named(one.line.kind, language()),
        row["code"] or "-",
        one.line.title,
        *(() if one_state else (_state(row["state"]),)),
        copies(one.line.kind, one.line.copies),
        since.partition(" ")[0],
        lacks(one),
        one.line.number,
    )
    return Row(one.key, cells, _style(one, now))


def _state(state: str) -> str:
    """Where it stands, in a word: as the view that it is in is called."""
    return tab_name(_VIEW[state]) if state in _VIEW else said.state_word(state)


def _style(one: Entry, now: int) -> str:
    state = one.line.row["state"]
    if state in ENDED or state == HANDED:
        return "dim"
    if state == PRINTING:
        return "conflict"
    if one.due is not None and f"{one.due:%Y-%m-%d}" < _day(now):
        return "alert"
    return "warn" if one.lacking or one.line.row["lacks"] or one.change is not None else ""


def _day(now: int) -> str:
    return f"{local(now):%Y-%m-%d}"


def _change_row(one: Entry, change: StoreRow, now: int) -> Row:
    cells = (
        said.change_word(change["kind"]),
        one.line.row["code"] or "-",
        one.line.title,
        said.reason_word(change["kind"], change["reason"]),
        change["by"],
        moment(change["at"], now).partition(" ")[0],
        named(one.line.kind, language()),
    )
    return Row(one.key, cells, "warn")


def copies(kind: CertificateKind, rows: Sequence[StoreRow]) -> str:
    """How many copies of each sort count, each sort by its first letter."""
    found = []
    for spec in kind.copies:
        n = sum(row["copy"] == spec.id for row in rows)
        if n:
            found.append(f"{named(spec, language())[:1]}{n}")
    return " ".join(found)


def counted(kind: CertificateKind, counts: Mapping[str, int]) -> str:
    """How many copies of each sort, in words."""
    told = [
        t("certs.count", name=named(spec, language()), n=counts.get(spec.id, 0))
        for spec in kind.copies
        if counts.get(spec.id)
    ]
    return t("certs.and").join(told)


def lacks(one: Entry) -> str:
    """What keeps it from going on, in few words."""
    if one.change is not None:
        return t("certs.asked", change=said.change_word(one.change["kind"]))
    if one.line.row["lacks"]:
        return said.lacks_word(one.line.row["lacks"])
    return t("certs.lacks", n=one.lacking) if one.lacking else ""


def about(line_: Line) -> str:
    """A certificate in few words: kind, code, holder."""
    return " ".join((named(line_.kind, language()), line_.row["code"] or "", line_.title)).replace(
        "  ", " "
    )
