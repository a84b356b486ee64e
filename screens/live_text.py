"""The lines of the live view, as content made from a view of the hall. Nothing here decides."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from hallclient.actions.acting import Actor
from hallclient.actions.advice import Suggestion
from hallclient.actions.hallview import AlarmNow, HallView, LineNow
from hallclient.live_words import alarm_text, cleared_at, line_word, suggestion_text
from hallclient.rules.catalogue import Hall
from hallclient.rules.text import cell_width
from hallclient.texts import t
from hallclient.words import clock, duration
from screens.desk_text import ALERT, GOOD, MUTED, STRONG, WARN, day_hint, spread
from screens.widgets.content import Part, line


def status(view: HallView, hall: Hall, who: Actor, *, demo: bool, width: int, now: int) -> Content:
    """The top line: who, the clock, how many wait and how long, the promise, the end of the day.

    What does not fit goes from the right: the end of the day is told as long as there is room.
    """
    left: list[Part] = [(t("desk.demo-mark") + " ", WARN)] if demo else []
    left += [(t(f"role.{who.role}"), STRONG), f" · {who.operator} · {clock(now)}"]
    right = _figures(view, hall)
    while len(right) > 1 and _width(left) + sum(map(_part_width, right)) + 2 * len(right) >= width:
        right.pop()
    return spread(line(*left), line(*right, gap="  "), width)


def _figures(view: HallView, hall: Hall) -> list[Part]:
    late = view.oldest_ms > hall.policy.emergency_wait_ms
    parts: list[Part] = [
        (t("live.waiting", n=view.waiting), STRONG),
        (t("live.oldest", wait=duration(view.oldest_ms)), ALERT if late else ""),
    ]
    percent = view.share.percent
    if percent is not None:
        enough = percent >= hall.policy.service_level_share * 100
        told = t("live.level", percent=percent, wait=hall.policy.service_level_wait_ms // 60_000)
        parts.append((told, GOOD if enough else WARN))
    if view.cleared is not None and view.waiting:
        at = cleared_at(view.cleared, view.now)
        parts.append((t("live.cleared", at=at), MUTED) if at else (t("live.not-cleared"), WARN))
    return parts


def _width(parts: Sequence[Part]) -> int:
    return sum(map(_part_width, parts))


def _part_width(part: Part) -> int:
    if isinstance(part, Content):
        return cell_width(part.plain)
    return cell_width(part if isinstance(part, str) else part[0])


def advice_line(
    hall: Hall,
    alarm: AlarmNow | None,
    known: Sequence[Suggestion] | None,
    key: str,
    day: tuple[str, int] | None = None,
) -> Content:
    """What helps against the selected alarm; without one, how the day stands (`day.hint`).

    ``known`` None: it is still being reckoned.
    """
    if alarm is None:
        told = day_hint(day)
        return line((told, WARN) if told else (t("live.no-alarm"), MUTED))
    if known is None:
        return line((t("live.reckoning"), MUTED))
    if not known:
        return line((t("live.no-advice"), MUTED))
    parts: list[Part] = [(f"{key} ", STRONG), (suggestion_text(hall, known[0]), STRONG)]
    if len(known) > 1:
        parts.append((t("live.more-advice", n=len(known) - 1), MUTED))
    return line(*parts)


def alarm_line(hall: Hall, view: HallView, alarm: AlarmNow) -> str:
    """The whole alarm, for the line that stays."""
    said = alarm_text(hall, alarm, call_of(view, alarm))
    said += t("live.since", at=clock(alarm.raised_at))
    return said + (t("live.seen-by", operator=alarm.seen_by) if alarm.seen_by else "")


def call_of(view: HallView, alarm: AlarmNow) -> dict[str, object] | None:
    """The call for help that an alarm is about."""
    if alarm.key.kind != "help":
        return None
    place = alarm.key.window
    return next(
        (
            row
            for row in view.signals
            if row["kind"] == "help" and place in (row["window"], row["sender"])
        ),
        None,
    )


def line_detail(hall: Hall, row: LineNow) -> str:
    """Everything about a line, for the line that stays: the columns may have had no room."""
    parts = [line_word(hall, row.line), t("live.waiting", n=row.waiting)]
    if row.waiting:
        parts.append(t("live.oldest", wait=duration(row.oldest_ms)))
    expected = row.expected
    if expected is not None:
        low, high = expected.now_low // 60_000, expected.now_high // 60_000
        parts.append(t("live.newcomer", low=low, high=high))
        usual = "-" if expected.usual is None else round(expected.usual)
        parts.append(t("live.arrived", n=row.arrivals, usual=usual))
        parts.append(t("live.own-windows", n=expected.windows))
    if row.share is not None and row.share.percent is not None:
        parts.append(t("live.level-of", percent=row.share.percent, n=row.share.n))
    if row.stopped:
        parts.append(t("live.stopped"))
    return " · ".join(parts)
