"""The parser of the command line, in the language spoken."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn

from hallclient.cli.app import App
from hallclient.cli.options import Usage
from hallclient.texts import t

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

COMMANDS: Final = {
    "demo": "demo",
    "init": "init",
    "kiosk": "kiosk",
    "board": "board",
    "catalogue": "catalogue",
    "guide": "guide",
    "ticket": "ticket",
    "booking": "booking",
    "form": "form",
    "case": "case",
    "review": "review",
    "paper": "paper",
    "certificate": "certificate",
    "code": "code",
    "sheet": "sheet",
    "deadline": "deadline",
    "calendar": "calendar",
    "window": "window",
    "shift": "shift",
    "staff": "staff",
    "hall": "hall",
    "day": "day",
    "report": "report",
    "watch": "watch",
    "work": "work",
    "simulate": "simulate",
    "sync": "sync",
    "hub": "hub",
    "verify": "verify",
    "doctor": "store",
    "backup": "store",
    "restore": "store",
    "export": "store",
}
"""Command -> the module of this package that registers and runs it."""

# argparse asks gettext for these words; ours are in the text tables.
_PHRASES: Final = {
    "usage: ": "usage",
    "positional arguments": "positional",
    "options": "options",
    "subcommands": "subcommands",
    "show this help message and exit": "help",
    "%(prog)s: error: %(message)s\n": "error",
    "the following arguments are required: %s": "required",
    "unrecognized arguments: %s": "unrecognized",
    "argument %(argument_name)s: %(message)s": "argument",
    "expected one argument": "one",
    "expected at least one argument": "at-least-one",
    "expected at most one argument": "at-most-one",
    "expected %s argument": "exactly",
    "expected %s arguments": "exactly",
    "invalid %(type)s value: %(value)r": "invalid",
    "invalid choice: %(value)r (choose from %(choices)s)": "choice",
    "not allowed with argument %s": "not-with",
    "one of the arguments %s is required": "one-of",
    "ignored explicit argument %r": "explicit",
}


def _say(message: str) -> str:
    phrase = _PHRASES.get(message)
    return message if phrase is None else t(f"cli.argparse.{phrase}")


def _say_many(one: str, many: str, n: int) -> str:
    return _say(one if n == 1 else many)


class Parser(argparse.ArgumentParser):
    """Wrong input is raised, not printed; no abbreviations, so that a new option breaks nobody."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **how})
        self._mixing = False

    # argparse declares this with overloads that differ by the namespace, which is ours to pass on.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Words of which there may be any number stand before, between or behind options."""
        many = any(action.nargs == "*" for action in self._get_positional_actions())
        if not many or self._mixing:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False

    def error(self, message: str) -> NoReturn:
        raise Usage(message, self.format_usage())


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command and its options. Raises `Usage`; SystemExit when help was printed."""
    return build(words).parse_args(words)


def build(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for this line: of its commands only the one that is wanted is imported."""
    vars(argparse)["_"] = _say
    vars(argparse)["ngettext"] = _say_many
    wanted = next((word for word in words if not word.startswith("-")), "")
    top: argparse.ArgumentParser = Parser(
        prog="hallclient",
        description=t("cli.help"),
        epilog=t("cli.help.global"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar=t("cli.metavar"), required=True)
    module = COMMANDS.get(wanted)
    if module is not None:
        import_module(f"hallclient.cli.{module}").register(commands)
    else:
        for name in COMMANDS:
            commands.add_parser(name, help=t(f"cli.command.{name}"))
    return top


def group(commands: Commands, name: str) -> Commands:
    """A command with commands of its own: ``ticket take``."""
    parser = commands.add_parser(name, help=t(f"cli.command.{name}"))
    return parser.add_subparsers(dest="action", metavar=t("cli.metavar"), required=True)


def command(
    commands: Commands, path: str, run: Callable[[argparse.Namespace, App], int]
) -> argparse.ArgumentParser:
    """One command; ``path`` like ``ticket.take`` names it and its text."""
    said = t(f"cli.command.{path}")
    made = commands.add_parser(path.rpartition(".")[2], help=said, description=said)
    made.set_defaults(run=run)
    return made


def option(parser: argparse.ArgumentParser, *names: str, **how: Any) -> None:
    """An option or a word, with its text ``cli.option.<name>``."""
    how.setdefault("help", t(f"cli.option.{names[-1].lstrip('-')}"))
    if not how.get("action", "store").startswith("store_"):
        how.setdefault("metavar", t(f"cli.value.{names[-1].lstrip('-')}"))
    parser.add_argument(*names, **how)
