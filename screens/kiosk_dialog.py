"""The dialogue with a visitor at a kiosk: from a choice to the next page.

It knows no screen: pages go out, choices, typed text and scans come in, one at a time. What it
remembers of a visitor is forgotten when it begins again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from db.errors import StoreError
from hallclient.actions import bookings, kiosk, slips, views
from hallclient.actions.acting import Actor
from hallclient.actions.forecasting import Promise
from hallclient.actions.kiosk import Wish
from hallclient.actions.printers import Printer
from hallclient.actions.tickets import Ticket
from hallclient.rules import booking as booking_rules
from hallclient.rules import card as cards
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.errors import Refused
from hallclient.rules.scan import Routed, ScanKind
from hallclient.rules.text import mask_name
from hallclient.texts import language, t
from hallclient.words import refused_text, store_text
from screens import finding, kiosk_pages
from screens.kiosk_pages import Page
from screens.printing import print_number
from screens.session import Session

MOST = 12
"""Results of a search, and services on one number at most 6."""
MOST_SERVICES = 6
LONGEST_TYPED = 24


class _Number(NamedTuple):
    """A number that was given or found, to be printed."""

    number: str
    services: tuple[str, ...]
    told: Promise | None
    claimed: str
    verified: str
    again: bool


class Dialog:
    """One kiosk's dialogue. ``zone``: only what is served in that part of the hall."""

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
        self._number: _Number | None = None
        self._failed = ""
        self._printed = False
        self._refused: Refused | None = None
        self._has = ""
        self._said = ""

    # -- what the screen calls

    async def begin(self) -> Page:
        """The first page; whoever was here is forgotten."""
        self._forget()
        return await self.again()

    async def again(self) -> Page:
        """The page as it is now, in the language spoken now."""
        try:
            return await self._pages[self._trail[-1]]()
        except Refused as refused:
            return self._refuse(refused)
        except StoreError as error:
            return kiosk_pages.problem(store_text(error))

    async def back(self) -> Page:
        """The page before; from a number or a problem back home."""
        if len(self._trail) == 1 or self._trail[-1] in ("number", "problem"):
            return await self.begin()
        self._trail.pop()
        self._typed = self._said = ""
        if self._trail[-1] in ("home", "card"):
            self._wish = Wish(card=self._wish.card)
        return await self.again()

    async def choose(self, key: str) -> Page:
        """A tile of the page."""
        if key == "home":
            return await self.begin()
        handler = getattr(self, f"_on_{self._trail[-1]}")
        try:
            await handler(key)
        except Refused as refused:
            return self._refuse(refused)
        except StoreError as error:
            return kiosk_pages.problem(store_text(error))
        return await self.again()

    async def type(self, text: str) -> Page:
        """The text on a page with typing."""
        self._typed = text[:LONGEST_TYPED]
        return await self.again()

    async def scan(self, code: str, routed: Routed) -> Page:
        """A card or a slip at any page."""
        try:
            if routed.kind is ScanKind.RESIDENT_ID:
                await self._card_read(code, routed.value)
            elif routed.kind is ScanKind.SLIP:
                await self._slip_read(routed)
            else:
                self._said = t("kiosk.scan-unknown")
                self._go("lost")
        except Refused as refused:
            return self._refuse(refused)
        except StoreError as error:
            return kiosk_pages.problem(store_text(error))
        return await self.again()

    async def follow(self) -> Page:
        """What goes on behind a page with `Page.then`: the slip is printed."""
        self._failed = await self._print()
        self._printed = True
        return await self.again()

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
        return kiosk_pages.problem(refused_text(refused), number)

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
        states = await self._session.read(kiosk.lines)
        full = {state.line.id: state.why for state in states if state.why is not None}
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
            return await self.begin()
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
            one.services,
            one.told,
            claimed=one.claimed,
            verified=one.verified,
            said=said,
            style=style,
            printing=has_printer and not self._printed,
            again=bool(self._failed),
        )

    async def _problem(self) -> Page:
        return self._problem_page()

    # -- choices

    async def _on_home(self, key: str) -> None:
        self._go(key)

    async def _on_card(self, key: str) -> None:
        kind, _, booking = key.partition(":")
        if kind == "booking":
            await self._check_in(booking)
        elif kind == "again":
            await self._find_again(self._has)
        else:
            self._go(key)

    async def _on_lines(self, key: str) -> None:
        self._line = key
        collect = self._hall().lines[key].collect
        self._wish = self._wish._replace(collect=collect)
        self._go("search" if collect else "items")

    async def _on_items(self, key: str) -> None:
        self._add(key)

    async def _on_search(self, key: str) -> None:
        self._add(key)

    def _add(self, code: str) -> None:
        if code not in self._wish.items:
            self._wish = self._wish._replace(items=(*self._wish.items, code))
        self._back_to("confirm")

    def _back_to(self, name: str) -> None:
        """To a page that may lie behind: what was gone through on the way there is left out."""
        if name in self._trail:
            del self._trail[self._trail.index(name) + 1 :]
        else:
            self._trail.append(name)

    async def _on_confirm(self, key: str) -> None:
        if key == "yes":
            ticket = await self._session.write(kiosk.take, self._who, self._wish, self._promise)
            self._given(ticket, self._promise)
        elif key == "add":
            self._go("search" if self._wish.collect else "lines")
        elif key == "joint":
            joint = kiosk.joint_for(self._hall(), self._wish.items)
            if joint is not None:
                self._wish = self._wish._replace(joint=joint.id)
        elif key == "priority":
            self._go("priorities")

    async def _on_priorities(self, key: str) -> None:
        self._wish = self._wish._replace(claimed=key)
        self._back_to("confirm")

    async def _on_bookings(self, key: str) -> None:
        await self._check_in(key)

    async def _on_lost(self, key: str) -> None:
        self._go(key)

    async def _on_number(self, key: str) -> None:
        if key == "print":
            self._printed, self._failed = False, ""

    async def _on_problem(self, key: str) -> None:
        if key == "again":
            await self._find_again(self._has)

    # -- numbers

    async def _check_in(self, key: str) -> None:
        ticket = await self._session.write(bookings.check_in, self._who, key)
        self._given(ticket, None)

    def _given(self, ticket: Ticket, told: Promise | None) -> None:
        names = tuple(self._name(leg.item) for leg in ticket.legs)
        claimed, verified = self._wish.claimed, self._verified()
        self._number = _Number(ticket.number, names, told, claimed, verified, again=False)
        self._printed, self._failed = False, ""
        # Nothing of what was asked for is left: what comes next is another visitor.
        self._wish = Wish()
        self._trail = ["home", "number"]

    async def _find_again(self, number: str) -> None:
        visit = await self._session.read(kiosk.open_number, number)
        names = tuple(dict.fromkeys(self._name(leg["item"]) for leg in visit["legs"]))
        self._number = _Number(number, names, None, "", "", again=True)
        self._printed, self._failed = False, ""
        self._trail = ["home", "number"]

    async def _print(self) -> str:
        """Print the number; why it failed, in words, empty when it did not."""
        one = self._number
        if one is None:
            return ""
        try:
            await print_number(self._session, self._who, one.number, self._printer, again=one.again)
        except Refused as refused:
            return refused_text(refused)
        except StoreError as error:
            return store_text(error)
        return ""

    # -- cards and slips

    async def _card_read(self, code: str, identity: str) -> None:
        card = cards.read(code) or cards.Card(identity, cards.born_of(identity))
        at = self._trail[-1]
        if at in ("number", "problem"):
            self._forget()
            at = "home"
        self._wish = self._wish._replace(card=card)
        if at == "lost":
            number = await self._session.read(views.number_of_person, identity)
            if not number:
                self._said = t("kiosk.no-number")
                return
            await self._find_again(number)
        elif at == "bookings":
            self._typed = ""
            self._go("card")
        elif at == "home":
            self._go("card")
        # Anywhere else the card belongs to what is being put together.

    async def _slip_read(self, routed: Routed) -> None:
        if routed.signed:
            await self._session.read(slips.verify, routed.signed)
        if routed.day != self._today():
            raise Refused("slip-other-day", number=routed.value, day=routed.day)
        await self._find_again(routed.value)

    def _today(self) -> str:
        store = self._session.store
        return store.env.day(store.env.now())

    def _name(self, code: str) -> str:
        item = self._hall().items.get(code)
        return code if item is None else named(item, language())
