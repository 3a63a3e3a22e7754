# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos and other pictures, decoded and written anew: tasks of the worker process.

What people see was drawn by us: nothing of the file but its points arrives, no place and no
camera, and no program hidden behind them.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import IO, Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from vault.errors import UnreadableFile
from vault.reading.pictures import PREVIEWS

PIXELS: Final = 80_000_000
LARGEST_PREVIEW: Final = 32 << 20  # bytes, unpacked
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
Image.MAX_IMAGE_PIXELS = None  # ours is looked at before anything is decoded


def anew(path: str, out: str, longest: int, name: str = "") -> dict[str, Any]:
    """Write a picture anew, upright, its longer side at most so many pixels."""
    with Path(path).open("rb") as file:
        return _written(file, out, longest, name)


def preview(path: str, out: str, longest: int, name: str = "") -> dict[str, Any]:
    """Write the picture that is packed in a file of FreeCAD or 3MF anew."""
    inside = PREVIEWS[Path(name).suffix.lower()]
    try:
        with zipfile.ZipFile(path) as packed, packed.open(inside) as file:
            data = file.read(LARGEST_PREVIEW + 1)
    except KeyError as missing:
        reason = "the program that made it put no preview picture into it"
        raise UnreadableFile(name=name, reason=reason) from missing
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, NotImplementedError) as fault:
        raise UnreadableFile(name=name, reason="it is damaged or incomplete") from fault
    except Exception as fault:  # zlib.error and what other packers raise
        raise UnreadableFile(name=name, reason="its preview picture is damaged") from fault
    if len(data) > LARGEST_PREVIEW:
        raise UnreadableFile(name=name, reason="its preview picture is far too large")
    return _written(io.BytesIO(data), out, longest, name)


def _written(file: IO[bytes], out: str, longest: int, name: str) -> dict[str, Any]:
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS:
                reason = f"it has more than {PIXELS // 1_000_000} million points"
                raise UnreadableFile(name=name, reason=reason)
            kind = picture.format
            picture.draft("RGB", (longest, longest))
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
            plain = _on_white(small)
    except UnidentifiedImageError as fault:
        raise UnreadableFile(name=name, reason="it is no picture we know") from fault
    except (OSError, SyntaxError, ValueError, EOFError, ZeroDivisionError) as fault:
        raise UnreadableFile(name=name, reason="it is damaged or incomplete") from fault
    if kind in {"JPEG", "WEBP"}:
        plain.save(out, "JPEG", quality=88)
    else:
        plain.save(out, "PNG", compress_level=4)
    return {"width": plain.width, "height": plain.height}


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGB", "L"}:
        return picture.copy()
    clear = picture.convert("RGBA")
    ground = Image.new("RGBA", clear.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, clear).convert("RGB")
