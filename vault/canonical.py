# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON with one spelling, because what is hashed and signed must not depend on the writer."""

from __future__ import annotations

import json
from typing import Any


def dumps(value: Any) -> bytes:
    """Return the one spelling: sorted keys, no spaces, UTF-8; refuses NaN and infinities."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def pretty(value: Any) -> bytes:
    """Return the same value for people and ``git diff``: sorted, indented, ending in a newline."""
    return (
        json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def loads(data: bytes) -> Any:
    """Return the value of JSON bytes; raises ValueError where they are not JSON."""
    return json.loads(data)
