# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signatures of OpenSSH over any bytes: made and checked here, without a process for each.

The format is ``PROTOCOL.sshsig`` of OpenSSH, what ``ssh-keygen -Y sign`` writes and git puts into
a commit.  Ed25519, ECDSA and RSA (with SHA-2) are checked; anything else does not hold.
"""

from __future__ import annotations

# The arithmetic is imported when a signature is made or checked, which most programs never do.
import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from vault.history import wire
from vault.history.wire import NotSigned

BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----"
END: Final = b"-----END SSH SIGNATURE-----"
MAGIC: Final = b"SSHSIG"
VERSION: Final = 1
_DIGESTS: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}


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
        from vault.history import ciphers  # noqa: PLC0415 - see the top of the file

        if self.digest not in _DIGESTS:
            raise NotSigned(f"it uses the digest {self.digest!r}")
        hashed = _DIGESTS[self.digest](data).digest()
        fields = (self.namespace, self.reserved, self.digest, hashed)
        ciphers.check(self.key, self.kind, self.value, MAGIC + b"".join(map(wire.string, fields)))


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
    key, namespace, reserved, digest, signed = wire.strings(blob[10:], 5)
    kind, value = wire.strings(signed, 2)
    return Signature(key, namespace, reserved, digest, kind, value)


def sign(private: bytes, namespace: str, data: bytes) -> bytes:
    """Return the armoured signature of a vault's own key (Ed25519) over bytes.

    The bytes are those ``ssh-keygen -Y sign`` makes: the signature of Ed25519 is deterministic.
    """
    from vault.history import ciphers  # noqa: PLC0415

    fields = (namespace.encode(), b"", b"sha512")
    bound = (*fields, hashlib.sha512(data).digest())
    raw, value = ciphers.sign(private, MAGIC + b"".join(map(wire.string, bound)))
    public = wire.string(ciphers.ED25519) + wire.string(raw)
    signed = wire.string(ciphers.ED25519) + wire.string(value)
    blob = MAGIC + struct.pack(">I", VERSION)
    return armoured(blob + b"".join(map(wire.string, (public, *fields, signed))))


def armoured(blob: bytes) -> bytes:
    """Return a signature as text, in lines of 70 as OpenSSH writes them."""
    text = base64.b64encode(blob)
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return b"\n".join([BEGIN, *lines, END, b""])


def fingerprint(key: bytes) -> str:
    """Return the fingerprint of a public key, as ``SHA256:…`` without padding."""
    digest = hashlib.sha256(key).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
