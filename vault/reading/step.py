# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a STEP file says about itself: a task of the worker process.

The strings of the header (ISO 10303-21, 8) and the names of the products in it are read; geometry
is not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

LARGEST: Final = 16 << 20  # bytes in which products are looked for
HEADER: Final = 256 << 10
TEXT: Final = 50_000  # characters kept
PRODUCTS: Final = 2_000

_STRING = re.compile(r"'((?:[^']|''){0,2000})'")
_PRODUCT = re.compile(r"=\s{0,8}PRODUCT\s{0,8}\(([^;]{0,2000});")
_WIDE = re.compile(r"\\X2\\((?:[0-9A-Fa-f]{4}){1,200})\\X0\\")
_WIDER = re.compile(r"\\X4\\((?:[0-9A-Fa-f]{8}){1,200})\\X0\\")
_BYTE = re.compile(r"\\X\\([0-9A-Fa-f]{2})")
_SHIFTED = re.compile(r"\\S\\([ -~])")


def words(path: str, name: str = "") -> dict[str, Any]:
    """Return the strings of a STEP file, whatever is in it; nothing where it has no header."""
    del name  # every task of the worker is given one
    with Path(path).open("rb") as file:
        return {"text": of(file.read(LARGEST))}


def of(data: bytes) -> str:
    """Return the strings of the header and of the products, each once, one a line."""
    begun = data[:1024].find(b"ISO-10303-21")
    if begun < 0:
        return ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    head, _end, body = text.partition("ENDSEC")
    found = _STRING.findall(head[:HEADER])
    for place, product in enumerate(_PRODUCT.finditer(body)):
        if place >= PRODUCTS:
            break
        found += _STRING.findall(product[1])
    said = dict.fromkeys(one for raw in found if (one := plain(raw)))
    return "\n".join(said)[:TEXT]


def plain(text: str) -> str:
    """Return a string as it was meant: doubled quotes and the escapes of ISO 10303-21, 6.4.3."""
    text = _WIDE.sub(lambda found: _wide(found[1], "utf-16-be"), text)
    text = _WIDER.sub(lambda found: _wide(found[1], "utf-32-be"), text)
    text = _BYTE.sub(lambda found: chr(int(found[1], 16)), text)
    text = _SHIFTED.sub(lambda found: chr(ord(found[1]) + 128), text)
    text = text.replace("''", "'").replace("\\\\", "\\")
    return " ".join(part for part in text.split() if part.isprintable())


def _wide(digits: str, encoding: str) -> str:
    return bytes.fromhex(digits).decode(encoding, "replace")
