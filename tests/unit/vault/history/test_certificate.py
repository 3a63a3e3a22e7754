# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shop's certificate: made, taken over, replaced, and what cannot sign is refused."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from vault.errors import BadCertificate, NoCertificate
from vault.history import certificate

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def issued(key: Any, *, until: dt.datetime = NOW + DAY, usage: bool | None = None) -> Any:
    """Return a certificate of a key; ``usage`` says whether it may sign, None says nothing."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bought")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(NOW - 2 * DAY).not_valid_after(until)
    )  # fmt: skip
    if usage is not None:
        flags = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)  # fmt: skip
        flags["key_encipherment"] = True
        told = x509.KeyUsage(digital_signature=usage, **flags)
        made = made.add_extension(told, critical=True)
    return made.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def pem(key: Any, *certificates: Any) -> bytes:
    """Return key and certificates as PEM."""
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    """Return a key that is good."""
    return rsa.generate_private_key(65537, 2048)


def test_one_that_is_made_signs_and_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    """RSA of 3072 bits, the shop's name, ten years, for documents; the signature verifies."""
    with pytest.raises(NoCertificate):
        certificate.current(tmp_path)
    made = certificate.make(tmp_path, "Fernhill", 10)
    assert (made.subject, made.own, made.size) == ("CN=Fernhill", True, 384)
    assert certificate.current(tmp_path) == made
    public = x509.load_pem_x509_certificate(made.chain.encode()).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(certificate.sign(tmp_path, b"x"), b"x", padding.PKCS1v15(), hashes.SHA256())
    if os.name != "nt":
        assert (tmp_path / certificate.FILE).stat().st_mode & 0o777 == 0o600
    assert not certificate.readable_by_others(tmp_path)
    assert b"PRIVATE" not in b"".join(
        one.read_bytes() for one in (tmp_path / certificate.PAST).iterdir()
    )


def test_a_new_one_replaces_the_key_and_keeps_the_old_certificate(tmp_path: Path) -> None:
    """What was signed can be told from whom; nobody can sign with the old key any more."""
    old = certificate.make(tmp_path, "Old", 1)
    old_key = (tmp_path / certificate.FILE).read_bytes().partition(b"-----BEGIN CERT")[0]
    new = certificate.make(tmp_path, "New", 1)
    assert certificate.current(tmp_path) == new
    assert {one.fingerprint for one in certificate.past(tmp_path)} == {
        old.fingerprint, new.fingerprint
    }  # fmt: skip
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert not any(old_key in one.read_bytes() for one in files)


@pytest.mark.parametrize("form", ["pem", "locked pem", "p12"])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_bought_one_is_taken_over(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey, form: str, kind: str
) -> None:
    """PKCS #12 or PEM, certificates in any order, with a password or without."""
    key = rsa_key if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    own, above = issued(key, usage=True), issued(ec.generate_private_key(ec.SECP256R1()))
    password = ""
    if form == "pem":
        data = pem(key, above, own)
    elif form == "locked pem":
        password = "seven"
        locked = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"seven"),
        )  # fmt: skip
        data = locked + own.public_bytes(serialization.Encoding.PEM)
    else:
        password = "seven"
        data = pkcs12.serialize_key_and_certificates(
            b"shop", key, own, [above], serialization.BestAvailableEncryption(b"seven")
        )
    taken = certificate.take(tmp_path, "shop", data, password)
    assert taken.fingerprint == own.fingerprint(hashes.SHA256()).hex()
    assert taken.chain.count("BEGIN CERT") == (1 if form == "locked pem" else 2)
    value, public = certificate.sign(tmp_path, b"x"), key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(value, b"x", padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(value, b"x", ec.ECDSA(hashes.SHA256()))
    if password:
        with pytest.raises(BadCertificate, match="password is wrong"):
            certificate.take(tmp_path, "shop", data, "eight")


def test_what_cannot_sign_is_refused_and_changes_nothing(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey
) -> None:
    """Weak, over, of another kind, for other purposes, without a certificate of its own, rubbish."""
    weak = rsa.generate_private_key(65537, 1024)
    modern = ed25519.Ed25519PrivateKey.generate()
    before = certificate.make(tmp_path, "Shop", 1)
    for data, words in (
        (pem(weak, issued(weak)), "1024 bits"),
        (pem(rsa_key, issued(rsa_key, until=NOW - DAY)), "holds from"),
        (pem(modern, issued(modern)), "neither RSA nor ECDSA"),
        (pem(rsa_key, issued(rsa_key, usage=False)), "not for signatures"),
        (pem(rsa_key, issued(weak)), "belongs to its key"),
        (b"rubbish", "no PKCS #12 or PEM"),
        (b"", "no PKCS #12 or PEM"),
    ):
        with pytest.raises(BadCertificate, match=words):
            certificate.take(tmp_path, "file", data)
    for name, years in (("", 1), ("x" * 65, 1), ("a\nb", 1), ("Shop", 0), ("Shop", 31)):
        with pytest.raises(BadCertificate):
            certificate.make(tmp_path, name, years)
    assert certificate.current(tmp_path) == before


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """Never a release with half a signature."""
    certificate.make(tmp_path, "Shop", 1)
    place = tmp_path / certificate.FILE
    place.write_bytes(place.read_bytes()[:500])
    with pytest.raises(BadCertificate, match="damaged"):
        certificate.current(tmp_path)
