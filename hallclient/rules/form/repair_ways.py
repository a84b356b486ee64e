"""Which ways to mend a rule its own constraint allows; `repairs` goes them.

``last-row``: ``sum(column) == total``: the rest goes to the last row. ``pro-rata``: the total is
shared out by what the rows hold now, exactly. ``add-missing``: ``matching(column, name) > 0``: a
row that holds what the name says, for everyone who lacks one. ``use-person``: ``not repeated(...)``
in the roster: one person instead of two.
"""

from __future__ import annotations

import ast
from typing import Final

SUMS: Final = ("last-row", "pro-rata")
WAYS: Final = frozenset({*SUMS, "add-missing", "use-person"})


def fits(way: str, constraint: str) -> bool:
    """Whether a rule with this constraint can be mended this way."""
    if way in SUMS:
        return summed(constraint) is not None
    if way == "add-missing":
        return matched(constraint) is not None
    return bool(repeated(constraint))


def summed(constraint: str) -> tuple[str, str] | None:
    """``sum(column) == total`` -> (column, total's field)."""
    match _body(constraint):
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            for one, other in ((left, right), (right, left)):
                match one, other:
                    case (
                        ast.Call(func=ast.Name(id="sum"), args=[ast.Name(id=column)]),
                        ast.Name(id=total),
                    ):
                        return column, total
    return None


def matched(constraint: str) -> tuple[str, str] | None:
    """``matching(column, name, ...) > 0`` -> (column, the name of what it has to hold)."""
    match _body(constraint):
        case ast.Compare(
            left=ast.Call(
                func=ast.Name(id="matching"), args=[ast.Name(id=column), ast.Name(id=name), *_]
            ),
            ops=[ast.Gt()],
            comparators=[ast.Constant(value=0)],
        ):
            return column, name
    return None


def repeated(constraint: str) -> list[str]:
    """What is said to come once only: its columns."""
    match _body(constraint):
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="repeated"), args=args)):
            return [one.id for one in args if isinstance(one, ast.Name)]
    return []


def _body(constraint: str) -> ast.expr | None:
    try:
        return ast.parse(constraint.strip(), mode="eval").body
    except SyntaxError:
        return None
