"""Changes of certificates: asked for (作废、换发、增发), answered by another person, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from db.store import Row, Store
from hallclient import certificate_words as said
from hallclient.actions import certificate_changes
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_changes import Asked
from hallclient.actions.certificate_lists import Line
from hallclient.rules.catalogue import named
from hallclient.rules.certificate import changes as rules
from hallclient.rules.certificate.typed import kept
from hallclient.texts import language, t
from screens import certificates_detail
from screens.certificates_handing import CertificatesHanding
from screens.certificates_text import about
from screens.widgets.choices import Option
from screens.widgets.question import Question

_DONE = "\x00done"


class _Given(NamedTuple):
    """What a change needs beside its reason."""

    note: str
    announcement: str
    words: dict[str, str]
    copies: dict[str, int]


class CertificatesChanging(CertificatesHanding):
    """Asks for changes and answers them. The use cases decide."""

    async def ask_change(self) -> None:
        """Which change, why, and what else it needs; another person confirms it."""
        if self.entry is None:
            return
        line = self.entry.line
        options = tuple(
            Option(one.id, said.change_word(one.id)) for one in rules.possible(line.row["state"])
        )
        answer = await self.answer(Question(t("certs.ask-change", what=about(line)), options))
        if answer is None:
            return
        spec = rules.CHANGES[answer.key]
        reason = await self._reason(spec)
        if reason is None:
            return
        given = await self._given(line, spec)
        if given is None:
            return
        made = await self.act(_asking(line.row["id"], spec.id, reason, given))
        if made is not None:
            told = t("certs.asked-now", change=said.change_word(spec.id), what=about(line))
            self.say(told, "good")

    async def _reason(self, spec: rules.Change) -> str | None:
        if len(spec.reasons) == 1:
            return spec.reasons[0]
        options = tuple(Option(one, said.reason_word(spec.id, one)) for one in spec.reasons)
        prompt = t("certs.ask-reason", change=said.change_word(spec.id))
        answer = await self.answer(Question(prompt, options))
        return None if answer is None else answer.key

    async def _given(self, line: Line, spec: rules.Change) -> _Given | None:
        """What a change needs beside its reason; None: never mind."""
        announcement, words, copies = "", dict[str, str](), dict[str, int]()
        if spec.announced:
            text = await self.ask_text(t("certs.ask-announcement"))
            if text is None:
                return None
            announcement = text
        if spec.id in (rules.CORRECT, rules.CHANGE) and not await self._words(line, words):
            return None
        if spec.id == rules.EXTRA and not await self._extra(line, copies):
            return None
        note = await self.ask_text(t("certs.ask-note"), required=False)
        if note is None:
            return None
        return _Given(note, announcement, words, copies)

    async def _words(self, line: Line, words: dict[str, str]) -> bool:
        """New words for fields of the face, one after another; False: never mind."""
        while True:
            options = [
                Option(one.id, named(one, language()) + (" ✓" if one.id in words else ""))
                for one in line.kind.fields
            ]
            if words:
                options.insert(0, Option(_DONE, t("certs.words-done", n=len(words))))
            answer = await self.answer(Question(t("certs.ask-words"), tuple(options)))
            if answer is None:
                return False
            if answer.key == _DONE:
                return True
            field = line.kind.field[answer.key]
            text = await self.ask_text(
                t("certs.ask-word", field=named(field, language())), value=words.get(field.id, "")
            )
            if text is not None:
                words[field.id] = kept(field, text)

    async def _extra(self, line: Line, copies: dict[str, int]) -> bool:
        for spec in line.kind.copies:
            if not spec.numbered:
                continue
            name = named(spec, language())
            prompt = t("certs.ask-count", name=name, most=spec.most)
            text = await self.ask_text(prompt, value="1")
            if text is None:
                return False
            copies[spec.id] = int(text) if text.isdecimal() else -1
        return True

    # -- the second person

    async def answer_change(self, change: Row, line: Line) -> None:
        """Confirm or reject, after a look at what is asked for, which is recorded."""
        asked = await self.act(certificate_changes.texts_of, change["id"])
        if asked is None:
            return
        self.preview(certificates_detail.of_asked(asked, line.kind, self.now))
        try:
            options = (
                Option("no", t("certs.leave")),
                Option("confirm", t("certs.confirm")),
                Option("reject", t("certs.reject")),
            )
            prompt = t(
                "certs.ask-answer", change=said.change_word(change["kind"]), what=about(line)
            )
            answer = await self.answer(Question(prompt, options))
            if answer is None or answer.key == "no":
                return
            if answer.key == "reject":
                await self._reject(change)
                return
        finally:
            self.preview(None)
        made = await self.act(certificate_changes.confirm, change["id"])
        if made is not None:
            state = said.state_word(made["state"])
            told = t("certs.confirmed-change", change=said.change_word(change["kind"]), state=state)
            self.say(told, "good")

    async def _reject(self, change: Row) -> None:
        why = await self.ask_text(t("certs.ask-reject"))
        if why is None:
            return
        if await self.act(certificate_changes.reject, change["id"], why) is not None:
            self.say(t("certs.rejected", change=said.change_word(change["kind"])), "good")

    async def withdraw_change(self) -> None:
        """Take back what one has asked for oneself."""
        change = self.entry.change if self.entry is not None else None
        if change is None:
            return
        if await self.act(certificate_changes.withdraw, change["id"]) is not None:
            self.say(t("certs.withdrawn", change=said.change_word(change["kind"])), "good")


def _asking(
    certificate: str, kind: str, reason: str, given: _Given
) -> Callable[[Store, Actor], Asked]:
    """`certificate_changes.ask` with all that was said."""

    def ask(store: Store, who: Actor) -> Asked:
        return certificate_changes.ask(
            store,
            who,
            certificate,
            kind,
            reason,
            **given._asdict(),
        )

    return ask
