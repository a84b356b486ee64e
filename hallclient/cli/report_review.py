"""``hallclient report deficiencies|deadlines|promises|agents``: the figures of review."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from hallclient import review_tables as tables
from hallclient.actions.case_figures import Report, review_figures
from hallclient.cli.app import App
from hallclient.cli.report_shape import WIDTH, text_lines, wrapped
from hallclient.figure_tables import named_hall
from hallclient.rules.errors import Refused
from hallclient.rules.metrics import Figure
from hallclient.rules.review import figures as rules
from hallclient.rules.review.figures import METRICS
from hallclient.texts import t
from hallclient.words import iso, local


def run(args: Namespace, app: App, first: str, last: str) -> int:
    """One report of review over some days."""
    about: str = args.about
    if args.definitions:
        return _definitions(app, about)
    known = rules.GROUPINGS[about]
    if args.by and args.by not in known:
        raise Refused(
            "no-report-by",
            field="by",
            by=t(f"reviewfig.by.{args.by}"),
            known=", ".join(known),
        )
    for given, option in ((args.metric, "--metric"), (args.ledger, "--ledger")):
        if given:
            raise Refused("report-option", field=option.removeprefix("--"), option=option)
    in_file = args.csv is not None or args.xlsx is not None
    by = (args.by,) if args.by else known if in_file else known[:1]
    if args.firm and about != rules.AGENTS:
        raise Refused("report-option", field="firm", option="--firm")
    report = review_figures(app.store(), app.actor(), about, first, last, by, firm=args.firm)
    if in_file:
        return _file(args, app, report)
    return _figures(app, report, by[0])


def _definitions(app: App, about: str) -> int:
    for name in rules.SHOWN[about]:
        obj: dict[str, object] = {
            "metric": name,
            "name": tables.metric_name(name),
            "unit": METRICS[name].kind,
            "by": [by for by in rules.GROUPINGS[about] if by in METRICS[name].by],
            "formula": tables.formula(name),
        }
        told = wrapped(tables.formula(name), WIDTH, "  ")
        app.out.emit(obj, f"{tables.metric_name(name)}  [{name}]\n{told}")
    return 0


def _file(args: Namespace, app: App, report: Report) -> int:
    from hallclient import figure_files

    target: Path = args.csv if args.xlsx is None else args.xlsx
    if args.xlsx is None:
        table = tables.line_by_line(report)
        count = figure_files.write_table(table, target, replace=args.force)
        said = t("export.made", file=str(target), rows=count)
    else:
        facts = [
            (t("figures.hall"), named_hall(app.hall())),
            (t("figures.days"), f"{report.first} – {report.last}"),
            (t("figures.as-of"), local(report.as_of).strftime("%Y-%m-%d %H:%M:%S")),
            (t("figures.version"), report.definitions),
        ]
        count = figure_files.write_tables(
            tables.sheets(report),
            facts,
            tables.title(report.report),
            report.as_of,
            target,
            replace=args.force,
        )
        said = t("figures.made-workbook", file=str(target), n=count)
    app.out.emit(
        {
            "file": str(target),
            "report": report.report,
            "from": report.first,
            "to": report.last,
            "count": count,
            "definitions": report.definitions,
        },
        said,
    )
    return 0


def _figures(app: App, report: Report, by: str) -> int:
    if app.out.json:
        for figure in report.total.values():
            app.out.emit(_object(report, "", "", figure), "")
        for key, found in report.groups[by].items():
            for figure in found.values():
                app.out.emit(_object(report, by, key, figure), "")
        return 0
    days = report.first if report.first == report.last else f"{report.first} – {report.last}"
    at = (iso(report.as_of) or "")[11:16]
    app.out.note(tables.title(report.report))
    app.out.note(t("figures.heading", days=days, at=at, version=report.definitions))
    for table in (tables.summary(report), tables.overview(report, by)):
        app.out.note("")
        for line in text_lines(table) if table.rows else [t("reviewfig.nothing", by=table.head[0])]:
            app.out.note(line)
    return 0


def _object(report: Report, by: str, key: str, figure: Figure) -> dict[str, object]:
    """One figure for programs: days in days, shares as part and whole and per cent."""
    kind = METRICS[figure.metric].kind
    obj: dict[str, Any] = {
        "report": report.report,
        "from": report.first,
        "to": report.last,
        "by": by or None,
        "group": key if by else None,
        "name": tables.group_name(report, by, key) if by else None,
        "metric": figure.metric,
        "unit": kind,
        "n": figure.n,
    }
    if kind == rules.DAYS:
        known = figure.n > 0
        obj |= {
            "mean_days": figure.value / 10 if known else None,
            "p50_days": figure.p50 if known else None,
            "p90_days": figure.p90 if known else None,
            "max_days": figure.longest if known else None,
        }
    elif kind == rules.COUNT:
        obj["value"] = figure.value
    else:
        cell = tables.cell_of(figure, "value").value
        share = cell / 10 if isinstance(cell, int) else None
        name = "per_100" if kind == rules.PER_100 else "percent"
        obj |= {"part": figure.value, "of": figure.of, name: share}
    return {**obj, "definitions": report.definitions}
