"""A made-up hall in a temporary folder, with a clock and dice of its own."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from db.env import Env, day_of
from db.store import Row, Store, Tx
from hallclient.actions import calling, serving, setup, tickets, windows
from hallclient.actions.acting import Actor
from hallclient.actions.hall import hall_of, know
from hallclient.actions.hall_files import default_hall
from hallclient.actions.tickets import Request, Ticket
from hallclient.rules.catalogue import Hall, Policy
from hallclient.rules.leg import Leg

NINE = 1_790_038_800_000
"""Tuesday 2026-09-22, 09:00 in the hall's time zone, in UTC milliseconds."""
PASSWORD = "demo-demo"
QUICK_VERIFIER = (
    "$argon2id$v=19$m=8,t=1,p=1$cXVpY2stc2FsdC1oZXJlIQ$ZT2Tt0kRdpnI5fTR5zXGxo/TyE7uyEhlu3JXlFA08Zs"
)
"""`PASSWORD` at the lowest cost there is: checked in well under a millisecond."""


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    ms: int = NINE

    def __call__(self) -> int:
        return self.ms

    def pass_(self, seconds: float = 0, *, minutes: float = 0) -> int:
        """Let time go by; returns the new time in UTC milliseconds."""
        self.ms += round(seconds * 1000 + minutes * 60_000)
        return self.ms


def seeded_env(clock: Callable[[], int], seed: int = 1) -> Callable[[str], Env]:
    """What `Store.create` and `Store.open` take: this clock, and dice of this seed."""
    return thrown_env(clock, random.Random(seed))


def thrown_env(clock: Callable[[], int], dice: random.Random) -> Callable[[str], Env]:
    """The same with dice that may have been thrown already."""
    return lambda time_zone: Env(clock, dice.randbytes, day_of(time_zone))


class _Template(NamedTuple):
    """The file of a hall just made, its hall, and the dice as its making left them."""

    file: bytes
    hall: Hall
    dice: tuple[Any, ...]


_TEMPLATES: dict[tuple[int, str], _Template] = {}


def _template(seed: int, policy: dict[str, Any]) -> _Template:
    """A hall as `init_demo` makes it, made once in this process for each seed and policy."""
    key = seed, repr(sorted(policy.items()))
    if key not in _TEMPLATES:
        hall = default_hall()
        hall = hall._replace(policy=hall.policy._replace(**policy))
        dice = random.Random(seed)
        make_env = thrown_env(Clock(), dice)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "hall.db"
            setup.init_demo(path, hall, QUICK_VERIFIER, make_env=make_env).close()
            _TEMPLATES[key] = _Template(path.read_bytes(), hall, dice.getstate())
    return _TEMPLATES[key]


def clerk(number: int, window: int | None = None) -> Actor:
    """Clerk c01 to c18, at the window of the same number unless another is given."""
    return Actor(f"c{number:02d}", "clerk", f"W{window or number:02d}")


SUPERVISOR = Actor("s01", "supervisor")
AGENT = Actor("a01", "agent")
ADMINISTRATOR = Actor("admin", "administrator")


class Kit:
    """A store with the demo's staff, all of them with `PASSWORD`, and short words for actions.

    Windows W01-W06 serve ``setup`` (spare: general, park; emergency: tax, works), W07-W10
    ``general`` and ``street`` (spare: most), W13-W14 ``tax``, W17-W18 ``collect``.
    """

    def __init__(
        self, folder: Path, *, seed: int = 1, hall: Hall | None = None, **policy: Any
    ) -> None:
        self.clock = Clock()
        self.path = folder / "hall.db"
        dice = random.Random(seed)
        self.make_env = thrown_env(self.clock, dice)
        if hall is not None:
            hall = hall._replace(policy=hall.policy._replace(**policy))
            self.store = setup.init_demo(self.path, hall, QUICK_VERIFIER, make_env=self.make_env)
        else:
            # A copy of the file: nobody can tell it from one that was made with this seed.
            template = _template(seed, policy)
            self.path.touch(0o600)
            self.path.write_bytes(template.file)
            dice.setstate(template.dice)
            self.store = Store.open(self.path, make_env=self.make_env)
            know(Tx(self.store, "system", ""), template.hall)
        self.hall = hall_of(self.store)

    @property
    def policy(self) -> Policy:
        return self.hall.policy

    def pass_(self, seconds: float = 0, *, minutes: float = 0) -> int:
        return self.clock.pass_(seconds, minutes=minutes)

    def again(self) -> Store:
        """Another connection to the same file, as a second terminal has."""
        return Store.open(self.path, make_env=self.make_env)

    def close(self) -> None:
        self.store.close()

    # -- words

    def item(self, line: str, nth: int = 0) -> str:
        """The code of the nth item of a line."""
        return [item.code for item in self.hall.items_of(line)][nth]

    def open(self, *numbers: int) -> None:
        """Open these windows, each with the clerk of its number."""
        for number in numbers:
            windows.open_window(self.store, clerk(number))

    def take(self, *items: str, by: Actor = AGENT, **request: Any) -> Ticket:
        """A number for items, or for a line by its name (its first item)."""
        codes = [self.item(item) if item in self.hall.lines else item for item in items]
        return tickets.take(self.store, by, Request(codes, **request))

    def next(self, who: Actor) -> str:
        """Call next; the number."""
        return calling.call_next(self.store, who).leg.number

    def serve(self, who: Actor) -> str:
        """Call next and start; the number."""
        number = self.next(who)
        calling.start(self.store, who)
        return number

    def serve_out(self, who: Actor, outcome: str = "done") -> str:
        """Call next, start and finish at once; the number."""
        number = self.serve(who)
        serving.finish(self.store, who, outcome)
        return number

    # -- looking

    def legs(self, number: str) -> list[Leg]:
        """The legs of a number, in the order of their making."""
        rows = self.store.rows("SELECT * FROM leg WHERE number = ? ORDER BY rowid", number)
        return [Leg(**row) for row in rows]

    def leg(self, number: str) -> Leg:
        """The newest leg of a number."""
        return self.legs(number)[-1]

    def states(self, number: str) -> list[str]:
        return [leg.state for leg in self.legs(number)]

    def window(self, who: Actor) -> Row:
        return windows.window_row(self.store, who.window)

    def visit(self, number: str) -> Row:
        row = self.store.row("SELECT * FROM visit WHERE number = ?", number)
        assert row is not None
        return row

    def kinds(self) -> list[str]:
        """The kinds of all events, in the order of the log."""
        return [row["kind"] for row in self.store.rows("SELECT kind FROM event ORDER BY pos")]


def snapshot(store: Store, tables: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of some projections, to hold against another moment."""
    return {
        table: store.db.execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall()
        for table in tables
    }
