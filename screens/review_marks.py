"""Checking the papers of a case by single keys: nothing is typed in the list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hallclient.actions import case_deficiencies, case_files, case_materials, case_promises
from hallclient.actions.case_materials import FORMS, MEDIA
from hallclient.rules.catalogue import named
from hallclient.rules.errors import Refused
from hallclient.rules.review.facts import MaterialState
from hallclient.rules.review.materials import OWN, Count, count, needed
from hallclient.rules.review.tolerance import COMMITMENT, TOLERANCE
from hallclient.rules.text import narrow
from hallclient.texts import language, t
from hallclient.words import refused_text
from screens.review_base import ReviewBase
from screens.review_lines import CONDITION, DEFICIENCY, PAPER_DUE
from screens.widgets.choices import Option
from screens.widgets.question import Question

_DIGITS = 3
MOST_FOUND = 8
"""So many files are offered for what was typed of a path."""


class ReviewMarks(ReviewBase):
    """What the keys of the list do to the line under the cursor."""

    async def pass_material(self) -> None:
        """It passes, or the condition holds; then the next open point."""
        at = self.at
        if at is None:
            return
        if at.kind == CONDITION:
            await self._answer(at.ref, True)
        elif at.kind == PAPER_DUE:
            no = int(at.ref)
            material, _ = self.view.facts.material(no)
            unsure = needed(self.view.facts, material) is None
            # A paper that is there is needed.
            if unsure and not await self._is_needed(material.when):
                return
            if await self.act(case_materials.mark, self.case, no, "passed") is not None:
                self._next()
        elif at.kind == DEFICIENCY:
            if await self.act(case_deficiencies.close, at.ref) is not None:
                self._next()
        else:
            self.say(t("review.not-here"), "warn")

    async def _is_needed(self, condition: str) -> bool:
        made = await self.act(case_materials.answer, self.case, condition, True)
        return made is not None

    async def answer_no(self) -> None:
        """The condition does not hold; a paper that has one is asked by it."""
        at = self.at
        if at is not None and at.kind == CONDITION:
            await self._answer(at.ref, False)
        elif (no := self.number_at()) and (when := self.view.facts.material(no)[0].when):
            await self._answer(when, False)
        else:
            self.say(t("review.no-condition"), "warn")

    async def _answer(self, condition: str, yes: bool) -> None:
        if await self.act(case_materials.answer, self.case, condition, yes) is not None:
            self._next()

    async def fail_material(self, n: int) -> None:
        """It does not pass for the n-th reason of its list; the same again takes that away."""
        no = self.number_at()
        if not no:
            self.say(t("review.not-here"), "warn")
            return
        material, fact = self.view.facts.material(no)
        if n > len(material.reasons):
            self.say(t("review.no-such-reason", n=n, most=len(material.reasons)), "warn")
            return
        code = material.reasons[n - 1].code
        failed = fact.state is MaterialState.FAILED
        chosen = [one for one in fact.reasons if one != code] if failed else []
        if not failed or code not in fact.reasons:
            chosen = [*chosen, code]
        own = self.view.said[no].note if OWN in chosen and no in self.view.said else ""
        if not chosen:
            await self.act(case_materials.mark, self.case, no, "received")
            return
        await self.act(case_materials.mark, self.case, no, "failed", reasons=chosen, note=own)

    async def own_defect(self) -> None:
        """Something that no list has, of this paper or of the case."""
        no = self.number_at()
        if no:
            material, fact = self.view.facts.material(no)
            before = self.view.said[no].note if no in self.view.said else ""
            prompt = t("review.ask-own", no=no, name=named(material, language()))
            text = await self.ask_text(prompt, value=before)
            if text is None:
                return
            reasons = [one for one in fact.reasons if one != OWN]
            await self.act(
                case_materials.mark, self.case, no, "failed", reasons=[*reasons, OWN], note=text
            )
            return
        text = await self.ask_text(t("review.ask-lack"))
        if text is None:
            return
        how = await self.ask_text(t("review.ask-how"), required=False)
        if how is None:
            return
        await self.act(case_deficiencies.add, self.case, text=text, how=how)

    async def receive_material(self) -> None:
        """It is in, and not checked yet."""
        await self._mark("received")

    async def handed_in(self) -> None:
        """How it was handed in: original or copy, on paper or not, how many."""
        no = self.number_at()
        if not no:
            self.say(t("review.not-here"), "warn")
            return
        material, fact = self.view.facts.material(no)
        forms = tuple(Option(one, t(f"material.form.{one}")) for one in FORMS)
        form = await self.answer(
            Question(
                t("review.ask-form", no=no, name=named(material, language())),
                forms,
                chosen=FORMS.index(fact.form) if fact.form in FORMS else 0,
            )
        )
        if form is None:
            return
        media = tuple(Option(one, t(f"review.medium.{one}")) for one in MEDIA)
        medium = await self.answer(
            Question(
                t("review.ask-medium"),
                media,
                chosen=MEDIA.index(fact.medium) if fact.medium in MEDIA else 0,
            )
        )
        if medium is None:
            return
        text = await self.ask_text(t("review.ask-copies"), value=str(fact.copies))
        if text is None:
            return
        given = narrow(text)
        if not given.isdecimal() or len(given) > _DIGITS:
            self.say(refused_text(Refused("bad-copies", field="copies", copies=text)), "warn")
            return
        await self.act(
            case_materials.handed_in,
            self.case,
            no,
            form=form.key,
            medium=medium.key,
            copies=int(given),
        )

    async def give_back(self) -> None:
        """The original goes back."""
        await self._mark("returned")

    async def unmark(self) -> None:
        """It is to come again; a condition is not answered."""
        at = self.at
        if at is not None and at.kind == CONDITION:
            await self.act(case_materials.answer, self.case, at.ref, None)
            return
        no = self.number_at()
        if no:
            returned = self.view.facts.material(no)[1].state is MaterialState.RETURNED
            await self._mark("passed" if returned else "due", go_on=False)
        else:
            self.say(t("review.not-here"), "warn")

    async def _mark(self, state: str, *, go_on: bool = True) -> None:
        no = self.number_at()
        if not no:
            self.say(t("review.not-here"), "warn")
        elif await self.act(case_materials.mark, self.case, no, state) is not None and go_on:
            self._next()

    async def pass_rest(self) -> None:
        """Everything that is left passes at once."""
        before = count(self.view.facts).settled
        if await self.act(case_materials.mark_rest, self.case, "passed") is None:
            return
        passed = count(self.view.facts).settled - before
        self._next()
        self.say(t("review.passed-rest", n=passed), "good")

    async def exempt(self) -> None:
        """It need not be handed in."""
        no = self.number_at()
        if not no:
            self.say(t("review.not-here"), "warn")
            return
        name = named(self.view.facts.material(no)[0], language())
        text = await self.ask_text(t("review.ask-evidence", no=no, name=name))
        if text is None:
            return
        made = await self.act(case_materials.mark, self.case, no, "exempt", evidence=text)
        if made is not None:
            self._next()

    # -- promises

    async def tolerate(self) -> None:
        """The paper comes later (容缺)."""
        await self._promise(TOLERANCE)

    async def commit(self) -> None:
        """A written promise stands in for it (告知承诺)."""
        await self._promise(COMMITMENT)

    async def _promise(self, kind: str) -> None:
        no = self.number_at()
        if not no:
            self.say(t("review.not-here"), "warn")
            return
        material, _ = self.view.facts.material(no)
        allowed = material.tolerable if kind == TOLERANCE else material.commitment
        if not allowed:
            refused = Refused("not-tolerable" if kind == TOLERANCE else "no-commitment", no=no)
            self.say(refused_text(refused), "warn")
            return
        latest = await self.hall_app.session.read(
            case_promises.latest, self.who, self.case, no, kind
        )
        name = named(material, language())
        prompt = t(f"review.ask-{kind}", no=no, name=name, latest=latest.isoformat())
        day = await self._day(prompt, latest)
        if day is None:
            return
        signed = await self.answer(
            Question(
                t("review.ask-signed"),
                (Option("yes", t("review.signed")), Option("no", t("review.unsigned"))),
            )
        )
        if signed is None:
            return
        done = await self.act(
            case_promises.promise, self.case, kind, no, day, signed=signed.key == "yes"
        )
        if done is not None:
            self._next()
            self.say(t("review.promised", no=no, due=day.isoformat()), "good")

    async def _day(self, prompt: str, value: date) -> date | None:
        """A day that is asked for until it is one; None: never mind."""
        text: str | None = value.isoformat()
        while True:
            text = await self.ask_text(prompt, value=text or "")
            if text is None:
                return None
            try:
                return date.fromisoformat(narrow(text))
            except ValueError:
                self.say(refused_text(Refused("bad-day", field="due", day=text)), "warn")

    # -- files

    async def attach(self) -> None:
        """A scan or document of this paper; on any other line: of the case."""
        no = self.number_at()
        value = ""
        while True:
            prompt = t("review.ask-file", no=no) if no else t("review.ask-case-file")
            answer = await self.answer(
                Question(
                    prompt,
                    find=files_like,
                    text=True,
                    value=value,
                    placeholder=t("review.file-hint"),
                )
            )
            if answer is None:
                return
            path = path_of(answer.key or answer.text)
            if not path.is_dir():
                break
            value = f"{path}/"
        try:
            data, name = case_files.chosen(path)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        if await self.act(case_files.attach, self.case, no, data, name) is not None:
            self.say(t("review.attached", name=name), "good")

    # -- where it goes on

    def _next(self) -> None:
        """To the next open point; when nothing is open, say what to do."""
        if not self.go_on():
            done: Count = count(self.view.facts)
            self.say(t("review.all-checked", n=done.needed), "good")


def path_of(text: str) -> Path:
    """A path as it was typed, pasted or dropped on the terminal."""
    typed = text.strip()
    if len(typed) > 1 and typed[0] == typed[-1] and typed[0] in "'\"":
        typed = typed[1:-1]
    return Path(typed.removeprefix("file://")).expanduser()


def files_like(text: str) -> list[tuple[str, str]]:
    """Files and folders whose path begins like this, folders first."""
    start = path_of(text or ".")
    folder, begin = (start, "") if not text or text.endswith("/") else (start.parent, start.name)
    try:
        found = [one for one in folder.iterdir() if one.name.startswith(begin or "")]
    except (OSError, ValueError):
        return []
    shown = sorted(
        (one for one in found if begin.startswith(".") or not one.name.startswith(".")),
        key=lambda one: (not one.is_dir(), one.name),
    )
    return [(str(one), one.name + ("/" if one.is_dir() else "")) for one in shown[:MOST_FOUND]]
