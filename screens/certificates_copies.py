"""Single copies: found to be bad before they are handed over, or come back."""

from __future__ import annotations

from db.store import Row
from hallclient import certificate_words as said
from hallclient.actions import certificate_changes, certificate_print
from hallclient.actions.certificate_view import Whole
from hallclient.rules.certificate.states import (
    LOST,
    PRINTED,
    PRINTING,
    READY,
    RECALLED,
    SEALED,
)
from hallclient.texts import t
from screens.certificates_changing import CertificatesChanging
from screens.widgets.choices import Option
from screens.widgets.question import Question


class CertificatesCopies(CertificatesChanging):
    """What F8 does with one copy. The use cases decide."""

    async def copy_work(self) -> None:
        """One that is to be fetched is bad, or one that was called back has come in."""
        whole = await self.read_whole(self.entry.line) if self.entry is not None else None
        if whole is None:
            return
        found = work_on(whole)
        if not found:
            self.say(t("certs.no-copy-work"), "warn")
            return
        copy = await self._which(whole, found)
        if copy is None:
            return
        name = said.copy_name(whole.line.kind, copy, whole.every)
        if copy["state"] != PRINTED:
            if await self.act(certificate_changes.returned, copy["id"]) is not None:
                self.say(t("certs.returned", copy=name), "good")
            return
        why = await self.ask_spoil()
        if why is None:
            return
        if await self.act(certificate_print.spoil, copy["id"], why) is not None:
            self.say(t("certs.spoiled-now", copy=name), "good")

    async def _which(self, whole: Whole, copies: list[Row]) -> Row | None:
        """The one that is chosen; None: never mind."""
        options = tuple(Option(one["id"], _told(whole, one)) for one in copies)
        answer = await self.answer(Question(t("certs.ask-which-copy"), options))
        found = (one for one in copies if answer is not None and one["id"] == answer.key)
        return next(found, None)


def work_on(whole: Whole) -> list[Row]:
    """The copies with which there is something to do."""
    here = whole.line.row["state"] in (SEALED, PRINTING, READY)
    states = {RECALLED, LOST} | ({PRINTED} if here else set())
    return [one for one in whole.every if one["state"] in states]


def _told(whole: Whole, copy: Row) -> str:
    """Which copy, and what choosing it means."""
    parts = (
        said.copy_name(whole.line.kind, copy, whole.every),
        said.sheet_text(whole.kinds, copy["sheet"]),
        t("certs.is-bad" if copy["state"] == PRINTED else "certs.is-back"),
    )
    return " ".join(filter(None, parts))
