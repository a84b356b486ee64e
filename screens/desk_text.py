"""The lines of the desk, as content made from a view of the hall. Nothing here decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from db.store import Row
from hallclient.actions.acting import Actor
from hallclient.actions.deskview import DeskView
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.text import cell_width, cut
from hallclient.signal_words import signal_text
from hallclient.texts import has, language, t
from hallclient.words import clock, duration, state_word, stopwatch, why_text
from screens.widgets.content import Part, line

if TYPE_CHECKING:
    from hallclient.actions.case_link import Brief
    from hallclient.actions.linkview import Link

MUTED = "$foreground 65%"
STRONG = "bold"
WARN = "$text-warning"
ALERT = "bold $text-error"
GOOD = "$text-success"


def item_name(hall: Hall, code: str) -> str:
    """The item's name in the language spoken now; its code when the catalogue lost it."""
    item = hall.items.get(code)
    return named(item, language()) if item else code


def spread(left: Content, right: Content, width: int) -> Content:
    """One line with something at each end; the left part gives way when both do not fit."""
    room = width - cell_width(right.plain) - 1
    if cell_width(left.plain) > room:
        left = Content(cut(left.plain, max(1, room)))
    gap = " " * max(1, width - cell_width(left.plain) - cell_width(right.plain))
    return Content.assemble(left, gap, right)


def status(view: DeskView, hall: Hall, who: Actor, *, demo: bool, width: int, now: int) -> Content:
    """The top line: window, operator, clock; the visitor and the stopwatch; what is saved.

    When it is too narrow for all of that, the window's name goes first, then the words of what
    is saved: what the visitor waits for stays.
    """
    window = view.window
    face = ""
    if window is not None and window["id"] in hall.windows:
        face = named(hall.windows[window["id"]], language())
    state = _window_state(view, hall, now)
    for name, saved in ((face, "desk.saved"), ("", "desk.saved"), ("", "desk.saved-short")):
        parts: list[Part] = [(t("desk.demo-mark") + " ", WARN)] if demo else []
        if window is not None:
            told = t("desk.window", number=window["number"], name=name).strip()
        else:
            told = t(f"role.{who.role}")
        parts += [(told, STRONG), f" · {who.operator} · {clock(now)}  ", *state]
        left, right = line(*parts), line(_saved(view.link, saved))
        if cell_width(left.plain) + cell_width(right.plain) < width:
            break
    return spread(left, right, width)


def _saved(link: Link | None, alone: str) -> tuple[str, str]:
    """Saved here; with a hub also how far it has come, and since when something waits."""
    if link is None:
        return t(alone), GOOD
    short = "-short" if alone.endswith("-short") else ""
    if link.unsent:
        since = clock(link.oldest_at) if link.oldest_at is not None else ""
        key = "desk.link.unsent" if link.connected else "desk.link.cut-off"
        return t(key + short, unsent=link.unsent, since=since), WARN
    if not link.connected:
        return t("desk.link.alone" + short), WARN
    return t(("desk.link.sent" if link.unconfirmed else "desk.link.confirmed") + short), GOOD


def _window_state(view: DeskView, hall: Hall, now: int) -> list[Part]:
    window, leg = view.window, view.leg
    if window is None:
        return []
    if leg is None:
        word = t(f"window.{window['state']}")
        reason = hall.pause_reasons.get(window["reason"] or "")
        if reason is not None:
            word = t("desk.state-reason", state=word, reason=named(reason, language()))
        style = WARN if window["state"] in ("paused", "draining", "closed") else MUTED
        return [(word, style), f" {stopwatch(now - window['since'])}"]
    target = ""
    configured = hall.lines.get(leg["line"])
    if configured is not None and leg["state"] == "serving":
        target = f"/{stopwatch(configured.service_ms)}"
    late = bool(target) and configured is not None and now - leg["since"] > configured.p95_ms
    return [
        (leg["number"], STRONG),
        f" {state_word(leg['state'])} ",
        (f"{stopwatch(now - leg['since'])}{target}", ALERT if late else ""),
    ]


def queue_title(view: DeskView, now: int) -> str:
    """Title of the list: how many wait, and how long the first of them has."""
    if not view.waiting or view.oldest is None:
        return t("desk.queue-empty")
    return t("desk.queue", n=view.waiting, oldest=duration(now - view.oldest))


def next_line(view: DeskView) -> Content:
    """Who would be called now, and why."""
    if view.next_leg is None:
        return line((t("desk.next-none"), MUTED))
    return line(
        (t("desk.next", number=view.next_leg["number"]), STRONG), "  ", why_text(view.next_why)
    )


def aside_line(view: DeskView, hall: Hall, now: int, width: int) -> Content:
    """Numbers held, passed or outside: they must not be forgotten. Then how the day stands."""
    parts = signals(view, hall)
    for row in view.aside:
        word = state_word(row["state"])
        reason = hall.hold_reasons.get(row["reason"] or "")
        if reason is not None:
            word = named(reason, language())
        left = row["timer_at"]
        timer = f" {stopwatch(max(0, left - now))}" if left is not None else ""
        parts.append(f"{row['number']} {word}{timer}")
    if view.day is not None:
        parts.append(day_hint(view.day))
    if not parts:
        return line((t("desk.aside-none"), MUTED))
    return line((cut(" · ".join(parts), width - 2), WARN))


def day_hint(hint: tuple[str, int] | None) -> str:
    """What is to be said of the business day (`day.hint`), if anything."""
    return t(f"day.hint.{hint[0]}", n=hint[1]) if hint is not None else ""


def signals(view: DeskView, hall: Hall) -> list[str]:
    """What a supervisor asks of this seat, and what has become of its call for help."""
    return [_signal(row, hall) for row in view.signals]


def heard(view: DeskView, hall: Hall) -> set[str]:
    """Those of them that come from somebody else: news for whoever sits here."""
    theirs = [row for row in view.signals if row["kind"] == "request" or row["answered_at"]]
    return {_signal(row, hall) for row in theirs}


def _signal(row: Row, hall: Hall) -> str:
    if row["kind"] == "request":
        key = "live.desk-heard" if row["answered_at"] else "live.desk-request"
    else:
        key = "live.desk-helped" if row["answered_at"] else "live.desk-help"
    by, at = row["answered_by"] or "", clock(row["at"])
    return t(key, text=signal_text(hall, row), operator=by, at=at)


def badge(row: Row, now: int) -> str:
    """What is special about a waiting number, in a word."""
    lane = row["lane"]
    if row["busy_at"]:
        return t("desk.badge-busy", window=row["busy_at"])
    if lane == "priority":
        return t("desk.badge-priority")
    if lane == "booked":
        return t("desk.badge-booked", at=clock(row["slot"] or row["order_at"]))
    if lane == "return":
        return t("desk.badge-return")
    if lane == "joint":
        return t("desk.badge-joint")
    if row["reinstated"]:
        return t("desk.badge-reinstated")
    return ""


def row_style(row: Row, hall: Hall, now: int) -> str:
    """How a waiting number stands out: waited beyond its target, due, or coming back."""
    configured = hall.lines.get(row["line"])
    if row["busy_at"]:
        return "dim"
    if configured is not None:
        wait = now - row["ready_at"]
        if wait > hall.policy.guard_factor * configured.target_ms:
            return "alert"
        if wait > configured.target_ms:
            return "warn"
    if row["lane"] == "return":
        return "own"
    return "good" if row["lane"] in ("priority", "booked") else ""


def matter(view: DeskView, hall: Hall, now: int) -> Content:
    """The visitor at the window: who, what for, why now, and the other services of the number."""
    leg, visit = view.leg, view.visit
    if leg is None or visit is None:
        return no_visitor(view)
    lines: list[Content] = [
        line((leg["number"], STRONG), "  ", (item_name(hall, leg["item"]), STRONG)),
        about_item(hall, leg["item"]),
        *about_person(view.person),
        *about_visit(visit, hall, now),
        *about_booking(view.booking),
        *about_case(view.case),
    ]
    if view.why:
        lines.append(line((t("desk.why"), MUTED), why_text(view.why, _order_reason(view, hall))))
    if leg["doubted_at"]:
        lines.append(line((t("desk.doubted"), ALERT)))
    lines += other_services(visit, leg["id"], hall)
    lines += calls(visit, leg["id"])
    if leg["day"] != visit["day"]:
        lines.append(line((leg["day"], WARN)))
    return Content("\n").join(lines)


def _order_reason(view: DeskView, hall: Hall) -> str:
    """The word of the reason that was given for calling this one out of order."""
    leg, visit = view.leg, view.visit
    if leg is None or visit is None:
        return ""
    # Calling again records no reason; the last call that has one is why the visitor is here.
    calls = [row for row in visit["attempts"] if row["leg"] == leg["id"] and row["why"]]
    reason = hall.order_reasons.get(calls[-1]["chosen"] or "") if calls else None
    return named(reason, language()) if reason is not None else ""


def no_visitor(view: DeskView) -> Content:
    """What to press when nobody is at the window."""
    state = view.window["state"] if view.window is not None else "none"
    lines = [line((t("desk.nobody"), STRONG)), Content("")]
    key = f"desk.press-{state}"
    lines += [line(text) for text in t(key if has(key) else "desk.press-idle").split("\n")]
    return Content("\n").join(lines)


def about_item(hall: Hall, code: str) -> Content:
    """Department, mode and limits of an item."""
    item = hall.items.get(code)
    if item is None:
        return Content("")
    spoken = language()
    parts = [item.code]
    if item.department in hall.departments:
        parts.append(named(hall.departments[item.department], spoken))
    if item.promised_limit or item.legal_limit:
        units = hall.units
        promised = f"{item.promised_limit} {named(units[item.promised_unit], spoken)}"
        legal = f"{item.legal_limit} {named(units[item.legal_unit], spoken)}"
        on_spot = t("desk.on-the-spot")
        parts.append(
            t(
                "desk.limits",
                promised=promised if item.promised_limit else on_spot,
                legal=legal if item.legal_limit else on_spot,
            )
        )
    else:
        parts.append(t("desk.on-the-spot"))
    return line((" · ".join(parts), MUTED))


def about_person(person: dict[str, str]) -> list[Content]:
    """Who it is; masked, unless it was asked for."""
    lines = []
    for names in (("name", "identity"), ("phone",), ("company",)):
        said = [t(f"person.{name}", value=person[name]) for name in names if person.get(name)]
        if said:
            lines.append(line("  ".join(said)))
    return lines


def about_visit(visit: Row, hall: Hall, now: int) -> list[Content]:
    """When the number was taken, its booking, its verified priority."""
    taken = t("desk.taken", at=clock(visit["opened_at"]), ago=duration(now - visit["opened_at"]))
    parts: list[Part] = [(taken, MUTED)]
    if visit["slot"]:
        parts.append(("  " + t("desk.booked", at=clock(visit["slot"])), GOOD))
    lines = [line(*parts)]
    kind = hall.priorities.get(visit["priority"] or "")
    if kind is not None:
        verified = t("desk.verified", by=visit["verified_by"] or "", proof=visit["proof"] or "")
        lines.append(line((named(kind, language()), GOOD), "  ", (verified, MUTED)))
    return lines


def about_booking(booking: Row | None) -> list[Content]:
    """The booking the visitor came with, and whether it was confirmed here."""
    if booking is None:
        return []
    from hallclient.actions.booking_confirm import seen_of
    from screens.keys import current

    seen = seen_of(booking)
    said = t("desk.came-booked", booking=booking["id"])
    if not seen:
        key = current().first("confirm_booking")
        return [line((said, GOOD), "  ", (t("desk.not-confirmed", key=key), WARN))]
    marks = [row["mark"] for row in seen["rows"]]
    wrong = sum(mark in ("differs", "missing") for mark in marks)
    told = t("desk.booking-confirmed", at=clock(seen["at"]), n=len(marks), wrong=wrong)
    return [line((said, GOOD), "  ", (told, WARN if wrong else GOOD))]


def about_case(case: Brief | None) -> list[Content]:
    """The case the visitor came for, how far it is, and the key that opens it."""
    if case is None:
        return []
    from screens.keys import current

    said = t("desk.case", number=case.number, state=named(case.state, language()))
    done = t("review.count", settled=case.settled, needed=case.needed)
    left = t("desk.case-open", n=case.open) if case.open else t("desk.case-clear")
    key = t("desk.case-key", key=current().first("review"))
    return [
        line((said, GOOD)),
        line((f"{done} · {left}", WARN if case.open else GOOD), "  ", (key, MUTED)),
    ]


def other_services(visit: Row, here: str, hall: Hall) -> list[Content]:
    """The services of the number, with their states; nothing when there is only one."""
    legs = visit["legs"]
    if len(legs) < 2:
        return []
    marks = {"done": "✓", "blocked": "◌", "cancelled": "×", "abandoned": "×", "transferred": "→"}
    lines = []
    for leg in legs:
        mark = "▸" if leg["id"] == here else marks.get(leg["state"], "·")
        style = STRONG if leg["id"] == here else ""
        said = f" {mark} {item_name(hall, leg['item'])}  {state_word(leg['state'])}"
        lines.append(line((said, style)))
    return lines


def calls(visit: Row, leg: str) -> list[Content]:
    """When and where this service was announced."""
    made = [row for row in visit["attempts"] if row["leg"] == leg]
    if not made:
        return []
    shown = " ".join(f"{clock(row['at'])}@{row['window']}" for row in made[-6:])
    return [line((t("desk.calls", n=len(made)), MUTED), (shown, MUTED))]
