"""Personal fields, sealed under the key of their case before they reach the log.

AES-256-GCM; the tag names the algorithm so that SM4-GCM can stand beside it. The case id is bound
in, so a sealed text moved to another case does not open. Deleting the key deletes the person.
"""

from __future__ import annotations

import base64
import json

AES = "aes-256-gcm"
KEY_BYTES = 32
NONCE_BYTES = 12


class Unopenable(Exception):
    """The sealed text was changed, belongs to another case, or has an unknown algorithm."""


def seal(key: bytes, case_id: str, fields: dict[str, str], nonce: bytes) -> str:
    """Sealed text: ``aes-256-gcm:<base64 of nonce and ciphertext>``. ``nonce``: 12 fresh bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = AESGCM(key).encrypt(nonce, plain, _bound(AES, case_id))
    return f"{AES}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(key: bytes, case_id: str, sealed: str) -> dict[str, str]:
    """The fields again. Raises `Unopenable`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    tag, _, text = sealed.partition(":")
    if tag != AES:
        raise Unopenable(tag)
    try:
        data = base64.b64decode(text, validate=True)
        plain = AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _bound(tag, case_id))
        fields = json.loads(plain)
    except (InvalidTag, ValueError) as error:
        raise Unopenable(case_id) from error
    return {str(name): str(value) for name, value in fields.items()}


def _bound(tag: str, case_id: str) -> bytes:
    return f"hallclient:{tag}:{case_id}".encode()
