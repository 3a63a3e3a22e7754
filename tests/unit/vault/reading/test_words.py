# SPDX-License-Identifier: AGPL-3.0-or-later
"""The readers of DXF and STEP: their words, and nothing but text out of hostile bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.reading import dxf, step

PIECES = [b"0\n", b"MTEXT\n", b"TEXT\n", b"1\n", b"3\n", b"\\X2\\00D8\\X0\\", b"\\X4\\FFFFFFFF\\X0\\",
          b"%%999", b"\\U+D800",
          b"'", b"ISO-10303-21;", b"=PRODUCT('a','b'", b";", b"\xff", b"\0"]  # fmt: skip


def entity(kind: str, text: str, code: str = "1") -> str:
    """Return an entity of a DXF file with one text."""
    return f"  0\r\n{kind}\r\n  8\r\n0\r\n {code}\r\n{text}\r\n"


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("%%c50 H7", "Ø50 H7"), ("45%%d", "45°"), ("%%p0.1", "±0.1"), ("%%uNOTE%%u", "NOTE"),
        (r"{\fArial|b0;Deburr}\Pall edges", "Deburr all edges"), (r"\U+00D850", "Ø50"),
        (r"\H2.5;M6\S1^2;", "M6 1/2"), (r"%%216", "Ø"),
    ],
)  # fmt: skip
def test_formatting_is_no_text(raw: str, plain: str) -> None:
    """What stands on the drawing is what is found."""
    assert dxf.plain(raw) == plain


def test_text_entities_are_read_and_nothing_else() -> None:
    """A layer's name is no text of the drawing; a long text comes in pieces."""
    text = (
        entity("LINE", "not this")
        + entity("TEXT", "%%c50 H7")
        + "  0\nMTEXT\n  3\nlong \n  1\nend\n"
    )
    assert dxf.of((text + entity("ENDSEC", "")).encode()).split("\n") == ["Ø50 H7", "long end"]
    assert dxf.of(entity("TEXT", "Größe").encode("latin-1")) == "Größe"
    assert dxf.of(b"AutoCAD Binary DXF\r\n\x1a\0" + b"1\nTEXT" * 9) == ""


def test_a_step_header_and_its_products_are_read() -> None:
    """Escapes of ISO 10303-21 become the signs they stand for; each string comes once."""
    text = (
        "ISO-10303-21;HEADER;FILE_DESCRIPTION((''),'2;1');"
        r"FILE_NAME('bracket.step','2026',('J. M\X\FCller'),('O''Neil'),'','\X2\00D8\X0\50','');"
        "ENDSEC;DATA;#1=PRODUCT('10-0042','Bracket','',(#2));#3=CARTESIAN_POINT('corner',(0.));"
    )
    assert step.of(text.encode()).split("\n") == [
        "2;1", "bracket.step", "2026", "J. Müller", "O'Neil", "Ø50", "10-0042", "Bracket",
    ]  # fmt: skip
    assert step.of(b"no such thing 'x'") == ""


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40).map(b"".join))
def test_hostile_bytes_are_never_a_fault(data: bytes) -> None:
    """Whatever is in a file, text comes out that can be kept."""
    for text in (dxf.of(data), dxf.of(b"0\nTEXT\n1\n" + data), step.of(b"ISO-10303-21;" + data)):
        text.encode("utf-8", "replace")


def test_real_files_have_words(corpus: Path) -> None:
    """Every DXF and STEP file of the drawings beside the project is read."""
    for path in [*corpus.glob("dxf/**/*.dxf"), *corpus.glob("step/**/*.st*p")]:
        reader = dxf.words if path.suffix == ".dxf" else step.words
        assert isinstance(reader(str(path))["text"], str)
    assert any(step.words(str(path))["text"] for path in corpus.glob("step/**/*.st*p"))
