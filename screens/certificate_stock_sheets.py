"""What the keys of blank sheets do: ask field by field, run the use case, say what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from db.store import Row
from hallclient.actions import sheet_counts, sheets
from hallclient.actions.sheets import MISSING, SAFE, SPOILED
from hallclient.certificate_words import holder_word, sheet_word
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.sheets import Span, serial_text, span
from hallclient.rules.certificate.spec import Stock
from hallclient.rules.errors import Refused
from hallclient.rules.text import narrow, plain
from hallclient.texts import language, t
from screens import certificate_stock_text as said
from screens.certificate_stock_base import StockBase
from screens.widgets.choices import Option
from screens.widgets.question import Question, yes_no

_SAFE = "safe"


class StockSheets(StockBase):
    """Sheets spoiled, received, handed on, counted."""

    # -- asking

    async def text(self, prompt: str, value: str = "", *, required: bool = True) -> str | None:
        """Something typed; None: never mind."""
        question = Question(prompt, text=True, value=value, required=required)
        answer = await self.answer(question)
        return None if answer is None else answer.text

    async def why(self, told: str) -> str | None:
        """The reason of something that is told in full; None: never mind."""
        answer = await self.explained(Question(t("stock.ask-why"), text=True), told)
        return None if answer is None else answer.text

    async def sure(self, prompt: str, told: str) -> bool:
        """Whether something that is told in full is to be done."""
        answer = await self.explained(yes_no(prompt), told)
        return answer is not None and answer.key == "yes"

    async def _stock(self) -> Stock | None:
        """That of the chosen line, else one of all."""
        if self.held is not None:
            return self.held.stock
        every = self.stocks.kinds.stock if self.stocks is not None else {}
        options = tuple(Option(one.id, named(one, language())) for one in every.values())
        answer = await self.answer(Question(t("stock.ask-stock"), options))
        return None if answer is None else every[answer.key]

    async def _holder(self, prompt: str) -> str | None:
        """The safe or a window, by its name; None: never mind."""
        places = [(_SAFE, holder_word(SAFE)), *((one, one) for one in sorted(self.hall.windows))]

        def find(text: str) -> Sequence[tuple[str, str]]:
            wanted = text.strip().upper()
            return [one for one in places if wanted in one[1].upper() or wanted in one[0].upper()]

        answer = await self.answer(Question(prompt, find=find))
        if answer is None:
            return None
        return SAFE if answer.key == _SAFE else answer.key

    async def spoil(self) -> None:
        """A blank sheet that is bad, or gone."""
        stock = await self._stock()
        if stock is None:
            return
        here = self.held
        following = here.next if here is not None and here.window == self.who.window else ""
        name = named(stock, language())
        serial = await self.text(t("stock.ask-serial", stock=name), following)
        if serial is None:
            return
        options = tuple(Option(one, sheet_word(one)) for one in (SPOILED, MISSING))
        state = await self.answer(Question(t("stock.ask-what", serial=plain(serial)), options))
        if state is None:
            return
        told = t("stock.to-spoil", serial=plain(serial), state=state.text)
        reason = await self.why(told)
        if reason is None:
            return
        row = await self.act(sheets.spoil, stock.id, serial, state.key, reason)
        await self.see()
        if row is not None:
            told = serial_text(stock, row["serial"])
            self.say(t("stock.spoiled", serial=told, state=state.text), "good")

    async def _serials(self, stock: Stock, first: str = "") -> tuple[str, str] | None:
        example = serial_text(stock, 1)
        begin = await self.text(t("stock.ask-first-sheet", example=example), first)
        end = await self.text(t("stock.ask-last-sheet"), begin) if begin is not None else None
        return None if begin is None or end is None else (begin, end)

    async def receive(self) -> None:
        """A delivery, into the safe or to a window."""
        stock = await self._stock()
        serials = await self._serials(stock) if stock is not None else None
        if stock is None or serials is None:
            return
        wanted = span(stock, *serials)
        source = await self.text(t("stock.ask-source"))
        holder = await self._holder(t("stock.ask-holder")) if source is not None else None
        if source is None or holder is None:
            return
        if not await self.sure(
            t("stock.ask-receive"), t("stock.to-receive", **_told(stock, wanted))
        ):
            return
        done = await self.act(sheets.receive, stock.id, *serials, source, holder)
        await self.see()
        if done is not None:
            self.say(t("stock.received", n=wanted.size, holder=holder_word(holder)), "good")

    async def give(self) -> None:
        """From one holder to another."""
        stock, here = await self._stock(), self.held
        if stock is None:
            return
        giver = here.window if here is not None else await self._holder(t("stock.ask-giver"))
        if giver is None:
            return
        serials = await self._serials(stock, here.next if here is not None else "")
        if serials is None:
            return
        wanted = span(stock, *serials)
        holder = await self._holder(t("stock.ask-holder"))
        if holder is None:
            return
        told = t(
            "stock.to-give",
            **_told(stock, wanted),
            giver=holder_word(giver),
            holder=holder_word(holder),
        )
        if not await self.sure(t("stock.ask-give"), told):
            return
        done = await self.act(sheets.give, stock.id, *serials, holder, giver)
        await self.see()
        if done is not None:
            self.say(t("stock.given", n=wanted.size, holder=holder_word(holder)), "good")

    async def count(self) -> None:
        """The day's end; what differs needs a note."""
        stock = await self._stock()
        if stock is None:
            return
        typed = await self.text(t("stock.ask-counted", stock=named(stock, language())))
        if typed is None:
            return
        counted = _number(typed)
        if counted is None:
            self.say(t("stock.not-a-number", text=plain(typed)), "warn")
            return
        done = await self._counted(stock, counted)
        await self.see()
        if done is not None:
            style = "good" if done["counted"] == done["expected"] else "warn"
            self.say(said.count_text(done), style)

    async def _counted(self, stock: Stock, counted: int) -> Row | None:
        session = self.hall_app.session
        try:
            _, row = await session.write(sheet_counts.count, self.who, stock.id, counted)
        except Refused as refused:
            if refused.code != "count-note":
                raise
            difference = f"{refused.params['difference']:+d}"
            expected = refused.params["expected"]
            told = t("stock.differs", expected=expected, counted=counted, difference=difference)
            note = await self.why(told)
            if note is None:
                return None
            _, row = await session.write(sheet_counts.count, self.who, stock.id, counted, note)
        return row


def _number(text: str) -> int | None:
    said_so = narrow(text)
    return int(said_so) if said_so.isdecimal() and len(said_so) < 8 else None


def _told(stock: Stock, wanted: Span) -> dict[str, object]:
    """A range in a question."""
    return {
        "stock": named(stock, language()),
        "first": serial_text(stock, wanted.first),
        "last": serial_text(stock, wanted.last),
        "n": wanted.size,
    }
