"""A notice of what is missing as PDF, from the store to the bytes; a licence, from its data.

The floor is the compiler alone, with the same templates, fonts and data in memory. Every notice and
every licence is another, so that neither side lives from what the compiler remembers of the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import typst

from bench import fill
from bench.figure import Figure, Run, median, ratio
from db.store import Store
from hallclient.actions import (
    case_papers,
    certificate_kinds,
    certificate_typeset,
    paper_pdf,
    paper_templates,
    typesetting,
)
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.case_title import Applicant
from hallclient.actions.cases import open_case
from hallclient.actions.certificate_typeset import Codes
from hallclient.rules.certificate.face import Made, face_of
from hallclient.rules.certificate.schemes import code_of
from hallclient.rules.certificate.spec import CAPITALS, DAY, FULL, ISSUE, LONG, Kinds

CLERK = Actor("c01", "clerk", "W01")
POINTS = 12
AT = 1_790_038_800_000
"""Date of the licences, UTC ms."""


def measure(run: Run) -> Iterator[Figure]:
    with fill.create(run.folder / "papers.db") as store:
        count = run.times(100)
        rows = [_notice(store, n) for n in range(2 * count)]
        _warm(store, _notice(store, len(rows)))
        ours: list[float] = []
        floor: list[float] = []
        for one, other in zip(rows[::2], rows[1::2], strict=True):
            ours.append(_ours(store, one))
            floor.append(_floor(store, other))
        yield ratio(
            f"a notice of {POINTS} points as PDF", median(ours), median(floor), 1.5,
            kilobytes=len(case_papers.pdf(store, CLERK, rows[0])) / 1024,
        )  # fmt: skip
    yield _licences(count)


def _licences(count: int) -> Figure:
    """The original of a licence on plain paper: face, characters looked up, codes drawn, set."""
    _licence(0)
    _licence_floor(1)
    ours = [_licence(n) for n in range(2, 2 * count, 2)]
    floor = [_licence_floor(n) for n in range(3, 2 * count, 2)]
    return ratio("a licence as PDF", median(ours), median(floor), 1.5)


def _copy(n: int) -> tuple[Kinds, dict[str, Any], Codes]:
    kinds = certificate_kinds.shipped()
    kind = kinds.kind["yyzz"]
    code = code_of(kinds.scheme[kind.scheme], body=f"QQ{n:06d}", serial=n, day="2026-09-22")
    values = dict.fromkeys(kind.field, f"第 {n} 号")
    values |= {one.id: "2026-09-22" for one in kind.fields if one.type == DAY}
    values |= {one.id: f"{n}00" for one in kind.fields if one.type == CAPITALS}
    values |= {
        one.id: f"餐饮服务；食品销售；外卖递送服务；第 {n} 项；" * 12
        for one in kind.fields
        if one.type == LONG
    }
    made = Made(code, values, "original", 1, 1, "2026-09-22", ISSUE, FULL)
    own = f"HC1.E.AAAAAA.YYZZ.{code}.1.20260922.AAAAAAAAAAAAAAAA.{'A' * 103}"
    return kinds, face_of(kinds, kind.id, made), Codes(code, kind.link.format(code=code), own)


def _licence(n: int) -> float:
    begin = time.perf_counter()
    certificate_typeset.set_pdf(*_copy(n), AT)
    return time.perf_counter() - begin


def _licence_floor(n: int) -> float:
    kinds, face, codes = _copy(n)
    job = certificate_typeset.job_of(kinds, [(face, codes)])
    return _compiled(job, AT)


def _notice(store: Store, n: int) -> str:
    """The id of a notice of a case of its own."""
    whose = Applicant(name=f"申请人{n}", phone=f"139{n:08d}")
    case = open_case(store, CLERK, "SP082", applicant=whose)["id"]
    with acting(store, CLERK, "case.move") as tx:
        draft = CaseDraft(tx, case_row(store, case))
        for point in range(POINTS):
            draft.insert(
                "deficiency", draft.next("deficiency", "d"), round=1, source="clerk", ref="",
                code="", sealed=draft.sealed(text=f"第 {point} 处不符 {n}", how="改正后加盖公章"),
                opened_by=tx.actor, opened_at=tx.now,
            )  # fmt: skip
        draft.write("deficiency.opened")
        row = case_papers.make_in(draft, "gzs", draft.facts())
        draft.write("paper.made", row["id"])
    return str(row["id"])


def _warm(store: Store, paper: str) -> None:
    """Both sides once: the fonts are read, the templates are known."""
    _ours(store, paper)
    _floor(store, paper)


def _ours(store: Store, paper: str) -> float:
    begin = time.perf_counter()
    case_papers.pdf(store, CLERK, paper)
    return time.perf_counter() - begin


def _floor(store: Store, paper: str) -> float:
    row = case_papers.paper_row(store, paper)
    templates = paper_templates.templates_in(store, row["template"])
    body = paper_pdf.body_of(store, row)
    job = typesetting.job_of(templates, body, paper_pdf.codes_of(store, row), "zh")
    return _compiled(job, row["at"])


def _compiled(job: typesetting.Job, at: int) -> float:
    run: Any = typst.compile
    begin = time.perf_counter()
    run(
        job.files, font_paths=job.fonts, format="pdf", timestamp=at // 1000,
        pdf_standards=typesetting.STANDARD,
    )  # fmt: skip
    return time.perf_counter() - begin
