# SPDX-License-Identifier: AGPL-3.0-or-later
"""3D models: their measures, their pictures, what is refused, and that the server outlives them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vault.errors import NoModelReader, UnreadableFile, WorkerGaveUp
from vault.objects.store import Digest
from vault.reading import mesh, model, models, shading
from vault.worker import Limits, Worker

FACES = ((0, 2, 1), (0, 3, 2), (4, 5, 6), (4, 6, 7), (0, 1, 5), (0, 5, 4),
         (1, 2, 6), (1, 6, 5), (2, 3, 7), (2, 7, 6), (3, 0, 4), (3, 4, 7))  # fmt: skip
SAMPLE = Path(__file__).parents[4] / "sample_vault" / "items"


def block(x: float, y: float, z: float, at: float = 0.0) -> Any:
    """Return the twelve triangles of a block that stands on z = 0."""
    corners = [(at, 0, 0), (at + x, 0, 0), (at + x, y, 0), (at, y, 0)]
    corners += [(px, py, z) for px, py, _pz in corners]
    return np.array(corners, float)[np.array(FACES)]


def binary(each: Any) -> bytes:
    """Return triangles as a binary STL file."""
    rows = b"".join(struct.pack("<12fH", 0, 0, 0, *one.reshape(-1), 0) for one in each)
    return bytes(80) + struct.pack("<I", len(each)) + rows


def ascii_of(each: Any) -> bytes:
    """Return triangles as an ASCII STL file."""
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {x} {y} {z}\n" for x, y, z in one)
        + "endloop\nendfacet\n"
        for one in each
    )
    return f"solid block\n{facets}endsolid\n".encode()


@dataclass
class Objects:
    """Objects that lie where they were put, and how often they were asked for."""

    folder: Path
    asked: int = 0

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return where the bytes lie."""
        self.asked += 1
        return self.folder / digest.sha256


@dataclass
class Place:
    """What the reader of models needs of a vault."""

    root: Path
    objects: Objects
    worker: Worker | None = None

    def keep(self, data: bytes) -> Digest:
        """Put bytes down and return their digest."""
        sha256 = hashlib.sha256(data).hexdigest()
        (self.root / sha256).write_bytes(data)
        return Digest(md5="", sha256=sha256, size=len(data))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return an empty place for models."""
    return Place(tmp_path, Objects(tmp_path))


def test_a_block_is_measured_from_both_kinds_of_stl() -> None:
    """Box, volume and surface are those of the block; that it is closed is seen."""
    for data in (binary(block(30, 20, 10)), ascii_of(block(30, 20, 10))):
        told = mesh.stl(data, "block.stl").facts()
        assert told["box"] == [30, 20, 10]
        assert told["volume"] == 6000
        assert told["area"] == 2200
        assert told["triangles"] == 12
        assert told["closed"]


def test_an_open_surface_has_no_volume_to_rely_on() -> None:
    """One triangle less, or one turned inside out, and the surface is not closed."""
    each = block(30, 20, 10)
    assert not mesh.stl(binary(each[:-1]), "open.stl").facts()["closed"]
    each[0] = each[0][::-1]
    assert not mesh.stl(binary(each), "turned.stl").facts()["closed"]


def test_a_mesh_written_as_glb_is_read_back() -> None:
    """What the 3D view is given is what was measured, to a hundredth of a micrometre."""
    before = mesh.stl(binary(block(30, 20, 10)), "block.stl")
    data = mesh.to_glb(before)
    size = struct.unpack_from("<I", data, 12)[0]
    told = json.loads(data[20 : 20 + size])
    assert told["accessors"][0]["max"] == pytest.approx([0.03, 0.02, 0.01])
    told["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = 0
    said = json.dumps(told).encode()
    head = struct.pack("<4sIII4s", b"glTF", 2, 0, len(said), b"JSON")
    assert mesh.from_glb(head + said + data[20 + size :], "x").facts() == before.facts()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not STL"), (b"solid", "no triangles"), (binary(block(1, 1, 1))[:-1], "not STL"),
        (b"solid\nvertex 1 2 x\n", "cannot be read"), (b"solid\nvertex 1 nan 2\n" * 3, "not finite"),
        (bytes(80) + struct.pack("<I", 3_000_000), "not STL"),
        (b"solid" + b"vertex 1 2 3\n" * 6_000_003, "more than 2000000"),
    ],
)  # fmt: skip
def test_a_bad_stl_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    """Nothing is half read: a person is told what is wrong."""
    with pytest.raises(UnreadableFile, match=reason):
        mesh.stl(data, "bad.stl")


def test_the_nearest_face_is_the_one_that_is_seen() -> None:
    """Seen from the front, right and above: the top is brightest, and a block in front hides one."""
    one = mesh.stl(binary(block(10, 10, 10)), "cube.stl")
    drawn = shading.shaded(one, 120, 120)
    top, left, right = (
        int(drawn[row, column].sum()) for row, column in ((35, 60), (75, 35), (75, 85))
    )
    assert top > left
    assert top > right
    assert left != right
    assert drawn[2, 2].tolist() == [255, 255, 255]
    behind = np.concatenate([block(10, 10, 10), block(10, 10, 10, at=-10)])
    two = mesh.stl(binary(behind), "two.stl")
    red = two.colours.copy()
    red[12:] = (255, 0, 0)
    whole = shading.shaded(mesh.Mesh(two.corners, two.triangles, red), 120, 120).astype(int)
    reds = (whole[..., 0] - whole[..., 1]) > 60
    assert reds.any()
    assert not reds[:, 80:].any()


def test_the_same_model_gives_the_same_picture() -> None:
    """Bytes are equal, so that pictures can be compared and kept by content."""
    one = mesh.stl(binary(block(30, 20, 10)), "block.stl")
    assert shading.picture(one, 200, 150) == shading.picture(one, 200, 150)


def test_a_sliver_and_a_giant_are_drawn() -> None:
    """Triangles without an area and a model of a kilometre end no picture."""
    flat = np.array([[[0, 0, 0], [1, 1, 1], [2, 2, 2]]], float)
    shading.picture(mesh.stl(binary(flat), "flat.stl"), 40, 30)
    shading.picture(mesh.stl(binary(block(1e6, 1e6, 1)), "giant.stl"), 40, 30)
    shading.picture(mesh.stl(binary(np.zeros((4, 3, 3))), "point.stl"), 40, 30)


needs_cad = pytest.mark.skipif(
    importlib.util.find_spec("cascadio") is None, reason="the extra cad is not installed"
)


@needs_cad
def test_a_step_file_is_measured_as_it_was_drawn(place: Place) -> None:
    """The shaft of the sample vault: 510 by 12 by 12, its volume within half a percent."""
    source = next(SAMPLE.glob("10-0047/A/*.step"))
    found = models.model(place, place.keep(source.read_bytes()), source.name)
    assert found.facts["box"] == pytest.approx([510, 12, 12], abs=0.02)
    assert found.facts["volume"] == pytest.approx(np.pi * 36 * 510, rel=0.02)
    assert found.facts["closed"]
    assert found.glb.read_bytes()[:4] == b"glTF"
    assert found.picture.read_bytes()[:4] == b"\x89PNG"
    assert mesh.from_glb(found.glb.read_bytes(), "x").facts()["box"] == found.facts["box"]


@needs_cad
def test_an_assembly_stands_as_its_file_says(place: Place) -> None:
    """Z stays upwards, and every part is in its place: the vise is 97 mm high."""
    source = next(SAMPLE.glob("11-0001/B/*.step"))
    told = models.model(place, place.keep(source.read_bytes()), source.name).facts
    assert told["box"] == pytest.approx([199, 60, 97], abs=0.02)
    assert told["low"] == pytest.approx([0, -30, 0], abs=0.02)
    assert told["parts"] > 4


@needs_cad
@pytest.mark.parametrize("data", [b"", b"ISO-10303-21; garbage", b"%PDF-1.7"])
def test_a_bad_step_is_refused_and_stays_refused(place: Place, data: bytes) -> None:
    """The reason is kept, so a list that shows it a hundred times asks no worker again."""
    digest = place.keep(data)
    for _time in range(2):
        with pytest.raises(UnreadableFile, match=r"bad\.step cannot be read"):
            models.model(place, digest, "bad.step")
    assert place.objects.asked == 1


def test_without_the_extra_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STEP is refused with what to do; STL needs no extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    source = next(SAMPLE.glob("10-0047/A/*.step"))
    with pytest.raises(NoModelReader, match="install the extra `cad`"):
        model.read(str(source), source.name)
    (tmp_path / "block.stl").write_bytes(binary(block(30, 20, 10)))
    assert model.facts(str(tmp_path / "block.stl"))["box"] == [30, 20, 10]


def test_what_is_kept_is_not_made_again(place: Place) -> None:
    """A second look reads nothing but the cache; where the cache was removed it is made anew."""
    digest = place.keep(binary(block(30, 20, 10)))
    first = models.model(place, digest, "block.stl")
    assert models.model(place, digest, "again.stl") == first
    assert place.objects.asked == 1
    shutil.rmtree(place.root / "cache")
    assert models.model(place, digest, "block.stl").facts == first.facts
    assert place.objects.asked == 2


def test_a_model_that_eats_everything_ends_its_worker_only(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up at the limit, that is remembered for a while, and the next model is looked at."""
    tight = Worker(Limits(memory=400 << 20), processes=1)
    monkeypatch.setattr(models, "_worker", tight)
    rows = np.random.default_rng(7).random((500_000, 3, 3)) * 100
    data = np.zeros(len(rows), [("n", "<f4", 3), ("c", "<f4", (3, 3)), ("m", "<u2")])
    data["c"] = rows
    digest = place.keep(bytes(80) + struct.pack("<I", len(rows)) + data.tobytes())
    for _time in range(2):
        with pytest.raises(WorkerGaveUp, match=r"huge\.stl was given up"):
            models.model(place, digest, "huge.stl")
    assert place.objects.asked == 1
    with pytest.raises(UnreadableFile, match="no triangles"):
        models.model(place, place.keep(b"solid"), "small.stl")
    tight.close()
