# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an uploaded file is, told by its bytes; a name that says something else is refused.

The list is of what is taken.  Nothing on it is ever run or shown as it came: pictures are drawn
anew, pages of PDFs are drawn in the worker, everything else leaves as an attachment only.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from traveler.quality.errors import FileNotTaken

HEAD: Final = 65_536
"""Bytes at the beginning of a file that tell what it is."""
_LONGEST: Final = 100
_MARKUP: Final = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|svg|script|iframe|object|embed|x?html:|math)\b"
    rb"|\bxmlns(?::\w+)?\s*=\s*[\"'][^\"']*(?:xhtml|svg)\b", re.IGNORECASE
)  # fmt: skip
_STEERING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of file: its MIME type, and the endings its name may have, the usual one first."""

    name: str
    endings: tuple[str, ...]

    @property
    def picture(self) -> bool:
        """Say whether it is a picture, to be drawn anew."""
        return self.name.startswith("image/")


JPEG: Final = Media("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG: Final = Media("image/png", ("png",))
WEBP: Final = Media("image/webp", ("webp",))
PDF: Final = Media("application/pdf", ("pdf",))
XML: Final = Media("application/xml", ("xml", "qif"))
TEXT: Final = Media("text/plain", ("txt", "csv", "tsv", "log", "md", "dfq", "dfd", "dfx", "rpt"))
OFFICE: Final = Media("application/vnd.openxmlformats", ("xlsx", "docx", "ods", "odt", "zip"))
STEP: Final = Media("model/step", ("stp", "step", "p21"))
_MAGIC: Final = MappingProxyType(
    {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"%PDF-": PDF, b"PK\x03\x04": OFFICE,
     b"ISO-10303-21;": STEP}
)  # fmt: skip


def media_of(name: str, head: bytes) -> Media:
    """Return what a file is; raises FileNotTaken where it is nothing we keep, or says it is other.

    A photo is taken whatever its name ends in, because only the picture drawn anew is shown.
    """
    if not head:
        raise FileNotTaken(name=name, why="it is empty")
    found = _by_bytes(head)
    ending = PurePosixPath(name).suffix[1:].casefold()
    if found is None:
        raise FileNotTaken(
            name=name,
            why="it is no picture (JPEG, PNG, WebP), PDF, text, table, XML, STEP or office file",
        )
    if found.picture:
        return found
    if ending in found.endings or (not ending and found is TEXT):
        return found
    told = f"its name ends in .{ending}" if ending else "its name has no ending"
    raise FileNotTaken(name=name, why=f"{told} and its bytes are {found.name}")


def tidy_name(text: str, media: Media | None = None) -> str:
    """Return a name to show and to send: its last part, without signs that steer anything.

    It never becomes a path of ours; still it must not become one of whoever saves the file.
    """
    last = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in _STEERING)
    kept = re.sub(r'[<>:"|?*]', "_", seen).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if media is not None and media.picture and ending.casefold() not in media.endings:
        stem, dot, ending = stem or kept or "photo", ".", media.endings[0]
    if not dot:
        stem, ending = kept or "file", ""
    return f"{stem[: _LONGEST - 12] or 'file'}{'.' if ending else ''}{ending[:10]}"


def _by_bytes(head: bytes) -> Media | None:
    for magic, media in _MAGIC.items():
        if head.startswith(magic):
            return media
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return _text(head)


def _text(head: bytes) -> Media | None:
    """Return XML or plain text, and nothing where a browser might take it for a page."""
    plain = head
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            plain = head[: len(head) // 2 * 2].decode("utf-16").encode()
        except UnicodeDecodeError:
            return None
    if re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", plain) or _MARKUP.search(plain):
        return None
    opening = plain.removeprefix(b"\xef\xbb\xbf").lstrip()
    return XML if opening.startswith(b"<") else TEXT
