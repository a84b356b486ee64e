"""What a hall's Typst template needs beside itself, as far as its text tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_PACKAGE = re.compile(r"""\b(?:import|include)\s*\(?\s*"@""")
_USES = re.compile(r"""\b(?:import|include|read|json|toml|image)\b[^"\n]*"([^"@\n]+)\"""")


def packages(text: str) -> Iterator[int]:
    """The lines that ask for a package of the network, which no hall's printing may need."""
    for found in _PACKAGE.finditer(text):
        yield text.count("\n", 0, found.start()) + 1


def unused(files: Mapping[str, str], begun: Iterable[str]) -> list[str]:
    """Files that neither the program begins with nor another file names."""
    used = set(begun)
    for text in files.values():
        used.update(_USES.findall(text))
    return [name for name in files if name not in used]
