# SPDX-License-Identifier: AGPL-3.0-or-later
"""TOML as people write it: read strictly, and changed without losing a comment.

Reading is the standard library's; tomlkit, which keeps comments and order, is imported only where
a file is written, because it would cost every hook 50 ms at its start.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from typing import Any

LARGEST = 256 * 1024  # bytes
DEEPEST = 16  # levels
_BARE = re.compile("[A-Za-z0-9_-]+")


def read(data: bytes) -> dict[str, Any]:
    """Return the tables of a TOML file; raises ValueError with a reason a person can act on.

    Refused beside bad TOML: files over 256 KiB, numbers that are not finite (JSON has none), and
    nesting deeper than 16 levels.
    """
    if len(data) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    try:
        tables = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except RecursionError:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels") from None
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"it is not TOML: {fault}") from None
    _check(tables, 1)
    return tables


def plain(value: Any) -> Any:
    """Return a value of TOML as JSON has it: dates and times become ISO 8601 text."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | time) else value


def changed(previous: bytes | None, values: Mapping[str, Any]) -> bytes:
    """Return the file with these top-level keys set, all else as it was.

    A key whose plain value stays the same is not touched, so its spelling and comment stay too; a
    value of None removes the key.  Raises ValueError where the previous file cannot be read.
    """
    if not previous and all(_is_simple(key, value) for key, value in values.items()):
        return "".join(f'{key} = "{value}"\n' for key, value in values.items()).encode()
    import tomlkit  # noqa: PLC0415

    before = plain(read(previous or b""))
    document = tomlkit.parse((previous or b"").decode("utf-8-sig").replace("\r\n", "\n"))
    for key, value in values.items():
        if value is None:
            document.pop(key, None)
        elif key not in before or before[key] != value or type(before[key]) is not type(value):
            document[key] = value
    written = tomlkit.dumps(document).encode()
    after = {**before, **values}
    if plain(read(written)) != {key: value for key, value in after.items() if value is not None}:
        raise ValueError("it cannot be changed without losing something; edit it by hand")
    return written


def _is_simple(key: str, value: Any) -> bool:
    """Say whether a key and text need no quoting at all: nearly every new file has only such."""
    return (
        isinstance(value, str) and value.isprintable() and not set('"\\') & set(value)
        and _BARE.fullmatch(key) is not None
    )  # fmt: skip


def _check(value: Any, depth: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number in it is not finite")
    if depth > DEEPEST:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _check(one, depth + 1)
