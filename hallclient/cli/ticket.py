"""``hallclient ticket``: numbers, from the visitor's side."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hallclient.actions import forecasting, persons, taking, tickets, views
from hallclient.actions.acting import Actor
from hallclient.cli import pick, printing, shape
from hallclient.cli.app import App
from hallclient.cli.parser import command, group, option
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow
from hallclient.texts import t
from hallclient.words import at_clock, duration, state_word

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``ticket`` and its commands."""
    own = group(commands, "ticket")
    take = command(own, "ticket.take", _take)
    option(take, "--service")
    option(take, "--also", action="append", default=[])
    option(take, "--joint")
    option(take, "--collect", action="store_true")
    option(take, "--priority")
    option(take, "--proof", default="")
    option(take, "--claimed")
    option(take, "--slot")
    option(take, "--booking")
    for name in persons.PERSON_FIELDS:
        option(take, f"--{name}", default="")
    option(take, "--print", action="store_true")
    printing.printer_options(take)
    listed = command(own, "ticket.list", _list)
    option(listed, "--all", action="store_true")
    option(listed, "--line")
    option(command(own, "ticket.show", _show), "number")
    again = command(own, "ticket.print", printing.print_again)
    option(again, "number")
    printing.printer_options(again)
    option(command(own, "ticket.verify", printing.verify), "text")
    cancel = command(own, "ticket.cancel", _cancel)
    option(cancel, "number")
    option(cancel, "--reason")
    option(command(own, "ticket.reinstate", _reinstate), "number")
    option(command(own, "ticket.come-back", _come_back), "number")
    add = command(own, "ticket.add", _add)
    option(add, "number")
    option(add, "--service", required=True)
    option(add, "--after", action="store_true")
    priority = command(own, "ticket.priority", _priority)
    option(priority, "number")
    option(priority, "--kind")
    option(priority, "--proof", default="")
    option(command(own, "ticket.reveal", _reveal), "number")
    forget = command(own, "ticket.forget", _forget)
    option(forget, "number")
    option(forget, "--day", required=True)


def _take(args: Namespace, app: App) -> int:
    if args.booking is not None:
        return _of_booking(args, app)
    who, hall, store = app.actor(), app.hall(), app.store()
    wanted = [pick.item(hall, text) for text in (args.service, *args.also) if text]
    request = tickets.Request(
        wanted,
        joint=pick.coded(hall.joints, args.joint, "joint", "kind-needed", "no-such-joint")
        if args.joint is not None
        else "",
        priority=_kind(app, args.priority) if args.priority is not None else "",
        proof=args.proof,
        slot=at_clock(narrow(args.slot), store.env.now()) if args.slot else None,
        person={name: getattr(args, name) for name in persons.PERSON_FIELDS},
        collect=args.collect,
        claimed=_kind(app, args.claimed) if args.claimed is not None else "",
    )
    wanted_print = args.print or args.printer is not None
    printer = printing.printer(args) if wanted_print else None
    ticket = taking.take(store, who, request)
    _answer(app, ticket, "cli.ticket.taken")
    # After the answer: the number is there whatever the printer does.
    return printing.print_new(app, ticket.number, printer) if printer is not None else 0


def _of_booking(args: Namespace, app: App) -> int:
    """The number of a booking: what it is for and who comes stands in it."""
    from hallclient.cli import booking

    if args.service or args.also or args.joint or args.slot:
        raise Refused("booking-alone", field="booking")
    printer = printing.printer(args) if args.print or args.printer is not None else None
    number = booking.check_in(app, args.booking)
    return printing.print_new(app, number, printer) if printer is not None else 0


def _list(args: Namespace, app: App) -> int:
    app.seen_by("ticket.show")
    hall, store = app.hall(), app.store()
    line = None
    if args.line is not None:
        line = pick.coded(hall.lines, args.line, "line", "kind-needed", "no-such-line")
    rows = views.tickets(store, open_only=not args.all, line=line)
    now = store.env.now()
    cells = [
        (
            row["number"],
            state_word(row["state"]),
            row["item"],
            shape.item_name(hall, row["item"]),
            duration((row["closed_at"] or now) - row["ticket_at"]),
            row["window"] or "",
        )
        for row in rows
    ]
    for row, text in zip(rows, shape.columns(cells), strict=True):
        app.out.emit(shape.leg_object(hall, row), text)
    if not rows:
        app.out.note(t("cli.ticket.none"))
    return 0


def _show(args: Namespace, app: App) -> int:
    app.seen_by("ticket.show")
    hall, store = app.hall(), app.store()
    number = pick.number(store, args.number)
    visit = views.visit_by_number(store, number)
    if visit is None:
        raise Refused("no-such-number", field="number", number=number)
    app.out.emit(shape.visit_object(store, hall, visit), shape.visit_text(store, hall, visit))
    return 0


def _cancel(args: Namespace, app: App) -> int:
    who, number = _of(args, app)
    reasons = app.hall().cancel_reasons
    reason = pick.coded(reasons, args.reason, "reason", "reason-needed", "no-such-reason")
    _answer(app, tickets.cancel(app.store(), who, number, reason), "cli.ticket.cancelled")
    return 0


def _reinstate(args: Namespace, app: App) -> int:
    who, number = _of(args, app)
    _answer(app, tickets.reinstate(app.store(), who, number), "cli.ticket.reinstated")
    return 0


def _come_back(args: Namespace, app: App) -> int:
    who, number = _of(args, app)
    _answer(app, tickets.come_back(app.store(), who, number), "cli.ticket.came-back")
    return 0


def _add(args: Namespace, app: App) -> int:
    who, number = _of(args, app)
    item = pick.item(app.hall(), args.service)
    ticket = tickets.add_service(app.store(), who, number, item, after_current=args.after)
    _answer(app, ticket, "cli.ticket.added", newest=True)
    return 0


def _priority(args: Namespace, app: App) -> int:
    who, number = _of(args, app)
    kind = _kind(app, args.kind)
    ticket = tickets.verify_priority(app.store(), who, number, kind, args.proof)
    _answer(app, ticket, "cli.ticket.verified")
    return 0


def _reveal(args: Namespace, app: App) -> int:
    who, number = _of(args, app)
    person = persons.reveal(app.store(), who, number)
    lines = [t(f"cli.person.{name}", value=value) for name, value in person.items()]
    said = "\n".join(lines) or t("cli.person.none", number=number)
    app.out.emit({"number": number, "person": person}, said)
    return 0


def _forget(args: Namespace, app: App) -> int:
    who = app.actor()
    day, number = narrow(args.day), pick.number(app.store(), args.number)
    persons.forget(app.store(), who, number, day)
    obj: dict[str, object] = {"number": number, "day": day, "forgotten": True}
    app.out.emit(obj, t("cli.ticket.forgotten", number=number, day=day))
    return 0


def _of(args: Namespace, app: App) -> tuple[Actor, str]:
    return app.actor(), pick.number(app.store(), args.number)


def _kind(app: App, text: str | None) -> str:
    kinds = app.hall().priorities
    return pick.coded(kinds, text, "priority", "kind-needed", "no-such-priority")


def _answer(app: App, ticket: tickets.Ticket, key: str, *, newest: bool = False) -> None:
    hall, store = app.hall(), app.store()
    obj = shape.ticket_object(store, hall, ticket)
    legs = ticket.legs[-1:] if newest else ticket.legs
    names = t("cli.and").join(shape.item_name(hall, leg.item) for leg in legs)
    said = t(key, number=ticket.number, name=names)
    estimate = forecasting.estimate_of(store, ticket.visit)
    if key == "cli.ticket.taken" and estimate is not None:
        low, high = duration(estimate.call_low), duration(estimate.call_high)
        span = low if low == high else t("cli.ticket.span", low=low, high=high)
        said += t("cli.ticket.estimate", span=span)
    app.out.emit(obj, said)
