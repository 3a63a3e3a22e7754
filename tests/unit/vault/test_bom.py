# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bill of materials: read strictly, written so that it is read the same again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import bom
from vault.bom import Line
from vault.errors import BadManifest

NUMBERS = st.from_regex(r"\A[0-9]{2}-[0-9A-Z]{1,6}\Z")
QUANTITIES = st.from_regex(r"\A[1-9][0-9]{0,5}(\.[0-9]{1,6})?\Z")
LINES = st.builds(Line, NUMBERS, QUANTITIES, st.from_regex(r"\A[0-9A-Za-z]{0,4}\Z"))


@given(st.lists(LINES, max_size=20, unique_by=lambda one: one.find))
def test_what_is_written_is_read_again(lines: list[Line]) -> None:
    """Numbers, decimal text and find numbers come back to the letter."""
    assert list(bom.parse(bom.write(lines))) == lines


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but the refusal comes out of hostile bytes."""
    try:
        bom.parse(data)
    except BadManifest:
        return


def test_files_of_a_spreadsheet_program_are_read() -> None:
    """A signature of UTF-8, line ends of Windows and empty lines change nothing."""
    data = "\ufeffnumber,qty,find\r\n10-0043,0.250,3\r\n\r\n10-0044,12,\r\n".encode()
    assert bom.parse(data) == (Line("10-0043", "0.250", "3"), Line("10-0044", "12", ""))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "first line is not number,qty,find"),
        ("number;qty;find\n", "first line"),
        ("number,qty,find\n10-1,0,1\n", "line 2: the quantity “0”"),
        ("number,qty,find\n10-1,1e3,1\n", "the quantity “1e3”"),
        ("number,qty,find\n10-1,-1,1\n", "the quantity “-1”"),
        ("number,qty,find\n10-1,½,1\n", "the quantity"),
        ("number,qty,find\n../x,1,1\n", "“../x” is not an item number"),
        ("number,qty,find\n10-1,1\n", "2 cells and not 3"),
        ("number,qty,find\n10-1,1,=A1\n", "find number “=A1”"),
        ("number,qty,find\n10-1,1,1\n10-2,1,1\n", "line 3: find number 1 stands for another"),
        ('number,qty,find\n"10-1,1,1\n', "not comma-separated"),
        ("number,qty,find\n" + "10-1,x,\n" * 8, "and 3 more"),
    ],
)
def test_every_fault_is_named_by_its_line(text: str, why: str) -> None:
    """A refusal says which line and what is wrong with it."""
    with pytest.raises(BadManifest) as refusal:
        bom.parse(text.encode(), "bom.csv")
    assert why in str(refusal.value)
