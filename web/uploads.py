# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files people send as evidence: written aside under names of ours, shown under tidy ones.

A camera's names are of no use and a stranger's may steer something, so none is refused for its
name alone and none becomes part of a path.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import request

from traveler.quality import media
from web.errors import NotReadable
from web.visitor import vault

_HELD: Final = re.compile("[0-9a-f]{64}")


@contextmanager
def sent(field: str) -> Iterator[dict[str, Path]]:
    """Give the files of a field by the names they are shown by; two of one name are told apart."""
    aside = vault().cache / "uploads"
    aside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="evidence-", dir=aside) as folder:
        kept: dict[str, Path] = {}
        for place, one in enumerate(each for each in request.files.getlist(field) if each.filename):
            name = media.tidy_name(one.filename or "")
            stem, dot, ending = name.rpartition(".")
            while name in kept:
                name = f"{stem or name}-{place + 1}{dot}{ending if dot else ''}"
            kept[name] = Path(folder) / str(place)
            one.save(kept[name])
        yield kept


def hold(path: Path) -> str:
    """Keep a file between the page that shows what is in it and the one that takes it.

    Returns its sha256; anybody who can say it has had the file in hand.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    place = _place(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(path.read_bytes())
    return digest


def held(digest: str) -> Path:
    """Return a file that was held; raises NotReadable where it is not there any more."""
    place = _place(digest) if _HELD.fullmatch(digest) else None
    if place is None or not place.is_file():
        raise NotReadable(why="the file is not here any more; choose it again")
    return place


def let_go(digest: str) -> None:
    """Forget a file that was taken."""
    _place(digest).unlink(missing_ok=True)


def _place(digest: str) -> Path:
    return vault().cache / "held" / digest
