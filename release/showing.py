# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files as they are shown: as sheets, models, programs, tables, pictures; or why they are not.

What is looked at is what stands: of a revision that is not current, drawings say so across every
page.  Nothing of a foreign format is opened here; pictures are made by the worker and kept by the
SHA-256 of what they show.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from release import marking, shelf
from release.log import ReleaseLog, Revision
from vault import derived, trimming
from vault.errors import NoSuchFile, UnreadableFile
from vault.home import Vault
from vault.reading import models, pictures, refused, texts
from vault.reading.pictures import Source

POINTS_PER_MM: Final = 72 / 25.4
TEXTS: Final = frozenset({
    ".txt", ".md", ".log", ".json", ".xml", ".svg", ".yaml", ".yml", ".ini", ".cfg", ".conf",
    ".rst", ".csv", ".tsv", ".toml", ".bom", ".htm", ".html", ".py", ".scad", ".lib", ".tol",
    ".prn", ".dmis", ".dmo",
})  # fmt: skip
TABLES: Final = frozenset({".csv", ".tsv", ".toml"})
DRAWN_VERSION: Final = 1
SMALL_PX: Final = 320

SHEETS, DRAWING, PHOTO, PREVIEW = "sheets", "drawing", "photo", "preview"
MODEL, PROGRAM, TABLE, TEXT, NOTHING = "model", "program", "table", "text", "nothing"
PAGED: Final = frozenset({SHEETS, DRAWING})
FLAT: Final = frozenset({SHEETS, DRAWING, PHOTO, PREVIEW})
PICTURED: Final = FLAT | {MODEL}
"""Kinds that have a picture; those of ``FLAT`` are looked at as one, and closer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file somebody may look at: its name, the key of its content, and the way to its bytes."""

    name: str
    key: str
    path: Callable[[], Path]

    @property
    def kind(self) -> str:
        """Return as what it is shown."""
        return kind(self.name)

    @property
    def source(self) -> Source:
        """Return it as what pictures are made of."""
        return Source(self.key, self.path, self.name)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was made: where it lies, and a name of its content for caches."""

    path: Path
    tag: str


def kind(name: str) -> str:
    """Return as what a file is shown, by its ending; what else it may be, its reader finds out."""
    ending = Path(name).suffix.lower()
    known = ((SHEETS, ending == ".pdf"), (DRAWING, ending == ".dxf"), (MODEL, models.is_model(name)),
             (PHOTO, ending in pictures.PHOTOS), (PREVIEW, ending in pictures.PREVIEWS),
             (PROGRAM, texts.is_program(name)), (TABLE, ending in TABLES),
             (TEXT, ending in TEXTS))  # fmt: skip
    return next((kind for kind, fits in known if fits), NOTHING)


def why_not(name: str) -> str:
    """Return why a file of no kind we know is not shown."""
    ending = Path(name).suffix
    called = f"Files that end in {ending}" if ending else "Files without an ending"
    return f"{called} can only be opened by the program that makes them, so there is no picture."


def as_it_stands(vault: Vault, revision: Revision, name: str) -> Shown:
    """Return a released file as it may be looked at now; raises NoSuchFile, UnstampableFile."""
    log = ReleaseLog(vault)
    file = revision.file(name)
    if file.stamped is not None and log.standing(revision.number, revision.rev) != "current":
        marked = marking.as_it_stands(vault, revision, name)
        return Shown(name, marked.stem, lambda: marked)
    return released(vault, revision, name)


def released(vault: Vault, revision: Revision, name: str) -> Shown:
    """Return a released file as it was released; raises NoSuchFile."""
    file = revision.file(name)
    sha256 = file.stamped.sha256 if file.stamped else file.sha256
    return Shown(name, sha256, lambda: ReleaseLog(vault).path(revision, name))


def working(vault: Vault, number: str, name: str) -> Shown:
    """Return a file as it lies on ``main``; raises NoSuchItem, NoSuchFile."""
    for told in shelf.files(vault, number, None):
        if told["name"] == name:
            return _of_facts(vault, number, told)
    raise NoSuchFile(where=number, name=name)


def _of_facts(vault: Vault, number: str, told: dict[str, object]) -> Shown:
    name, sha256 = str(told["name"]), str(told["sha256"])
    return Shown(name, sha256, lambda: shelf.working_path(vault, number, name))


def faces(names: Iterable[str], number: str) -> list[str]:
    """Return the files an item is recognised by, the best first: one of each kind of picture.

    A small picture of the part itself tells more than one of its sheet, which looks like any other.
    """
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda one: (not one.lower().startswith(number.lower()), one)):
        found.setdefault(kind(name), name)
    return [found[one] for one in _ORDER if one in found]


_ORDER: Final = (MODEL, SHEETS, DRAWING, PHOTO, PREVIEW)


# --- pictures -------------------------------------------------------------------------------------


def sizes(vault: Vault, shown: Shown) -> list[tuple[float, float]]:
    """Return the sizes of the pages of a drawing in millimetres.

    Raises UnreadableFile or WorkerGaveUp with the reason why there are none to be shown.
    """
    with refused.remembered(_refusal(vault, shown), shown.name):
        found = pictures.sizes(vault, _pages(vault, shown))
    return [(wide / POINTS_PER_MM, high / POINTS_PER_MM) for wide, high in found]


def picture(vault: Vault, shown: Shown, page: int, width: int) -> Picture | None:
    """Return a picture of a page, or the only one there is of a file; None while it is being made.

    Raises UnreadableFile, WorkerGaveUp, NoModelReader.
    """
    if shown.kind == MODEL:
        model = models.ready(vault.root, shown.key, shown.path, shown.name)
        if model is None:
            return None
        small = width <= SMALL_PX
        tag = f"{shown.key}-model{'-small' if small else ''}"
        return Picture(model.small if small else model.picture, tag)
    with refused.remembered(_refusal(vault, shown), shown.name):
        if shown.kind in PAGED:
            path = pictures.page_of(vault, _pages(vault, shown), page, width)
        elif shown.kind in {PHOTO, PREVIEW} and page == 1:
            path = pictures.photo(vault, shown.source, width)
        else:
            raise UnreadableFile(name=shown.name, reason="there is no picture of it")
    return Picture(path, path.stem)


def tile(vault: Vault, shown: Shown, page: int, wide: int, place: tuple[int, int]) -> bytes:
    """Return a square of a page as a PNG; raises UnreadableFile, WorkerGaveUp."""
    if shown.kind not in PAGED or wide not in pictures.TILE_WIDTHS:
        raise UnreadableFile(name=shown.name, reason="there is nothing at that place of it")
    return pictures.tile(vault, _pages(vault, shown), page, wide, *place)


def _pages(vault: Vault, shown: Shown) -> Source:
    if shown.kind != DRAWING:
        return shown.source
    drawn = vault.cache / "drawn" / shown.key[:2] / f"{shown.key}-{DRAWN_VERSION}.pdf"
    return Source(drawn.stem, lambda: _drawn(vault, shown, drawn), shown.name)


def _drawn(vault: Vault, shown: Shown, kept: Path) -> Path:
    """Return a DXF drawing as a PDF, drawn where that was not done yet."""
    if trimming.used(kept):
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    folder = kept.with_name(f".{secrets.token_hex(8)}.aside")
    folder.mkdir()
    try:
        vault.worker.call(
            "release.redline.drawn:both", before="", after=shown.path(), folder=folder,
            name=shown.name,
        )  # fmt: skip
        (folder / "after.pdf").replace(kept)
        derived.added(vault.root, kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return kept


def _refusal(vault: Vault, shown: Shown) -> Path:
    place: Path = vault.cache / "pages" / shown.key[:2] / f"{shown.key}-{shown.kind}.refused"
    return place
