"""The holders as pydantic models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.form_schema import MOBILE, NUMBER


class Holder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]
    number: Annotated[str, Field(pattern=NUMBER)]
    address: Annotated[str, Field(min_length=1, max_length=120)]
    mobile: Annotated[str, Field(pattern=MOBILE)] | None = None
    card_until: date
    partner: Literal["general", "limited"]
    subscribed: Annotated[int, Field(gt=0)]
    way: Literal["money", "goods", "rights", "land", "debt", "equity", "labour", "other"]
    due: date
    beneficial: bool


class Company(BaseModel):
    capital: Annotated[int, Field(gt=0)]
    founded: date
    holders: Annotated[list[Holder], Field(min_length=2)]

    @model_validator(mode="after")
    def concerns_all(self) -> Self:
        if concerning_all(self):
            raise ValueError
        return self


def concerning_all(company: Company) -> list[str]:
    """The sum, who stands twice, dates in order."""
    holders, wrong = company.holders, []
    if sum(one.subscribed for one in holders) != company.capital:
        wrong.append("sum")
    if len({one.number for one in holders}) != len(holders):
        wrong.append("twice")
    founded = company.founded
    if any(one.due < founded or one.card_until < founded for one in holders):
        wrong.append("dates")
    return wrong


def whole(document: Any) -> int:
    """Judge everything again."""
    try:
        Company.model_validate(document)
    except ValidationError as error:
        return error.error_count()
    return 0


def one_holder(document: Any, edited: int) -> Callable[[Any], int]:
    """Judge the changed holder again, and what concerns all; the rest is kept as it was judged."""
    company = Company.model_validate(document)

    def judge(changed: Any) -> int:
        company.holders[edited] = Holder.model_validate(changed["holders"][edited])
        return len(concerning_all(company))

    return judge
