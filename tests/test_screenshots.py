"""The pictures of the docs: made by a command, Chinese at its width, nothing from elsewhere."""

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.screenshots import CELL, EDGE, LANGUAGES, LINE, PICTURES, SHOWN
from hallclient.rules.text import cell_width
from tests.scenes import SCENES
from tests.source import ROOT

SVG = "{http://www.w3.org/2000/svg}"
MADE = [f"{name}.{language}.svg" for name in SHOWN for language in LANGUAGES]


@pytest.mark.slow
def test_the_command_makes_the_same_bytes_as_the_docs_have(tmp_path: Path) -> None:
    names = ["login", "desk-serving"]
    subprocess.run(
        [sys.executable, "-m", "docs.screenshots", "--folder", str(tmp_path), *names],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(f"{name}.{language}.svg" for name in names for language in LANGUAGES)
    old = [name for name in made if (tmp_path / name).read_bytes() != _bytes(name)]
    assert old == [], "run `make screenshots`, and look at the pictures"


def _bytes(name: str) -> bytes:
    return (PICTURES / name).read_bytes()


def test_every_picture_is_of_a_scene() -> None:
    assert set(SHOWN) <= {scene.name for scene in SCENES}
    assert sorted(path.name for path in PICTURES.glob("*.svg")) == sorted(MADE)


@pytest.mark.parametrize("name", MADE)
def test_text_is_as_wide_as_its_cells(name: str) -> None:
    root = ElementTree.fromstring(_bytes(name).decode("utf-8"))
    written = root.findall(f".//{SVG}text")
    assert len(written) > 5
    for element in written:
        text = unescape(element.text or "")
        assert float(element.attrib["textLength"]) == cell_width(text) * CELL
        assert (float(element.attrib["x"]) - EDGE) % CELL == 0
    columns, lines = SHOWN[name.split(".", maxsplit=1)[0]]
    width, height = columns * CELL + 2 * EDGE, lines * LINE + 2 * EDGE
    assert root.attrib["viewBox"] == f"0 0 {width} {height}"


@pytest.mark.parametrize("name", MADE)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = _bytes(name).decode("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?:|url\(|@import|<script|<image|xlink", text) == []
