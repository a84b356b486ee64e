"""``hallclient verify`` goes through the books of certificates: what was forged is told in words.

A forger who only writes rows is found by the log. One who writes the log too, each event chained
as it should be, is found by the books: they do not add up.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.driver import sqlite
from db.log import Change
from db.store import Row, Store
from hallclient.actions import certificate_audit, codes
from hallclient.texts import has, set_language
from tests.casekit import SUPERVISOR
from tests.certkit import certificate, stocked
from tests.clikit import Cli, cli, quick
from tests.hallkit import Kit, clerk

__all__ = ["cli", "quick"]

FINDINGS = {
    "lease-apart", "bodies-lost", "lease-lost", "code-wrong", "code-adrift", "code-unknown",
    "code-twice", "sheet-adrift", "sheet-state", "sheet-twice", "sheet-unknown",
}  # fmt: skip


class Books(NamedTuple):
    """Two certificates that are printed, and what they hang on."""

    store: Store
    one: Row
    other: Row

    def get(self, sql: str, *values: object) -> Row:
        row = self.store.row(sql, *values)
        assert row is not None
        return row

    @property
    def block(self) -> Row:
        return self.get("SELECT * FROM code_block")

    def code(self, certificate: Row) -> Row:
        return self.get("SELECT * FROM code WHERE id = ?", certificate["code"])

    def copy(self, certificate: Row) -> Row:
        return self.get(
            "SELECT * FROM certificate_copy WHERE certificate = ? AND copy = 'original'",
            certificate["id"],
        )

    def sheet(self, certificate: Row) -> Row:
        return self.get("SELECT * FROM sheet WHERE id = ?", self.copy(certificate)["sheet"])

    def forge(self, table: str, row: Row, **now: Any) -> str:
        """Change a row by an event of the log, as the program would; its id."""
        with self.store.act("c01", "W01") as tx:
            was = {name: row[name] for name in now}
            tx.append("code.assigned", row["id"], [(table, row["id"], was, now)], stream="codes")
        return str(row["id"])


@pytest.fixture
def books(kit: Kit) -> Books:
    stocked(kit)
    return Books(kit.store, certificate(kit, "ready"), certificate(kit, "ready"))


def lose_a_body(books: Books) -> str:
    return books.forge("code_block", books.block, used=books.block["used"] + 1)


def move_a_block(books: Books) -> str:
    return books.forge("code_block", books.block, start=books.block["start"] + 20)


def lose_a_lease(books: Books) -> str:
    segment = books.get("SELECT * FROM code_segment WHERE id = ?", books.block["segment"])
    return books.forge("code_segment", segment, next=segment["next"] + 20)


def make_a_code_of_another_body(books: Books) -> str:
    return books.forge("code", books.code(books.one), place=10)


def make_a_code_of_no_body(books: Books) -> str:
    return books.forge("code", books.code(books.one), place=10_000)


def give_a_code_to_another(books: Books) -> str:
    return books.forge("code", books.code(books.one), certificate=books.other["id"])


def invent_a_code(books: Books) -> str:
    books.forge("certificate", books.one, code="WS420100202609999")
    return "WS420100202609999"


def use_a_code_twice(books: Books) -> str:
    books.forge("certificate", books.other, code=books.one["code"])
    return str(books.one["code"])


def swap_a_sheet(books: Books) -> str:
    return books.forge("sheet", books.sheet(books.one), copy=books.copy(books.other)["id"])


def take_a_copy_off_its_sheet(books: Books) -> str:
    sheet = str(books.sheet(books.one)["id"])
    books.forge("certificate_copy", books.copy(books.one), sheet=None)
    return sheet


def spoil_a_sheet_that_is_good(books: Books) -> str:
    return books.forge("sheet", books.sheet(books.one), state="spoiled")


def print_two_on_one_sheet(books: Books) -> str:
    sheet = str(books.sheet(books.one)["id"])
    books.forge("certificate_copy", books.copy(books.other), sheet=sheet)
    return sheet


def lose_the_delivery(books: Books) -> str:
    sheet = books.sheet(books.one)
    delivery = books.get("SELECT * FROM sheet_range WHERE stock = ?", sheet["stock"])
    books.forge("sheet_range", delivery, first=sheet["serial"] + 1)
    return str(sheet["id"])


FORGERIES: dict[Callable[[Books], str], str] = {
    lose_a_body: "bodies-lost",
    move_a_block: "lease-apart",
    lose_a_lease: "lease-lost",
    make_a_code_of_another_body: "code-wrong",
    make_a_code_of_no_body: "code-wrong",
    give_a_code_to_another: "code-adrift",
    invent_a_code: "code-unknown",
    use_a_code_twice: "code-twice",
    swap_a_sheet: "sheet-adrift",
    take_a_copy_off_its_sheet: "sheet-adrift",
    spoil_a_sheet_that_is_good: "sheet-state",
    print_two_on_one_sheet: "sheet-twice",
    lose_the_delivery: "sheet-unknown",
}


def test_every_finding_is_forged_and_worded() -> None:
    assert set(FORGERIES.values()) == FINDINGS
    for language in ("zh", "en"):
        set_language(language)
        assert all(has(f"certificate.finding.{code}") for code in FINDINGS)


def test_books_that_agree(cli: Cli, books: Books) -> None:
    books.store.close()
    found = cli.done("verify")
    assert (found["ok"], found["codes"], found["findings"]) == (True, 2, {})
    assert found["sheets"] == 2
    assert "号码 2 个" in cli("verify").out


def test_a_hall_without_certificates_is_told_nothing_of_them(cli: Cli) -> None:
    cli.kit.close()
    assert cli.done("verify")["codes"] == 0
    assert "证照" not in cli("verify").out


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_forged_is_told_and_ends_with_3(
    cli: Cli, books: Books, forgery: Callable[[Books], str], lang: str
) -> None:
    subject = forgery(books)
    books.store.close()
    answer = cli.json("verify", "--lang", lang)
    assert answer.code == 3
    *findings, summary = answer.objects
    found = next(one for one in findings if one["finding"] == FORGERIES[forgery])
    assert found["subject"] == subject
    assert subject in found["message"]
    assert (summary["ok"], summary["findings"][found["finding"]]) == (False, 1)
    said = cli("verify", "--lang", lang)
    assert said.code == 3
    assert found["message"] in said.out
    assert ("restore nothing" if lang == "en" else "不要恢复备份") in said.out


def test_many_of_one_sort_are_counted_and_not_all_told(cli: Cli, books: Books) -> None:
    block = books.block
    changes: list[Change] = [
        ("code", f"forged{n}", None, {"scheme": block["scheme"], "block": block["id"],
         "place": 100 + n, "state": "void"})
        for n in range(30)
    ]  # fmt: skip
    with books.store.act("c01", "W01") as tx:
        tx.append("code.voided", "forged", changes, stream="codes")
    books.store.close()
    *findings, summary = cli.json("verify").objects
    assert sum(one["finding"] == "code-wrong" for one in findings) == 20
    assert summary["findings"] == {"code-wrong": 30, "bodies-lost": 1}
    assert "另有 10 处没有列出" in cli("verify").out


def test_rows_that_are_not_what_the_log_says_come_first(
    cli: Cli, books: Books, tmp_path: Path
) -> None:
    """In a copy of the file, by plain SQL: the books are compared when the rows are mended."""
    books.store.close()
    copy = tmp_path / "copy.db"
    shutil.copy(cli.kit.path, copy)
    db = sqlite.connect(copy, isolation_level=None)
    db.execute("UPDATE certificate SET code = ?", (books.one["code"],))
    db.close()
    at = ("verify", "--store", str(copy))
    answer = cli.json(*at)
    *findings, summary = answer.objects
    assert (answer.code, {one["finding"] for one in findings}) == (3, {"row-differs"})
    assert summary["codes"] is None
    assert "证照账没有核对" in cli(*at).out
    mended = cli.done(*at, "--rebuild", by="admin")
    assert (mended["ok"], mended["codes"]) == (True, 2)
    assert cli.done("verify")["ok"] is True


def test_void_bodies_are_accounted_for(kit: Kit, books: Books) -> None:
    codes.void_next(kit.store, SUPERVISOR._replace(window="W01"), "health", "码已被占用")
    codes.void_next(kit.store, SUPERVISOR._replace(window="W01"), "uscc", "码已被占用")
    assert certificate_audit.audit(kit.store) == []
    assert certificate(kit, "assigned", by=clerk(1))["code"].endswith("00004")
    assert certificate_audit.audit(kit.store) == []
