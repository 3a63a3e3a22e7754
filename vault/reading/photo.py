# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos drawn anew: a task of the worker process.

What comes out has pixels and nothing else: no place, no names, no comments, no colour profile, no
bytes behind the end.  The picture stands upright, whatever the camera wrote into its marks.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from vault.errors import UnreadableFile

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST = 210_000_000  # pixels: the largest sensor of a phone has two hundred million
LARGEST_WHOLE = 40_000_000  # pixels of what can only be decoded whole
WIDEST = 2560
THUMB = 320
NARROWEST = 1
_PLACE = 0x8825  # where a camera writes the place
_QUALITY = 85

Image.MAX_IMAGE_PIXELS = None  # judged here, by format, before anything is decoded


def redrawn(path: str, out: str, thumb: str, name: str = "") -> dict[str, Any]:
    """Write a photo as a plain JPEG, with a small one beside it; returns both their sizes.

    A JPEG is decoded at the scale it is needed in, so that a hundred megapixels cost no more than
    ten.  Raises UnreadableFile where it is no picture, broken, or too large to be decoded.
    """
    name = name or Path(path).name
    try:
        with Image.open(path, formats=FORMATS) as opened:
            picture = _upright(opened, name)
    except UnidentifiedImageError:
        raise UnreadableFile(name=name, reason="it is no picture this shop reads") from None
    except Image.DecompressionBombError:
        raise UnreadableFile(name=name, reason=_too_large(0)) from None
    except (OSError, SyntaxError, ValueError, EOFError) as broken:
        raise UnreadableFile(name=name, reason="it is damaged or incomplete") from broken
    picture.save(
        out, "JPEG", quality=_QUALITY, optimize=True
    )  # progressive is read at a quarter the speed
    small = picture.copy()
    small.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    small.save(thumb, "JPEG", quality=_QUALITY)
    return {
        "wide": picture.width, "high": picture.height,
        "thumb_wide": small.width, "thumb_high": small.height,
    }  # fmt: skip


def reduced(path: str, out: str, longest: int, name: str = "") -> dict[str, Any]:
    """Write a photo that was drawn anew as small as paper needs it; returns its size.

    Decoded at half the scale or less where that is enough, which costs a quarter.
    """
    name = name or Path(path).name
    try:
        with Image.open(path, formats=FORMATS) as opened:
            scale = longest / max(opened.size)
            wide, high = (max(round(side * scale), 1) for side in opened.size)
            opened.draft("RGB", (wide, high))
            picture = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError) as broken:
        raise UnreadableFile(name=name, reason="it is damaged or incomplete") from broken
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    picture.save(out, "JPEG", quality=82)
    return {"wide": picture.width, "high": picture.height}


def knows_place(data: bytes) -> bool:
    """Say whether a picture holds where it was taken; what cannot be opened as one holds nothing."""
    try:
        with Image.open(io.BytesIO(data), formats=(*FORMATS, "TIFF")) as opened:
            return bool(opened.getexif().get_ifd(_PLACE))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return False


def blank(ending: str) -> bytes:
    """Return a white dot, as a picture of a kind by its ending."""
    out = io.BytesIO()
    kind = "PNG" if ending.casefold() == "png" else "JPEG"
    Image.new("RGB", (1, 1), "white").save(out, kind)
    return out.getvalue()


def _upright(opened: Image.Image, name: str) -> Image.Image:
    wide, high = opened.size
    whole = opened.format not in {"JPEG", "MPO"}
    if wide * high > (LARGEST_WHOLE if whole else LARGEST):
        raise UnreadableFile(name=name, reason=_too_large(wide * high))
    if not whole:
        opened.draft("RGB", (WIDEST, WIDEST))
    exif = opened.getexif()
    picture = _plain(opened)
    picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.getexif()[0x0112] = _orientation(exif)
    upright = ImageOps.exif_transpose(clean)
    final = Image.new("RGB", upright.size)
    final.paste(upright)
    return final


def _orientation(exif: Image.Exif) -> int:
    told = exif.get(0x0112, 1)
    return told if isinstance(told, int) and 1 <= told <= 8 else 1


def _plain(opened: Image.Image) -> Image.Image:
    """Return it in red, green and blue, what shows through laid on white."""
    if opened.mode in {"RGBA", "LA", "PA"} or "transparency" in opened.info:
        seen = opened.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(ground, seen).convert("RGB")
    if opened.mode in {"I", "I;16", "F"}:
        return opened.point(lambda level: level / 256).convert("L").convert("RGB")
    return opened.convert("RGB")


def _too_large(pixels: int) -> str:
    told = f"it has {pixels // 1_000_000} megapixels" if pixels else "it has too many pixels"
    return f"{told}; take it with fewer, or as JPEG"
