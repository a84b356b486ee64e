"""Money in Chinese capital numerals (大写金额), as a licence tells a registered capital.

Source: 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定), and 会计基础工作规范 52.
Where they leave a choice: a zero is written only where a place is skipped, and 整 stands after 圆
and after 角.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = (
    "\u96f6\u58f9\u8d30\u53c1\u8086\u4f0d\u9646\u67d2\u634c\u7396"  # 零壹贰叁肆伍陆柒捌玖
)
_PLACES: Final = (
    (10**8, "\u4ebf"),  # 亿
    (10**4, "\u4e07"),  # 万
    (1000, "\u4edf"),  # 仟
    (100, "\u4f70"),  # 佰
    (10, "\u62fe"),  # 拾
)
_YUAN, _JIAO, _FEN, _EVEN = "\u5706", "\u89d2", "\u5206", "\u6574"  # 圆 角 分 整


def capitals(fen: int) -> str:
    """So many 分 in words: 100000000 is 壹佰万圆整, 105 壹圆零伍分. ValueError below zero."""
    if fen < 0:
        raise ValueError(fen)
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    said = _whole(yuan) + _YUAN if yuan or not rest else ""
    if jiao:
        said += _DIGITS[jiao] + _JIAO
    elif cent and yuan:
        said += _DIGITS[0]
    return said + (_DIGITS[cent] + _FEN if cent else _EVEN)


def _whole(number: int) -> str:
    """A whole number: how often it holds its greatest place, and what is left over that."""
    for size, place in _PLACES:
        if number >= size:
            times, left = divmod(number, size)
            skipped = _DIGITS[0] if 0 < left < size // 10 else ""
            return _whole(times) + place + skipped + (_whole(left) if left else "")
    return _DIGITS[number]
