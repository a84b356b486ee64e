"""A certificate's code, the words of its face, its seal: what each step asks and does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from db.errors import StoreError
from db.store import Row, Store
from hallclient.actions import certificate_seal, certificates
from hallclient.actions.acting import Actor
from hallclient.actions.certificate_lists import Line
from hallclient.actions.certificate_view import Whole
from hallclient.rules.catalogue import named
from hallclient.rules.certificate.spec import CAPITALS, USCC, FaceField
from hallclient.rules.certificate.typed import kept
from hallclient.rules.errors import Refused
from hallclient.rules.scan import ScanKind
from hallclient.texts import has, language, t
from hallclient.words import refused_text
from screens.certificates_asking import CertificatesAsking
from screens.certificates_text import about, counted
from screens.widgets.choices import Option
from screens.widgets.question import Question


class CertificatesSteps(CertificatesAsking):
    """Assigns, fills in, seals. The use cases decide."""

    # -- its code (赋码)

    async def assign(self, lines: Sequence[Line]) -> None:
        """The next code; one that its holder keeps is asked for."""
        if len(lines) > 1:
            await self.each(lines, certificates.assign, "certs.assigned-many")
            return
        row, code = lines[0].row, ""
        if row["lacks"] == certificates.CODE_NEEDED:
            await self._keep_code(lines[0])
            return
        made = await self.act(certificates.assign, row["id"], code)
        if made is not None:
            self.say(t("certs.assigned", code=made["code"]), "good")

    async def _keep_code(self, line: Line) -> None:
        """The code that its holder has, typed or scanned, until it is one."""
        prompt, typed = t("certs.ask-code", kind=named(line.kind, language())), ""
        whole = await self.read_whole(line)
        while whole is not None:
            code = await self._typed_code(whole, prompt, typed)
            if code is None:
                return
            typed = code
            made = await self.act(certificates.assign, line.row["id"], typed)
            if made is not None:
                self.say(t("certs.assigned", code=made["code"]), "good")
                return

    async def _typed_code(self, whole: Whole, prompt: str, typed: str) -> str | None:
        """A credit code is judged as it is typed; of other codes nothing is known."""
        if whole.kinds.scheme[whole.line.kind.scheme].form != USCC:
            return await self.ask_text(prompt, value=typed, mend=bool(typed))
        given = await self.ask_number(prompt, "uscc", typed, ScanKind.USCC)
        return None if given is None else given[1]

    # -- the words of its face

    async def fill_face(self) -> None:
        """What is missing, one after another; when nothing is, what the clerk chooses."""
        if self.entry is None:
            return
        whole = await self.read_whole(self.entry.line)
        if whole is None:
            return
        if whole.lacking:
            if await self._fill(whole, whole.lacking):
                self.say(t("certs.filled"), "good")
            return
        own = [one for one in whole.line.kind.fields if not one.source or one in whole.blank]
        options = tuple(Option(one.id, named(one, language())) for one in own)
        if not options:
            self.say(t("certs.no-own-field"), "warn")
            return
        answer = await self.answer(Question(t("certs.ask-which-field"), options))
        if answer is not None:
            field = whole.line.kind.field[answer.key]
            if await self._fill(whole, [field]):
                self.say(t("certs.filled"), "good")

    async def _fill(self, whole: Whole, fields: Sequence[FaceField]) -> bool:
        """Ask for fields, each kept at once; False: given up."""
        for n, field in enumerate(fields, 1):
            if not await self._fill_one(whole.line, field, len(fields) - n):
                return False
        return True

    async def _fill_one(self, line: Line, field: FaceField, left: int) -> bool:
        typed = ""
        while True:
            name = named(field, language())
            prompt = t("certs.ask-field", name=name, left=left) if left else name
            hint = f"certs.hint.{field.type}"
            told = t(hint) if has(hint) else ""
            text = await self.ask_text(prompt, value=typed, hint=told, mend=bool(typed))
            if text is None:
                return False
            typed, said = text, kept(field, text)
            if field.type == CAPITALS and not said.isdecimal():
                self.say(t("certs.no-money", text=text), "warn")
                continue
            if await self.act(_describe(line.row["id"], field.id, said)) is not None:
                return True

    # -- its seal (签章)

    async def seal(self, lines: Sequence[Line]) -> None:
        """Freeze what it says; asked is what is missing, then how many copies."""
        if len(lines) > 1:
            question = Question(
                t("certs.ask-seal-many", n=len(lines)),
                (Option("yes", t("certs.seal")), Option("no", t("certs.leave"))),
            )
            answer = await self.answer(question)
            if answer is not None and answer.key == "yes":
                await self.each(lines, certificate_seal.seal, "certs.sealed-many")
            return
        whole = await self.read_whole(lines[0])
        if whole is None or (whole.lacking and not await self._fill(whole, whole.lacking)):
            return
        counts = await self._how_many(whole)
        if counts is None:
            return
        made = await self.act(certificate_seal.seal, lines[0].row["id"], counts)
        if made is not None:
            told = counted(whole.line.kind, counts)
            self.say(t("certs.sealed", code=made["code"], copies=told), "good")

    async def _how_many(self, whole: Whole) -> dict[str, int] | None:
        """How many copies of each sort; None: never mind."""
        kind, counts = whole.line.kind, dict(whole.counts)
        while True:
            options = [Option("yes", t("certs.seal-as", copies=counted(kind, counts)))]
            if any(one.most > 1 or len(kind.copies) > 1 for one in kind.copies):
                options.append(Option("other", t("certs.other-counts")))
            options.append(Option("no", t("certs.leave")))
            prompt = t("certs.ask-seal", what=about(whole.line))
            answer = await self.answer(Question(prompt, tuple(options)))
            if answer is None or answer.key == "no":
                return None
            if answer.key == "yes":
                return counts
            await self.ask_counts(whole.line, counts)

    async def ask_counts(self, line: Line, counts: dict[str, int]) -> bool:
        """Change how many copies of each sort are wanted; False: given up."""
        for spec in line.kind.copies:
            name = named(spec, language())
            prompt = t("certs.ask-count", name=name, most=spec.most)
            value = str(counts.get(spec.id, 0))
            while True:
                text = await self.ask_text(prompt, value=value)
                if text is None:
                    return False
                if text.isdecimal() and int(text) <= spec.most:
                    counts[spec.id] = int(text)
                    break
                value = text
                self.say(prompt, "warn")
        return True

    # -- many at once

    async def each(
        self, lines: Sequence[Line], action: Callable[[Store, Actor, str], Row], told: str
    ) -> None:
        """The same step for many, each for itself; what came of it, and who was refused first."""
        done, why = 0, ""
        for one in lines:
            try:
                await self.hall_app.session.write(action, self.who, one.row["id"])
                done += 1
            except Refused as refused:
                why = why or t("certs.first-refused", what=about(one), why=refused_text(refused))
            except StoreError as error:
                self.tell(error)
                break
        self.marked = frozenset()
        await self.see()
        said = t(told, n=done)
        self.say(f"{said} {why}".strip(), "warn" if why else "good")


def _describe(certificate: str, name: str, text: str) -> Callable[[Store, Actor], Row]:
    """`certificate_seal.describe` of one field, whatever the field is called."""

    def describe(store: Store, who: Actor) -> Row:
        return certificate_seal.describe(store, who, certificate, **{name: text})

    return describe
