"""What the figures screen says: the day in a line, the plots by hour, tables as rows."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from hallclient import figure_tables as tables
from hallclient.actions.figures import Report, Usual
from hallclient.figure_tables import Table
from hallclient.rules.catalogue import Hall
from hallclient.rules.metrics import HOUR, Figure, Figures
from hallclient.rules.text import cell_width
from hallclient.texts import t
from hallclient.words import clock, stopwatch
from screens.widgets.content import Part, line
from screens.widgets.plot import against, placed, row, stacked
from screens.widgets.rows import Column, Row

_FIXED = 45
"""Cells of a plot's line beside its two bars."""


def status(report: Report | None, day: str, today: str, width: int) -> Content:
    """Title, day, moment."""
    parts: list[Part] = [(t("figures.title"), "bold"), " ", day]
    if day == today:
        parts.append(t("figures.today"))
    if report is not None:
        parts.append(t("figures.state", at=clock(report.as_of), version=report.definitions))
    return line(" ", *row(parts))


def headline(report: Report, usual: Usual, hall: Hall) -> list[Content]:
    """The day's figures that count, in two lines, none of them without its n."""
    total, target = report.total, round(hall.policy.service_level_share * 1000)
    level = total["service-level"].permille
    below = level is not None and level < target
    usually = t("figures.usually", n=sum(usual.hours.values())) if usual.days else ""
    first: list[Part] = [
        t("figures.head.arrivals", n=total["arrivals"].value) + usually,
        t("figures.head.served", n=total["served"].value),
        (
            t(
                "figures.head.level",
                level=_said(total["service-level"], "share"),
                name=tables.metric_name("service-level", hall.policy),
                n=total["service-level"].n,
            )
            + (t("figures.head.below", target=f"{target // 10}") if below else ""),
            "bold $text-error" if below else "bold",
        ),
    ]
    second: list[Part] = [
        t(
            "figures.head.wait",
            p50=_said(total["wait"], "p50"),
            p90=_said(total["wait"], "p90"),
            longest=_said(total["wait"], "longest"),
            n=total["wait"].n,
        ),
        t(
            "figures.head.abandonment",
            share=_said(total["abandonment"], "share"),
            n=total["abandonment"].n,
        ),
    ]
    apart = sum(total[name].apart for name in ("wait", "service", "walk", "visit"))
    if apart:
        second.append((t("figures.head.apart", n=apart), "$text-warning"))
    unknown = total["utilisation"].apart
    if unknown:
        second.append((t("figures.head.unknown", n=unknown), "$text-warning"))
    return [line(*row(first, "  ")), line(*row(second, "  "))]


def ledger_line(report: Report) -> Content:
    """How many calls out of order, by whom, and how many the rules made themselves."""
    counts: dict[str, int] = {}
    for entry in report.ledger.entries:
        counts[entry.operator] = counts.get(entry.operator, 0) + 1
    most = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    parts: list[Part] = [(t("figures.ledger.all", n=len(report.ledger.entries)), "bold")]
    parts += [f"{operator} {n}" for operator, n in most]
    parts += [f"{t(f'figures.ledger.{band}')} {n}" for band, n in report.ledger.by_rule.items()]
    return line(*row(parts, "  "))


def _said(figure: Figure, field: str) -> str:
    return tables.said(tables.cell_of(figure, field)) or "-"


def plot(report: Report, usual: Usual, hall: Hall, width: int, height: int) -> Content:
    """Hour by hour: how long one waited, how many came against the usual, the service level."""
    hours = report.groups[HOUR]
    shown = sorted({int(hour) for hour in hours if _seen(hours[hour])} | set(usual.hours))
    if not shown:
        return line((t("figures.no-numbers"), "$text-muted"))
    room = max(12, width - _FIXED)
    waiting = room * 2 // 3
    coming = room - waiting
    longest = max((hours[hour]["wait"].longest for hour in shown if hour in hours), default=0)
    counts = [hours[hour]["arrivals"].value for hour in shown if hour in hours]
    most = max([*counts, *usual.hours.values()], default=0)
    target = round(hall.policy.service_level_share * 1000)
    apart = 2 * len(shown) + 1 <= height
    lines = [_plot_head(waiting, coming)]
    for hour in shown:
        if apart:
            lines.append(Content(""))
        before = usual.hours.get(hour, 0) if usual.days else None
        lines.append(
            _hour(hour, hours.get(hour), before, (longest, most), (waiting, coming), target)
        )
    return Content("\n").join(lines)


def _seen(found: Figures) -> bool:
    return any(found[name].n or found[name].apart for name in ("arrivals", "wait", "offered"))


def _plot_head(waiting: int, coming: int) -> Content:
    names: list[Part] = [
        placed(t("figures.plot.hour"), 5),
        placed(t("figures.n"), 4, right=True),
        placed(t("figures.plot.wait"), waiting),
        placed(t("figures.p90"), 7, right=True),
        placed(t("figures.longest"), 7, right=True),
        placed(t("figures.plot.arrivals"), coming),
        placed(t("figures.plot.usual"), 7, right=True),
        placed(t("figures.plot.level"), 7, right=True),
    ]
    return line(*row(names)).stylize("$foreground 65%")


def _hour(
    hour: int,
    found: Figures | None,
    usual: int | None,
    most: tuple[int, int],
    width: tuple[int, int],
    target: int,
) -> Content:
    found = found or {name: Figure(name) for name in ("wait", "arrivals", "service-level")}
    wait, arrivals = found["wait"], found["arrivals"].value
    level = found["service-level"].permille
    below = level is not None and level < target
    said = "" if level is None else f"{level // 10}.{level % 10}%" + ("!" if below else " ")
    count = f"{arrivals}/{usual}" if usual is not None else f"{arrivals}"
    return line(
        *row(
            [
                (f"{hour:02d}:00", "bold"),
                placed(str(wait.n) if wait.n else "", 4, right=True),
                (stacked((wait.p50, wait.p90, wait.longest), most[0], width[0]), "$text-accent"),
                placed(stopwatch(wait.p90) if wait.n else "", 7, right=True),
                placed(stopwatch(wait.longest) if wait.n else "", 7, right=True),
                (against(arrivals, usual, most[1], width[1]), "$text-success"),
                placed(count, 7, right=True),
                (placed(said, 7, right=True), "$text-error" if below else ""),
            ]
        )
    )


def columns(table: Table) -> list[Column]:
    """The columns of a table: numbers to the right, the words that vary most take what is left."""
    cells = [
        [head, *(tables.said(found[at]) for found in table.rows)]
        for at, head in enumerate(table.head)
    ]
    widths = [max(map(cell_width, texts)) for texts in cells]
    words = [at == 0 or tables.in_words(table, at) for at in range(len(widths))]
    flexible = max(
        (at for at, left in enumerate(words) if left), key=lambda at: (_vary(cells[at]), at)
    )
    return [
        Column(table.head[at], min(width, 14), flex=1)
        if at == flexible
        else Column(table.head[at], width, align="left" if words[at] else "right")
        for at, width in enumerate(widths)
    ]


def _vary(texts: Sequence[str]) -> int:
    """By how many cells the texts below a heading differ in width."""
    widths = [cell_width(text) for text in texts[1:] if text] or [0]
    return max(widths) - min(widths)


def rows(table: Table) -> list[Row]:
    """The rows of a table."""
    return [
        Row(f"{at}", tuple(tables.said(cell) for cell in found))
        for at, found in enumerate(table.rows)
    ]
