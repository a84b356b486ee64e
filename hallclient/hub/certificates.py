"""A small authority of the administrator's own: who a server is, and which device a window is.

It lies in a folder that never leaves the administrator. PostgreSQL compares the name in a device's
certificate with the role it logs in as; libpq compares that of the server with the host.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

from db.errors import StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, GeneralName, Name

CA_DAYS: Final = 3650
DAYS: Final = 825
_KEY: Final = "ca.key"
_CERTIFICATE: Final = "ca.crt"


@dataclass(frozen=True, slots=True)
class Issued:
    """Texts in PEM."""

    ca: str
    certificate: str
    key: str


def issue(folder: Path, name: str, now: int, *, host: bool = False) -> Issued:
    """A certificate for a login role, or for a server of this host name or address.

    The authority is made with its first certificate. Raises StoreError ``hub-ca``.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority, secret = _authority(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    use = ExtendedKeyUsageOID.SERVER_AUTH if host else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        _builder(name, now, DAYS)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    )
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(name)]), critical=False)
    from cryptography.hazmat.primitives.hashes import SHA256

    made = builder.sign(secret, SHA256())
    return Issued(_pem(authority), _pem(made), _key_pem(key).decode())


def _authority(folder: Path, now: int) -> tuple[Certificate, EllipticCurvePrivateKey]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if (folder / _KEY).exists():
            key = load_pem_private_key((folder / _KEY).read_bytes(), None)
            found = x509.load_pem_x509_certificate((folder / _CERTIFICATE).read_bytes())
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError
            return found, key
        key = ec.generate_private_key(ec.SECP256R1())
        name = "hallclient hub"
        made = (
            _builder(name, now, CA_DAYS)
            .issuer_name(_name(name))
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, SHA256())
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / _CERTIFICATE).write_text(_pem(made), "ascii")
        # Last: where the key lies, the authority is whole.
        handle = os.open(folder / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_key_pem(key))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError("hub-ca", path=folder) from error
    return made, key


def _name(common: str) -> Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(common: str, now: int, days: int) -> CertificateBuilder:
    from cryptography import x509

    at = datetime.fromtimestamp(now / 1000, UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .serial_number(x509.random_serial_number())
        # A window whose clock is a little behind must not take it for one of tomorrow.
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=days))
    )


def _host(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
