# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and facts of files, for everybody outside the worker process.

A page picture is made once for each content and width and kept under ``<vault>/cache/pages``; the
name is the SHA-256 of the bytes, so a picture can never belong to another revision, and the whole
folder may be removed at any time.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from vault.objects.store import Digest
from vault.worker import Worker

WIDTHS = (160, 320, 640, 960, 1280, 1920, 2560, 3840, 5120)


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


def picture_of(vault: PictureSource, path: Path, page: int, width: int, name: str = "") -> Path:
    """Return the same for a file under ``cache``, whose own name tells its content."""
    return _picture(vault, path.stem, page, width, name, lambda: path)


def _picture(
    vault: PictureSource, key: str, page: int, width: int, name: str, source: Callable[[], Path]
) -> Path:
    step = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
    folder = vault.root / "cache" / "pages" / key[:2]
    kept = folder / f"{key}-{page}-{step}.png"
    if kept.exists():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{secrets.token_hex(8)}.aside"
    try:
        vault.worker.call(
            "vault.reading.pdf:page_image",
            path=source(), page=page, width=step, out=aside, name=name or key[:12],
        )  # fmt: skip
        os.replace(aside, kept)  # noqa: PTH105 - atomic on every system
    finally:
        aside.unlink(missing_ok=True)
    return kept
