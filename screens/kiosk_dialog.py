"""The dialogue with a visitor at a kiosk: from a choice to the next page.

It knows no screen: pages go out, choices, typed text and scans come in, one at a time. What it
remembers of a visitor is forgotten when it begins again.
"""

from __future__ import annotations

from db.errors import StoreError
from hallclient.actions import booking_arrival, bookings, kiosk, slips, views
from hallclient.actions.forecasting import Promise
from hallclient.actions.kiosk import Wish
from hallclient.actions.tickets import Ticket
from hallclient.rules import card as cards
from hallclient.rules.errors import Refused
from hallclient.rules.scan import Routed, ScanKind
from hallclient.texts import t
from hallclient.words import refused_text, store_text
from screens import kiosk_pages
from screens.kiosk_memory import LONGEST_TYPED, Given, Memory
from screens.kiosk_pages import Page
from screens.printing import print_number


class Dialog(Memory):
    """One kiosk's dialogue."""

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
        priority = self._verified()
        ticket = await self._session.write(
            booking_arrival.arrive,
            self._who,
            key,
            priority=priority,
            proof=self._hall().priorities[priority].proof_zh if priority else "",
        )
        self._given(
            ticket,
            await self._session.read(kiosk.told, ticket.visit),
            late=bookings.was_late(ticket),
        )

    def _given(self, ticket: Ticket, told: Promise | None, *, late: bool = False) -> None:
        items = tuple(leg.item for leg in ticket.legs)
        claimed, verified = self._wish.claimed, self._verified()
        self._number = Given(ticket.number, items, told, claimed, verified, again=False, late=late)
        self._printed, self._failed = False, ""
        # Nothing of what was asked for is left: what comes next is another visitor.
        self._wish = Wish()
        self._trail = ["home", "number"]

    async def _find_again(self, number: str) -> None:
        visit = await self._session.read(kiosk.open_number, number)
        items = tuple(dict.fromkeys(leg["item"] for leg in visit["legs"]))
        self._number = Given(number, items, None, "", "", again=True)
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
            return refused_text(refused, "kiosk")
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
