"""``hallclient report``: the figures of a day or of some days, on the terminal or in a file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient import figure_tables as tables
from hallclient.actions.figures import Report, figures, may_read
from hallclient.cli.app import App
from hallclient.cli.output import Choices
from hallclient.cli.parser import command, option
from hallclient.cli.report_shape import WIDTH, entry_object, figure_object, text_lines, wrapped
from hallclient.figure_tables import Table
from hallclient.rules.errors import Refused
from hallclient.rules.metrics import GROUPINGS, METRICS
from hallclient.rules.review.figures import GROUPINGS as OF_REVIEW
from hallclient.rules.review.figures import REPORTS
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import iso

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``report``."""
    report = command(commands, "report", _report)
    option(report, "about", nargs="?", choices=REPORTS)
    option(report, "--day", default="")
    day = t("cli.value.day")
    report.add_argument("--from", dest="first", default="", metavar=day, help=t("cli.option.first"))
    report.add_argument("--to", dest="last", default="", metavar=day, help=t("cli.option.last"))
    of_review = dict.fromkeys(by for known in OF_REVIEW.values() for by in known)
    option(
        report,
        "--by",
        choices=tuple(dict.fromkeys((*GROUPINGS, *of_review))),
        help=t("cli.option.report-by"),
    )
    option(report, "--firm", default="", help=t("cli.option.of-firm"))
    option(report, "--metric", action="append", default=[])
    option(report, "--ledger", action="store_true")
    option(report, "--definitions", action="store_true")
    files = report.add_mutually_exclusive_group()
    for name in ("csv", "xlsx"):
        files.add_argument(
            f"--{name}", type=Path, metavar=t("cli.value.file"), help=t(f"cli.option.{name}")
        )
    option(report, "--force", action="store_true")


def _report(args: Namespace, app: App) -> int:
    if args.about and args.definitions:
        return _review(args, app, "", "")
    if args.definitions:
        return _definitions(app)
    who, store = app.actor(), app.store()
    may_read(store, who)
    if args.about:
        return _review(args, app, *_days(args, store.env.day(store.env.now())))
    if args.firm:
        raise Refused("report-option", field="firm", option="--firm")
    metrics = [_metric(app, text) for text in args.metric]
    for metric in metrics:
        if args.by and args.by not in METRICS[metric].by:
            raise Refused("no-metric-by", field="by", metric=metric, by=t(f"figures.by.{args.by}"))
    first, last = _days(args, store.env.day(store.env.now()))
    wanted = [args.by] if args.by else []
    if args.xlsx is not None:
        from hallclient.figure_files import SHEETS

        wanted = list(SHEETS)
    elif args.csv is not None and not args.by:
        wanted = list(GROUPINGS)
    report = figures(store, who, first, last, wanted)
    if args.csv is not None or args.xlsx is not None:
        return _file(args, app, report)
    if args.ledger:
        return _ledger(app, report)
    return _figures(app, report, args.by, metrics)


def _review(args: Namespace, app: App, first: str, last: str) -> int:
    from hallclient.cli import report_review

    return report_review.run(args, app, first, last)


def _days(args: Namespace, today: str) -> tuple[str, str]:
    """From which day to which. Raises ``day-or-days`` when both are asked for."""
    if args.day and (args.first or args.last):
        raise Refused("day-or-days", field="day")
    if args.day or not (args.first or args.last):
        day = narrow(args.day) or today
        return day, day
    return narrow(args.first or args.last), narrow(args.last) or today


def _metric(app: App, text: str) -> str:
    """A metric by its id or by its name. Raises ``no-such-metric`` with the list."""
    policy, wanted = app.hall().policy, text.strip().casefold()
    known = [(name, tables.metric_name(name, policy)) for name in METRICS]
    for name, word in known:
        if wanted in (name, word.casefold()):
            return name
    raise Choices("no-such-metric", "metric", known, metric=text)


# -- a file


def _file(args: Namespace, app: App, report: Report) -> int:
    from hallclient import figure_files

    hall = app.hall()
    if args.xlsx is not None:
        target: Path = args.xlsx
        count = figure_files.write_workbook(report, hall, target, replace=args.force)
        said = t("figures.made-workbook", file=str(target), n=count)
    else:
        target = args.csv
        write = figure_files.write_ledger if args.ledger else figure_files.write_csv
        count = write(report, hall, target, replace=args.force)
        said = t("export.made", file=str(target), rows=count)
    app.out.emit(
        {
            "file": str(target),
            "from": report.first,
            "to": report.last,
            "count": count,
            "definitions": report.definitions,
        },
        said,
    )
    return 0


# -- the terminal


def _definitions(app: App) -> int:
    policy = app.hall().policy
    for metric in METRICS.values():
        name = tables.metric_name(metric.id, policy)
        formula = tables.formula(metric.id, policy)
        obj: dict[str, object] = {
            "metric": metric.id,
            "name": name,
            "unit": metric.kind,
            "by": [by for by in GROUPINGS if by in metric.by],
            "formula": formula,
        }
        app.out.emit(obj, f"{name}  [{metric.id}]\n{wrapped(formula, WIDTH, '  ')}")
    return 0


def _figures(app: App, report: Report, by: str | None, metrics: list[str]) -> int:
    hall = app.hall()
    if app.out.json:
        for name, figure in report.total.items():
            if not metrics or name in metrics:
                app.out.emit(figure_object(report, hall, "", "", figure), "")
        for grouping, groups in report.groups.items():
            for key, found in groups.items():
                for name, figure in found.items():
                    if not metrics or name in metrics:
                        group = str(key)
                        app.out.emit(figure_object(report, hall, grouping, group, figure), "")
        return 0
    _heading(app, report)
    if by is None:
        _print(app, tables.summary(report, hall, metrics or None))
        app.out.note(t("figures.apart-note"))
    elif not metrics:
        _print(app, tables.overview(report, hall, by))
    else:
        for metric in metrics:
            table = tables.of_metric(report, hall, by, metric)
            app.out.note(table.title)
            _print(app, table)
    return 0


def _ledger(app: App, report: Report) -> int:
    hall = app.hall()
    if app.out.json:
        for entry in report.ledger.entries:
            app.out.emit(entry_object(entry), "")
        for (operator, reason), count in report.ledger.by_clerk.items():
            app.out.emit({"operator": operator, "reason": reason, "count": count}, "")
        for band, count in report.ledger.by_rule.items():
            app.out.emit({"rule": band, "count": count}, "")
        return 0
    _heading(app, report)
    if report.ledger.entries:
        _print(app, tables.ledger(report, hall))
        app.out.note("")
    else:
        app.out.note(t("figures.ledger.empty"))
    _print(app, tables.ledger_counts(report, hall))
    return 0


def _heading(app: App, report: Report) -> None:
    days = report.first if report.first == report.last else f"{report.first} – {report.last}"
    at = iso(report.as_of) or ""
    app.out.note(t("figures.heading", days=days, at=at[11:16], version=report.definitions))
    app.out.note("")


def _print(app: App, table: Table) -> None:
    for line in text_lines(table):
        app.out.note(line)
