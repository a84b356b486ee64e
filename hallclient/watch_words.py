"""Words for what is watched in review: lights, days left, silence, queues of work, states."""

from __future__ import annotations

from datetime import date

from hallclient.rules.catalogue import Hall, named
from hallclient.rules.lights import Light
from hallclient.rules.review.spec import Flow
from hallclient.rules.review.watch import Deadline, Silence
from hallclient.texts import language, t
from hallclient.words import duration, local, word


def light_word(light: Light) -> str:
    """A light in a word."""
    return word("watch.light", light.value)


def case_state(flow: Flow, state: str) -> str:
    """What a case's state is called by its flow; the id of one that it does not know."""
    known = flow.state.get(state)
    return state if known is None else named(known, language())


def timer_name(flow: Flow, timer: str) -> str:
    """What a clock is called by its flow."""
    known = flow.timer.get(timer)
    return timer if known is None else named(known, language())


def department_name(hall: Hall, department: str) -> str:
    """A department; the id of one that this edition no longer has."""
    known = hall.departments.get(department)
    return department if known is None else named(known, language())


def item_name(hall: Hall, item: str) -> str:
    """A service; the code of one that this edition no longer has."""
    known = hall.items.get(item)
    return item if known is None else named(known, language())


def left_text(one: Deadline) -> str:
    """How long there is, or how late it is; a mark where the calendar may still change."""
    clock, n = one.clock, abs(one.left)
    if one.light is Light.PAUSED:
        return t("watch.left.paused")
    unit = t(f"watch.unit.{'W' if clock.unit == 'W' else 'N'}")
    if one.light is Light.OVERDUE:
        # On days off right after the due day no working day has passed yet.
        said = t("watch.left.late", n=n, unit=unit) if n else t("watch.left.over")
    elif clock.due_at is not None:
        said = t("watch.left.until", at=f"{local(clock.due_at):%m-%d %H:%M}")
    else:
        said = t("watch.left.days", n=n, unit=unit) if n else t("watch.left.today")
    return f"{said} ~" if clock.provisional else said


def days_text(left: int) -> str:
    """Working days until a day, or since."""
    unit = t("watch.unit.W")
    if left < 0:
        return t("watch.left.late", n=-left, unit=unit)
    return t("watch.left.days", n=left, unit=unit) if left else t("watch.left.today")


def age(ms: int) -> str:
    """How long something has been so: in days from two days on."""
    days = ms // 86_400_000
    return t("watch.age", n=days) if days > 1 else duration(ms)


def silence_text(one: Silence) -> str:
    """What a silence comes to, with the day on which it ends by law."""
    known = {"n": one.day, "received": day_text(one.received), "until": day_text(one.until)}
    return t("watch.silence.deemed" if one.deemed else "watch.silence", **known)


def queue_word(queue: str) -> str:
    """A queue of work by its name."""
    return word("watch.queue", queue)


def turn_word(turn: str) -> str:
    """Whose turn it is."""
    return word("watch.turn", turn)


def day_text(day: date) -> str:
    """A day without its year, as lists have room for it."""
    return f"{day:%m-%d}"
