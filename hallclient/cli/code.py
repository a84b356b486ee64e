"""``hallclient code``: numbers and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hallclient.cli import code_check, code_pool
from hallclient.cli.parser import command, group, option
from hallclient.texts import t

if TYPE_CHECKING:
    from hallclient.cli.parser import Commands


def register(commands: Commands) -> None:
    """Add ``code`` and its commands."""
    own = group(commands, "code")
    checked = command(own, "code.check", code_check.check)
    option(checked, "value", help=t("cli.option.code-value"))
    kinds = t("cli.option.code-kind", kinds=", ".join(code_check.KINDS))
    option(checked, "--kind", choices=code_check.KINDS, default="", help=kinds)
    code_pool.register(own)
