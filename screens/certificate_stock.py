"""Codes and blank sheets: what there is, who has it, what runs low, how the day's count was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding

from hallclient.actions import code_segments, codes
from hallclient.actions.acting import Actor
from hallclient.actions.code_segments import wanted_range
from hallclient.certificate_words import holder_word
from hallclient.rules.catalogue import Hall, named
from hallclient.rules.certificate import segments
from hallclient.rules.certificate.spec import USCC, Scheme
from hallclient.rules.roles import Role
from hallclient.rules.text import plain
from hallclient.texts import language, t
from screens import certificate_stock_text as said
from screens.actions import STOCK, bindings
from screens.certificate_stock_base import TABS
from screens.certificate_stock_sheets import StockSheets
from screens.certificate_stock_text import BLOCK, CODES, POOL, SEGMENT, SHEETS
from screens.widgets.choices import Option
from screens.widgets.question import Question
from screens.widgets.table import VirtualTable

EXAMPLE = "QQ000001"
"""A body as code centres write them."""
_SAFE = "safe"
_TAB = {
    "stock_lease": CODES,
    "stock_void": CODES,
    "stock_load": CODES,
    "stock_close": CODES,
    "stock_spoil": SHEETS,
    "stock_receive": SHEETS,
    "stock_give": SHEETS,
    "stock_count": SHEETS,
}
_PERMISSION = {
    "stock_lease": "code.lease",
    "stock_void": "code.void",
    "stock_load": "code.load",
    "stock_close": "code.void",
    "stock_spoil": "sheet.use",
    "stock_receive": "sheet.receive",
    "stock_give": "sheet.receive",
    "stock_count": "sheet.use",
}
_OWN = frozenset({"stock_spoil", "stock_count"})
"""Done where the sheets are: at one's own window, with the safe by a supervisor."""


class StockScreen(StockSheets):
    """Over the lists; Esc goes back."""

    SCREEN = STOCK
    BINDINGS: ClassVar = [
        *bindings(STOCK),
        Binding("escape", "back", show=False),
        Binding("tab", "tab(1)", show=False, priority=True),
        Binding("shift+tab", "tab(-1)", show=False, priority=True),
    ]

    def __init__(self, who: Actor, hall: Hall) -> None:
        super().__init__(who, hall)
        self._do: dict[str, Callable[[], Awaitable[None]]] = {
            "stock_previous": lambda: self._step(-1),
            "stock_next": lambda: self._step(1),
            "stock_lease": self._lease,
            "stock_void": self._void,
            "stock_load": self._load,
            "stock_close": self._close,
            "stock_spoil": self.spoil,
            "stock_receive": self.receive,
            "stock_give": self.give,
            "stock_count": self.count,
            **self._program,
        }

    # -- keys

    async def action_stock(self, action: str) -> None:
        """Do what a key, the palette or the mouse asks for."""
        await self.perform(action)

    async def do(self, action: str) -> None:
        """Carry out an action of the registry; what it is about is shown."""
        if action in _TAB and self.tab != _TAB[action]:
            self.show_tab(_TAB[action])
        await self._do[action]()

    def why_not(self, action: str) -> str | None:
        """Why an action makes no sense now."""
        if action in _PERMISSION and (why := self.no_role(_PERMISSION[action])):
            return why
        if action in _OWN:
            held = self.held
            if held is not None and held.window != self.who.window:
                return t("stock.why.not-here", holder=holder_word(held.window))
            if not self.who.window and self.who.role != Role.SUPERVISOR:
                return t("stock.why.no-window")
        if action == "stock_close" and not self._closable:
            return t("stock.why.not-closable")
        return None

    def no_key(self, action: str) -> bool:
        """What is of another tab, or of another role."""
        if action not in _TAB:
            return False
        return _TAB[action] != self.tab or not self.may(_PERMISSION[action])

    async def action_tab(self, step: int) -> None:
        """The next tab, or the one before."""
        await self.perform("stock_next" if step > 0 else "stock_previous")

    @on(VirtualTable.RowHighlighted, "#list")
    def _other_line(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        self.tell_line()

    async def _step(self, step: int) -> None:
        self.say("")
        self.show_tab(TABS[(TABS.index(self.tab) + step) % len(TABS)])

    async def _scheme(self) -> Scheme | None:
        """That of the chosen line, else one of all."""
        if self.stocks is None:
            return None
        every = self.stocks.kinds.scheme
        kind, key = self.chosen
        if kind == POOL:
            return every.get(key)
        options = tuple(Option(one.id, said.scheme_label(one)) for one in every.values())
        answer = await self.answer(Question(t("stock.ask-scheme"), options))
        return None if answer is None else every[answer.key]

    # -- codes

    async def _lease(self) -> None:
        scheme = await self._scheme()
        if scheme is None:
            return
        block = await self.act(code_segments.lease, scheme.id)
        await self.see()
        if block is not None:
            self.say(t("stock.leased", scheme=named(scheme, language()), n=block["size"]), "good")

    async def _void(self) -> None:
        scheme = await self._scheme()
        if scheme is None:
            return
        reason = await self.why(t("stock.to-void", scheme=named(scheme, language())))
        if reason is None:
            return
        code = await self.act(codes.void_next, scheme.id, reason)
        await self.see()
        if code is not None:
            self.say(t("stock.voided", code=code["id"]), "good")

    async def _load(self) -> None:
        """Field by field; how many bodies that makes is shown before it is done."""
        scheme = await self._scheme()
        if scheme is None:
            return
        what = t("stock.number")
        if scheme.form == USCC:
            what = t("stock.body", example=EXAMPLE)
        first = await self.text(t("stock.ask-first", what=what))
        last = await self.text(t("stock.ask-last", what=what)) if first is not None else None
        if first is None or last is None:
            return
        chars = await self._counting(scheme)
        if chars is None:
            return
        wanted = wanted_range(scheme, first, last, chars)
        source = await self.text(t("stock.ask-source"))
        if source is None:
            return
        windows = await self.text(t("stock.ask-windows"), required=False)
        if windows is None:
            return
        count = segments.size(wanted)
        name = named(scheme, language())
        told = t("stock.to-load", scheme=name, first=wanted.first, last=wanted.last, n=count)
        if not await self.sure(t("stock.ask-load", n=count), told):
            return
        made = await self.act(
            code_segments.load,
            scheme.id,
            first,
            last,
            source,
            chars=chars,
            windows=windows.upper().replace(",", " ").split(),
        )
        await self.see()
        if made is not None:
            self.say(t("stock.loaded", n=made["size"]), "good")

    async def _counting(self, scheme: Scheme) -> str | None:
        if scheme.form != USCC:
            return segments.CHARS10
        options = tuple(Option(one, t(f"stock.counting.{one}")) for one in segments.COUNTINGS)
        answer = await self.answer(Question(t("stock.ask-counting"), options))
        return None if answer is None else answer.key

    @property
    def _closable(self) -> bool:
        kind, key = self.chosen
        if kind == SEGMENT:
            found = self.segment(key)
            return found is not None and found.row["closed_at"] is None
        return kind == BLOCK and self.block(key) is not None

    async def _close(self) -> None:
        _, key = self.chosen
        segment, block = self.segment(key), self.block(key)
        if segment is not None:
            row, rest = segment.row, segment.row["size"] - segment.row["next"]
            first, last = plain(row["first"]), plain(row["last"])
            told = t("stock.to-close-segment", first=first, last=last, n=rest)
        elif block is not None:
            rest = block["size"] - block["used"]
            told = t("stock.to-close-block", window=plain(block["window"]), n=rest)
        else:
            return
        reason = await self.why(told)
        if reason is None:
            return
        close = code_segments.close_segment if segment is not None else code_segments.close_block
        done = await self.act(close, key, reason)
        await self.see()
        if done is not None:
            self.say(t("stock.was-closed", n=rest), "good")
