"""Sealed personal fields: nothing but the right key and the right case opens them."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import StoreError
from db.seal import AES, KEY_BYTES, NONCE_BYTES, Unopenable, seal, unseal
from db.store import Store

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
NONCES = st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FIELDS = st.dictionaries(TEXT, TEXT, max_size=5)


@given(KEYS, TEXT, FIELDS, NONCES)
def test_what_is_sealed_opens_again(
    key: bytes, case: str, fields: dict[str, str], nonce: bytes
) -> None:
    assert unseal(key, case, seal(key, case, fields, nonce)) == fields


@given(KEYS, KEYS, TEXT, TEXT, FIELDS, NONCES)
def test_another_key_or_case_does_not_open_it(
    key: bytes, other: bytes, case: str, elsewhere: str, fields: dict[str, str], nonce: bytes
) -> None:
    sealed = seal(key, case, fields, nonce)
    if other != key:
        with pytest.raises(Unopenable):
            unseal(other, case, sealed)
    if elsewhere != case:
        with pytest.raises(Unopenable):
            unseal(key, elsewhere, sealed)


@given(KEYS, FIELDS, NONCES, st.data())
def test_one_changed_bit_does_not_open(
    key: bytes, fields: dict[str, str], nonce: bytes, data: st.DataObject
) -> None:
    tag, _, text = seal(key, "case", fields, nonce).partition(":")
    raw = bytearray(base64.b64decode(text))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unopenable):
        unseal(key, "case", f"{tag}:{base64.b64encode(raw).decode()}")


@given(KEYS, st.one_of(TEXT, TEXT.map(lambda text: f"{AES}:{text}")))
def test_nonsense_does_not_open_and_does_not_crash(key: bytes, nonsense: str) -> None:
    with pytest.raises(Unopenable):
        unseal(key, "case", nonsense)


@given(KEYS, NONCES, st.text(st.characters(categories=["Lo", "Nd"]), min_size=6, max_size=30))
def test_nothing_of_the_text_is_left_readable(key: bytes, nonce: bytes, name: str) -> None:
    sealed = seal(key, "case", {"name": name}, nonce)
    assert name not in sealed
    assert name.encode() not in base64.b64decode(sealed.partition(":")[2])


def test_each_case_has_a_key_of_its_own_and_one_can_be_forgotten(tmp_path: Path) -> None:
    with Store.create(tmp_path / "s.db", hall="h") as store:
        with store.act("system") as tx:
            one, two = tx.seal("one", {"name": "x"}), tx.seal("two", {"name": "x"})
            again = tx.seal("one", {"name": "x"})
        assert one != again  # a nonce of its own each time
        keys = [row["key"] for row in store.rows("SELECT key FROM case_key ORDER BY case_id")]
        assert len(set(keys)) == 2
        with pytest.raises(StoreError, match="sealed"):
            store.unseal("two", one)
        with store.act("system") as tx:
            tx.destroy_key("one")
        assert store.unseal("one", one) is None
        assert store.unseal("two", two) == {"name": "x"}
        with pytest.raises(StoreError, match="case-destroyed"), store.act("system") as tx:
            tx.seal("one", {"name": "y"})


def test_a_key_that_was_not_committed_seals_nothing(tmp_path: Path) -> None:
    def fails(store: Store) -> None:
        with store.act("system") as tx:
            tx.seal("one", {"name": "x"})
            raise RuntimeError("given up")

    with Store.create(tmp_path / "s.db", hall="h") as store:
        with pytest.raises(RuntimeError):
            fails(store)
        assert store.rows("SELECT * FROM case_key") == []


def test_no_person_is_readable_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    person = {"name": "\u6b27\u9633\u660e\u6708", "identity": "420100199001011234"}
    with Store.create(path, hall="h") as store, store.act("system") as tx:
        sealed = tx.seal("v1", person)
        tx.append("visit.identified", "v1", [("visit", "v1", None, {"sealed": sealed})])
    for file in tmp_path.iterdir():
        for value in person.values():
            assert value.encode() not in file.read_bytes()
            assert json.dumps(value).strip('"').encode() not in file.read_bytes()
