# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which files of an item are text with a grammar, and who can read them.

The grammar of a route belongs to the floor above, so the vault finds its
readers by the entry points ``titleblock.grammars`` instead of importing them.
"""

from __future__ import annotations

# importlib.metadata is imported when a reader is looked for: it costs every hook 20 ms.
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from vault import item

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

KEPT_IN_GIT: Final = frozenset({item.FILE, "route.toml", "bom.csv", "characteristics.csv"})
TEXT_ENDINGS: Final = (".md", ".txt")
LARGEST_TEXT: Final = 256 * 1024


def may_be_text(name: str) -> bool:
    """Say whether a file of this name can be such text, so that others need not be read for it."""
    return name in KEPT_IN_GIT or name.lower().endswith(TEXT_ENDINGS)


def is_text(name: str, data: bytes) -> bool:
    """Say whether a file is small text that lives in git itself, where it can be compared."""
    if not may_be_text(name) or len(data) > LARGEST_TEXT or b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def check(name: str, data: bytes, where: str) -> None:
    """Raise BadManifest where a file that has a grammar does not follow it."""
    if name == item.FILE:
        item.parse(data, where)
    reader = _readers().get(name)
    if reader is not None:
        reader.load()(data, where)


def parsed(name: str, data: bytes, where: str) -> Any:
    """Return what the reader of a file with a grammar of its own makes of it; raises BadManifest.

    None where there is no reader, or one that only checks.
    """
    reader = _readers().get(name)
    return None if reader is None else reader.load()(data, where)


@cache
def _readers() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - see the top of the file

    return {one.name: one for one in entry_points(group="titleblock.grammars")}
