"""Foreign text: cleaned on the way in, safe on the way out, masked, measured, cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hallclient.rules.text import (
    cell_width,
    clean,
    clusters,
    cut,
    mask_id,
    mask_name,
    mask_phone,
    narrow,
    plain,
)
from tests.hostile import HOSTILE, RARE, assert_harmless, harmful

ANY = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(HOSTILE)
KEPT_FORMAT = {"\u200c", "\u200d", "\u180e"}


def bad(text: str) -> set[str]:
    """Categories of characters that no cleaned or shown text may hold."""
    return {
        unicodedata.category(char)
        for char in text
        if char not in KEPT_FORMAT and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    }


@given(ANY)
def test_clean_text_is_clean_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert bad(cleaned) == set()
    assert not any(unicodedata.category(char) == "Co" for char in cleaned)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode("utf-8")


@given(ANY)
def test_several_lines_stay_several(text: str) -> None:
    cleaned = clean(text, multiline=True)
    assert bad(cleaned.replace("\n", "")) == set()
    assert clean(cleaned, multiline=True) == cleaned
    assert cleaned.replace("\n", " ") == clean(text)


@given(ANY)
def test_shown_text_is_harmless_and_as_long_as_before(text: str) -> None:
    safe = plain(text)
    assert_harmless(safe, newlines=False)
    assert bad(safe) == set()
    assert len(safe) == len(text)
    assert plain(safe) == safe
    safe.encode("utf-8")


@given(ANY)
def test_clean_text_is_shown_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert plain(cleaned) == cleaned


@pytest.mark.parametrize("text", RARE)
def test_rare_but_right_text_is_kept(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)
    assert plain(text) == text


def test_every_control_and_format_character_is_caught() -> None:
    """All of Unicode as this Python knows it, one by one."""
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert (plain(char) == char) == (char in KEPT_FORMAT), hex(code)


@pytest.mark.parametrize(
    ("text", "cleaned", "shown"),
    [
        ("\x1b[31m红", "[31m红", "␛[31m红"),
        ("a\x7f\x9b", "a", "a␡\ufffd"),
        ("a\tb\r\nc\x85d", "a b c d", "a␉b␍␊c\ufffdd"),
        ("\u202eabc", "abc", "\ufffdabc"),
        ("王\ue000", "王\ufffd", "王\ue000"),
        ("\ud800", "\ufffd", "\ufffd"),
        ("张\u3000三", "张\u3000三", "张\u3000三"),
        ("e\u0301", "\u00e9", "e\u0301"),
    ],
)
def test_what_becomes_of_it(text: str, cleaned: str, shown: str) -> None:
    assert clean(text) == cleaned
    assert plain(text) == shown


@given(ANY)
def test_narrow_is_stable(text: str) -> None:
    folded = narrow(text)
    assert narrow(folded) == folded
    assert not any(char.isspace() for char in folded)
    assert bad(folded) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" Ａ０３２ ", "A032"),
        ("4201 0619 9003 0712 3x", "42010619900307123X"),
        ("１３８-１２３４\u30005678", "138-12345678"),
    ],
)
def test_codes_are_folded(text: str, code: str) -> None:
    assert narrow(text) == code


# --- widths -------------------------------------------------------------------------------


def test_widths_are_those_of_the_screen() -> None:
    """Every assigned character but controls: our table and the one that screens are drawn with."""
    ours_only = {"\u061c", "\U000110bd", "\U000110cd", "\u2028", "\u2029"}
    for code in range(0x20, 0x110000):
        char = chr(code)
        if unicodedata.category(char) in ("Cn", "Cc", "Cs") or char in ours_only:
            continue
        assert cell_width(char) == cell_len(char), hex(code)


@pytest.mark.parametrize("code", [0x20000, 0x2A6DF, 0x30000, 0x31350, 0x323AF, 0x2EBF0, 0x2EE5D])
def test_ideographs_of_all_planes_are_wide(code: int) -> None:
    assert cell_width(chr(code)) == cell_len(chr(code)) == 2


@pytest.mark.parametrize("text", [plain(text) for text in HOSTILE])
def test_whole_texts_measure_alike(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@given(ANY, st.integers(-1, 50))
def test_cut_fits_and_keeps_the_beginning(text: str, cells: int) -> None:
    short = cut(text, cells)
    assert cell_width(short) <= max(0, cells)
    if cells > 0 and cell_width(text) <= cells:
        assert short == text
    elif short:
        assert text.startswith(short.removesuffix("…"))


def test_cut_never_splits_a_character() -> None:
    assert cut("葛\U000e0100城市", 5) == "葛\U000e0100城…"
    assert cut("葛\U000e0100城市", 4) == "葛\U000e0100…"
    assert cut("张三", 3) == "张…"
    assert cut("张三", 1) == "…"
    assert cut("abc", 2, mark="") == "ab"


@given(ANY)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text
    assert all(clusters(text))


# --- masks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("欧阳娜娜", "欧***"),
        ("张", "张"),
        ("𠮷野家", "𠮷**"),
        ("葛\U000e0100城", "葛\U000e0100*"),
        ("买买提·吐尔逊", "买**·吐**"),
        ("·", "·"),
        ("John Smith", "J***"),
        ("Éric", "É***"),
        ("长" * 30, "长***"),
        ("  ", ""),
    ],
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(ANY)
def test_a_masked_name_is_harmless_and_stays_masked(name: str) -> None:
    masked = mask_name(name)
    assert harmful(masked, newlines=False) == ""
    assert mask_name(masked) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("42010619900307123X", "420106********123X"),
        ("E12345678", "E*******8"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_identity_numbers_are_masked(number: str, masked: str) -> None:
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13812345678", "138****5678"), ("027-87654321", "027*****4321"), ("110", "***")],
)
def test_phones_are_masked(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@given(ANY)
def test_masks_never_raise_and_hide_something(text: str) -> None:
    for masked in (mask_id(text), mask_phone(text)):
        assert len(masked) == len(clean(text).strip())
        assert "*" in masked or not masked
