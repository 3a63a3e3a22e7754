# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shop's certificate, by which released PDFs are signed so that any reader shows tampering.

Key and certificates lie in one file of ``keys/`` that only its owner may read, like the key that
signs releases, so that one replaces the other as a whole; the certificates alone are kept of every
one there was.  The key is used here and goes nowhere else.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from vault import clock, durable
from vault.errors import BadCertificate, NoCertificate
from vault.history.ciphers import LEAST_RSA_BITS

FILE: Final = "certificate.pem"
PAST: Final = "certificates"
RSA_BITS: Final = 3072
YEARS: Final = range(1, 31)
DOCUMENTS: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336, signing of documents
_EARLY: Final = dt.timedelta(hours=1)  # clocks of readers go wrong

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as people ask for it; ``chain`` holds it and those above it, in PEM.

    ``fingerprint`` is the SHA-256 of its DER form, ``own`` says that nobody else vouches for it,
    ``size`` how long a signature of its key can get.
    """

    subject: str
    issuer: str
    fingerprint: str
    since: str
    until: str
    chain: str
    own: bool
    size: int


def current(folder: Path) -> Certificate:
    """Return the certificate that signs now; raises NoCertificate or BadCertificate."""
    return _told(_read(folder)[1])


def past(folder: Path) -> list[Certificate]:
    """Return every certificate that ever signed, by the day it began; raises BadCertificate."""
    found = []
    for path in sorted((folder / PAST).glob("*.pem")):
        try:
            found.append(_told(x509.load_pem_x509_certificates(path.read_bytes())))
        except (ValueError, OSError) as fault:
            raise BadCertificate(where=path.name, why=fault) from fault
    return sorted(found, key=lambda one: (one.since, one.fingerprint))


def make(folder: Path, name: str, years: int) -> Certificate:
    """Make a key and a certificate for it that nobody else vouches for; raises BadCertificate."""
    if not name.strip() or len(name) > 64 or not name.isprintable():
        raise BadCertificate(where="a name", why="it needs 1 to 64 printable characters")
    if years not in YEARS:
        raise BadCertificate(where=f"{years} years", why="it may hold for 1 to 30 years")
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name.strip())])
    now = clock.moment(clock.now())
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(), True),
        (x509.ExtendedKeyUsage([DOCUMENTS]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
    )
    builder = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - _EARLY)
        .not_valid_after(now + dt.timedelta(days=round(365.25 * years)))
    )  # fmt: skip
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return _keep(folder, key, [builder.sign(key, hashes.SHA256())])


def take(folder: Path, name: str, data: bytes, password: str = "") -> Certificate:
    """Take over a key with its certificates, as PKCS #12 or PEM; raises BadCertificate.

    ``name`` is what refusals call the file, ``password`` what it is locked with.
    """
    locked = password.encode() or None
    try:
        key, chain = _pem(data, locked) if b"-----BEGIN" in data else _p12(data, locked)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        why = "the password is wrong, or it is no PKCS #12 or PEM file with a key and certificates"
        raise BadCertificate(where=name, why=why) from fault
    if why := _fault(key, chain):
        raise BadCertificate(where=name, why=why)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)  # noqa: S101 - _fault
    return _keep(folder, key, chain)


def sign(folder: Path, data: bytes) -> bytes:
    """Return the key's signature over data: RSA (PKCS #1 v1.5) or ECDSA, both with SHA-256.

    Raises NoCertificate or BadCertificate.
    """
    key = _read(folder)[0]
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def over(one: Certificate, at: str) -> bool:
    """Say whether a certificate does not hold at a moment, not yet or not any more."""
    return not one.since <= at <= one.until


def _read(folder: Path) -> tuple[Key, list[x509.Certificate]]:
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        raise NoCertificate from None
    except OSError as fault:
        raise BadCertificate(where=FILE, why=fault.strerror) from fault
    try:
        key, chain = _pem(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise BadCertificate(where=FILE, why="it is damaged") from fault
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise BadCertificate(where=FILE, why="its key is neither RSA nor ECDSA")
    return key, chain


def _keep(folder: Path, key: Key, chain: Sequence[x509.Certificate]) -> Certificate:
    """Put key and certificates in place, on disk when this returns; the old key is gone then."""
    told = _told(chain)
    public = told.chain.encode()
    (folder / PAST).mkdir(mode=0o700, exist_ok=True)
    durable.write(folder / PAST / f"{told.fingerprint}.pem", public)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    durable.write(folder / FILE, private + public, mode=0o600)
    return told


def _pem(data: bytes, password: bytes | None) -> tuple[object, list[x509.Certificate]]:
    key = serialization.load_pem_private_key(data, password)
    return key, _ordered(key, x509.load_pem_x509_certificates(data))


def _p12(data: bytes, password: bytes | None) -> tuple[object, list[x509.Certificate]]:
    key, certificate, others = pkcs12.load_key_and_certificates(data, password)
    if key is None or certificate is None:
        raise ValueError("it holds no key or no certificate")
    return key, [certificate, *others]


def _ordered(key: object, found: list[x509.Certificate]) -> list[x509.Certificate]:
    """Return certificates with the key's own first; one that fits must be there."""
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return found
    own = [one for one in found if one.public_key() == key.public_key()]
    return [*own, *(one for one in found if one not in own)] if own else []


def _fault(key: object, chain: Sequence[x509.Certificate]) -> str:
    """Return why a key and its certificates cannot sign documents, empty where they can."""
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < LEAST_RSA_BITS:
            return f"its key has {key.key_size} bits, fewer than {LEAST_RSA_BITS}"
    elif not isinstance(key, ec.EllipticCurvePrivateKey):
        return "its key is neither RSA nor ECDSA"
    if not chain:
        return "no certificate in it belongs to its key"
    told, now = _told(chain), clock.now()
    if over(told, now):
        return f"it holds from {told.since} to {told.until}"
    try:
        usage = chain[0].extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    if usage.digital_signature or usage.content_commitment:
        return ""
    return "its certificate is not for signatures"


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _told(chain: Sequence[x509.Certificate]) -> Certificate:
    first = chain[0]
    key = first.public_key()
    size = key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 150
    return Certificate(
        subject=first.subject.rfc4514_string(), issuer=first.issuer.rfc4514_string(),
        fingerprint=first.fingerprint(hashes.SHA256()).hex(),
        since=clock.text(first.not_valid_before_utc), until=clock.text(first.not_valid_after_utc),
        chain="".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain),
        own=first.subject == first.issuer, size=size,
    )  # fmt: skip


def readable_by_others(folder: Path) -> bool:
    """Say whether the file with the key can be read by anybody but its owner."""
    place = folder / FILE
    return os.name != "nt" and place.is_file() and bool(place.stat().st_mode & 0o077)
