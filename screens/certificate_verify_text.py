"""The lines of the screen that verifies a certificate. Nothing here decides."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from db.store import Row as Record
from hallclient import certificate_words as words
from hallclient import identity_words
from hallclient.actions.certificate_handover import Collector
from hallclient.actions.certificate_known import Known
from hallclient.actions.certificate_verify import Verdict
from hallclient.actions.region_table import regions
from hallclient.rules import uscc
from hallclient.rules.catalogue import named
from hallclient.rules.certificate import certificate_code
from hallclient.rules.certificate.face import copy_number
from hallclient.rules.certificate.spec import USCC, CertificateKind
from hallclient.rules.certificate.states import LIVE
from hallclient.rules.judged import Judged
from hallclient.rules.text import cell_width, narrow, plain
from hallclient.rules.wrap import wrap
from hallclient.texts import language, t
from hallclient.words import local
from screens.widgets.content import line
from screens.widgets.rows import Column, Row

GOOD, WARN, ALERT = "good", "warn", "alert"
LOOKS: Final = (GOOD, WARN, ALERT)
LOOK: Final = {
    Verdict.GENUINE: GOOD,
    Verdict.KNOWN: GOOD,
    Verdict.PENDING: WARN,
    Verdict.UNKNOWN: WARN,
    Verdict.OTHER_HALL: WARN,
    Verdict.WELL_FORMED: WARN,
    Verdict.ENDED: ALERT,
    Verdict.VOID: ALERT,
    Verdict.DIFFERS: ALERT,
    Verdict.FORGED: ALERT,
    Verdict.SHEET_OFF: ALERT,
    Verdict.MALFORMED: ALERT,
}
LABEL: Final = 10
_OFFER, _MORE = "offer:", "#"
_THIS: Final = f"{_MORE}this"


def columns() -> list[Column]:
    """What it is, what is known of it."""
    return [Column("", LABEL), Column("", 20, flex=1)]


def text_width(width: int) -> int:
    """Cells of the second column."""
    return max(20, width - LABEL - 4)


def is_own(text: str) -> bool:
    """Whether it is meant to be the text of a certificate's own QR code."""
    return narrow(text).startswith(f"{certificate_code.VERSION}.")


def day(ms: int | None) -> str:
    """When it was, with the year: certificates live long."""
    return "" if ms is None else f"{local(ms):%Y-%m-%d %H:%M}"


def subject_of(row: Row) -> str:
    """The copy or issue that a line is about; empty: neither."""
    key = row.key.partition(_MORE)[0]
    return key if "/" in key else ""


def offer_of(row: Row) -> int | None:
    """Which offer a line is."""
    key = row.key.partition(_MORE)[0]
    return int(key.removeprefix(_OFFER)) if key.startswith(_OFFER) else None


# -- what can be said at once


def verdict(found: Known, judged: Judged | None, width: int) -> Content:
    """The verdict in large plain words, and the one sentence that explains it."""
    what = found.verified.verdict
    told = [words.verdict_word(what)]
    if what is Verdict.ENDED:
        told.append(_ended(found))
    elif what is Verdict.VOID and found.code is not None:
        row = found.code
        at, by, why = day(row["void_at"]), row["void_by"], row["reason"] or ""
        told.append(t("certverify.void", at=at, by=plain(by or ""), why=_why_void(why)))
    elif judged is not None:
        told.append(identity_words.error_text(judged))
    elif what is Verdict.MALFORMED:
        told.append(t("certverify.damaged"))
    lines = [one for text in told for one in wrap(text, width)]
    return Content("\n").join(line((one, "bold")) for one in lines)


def _ended(found: Known) -> str:
    copy, issues = found.verified.copy, found.verified.certificates
    of = next((one for one in issues if copy and one["id"] == copy["certificate"]), None)
    issue = of or (issues[0] if issues else None)
    if issue is not None and issue["ended_at"] is not None:
        return _end(found, issue)
    if copy is not None:
        told = t(
            "certverify.copy-ended", state=words.copy_word(copy["state"]), at=day(copy["since"])
        )
        return told + (t("certverify.because", why=plain(copy["reason"])) if copy["reason"] else "")
    return ""


def _end(found: Known, issue: Record) -> str:
    kind = found.ends.get(issue["id"], "")
    why = words.reason_word(kind, issue["ended"] or "")
    by = plain(issue["ended_by"] or "")
    state = words.state_word(issue["state"])
    return t("certverify.ended", state=state, at=day(issue["ended_at"]), by=by, why=why)


def _why_void(reason: str) -> str:
    return t("certverify.taken") if reason == "taken" else words.reason_word("void", reason)


# -- line by line


def rows(found: Known, judged: Judged | None, width: int) -> list[Row]:
    """All that is known, the copy that was held out first."""
    told: list[Row] = []
    verified = found.verified
    if verified.copy is not None:
        told += _copy(found, verified.copy, t("certverify.this-copy"), width, _THIS)
    for issue in verified.certificates:
        told += _issue(found, issue, width)
    for copy in sorted(verified.copies, key=lambda one: one["state"] not in LIVE):
        told += _copy(found, copy, t("certverify.copy"), width)
    if judged is not None:
        told += _wrong(judged, width)
    elif verified.verdict is Verdict.WELL_FORMED:
        told += _well_formed(found, width)
    if not told:
        told = _lines("code", t("certverify.code"), plain(verified.code), width)
    return told


def _lines(key: str, label: str, text: str, width: int, style: str = "") -> list[Row]:
    """A line, wrapped; its parts lead to the same thing."""
    parts = wrap(plain(text), width) or [""]
    return [
        Row(f"{key}{_MORE}{n}" if n else key, ("" if n else label, part), style)
        for n, part in enumerate(parts)
    ]


def _joined(*parts: str) -> str:
    return t("certverify.gap").join(part for part in parts if part)


def _issue(found: Known, issue: Record, width: int) -> list[Row]:
    kind = found.kinds[issue["edition"]].kind[issue["kind"]]
    ended = issue["ended_at"] is not None
    told = [
        _joined(
            named(kind, language()),
            plain(issue["code"]),
            words.state_word(issue["state"]),
            words.change_word(issue["reason"]),
        ),
        t(
            "certverify.approved",
            at=day(issue["approved_at"]),
            by=plain(issue["approved_by"] or ""),
        ),
    ]
    if issue["sealed_at"] is not None:
        at, by = day(issue["sealed_at"]), plain(issue["sealed_by"] or "")
        told.append(t("certverify.sealed", at=at, by=by))
    if issue["handed_at"] is not None:
        told.append(_handed(found, issue))
    if ended:
        told.append(_end(found, issue))
    style = "alert" if ended else "good"
    label = t("certverify.issue", n=issue["version"])
    lines = _lines(issue["id"], label, told[0], width, style)
    for n, more in enumerate(told[1:], 1):
        lines += _lines(f"{issue['id']}{_MORE}{_MORE}{n}", "", more, width, "dim")
    return lines


def _handed(found: Known, issue: Record) -> str:
    at, by = day(issue["handed_at"]), plain(issue["handed_by"] or "")
    told = t("certverify.handed", at=at, by=by, how=words.how_word(issue["delivery"] or ""))
    one = found.fetched.get(issue["id"])
    return told + t("certverify.to", who=collector(one)) if one is not None else told


def collector(one: Collector) -> str:
    """Who has it, as it stands there: masked, or in clear once that was asked for."""
    kind = identity_words.kind_word(one.kind) if one.identity else ""
    return _joined(
        plain(one.name),
        words.relation_word(one.relation),
        f"{kind} {plain(one.identity)}".strip(),
        t("certverify.mandate", mandate=plain(one.mandate)) if one.mandate else "",
        t("certverify.waybill", waybill=plain(one.waybill)) if one.waybill else "",
        plain(one.address),
    )


def _copy(found: Known, copy: Record, label: str, width: int, mark: str = "") -> list[Row]:
    issue = next(one for one in found.verified.certificates if one["id"] == copy["certificate"])
    kinds = found.kinds[issue["edition"]]
    kind = kinds.kind[issue["kind"]]
    sheet = words.sheet_text(kinds, copy["sheet"])
    ended = found.ends.get(issue["id"], "")
    printed = ""
    if copy["printed_at"] is not None:
        printed = t(
            "certverify.printed",
            at=day(copy["printed_at"]),
            by=plain(copy["printed_by"] or ""),
            window=plain(copy["window"] or "") or t("certverify.no-window"),
        )
    told = _joined(
        _copy_name(found, kind, copy),
        words.copy_word(copy["state"]),
        t("certverify.sheet", sheet=sheet) if sheet else "",
        printed,
        t("certverify.why", why=words.reason_word(ended, copy["reason"])) if copy["reason"] else "",
        t("certverify.issue", n=issue["version"]) if len(found.verified.certificates) > 1 else "",
    )
    return _lines(copy["id"] + mark, label, told, width, "own" if mark else "")


def _copy_name(found: Known, kind: CertificateKind, copy: Record) -> str:
    """A copy as it calls itself, also one that counts no more: duplicate 2-1."""
    spec = kind.copy[copy["copy"]]
    name = named(spec, language())
    if not spec.numbered or not copy["no"]:
        return name
    among = (one for one in found.verified.copies if one["certificate"] == copy["certificate"])
    of = max(int(one["no"]) for one in among if one["copy"] == copy["copy"])
    return t("certificate.copy-name", name=name, number=copy_number(copy["no"], of))


# -- what nobody here knows


def _well_formed(found: Known, width: int) -> list[Row]:
    code, scheme = found.verified.code, found.verified.scheme
    told = _lines("code", t("certverify.code"), code, width)
    if scheme == USCC or uscc.is_code(code):
        judged = uscc.read(code, regions=regions())
        facts = identity_words.facts_text(judged, regions())
        told += _lines("facts", t("certverify.form"), facts, width)
        for n, note in enumerate(judged.notes):
            told += _lines(f"note{n}", "", identity_words.note_text(note), width, "warn")
    elif scheme in found.newest.scheme:
        name = named(found.newest.scheme[scheme], language())
        told += _lines("facts", t("certverify.form"), name, width)
    return told


def _wrong(judged: Judged, width: int) -> list[Row]:
    """The number, a mark under each wrong place, what it may have been meant to be."""
    number = plain(judged.number)
    told = _lines("number", t("certverify.code"), number, width)
    if judged.at and cell_width(number) <= width and number == judged.number:
        marks = "".join(
            ("^" if place in judged.at else " ") * cell_width(char)
            for place, char in enumerate(number, 1)
        )
        told.append(Row("marks", ("", marks.rstrip()), "alert"))
    for n, slip in enumerate(judged.slips):
        text = _joined(plain(slip.right), identity_words.slip_text(slip))
        told += _lines(f"{_OFFER}{n}", t("certverify.offer", n=n + 1), text, width, "new")
    for n, note in enumerate(judged.notes):
        told += _lines(f"note{n}", "", identity_words.note_text(note), width, "warn")
    return told
