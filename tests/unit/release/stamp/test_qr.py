# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes read back as what was put in."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from release.stamp import qr


def read(modules: qr.Matrix, size: int = 4) -> str:
    """Read a code from a picture drawn of its runs."""
    side = (len(modules) + 2 * qr.QUIET) * size
    picture = bytearray(b"\xff" * side * side)
    for column, row, length in qr.runs(modules):
        for line in range(size):
            at = ((row + qr.QUIET) * size + line) * side + (column + qr.QUIET) * size
            picture[at : at + length * size] = bytes(length * size)
    found = zxingcpp.read_barcodes(memoryview(picture).cast("B", (side, side)))
    assert len(found) == 1
    assert found[0].format == zxingcpp.BarcodeFormat.QRCode
    return str(found[0].text)


@given(st.text("ABCDEFGHJKMNPQRSTVWXYZ0123456789:/.-", min_size=1, max_size=120))
def test_what_goes_in_comes_out(text: str) -> None:
    """Every address reads back, with the one mask that is used."""
    assert read(qr.matrix(text)) == text


@pytest.mark.parametrize("text", ["https://werk.example/zeichnung?a=ä", "日本語", "x" * 500])
def test_other_texts_come_out_too(text: str) -> None:
    """Lower case, umlauts and other alphabets are no worse."""
    assert read(qr.matrix(text)) == text


def test_a_release_address_makes_a_small_code() -> None:
    """Upper case keeps the code at version 4, 33 modules, where half a millimetre is 16.5 mm."""
    assert len(qr.matrix("HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS")) == 33


def test_a_quarter_of_dirt_does_not_hurt() -> None:
    """Level Q: a dirty corner of the data is read over."""
    modules = [list(row) for row in qr.matrix("HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS")]
    for row in range(20, 28):
        for column in range(18, 26):
            modules[row][column] = True
    dirty = tuple(tuple(row) for row in modules)
    assert read(dirty) == "HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS"


def test_the_svg_has_the_quiet_zone_and_every_dark_run() -> None:
    """The picture for the web is well-formed, with four modules of white around."""
    modules = qr.matrix("HTTPS://A.EXAMPLE/T/1")
    root = ET.fromstring(qr.svg("HTTPS://A.EXAMPLE/T/1"))
    size = len(modules) + 8
    assert root.get("viewBox") == f"0 0 {size} {size}"
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    assert path.get("d", "").count("M") == len(list(qr.runs(modules)))


def test_a_text_that_is_too_long_is_told() -> None:
    """No code is drawn that would not hold its text."""
    with pytest.raises(ValueError, match="too large"):
        qr.matrix("x" * 5000)


@given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=115),
    st.sampled_from("AZ:"),
)
def test_our_codes_are_those_of_segno_square_by_square(text: str, sign: str) -> None:
    """Addresses are laid out here, for speed; another implementation says they are right."""
    wanted = segno.make_qr(text + sign, error="q", mask=3, boost_error=False).matrix
    assert qr.matrix(text + sign) == tuple(tuple(map(bool, row)) for row in wanted)


@given(st.text("ABCDEFGHJKMNPQRSTVWXYZ0123456789:/.-", min_size=1, max_size=100))
def test_the_rectangles_of_a_code_cover_its_dark_squares_once(text: str) -> None:
    """What is drawn in a PDF is the code, without a gap or an overlap."""
    modules = qr.matrix(text)
    covered = [
        (row, column)
        for x, y, wide, high in qr.cells(modules)
        for row in range(y, y + high)
        for column in range(x, x + wide)
    ]
    dark = {(r, c) for r, line in enumerate(modules) for c, one in enumerate(line) if one}
    assert len(covered) == len(dark)
    assert set(covered) == dark
