"""Personal fields, sealed under the key of their case before they reach the log.

AES-256-GCM; the tag names the algorithm so that SM4-GCM can stand beside it. The case id is bound
in, so a sealed text moved to another case does not open. Deleting the key deletes the person.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from json.encoder import encode_basestring as _quoted

from db.errors import StoreError

AES = "aes-256-gcm"
KEY_BYTES = 32
NONCE_BYTES = 12


class Unopenable(Exception):
    """The sealed text was changed, belongs to another case, or has an unknown algorithm."""


class Box:
    """Seals and opens under one key: what many fields of a case share is set up once."""

    def __init__(self, key: bytes, case_id: str, entropy: Callable[[int], bytes]) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._wrong = (InvalidTag, ValueError)
        self.case_id = case_id
        self._entropy = entropy
        self._bound = f"hallclient:{AES}:{case_id}".encode()
        self._cipher = AESGCM(key)

    def seal(self, fields: dict[str, str]) -> str:
        """``aes-256-gcm:<base64 of nonce and ciphertext>``."""
        nonce = self._entropy(NONCE_BYTES)
        plain = ",".join([f"{_quoted(name)}:{_quoted(text)}" for name, text in fields.items()])
        sealed = self._cipher.encrypt(nonce, f"{{{plain}}}".encode(), self._bound)
        return f"{AES}:{b2a_base64(nonce + sealed, newline=False).decode()}"

    def unseal(self, sealed: str) -> dict[str, str]:
        """The fields again. Raises `Unopenable`."""
        tag, _, text = sealed.partition(":")
        if tag != AES:
            raise Unopenable(tag)
        try:
            data = a2b_base64(text, strict_mode=True)
            plain = self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], self._bound)
            fields = json.loads(plain.decode())
        except self._wrong as error:
            raise Unopenable(self.case_id) from error
        return {str(name): str(value) for name, value in fields.items()}

    def seal_file(self, data: bytes, name: str) -> bytes:
        """A whole file under the case's key: nonce and ciphertext; ``name`` is bound in."""
        nonce = self._entropy(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, self._bound + f":file:{name}".encode())

    def unseal_file(self, sealed: bytes, name: str) -> bytes:
        """The file again. Raises `Unopenable`."""
        bound = self._bound + f":file:{name}".encode()
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except self._wrong as error:
            raise Unopenable(self.case_id) from error


def seal(key: bytes, case_id: str, fields: dict[str, str], nonce: bytes) -> str:
    """One sealed text of a case: `Box.seal`. ``nonce``: 12 fresh bytes."""
    return Box(key, case_id, lambda _: nonce).seal(fields)


def unseal(key: bytes, case_id: str, sealed: str) -> dict[str, str]:
    """The fields of one sealed text: `Box.unseal`. Raises `Unopenable`."""
    return Box(key, case_id, bytes).unseal(sealed)


def opened(box: Box | None, sealed: str) -> dict[str, str] | None:
    """The fields of a sealed text; None when the key was destroyed.

    Raises StoreError ``sealed`` when the text was changed.
    """
    if box is None:
        return None
    try:
        return box.unseal(sealed)
    except Unopenable as error:
        raise StoreError("sealed", case=box.case_id) from error
