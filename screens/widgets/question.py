"""A question and its answer, apart from the line that asks: cheap to import."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hallclient.rules.scan import ScanKind
from hallclient.texts import t
from screens.widgets.choices import Option

Find = Callable[[str], Sequence[tuple[str, str]]]
"""Looks a text up: keys and labels, best first. Called at every letter, on the UI thread."""


class Question(NamedTuple):
    """What to ask: options, a free text (with `text`), both, or a search (with `find`).

    With options and `text` the free answer is one more option. `required` is about the text.
    `takes`: kinds of scans that are the answer; others go to the desk and leave the question.
    `mend`: what is typed is added to `value`, which was wrong; else it takes its place.
    """

    prompt: str
    options: tuple[Option, ...] = ()
    text: bool = False
    find: Find | None = None
    value: str = ""
    placeholder: str = ""
    required: bool = True
    limit: int = 200
    password: bool = False
    fold: bool = False
    chosen: int = 0
    takes: frozenset[ScanKind] = frozenset()
    mend: bool = False


class Answer(NamedTuple):
    """The option that was chosen (its key), or a text that was typed (the key is empty)."""

    key: str
    text: str = ""


def yes_no(prompt: str) -> Question:
    """A question whose safe answer comes first; the keys are `no` and `yes`."""
    return Question(prompt, (Option("no", t("ask.no")), Option("yes", t("ask.yes"))))
