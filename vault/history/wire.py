# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of OpenSSH's keys and signatures: strings with their length before them (RFC 4251)."""

from __future__ import annotations

import struct
from collections.abc import Iterator


class NotSigned(ValueError):
    """A signature or key that cannot be read or does not hold; the text says why."""


def string(data: bytes) -> bytes:
    """Return bytes with their length before them."""
    return struct.pack(">I", len(data)) + data


def first(blob: bytes) -> bytes:
    """Return the first string: what kind of key it is."""
    return next(_each(blob), b"")


def strings(blob: bytes, count: int) -> tuple[bytes, ...]:
    """Return the strings of a blob; raises NotSigned where there are not exactly so many."""
    found = tuple(_each(blob))
    if len(found) != count:
        raise NotSigned("it is cut off or has something behind its end")
    return found


def number(data: bytes) -> int:
    """Return the positive number in a string; raises NotSigned where it is none."""
    if not data or data[0] & 0x80:
        raise NotSigned("a number in it is not positive")
    return int.from_bytes(data, "big")


def _each(blob: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4], "big")
        end = at + 4 + size
        if len(blob) < at + 4 or end > len(blob):
            raise NotSigned("it is cut off")
        yield blob[at + 4 : end]
        at = end
