"""Signatures in codes that any window checks offline (Ed25519, RFC 8032).

The key that signs is derived from the hall's own secret, so every terminal of a store has it and
none has to be handed out. Each purpose has a key of its own.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from db.store import Store
from hallclient.actions.hall import hall_of
from hallclient.rules import slip_code

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Signer:
    """The hall's key for one purpose; ``domain`` begins everything that it signs."""

    def __init__(self, key: Ed25519PrivateKey, hall: str, domain: bytes) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._key = key
        self._begin = domain + hall.encode() + b"\n"
        self.tag = slip_code.hall_tag(sha256(hall.encode() + b"\n" + public).digest())
        """Tells the hall and its key in a code."""

    def sign(self, text: str) -> bytes:
        """64 bytes, always the same for the same text."""
        return self._key.sign(self._begin + text.encode())

    def genuine(self, text: str, signature: bytes) -> bool:
        """Whether this hall has signed this text."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.public_key().verify(signature, self._begin + text.encode())
        except InvalidSignature:
            return False
        return True


def signer_of(store: Store, purpose: str, domain: bytes) -> Signer:
    """The signer of a store for one purpose."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(store.derived_key(purpose))
    return Signer(key, hall_of(store).id, domain)
