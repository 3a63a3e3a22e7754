# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words on a DXF drawing: a task of the worker process.

Only the text entities of ASCII DXF are read (AutoCAD DXF Reference, group codes 1 and 3), by their
group codes and without any idea of geometry, so nothing of a hostile file can lead anywhere.
Binary DXF has no words here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

LARGEST: Final = 64 << 20  # bytes that are looked at
TEXT: Final = 200_000  # characters kept
LONGEST_LINE: Final = 4096

_SPOKEN = {"TEXT", "MTEXT", "ATTRIB", "ATTDEF", "DIMENSION", "MULTILEADER", "LEADER", "TOLERANCE",
           "ARCALIGNEDTEXT", "RTEXT", "ACAD_TABLE"}  # fmt: skip
_SIGNS = {"c": "Ø", "d": "°", "p": "±", "%": "%", "u": "", "o": "", "k": ""}
_PERCENT = re.compile(r"%%([a-zA-Z%])")
_BY_NUMBER = re.compile(r"%%([0-9]{3})|\\U\+([0-9A-Fa-f]{4})")
_STYLE = re.compile(r"\\[ACcFfHhQTWp][^;\\{}]{0,200};")
_STACK = re.compile(r"\\S([^;\\{}^/#]{0,60})[\^/#]([^;\\{}]{0,60});")
_SWITCH = re.compile(r"\\[LlOoKk]")


def words(path: str, name: str = "") -> dict[str, Any]:
    """Return the text of a drawing, whatever is in the file; nothing where it is no ASCII DXF."""
    del name  # every task of the worker is given one
    with Path(path).open("rb") as file:
        return {"text": of(file.read(LARGEST))}


def of(data: bytes) -> str:
    """Return the words of a DXF's text entities, one entity a line."""
    if b"\0" in data[:4096]:
        return ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    kept: list[str] = []
    room = TEXT
    for one in _entities(text):
        said = plain(one)
        if said and room > 0:
            kept.append(said[:room])
            room -= len(said) + 1
    return "\n".join(kept)


def plain(text: str) -> str:
    """Return the text of an entity without its formatting: ``%%c50`` is ``Ø50``."""
    text = _PERCENT.sub(lambda found: _SIGNS.get(found[1].lower(), ""), text)
    text = _BY_NUMBER.sub(
        lambda found: chr(int(found[1] or "0") or int(found[2] or "20", 16)), text
    )
    text = _STACK.sub(r" \1/\2", text)
    text = _SWITCH.sub("", _STYLE.sub("", text))
    text = text.replace("\\P", " ").replace("\\~", " ").replace("\\X", " ")
    text = text.replace("{", "").replace("}", "").replace("\\\\", "\\")
    return " ".join(sign for sign in text.split() if sign.isprintable())


def _entities(text: str) -> Iterator[str]:
    """Yield the raw text of each entity that has one; pieces of a long one are put together."""
    lines = iter(text.splitlines())
    spoken, pieces = False, [""]
    for code, value in zip(lines, lines, strict=False):
        group = code.strip()
        if group == "0":
            if pieces != [""]:
                yield "".join(pieces)
            spoken, pieces = value.strip().upper() in _SPOKEN, [""]
        elif spoken and group in {"1", "3", "304"}:
            pieces.append(value[:LONGEST_LINE])
    if pieces != [""]:
        yield "".join(pieces)
