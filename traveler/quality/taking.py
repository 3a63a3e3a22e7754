# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking files in: the original kept as it came, a photo drawn anew beside it, nothing recorded yet.

What is recorded of them, and as what, is up to whoever asked: evidence, or the photos of a blocker.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from traveler.quality import media
from traveler.quality.errors import FileNotTaken, TooManyFiles
from traveler.quality.evidence_records import EvidenceFile
from traveler.quality.media import Media
from vault.errors import UnreadableFile, WorkerGaveUp
from vault.home import Vault


def not_too_many(files: Collection[object], most: int) -> None:
    """Raise TooManyFiles where more were sent at once than are taken."""
    if len(files) > most:
        raise TooManyFiles(most=most, count=len(files))


def is_picture(name: str, path: Path) -> bool:
    """Say whether a file is a picture by its bytes; raises FileNotTaken where it is nothing we keep."""
    with path.open("rb") as opened:
        return media.media_of(media.tidy_name(name), opened.read(media.HEAD)).picture


def taken(vault: Vault, name: str, path: Path) -> EvidenceFile:
    """Keep a file as it came; raises FileNotTaken where it is nothing we keep."""
    return original(vault, name, path)[0]


def kept(vault: Vault, kind: str, files: Mapping[str, Path]) -> list[tuple[EvidenceFile, ...]]:
    """Put every file into the objects, photos drawn anew beside; raises FileNotTaken."""
    found = []
    for name, path in files.items():
        came, what = original(vault, name, path)
        if kind == "photo" and not what.picture:
            raise FileNotTaken(name=came.name, why=f"it is {what.name} and no photo")
        found.append((came, *(drawn(vault, came, path) if what.picture else ())))
    return found


def original(vault: Vault, name: str, path: Path) -> tuple[EvidenceFile, Media]:
    """Keep a file as it came and say what it is; raises FileNotTaken where it is nothing we keep."""
    shown = media.tidy_name(name)
    if path.stat().st_size > vault.settings.largest_file:
        most = vault.settings.largest_file // 1_000_000
        raise FileNotTaken(name=shown, why=f"it is larger than {most} MB")
    with path.open("rb") as opened:
        what = media.media_of(shown, opened.read(media.HEAD))
    digest = vault.objects.put(path, shown)
    return EvidenceFile("original", media.tidy_name(name, what), what.name, digest), what


def drawn(vault: Vault, came: EvidenceFile, path: Path) -> tuple[EvidenceFile, EvidenceFile]:
    """Draw a picture anew, large and small, and keep both; raises FileNotTaken where it cannot be."""
    vault.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="photo-", dir=vault.cache) as folder:
        out, thumb = Path(folder) / "shown.jpg", Path(folder) / "thumb.jpg"
        try:
            sizes = vault.worker.call(
                "vault.reading.photo:redrawn", path=path, out=out, thumb=thumb, name=came.name
            )
        except (UnreadableFile, WorkerGaveUp) as fault:
            why = fault.facts.get("reason", f"drawing it anew ended at {fault.facts.get('limit')}")
            raise FileNotTaken(name=came.name, why=why) from fault
        stem = f"{Path(came.name).stem}.jpg"
        return (
            EvidenceFile("shown", stem, media.JPEG.name, vault.objects.put(out, stem),
                         sizes["wide"], sizes["high"]),
            EvidenceFile("thumb", stem, media.JPEG.name, vault.objects.put(thumb, stem),
                         sizes["thumb_wide"], sizes["thumb_high"]),
        )  # fmt: skip
