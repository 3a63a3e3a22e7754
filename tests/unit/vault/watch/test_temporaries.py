# SPDX-License-Identifier: AGPL-3.0-or-later
"""What programs leave beside a drawing is told from the drawing."""

from __future__ import annotations

import pytest

from vault.watch import temporaries

LEFT_BEHIND = [
    "~$bracket.SLDPRT", ".~lock.bracket.odt#", "bracket.tmp", "bracket.bak", "bracket.bak1",
    "bracket.lck", ".goutputstream-X7K2M2", ".bracket.dxf.swp", "bracket.FCStd1", "bracket.FCBak",
    "bracket.20261122-213424.FCBak", "bracket.FCStd.0f8fad5b-d9cb-469f-a165-70867728950e",
    "~WRL0001.tmp", "~WRD0000.docx", "A1B2C3D4", "lu1234abcd.tmp", "bracket.dwl", "bracket.dwl2",
    "plan.sv$", "plan.ac$", "bracket.dxf~", "#bracket.txt#", ".#bracket.txt", "._bracket.pdf",
    ".bracket.pdf.Ab12Cd", "bracket.kicad_pcb-bak", "_autosave-board.kicad_pcb", "~board.lck",
    "Thumbs.db", "desktop.ini", ".DS_Store", "drawing.pdf.part", "x.crdownload", "bracket.pdf.dvc",
    ".git/config", "sub/.hidden/a.pdf", "OldVersions/bracket.0001.ipt", "$RECYCLE.BIN/a.pdf",
    "BRACKET.TMP", "bracket.swx",
]  # fmt: skip
WORK = [
    "bracket.FCStd", "bracket.SLDPRT", "10-0042_B_bracket.pdf", "bracket.dwg", "part.prt.1",
    "bracket (copy).pdf", "图纸+载带.pdf", "item.toml", "bom.csv", "20241122", "DEADBEEF.pdf",
    "backup plate.step", "temp sensor.pdf", "a/b/c.dxf", "tmp/a.pdf", "lock nut.step", "n~1.pdf",
]  # fmt: skip


@pytest.mark.parametrize("path", LEFT_BEHIND)
def test_what_programs_leave_is_left_out(path: str) -> None:
    """Locks, backups and saves under way never come to the vault."""
    assert temporaries.is_temporary(path)


@pytest.mark.parametrize("path", WORK)
def test_the_work_of_people_is_taken(path: str) -> None:
    """Names that only resemble temporaries pass."""
    assert not temporaries.is_temporary(path)
