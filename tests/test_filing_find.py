"""An applicant who comes back with another number: the filing is found by what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallclient.actions import filing_find, filings
from hallclient.rules.form.edits import SINGLE, Put
from screens.form import FormScreen
from tests.deskkit import seated
from tests.hallkit import AGENT, Kit, clerk
from tests.lookkit import company_base

ONE = clerk(1)


@pytest.fixture
def kit(tmp_path: Path, quick: None) -> Kit:
    return Kit(tmp_path)


def begun(kit: Kit, name: str) -> str:
    base = [*company_base(), Put(SINGLE, "name", name)]
    return str(filings.new(kit.store, AGENT, "company-setup", base=base)["number"])


def found(kit: Kit, text: str) -> list[str]:
    return [one.number for one in filing_find.search(kit.store, ONE, text)]


def test_an_open_filing_is_found_by_number_and_company_not_by_what_is_sealed(kit: Kit) -> None:
    first, second = begun(kit, "武汉大吉科技有限公司"), begun(kit, "武汉大利贸易有限公司")
    assert found(kit, "大吉科技") == [first]
    assert found(kit, "有限公司") == [second, first]
    assert found(kit, first[-6:]) == [first]
    assert found(kit, "王伟") == []
    assert found(kit, "大") == []
    assert found(kit, "%'") == []
    filings.close(kit.store, ONE, first, "withdrawn")
    assert found(kit, "大吉科技") == []


async def test_the_desks_search_goes_on_with_it(kit: Kit) -> None:
    number = begun(kit, "武汉大吉科技有限公司")
    async with seated(kit, ONE) as seat:
        await seat.pilot.press("slash")
        await seat.until(lambda: seat.app.screen.ask.is_open)  # type: ignore[attr-defined]
        await seat.pilot.press(*"大吉科技")
        await seat.until(lambda: number in seat.text)
        await seat.pilot.press("enter")
        await seat.until(lambda: isinstance(seat.app.screen, FormScreen))
        await seat.until(lambda: number in seat.text)
