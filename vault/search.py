# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type into the search box, as SQLite's full-text index understands it.

Every word is quoted, so that no sign of theirs is an operator of the query language, and every word
may be the beginning of a longer one, because numbers are typed from memory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MOST_WORDS = 12
LONGEST = 200  # characters of a search
AROUND = 60  # characters shown on either side of the first find

TEXT_OF_FILE = 40_000  # characters of a file that are searched
TEXT_OF_FILES = 200_000  # of an item

_AFTER_NAME, _BETWEEN = " \x1f ", " \x1e "
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and whether it is what was searched for."""

    text: str
    found: bool


def query(words: str) -> str | None:
    """Return the query of an FTS5 MATCH, or None where nothing of it can be searched.

    Signs within a word split it as they split the indexed text, so ``10-00`` finds ``10-0042``.
    """
    typed = unicodedata.normalize("NFC", words[:LONGEST]).split()[:MOST_WORDS]
    quoted = [f'"{" ".join(tokens)}"*' for word in typed if (tokens := _TOKEN.findall(word))]
    return " AND ".join(quoted) or None


def marked(text: str, words: str) -> tuple[Piece, ...]:
    """Return the part of a text around the first find, cut into what was found and what was not.

    A page shows the pieces as they are, so nothing of the text can become markup.
    """
    wanted = tuple(_bare(token) for token in _TOKEN.findall(words[:LONGEST]))
    finds = [one.span() for one in _TOKEN.finditer(text) if _bare(one[0]).startswith(wanted)]
    if not wanted or not finds:
        return ()
    start, end = max(0, finds[0][0] - AROUND), min(len(text), finds[0][1] + AROUND)
    cuts = [start, *(place for find in finds if find[1] <= end for place in find), end]
    found = [Piece(text[one:two], bool(at % 2)) for at, (one, two) in enumerate(pairwise(cuts))]
    return tuple(piece for piece in found if piece.text)


def joined(files: Mapping[str, str]) -> str:
    """Return the texts of files as one to be indexed, in which each stands after its file's name."""
    told = []
    for name, text in sorted(files.items()):
        words = " ".join(text.split())[:TEXT_OF_FILE]
        told.append(f"{name}{_AFTER_NAME}{words}")
    return _BETWEEN.join(told)[:TEXT_OF_FILES]


def in_files(drawn: str, words: str, elsewhere: str) -> tuple[str, tuple[Piece, ...]]:
    """Return the file and the text around a find that is nowhere but in the text of files.

    ``drawn`` is as ``joined`` wrote it; nothing comes back where every word is found elsewhere.
    """
    wanted = [_bare(token) for token in _TOKEN.findall(words[:LONGEST])]
    known = [_bare(token) for token in _TOKEN.findall(elsewhere)] if drawn else []
    missing = [word for word in wanted if not any(one.startswith(word) for one in known)]
    if not drawn or not missing:
        return "", ()
    starts = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, missing))})", re.IGNORECASE)
    for part in drawn.split(_BETWEEN):
        name, _mark, text = part.partition(_AFTER_NAME)
        found = starts.search(text) or starts.search(_spaced(text))
        if found is None and starts.search(name):
            return name, marked(name, " ".join(missing))
        if found is not None:
            window = text[max(0, found.start() - 3 * AROUND) : found.end() + 3 * AROUND]
            if pieces := marked(window, " ".join(missing)):
                return name, pieces
    return "", ()


def _spaced(text: str) -> str:
    """Return a text without accents, every sign at its place; nothing where it has none."""
    if text.isascii():
        return ""
    return "".join(unicodedata.normalize("NFD", sign)[0] for sign in text)


def text_of(metadata: Mapping[str, Any]) -> str:
    """Return all keys and values of metadata as one text to be indexed."""
    return " ".join(_texts(metadata))


def _bare(token: str) -> str:
    """Return a token without case and accents, as the index compares it."""
    apart = unicodedata.normalize("NFD", token)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
