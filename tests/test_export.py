"""What leaves the store: safe in a spreadsheet, whole or not at all, and on the record."""

import csv
import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import StoreError
from db.log import Event, digest
from hallclient.actions import export as exporting
from hallclient.actions import persons
from hallclient.actions.acting import Actor
from hallclient.actions.export import EVENTS, TABLES, WHAT, Wanted, export
from hallclient.rules.errors import Refused
from hallclient.rules.spreadsheet import SIGNS, harmless
from hallclient.rules.text import plain
from tests.hallkit import ADMINISTRATOR, AGENT, QUICK_VERIFIER, SUPERVISOR, Kit, clerk
from tests.hostile import HOSTILE
from tests.storekit import fill

FORMULA = re.compile(f"[{SIGNS}]")


@pytest.fixture
def filled(kit: Kit) -> Kit:
    fill(kit)
    return kit


def rows(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# -- cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =x", "  '=x"),
        ('"=x', "\"'=x"),
        ("\uff1dx", "'\uff1dx"),
        ("\uff0b\uff0d\uff20", "'\uff0b\uff0d\uff20"),
        ("\u2212" + "1", "'\u2212" + "1"),
        ("a;=x", "a;'=x"),
        ("a,\u3000=x", "a,\u3000'=x"),
        ("\t=x", "\u2409'=x"),
        ("\r=x", "\u240d'=x"),
        ("a\n=x", "a\u240a'=x"),
        ("420100199001011234", "'420100199001011234"),
        ("13800000000", "13800000000"),
        ("a-b", "a-b"),
        ("\u5f20\u4e09", "\u5f20\u4e09"),
        ("", ""),
    ],
)
def test_a_cell_never_begins_a_formula(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text())
def test_no_cell_and_no_part_of_one_begins_with_a_sign(text: str) -> None:
    shown = harmless(text)
    assert re.search(f'(?:^|[,;|:\t\r\n])[\\s"\u3000]*[{SIGNS}]', shown) is None
    assert plain(shown) == shown


@given(st.text())
def test_nothing_of_a_text_is_lost(text: str) -> None:
    shown = harmless(text)
    kept = iter(shown)
    assert all(char in kept for char in plain(text))


def test_every_sign_that_folds_to_one_is_known() -> None:
    folding = {
        chr(code)
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000
        and unicodedata.normalize("NFKC", chr(code))[:1] in tuple("=+-@\u2212")
    }
    assert {char for char in folding if not FORMULA.match(char)} == set()


# -- files


@pytest.mark.parametrize("what", TABLES)
def test_a_table_is_csv_for_people(filled: Kit, tmp_path: Path, what: str) -> None:
    target = tmp_path / "out.csv"
    count = export(filled.store, SUPERVISOR, Wanted(what), target, headings=str.upper)
    found = rows(target)
    assert len(found) == count > 0
    assert all(name == name.upper() for name in found[0])
    assert target.stat().st_mode & 0o777 == 0o600


def test_the_queue_is_told_as_the_hall_knows_it(filled: Kit, tmp_path: Path) -> None:
    export(filled.store, SUPERVISOR, Wanted("queue"), tmp_path / "q.csv")
    first = rows(tmp_path / "q.csv")[0]
    code = filled.item("setup")
    assert (first["number"], first["item"]) == ("A001", code)
    assert first["item_name"] == filled.hall.items[code].zh
    assert first["ticket_at"] == "2026-09-22 09:00:00"
    assert first["state"] == "done"


def test_hostile_names_stay_text(kit: Kit, tmp_path: Path) -> None:
    names = [name for name in HOSTILE if name.strip()]
    for number, name in enumerate(names):
        # Reasons and names come from people; the row is written without cleaning on purpose.
        with kit.store.act("system") as tx:
            made = (
                "operator",
                f"x{number:03d}",
                None,
                {"name": name.encode(errors="replace").decode(), "role": "clerk"},
            )
            tx.append("operator.added", f"x{number:03d}", [made], stream="staff")
    export(kit.store, SUPERVISOR, Wanted("operators"), tmp_path / "o.csv")
    text = (tmp_path / "o.csv").read_bytes().decode("utf-8-sig")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert len(lines) == 1 + len(kit.store.rows("SELECT * FROM operator"))
    assert all(plain(line) == line for line in lines)
    for row in rows(tmp_path / "o.csv"):
        assert not FORMULA.match(row["name"].lstrip())


def test_verifiers_and_keys_never_leave(filled: Kit, tmp_path: Path) -> None:
    secrets = [QUICK_VERIFIER, "verifier", "hall-key"]
    keys = [row["key"] for row in filled.store.rows("SELECT key FROM case_key")]
    for what in WHAT:
        export(filled.store, ADMINISTRATOR, Wanted(what), tmp_path / what)
        data = (tmp_path / what).read_bytes()
        assert [secret for secret in secrets if secret.encode() in data] == []
        assert not any(key in data or key.hex().encode() in data for key in keys)


def test_events_are_lines_of_json_in_their_exact_bytes(filled: Kit, tmp_path: Path) -> None:
    target = tmp_path / "e.jsonl"
    count = export(filled.store, SUPERVISOR, Wanted(EVENTS), target)
    lines = target.read_bytes().splitlines()
    assert len(lines) == count == len(filled.store.rows("SELECT pos FROM event"))
    checked = 0
    for line in lines:
        found = json.loads(line)
        if found.pop("redacted", False):
            assert found["stream"] == "staff"
            continue
        body = line[line.index(b',"body":') + len(b',"body":') : -1]
        assert json.loads(body) == found["body"]
        event = Event(
            **{
                **found,
                "body": body,
                "hash": bytes.fromhex(found["hash"]),
                "prev_hash": bytes.fromhex(found["prev_hash"]),
            }
        )
        assert digest(event) == event.hash
        checked += 1
    assert checked > 20


def test_sealed_fields_stay_sealed_unless_asked(filled: Kit, tmp_path: Path) -> None:
    for what in (EVENTS, "visits"):
        export(filled.store, SUPERVISOR, Wanted(what), tmp_path / f"{what}.1")
        assert b"420100199001011234" not in (tmp_path / f"{what}.1").read_bytes()
        export(filled.store, SUPERVISOR, Wanted(what, reveal=True), tmp_path / f"{what}.2")
        assert b"420100199001011234" in (tmp_path / f"{what}.2").read_bytes()
    first = rows(tmp_path / "visits.2")[0]
    assert (first["name"], first["identity"]) == ("\u5f20\u4e09", "'420100199001011234")
    people = [
        json.loads(line).get("person") for line in (tmp_path / "events.2").read_bytes().splitlines()
    ]
    assert sum(person is not None for person in people) == 9


def test_a_forgotten_person_is_not_revealed(filled: Kit, tmp_path: Path) -> None:
    day = filled.store.env.day(filled.clock.ms)
    persons.forget(filled.store, ADMINISTRATOR, "A001", day)
    export(filled.store, ADMINISTRATOR, Wanted("visits", reveal=True), tmp_path / "v.csv")
    assert [row["name"] for row in rows(tmp_path / "v.csv")][:2] == ["", "\u5f20\u4e09"]


@pytest.mark.parametrize("reveal", [False, True])
def test_every_run_is_an_event(filled: Kit, tmp_path: Path, reveal: bool) -> None:
    wanted = Wanted("visits", "2026-09-01", "2026-09-30", reveal)
    export(filled.store, SUPERVISOR, wanted, tmp_path / "v.csv")
    (event,) = filled.store.rows("SELECT * FROM event WHERE kind = 'store.exported'")
    facts = json.loads(event["body"])
    assert (event["actor"], event["stream"]) == ("s01", "store")
    assert (facts["what"], facts["revealed"], facts["first"]) == ("visits", reveal, "2026-09-01")


@pytest.mark.parametrize("who", [clerk(1), AGENT])
@pytest.mark.parametrize("reveal", [False, True])
def test_clerks_and_agents_give_nothing_away(
    filled: Kit, tmp_path: Path, who: Actor, reveal: bool
) -> None:
    with pytest.raises(Refused, match="not-allowed"):
        export(filled.store, who, Wanted("visits", reveal=reveal), tmp_path / "v.csv")
    assert list(tmp_path.glob("*v.csv*")) == []


def test_days_bound_what_is_given(filled: Kit, tmp_path: Path) -> None:
    filled.pass_(minutes=24 * 60)
    filled.take("setup")
    counts = {
        days: export(filled.store, SUPERVISOR, Wanted("visits", *days), tmp_path / f"x{days}")
        for days in (
            ("", ""), ("2026-09-22", "2026-09-22"), ("2026-09-23", ""), ("", "2026-09-21"),
        )
    }  # fmt: skip
    assert list(counts.values()) == [10, 9, 1, 0]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted("secrets"), "no-such-export"),
        (Wanted("visits", "yesterday"), "bad-day"),
        (Wanted("visits", "2026-13-01"), "bad-day"),
        (Wanted("visits", "", "20260922"), "bad-day"),
        (Wanted("periods", reveal=True), "nothing-sealed"),
    ],
)
def test_what_cannot_be_given_is_refused(
    filled: Kit, tmp_path: Path, wanted: Wanted, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        export(filled.store, SUPERVISOR, wanted, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_file_is_whole_or_not_there(
    filled: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "v.csv"
    target.parent.mkdir()
    target.write_bytes(b"precious")
    with pytest.raises(StoreError, match="file-exists"):
        export(filled.store, SUPERVISOR, Wanted("visits"), target)

    def fails(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "_cell", fails)
    with pytest.raises(StoreError, match="disk-full"):
        export(filled.store, SUPERVISOR, Wanted("visits"), target, replace=True)
    assert [entry.read_bytes() for entry in target.parent.iterdir()] == [b"precious"]
    assert not filled.store.db.in_transaction
