"""Trouble with the store or a device: exit code 3 on the command line."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do it; ``code`` names the text ``store.<code>``, ``params`` fill it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({said})"
