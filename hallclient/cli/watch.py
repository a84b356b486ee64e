"""``hallclient watch``: the supervisor's view of review."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient import watch_words as said
from hallclient.actions import (
    case_ledger,
    case_load,
    case_overview,
    case_watch,
)
from hallclient.cli.app import App
from hallclient.cli.parser import command, group, option
from hallclient.cli.watch_shape import Names, case_object, most, number, print_list
from hallclient.rules.lights import Light
from hallclient.rules.review.watch import STILL_DAYS, by_firm
from hallclient.texts import language, t
from hallclient.words import iso, local

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``watch`` and its commands."""
    own = group(commands, "watch")
    command(own, "watch.now", _now)
    listed = command(own, "watch.deadlines", _deadlines)
    option(listed, "--light", choices=tuple(Light))
    for name in ("timer", "department", "operator"):
        option(listed, f"--{name}", default="", help=t(f"cli.option.watch-{name}"))
    most(listed)
    command(own, "watch.silence", _silence)
    promised = command(own, "watch.promises", _promises)
    kinds = ("tolerance", "commitment")
    option(promised, "--kind", choices=kinds, default="", help=t("cli.option.watch-kind"))
    option(promised, "--ahead", type=number, default=case_ledger.AHEAD)
    option(promised, "--phones", action="store_true")
    command(own, "watch.departments", _departments)
    command(own, "watch.steps", _steps)
    loads = command(own, "watch.agents", _agents)
    option(loads, "--firm", default="", help=t("cli.option.of-firm"))
    command(own, "watch.escalations", _escalations)
    stand = command(own, "watch.still", _still)
    option(stand, "--days", type=number, default=STILL_DAYS, help=t("cli.option.watch-days"))
    most(stand)
    again = command(own, "watch.notices", _notices)
    option(again, "--reasons", action="store_true")
    for log in (again, command(own, "watch.seals", _seals)):
        day = t("cli.value.day")
        log.add_argument("--from", dest="first", metavar=day, help=t("cli.option.first"))
        log.add_argument("--to", dest="last", metavar=day, help=t("cli.option.last"))


# -- all of it


def _now(_args: Namespace, app: App) -> int:
    found = case_overview.overview(app.store(), app.actor())
    obj: dict[str, object] = {
        "kind": "review",
        "at": iso(found.now),
        "open": found.open,
        "lights": {light.value: found.total(light) for light in Light},
        "silent": found.silent,
        "deemed": found.deemed,
        "late_steps": found.late_steps,
        "escalated": found.escalated,
        "promises": found.promises,
        "promises_due": found.promises_due,
        "promises_late": found.promises_late,
    }
    lights = "  ".join(f"{said.light_word(light)} {found.total(light)}" for light in Light)
    lines = (
        t("watch.now.cases", n=found.open, at=f"{local(found.now):%H:%M}"),
        t("watch.now.lights", lights=lights),
        t("watch.now.silence", n=found.silent, deemed=found.deemed),
        t("watch.now.steps", n=found.late_steps, escalated=found.escalated),
        t(
            "watch.now.promises",
            n=found.promises,
            due=found.promises_due,
            late=found.promises_late,
        ),
    )
    app.out.emit(obj, "\n".join(lines))
    if app.out.json:
        for timer, lit in found.lights.items():
            counted = {light.value: lit.get(light, 0) for light in Light}
            app.out.emit({"kind": "timer", "timer": timer, **counted}, "")
    return 0


# -- deadlines


def _deadlines(args: Namespace, app: App) -> int:
    found = case_watch.deadlines(
        app.store(),
        app.actor(),
        light=Light(args.light) if args.light else None,
        timer=args.timer,
        department=args.department,
        operator=args.operator,
        most=args.most,
    )
    names = Names(app)
    objects = (
        {
            **case_object(one.case),
            "timer": one.clock.timer,
            "at": one.at or None,
            "light": one.light.value,
            "left": one.left,
            "unit": one.clock.unit,
            "start": one.clock.start.isoformat(),
            "due": one.clock.due.isoformat(),
            "due_at": iso(one.clock.due_at),
            "provisional": one.clock.provisional,
            "paused": one.clock.state == "paused",
        }
        for one in found
    )
    cells = [
        [
            said.light_word(one.light),
            said.left_text(one),
            said.department_name(app.hall(), one.at)
            if one.at
            else said.timer_name(names.flow(one.case.flow), one.clock.timer),
            one.case.number,
            names.state(one.case),
            one.case.holder or one.case.agent or "-",
            one.case.title,
            names.item(one.case),
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.deadlines"))


def _silence(_args: Namespace, app: App) -> int:
    found = case_watch.silences(app.store(), app.actor())
    names = Names(app)
    objects = (
        {
            **case_object(one.case),
            "received": one.received.isoformat(),
            "day": one.day,
            "until": one.until.isoformat(),
            "deemed": one.deemed,
            "provisional": one.provisional,
        }
        for one in found
    )
    cells = [
        [
            one.case.number,
            said.silence_text(one),
            one.case.holder or "-",
            one.case.title,
            names.item(one.case),
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.silence"))


# -- promises


def _promises(args: Namespace, app: App) -> int:
    store, who = app.store(), app.actor()
    found = case_ledger.promises(store, who, kind=args.kind, ahead=args.ahead)
    reached = {}
    if args.phones and found:
        reached = case_ledger.reach(store, who, [one.case.id for one in found])
    objects, cells = [], []
    for one in found:
        call = reached.get(one.case.id)
        obj = {
            **case_object(one.case),
            "promise": one.id,
            "promised": one.kind,
            "material": one.no,
            "name": one.en if language() == "en" else one.zh,
            "due": one.due.isoformat(),
            "left": one.left,
            "reminded_at": iso(one.reminded_at),
        }
        told = ["-"] if one.reminded_at is None else [f"{local(one.reminded_at):%m-%d}"]
        if args.phones:
            obj |= {"call": call.name if call else None, "phone": call.phone if call else None}
            told += [call.phone, call.name] if call else ["-", "-"]
        kind = t(f"reviewfig.kind.{one.kind}")
        name = one.en if language() == "en" else one.zh
        cells.append(
            [
                *(said.day_text(one.due), said.days_text(one.left), one.case.number, kind),
                *(*told, one.case.title, name),
            ]
        )
        objects.append(obj)
    return print_list(app, objects, cells, t("watch.none.promises"))


# -- departments and agents


def _departments(_args: Namespace, app: App) -> int:
    found = case_load.departments(app.store(), app.actor())
    hall, now = app.hall(), app.store().env.now()
    objects = ({**one._asdict(), "oldest": iso(one.oldest)} for one in found)
    cells = [
        [
            t("watch.at-department", n=one.open, late=one.overdue, today=one.due_today),
            t("watch.urged", n=one.urged),
            said.age(now - one.oldest) if one.oldest is not None else "-",
            said.department_name(hall, one.department),
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.departments"))


def _steps(_args: Namespace, app: App) -> int:
    found = case_load.late_steps(app.store(), app.actor())
    hall = app.hall()
    objects = (
        {
            **case_object(one.case),
            "task": one.task,
            "at": one.department,
            "lead": one.lead,
            "due": one.due.isoformat(),
            "late": one.late,
            "urged": one.urged,
            "total": one.total.value if one.total else None,
        }
        for one in found
    )
    cells = [
        [
            said.days_text(-one.late),
            one.case.number,
            t("watch.urged", n=one.urged),
            t("watch.total", light=said.light_word(one.total)) if one.total else "-",
            said.department_name(hall, one.department),
            one.case.title,
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.steps"))


def _agents(args: Namespace, app: App) -> int:
    found = case_load.agents(app.store(), app.actor(), args.firm)
    firms = [one for firm, one in by_firm(found).items() if firm]
    loads = [*found, *firms]
    objects = (
        {
            "kind": "agent" if one.agent else "firm",
            **one._asdict(),
            "firm": one.firm or None,
            "oldest": iso(one.oldest),
        }
        for one in loads
    )
    cells = [
        [
            one.agent or t("watch.firm"),
            t("watch.load", n=one.open, pre=one.pre, passed=one.passed),
            t("watch.load-more", waiting=one.waiting, late=one.late),
            one.firm or "-",
        ]
        for one in loads
    ]
    return print_list(app, objects, cells, t("watch.none.agents"))


def _escalations(_args: Namespace, app: App) -> int:
    found = case_load.escalations(app.store(), app.actor())
    names = Names(app)
    now = app.store().env.now()
    objects = (
        {**case_object(one.case), "note": one.id, "by": one.by, "at": iso(one.at)} for one in found
    )
    cells = [
        [
            one.case.number,
            *(said.age(now - one.at), one.by, names.state(one.case), one.case.title),
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.escalations"))


def _still(args: Namespace, app: App) -> int:
    found = case_load.still(app.store(), app.actor(), days=args.days, most=args.most)
    names = Names(app)
    objects = (
        {**case_object(one.case), "last": iso(one.last), "days": one.days, "turn": one.turn}
        for one in found
    )
    cells = [
        [
            t("watch.still", n=one.days),
            one.case.number,
            names.state(one.case),
            said.turn_word(one.turn),
            one.case.holder or one.case.agent or "-",
            one.case.title,
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.still", n=args.days))


# -- papers


def _span(args: Namespace, app: App) -> tuple[str, str]:
    today = app.store().env.day(app.store().env.now())
    return args.first or args.last or today, args.last or today


def _notices(args: Namespace, app: App) -> int:
    found = case_ledger.second_notices(
        app.store(), app.actor(), *_span(args, app), reasons=args.reasons
    )
    objects = ({**one._asdict(), "at": iso(one.at)} for one in found)
    cells = [
        [
            f"{local(one.at):%m-%d %H:%M}",
            one.number,
            one.case,
            t("watch.nth", n=one.nth),
            one.by,
            one.reason or "",
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.notices"))


def _seals(args: Namespace, app: App) -> int:
    found = case_ledger.seals(app.store(), app.actor(), *_span(args, app))
    objects = ({**one._asdict(), "at": iso(one.at)} for one in found)
    hall = app.hall()
    cells = [
        [
            f"{local(one.at):%m-%d %H:%M}",
            *(one.by, one.number, one.case, said.item_name(hall, one.item)),
        ]
        for one in found
    ]
    return print_list(app, objects, cells, t("watch.none.seals"))
