"""``hallclient review``: the papers of a case reviewed; what a hall reviews by, put in force."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.actions.case_materials import FORMS, MEDIA
from hallclient.cli import review_attach, review_files, review_marks
from hallclient.cli.parser import command, group, option
from hallclient.rules.review.tolerance import ENDS, KINDS, TOLERANCE
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``review`` and its commands."""
    own = group(commands, "review")
    for name, run in (
        ("start", review_marks.start),
        ("finish", review_marks.finish),
        ("notice", review_marks.notice),
        ("pass", review_marks.pass_rest),
    ):
        made = _case(command(own, f"review.{name}", run))
        option(made, "--why", default="")
    mark = _material(_case(command(own, "review.mark", review_marks.mark)))
    option(mark, "state", help=t("cli.option.material-state"))
    option(mark, "--reason", action="append", default=[], help=t("cli.option.material-reason"))
    option(mark, "--form", choices=FORMS, default="", help=t("cli.option.material-form"))
    option(mark, "--medium", choices=MEDIA, default="")
    option(mark, "--copies", type=int)
    option(mark, "--note", default="", help=t("cli.option.material-note"))
    option(mark, "--evidence", default="")
    answer = _case(command(own, "review.answer", review_marks.answer))
    option(answer, "condition")
    option(answer, "answer", choices=("yes", "no", "unknown"))
    promise = _material(_case(command(own, "review.promise", review_marks.promise)))
    option(promise, "--kind", choices=KINDS, default=TOLERANCE, help=t("cli.option.promise-kind"))
    option(promise, "--due", default="", help=t("cli.option.promise-due"))
    option(promise, "--signed", action="store_true")
    ended = command(own, "review.promise-end", review_marks.end_promise)
    option(ended, "promise")
    option(ended, "state", choices=ENDS, help=t("cli.option.promise-state"))
    option(ended, "--reason", default="", help=t("cli.option.case-reason"))
    lack = _case(command(own, "review.lack", review_marks.lack))
    option(lack, "text", help=t("cli.option.lack-text"))
    option(lack, "--how", default="")
    option(command(own, "review.mended", review_marks.mended), "deficiency")
    listed = _case(command(own, "review.dishonest", review_marks.dishonest))
    option(listed, "answer", choices=("yes", "no"))
    attach = _material(_case(command(own, "review.attach", review_attach.attach)))
    option(attach, "file", type=Path, help=t("cli.option.attach-file"))
    _case(command(own, "review.files", review_attach.files))
    option(
        command(own, "review.detach", review_attach.detach), "file", help=t("cli.option.file-id")
    )
    save = command(own, "review.save", review_attach.save)
    option(save, "file", help=t("cli.option.file-id"))
    option(save, "out", type=Path, help=t("cli.option.save-out"))
    option(save, "--force", action="store_true", help=t("cli.option.save-force"))
    publish = command(own, "review.publish", review_files.publish)
    option(publish, "folder", type=Path, nargs="?", help=t("cli.option.review-folder"))
    lint = command(own, "review.lint", review_files.lint)
    option(lint, "folder", type=Path, help=t("cli.option.hall-review"))


def _case(parser: ArgumentParser) -> ArgumentParser:
    option(parser, "case")
    return parser


def _material(parser: ArgumentParser) -> ArgumentParser:
    option(parser, "material", type=int)
    return parser
