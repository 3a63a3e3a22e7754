# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines git and a hook exchange: four hexadecimal digits of length, then the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

FLUSH: Final = b"0000"
LONGEST: Final = 65516  # bytes of text in one line


def read(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines up to the next flush; an end of the stream is one too."""
    while (head := stream.read(4)) not in {FLUSH, b""}:
        data = stream.read(int(head, 16) - 4)
        yield data.decode("utf-8", "surrogateescape").rstrip("\n")


def write(stream: BinaryIO, lines: Iterable[str]) -> None:
    """Write lines and a flush; a line that is too long loses its end."""
    for line in lines:
        data = line.encode("utf-8", "surrogateescape")[:LONGEST]
        stream.write(b"%04x" % (len(data) + 4) + data)
    stream.write(FLUSH)
    stream.flush()
