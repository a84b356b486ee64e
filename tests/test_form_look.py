"""What the screens around a form have in common."""

import pytest

from hallclient.rules.text import cell_width
from hallclient.texts import table
from screens.form_reading import path_of
from screens.keys import DEFAULT

LANGUAGE = DEFAULT.first("language")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_key_line_fits_a_small_screen(language: str) -> None:
    parts = ("form.answers.keys", "form.extract.keys", "form.history.keys", "form.bulk.keys")
    texts = {key: text for key, text in table(language).items() if key.startswith(parts)}
    assert len(texts) > 12
    wide = {key: cell_width(text.format(language=LANGUAGE)) for key, text in texts.items()}
    assert {key: width for key, width in wide.items() if width > 78} == {}


def test_a_file_that_a_terminal_quotes_is_meant() -> None:
    assert str(path_of("'/tmp/a b.json' ")) == "/tmp/a b.json"
    assert path_of("~/x.json").is_absolute()
    assert path_of("x.json").is_absolute()
