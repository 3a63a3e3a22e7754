# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signatures of OpenSSH over any bytes: made and checked here, without a process for each.

The format is ``PROTOCOL.sshsig`` of OpenSSH, what ``ssh-keygen -Y sign`` writes and git puts into
a commit.  Ed25519, ECDSA and RSA (with SHA-2) are checked; anything else does not hold.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----"
END: Final = b"-----END SSH SIGNATURE-----"
MAGIC: Final = b"SSHSIG"
VERSION: Final = 1
LEAST_RSA_BITS: Final = 2048
_DIGESTS: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_ED25519: Final = b"ssh-ed25519"
_RSA: Final = {b"rsa-sha2-256": hashes.SHA256, b"rsa-sha2-512": hashes.SHA512}
_CURVES: Final[dict[bytes, tuple[type[ec.EllipticCurve], type[hashes.HashAlgorithm]]]] = {
    b"nistp256": (ec.SECP256R1, hashes.SHA256),
    b"nistp384": (ec.SECP384R1, hashes.SHA384),
    b"nistp521": (ec.SECP521R1, hashes.SHA512),
}


class NotSigned(ValueError):
    """A signature or key that cannot be read or does not hold; the text says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as it was read: by which key, for what purpose, over which digest."""

    key: bytes
    namespace: bytes
    reserved: bytes
    digest: bytes
    kind: bytes
    value: bytes

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the key, as ``ssh-keygen -l`` prints it."""
        return fingerprint(self.key)

    def check(self, data: bytes) -> None:
        """Return if the signature holds for these bytes; raises NotSigned where it does not."""
        if self.digest not in _DIGESTS:
            raise NotSigned(f"it uses the digest {self.digest!r}")
        hashed = _DIGESTS[self.digest](data).digest()
        fields = (self.namespace, self.reserved, self.digest, hashed)
        try:
            _verify(self.key, self.kind, self.value, MAGIC + b"".join(map(_string, fields)))
        except InvalidSignature:
            raise NotSigned("the bytes are not those that were signed") from None
        except (ValueError, UnsupportedAlgorithm) as fault:
            raise NotSigned(str(fault)) from fault


def read(armoured: bytes) -> Signature:
    """Return the signature of an armoured text; raises NotSigned where it is not exactly one."""
    text = armoured.strip()
    if not text.startswith(BEGIN + b"\n") or not text.endswith(b"\n" + END):
        raise NotSigned("it is not a signature of OpenSSH")
    body = text[len(BEGIN) : -len(END)]
    try:
        blob = base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as fault:
        raise NotSigned("its text is damaged") from fault
    if blob[:6] != MAGIC or blob[6:10] != struct.pack(">I", VERSION):
        raise NotSigned("it is of another version")
    key, namespace, reserved, digest, signed = _strings(blob[10:], 5)
    kind, value = _strings(signed, 2)
    return Signature(key, namespace, reserved, digest, kind, value)


def sign(private: bytes, namespace: str, data: bytes) -> bytes:
    """Return the armoured signature of a vault's own key (Ed25519) over bytes.

    The bytes are those ``ssh-keygen -Y sign`` makes: the signature of Ed25519 is deterministic.
    """
    key = serialization.load_ssh_private_key(private, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotSigned("a vault signs with Ed25519")
    public = _string(_ED25519) + _string(key.public_key().public_bytes_raw())
    fields = (namespace.encode(), b"", b"sha512")
    bound = MAGIC + b"".join(map(_string, (*fields, hashlib.sha512(data).digest())))
    signed = _string(_ED25519) + _string(key.sign(bound))
    blob = MAGIC + struct.pack(">I", VERSION)
    return armoured(blob + b"".join(map(_string, (public, *fields, signed))))


def armoured(blob: bytes) -> bytes:
    """Return a signature as text, in lines of 70 as OpenSSH writes them."""
    text = base64.b64encode(blob)
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return b"\n".join([BEGIN, *lines, END, b""])


def fingerprint(key: bytes) -> str:
    """Return the fingerprint of a public key, as ``SHA256:…`` without padding."""
    digest = hashlib.sha256(key).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


# --- inside ----------------------------------------------------------------------


def _verify(key: bytes, kind: bytes, value: bytes, data: bytes) -> None:
    """Return if a signature over ``data`` holds; raises InvalidSignature, ValueError or NotSigned."""
    (type_,) = _first(key)
    if type_ == _ED25519:
        _type, raw = _strings(key, 2)
        _expect(kind, _ED25519)
        Ed25519PublicKey.from_public_bytes(raw).verify(value, data)
    elif type_ == b"ssh-rsa":
        _type, exponent, modulus = _strings(key, 3)
        _verify_rsa(_number(exponent), _number(modulus), kind, value, data)
    elif type_.startswith(b"ecdsa-sha2-"):
        _type, curve, point = _strings(key, 3)
        _expect(kind, type_)
        _expect(type_, b"ecdsa-sha2-" + curve)
        if curve not in _CURVES:
            raise NotSigned(f"its curve is {curve!r}")
        shape, digest = _CURVES[curve]
        r, s = _strings(value, 2)
        public = ec.EllipticCurvePublicKey.from_encoded_point(shape(), point)
        public.verify(encode_dss_signature(_number(r), _number(s)), data, ec.ECDSA(digest()))
    else:
        raise NotSigned(f"keys of the kind {type_.decode('ascii', 'replace')} are not checked")


def _verify_rsa(exponent: int, modulus: int, kind: bytes, value: bytes, data: bytes) -> None:
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


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _first(blob: bytes) -> tuple[bytes]:
    return (next(_each(blob), b""),)


def _strings(blob: bytes, count: int) -> tuple[bytes, ...]:
    found = tuple(_each(blob))
    if len(found) != count:
        raise NotSigned("it is cut off or has something behind its end")
    return found


def _each(blob: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4], "big")
        end = at + 4 + size
        if len(blob) < at + 4 or end > len(blob):
            raise NotSigned("it is cut off")
        yield blob[at + 4 : end]
        at = end


def _number(data: bytes) -> int:
    if not data or data[0] & 0x80:
        raise NotSigned("a number in it is not positive")
    return int.from_bytes(data, "big")
