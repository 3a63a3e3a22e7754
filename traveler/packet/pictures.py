# SPDX-License-Identifier: AGPL-3.0-or-later
"""The photos of a packet, made ready for paper: with the marks people drew, and as small as paper needs.

A photo goes into the zip as it was drawn anew; where somebody marked it, a copy with the marks lies
beside it, and that copy is what the pages show.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from traveler.packet.packing import sha256_of
from traveler.packet.sections import Enclosed, Gathered, Picture
from vault.home import Vault

LARGEST: Final = 1280
"""Pixels of a photo's longer side on paper; the zip holds it whole."""
Progress = Callable[[int], None]
"""Is told how many more of a hundred points are done."""
POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A photo for paper, and the marked copy of it where there is one."""

    small: Picture
    copy: Enclosed | None


def drawn(
    vault: Vault, gathered: Gathered, folder: Path, progress: Progress
) -> tuple[Gathered, list[dict[str, Any]]]:
    """Return the same with its photos drawn for paper, two at a time, and what was marked.

    Sixty points; raises what reading damaged bytes raises.
    """
    photos = [one for section in gathered.sections for one in section.blocks
              if isinstance(one, Picture)]  # fmt: skip
    made, done = list[_Drawn](), 0
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda told: _one(vault, told[1], folder / str(told[0])),
                           enumerate(photos))  # fmt: skip
        for at, one in enumerate(results):
            made.append(one)
            progress(POINTS * (at + 1) // len(photos) - done)
            done = POINTS * (at + 1) // len(photos)
    progress(POINTS - done)
    left = iter(made)
    sections = tuple(
        replace(section, blocks=[next(left).small if isinstance(one, Picture) else one
                                 for one in section.blocks])
        for section in gathered.sections
    )  # fmt: skip
    copies = [(photo, one.copy) for photo, one in zip(photos, made, strict=True)
              if one.copy is not None]  # fmt: skip
    files = (*gathered.files, *(copy for _photo, copy in copies))
    told = [_told(photo, copy) for photo, copy in copies]
    return replace(gathered, sections=sections, files=files), told


def marked_name(name: str) -> str:
    """Return what the marked copy of a photo is called in the zip."""
    place = PurePosixPath(name)
    return str(place.with_name(f"{place.stem}-marked.jpg"))


def _one(vault: Vault, photo: Picture, aside: Path) -> _Drawn:
    source, copy = photo.path, None
    if photo.marks:
        source = aside.with_suffix(".marked")
        vault.worker.call(
            "traveler.packet.marks_draw:marked", path=photo.path, out=source,
            marks=[dict(one) for one in photo.marks], wide=photo.wide, high=photo.high,
            name=photo.caption,
        )  # fmt: skip
        copy = Enclosed(marked_name(photo.name), source, sha256_of(source), "photos")
    out = aside.with_suffix(".jpg")
    size = vault.worker.call("vault.reading.photo:reduced", path=source, out=out, longest=LARGEST,
                             name=photo.caption)  # fmt: skip
    return _Drawn(replace(photo, path=out, wide=size["wide"], high=size["high"]), copy)


def _told(photo: Picture, copy: Enclosed) -> dict[str, Any]:
    return {
        "photo": photo.name, "marked": copy.name, "by": photo.marked[0], "at": photo.marked[1],
        "marks": [dict(one) for one in photo.marks],
    }  # fmt: skip
