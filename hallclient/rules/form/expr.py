"""The rule language of forms: read as Python's grammar, allowed by a list, compiled to closures.

Three-valued like SQL: an empty operand makes a result unknown (None); ``and``, ``or`` and ``not``
are Kleene's. Nothing is ever evaluated as Python. What a name means is the `Scope`'s business;
what a compiled expression reads is collected in `Code.reads`, so that a change finds it again.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple, Protocol

from hallclient.rules.form.functions import FUNCTIONS, Function
from hallclient.rules.form.logic import Fn, both_known, chosen, divided, every, minus, negated, some

TEXT, NUMBER, MONEY, BOOL, DATE, TIME, MULTI = "text number money bool date time multi".split()
ANY = "any"
UNORDERED = (BOOL, MULTI)
"""Kinds of which none is less than another."""
LONGEST = 2_000


class Mistake(Exception):
    """An expression that cannot be: a code for the text, where in the source, what about it."""

    def __init__(self, code: str, column: int = 0, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.params = params


class Code(NamedTuple):
    """A compiled part: how to compute it, its type, what it reads (see `Scope`)."""

    fn: Fn
    type: str
    reads: tuple[Any, ...] = ()
    constant: bool = False


class Scope(Protocol):
    """What names, attributes and look-ups mean where an expression stands."""

    def name(self, name: str) -> Code:
        """A field, or `Mistake` ``unknown-name``, ``needs-aggregate``."""
        ...

    def attribute(self, name: str, attribute: str) -> Code:
        """``choice.attribute``, ``person.field``, or `Mistake`."""
        ...

    calls: frozenset[str]
    """Names of the aggregates and look-ups that `call` knows."""

    def call(self, node: ast.Call, name: str) -> Code | None:
        """Aggregates and look-ups over rows; None: it is an ordinary function."""
        ...


def compile_source(source: str, scope: Scope) -> Code:
    """One expression. Raises `Mistake`."""
    if len(source) > LONGEST:
        raise Mistake("too-long", n=LONGEST)
    text = source.strip()
    try:
        with warnings.catch_warnings():
            # What the parser only doubts, such as ``1or 2``, is no expression of ours.
            warnings.simplefilter("error")
            tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Mistake("syntax", getattr(error, "offset", None) or 0) from error
    try:
        return compile_node(tree.body, scope)
    except RecursionError as error:
        raise Mistake("too-deep") from error
    except Mistake as mistake:
        # The parser counts bytes, people count characters.
        before = text.encode()[: max(0, mistake.column - 1)].decode(errors="ignore")
        mistake.column = len(before) + 1
        raise


def compile_node(node: ast.AST, scope: Scope) -> Code:
    """One part of an expression. Raises `Mistake` with the part's column."""
    try:
        return _node(node, scope)
    except Mistake as mistake:
        mistake.column = mistake.column or getattr(node, "col_offset", 0) + 1
        raise


def _node(node: ast.AST, scope: Scope) -> Code:
    match node:
        case ast.Constant(value=value):
            return _constant(value)
        case ast.Name(id="true"):
            return Code(lambda s, r: True, BOOL, constant=True)
        case ast.Name(id="false"):
            return Code(lambda s, r: False, BOOL, constant=True)
        case ast.Name(id=name):
            return scope.name(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return scope.attribute(name, attribute)
        case ast.BoolOp(op=op, values=values):
            parts = [compile_node(value, scope) for value in values]
            for part, term in zip(parts, values, strict=True):
                _want(part, BOOL, term)
            return _joined(every if isinstance(op, ast.And) else some, BOOL, parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            part = compile_node(operand, scope)
            _want(part, BOOL, operand)
            return _joined(negated, BOOL, [part])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            part = compile_node(operand, scope)
            if part.type not in (NUMBER, MONEY, ANY):
                raise Mistake("not-a-number", found=part.type)
            return _joined(minus, part.type, [part])
        case ast.BinOp(left=left, op=op, right=right):
            return _arithmetic(op, compile_node(left, scope), compile_node(right, scope))
        case ast.Compare():
            return _comparison(node, scope)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            parts = [compile_node(part, scope) for part in (test, body, orelse)]
            _want(parts[0], BOOL, test)
            kind = parts[1].type if parts[1].type != ANY else parts[2].type
            _alike(parts[1], parts[2])
            return _joined(chosen, kind, parts)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return scope.call(node, name) or _function(node, name, scope)
    raise Mistake("not-allowed", what=type(node).__name__)


def _constant(value: object) -> Code:
    if isinstance(value, bool) or value is None:
        raise Mistake("not-allowed", what=str(value))
    if isinstance(value, str):
        return Code(lambda s, r: value, TEXT, constant=True)
    if isinstance(value, int):
        return Code(lambda s, r: value, NUMBER, constant=True)
    if isinstance(value, float):
        exact = Fraction(str(value))
        return Code(lambda s, r: exact, NUMBER, constant=True)
    raise Mistake("not-allowed", what=type(value).__name__)


def _want(part: Code, kind: str, node: ast.AST) -> None:
    if part.type not in (kind, ANY):
        raise Mistake(
            "wrong-kind", getattr(node, "col_offset", 0) + 1, wanted=kind, found=part.type
        )


def _alike(one: Code, two: Code) -> None:
    if ANY not in (one.type, two.type) and one.type != two.type:
        raise Mistake("kinds-differ", one=one.type, two=two.type)


def joined_reads(parts: list[Code]) -> tuple[Any, ...]:
    """What all of these read, each once, in order."""
    return tuple(dict.fromkeys(read for part in parts for read in part.reads))


def _joined(make: Callable[..., Fn], kind: str, parts: list[Code]) -> Code:
    fn = make(*[part.fn for part in parts])
    return Code(fn, kind, joined_reads(parts), all(part.constant for part in parts))


# -- numbers

_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divided,
}
# Sums of money are fen, so money and a bare number are never added: `wan` and `yuan` make money.
_NUMBERS: dict[tuple[type, str, str], str] = {
    **{(op, NUMBER, NUMBER): NUMBER for op in _ARITHMETIC},
    (ast.Add, MONEY, MONEY): MONEY,
    (ast.Sub, MONEY, MONEY): MONEY,
    (ast.Mult, MONEY, NUMBER): MONEY,
    (ast.Mult, NUMBER, MONEY): MONEY,
    (ast.Div, MONEY, NUMBER): MONEY,
    (ast.Div, MONEY, MONEY): NUMBER,
}


def _arithmetic(op: ast.operator, left: Code, right: Code) -> Code:
    work = _ARITHMETIC.get(type(op))
    if work is None:
        raise Mistake("not-allowed", what=type(op).__name__)
    one, two = left.type, right.type
    if ANY in (one, two):
        one = two if one == ANY else one
        two = one if two == ANY else two
    kind = _NUMBERS.get((type(op), one, two), ANY if one == two == ANY else None)
    if kind is None:
        raise Mistake("kinds-differ", one=left.type, two=right.type)
    return _joined(partial(both_known, work), kind, [left, right])


# -- comparisons

_ORDER: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _comparison(node: ast.Compare, scope: Scope) -> Code:
    terms = [node.left, *node.comparators]
    if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        found = _member(node, scope)
        return found if isinstance(node.ops[0], ast.In) else _joined(negated, BOOL, [found])
    parts = [compile_node(term, scope) for term in terms]
    pairs = []
    for place, op in enumerate(node.ops):
        work = _ORDER.get(type(op))
        if work is None:
            raise Mistake("not-allowed", what=type(op).__name__)
        left, right = parts[place], parts[place + 1]
        term = terms[place + 1]
        zero = isinstance(term, ast.Constant) and term.value == 0
        if not (zero and left.type == MONEY):
            _alike(left, right)
        for part in (left, right) if type(op) not in (ast.Eq, ast.NotEq) else ():
            if part.type in UNORDERED:
                raise Mistake("no-order", found=part.type)
        pairs.append(_joined(partial(both_known, work), BOOL, [left, right]))
    return pairs[0] if len(pairs) == 1 else _joined(every, BOOL, pairs)


def _member(node: ast.Compare, scope: Scope) -> Code:
    part = compile_node(node.left, scope)
    given = node.comparators[0]
    if not isinstance(given, (ast.Tuple, ast.List, ast.Set)) or not given.elts:
        raise Mistake("in-what")
    values = []
    for element in given.elts:
        code = compile_node(element, scope)
        if not code.constant:
            raise Mistake("in-what", getattr(element, "col_offset", 0) + 1)
        _alike(part, code)
        values.append(code.fn(None, ""))
    known, fn = frozenset(values), part.fn

    def member(s: Any, r: str) -> Any:
        value = fn(s, r)
        return None if value is None else value in known

    return Code(member, BOOL, part.reads)


# -- ordinary functions


def _function(node: ast.Call, name: str, scope: Scope) -> Code:
    function = FUNCTIONS.get(name)
    if function is None:
        raise Mistake("unknown-function", name=name, known=sorted({*FUNCTIONS, *scope.calls}))
    parts = [compile_node(argument, scope) for argument in node.args]
    kinds, wanted = function.takes, len(function.takes)
    if len(parts) < wanted or (len(parts) > wanted and not function.many):
        raise Mistake("wrong-count", name=name, wanted=wanted, found=len(parts))
    for place, part in enumerate(parts):
        kind = kinds[min(place, wanted - 1)]
        if kind.startswith("'"):  # must be written out, e.g. a pattern
            if not part.constant or part.type != TEXT:
                raise Mistake("literal", name=name)
        elif kind == "amount":
            if part.type not in (NUMBER, MONEY, ANY):
                raise Mistake("not-a-number", found=part.type)
        elif kind == "ordered":
            if part.type in UNORDERED:
                raise Mistake("no-order", found=part.type)
        elif kind == "said":
            if part.type not in (TEXT, NUMBER, DATE, ANY):
                raise Mistake("wrong-kind", wanted=TEXT, found=part.type)
        elif kind != ANY:
            _want(part, kind, node.args[place])
    return _called(function, name, parts)


def _called(function: Function, name: str, parts: list[Code]) -> Code:
    kind = function.gives
    if kind == "same":
        kind = next((part.type for part in parts if part.type != ANY), ANY)
        for part in parts[1:] if function.alike else ():
            _alike(parts[0], part)
    fns = [part.fn for part in parts]
    work = function.work
    if function.literal is not None:
        written = parts[-1].fn(None, "")
        try:
            work = function.literal(written)
        except ValueError as error:
            raise Mistake("bad-pattern", pattern=written, cause=str(error)) from error
        fns = fns[:-1]
    reads = joined_reads(parts)
    if function.state:

        def asked(s: Any, r: str) -> Any:
            return work(s, *[fn(s, r) for fn in fns])

        return Code(asked, kind, reads)
    if function.blank:

        def whole(s: Any, r: str) -> Any:
            return work(*[fn(s, r) for fn in fns])

        return Code(whole, kind, reads, all(part.constant for part in parts))
    if len(fns) == 1:
        only = fns[0]

        def single(s: Any, r: str) -> Any:
            value = only(s, r)
            return None if value is None else work(value)

        return Code(single, kind, reads, parts[0].constant)

    def strict(s: Any, r: str) -> Any:
        values = [fn(s, r) for fn in fns]
        return None if None in values else work(*values)

    return Code(strict, kind, reads, all(part.constant for part in parts))
