"""A rule refused: exit code 1 on the command line, a line that stays on the screen."""

from __future__ import annotations


class Refused(Exception):
    """``code`` names the text ``refused.<code>``; ``field`` the input that is wrong, if one is."""

    def __init__(self, code: str, field: str = "", **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.field = field
        self.params = params

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({said})"
