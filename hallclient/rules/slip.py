"""What a printed slip says, and how it is laid out on 48 or 32 columns.

Content and order of the slips that Chinese halls print: hall, area, business, number in large
type, class, how many are ahead, where to wait, what happens when the number is missed, the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from hallclient.rules.catalogue import Policy
from hallclient.rules.text import clean
from hallclient.rules.wrap import wrap

COLUMNS = {80: 48, 58: 32}
"""Width of the paper in mm -> columns of ASCII; a Chinese character takes two."""

Say = Callable[..., str]
"""``say(key, **values)``: the text of a key in the language of the slip."""


class Service(NamedTuple):
    """One service of the number; ``after``: it begins to wait when another is done."""

    name: str
    line: str
    windows: Sequence[str] = ()
    after: bool = False


class Facts(NamedTuple):
    """What is known of a number. All names are in the slip's language."""

    hall: str
    day: str
    number: str
    taken: str
    """Local time, as printed."""
    services: Sequence[Service]
    barcode: str
    qr: str
    zone: str = ""
    verified: str = ""
    """The word of the priority that was verified; or `claimed`, and nobody has seen the proof."""
    claimed: str = ""
    booked: str = ""
    """The booked time, ``10:00``."""
    ahead: int | None = None
    wait: tuple[int, int] | None = None
    """Time until the call as a range, ms."""
    again: str = ""
    """Local time of printing when it is printed again."""
    machine: str = ""


class Line(NamedTuple):
    """One line of text. ``size`` 1, 2 or 4: so many times as wide and as high."""

    text: str
    size: int = 1
    align: str = "left"
    """``left`` or ``center``."""
    bold: bool = False


class Bars(NamedTuple):
    """A Code 128 barcode."""

    content: str


class Square(NamedTuple):
    """A QR code."""

    content: str


Part = Line | Bars | Square


class Slip(NamedTuple):
    """A slip, from top to bottom; at the end the paper is cut."""

    columns: int
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Its lines as plain text, for a terminal or a test."""
        return "\n".join(part.text for part in self.parts if isinstance(part, Line))


def paper_width(text: str) -> int:
    """Columns on paper: whatever a printer knows from GB 18030 alone is printed full width.

    So a dash or a Latin letter with an accent takes two, unlike on a terminal.
    """
    return sum(1 if char.isascii() else 2 for char in text)


def lay_out(facts: Facts, policy: Policy, say: Say, columns: int) -> Slip:
    """The slip of these facts. No line is wider than the paper, whatever a name holds."""
    parts: list[Part] = [*_title(facts.hall, columns), _rule(columns)]
    if facts.again:
        parts += _small(say("slip.again", at=facts.again), columns)
    parts += [Line(facts.number, 4, "center", bold=True)]
    parts += _class(facts, say, columns)
    parts.append(_rule(columns))
    if facts.zone:
        parts += _wrapped(say("slip.zone", zone=facts.zone), columns)
    parts += _services(facts.services, say, columns)
    parts += _ahead(facts, say, columns)
    parts.append(_rule(columns))
    parts += _wrapped(say("slip.listen"), columns)
    parts += _wrapped(passed_rule(policy, say), columns)
    parts.append(_rule(columns))
    parts += [Bars(facts.barcode), Line(facts.barcode, align="center"), Square(facts.qr)]
    parts += _small(say("slip.check"), columns)
    footer = say("slip.taken", at=facts.taken)
    if facts.machine:
        footer += " " + facts.machine
    parts += _small(footer, columns)
    return Slip(columns, tuple(parts))


def passed_rule(policy: Policy, say: Say) -> str:
    """What happens to a number that is missed (过号规则), from the rules in force."""
    if not policy.reinstate_max:
        return say("slip.passed-void")
    return say(
        "slip.passed",
        minutes=policy.passed_expires_ms // 60_000,
        times=policy.reinstate_max,
        calls=policy.reinstate_after_calls,
    )


LONG_MIN: Final = 120
"""Minutes of a wait beyond which only its least is told."""


def minutes_of(low: int, high: int) -> tuple[int, int]:
    """A wait in ms as a range of whole minutes, rounded down and up."""
    return max(0, low) // 60_000, -(-max(0, high) // 60_000)


def wait_range(low: int, high: int, say: Say, part: str = "slip") -> str:
    """A wait from ms in words: the texts ``<part>.soon``, ``.within``, ``.range``, ``.over…``.

    What may be longer than `LONG_MIN` is no range that anybody could plan with.
    """
    least, most = minutes_of(low, high)
    if most <= 1:
        return say(f"{part}.soon")
    if least < 1:
        return say(f"{part}.within", high=most)
    if most > LONG_MIN:
        hours = least // 60
        return say(f"{part}.over-hours", n=hours) if hours else say(f"{part}.over", n=least)
    return say(f"{part}.range", low=least, high=most)


def _class(facts: Facts, say: Say, columns: int) -> list[Part]:
    parts: list[Part] = []
    if facts.verified:
        parts += _large(say("slip.verified", kind=facts.verified), columns)
    elif facts.claimed:
        parts += _large(say("slip.claimed"), columns)
        parts += _small(say("slip.claimed-how", kind=facts.claimed), columns)
    if facts.booked:
        parts += _large(say("slip.booked", at=facts.booked), columns)
    return parts


def _services(services: Sequence[Service], say: Say, columns: int) -> list[Part]:
    parts: list[Part] = []
    for at, service in enumerate(services, 1):
        name = clean(service.name)
        head = f"{at}. " if len(services) > 1 else ""
        said = say("slip.service", name=name) if not head else head + name
        parts += _wrapped(said, columns, paper_width(head), bold=True)
        detail = clean(service.line)
        if service.windows:
            detail += " " + say("slip.windows", windows=",".join(service.windows))
        parts += _wrapped(" " * paper_width(head) + detail, columns, paper_width(head))
    if any(service.after for service in services):
        parts += _wrapped(say("slip.after"), columns)
    return parts


def _ahead(facts: Facts, say: Say, columns: int) -> list[Part]:
    parts: list[Part] = []
    if facts.ahead is not None:
        said = say("slip.ahead", n=facts.ahead) if facts.ahead else say("slip.ahead-none")
        parts += _wrapped(said, columns)
    if facts.wait is not None:
        parts += _wrapped(say("slip.wait", span=wait_range(*facts.wait, say)), columns)
    return parts


def _title(text: str, columns: int) -> list[Part]:
    return _large(clean(text), columns)


def _large(text: str, columns: int) -> list[Part]:
    """In double size when it fits on one line, else bold."""
    if paper_width(text) * 2 <= columns:
        return [Line(text, 2, "center")]
    return [Line(part, 1, "center", bold=True) for part in wrap(text, columns, width=paper_width)]


def _small(text: str, columns: int) -> list[Part]:
    return [Line(part, align="center") for part in wrap(text, columns, width=paper_width)]


def _wrapped(text: str, columns: int, indent: int = 0, *, bold: bool = False) -> list[Part]:
    lead = " " * (len(text) - len(text.lstrip(" ")))
    lines = wrap(text.lstrip(" "), columns - len(lead), max(0, indent - len(lead)), paper_width)
    return [Line(lead + part, bold=bold) for part in lines]


def _rule(columns: int) -> Line:
    return Line("-" * columns)
