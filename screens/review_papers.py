"""The documents and files of a case: printed, saved, read, delivered, removed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from db.errors import StoreError
from hallclient.actions import case_files, case_papers
from hallclient.rules.catalogue import named
from hallclient.rules.errors import Refused
from hallclient.texts import language, t
from hallclient.words import refused_text, store_text
from screens import review_text
from screens.printing import print_paper
from screens.review_lines import DOCUMENT, FILE
from screens.review_steps import ReviewSteps
from screens.widgets.choices import Option
from screens.widgets.question import Question, yes_no


class ReviewPapers(ReviewSteps):
    """What F9 does on a document or a file."""

    async def papers(self) -> None:
        """A document printed, saved, read, delivered; a file saved or taken back."""
        at = self.at
        if at is not None and at.kind == FILE:
            await self._file(at.ref)
            return
        paper = at.ref if at is not None and at.kind == DOCUMENT else await self._paper()
        if paper is None:
            return
        row = self.view.papers[paper]
        done = t("review.delivered-already") if row["delivery"] else ""
        options = (
            Option("print", t("review.print")),
            Option("save", t("review.save")),
            Option("read", t("review.read")),
            Option("deliver", t("review.deliver"), done),
        )
        name = named(self.view.facts.flow.paper[row["kind"]], language())
        question = Question(t("review.ask-paper", name=name, number=row["number"]), options)
        answer = await self.answer(question)
        if answer is None:
            return
        if answer.key == "print":
            await self._print(paper)
        elif answer.key == "save":
            await self._save(paper, str(row["number"]))
        elif answer.key == "read":
            await self._read_paper(paper)
        else:
            await self._deliver(paper)

    async def _paper(self) -> str | None:
        """The only document, or the one that is chosen, the newest first."""
        found = list(reversed(self.view.facts.papers))
        if not found:
            self.say(t("review.no-papers"), "warn")
            return None
        if len(found) == 1:
            return found[0].id
        kinds = self.view.facts.flow.paper
        options = tuple(
            Option(one.id, f"{named(kinds[one.kind], language())} {one.number}") for one in found
        )
        answer = await self.answer(Question(t("review.ask-which-paper"), options))
        return None if answer is None else answer.key

    async def _print(self, paper: str) -> None:
        self.say(t("review.printing"))
        try:
            row = await print_paper(self.hall_app.session, self.who, paper)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
            return
        except StoreError as error:
            self.say(store_text(error), "alert")
            return
        await self._read()
        self.say(t("review.printed-now", number=row["number"], copies=row["copies"]), "good")

    async def _save(self, paper: str, number: str) -> None:
        from hallclient.actions import paper_pdf
        from hallclient.actions.paper_printer import save

        target = await self.ask_text(t("review.ask-save"), value=f"{number}.pdf")
        if target is None:
            return
        path = _file(target)
        replace = await self._may_replace(path)
        if replace is None:
            return
        session = self.hall_app.session
        try:
            found = await session.write(paper_pdf.open_for, self.who, paper, language())
            data = await session.think(paper_pdf.pdf_of, found, language())
            made = await asyncio.to_thread(save, number, data, path, replace=replace)
        except Refused as refused:
            self.say(refused_text(refused), "alert")
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.say(t("review.saved", file=str(made)), "good")

    async def _may_replace(self, path: Path) -> bool | None:
        """Whether a file that is there may go; None: never mind."""
        if not await asyncio.to_thread(path.is_file):
            return False
        answer = await self.answer(yes_no(t("review.ask-replace", file=path.name)))
        return True if answer is not None and answer.key == "yes" else None

    async def _read_paper(self, paper: str) -> None:
        found = await self.act(case_papers.read, paper)
        if found is None:
            return
        self.preview(review_text.document(found.body))
        try:
            await self.answer(Question(t("review.reading"), (Option("back", t("review.back")),)))
        finally:
            self.preview(None)

    async def _deliver(self, paper: str) -> None:
        given = await self.receipt()
        if given is None:
            return
        signed = await self.answer(yes_no(t("review.ask-receiver-signed")))
        if signed is None:
            return
        made = await self.act(
            case_papers.deliver,
            paper,
            given["how"],
            given["receiver"],
            waybill=given.get("waybill", ""),
            address=given.get("address", ""),
            signed=signed.key == "yes",
        )
        if made is not None:
            self.say(t("review.delivered-now", number=made[0]["number"]), "good")

    async def _file(self, file: str) -> None:
        one = next(one for one in self.view.files if one.id == file)
        options = (Option("save", t("review.save-file")), Option("remove", t("review.remove-file")))
        answer = await self.answer(Question(t("review.ask-file-do", name=one.name), options))
        if answer is None:
            return
        if answer.key == "remove":
            sure = await self.answer(yes_no(t("review.ask-remove", name=one.name)))
            if sure is not None and sure.key == "yes":
                await self.act(case_files.remove, file)
            return
        target = await self.ask_text(t("review.ask-save"), value=one.name)
        if target is None:
            return
        path = _file(target)
        replace = await self._may_replace(path)
        if replace is None:
            return
        found = await self.act(case_files.read, file)
        if found is None:
            return
        try:
            await asyncio.to_thread(_write, path, found[1], replace)
        except StoreError as error:
            self.say(store_text(error), "alert")
        else:
            self.say(t("review.saved", file=str(path)), "good")


def _file(text: str) -> Path:
    """The file that is meant."""
    return Path(text).expanduser().absolute()


def _write(path: Path, data: bytes, replace: bool) -> None:
    """A file, whole or not at all."""
    from db.files import whole

    with whole(path, replace=replace) as part:
        part.write_bytes(data)
