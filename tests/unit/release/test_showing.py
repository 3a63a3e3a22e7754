# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every real file is shown or says why not, and files built to hurt end nothing but their task."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zipfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from release import showing
from release.showing import Shown
from vault.errors import Refusal, UnreadableFile, WorkerGaveUp
from vault.reading import models, texts
from vault.worker import Limits, Worker

FOLDERS = ("step", "stl", "dxf", "fcstd", "gcode")
EMPTY = {"HEAD.stp", "s1-c5-214.stp", "Minimal_DXF_AC1009.dxf", "pcb tracking ball_shape.dxf"}
"""Models of wires without faces, and drawings whose model space is empty."""
LARGE = 200_000
"""Bytes from which on a model takes this test seconds."""


def shown(path: Path) -> Shown:
    """Return a file as one that may be looked at."""
    return Shown(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), lambda: path)


def looked(vault: Any, one: Shown) -> str:
    """Return the kind of a file whose picture or text is there, else the name of the refusal."""
    try:
        if one.kind == showing.MODEL:
            kept = models._Kept.of(vault.root, one.key)
            kept.found(one.name) or kept.made_once(one.path, one.name)
        if one.kind in showing.PAGED:
            assert all(side > 0 for size in showing.sizes(vault, one) for side in size)
            assert showing.tile(vault, one, 1, 3840, (0, 0))[:4] == b"\x89PNG"
        if one.kind in showing.PICTURED:
            found = showing.picture(vault, one, 1, 640)
            assert found is not None
            assert found.path.read_bytes()[:4] in {b"\x89PNG", b"\xff\xd8\xff\xe0"}
        elif one.kind == showing.PROGRAM:
            lines = texts.text(one.path()).lines
            assert ["".join(p.text for p in texts.pieces(line)) for line in lines] == list(lines)
    except Refusal as refusal:
        return type(refusal).__name__
    return one.kind


def has_nothing(path: Path) -> bool:
    """Say whether a real file has nothing to be shown: FreeCAD may save without a preview."""
    if path.suffix == ".FCStd":
        return "thumbnails/Thumbnail.png" not in zipfile.ZipFile(path).namelist()
    return path.name in EMPTY


@pytest.mark.corpus
def test_real_files_are_shown(vault: Any, corpus: Path) -> None:
    """Of five kinds of real files all are shown, but those with nothing in them to be drawn."""
    told: Counter[tuple[str, str]] = Counter()
    for folder in FOLDERS:
        for path in sorted((corpus / folder).rglob("*")):
            small = folder != "step" or path.stat().st_size < LARGE
            if path.is_file() and small and path.suffix.lower() != ".md":
                outcome = looked(vault, shown(path))
                told[folder, outcome] += 1
                assert (outcome == "UnreadableFile") == has_nothing(path), (path, outcome)
    assert told["step", "model"] >= 8
    assert told["dxf", "drawing"] >= 11
    assert told["gcode", "program"] >= 8


def test_a_drawing_without_an_end_is_given_up(vault: Any, tmp_path: Path) -> None:
    """A million lines and no end: a limit, said once more at once."""
    tight = Worker(Limits(cpu=3.0, wall=8.0, memory=1 << 30), processes=1)
    head, line = "0\nSECTION\n2\nENTITIES\n", "0\nLINE\n8\n0\n10\n0\n20\n0\n11\n1\n21\n1\n"
    endless = tmp_path / "endless.dxf"
    endless.write_text(head + line * 1_000_000)
    one = shown(endless)
    patient: Any = SimpleNamespace(
        worker=tight, cache=vault.cache, root=vault.root, objects=vault.objects
    )
    with pytest.raises((WorkerGaveUp, UnreadableFile)):
        showing.sizes(patient, one)
    begun = time.monotonic()
    with pytest.raises((WorkerGaveUp, UnreadableFile)):
        showing.picture(patient, one, 1, 640)
    assert time.monotonic() - begun < 0.5, "nobody tries it again"
    good = tmp_path / "good.dxf"
    good.write_text(head + line + "0\nENDSEC\n0\nEOF\n")
    assert len(showing.sizes(vault, shown(good))) == 1
    tight.close()


def test_a_huge_stl_is_refused_by_its_size_and_its_count(vault: Any, tmp_path: Path) -> None:
    """More bytes or more triangles than a model may have: a sentence, and no memory taken."""
    large = tmp_path / "large.stl"
    with large.open("wb") as file:
        file.truncate((200 << 20) + 1)
    many = tmp_path / "many.stl"
    with many.open("wb") as file:
        file.write(bytes(80) + struct.pack("<I", 3_000_000))
        file.truncate(84 + 50 * 3_000_000)
    for path, reason in ((large, "larger than 200 MB"), (many, "more than 2000000 triangles")):
        one = Shown(path.name, f"{len(path.name):064x}", lambda path=path: path)
        with pytest.raises(UnreadableFile, match=reason):
            models._Kept.of(vault.root, one.key).made_once(one.path, one.name)


@pytest.mark.parametrize("bomb", ["zeros", "many", "nested"])
def test_packed_bombs_are_refused(bomb: str, vault: Any, tmp_path: Path) -> None:
    """A preview of gigabytes, a hundred thousand entries, a picture that unpacks to a bomb."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        if bomb == "zeros":
            with packed.open("thumbnails/Thumbnail.png", "w", force_zip64=True) as file:
                for _part in range(64):
                    file.write(bytes(1 << 20))
        elif bomb == "many":
            for place in range(20_000):
                packed.writestr(f"{place}", b"")
        else:
            head = b"\x89PNG\r\n\x1a\n" + struct.pack(
                ">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0
            )
            packed.writestr("thumbnails/Thumbnail.png", head + bytes(64))
    path = tmp_path / f"{bomb}.FCStd"
    path.write_bytes(out.getvalue())
    with pytest.raises(UnreadableFile):
        showing.picture(vault, shown(path), 1, 640)
