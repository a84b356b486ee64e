"""A company filled in through the command line."""

import json
from pathlib import Path
from typing import Any

from hallclient.rules.form.state import State
from hallclient.rules.form.whole import given_of
from tests import company
from tests.clikit import Cli

BY = {"by": "a01"}
FORM = "company-setup@2026.1"


def values(state: State | None = None) -> dict[str, Any]:
    """What a file says of a form; of the company that has nothing wrong."""
    return given_of(state if state is not None else company.state())


def write(folder: Path, data: Any, name: str = "values.json") -> str:
    """A JSON file; its path."""
    path = folder / name
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    path.write_text(text, "utf-8")
    return str(path)


def begun(cli: Cli, form: str = "company-setup") -> str:
    """The number of a new filing."""
    return str(cli.done("form", "new", "--form", form, **BY)["filing"])


def whole(cli: Cli, folder: Path) -> str:
    """The number of a filing that has nothing wrong."""
    number = begun(cli)
    answer = cli.done("form", "set", number, "--file", write(folder, values()), **BY)
    assert answer["problems"] == []
    return number


def checked(cli: Cli, number: str, *more: str) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    """What a check says: exit code, problems, the summary."""
    answer = cli.json("form", "check", number, *more, **BY)
    objects = answer.objects
    problems = [one for one in objects if one.get("kind") == "problem"]
    (summary,) = [one for one in objects if one.get("kind") == "filing"]
    if answer.code:
        assert objects[-1]["error"] == "not-ready"
        assert answer.err.strip() == objects[-1]["message"]
    return answer.code, problems, summary


def codes(problems: list[dict[str, Any]]) -> list[str]:
    """The codes of problems in order."""
    return [one["problem"] for one in problems]
