"""What a kiosk remembers of a visitor, and the pages made from it and from the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from hallclient.actions import bookings, kiosk, views
from hallclient.actions.acting import Actor
from hallclient.actions.forecasting import Promise
from hallclient.actions.kiosk import Wish
from hallclient.actions.printers import Printer
from hallclient.rules import booking as booking_rules
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.errors import Refused
from hallclient.rules.text import mask_name
from hallclient.texts import language, t
from hallclient.words import refused_text
from screens import finding, kiosk_pages
from screens.kiosk_pages import Page
from screens.session import Session

MOST = 12
"""Results of a search that are shown."""
MOST_SERVICES = 6
LONGEST_TYPED = 24


class Given(NamedTuple):
    """A number that was given or found, to be printed."""

    number: str
    items: tuple[str, ...]
    told: Promise | None
    claimed: str
    verified: str
    again: bool
    late: bool = False
    """The visitor came too late for the booking, and waits like anybody."""


class Memory:
    """One kiosk's visitor. ``zone``: only what is served in that part of the hall."""

    def __init__(
        self,
        session: Session,
        who: Actor,
        hall: Callable[[], Hall],
        printer: Printer,
        zone: str = "",
    ) -> None:
        self._session = session
        self._who = who
        self._hall = hall
        self._printer = printer
        self._zone = zone
        self._forget()
        self._pages: dict[str, Callable[[], Awaitable[Page]]] = {
            "home": self._home,
            "lines": self._lines,
            "items": self._items,
            "search": self._search,
            "confirm": self._confirm,
            "priorities": self._priorities,
            "bookings": self._bookings,
            "lost": self._lost,
            "card": self._card,
            "number": self._shown,
            "problem": self._problem,
        }

    def _forget(self) -> None:
        self._trail = ["home"]
        self._wish = Wish()
        self._line = ""
        self._typed = ""
        self._promise: Promise | None = None
        self._number: Given | None = None
        self._failed = ""
        self._printed = False
        self._refused: Refused | None = None
        self._has = ""
        self._said = ""

    # -- where to

    def _go(self, name: str) -> None:
        if self._trail[-1] != name:
            self._trail.append(name)
        if name in ("search", "bookings"):
            self._typed = ""

    def _refuse(self, refused: Refused) -> Page:
        self._refused = refused
        self._go("problem")
        return self._problem_page()

    def _problem_page(self) -> Page:
        refused = self._refused
        if refused is None:
            return kiosk_pages.problem("")
        own = refused.code in ("already-open", "already-arrived")
        number = str(refused.params.get("number", "")) if own else ""
        self._has = number or self._has
        return kiosk_pages.problem(refused_text(refused, "kiosk"), number)

    # -- pages

    async def _home(self) -> Page:
        return kiosk_pages.home(await self._session.read(kiosk.closed))

    async def _lines(self) -> Page:
        return kiosk_pages.lines(await self._session.read(kiosk.lines, self._zone))

    async def _items(self) -> Page:
        return kiosk_pages.items(self._hall(), self._line)

    async def _search(self) -> Page:
        hall = self._hall()
        codes = [key for key, _ in finding.items(hall, self._typed)]
        if self._zone:
            codes = [
                code for code in codes if kiosk.in_zone(hall, hall.items[code].line, self._zone)
            ]
        codes = codes[:MOST]
        full = await self._session.read(kiosk.refusals)
        why = {c: full[hall.items[c].line] for c in codes if hall.items[c].line in full}
        collect = self._wish.collect
        return kiosk_pages.search(hall, self._typed, codes, {} if collect else why, collect=collect)

    async def _confirm(self) -> Page:
        hall = self._hall()
        self._promise = await self._session.read(kiosk.expected, self._wish)
        joint = None if self._wish.joint else kiosk.joint_for(hall, self._wish.items)
        return kiosk_pages.confirm(
            hall,
            self._wish,
            self._promise,
            verified=self._verified(),
            joint=None if self._wish.collect else joint,
            more=not self._wish.joint and len(self._wish.items) < MOST_SERVICES,
        )

    def _verified(self) -> str:
        store = self._session.store
        return kiosk.card_priority(self._hall(), self._wish.card, store.env.day(store.env.now()))

    async def _priorities(self) -> Page:
        return kiosk_pages.priorities(self._hall())

    async def _bookings(self) -> Page:
        # A phone number's end is four digits; less than that finds nobody.
        asked = len(self._typed) >= 4
        rows = await self._session.read(bookings.find, self._typed) if asked else []
        today = self._today()
        rows = [row for row in rows if row["day"] == today]
        names = [
            mask_name(bookings.person_of(self._session.store, row).get("name", "")) for row in rows
        ]
        return kiosk_pages.bookings(self._hall(), self._typed, rows, names, asked=asked)

    async def _lost(self) -> Page:
        said, self._said = self._said, ""
        return kiosk_pages.lost(said)

    async def _card(self) -> Page:
        card = self._wish.card
        identity = "" if card is None else card.identity
        rows = await self._session.read(bookings.find, identity)
        today = self._today()
        rows = [row for row in rows if row["day"] == today and row["state"] == booking_rules.BOOKED]
        self._has = await self._session.read(views.number_of_person, identity)
        name = "" if card is None else card.name
        return kiosk_pages.card(self._hall(), name, rows, self._has)

    async def _shown(self) -> Page:
        one = self._number
        if one is None:
            self._forget()
            return await self._home()
        has_printer = self._printer.kind != "none"
        if not has_printer:
            said, style = t("kiosk.remember"), "good"
        elif not self._printed:
            said, style = t("kiosk.printing"), ""
        elif self._failed:
            said, style = t("kiosk.not-printed", why=self._failed), "warn"
        else:
            said, style = t("kiosk.take-slip"), "good"
        return kiosk_pages.number(
            self._hall(),
            one.number,
            [self._name(item) for item in one.items],
            one.told,
            claimed=one.claimed,
            verified=one.verified,
            late=one.late,
            said=said,
            style=style,
            printing=has_printer and not self._printed,
            again=bool(self._failed),
        )

    async def _problem(self) -> Page:
        return self._problem_page()

    def _today(self) -> str:
        store = self._session.store
        return store.env.day(store.env.now())

    def _name(self, code: str) -> str:
        item = self._hall().items.get(code)
        return code if item is None else named(item, language())
