# SPDX-License-Identifier: AGPL-3.0-or-later
"""AWS Signature Version 4 in the headers of a request, as S3 wants it.

A pure function of the request, the keys and the time.  The digest of the body is part of what is
signed, so nobody on the way can change a byte even where the connection is plain HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

ALGORITHM: Final = "AWS4-HMAC-SHA256"
EMPTY: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs, and for which region; ``token`` belongs to keys that expire."""

    access: str
    secret: str
    token: str
    region: str


def encoded(path: str) -> str:
    """Return a path or key as it stands in the address and in what is signed."""
    return quote(path, safe="/~")


def query_of(query: Mapping[str, str]) -> str:
    """Return a query as it stands in the address and in what is signed."""
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed(
    method: str, host: str, path: str, query: str, headers: Mapping[str, str], body_sha256: str,
    keys: Keys, at: str,
) -> dict[str, str]:  # fmt: skip
    """Return the headers with those that sign them; ``path`` and ``query`` are encoded already.

    ``at`` is the time in UTC as ``20270301T093000Z``; header names are in lower case.
    """
    told = {**headers, "host": host, "x-amz-content-sha256": body_sha256, "x-amz-date": at}
    if keys.token:
        told["x-amz-security-token"] = keys.token
    names = ";".join(sorted(told))
    lines = "".join(f"{name}:{' '.join(told[name].split())}\n" for name in sorted(told))
    request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{body_sha256}"
    scope = f"{at[:8]}/{keys.region}/s3/aws4_request"
    text = f"{ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = _hmac(_key_of(keys.secret, at[:8], keys.region), text).hex()
    told["authorization"] = (
        f"{ALGORITHM} Credential={keys.access}/{scope},SignedHeaders={names},Signature={signature}"
    )
    return told


@lru_cache(maxsize=8)
def _key_of(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for step in (day, region, "s3", "aws4_request"):
        key = _hmac(key, step)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
