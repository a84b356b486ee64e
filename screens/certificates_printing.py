"""Printing certificates: what goes on which sheets, to the printer, and what came out of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from unicodedata import normalize

from db.errors import StoreError
from db.store import Row
from hallclient.actions import certificate_print, certificate_view
from hallclient.actions.certificate_lists import Line
from hallclient.actions.certificate_print import Job
from hallclient.actions.certificate_view import Tray
from hallclient.actions.paper_printer import DocumentPrinter, send, this_machines
from hallclient.actions.printers import configured_offsets
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.sheets import read
from hallclient.rules.certificate.spec import FULL, Kinds
from hallclient.rules.errors import Refused
from hallclient.texts import language, t
from screens import certificates_detail
from screens.certificates_steps import CertificatesSteps
from screens.widgets.choices import Option
from screens.widgets.question import Question

SPOILS = ("jam", "shifted", "smudged", "faint", "torn", "wrong")
"""Usual reasons why a sheet is spoiled, ``certs.spoil.<reason>``; others are typed."""


class CertificatesPrinting(CertificatesSteps):
    """Prints, and asks what came out. The use cases decide."""

    async def print_lines(self, lines: Sequence[Line]) -> None:
        """Every copy of these that waits, after a look at trays and serials."""
        ids = [one.row["id"] for one in lines]
        whole = await self.read_whole(lines[0])
        if whole is None:
            return
        known = {one.row["id"]: one for one in lines}
        first: dict[str, str] = {}
        while True:
            trays = await self.hall_app.session.read(certificate_view.trays, self.who, ids)
            self.preview(certificates_detail.of_trays(trays, known, whole.kinds, first))
            try:
                key = await self._how(trays, whole.kinds)
                if key == "first":
                    await self._ask_first(trays, whole.kinds, first)
                    continue
            finally:
                self.preview(None)
            if key not in ("print", "plain"):
                return
            copies = [copy["id"] for tray in trays for copy in tray.copies]
            layout = FULL if key == "plain" else ""
            if await self._printed(copies, known, whole.kinds, layout, first):
                return

    async def _how(self, trays: Sequence[Tray], kinds: Kinds) -> str:
        """Print, another first sheet, plain paper; empty: never mind."""
        n = sum(len(one.copies) for one in trays)
        options = [Option("print", t("certs.print", n=n), self._short(trays, kinds))]
        if any(one.stock and one.left for one in trays):
            options.append(Option("first", t("certs.other-first")))
        if any(one.stock for one in trays):
            options.append(Option("plain", t("certs.print-plain")))
        options.append(Option("no", t("certs.leave")))
        answer = await self.answer(Question(t("certs.ask-print", n=n), tuple(options)))
        return "" if answer is None else answer.key

    def _short(self, trays: Sequence[Tray], kinds: Kinds) -> str:
        """Why it cannot be printed on sheets here; empty: it can."""
        found = (one for one in trays if one.stock and one.left < len(one.copies))
        short = next(found, None)
        if short is None:
            return ""
        if not self.who.window:
            return t("refused.window-needed")
        name = named(kinds.stock[short.stock], language())
        return t("certs.short", name=name, left=short.left, wanted=len(short.copies))

    async def _ask_first(self, trays: Sequence[Tray], kinds: Kinds, first: dict[str, str]) -> None:
        """The serial on top of each tray, as it stands on the sheet."""
        for one in trays:
            if not one.stock:
                continue
            name = named(kinds.stock[one.stock], language())
            prompt = t("certs.ask-first", name=name)
            text = await self.ask_text(prompt, value=first.get(one.stock) or one.next)
            if text is None:
                return
            first[one.stock] = text

    async def _printed(
        self,
        copies: Sequence[str],
        known: Mapping[str, Line],
        kinds: Kinds,
        layout: str,
        first: Mapping[str, str],
    ) -> bool:
        """Bind, print, ask what came out; False: it was refused before anything was bound."""
        self.say(t("certs.printing"))
        try:
            printer = this_machines()
            if printer.kind == "none":
                raise Refused("document-printer-none")
            job = await self.hall_app.session.write(
                certificate_print.begin,
                self.who,
                copies,
                layout=layout,
                first=first,
                offsets=configured_offsets(),
                printer=printer.where,
            )
        except (Refused, StoreError) as error:
            self.tell(error)
            return False
        self.marked = frozenset()
        unsent = await self._send(printer, job, known)
        await self.see()
        await self.results(job.copies, known, kinds, unsent)
        return True

    async def _send(
        self, printer: DocumentPrinter, job: Job, known: Mapping[str, Line]
    ) -> frozenset[str]:
        """Give the parts to the printer; the copies that it certainly did not get."""
        for n, part in enumerate(job.parts):
            code = known[part.copies[0]["certificate"]].row["code"]
            try:
                # The store's threads never wait for a printer.
                await asyncio.to_thread(send, printer, f"{code}-{part.stock or 'a4'}", part.data)
            except (Refused, StoreError) as error:
                self.tell(error)
                later = (copy["id"] for other in job.parts[n + 1 :] for copy in other.copies)
                return frozenset(later)
        kind = "certs.saved" if printer.kind == "file" else "certs.sent"
        self.say(t(kind, n=len(job.copies), where=printer.where), "good")
        return frozenset()

    # -- what came out

    async def confirm(self, lines: Sequence[Line]) -> None:
        """The oldest print of the certificate whose result nobody has told."""
        line = lines[0]
        whole = await self.read_whole(line)
        copies = await self.hall_app.session.read(certificate_view.job_of, self.who, line.row["id"])
        if whole is None or not copies:
            return
        known = await self._known(copies)
        await self.results(copies, known, whole.kinds, frozenset())

    async def _known(self, copies: Sequence[Row]) -> dict[str, Line]:
        ids = dict.fromkeys(copy["certificate"] for copy in copies)
        return await self.hall_app.session.read(certificate_view.lines_of, self.who, list(ids))

    async def results(
        self,
        copies: Sequence[Row],
        known: Mapping[str, Line],
        kinds: Kinds,
        unsent: Collection[str],
    ) -> None:
        """Ask until it is said of every sheet; given up: the result stays unknown."""
        bad: dict[str, str] = {}
        out = set(unsent)
        try:
            while left := [one for one in copies if one["id"] not in bad and one["id"] not in out]:
                shown = certificates_detail.of_results(copies, known, kinds, bad, out)
                self.preview(shown)
                key = await self._result(len(left), whole=len(left) == len(copies))
                if key == "good":
                    break
                if key == "none":
                    out |= {one["id"] for one in left}
                elif key == "spoiled":
                    await self._spoiled(copies, left, kinds, bad)
                elif key == "missing":
                    out |= set(await self._pick(copies, left, kinds, t("certs.ask-missing")))
                else:
                    self.say(t("certs.result-later", n=len(copies)), "warn")
                    return
        finally:
            self.preview(None)
        await self._told(copies, bad, out)

    async def _result(self, n: int, *, whole: bool) -> str:
        rest = "" if whole else "-rest"
        options = (
            Option("good", t(f"certs.result.good{rest}", n=n)),
            Option("spoiled", t("certs.result.spoiled")),
            Option("missing", t("certs.result.missing")),
            Option("none", t(f"certs.result.none{rest}")),
        )
        answer = await self.answer(Question(t("certs.ask-result", n=n), options))
        return "" if answer is None else answer.key

    async def _spoiled(
        self, copies: Sequence[Row], left: Sequence[Row], kinds: Kinds, bad: dict[str, str]
    ) -> None:
        picked = await self._pick(copies, left, kinds, t("certs.ask-spoiled"))
        why = await self.ask_spoil() if picked else None
        if why is not None:
            bad.update(dict.fromkeys(picked, why))

    async def ask_spoil(self) -> str | None:
        """Why a sheet is spoiled; None: never mind."""
        options = tuple(Option(one, t(f"certs.spoil.{one}")) for one in SPOILS)
        answer = await self.answer(Question(t("certs.ask-why-spoiled"), options, text=True))
        return None if answer is None else answer.text

    async def _pick(
        self, copies: Sequence[Row], left: Sequence[Row], kinds: Kinds, prompt: str
    ) -> list[str]:
        """Some of the sheets that are left, by serials or by their places; empty: never mind."""
        if len(left) == 1:
            return [left[0]["id"]]
        typed = ""
        while True:
            hint = t("certs.pick-hint")
            text = await self.ask_text(prompt, value=typed, hint=hint, mend=bool(typed))
            if text is None:
                return []
            typed = text
            found, unknown = picked(text, copies, left, kinds)
            if not unknown:
                return found
            self.say(t("certs.no-such-sheet", text=t("certs.and").join(unknown)), "warn")

    async def _told(
        self, copies: Sequence[Row], bad: Mapping[str, str], out: Collection[str]
    ) -> None:
        made = await self.act(
            certificate_print.confirm, copies[0]["job"], spoiled=bad, unprinted=sorted(out)
        )
        if made is None:
            return
        good = len(copies) - len(bad) - len(out)
        told = [t("certs.confirmed", n=good)] if good else []
        if bad:
            told.append(t("certs.confirmed-bad", n=len(bad)))
        if out:
            told.append(t("certs.confirmed-out", n=len(out)))
        self.say("".join(told), "warn" if bad or out else "good")


def picked(
    text: str, copies: Sequence[Row], left: Sequence[Row], kinds: Kinds
) -> tuple[list[str], list[str]]:
    """The copies that serials name, or places in the list of the print; and what names none."""
    places = {str(n): one["id"] for n, one in enumerate(copies, 1)}
    open_ = {one["id"] for one in left}
    found: list[str] = []
    unknown = []
    for word in filter(None, re.split(r"[^0-9A-Za-z-]+", normalize("NFKC", text))):
        named_ = next((one["id"] for one in left if _is(one, word, kinds)), None)
        key = named_ or places.get(word, "")
        if key in open_:
            found.append(key)
        else:
            unknown.append(word)
    return list(dict.fromkeys(found)), unknown


def _is(copy: Row, word: str, kinds: Kinds) -> bool:
    """Whether a copy is on the sheet with this serial."""
    stock, _, serial = (copy["sheet"] or "").partition(":")
    if stock not in kinds.stock:
        return False
    try:
        return read(kinds.stock[stock], word) == int(serial)
    except Refused:
        return False
