"""Both guides have the same shape: a section that one language gets, the other gets too."""

import re

from tests.source import ROOT

HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def levels(name: str) -> list[int]:
    text = FENCE.sub("", (ROOT / "docs" / name).read_text("utf-8"))
    return [len(marks) for marks in HEADING.findall(text)]


def test_both_guides_have_the_same_headings() -> None:
    chinese, english = levels("guide.md"), levels("guide.en.md")
    assert len(chinese) > 10
    assert chinese == english
