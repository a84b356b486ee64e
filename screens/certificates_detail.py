"""The chosen certificate in full: its steps and who made them, copies, issues, what hinders it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.content import Content

from db.store import Row
from hallclient import certificate_words as said
from hallclient.actions.certificate_changes import Asked
from hallclient.actions.certificate_lists import Line, Look
from hallclient.actions.certificate_view import Tray, Whole
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.spec import CertificateKind, Kinds
from hallclient.rules.certificate.states import LIVE, NEXT
from hallclient.texts import language, t
from hallclient.words import moment, refused_text
from screens.certificates_text import FILLED, counted
from screens.desk_text import ALERT, MUTED, STRONG, WARN
from screens.widgets.content import Part, line

_STEPS = ("approved", "assigned", "sealed", "handed", "ended")
"""Steps with a person and a time, as the columns ``<step>_by`` and ``<step>_at``."""


def joined(lines: Sequence[Content]) -> Content:
    """Lines below each other."""
    return Content("\n").join(lines)


def of_line(one: Line, now: int) -> Content:
    """What the list knows of it, until it has been read in full."""
    return joined([_head(one), _since(one.row, now)])


def of_whole(whole: Whole, now: int, look: Look | None) -> Content:
    """A certificate in full; ``look``: with its face in clear."""
    row = whole.line.row
    lines = [_head(whole.line), _next(whole, now), *_lacking(whole)]
    if whole.change is not None:
        lines.append(_change(whole.change, now))
    if look is not None:
        lines += [line(one) for one in said.face_lines(look)]
    lines.append(_steps(row, now))
    lines += [_copy(whole, one, now) for one in whole.every]
    lines += [_issue(one, now) for one in whole.others]
    return joined(lines)


def _head(one: Line) -> Content:
    row = one.row
    parts: list[Part] = [(named(one.kind, language()), STRONG)]
    if row["code"]:
        parts.append((row["code"], STRONG))
    parts += [one.title, (one.number, MUTED)]
    if row["version"] > 1:
        told = t("certs.issue", n=row["version"], why=said.change_word(row["reason"]))
        parts.append((told, WARN))
    return line(*parts, gap="  ")


def _since(row: Row, now: int) -> Content:
    told = t("certs.since", state=said.state_word(row["state"]), at=moment(row["since"], now))
    return line(told)


def _next(whole: Whole, now: int) -> Content:
    """How it stands, what is due, why that cannot be, what must be said before."""
    row = whole.line.row
    parts: list[Part] = [_since(row, now)]
    due = NEXT.get(row["state"])
    if due:
        parts.append((t("certs.next", step=t(f"certs.step.{due}")), STRONG))
    if row["lacks"]:
        parts.append((said.lacks_text(row["lacks"]), WARN))
    if whole.hindered is not None:
        parts.append((t("certs.not-yet", why=refused_text(whole.hindered)), ALERT))
    if whole.counts:
        parts.append((t("certs.will-be", copies=counted(whole.line.kind, whole.counts)), MUTED))
    return line(*parts, gap="  ")


def _lacking(whole: Whole) -> list[Content]:
    """What must be said before it is sealed."""
    if not whole.lacking or whole.line.row["state"] not in FILLED:
        return []
    names = t("certs.and").join(named(one, language()) for one in whole.lacking)
    return [line((t("certs.missing", names=names), WARN))]


def _steps(row: Row, now: int) -> Content:
    told = [
        t("certs.done", step=t(f"certs.did.{step}"), by=row[f"{step}_by"], at=moment(at, now))
        for step in _STEPS
        if (at := row[f"{step}_at"]) is not None
    ]
    if row["delivery"]:
        told.append(said.how_word(row["delivery"]))
    if row["ended"]:
        told.append(said.ended_word(row["ended"]))
    return line((" · ".join(told), MUTED))


def _copy(whole: Whole, copy: Row, now: int) -> Content:
    state = copy["state"]
    style = "" if state in LIVE else MUTED
    parts: list[Part] = [(said.copy_name(whole.line.kind, copy, whole.every), style)]
    parts.append((said.sheet_text(whole.kinds, copy["sheet"]) or "-", style))
    parts.append((said.copy_word(state), style))
    if copy["printed_at"] is not None:
        told = " ".join(filter(None, (copy["printed_by"], copy["window"])))
        parts.append((f"{told} {moment(copy['printed_at'], now)}", MUTED))
    if copy["reason"]:
        parts.append((said.ended_word(copy["reason"]), WARN))
    return line("  ", line(*parts, gap="  "))


def _issue(row: Row, now: int) -> Content:
    told = t(
        "certs.other-issue",
        n=row["version"],
        why=said.change_word(row["reason"]),
        state=said.state_word(row["state"]),
        at=moment(row["since"], now),
    )
    return line((told, MUTED))


def _change(change: Row, now: int) -> Content:
    told = t(
        "certs.change",
        change=said.change_word(change["kind"]),
        reason=said.reason_word(change["kind"], change["reason"]),
        by=change["by"],
        at=moment(change["at"], now),
    )
    return line((told, WARN))


def of_asked(asked: Asked, kind: CertificateKind, now: int) -> Content:
    """What a change asks for, in clear."""
    lines = [_change(asked.row, now)]
    if asked.note:
        lines.append(line(t("certs.change-note", text=asked.note)))
    if asked.announcement:
        lines.append(line(t("certs.change-announced", text=asked.announcement)))
    for name, text in asked.words.items():
        label = named(kind.field[name], language()) if name in kind.field else name
        lines.append(line(t("certs.change-word", field=label, text=text or t("certs.nothing"))))
    if asked.copies:
        told = counted(kind, dict(asked.copies))
        lines.append(line(t("certs.change-copies", copies=told)))
    return joined(lines)


# -- printing


def of_trays(
    trays: Sequence[Tray], lines: Mapping[str, Line], kinds: Kinds, first: Mapping[str, str]
) -> Content:
    """What is going to be printed: tray by tray, its first sheet, each copy."""
    found = []
    for one in trays:
        found.append(_tray(one, kinds, first.get(one.stock, "")))
        for copy in one.copies:
            about = lines[copy["certificate"]]
            name = said.copy_name(about.kind, copy, about.copies)
            found.append(line("  ", name, about.row["code"], (about.title, MUTED), gap="  "))
    return joined(found)


def _tray(one: Tray, kinds: Kinds, first: str) -> Content:
    if not one.stock:
        return line((t("certs.tray-plain", n=len(one.copies)), STRONG))
    stock = kinds.stock[one.stock]
    head = t("certs.tray", tray=stock.tray or "-", name=named(stock, language()), n=len(one.copies))
    serial = first or one.next
    told = t("certs.tray-from", serial=serial) if serial else t("certs.tray-none")
    style = ALERT if one.left < len(one.copies) else MUTED
    return line((head, STRONG), told, (t("certs.tray-left", n=one.left), style), gap="  ")


def of_results(
    copies: Sequence[Row],
    lines: Mapping[str, Line],
    kinds: Kinds,
    bad: Mapping[str, str],
    out: Collection[str],
) -> Content:
    """The sheets of a print, numbered, and what was said of each so far."""
    found = []
    for n, copy in enumerate(copies, 1):
        about = lines[copy["certificate"]]
        key = copy["id"]
        parts: list[Part] = [(f"{n:>2} ", MUTED)]
        parts.append((said.sheet_text(kinds, copy["sheet"]) or t("certs.plain-sheet"), STRONG))
        parts.append(said.copy_name(about.kind, copy, about.copies))
        parts += [about.row["code"], (about.title, MUTED)]
        if key in bad:
            parts.append((t("certs.spoiled", why=bad[key]), ALERT))
        elif key in out:
            parts.append((t("certs.not-out"), WARN))
        found.append(line(*parts, gap=" "))
    return joined(found)
