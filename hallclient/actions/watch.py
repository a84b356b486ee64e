"""Watching the hall: what takes longer to find out, and the alarms that are kept in the store.

Whoever shows the hall looks at every change (`hallview.look`), studies it every few seconds on a
thread of its own, and writes only when an alarm begins or ends.
"""

from __future__ import annotations

from db.store import Store
from hallclient.actions import certificate_watch
from hallclient.actions.acting import SYSTEM, Actor, acting
from hallclient.actions.case_overview import readings
from hallclient.actions.forecasting import forecast
from hallclient.actions.hall import hall_of
from hallclient.actions.hallview import HallView, Study, look, may_watch
from hallclient.actions.moves import Moves
from hallclient.actions.reading import snapshot
from hallclient.actions.service_level import arrivals, shares, usual_times
from hallclient.rules import alarms as rules
from hallclient.rules import hours
from hallclient.rules.alarms import Key, Step
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused


def study(store: Store, who: Actor) -> Study:
    """Find out what takes longer, in one read transaction. Raises ``not-allowed``."""
    with snapshot(store):
        may_watch(store, who)
        hall = hall_of(store)
        return Study(
            store.env.now(),
            forecast(store),
            shares(store, hall),
            arrivals(store),
            usual_times(store, hall),
            [*readings(store), *certificate_watch.readings(store)],
        )


class Memory:
    """What a seat remembers between two looks: what is wrong, but not yet for long enough."""

    def __init__(self) -> None:
        self._pending: dict[Key, int] = {}

    def step(self, view: HallView, hall: Hall) -> Step:
        """What has to be raised and cleared now."""
        studied = view.study is not None
        unknown = frozenset[str]() if studied else rules.OF_FORECAST | rules.STUDIED
        midnight, _ = hours.midnight(view.now, hall.time_zone)
        old = {
            alarm.key
            for alarm in view.alarms
            if alarm.key.kind in rules.STUDIED - unknown and alarm.raised_at < midnight
        }
        done = rules.step(
            self._pending,
            (alarm.key for alarm in view.alarms if alarm.key not in old),
            view.readings,
            hall.policy,
            view.now,
            unknown=unknown,
        )
        self._pending = done.pending
        return done._replace(cleared=sorted({*done.cleared, *old}))


def note(store: Store, who: Actor, step: Step) -> int:
    """Write what a look came to; how many events it took.

    What another supervisor's seat has written in the meantime is not written again. The events
    are the system's: nobody at the seat has done anything that they could take back.
    """
    if not step.raised and not step.cleared:
        return 0
    with acting(store, who, "hall.watch") as tx:
        rows = tx.rows("SELECT * FROM alarm WHERE cleared_at IS NULL")
        open_now = {Key(row["kind"], row["line"], row["window"]): row for row in rows}
        for gone in step.cleared:
            row = open_now.pop(gone, None)
            if row is not None:
                moves = Moves(tx)
                moves.update("alarm", row, {"cleared_at": tx.now})
                tx.append("alarm.cleared", row["id"], moves.set, actor=SYSTEM, what=gone.kind)
        for reading in step.raised:
            if reading.key in open_now:
                continue
            key = store.env.new_id()
            made = {**reading.key._asdict(), "day": tx.day, "value": reading.value}
            moves = Moves(tx)
            moves.insert("alarm", key, {**made, "raised_at": tx.now})
            tx.append(
                "alarm.raised",
                key,
                moves.set,
                actor=SYSTEM,
                what=reading.kind,
                limit=reading.limit,
            )
        return len(tx.appended)


def watch(store: Store, who: Actor, memory: Memory) -> HallView:
    """Study, look, and write what has changed about the alarms; the hall as it is then."""
    studied = study(store, who)
    view = look(store, who, studied)
    if note(store, who, memory.step(view, hall_of(store))):
        view = look(store, who, studied)
    return view


def see(store: Store, who: Actor, key: str) -> None:
    """A supervisor has seen an alarm; the first to see it stays on record.

    Raises ``no-such-alarm`` also for one that is over.
    """
    with acting(store, who, "hall.watch") as tx:
        row = tx.row("SELECT * FROM alarm WHERE id = ? AND cleared_at IS NULL", key)
        if row is None:
            raise Refused("no-such-alarm", field="alarm")
        if row["seen_at"] is None:
            moves = Moves(tx)
            moves.update("alarm", row, {"seen_by": who.operator, "seen_at": tx.now})
            tx.append("alarm.seen", key, moves.set, what=row["kind"])
