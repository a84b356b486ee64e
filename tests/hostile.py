"""Text that citizens, scanners and other programs may send: every screen and export gets it.

`HOSTILE` is the whole list; `assert_harmless` says what no output may hold.
"""

import unicodedata

MARKUP = (
    "[/]",
    "地址[/]未填",
    "[/etc/passwd]",
    "见[/附件",
    "[@click=app.quit]李四[/]",
    "[@click=app.bell]x[/@click]",
    "[bold red]张三[/bold red]",
    "[link=https://example.org]x[/link]",
    "\\[b]x\\",
    "$name ${name} {name} {0} {0.__class__} %s %(x)s",
)

TERMINAL = (
    "\x1b[31m红\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGFsbA==\x07",
    "\x1b]8;;https://example.org\x1b\\x\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31mC1",
    "\x9d52;c;aGFsbA==\x9c",
    "\x85next line",
    "nul\x00nul",
    "del\x7fdel",
    "bell\x07back\x08",
    "tab\tend",
    "line\nbreak\r\nand\rreturn",
    "vt\x0bff\x0c",
    "sep\u2028par\u2029end",
)

INVISIBLE = (
    "\u202eevil\u202c",
    "\u2066isolate\u2069",
    "\u200fرقم\u200e\u061c",
    "zero\u200bwidth\ufeff",
    "soft\u00adhyphen",
    "tag\U000e0041\U000e007f",
    "half\ud800pair",
    "\udce9",
    "private\ue000use\U000f0000",
    "non\ufffechar\ufdd0",
)

RARE = (
    "𠮷野家",
    "𪚥𫟅𫠣",
    "𰻝𰻝面",
    "𱍐𲎯",
    "葛\U000e0100城",
    "邊\ufe00",
    "㐂㑒㒰",
    "朗\uf92c",
    "买买提·吐尔逊",
    "ཀརྨ་བདེ་ལེགས",
    "ᠮᠣᠩᠭᠣᠯ᠎ᠠ",
    "ئۇيغۇرچە",
    "e\u0301\u0301\u0301\u0301 n\u0303",
    "a" + "\u0300" * 40,
    "👨\u200d👩\u200d👧\u200d👦",
    "👍🏽 🇨🇳 ❤\ufe0f",
    "①②③ ㈱ ㎏ ﷽",
)

SPACES = (
    "张\u3000三",
    "\u00a0边\u00a0",
    "  two  ",
    "１２３ＡＢＣ",
    "",
    " ",
)

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "-1+1",
    "+1",
    '=HYPERLINK("https://example.org")',
    "\t=1+1",
)

QUOTES = (
    'O\'Brien "x" `y`',
    "'; DROP TABLE visit; --",
    'a,b;c"d"',
    "<script>alert(1)</script>",
    "%_\\",
    "../../etc/passwd",
    "null",
    "0042",
)

LONG = (
    "长" * 500,
    "x" * 500,
    "\U0002a6d6" * 200,
)

HOSTILE: tuple[str, ...] = (
    *MARKUP,
    *TERMINAL,
    *INVISIBLE,
    *RARE,
    *SPACES,
    *FORMULAS,
    *QUOTES,
    *LONG,
)


def _packed(most: int = 60) -> tuple[str, ...]:
    packs = [""]
    for text in (*MARKUP, *TERMINAL, *INVISIBLE, *RARE, *SPACES, *FORMULAS, *QUOTES):
        if packs[-1] and len(packs[-1]) + len(text) >= most:
            packs.append("")
        packs[-1] += f" {text}" if packs[-1] else text
    return (*packs, *LONG)


PACKED = _packed()
"""The same, several in one text: where each text costs a screen or a process of its own."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def harmful(text: str, *, newlines: bool = True) -> str:
    """The characters of an output that must never reach a terminal (empty when all is well)."""
    allowed = "\n" if newlines else ""
    return "".join(
        char
        for char in text
        if char not in allowed
        and (unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI)
    )


def assert_harmless(text: str, *, newlines: bool = True) -> None:
    """Fail when the output holds a control, a surrogate or a direction override."""
    found = harmful(text, newlines=newlines)
    assert not found, f"reached the output: {found!a}"
