"""Figures as tables: the same for the command line, the screen and a workbook.

A cell keeps what it is (a time, a share), so that a spreadsheet gets numbers and people get words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hallclient.actions.figures import Report
from hallclient.rules.catalogue import Hall, Policy, named
from hallclient.rules.metrics import (
    COUNT,
    HOUR,
    ITEM,
    LINE,
    METRICS,
    RATE,
    RETURN_DAYS,
    SHARE,
    TIME,
    TOTAL,
    USE,
    Figure,
    Key,
)
from hallclient.texts import language, t, text_in
from hallclient.words import clock, local, stopwatch

TEXT, NUMBER, LENGTH, PERCENT, PER_100, MOMENT = (
    "text",
    "number",
    "length",
    "percent",
    "per-100",
    "moment",
)


class Cell(NamedTuple):
    """What stands in a table: its kind, and a text, a count, ms, thousandths or UTC ms."""

    kind: str
    value: str | int | None = None


NOTHING: Final = Cell(TEXT, "")
"""There is nothing to say: no measurement, or no such thing here."""


class Table(NamedTuple):
    """A title, headings, rows; the first column names the row."""

    id: str
    title: str
    head: list[str]
    rows: list[list[Cell]]


Field = tuple[str, str]
"""A metric and a field of its figure."""

MATTER: Final[tuple[Field, ...]] = (
    ("arrivals", "value"),
    ("wait", "n"),
    ("wait", "p50"),
    ("wait", "p90"),
    ("wait", "longest"),
    ("service-level", "share"),
    ("abandonment", "share"),
    ("served", "value"),
    ("service", "p50"),
)
SEAT: Final[tuple[Field, ...]] = (
    ("calls", "value"),
    ("served", "value"),
    ("service", "p50"),
    ("service", "p90"),
    ("service", "longest"),
    ("wrap-up", "p50"),
    ("utilisation", "share"),
    ("occupancy", "share"),
    ("out-of-order", "share"),
)
"""What an overview shows of each hour, line or item; of each window or clerk."""

_SPREAD: Final = ("n", "value", "p50", "p90", "longest")


# -- words


def metric_name(metric: str, policy: Policy, lang: str = "") -> str:
    """What a metric is called, with the limits in force: ``SL 80/15``."""
    return text_in(lang or language(), f"metric.{metric}", **_limits(policy))


def formula(metric: str, policy: Policy, lang: str = "") -> str:
    """How it is computed, in words."""
    return text_in(lang or language(), f"metric.{metric}.formula", **_limits(policy))


def _limits(policy: Policy) -> dict[str, object]:
    return {
        "minutes": f"{policy.service_level_wait_ms / 60_000:g}",
        "share": f"{policy.service_level_share * 100:g}",
        "short": f"{policy.short_walkout_ms / 60_000:g}",
        "wrap": f"{policy.wrap_up_ms / 1000:g}",
        "days": RETURN_DAYS,
    }


def group_name(hall: Hall, by: str, key: Key) -> str:
    """What a group is called: ``09:00``, a line, an item, a window, an operator."""
    text = str(key)
    if by == HOUR:
        return f"{int(key):02d}:00"
    if by == LINE and text in hall.lines:
        line = hall.lines[text]
        return f"{line.prefix} {named(line, language())}"
    if by == ITEM and text in hall.items:
        return f"{text} {named(hall.items[text], language())}"
    return text


def named_hall(hall: Hall) -> str:
    """The hall's name."""
    return named(hall, language())


def said(cell: Cell) -> str:
    """A cell for people."""
    value = cell.value
    if not isinstance(value, int):
        return value or ""
    if cell.kind == LENGTH:
        return stopwatch(value)
    if cell.kind == PERCENT:
        return f"{value // 10}.{value % 10}%"
    if cell.kind == PER_100:
        return f"{value // 10}.{value % 10}"
    return clock(value) if cell.kind == MOMENT else str(value)


# -- cells


def cell_of(figure: Figure, field: str) -> Cell:
    """One field of a figure; nothing where it has no measurement."""
    kind = METRICS[figure.metric].kind
    if field == "apart":
        return Cell(NUMBER, figure.apart) if figure.apart else NOTHING
    if field == "share":
        return _share(figure, kind)
    if kind == TIME:
        if field == "n":
            return Cell(NUMBER, figure.n)
        return Cell(LENGTH, getattr(figure, field)) if figure.n else NOTHING
    if field in ("p50", "p90", "longest"):
        return NOTHING
    if kind in (SHARE, RATE, USE):
        if field == "value":
            return _share(figure, kind)
        return Cell(LENGTH if kind == USE else NUMBER, figure.n)
    if kind == TOTAL:
        return Cell(LENGTH, figure.value) if field == "value" else NOTHING
    return Cell(NUMBER, figure.value) if field == "value" else NOTHING


def _share(figure: Figure, kind: str) -> Cell:
    if kind == COUNT:
        return Cell(NUMBER, figure.value)
    found = figure.permille
    if found is None:
        return NOTHING
    return Cell(PER_100 if kind == RATE else PERCENT, found)


def in_words(table: Table, at: int) -> bool:
    """Whether a column holds texts, which stand to the left, and not numbers."""
    values = [row[at].value for row in table.rows]
    return any(values) and not any(isinstance(value, int) for value in values)


# -- tables


def summary(report: Report, hall: Hall, metrics: list[str] | None = None) -> Table:
    """Every figure of the days: n, mean or value, median, nine of ten, longest, apart."""
    rows = [
        [
            Cell(TEXT, metric_name(name, hall.policy)),
            *(cell_of(figure, field) for field in (*_SPREAD, "apart")),
        ]
        for name, figure in report.total.items()
        if metrics is None or name in metrics
    ]
    return Table("summary", t("figures.summary"), _spread_head(t("figures.metric")), rows)


def overview(report: Report, hall: Hall, by: str) -> Table:
    """The groups with what matters most of each."""
    fields = MATTER if by in (HOUR, LINE, ITEM) else SEAT
    rows = [
        [
            Cell(TEXT, group_name(hall, by, key)),
            *(cell_of(found[metric], field) for metric, field in fields),
        ]
        for key, found in report.groups[by].items()
    ]
    head = [
        t(f"figures.by.{by}"),
        *(t(f"figures.short.{metric}.{field}") for metric, field in fields),
    ]
    return Table(by, t("figures.title-by", by=t(f"figures.by.{by}")), head, rows)


def of_metric(report: Report, hall: Hall, by: str, metric: str) -> Table:
    """One metric, group by group."""
    rows = [
        [
            Cell(TEXT, group_name(hall, by, key)),
            *(cell_of(found[metric], field) for field in (*_SPREAD, "apart")),
        ]
        for key, found in report.groups[by].items()
        if metric in found
    ]
    return Table(
        metric, metric_name(metric, hall.policy), _spread_head(t(f"figures.by.{by}")), rows
    )


def everything(report: Report, hall: Hall, by: str) -> Table:
    """Every figure of every group, for a sheet as wide as it needs to be."""
    known = [metric for metric in METRICS.values() if by in metric.by]
    head = [t(f"figures.by.{by}")]
    fields: list[Field] = []
    for metric in known:
        name = metric_name(metric.id, hall.policy)
        if metric.kind == TIME:
            head += [f"{name} · {t(f'figures.{field}')}" for field in _SPREAD]
            fields += [(metric.id, field) for field in _SPREAD]
        else:
            head.append(name)
            fields.append((metric.id, "value"))
    rows = [
        [
            Cell(TEXT, group_name(hall, by, key)),
            *(cell_of(found[metric], field) for metric, field in fields),
        ]
        for key, found in report.groups[by].items()
    ]
    return Table(by, t("figures.title-by", by=t(f"figures.by.{by}")), head, rows)


def ledger(report: Report, hall: Hall) -> Table:
    """Every call out of order."""
    names = "at number window operator reason waited passed-over passed-waited"
    head = [t(f"figures.ledger.{name}") for name in names.split()]
    several = report.first != report.last
    rows = []
    for entry in report.ledger.entries:
        reason = hall.order_reasons.get(entry.reason)
        moment = local(entry.at).strftime("%m-%d %H:%M" if several else "%H:%M")
        rows.append(
            [
                Cell(TEXT, moment),
                Cell(TEXT, entry.number),
                Cell(TEXT, entry.window),
                Cell(TEXT, entry.operator),
                Cell(TEXT, entry.reason if reason is None else named(reason, language())),
                Cell(LENGTH, entry.waited),
                Cell(TEXT, entry.passed_over),
                NOTHING if entry.passed_waited is None else Cell(LENGTH, entry.passed_waited),
            ]
        )
    return Table("ledger", t("figures.ledger"), head, rows)


def ledger_counts(report: Report, hall: Hall) -> Table:
    """How often each clerk called out of order, and why; what the rules did themselves."""
    rows = []
    for (operator, code), count in report.ledger.by_clerk.items():
        reason = hall.order_reasons.get(code)
        name = code if reason is None else named(reason, language())
        rows.append([Cell(TEXT, operator), Cell(TEXT, name), Cell(NUMBER, count)])
    for band, count in report.ledger.by_rule.items():
        rows.append(
            [
                Cell(TEXT, t("figures.ledger.rule")),
                Cell(TEXT, t(f"figures.ledger.{band}")),
                Cell(NUMBER, count),
            ]
        )
    head = [t(f"figures.ledger.{name}") for name in ("operator", "reason", "count")]
    return Table("counts", t("figures.ledger.counts"), head, rows)


def definitions(policy: Policy) -> Table:
    """What every figure means."""
    head = [t(f"figures.{name}") for name in ("id", "metric", "unit", "formula")]
    rows = [
        [
            Cell(TEXT, metric.id),
            Cell(TEXT, metric_name(metric.id, policy)),
            Cell(TEXT, t(f"figures.unit.{metric.kind}")),
            Cell(TEXT, formula(metric.id, policy)),
        ]
        for metric in METRICS.values()
    ]
    return Table("definitions", t("figures.definitions"), head, rows)


def _spread_head(first: str) -> list[str]:
    return [first, *(t(f"figures.{field}") for field in (*_SPREAD, "apart"))]
