# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of signatures: Ed25519, ECDSA over the NIST curves, RSA with SHA-2."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from vault.history import wire
from vault.history.wire import NotSigned

LEAST_RSA_BITS: Final = 2048
ED25519: Final = b"ssh-ed25519"
_RSA: Final = {b"rsa-sha2-256": hashes.SHA256, b"rsa-sha2-512": hashes.SHA512}
_CURVES: Final[dict[bytes, tuple[type[ec.EllipticCurve], type[hashes.HashAlgorithm]]]] = {
    b"nistp256": (ec.SECP256R1, hashes.SHA256),
    b"nistp384": (ec.SECP384R1, hashes.SHA384),
    b"nistp521": (ec.SECP521R1, hashes.SHA512),
}


def check(key: bytes, kind: bytes, value: bytes, data: bytes) -> None:
    """Return if a signature of a kind holds over ``data``; raises NotSigned where it does not."""
    try:
        _check(key, kind, value, data)
    except InvalidSignature:
        raise NotSigned("the bytes are not those that were signed") from None
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise NotSigned(str(fault)) from fault


def sign(private: bytes, data: bytes) -> tuple[bytes, bytes]:
    """Return the public key and the signature over ``data`` of an OpenSSH file of an Ed25519 key.

    Raises NotSigned where the key is of another kind.
    """
    key = serialization.load_ssh_private_key(private, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotSigned("a vault signs with Ed25519")
    return key.public_key().public_bytes_raw(), key.sign(data)


def _check(key: bytes, kind: bytes, value: bytes, data: bytes) -> None:
    type_ = wire.first(key)
    if type_ == ED25519:
        _type, raw = wire.strings(key, 2)
        _expect(kind, ED25519)
        Ed25519PublicKey.from_public_bytes(raw).verify(value, data)
    elif type_ == b"ssh-rsa":
        _type, exponent, modulus = wire.strings(key, 3)
        _check_rsa(wire.number(exponent), wire.number(modulus), kind, value, data)
    elif type_.startswith(b"ecdsa-sha2-"):
        _type, curve, point = wire.strings(key, 3)
        _expect(kind, type_)
        _expect(type_, b"ecdsa-sha2-" + curve)
        if curve not in _CURVES:
            raise NotSigned(f"its curve is {curve!r}")
        shape, digest = _CURVES[curve]
        r, s = wire.strings(value, 2)
        public = ec.EllipticCurvePublicKey.from_encoded_point(shape(), point)
        public.verify(
            encode_dss_signature(wire.number(r), wire.number(s)), data, ec.ECDSA(digest())
        )
    else:
        raise NotSigned(f"keys of the kind {type_.decode('ascii', 'replace')} are not checked")


def _check_rsa(exponent: int, modulus: int, kind: bytes, value: bytes, data: bytes) -> None:
    if kind not in _RSA:
        raise NotSigned("an RSA key has to sign with SHA-2")
    if modulus.bit_length() < LEAST_RSA_BITS:
        raise NotSigned(f"its RSA key is shorter than {LEAST_RSA_BITS} bits")
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    whole = value.rjust((modulus.bit_length() + 7) // 8, b"\0")  # OpenSSH may drop leading zeros
    public.verify(whole, data, padding.PKCS1v15(), _RSA[kind]())


def _expect(told: bytes, wanted: bytes) -> None:
    if told != wanted:
        raise NotSigned("the signature is of another kind than its key")
