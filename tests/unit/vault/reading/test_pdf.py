# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts and pictures out of PDFs, and a plain reason where there are none."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from vault.errors import UnreadableFile
from vault.objects.store import Digest
from vault.reading import pdf, pictures
from vault.worker import Worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One worker process for all these tests."""
    pool = Worker(processes=1)
    yield pool
    pool.close()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """An A3 and a turned A4 page with words, a black square at the lower left of the first."""
    path = tmp_path / "sheet.pdf"
    with pymupdf.open() as document:
        first = document.new_page(width=1191, height=842)
        first.insert_text((100, 100), "Bracket 10-0042")
        first.draw_rect(pymupdf.Rect(0, 742, 100, 842), fill=(0, 0, 0))
        second = document.new_page(width=595, height=842)
        second.insert_text((100, 100), "ÄÖ ⌀")
        second.set_rotation(90)
        document.set_metadata({"title": "Halterung"})
        document.save(path)
    return path


def test_facts_are_those_of_the_file(worker: Worker, sheet: Path) -> None:
    """Pages, sizes as seen, turns, text by page and title cross the process as plain values."""
    facts = pictures.facts(worker, sheet)
    assert facts["pages"] == 2
    assert facts["sizes"] == [[1191.0, 842.0], [842.0, 595.0]]
    assert facts["rotations"] == [0, 90]
    assert facts["encrypted"] is False
    assert facts["flags"] == []
    assert facts["title"] == "Halterung"
    assert "Bracket 10-0042" in facts["text"][0]
    assert "ÄÖ" in facts["text"][1]


def test_text_is_cut_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of endless text does not fill the catalogue."""
    path = tmp_path / "long.pdf"
    with pymupdf.open() as document:
        for _ in range(3):
            document.new_page().insert_text((20, 20), "word " * 200)
        document.save(path)
    monkeypatch.setattr(pdf, "TEXT_OF_PAGE", 100)
    monkeypatch.setattr(pdf, "TEXT_OF_FILE", 250)
    assert [len(text) for text in pdf.facts(str(path))["text"]] == [100, 100, 50]


def test_what_is_special_is_flagged(tmp_path: Path) -> None:
    """Scripts, forms, files and layers are named, so that a page can show them."""
    path = tmp_path / "special.pdf"
    with pymupdf.open() as document:
        page = document.new_page()
        document.embfile_add("a.txt", b"a")
        layer = document.add_ocg("layer")
        page.insert_text((50, 50), "x", oc=layer)
        field = pymupdf.Widget()
        field.field_type, field.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, "name"
        field.rect = pymupdf.Rect(50, 80, 200, 100)
        page.add_widget(field)
        document.xref_set_key(document.pdf_catalog(), "OpenAction", "<</S/JavaScript/JS(1)>>")
        document.save(path)
    assert pdf.facts(str(path))["flags"] == ["files", "form", "javascript", "layers"]


def damaged(tmp_path: Path) -> dict[str, tuple[bytes, str]]:
    """Return bytes nobody can read, with the reason that is given."""
    with pymupdf.open() as document:
        document.new_page()
        good = document.tobytes()
        locked = document.tobytes(
            encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="user", owner_pw="owner"
        )
    empty = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]"
    empty += b"/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    return {
        "text": (b"just words", "it is not a PDF"),
        "picture": (picture, "it is not a PDF"),
        "locked": (locked, "it is locked with a password"),
        "no pages": (empty, "it has no pages"),
        "cut": (good[: len(good) // 2], "its end is missing|damaged|no pages"),
        "header": (b"%PDF-1.7\n", "damaged|no pages"),
    }


@pytest.mark.parametrize("kind", ["text", "picture", "locked", "no pages", "cut", "header"])
def test_what_cannot_be_read_is_refused_with_its_name_and_a_plain_reason(
    kind: str, worker: Worker, tmp_path: Path
) -> None:
    """The sentence names the file as people know it, what is wrong, and what to do."""
    data, reason = damaged(tmp_path)[kind]
    path = tmp_path / "0123abcd"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=reason) as caught:
        pictures.facts(worker, path, "10-0042_B.pdf")
    said = str(caught.value)
    assert said.startswith("10-0042_B.pdf cannot be read: ")
    assert "save or export it again" in said
    assert str(tmp_path) not in said


def test_a_file_that_is_gone_is_a_refusal_too(worker: Worker, tmp_path: Path) -> None:
    """A path that vanished meanwhile is told, not a crash."""
    with pytest.raises(UnreadableFile, match="not there any more"):
        pictures.facts(worker, tmp_path / "gone.pdf")


def test_a_page_picture_is_a_grey_png_of_the_width_asked_for(
    worker: Worker, sheet: Path, tmp_path: Path
) -> None:
    """Another library reads the picture, and what was black at the lower left is black there."""
    out = tmp_path / "page.png"
    task = "vault.reading.pdf:page_image"
    said = worker.call(task, path=sheet, page=1, width=1191, out=out)
    with Image.open(out) as picture:
        picture.load()
        assert picture.mode == "L"
        assert picture.size == (said["width"], said["height"]) == (1191, 842)
        assert picture.getpixel((50, 800)) == 0
        assert picture.getpixel((600, 400)) == 255
    turned = worker.call(task, path=sheet, page=2, width=421, out=out)
    assert (turned["width"], turned["height"]) == (421, 298)


def test_the_chunks_of_the_png_are_whole(sheet: Path, tmp_path: Path) -> None:
    """Every checksum of the hand-written PNG is right."""
    pdf.page_image(str(sheet), 1, 300, str(tmp_path / "p.png"))
    data = (tmp_path / "p.png").read_bytes()[8:]
    kinds = []
    while data:
        (length,) = struct.unpack(">I", data[:4])
        kind, body = data[4:8], data[8 : 8 + length]
        assert struct.unpack(">I", data[8 + length : 12 + length])[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        data = data[12 + length :]
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize(
    ("wide", "high", "width"),
    [
        (22104, 15840, 10**9),
        (2_000_000, 2_000_000, 5000),
        (1, 14400, 8000),
        (14400, 1, 1),
        (3, 3, 0),
    ],
)
def test_no_page_makes_a_picture_out_of_proportion(
    wide: float, high: float, width: int, tmp_path: Path
) -> None:
    """Whatever a page says its size is, sides and pixels stay within their limits."""
    path = tmp_path / "odd.pdf"
    with pymupdf.open() as document:
        page = document.new_page()
        document.xref_set_key(page.xref, "MediaBox", f"[0 0 {wide} {high}]")
        document.save(path)
    said = pdf.page_image(str(path), 1, width, str(tmp_path / "p.png"))
    assert 1 <= said["width"] <= pdf.WIDEST + 1
    assert 1 <= said["height"] <= pdf.WIDEST + 1
    assert said["width"] * said["height"] <= pdf.PIXELS * 1.01


def test_a_page_that_is_not_there_is_told(worker: Worker, sheet: Path, tmp_path: Path) -> None:
    """The sentence says how many pages there are."""
    with pytest.raises(UnreadableFile, match="it has 2 pages and no page 3"):
        worker.call(
            "vault.reading.pdf:page_image", path=sheet, page=3, width=100, out=tmp_path / "x.png"
        )


@dataclass(frozen=True)
class OneFile:
    """A store that holds one file and counts how often it was asked for it."""

    file: Path
    asked: list[Digest]

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return the file whatever the digest."""
        self.asked.append(digest)
        return self.file


@dataclass(frozen=True)
class Shelf:
    """What a vault is to the pictures."""

    root: Path
    objects: OneFile
    worker: Worker


def test_a_page_picture_is_made_once_for_each_content_and_step_of_width(
    worker: Worker, sheet: Path, tmp_path: Path
) -> None:
    """The second request opens nothing; odd widths share a step; another content has its own."""
    asked: list[Digest] = []
    vault = Shelf(tmp_path / "vault", OneFile(sheet, asked), worker)
    one, two = Digest("a", "aa" * 32, 1), Digest("b", "bb" * 32, 1)
    first = pictures.page_picture(vault, one, 1, 600)
    assert pictures.page_picture(vault, one, 1, 633) == first
    assert len(asked) == 1
    assert first.parent.parent == tmp_path / "vault" / "cache" / "pages"
    with Image.open(first) as picture:
        assert picture.size[0] == 640
    others = {
        first,
        pictures.page_picture(vault, one, 2, 600),
        pictures.page_picture(vault, one, 1, 700),
        pictures.page_picture(vault, two, 1, 600),
    }
    assert len(others) == 4
    assert not list((tmp_path / "vault").rglob("*.aside"))


def test_a_picture_that_cannot_be_made_leaves_nothing(worker: Worker, tmp_path: Path) -> None:
    """A refusal leaves no half picture to be served later."""
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"no")
    vault = Shelf(tmp_path / "vault", OneFile(bad, []), worker)
    with pytest.raises(UnreadableFile):
        pictures.page_picture(vault, Digest("a", "aa" * 32, 1), 1, 600, "drawing.pdf")
    assert [path for path in (tmp_path / "vault").rglob("*") if path.is_file()] == []
