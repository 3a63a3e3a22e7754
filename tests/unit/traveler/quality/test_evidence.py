# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence: photos drawn anew, originals untouched, hostile files neutralised or refused."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from traveler.errors import BadWords, NoSuchJob, OutsideTraveler
from traveler.quality import errors, evidence, media, views
from traveler.quality.evidence import Wanted
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def photo(size: tuple[int, int] = (60, 40), kind: str = "JPEG", *, exif: bool = False) -> bytes:
    """Return a picture whose left half is red, perhaps with a place and a turn in its marks."""
    drawn = Image.new("RGB", size, "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, size[0] // 2, size[1]), fill="red")
    told: dict[str, Any] = {}
    if exif:
        marks = drawn.getexif()
        marks[0x0112], marks[0x010E], marks[0x9286] = 6, "<script>alert(2)</script>", b"secret"
        marks.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 1.0)})
        told["exif"] = marks
    out = io.BytesIO()
    drawn.save(out, kind, **told)
    return out.getvalue()


def put(shop: Any, name: str, data: bytes) -> dict[str, Path]:
    """Write a file aside, under a name of ours, and return it under its own."""
    place = shop.folder / f"upload-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    place.write_bytes(data)
    return {name: place}


def add(shop: Any, kind: str, name: str = "", data: bytes = b"", **more: Any) -> Any:
    """Add one piece of evidence as the inspector."""
    device = more.pop("device", "tablet 3")
    wanted = Wanted(kind=kind, job=more.pop("job", "J-1"), **more)
    files = put(shop, name, data) if name else {}
    return evidence.add(shop.vault, shop.quinn, wanted, files, device=device)[0]


def test_a_photo_is_drawn_anew_and_the_original_is_kept(shop: Any) -> None:
    """No place, no words, upright, with a small one; the original has its own bytes and hash."""
    data = photo(exif=True)
    one = add(shop, "photo", "IMG_1.JPG", data, seq=40, balloon="1", words="burr at the bore")
    original, shown, thumb = (evidence.file(one, role) for role in ("original", "shown", "thumb"))
    assert original.digest.sha256 == hashlib.sha256(data).hexdigest()
    assert shop.vault.objects.read(original.digest) == data
    seen = shop.vault.objects.read(shown.digest)
    picture = Image.open(io.BytesIO(seen))
    assert picture.size == (40, 60) == (shown.wide, shown.high)
    assert not picture.getexif()
    assert not {"exif", "comment", "icc_profile"} & picture.info.keys()
    assert b"script" not in seen
    top, bottom = picture.getpixel((20, 5)), picture.getpixel((20, 55))
    assert top[1] < 80
    assert bottom[1] > 200
    assert max(thumb.wide, thumb.high) <= 320
    assert (one.seq, one.balloon, one.person, one.device) == (40, "1", "quinn", "tablet 3")
    (found,) = views.evidence_of(shop.vault, "J-1")
    assert found == one
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_hundred_megapixels_cost_no_more_than_ten(shop: Any) -> None:
    """A JPEG of a hundred megapixels is taken, decoded at the scale it is needed in."""
    one = add(shop, "photo", "huge.jpg", photo((10_000, 10_000)))
    shown = evidence.file(one, "shown")
    assert (shown.wide, shown.high) == (2560, 2560)


def bomb() -> bytes:
    """Return a PNG of a few kilobytes that claims a hundred megapixels and more."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 3_000_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def text_bomb() -> bytes:
    """Return a PNG with a compressed comment that grows to five megabytes."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "A" * 5_000_000, zip=True)
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


def zipped() -> bytes:
    """Return an archive with a member that would climb out of its folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/cron.d/x", "boo")
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "data", "why"),
    [
        ("photo", "bomb.png", bomb(), "megapixels"),
        ("photo", "comment.png", text_bomb(), "damaged|too many|ended at|no picture"),
        ("photo", "cut.jpg", photo((900, 900))[:4000], "damaged"),
        ("photo", "page.jpg", b"\xff\xd8\xff" + SCRIPT, "damaged|no picture"),
        ("photo", "drawing.jpg", b"%PDF-1.7\n%%EOF", "its bytes are application/pdf"),
        ("photo", "note.txt", b"hello", "text/plain and no photo"),
        ("document", "logo.svg", SVG, "it is no picture"),
        ("document", "logo.xml", SVG, "it is no picture"),
        ("document", "page.html", b"<!DOCTYPE html><p>", "it is no picture"),
        ("document", "page.txt", b"  \n<HTML><body onload=x>", "it is no picture"),
        ("document", "wide.txt", "<html><script>".encode("utf-16"), "it is no picture"),
        ("document", "x.txt", b"a,b\n" + SCRIPT, "it is no picture"),
        ("document", "run.exe", b"MZ\x90\x00\x03", "it is no picture"),
        ("document", "paper.pdf", zipped(), "ends in .pdf and its bytes are"),
        ("document", "paper.docx", b"%PDF-1.7", "ends in .docx and its bytes are"),
        ("document", "behind.pdf", SCRIPT + b"%PDF-1.7", "it is no picture"),
        ("document", "page.php", b"hello", "ends in .php"),
        ("document", "nothing.txt", b"", "empty"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_and_nothing_is_recorded(
    quiet: Any, kind: str, name: str, data: bytes, why: str
) -> None:
    """Bombs, pages that call themselves pictures, wrong endings: one sentence each."""
    with pytest.raises(errors.FileNotTaken, match=why):
        add(quiet, kind, name, data)
    assert views.evidence_of(quiet.vault, "J-1") == []


def test_a_picture_with_an_archive_and_a_page_behind_it_loses_both(shop: Any) -> None:
    """A polyglot is a photo only: what people see ends where the picture ends."""
    data = photo() + SCRIPT + zipped()
    one = add(shop, "photo", "both.jpg", data)
    seen = shop.vault.objects.read(evidence.file(one, "shown").digest)
    assert b"script" not in seen
    assert not zipfile.is_zipfile(io.BytesIO(seen))
    assert zipfile.is_zipfile(io.BytesIO(data))


def test_a_transparent_or_wrongly_named_picture_is_a_photo(shop: Any) -> None:
    """The bytes count: a PNG called .jpg is a PNG, and its name says so afterwards."""
    out = io.BytesIO()
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(out, "PNG")
    one = add(shop, "photo", "clear.jpg", out.getvalue())
    assert evidence.file(one, "original").name == "clear.png"
    seen = Image.open(io.BytesIO(shop.vault.objects.read(evidence.file(one, "shown").digest)))
    assert seen.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"), ("C:\\temp\\report.txt", "report.txt"),
        ("a\x00b\x1b[31m\u202egpj.txt", "ab[31mgpj.txt"), ("..", "file"), ("", "file"),
        ('x"; filename="y.html.txt', "x_; filename=_y.html.txt"), ("  .txt ", "txt"),
        ("n" * 300 + ".txt", "n" * 88 + ".txt"),
    ],
)  # fmt: skip
def test_a_name_steers_nothing(given: str, kept: str) -> None:
    """Folders, control signs, signs that turn the writing round, quotes: gone or harmless."""
    assert media.tidy_name(given) == kept


def test_a_certificate_names_its_heat(shop: Any) -> None:
    """A certificate is a file with words and a heat number; a heat may stand alone."""
    one = add(shop, "certificate", "mill.pdf", b"%PDF-1.4\n%%EOF", heat="H-7731 ", words="3.1")
    add(shop, "heat", heat="h-7731")
    assert (one.heat, evidence.file(one, "original").media) == ("H-7731", "application/pdf")
    assert [each.heat for each in views.evidence_of(shop.vault, "J-1")] == ["H-7731", "h-7731"]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"kind": "song"}, errors.NoSuchKindOfEvidence),
        ({"kind": "photo"}, errors.EvidenceIncomplete),
        ({"kind": "note"}, errors.EvidenceIncomplete),
        ({"kind": "heat"}, errors.EvidenceIncomplete),
        ({"kind": "note", "name": "a.txt", "data": b"a"}, errors.EvidenceIncomplete),
        ({"kind": "note", "words": "a\x1bb"}, BadWords),
        ({"kind": "note", "words": "a", "job": "J-9"}, NoSuchJob),
        ({"kind": "note", "words": "a", "balloon": "99"}, errors.NoSuchBalloon),
    ],
)
def test_evidence_that_is_not_complete_is_refused(
    quiet: Any, more: dict[str, Any], kind: type[Exception]
) -> None:
    """Each kind says what it needs."""
    with pytest.raises(kind):
        add(quiet, **more)
    assert views.evidence_of(quiet.vault, "J-1") == []


def test_corrections_and_withdrawals_are_newer_records(shop: Any) -> None:
    """The first words stay beside the new ones; who looked at an older record is told."""
    first = add(shop, "note", words="bore to big", seq=20)
    now = evidence.correct(shop.vault, shop.quinn, first.id, "spelling", words="bore too big")
    assert (now.root, now.words, now.seq, now.why) == (first.id, "bore too big", 20, "spelling")
    with pytest.raises(errors.EvidenceReplaced):
        evidence.correct(shop.vault, shop.otto, first.id, "mine", words="x", seen=first.id)
    with pytest.raises(errors.CorrectionNeedsReason):
        evidence.withdraw(shop.vault, shop.quinn, first.id, "")
    gone = evidence.withdraw(shop.vault, shop.quinn, first.id, "other job")
    assert gone.withdrawn
    with pytest.raises(errors.EvidenceReplaced, match="withdrawn"):
        evidence.correct(shop.vault, shop.quinn, first.id, "back", words="x")
    _standing, line = evidence.show(shop.vault, gone.id)
    assert [each.words for each in line] == ["bore to big", "bore too big", "bore too big"]
    with pytest.raises(errors.NoSuchEvidence):
        evidence.show(shop.vault, 99)


def test_marks_are_a_record_beside_the_picture(shop: Any) -> None:
    """Arrows and words are kept as vectors; the picture's bytes stay what they were."""
    one = add(shop, "photo", "a.jpg", photo())
    drawn = [
        {"shape": "arrow", "at": [10, 20, 500, 500]},
        {"shape": "words", "at": [1, 2], "words": "burr"},
    ]
    marked = evidence.mark(shop.vault, shop.quinn, one.id, drawn)
    assert (list(marked.marks), marked.files) == (drawn, one.files)
    bad: list[Any] = [
        {"shape": "arrow", "at": [1, 2]}, {"shape": "url", "at": [1, 2]},
        {"shape": "ring", "at": [0, 0, 2000, 1]}, {"shape": "ring", "at": [0, 0, 0.5, 1]},
        {"shape": "words", "at": [0, 0], "words": " "}, {"shape": "arrow", "at": [True] * 4},
    ]  # fmt: skip
    for each in bad:
        with pytest.raises(errors.BadMarks):
            evidence.mark(shop.vault, shop.quinn, one.id, [each])
    with pytest.raises(errors.BadMarks):
        evidence.mark(shop.vault, shop.quinn, one.id, drawn * 30)
    note = add(shop, "note", words="x")
    with pytest.raises(errors.NotAPicture):
        evidence.mark(shop.vault, shop.quinn, note.id, drawn)
    with pytest.raises(errors.NoSuchEvidenceFile):
        evidence.file(note, "original")


def test_who_may_and_how_much_at_once(shop: Any) -> None:
    """Customers add nothing; twenty files at once are enough; one bad file takes back all."""
    with pytest.raises(RoleNeeded):
        evidence.add(shop.vault, shop.cora, Wanted("note", "J-1", words="x"))
    many = {f"{at}.txt": Path("none") for at in range(21)}
    with pytest.raises(errors.TooManyFiles):
        evidence.add(shop.vault, shop.otto, Wanted("document", "J-1"), many)
    two = put(shop, "a.txt", b"good") | put(shop, "b.svg", SVG)
    with pytest.raises(errors.FileNotTaken):
        evidence.add(shop.vault, shop.otto, Wanted("document", "J-1"), two)
    assert views.evidence_of(shop.vault, "J-1") == []


def test_sent_twice_is_kept_once_and_paper_of_another_step_is_refused(shop: Any) -> None:
    """A phone that sends again gets the first answer; a step's code serves that step only."""
    from traveler import job_records, operation_records, tokens

    wanted = Wanted("note", "J-1", 40, words="x")
    first = evidence.add(shop.vault, shop.otto, wanted, idempotency_key="k")
    assert evidence.add(shop.vault, shop.otto, wanted, idempotency_key="k") == first
    assert len(views.evidence_of(shop.vault, "J-1")) == 1
    with shop.vault.ledger.writing("pat") as writing:
        job = job_records.job(writing.connection, "J-1")
        assert job is not None
        steps = operation_records.operations(writing.connection, "J-1")
        _number, codes = tokens.issue(writing, job, steps)
        writing.record("traveler.printed", "job/J-1")
    ten = next(one.code for one in codes if one.seq == 10)
    with pytest.raises(OutsideTraveler):
        evidence.add(shop.vault, shop.otto, wanted, token=ten)
