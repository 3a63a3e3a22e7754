# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redlines of real drawings, and of the revisions of the sample vault."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).resolve().parents[4] / "sample_vault" / "items"
KNOWN = {
    ("10-0042", "A", "B"): ("Ø6.0", "Ø6.6"),
    ("10-0042", "B", "C"): ("H8", "H7"),
    ("10-0044", "A", "review"): ("M5", "M6"),
}
"""What the notes of the sample vault say was changed."""
EMPTY_DXF = {"Minimal_DXF_AC1009.dxf", "pcb tracking ball_shape.dxf"}


def drawing(number: str, rev: str) -> Path:
    """Return the PDF of a revision of the sample vault."""
    return next((SAMPLES / number / rev).glob("*.pdf"))


@pytest.mark.parametrize("pair", KNOWN, ids="-".join)
def test_a_known_change_of_the_sample_vault_is_in_the_list(
    pair: tuple[str, str, str], compared: Callable[..., Any]
) -> None:
    """What the revision notes say stands in the list as words, in a printed zone."""
    number, old, now = pair
    found = compared(drawing(number, old), drawing(number, now))
    assert KNOWN[pair] in [(one["before"], one["after"]) for one in found["changes"]]
    assert found["printed_zones"]


def test_revisions_of_real_drawings_show_their_known_changes(
    corpus: Path, compared: Callable[..., Any]
) -> None:
    """Of eight real parts, the second revision added what the list says."""
    place = corpus / "drawings" / "odri"
    known = {"motor_pulley_at3_t10": "0,98", "center_pulley_at3_t10": "1,20",
             "motor_shaft": "11.8.2020", "frame_barrier": "25.5.2020"}  # fmt: skip
    for part, words in known.items():
        before = next(place.glob(f"{part}__rev1*"))
        after = next(place.glob(f"{part}__rev2*"))
        found = compared(before, after)
        came = " ".join(one["after"] for one in found["changes"])
        assert words in came, part


def test_no_real_drawing_differs_from_its_own_re_save(corpus: Path, tmp_path: Path) -> None:
    """Every page of every real drawing: no false change, whatever the file is made of."""
    import pymupdf

    from release.redline import sheets

    checked = 0
    for path in sorted((corpus / "drawings").rglob("*")):
        if path.suffix.lower() != ".pdf" or path.stat().st_size > 3_000_000:
            continue
        again = tmp_path / "again.pdf"
        with pymupdf.open(path) as document:
            if document.needs_pass:
                continue
            document.save(again, garbage=3, deflate=True)
            pages = min(document.page_count, 2)
        for page in range(1, pages + 1):
            found = sheets.compare(str(path), str(again), page, page, str(tmp_path), path.name)
            assert found["changes"] == [], (path.name, page, found["changes"][:3])
            checked += 1
    assert checked > 20


def test_real_dxf_drawings_are_drawn_or_refused_with_a_sentence(
    corpus: Path, tmp_path: Path
) -> None:
    """Each is drawn twice alike, without a change; those with nothing to draw say so."""
    from release.redline import drawn, sheets
    from vault.errors import UnreadableFile

    shown = 0
    for path in sorted((corpus / "dxf").rglob("*")):
        if path.suffix.lower() != ".dxf":
            continue
        if path.name in EMPTY_DXF:
            with pytest.raises(UnreadableFile, match="nothing in its model space"):
                drawn.both(str(path), str(path), str(tmp_path), path.name)
            continue
        found = drawn.both(str(path), str(path), str(tmp_path), path.name)
        assert found["entities"] == []
        before, after = tmp_path / "before.pdf", tmp_path / "after.pdf"
        assert before.read_bytes() == after.read_bytes()
        seen = sheets.compare(str(before), str(after), 1, 1, str(tmp_path), path.name)
        assert seen["equal"]
        shown += 1
    assert shown >= 10


def test_a_dxf_does_not_differ_from_its_own_re_save(tmp_path: Path) -> None:
    """Handles and order change when a program saves again; the drawing does not."""
    import ezdxf

    from release.redline import drawn

    first = SAMPLES / "10-0042" / "C" / "10-0042_bracket.dxf"
    again = tmp_path / "again.dxf"
    ezdxf.readfile(first).saveas(again)
    found = drawn.both(str(first), str(again), str(tmp_path), "bracket.dxf")
    assert found["entities"] == []


def test_a_dxf_tells_its_words_and_entities(tmp_path: Path) -> None:
    """The letter on the part changed with the revision, and lines were added for the chamfers."""
    from release.redline import drawn, sheets

    old, now = (SAMPLES / "10-0042" / rev / "10-0042_bracket.dxf" for rev in ("B", "C"))
    found = drawn.both(str(old), str(now), str(tmp_path), "bracket.dxf")
    assert {"layer": "VISIBLE", "kind": "LINE", "removed": 3, "added": 8} in found["entities"]
    assert {"layer": "MARK", "kind": "TEXT", "removed": 1, "added": 1} in found["entities"]
    seen = sheets.compare(str(tmp_path / "before.pdf"), str(tmp_path / "after.pdf"), 1, 1,
                          str(tmp_path), "bracket.dxf")  # fmt: skip
    assert ("B", "C") in [(one["before"], one["after"]) for one in seen["changes"]]


def test_no_font_of_this_machine_is_looked_for(tmp_path: Path, isolated_home: Path) -> None:
    """Drawing leaves nothing in the home of whoever runs the server."""
    from vault.worker import Worker

    worker = Worker(processes=1)
    first = SAMPLES / "10-0042" / "C" / "10-0042_bracket.dxf"
    try:
        worker.call("release.redline.drawn:both", before=first, after=first, folder=tmp_path,
                    name="bracket.dxf")  # fmt: skip
    finally:
        worker.close()
    assert not [path for path in isolated_home.rglob("*") if re.search("ezdxf", str(path))]


def test_solids_tell_box_volume_and_picture(corpus: Path, tmp_path: Path) -> None:
    """A real mesh: its box in its units, a volume, and a picture that is not empty."""
    from PIL import Image

    from release.redline import solids

    mesh = next((corpus / "stl").rglob("*SelfTapping.stl"))
    facts = dict(solids.facts(str(mesh), mesh.name)["facts"])
    assert facts["Box, in its units"] == "30 × 6.8 × 32"
    assert float(facts["Volume, if closed"]) == pytest.approx(1998.1, abs=0.1)
    solids.picture(str(mesh), str(mesh), str(tmp_path / "a.png"), str(tmp_path / "b.png"), "m.stl")
    with Image.open(tmp_path / "b.png") as picture:
        drawn = sum(picture.histogram()[:250])
    assert drawn > 0.1 * 640 * 480
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_step_file_tells_its_header_box_and_faces() -> None:
    """The box of the corners of the sample housing is that of its drawing."""
    from release.redline import solids

    path = next((SAMPLES / "10-0044" / "A").glob("*.step"))
    facts = dict(solids.facts(str(path), path.name)["facts"])
    box = next(value for name, value in facts.items() if name.startswith("Box"))
    assert "110" in box.split(" × ")
    assert "70" in box.split(" × ")
    assert int(facts["Advanced face"]) == 32


@pytest.mark.parametrize("bad", [b"", b"solid x\nvertex 1 2 a\n", b"x" * 200, b"solid x\n"])
def test_a_broken_mesh_is_refused_with_a_reason(bad: bytes, tmp_path: Path) -> None:
    """Never a traceback."""
    from release.redline import solids
    from vault.errors import UnreadableFile

    path = tmp_path / "bad.stl"
    path.write_bytes(bad)
    with pytest.raises(UnreadableFile, match=r"bad\.stl cannot be read"):
        solids.facts(str(path), "bad.stl")
