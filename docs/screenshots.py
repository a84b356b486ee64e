"""Makes docs/pictures: the real screens on a made-up hall, as SVG. `python -m docs.screenshots`.

Rich's own export gives a Chinese character the width of a Latin one and names fonts of a remote
host. Here every run of text gets the width of its cells, lines and blocks are drawn and not
written, fonts are whatever the reader has. The clock stands still and the dice are seeded, so the
same program makes the same bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from rich.cells import get_character_cell_size
from rich.color import blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

PICTURES: Final = Path(__file__).resolve().parent / "pictures"
LANGUAGES: Final = ("zh", "en")
SMALL: Final = (80, 24)
LARGE: Final = (100, 28)
WIDE: Final = (120, 32)
SHOWN: Final = {
    "login": SMALL,
    "desk-idle": LARGE,
    "desk-called": LARGE,
    "desk-serving": LARGE,
    "desk-aside": LARGE,
    "ask-hold": LARGE,
    "ask-transfer": LARGE,
    "ask-item": LARGE,
    "palette": LARGE,
    "keys": LARGE,
    "agent": LARGE,
    "live": WIDE,
    "live-what-if": WIDE,
    "supervisor": LARGE,
    "form-holders": WIDE,
    "form-repair": LARGE,
    "form-import": LARGE,
    "form-answers": LARGE,
    "form-departments": SMALL,
    "case-marked": LARGE,
    "case-departments": LARGE,
    "cases-supervisor": LARGE,
    "cert-print": LARGE,
    "cert-result": LARGE,
    "certlook-known": LARGE,
    "booking-marked": SMALL,
    "day-opening": SMALL,
    "day-closing": SMALL,
    "figures": SMALL,
    "kiosk": SMALL,
    "kiosk-lines": SMALL,
    "kiosk-number": SMALL,
    "board": WIDE,
    "lock": SMALL,
}
"""Scene -> size in cells."""

CELL: Final = 12
LINE: Final = 24
FONT: Final = 20
EDGE: Final = 12
FAMILY: Final = (
    "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', monospace"
)
WHITE: Final = ColorTriplet(224, 224, 224)
BLACK: Final = ColorTriplet(18, 18, 18)

# What a terminal draws from edge to edge, as (x, y, width, height) in eighths of a cell.
BLOCKS: Final = {
    "▌": (0, 0, 4, 8),
    "▐": (4, 0, 4, 8),
    "█": (0, 0, 8, 8),
    "▀": (0, 0, 8, 4),
    "░": (0, 0, 8, 8),
    "▓": (0, 0, 8, 8),
    **{char: (0, 7 - place, 8, place + 1) for place, char in enumerate("▁▂▃▄▅▆▇")},
}
# How dense the shades are.
DENSE: Final = {"░": 0.3, "▓": 0.6}
# Lines from the middle of the cell: paths for a cell of 12 × 24.
LINES: Final = {
    "─": "M0 12h12",
    "━": "M0 12h12",
    "│": "M6 0v24",
    "┃": "M6 0v24",
    "┌": "M6 24v-12h6",
    "┐": "M0 12h6v12",
    "└": "M6 0v12h6",
    "┘": "M0 12h6v-12",
    "╭": "M6 24v-6a6 6 0 0 1 6-6",
    "╮": "M0 12a6 6 0 0 1 6 6v6",
    "╰": "M6 0v6a6 6 0 0 0 6 6",
    "╯": "M0 12a6 6 0 0 0 6-6v-6",
    "┏": "M6 24v-12h6",
    "┓": "M0 12h6v12",
    "┗": "M6 0v12h6",
    "┛": "M0 12h6v-12",
}
HEAVY: Final = "━┃┏┓┗┛"
FLAT: Final = "─━"


class Run(NamedTuple):
    """Characters of one style and one width, from a column on."""

    text: str
    column: int
    wide: int
    style: Style

    @property
    def cells(self) -> int:
        return len(self.text) * self.wide


def runs(strip: Iterable[Segment]) -> Iterator[Run]:
    """A line of the screen in pieces that keep their columns in any font."""
    column = 0
    for text, style, control in strip:
        if control:
            continue
        for kind, group in groupby(text, key=_kind):
            found = "".join(group)
            wide = 2 if kind == "wide" else 1
            yield Run(found, column, wide, style or Style.null())
            column += len(found) * wide


def _kind(char: str) -> str:
    if char in BLOCKS or char in LINES:
        return "drawn"
    if char == " ":
        return "space"
    return "wide" if get_character_cell_size(char) == 2 else "narrow"


def colours(style: Style) -> tuple[ColorTriplet, ColorTriplet]:
    """Foreground and background as they are painted."""
    front = style.color.get_truecolor() if style.color else WHITE
    back = style.bgcolor.get_truecolor() if style.bgcolor else BLACK
    if style.reverse:
        front, back = back, front
    if style.dim:
        front = blend_rgb(front, back, 0.4)
    return front, back


def svg(strips: Sequence[Strip], title: str) -> str:
    """A picture of these lines."""
    width = max(strip.cell_length for strip in strips) * CELL + 2 * EDGE
    height = len(strips) * LINE + 2 * EDGE
    behind: list[str] = []
    drawn: list[str] = []
    for row, strip in enumerate(strips):
        y = row * LINE + EDGE
        for run in runs(strip):
            x = run.column * CELL + EDGE
            front, back = colours(run.style)
            if back != BLACK:
                behind.append(
                    f'<rect x="{x}" y="{y}" width="{run.cells * CELL}" height="{LINE}" '
                    f'fill="{back.hex}"/>'
                )
            drawn += _front(run, x, y, front.hex)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" rx="10" fill="{BLACK.hex}"/>',
            '<g shape-rendering="crispEdges">',
            *behind,
            "</g>",
            f'<g font-family="{FAMILY}" font-size="{FONT}" xml:space="preserve">',
            *drawn,
            "</g>",
            "</svg>",
            "",
        ]
    )


def _front(run: Run, x: int, y: int, colour: str) -> Iterator[str]:
    """The characters of a run: signs are drawn, letters are written over the width they have."""
    if run.text.isspace():
        return
    if run.text[0] in BLOCKS or run.text[0] in LINES:
        for char, group in groupby(run.text):
            count = len(list(group))
            yield from _signs(char, count, x, y, colour)
            x += count * CELL
        return
    weight = ' font-weight="bold"' if run.style.bold else ""
    line = ' text-decoration="underline"' if run.style.underline else ""
    yield (
        f'<text x="{x}" y="{y + FONT - 2}" textLength="{run.cells * CELL}" '
        f'lengthAdjust="spacingAndGlyphs" fill="{colour}"{weight}{line}>{escape(run.text)}</text>'
    )


def _signs(char: str, count: int, x: int, y: int, colour: str) -> Iterator[str]:
    """The same sign so many times; what reaches from edge to edge becomes one piece."""
    if char in BLOCKS:
        left, top, wide, high = BLOCKS[char]
        dense = f' fill-opacity="{DENSE[char]}"' if char in DENSE else ""
        whole = wide == 8
        for place in range(1 if whole else count):
            yield (
                f'<rect x="{x + place * CELL + left * CELL / 8:g}" y="{y + top * LINE / 8:g}" '
                f'width="{wide * CELL / 8 * (count if whole else 1):g}" '
                f'height="{high * LINE / 8:g}" fill="{colour}"{dense} '
                f'shape-rendering="crispEdges"/>'
            )
        return
    thick = 3 if char in HEAVY else 1.5
    whole = char in FLAT
    for place in range(1 if whole else count):
        drawn = f"M0 12h{CELL * count}" if whole else LINES[char]
        yield (
            f'<path transform="translate({x + place * CELL} {y})" d="{drawn}" fill="none" '
            f'stroke="{colour}" stroke-width="{thick}"/>'
        )


async def make(folder: Path, names: Sequence[str]) -> list[Path]:
    """Make these pictures in both languages; the files."""
    # Read when the program is imported: the reader's own keys have no place in the docs.
    os.environ["HALLCLIENT_CONFIG"] = os.path.join("settings", "hallclient")
    from tests.hallkit import Kit
    from tests.scenes import SCENES

    made = []
    for scene in SCENES:
        if scene.name not in names:
            continue
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory() as place:
                kit = Kit(Path(place))
                scene.prepare(kit)
                size = SHOWN[scene.name]
                async with scene.place(kit, size=size, language=language) as shown:
                    await shown.settle()
                    await scene.play(shown)
                    strips = shown.app.screen._compositor.render_strips()
                kit.close()
            target = folder / f"{scene.name}.{language}.svg"
            target.write_text(svg(strips, f"hallclient: {scene.name}"), "utf-8", newline="\n")
            made.append(target)
    return made


def main() -> None:
    """Make all pictures, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="SCENE", help="of: " + " ".join(SHOWN))
    parser.add_argument("--folder", type=Path, default=PICTURES, help="where to write them")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(SHOWN))
    if unknown:
        parser.error(f"no such picture: {' '.join(unknown)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    for path in asyncio.run(make(options.folder, options.names or list(SHOWN))):
        print(path)


if __name__ == "__main__":
    main()
