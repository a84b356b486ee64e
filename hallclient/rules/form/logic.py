"""Kleene's three-valued logic and arithmetic on what may be unknown, as closures.

Each takes the closures of its operands and gives one: (state, row) -> value, None for unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

Fn = Callable[[Any, str], Any]
"""(state, row) -> value; None: unknown."""


def every(*fns: Fn) -> Fn:
    """``and``: false as soon as one is, unknown when one is and none is false."""
    if len(fns) == 2:
        one, two = fns

        def both_(s: Any, r: str) -> Any:
            first = one(s, r)
            if first is False:
                return False
            second = two(s, r)
            return second if first is True or second is False else None

        return both_

    def every_(s: Any, r: str) -> Any:
        found: Any = True
        for fn in fns:
            value = fn(s, r)
            if value is False:
                return False
            if value is None:
                found = None
        return found

    return every_


def some(*fns: Fn) -> Fn:
    """``or``: true as soon as one is, unknown when one is and none is true."""

    def some_(s: Any, r: str) -> Any:
        found: Any = False
        for fn in fns:
            value = fn(s, r)
            if value is True:
                return True
            if value is None:
                found = None
        return found

    return some_


def negated(fn: Fn) -> Fn:
    """``not``: unknown stays unknown."""

    def negated_(s: Any, r: str) -> Any:
        value = fn(s, r)
        return None if value is None else not value

    return negated_


def chosen(test: Fn, then: Fn, other: Fn) -> Fn:
    """``then if test else other``."""

    def chosen_(s: Any, r: str) -> Any:
        value = test(s, r)
        return None if value is None else then(s, r) if value else other(s, r)

    return chosen_


def minus(fn: Fn) -> Fn:
    """The other sign."""

    def negated_(s: Any, r: str) -> Any:
        value = fn(s, r)
        return None if value is None else -value

    return negated_


def both_known(work: Callable[[Any, Any], Any], one: Fn, two: Fn) -> Fn:
    """Work on two values, when both are known."""

    def done_(s: Any, r: str) -> Any:
        left = one(s, r)
        if left is None:
            return None
        right = two(s, r)
        return None if right is None else work(left, right)

    return done_


def divided(left: Any, right: Any) -> Any:
    """Exact; unknown for a division by nothing."""
    return None if not right else Fraction(left) / right
