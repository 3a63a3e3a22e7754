# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of a bucket as the settings write it: ``s3://bucket/prefix?endpoint=…&region=…``.

No key or password has a place in it: the settings are copied into backups and shown to people,
while credentials come from the usual AWS environment or profile of whoever runs the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

SCHEME = "s3"
LARGEST_CACHE = 10 * 1024**3  # bytes of copies at hand
HOLD_YEARS = 10
OPTIONS = ("endpoint", "region", "profile")

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_STEP = re.compile(r"[^\x00-\x1f\x7f/]{1,255}")


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket, the folder in it, and how to reach it; empty texts mean what AWS would do."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    profile: str = ""

    def key(self, path: str) -> str:
        """Return the key of a path in the store."""
        return f"{self.prefix}/{path}" if self.prefix else path

    def __str__(self) -> str:
        """Write the address as ``parse`` reads it."""
        options = {name: getattr(self, name) for name in OPTIONS if getattr(self, name)}
        query = f"?{urlencode(options, safe=':/')}" if options else ""
        return f"{SCHEME}://{self.bucket}{'/' if self.prefix else ''}{quote(self.prefix)}{query}"


def parse(url: str) -> Address:
    """Return the address of a text; raises ValueError, whose words follow the setting's name."""
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        raise ValueError("is no address in s3://")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError("holds more than bucket, folder and options; keys come from AWS_PROFILE"
                         " or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")  # fmt: skip
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError("names no bucket (3 to 63 of a-z 0-9 . -)")
    prefix = unquote(parts.path).strip("/")
    steps = prefix.split("/") if prefix else []
    if not all(_STEP.fullmatch(step) and step not in {".", ".."} for step in steps):
        raise ValueError("names no folder of a bucket")
    return Address(parts.netloc, prefix, **_options(parts.query))


def fault(url: str) -> str | None:
    """Return what is wrong with an address, as words that follow the setting's name, or None."""
    try:
        parse(url)
    except ValueError as found:
        return str(found)
    return None


def _options(query: str) -> dict[str, str]:
    found = dict(parse_qsl(query, keep_blank_values=True))
    strange = sorted(set(found) - set(OPTIONS))
    if strange:
        raise ValueError(f"has the option {strange[0]}, which is none of {', '.join(OPTIONS)}")
    endpoint = urlsplit(found.get("endpoint", ""))
    if "endpoint" in found and (
        endpoint.scheme not in {"http", "https"} or not endpoint.hostname
        or endpoint.path.strip("/") or endpoint.query or "@" in endpoint.netloc
    ):  # fmt: skip
        raise ValueError("has an endpoint that is no http:// or https:// address of a host")
    return {name: value.rstrip("/") for name, value in found.items()}
