"""The kinds of events that the source writes, found by reading it."""

import ast
import re

from tests.source import files

_KIND = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")


def kinds_in_source() -> dict[str, str]:
    """Kind -> file: what is handed to ``append``, to the helper of the staff's use cases, or to
    ``write`` of a case's step.
    """
    found: dict[str, str] = {}
    for package in ("hallclient", "db"):
        for path in files(package):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for kind in _kinds(node):
                    found[kind] = path.name
    return found


def _is_write(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and func.attr == "write"


def _kinds(node: ast.AST) -> list[str]:
    values: list[ast.expr] = []
    if isinstance(node, ast.Call) and _is_write(node.func) and node.args:
        values = [node.args[0]]
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            values = [node.args[0]]
        elif isinstance(node.func, ast.Name) and node.func.id == "_set":
            values = [node.args[1]]
    elif isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "kind" for target in node.targets
    ):
        values = [node.value]
    return [
        value.value
        for one in values
        for value in ([one.body, one.orelse] if isinstance(one, ast.IfExp) else [one])
        if isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and _KIND.fullmatch(value.value)
    ]
