"""What the program says: languages, values, and what happens when a text is missing."""

import sys
from collections.abc import Iterator

import pytest

from hallclient import texts
from hallclient.texts import has, language, set_language, t, table, text_in
from tests.hostile import HOSTILE, assert_harmless


@pytest.fixture(autouse=True)
def _own_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        texts,
        "_tables",
        {
            "zh": {"a": "你好", "b": "{name}在{window}号窗口", "c": "只有中文", "d": "{0} { {}"},
            "en": {"a": "Hello", "b": "{name} at window {window:>3}"},
        },
    )
    before = language()
    yield
    set_language(before)


def test_the_language_changes_while_it_runs() -> None:
    set_language("zh")
    assert t("a") == "你好"
    set_language("en")
    assert (language(), t("a")) == ("en", "Hello")
    assert text_in("zh", "a") == "你好"


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="fr"):
        set_language("fr")


def test_values_are_data() -> None:
    set_language("en")
    assert t("b", name="{window} {0.__class__} [/]", window=7) == (
        "{window} {0.__class__} [/] at window   7"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_values_are_made_safe(text: str) -> None:
    assert_harmless(t("b", name=text, window=text))


def test_what_is_missing_never_raises() -> None:
    set_language("en")
    assert t("c") == "只有中文"
    assert t("no.such-key", x=1) == "no.such-key"
    assert t("b", name="x") == "{name} at window {window:>3}".replace("{name}", "x").replace(
        "{window:>3}", "{window}"
    )
    assert t("d", x=1) == "{0} { {}"
    assert has("c")
    assert not has("no.such-key")


def test_the_shipped_tables_are_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_tables", {})
    assert text_in("en", "key.call") == "Call"
    assert set(texts._tables) == {"en"}
    assert table("en") is table("en")


def test_texts_need_no_screen() -> None:
    import subprocess

    code = "import sys, hallclient.texts as x; x.t('key.call'); print('textual' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
