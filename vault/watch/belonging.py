# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which item a file belongs to, by where it lies and how it is called; else the best guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from vault.names import fold

Known = Callable[[str], str | None]
"""Gives the number of an item as the vault spells it, or None where there is none."""

LONGEST: Final = 32
TOKENS: Final = 400
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_GOES_ON: Final = re.compile(r"[-.][0-9]|[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Place:
    """The item a file belongs to, or may; ``why`` goes into a sentence, ``rank`` 0 is surest."""

    number: str
    why: str
    rank: int = 0


def place(path: str, top: str, manifest: str | None, known: Known, named: Known) -> Place | None:
    """Return the item a file belongs to beyond doubt, or None.

    ``top`` is the name of the watched folder, ``manifest`` the number in the ``item.toml`` beside
    the file, ``named`` finds the one item that has a file of this very name.  Only the folder a
    file lies in speaks for it: what lies in ``old/`` below is something else.
    """
    at = PurePosixPath(path)
    if manifest is not None:
        number = known(manifest)
        return Place(number, "the item.toml beside it says so") if number else None
    folder = at.parent.name or top
    if (number := number_at_start(folder, known)) is not None:
        return Place(number, f"its folder is called {folder}", 1)
    if (number := number_at_start(at.name, known)) is not None:
        return Place(number, "its name starts with the number", 2)
    if (number := named(at.name)) is not None:
        return Place(number, "it has a file of this name, and no other item has", 3)
    return None


def guess(path: str, top: str, known: Known, stems: Known, text: Callable[[], str]) -> Place | None:
    """Return the item a file may well belong to; a person decides.

    ``stems`` finds the one item with a file of this name and another extension, ``text`` gives the
    words on a drawing, read only where nothing nearer helps.
    """
    at = PurePosixPath(path)
    for folder in (*reversed(at.parent.parts), top):
        if (number := number_at_start(folder, known)) is not None:
            return Place(number, f"it lies below the folder {folder}", 4)
    for token in _tokens(at.name):
        if (number := number_at_start(token, known)) is not None:
            return Place(number, "the number stands in its name", 5)
    if (number := stems(at.stem)) is not None:
        return Place(number, f"it has a file called {at.stem} of another kind", 6)
    found = [number for token in _tokens(text()) if (number := known(token.strip("._-")))]
    if found:
        most = max(dict.fromkeys(found), key=found.count)
        return Place(most, "the number stands on the drawing", 7)
    return None


def number_at_start(name: str, known: Known) -> str | None:
    """Return the longest item number a name starts with, where the number ends there.

    ``10-0042_B.pdf`` and ``10-0042 Bracket`` start with 10-0042; ``10-0042.pdf`` does not start
    with an item 10, for its number goes on.
    """
    for end in range(min(len(name), LONGEST), 0, -1):
        if name[end - 1] in " ._-" or _GOES_ON.match(name, end):
            continue
        if (number := known(name[:end])) is not None:
            return number
    return None


def same(number: str, other: str) -> bool:
    """Say whether two numbers are of one item."""
    return fold(number) == fold(other)


def _tokens(text: str) -> Iterator[str]:
    """Yield words that may be numbers: with a digit, not too many of them."""
    for count, found in enumerate(_TOKEN.finditer(text)):
        if count >= TOKENS:
            return
        if any(sign.isdigit() for sign in found[0]):
            yield found[0]
