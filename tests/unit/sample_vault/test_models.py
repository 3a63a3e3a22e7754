# SPDX-License-Identifier: AGPL-3.0-or-later
"""STEP, DXF and NC files: whole, and such that real programs open them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sample_vault.actuator.sizes import GUARD
from sample_vault.catalogue import ITEMS, MODELS, folder_of, stem

DXF = sorted(ITEMS.rglob("*.dxf"))
PROGRAMS = sorted(ITEMS.rglob("*.nc"))


@pytest.mark.parametrize("model", sorted(MODELS), ids=lambda m: f"{m[0]}-{m[1]}")
def test_step_is_whole_and_names_its_revision(model: tuple[str, str]) -> None:
    """Header, end, every reference defined, at least one closed solid, letter of the folder."""
    number, rev = model
    text = (folder_of(number, rev) / f"{stem(number)}.step").read_text(encoding="utf-8")
    assert text.startswith("ISO-10303-21;")
    assert text.rstrip().endswith("END-ISO-10303-21;")
    assert "AUTOMOTIVE_DESIGN" in text
    assert f"'{number} rev {rev}'" in text
    data = text.split("DATA;")[1]
    defined = set(re.findall(r"^(#\d+)=", data, flags=re.MULTILINE))
    assert set(re.findall(r"#\d+", data)) <= defined
    assert "MANIFOLD_SOLID_BREP" in data
    assert "CLOSED_SHELL" in data


def test_the_bracket_grows_its_foot_holes_and_chamfers_in_the_model_too() -> None:
    """Radius 3.3 comes with model B; C has faces that B has not."""
    texts = [(folder_of("10-0042", r) / f"{stem('10-0042')}.step").read_text() for r in "ABC"]
    radii = [set(re.findall(r"CIRCLE\('',#\d+,([\d.]+)\)", t)) for t in texts]
    assert ["3.3" in found for found in radii] == [False, True, True]
    assert texts[2].count("ADVANCED_FACE") > texts[1].count("ADVANCED_FACE")


def groups(path: Path) -> list[tuple[int, str]]:
    """Pairs of group code and value of a DXF file."""
    lines = path.read_text(encoding="ascii").splitlines()
    assert len(lines) % 2 == 0
    return [(int(a), b) for a, b in zip(lines[::2], lines[1::2], strict=True)]


@pytest.mark.parametrize("path", DXF, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_dxf_has_its_sections_and_declared_layers(path: Path) -> None:
    """R12, sections closed, every entity on a layer of the table, the right letter in it."""
    pairs = groups(path)
    values = [v for c, v in pairs if c == 0]
    assert (1, "AC1009") in pairs
    assert values[-1] == "EOF"
    assert values.count("SECTION") == values.count("ENDSEC") == 3
    start = pairs.index((2, "ENTITIES"))
    layers = {pairs[i + 1][1] for i, pair in enumerate(pairs[:start]) if pair == (0, "LAYER")}
    assert {v for c, v in pairs[start:] if c == 8} <= layers
    rev = "B" if path.parent.name == "review" else path.parent.name
    assert any(c == 1 and v.endswith(f" {rev}") for c, v in pairs)


@pytest.mark.parametrize("path", DXF, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_dxf_passes_the_audit_of_ezdxf(path: Path) -> None:
    """Where ezdxf is installed: no error, nothing to repair."""
    ezdxf = pytest.importorskip("ezdxf")
    auditor = ezdxf.readfile(path).audit()
    assert auditor.errors == []
    assert auditor.fixes == []


def test_the_blank_is_as_long_as_the_bends_want() -> None:
    """The outline of the cutting file is the developed length: outside minus two deductions."""
    p = GUARD["B"]
    pairs = groups(folder_of("10-0046", "B") / "10-0046_flat.dxf")
    at = pairs.index((9, "$EXTMAX"))
    assert float(pairs[at + 1][1]) == pytest.approx(p.flat, abs=0.001)
    assert p.flat == pytest.approx(2 * 83 + 80 - 2 * 2.869, abs=0.002)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_program_starts_safe_and_ends_properly(path: Path) -> None:
    """Tape marks, millimetres, numbered blocks, no cut without spindle and feed, M30 last."""
    lines = path.read_text(encoding="ascii").splitlines()
    assert lines[0] == lines[-1] == "%"
    assert re.fullmatch(r"O\d{4} \(.*REV [A-Z].*\)", lines[1])
    blocks = lines[2:-1]
    numbers = [int(b.split()[0].removeprefix("N")) for b in blocks]
    assert numbers == sorted(set(numbers))
    assert "G21" in blocks[0]
    assert blocks[-1].endswith("M30")
    turning = fed = False
    for block in (re.sub(r"\(.*?\)", "", b) for b in blocks):
        turning = (turning or "M3" in block.split()) and "M5" not in block.split()
        fed = fed or " F" in block
        if re.search(r" G[123] ", block):
            assert turning
            assert fed or " F" in block
