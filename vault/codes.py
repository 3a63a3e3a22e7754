# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes behind every QR, and the addresses they stand in.

A code is 26 signs of Crockford's base 32, that is 130 random bits: nobody can guess one, a person
can type it, and it fits the alphanumeric mode of a QR, which makes the modules larger on paper.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from vault import clock
from vault.errors import BadCode

SIGNS = 26
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KINDS = frozenset("rtcpb")  # release stamp, traveler, copy, packet, badge

_CODE = re.compile(f"[{ALPHABET}]{{{SIGNS}}}")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_TAIL = re.compile(r"/([rtcpbRTCPB])/([^/?#]+)/?(?:[?#].*)?", re.ASCII)


def new_code() -> str:
    """Return a code nobody has seen before: 130 bits of the system's randomness."""
    number = secrets.randbits(SIGNS * 5)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, SIGNS * 5, 5))


def normal_code(text: str) -> str:
    """Return a typed or scanned code as it is stored; raises BadCode.

    Case, grouping by spaces or hyphens, and the look-alikes O, I and L are forgiven, as Crockford
    has it, because people read these signs from oily paper.
    """
    code = text.strip().upper().translate(_LOOKALIKES) if text.isascii() else ""
    if not _CODE.fullmatch(code):
        raise BadCode(code=text)
    return code


def hashed(code: str) -> str:
    """Return the SHA-256 of a code, all that is kept where knowing the code is the permission."""
    return hashlib.sha256(normal_code(code).encode("ascii")).hexdigest()


def life(expires_at: str, revoked_at: str | None) -> str:
    """Return whether an address opens: it is ``live``, or it is ``expired`` or ``withdrawn``."""
    if revoked_at is not None:
        return "withdrawn"
    return "expired" if expires_at <= clock.now() else "live"


def qr_address(public_url: str, kind: str, code: str) -> str:
    """Return the address printed as a QR, ``HTTPS://SHOP.EXAMPLE/R/…``.

    Scheme and host know no case, so they are raised; a path in the base address keeps its own.
    """
    if kind not in KINDS:
        raise ValueError(f"no address of kind {kind!r}")
    base = urlsplit(public_url)
    root = f"{base.scheme}://{base.netloc}".upper() + base.path.rstrip("/")
    return f"{root}/{kind.upper()}/{normal_code(code)}"


def parse_qr(text: str) -> tuple[str, str]:
    """Return the kind and the code of a scanned address, whatever host it names; raises BadCode.

    The host is not compared: a shop that moved to another address has old prints on the floor.
    """
    address = text.strip()
    start = max(address.lower().rfind(f"/{kind}/") for kind in KINDS)
    tail = _TAIL.fullmatch(address, max(start, 0))
    if not tail:
        raise BadCode(code=text)
    return tail[1].lower(), normal_code(tail[2])
