"""The small guide of docs/review-files.md, and mistakes made in it."""

from __future__ import annotations

from tests import reviews_bad
from tests.forms_bad import Bad

GUIDE = "review/guide.toml"
TEXT: str = reviews_bad._FOUND[GUIDE]


def example() -> dict[str, str]:
    """The files of the examples in the docs."""
    return {**reviews_bad.example(), GUIDE: TEXT}


def _bad(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(GUIDE, old, new, code, at)


STALL = 'checklist = "stall"'
MORE = '[[question]]\nid = "more"'
LAST = TEXT[TEXT.index('[[question.answer]]\nzh = "结婚登记"') :]
NINE = "".join(
    f'[[question.answer]]\nzh = "答{n}"\nen = "Answer {n}"\nitem = "SP079"\n' for n in range(9)
)

MISTAKES: dict[str, Bad] = {
    "no TOML": _bad('zh = "摆摊"', "zh = 摆摊", "bad-toml"),
    "no version": _bad('version = "1"\n', "", "missing", "\n"),
    "unknown key": _bad('version = "1"', 'version = "1"\nname = "x"', "form-unknown-key", "name"),
    "no question": _bad(TEXT[TEXT.index("[[question]]") :], "", "guide-no-question", "version"),
    "question without id": _bad('id = "more"\n', "", "missing", '[[question]]\nzh = "哪一件'),
    "question twice": _bad(
        MORE,
        f'[[question]]\nid = "start"\nzh = "问？"\nen = "Asked?"\n{NINE[: len(NINE) // 9]}{MORE}',
        "duplicate",
        'id = "start"\nzh = "问？"',
    ),
    "question without English": _bad('en = "Which?"\n', "", "missing", MORE),
    "unknown key of a question": _bad(
        'en = "Which?"', 'en = "Which?"\nhint = "x"', "form-unknown-key", "hint"
    ),
    "question without answers": _bad(LAST, "", "guide-no-answers", 'id = "more"'),
    "ten answers": _bad(LAST, LAST + NINE, "guide-many-answers", '[[question.answer]]\nzh = "答8"'),
    "answer without Chinese": _bad(
        'zh = "摆摊"\n', "", "missing", '[[question.answer]]\nen = "A stall"'
    ),
    "unknown key of an answer": _bad(
        'item = "SP079"', 'itme = "SP079"\nto = "more"', "form-unknown-key"
    ),
    "answer to nowhere": _bad('item = "SP079"\n', "", "guide-no-target", 'zh = "换股东"'),
    "answer to two places": _bad(
        'item = "SP079"', 'item = "SP079"\nto = "more"', "guide-two-targets", 'to = "more"\n[['
    ),
    "checklist and elsewhere": _bad(
        STALL,
        f'{STALL}\nelsewhere_zh = "别处"\nelsewhere_en = "Elsewhere"',
        "guide-two-targets",
        'elsewhere_en = "Elsewhere"',
    ),
    "elsewhere without English": _bad(
        'elsewhere_en = "Go to the marriage registry."\n',
        "",
        "form-needs-other",
        "elsewhere_zh",
    ),
    "unknown question": _bad('to = "more"', 'to = "moer"', "unknown-value"),
    "unknown item": _bad('item = "SP079"', 'item = "SP779"', "unknown-item"),
    "unknown checklist": _bad(STALL, 'checklist = "stal"', "unknown-value"),
    "another item": _bad(STALL, f'{STALL}\nitem = "SP079"', "guide-other-item", 'item = "SP079"'),
    "word of one character": _bad('"摊位"]', '"摊"]', "guide-short-word", "words"),
    "word twice": _bad('"摊位"]', '"摆摊"]', "form-said-twice", "words"),
    "word with a blank": _bad('"摊位"]', '"摊位 "]', "unsafe-text", "words"),
    "words that are no list": _bad('["结婚"]', '"结婚"', "wrong-type"),
    "question nobody asks": _bad(
        'to = "more"', 'item = "SP078"', "guide-unreachable", 'id = "more"'
    ),
    "circle": _bad(
        'elsewhere_zh = "请到婚姻登记处。"\nelsewhere_en = "Go to the marriage registry."',
        'to = "start"',
        "guide-circle",
        'to = "more"',
    ),
    "question that leads to itself": _bad('to = "more"', 'to = "start"', "guide-circle"),
}
"""What is wrong -> the mistake."""
