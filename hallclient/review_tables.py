"""Figures of review as tables: the same for the command line and a workbook."""

from __future__ import annotations

from typing import Final

from hallclient.actions.case_figures import Name, Report
from hallclient.figure_tables import NOTHING, NUMBER, PER_100, PERCENT, TEXT, Cell, Field, Table
from hallclient.rules.metrics import Figure
from hallclient.rules.review import figures as rules
from hallclient.rules.review.figures import METRICS
from hallclient.texts import language, t, text_in
from hallclient.words import word

_SPREAD: Final = ("n", "value", "p50", "p90", "longest")

_FOUND: Final[tuple[Field, ...]] = (
    ("defects", "value"),
    ("defect-cases", "share"),
    ("defect-late", "share"),
    ("defect-days", "p50"),
)
_CASES: Final[tuple[Field, ...]] = (
    ("received", "value"),
    ("first-pass", "share"),
    ("noticed", "share"),
    ("second-notice", "share"),
    ("days-to-notice", "p90"),
    ("defects-per-100", "value"),
)
_CLOCKS: Final[tuple[Field, ...]] = (
    ("clocks", "value"),
    ("in-time", "share"),
    ("late", "value"),
    ("days-used", "p50"),
    ("days-used", "p90"),
    ("days-late", "longest"),
)
_PROMISES: Final[tuple[Field, ...]] = (
    ("promises", "value"),
    ("promise-kept", "share"),
    ("promise-broken", "value"),
    ("promise-open", "value"),
    ("promise-overdue", "value"),
    ("days-to-keep", "p50"),
)
_AGENTS: Final[tuple[Field, ...]] = (
    ("opened", "value"),
    ("received", "value"),
    ("first-pass", "share"),
    ("noticed", "share"),
    ("second-notice", "share"),
    ("advised", "share"),
    ("defects-per-100", "value"),
)


def fields(report: str, by: str) -> tuple[Field, ...]:
    """What an overview of groups shows."""
    if report == rules.DEFICIENCIES:
        found = by in (rules.REASON, rules.MATERIAL, rules.SOURCE, rules.PLACE)
        return _FOUND if found else _CASES
    return {rules.DEADLINES: _CLOCKS, rules.PROMISES: _PROMISES}.get(report, _AGENTS)


# -- words


def metric_name(metric: str, lang: str = "") -> str:
    """What a figure is called."""
    return text_in(lang or language(), f"reviewfig.{metric}")


def formula(metric: str, lang: str = "") -> str:
    """How it is computed, in words."""
    return text_in(lang or language(), f"reviewfig.{metric}.formula")


def title(report: str, lang: str = "") -> str:
    """What a report is called."""
    return text_in(lang or language(), f"reviewfig.report.{report}")


def group_name(report: Report, by: str, key: str) -> str:
    """What a group is called; a code stands before the name of an item."""
    if by in (rules.SOURCE, rules.KIND):
        return word(f"reviewfig.{by}", key)
    if by == rules.PLACE:
        source, _, place = key.partition(":")
        name = _named(report, by, key)
        return f"{word('reviewfig.source', source)} {place if name == key else name}"
    name = _named(report, by, key)
    return f"{key} {name}" if by == rules.ITEM and name != key else name


def _named(report: Report, by: str, key: str) -> str:
    known: Name = report.names.get(by, {}).get(key, (key, key))
    return known[language() == "en"] or known[0]


# -- cells


def cell_of(figure: Figure, field: str) -> Cell:
    """One field of a figure; nothing where there is no measurement. Means are tenths of days."""
    kind = METRICS[figure.metric].kind
    if kind == rules.DAYS:
        if field == "n":
            return Cell(NUMBER, figure.n)
        if not figure.n:
            return NOTHING
        return Cell(PER_100 if field == "value" else NUMBER, getattr(figure, field))
    if kind == rules.COUNT:
        return Cell(NUMBER, figure.value) if field in ("n", "value") else NOTHING
    if field == "n":
        return Cell(NUMBER, figure.n)
    if field not in ("value", "share") or not figure.of:
        return NOTHING
    if kind == rules.PER_100:
        return Cell(PER_100, (2000 * figure.value + figure.of) // (2 * figure.of))
    return Cell(PERCENT, figure.permille)


# -- tables


def summary(report: Report) -> Table:
    """Every figure of the days: n, mean or value, median, nine of ten, longest."""
    head = [t("figures.metric"), *(t(f"figures.{field}") for field in _SPREAD)]
    rows = [
        [Cell(TEXT, metric_name(name)), *(cell_of(figure, field) for field in _SPREAD)]
        for name, figure in report.total.items()
    ]
    return Table("summary", title(report.report), head, rows)


def overview(report: Report, by: str) -> Table:
    """The groups with what matters most of each."""
    shown = fields(report.report, by)
    head = [
        t(f"reviewfig.by.{by}"),
        *(t(f"reviewfig.short.{metric}.{field}") for metric, field in shown),
    ]
    rows = [
        [
            Cell(TEXT, group_name(report, by, key)),
            *(cell_of(found[metric], field) for metric, field in shown),
        ]
        for key, found in report.groups[by].items()
    ]
    return Table(by, _title_by(by), head, rows)


def everything(report: Report, by: str) -> Table:
    """Every figure of every group, for a sheet as wide as it needs to be."""
    head, shown = [t(f"reviewfig.by.{by}")], []
    for name in rules.SHOWN[report.report]:
        if by in METRICS[name].by:
            spread = METRICS[name].kind == rules.DAYS
            for field in _SPREAD if spread else ("value",):
                told = f" · {t(f'figures.{field}')}" if spread else ""
                head.append(metric_name(name) + told)
                shown.append((name, field))
    rows = [
        [
            Cell(TEXT, group_name(report, by, key)),
            *(cell_of(found[metric], field) for metric, field in shown),
        ]
        for key, found in report.groups[by].items()
    ]
    return Table(by, _title_by(by), head, rows)


def line_by_line(report: Report) -> Table:
    """One figure a row, of all and of each group: what a CSV file holds."""
    names = "first last by group metric id unit n value p50 p90 longest version"
    head = [t(f"figures.{name}") for name in names.split()]
    rows = [
        _line(report, by, key, figure)
        for by, groups in ({"": {"": report.total}} | dict(report.groups)).items()
        for key, found in groups.items()
        for figure in found.values()
    ]
    return Table("lines", title(report.report), head, rows)


def _line(report: Report, by: str, key: str, figure: Figure) -> list[Cell]:
    metric = METRICS[figure.metric]
    told = (
        report.first,
        report.last,
        t(f"reviewfig.by.{by}") if by else t("figures.all"),
        group_name(report, by, key) if by else "",
        metric_name(metric.id),
        metric.id,
        t(f"reviewfig.unit.{metric.kind}"),
    )
    return [
        *(Cell(TEXT, text) for text in told),
        *(cell_of(figure, field) for field in _SPREAD),
        Cell(TEXT, report.definitions),
    ]


def definitions(report: str) -> Table:
    """What every figure of a report means."""
    head = [t(f"figures.{name}") for name in ("id", "metric", "unit", "formula")]
    rows = [
        [
            Cell(TEXT, name),
            Cell(TEXT, metric_name(name)),
            Cell(TEXT, t(f"reviewfig.unit.{METRICS[name].kind}")),
            Cell(TEXT, formula(name)),
        ]
        for name in rules.SHOWN[report]
    ]
    return Table("definitions", t("figures.definitions"), head, rows)


def sheets(report: Report) -> list[Table]:
    """A workbook's sheets: all figures, each grouping that was made, the definitions."""
    grouped = [everything(report, by) for by in report.groups]
    return [summary(report), *grouped, definitions(report.report)]


def _title_by(by: str) -> str:
    return t("figures.title-by", by=t(f"reviewfig.by.{by}"))
