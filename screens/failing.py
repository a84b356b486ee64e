"""The last words of a program that failed on the screen."""

from __future__ import annotations

from rich.text import Text

from hallclient.texts import t


def last_words(error: BaseException | None) -> Text:
    """One sentence and a reference; Textual would print local variables, names among them."""
    from hallclient.crash import record

    reference, path = record(error) if error is not None else ("-", None)
    return Text(t("crash.screen", reference=reference, path=str(path) if path else "-"))
