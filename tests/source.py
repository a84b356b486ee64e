"""The project's own source, for tests that judge it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hallclient", "screens", "db")


def files(folder: str) -> list[Path]:
    """The Python files of a folder of the project, its subfolders included, or that one file."""
    place = ROOT / folder
    found = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert found, f"{folder} holds no Python file"
    return found


def modules(package: str) -> list[str]:
    """The dotted names of all modules of a package, `__main__` left out."""
    names = []
    for path in files(package):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] != "__main__":
            names.append(".".join(part for part in parts if part != "__init__"))
    return names


def docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """The docstrings of a tree: any string that stands as a statement of its own."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value


def imported_names(tree: ast.AST) -> dict[str, str]:
    """What each imported local name means: `{"dt": "datetime.datetime"}`."""
    meaning = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.asname:
                    meaning[name.asname] = name.name
                else:
                    first = name.name.split(".")[0]
                    meaning[first] = first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                meaning[name.asname or name.name] = f"{node.module}.{name.name}"
    return meaning


def full_name(node: ast.AST, meaning: dict[str, str]) -> str:
    """The full dotted name that a name or an attribute stands for, or nothing."""
    if isinstance(node, ast.Name):
        return meaning.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, meaning)
        return f"{owner}.{node.attr}" if owner else ""
    return ""
