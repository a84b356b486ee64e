"""The templates of documents (文书) as a hall publishes them, with what it says in all of them.

One edition holds everything that the face of a document depends on beside its own body: the
Typst sources and the house's facts. So a document of years ago is set again exactly as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

HOUSE_STYLE = "house.typ"
"""The file that all templates share."""


@dataclass(frozen=True)
class House:
    """What the hall prints about itself. Days are working days."""

    phone: str = ""
    supervision: str = ""
    """Telephone for complaints (监督电话)."""
    address_zh: str = ""
    address_en: str = ""
    review_zh: str = ""
    """Authority for administrative reconsideration (复议机关)."""
    review_en: str = ""
    court_zh: str = ""
    court_en: str = ""
    supply_days: int = 15
    """Until when what a notice lists is to be supplied, when nothing else is said."""


@dataclass(frozen=True)
class Templates:
    """A published set of templates: file name -> Typst source."""

    version: str
    house: House = House()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Which edition: ``papers/<version>``."""
        return f"papers/{self.version}"


def to_json(templates: Templates) -> str:
    """Canonical JSON: the same templates are the same text."""
    return json.dumps(asdict(templates), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_data(data: Mapping[str, Any]) -> Templates:
    """Templates from parsed JSON. Raises KeyError, TypeError when it is none."""
    return Templates(data["version"], House(**data["house"]), dict(data["files"]))
