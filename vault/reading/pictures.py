# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and facts of files, for everybody outside the worker process.

A page picture is made once for each content and width and kept under ``<vault>/cache/pages``; the
name is the SHA-256 of the bytes, so a picture can never belong to another revision, and the whole
folder may be removed at any time.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from vault import derived, trimming
from vault.objects.store import Digest
from vault.worker import Worker

WIDTHS = (160, 320, 640, 960, 1280, 1920, 2560, 3840, 5120)
TILE_WIDTHS: Final = tuple(1920 << level for level in range(1, 8))
"""How wide the whole page may be whose squares are asked for; an A0 sheet at 5,000 dpi."""
KEPT_WIDTH: Final = 7680
PHOTOS: Final = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
PREVIEWS: Final[Mapping[str, str]] = {
    ".fcstd": "thumbnails/Thumbnail.png", ".3mf": "Metadata/thumbnail.png",
}  # fmt: skip
"""The picture that programs put into their files, by the ending of the file."""
LARGEST_PHOTO: Final = 4096  # points of the longer side


class PathStore(Protocol):
    """What is needed of the object store: a local path of bytes that were checked."""

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return where the bytes lie; refusals call them by this name."""
        ...


class PictureSource(Protocol):
    """What is needed of a vault, so that this module stands below it."""

    @property
    def root(self) -> Path:
        """The folder of the vault."""
        ...

    @property
    def objects(self) -> PathStore:
        """Its object store."""
        ...

    @property
    def worker(self) -> Worker:
        """Its worker process."""
        ...


def facts(worker: Worker, path: Path, name: str = "") -> dict[str, Any]:
    """Return what a PDF says about itself, see ``vault.reading.pdf.facts``.

    Raises:
        UnreadableFile: it is not a PDF, damaged, locked with a password, or has no pages.
        WorkerGaveUp: it took more time or memory than a drawing may.
    """
    return worker.call("vault.reading.pdf:facts", path=path, name=name or path.name)


def page_picture(
    vault: PictureSource, digest: Digest, page: int, width: int, name: str = ""
) -> Path:
    """Return the path of a grey PNG of a page, as wide as asked or a little wider.

    Only the widths in ``WIDTHS`` (pixels) are made, else anybody could fill the disk by asking for
    every number.  Pages count from 1.  Raises what ``facts`` raises.
    """
    return _picture(
        vault, digest.sha256, page, width, name, lambda: vault.objects.path(digest, name)
    )


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes whose pictures are kept under a key, and the way to them; ``path`` is asked if needed.

    The key is the SHA-256 of the bytes, or the name of a file under ``cache`` that tells as much.
    """

    key: str
    path: Callable[[], Path]
    name: str


def page_of(vault: PictureSource, source: Source, page: int, width: int) -> Path:
    """Return what ``page_picture`` does, for any source."""
    return _picture(vault, source.key, page, width, source.name, source.path)


def sizes(vault: PictureSource, source: Source) -> list[tuple[float, float]]:
    """Return the sizes of the pages in points; the first 500 of them.  Raises what ``facts`` does."""
    kept = vault.root / "cache" / "pages" / source.key[:2] / f"{source.key}.sizes"
    try:
        trimming.used(kept)
        told = json.loads(kept.read_text("utf-8"))
    except (OSError, ValueError):
        told = vault.worker.call("vault.reading.pdf:sizes", path=source.path(), name=source.name)
        with _kept_at(vault.root, kept) as aside:
            aside.write_text(json.dumps(told), "utf-8")
    return [(wide, high) for wide, high in told["sizes"]]


def tile(
    vault: PictureSource, source: Source, page: int, wide: int, column: int, row: int
) -> bytes:
    """Return a square of a page as a grey PNG, where the whole page would be so many pixels wide.

    Squares of the coarse widths are kept, which few pages have many of; the fine ones are drawn
    again, else anybody could fill the disk.  Raises what ``facts`` does.
    """
    if wide not in TILE_WIDTHS:
        raise ValueError(wide)
    name = f"{source.key}-{page}-{wide}-{column}-{row}.png"
    kept = vault.root / "cache" / "pages" / source.key[:2] / name
    if wide <= KEPT_WIDTH:
        with contextlib.suppress(OSError):
            trimming.used(kept)
            return kept.read_bytes()
    aside = kept.with_name(f".{secrets.token_hex(8)}.aside")
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        vault.worker.call(
            "vault.reading.pdf:tile", path=source.path(), page=page, wide=wide, column=column,
            row=row, out=aside, name=source.name,
        )  # fmt: skip
        data = aside.read_bytes()
        if wide <= KEPT_WIDTH:
            aside.replace(kept)
            derived.added(vault.root, kept)
    finally:
        aside.unlink(missing_ok=True)
    return data


def photo(vault: PictureSource, source: Source, width: int) -> Path:
    """Return a photo, or the preview picture in a file, written anew: PNG or JPEG.

    Its longer side has so many points or a few more, up to ``LARGEST_PHOTO``.  Raises UnreadableFile,
    WorkerGaveUp.
    """
    step = next((one for one in WIDTHS if one >= width), LARGEST_PHOTO)
    step = min(step, LARGEST_PHOTO)
    kept = vault.root / "cache" / "pages" / source.key[:2] / f"{source.key}-photo-{step}"
    if not trimming.used(kept):
        packed = Path(source.name).suffix.lower() in PREVIEWS
        task = "vault.reading.graphic:preview" if packed else "vault.reading.graphic:anew"
        with _kept_at(vault.root, kept) as aside:
            vault.worker.call(task, path=source.path(), out=aside, longest=step, name=source.name)
    return kept


@contextmanager
def _kept_at(root: Path, kept: Path) -> Iterator[Path]:
    """Give a place beside, and take what was written there over as a whole."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_name(f".{secrets.token_hex(8)}.aside")
    try:
        yield aside
        aside.replace(kept)
        derived.added(root, kept)
    finally:
        aside.unlink(missing_ok=True)


def _picture(
    vault: PictureSource, key: str, page: int, width: int, name: str, source: Callable[[], Path]
) -> Path:
    step = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
    folder = vault.root / "cache" / "pages" / key[:2]
    kept = folder / f"{key}-{page}-{step}.png"
    if trimming.used(kept):
        return kept
    with _kept_at(vault.root, kept) as aside:
        vault.worker.call(
            "vault.reading.pdf:page_image",
            path=source(), page=page, width=step, out=aside, name=name or key[:12],
        )  # fmt: skip
    return kept
