# SPDX-License-Identifier: AGPL-3.0-or-later
"""A packet while it is made, and after it was withdrawn: points, photos for paper, one answer for all."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


def picture(
    place: Path, kind: str = "JPEG", size: tuple[int, int] = (2560, 1920), **more: Any
) -> Path:
    """Write a picture of noise."""
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, kind, **more)
    place.write_bytes(out.getvalue())
    return place


@pytest.fixture
def done(drawn: Any) -> Any:
    """Return the shop with a job that is made, and three photos of it."""
    from traveler import jobs
    from traveler.floor import starting, stopping
    from traveler.quality import evidence
    from traveler.quality.evidence import Wanted

    drawn.prove("J-1")
    for one in jobs.show(drawn.vault, "J-1").operations:
        starting.start(drawn.vault, drawn.otto, "J-1", one.operation.seq)
        stopping.finish(drawn.vault, drawn.otto, "J-1", one.operation.seq)
    for at in range(3):
        place = picture(drawn.folder / f"{at}.jpg")
        evidence.add(drawn.vault, drawn.quinn, Wanted("photo", "J-1"), {place.name: place})
    return drawn


def test_a_packet_counts_its_points_to_a_hundred_at_most(done: Any) -> None:
    """Each step adds some, none is taken back; photos on paper are as small as paper needs."""
    import pymupdf

    from traveler.packet import issuing

    points: list[int] = []
    made = issuing.issue(done.vault, done.quinn, "J-1", progress=points.append)
    assert all(one >= 0 for one in points)
    assert 90 <= sum(points) <= 100
    assert len([one for one in points if one]) >= 5
    with pymupdf.open(issuing.file_of(done.vault, made, pdf=True)) as packet:
        images = [one for page in packet for one in page.get_images()]
        assert [max(one[2], one[3]) for one in images[:3]] == [1280, 1280, 1280]


MARKS = [{"shape": "arrow", "at": [100, 100, 800, 800]}, {"shape": "ring", "at": [500, 200, 900, 300]},
         {"shape": "words", "at": [950, 5], "words": "burr, says otto 日本"}]  # fmt: skip


def red(picture: Image.Image, x: float, y: float) -> bool:
    """Say whether a picture is red at a place, in parts of its sides."""
    told = picture.convert("RGB").getpixel((int(x * picture.width), int(y * picture.height)))
    return told[0] > 160 and told[1] < 90 and told[2] < 90  # type: ignore[index]


def test_a_marked_photo_is_in_the_packet_as_marked_and_as_it_is(done: Any, tmp_path: Path) -> None:
    """Paper shows the marks; the zip has the photo untouched and a marked copy; the record tells both."""
    import pymupdf

    from traveler.packet import issuing
    from traveler.quality import evidence, views

    photo, plain, *_ = [one for one in views.evidence_of(done.vault, "J-1") if one.kind == "photo"]
    evidence.mark(done.vault, done.otto, photo.root, MARKS)
    evidence.mark(done.vault, done.otto, plain.root, MARKS)
    evidence.mark(done.vault, done.otto, plain.root, [])  # taken off again
    made = issuing.issue(done.vault, done.quinn, "J-1")
    with zipfile.ZipFile(issuing.file_of(done.vault, made)) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "PP-0001-1"
    (told,) = json.loads((folder / "packet.json").read_text())["marked"]
    assert (told["by"], len(told["marks"]), told["marks"][2]["words"]) == (
        "O.L.", 3, "burr, says O.L. 日本",
    )  # fmt: skip
    assert sorted(one.name for one in folder.glob("photos/*-marked.jpg")) == [
        Path(told["marked"]).name
    ]
    shown = photo.file("shown")
    assert shown is not None
    assert hashlib.sha256((folder / told["photo"]).read_bytes()).hexdigest() == shown.digest.sha256
    with Image.open(folder / told["marked"]) as seen, Image.open(folder / told["photo"]) as before:
        assert (before.size, seen.size) == ((2560, 1920), (1600, 1200))
        assert [red(one, 0.45, 0.45) for one in (seen, before)] == [True, False]
        assert red(seen, 0.7, 0.2)
    manifest = (folder / "MANIFEST.sha256").read_text()
    assert told["marked"] in manifest
    assert told["photo"] in manifest
    assert "-marked.jpg" in (folder / "README.txt").read_text()
    with pymupdf.open(folder / "packet.pdf") as packet:
        images = [one[0] for page in packet for one in page.get_images()]
        first = Image.open(io.BytesIO(packet.extract_image(images[0])["image"]))
        assert red(first, 0.45, 0.45)
        assert "Marked by O.L." in "\n".join(page.get_text() for page in packet)
        (at,) = [page for _level, title, page in packet.get_toc() if title == "Photos"]
        assert packet[at - 1].get_images(), "the title stands on another page than the first photo"


def test_a_photo_that_cannot_be_marked_is_refused(tmp_path: Path) -> None:
    """In one sentence, and nothing is written."""
    from traveler.packet import marks_draw
    from vault.errors import UnreadableFile

    place = tmp_path / "in"
    place.write_bytes(b"no picture")
    with pytest.raises(UnreadableFile, match="damaged"):
        marks_draw.marked(str(place), str(tmp_path / "out"), MARKS, 100, 80, "side.jpg")
    assert not (tmp_path / "out").exists()


def test_points_are_told_to_whoever_asks_and_forgotten(done: Any) -> None:
    """Another process reads them; a job nobody makes a packet of, and nonsense, have none."""
    from traveler.packet import telling

    teller = telling.Teller(done.vault, "J-1")
    teller(15)
    teller(30)
    assert (telling.points(done.vault, "j-1"), telling.points(done.vault, "../J-2")) == (45, 0)
    teller(900)
    assert telling.points(done.vault, "J-1") == 100
    teller.end()
    assert telling.points(done.vault, "J-1") == 0


@pytest.mark.parametrize(
    ("kind", "more", "size", "wanted"),
    [("JPEG", {}, (2560, 1920), (1280, 960)), ("JPEG", {"progressive": True}, (1000, 2560), (500, 1280)),
     ("PNG", {}, (1300, 20), (1280, 20)), ("JPEG", {}, (30, 20), (30, 20)),
     ("JPEG", {}, (2560, 1), (1280, 1))],
)  # fmt: skip
def test_a_photo_for_paper(
    tmp_path: Path, kind: str, more: Any, size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    """Never larger than it is, never longer than asked, and a JPEG whatever it was."""
    from vault.reading import photo

    place, out = picture(tmp_path / "in", kind, size, **more), tmp_path / "out"
    told = photo.reduced(str(place), str(out), 1280)
    with Image.open(out) as seen:
        assert (told["wide"], told["high"]) == seen.size == wanted
        assert seen.format == "JPEG"


def test_a_damaged_photo_is_refused(tmp_path: Path) -> None:
    """In one sentence."""
    from vault.errors import UnreadableFile
    from vault.reading import photo

    place = picture(tmp_path / "in")
    place.write_bytes(place.read_bytes()[:3000])
    with pytest.raises(UnreadableFile, match="damaged"):
        photo.reduced(str(place), str(tmp_path / "out"), 1280, "side.jpg")


def test_what_was_withdrawn_says_so_to_every_customer(done: Any) -> None:
    """By link and by login: 410 with the reason, until there is a newer one; then that one comes."""
    from traveler.customer import logins, orders, shares
    from traveler.packet import issuing
    from traveler.packet.errors import PacketRevoked

    done.job("J-5", customer="Marlow Packaging")
    logins.tie(done.vault, done.ada, "cora", "Marlow Packaging", "contract")
    _made, address = shares.make(done.vault, done.pat, "J-1")
    code = address.rpartition("/")[2]
    before = issuing.standing(done.vault, "J-1")
    one = issuing.issue(done.vault, done.quinn, "J-1")
    assert before != issuing.standing(done.vault, "J-1")
    assert shares.fetched(done.vault, code, "", "phone", pdf=True)[0].id == one.id
    issuing.revoke(done.vault, done.quinn, one.label, "parts mixed up")
    assert before == issuing.standing(done.vault, "J-1")
    with pytest.raises(PacketRevoked, match="parts mixed up") as refusal:
        shares.fetched(done.vault, code, "", "phone", pdf=False)
    assert (refusal.value.status, refusal.value.exit_code) == (410, 3)
    second = issuing.issue(done.vault, done.quinn, "J-1", "sorted")
    assert shares.fetched(done.vault, code, "", "phone", pdf=True)[0].id == second.id
    assert orders.standing(done.vault, done.cora, "J-5") == before
