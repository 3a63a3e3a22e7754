# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every real drawing at hand comes out stamped and is read back by other people's programs.

The drawings lie beside the project and are not part of it; without them, or without poppler, qpdf
and zbar, these tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest
import zxingcpp
from PIL import Image

from release.errors import UnstampableFile
from release.stamp import draw, pages, press
from release.stamp.sheet import MM
from release.stamp.template import Stamp
from vault.errors import Refusal, UnreadableFile
from vault.reading.active import active, traces
from vault.worker import Worker

PLACE = Path(__file__).resolve().parents[5] / "shared" / "corpus"
DRAWINGS = sorted(PLACE.rglob("*.[pP][dD][fF]"))
REFUSED: dict[str, tuple[type[Refusal], str]] = {
    "imagemagick-images.pdf": (UnstampableFile, "page 1 is 1.4 × 1.4 mm, too small"),
    "libreoffice-writer-password.pdf": (UnreadableFile, "locked with a password"),
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.slow,
    pytest.mark.skipif(not DRAWINGS, reason="no folder of real drawings beside the project"),
]


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run another program and return what it said."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not on this machine")
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def pictures(path: Path, folder: Path) -> list[Path]:
    """Return a picture of each page at 150 dpi, made by poppler."""
    tool("pdftoppm", "-r", "150", "-gray", path, folder / "page")
    return sorted(folder.glob("page*.pgm"))


@pytest.mark.parametrize(
    "source", [one for one in DRAWINGS if one.name not in REFUSED], ids=lambda path: path.name
)
def test_a_real_drawing_comes_out_stamped(
    source: Path, stamp: Stamp, worker: Worker, tmp_path: Path
) -> None:
    """Pages and sizes as before; poppler's picture of each page reads in zxing and in zbar."""
    out = tmp_path / "out.pdf"
    made = press.stamp(worker, source, out, stamp)
    with pymupdf.open(source) as before, pymupdf.open(out) as after:
        assert made.pages == before.page_count == after.page_count
        for old, new in zip(before, after, strict=True):
            assert abs(old.rect.width - new.rect.width) < 0.5
            assert abs(old.rect.height - new.rect.height) < 0.5
        assert not active(after) | traces(after)
    if source.stat().st_size > 20_000 and made.how == "in place":
        assert made.size - source.stat().st_size < 10_000 + 2_000 * made.pages
    shots = pictures(out, tmp_path)
    assert len(shots) == made.pages
    for shot in shots:
        with Image.open(shot) as picture:
            assert stamp.url in [one.text for one in zxingcpp.read_barcodes(picture)]
        assert stamp.url in tool("zbarimg", "-q", "--raw", "-Sdisable", "-Sqr.enable", shot).stdout
    words = tool("pdftotext", "-layout", out, "-").stdout
    assert words.count("RELEASED") >= made.pages
    assert words.count("Rev. B") >= made.pages
    assert tool("qpdf", "--check", out).returncode <= tool("qpdf", "--check", source).returncode


@pytest.mark.parametrize(
    "source", [one for one in DRAWINGS if one.name in REFUSED], ids=lambda path: path.name
)
def test_what_cannot_be_stamped_says_why(
    source: Path, stamp: Stamp, worker: Worker, tmp_path: Path
) -> None:
    """A page of 4 × 4 points and a locked file are refused, each with its reason."""
    refusal, reason = REFUSED[source.name]
    with pytest.raises(refusal, match=reason):
        press.stamp(worker, source, tmp_path / "out.pdf", stamp)
    assert list(tmp_path.iterdir()) == []


def test_superseded_and_recalled_drawings_still_show_their_dimensions(
    stamp: Stamp, worker: Worker, tmp_path: Path
) -> None:
    """However strong the word across the page is, every word of the drawing is still found."""
    source = next(one for one in DRAWINGS if one.name == "13_5_hinge_R_assy_00.pdf")
    with pymupdf.open(source) as document:
        wanted = set(document[0].get_text().split())
    for state in ("superseded", "recalled", "review"):
        press.stamp(worker, source, tmp_path / "out.pdf", replace(stamp, state=state))
        with pymupdf.open(tmp_path / "out.pdf") as document:
            assert wanted <= set(document[0].get_text().split())


@pytest.mark.parametrize(
    "source", [one for one in DRAWINGS if one.name not in REFUSED], ids=lambda path: path.name
)
def test_no_word_of_a_real_drawing_lies_under_the_stamp(source: Path, stamp: Stamp) -> None:
    """Where there is white space, the block covers no word; never one of the title block's corner.

    Sheets without white space are named in docs/stamping.md; there the corner is spared all the
    same.
    """
    with pymupdf.open(source) as document:
        words = [
            [pymupdf.Rect(one[:4]) * page.rotation_matrix for one in page.get_text("words")]
            for page in document
        ]
        pages.mend(document, source.name)
        looks = [pages.look(document, place) for place in range(len(words))]
        marks = draw.mark(document, stamp, source.name, looks)
    for found, mark in zip(words, marks, strict=True):
        one, place, sheet = mark.place.scale * MM, mark.place, mark.sheet
        top = sheet.height - place.y - mark.block.height * one
        block = pymupdf.Rect(place.x, top, place.x + mark.block.width * one, sheet.height - place.y)
        corner = pymupdf.Rect(0.55 * sheet.width, 0.7 * sheet.height, sheet.width, sheet.height)
        covered = [word for word in found if block.contains(word)]
        assert not [word for word in covered if corner.contains(word)]
        assert not covered or place.covers > 0
