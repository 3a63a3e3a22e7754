# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stamp says fits where it is said, whatever the values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.stamp import metrics
from release.stamp.layout import blocks
from release.stamp.template import (
    MODULE,
    POINT,
    QUIET,
    STATES,
    Area,
    Block,
    Stamp,
    Words,
)

texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=60)
stamps = st.builds(
    Stamp, state=st.sampled_from(STATES), number=texts.map(lambda text: text[:32]),
    rev=texts.map(lambda text: text[:6]), title=texts, date=st.just("2026-11-22"), approver=texts,
    change=st.just("CO-12345"), url=texts, extra=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)  # fmt: skip


def right_end(words: Words) -> float:
    """Return where a line of text ends, in mm."""
    return words.x + metrics.width(words.text, words.size, bold=words.bold) * POINT


@given(stamps, st.sampled_from([0, 25, 33, 41]))
def test_every_piece_stays_inside_its_block(stamp: Stamp, modules: int) -> None:
    """No word runs out of the frame, however long a name is."""
    for block in blocks(stamp, modules):
        for piece in (*block.pieces, block.sheet):
            assert piece.x >= -0.01
            assert piece.y >= -0.01
            if isinstance(piece, Area):
                assert piece.x + piece.width <= block.width + 0.01
                assert piece.y + piece.height <= block.height + 0.01
            else:
                assert right_end(piece) <= block.width + 0.01


@given(stamps)
def test_the_code_has_its_quiet_zone_and_readable_modules(stamp: Stamp) -> None:
    """Four modules of white on each side, and half a millimetre a module, in every arrangement."""
    for block in blocks(stamp, 33):
        code = block.code
        assert code is not None
        assert code.side == 33 * MODULE
        quiet = QUIET * MODULE - 0.01
        assert code.x >= quiet
        assert code.y >= quiet
        assert block.height - code.y - code.side >= quiet
        for piece in block.pieces:
            if isinstance(piece, Words):
                beside = piece.x >= code.x + code.side + quiet
                assert beside or piece.y + piece.size * POINT <= code.y - quiet + 0.5


@pytest.mark.parametrize("state", STATES)
def test_every_arrangement_says_the_state_the_number_and_the_revision(state: str) -> None:
    """What must never be missing is in each shape, unshortened."""
    stamp = Stamp(state=state, number="N" * 32, rev="AA", date="2026-11-22", change="CO-0001")
    for block in blocks(stamp, 33):
        said = [piece.text for piece in block.pieces if isinstance(piece, Words)]
        for word in (stamp.manner.word, "Rev. AA", stamp.number, "2026-11-22", "CO-0001"):
            assert word in said, block.shape


def test_the_words_are_those_of_iso_7200() -> None:
    """The labels of the fields are the standard's."""
    wide: Block = blocks(Stamp(state="released"), 33)[0]
    said = {piece.text for piece in wide.pieces if isinstance(piece, Words)}
    assert {"Identification number", "Title", "Date of issue", "Approval person", "Sheet"} <= said


def test_extra_labels_are_said_too() -> None:
    """What supersedes a revision, or why it was recalled, is on the stamp."""
    stamp = Stamp(state="superseded", extra=(("Superseded by", "C"), ("Since", "2027-01-08")))
    for block in blocks(stamp, 33):
        said = [piece.text for piece in block.pieces if isinstance(piece, Words)]
        assert {"Superseded by", "C", "Since", "2027-01-08"} <= set(said)


def test_a_state_nobody_knows_is_no_stamp() -> None:
    """A stamp cannot say what has no manner."""
    with pytest.raises(ValueError, match="no stamp for the state 'approved'"):
        Stamp(state="approved")


def test_words_that_are_too_long_are_made_smaller_and_then_cut() -> None:
    """First the size goes down to its least, then an ellipsis tells that something is missing."""
    assert metrics.fit("short", 8, 100) == ("short", 8)
    words, size = metrics.fit("a little longer", 8, 45)
    assert words == "a little longer"
    assert 4.8 <= size < 8
    words, size = metrics.fit("much, much longer than that " * 3, 8, 45)
    assert words.endswith("…")
    assert size == pytest.approx(4.8)
