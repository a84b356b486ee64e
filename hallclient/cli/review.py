"""``hallclient review``: what a hall reviews by, checked and put in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hallclient.cli import review_files
from hallclient.cli.parser import command, group, option
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``review`` and its commands."""
    own = group(commands, "review")
    publish = command(own, "review.publish", review_files.publish)
    option(publish, "folder", type=Path, nargs="?", help=t("cli.option.review-folder"))
    lint = command(own, "review.lint", review_files.lint)
    option(lint, "folder", type=Path, help=t("cli.option.hall-review"))
