"""How the screen of certificates asks, and runs a use case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hallclient.identity_words import facts_text, sentence
from hallclient.rules import identity as identities
from hallclient.rules.scan import ScanKind
from hallclient.texts import t
from screens.certificates_base import CertificatesBase
from screens.widgets.question import Question

OK, _WRONG = "ok", "wrong"


class CertificatesAsking(CertificatesBase):
    """Questions on the line at the bottom; subclasses say which."""

    async def ask_text(
        self,
        prompt: str,
        *,
        value: str = "",
        required: bool = True,
        hint: str = "",
        mend: bool = False,
    ) -> str | None:
        """A text; ``mend``: ``value`` was refused. None: never mind."""
        question = Question(
            prompt,
            text=True,
            value=value,
            required=required,
            placeholder=hint,
            limit=1000,
            takes=frozenset(ScanKind),
            mend=mend,
        )
        answer = await self.answer(question)
        return None if answer is None else answer.text

    async def ask_number(
        self,
        prompt: str,
        kind: str,
        value: str,
        takes: ScanKind,
        others: Sequence[tuple[str, str]] = (),
    ) -> tuple[str, str] | None:
        """A number of a kind, judged at every letter, until it is well-formed: `OK` and the number;
        or the key of one of ``others`` (key, label) and what was typed. None: never mind.
        """
        today = date.fromisoformat(self.hall_app.session.store.env.day(self.now))
        while True:
            typed = [value]

            def judge(text: str, typed: list[str] = typed) -> list[tuple[str, str]]:
                typed.append(text)
                if not text.strip():
                    return [*others]
                judged = identities.read(kind, text, today=today)
                told = (
                    (OK, facts_text(judged)) if judged.well_formed else (_WRONG, sentence(judged))
                )
                return [told, *others]

            question = Question(
                prompt,
                find=judge,
                value=value,
                fold=True,
                placeholder=t("certs.number-hint"),
                takes=frozenset({takes}),
                mend=bool(value),
            )
            answer = await self.answer(question)
            if answer is None:
                return None
            value = typed[-1]
            if answer.key != _WRONG:
                return answer.key, value
            self.say(answer.text, "warn")


def _judged(kind: str, text: str, today: date) -> list[tuple[str, str]]:
    """What is said of a number while it is typed."""
    if not text.strip():
        return []
    judged = identities.read(kind, text, today=today)
    return [(OK, facts_text(judged)) if judged.well_formed else (_WRONG, sentence(judged))]
